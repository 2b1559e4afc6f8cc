"""The store of a project: one SQLite file, opened safely, written in short transactions.

Knows the schema and how to wait for its turn; what the tables mean to the queue, to intake and to
reports is told in their own modules.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import stat
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path

from tonemark.corpus.documents import Document, document_from_row
from tonemark.corpus.spans import Suggestion
from tonemark.errors import TonemarkError
from tonemark.files import sync_folder

APPLICATION_ID = 0x746D726B
"""`tmrk`: marks a SQLite file as ours."""

SCHEMA_VERSION = 1
STORE_FILE = "store.sqlite"
PATIENCE = 30.0
"""Seconds that a writer waits for its turn."""

READERS_PATIENCE = 5.0
"""Seconds that a reader waits: in WAL mode only where another process opens, closes or recovers
the store at that moment."""

_HEADER = 100
"""Bytes of a SQLite file's header (sqlite.org/fileformat2.html, 1.3)."""

SCHEMA = """
CREATE TABLE sources (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source INTEGER NOT NULL REFERENCES sources,
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    digest INTEGER NOT NULL,
    meta TEXT,
    tokens BLOB,
    places INTEGER NOT NULL DEFAULT 1, taken INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, record)
);
CREATE INDEX documents_by_text ON documents (digest);
CREATE INDEX documents_with_places ON documents (id) WHERE taken < places;
CREATE TABLE suggestions (
    document INTEGER NOT NULL REFERENCES documents,
    start_char INTEGER NOT NULL, end_char INTEGER NOT NULL,
    label TEXT NOT NULL, sources TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (document, start_char, end_char, label)
) WITHOUT ROWID;
CREATE TABLE claims (
    annotator TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents,
    number INTEGER NOT NULL,
    state TEXT NOT NULL, counted INTEGER NOT NULL, reopened INTEGER NOT NULL DEFAULT 0,
    sequence INTEGER NOT NULL,
    deferred INTEGER NOT NULL DEFAULT 0,
    answered INTEGER NOT NULL DEFAULT 0,
    expires REAL NOT NULL,
    PRIMARY KEY (annotator, document)
) WITHOUT ROWID;
CREATE INDEX claims_to_do ON claims (annotator, deferred, sequence)
    WHERE state <> 'answered' OR reopened;
CREATE INDEX claims_by_answer ON claims (annotator, answered) WHERE answered > 0;
CREATE INDEX claims_by_lease ON claims (expires) WHERE state = 'open';
CREATE INDEX claims_by_document ON claims (document);
CREATE INDEX claims_extra ON claims (document, answered) WHERE answered > 0 AND NOT counted;
CREATE TABLE cursors (annotator TEXT PRIMARY KEY, document INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
    document INTEGER NOT NULL,
    annotator TEXT NOT NULL,
    claim INTEGER NOT NULL, number INTEGER NOT NULL,
    kind TEXT NOT NULL, data TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (document, annotator, claim, number)
) WITHOUT ROWID;
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    annotator TEXT NOT NULL,
    revision INTEGER NOT NULL, current INTEGER NOT NULL DEFAULT 1,
    answer TEXT NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    flagged INTEGER NOT NULL DEFAULT 0,
    tokens BLOB,
    extra INTEGER NOT NULL DEFAULT 0,
    time REAL NOT NULL,
    UNIQUE (document, annotator, revision)
);
CREATE UNIQUE INDEX annotations_current ON annotations (document, annotator) WHERE current;
CREATE INDEX annotations_by_annotator ON annotations (annotator, answer) WHERE current;
CREATE TABLE spans (
    annotation INTEGER NOT NULL REFERENCES annotations,
    start_char INTEGER NOT NULL, end_char INTEGER NOT NULL,
    label TEXT NOT NULL, sources TEXT NOT NULL
);
CREATE INDEX spans_by_annotation ON spans (annotation);
CREATE TABLE words (word TEXT PRIMARY KEY, counts TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE ticket (last INTEGER NOT NULL, places INTEGER NOT NULL);
INSERT INTO ticket VALUES (0, 0);
CREATE TABLE preferences (
    annotator TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (annotator, name)
) WITHOUT ROWID;
"""


