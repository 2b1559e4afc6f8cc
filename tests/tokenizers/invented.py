"""Gold of an invented language whose words are syllables parted by spaces, always the same."""

from __future__ import annotations

import random

from tonemark.tokenizers.base import Token
from tonemark.tokenizers.learned.learning import GoldText

WORDS = (
    "ka", "lo", "mi", "su", "ta", "ne", "ba", "ri", "du", "fe",
    "zan pol", "zan gir", "pol nek", "gir", "vu vu", "hak sot mel", "bir-dem", "mel", "sot", "pol",
)  # fmt: skip


def sentence(words: list[str], end: str = ".") -> GoldText:
    """A text of these words, its end touching the last, and its tokens."""
    tokens, at = [], 0
    for word in words:
        tokens.append(Token(at, at + len(word)))
        at += len(word) + 1
    return GoldText(" ".join(words) + end, [*tokens, Token(at - 1, at)] if end else tokens)


OWN = ("wa yo", "wi ye", "xa ju", "xe ji", "qa hu", "qo he", "cu jo", "ci ja")
"""Words that are found in one document each: new words are what new documents bring."""


def gold(sentences: int = 60, documents: int = 4, seed: int = 1) -> list[GoldText]:
    """Sentences, divided among documents."""
    chance = random.Random(seed)
    found = []
    for number in range(sentences):
        document = number * documents // sentences
        own = OWN[2 * document : 2 * document + 2]
        words = [*chance.choices(WORDS, k=8), *chance.choices(own, k=len(own) // 2)]
        chance.shuffle(words)
        found.append(sentence(words)._replace(document=f"d{document}"))
    return found


def raw(*new: str) -> list[str]:
    """Texts of the same language without tokens, with words that gold has not."""
    chance = random.Random(2)
    return [" ".join(chance.choices((*WORDS, *OWN, *new), k=8)) + "." for _ in range(300)]
