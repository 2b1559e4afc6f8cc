"""Suggestions of several sources as one page shows them: equal ones together, and of those that
disagree the best, which is then doubtful. Takes data, and knows no producer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from tonemark.corpus.spans import Suggestion

LIKELY = 0.5
"""The score from which on a suggestion is as likely right as wrong: what nobody has tried."""


def combine(*groups: Iterable[Suggestion], overlapping: bool = False) -> tuple[Suggestion, ...]:
    """All suggestions of a page, in order.

    What several sources say of one stretch is one suggestion, with all sources and the best score.
    Where some overlap, the longest stays of those that are LIKELY, as among names, else the one
    with the best score, else the first; having been contradicted, its score is its part of its own
    and the best of the others: s / (s + t), half where they are equally sure. With `overlapping`
    spans all of them stay as they are.
    """
    joined: dict[tuple[int, int, str], Suggestion] = {}
    for each in (each for group in groups for each in group):
        place = (each.start, each.end, each.label)
        other = joined.get(place)
        if other:
            sources = tuple(dict.fromkeys((*other.sources, *each.sources)))
            each = Suggestion(*place, sources, max(other.score, each.score))
        joined[place] = each
    if overlapping:
        return tuple(sorted(joined.values()))
    kept: list[Suggestion] = []
    contradicted: dict[int, float] = {}
    for each in sorted(joined.values(), key=_rank):
        at = bisect_left(kept, each.start, key=lambda s: s.start)
        # Those that are kept overlap none another: only its neighbours, and what it covers.
        first = at - 1 if at and kept[at - 1].end > each.start else at
        last = at
        while last < len(kept) and kept[last].start < each.end:
            last += 1
        if first == last:
            kept.insert(at, each)
            continue
        for winner in kept[first:last]:
            contradicted[winner.start] = max(each.score, contradicted.get(winner.start, 0.0))
    return tuple(
        _weaker(each, contradicted[each.start]) if each.start in contradicted else each
        for each in kept
    )


def _rank(suggestion: Suggestion) -> tuple[bool, int, float, int]:
    # By score alone an untried "City of Kano" never shows beside a Kano that stood once, and so
    # is never tried.
    length = suggestion.end - suggestion.start
    return suggestion.score < LIKELY, -length, -suggestion.score, suggestion.start


def _weaker(suggestion: Suggestion, other: float) -> Suggestion:
    start, end, label, sources, score = (
        suggestion.start,
        suggestion.end,
        suggestion.label,
        suggestion.sources,
        suggestion.score,
    )
    whole = score + other
    return Suggestion(start, end, label, sources, score / whole if whole else score)
