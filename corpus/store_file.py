"""The file of a store, before its tables matter: what must be true of it, and how it is opened.

For writing, or only for reading where nobody may write; what is refused is left as it was.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import stat
import struct
import sys
import time
from pathlib import Path

from tonemark.corpus.archive import statements
from tonemark.corpus.schema import APPLICATION_ID, POOL_TABLE, SCHEMA, SCHEMA_VERSION
from tonemark.errors import TonemarkError
from tonemark.files import open_regular

READERS_PATIENCE = 5.0
"""Seconds that a reader waits: in WAL mode only where another process opens, closes or recovers
the store at that moment."""

LOG_PATIENCE = 1.0
"""Seconds that opening may spend on whether a log that was left behind fits its store."""

_OURS = frozenset(
    [statement.strip() for statement in SCHEMA.split(";")]
    + statements()
    + [each.strip() for each in POOL_TABLE.split(";")]
    # What AUTOINCREMENT and ANALYZE add.
    + ["CREATE TABLE sqlite_sequence(name,seq)"]
    + ["CREATE TABLE sqlite_stat1(tbl,idx,stat)"]
    + ["CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)"]
)
"""The statements that a store may hold, as SQLite keeps them: to the letter."""

_FAULTS = (
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_PROTOCOL,
)
"""Codes by which SQLite tells of the file, the disk or another process, not of our statements."""

SMALLEST_ROOM = 64 * 1024
"""Bytes without which no store is opened for writing: its -shm file takes 32 KiB."""

CHECK_DISK = "Check that the disk has room and that the folder may be written."
"""What to do where the system refused."""

MAKE_ROOM = "Make room on it, and open the project again: the store is as it was."
"""What to do where the disk is full."""

_HEADER = 100
"""Bytes of a SQLite file's header (sqlite.org/fileformat2.html, 1.3)."""

_IN_USE = 128
"""The byte of the -shm file on which each open connection has a lock (walformat.html, 2.3)."""


def identity(path: Path) -> tuple[int, int]:
    """What tells a file from others under whatever name. Raises TonemarkError where it is none."""
    try:
        status = path.stat()
    except FileNotFoundError:
        raise TonemarkError(
            f"{path} is missing.", "Put it back from a backup, or make the project anew."
        ) from None
    except OSError as error:
        raise unreadable(path, str(error.strerror), "Look at its owner and mode.") from None
    if not stat.S_ISREG(status.st_mode):
        raise unreadable(path, "it is not a file")
    return status.st_dev, status.st_ino


def check_file(path: Path) -> None:
    """Look at the file before SQLite does, which may write to what it opens.

    Not while this process has it open: closing it here would drop SQLite's locks. Raises
    TonemarkError.
    """
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER)
    except OSError as error:
        raise unreadable(path, str(error.strerror), "Look at its owner and mode.") from None
    if not header:
        raise unreadable(path, "it is empty")
    if len(header) < _HEADER or not header.startswith(b"SQLite format 3\0"):
        raise unreadable(path, "it is no SQLite file")
    application, version = header[68:72], header[60:64]
    _check_ours(path, int.from_bytes(application, "big"), int.from_bytes(version, "big"))
    _check_no_rollback(path)
    if _size(log_path(path)) and not in_use(path):
        _check_log(path)


def why_full(path: Path) -> str:
    """That the disk of a store is full, in words; empty where it has room for SQLite's files."""
    with contextlib.suppress(OSError):
        disk = os.statvfs(path.parent)
        if disk.f_bavail * disk.f_frsize < SMALLEST_ROOM:
            return "its disk is full"
    return ""


