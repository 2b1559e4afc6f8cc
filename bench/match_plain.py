"""The plain search that the bench of the matcher holds the product against: a dictionary of folded
names, asked for the longest stretch of tokens at each, from the left. No trie, no store.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tonemark.patterns.folds import ACRONYM, CAPITAL, END, Folding, has_capital, has_small
from tonemark.patterns.trie import unmarked
from tonemark.tokenizers.base import Token


class Plain:
    """Names by their folded atoms, with what their capitals ask for."""

    def __init__(self, folding: Folding, names: Iterable[str]) -> None:
        self.folding = folding
        self.marks: dict[str, set[str]] = {}
        self.longest = 0
        for key in filter(None, map(folding.key, names)):
            bare = unmarked(key)
            self.marks.setdefault(bare, set()).add(key[len(bare) :])
            self.longest = max(self.longest, bare.count(END))

    def spans(self, text: str, tokens: Sequence[Token]) -> list[tuple[int, int]]:
        """The longest names from the left: code points, end exclusive.

        A stretch is compared as its tokens are folded, and as it is folded itself: a word may lie
        in several of its tokens.
        """
        units = [each for each in tokens if self.folding.fold(text[each.start : each.end])]
        keys = [self.folding.fold(text[each.start : each.end]) for each in units]
        found: list[tuple[int, int]] = []
        first = 0
        while first < len(units):
            for last in range(min(len(units), first + self.longest) - 1, first - 1, -1):
                start, end = units[first].start, units[last].end
                stretch = text[start:end]
                ways = "".join(keys[first : last + 1]), self.folding.fold(stretch)
                if any(self._stands(key, stretch) for key in ways):
                    found.append((start, end))
                    first = last
                    break
            first += 1
        return found

    def _stands(self, key: str, stretch: str) -> bool:
        return any(
            (mark != CAPITAL or has_capital(stretch))
            and (mark != ACRONYM or not has_small(stretch))
            for mark in self.marks.get(key, ())
        )