class Store:
    """A project's store.

    Raises TonemarkError where the file is missing, damaged, not ours, or of another version; the
    file is then as it was.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.identity = _identity(path)
        # Closing a file drops every lock that this process has on it, SQLite's too
        # (sqlite.org/howtocorrupt.html, 2.2): where a store is open, only SQLite may look.
        if not any(store.identity == self.identity for store in _OPEN):
            _check_header(path)
        try:
            self.db = _connect(path)
        except sqlite3.DatabaseError as error:
            raise _unreadable(path, str(error)) from None
        _OPEN.add(self)

    @contextlib.contextmanager
    def transaction(self, patience: float = PATIENCE) -> Iterator[sqlite3.Connection]:
        """A write transaction, all or nothing, waiting its turn by short random sleeps.

        SQLite's own waiting is unfair: writers starve for seconds (measured in engines.md, 4).
        Raises TonemarkError where the turn does not come within `patience` seconds, where the
        disk refuses, and where the file proves to be damaged.
        """
        self._begin(time.monotonic() + patience)
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self.db.execute("ROLLBACK")
            refused = isinstance(error, sqlite3.OperationalError)
            if refused or type(error) is sqlite3.DatabaseError:
                raise _unwritable(str(error), "Nothing was half written. ") from None
            raise

    def _begin(self, deadline: float) -> None:
        self.db.execute("PRAGMA busy_timeout = 0")
        try:
            while True:
                try:
                    self.db.execute("BEGIN IMMEDIATE")
                    return
                except sqlite3.DatabaseError as error:
                    if not _busy(error) or time.monotonic() > deadline:
                        raise _unwritable(str(error)) from None
                    time.sleep(random.uniform(0.0005, 0.004))
        finally:
            self.db.execute(f"PRAGMA busy_timeout = {READERS_PATIENCE * 1000:.0f}")

    def close(self) -> None:
        """Close the file."""
        self.db.close()
        _OPEN.discard(self)

    # Documents

    def document_count(self) -> int:
        """How many documents there are; they are numbered from 1 without gaps."""
        (count,) = self.db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
        return int(count)

    def document(self, number: int) -> Document:
        """The document with this number; KeyError where there is none."""
        for document in self.documents([number]):
            return document
        raise KeyError(number)

    def documents(self, numbers: Iterable[int]) -> Iterator[Document]:
        """The documents with these numbers, in the order given; unknown numbers are left out."""
        for number in numbers:
            row = self.db.execute(
                "SELECT d.id, key, text, s.name, meta, tokens FROM documents d"
                " JOIN sources s ON s.id = d.source WHERE d.id = ?",
                (number,),
            ).fetchone()
            if row:
                yield document_from_row(row)

    def number_of(self, key: str) -> int | None:
        """The number of the document with this key, or None."""
        row = self.db.execute("SELECT id FROM documents WHERE key = ?", (key,)).fetchone()
        return int(row[0]) if row else None

    def suggestions(self, document: int) -> tuple[Suggestion, ...]:
        """What the store's producers propose for a document, in order."""
        rows = self.db.execute(
            "SELECT start_char, end_char, label, sources, score FROM suggestions"
            " WHERE document = ? ORDER BY start_char, end_char, label",
            (document,),
        )
        return tuple(
            Suggestion(start, end, label, tuple(json.loads(sources)), score)
            for start, end, label, sources, score in rows
        )

    # Words and preferences

    def put_words(self, words: Iterable[tuple[str, tuple[int, ...]]]) -> None:
        """Replace the counts of words in the project's raw text."""
        with self.transaction() as db:
            db.execute("DELETE FROM words")
            db.executemany(
                "INSERT OR REPLACE INTO words VALUES (?, ?)",
                ((word, json.dumps(list(counts))) for word, counts in words),
            )

    def words(self, words: Iterable[str]) -> dict[str, tuple[int, ...]]:
        """The counts of those among `words` that were counted."""
        found: dict[str, tuple[int, ...]] = {}
        wanted = list(set(words))
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            marks = ",".join("?" * len(part))
            for word, counts in self.db.execute(
                f"SELECT word, counts FROM words WHERE word IN ({marks})", part
            ):
                found[word] = tuple(json.loads(counts))
        return found

    def preference(self, annotator: str, name: str) -> str | None:
        """What an annotator chose for herself, or None."""
        row = self.db.execute(
            "SELECT value FROM preferences WHERE annotator = ? AND name = ?", (annotator, name)
        ).fetchone()
        return str(row[0]) if row else None

    def set_preference(self, annotator: str, name: str, value: str) -> None:
        """Remember an annotator's choice."""
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO preferences VALUES (?, ?, ?)", (annotator, name, value)
            )


