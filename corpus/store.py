"""The store of a project: one SQLite file, opened safely, written in short transactions.

Knows how to wait for its turn; what the tables mean to the queue, to intake and to reports is told
in their own modules.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sqlite3
import tempfile
import time
import weakref
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tonemark.corpus import store_file
from tonemark.corpus.archive import gaps
from tonemark.corpus.documents import Document, damaged, document_from_row
from tonemark.corpus.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from tonemark.corpus.spans import Suggestion, check_stretches, parsed_sources
from tonemark.corpus.store_file import (
    CHECK_DISK,
    MAKE_ROOM,
    READERS_PATIENCE,
    in_words,
    unreadable,
    unwritable,
    why_full,
)
from tonemark.errors import TonemarkError
from tonemark.files import check_inside, parsed, sync_folder

STORE_FILE = "store.sqlite"
PATIENCE = 30.0
"""Seconds that a writer waits for its turn."""


class Store:
    """A project's store.

    Where it may not be written it is opened for reading, and `read_only` says why; so with
    `reading`, which leaves every file of it as it is. Raises TonemarkError where the file is
    missing, damaged, not ours, or of another version; the file is then as it was.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        self.path = path
        check_inside(path.parent, path)
        self.identity = store_file.identity(path)
        # Closing a file drops every lock that this process has on it, SQLite's too
        # (sqlite.org/howtocorrupt.html, 2.2): where a store is open, only SQLite may look.
        if not any(store.identity == self.identity for store in _OPEN):
            store_file.check_file(path)
        self.read_only = store_file.why_not_writable(path)
        if reading and not self.read_only:
            self.read_only = "it was opened for reading"
        try:
            self.db = self._connected()
        except UnicodeError:
            raise unreadable(path, "what stands there is no UTF-8") from None
        except sqlite3.DatabaseError as error:
            # A full disk has no room for the -shm file that every reader needs.
            full = _by_disk(error) and why_full(path)
            remedy = MAKE_ROOM if full else CHECK_DISK if _by_disk(error) else ""
            raise unreadable(path, full or str(error), remedy) from None
        _OPEN.add(self)

    def _connected(self) -> sqlite3.Connection:
        if not self.read_only:
            try:
                return store_file.connect(self.path)
            except sqlite3.DatabaseError as error:
                if not (_by_disk(error) and why_full(self.path)):
                    raise
                self.read_only = why_full(self.path)
        return store_file.connect_reading(self.path)

    def check_writable(self) -> None:
        """Raises TonemarkError where the store may only be read."""
        if self.read_only:
            raise TonemarkError(
                f"This project may only be read: {self.read_only}.",
                "Nothing was changed. Write to it as a user, and on a disk, that may.",
            )

    @contextlib.contextmanager
    def transaction(self, patience: float = PATIENCE) -> Iterator[sqlite3.Connection]:
        """A write transaction, all or nothing, waiting its turn by short random sleeps.

        SQLite's own waiting is unfair: writers starve for seconds (measured in engines.md, 4).
        Raises TonemarkError where the turn does not come within `patience` seconds, where the
        disk refuses, where the store may only be read, and where the file proves to be damaged.
        """
        self.check_writable()
        self._begin(time.monotonic() + patience)
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self.db.execute("ROLLBACK")
            if type(error) is sqlite3.DatabaseError and (told := in_words(error)):
                raise told from None
            if isinstance(error, sqlite3.OperationalError):
                raise unwritable(str(error), "Nothing was half written. ") from None
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
                        raise unwritable(str(error)) from None
                    time.sleep(random.uniform(0.0005, 0.004))
        finally:
            self.db.execute(f"PRAGMA busy_timeout = {READERS_PATIENCE * 1000:.0f}")

    @contextlib.contextmanager
    def one_state(self) -> Iterator[None]:
        """The store as it is now, whoever writes meanwhile."""
        self.db.execute("BEGIN")
        try:
            yield
        finally:
            with contextlib.suppress(Exception):
                self.db.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self.db.close()
        _OPEN.discard(self)

    # Documents

    def document_count(self) -> int:
        """How many documents there are."""
        # Not counted one by one: a million take 20 ms.
        last = self.last_document()
        return last - gaps(self.db, last)

    def last_document(self) -> int:
        """The number of the last document; they are numbered from 1, without gaps but for those
        that were dropped, or that a rescue left out."""
        (last,) = self.db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
        return int(last)

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

    def suggestions(self, document: Document) -> tuple[Suggestion, ...]:
        """What the store's producers propose for a document, in order.

        Raises TonemarkError where they cannot be read, or do not lie in its text.
        """
        rows = self.db.execute(
            "SELECT start_char, end_char, label, sources, score FROM suggestions"
            " WHERE document = ? ORDER BY start_char, end_char, label, producer",
            (document.number,),
        )
        try:
            found = tuple(
                Suggestion(start, end, label, parsed_sources(sources), float(score))
                for start, end, label, sources, score in rows
            )
            check_stretches(found, len(document.text))
            if not all(0 <= each.score <= 1 for each in found):
                raise ValueError
        except (ValueError, TypeError):
            raise damaged(document.number, "the suggestions for ") from None
        return found

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
        """The counts of those among `words` that were counted, and can be read."""
        found: dict[str, tuple[int, ...]] = {}
        wanted = list(set(words))
        for at in range(0, len(wanted), 500):
            part = wanted[at : at + 500]
            marks = ",".join("?" * len(part))
            for word, data in self.db.execute(
                f"SELECT word, counts FROM words WHERE word IN ({marks})", part
            ):
                if (counts := counts_of(data)) is not None:
                    found[word] = counts
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


def counts_of(data: Any) -> tuple[int, ...] | None:
    """The counts of a word as the store keeps them; None where they cannot be read."""
    try:
        found = parsed(data)
    except (TypeError, ValueError):
        return None
    if not isinstance(found, list) or not all(type(each) is int and each >= 0 for each in found):
        return None
    return tuple(found)


_OPEN: weakref.WeakSet[Store] = weakref.WeakSet()
"""The stores that this process has open."""


def _by_disk(error: sqlite3.DatabaseError) -> bool:
    kinds = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN)
    return error.sqlite_errorcode & 0xFF in kinds


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


def _busy(error: sqlite3.DatabaseError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
