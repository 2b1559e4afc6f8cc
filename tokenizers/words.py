"""Words that hold spaces: joins the tokens of a text that make a word of a list, such as the three
syllables of Hmong `kws kho mob`. Knows no language and no files.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import pairwise

import regex

from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.rules import folded_phrase

LONGEST = 16
"""Tokens that a word may have: what bounds the work done for each token of a text."""

_BREAK = regex.compile(r"[\n\v\f\r\x1C-\x1E\x85\u2028\u2029]")
"""Where `str.splitlines` ends a line. No word reaches over one."""


class LongWord(TonemarkError):
    """A word of more tokens than are allowed; `folded` is it, as `folded_phrase` makes it."""

    def __init__(self, folded: str, count: int) -> None:
        super().__init__(
            f"The word {short(folded, 60)} has {count} tokens: {LONGEST} are allowed.",
            "Take it out of [phrases], or cut it.",
        )
        self.folded = folded


class Phrases:
    """Words made of several tokens, found in the tokens of a text.

    `phrases`: each a word, either as its tokens, or as a string that `cut` makes tokens of (without
    `cut` they are what white space parts; with `anywhere` a string is found whatever tokens it is
    made of, as long as it begins and ends where tokens do). Letter case does not matter, composed
    and decomposed letters are equal, and a space in a word stands for any white space but the end
    of a line; where there is none, none may stand in the text. A phrase of one token changes
    nothing.

    Raises LongWord where one has more than `LONGEST` tokens; with `anywhere`, such are never
    found.
    """

    __slots__ = ("_anywhere", "_fronts", "_pairs")

    def __init__(
        self,
        phrases: Iterable[Sequence[str] | str],
        *,
        cut: Callable[[str], list[Token]] | None = None,
        anywhere: bool = False,
    ) -> None:
        self._anywhere = anywhere
        # Every word and every front of one, folded, one space at each gap: whether it is a word.
        self._fronts: dict[str, bool] = {}
        self._pairs: set[tuple[str, str]] = set()
        strings: list[str] = []
        for phrase in phrases:
            if isinstance(phrase, str) and anywhere:
                self._add_uncut(folded_phrase(phrase))
            elif isinstance(phrase, str):
                strings.append(phrase)
            elif phrase:
                self._add([_folded(phrase[0]), *(f" {_folded(token)}" for token in phrase[1:])])
        for keys in _cut_all(strings, cut):
            self._add(keys)

    def __bool__(self) -> bool:
        """Whether there is anything to join."""
        return bool(self._fronts)

    def _add(self, keys: list[str]) -> None:
        if len(keys) > LONGEST:
            raise LongWord("".join(keys), len(keys))
        if len(keys) < 2:
            return
        self._pairs.add((keys[0], keys[1].lstrip(" ")))
        front = keys[0]
        for key in keys[1:]:
            front += key
            self._fronts.setdefault(front, False)
        self._fronts[front] = True

    def _add_uncut(self, folded: str) -> None:
        for end in range(1, len(folded)):
            self._fronts.setdefault(folded[:end], False)
        if folded:
            self._fronts[folded] = True

    def join(self, text: str, tokens: list[Token]) -> list[Token]:
        """`tokens` of `text`, those that make a word joined. Linear in the number of tokens.

        Where words overlap (A B, B C), the choice is what leaves the fewest tokens: each word of
        the list that is used speaks for itself, and greedy reading would give up two of them for
        the one that came first. Where that leaves several ways, the longest word on the left.
        """
        if text.isascii():
            low = text.lower()
            folded = [low[start:end] for start, end in tokens]
        else:
            folded = [_folded(text[start:end]) for start, end in tokens]
        # Most tokens of a Hmong text begin some word of the list; with the next, one in seven.
        if self._anywhere:
            fronts = self._fronts
            starts = [at for at, token in enumerate(folded) if token in fronts]
        else:
            pairs = self._pairs
            starts = [at for at, pair in enumerate(pairwise(folded)) if pair in pairs]
        joined: list[Token] = []
        done = reach = 0
        ways: dict[int, list[int]] = {}
        first = 0
        for at in starts:
            if at >= reach and ways:
                joined += tokens[done:first]
                joined += _fewest(tokens, first, reach, ways)
                done = reach
                ways = {}
            ends = self._ends(text, tokens, folded, at)
            if ends:
                # All words that overlap, one with the next, are decided on together.
                if not ways:
                    first = at
                ways[at] = ends
                reach = max(reach, ends[-1])
        if ways:
            joined += tokens[done:first]
            joined += _fewest(tokens, first, reach, ways)
            done = reach
        joined += tokens[done:]
        return joined

    def _ends(self, text: str, tokens: list[Token], folded: list[str], at: int) -> list[int]:
        """Where the words that begin at token `at` end, exclusive, shortest first."""
        ends = []
        limit = min(len(tokens), at + LONGEST)
        front = folded[at]
        for nearer in range(at + 1, limit):
            gap = text[tokens[nearer - 1].end : tokens[nearer].start]
            if gap and gap != " " and _BREAK.search(gap):
                break
            front += f" {folded[nearer]}" if gap else folded[nearer]
            is_word = self._fronts.get(front)
            if is_word is None:
                break
            if is_word:
                ends.append(nearer + 1)
        return ends


def _fewest(tokens: list[Token], first: int, reach: int, ways: dict[int, list[int]]) -> list[Token]:
    """Tokens `first` to `reach` in as few as the words in `ways` (start to ends) allow."""
    if len(ways) == 1:
        return [Token(tokens[first].start, tokens[reach - 1].end)]
    cost = [0] * (reach - first + 1)
    step = list(range(first + 1, reach + 1))
    for at in range(reach - 1, first - 1, -1):
        best = cost[at + 1 - first]
        for end in ways.get(at, ()):
            if cost[end - first] <= best:
                best, step[at - first] = cost[end - first], end
        cost[at - first] = best + 1
    joined = []
    at = first
    while at < reach:
        end = step[at - first]
        joined.append(Token(tokens[at].start, tokens[end - 1].end))
        at = end
    return joined


def _folded(token: str) -> str:
    if token.isascii():
        return token.lower()
    return _remembered(token) if len(token) <= _REMEMBERED else folded_phrase(token)


_REMEMBERED = 64
"""Code points of the longest token whose folded form is kept: hostile ones would fill memory."""

_remembered = functools.lru_cache(32_768)(folded_phrase)


def _cut_all(
    strings: Sequence[str], cut: Callable[[str], list[Token]] | None
) -> Iterator[list[str]]:
    """The folded tokens of each string, a space ahead of those that stand behind one."""
    parted = [string.split() for string in strings]
    # Each syllable is cut once: 2,000 words of Hmong are made of 1,000, and the profile's load
    # time is theirs.
    parts = {part for string in parted for part in string}
    uncut = {part: f" {_folded(part)}" for part in (parts if cut is None else _uncut(parts, cut))}
    for string in parted:
        try:
            keys = [uncut[part] for part in string]
        except KeyError:
            keys = []
            text, behind = " ".join(string), 0
            for start, end in cut(text) if cut else ():
                keys.append(" " * (start > behind) + _folded(text[start:end]))
                behind = end
        if keys:
            keys[0] = keys[0].lstrip(" ")
            yield keys


def _uncut(parts: Collection[str], cut: Callable[[str], list[Token]]) -> Iterator[str]:
    """Those parts that are one token each."""
    text = "\n".join(parts)
    tokens = set(cut(text))
    start = 0
    for part in parts:
        end = start + len(part)
        if (start, end) in tokens:
            yield part
        start = end + 1
