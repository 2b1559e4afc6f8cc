"""What the general tokenizer does, by script; and what it promises, for any text."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer, is_space

GENERAL = GeneralTokenizer()

# One text a row, its tokens parted by "|" (white space is in none).
WORDS = {
    "apostrophes": "ng'ombe|ng’ombe|ngʼombe|ng`ombe|ma‘ana|ŋꞌa|ʼyan|'|yan|jama’a|.",
    "quotes": "‘|ẹgbẹ́|’|“|ndiyo|”|,|'|hapana|'",
    "full stops": "Ẹ̀kọ́|.|Dr|.|J|.|K|.|St|.|Judes|haya|...|..." + "|.|.",
    "hyphens": "Dar|-|es|-|Salaam|Vaj|-|Pov|i|-|ANC|-|ndiyo|ka|-|--",
    "numbers": "18|3.5|12|.|1,000.50|29|,|754|2.5kg|1.2.3|5|%|$|7|km²|½",
    "times and dates": "10:30|3:16|9:05:59|2021-03-04|4/3/2021|4-3-2021|4.3.2021|2-1|2020/21"
    "".replace("|2-1", "|2|-|1").replace("|2020/21", "|2020|/|21"),
    "addresses": "https://redio.or.tz/a_b?c=d|,|(|www.redio.com/habari|)|.|habari.co.tz|.|redio.com",
    "mail and names": "amina.b+c@redio.or.tz|.|@amina|#Uchaguzi2022|#|@|a|@|b",
    "clicks": "ǃXóõ|ǀXam|ǂKhomani|ǁKhwe",
    "tone letters": "ma˧|kàꜜ|pí˥˩",
    "Ethiopic": "ሰላም|፡|ኢትዮጵያ|።|ሰላም|፣|ደህና|፤|፪ኛ|፲፱፻፺",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥|𞤆𞤵𞤤𞤢𞤪|.|𞤸𞤮𞥅|؟",
    "N'Ko": "ߒߞߏ|߸|ߓߊ߬ߡߊ߬ߞߐ߫|߹",
    "Pahawh Hmong": "𖬌𖬣𖬵|𖬀𖬲|𖬹",
    "Nyiakeng Puachue Hmong": "𞄀𞄤𞄰𞄫|𞄁𞄦𞄱",
    "Vai": "ꕙꔤ|ꘋꕨ|꘎",
    "Tifinagh": "ⵜⴰⵎⴰⵣⵉⵖⵜ|ⵜⴰⵙⵏⵓ",
    "Arabic": "كتــاب|،|كِتَاب|؟|١٬٢٣٤٫٥|۔",
    "Persian ZWNJ": "می\u200cخواهم|.",
    "Devanagari": "क्षत्रिय|क्\u200dष|।",
    "no spaces": "ภาษาไทยน้ำ|ខ្មែរ|។|မြန်မာ|၊",
    "Hangul jamo": "한글|ᄒᆞᆫ|글",
    "pictures": "👩\u200d👩\u200d👧|👍🏽|🇰🇪|🇹🇿|❤\ufe0f|1\ufe0f\u20e3|ℹ\u200d😀",
    "unseen": "a|\u200b|b|co\xadop|a\u2060b|\ufeff|x|\u202e|y",
    "unusual": "\x00|\x1b|[|31m|\ud800|\ud801|\ue000|x",
}
GLUE = {
    "full stops": "Ẹ̀kọ́. Dr. J. K. St.Judes haya... ... ..",
    "addresses": "https://redio.or.tz/a_b?c=d, (www.redio.com/habari). habari.co.tz. redio.com",
}


def cut(text: str, tokenizer: Tokenizer = GENERAL) -> list[str]:
    tokens = tokenizer.tokenize(text)
    assert faults(text, tokens) == []
    return [text[start:end] for start, end in tokens]


@pytest.mark.parametrize(("text", "expected"), [
    ("ng'ombe ng’ombe ngʼombe ng`ombe", "ng'ombe|ng’ombe|ngʼombe|ng`ombe"),
])
def test_placeholder(text: str, expected: str) -> None:
    assert cut(text) == expected.split("|")
