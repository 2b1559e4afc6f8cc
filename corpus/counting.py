"""What entries earned, added up of many documents at once: for doctor, and where much evidence has
changed at one time. What it means is told in evidence.py.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from tonemark.corpus.evidence import GOLD, NEVER, STANDS
from tonemark.corpus.gazetteers import ACCEPTED

SUMS = """
WITH golden AS (
    SELECT document FROM gold WHERE weighed
), parts AS (
    SELECT entry, sum(changed) AS changed, sum(deleted) AS deleted,
        iif(document IN golden, total(iif(annotator = :gold, seen, 0)), avg(seen)) AS seen,
        iif(document IN golden, total(iif(annotator = :gold, stood, 0)),
            1.0 * sum(stood) / max(count(*), (SELECT count(*) FROM annotations a
            WHERE a.document = e.document AND a.current AND a.answer = 'accept'))) AS stood
    FROM evidence e WHERE answer >= (SELECT since FROM entries n WHERE n.id = e.entry)
    GROUP BY entry, document
), sums AS (
    SELECT entry, sum(seen) AS seen, sum(stood) AS stood, sum(changed) AS changed,
        sum(deleted) AS deleted FROM parts GROUP BY entry
)
"""
"""What `evidence.earned_on` adds up document by document, of all documents at once, as SQL: `sums`
has a row for each entry; `:gold` is GOLD."""


def count_anew(db: sqlite3.Connection, entries: Iterable[int]) -> None:
    """Add up anew what some entries earned, and since when names are taught, their evidence having
    changed on many documents. Runs inside the caller's transaction."""
    numbers = json.dumps(sorted(set(entries)))
    these = "(SELECT value FROM json_each(:entries))"
    values = {"entries": numbers, "accepted": ACCEPTED, "never": NEVER}
    db.execute(
        "UPDATE entries SET since = coalesce((SELECT min(CAST(e.answer AS INTEGER))"
        f" FROM evidence e WHERE e.entry = entries.id AND e.taught > 0 AND {STANDS}),"
        f" iif(since, :never, 0)) WHERE id IN {these}"
        " AND gazetteer = (SELECT id FROM gazetteers WHERE name = :accepted)",
        values,
    )
    db.execute(
        f"UPDATE entries SET seen = 0, stood = 0, changed = 0, deleted = 0 WHERE id IN {these}",
        {"entries": numbers},
    )
    some = SUMS.replace("FROM evidence e WHERE", f"FROM evidence e WHERE entry IN {these} AND")
    db.execute(
        f"{some} UPDATE entries SET seen = s.seen, stood = s.stood, changed = s.changed,"
        " deleted = s.deleted FROM sums s WHERE s.entry = entries.id",
        {"entries": numbers, "gold": GOLD},
    )