_OPEN: weakref.WeakSet[Store] = weakref.WeakSet()
"""The stores that this process has open."""


def create_store(path: Path) -> None:
    """Make an empty store, whole or not at all; leaves an existing one as it is.

    The group may write it where it may write the folder. Raises TonemarkError where the folder
    cannot be written.
    """
    if path.exists():
        return
    handle = -1
    try:
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        try:
            # Set before SQLite sees the file: its -wal and -shm copy the mode, and a group that
            # shares the folder can then write (ssh-safety-packaging.md, 1.7).
            os.fchmod(handle, 0o660 if os.stat(path.parent).st_mode & 0o020 else 0o600)
            db = sqlite3.connect(part, isolation_level=None)
            try:
                db.executescript(f"BEGIN;{SCHEMA}COMMIT;")
                db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                db.execute("PRAGMA journal_mode = WAL")
            finally:
                db.close()
            _appear(part, path)
        finally:
            os.close(handle)
            with contextlib.suppress(FileNotFoundError):
                os.unlink(part)
        sync_folder(path.parent)
    except (OSError, sqlite3.OperationalError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise TonemarkError(
            f"{path} cannot be made: {reason}.",
            "Check that the disk has room and that the folder may be written.",
        ) from None


def _appear(part: str, path: Path) -> None:
    """Give a finished file its name, unless another process was there first."""
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        os.rename(part, path)


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        raise TonemarkError(
            f"{path} is missing.", "Put it back from a backup, or make the project anew."
        ) from None
    except OSError as error:
        raise _unreadable(path, str(error.strerror), "Look at its owner and mode.") from None
    if not stat.S_ISREG(status.st_mode):
        raise _unreadable(path, "it is not a file")
    return status.st_dev, status.st_ino


def _check_header(path: Path) -> None:
    """Look at the file before SQLite does, which may write to what it opens."""
    try:
        with path.open("rb") as stream:
            header = stream.read(_HEADER)
    except OSError as error:
        raise _unreadable(path, str(error.strerror), "Look at its owner and mode.") from None
    if not header:
        raise _unreadable(path, "it is empty")
    if len(header) < _HEADER or not header.startswith(b"SQLite format 3\0"):
        raise _unreadable(path, "it is no SQLite file")
    application, version = header[68:72], header[60:64]
    _check_ours(path, int.from_bytes(application, "big"), int.from_bytes(version, "big"))


def _check_ours(path: Path, application: int, version: int) -> None:
    if application != APPLICATION_ID:
        raise TonemarkError(
            f"{path} is not a store of Tonemark.",
            "Nothing was changed; put the right file there.",
        )
    if version > SCHEMA_VERSION:
        raise TonemarkError(
            f"{path} was written by a newer Tonemark (store version {version}).",
            "Nothing was changed; update Tonemark on this machine.",
        )
    if version < SCHEMA_VERSION:
        raise _unreadable(path, f"it has the store version {version}")


def _connect(path: Path) -> sqlite3.Connection:
    """Open a store, as each process must. Raises sqlite3.DatabaseError."""
    db = sqlite3.connect(
        # rw: a file that has gone in the meantime is not made anew.
        f"{path.absolute().as_uri()}?mode=rw",
        uri=True,
        timeout=READERS_PATIENCE,
        isolation_level=None,
    )
    try:
        (application,) = db.execute("PRAGMA application_id").fetchone()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        _check_ours(path, application, version)
        (mode,) = db.execute("PRAGMA journal_mode").fetchone()
        if mode != "wal":  # restored from a copy made by SQLite's own tools
            (mode,) = db.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise sqlite3.OperationalError(f"it cannot be shared here (journal mode {mode})")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("SELECT 1 FROM documents LIMIT 1")
    except BaseException:
        db.close()
        raise
    return db


def _unreadable(path: Path, reason: str, remedy: str = "") -> TonemarkError:
    return TonemarkError(
        f"{path} cannot be read as a store: {reason}.",
        f"Nothing was changed. {remedy or 'Put the file back from a backup.'}",
    )


def _unwritable(reason: str, first: str = "") -> TonemarkError:
    return TonemarkError(
        f"The store could not be written: {reason}.",
        f"{first}Check that the disk has room and that the folder may be written.",
    )


def _busy(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
