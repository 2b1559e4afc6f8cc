"""The project file: reading `project.toml` with every fault named, making one, adding a label.

Knows nothing of documents or of the store. Nothing in the file can name code, or a path outside
the project's folder.
"""

from __future__ import annotations

import contextlib
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.labels import Label, keys_of, label_fault
from tonemark.corpus.project_checks import Bidi, Order, check_version, read_settings
from tonemark.corpus.project_file import (
    PROJECT_FILE,
    locked,
    read_text,
    refused,
    stamp_of,
    write,
)
from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tokenizers.languages import language_tag
from tonemark.toml_files import Faults, parse_toml

SUGGESTER_FOLDER = "suggester"
"""The folder in a project where its suggester has its locks and its log."""

MODELS_FOLDER = "models"
"""The folder in a project with the models that were trained in it."""


@dataclass(frozen=True, slots=True)
class Project:
    """What `project.toml` says, checked."""

    folder: Path
    """The project's folder, absolute, symbolic links resolved."""

    name: str
    """What people call it: 1 to 200 code points, no control characters; the folder's by default."""

    language: str
    """The BCP 47 tag of its texts, in the form of `language_tag`."""

    tokenizer: str
    """The name of a tokenizer that is built in or installed, or of a file of rules in `folder`;
    never another path, never code."""

    labels: tuple[Label, ...]
    """In the order of the file; names differ, keys that were chosen differ."""

    guidelines: Path | None
    """A file inside `folder`, absolute, or None. Whether it exists is not looked at."""

    page: int
    """Documents that share a page, 1 to 20."""

    overlapping: bool
    """Whether spans of one annotation may overlap."""

    new_labels: bool
    """Whether annotators may add labels."""

    new_rules: bool
    """Whether annotators may add rules to the project's tokenizer."""

    bidi: Bidi
    """How right-to-left text is drawn."""

    overlap: int
    """Annotators that each document goes to, 1 to 50, where it is in `overlap_share`."""

    team: tuple[str, ...]
    """Names of those who may annotate, besides the reviewers; empty: anyone may."""

    reviewers: tuple[str, ...]
    """Names of those who may review."""

    lease_minutes: int
    """Minutes after which an untouched document goes to another, 1 to 1440."""

    overlap_share: float = 1.0
    """The share of the documents that go to `overlap` annotators, 0 to 1; the others go to one."""

    folds: tuple[str, ...] | None = None
    """What names of gazetteers are compared without; None: by the language."""

    threshold: float = 0.5
    """The share of true occurrences below which an entry suggests no more, 0 to 1."""

    doubt: float = 0.75
    """The score below which a suggestion is doubtful, 0 to 1."""

    blind: float = 0.0
    """The share of documents on which nothing is suggested, 0 to 1."""

    learner: bool = True
    """Whether what was answered teaches a learner, which suggests on the pages that follow."""

    model: str = ""
    """The pipeline that suggests too: a model trained in the project (`model-1`), or the name of an
    installed spaCy pipeline; empty: none. Never a path."""

    evaluation: float = 0.0
    """The share of documents, 0 to 1, that teach nothing and are blind: models are scored on it."""

    order: Order = "given"
    """The order in which documents come."""

    licence: str = ""
    """The licence of the annotated data, as the model card states it; empty: none is stated."""

    stamp: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)
    """The file that was read: its modification time (ns), size (bytes) and inode."""

    tokenizer_stamp: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)
    """The same of the tokenizer's file, where it is one and is there."""


def label_keys(project: Project) -> dict[str, str]:
    """The label that each key sets, in the order of the labels (`labels.keys_of`)."""
    return keys_of(project.labels)


def overlap_words(project: Project) -> str:
    """To how many annotators its documents go, in words."""
    each = f"{project.overlap} annotator{'s' * (project.overlap > 1)} each"
    if project.overlap == 1 or project.overlap_share == 1:
        return each
    return f"{each} for {project.overlap_share:.4g} of them, else 1"


def read_project(folder: Path | str) -> Project:
    """The project in `folder`.

    Raises TonemarkError where there is none, where the file cannot be read, or where anything in
    it is wrong: then all its faults are named, each with its line.
    """
    folder = Path(folder)
    text, stamp = read_text(folder)
    return _parse(folder, text, stamp)


