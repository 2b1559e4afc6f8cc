"""What a format cannot say of a document: found, and on request mapped to what it can.

Goes by the fields of a `Format` alone.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple, TypeAlias

import regex

from tonemark.corpus.labels import LABEL_LENGTH
from tonemark.corpus.spans import Span, Stretch, Suggestion
from tonemark.exchange.base import Format
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import pieces
from tonemark.tokenizers.base import Token

Kind: TypeAlias = Literal["overlapping", "inside", "label", "other"]

KINDS: dict[str, tuple[str, str]] = {
    "overlapping": ("overlaps another span", "left out beside a longer one that it overlaps"),
    "inside": ("begins or ends inside a token", "widened to whole tokens"),
    "label": ("has a label that its readers would mangle", "given another label"),
    "other": ("cannot be written", ""),
}
"""Of each kind, what is wrong with a span, and what mapping does to it: nothing to the last."""


class Fault(NamedTuple):
    """What a format cannot say: start and end in code points of the text (0, 0: the whole of it),
    the kind, and why, in words."""

    start: int
    end: int
    kind: Kind
    reason: str


def faults(format: Format, row: ExportRow) -> list[Fault]:
    """All that `format` cannot say of a row, in order, of each span the first reason: of its
    answers, of what stands beside them, and of its suggestions where it writes those."""
    found: list[Fault] = []
    if format.suggests and not row.answers():
        for each in row.suggestions:
            found += _label_fault(format, each)
    for answer in (*row.answers(), *((row,) if row.versions else ())):
        borders = _borders(format, answer) if answer.spans else None
        reached = 0
        for span in sorted(answer.spans, key=lambda each: (each.start, each.end)):
            fault = _fault(format, span, borders, reached)
            if fault:
                found.append(fault)
            reached = max(reached, span.end)
    for misfit in format.misfits(row) if format.misfits else ():
        found.append(Fault(misfit.start, misfit.end, "other", misfit.reason))
    return list(dict.fromkeys(found))


class Borders(NamedTuple):
    """Where spans may begin and end: code points of the text, in order, and as sets."""

    places: Sequence[tuple[int, int]]
    starts: frozenset[int]
    ends: frozenset[int]


def _borders(format: Format, row: ExportRow) -> Borders | None:
    if not format.on_tokens:
        return None
    placed = (format.borders or pieces)(row.text, row.tokens or ())
    places = [(each.start, each.end) for each in placed]
    return Borders(
        places, frozenset(start for start, _ in places), frozenset(end for _, end in places)
    )


def _fault(format: Format, span: Span, borders: Borders | None, reached: int) -> Fault | None:
    if borders and not (span.start in borders.starts and span.end in borders.ends):
        return Fault(span.start, span.end, "inside", "begins or ends inside a token")
    if not format.overlaps and span.start < reached:
        return Fault(span.start, span.end, "overlapping", "overlaps the span before it")
    return next(iter(_label_fault(format, span)), None)


def _label_fault(format: Format, span: Stretch) -> list[Fault]:
    if format.label_fault and (why := format.label_fault(span.label)):
        return [Fault(span.start, span.end, "label", f"the label {span.label} {why}")]
    return []


class Mapped(NamedTuple):
    """A row as the format can say it, and what was done to it."""

    row: ExportRow
    changes: list[Fault]


class LabelMap:
    """Which label stands for one that a format's readers would mangle: the same all through an
    export, that of no other, and none of `labels`, which are all that may occur in it. `given` has
    those that were needed."""

    def __init__(self, format: Format, labels: Iterable[str]) -> None:
        self._format = format
        self._taken = set(labels)
        self.given: dict[str, str] = {}

    def of(self, label: str) -> str | None:
        """The label to write; None where none can be found."""
        fault = self._format.label_fault
        if fault is None or not fault(label):
            return label
        if label not in self.given:
            found = self._made(label)
            if found is None:
                return None
            self.given[label] = found
            self._taken.add(found)
        return self.given[label]

    def _made(self, label: str) -> str | None:
        assert self._format.label_fault
        plain = regex.sub(r"[^A-Z]+", "_", label.upper()).strip("_")[: LABEL_LENGTH - 9] or "LABEL"
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for name in (plain, *(f"{plain}_{letter}" for letter in letters)):
            if name not in self._taken and not self._format.label_fault(name):
                return name
        return None


def mapped(format: Format, row: ExportRow, labels: LabelMap) -> Mapped | None:
    """The row with its spans widened to tokens, longer ones kept where they overlap (the first of
    equal ones), and labels replaced; None where something in it cannot be mapped."""
    changes: list[Fault] = []
    answers = row.versions or (row,)
    fitted = []
    for answer in answers:
        spans = _spans(format, answer, labels, changes)
        if spans is None:
            return None
        fitted.append(replace(answer, spans=spans))
    if row.versions:
        beside: list[Fault] = []
        own = _spans(format, row, labels, beside)
        if own is None:
            return None
        changes += (each for each in beside if each not in changes)
        row = replace(row, spans=own, versions=tuple(fitted))
    else:
        row = fitted[0]
    if format.suggests and not row.answers():
        suggestions = _relabelled(row.suggestions, labels, changes)
        if suggestions is None:
            return None
        row = replace(row, suggestions=suggestions)
    if any(fault.kind == "other" for fault in faults(format, row)):
        return None
    return Mapped(row, changes)


def _relabelled(
    suggestions: Iterable[Suggestion], labels: LabelMap, changes: list[Fault]
) -> tuple[Suggestion, ...] | None:
    found: list[Suggestion] = []
    for each in suggestions:
        label = labels.of(each.label)
        if label is None:
            return None
        if label != each.label:
            changes.append(Fault(each.start, each.end, "label", f"{each.label} is {label}"))
        found.append(replace(each, label=label))
    return tuple(found)


def _spans(
    format: Format, row: ExportRow, labels: LabelMap, changes: list[Fault]
) -> tuple[Span, ...] | None:
    borders = _borders(format, row)
    widened: list[Span] = []
    for span in row.spans:
        label = labels.of(span.label)
        if label is None:
            return None
        if label != span.label:
            changes.append(Fault(span.start, span.end, "label", f"{span.label} is {label}"))
        start, end = span.start, span.end
        if borders and not (start in borders.starts and end in borders.ends):
            whole = _widened(borders, span)
            if whole is None:
                return None
            start, end = whole
            words = f"{span.start}-{span.end} is {start}-{end}"
            changes.append(Fault(span.start, span.end, "inside", words))
        widened.append(replace(span, start=start, end=end, label=label))
    if format.overlaps:
        return tuple(sorted(_once(widened)))
    kept: list[Span] = []
    taken: dict[int, Span] = {}  # by code point
    for span in sorted(_once(widened), key=_longest_first):
        # One that is kept and overlaps it is as long as it at least: it has an end of it.
        ends = [taken[at] for at in (span.start, span.end - 1) if at in taken]
        if not ends:
            kept.append(span)
            taken.update(dict.fromkeys(range(span.start, span.end), span))
        else:
            beside = min(ends, key=_longest_first)
            words = f"{span.label}, beside {beside.label} {beside.start}-{beside.end}"
            changes.append(Fault(span.start, span.end, "overlapping", words))
    return tuple(sorted(kept))


def _longest_first(span: Span) -> tuple[int, int]:
    return span.start - span.end, span.start


def _once(spans: Iterable[Span]) -> list[Span]:
    """Spans of which widening made equal ones, each once, with the sources of all."""
    found: dict[tuple[int, int, str], Span] = {}
    for each in spans:
        key = each.start, each.end, each.label
        if key in found:
            sources = tuple(dict.fromkeys((*found[key].sources, *each.sources)))
            found[key] = replace(found[key], sources=sources)
        else:
            found[key] = each
    return list(found.values())


def _widened(borders: Borders, span: Span) -> tuple[int, int] | None:
    """The tokens that a span touches; None where it touches none."""
    first = bisect_right(borders.places, span.start, key=lambda place: place[1])
    behind = bisect_left(borders.places, span.end, key=lambda place: place[0])
    return (borders.places[first][0], borders.places[behind - 1][1]) if first < behind else None


def on_common_tokens(row: ExportRow) -> ExportRow:
    """A row with versions on tokens that all of them share: cut wherever one of them is, so that
    rows of tokens can stand beside the tags of all."""
    tokens = [each.tokens or () for each in (row, *row.versions)]
    if all(each == tokens[0] for each in tokens):
        return row
    cuts = sorted({place for each in tokens for token in each for place in token})
    covered = {at for each in tokens for token in each for at in range(token.start, token.end)}
    common = tuple(
        Token(start, end)
        for start, end in itertools.pairwise(cuts)
        if start in covered and not row.text[start:end].isspace()
    )
    versions = tuple(replace(each, tokens=common) for each in row.versions)
    return replace(row, tokens=common, versions=versions)
