"""What stands in a syllable: its first sound, its rime, its tone, so far as spelling tells.

Knows words as strings only; whether a text is written so is told by its words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import regex

# The Romanized Popular Alphabet of White and Green Hmong (Smalley and others 1953; Heimbach, White
# Hmong - English Dictionary, 1979): the letter at the end is the tone.
_RPA = regex.compile(
    r"(?P<onset>(?:n?(?:plh?|ph?|tsh?|txh?|th?|dlh?|dh?|rh?|ch?|kh?|qh?)"
    r"|h?(?:ml|m|ny|n|l)|xy|ng|[fghsvxyz])?)"
    r"(?P<rime>ai|au|aw|ee|oo|ia|ua|[aeiouw])(?P<tone>[bdgjmsv]?)"
)

MOSTLY = 0.6
"""The share of the words of a text that must be syllables of RPA for it to be Hmong: measured,
Hmong has .96, Wolof .28, Hausa .26, Swahili .15, Yorùbá .06."""


class Syllable(NamedTuple):
    """The parts of a syllable, as spelt."""

    onset: str
    rime: str
    tone: str


def rpa_syllable(word: str) -> Syllable | None:
    """The parts of a lower-case word that is a syllable of Hmong in RPA; None if it is none."""
    found = _RPA.fullmatch(word)
    return Syllable(*found.group("onset", "rime", "tone")) if found else None


def is_rpa(words: Iterable[str]) -> bool:
    """Whether most of some lower-case words are syllables of Hmong in RPA."""
    lettered = [word for word in words if word.isalpha()]
    return sum(_RPA.fullmatch(word) is not None for word in lettered) > MOSTLY * len(lettered)


def edges(word: str) -> Syllable:
    """The first letter, what is between, and the last letter: what can be told of any word."""
    return Syllable(word[:1], word[1:-1], word[-1:] if len(word) > 1 else "")
