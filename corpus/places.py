"""A document's places: how many annotators it goes to, and which answers have one of them."""

from __future__ import annotations

import json
import sqlite3

from tonemark.corpus.annotations import renumber
from tonemark.corpus.cursors import came_free
from tonemark.corpus.shares import share_of
from tonemark.corpus.store import Store

CHUNK = 20_000
"""Documents whose places one transaction changes."""


def places_of(text: str, overlap: int, share: float) -> int:
    """How many annotators a document of this text goes to: `overlap` where it is in that `share` of
    the documents, else one. Equal texts go alike, and none changes when others are added."""
    return overlap if overlap == 1 or share >= 1 or share_of(text) < share else 1


def set_places(store: Store, overlap: int, share: float = 1.0) -> None:
    """Let that `share` of the documents go to `overlap` annotators and the others to one, or to as
    many as gave answers that came with files; one look where that is so already.

    Places that are added go to answers that were extra, the earliest first. In several
    transactions, so that others are let in; cut off and repeated, it ends the same.
    """
    if store.db.execute("SELECT places, share FROM ticket").fetchone() == (overlap, share):
        return
    reached, last = 0, 1
    while reached < last:
        # Before the transaction: texts never change, and others need not wait for their hashes.
        until, single = _single(store.db, reached, share if overlap > 1 else 1.0)
        given = {"reached": reached, "until": until, "overlap": overlap, "single": single}
        with store.transaction() as db:
            db.execute(
                f"UPDATE documents SET places = {_PLACES}"
                f" WHERE id > :reached AND id <= :until AND places <> {_PLACES}",
                given,
            )
            reached = until
            (last,) = db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
            if last <= reached:
                # Documents that were finished may be so no more; and every queue begins anew.
                db.execute(
                    "UPDATE ticket SET places = ?, share = ?, compared = 0", (overlap, share)
                )
                db.execute("DELETE FROM cursors")
                count_extra(db)


_PLACES = "max(given, CASE WHEN id IN (SELECT value FROM json_each(:single)) THEN 1"
_PLACES += " ELSE :overlap END)"


def _single(db: sqlite3.Connection, reached: int, share: float) -> tuple[int, str]:
    """Of the next documents behind `reached`, the last one, and those that one annotator is enough
    for, as JSON."""
    if share >= 1:
        return reached + CHUNK, "[]"
    until, single = reached, []
    rows = db.execute(
        "SELECT id, text FROM documents WHERE id > ? ORDER BY id LIMIT ?", (reached, CHUNK)
    )
    for until, text in rows:
        # What is damaged is no text, and nobody is asked for it.
        if not isinstance(text, str) or share_of(text) >= share:
            single.append(until)
    return until, json.dumps(single)


def give_place(db: sqlite3.Connection, document: int) -> None:
    """Let a document have a place for one more answer that came with a file, for ever."""
    given, taken, places = db.execute(
        "SELECT given, taken, places FROM documents WHERE id = ?", (document,)
    ).fetchone()
    given = max(given + 1, taken + 1 if taken >= places else 0)
    db.execute(
        "UPDATE documents SET given = ?, places = max(places, ?) WHERE id = ?",
        (given, given, document),
    )


def take_place(db: sqlite3.Connection, document: int) -> int:
    """Take a place if one is free: 1, else 0."""
    return db.execute(
        "UPDATE documents SET taken = taken + 1 WHERE id = ? AND taken < places", (document,)
    ).rowcount


def free_place(db: sqlite3.Connection, document: int) -> None:
    """Free a place: for an answer that is extra, else for anyone."""
    db.execute("UPDATE documents SET taken = taken - 1 WHERE id = ?", (document,))
    count_extra(db, document)
    came_free(db, document)


def count_extra(db: sqlite3.Connection, document: int | None = None) -> list[str]:
    """Count answers that came when no place was free, while there are places; whose they are."""
    counted = []
    rows = db.execute(
        "SELECT annotator, document FROM claims WHERE answered > 0 AND NOT counted"
        " AND annotator NOT GLOB '+*'"  # what reviewers settle takes no place
        f"{'' if document is None else ' AND document = :document'} ORDER BY document, answered",
        {"document": document},
    ).fetchall()
    where = "WHERE annotator = ? AND document = ?"
    for row in rows:
        if take_place(db, row[1]):
            db.execute(f"UPDATE claims SET counted = 1 {where}", row)
            db.execute(f"UPDATE annotations SET extra = 0 {where} AND current", row)
            renumber(db, row[1], row[0])  # reviews know of what has come by its number
            counted.append(str(row[0]))
    return counted
