"""What was dropped, brought back: an annotator's work, or documents, as they were.

Where the project went on meanwhile, what was done since stands: whoever answered a document anew
keeps that answer, and one whose place another has taken is extra.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.archive import COLUMNS, has_archive, note_altered, put_back
from tonemark.corpus.closed_pages import closed
from tonemark.corpus.counting import count_anew
from tonemark.corpus.cursors import Cursor, draw_back
from tonemark.corpus.dropping import (
    GIVEN,
    HERS,
    PROMOTED,
    THESE,
    begin_drop,
    entries_on,
    lay_aside,
    note_highest,
    places_now,
)
from tonemark.corpus.places import count_extra, free_place
from tonemark.corpus.relabelling.rows import Scope, relabel_rows
from tonemark.corpus.reviews import look_again
from tonemark.corpus.store import Store

_STILL = {
    "produced": "r.a IN (SELECT id FROM producers)",
    "suggestions": "(r.b = 0 OR r.b IN (SELECT id FROM producers))",
    "tokenized": "r.b IN (SELECT id FROM tokenizers)",
}
"""Which rows of the archive still have what they name."""

_WORKS = ("claims", "events", "offers", "annotations", "spans")


class Restored(NamedTuple):
    """What was brought back: documents, those of an annotator's work or dropped ones, and answers
    that stand. Of an annotator's, `anew` are documents that she has worked on since, and `gone`
    those that were dropped themselves: her work on them stays where it was."""

    documents: int
    answers: int
    anew: int = 0
    gone: int = 0


def restore_annotator(store: Store, folder: Path, annotator: str) -> Restored | None:
    """Bring back what an annotator had done; None where nothing of hers was dropped.

    Raises TonemarkError, and changes nothing, where she has a page open.
    """
    store.check_writable()
    found = Restored(0, 0)
    is_hers = f"{annotator}'s work was not brought back"
    with (
        closed(folder, lambda key, _: key == annotator, is_hers) as left_over,
        store.transaction() as db,
    ):
        dropped = _of_annotator(db, annotator)
        if not dropped:
            return None
        left_over.fold(db)
        note_altered(db)
        _forget_untouched(db, annotator, dropped)
        for number in dropped:
            documents, anew, gone = _that_can(db, number, annotator)
            answers = _bring_back(db, number, annotator, documents)
            _forget_if_empty(db, number)
            sums = (
                a + b for a, b in zip(found, (len(documents), answers, anew, gone), strict=True)
            )
            found = Restored(*sums)
    return found


def restore_documents(store: Store, keys: Iterable[str]) -> tuple[Restored, list[str]]:
    """Bring documents back with all that was done on them; also the keys of which none was dropped.

    The work of an annotator who was dropped herself joins what was dropped of hers.
    """
    wanted = list(dict.fromkeys(keys))
    rows: dict[str, tuple[int, int]] = {}
    with store.transaction() as db:
        if has_archive(db):
            query = "SELECT key, id, document FROM dropped WHERE key IN"
            query += " (SELECT value FROM json_each(?))"
            rows = {key: (number, document) for key, number, document in
                    db.execute(query, (json.dumps(wanted),))}  # fmt: skip
        answers = 0
        for number, document in rows.values():
            answers += _bring_document_back(db, number, document)
        numbers = [document for _, document in rows.values()]
        look_again(db, numbers)
        for annotator in _dropped_among(db, numbers):
            lay_aside(db, begin_drop(db, annotator), annotator, numbers)
        note_altered(db)
    missing = [key for key in wanted if key not in rows]
    return Restored(len(rows), answers), missing


def _of_annotator(db: sqlite3.Connection, annotator: str) -> list[int]:
    """What was dropped of an annotator's, the latest first."""
    if not has_archive(db):
        return []
    rows = db.execute("SELECT id FROM dropped WHERE annotator = ? ORDER BY id DESC", (annotator,))
    return [number for (number,) in rows]


def _forget_untouched(db: sqlite3.Connection, annotator: str, dropped: list[int]) -> None:
    """Give back what she has only looked at since, where work of hers is to come back."""
    rows = db.execute(
        "SELECT document, counted FROM claims c WHERE annotator = :name AND answered = 0"
        " AND NOT EXISTS (SELECT 1 FROM events e WHERE e.document = c.document"
        " AND e.annotator = :name AND e.kind NOT IN ('open', 'focus')) AND document IN"
        " (SELECT document FROM dropped_rows WHERE dropped IN (SELECT value FROM json_each(:d)))",
        {"name": annotator, "d": json.dumps(dropped)},
    ).fetchall()
    for document, counted in rows:
        hers = (document, annotator)
        db.execute("DELETE FROM claims WHERE document = ? AND annotator = ?", hers)
        db.execute("DELETE FROM events WHERE document = ? AND annotator = ?", hers)
        if counted:
            free_place(db, document)


def _that_can(db: sqlite3.Connection, dropped: int, annotator: str) -> tuple[list[int], int, int]:
    """The documents on which her work can be brought back, and how many are worked on anew, or are
    gone."""
    rows = db.execute(
        "SELECT document, document IN (SELECT id FROM documents), EXISTS (SELECT 1 FROM claims c"
        " WHERE c.document = r.document AND c.annotator = :name) OR EXISTS (SELECT 1 FROM"
        " annotations a WHERE a.document = r.document AND a.annotator = :name)"
        " FROM (SELECT DISTINCT document FROM dropped_rows WHERE dropped = :dropped) r",
        {"name": annotator, "dropped": dropped},
    ).fetchall()
    documents = [number for number, is_there, is_anew in rows if is_there and not is_anew]
    gone = sum(not is_there for _, is_there, _ in rows)
    return documents, len(rows) - gone - len(documents), gone


