"""Which documents are learnt from and which are then scored: the evaluation share where a project
keeps one, else each of some parts in turn. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from tonemark.corpus.shares import folded_text
from tonemark.training.lessons import Lesson, Lessons
from tonemark.training.material import PARTS

Way: TypeAlias = Literal["evaluation", "hash", "text"]
"""How documents are divided: by the evaluation share where any document is in it; else in PARTS
parts by the hash of texts; or text by text, where the hash makes no two parts of so few."""


class Split(NamedTuple):
    """Documents to learn from, and those that are scored by what was learnt."""

    learnt: tuple[Lesson, ...]
    kept: tuple[Lesson, ...]


class Size(NamedTuple):
    """How many documents a part has, and how many of them have a span that can be learnt."""

    documents: int = 0
    with_spans: int = 0


@dataclass(slots=True)
class Numbers:
    """The parts of documents text by text: the first text in the first part, and so on."""

    _met: dict[str, int] = field(default_factory=dict)

    def of(self, drawn: str) -> int:
        """The part of a document that is drawn by this text (`shares.drawn_by`)."""
        return self._met.setdefault(folded_text(drawn), len(self._met)) % PARTS


def way_of(kept: int, by_hash: Sequence[Size]) -> Way:
    """How documents are divided of which `kept` are in the evaluation share, and the others in
    parts of these sizes by the hash of their texts."""
    if kept:
        return "evaluation"
    return "hash" if len(scored_parts(by_hash)) > 1 else "text"


def scored_parts(sizes: Sequence[Size]) -> list[int]:
    """The parts that can be scored: they have documents, and the others have spans to learn."""
    spans = sum(each.with_spans for each in sizes)
    return [part for part, each in enumerate(sizes) if each.documents and spans > each.with_spans]


def splits(lessons: Lessons) -> tuple[Split, ...]:
    """The splits to score a model by; none where there is only one text. What is learnt in each has
    a span, and no text is on both sides: parts go by the hash of texts, or where few documents fall
    into one such part, each text is a part."""
    by_hash = [each.example.part for each in lessons.train]
    way = way_of(len(lessons.evaluation), _sizes(lessons.train, by_hash))
    if way == "evaluation":
        return (Split(lessons.train, lessons.evaluation),)
    if way == "hash":
        return tuple(_by(lessons.train, by_hash))
    numbers = Numbers()
    drawn = (each.example.drawn or each.example.text for each in lessons.train)
    return tuple(_by(lessons.train, [*map(numbers.of, drawn)]))


def _sizes(lessons: Sequence[Lesson], parts: Sequence[int]) -> list[Size]:
    sizes = [Size()] * PARTS
    for each, part in zip(lessons, parts, strict=True):
        documents, with_spans = sizes[part]
        sizes[part] = Size(documents + 1, with_spans + bool(each.sentence.spans))
    return sizes


def _by(lessons: Sequence[Lesson], parts: Sequence[int]) -> Iterator[Split]:
    pairs = list(zip(lessons, parts, strict=True))
    for number in scored_parts(_sizes(lessons, parts)):
        learnt = tuple(each for each, part in pairs if part != number)
        kept = tuple(each for each, part in pairs if part == number)
        yield Split(learnt, kept)
