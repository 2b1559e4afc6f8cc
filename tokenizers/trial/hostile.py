"""Texts that make tokenizers stumble: what every one of them is tried on, whatever its language.

Holds texts, and judges nothing.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator

# fmt: off
PIECES = (
    *"aZé1.,:;-/@#'’!?…_()\"“” \t\n\r\x00\x1b\x1c\x7f\x85\xa0\xad", "--", "...", "\r\n", "  ",
    # marks, with and without something to stand on; joiners and what else nobody sees
    "\u0301", "\u0308", "\u0323", "ẹ̀", "n̄", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff",
    "\ufe0f", "\u034f", "\u202e", "\u2066", "\u2028", "\u2029", "\u3000", "\u202f",
    # clusters that reach forwards or backwards
    "\u0600", "\u06dd", "\u070f", "\u0d4e", "\U000110bd", "\U000111c2", "\u0e33", "\u0eb3",
    "\u093e", "क\u094dष", "ক\u09cd", "\u1100", "\u1161", "\u11a8", "각", "\u20e3", "\U0001f1f0",
    "\U0001f1ea", "👩\u200d👧", "🏽", "©", "\U000e0041", "\U000e007f",
    # what has no meaning, or none for everybody
    "\ufffe", "\uffff", "\u0378", "\ue000", "\U0010ffff", "\ufffd",
    # letters of many scripts, click letters, letters that look like signs
    "ሰላም", "፡", "።", "𞤀𞤣", "𞥆", "𞥞", "𖬌𖬣", "𖬵", "ߒߞߏ", "߫", "߸", "ⵜⴰ", "ⵜ\u2d7f", "ꕙꔤ", "ǃ", "ǂ",
    "ʼ", "ꞌ", "ɓ", "مَا", "؟", "١٬٢٣٤", "ภา", "ខ្មែ", "\u05f3", "\u00b7", "²", "Vaj", "-Pov",
    "ng'o", "n'u", "3.5", "1,000", "10:30", "www.", "http://", ".com", "a@b.c",
)
"""What the texts are put together from."""

GROWING = (
    "a", " ", "\n", "a ", "a\n", ".", "a.", "a-", "a'", "'", "’a", "a@", "x@a.", "1,000,", "1:00",
    "1-1-", "1/1/", "www.!", "http://!", "a.com/", "(", "((a", "\"a", "#", "\u0301", " \u0301",
    "\u200d", "\u200b", "a\u00ad", "\U0001f1f0", "\u0600", "👩\u200d", "ሰ፡", "ሰ", "ߊ߫", "ก", "漢",
    "\u1100", "𞤀", "Vaj Pov ", "n'n'", "\ufeff", "a\xa0", "\x00",
)
"""What hostile texts of any length repeat: a rule that looks back or ahead too far gives itself
away by the time that it takes."""
# fmt: on

_DRAWN = 400
"""Texts that are put together by chance, always the same ones."""


def hostile_texts() -> Iterator[str]:
    """Every piece alone, at a border of words, and in company; the empty text.

    None holds a surrogate: no document does, for no file in UTF-8 can.
    """
    yield ""
    for piece in PIECES:
        yield piece
        yield f"a{piece}a {piece} a"
        yield f"{piece}\n{piece}{piece}."
    for form in ("NFC", "NFD"):
        yield unicodedata.normalize(form, "Ẹ̀kọ́ ní Ọ̀yọ́: ń'lọ. É na gbè, ŋ̀ kó. Mɔ̃́ ɛ̈.")
    yield f"a{PIECES[-1]}" + "\u0301" * 500 + "b"
    yield "x" * 20_000
    yield from _drawn(random.Random(4))


def _drawn(chance: random.Random) -> Iterator[str]:
    for number in range(_DRAWN):
        yield "".join(chance.choices(PIECES, k=2 + number % 24))
