"""What stands on one sheet, in order: its spans and suggestions, and the candidates that nothing is
said of. Kept up to date edit by edit, so that a key reads only what lies near it.

Knows no screen, no focus and no keys.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Generic, Protocol, TypeVar

import regex

from tonemark.corpus.pages import Sheet
from tonemark.corpus.spans import Stretch, Suggestion

_START, _END = attrgetter("start"), attrgetter("end")

DOUBT = 0.75
"""The score below which a suggestion is doubtful, where no project says it."""

WORDLIKE = regex.compile(r"[\p{L}\p{N}]")


class Placed(Protocol):
    """What has a place in a text."""

    @property
    def start(self) -> int:
        """Its first code point."""
        ...

    @property
    def end(self) -> int:
        """The one behind its last."""
        ...


_Placed = TypeVar("_Placed", bound=Placed)


class Ordered(Generic[_Placed]):
    """Stretches in order, and which of them share a code point with another stretch."""

    def __init__(self, items: Sequence[_Placed]) -> None:
        self.items = items
        self._starts = list(map(_START, items))
        # How far those up to each one reach: a bisection finds the first that can touch a place.
        self._reach = list(accumulate(map(_END, items), max))

    def touching(self, start: int, end: int) -> list[_Placed]:
        """Those that overlap the stretch from `start` to `end`, in order."""
        first, last = bisect_right(self._reach, start), bisect_left(self._starts, end)
        return [item for item in self.items[first:last] if item.end > start]


class Standing:
    """What stands on a sheet whose name-like runs are `runs` (token indexes, end exclusive).

    `open` are the stretches of runs that nothing is said of, in code points and in order: what a
    span leaves over at the right of a run is still a candidate, what lies left of it has been
    passed by; a suggestion leaves both sides. `tokens` are those that the runs speak of.

    The stops of the tour are the open candidates and the doubtful suggestions, as the others are
    right more often than not and would cost a key each; those that begin together are one stop, as
    long as the longest.
    """

    def __init__(self, sheet: Sheet, runs: Sequence[tuple[int, int]], doubt: float = DOUBT) -> None:
        self._sheet = sheet
        self._doubt = doubt
        self._draft = sheet.draft
        self.tokens = sheet.tokens
        self._run_starts = [self.tokens[first].start for first, _ in runs]
        self._run_ends = [self.tokens[last - 1].end for _, last in runs]
        self.open: list[tuple[int, int]] = []
        self._order()
        self._reopen(0, len(runs))

    def update(self) -> None:
        """Take in what an edit changed."""
        before, draft = self._draft, self._sheet.draft
        if draft is before:
            return
        self._draft = draft
        changed = _differing(before.spans, draft.spans)
        changed += _differing(before.suggestions, draft.suggestions)
        if changed:
            self._order()
            done = 0
            # Run by run: a label may suggest its name in a hundred places of a long text.
            for start, end in sorted((s.start, s.end) for s in changed):
                first = max(done, bisect_right(self._run_ends, start))
                done = max(first, bisect_left(self._run_starts, end))
                self._reopen(first, done)

    def touching(self, start: int, end: int) -> list[Stretch]:
        """The spans, then the suggestions, that overlap a stretch of code points."""
        return [*self._spans.touching(start, end), *self._suggestions.touching(start, end)]

    def open_between(self, start: int, end: int) -> list[tuple[int, int]]:
        """The open candidates that share a code point with a stretch."""
        first = bisect_right(self.open, start, key=itemgetter(1))
        return self.open[first : bisect_left(self.open, end, key=itemgetter(0))]

    def is_doubtful(self, suggestion: Suggestion) -> bool:
        """Whether a suggestion is drawn as doubtful: it stands too seldom, by its score, or lies
        inside a longer run."""
        return suggestion.score < self._doubt or self.is_part(suggestion)

    def is_part(self, stretch: Stretch) -> bool:
        """Whether a stretch is a part of a name-like run, and not all of it: of "Daktari Asha Juma"
        a name that is known may not be the whole. Visiting those costs nothing on the mean of five
        languages."""
        at = bisect_right(self._run_starts, stretch.start) - 1
        if at < 0 or self._run_ends[at] < stretch.end:
            return False
        return (self._run_starts[at], self._run_ends[at]) != (stretch.start, stretch.end)

    def count(self) -> int:
        """How many stops there are."""
        return len(self.open) + len(self._suggested)

    def rank(self, offset: int) -> int:
        """How many stops begin before a code point."""
        return sum(self._places(offset))

    def stop_from(self, offset: int) -> tuple[int, int] | None:
        """The first stop that begins at or after a code point: start and end."""
        at, suggested = self._places(offset)
        nearest = self.open[at : at + 1] + self._suggested[suggested : suggested + 1]
        return min(nearest, default=None)

    def stop_before(self, offset: int) -> tuple[int, int] | None:
        """The last stop that begins before a code point: start and end."""
        at, suggested = self._places(offset)
        nearest = (
            self.open[max(0, at - 1) : at] + self._suggested[max(0, suggested - 1) : suggested]
        )
        return max(nearest, default=None)

    def stops(self) -> list[tuple[int, int, bool]]:
        """All stops in order: start, end, and whether it is a (doubtful) suggestion."""
        return sorted(
            [(*place, False) for place in self.open] + [(*place, True) for place in self._suggested]
        )

    def _places(self, offset: int) -> tuple[int, int]:
        return bisect_left(self.open, (offset,)), bisect_left(self._suggested, (offset,))

    def _order(self) -> None:
        self._spans = Ordered(self._draft.spans)
        self._suggestions = Ordered(self._draft.suggestions)
        visited = (s for s in self._draft.suggestions if self.is_doubtful(s))
        self._suggested = sorted({s.start: s.end for s in visited}.items())

    def _reopen(self, first: int, last: int) -> None:
        """Work out anew what is open of some runs."""
        if first < last:
            left = bisect_left(self.open, (self._run_starts[first],))
            right = bisect_left(self.open, (self._run_ends[last - 1],))
            self.open[left:right] = [
                place for run in range(first, last) for place in self._rest(run)
            ]

    def _rest(self, run: int) -> list[tuple[int, int]]:
        start, end = self._run_starts[run], self._run_ends[run]
        touching = self.touching(start, end)
        if not touching:
            return [(start, end)]
        rest = []
        for stretch in sorted(touching, key=_START):
            if isinstance(stretch, Suggestion):
                rest += self._words(start, min(stretch.start, end))
            else:
                rest = []
            start = max(start, stretch.end)
        return rest + self._words(start, end)

    def _words(self, start: int, end: int) -> list[tuple[int, int]]:
        """The tokens wholly inside what is left of a run, signs and small words at either end left
        out (of "A wa B" it is B behind A, and A before B): one place, or none."""
        first = bisect_left(self.tokens, start, key=itemgetter(0))
        last = bisect_right(self.tokens, end, key=itemgetter(1))
        text = self._sheet.document.text
        words = [token for token in self.tokens[first:last] if WORDLIKE.search(text, *token)]
        while words and text[slice(*words[0])].islower():
            del words[0]
        while words and text[slice(*words[-1])].islower():
            del words[-1]
        return [(words[0].start, words[-1].end)] if words else []


def _differing(before: Sequence[Stretch], after: Sequence[Stretch]) -> list[Stretch]:
    """The items that only one of two rows has: an edit keeps the others."""
    if before is after:
        return []
    kept = set(map(id, before)) & set(map(id, after))
    return [item for row in (before, after) for item in row if id(item) not in kept]
