"""What a word shows of itself and to its neighbours: the names of features. Knows no weights.

Words are compared lower-cased; nothing of that leaves the learner.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import regex

from tonemark.training.learner.names import NOTHING_OWN, Names, Own, matched
from tonemark.training.learner.words import ENDS, Words

EDGE = ""
"""What stands before the first word and after the last."""

LONG = 40
"""Characters of a word that its shape and parts are taken from, at most."""

_RUN = regex.compile(r"(.)\1{2,}", regex.DOTALL)


class Shown(NamedTuple):
    """The names of what a word shows: `own` on its own place, `near` one place away as well, `wide`
    up to two places away."""

    own: tuple[str, ...]
    near: tuple[str, ...]
    wide: tuple[str, ...]


@lru_cache(32_768)
def shape(word: str) -> str:
    """The kinds of a word's characters, runs cut to two: A capital, a small letter, x letter of a
    script without cases, m mark, 0 number, else the character itself."""
    kinds = []
    for character in word[:LONG]:
        category = unicodedata.category(character)
        kinds.append(_KINDS.get(category) or _KINDS.get(category[0]) or character)
    return _RUN.sub(r"\1\1", "".join(kinds))


_KINDS = {"Lu": "A", "Lt": "A", "Ll": "a", "L": "x", "M": "m", "N": "0"}


def shown(word: str, words: Words | None, own: int = 0) -> Shown:
    """What `word` shows, with what raw text tells of it; `own` times it was counted there because
    it stands in the sentence at hand."""
    if word == EDGE:
        return Shown((), (), ("edge",))
    low = word.lower()
    part = low[:LONG]
    bounded = f"^{part}$"
    parts = [f"p{part[:size]}" for size in range(1, min(4, len(part)) + 1)]
    parts += [f"s{part[-size:]}" for size in range(1, min(4, len(part)) + 1)]
    parts += [f"g{bounded[at : at + 3]}" for at in range(len(bounded) - 2)]
    told = () if words is None else words.told(word, own)
    return Shown(tuple(parts), told, (f"w{low}", f"h{shape(word)}"))


PLACES = ("+2", "+1", "=0", "-1", "-2")
"""Before the names of what a word shows to the words two before it, one before it, itself, one
behind it and two behind it."""


def places(seen: Shown) -> tuple[tuple[str, ...], ...]:
    """The names of what a word shows, by place."""
    far, close = seen.wide, (*seen.wide, *seen.near)
    shown_there = (far, close, (*close, *seen.own), close, far)
    return tuple(
        tuple(place + name for name in names)
        for place, names in zip(PLACES, shown_there, strict=True)
    )


def names_of(seen: Shown) -> tuple[str, ...]:
    """The names of what a word shows, without places: what has a weight says where it shows."""
    return (*seen.wide, *seen.near, *seen.own)


def padded(words: Sequence[str]) -> list[str]:
    """The words between two edges on each side."""
    return [EDGE, EDGE, *words, EDGE, EDGE]


def together(words: Sequence[str], names: Names, own: Own = NOTHING_OWN) -> list[list[str]]:
    """What each word shows that hangs on more than one word: pairs, shapes beside each other, the
    run of capitalised words it stands in, how the document writes it elsewhere, known names."""
    lowered = [word.lower() for word in words]
    shapes = [EDGE, *map(shape, words), EDGE]
    found: list[list[str]] = []
    for at, ((before, here), after) in enumerate(
        zip(pairwise([EDGE, *lowered]), [*lowered[1:], EDGE], strict=True)
    ):
        left, middle, right = shapes[at : at + 3]
        found.append(
            [
                f"<{before}\t{here}",
                f">{here}\t{after}",
                f"H<{left}\t{middle}",
                f"H>{middle}\t{right}",
                f"H={left}\t{middle}\t{right}",
            ]
        )
    capitals = [word[:1].isupper() for word in words]
    _starts(words, shapes, found)
    _runs(lowered, capitals, found)
    _elsewhere(words, lowered, capitals, found)
    matched(names, lowered, own, found)
    return found


def begins(words: Sequence[str], at: int) -> bool:
    """Whether a word stands first or after punctuation that often ends a sentence."""
    return at == 0 or words[at - 1] in ENDS


def _starts(words: Sequence[str], shapes: Sequence[str], found: list[list[str]]) -> None:
    for at, each in enumerate(found):
        if begins(words, at):
            each += ("S", f"S{shapes[at + 1]}")


def _runs(lowered: Sequence[str], capitals: Sequence[bool], found: list[list[str]]) -> None:
    """The words on both sides of a run of capitalised words, to each word in it."""
    count = len(lowered)
    start = 0
    while start < count:
        if not capitals[start]:
            start += 1
            continue
        end = start + 1
        while end < count and capitals[end]:
            end += 1
        size = min(end - start, 4)
        about = (
            f"R<{lowered[start - 1] if start else EDGE}",
            f"R<<{lowered[start - 2] if start > 1 else EDGE}",
            f"R>{lowered[end] if end < count else EDGE}",
            f"R={size}",
        )
        for at in range(start, end):
            found[at] += about
            found[at].append(f"R{min(at - start, 2)}/{size}")
        start = end


def _elsewhere(
    words: Sequence[str],
    lowered: Sequence[str],
    capitals: Sequence[bool],
    found: list[list[str]],
) -> None:
    """Whether a word comes again in the document, and is written small or with a capital there."""
    times = Counter(lowered)
    small = {word for word in words if word.islower()}
    raised = {
        low
        for at, low in enumerate(lowered)
        if capitals[at] and times[low] > 1 and not begins(words, at)
    }
    for at, low in enumerate(lowered):
        if times[low] > 1 and len(low) > 2:
            found[at].append("D")
        if capitals[at]:
            if low in small:
                found[at].append("Ds")
            if low in raised:
                found[at].append("Dc")
