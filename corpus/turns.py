"""Whose turn it is: which documents come to an annotator next, and which she has to finish.

Claims nothing; queue.py does, inside its transactions. The turns of reviewers are in reviews.py.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Protocol

from tonemark.corpus.claims import TO_DO, Claim
from tonemark.corpus.cursors import START, cursor_of, free_behind, move_cursor
from tonemark.corpus.uncertain import by_doubt

NOT_HERS = (
    "NOT EXISTS (SELECT 1 FROM claims WHERE annotator = :annotator AND document = d.id)"
    " AND NOT EXISTS (SELECT 1 FROM documents s CROSS JOIN claims c ON c.document = s.id"
    " AND c.annotator = '+' || :annotator WHERE s.digest = d.digest)"
)
"""Of the row `d` of a document: that `:annotator` has no claim on it, and has not, as a reviewer,
seen what others said of its text."""


class Turns(Protocol):
    """Which documents come to whom."""

    def to_do(
        self, db: sqlite3.Connection, annotator: str, size: int, *, deferred: bool
    ) -> list[Claim]:
        """At most `size` of the claims that she has and is not done with: those put off, or the
        others; those that were answered together come without any else."""
        ...

    def free(
        self, db: sqlite3.Connection, annotator: str, size: int, *, looking: bool = False
    ) -> list[int]:
        """At most `size` documents that she may claim next; with `looking` nothing is written."""
        ...


class Annotating:
    """The turns of annotators: documents that have a place free, once for each of them."""

    def to_do(
        self, db: sqlite3.Connection, annotator: str, size: int, *, deferred: bool
    ) -> list[Claim]:
        """What she began or put off, in that order."""
        rows = db.execute(
            f"SELECT document, number, answered FROM claims WHERE annotator = ? AND {TO_DO}"
            f" AND deferred {'>' if deferred else '='} 0 ORDER BY deferred, sequence LIMIT ?",
            (annotator, size),
        )
        found = [Claim(annotator, *row) for row in rows]
        # A reopened page comes back alone: its documents were answered together.
        return [claim for claim in found if claim.answered == found[0].answered]

    def free(
        self, db: sqlite3.Connection, annotator: str, size: int, *, looking: bool = False
    ) -> list[int]:
        """Documents that have a place for her, the most urgent first: by doubt where the project
        wants that, and where nobody has looked at them, in the order that was given."""
        doubtful = by_doubt(db, annotator, size, NOT_HERS, looking=looking)
        if len(doubtful) >= size:
            return doubtful
        # Her own documents that still wait for others would be walked each time (engines.md, 4): a
        # cursor says how far the queue has brought her, and is drawn back by what comes free before
        # it. At the end all is walked: a cursor that was damaged hides nothing for ever.
        values = {"annotator": annotator, "doubtful": json.dumps(doubtful)}
        lacking = f"{NOT_HERS} AND d.id NOT IN (SELECT value FROM json_each(:doubtful))"
        cursor, size = START if looking else cursor_of(db, annotator), size - len(doubtful)
        found = free_behind(db, cursor, size, lacking, values)
        if found and not looking:
            move_cursor(db, annotator, found[-1])
        if len(found) < size and cursor != START:
            rest = free_behind(db, START, size, lacking, values)
            found += [each for each in rest if each not in found][: size - len(found)]
        return [*doubtful, *(each.document for each in found)]


ANNOTATING: Turns = Annotating()
