"""What was dropped from a project: the rows of its documents, or of an annotator's work, laid aside
as they were, so that nothing else meets them and all of it can be brought back.

Two tables that a store gets when something is first dropped: stores made before need nothing, and
an earlier Tonemark, which would give numbers out again, refuses a store that has them. Knows how
rows go in and out; what dropping means to the rest is told in dropping.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any

from tonemark.files import parsed

LEFT_OUT = "left out"
"""The preference, of nobody, that holds the numbers of the documents that a rescue left out."""

ALTERED = "altered"
"""The preference, of nobody, that counts how often something was dropped, brought back or called
otherwise: what is told of the project may then be other things, though nobody answered."""

_PLACES = "abcdefghijklm"
"""Columns for those of a row, whatever its table: without a type SQLite keeps values as they are.
"""

ARCHIVE = f"""
CREATE TABLE dropped (
    id INTEGER PRIMARY KEY,
    annotator TEXT,
    document INTEGER UNIQUE, key TEXT UNIQUE,
    source INTEGER REFERENCES sources, record TEXT, digest INTEGER,
    highest INTEGER NOT NULL DEFAULT 0,
    renamed TEXT NOT NULL DEFAULT '[]',
    time REAL NOT NULL,
    UNIQUE (source, record)
);
CREATE INDEX dropped_by_text ON dropped (digest) WHERE digest IS NOT NULL;
CREATE TABLE dropped_rows (
    dropped INTEGER NOT NULL REFERENCES dropped,
    origin TEXT NOT NULL,
    document INTEGER NOT NULL,
    {", ".join(_PLACES)}
);
CREATE INDEX dropped_rows_by_document ON dropped_rows (dropped, document);
CREATE INDEX dropped_rows_of_annotators ON dropped_rows (document, b, c)
    WHERE origin = 'annotations';
"""
"""`dropped` has a row for each document that was dropped, with what it is known by, and for each
time that an annotator was. `highest` is the highest number of an annotation or of gold among its
rows: none is given out again. `renamed` are the labels renamed since, in order, as pairs."""

COLUMNS = {
    "documents": "id, key, source, record, text, digest, meta, tokens, places, taken, given,"
    " priority",
    "produced": "producer, document, fault",
    "suggestions": "document, producer, start_char, end_char, label, sources, score",
    "tokenized": "document, tokenizer, tokens, fault",
    "offers": "document, annotator, blind, offered, stood",
    "claims": "annotator, document, number, state, counted, reopened, sequence, deferred,"
    " answered, expires",
    "events": "document, annotator, claim, number, kind, data, time",
    "annotations": "document, annotator, revision, id, current, answer, comment, flagged, tokens,"
    " extra, seconds, time",
    "spans": "annotation, start_char, end_char, label, sources",
    "gold": "id, document, revision, current, reviewer, answer, comment, flagged, tokens,"
    " decisions, cites, compared, time",
    "gold_spans": "gold, start_char, end_char, label, sources",
}
"""The tables of which rows are laid aside, in an order in which they can be brought back. What
answers and gold said of entries is not kept: they are weighed again."""

PARENTS = {"spans": ("annotations", "annotation"), "gold_spans": ("gold", "gold")}
"""Tables whose rows belong to a document by way of another row, and the column that names it."""


def statements() -> list[str]:
    """The statements of the archive, as SQLite keeps them."""
    return [each.strip() for each in ARCHIVE.split(";") if each.strip()]


def has_archive(db: sqlite3.Connection) -> bool:
    """Whether anything was ever dropped from a store."""
    # A look at the schema that SQLite holds: 3 us, where sqlite_schema took 21 for each answer.
    return db.execute("SELECT 1 FROM pragma_table_info('dropped_rows')").fetchone() is not None


def make_archive(db: sqlite3.Connection) -> None:
    """Make the tables where they are not there. Runs inside the caller's transaction."""
    if not has_archive(db):
        for statement in statements():
            db.execute(statement)


def put_aside(
    db: sqlite3.Connection,
    table: str,
    where: str,
    values: dict[str, Any],
    dropped: int | None = None,
) -> int:
    """Move the rows of a table that a condition names to the archive; how many.

    `where` is SQL over the table, here `t`, with the names of `values`; `dropped` is what they go
    with, None where each goes with its document. Runs inside the caller's transaction, as all that
    is below.
    """
    columns = COLUMNS[table].split(", ")
    document = "t.document"
    if table == "documents":
        document = "t.id"
    elif table in PARENTS:
        parent, column = PARENTS[table]
        document = f"(SELECT p.document FROM {parent} p WHERE p.id = t.{column})"
    places = ", ".join(_PLACES[: len(columns)])
    names = ", ".join(columns)
    moved = db.execute(
        f"INSERT INTO dropped_rows (dropped, origin, document, {places})"
        f" SELECT coalesce(:dropped, (SELECT x.id FROM dropped x WHERE x.document = {document})),"
        f" '{table}', {document}, {names} FROM {table} AS t WHERE {where}",
        {**values, "dropped": dropped},
    ).rowcount
    db.execute(f"DELETE FROM {table} AS t WHERE {where}", values)
    return moved


