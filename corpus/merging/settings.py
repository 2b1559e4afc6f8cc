"""The project file of projects that are put together, with the files that belong to it: the first
one's, with the labels of all. Knows nothing of documents.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from tonemark.corpus.adopting import adopt, files_of
from tonemark.corpus.labels import HINT_LETTERS, HINT_LETTERS_KEPT, Label
from tonemark.corpus.merging.reports import Side
from tonemark.corpus.project import Project, folder_name, read_project
from tonemark.corpus.project_file import read_text, write
from tonemark.corpus.project_template import with_label
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, check_inside, make_folders, read_at_most
from tonemark.text import counted
from tonemark.tokenizers.registry import is_file_name
from tonemark.toml_edits import with_value
from tonemark.toml_lines import toml_string

GUIDELINES_LIMIT = 16 * 1024 * 1024
"""Bytes that guidelines may have to be copied."""


def settle(made: Path, target: Path, projects: Sequence[Project], sides: Sequence[Side]) -> Project:
    """Write the project file into the folder `made`, which is to be `target`, with its tokenizer
    and guidelines; what differs is noted in the `sides`. Raises TonemarkError where a file of the
    first project cannot be taken.
    """
    first = projects[0]
    text = read_text(first.folder)[0]
    text = with_value(text, ("name",), toml_string(folder_name(target)))
    labels = list(first.labels)
    for project, side in zip(projects[1:], sides[1:], strict=True):
        text = _with_labels(text, labels, project, side)
        _note_differences(first, project, side)
    if any(project.overlapping for project in projects) and not first.overlapping:
        text = with_value(text, ("overlapping",), "true")
    if is_file_name(first.tokenizer):
        _check_files(first)
        adopt(made, first.folder / first.tokenizer)
    text = _with_guidelines(text, made, projects, sides)
    write(made, text)
    for project, side in zip(projects[1:], sides[1:], strict=True):
        _copy_tokenizer(made, first, project, side)
    return read_project(made)


def _with_labels(text: str, labels: list[Label], project: Project, side: Side) -> str:
    """A project file with those labels of one more project that it has not; `labels` grows."""
    for label in project.labels:
        alike = unicodedata.normalize("NFC", label.name)
        there = next((e for e in labels if unicodedata.normalize("NFC", e.name) == alike), None)
        if there is None:
            key = label.key if _is_free(label.key, labels) else None
            if key != label.key:
                side.notes.append(
                    f'the key "{label.key}" of the label {label.name} is left out: it is taken'
                )
            text = with_label(text, label.name, label.about, key)
            labels.append(Label(label.name, label.about, key))
        elif there.name != label.name:
            side.notes.append(
                f"the label {label.name} looks as {there.name} does, and only the coding of their"
                " accents differs: its spans keep it, and it has no key"
            )
        elif label.about and there.about != label.about:
            side.notes.append(
                f"what the label {label.name} is for is told otherwise there: {label.about}"
            )
    return text


def _is_free(key: str | None, labels: Sequence[Label]) -> bool:
    """Whether one more label may have a key, and the hints keep enough letters."""
    keys = {label.key for label in labels}
    letters = sum(each in keys for each in HINT_LETTERS)
    enough = letters < len(HINT_LETTERS) - HINT_LETTERS_KEPT
    return key is None or (key not in keys and (enough or key not in HINT_LETTERS))


def _note_differences(first: Project, project: Project, side: Side) -> None:
    """Settings of which one project alone can have its way: the first."""
    for name, ours, theirs in (
        ("language", first.language, project.language),
        ("overlap", first.overlap, project.overlap),
        ("overlap_share", first.overlap_share, project.overlap_share),
        ("page", first.page, project.page),
    ):
        if ours != theirs:
            side.notes.append(f"{name} is {ours}, not {theirs}")
    if project.overlapping and not first.overlapping:
        side.notes.append("overlapping is true: spans may overlap there")
    people = dict.fromkeys(side.renamed.get(each, each) for each in side.people)
    lacking = [n for n in people if first.team and n not in (*first.team, *first.reviewers)]
    if lacking:
        side.notes.append(f"not in the team, which is that of {first.name}: {', '.join(lacking)}")


def _with_guidelines(
    text: str, made: Path, projects: Sequence[Project], sides: Sequence[Side]
) -> str:
    """The first guidelines that there are become the project's; others lie beside them."""
    taken: list[bytes] = []
    for project, side in zip(projects, sides, strict=True):
        path = project.guidelines
        if path is None or not path.exists():
            continue
        try:
            data = read_at_most(path, GUIDELINES_LIMIT, _too_large(path))
        except TonemarkError as error:
            side.notes.append(f"its guidelines are left out: {error.title}")
            continue
        if data in taken:
            continue
        place = Path(os.path.relpath(path, project.folder))
        if not taken and projects[0].guidelines is None:
            text = with_value(text, ("guidelines",), toml_string(str(place)))
        if side is not sides[0] and (taken or projects[0].guidelines is not None):
            place = _beside(made, place, side.name)
            side.notes.append(f"its guidelines are in {place}")
        _put(made / place, data)
        taken.append(data)
    return text


def _too_large(path: Path) -> TonemarkError:
    return TonemarkError(f"{path.name} has more than {GUIDELINES_LIMIT >> 20} MiB")


def _beside(made: Path, place: Path, name: str) -> Path:
    """A free place beside one, called after the project that it is of."""
    suffix = "".join(c if c.isalnum() or c in "-_." else "-" for c in name)
    for attempt in itertools.count(1):
        behind = f"-{suffix}" if attempt == 1 else f"-{suffix}-{attempt}"
        found = place.with_name(f"{place.stem[:60]}{behind[:60]}{place.suffix}")
        if not os.path.lexists(made / found):
            return found
    raise AssertionError("unreachable")


def _put(path: Path, data: bytes) -> None:
    make_folders(path.parent)
    with atomic_writer(path) as stream:
        stream.write(data)


def _check_files(project: Project) -> None:
    """Raises TonemarkError where a file of the tokenizer lies outside the project."""
    for name in files_of(project.folder / project.tokenizer):
        check_inside(project.folder, project.folder / name)


def _copy_tokenizer(made: Path, first: Project, project: Project, side: Side) -> None:
    """Keep the rules of another project's tokenizer beside those in use, where they differ."""
    if project.tokenizer != first.tokenizer:
        side.notes.append(f"the tokenizer is {first.tokenizer}, not {project.tokenizer}")
    if not is_file_name(project.tokenizer):
        return
    try:
        _check_files(project)
        files = files_of(project.folder / project.tokenizer)
    except TonemarkError as error:
        side.notes.append(f"its tokenizer is left out: {error.title}")
        return
    skipped = 0
    for name, data in files.items():
        there = made / name
        with contextlib.suppress(OSError):
            if there.read_bytes() == data:
                continue
        if name == project.tokenizer:
            place = _beside(made, Path(name), side.name)
            _put(made / place, data)
            side.notes.append(f"the rules of its tokenizer are in {place}")
        elif os.path.lexists(there):
            skipped += 1
        else:
            _put(there, data)
    if skipped:
        side.notes.append(
            f"{counted(skipped, 'file')} of its tokenizer left out: others have their names"
        )
