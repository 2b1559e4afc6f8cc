"""An annotator's work, or documents, taken out of a project: from then on nothing counts them, and
all of it is kept and can be brought back (restoring.py).

Knows what must fit together afterwards: places, extra answers, comparisons, what entries earned.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.archive import (
    COLUMNS,
    has_archive,
    make_archive,
    note_altered,
    place,
    put_aside,
)
from tonemark.corpus.closed_pages import closed
from tonemark.corpus.counting import count_anew
from tonemark.corpus.places import count_extra, places_of
from tonemark.corpus.reviews import look_again
from tonemark.corpus.store import Store

THESE = "IN (SELECT value FROM json_each(:n))"
"""Among the numbers of documents in `:n`, as SQL."""

HERS = f"t.document {THESE} AND t.annotator = :name"
"""Of the row `t` of a table: an annotator's, on one of those documents."""

GIVEN, PROMOTED = "given", "promoted"
"""Origins of rows in the archive that are of no table: documents of which an answer from a file
had a place of its own, and annotators whose extra answers have got a place that came free."""


class Going(NamedTuple):
    """What a drop takes: documents with work, answers as they stand, claims begun and not answered,
    entries of gazetteers that lose evidence, and documents with gold: of an annotator, gold that
    cites her, which stays; of documents, theirs. `annotators` gave the answers."""

    documents: int
    answers: int
    begun: int
    entries: int
    gold: int
    annotators: tuple[str, ...] = ()


def going_of(store: Store, annotator: str) -> Going:
    """What dropping an annotator's work would take."""
    db = store.db
    numbers = json.dumps(_documents_of(db, annotator))
    values = {"name": annotator, "n": numbers}
    (answers,) = db.execute(
        "SELECT count(*) FROM annotations WHERE annotator = :name AND current", values
    ).fetchone()
    (begun,) = db.execute(
        "SELECT count(*) FROM claims WHERE annotator = :name AND state <> 'answered'", values
    ).fetchone()
    (entries,) = db.execute(
        f"SELECT count(DISTINCT entry) FROM evidence t WHERE {HERS}", values
    ).fetchone()
    (gold,) = db.execute(
        f"SELECT count(*) FROM gold WHERE current AND document {THESE} AND EXISTS"
        " (SELECT 1 FROM json_each(iif(json_valid(cites), cites, '[]')) c"
        " WHERE json_extract(c.value, '$[0]') = :name)",
        values,
    ).fetchone()
    return Going(len(json.loads(numbers)), answers, begun, entries, gold, (annotator,))


def going_with(store: Store, documents: Iterable[int]) -> Going:
    """What dropping documents would take."""
    db = store.db
    numbers = list(documents)
    values = {"n": json.dumps(numbers)}
    names = db.execute(
        f"SELECT annotator, count(*) FROM annotations WHERE current AND document {THESE}"
        " GROUP BY 1 ORDER BY 1",
        values,
    ).fetchall()
    (begun,) = db.execute(
        f"SELECT count(*) FROM claims WHERE state <> 'answered' AND document {THESE}", values
    ).fetchone()
    (entries,) = db.execute(
        f"SELECT count(DISTINCT entry) FROM evidence WHERE document {THESE}", values
    ).fetchone()
    (gold,) = db.execute(
        f"SELECT count(*) FROM gold WHERE current AND document {THESE}", values
    ).fetchone()
    answers = sum(count for _, count in names)
    people = tuple(str(name) for name, _ in names)
    return Going(len(numbers), answers, begun, entries, gold, people)


def drop_annotator(store: Store, folder: Path, annotator: str) -> Going:
    """Take out all that an annotator did as an annotator; gold that she settled stays.

    Raises TonemarkError, and changes nothing, where she has a page open.
    """
    store.check_writable()
    is_hers = f"{annotator}'s work was not dropped"
    with (
        closed(folder, lambda key, _: key == annotator, is_hers) as left_over,
        store.transaction() as db,
    ):
        left_over.fold(db)
        going = going_of(store, annotator)
        make_archive(db)
        lay_aside(db, begin_drop(db, annotator), annotator, _documents_of(db, annotator))
        note_altered(db)
    return going


