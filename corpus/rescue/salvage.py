"""A damaged SQLite file read as far as it goes: a copy that SQLite opens, and rows out of it.

Judges nothing of what the rows hold.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tonemark.corpus.schema import APPLICATION_ID, SCHEMA_VERSION
from tonemark.corpus.store_file import log_path
from tonemark.errors import TonemarkError

SQLITE_FAULTS = (sqlite3.Error, UnicodeError, OverflowError)
"""What reading a damaged file raises."""


def copy_of(path: Path, copy: Path, fresh: Path, *, with_log: bool, with_schema: bool) -> None:
    """A copy whose header SQLite accepts, as long as that header says."""
    with path.open("rb") as stream:
        header = stream.read(100)
    is_sqlite = header.startswith(b"SQLite format 3\0")
    if is_sqlite and header[68:72] not in (APPLICATION_ID.to_bytes(4, "big"), bytes(4)):
        raise TonemarkError(f"{path} is not a store of Tonemark.", "Nothing was written.")
    if header[68:72] == APPLICATION_ID.to_bytes(4, "big") and header[60:64] > _VERSION:
        raise TonemarkError(f"{path} was written by a newer Tonemark.", "Update this one.")
    shutil.copyfile(path, copy)
    if with_log and log_path(path).exists():
        shutil.copyfile(log_path(path), log_path(copy))
    new = fresh.read_bytes()
    size = int.from_bytes(new[16:18], "big")
    with copy.open("r+b") as stream:
        length = max(stream.seek(0, os.SEEK_END), len(new))
        if is_sqlite and header[16:18] == new[16:18]:
            pages = int.from_bytes(header[28:32], "big")
            length = max(length, size * min(pages, 2 * length // size + 1))
        stream.truncate(-(-length // size) * size)
        if with_schema:
            # The same statements in the same order: a store has its tables where any has them.
            for page in _schema_pages(fresh, len(new) // size):
                stream.seek((page - 1) * size)
                stream.write(new[(page - 1) * size : page * size])
        if with_schema or not with_log:
            stream.seek(0)
            stream.write(new[:18] + b"\1\1" + new[20:28])  # no log
            stream.write((-(-length // size)).to_bytes(4, "big") + bytes(8) + new[40:100])


_VERSION = SCHEMA_VERSION.to_bytes(4, "big")


def _schema_pages(fresh: Path, pages: int) -> list[int]:
    db = sqlite3.connect(fresh)
    with contextlib.closing(db):
        roots = {page for (page,) in db.execute("SELECT rootpage FROM sqlite_schema")}
    return [page for page in range(1, pages + 1) if page not in roots]


def _read(db: sqlite3.Connection, query: str, values: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Rows up to the first that cannot be read."""
    with contextlib.suppress(*SQLITE_FAULTS):
        yield from db.execute(query, values)


def numbered_rows(
    db: sqlite3.Connection, table: str, columns: str, size: int
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table by number: from the first on, from the last back, and one by one what
    lies between."""
    query = f"SELECT {columns} FROM {table} NOT INDEXED"
    first = 0
    try:
        for row in db.execute(f"{query} ORDER BY rowid"):
            yield row
            first = row[0]
        return  # one by one, thousands of numbers of every whole table took seconds
    except SQLITE_FAULTS:
        if not any(_read(db, f"EXPLAIN {query}")):
            return  # not the table but the schema cannot be read
    last = first
    for row in _read(db, f"{query} WHERE rowid > ? ORDER BY rowid DESC", (first,)):
        yield row
        last = row[0]
    # No row takes fewer than 8 bytes: a number beyond that is damaged itself.
    end = min(last or size, first + size // 8) if last > first else first + size // 64
    for number in range(first + 1, end):
        yield from _read(db, f"{query} WHERE rowid = ?", (number,))


def keyed_rows(
    db: sqlite3.Connection, table: str, columns: str, documents: list[int]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table from both ends, and, where rows name documents, those of each."""
    query = f"SELECT {columns} FROM {table} NOT INDEXED"
    keys = ("document", "annotator") if table == "events" else tuple(columns.split(", ")[:2])
    if table == "words":
        keys = ("word",)
    try:
        yield from db.execute(query)
        return
    except SQLITE_FAULTS:
        pass
    order = ", ".join(f"{key} DESC" for key in keys)
    yield from _read(db, f"{query} ORDER BY {order}")
    if "document" not in keys:
        return
    if table != "claims":
        for number in documents:
            yield from _read(db, f"{query} WHERE document = ?", (number,))
        return
    for number in documents:  # by its index
        yield from _read(db, f"SELECT {columns} FROM claims WHERE document = ?", (number,))
