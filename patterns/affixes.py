"""Names without the affixes that a language writes together with them: eGoli and kwaGoli as Goli.
Knows no folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import product

import regex

from tonemark.patterns.atoms import APOSTROPHES, compiled
from tonemark.tokenizers.profiles.affixes import Affixes

# Letters that must be left of a name without case. Amharic on dev: with two F1 is 0.4627, with
# three 0.4636, and one false name fewer.
_LEFT = 3

_CASED = r"[\p{Lu}\p{Lt}\p{Ll}]"
_CAPITAL = r"[\p{Lu}\p{Lt}]"


def cuts(affixes: Affixes, word: str) -> list[tuple[int, int]]:
    """The ways in which a word may carry affixes: code points of the prefix and of the suffix, not
    both 0.

    A prefix of a script that has capitals is one where a small letter stands before a capital
    (eGoli, e-Goli) or a capital that begins a sentence (EGoli); a suffix, where the word before it
    has a capital. Of other scripts all do that leave `_LEFT` letters.
    """
    if not word:
        return []
    fronts = backs = [0]
    ways = _fronts(affixes.prefixes).get(_group(word[0]))
    if ways and (not compiled(_CASED).search(word) or compiled(_CAPITAL).search(word, 1)):
        fronts = [0, *_lengths(ways, word)]
    if ways := _backs(affixes.suffixes).get(_group(word[-1])):
        backs = [0, *_lengths(ways, word)]
    return [(f, b) for f, b in product(fronts, backs) if (f or b) and _is_left(word, f, b)]


def _lengths(ways: Sequence[regex.Pattern[str]], word: str) -> list[int]:
    found = {len(affix[0]) for way in ways if (affix := way.search(word))}
    return sorted(found)


def _is_left(word: str, front: int, back: int) -> bool:
    rest = word[front : len(word) - back]
    letters = sum(character.isalpha() for character in rest)
    return letters >= (2 if compiled(_CASED).search(rest) else _LEFT)


@lru_cache(maxsize=64)
def _fronts(prefixes: Sequence[str]) -> Mapping[str, list[regex.Pattern[str]]]:
    """Patterns of prefixes, one each, by the group of the character that begins them: a word may
    begin with several, such as n and nga."""
    ways: dict[str, list[regex.Pattern[str]]] = {}
    for each in prefixes:
        way = (
            # Capital itself only where it begins a sentence: EGoli, I-ANC; IBM has no prefix i.
            rf"^{_spelt(each)}[-‐‑]?(?={_CAPITAL})"
            rf"|^(?i:{_spelt(each[0])}){_spelt(each[1:])}(?:[-‐‑](?={_CAPITAL})|(?={_CAPITAL}\p{{M}}*\p{{Ll}}))"
            if compiled(_CASED).search(each)
            else rf"^{_spelt(each)}"
        )
        ways.setdefault(_group(each[0]), []).append(regex.compile(way))
    return ways


@lru_cache(maxsize=64)
def _backs(suffixes: Sequence[str]) -> Mapping[str, list[regex.Pattern[str]]]:
    """Patterns of suffixes, by the group of the character that ends them."""
    ways: dict[str, list[regex.Pattern[str]]] = {}
    for each in suffixes:
        way = (
            rf"(?<={_CAPITAL}.*)[-‐‑]?{_spelt(each)}$"
            if compiled(_CASED).search(each)
            else rf"{_spelt(each)}$"
        )
        ways.setdefault(_group(each[-1]), []).append(regex.compile(way))
    return ways


def _group(character: str) -> str:
    """What characters have in common that patterns take for the same: most words need not be
    compared with most of a hundred prefixes."""
    return "'" if character in APOSTROPHES else character.casefold()[:1]


def _spelt(affix: str) -> str:
    """A pattern of an affix, whichever apostrophe it has."""
    return "".join(
        f"[{APOSTROPHES}]" if each in APOSTROPHES else regex.escape(each) for each in affix
    )
