"""How a text is read where names are looked up: its tokens, folded, and words that several tokens
make up. Knows no names.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import regex

from tonemark.patterns.atoms import ATOM, INVISIBLE, compiled
from tonemark.patterns.folds import END, Folding, Way
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.affixes import NO_AFFIXES


class Reading(NamedTuple):
    """A text as names are looked up in it: the units that hold any atom, with their folded atoms.

    A unit is a token, or several where one word lies in them. `whole` is all keys together;
    `several` are the units of more than one atom, by index, and `carrying` those that may carry
    affixes, with the ways in which they may.
    """

    starts: list[int]
    ends: list[int]
    keys: list[str]
    whole: str
    several: list[int]
    carrying: list[tuple[int, tuple[Way, ...]]]
    begun: list[int]
    """What `offsets` has found."""

    def offsets(self) -> list[int]:
        """Where each key begins in `whole`, and its end: counted when somebody asks first."""
        if not self.begun:
            self.begun.extend(accumulate(map(len, self.keys), initial=0))
        return self.begun


class _Read(NamedTuple):
    """A text that was read."""

    folding: Folding
    tokens: tuple[Token, ...]
    readings: list[Reading]


_FEW = 16
"""Tokens of a text that is not remembered: a name that a key looks up would put out one of a
page."""

_TEXTS, _TOKENS, _POINTS = 40, 200_000, 4_000_000
"""What is remembered, unless it is the last text alone: twice the documents of a page, and so many
tokens and code points together, some 35 mebibytes."""

_SEEN = rf"[^{INVISIBLE}](?:.*[^{INVISIBLE}])?"

_remembered: dict[str, _Read] = {}
"""Texts by when they were asked for: a label key looks for one name on a page of which all is
known, and reading 20,000 tokens takes 20 ms."""


def readings(folding: Folding, text: str, tokens: Sequence[Token]) -> list[Reading]:
    """How the text of some tokens can be read: token by token, and where a word lies in several
    (n'|ise, l'|Afrique), also with those as one."""
    if len(tokens) < _FEW:
        return _readings(folding, text, tokens)
    tokens, last = tuple(tokens), _remembered.pop(text, None)
    is_same = last is not None and (last.tokens is tokens or last.tokens == tokens)
    if last is None or not is_same or last.folding != folding:
        last = _Read(folding, tokens, _readings(folding, text, tokens))
    _remembered[text] = last
    while len(_remembered) > 1 and (
        len(_remembered) > _TEXTS
        or sum(len(each.tokens) for each in _remembered.values()) > _TOKENS
        or sum(map(len, _remembered)) > _POINTS
    ):
        del _remembered[next(iter(_remembered))]
    return last.readings


def _readings(folding: Folding, text: str, tokens: Sequence[Token]) -> list[Reading]:
    starts = [token[0] for token in tokens]
    ends = [token[1] for token in tokens]
    found = [_reading(folding, text, starts, ends)]
    if joints := [
        i
        for i, (end, start) in enumerate(zip(ends, starts[1:], strict=False), 1)
        if end == start and _inner[text[start]] and _inner[text[end - 1]]
    ]:
        inside = _divided(folding, text, starts, joints)
        if inside:
            starts = [start for i, start in enumerate(starts) if i not in inside]
            ends = [end for i, end in enumerate(ends, 1) if i not in inside]
            found.append(_reading(folding, text, starts, ends))
    return found


def _reading(folding: Folding, text: str, starts: list[int], ends: list[int]) -> Reading:
    folded = folding.folded
    keys = [folded[text[start:end]] for start, end in zip(starts, ends, strict=True)]
    if not all(keys):  # units of which nothing is left, such as hyphens that are folded away
        left = [i for i, key in enumerate(keys) if key]
        starts, ends = [starts[i] for i in left], [ends[i] for i in left]
        keys = [keys[i] for i in left]
    carrying: list[tuple[int, tuple[Way, ...]]] = []
    if folding.affixes != NO_AFFIXES:
        ways = folding.ways
        carrying = [
            (unit, found)
            for unit, (start, end) in enumerate(zip(starts, ends, strict=True))
            if (found := ways[text[start:end]])
        ]
    whole = "".join(keys)
    several: list[int] = []
    if whole.count(END) > len(keys):
        several = [i for i, key in enumerate(keys) if key.count(END) > 1]
    return Reading(starts, ends, keys, whole, several, carrying, [])


def _divided(folding: Folding, text: str, starts: Sequence[int], joints: Sequence[int]) -> set[int]:
    """Those of some tokens, by index, that begin inside a word of the text; inside what is seen of
    it, where folds leave out the rest: a zero width space behind a word is no part of a name."""
    inside: set[int] = set()
    places = iter(joints)
    joint = next(places, None)
    for atom in ATOM.finditer(text, starts[joints[0] - 1]):
        start, end = atom.span()
        if folding.names and joint is not None and starts[joint] < end:
            seen = compiled(_SEEN, regex.DOTALL).search(text, start, end)
            start, end = seen.span() if seen else (end, end)
        while joint is not None and starts[joint] <= start:
            joint = next(places, None)
        while joint is not None and starts[joint] < end:
            inside.add(joint)
            joint = next(places, None)
        if joint is None:
            break
    return inside


class _InnerCharacters(dict[str, bool]):
    """Whether a character may stand inside a word, an apostrophe too."""

    def __missing__(self, character: str) -> bool:
        atom = ATOM.match(f"a{character}a")
        self[character] = atom is not None and atom.end() == 3
        return self[character]


_inner = _InnerCharacters()
