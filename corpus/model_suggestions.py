"""What models propose on a page, beside what names, patterns and people's files suggest there.

A model tells the store all that it holds for possible, with its probability; which of that is
shown is decided here, when a page opens.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import NamedTuple

from tonemark.corpus.spans import Suggestion

MODEL = "model:"
"""What the source of a model's suggestion begins with."""

LEARNER = "model:learner"
"""The source of what the learner proposes that retrains while people label."""

LIKELY = 0.6
"""The probability from which on a model would label a stretch: what only models propose is shown
from there on, and what something else proposes has the model's name."""

IS_SHOWN = (
    f"(s.score >= {LIKELY} OR CASE WHEN json_valid(s.sources) THEN EXISTS (SELECT 1 FROM"
    f" json_each(s.sources) WHERE value NOT GLOB '{MODEL}*') ELSE 1 END)"
)
"""Of the row `s` of a suggestion, as SQL: it is not one of those `without_unlikely` leaves out."""

POSSIBLE = 0.05
"""The probability from which on a stretch is offered as a candidate, whatever its label."""

MOST = 500
"""Candidates that models give a document, the likeliest: without a bound 20,000 tokens had 1,300,
and a page with them opened 25 ms later."""


class Possible(NamedTuple):
    """A stretch of a text, in code points, that may be a span of some label, with a probability."""

    start: int
    end: int
    score: float


def is_of_model(suggestion: Suggestion) -> bool:
    """Whether nothing but models proposes it."""
    return _are_models(suggestion.sources)


@lru_cache(1024)
def _are_models(sources: tuple[str, ...]) -> bool:
    return all(source.startswith(MODEL) for source in sources)


def without_unlikely(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    """Suggestions without those of models that no page would show."""
    return tuple(each for each in suggestions if each.score >= LIKELY or not is_of_model(each))


def with_models(
    settled: Iterable[Suggestion],
    proposed: Iterable[Suggestion],
    labels: Collection[str],
    *,
    overlapping: bool = False,
) -> tuple[Suggestion, ...]:
    """`settled` suggestions, which overlap only where spans may, joined with what models have
    `proposed`, in order.

    Of what models propose, what is LIKELY. What both say is one suggestion, with all sources and
    the better score. Of the rest what has one of the `labels`, and, unless `overlapping`, lies over
    nothing settled or likelier: where a model says otherwise than a known name, the name was right
    nine times in ten (swa, train).
    """
    kept = sorted(settled)
    at = {(each.start, each.end, each.label): place for place, each in enumerate(kept)}
    free: dict[tuple[int, int, str], Suggestion] = {}
    likely = [each for each in proposed if each.score >= LIKELY]
    for each in sorted(likely, key=lambda s: (-s.score, s.start - s.end, s.start, s.sources)):
        key = (each.start, each.end, each.label)
        if key in at:
            kept[at[key]] = _joined(kept[at[key]], each)
        elif key in free:
            free[key] = _joined(free[key], each)
        elif each.label in labels:
            free[key] = each
    if overlapping:
        return tuple(sorted([*kept, *free.values()]))
    for each in free.values():
        place = bisect_left(kept, each.start, key=lambda s: s.start)
        near = kept[max(0, place - 1) : place + 1]
        if not any(other.overlaps(each.start, each.end) for other in near):
            kept.insert(place, each)
    return tuple(kept)


def possible(proposed: Iterable[Suggestion], labels: Collection[str]) -> tuple[Possible, ...]:
    """The stretches that are POSSIBLE by what models have `proposed` for `labels`, in order; of
    those that overlap the likeliest, and of all the MOST likely."""
    by_source: dict[tuple[str, ...], dict[tuple[int, int], float]] = {}
    for each in proposed:
        if each.label in labels:
            scores = by_source.setdefault(each.sources, {})
            place = each.start, each.end
            scores[place] = scores.get(place, 0.0) + each.score
    best: dict[tuple[int, int], float] = {}
    for scores in by_source.values():
        for place, score in scores.items():
            if score >= POSSIBLE:
                best[place] = max(best.get(place, 0.0), round(min(1.0, score), 4))
    kept: list[Possible] = []
    ends: list[int] = []
    ordered = [(-score, start - end, start) for (start, end), score in best.items()]
    for negative, length, start in sorted(ordered):
        at, end = bisect_right(ends, start), start - length
        if at == len(kept) or end <= kept[at].start:
            kept.insert(at, Possible(start, end, -negative))
            ends.insert(at, end)
            if len(kept) == MOST:
                break
    return tuple(kept)


def _joined(one: Suggestion, other: Suggestion) -> Suggestion:
    sources = tuple(dict.fromkeys((*one.sources, *other.sources)))
    return Suggestion(one.start, one.end, one.label, sources, max(one.score, other.score))
