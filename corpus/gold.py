"""Gold in the store: the adjudicated annotation of a document, revision by revision.

Knows what stands and who decided it; how annotators are compared is told in the room review.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import regex

from tonemark.corpus.annotations import next_number, storable, write_spans
from tonemark.corpus.documents import Damaged, damaged, misplaced, pack_tokens, unpack_tokens
from tonemark.corpus.drafts import Decision, decision_from_json
from tonemark.corpus.records import ANSWERS, Answer
from tonemark.corpus.spans import Span, check_stretches, parsed_sources
from tonemark.corpus.store import Store
from tonemark.files import parsed
from tonemark.tokenizers.base import Token

MAJORITY = "rule:majority"
"""Who decided where more than half of the annotators did."""

UNANIMOUS = "rule:unanimous"
"""Who decided where all annotators agreed."""


_RULE = regex.compile(r"rule:[a-z]{1,32}")


def is_rule(reviewer: str) -> bool:
    """Whether gold of this reviewer was made by a rule."""
    return _RULE.fullmatch(reviewer) is not None


@dataclass(frozen=True, slots=True)
class Gold:
    """The adjudicated annotation of one document.

    `revision` counts from 1. `reviewer` is the person who settled it, or `rule:majority`,
    `rule:unanimous`. `decisions` say what was taken where annotators differed. `cites` names the
    annotations that were looked at: annotator and revision; `compared` is the number of the newest
    of them in the store. `tokens` are those that were corrected, or None. `time` is Unix seconds.
    """

    document: int
    reviewer: str
    answer: Answer
    spans: tuple[Span, ...]
    revision: int = 0
    comment: str = ""
    flagged: bool = False
    tokens: tuple[Token, ...] | None = None
    decisions: tuple[Decision, ...] = ()
    cites: tuple[tuple[str, int], ...] = ()
    compared: int = 0
    time: float = 0.0

    @property
    def by_person(self) -> bool:
        """Whether a person settled it, whom no rule overrules."""
        return not is_rule(self.reviewer)

    def stretches(self) -> set[tuple[int, int, str]]:
        """Its spans as (start, end, label)."""
        return {(span.start, span.end, span.label) for span in self.spans}


_COLUMNS = (
    "g.id, g.document, g.reviewer, g.answer, g.revision, g.comment, g.flagged, g.tokens,"
    " g.decisions, g.cites, g.compared, g.time"
)


def gold_of(store: Store, document: int) -> Gold | None:
    """The gold of a document as it stands, or None. Raises Damaged where it cannot be read."""
    for gold in golds(store, [document]):
        return gold
    return None


def golds(store: Store, documents: Iterable[int] | None = None) -> Iterator[Gold]:
    """The gold of these documents, or of all, in the order of their numbers: a stream.

    Raises Damaged where one cannot be read.
    """
    these = "" if documents is None else "AND g.document IN (SELECT value FROM json_each(?))"
    values = () if documents is None else (json.dumps(list(documents)),)
    rows = store.db.execute(
        f"SELECT {_COLUMNS}, s.start_char, s.end_char, s.label, s.sources"
        " FROM gold g LEFT JOIN gold_spans s ON s.gold = g.id"
        f" WHERE g.current {these} ORDER BY g.document, s.start_char, s.end_char, s.label",
        values,
    )
    for _, group in itertools.groupby(rows, key=lambda row: row[0]):
        found = list(group)
        yield _gold(found[0][1:12], [row[12:] for row in found if row[12] is not None])


def settled(store: Store) -> dict[str, int]:
    """How many documents have gold, by who decided it last: people, `rule:majority` and so on."""
    rows = store.db.execute("SELECT reviewer, count(*) FROM gold WHERE current GROUP BY 1")
    return {str(reviewer): count for reviewer, count in rows}


def with_gold(store: Store, documents: Iterable[int]) -> set[int]:
    """Those among these documents that have gold."""
    rows = store.db.execute(
        "SELECT g.document FROM json_each(?) n JOIN gold g ON g.document = n.value AND g.current",
        (json.dumps(list(documents)),),
    )
    return {number for (number,) in rows}


def check_gold(gold: Gold, text: str) -> None:
    """Raises Damaged where gold does not fit the text that it is of."""
    try:
        check_stretches(gold.spans, len(text))
        if misplaced(gold.tokens or (), len(text)):
            raise ValueError
    except ValueError:
        raise _damaged(gold.document) from None


def write_gold(db: sqlite3.Connection, gold: Gold) -> None:
    """Write gold as a new revision, whatever its `revision` says; earlier ones stay.

    What it says of entries is weighed later (`unweighed`). Runs inside the caller's transaction.
    """
    (last,) = db.execute(
        "SELECT coalesce(max(revision), 0) FROM gold WHERE document = ?", (gold.document,)
    ).fetchone()
    db.execute(
        "UPDATE differences SET settled = compared <= ? WHERE document = ?",
        (gold.compared, gold.document),
    )
    db.execute("UPDATE gold SET current = 0 WHERE document = ? AND current", (gold.document,))
    number = next_number(db)
    db.execute(
        "INSERT INTO gold (id, document, revision, reviewer, answer, comment, flagged, tokens,"
        " decisions, cites, compared, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            gold.document,
            last + 1,
            gold.reviewer,
            gold.answer,
            storable(gold.comment),
            gold.flagged,
            None if gold.tokens is None else pack_tokens(gold.tokens),
            json.dumps(gold.decisions),
            json.dumps(gold.cites),
            gold.compared,
            gold.time,
        ),
    )
    write_spans(db, "gold_spans", number, gold.spans)


def _gold(row: tuple[Any, ...], spans: list[tuple[Any, ...]]) -> Gold:
    document, reviewer, answer, revision, comment, flagged, tokens, decisions, cites, *rest = row
    try:
        if answer not in ANSWERS or not isinstance(reviewer, str):
            raise ValueError(answer)
        return Gold(
            document,
            reviewer,
            answer,
            tuple(Span(start, end, label, parsed_sources(s)) for start, end, label, s in spans),
            revision,
            comment,
            bool(flagged),
            None if tokens is None else unpack_tokens(tokens),
            tuple(decision_from_json(*each) for each in parsed(decisions)),
            tuple((str(name), int(number)) for name, number in parsed(cites)),
            *rest,
        )
    except (ValueError, TypeError):
        raise _damaged(document) from None


def _damaged(document: int) -> Damaged:
    return damaged(document, "the gold of ")
