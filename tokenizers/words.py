"""Words that hold spaces: joins the tokens of a text that make a word of a list, such as the three
syllables of Hmong `kws kho mob`. Knows no language and no files.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TypeAlias

import regex

from tonemark.errors import TonemarkError
from tonemark.text import visible
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.rules import folded_phrase

LONGEST = 16
"""Tokens that a word may have: what bounds the work done for each token of a text."""

_Node: TypeAlias = dict[str, "_Node"]
"""A step in the tree of words: folded token to the next step. A token behind a space has a space
ahead of it, and under the empty string stands something where a word ends."""

_BREAK = regex.compile(r"[\n\v\f\r\x1C-\x1E\x85\u2028\u2029]")
"""Where `str.splitlines` ends a line. No word reaches over one."""


class Phrases:
    """Words made of several tokens, found in the tokens of a text.

    `phrases`: each a word, either as its tokens, or as a string that `cut` makes tokens of (without
    `cut` they are what white space parts). Letter case does not matter, composed and decomposed
    letters are equal, and a space in a word stands for any white space but the end of a line; where
    there is none, none may stand in the text. A phrase of one token changes nothing.

    Raises TonemarkError where one has more than `LONGEST` tokens.
    """

    __slots__ = ("_pairs", "_root")

    def __init__(
        self,
        phrases: Iterable[Sequence[str] | str],
        *,
        cut: Callable[[str], list[Token]] | None = None,
    ) -> None:
        self._root: _Node = {}
        self._pairs: set[tuple[str, str]] = set()
        strings: list[str] = []
        for phrase in phrases:
            if isinstance(phrase, str):
                strings.append(phrase)
            elif phrase:
                self._add([_folded(phrase[0]), *(f" {_folded(token)}" for token in phrase[1:])])
        for keys in _cut_all(strings, cut):
            self._add(keys)

    def __bool__(self) -> bool:
        """Whether there is anything to join."""
        return bool(self._root)

    def _add(self, keys: list[str]) -> None:
        if len(keys) > LONGEST:
            raise TonemarkError(
                f"The word {visible(''.join(keys))} has {len(keys)} tokens: {LONGEST} are allowed.",
                "Take it out of [phrases], or cut it.",
            )
        if len(keys) < 2:
            return
        node = self._root
        for key in keys:
            following = node.get(key)
            if following is None:
                following = node[key] = {}
            node = following
        node[""] = node
        self._pairs.add((keys[0], keys[1].lstrip(" ")))

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
        node = self._root[folded[at]]
        for nearer in range(at + 1, limit):
            gap = text[tokens[nearer - 1].end : tokens[nearer].start]
            if gap and gap != " " and _BREAK.search(gap):
                break
            following = node.get(f" {folded[nearer]}" if gap else folded[nearer])
            if following is None:
                break
            node = following
            if "" in node:
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


@functools.lru_cache(32_768)
def _folded(token: str) -> str:
    return token.lower() if token.isascii() else folded_phrase(token)


def _cut_all(
    strings: Sequence[str], cut: Callable[[str], list[Token]] | None
) -> Iterator[list[str]]:
    """The folded tokens of each string, a space ahead of those that stand behind one."""
    if cut is None:
        for string in strings:
            first, *others = string.split() or [""]
            yield [_folded(first), *(f" {_folded(other)}" for other in others)]
        return
    # All at once, a line each: a call for each of 2,000 words takes three times as long.
    text = "\n".join(_BREAK.sub(" ", string) for string in strings)
    plain = text.isascii()
    # Tokens are of the text as it is written: a base may cut capitals otherwise.
    tokens, text = cut(text), text.lower() if plain else text
    keys: list[str] = []
    behind = 0
    for start, end in tokens:
        key = text[start:end] if plain else _folded(text[start:end])
        if start == behind:
            keys.append(key)
        elif "\n" in text[behind:start]:
            yield keys
            keys = [key]
        else:
            keys.append(f" {key}")
        behind = end
    yield keys