def project_changed(project: Project) -> bool:
    """Whether the file, or that of its tokenizer, differs from what was read, by its time, size and
    inode; a system call each.

    Where it can no longer be seen, it has changed: reading it again says why.
    """
    try:
        status = os.stat(project.folder / PROJECT_FILE)
    except OSError:
        return True
    if stamp_of(status) != project.stamp:
        return True
    return _tokenizer_stamp(project.folder, project.tokenizer) != project.tokenizer_stamp


def create_project(
    folder: Path | str,
    *,
    name: str | None = None,
    language: str,
    labels: Sequence[str],
    tokenizer: str = "general",
    overlap: int = 1,
    overlap_share: float = 1.0,
    team: Sequence[str] = (),
    page: int = 1,
    guidelines: str | None = None,
) -> Project:
    """Write a new, commented `project.toml`, making the folder where needed.

    `name` is the folder's by default. Names in `team` are mapped by `annotator_name`, each kept
    once: whoever asked compares and reports. Raises TonemarkError, and writes nothing, where a
    project is there already, where a value is not allowed (all are named), and where the file
    cannot be written.
    """
    from tonemark.corpus.project_template import new_project_text

    folder = Path(folder)
    faults = Faults()
    for label in labels:
        if labels.count(label) > 1:
            faults.add(f'the label "{label}" stands twice')
    text = new_project_text(
        name=folder_name(folder) if name is None else name,
        language=faults.taken(language_tag, language, default="und"),
        tokenizer=tokenizer,
        labels=tuple(dict.fromkeys(labels)),
        guidelines=guidelines,
        page=page,
        overlap=overlap,
        overlap_share=overlap_share,
        team=tuple(dict.fromkeys(annotator_name(person) for person in team)),
    )
    _settle(folder, parse_toml(text, PROJECT_FILE), faults)
    faults.raise_any("This project cannot be made", "Nothing was written.", with_lines=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(folder, "cannot be made", error) from None
    with locked(folder):
        if os.path.lexists(folder / PROJECT_FILE):
            from tonemark.files import typed

            raise TonemarkError(
                f"There is a project in {folder} already.",
                f"Open it with: tonemark {typed(folder)}; or choose another folder.",
            )
        write(folder, text)
    return read_project(folder)


def add_label(folder: Path | str, name: str, about: str = "", key: str | None = None) -> Project:
    """Add a label at the end of [labels], and return the project as it then is. `about` says what
    it is for; `key` is its own, and free. As `add_labels`."""
    return add_labels(folder, [Label(name, about, key)])


def add_labels(folder: Path | str, labels: Sequence[Label]) -> Project:
    """Add labels at the end of [labels], all in one write, and return the project as it then is.

    Comments, order and everything else stay; a label that is there changes nothing. Processes that
    add labels at once wait for each other, and none is lost. Whether `new_labels` allows it is
    for the caller to ask. Raises TonemarkError, and adds none, where a name is not allowed, or
    looks like that of another label, and where the file is at fault or cannot be written.
    """
    from tonemark.corpus.project_template import with_label

    folder = Path(folder)
    for label in labels:
        if fault := label_fault(label.name):
            # Short, for where one types a label the line ends behind it, and with it the reason.
            raise TonemarkError(
                f'The label "{short(label.name, 30)}" {fault}.', "Choose another name."
            )
    project = read_project(folder)
    if {label.name for label in labels} <= {label.name for label in project.labels}:
        return project
    with locked(folder):
        text, stamp = read_text(folder)
        project = _parse(folder, text, stamp)
        alike = {label_shape(label.name): label.name for label in project.labels}
        new: list[Label] = []
        for label in labels:
            there = alike.setdefault(label_shape(label.name), label.name)
            if there != label.name:
                raise TonemarkError(
                    f'The label "{there}" looks the same as "{label.name}": only the coding of '
                    "their accents differs.",
                    "Use the one that is there.",
                )
            if label.name not in (each.name for each in (*project.labels, *new)):
                new.append(label)
        if not new:
            return project
        longer = text
        for label in new:
            longer = with_label(longer, label.name, label.about, label.key)
        wanted = replace(project, labels=(*project.labels, *new))
        try:
            is_right = _parse(folder, longer, stamp) == wanted
        except TonemarkError:
            is_right = False
        if not is_right:
            raise TonemarkError(
                f'The label "{new[0].name}" could not be added to {folder / PROJECT_FILE}: '
                "[labels] is written in a way that Tonemark cannot extend.",
                'Add it with an editor: a line NAME = "" under [labels].',
            )
        write(folder, longer)
    return read_project(folder)


def label_shape(name: str) -> str:
    """What labels have in common that look the same."""
    return unicodedata.normalize("NFC", name)


def relabelled(folder: Path, old: str, new: str) -> str | None:
    """The text that the project's file has when a label is called otherwise, in its place: its
    line's comments, what it is for and its key stay. Where `new` is there the line of `old` goes.
    None where the file has no label `old`.

    To be called, and what it gives to be written, under the file's lock. Raises TonemarkError where
    the new name cannot be one, or the file is at fault, or written in a way that hinders it.
    """
    from tonemark.toml_edits import with_key, without_key

    fault = label_fault(new)
    if fault:
        raise TonemarkError(f'The label "{short(new, 30)}" {fault}.', "Choose another name.")
    text, stamp = read_text(folder)
    names = [label.name for label in _parse(folder, text, stamp).labels]
    for name in names:
        is_alike = unicodedata.normalize("NFC", name) == unicodedata.normalize("NFC", new)
        if is_alike and name not in (old, new):
            raise TonemarkError(
                f'The label "{name}" looks the same as "{new}": only the coding of their accents'
                " differs.",
                "Use the one that is there.",
            )
    if old not in names:
        return None
    path = ("labels", old)
    longer = without_key(text, path) if new in names else with_key(text, path, new)
    wanted = [new if name == old else name for name in names if new not in names or name != old]
    if [label.name for label in _parse(folder, longer, stamp).labels] != wanted:
        raise TonemarkError(
            f'The label "{old}" could not be renamed in {folder / PROJECT_FILE}: [labels] is'
            " written in a way that Tonemark cannot change.",
            "Rename it there with an editor, and do this again.",
        )
    return longer


def set_tokenizer(folder: Path | str, name: str) -> Project:
    """Name another tokenizer in the file, and return the project as it then is; comments, order and
    everything else stay.

    Whether there is one of that name is for the caller to ask. Raises TonemarkError as `add_label`
    does.
    """
    return _set(Path(folder), ("tokenizer",), name)


def set_guidelines(folder: Path | str, name: str) -> Project:
    """Name a file of the project's folder as its guidelines, as `set_tokenizer` does."""
    return _set(Path(folder), ("guidelines",), name)


def set_model(folder: Path | str, name: str) -> Project:
    """Name the pipeline that suggests, none where it is empty, as `set_tokenizer` does."""
    return _set(Path(folder), ("suggestions", "model"), name)


def _set(folder: Path, setting: tuple[str, ...], value: str) -> Project:
    from tonemark.toml_edits import with_value
    from tonemark.toml_lines import toml_string

    with locked(folder):
        text, stamp = read_text(folder)
        _parse(folder, text, stamp)
        changed = with_value(text, setting, toml_string(value))
        if changed != text:
            _parse(folder, changed, stamp)
            write(folder, changed)
    return read_project(folder)


def _parse(folder: Path, text: str, stamp: tuple[int, int, int]) -> Project:
    data = parse_toml(text, PROJECT_FILE)
    check_version(data, text)
    faults = Faults(text)
    project = _settle(folder, data, faults)
    faults.raise_any(PROJECT_FILE, f"Mend it in {folder / PROJECT_FILE}.")
    its_tokenizer = _tokenizer_stamp(project.folder, project.tokenizer)
    return replace(project, stamp=stamp, tokenizer_stamp=its_tokenizer)


def _settle(folder: Path, data: dict[str, object], faults: Faults) -> Project:
    folder = Path(os.path.realpath(folder))
    settings = read_settings(data, folder, faults)
    return Project(folder=folder, name=settings.pop("name") or folder_name(folder), **settings)


def folder_name(folder: Path) -> str:
    """What a project is called by its folder: its characters that print."""
    name = "".join(
        c if c.isprintable() else "_" for c in os.path.basename(os.path.realpath(folder))
    )
    return name.strip() or "project"


def _tokenizer_stamp(folder: Path, tokenizer: str) -> tuple[int, int, int]:
    if "." in tokenizer:
        from tonemark.tokenizers.registry import is_file_name

        if not is_file_name(tokenizer):
            return (0, 0, 0)
        with contextlib.suppress(OSError):
            return stamp_of(os.stat(folder / tokenizer))
    return (0, 0, 0)
