"""The documents of a store with all that was said of them, judged one by one before another store
takes them. What is damaged is left out and named; knows nothing of where the rest goes.
"""

from __future__ import annotations

import itertools
import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.annotators import is_annotator_name, is_reviewing
from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.documents import Damaged, digest, document_from_row, misplaced, unpack_tokens
from tonemark.corpus.drafts import decision_from_json
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.gold import Gold, is_rule
from tonemark.corpus.records import ANSWERS, TEXT_LIMIT
from tonemark.corpus.soundness.rows import is_legible
from tonemark.corpus.spans import Span, Suggestion, lies_in, parsed_sources
from tonemark.files import parsed
from tonemark.tokenizers.base import Token

CHUNK = 2000
"""Documents that are read at a time."""

LATEST, LONGEST = 1e11, 1e9
"""Seconds that no time has, and that no answer takes (`soundness`)."""

NUMBERS = 2**53
"""A number of a store beyond which nothing of ours has one: sums of several stay in 64 bits."""


class Hers(NamedTuple):
    """An annotator's answers to a document, all revisions; `numbers` are theirs in the store, and
    `claim` the numbers of her claim: its own, its place in the order, and that of her answer."""

    answers: tuple[Annotation, ...]
    numbers: tuple[int, ...]
    claim: tuple[int, int, int]


class Proposed(NamedTuple):
    """A suggestion, and the producer that made it (0: it came with the data)."""

    producer: int
    suggestion: Suggestion


@dataclass(slots=True)
class Found:
    """A document of a store. `record` is its identity in the source; `faults` say what of it was
    left out, each with why; where `key` alone is there, that is all of it."""

    number: int
    key: str
    source: int = 0
    record: str = ""
    text: str = ""
    digest: int = 0
    meta: dict[str, Any] = field(default_factory=dict)
    tokens: tuple[Token, ...] | None = None
    priority: int = 0
    hers: dict[str, Hers] = field(default_factory=dict)
    gold: tuple[Gold, ...] = ()
    gold_numbers: tuple[int, ...] = ()
    proposed: tuple[Proposed, ...] = ()
    produced: tuple[tuple[int, str], ...] = ()
    offers: tuple[tuple[str, int, int, int], ...] = ()
    faults: list[tuple[str, str]] = field(default_factory=list)

    @property
    def is_readable(self) -> bool:
        """Whether there is a document at all."""
        return bool(self.record)


def found_documents(db: sqlite3.Connection) -> Iterator[Found]:
    """The documents of a store, in order, as a stream."""
    last = -(2**63)
    query = f"{_DOCUMENTS} WHERE d.id > ? ORDER BY d.id LIMIT ?"
    while rows := db.execute(query, (last, CHUNK)).fetchall():
        sides = _Sides(db, rows[0][0], last := rows[-1][0])
        for row in rows:
            yield _found(row, sides)


def found_document(db: sqlite3.Connection, number: int) -> Found:
    """One document of a store, which has it."""
    row = db.execute(f"{_DOCUMENTS} WHERE d.id = ?", (number,)).fetchone()
    return _found(row, _Sides(db, number, number))


_DOCUMENTS = (
    "SELECT d.id, d.key, d.text, s.name, d.meta, d.tokens, d.source, d.record, d.digest, d.priority"
    " FROM documents d LEFT JOIN sources s ON s.id = d.source"
)


_OF_DOCUMENTS = "WHERE {0}.document BETWEEN ? AND ?"

# The order of the tables is fixed: rows are looked up by an index of each.
_SIDES = {
    "answers": "SELECT a.document, a.annotator, a.revision, a.current, a.answer, a.comment,"
    " a.flagged, a.tokens, a.extra, a.time, a.seconds, a.id FROM annotations a"
    f" {_OF_DOCUMENTS.format('a')} ORDER BY a.document, a.annotator, a.revision",
    "spans": "SELECT s.annotation, s.start_char, s.end_char, s.label, s.sources FROM annotations a"
    f" CROSS JOIN spans s ON s.annotation = a.id {_OF_DOCUMENTS.format('a')}",
    "claims": "SELECT c.document, c.annotator, c.number, c.sequence, c.answered FROM claims c"
    f" {_OF_DOCUMENTS.format('c')}",
    "gold": "SELECT g.document, g.revision, g.current, g.reviewer, g.answer, g.comment, g.flagged,"
    " g.tokens, g.decisions, g.cites, g.compared, g.time, g.id FROM gold g"
    f" {_OF_DOCUMENTS.format('g')} ORDER BY g.document, g.revision",
    "gold_spans": "SELECT s.gold, s.start_char, s.end_char, s.label, s.sources FROM gold g"
    f" CROSS JOIN gold_spans s ON s.gold = g.id {_OF_DOCUMENTS.format('g')}",
    "proposed": "SELECT p.document, p.producer, p.start_char, p.end_char, p.label, p.sources,"
    f" p.score FROM suggestions p {_OF_DOCUMENTS.format('p')}",
    "produced": "SELECT p.document, p.producer, p.fault FROM producers r CROSS JOIN produced p"
    f" ON p.producer = r.id AND {_OF_DOCUMENTS.format('p').removeprefix('WHERE ')}",
    "offers": "SELECT o.document, o.annotator, o.blind, o.offered, o.stood FROM offers o"
    f" {_OF_DOCUMENTS.format('o')}",
}


