"""Gold that comes with a file: it stays gold, whoever settled it, in the project that it comes to.

Runs inside intake's transaction; knows no format.
"""

from __future__ import annotations

import sqlite3
import time

from tonemark.corpus.annotations import storable
from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import Gold, is_rule, write_gold
from tonemark.corpus.records import Cite, GivenAnnotation, Settled
from tonemark.corpus.reports import Report


def take_gold(
    db: sqlite3.Connection, report: Report, line: int, document: int, given: GivenAnnotation
) -> None:
    """Write a document's gold, and count it.

    What is there already adds nothing. Where there is other gold, the later stays on top, but what
    a person settled is never overruled by a rule. Of the annotations that it cites those are kept
    that the project has, by their times.
    """
    assert given.settled is not None
    reviewer = _name(report, given.annotator)
    there = db.execute(
        "SELECT reviewer, coalesce(? > time, 0) FROM gold WHERE document = ? AND current",
        (given.time, document),
    ).fetchone()
    known = db.execute(
        "SELECT id, answer, comment, flagged, tokens FROM gold"
        " WHERE document = ? AND reviewer = ? AND (time = ?3 OR ?3 IS NULL AND current)",
        (document, reviewer, given.time),
    ).fetchall()
    if any(_content(db, *each) == _given(given) for each in known):
        return
    if there:
        other, is_later = there
        if not overrules(reviewer, other, is_later=is_later):
            report.warn(line, f"this document has gold of {other} already; it is kept")
            return
    cites, compared = _cited(db, document, report, given.settled.cites)
    write_gold(
        db,
        Gold(
            document,
            reviewer,
            given.answer,
            given.spans,
            comment=given.comment,
            flagged=given.flagged,
            tokens=given.tokens,
            decisions=_decisions(report, given.settled),
            cites=cites,
            compared=compared,
            time=time.time() if given.time is None else given.time,
        ),
    )
    report.gold += 1
    report.labels.update(span.label for span in given.spans)


def overrules(reviewer: str, other: str, *, is_later: bool) -> bool:
    """Whether gold of one reviewer, or rule, takes the place of another's that is there."""
    return is_later and not (is_rule(reviewer) and not is_rule(other))


def _content(db: sqlite3.Connection, gold: int, *said: object) -> tuple[object, ...]:
    """What gold that is there says, for comparing."""
    spans = db.execute("SELECT start_char, end_char, label FROM gold_spans WHERE gold = ?", (gold,))
    return {*spans}, *said


def _given(given: GivenAnnotation) -> tuple[object, ...]:
    spans = {(span.start, span.end, span.label) for span in given.spans}
    tokens = None if given.tokens is None else pack_tokens(given.tokens)
    return spans, given.answer, storable(given.comment), given.flagged, tokens


def _name(report: Report, given: str) -> str:
    """The name under which a person's work is kept; that of a rule is what it is."""
    if is_rule(given):
        return given
    name = annotator_name(given)
    if name != given:
        report.renamed[given] = name
    return name


def _decisions(report: Report, settled: Settled) -> tuple[Decision, ...]:
    """What was taken, annotators called as they are called here."""
    return tuple(
        each if ":" in each.choice else each._replace(choice=_name(report, each.choice))
        for each in settled.decisions
    )


def _cited(
    db: sqlite3.Connection, document: int, report: Report, cites: tuple[Cite, ...]
) -> tuple[tuple[tuple[str, int], ...], int]:
    """Those of the annotations that are here, and the number of the newest."""
    found = []
    for each in cites:
        row = db.execute(
            "SELECT id, annotator, revision FROM annotations WHERE document = ? AND annotator = ?"
            " AND time = ? ORDER BY id DESC LIMIT 1",
            (document, _name(report, each.annotator), each.time),
        ).fetchone()
        if row:
            found.append(row)
    here = tuple((name, revision) for _, name, revision in found)
    return here, max((number for number, _, _ in found), default=0)