def drop_documents(store: Store, folder: Path, documents: Iterable[int]) -> Going:
    """Take out documents with all that was done on them. Numbers that are none are passed over.

    Raises TonemarkError, and changes nothing, where somebody has one of them open.
    """
    store.check_writable()
    wanted = set(documents)
    is_theirs = "nothing was dropped"
    with (
        closed(folder, lambda _, document: document in wanted, is_theirs) as left_over,
        store.transaction() as db,
    ):
        left_over.fold(db)
        going = going_with(store, wanted)
        make_archive(db)
        _lay_documents_aside(db, wanted)
        note_altered(db)
    return going


def begin_drop(db: sqlite3.Connection, annotator: str) -> int:
    """The number of a new drop of an annotator's work."""
    row = (annotator, time.time())
    query = "INSERT INTO dropped (annotator, time) VALUES (?, ?) RETURNING id"
    (number,) = db.execute(query, row).fetchone()
    return int(number)


def lay_aside(db: sqlite3.Connection, dropped: int, annotator: str, documents: list[int]) -> None:
    """Move an annotator's work on documents to the archive, and let the rest fit what is left.

    Runs inside the caller's transaction, as all below.
    """
    values = {"name": annotator, "n": json.dumps(documents)}
    entries = entries_on(db, documents)
    counted = [
        number
        for (number,) in db.execute(
            f"SELECT document FROM claims t WHERE {HERS} AND counted", values
        )
    ]
    given = [
        number
        for (number,) in db.execute(
            f"SELECT document FROM claims t WHERE {HERS} AND counted AND EXISTS (SELECT 1"
            " FROM events e WHERE e.document = t.document AND e.annotator = :name"
            " AND e.kind = 'import') AND (SELECT given FROM documents WHERE id = t.document) > 0",
            values,
        )
    ]
    put_aside(
        db,
        "spans",
        f"t.annotation IN (SELECT id FROM annotations t WHERE {HERS})",
        values,
        dropped,
    )
    for table in ("annotations", "events", "offers", "claims"):
        put_aside(db, table, HERS, values, dropped)
    db.execute(f"DELETE FROM evidence AS t WHERE {HERS}", values)
    _note(db, dropped, GIVEN, ((number, None) for number in given))
    here = {"n": json.dumps(counted)}
    db.execute(f"UPDATE documents SET taken = taken - 1 WHERE id {THESE}", here)
    _take_given(db, given)
    _note(db, dropped, PROMOTED, _promoted(db, counted))
    look_again(db, counted)
    db.execute("DELETE FROM cursors")  # what is free lies anywhere before them
    note_highest(db, "id = :dropped", {"dropped": dropped})
    count_anew(db, entries)


def entries_on(db: sqlite3.Connection, documents: list[int]) -> list[int]:
    """The entries of which there is evidence on documents."""
    query = f"SELECT DISTINCT entry FROM evidence WHERE document {THESE}"
    return [entry for (entry,) in db.execute(query, {"n": json.dumps(documents)})]


def note_highest(db: sqlite3.Connection, where: str, values: dict[str, object]) -> None:
    """Note the highest number among the annotations and the gold of what was dropped."""
    annotation, gold = place("annotations", "id"), place("gold", "id")
    db.execute(
        "UPDATE dropped SET highest = max(highest, coalesce((SELECT max(CASE r.origin"
        f" WHEN 'annotations' THEN r.{annotation} WHEN 'gold' THEN r.{gold} END)"
        f" FROM dropped_rows r WHERE r.dropped = dropped.id), 0)) WHERE {where}",
        values,
    )


