"""Texts for benches, generated from a seed: Swahili-like, Yorùbá-like in NFD, and Adlam.

Knows no programs and no corpora: syllables make words, and words make sentences with names in them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

WORDS = 4_000
"""Distinct words of a language; they are drawn as Zipf's law has it, by one over the rank."""

_FULL_STOP = "."
_PARAGRAPH = 5
"""Sentences between two line feeds."""


@dataclass(frozen=True, slots=True)
class Language:
    """What texts of a language are made of.

    `first` begins every text: one word without marks, so that it can be found in what a program
    sends. `tag` is what `tonemark new --lang` takes.
    """

    tag: str
    first: str
    onsets: Sequence[str]
    vowels: Sequence[str]
    listed: bool = False
    """Whether it is shown as a list, one token a line: what right-to-left scripts need."""


_YORUBA_VOWELS = [
    unicodedata.normalize("NFD", vowel + tone)
    for vowel in ("a", "e", "ẹ", "i", "o", "ọ", "u")
    for tone in ("", "\u0300", "\u0301")
]

LANGUAGES = {
    "swahili": Language(
        "sw", "Habari",
        "b ch d f g h j k l m mb mw n nd ng ny p r s sh t v w y z".split(),
        "a a a e i i o u".split(),
    ),
    "yoruba": Language(
        "yo", "Iroyin",
        unicodedata.normalize("NFD", "b d f g gb h j k l m n p r s ṣ t w y").split(),
        _YORUBA_VOWELS,
    ),
    "adlam": Language(
        "ff-Adlm", "𞤖𞤢𞤦𞤢𞤪𞤵",
        "𞤣 𞤤 𞤥 𞤦 𞤧 𞤨 𞤩 𞤪 𞤬 𞤯 𞤱 𞤲 𞤳 𞤴 𞤶 𞤷 𞤸 𞤺 𞤻 𞤼 𞤲𞥋𞤣 𞤲𞥋𞤺".split(),
        "𞤢 𞤢𞥄 𞤫 𞤫𞥅 𞤭 𞤭𞥅 𞤮 𞤮𞥅 𞤵 𞤵𞥅".split(),
        listed=True,
    ),
}  # fmt: skip


def make_text(language: Language, tokens: int, seed: int = 1) -> str:
    """A text of exactly so many tokens (words and full stops) that begins with `language.first`.

    Sentences of 6 to 14 words, a capital at their beginning; a name of one to three words about
    every ninth word. Raises ValueError for fewer than two tokens.
    """
    if tokens < 2:
        raise ValueError("a text has a word and a full stop at least")
    random = Random(f"{language.tag} {seed}")
    words, names = _vocabulary(language, random)
    weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
    parts: list[str] = []
    left, sentence = tokens, 0
    while left:
        length = min(random.randint(6, 14), left - 1)
        if left - length - 1 == 1:  # a full stop alone would be left
            length -= 1
        drawn = [language.first] if not parts else []
        while len(drawn) < length:
            if random.random() < 1 / 9:
                drawn += random.choices(names, k=random.randint(1, 3))
            else:
                drawn += random.choices(words, cum_weights=weights)
        drawn = drawn[:length]
        sentence += 1
        end = "\n" if sentence % _PARAGRAPH == 0 else " "
        parts.append(capital(drawn[0]) + "".join(f" {word}" for word in drawn[1:]))
        parts.append(_FULL_STOP + end)
        left -= length + 1
    return "".join(parts).rstrip()


def capital(word: str) -> str:
    """The word with its first letter capital; Adlam has capitals."""
    return word[0].upper() + word[1:]


def _vocabulary(language: Language, random: Random) -> tuple[list[str], list[str]]:
    """The words, the commonest (and shortest) first, and the names."""
    found: dict[str, None] = {}
    while len(found) < WORDS + WORDS // 8:
        syllables = 1 + min(3, len(found) // 40) if len(found) < 120 else random.randint(2, 4)
        word = "".join(
            random.choice(language.onsets) + random.choice(language.vowels)
            for _ in range(syllables)
        )
        found[word] = None
    made = list(found)
    return made[:WORDS], [capital(word) for word in made[WORDS:]]
