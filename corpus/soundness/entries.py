"""Gazetteers in a store: their entries, the evidence by row, and what it adds up to."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from tonemark.corpus.counting import SUMS
from tonemark.corpus.evidence import GOLD, NEVER, STANDS
from tonemark.corpus.gazetteers import ACCEPTED
from tonemark.corpus.soundness.findings import Finding
from tonemark.corpus.soundness.rows import (
    COUNTED,
    DATED,
    HIGHEST,
    READABLE,
    SOUND_EVIDENCE,
    SOUND_OFFER,
    is_legible,
)
from tonemark.files import typed

_WRONG = f"""{SUMS}
SELECT n.id FROM entries n LEFT JOIN sums s ON s.entry = n.id
WHERE abs(n.seen - coalesce(s.seen, 0)) > 0.001 OR abs(n.stood - coalesce(s.stood, 0)) > 0.001
    OR n.changed <> coalesce(s.changed, 0) OR n.deleted <> coalesce(s.deleted, 0)
"""


_SHOWN = 100
"""Code points of a pattern that are told."""

BAD_GAZETTEER = f"(typeof(g.name) <> 'text' OR g.name = '' OR NOT {DATED})"
"""What no gazetteer of `gazetteers g` may be, as SQL."""

BAD_ENTRY = (
    f"(NOT {READABLE} OR e.label = '' OR e.pattern = '' OR instr(e.label, char(0))"
    " OR instr(e.pattern, char(0)))"
)
"""What no entry of `entries e` may be, as SQL; a text that is no UTF-8 is not seen so."""


def examine_entries(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """All that is wrong with gazetteers. Raises sqlite3.DatabaseError as `examine_documents`."""
    yield from _examine_gazetteers(db, path)
    yield from _examine_entries(db, path)
    yield from _examine_evidence(db, path)
    yield from _examine_suggestions(db, path)


def _by_sqlite(told: str, path: Path, statement: str) -> str:
    return f"{told}:\n    sqlite3 {shlex.quote(str(path))} {shlex.quote(statement)}"


def _examine_gazetteers(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    for number, name in db.execute(f"SELECT id, name FROM gazetteers g WHERE {BAD_GAZETTEER}"):
        is_named = isinstance(name, str) and name
        change = "added = 0" if is_named else f"name = 'gazetteer {number}', added = 0"
        yield Finding(
            "The name of a gazetteer, or when it was made, cannot be read.",
            f"gazetteer {number}: {name}",
            _by_sqlite("Mend it", path, f"UPDATE gazetteers SET {change} WHERE id = {number}"),
        )
    for (last,) in db.execute(
        "SELECT seq FROM sqlite_sequence WHERE name = 'entries'"
        " AND (typeof(seq) <> 'integer' OR seq NOT BETWEEN 0 AND ?)",
        (HIGHEST,),
    ):
        change = (
            "UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM entries"
            f" WHERE id <= {HIGHEST}) WHERE name = 'entries'"
        )
        yield Finding(
            "No number is left for a new entry of a gazetteer.",
            f"the last was {last}",
            _by_sqlite("Remove entries that cannot be read, then go back", path, change),
        )


def _examine_entries(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    for number, label, pattern, is_bad in db.execute(
        f"SELECT id, label, pattern, {BAD_ENTRY} FROM entries e"
    ):
        if is_bad or not (is_legible(label) and is_legible(pattern)):
            remove = f"tonemark gazetteer remove {typed(path.parent)} --entry {number}"
            where = f"{number}: {str(pattern)[:_SHOWN]}"
            remedy = f"Remove it:\n    {remove}"
            yield Finding("An entry of a gazetteer cannot be read.", where, remedy)


def _anew(path: Path) -> str:
    return f"Count it anew:\n    tonemark gazetteer build {typed(path.parent)} --anew"


def _examine_evidence(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    anew = _anew(path)
    for (number,) in db.execute(f"SELECT id FROM entries e WHERE NOT {COUNTED}"):
        yield Finding("What an entry has earned is no number.", f"entry {number}", anew)
    is_bad = False
    for document, annotator in db.execute(
        f"SELECT DISTINCT document, annotator FROM evidence e WHERE NOT {SOUND_EVIDENCE}"
    ):
        is_bad = True
        what = "There is evidence on entries that cannot be read."
        yield Finding(what, f"document {document}, {annotator}", anew)
    if is_bad:
        return  # what it adds up to cannot be right, and may be more than SQLite adds up
    for (number,) in db.execute(_WRONG, {"gold": GOLD}):
        yield Finding("What an entry has earned is added up wrongly.", f"entry {number}", anew)
    for (number,) in db.execute(
        "SELECT n.id FROM entries n JOIN gazetteers g ON g.id = n.gazetteer WHERE n.since <>"
        " iif(g.name = ?, coalesce((SELECT min(e.answer) FROM evidence e"
        f" WHERE e.entry = n.id AND e.taught > 0 AND {STANDS}), iif(n.since, ?, 0)), 0)",
        (ACCEPTED, NEVER),
    ):
        what = "Since when annotators taught a name is noted wrongly."
        yield Finding(what, f"entry {number}", anew)
    for document, annotator in db.execute(
        "SELECT DISTINCT e.document, e.annotator FROM evidence e LEFT JOIN annotations a"
        " ON a.document = e.document AND a.annotator = e.annotator AND a.id >= e.answer"
        " AND a.current AND a.answer = 'accept' AND a.weighed WHERE a.id IS NULL"
        " AND e.annotator <> :gold UNION SELECT DISTINCT e.document, e.annotator FROM evidence e"
        " LEFT JOIN gold g ON g.document = e.document AND g.id >= e.answer AND g.answer = 'accept'"
        " AND g.weighed WHERE g.id IS NULL AND e.annotator = :gold",
        {"gold": GOLD},
    ):
        what = "There is evidence on entries by an answer that there is not."
        yield Finding(what, f"document {document}, {annotator}", anew)


def _examine_suggestions(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    for (producer,) in db.execute(
        "SELECT DISTINCT producer FROM suggestions WHERE producer <> 0"
        " AND producer NOT IN (SELECT id FROM producers)"
    ):
        drop = f"DELETE FROM suggestions WHERE producer = {producer}"
        yield Finding(
            "Suggestions are of a producer that there is not.",
            str(producer),
            _by_sqlite("Drop them", path, drop),
        )
    for document, annotator in db.execute(
        f"SELECT document, annotator FROM offers o WHERE NOT {SOUND_OFFER}"
    ):
        yield Finding(
            "How the suggestions of a page fared cannot be read.",
            f"document {document}, {annotator}",
            _by_sqlite("Leave it out", path, f"DELETE FROM offers AS o WHERE NOT {SOUND_OFFER}"),
        )
