"""Labels and guidelines that came along with a file, put into a project that lacks them: what it
has already stays as it is."""

from __future__ import annotations

from collections.abc import Sequence

from tonemark.corpus.labels import Label
from tonemark.corpus.project import Project, add_label, set_guidelines
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, check_inside, read_at_most

GUIDELINES_FILE = "guidelines.md"

GUIDELINES_LIMIT = 1 << 20
"""Bytes of guidelines that travel with a file."""


def guidelines_of(project: Project) -> str:
    """The text of a project's guidelines; empty where there are none that can be read, or where
    they are longer than GUIDELINES_LIMIT."""
    if project.guidelines is None:
        return ""
    try:
        data = read_at_most(project.guidelines, GUIDELINES_LIMIT, TonemarkError("It is too long."))
    except TonemarkError:
        return ""
    return data.decode("utf-8", "replace")


def take_settings(
    project: Project, labels: Sequence[Label], guidelines: str
) -> tuple[Project, list[str]]:
    """The project with what it lacked of these, and what was done, in words.

    Raises TonemarkError where its folder cannot be written.
    """
    told = []
    known = {label.name for label in project.labels}
    added = []
    for label in labels:
        if label.name not in known:
            free = label.key not in {each.key for each in project.labels}
            project = add_label(
                project.folder, label.name, label.about, label.key if free else None
            )
            added.append(label.name)
    if added:
        told.append(f"labels added to project.toml: {', '.join(added)}")
    if guidelines:
        told += _take_guidelines(project, guidelines)
    return project, told


def _take_guidelines(project: Project, guidelines: str) -> list[str]:
    there = guidelines_of(project)
    if there == guidelines:
        return []
    path = project.guidelines or project.folder / GUIDELINES_FILE
    if there or path.exists():
        return ["its guidelines differ from this project's, which stay"]
    check_inside(project.folder, path)
    with atomic_writer(path) as stream:
        stream.write(guidelines.encode())
    if project.guidelines is None:
        set_guidelines(project.folder, path.name)
    return [f"its guidelines are {path.name} here"]
