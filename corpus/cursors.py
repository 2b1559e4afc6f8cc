"""The order in which free documents come, the most urgent first, and how far it has brought each
annotator: her cursor.

What is free is told by a document's places; who asks is told by the queue.
"""

from __future__ import annotations

import sqlite3
from typing import Any, NamedTuple

LOWEST, HIGHEST = -1000, 1000
"""The priorities that a document can be given; 0 where nobody said."""


class Cursor(NamedTuple):
    """A place in the order: documents of a higher priority come first, then those that came in
    earlier. `document` is the last one that stands before it."""

    priority: int
    document: int


START = Cursor(2**62, 0)
"""Before every document, also where a damaged one has a priority that none can have."""


def cursor_of(db: sqlite3.Connection, annotator: str) -> Cursor:
    """How far the order has brought an annotator."""
    row = db.execute(
        "SELECT priority, document FROM cursors WHERE annotator = ?", (annotator,)
    ).fetchone()
    return Cursor(*row) if row else START


def cursors(db: sqlite3.Connection) -> list[Cursor]:
    """The places at which annotators stand, and the start, where who is new begins."""
    rows = db.execute("SELECT DISTINCT priority, document FROM cursors")
    return [START, *(Cursor(*row) for row in rows)]


def free_behind(
    db: sqlite3.Connection, cursor: Cursor, limit: int, lacking: str, values: dict[str, Any]
) -> list[Cursor]:
    """At most `limit` free documents behind a cursor, in order; each is the cursor after it.

    `lacking` is a condition on the row `d` of `documents`, as SQL with the names of `values`.
    """
    # Two searches of the index: as one condition, (priority, -id) > ..., every document of the
    # cursor's priority would be walked.
    given = {**values, "priority": cursor.priority, "document": cursor.document}
    found: list[Cursor] = []
    for where in ("d.priority = :priority AND d.id > :document", "d.priority < :priority"):
        if len(found) < limit:
            rows = db.execute(
                "SELECT d.priority, d.id FROM documents d INDEXED BY documents_with_places"
                f" WHERE d.taken < d.places AND {where} AND {lacking}"
                " ORDER BY d.priority DESC, d.id LIMIT :limit",
                {**given, "limit": limit - len(found)},
            )
            found += [Cursor(*row) for row in rows]
    return found


def move_cursor(db: sqlite3.Connection, annotator: str, cursor: Cursor) -> None:
    """Say that the order has brought an annotator there."""
    db.execute(
        "INSERT OR REPLACE INTO cursors (annotator, priority, document) VALUES (?, ?, ?)",
        (annotator, *cursor),
    )


def draw_back(db: sqlite3.Connection, cursor: Cursor, annotator: str | None = None) -> None:
    """Draw everyone's cursor, or one annotator's, back to a place that it has passed."""
    db.execute(
        "UPDATE cursors SET priority = :priority, document = :document"
        " WHERE (priority < :priority OR priority = :priority AND document > :document)"
        " AND (:annotator IS NULL OR annotator = :annotator)",
        {"annotator": annotator, "priority": cursor.priority, "document": cursor.document},
    )


def came_free(db: sqlite3.Connection, document: int) -> None:
    """Let a document that has a place again come next to those who have passed it.

    Who has no claim on it found it full when she passed: what she walks once more is no more than
    she has done since the place was taken.
    """
    db.execute(
        "UPDATE cursors SET priority = d.priority, document = d.id - 1 FROM documents d"
        " WHERE d.id = ? AND d.taken < d.places AND (cursors.priority < d.priority"
        "  OR cursors.priority = d.priority AND cursors.document >= d.id)"
        " AND NOT EXISTS (SELECT 1 FROM claims c"
        "  WHERE c.annotator = cursors.annotator AND c.document = d.id)",
        (document,),
    )


def set_priority(db: sqlite3.Connection, documents: list[int], priority: int) -> int:
    """Give documents a priority; how many had another.

    Runs inside the caller's transaction.
    """
    changed = 0
    for document in documents:
        changed += db.execute(
            "UPDATE documents SET priority = ?1 WHERE id = ?2 AND priority <> ?1",
            (priority, document),
        ).rowcount
    if changed:
        draw_back(db, Cursor(priority, min(documents) - 1))
    return changed