def put_back(
    db: sqlite3.Connection, dropped: int, table: str, documents: str, only: str = "1"
) -> int:
    """Move the rows of a table from the archive to where they were; how many.

    Of those of `documents`, a JSON list of numbers; where `only`, SQL over the archived row `r`,
    does not hold they are let go.
    """
    columns = COLUMNS[table]
    places = ", ".join(_PLACES[: columns.count(",") + 1])
    rows = (
        "dropped = :dropped AND origin = :origin AND document IN (SELECT value FROM json_each(:n))"
    )
    values = {"dropped": dropped, "origin": table, "n": documents}
    moved = db.execute(
        f"INSERT INTO {table} ({columns}) SELECT {places} FROM dropped_rows AS r"
        f" WHERE {rows} AND {only}",
        values,
    ).rowcount
    db.execute(f"DELETE FROM dropped_rows WHERE {rows}", values)
    return moved


def place(table: str, column: str) -> str:
    """The column of the archive that has one of a table's."""
    return _PLACES[COLUMNS[table].split(", ").index(column)]


# What the rest has to know of it


def note_altered(db: sqlite3.Connection) -> None:
    """Count one more such change."""
    db.execute(
        "INSERT INTO preferences VALUES ('', ?, '1')"
        " ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
        (ALTERED,),
    )


def alterations(db: sqlite3.Connection) -> int:
    """How many such changes there were."""
    row = db.execute(
        "SELECT CAST(value AS INTEGER) FROM preferences WHERE annotator = '' AND name = ?",
        (ALTERED,),
    ).fetchone()
    return int(row[0]) if row else 0


def gaps(db: sqlite3.Connection, last: int) -> int:
    """How many numbers below that of the last document are no document's: those dropped, and those
    that a rescue left out."""
    (left_out,) = db.execute(
        "SELECT coalesce(sum(json_array_length(iif(json_valid(value), value, '[]'))), 0)"
        " FROM preferences WHERE annotator = '' AND name = ?",
        (LEFT_OUT,),
    ).fetchone()
    if not has_archive(db):
        return int(left_out)
    (dropped,) = db.execute("SELECT count(*) FROM dropped WHERE document < ?", (last,)).fetchone()
    return int(left_out) + int(dropped)


def were_left_out(db: sqlite3.Connection, first: int, behind: Any) -> bool:
    """Whether the numbers from `first` up to one that lies `behind` are no document's for a reason:
    a rescue left them out, or they were dropped."""
    row = db.execute(
        "SELECT value FROM preferences WHERE annotator = '' AND name = ?", (LEFT_OUT,)
    ).fetchone()
    try:
        known = set(parsed(row[0])) if row else set()
        missing = behind - first
    except (ValueError, TypeError, RecursionError):
        return False
    if has_archive(db):
        rows = db.execute(
            "SELECT document FROM dropped WHERE document >= ? AND document < ?", (first, behind)
        )
        known.update(number for (number,) in rows)
    return missing <= len(known) and known.issuperset(range(first, behind))


def highest_document(db: sqlite3.Connection) -> int:
    """The highest number that a dropped document has; 0 where there is none."""
    if not has_archive(db):
        return 0
    (number,) = db.execute("SELECT coalesce(max(document), 0) FROM dropped").fetchone()
    return int(number)


def highest_annotation(db: sqlite3.Connection) -> int:
    """The highest number of an annotation or of gold that was dropped; 0 where there is none."""
    if not has_archive(db):
        return 0
    (number,) = db.execute("SELECT coalesce(max(highest), 0) FROM dropped").fetchone()
    return int(number)


def is_dropped(
    db: sqlite3.Connection, document: int, annotator: str, revision: int | None = None
) -> bool:
    """Whether an answer of an annotator's to a document, or one revision of it, was dropped."""
    if not has_archive(db):
        return False
    query = (
        "SELECT 1 FROM dropped_rows WHERE origin = 'annotations' AND document = ? AND b = ?"
        " AND (?3 IS NULL OR c = ?3) LIMIT 1"
    )
    return db.execute(query, (document, annotator, revision)).fetchone() is not None


def dropped_records(
    db: sqlite3.Connection, source: int, records: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Those of a source's records, by what identifies them there, whose documents were dropped:
    each with 0, no document's number, and the digest of its text."""
    if not has_archive(db):
        return {}
    rows = db.execute(
        "SELECT record, digest FROM dropped WHERE source = ?"
        " AND record IN (SELECT value FROM json_each(?))",
        (source, json.dumps(list(records))),
    )
    return {record: (0, text_digest) for record, text_digest in rows}


def dropped_keys(db: sqlite3.Connection, keys: Iterable[str]) -> dict[str, tuple[int, int]]:
    """The same of those among keys that documents have that were dropped."""
    return {key: (0, text_digest) for key, text_digest in _digests(db, "key", list(keys)).items()}


def dropped_texts(db: sqlite3.Connection, digests: Iterable[int]) -> set[int]:
    """Those among digests of texts that documents have that were dropped."""
    return {*_digests(db, "digest", list(digests))}


def _digests(db: sqlite3.Connection, column: str, values: list[Any]) -> dict[Any, int]:
    if not has_archive(db):
        return {}
    query = f"SELECT {column}, digest FROM dropped WHERE {column} IN"
    rows = db.execute(f"{query} (SELECT value FROM json_each(?))", (json.dumps(values),))
    return dict(rows.fetchall())
