"""What became of suggestions that an annotator was shown: the one rule by which answers are told
about, entries earn, and pages with suggestions are compared with blind ones.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from tonemark.corpus.spans import Span, Suggestion


class Fates(NamedTuple):
    """Suggestions that stand in an answer as they were; those in whose place something else stands;
    those that nothing took the place of."""

    kept: tuple[Suggestion, ...] = ()
    changed: tuple[Suggestion, ...] = ()
    deleted: tuple[Suggestion, ...] = ()


def fates(shown: Iterable[Suggestion], spans: Iterable[Span]) -> Fates:
    """What became of suggestions in an answer with these spans."""
    ordered = sorted(spans)
    places = {(span.start, span.end, span.label) for span in ordered}
    starts = [span.start for span in ordered]
    longest = max((span.end - span.start for span in ordered), default=0)
    kept, changed, deleted = list[Suggestion](), list[Suggestion](), list[Suggestion]()
    for each in shown:
        near = ordered[bisect_left(starts, each.start - longest) : bisect_left(starts, each.end)]
        if (each.start, each.end, each.label) in places:
            kept.append(each)
        elif any(span.overlaps(each.start, each.end) for span in near):
            changed.append(each)
        else:
            deleted.append(each)
    return Fates(tuple(kept), tuple(changed), tuple(deleted))
