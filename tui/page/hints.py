"""Hints: the letters that stand above tokens and focus them when typed.

Prefix-free by construction, so that no hint needs a key to end it; the shortest go to the tokens
most likely to be wanted. Knows nothing of where tokens stand, only how much room each has.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import product

from tonemark.corpus.labels import HINT_LETTERS

LETTERS = HINT_LETTERS
"""Sixteen letters under resting hands; those that actions or labels use are left out."""

PREFIXES = "weruioplkjhgfdsa"
"""The order in which letters are given up as single hints to begin longer ones; like LETTERS, by
their place on a qwerty board."""


def codes(count: int, letters: str = LETTERS, prefixes: str = PREFIXES) -> list[str]:
    """`count` prefix-free hints over `letters`, the shortest first, then in their order.

    A code is given up for the longer ones that begin with it as seldom as can be: of `count`
    hints over n letters, from n on, n - ceil((count - n) / (n - 1)) have one letter. With 16
    letters, 16 hints have one letter, 256 one or two. `prefixes` are the letters in the order in
    which they are given up. Raises ValueError where fewer than two letters are left.
    """
    base = len(letters)
    if base < 2:
        raise ValueError("hints need two letters at least")
    length = 1
    while base ** (length + 1) <= count:
        length += 1
    whole, sacrifice = _level(letters, prefixes, length)
    given_up = sacrifice[: -(-max(0, count - len(whole)) // (base - 1))]
    begun = set(given_up)
    found = [code for code in whole if code not in begun]
    found += [code + letter for code in whole if code in begun for letter in letters]
    return found[:count]


def assign(
    weights: Sequence[float],
    letters: str = LETTERS,
    rooms: Sequence[int] | None = None,
    prefixes: str = PREFIXES,
) -> list[str]:
    """A hint for each of the tokens in view, given in reading order with their weights.

    The heaviest tokens get the shortest hints; among hints of a length, reading order decides, so
    that neighbours have neighbouring letters. `rooms` are the letters that have room above each
    token: one whose turn comes when only longer hints are left gets none, the empty string.
    """
    by_weight = sorted(range(len(weights)), key=lambda token: (-weights[token], token))
    if rooms is not None:
        by_weight = _all_that_fit(by_weight, rooms, letters)
    hints = codes(len(by_weight), letters, prefixes)
    assigned = [""] * len(weights)
    start = 0
    while start < len(hints):
        end = start
        while end < len(hints) and len(hints[end]) == len(hints[start]):
            end += 1
        for token, hint in zip(sorted(by_weight[start:end]), hints[start:end], strict=True):
            assigned[token] = hint
        start = end
    return assigned


def spare(used: Collection[str], letters: str, room: int) -> str:
    """The first code of at most `room` letters, two at most, that may stand beside those in use;
    empty where there is none."""
    for length in range(1, min(room, 2) + 1):
        for code in map("".join, product(letters, repeat=length)):
            if not any(code.startswith(other) or other.startswith(code) for other in used):
                return code
    return ""


def _all_that_fit(tokens: list[int], rooms: Sequence[int], letters: str) -> list[int]:
    """`tokens` without those that have no room for the hint that they get in turn.

    What is left out makes hints shorter, so that some may come back.
    """
    kept = _fitting(tokens, rooms, letters)
    fitting = set(kept)
    for token in tokens:
        if token not in fitting:
            more = [other for other in tokens if other in fitting or other == token]
            if len(_fitting(more, rooms, letters)) < len(more):
                break
            kept = more
            fitting.add(token)
    return kept


def _fitting(tokens: list[int], rooms: Sequence[int], letters: str) -> list[int]:
    hints = codes(len(tokens), letters)
    fitting: list[int] = []
    for token in tokens:
        if len(hints[len(fitting)]) <= rooms[token]:
            fitting.append(token)
    return fitting


@lru_cache(maxsize=8)
def _level(letters: str, prefixes: str, length: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """All codes of a length, in the order of their letters and in that of giving them up."""
    whole = tuple(map("".join, product(letters, repeat=length)))
    cost = {letter: (prefixes + letter).find(letter) for letter in letters}
    return whole, tuple(sorted(whole, key=lambda code: [cost[letter] for letter in code]))
