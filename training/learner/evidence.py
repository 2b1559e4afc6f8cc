"""What a word shows of itself and to its neighbours: the names of features. Knows no weights.

Words are compared lower-cased, and without their accents too; nothing here leaves the learner.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import regex

from tonemark.training.learner.words import Words

EDGE = ""
"""What stands before the first word and after the last."""

_RUN = regex.compile(r"(.)\1{2,}")


class Shown(NamedTuple):
    """The names of what a word shows: `own` on its own place, `near` one place away as well, `wide`
    up to two places away."""

    own: tuple[str, ...]
    near: tuple[str, ...]
    wide: tuple[str, ...]


def shape(word: str) -> str:
    """The kinds of a word's characters, runs cut to two: A capital, a small letter, x letter of a
    script without cases, m mark, 0 number, else the character itself."""
    kinds = []
    for character in word[:40]:
        category = unicodedata.category(character)
        if category == "Lu" or category == "Lt":
            kinds.append("A")
        elif category == "Ll":
            kinds.append("a")
        elif category[0] == "L":
            kinds.append("x")
        elif category[0] == "M":
            kinds.append("m")
        elif category[0] == "N":
            kinds.append("0")
        else:
            kinds.append(character)
    return _RUN.sub(r"\1\1", "".join(kinds))


def shown(word: str, words: Words | None) -> Shown:
    """What `word` shows, with what raw text tells of it."""
    if word == EDGE:
        return Shown((), (), ("edge",))
    low = word.lower()
    near = [f"p{low[:size]}" for size in range(1, min(4, len(low)) + 1)]
    near += [f"s{low[-size:]}" for size in range(1, min(4, len(low)) + 1)]
    if words is not None:
        near += words.told(word)
    return Shown((), tuple(near), (f"w{low}", f"h{shape(word)}"))


def pair(first: str, second: str) -> str:
    """The name of two words beside each other."""
    return f"{first.lower()}\t{second.lower()}"


def places(seen: Shown) -> tuple[tuple[str, ...], ...]:
    """The names of what a word shows to the words two before it, one before it, itself, one behind
    it and two behind it."""
    far, close = seen.wide, (*seen.wide, *seen.near)
    return (
        tuple(f"+2{name}" for name in far),
        tuple(f"+1{name}" for name in close),
        tuple(f"=0{name}" for name in (*close, *seen.own)),
        tuple(f"-1{name}" for name in close),
        tuple(f"-2{name}" for name in far),
    )


def padded(words: Sequence[str]) -> list[str]:
    """The words between two edges on each side."""
    return [EDGE, EDGE, *words, EDGE, EDGE]
