"""Gazetteers in a store: their entries, the evidence by row, and what it adds up to."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tonemark.corpus.findings import Finding
from tonemark.corpus.gazetteers import KINDS
from tonemark.corpus.soundness_spans import BACKUP
from tonemark.files import typed

_ANEW = (
    "DELETE FROM evidence; UPDATE entries SET seen = 0, stood = 0, changed = 0, deleted = 0;"
    " UPDATE annotations SET weighed = 0"
)

# What `evidence.earned_on` adds up document by document, of all documents at once.
_SUMS = """
WITH parts AS (
    SELECT entry, avg(seen) AS seen, sum(changed) AS changed, sum(deleted) AS deleted,
        1.0 * sum(stood) / max(count(*), (SELECT count(*) FROM annotations a
            WHERE a.document = e.document AND a.current AND a.answer = 'accept')) AS stood
    FROM evidence e GROUP BY entry, document
), sums AS (
    SELECT entry, sum(seen) AS seen, sum(stood) AS stood, sum(changed) AS changed,
        sum(deleted) AS deleted FROM parts GROUP BY entry
)
SELECT n.id FROM entries n LEFT JOIN sums s ON s.entry = n.id
WHERE abs(n.seen - coalesce(s.seen, 0)) > 0.001 OR abs(n.stood - coalesce(s.stood, 0)) > 0.001
    OR n.changed <> coalesce(s.changed, 0) OR n.deleted <> coalesce(s.deleted, 0)
"""


def examine_entries(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """All that is wrong with gazetteers. Raises sqlite3.DatabaseError as `examine_documents`."""
    kinds = ", ".join(f"'{kind}'" for kind in KINDS)
    for number, pattern in db.execute(
        f"SELECT id, pattern FROM entries WHERE kind NOT IN ({kinds}) OR typeof(label) <> 'text'"
        " OR typeof(pattern) <> 'text' OR typeof(given) <> 'text' OR label = '' OR pattern = ''"
    ):
        remedy = f"Remove it:\n    tonemark gazetteer remove {typed(path.parent)} --entry {number}"
        yield Finding("An entry of a gazetteer cannot be read.", f"{number}: {pattern}", remedy)
    anew = (
        f"Count it anew:\n    sqlite3 {shlex.quote(str(path))} {shlex.quote(_ANEW)}\n"
        f"    tonemark gazetteer build {typed(path.parent)}"
    )
    for (number,) in db.execute(_SUMS):
        yield Finding("What an entry has earned is added up wrongly.", f"entry {number}", anew)
    for document, annotator in db.execute(
        "SELECT DISTINCT e.document, e.annotator FROM evidence e LEFT JOIN annotations a"
        " ON a.id = e.answer AND a.document = e.document AND a.annotator = e.annotator"
        " AND a.current AND a.answer = 'accept' AND a.weighed WHERE a.id IS NULL"
    ):
        what = "There is evidence on entries by an answer that there is not."
        yield Finding(what, f"document {document}, {annotator}", anew)
    for (producer,) in db.execute(
        "SELECT DISTINCT producer FROM suggestions WHERE producer <> 0"
        " AND producer NOT IN (SELECT id FROM producers)"
    ):
        query = f"DELETE FROM suggestions WHERE producer = {producer}"
        yield Finding(
            "Suggestions are of a producer that there is not.",
            str(producer),
            f"Drop them:\n    sqlite3 {shlex.quote(str(path))} {shlex.quote(query)}",
        )
    for document, annotator in db.execute(
        "SELECT document, annotator FROM offers WHERE NOT (typeof(offered) = 'integer'"
        " AND typeof(stood) = 'integer' AND blind IN (0, 1) AND stood BETWEEN 0 AND offered)"
    ):
        what = "How the suggestions of a page fared cannot be read."
        yield Finding(what, f"document {document}, {annotator}", BACKUP)
