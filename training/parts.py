"""Which documents are learnt from and which are then scored: the evaluation share where a project
keeps one, else each of some parts in turn. Knows no model.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tonemark.corpus.shares import folded_text
from tonemark.training.lessons import Lesson, Lessons
from tonemark.training.material import PARTS


class Split(NamedTuple):
    """Documents to learn from, and those that are scored by what was learnt."""

    learnt: tuple[Lesson, ...]
    kept: tuple[Lesson, ...]


def splits(lessons: Lessons) -> tuple[Split, ...]:
    """The splits to score a model by; none where there is only one text. What is learnt in each has
    a span, and no text is on both sides: parts go by the hash of texts, or where few documents fall
    into one such part, each text is a part."""
    if lessons.evaluation:
        return (Split(lessons.train, lessons.evaluation),)
    by_hash = [each.example.part for each in lessons.train]
    found = tuple(_by(lessons.train, by_hash, range(PARTS)))
    if len(found) > 1:
        return found
    folded = [folded_text(each.example.drawn or each.example.text) for each in lessons.train]
    numbers = {text: at % PARTS for at, text in enumerate(dict.fromkeys(folded))}
    return tuple(_by(lessons.train, [numbers[text] for text in folded], range(PARTS)))


def _by(lessons: Sequence[Lesson], parts: Sequence[int], numbers: range) -> Iterator[Split]:
    for number in numbers:
        pairs = list(zip(lessons, parts, strict=True))
        learnt = tuple(each for each, part in pairs if part != number)
        kept = tuple(each for each, part in pairs if part == number)
        if kept and any(each.sentence.spans for each in learnt):
            yield Split(learnt, kept)