class _Sides:
    """The rows of some documents in the other tables, by what they begin with."""

    def __init__(self, db: sqlite3.Connection, first: int, last: int) -> None:
        self._tables: dict[str, dict[int, list[tuple[Any, ...]]]] = {}
        for name, query in _SIDES.items():
            rows: dict[int, list[tuple[Any, ...]]] = {}
            for row in db.execute(query, (first, last)):
                rows.setdefault(row[0], []).append(row[1:])
            self._tables[name] = rows

    def of(self, name: str, number: int) -> list[tuple[Any, ...]]:
        """Those of a table that begin with a number."""
        return self._tables[name].get(number, [])


class _FaultError(Exception):
    """Why something is left out, in words."""


def _found(row: tuple[Any, ...], sides: _Sides) -> Found:
    number, key, _, _, _, _, source, record, its_digest, priority = row
    try:
        document = document_from_row(row[:6])
        if not all(map(is_legible, (key, document.source, record))):
            raise ValueError
        if len(document.text.encode()) > TEXT_LIMIT:
            raise ValueError
    except (Damaged, *MALFORMED):
        found = Found(number, key if is_legible(key) else f"document {number}")
        found.faults.append(("the document", "it cannot be read"))
        return found
    found = Found(number, key)
    if digest(document.text) != its_digest:
        found.faults.append(("the document", "its text is not the one that came in"))
        return found
    found.source, found.record, found.text, found.digest = source, record, document.text, its_digest
    found.meta, found.tokens = document.meta, document.tokens
    if type(priority) is int and LOWEST <= priority <= HIGHEST:
        found.priority = priority
    _take_answers(found, sides)
    _take_gold(found, sides)
    _take_suggestions(found, sides)
    return found


# Answers


def _take_answers(found: Found, sides: _Sides) -> None:
    rows = sides.of("answers", found.number)
    if not rows:
        return
    claims = {claim[0]: claim[1:] for claim in sides.of("claims", found.number)}
    offers = {offer[0]: offer[1:] for offer in sides.of("offers", found.number)}
    kept = []
    for name, group in itertools.groupby(rows, key=lambda row: row[0]):
        revisions = list(group)
        try:
            if not isinstance(name, str) or is_reviewing(name) or not is_annotator_name(name):
                raise _FaultError("nobody can have this name")
            answers = tuple(_answer(found, row, sides) for row in revisions)
            if [each.revision for each in answers] != list(range(1, len(answers) + 1)) or [
                row[2] for row in revisions
            ] != [0] * (len(answers) - 1) + [1]:
                raise _FaultError("its revisions are not in order")
            numbers = tuple(row[10] for row in revisions)
            claim = claims.get(name, (1, 0, 0))
            if not all(type(each) is int and 0 <= each < NUMBERS for each in (*claim, *numbers)):
                raise _FaultError("its numbers cannot be read")
            found.hers[name] = Hers(answers, numbers, claim)
        except _FaultError as fault:
            found.faults.append((f"the answer of {name}", str(fault)))
            continue
        if name in offers and _is_offer(*offers[name]):
            kept.append((name, *offers[name]))
    found.offers = tuple(kept)


def _is_offer(blind: Any, offered: Any, stood: Any) -> bool:
    counts = type(offered) is int and type(stood) is int and 0 <= stood <= offered < NUMBERS
    return blind in (0, 1) and counts


def _answer(found: Found, row: tuple[Any, ...], sides: _Sides) -> Annotation:
    name, revision, _, answer, comment, flagged, tokens, extra, time, seconds, number = row
    _check_said(answer, comment, flagged, time)
    if extra not in (0, 1):
        raise _FaultError("whether it counts cannot be read")
    if not isinstance(seconds, float) or not 0 <= seconds < LONGEST:
        seconds = 0.0
    return Annotation(
        found.number,
        name,
        revision,
        answer,
        _spans(found, sides.of("spans", number)),
        comment,
        bool(flagged),
        _tokens(found, tokens),
        bool(extra),
        time,
        seconds=seconds,
    )


