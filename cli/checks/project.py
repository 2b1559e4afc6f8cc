"""A project judged: what `corpus.soundness` finds in its folder, its store and every span."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from tonemark.cli.checks.check import Check, fault, ok
from tonemark.corpus.project import PROJECT_FILE, Project, read_project
from tonemark.corpus.soundness import Checked, Finding, examine
from tonemark.corpus.soundness_files import file_system
from tonemark.corpus.store import STORE_FILE
from tonemark.errors import TonemarkError


def project_in(folder: Path) -> Project | None:
    """The project in a folder; None where its file is faulty, which `project_checks` tells."""
    try:
        return read_project(folder)
    except TonemarkError:
        return None


def project_checks(folder: Path) -> list[Check]:
    """The checks of a folder with a project, its store and every span in it; faults first."""
    if not any((folder / name).exists() for name in (PROJECT_FILE, STORE_FILE)):
        try:
            read_project(folder)
        except TonemarkError as error:
            return [fault(error.title, error.remedy)]
    checked = Checked()
    found = sorted(map(_check, examine(folder, checked)), key=lambda check: check.state != "fault")
    counted = ", ".join(
        f"{count:,} {name if count != 1 else name.removesuffix('s')}"
        for name, count in asdict(checked).items()
        if count
    )
    if not counted and any(check.state == "fault" for check in found):
        return found
    kind = file_system(folder)
    where = f" on {kind}" if kind else ""
    return [ok(f"looked at {counted or 'an empty project'}{where}"), *found]


def _check(finding: Finding) -> Check:
    return Check(
        "note" if finding.harmless else "fault", finding.what, finding.remedy, finding.where
    )
