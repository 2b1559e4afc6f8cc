"""The general tokenizer: words, numbers and signs of any script, by Unicode properties alone.

Knows no language: what one orthography does differently is a profile's business.
"""

from __future__ import annotations

import functools

import regex

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token

# Letters with their marks, digits, ZWJ and ZWNJ (`\w`); other numbers (Ethiopic ፪ኛ); geresh; and
# the modifier symbols that write tone or length as letters do (UAX 29 counts them as ALetter).
_W = (
    r"\w\p{No}\u05F3\u02C2-\u02C5\u02D2-\u02D7\u02DE\u02DF\u02E5-\u02EB\u02ED\u02EF-\u02FF"
    r"\uA700-\uA721\uA789\uA78A\uAB5B"
)

# What joins two of the former: apostrophes as people type them, the middle dots, gershayim and
# Armenian accents of UAX 29, and what nobody sees: soft hyphen, word joiner, BOM, LRM, RLM, ALM.
_INNER = (
    r"'’‘`´＇\u00B7\u2027\u05F4\u055A-\u055C\u055E"
    r"\u00AD\u2060\uFEFF\u200E\u200F\u061C"
)
_HYPHENS = r"\-\u2010\u2011"

_URL = rf"(?:[\-.~:?#@!$&'()*+,;%\[\]]*+[{_W}/=]++)++"  # does not end in a sign of the sentence
_TOP = r"(?:com|org|net|edu|gov|info|(?:com|org|net|edu|gov|co|ac|or|go)\.[a-z]{2})"

# Tried where a word has just ended, in this order. Whatever can fail after it has read is bounded,
# so that hostile text (a.a.a.a...) is still read a fixed number of times.
_LONGER = (
    rf"(?<=\b(?:https?|ftp)):/{_URL}",
    rf"(?<=\b[Ww][Ww][Ww])\.{_URL}",
    # amina@redio.or.tz
    rf"(?:[.+\-][{_W}]++){{0,8}}+@[{_W}]++(?:[.\-][{_W}]++){{1,8}}+(?<=\.\p{{L}}{{2,24}})",
    # habari.co.tz/leo: without "www" only under a few top-level domains, because a full stop
    # with its space forgotten is commoner in raw text than any other domain.
    rf"(?:[.\-][{_W}]++){{1,8}}+(?<=\.{_TOP})(?:/(?:{_URL})?+)?+",
    # 10:30, 10:30:15
    rf"(?<=\p{{Nd}})(?::\p{{Nd}}{{2}}(?!\p{{Nd}}))++[{_W}]*+",
    # 3.5, 1.2.3, 4.12.2021, ٣٫٥
    rf"(?<=\p{{Nd}})(?:[.\u066B\u066C]\p{{Nd}}++)++[{_W}]*+",
    # 1,000.50
    rf"(?<=\p{{Nd}})(?:,\p{{Nd}}{{3}}){{1,9}}+\.\p{{Nd}}++[{_W}]*+",
    # 2021-03-04, 4-3-2021, 4/3/2021
    rf"(?<=\p{{Nd}}{{4}})-\p{{Nd}}{{1,2}}-\p{{Nd}}{{1,2}}(?![{_W}])",
    rf"(?<=\p{{Nd}})(?P<bar>[\-/])\p{{Nd}}{{1,2}}(?P=bar)\p{{Nd}}{{2,4}}(?![{_W}])",
)

# Clusters that a border of the pattern might cut: a mark, ZWJ or ZWNJ on something other than a
# word, skin tones and tags, a ZWJ that joins a picture, prepended signs (U+0600), flags.
_UNSAFE = regex.compile(
    rf"(?<![{_W}])[\p{{GCB=Extend}}\p{{GCB=SpacingMark}}\p{{GCB=ZWJ}}]"
    r"|[\p{GCB=Prepend}\p{Regional_Indicator}\p{Emoji_Modifier}\U000E0020-\U000E007F]"
    r"|\u200D(?=\p{Extended_Pictographic})"
)
_PLAIN = regex.compile(
    r"(?![\p{GCB=Extend}\p{GCB=SpacingMark}])\p{L}[\p{L}\p{Mn}]*+(?<!\p{GCB=Prepend})"
)
"""A word that needs no further look: by far the most chunks are one."""

_REACHES_OUT = regex.compile(r"\A[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]|\p{GCB=Prepend}\Z")


