"""The project file: reading `project.toml` with every fault named, making one, adding a label.

Knows nothing of documents or of the store. Nothing in the file can name code, or a path outside
the project's folder.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.labels import Label, keys_of, label_fault
from tonemark.corpus.project_checks import Bidi, check_version, read_settings
from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tokenizers.languages import language_tag
from tonemark.toml_files import Faults, parse_toml

PROJECT_FILE = "project.toml"

SUGGESTER_FOLDER = "suggester"
"""The folder in a project where its suggester has its locks and its log."""

FILE_LIMIT = 1024 * 1024
"""Bytes that a project file may have."""

_LOCK_FILE = ".project.lock"


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
    """Annotators that each document goes to, 1 to 50."""

    team: tuple[str, ...]
    """Names of those who may annotate, besides the reviewers; empty: anyone may."""

    reviewers: tuple[str, ...]
    """Names of those who may review."""

    lease_minutes: int
    """Minutes after which an untouched document goes to another, 1 to 1440."""

    folds: tuple[str, ...] | None = None
    """What names of gazetteers are compared without; None: by the language."""

    threshold: float = 0.5
    """The share of true occurrences below which an entry suggests no more, 0 to 1."""

    doubt: float = 0.75
    """The score below which a suggestion is doubtful, 0 to 1."""

    blind: float = 0.0
    """The share of documents on which nothing is suggested, 0 to 1."""

    stamp: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)
    """The file that was read: its modification time (ns), size (bytes) and inode."""

    tokenizer_stamp: tuple[int, int, int] = field(default=(0, 0, 0), compare=False)
    """The same of the tokenizer's file, where it is one and is there."""


def label_keys(project: Project) -> dict[str, str]:
    """The label that each key sets, in the order of the labels (`labels.keys_of`)."""
    return keys_of(project.labels)


