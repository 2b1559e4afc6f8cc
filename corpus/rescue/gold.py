"""The gold of a damaged store, and what reviewers did, as far as a rescue can keep it.

Runs inside the rescue's transaction, behind all that it settles of annotators' work.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from tonemark.corpus.annotators import is_annotator_name, is_reviewing, person
from tonemark.corpus.documents import misplaced, unpack_tokens
from tonemark.corpus.drafts import Decision, decision_from_json
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.gold import Gold, is_rule, write_gold
from tonemark.corpus.records import ANSWERS
from tonemark.corpus.soundness.documents import TABLES
from tonemark.corpus.soundness.reviews import Reviews
from tonemark.corpus.soundness.spans import Row
from tonemark.corpus.spans import Span, check_stretches, parsed_sources
from tonemark.files import parsed
from tonemark.tokenizers.base import Token


def rows_of(db: sqlite3.Connection, number: int) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of one document in the tables that are judged with it."""
    found = {}
    for name, query in TABLES.items():
        table, order = query.split(" ORDER BY ")
        found[name] = db.execute(
            f"{table} WHERE document = ? ORDER BY {order}", (number,)
        ).fetchall()
    return found


def settle_gold(db: sqlite3.Connection, row: Row, reviews: Reviews) -> Iterator[tuple[str, str]]:
    """Keep the gold of a document, its last revision alone where there is something wrong, and the
    work of its reviewers where it is sound; what was left out, and why."""
    rows = rows_of(db, row.number)
    if any(not each.harmless for each in reviews.gold(row, rows)):
        gold = _last(db, row, rows)
        db.execute(
            "DELETE FROM gold_spans WHERE gold IN (SELECT id FROM gold WHERE document = ?)",
            (row.number,),
        )
        db.execute("DELETE FROM gold WHERE document = ?", (row.number,))
        if gold:
            write_gold(db, gold)
        yield "gold", "how it was settled is not kept" if gold else "cannot be read"
        rows = rows_of(db, row.number)
    claims = {each[1]: each for each in rows["claim"]}
    work = {str(each[1]) for name in ("claim", "annotation", "event") for each in rows[name]}
    for key in sorted(filter(is_reviewing, work)):
        faults = reviews.of_reviewer(row, key, claims.get(key), rows)
        if any(not each.harmless for each in faults):
            drop_work(db, row.number, key)
            yield f"review of {person(key)}", "its history; gold is told by itself"


def drop_work(db: sqlite3.Connection, number: int, key: str) -> None:
    """Take out what an annotator, or a reviewer, did on a document."""
    for table in ("claims", "events", "annotations"):
        db.execute(
            f"DELETE FROM {table} WHERE document = ? AND CAST(annotator AS TEXT) = ?", (number, key)
        )


def _last(db: sqlite3.Connection, row: Row, rows: dict[str, list[tuple[Any, ...]]]) -> Gold | None:
    """The last revision of gold, where it is sound by itself."""
    _, _, current, reviewer, answer, comment, flagged, tokens, *rest = rows["gold"][-1]
    decisions, cites, _, _, time, number = rest
    if not current or answer not in ANSWERS or not isinstance(reviewer, str):
        return None
    if not (is_annotator_name(reviewer) or is_rule(reviewer)):
        return None
    query = "SELECT start_char, end_char, label, sources FROM gold_spans WHERE gold = ?"
    try:
        spans = [
            Span(start, end, label, parsed_sources(sources))
            for start, end, label, sources in db.execute(query, (number,))
        ]
        check_stretches(tuple(sorted(spans)), len(row.text))
        comment.encode()
    except (*MALFORMED, AttributeError, UnicodeError):
        return None
    here = {(each[1], each[2]): each[9] for each in rows["annotation"]}
    kept = [cite for cite in _cites(cites) if cite in here]
    return Gold(
        row.number,
        reviewer,
        answer,
        tuple(sorted(spans)),
        comment=comment,
        flagged=flagged == 1,
        tokens=_tokens(tokens, len(row.text)),
        decisions=_decisions(decisions, len(row.text)),
        cites=tuple(kept),
        compared=max((here[cite] for cite in kept), default=0),
        time=time if isinstance(time, float) and 0 <= time < 1e11 else 0.0,
    )


def _decisions(data: Any, length: int) -> tuple[Decision, ...]:
    try:
        found = [decision_from_json(*each) for each in parsed(data)]
    except MALFORMED:
        return ()
    return tuple(e for e in found if 0 <= e.start <= e.end <= length and e.choice)


def _tokens(data: Any, length: int) -> tuple[Token, ...] | None:
    try:
        found = None if data is None else unpack_tokens(data)
    except MALFORMED:
        return None
    return None if misplaced(found or (), length) else found


def _cites(data: Any) -> list[tuple[str, int]]:
    try:
        return [(str(name), int(revision)) for name, revision in parsed(data)]
    except MALFORMED:
        return []