class GeneralTokenizer:
    """Keeps the promises of `Tokenizer` for every str, by rules meant for any script.

    - A word is a run of letters with their marks, digits, `_`, ZWJ and ZWNJ, with apostrophes,
      middle dots and unseen characters (soft hyphen, word joiner, BOM, LRM, RLM) between such
      runs: ng'ombe, jama’a. ʼ, ꞌ and the click letters ǃǀǁǂ are letters wherever they stand; an
      apostrophe at an edge is a sign of its own.
    - Hyphens split (Dar, -, es, -, Salaam) unless `hyphens`: they often part a name from what is
      not of it (Zulu i-ANC, Swahili Congo-DRC), and treebanks and entity corpora of African
      languages split nearly all. A span can take in three tokens, but never half of one.
    - Numbers with a decimal point (3.5, 1,000.50), times, dates, URLs, e-mail addresses, @names
      and #tags are one token. A thousands comma alone splits (29 , 000), as in those corpora,
      unless `thousands`.
    - Every other sign is a token (Ethiopic ፡ and ። wherever they stand, the full stop of J. and
      Dr. too); "..." and longer, "--", "***" and the like are one.
    - Format characters outside words (ZWSP, bidi controls) are tokens of their own; so are
      controls, surrogates, private-use characters; unassigned ones in a row are one.
    - Scripts that set no spaces (Thai, Khmer): a run of letters is one token.
    - Where a grapheme cluster holds parts of several tokens, or a space and a mark, it is not cut:
      the tokens are joined and the space belongs to them.

    Options are part of `version`. Not to be changed after it is made.
    """

    __slots__ = ("_chunks", "name", "version")

    def __init__(self, *, hyphens: bool = False, thousands: bool = False) -> None:
        self.name = "general"
        self.version = "1" + "+hyphens" * hyphens + "+thousands" * thousands
        self._chunks = _Chunks(_pattern(hyphens, thousands))

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`, in time linear in its length."""
        chunks, find = self._chunks, text.find
        spans: list[tuple[int, int]] = []
        add = spans.append
        end = 0
        for chunk in text.split():
            start = find(chunk, end)
            end = start + len(chunk)
            cuts = chunks[chunk]
            if cuts is None:
                return _whole_clusters(text, chunks.pattern)
            if cuts:
                for left, right in cuts:
                    add((start + left, start + right))
            else:
                add((start, end))
        return list(map(_as_token, spans))


_as_token = functools.partial(tuple.__new__, Token)
"""Half the time of `Token(...)`, which is a Python function; this is the innermost loop."""


class _Chunks(dict[str, tuple[tuple[int, int], ...] | None]):
    """How each chunk between white space is cut, remembered: most chunks of a text come again.

    Empty: it is one token. None: a cluster may reach out of it over the white space beside it.
    """

    LIMIT = 32_768
    LONGEST = 64

    def __init__(self, pattern: regex.Pattern[str]) -> None:
        super().__init__()
        self.pattern = pattern

    def __missing__(self, chunk: str) -> tuple[tuple[int, int], ...] | None:
        cuts = self._cut(chunk)
        if len(chunk) <= self.LONGEST:
            if len(self) >= self.LIMIT:
                self.clear()
            self[chunk] = cuts
        return cuts

    def _cut(self, chunk: str) -> tuple[tuple[int, int], ...] | None:
        if _PLAIN.fullmatch(chunk):
            return ()
        if not chunk.isascii() and _UNSAFE.search(chunk):
            if _REACHES_OUT.search(chunk):
                return None
            return tuple(_whole_clusters(chunk, self.pattern))
        cuts = tuple(match.span() for match in self.pattern.finditer(chunk))
        return cuts if len(cuts) > 1 else ()


@functools.cache
def _pattern(hyphens: bool, thousands: bool) -> regex.Pattern[str]:
    inner = _INNER + (_HYPHENS if hyphens else "")
    longer: tuple[str, ...] = _LONGER
    if thousands:
        longer = (
            *longer,
            rf"(?<=\p{{Nd}})(?:,\p{{Nd}}{{3}}(?!\p{{Nd}})){{1,9}}+(?:\.\p{{Nd}}++)?+[{_W}]*+",
        )
    # White space is what `str.isspace` says, as in Python and spaCy: `\s` lacks U+001C to U+001F.
    return regex.compile(
        rf"[{_W}]++(?:[{inner}][{_W}]++)*+(?:(?=[.,:/@+\-\u066B\u066C])(?:{'|'.join(longer)}))?+"
        rf"|[@#](?!\p{{M}})[{_W}]++"
        r"|\.{3,}+|(?P<sign>[\-=*~–—])(?P=sign)*+"
        r"|\p{Cf}++|\p{Cn}++"
        r"|[^\s\x1C-\x1F]"
    )


def _whole_clusters(text: str, pattern: regex.Pattern[str]) -> list[Token]:
    """The tokens of `pattern`, borders moved out of clusters; those that then overlap are one."""
    whole: list[Token] = []
    clusters = iter(graphemes(text))
    left, right = 0, 0
    for match in pattern.finditer(text):
        while right <= match.start():
            left, right = next(clusters)
        start = left
        while right < match.end():
            left, right = next(clusters)
        if whole and start < whole[-1].end:
            start = whole.pop().start
        whole.append(Token(start, right))
    return whole