def why_not_writable(path: Path) -> str:
    """Why a store may only be read by this process, in words; empty where it may be written."""
    for place, what in ((path, "the file"), (path.parent, "the folder")):
        if not os.access(place, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
            with contextlib.suppress(OSError):
                if os.statvfs(place).f_flag & os.ST_RDONLY:
                    return "its disk is mounted for reading only"
            return f"{what} may not be written by this user"
    return ""


def connect(path: Path) -> sqlite3.Connection:
    """Open a store for writing, as each process must. Raises sqlite3.DatabaseError."""
    # rw: a file that has gone in the meantime is not made anew.
    db = _open(path, "mode=rw")
    try:
        _check_open(path, db)
        (mode,) = db.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal":  # restored from a copy made by SQLite's own tools
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise sqlite3.OperationalError(f"it cannot be shared here (journal mode {mode})")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        db.close()
        raise
    return db


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open a store so that nothing is written to it. Raises sqlite3.DatabaseError.

    What stands in its log is read too. TonemarkError where that cannot be: then the file alone
    would show an older state.
    """
    if why_not_writable(path) or why_full(path):
        options = ["mode=ro"]
        if not _size(log_path(path)):
            # Without a -shm that may be made, SQLite reads only what it is told nobody writes
            # (ssh-safety-packaging.md, 1.7). With nothing in the log the file is all there is.
            options.append("mode=ro&immutable=1")
    else:
        # A connection for reading leaves -wal and -shm behind it; one that could write brings
        # what stands in the log into the file.
        options = ["mode=ro" if _size(log_path(path)) else "mode=rw"]
    for option in options:
        db = _open(path, option)
        try:
            db.execute("PRAGMA query_only = ON")
            _check_open(path, db)
            return db
        except sqlite3.OperationalError as error:
            db.close()
            # In a folder without the right to write: READONLY_DIRECTORY.
            if error.sqlite_errorcode & 0xFF not in (
                sqlite3.SQLITE_CANTOPEN,
                sqlite3.SQLITE_READONLY,
                *((sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL) if why_full(path) else ()),
            ):
                raise
            caught = error
        except BaseException:
            db.close()
            raise
    if _size(log_path(path)) and why_full(path):
        raise unreadable(path, why_full(path), MAKE_ROOM)
    if _size(log_path(path)):
        raise TonemarkError(
            f"The latest changes to {path} stand in {log_path(path).name}, which cannot be read"
            f" in a folder that may not be written.",
            "Nothing was changed. Copy the folder to where you may write, and open the copy.",
        )
    raise caught


def log_path(path: Path) -> Path:
    """The write-ahead log of a store."""
    return path.with_name(f"{path.name}-wal")


def rollback_journal(path: Path) -> Path | None:
    """What lies where SQLite looks for a rollback journal of the store, of whatever kind, or None.

    SQLite looks beside the file itself, where `path` is a link.
    """
    for each in (path, Path(os.path.realpath(path))):
        journal = each.with_name(f"{each.name}-journal")
        if os.path.lexists(journal):
            return journal
    return None


def unreadable(path: Path, reason: str, remedy: str = "") -> TonemarkError:
    """The error of a store that cannot be opened."""
    return TonemarkError(
        f"{path} cannot be read as a store: {reason}.",
        f"Nothing was changed. {remedy or 'Put the file back from a backup.'}",
    )


def unwritable(reason: str, first: str = "") -> TonemarkError:
    """The error of a transaction that was refused."""
    return TonemarkError(
        f"The store could not be written: {reason}.",
        f"{first}{CHECK_DISK}",
    )


def in_words(error: BaseException | None) -> TonemarkError | None:
    """What a person is told of an error that SQLite raised while a store was read; None where it
    is no fault of the file or the disk, but of the program."""
    if isinstance(error, UnicodeError):  # a name or an error message of SQLite's, damaged
        error = sqlite3.DatabaseError("what stands there is no UTF-8")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    if not isinstance(error, sqlite3.DatabaseError):
        return None
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:  # raised by Python's module: what stands there is no UTF-8
        is_fault = type(error) is sqlite3.OperationalError
    else:
        is_fault = code & 0xFF in _FAULTS
    if not is_fault:
        return None
    return TonemarkError(
        f"The project's store cannot be read any further: {error}.",
        "Nothing was changed. What is wrong with it, and what to do:\n    tonemark doctor DIR",
    )


def decoded(data: bytes) -> str:
    """Text as a store has it. What is no UTF-8 becomes lone surrogates, so that one damaged row
    ends no query: what shows or counts rows goes on, and what needs the text itself refuses it."""
    return data.decode("utf-8", "surrogateescape")


def _check_no_rollback(path: Path) -> None:
    """A store has a log, never a rollback journal: SQLite would play one back before it knows
    that, and then delete the file that is named in it, wherever that is (fileformat2.html, 3)."""
    if journal := rollback_journal(path):
        raise TonemarkError(
            f"{journal} lies beside the store, and no store of Tonemark's has such a file.",
            "Nothing was changed. It may be made to delete files of yours: open the store with no"
            " other program before you have moved it out of the folder.",
        )


def _open(path: Path, options: str) -> sqlite3.Connection:
    _check_no_rollback(path)
    db = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}",
        uri=True,
        timeout=READERS_PATIENCE,
        isolation_level=None,
    )
    # Functions in checks, indexes and generated columns may then touch nothing outside their
    # statement, of a log that is looked at before its schema is, too.
    db.execute("PRAGMA trusted_schema = OFF")
    db.text_factory = decoded
    return db


def _check_open(path: Path, db: sqlite3.Connection) -> None:
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    _check_ours(path, application, version)
    _check_runs_nothing(path, db)
    db.execute("SELECT 1 FROM documents LIMIT 1")


def _check_runs_nothing(path: Path, db: sqlite3.Connection) -> None:
    """A store from a stranger must not bring SQL of its own that runs as we read and write.

    Triggers, views, virtual tables and whatever else is not ours to the letter are refused
    (sqlite.org/security.html, 1.1).
    """
    for name, sql in db.execute("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL"):
        if sql not in _OURS:
            raise unreadable(path, f"it holds SQL that Tonemark did not put there ({name})")


def _check_ours(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise TonemarkError(
            f"{path} is not a store of Tonemark.",
            "Nothing was changed; put the right file there, from a backup.",
        )
    if version > SCHEMA_VERSION:
        raise TonemarkError(
            f"{path} was written by a newer Tonemark (store version {version}).",
            "Nothing was changed; update Tonemark on this machine.",
        )
    if version < SCHEMA_VERSION:
        raise TonemarkError(
            f"{path} was written by an earlier Tonemark (store version {version}), whose stores"
            " this one cannot read.",
            "Nothing was changed. Export it with that Tonemark (all annotators, --format jsonl),"
            " and add the export to a new project.",
        )


def _check_log(path: Path) -> None:
    """Whether the log that a process left behind, cut off, fits the file.

    Opened for writing, SQLite would bring it into the file for good, and where the file is another
    (a backup put in its place) spoil that (sqlite.org/howtocorrupt.html, 1.4). Within
    LOG_PATIENCE: of a store that takes longer, what was looked at until then must do.
    """
    deadline = time.monotonic() + LOG_PATIENCE
    try:
        db = _open(path, "mode=ro")
        try:
            db.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
            (fault,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        finally:
            db.close()
    except sqlite3.OperationalError:
        return  # the time is up, or it is opened in another way
    except sqlite3.DatabaseError as error:
        fault = str(error)
    if fault != "ok":
        fault = fault.splitlines()[-1]  # before it stands only which database
        log = log_path(path)
        raise TonemarkError(
            f"{path} and {log.name} beside it do not fit together: {fault}.",
            f"Nothing was changed. Copy the folder first. If {path.name} was put back from a"
            f" backup, the log is of the file before it: move {log.name} away and open it again.",
        )


def in_use(path: Path) -> bool:
    """Whether another process has the store open, as far as can be seen without touching locks."""
    if sys.platform != "linux":
        return False
    try:
        with open_regular(Path(f"{path}-shm")) as stream:
            lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, _IN_USE, 1, 0)
            found = fcntl.fcntl(stream, fcntl.F_GETLK, lock)
    except OSError:
        return False
    (kind,) = struct.unpack_from("h", found)
    return bool(kind != fcntl.F_UNLCK)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
