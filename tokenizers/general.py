"""The general tokenizer: words, numbers and signs of any script, by Unicode properties alone.

Knows no language: what one orthography does differently is a profile's business.
"""

from __future__ import annotations

import functools

import regex

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token

SPACE = r"\s\x1C-\x1F"
"""White space as a class of `regex`: exactly the characters for which `str.isspace` is true."""

# Letters with their marks, digits, ZWJ and ZWNJ (`\w`); other numbers (Ethiopic ፪ኛ); and the
# modifier symbols that write tone or length as letters do (UAX 29 counts them as ALetter).
_WORD = (
    r"\w\p{No}\u02C2-\u02C5\u02D2-\u02D7\u02DE\u02DF\u02E5-\u02EB\u02ED\u02EF-\u02FF"
    r"\uA700-\uA721\uA789\uA78A\uAB5B"
)
# Between two of the former: apostrophes as they are typed (ng'ombe, jama’a, ng`ombe), the middle
# dots and gershayim of UAX 29 (MidLetter), and what is not seen: soft hyphen, word joiner, byte
# order mark, and direction marks.
_INNER = r"'’‘`´＇\u00B7\u2027\u05F4\u00AD\u2060\uFEFF\u200E\u200F\u061C"
_HYPHENS = r"\-\u2010\u2011"

_URL = rf"(?:[\-.~:?#@!$&'()*+,;%\[\]]*+[{_WORD}/=]++)++"
_TOP_DOMAIN = (
    r"\.(?:com|org|net|edu|gov|int|info|COM|ORG|NET|(?:com|org|net|edu|gov|co|ac|or|go)\.[a-z]{2})"
)

# Each is tried where a word has just ended, so that no text is read more than a few times over.
_LONGER = {
    ":": [rf"(?<=https?|ftp):/{_URL}", rf"(?<=\p{{Nd}})(?::\p{{Nd}}{{2}}(?!\p{{Nd}}))++[{_WORD}]*+"],
    ".": [rf"(?<=\bwww)\.{_URL}", rf"(?<=\p{{Nd}})(?:[.\u066B\u066C]\p{{Nd}}++)++[{_WORD}]*+"],
    ",": [rf"(?<=\p{{Nd}})(?:,\p{{Nd}}{{3}}){{1,9}}+\.\p{{Nd}}++[{_WORD}]*+"],
    "-": [
        rf"(?<=\p{{Nd}}{{4}})-\p{{Nd}}{{1,2}}-\p{{Nd}}{{1,2}}(?![{_WORD}])",
        rf"(?<=\p{{Nd}})-\p{{Nd}}{{1,2}}-\p{{Nd}}{{4}}(?![{_WORD}])",
    ],
    "/": [rf"(?<=\p{{Nd}})/\p{{Nd}}{{1,2}}/\p{{Nd}}{{2,4}}(?![{_WORD}])"],
}
_MAIL = rf"(?:[.+\-][{_WORD}]++){{0,8}}+@[{_WORD}]++(?:-[{_WORD}]++){{0,8}}+(?:\.[{_WORD}\-]*+){{1,8}}"
