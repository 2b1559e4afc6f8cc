"""What is looked at in a file before anybody adds it: all that its reader says, and its spans.

Pure rules over records; knows no file, and prints nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import NamedTuple

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Stretch
from tonemark.exchange.base import Format, Given
from tonemark.exchange.restoring import tells_change, tells_damage
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal, quoted
from tonemark.tokenizers.base import Token

SHOWN = 10
"""Places of each kind that are kept; the others are counted."""

TEXTS = 1_000_000
"""Texts among which equal ones are looked for: their hashes take 120 MiB."""

LABELS = 10_000
"""Labels that are counted one by one, and those that are looked at."""

OTHER = "(others)"
"""Under what the spans of labels beyond those are counted; no label holds brackets and spaces."""


class Place(NamedTuple):
    """Where something is: the line of its record (0: the whole file), the record's key if it has
    one, and what it is, in words."""

    line: int
    key: str | None
    what: str


@dataclass(slots=True)
class Places:
    """How often something is so, and the first places of it."""

    count: int = 0
    first: list[Place] = field(default_factory=list)

    def add(self, line: int, key: str | None, what: str) -> None:
        """Count a place, and keep it while there is room."""
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(Place(line, key, what))


@dataclass(slots=True)
class Checked:
    """What is in a file, and what is wrong with it.

    `labels` counts the spans of each label, of answers and suggestions alike. `answers` counts by
    annotator and answer; gold is "gold" in the place of the answer. `unanswered` are documents
    without any; `without_tokens` those that bring no tokens, whose spans may cut any.
    """

    documents: int = 0
    unanswered: int = 0
    without_tokens: int = 0
    spans: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    refused: Places = field(default_factory=Places)
    warned: Places = field(default_factory=Places)
    overlapping: Places = field(default_factory=Places)
    cutting: Places = field(default_factory=Places)
    blank_edges: Places = field(default_factory=Places)
    equal_texts: Places = field(default_factory=Places)
    mangled: Places = field(default_factory=Places)
    unsayable: Places = field(default_factory=Places)

    def findings(self) -> Iterator[tuple[str, Places]]:
        """What was looked for and was found, each with its name, in the order of its weight."""
        for name in FINDINGS:
            found: Places = getattr(self, name)
            if found.count:
                yield name, found


FINDINGS = (
    *("refused", "warned", "overlapping", "cutting", "blank_edges", "equal_texts"),
    *("mangled", "unsayable"),
)
"""The fields of `Checked` that are Places, in the order in which they are told."""


def check_records(
    records: Iterable[Given],
    format: Format,
    found: Checked,
    *,
    progress: Callable[[int], None] = lambda line: None,
) -> None:
    """Look at all records of a file of that format, in flat memory, and note in `found` what is
    there: it holds also what came before an error that ends the reading.

    `progress` is told each line.
    """
    texts: dict[int, int] = {}
    mangled: dict[str, str] = {}
    for each in records:
        progress(each.line)
        if isinstance(each, Refusal):
            found.refused.add(each.line, None, each.reason)
            continue
        found.documents += 1
        for warning in each.warnings:
            found.warned.add(each.line, each.key, warning)
        _look_at_text(found, each, texts)
        _look_at_answers(found, each)
        for spans, tokens in _answers(each):
            _look_at_spans(found, each, spans, tokens)
            _look_at_labels(found, each, spans, format, mangled)
        _look_at_rows(found, each, format)


def changed_since(records: Iterable[Given]) -> Places:
    """Of records to which a sidecar was restored, those that are no longer what it keeps; and the
    lines of it that are damaged."""
    found = Places()
    for each in records:
        if isinstance(each, Refusal):
            if tells_damage(each):
                found.add(each.line, None, each.reason)
            continue
        for warning in filter(tells_change, each.warnings):
            found.add(each.line, each.key, warning)
    return found


def rows_of(record: Record) -> Iterator[ExportRow]:
    """A record as writers are given it: a row an answer, or one with its suggestions."""
    bare = ExportRow(
        record.key or str(record.number),
        record.text,
        record.meta,
        record.tokens,
        suggestions=record.suggestions,
        tokens_given=record.tokens is not None,
    )
    if not record.annotations:
        yield bare
    for given in record.annotations:
        yield ExportRow(
            bare.key,
            record.text,
            record.meta,
            given.tokens or record.tokens,
            given.spans,
            given.answer,
            given.annotator,
            given.comment,
            given.flagged,
            given.time,
            settled=given.settled,
            tokens_given=bare.tokens_given,
        )


def _look_at_rows(found: Checked, record: Record, format: Format) -> None:
    """What else the format's writer could not write. Tags without a name beside them are
    somebody's answer, where the format has no place for names."""
    for row in rows_of(record) if format.misfits else ():
        if row.answer is None and "answers" not in format.holds:
            row = replace(row, answer="accept", suggestions=())
        for start, end, reason in format.misfits(row) if format.misfits else ():
            place = f"{start}-{end} {quoted(record.text[start:end])} " if end else ""
            found.unsayable.add(record.line, record.key, f"{place}{reason}")


