"""The file project.toml on the disk: read whole, written whole, changed by one process at a time.

Knows nothing of what stands in it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from tonemark.errors import TonemarkError

PROJECT_FILE = "project.toml"

FILE_LIMIT = 1024 * 1024
"""Bytes that a project file may have."""

_LOCK_FILE = ".project.lock"

_FOLDERS = ("journal", "suggester", "models")
"""What the folders are called that a project consists of."""


def read_text(folder: Path) -> tuple[str, tuple[int, int, int]]:
    """The file of the project in a folder, and its `stamp_of`.

    Raises TonemarkError where there is none, or it cannot be read.
    """
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
            raise refused(path, "cannot be read", error) from None
    if len(data) > FILE_LIMIT:
        raise TonemarkError(
            f"{path} is over {FILE_LIMIT // 1024} KiB: this is no project file.",
            "Documents do not belong in it: add them with tonemark add.",
        )
    try:
        return data.decode("utf-8-sig"), stamp_of(status)
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
        return refused(folder / PROJECT_FILE, "cannot be read", error)
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


def _typed(folder: Path) -> str:
    from tonemark.files import typed  # late, as in `write`: reading is on the way to the first page

    return typed(folder)


def refused(path: Path, what: str, error: OSError) -> TonemarkError:
    """The error of a file that the system refused."""
    return TonemarkError(f"{path} {what}: {error.strerror or error}.", "Look at it and try again.")


def stamp_of(status: os.stat_result) -> tuple[int, int, int]:
    """What tells a file from what it was: time of its change (ns), size (bytes), inode."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def check_no_part(path: Path) -> None:
    """Raises TonemarkError where a file at `path` would take the place of one that a project in its
    folder, or above it, consists of: its settings, store, journals, models, or what is called like
    them."""
    there = Path(os.path.abspath(path))
    below = [there, *there.parents]
    for at, folder in enumerate(below[1:]):
        name = below[at].name
        own = name in _FOLDERS
        if at == 0:
            own = own or name == PROJECT_FILE or name.startswith(("store.sqlite", "."))
        if own and os.path.lexists(folder / PROJECT_FILE):
            raise TonemarkError(
                f"{path} is a part of the project in {folder}.",
                "Nothing was written. Name another file.",
            )


def write(folder: Path, text: str) -> None:
    """Put another text in the place of the file. Raises TonemarkError."""
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
        raise refused(path, "cannot be opened", error) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