def _check_said(answer: Any, comment: Any, flagged: Any, time: Any) -> None:
    if answer not in ANSWERS:
        raise _FaultError("it is none that there is")
    if not isinstance(comment, str) or not _is_utf8(comment) or flagged not in (0, 1):
        raise _FaultError("its comment or flag cannot be read")
    if not isinstance(time, float) or not math.isfinite(time) or not 0 <= time < LATEST:
        raise _FaultError("its time cannot be read")


def _spans(found: Found, rows: Iterable[tuple[Any, ...]]) -> tuple[Span, ...]:
    spans = []
    for start, end, label, sources in rows:
        _check_stretch(found, start, end, label)
        try:
            spans.append(Span(start, end, label, parsed_sources(sources)))
        except MALFORMED:
            raise _FaultError("the sources of a span cannot be read") from None
    spans.sort()
    return tuple(spans)


def _check_stretch(found: Found, start: Any, end: Any, label: Any) -> None:
    if not lies_in(start, end, len(found.text)) or found.text[start:end].isspace():
        raise _FaultError("a span does not lie in its text")
    if not is_legible(label):
        raise _FaultError("the label of a span cannot be read")


def _tokens(found: Found, data: Any) -> tuple[Token, ...] | None:
    try:
        tokens = None if data is None else unpack_tokens(data)
    except MALFORMED:
        raise _FaultError("its tokens cannot be read") from None
    if misplaced(tokens or (), len(found.text)):
        raise _FaultError("its tokens do not lie in their text")
    return tokens


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# Gold


def _take_gold(found: Found, sides: _Sides) -> None:
    rows = sides.of("gold", found.number)
    try:
        gold = tuple(_gold(found, row, sides) for row in rows)
        if [each.revision for each in gold] != list(range(1, len(gold) + 1)) or [
            row[1] for row in rows
        ] != [0] * (len(gold) - 1) + [1] * bool(gold):
            raise _FaultError("its revisions are not in order")
    except _FaultError as fault:
        found.faults.append(("the gold", str(fault)))
        return
    found.gold, found.gold_numbers = gold, tuple(row[-1] for row in rows)


def _gold(found: Found, row: tuple[Any, ...], sides: _Sides) -> Gold:
    revision, _, reviewer, answer, comment, flagged, tokens, *rest = row
    decisions, cites, compared, time, number = rest
    _check_said(answer, comment, flagged, time)
    if not isinstance(reviewer, str) or not (is_annotator_name(reviewer) or is_rule(reviewer)):
        raise _FaultError("nobody can have this name")
    try:
        taken = tuple(decision_from_json(*each) for each in parsed(decisions))
        if not all(0 <= e.start <= e.end <= len(found.text) and e.choice for e in taken):
            raise ValueError
        cited = tuple((str(name), int(its)) for name, its in parsed(cites))
        if not all(_is_utf8(text) for text in (*(e.choice for e in taken), *dict(cited))):
            raise ValueError
        if type(compared) is not int or not 0 <= compared < NUMBERS:
            raise ValueError
    except MALFORMED:
        raise _FaultError("how it was settled cannot be read") from None
    return Gold(
        found.number,
        reviewer,
        answer,
        _spans(found, sides.of("gold_spans", number)),
        revision,
        comment,
        bool(flagged),
        _tokens(found, tokens),
        taken,
        tuple((name, its) for name, its in cited if _is_there(found, name, its)),
        compared,
        time,
    )


def _is_there(found: Found, name: str, revision: int) -> bool:
    return name in found.hers and 0 < revision <= len(found.hers[name].answers)


# Suggestions


def _take_suggestions(found: Found, sides: _Sides) -> None:
    proposed = []
    try:
        for producer, start, end, label, sources, score in sides.of("proposed", found.number):
            _check_stretch(found, start, end, label)
            if not isinstance(score, float) or not 0 <= score <= 1 or type(producer) is not int:
                raise _FaultError("the score of one cannot be read")
            suggestion = Suggestion(start, end, label, parsed_sources(sources), score)
            proposed.append(Proposed(producer, suggestion))
    except (_FaultError, *MALFORMED):
        found.faults.append(("the suggestions", "they cannot be read, or do not lie in the text"))
        return
    found.proposed = tuple(proposed)
    found.produced = tuple(
        (producer, fault)
        for producer, fault in sides.of("produced", found.number)
        if isinstance(fault, str) and _is_utf8(fault)
    )