def _answers(record: Record) -> Iterator[tuple[Sequence[Stretch], Sequence[Token] | None]]:
    """The sets of spans of a record, each with the tokens under it: suggestions are one, too."""
    if record.suggestions:
        yield record.suggestions, record.tokens
    for given in record.annotations:
        yield given.spans, given.tokens or record.tokens


def _look_at_text(found: Checked, record: Record, texts: dict[int, int]) -> None:
    data = record.text.encode("utf-8", "surrogatepass")
    mark = int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
    first = texts.get(mark)
    if first is not None:
        found.equal_texts.add(record.line, record.key, f"the text of line {first:,} again")
    elif len(texts) < TEXTS:
        texts[mark] = record.line


def _look_at_answers(found: Checked, record: Record) -> None:
    found.unanswered += not record.annotations
    found.without_tokens += record.tokens is None
    for given in record.annotations:
        who = given.annotator if len(found.answers) < LABELS else OTHER
        found.answers[who, _said(given)] += 1


def _said(given: GivenAnnotation) -> str:
    return "gold" if given.settled else given.answer


def _look_at_spans(
    found: Checked, record: Record, spans: Sequence[Stretch], tokens: Sequence[Token] | None
) -> None:
    text, line, key = record.text, record.line, record.key
    found.spans += len(spans)
    ordered = sorted(spans, key=lambda each: (each.start, each.end))
    furthest: Stretch | None = None
    for span in ordered:
        if furthest and span.start < furthest.end:
            what = f"{told(text, span)} overlaps {told(text, furthest)}"
            found.overlapping.add(line, key, what)
        if not furthest or span.end > furthest.end:
            furthest = span
        if text[span.start].isspace() or text[span.end - 1].isspace():
            found.blank_edges.add(line, key, f"{told(text, span)} has white space at its edge")
    for span, where in _cutting(ordered, tokens or ()):
        found.cutting.add(line, key, f"{told(text, span)} {where} inside a token")


def _cutting(spans: Sequence[Stretch], tokens: Sequence[Token]) -> Iterator[tuple[Stretch, str]]:
    """The spans that begin or end inside a token, and which of it they do."""
    starts = [token.start for token in tokens]
    for span in spans:
        if _is_inside(span.start, starts, tokens):
            yield span, "begins"
        elif _is_inside(span.end, starts, tokens):
            yield span, "ends"


def _is_inside(at: int, starts: Sequence[int], tokens: Sequence[Token]) -> bool:
    before = bisect_left(starts, at) - 1
    return before >= 0 and at < tokens[before].end


def _look_at_labels(
    found: Checked,
    record: Record,
    spans: Iterable[Stretch],
    format: Format,
    mangled: dict[str, str],
) -> None:
    for span in spans:
        label = span.label
        if label not in found.labels and len(found.labels) >= LABELS:
            label = OTHER
        found.labels[label] += 1
        if format.label_fault is None or label == OTHER:
            continue
        if label not in mangled:
            mangled[label] = format.label_fault(label)
        if mangled[label]:
            what = f"{told(record.text, span)}: the label {mangled[label]}"
            found.mangled.add(record.line, record.key, what)


def told(text: str, span: Stretch) -> str:
    """A span as a place is told: its offsets, what stands there, its label."""
    return f"{span.start}-{span.end} {quoted(text[span.start : span.end])} {span.label}"
