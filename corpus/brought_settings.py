"""Labels and guidelines that came along with a file, put into a project that lacks them: what it
has already stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tonemark.corpus.labels import HINT_LETTERS, HINT_LETTERS_KEPT, Label
from tonemark.corpus.project import Project, add_labels, label_shape, set_guidelines
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, check_inside, read_at_most

GUIDELINES_FILE = "guidelines.md"

GUIDELINES_LIMIT = 1 << 20
"""Bytes of guidelines that travel with a file."""

SHOWN = 20
"""Labels that are named; the rest are counted."""

LABELS_LIMIT = 500
"""Labels that are taken from a file: more are not what people label with."""


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
    added, alike = _lacking(project, labels)
    if len(added) > LABELS_LIMIT:
        told.append(f"its {len(added):,} labels are more than {LABELS_LIMIT}: none is added")
    elif added:
        project = add_labels(project.folder, added)
        told.append(f"labels added to project.toml: {_listed([each.name for each in added])}")
    if alike:
        told.append(f"not added, for they look the same as others: {_listed(alike)}")
    if guidelines:
        told += _take_guidelines(project, guidelines)
    return project, told


def _lacking(project: Project, labels: Sequence[Label]) -> tuple[list[Label], list[str]]:
    """The labels that a project lacks, with the keys that are free, and the names of those that
    look the same as others."""
    shapes = {label_shape(each.name): each.name for each in project.labels}
    keys = {each.key for each in project.labels}
    known = {each.name for each in project.labels}
    letters = sum(key in HINT_LETTERS for key in keys if key)
    lacking: list[Label] = []
    alike: list[str] = []
    for label in labels:
        if label.name in known:
            continue
        known.add(label.name)
        if shapes.setdefault(label_shape(label.name), label.name) != label.name:
            alike.append(label.name)
            continue
        key = None if label.key in keys else label.key
        if key and key in HINT_LETTERS:
            letters += 1
            if letters > len(HINT_LETTERS) - HINT_LETTERS_KEPT:
                key = None
        keys.add(key)
        lacking.append(replace(label, key=key))
    return lacking, alike


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _take_guidelines(project: Project, guidelines: str) -> list[str]:
    there = guidelines_of(project)
    if there == guidelines:
        return []
    path = project.guidelines or project.folder / GUIDELINES_FILE
    if there or path.exists():
        return ["its guidelines differ from this project's, which stay"]
    check_inside(project.folder, path)
    try:
        with atomic_writer(path, plain=True) as stream:
            stream.write(guidelines.encode())
    except OSError as error:
        raise TonemarkError(
            f"{path} cannot be written: {error.strerror or error}.",
            "What the file says is in the project; its guidelines are not.",
        ) from None
    if project.guidelines is None:
        set_guidelines(project.folder, path.name)
    return [f"its guidelines are {path.name} here"]