def places_now(db: sqlite3.Connection, document: int) -> None:
    """Set the places of a document by what the project says, and by the answers that came with
    files; where the store does not know what holds for all, `set_places` does."""
    overlap, share = db.execute("SELECT places, share FROM ticket").fetchone()
    if overlap:
        text, given = db.execute(
            "SELECT text, given FROM documents WHERE id = ?", (document,)
        ).fetchone()
        is_all = overlap == 1 or share >= 1 or not isinstance(text, str)
        base = overlap if is_all else places_of(text, overlap, share)
        db.execute("UPDATE documents SET places = ? WHERE id = ?", (max(base, given), document))


def _take_given(db: sqlite3.Connection, documents: list[int]) -> None:
    """Take away the places that answers from files had for themselves."""
    for document in documents:
        db.execute("UPDATE documents SET given = given - 1 WHERE id = ?", (document,))
        places_now(db, document)


def _promoted(db: sqlite3.Connection, documents: list[int]) -> Iterable[tuple[int, str]]:
    """Give places that came free to extra answers; whose they were, each with the document."""
    for (document,) in db.execute(
        f"SELECT DISTINCT document FROM claims WHERE document {THESE} AND answered > 0"
        " AND NOT counted AND annotator NOT GLOB '+*'",
        {"n": json.dumps(documents)},
    ).fetchall():
        for annotator in count_extra(db, document):
            yield document, annotator


def _note(
    db: sqlite3.Connection, dropped: int, origin: str, rows: Iterable[tuple[int, str | None]]
) -> None:
    db.executemany(
        "INSERT INTO dropped_rows (dropped, origin, document, a) VALUES (?, ?, ?, ?)",
        [(dropped, origin, document, value) for document, value in rows],
    )


def _lay_documents_aside(db: sqlite3.Connection, documents: Iterable[int]) -> None:
    numbers = list(documents)
    values = {"n": json.dumps(numbers), "time": time.time()}
    entries = entries_on(db, numbers)
    db.execute(
        "INSERT INTO dropped (document, key, source, record, digest, time)"
        f" SELECT id, key, source, record, digest, :time FROM documents WHERE id {THESE}",
        values,
    )
    db.execute(f"DELETE FROM evidence WHERE document {THESE}", values)
    db.execute(f"DELETE FROM differences WHERE document {THESE}", values)
    for table in reversed(COLUMNS):
        where = f"t.document {THESE}"
        if table == "documents":
            where = f"t.id {THESE}"
        elif table == "spans":
            where = f"t.annotation IN (SELECT id FROM annotations WHERE document {THESE})"
        elif table == "gold_spans":
            where = f"t.gold IN (SELECT id FROM gold WHERE document {THESE})"
        put_aside(db, table, where, values)
    note_highest(db, f"document {THESE}", values)
    look_again(db, [])
    # A place behind the last document is one behind all documents that may still come.
    db.execute("UPDATE cursors SET document = min(document, (SELECT coalesce(max(id), 0)"
               " FROM documents))")  # fmt: skip
    count_anew(db, entries)


def _documents_of(db: sqlite3.Connection, annotator: str) -> list[int]:
    """The documents on which an annotator did something."""
    tables = ("claims", "annotations", "events", "evidence", "offers")
    query = " UNION ".join(
        f"SELECT document FROM {each} WHERE annotator = :name" for each in tables
    )
    return [number for (number,) in db.execute(query, {"name": annotator})]


class Dropped(NamedTuple):
    """Something that was dropped: an annotator's work on so many documents, or one document, by its
    key; `time` is Unix seconds."""

    annotator: str | None
    key: str | None
    documents: int
    time: float


def dropped(store: Store) -> list[Dropped]:
    """What was dropped and may be brought back, in order."""
    if not has_archive(store.db):
        return []
    rows = store.db.execute(
        "SELECT annotator, key, iif(document IS NULL, (SELECT count(DISTINCT r.document)"
        " FROM dropped_rows r WHERE r.dropped = d.id), 1), time FROM dropped d ORDER BY id"
    )
    return [Dropped(*row) for row in rows]