def _bring_back(db: sqlite3.Connection, dropped: int, annotator: str, documents: list[int]) -> int:
    """Bring an annotator's work on documents back, and let the rest fit it; how many answers."""
    numbers = json.dumps(documents)
    values = {"n": numbers, "name": annotator}
    given = _noted(db, dropped, GIVEN, numbers)
    promoted = dict(_noted(db, dropped, PROMOTED, numbers))
    for table in _WORKS:
        put_back(db, dropped, table, numbers)
    for document, _ in given:
        db.execute("UPDATE documents SET given = given + 1 WHERE id = ?", (document,))
        db.execute("UPDATE documents SET places = max(places, given) WHERE id = ?", (document,))
    db.execute(
        f"UPDATE claims AS t SET state = 'lapsed', counted = 0 WHERE {HERS}"
        " AND state <> 'answered'",
        values,
    )
    counted = [
        number
        for (number,) in db.execute(
            f"SELECT document FROM claims t WHERE {HERS} AND counted", values
        )
    ]
    placed = {
        number
        for (number,) in db.execute(
            f"UPDATE documents SET taken = taken + 1 WHERE id {THESE} AND taken < places"
            " RETURNING id",
            {"n": json.dumps(counted)},
        ).fetchall()
    }
    for document in counted:
        if document not in placed and not _changed_places(db, document, promoted.get(document)):
            _set_counted(db, document, annotator, 0)
    renamed = _renamed(db, dropped)
    for old, new in renamed:
        relabel_rows(db, old, new, Scope(documents, annotator))
    look_again(db, documents)
    count_anew(db, entries_on(db, documents))
    (answers,) = db.execute(
        f"SELECT count(*) FROM annotations t WHERE {HERS} AND current", values
    ).fetchone()
    return int(answers)


def _changed_places(db: sqlite3.Connection, document: int, other: str | None) -> bool:
    """Whether the place of a document came from one who had got it when it was free: then she, who
    was extra before, is so again."""
    row = (
        other is not None
        and db.execute(
            "SELECT counted AND answered > 0 FROM claims WHERE document = ? AND annotator = ?",
            (document, other),
        ).fetchone()
    )
    if not row or not row[0] or other is None:
        return False
    _set_counted(db, document, other, 0)
    return True


def _set_counted(db: sqlite3.Connection, document: int, annotator: str, counted: int) -> None:
    hers = (document, annotator)
    db.execute(f"UPDATE claims SET counted = {counted} WHERE document = ? AND annotator = ?", hers)
    db.execute(
        f"UPDATE annotations SET extra = {1 - counted}"
        " WHERE document = ? AND annotator = ? AND current",
        hers,
    )


def _bring_document_back(db: sqlite3.Connection, dropped: int, document: int) -> int:
    numbers = json.dumps([document])
    for table in COLUMNS:
        put_back(db, dropped, table, numbers, _STILL.get(table, "1"))
    here = (document,)
    db.execute(
        "UPDATE claims SET state = 'lapsed', counted = 0 WHERE document = ? AND state = 'open'",
        here,
    )
    db.execute(
        "UPDATE documents SET taken = (SELECT count(*) FROM claims WHERE document = documents.id"
        " AND counted) WHERE id = ?",
        here,
    )
    places_now(db, document)
    count_extra(db, document)
    (priority,) = db.execute("SELECT priority FROM documents WHERE id = ?", here).fetchone()
    draw_back(db, Cursor(priority, document - 1))
    for old, new in _renamed(db, dropped):
        relabel_rows(db, old, new, Scope([document]))
    db.execute("DELETE FROM dropped WHERE id = ?", (dropped,))
    (answers,) = db.execute(
        "SELECT count(*) FROM annotations WHERE document = ? AND current", here
    ).fetchone()
    return int(answers)


def _dropped_among(db: sqlite3.Connection, documents: list[int]) -> list[str]:
    """Annotators with work on documents of whom work was dropped."""
    if not has_archive(db):
        return []
    rows = db.execute(
        f"SELECT DISTINCT annotator FROM annotations WHERE document {THESE} AND annotator IN"
        " (SELECT annotator FROM dropped) ORDER BY 1",
        {"n": json.dumps(documents)},
    )
    return [str(name) for (name,) in rows]


def _noted(
    db: sqlite3.Connection, dropped: int, origin: str, documents: str
) -> list[tuple[int, str]]:
    rows = "dropped = ? AND origin = ? AND document IN (SELECT value FROM json_each(?))"
    values = (dropped, origin, documents)
    found = db.execute(f"SELECT document, a FROM dropped_rows WHERE {rows}", values).fetchall()
    db.execute(f"DELETE FROM dropped_rows WHERE {rows}", values)
    return found


def _renamed(db: sqlite3.Connection, dropped: int) -> list[tuple[str, str]]:
    (renamed,) = db.execute("SELECT renamed FROM dropped WHERE id = ?", (dropped,)).fetchone()
    return [(old, new) for old, new in json.loads(renamed)]


def _forget_if_empty(db: sqlite3.Connection, dropped: int) -> None:
    if not db.execute("SELECT 1 FROM dropped_rows WHERE dropped = ?", (dropped,)).fetchone():
        db.execute("DELETE FROM dropped WHERE id = ?", (dropped,))
    else:
        note_highest(db, "id = :dropped", {"dropped": dropped})
