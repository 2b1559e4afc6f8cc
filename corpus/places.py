"""A document's places: how many annotators it goes to, and which answers have one of them."""

from __future__ import annotations

import sqlite3

from tonemark.corpus.store import Store

CHUNK = 20_000
"""Documents whose places one transaction changes."""


def set_places(store: Store, places: int) -> None:
    """Let every document go to `places` annotators; one look where that is so already.

    Places that are added go to answers that were extra, the earliest first. In several
    transactions, so that others are let in; cut off and repeated, it ends the same.
    """
    if store.db.execute("SELECT places FROM ticket").fetchone()[0] == places:
        return
    reached, last = 0, 1
    while reached < last:
        with store.transaction() as db:
            db.execute(
                "UPDATE documents SET places = ? WHERE id > ? AND id <= ? AND places <> ?",
                (places, reached, reached + CHUNK, places),
            )
            reached += CHUNK
            (last,) = db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
            if last <= reached:
                db.execute("UPDATE ticket SET places = ?", (places,))
                _count_extra(db)


def take_place(db: sqlite3.Connection, document: int) -> int:
    """Take a place if one is free: 1, else 0."""
    return db.execute(
        "UPDATE documents SET taken = taken + 1 WHERE id = ? AND taken < places", (document,)
    ).rowcount


def free_place(db: sqlite3.Connection, document: int) -> None:
    """Free a place: for an answer that is extra, else for anyone."""
    db.execute("UPDATE documents SET taken = taken - 1 WHERE id = ?", (document,))
    _count_extra(db, document)


def _count_extra(db: sqlite3.Connection, document: int | None = None) -> None:
    """Count answers that came when no place was free, while there are places."""
    rows = db.execute(
        "SELECT annotator, document FROM claims WHERE answered > 0 AND NOT counted"
        f"{'' if document is None else ' AND document = :document'} ORDER BY document, answered",
        {"document": document},
    ).fetchall()
    where = "WHERE annotator = ? AND document = ?"
    for row in rows:
        if take_place(db, row[1]):
            db.execute(f"UPDATE claims SET counted = 1 {where}", row)
            db.execute(f"UPDATE annotations SET extra = 0 {where} AND current", row)
