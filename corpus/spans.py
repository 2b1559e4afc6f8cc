"""Stretches of a text that mean something: confirmed spans, and suggestions of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from tonemark.files import parsed

MANUAL = "manual"
"""The source of a span that a person set by hand."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A labelled stretch of a document's text: code points, end exclusive.

    `sources` names all that proposed it (`manual`, `gazetteer:ENTRY`, `pattern:ID`, `rule:NAME`,
    `model:NAME`, `import:FILE`).
    """

    start: int
    end: int
    label: str
    sources: tuple[str, ...] = (MANUAL,)

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a code point with the stretch from `start` to `end`."""
        return self.start < end and start < self.end

    def to_json(self) -> list[Any]:
        """As the journal and the store keep it."""
        return [self.start, self.end, self.label, list(self.sources)]

    @classmethod
    def from_json(cls, data: list[Any]) -> Span:
        """The span that `to_json` wrote."""
        return cls(data[0], data[1], data[2], tuple(data[3]))


@dataclass(frozen=True, slots=True, order=True)
class Suggestion:
    """A span that something other than the annotator proposes, not yet answered.

    `score` is the producer's estimate, 0 to 1, that it stands.
    """

    start: int
    end: int
    label: str
    sources: tuple[str, ...]
    score: float = 1.0

    def overlaps(self, start: int, end: int) -> bool:
        """Whether it shares a code point with the stretch from `start` to `end`."""
        return self.start < end and start < self.end

    def to_span(self) -> Span:
        """The span that accepting it gives: its sources stay."""
        return Span(self.start, self.end, self.label, self.sources)

    def to_json(self) -> list[Any]:
        """As the journal and the store keep it."""
        return [self.start, self.end, self.label, list(self.sources), self.score]

    @classmethod
    def from_json(cls, data: list[Any]) -> Suggestion:
        """The suggestion that `to_json` wrote."""
        return cls(data[0], data[1], data[2], tuple(data[3]), data[4])


Stretch: TypeAlias = Span | Suggestion
"""What is drawn on a text: confirmed, or proposed."""


def lies_in(start: Any, end: Any, length: int) -> bool:
    """Whether these are the offsets of a stretch, not empty, of a text of `length` code points."""
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= length


def check_stretches(stretches: Iterable[Stretch], length: int) -> None:
    """Raises ValueError where one lies outside a text of `length` code points, or has no label."""
    for each in stretches:
        if not lies_in(each.start, each.end, length):
            raise ValueError(each)
        if not isinstance(each.label, str) or not each.label:
            raise ValueError(each)


@lru_cache(1024)
def parsed_sources(data: Any) -> tuple[str, ...]:
    """The sources of a span as the store keeps them. Raises ValueError or TypeError."""
    found = parsed(data)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError(data)
    return tuple(found)


def apart(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Of suggestions that overlap the one with the better score, else the longer: a page on which
    spans may not overlap must not offer both."""
    kept: list[Suggestion] = []
    for each in sorted(suggestions, key=lambda s: (-s.score, s.start - s.end, s.start)):
        at = bisect_left(kept, each.start, key=lambda s: s.start)
        if not any(other.overlaps(each.start, each.end) for other in kept[max(0, at - 1) : at + 1]):
            kept.insert(at, each)
    return tuple(kept)