def read_project(folder: Path | str) -> Project:
    """The project in `folder`.

    Raises TonemarkError where there is none, where the file cannot be read, or where anything in
    it is wrong: then all its faults are named, each with its line.
    """
    folder = Path(folder)
    text, stamp = _read_text(folder)
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
    if _stamp(status) != project.stamp:
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
        name=_folder_name(folder) if name is None else name,
        language=faults.taken(language_tag, language, default="und"),
        tokenizer=tokenizer,
        labels=tuple(dict.fromkeys(labels)),
        guidelines=guidelines,
        page=page,
        overlap=overlap,
        team=tuple(dict.fromkeys(annotator_name(person) for person in team)),
    )
    _settle(folder, parse_toml(text, PROJECT_FILE), faults)
    faults.raise_any("This project cannot be made", "Nothing was written.", with_lines=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(folder, "cannot be made", error) from None
    with locked(folder):
        if os.path.lexists(folder / PROJECT_FILE):
            raise TonemarkError(
                f"There is a project in {folder} already.",
                f"Open it with: tonemark {_typed(folder)}; or choose another folder.",
            )
        _write(folder, text)
    return read_project(folder)


def add_label(folder: Path | str, name: str) -> Project:
    """Add a label at the end of [labels], and return the project as it then is.

    Comments, order and everything else stay; a label that is there changes nothing. Processes that
    add labels at once wait for each other, and none is lost. Whether `new_labels` allows it is
    for the caller to ask. Raises TonemarkError where the name is not allowed, or looks like that
    of another label, and where the file is at fault or cannot be written.
    """
    from tonemark.corpus.project_template import with_label

    folder = Path(folder)
    fault = label_fault(name)
    if fault:
        # Short, for where one types a label the line ends behind it, and with it the reason.
        raise TonemarkError(f'The label "{short(name, 30)}" {fault}.', "Choose another name.")
    project = read_project(folder)
    if any(label.name == name for label in project.labels):
        return project
    with locked(folder):
        text, stamp = _read_text(folder)
        project = _parse(folder, text, stamp)
        for label in project.labels:
            if label.name == name:
                return project
            if unicodedata.normalize("NFC", label.name) == unicodedata.normalize("NFC", name):
                raise TonemarkError(
                    f'The label "{label.name}" looks the same as "{name}": only the coding of '
                    "their accents differs.",
                    "Use the one that is there.",
                )
        longer = with_label(text, name)
        wanted = replace(project, labels=(*project.labels, Label(name)))
        try:
            is_right = _parse(folder, longer, stamp) == wanted
        except TonemarkError:
            is_right = False
        if not is_right:
            raise TonemarkError(
                f'The label "{name}" could not be added to {folder / PROJECT_FILE}: [labels] is '
                "written in a way that Tonemark cannot extend.",
                'Add it with an editor: a line NAME = "" under [labels].',
            )
        _write(folder, longer)
    return read_project(folder)


def set_tokenizer(folder: Path | str, name: str) -> Project:
    """Name another tokenizer in the file, and return the project as it then is; comments, order and
    everything else stay.

    Whether there is one of that name is for the caller to ask. Raises TonemarkError as `add_label`
    does.
    """
    from tonemark.toml_edits import with_value
    from tonemark.toml_lines import toml_string

    folder = Path(folder)
    with locked(folder):
        text, stamp = _read_text(folder)
        if _parse(folder, text, stamp).tokenizer != name:
            changed = with_value(text, ("tokenizer",), toml_string(name))
            _parse(folder, changed, stamp)
            _write(folder, changed)
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
    return Project(folder=folder, name=settings.pop("name") or _folder_name(folder), **settings)


def _folder_name(folder: Path) -> str:
    name = "".join(
        c if c.isprintable() else "_" for c in os.path.basename(os.path.realpath(folder))
    )
    return name.strip() or "project"


def _read_text(folder: Path) -> tuple[str, tuple[int, int, int]]:
    path = folder / PROJECT_FILE
    try:
        # Without O_NONBLOCK a named pipe called project.toml would hang the program.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _no_project(folder, error) from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode):
        os.close(handle)
        raise TonemarkError(f"{path} is not a file.", "Move it away, or choose another folder.")
    with os.fdopen(handle, "rb") as stream:
        try:
            data = stream.read(FILE_LIMIT + 1)
        except OSError as error:
            raise _refused(path, "cannot be read", error) from None
    if len(data) > FILE_LIMIT:
        raise TonemarkError(
            f"{path} is over {FILE_LIMIT // 1024} KiB: this is no project file.",
            "Documents do not belong in it: add them with tonemark add.",
        )
    try:
        return data.decode("utf-8-sig"), _stamp(status)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise TonemarkError(
            f"{PROJECT_FILE}, line {line}: this is not UTF-8.",
            f"Save {path} as UTF-8 in an editor.",
        ) from None


def _no_project(folder: Path, error: OSError) -> TonemarkError:
    remedy = f"Make one:\n    tonemark new {_typed(folder)} --lang CODE --labels A,B"
    if error.errno == errno.ENOTDIR:
        return TonemarkError(f"{folder} is not a folder.", "Name the project's folder.")
    if error.errno != errno.ENOENT:
        return _refused(folder / PROJECT_FILE, "cannot be read", error)
    if not folder.is_dir():
        return TonemarkError(f"There is no folder {folder}.", remedy)
    title = f"{folder} is not a project: it has no {PROJECT_FILE}."
    if (folder / "store.sqlite").is_file():
        labels = ",".join(map(shlex.quote, _labels_in(folder / "store.sqlite"))) or "A,B"
        remedy = (
            "Its store is there, with all documents and answers, and stays as it is. Put"
            f" {PROJECT_FILE} back from a backup, or write it anew"
            f"{'' if labels == 'A,B' else ', with the labels that are in the store'}:\n"
            f"    tonemark new {_typed(folder)} --lang CODE --labels {labels}"
        )
    return TonemarkError(title, remedy)


def _labels_in(store: Path) -> list[str]:
    """The labels of the spans in a store whose project file is gone, most used first."""
    import sqlite3

    from tonemark.corpus.store import Store

    try:
        opened = Store(store, reading=True)
        try:
            rows = opened.db.execute(
                "SELECT label FROM (SELECT label FROM spans UNION ALL SELECT label FROM"
                " suggestions) GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 50"
            ).fetchall()
        finally:
            opened.close()
    except (TonemarkError, sqlite3.Error):
        return []
    return [str(label) for (label,) in rows]


def _refused(path: Path, what: str, error: OSError) -> TonemarkError:
    return TonemarkError(f"{path} {what}: {error.strerror or error}.", "Look at it and try again.")


def _typed(folder: Path) -> str:
    from tonemark.files import typed

    return typed(folder)


def _stamp(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_mtime_ns, status.st_size, status.st_ino


def _tokenizer_stamp(folder: Path, tokenizer: str) -> tuple[int, int, int]:
    if "." in tokenizer:
        from tonemark.tokenizers.registry import is_file_name

        if not is_file_name(tokenizer):
            return (0, 0, 0)
        with contextlib.suppress(OSError):
            return _stamp(os.stat(folder / tokenizer))
    return (0, 0, 0)


def _write(folder: Path, text: str) -> None:
    from tonemark.files import atomic_writer

    # Through a symbolic link the file itself is replaced, and the link stays.
    path = Path(os.path.realpath(folder / PROJECT_FILE))
    try:
        with atomic_writer(path) as stream:
            stream.write(text.encode())
    except OSError as error:
        # The name alone first: a status line of 80 columns has room for the reason then.
        raise TonemarkError(
            f"{path.name} cannot be written: {error.strerror or error}.",
            f"Look at {path} and try again.",
        ) from None


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nobody else changes the project's own files meanwhile; not to be held twice."""
    import fcntl

    path = folder / _LOCK_FILE
    flags = os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        try:
            handle = os.open(path, os.O_RDWR | flags, 0o666)
        except PermissionError:
            # Another login's lock file can still be locked, except over NFS.
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise _refused(path, "cannot be opened", error) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
