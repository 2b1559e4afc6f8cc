"""Hints: the letters that stand above tokens and focus them when typed.

Prefix-free by construction, so that no hint needs a key to end it; the shortest go to the tokens
most likely to be wanted. Knows nothing of where tokens stand.
"""

from __future__ import annotations

from collections.abc import Sequence

LETTERS = "asdfghjklweruiop"
"""Sixteen letters under resting hands; those that actions or labels use are left out."""

PREFIXES = "weruioplkjhgfdsa"
"""The order in which letters are given up as single hints to begin longer ones."""


def codes(count: int, letters: str = LETTERS) -> list[str]:
    """`count` prefix-free hints over `letters`, the shortest first.

    A code is given up for the longer ones that begin with it as seldom as can be: with 16 letters,
    16 hints have one letter, 31 have one or two, 257 up to three. Raises ValueError where fewer
    than two letters are left.
    """
    if len(letters) < 2:
        raise ValueError("hints need two letters at least")
    order = {letter: place for place, letter in enumerate(letters)}
    given_up = sorted(letters, key=_cost_of_giving_up)
    leaves = list(letters)
    level = list(given_up)  # the shortest codes that are left, in the order of giving them up
    while len(leaves) < count:
        if not level:
            length = len(leaves[0])
            level = sorted(leaves, key=lambda code: [_cost_of_giving_up(c) for c in code])
            assert all(len(code) == length for code in level)
        code = level.pop(0)
        leaves.remove(code)
        leaves += [code + letter for letter in letters]
    leaves.sort(key=lambda code: (len(code), [order[letter] for letter in code]))
    return leaves[:count]


def assign(weights: Sequence[float], letters: str = LETTERS) -> list[str]:
    """A hint for each of the tokens in view, given in reading order with their weights.

    The heaviest tokens get the shortest hints; among hints of a length, reading order decides, so
    that neighbours have neighbouring letters.
    """
    hints = codes(len(weights), letters)
    by_weight = sorted(range(len(weights)), key=lambda token: (-weights[token], token))
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


def _cost_of_giving_up(letter: str) -> int:
    return PREFIXES.find(letter) if letter in PREFIXES else len(PREFIXES)
