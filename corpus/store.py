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
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tonemark.corpus.documents import Document, unpack_tokens
from tonemark.corpus.spans import Suggestion
from tonemark.errors import TonemarkError

APPLICATION_ID = 0x746D726B
"""`tmrk`: marks a SQLite file as ours."""

SCHEMA_VERSION = 1
STORE_FILE = "store.sqlite"
PATIENCE = 30.0
"""Seconds that a writer waits for its turn."""

SCHEMA = """
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);
CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    source INTEGER NOT NULL REFERENCES sources,
    record TEXT NOT NULL,
    text TEXT NOT NULL,
    digest INTEGER NOT NULL,
    meta TEXT,
    tokens BLOB,
    places INTEGER NOT NULL DEFAULT 1,
    taken INTEGER NOT NULL DEFAULT 0,
    UNIQUE (source, record)
);
CREATE INDEX documents_by_text ON documents (digest);
CREATE INDEX documents_with_places ON documents (id) WHERE taken < places;
CREATE TABLE suggestions (
    document INTEGER NOT NULL REFERENCES documents,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    label TEXT NOT NULL,
    sources TEXT NOT NULL,
    score REAL NOT NULL,
    PRIMARY KEY (document, start_char, end_char, label)
) WITHOUT ROWID;
CREATE TABLE claims (
    annotator TEXT NOT NULL,
    document INTEGER NOT NULL REFERENCES documents,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    counted INTEGER NOT NULL,
    reopened INTEGER NOT NULL DEFAULT 0,
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
CREATE TABLE events (
    document INTEGER NOT NULL,
    annotator TEXT NOT NULL,
    claim INTEGER NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    data TEXT NOT NULL,
    time REAL NOT NULL,
    PRIMARY KEY (document, annotator, claim, number)
) WITHOUT ROWID;
CREATE TABLE annotations (
    id INTEGER PRIMARY KEY,
    document INTEGER NOT NULL REFERENCES documents,
    annotator TEXT NOT NULL,
    revision INTEGER NOT NULL,
    current INTEGER NOT NULL DEFAULT 1,
    answer TEXT NOT NULL,
    comment TEXT NOT NULL DEFAULT '',
    flagged INTEGER NOT NULL DEFAULT 0,
    tokens BLOB,
    extra INTEGER NOT NULL DEFAULT 0,
    time REAL NOT NULL,
    UNIQUE (document, annotator, revision)
);
CREATE INDEX annotations_current ON annotations (document, annotator) WHERE current;
CREATE INDEX annotations_by_annotator ON annotations (annotator, answer) WHERE current;
CREATE TABLE spans (
    annotation INTEGER NOT NULL REFERENCES annotations,
    start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL,
    label TEXT NOT NULL,
    sources TEXT NOT NULL
);
CREATE INDEX spans_by_annotation ON spans (annotation);
CREATE TABLE words (
    word TEXT PRIMARY KEY,
    counts TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE ticket (
    last INTEGER NOT NULL
);
INSERT INTO ticket VALUES (0);
CREATE TABLE preferences (
    annotator TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (annotator, name)
) WITHOUT ROWID;
"""


class Store:
    """A project's store.

    Raises TonemarkError where the file is missing, damaged, not ours, or of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise TonemarkError(
                f"{path} is missing.", "Put it back from a backup, or make the project anew."
            )
        try:
            self.db = _connect(path)
            self._check()
        except sqlite3.DatabaseError as error:
            raise TonemarkError(
                f"{path} cannot be read as a store: {error}.",
                "Nothing was changed; put the file back from a backup.",
            ) from None

    def _check(self) -> None:
        (application,) = self.db.execute("PRAGMA application_id").fetchone()
        (version,) = self.db.execute("PRAGMA user_version").fetchone()
        if application != APPLICATION_ID:
            raise TonemarkError(
                f"{self.path} is not a store of Tonemark.",
                "Nothing was changed; put the right file there.",
            )
        if version > SCHEMA_VERSION:
            raise TonemarkError(
                f"{self.path} was written by a newer Tonemark (store version {version}).",
                "Update Tonemark on this machine.",
            )

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction, all or nothing, waiting its turn by short random sleeps.

        SQLite's own waiting is unfair: writers starve for seconds (measured in engines.md, 4).
        Raises TonemarkError where the turn never comes or the disk refuses.
        """
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.db.execute("BEGIN IMMEDIATE")
                break
            except sqlite3.OperationalError as error:
                if not _busy(error) or time.monotonic() > deadline:
                    raise TonemarkError(
                        f"The store could not be written: {error}.",
                        "Check that the disk has room and that the folder may be written.",
                    ) from None
                time.sleep(random.uniform(0.0005, 0.004))
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self.db.execute("ROLLBACK")
            if isinstance(error, sqlite3.OperationalError):
                raise TonemarkError(
                    f"The store could not be written: {error}.",
                    "Nothing was half written. Check that the disk has room.",
                ) from None
            raise

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    # Documents

    def document_count(self) -> int:
        """How many documents there are; they are numbered from 1 without gaps."""
        (count,) = self.db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
        return int(count)

    def document(self, number: int) -> Document:
        """The document with this number; KeyError where there is none."""
        return next(iter(self.documents([number])), None) or _missing(number)

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


def create_store(path: Path) -> None:
    """Make an empty store; leaves an existing one as it is."""
    if path.exists():
        return
    # The file's mode is set before SQLite sees it: its -wal and -shm copy it, and a group that
    # shares the folder can then write (ssh-safety-packaging.md, 1.7).
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o660))
    db = sqlite3.connect(part, isolation_level=None)
    try:
        db.executescript(f"BEGIN;{SCHEMA}COMMIT;")
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        db.execute("PRAGMA journal_mode = WAL")
    finally:
        db.close()
    os.replace(part, path)


def document_from_row(row: tuple[Any, ...]) -> Document:
    """A document from id, key, text, source name, meta and tokens."""
    number, key, text, source, meta, tokens = row
    return Document(
        number,
        key,
        text,
        source,
        json.loads(meta) if meta else {},
        unpack_tokens(tokens) if tokens is not None else None,
    )


def _missing(number: int) -> Document:
    raise KeyError(number)


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=0, isolation_level=None)
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA foreign_keys = ON")
    return db


def _busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
