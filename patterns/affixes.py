"""Names without the affixes that a language writes together with them: eGoli and kwaGoli as Goli.
Knows no folds.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import product

import regex

from tonemark.patterns.atoms import APOSTROPHES
from tonemark.tokenizers.profiles.affixes import Affixes

# Letters that must be left of a name without case. Amharic on dev: with two F1 is 0.4627, with
# three 0.4636, and one false name fewer.
_LEFT = 3

_CASED = regex.compile(r"[\p{Lu}\p{Lt}\p{Ll}]")
_CAPITAL = r"[\p{Lu}\p{Lt}]"
_LATER_CAPITAL = regex.compile(rf"(?<!^){_CAPITAL}")


def cuts(affixes: Affixes, word: str) -> list[tuple[int, int]]:
    """The ways in which a word may carry affixes: code points of the prefix and of the suffix, not
    both 0.

    A prefix of a script that has capitals is one where a small letter stands before a capital
    (eGoli, e-Goli) or a capital that begins a sentence (EGoli); a suffix, where the word before it
    has a capital. Of other scripts all do that leave `_LEFT` letters.
    """
    if not _CASED.search(word) or _LATER_CAPITAL.search(word):
        fronts = [0, *_lengths(_fronts(affixes.prefixes), word)]
    else:
        fronts = [0]
    backs = [0, *_lengths(_backs(affixes.suffixes), word)]
    return [(f, b) for f, b in product(fronts, backs) if (f or b) and _is_left(word, f, b)]


def _lengths(ways: Sequence[regex.Pattern[str]], word: str) -> list[int]:
    found = {len(affix[0]) for way in ways if (affix := way.search(word))}
    return sorted(found)


def _is_left(word: str, front: int, back: int) -> bool:
    rest = word[front : len(word) - back]
    letters = sum(character.isalpha() for character in rest)
    return letters >= (2 if _CASED.search(rest) else _LEFT)


@lru_cache(maxsize=64)
def _fronts(prefixes: Sequence[str]) -> list[regex.Pattern[str]]:
    """Patterns of prefixes, one each: a word may begin with several, such as n and nga."""
    return [
        regex.compile(
            # Capital itself only where it begins a sentence: EGoli, I-ANC; IBM has no prefix i.
            rf"^{_spelt(each)}[-‐‑]?(?={_CAPITAL})"
            rf"|^(?i:{_spelt(each[0])}){_spelt(each[1:])}(?:[-‐‑](?={_CAPITAL})|(?={_CAPITAL}\p{{M}}*\p{{Ll}}))"
            if _CASED.search(each)
            else rf"^{_spelt(each)}"
        )
        for each in prefixes
    ]


@lru_cache(maxsize=64)
def _backs(suffixes: Sequence[str]) -> list[regex.Pattern[str]]:
    return [
        regex.compile(
            rf"(?<={_CAPITAL}.*)[-‐‑]?{_spelt(each)}$"
            if _CASED.search(each)
            else rf"{_spelt(each)}$"
        )
        for each in suffixes
    ]


def _spelt(affix: str) -> str:
    """A pattern of an affix, whichever apostrophe it has."""
    return "".join(
        f"[{APOSTROPHES}]" if each in APOSTROPHES else regex.escape(each) for each in affix
    )
