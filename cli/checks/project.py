"""A project judged: what `corpus.soundness` finds in its folder, its store and every span."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from tonemark.cli.checks.check import Check, fault, ok
from tonemark.cli.checks.models import models_checks
from tonemark.cli.checks.suggester import suggester_checks
from tonemark.corpus.project import Project, read_project
from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.soundness.files import file_system
from tonemark.corpus.soundness.project import Checked, Finding, examine
from tonemark.corpus.store import STORE_FILE
from tonemark.errors import TonemarkError


def project_in(folder: Path) -> Project | None:
    """The project in a folder; None where its file is faulty, which `project_checks` tells."""
    try:
        return read_project(folder)
    except TonemarkError:
        return None


def project_checks(folder: Path) -> Iterator[Check]:
    """The checks of a folder with a project, its store and every span in it, as they are found."""
    if not any((folder / name).exists() for name in (PROJECT_FILE, STORE_FILE)):
        try:
            read_project(folder)
        except TonemarkError as error:
            yield fault(error.title, error.remedy)
            return
    checked = Checked()
    at_fault = False
    for finding in examine(folder, checked):
        at_fault |= not finding.harmless
        yield _check(finding)
    if project := project_in(folder):
        yield from suggester_checks(project)
        yield from models_checks(project)
    counted = ", ".join(
        f"{count:,} {name if count != 1 else name.removesuffix('s')}"
        for name, count in asdict(checked).items()
        if count
    )
    if counted or not at_fault:
        kind = file_system(folder)
        where = f" on {kind}" if kind else ""
        yield ok(f"looked at {counted or 'an empty project'}{where}")


def _check(finding: Finding) -> Check:
    return Check(
        "note" if finding.harmless else "fault", finding.what, finding.remedy, finding.where
    )
