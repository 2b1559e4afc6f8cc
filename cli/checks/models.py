"""The models that were trained in a project: how many there are, and how much they take."""

from __future__ import annotations

from collections.abc import Iterator

from tonemark.cli.checks.check import Check, fault, ok
from tonemark.corpus.project import Project
from tonemark.files import typed
from tonemark.text import counted
from tonemark.training.runs.folders import damaged, models_in, runs, size_of, unreadable

MIB = 1024 * 1024


def models_checks(project: Project) -> Iterator[Check]:
    """What there is, and what it takes on the disk: all are kept until somebody deletes one."""
    found = runs(project.folder)
    if broken := damaged(project.folder):
        told = unreadable(broken)
        yield fault(told.title, told.remedy.replace("DIR", typed(project.folder)))
    if not found:
        return
    last, f1 = found[-1], found[-1].share("f1")
    size = size_of(models_in(project.folder)) / MIB
    yield ok(
        f"{counted(len(found), 'model')} in {models_in(project.folder).name}/ take {size:,.1f} MiB;"
        f" the last is {last.name}, {'not scored' if f1 is None else f'F1 {f1:.3f}'}"
    )
