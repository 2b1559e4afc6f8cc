"""Text made safe to show, and text in grapheme clusters.

Knows nothing of the screen: what comes out is plain text that any terminal may be sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import islice
from typing import NewType

import regex

Safe = NewType("Safe", str)
"""Text that `visible()` has passed: it holds no character that steers a terminal or hides."""

MARKS_SHOWN = 8
"""Combining marks that one base may carry on the screen; the rest are counted as ‹+n›."""

_CLUSTER_SHOWN = 32
"""Code points that `short()` looks at for each cluster: a family of emoji has 11."""

_MARKS_COUNTED = 100_000
"""Marks in a row that `short()` counts."""

_REMEMBERED = 32
"""Code points of an unclean text whose stand-ins are kept for the next time."""

# Pairs of regional indicators come first: `regex` looks back over the whole run of them at each
# border, so that `\X` alone takes quadratic time on a row of flags (1 s for 20,000).
_CLUSTER = regex.compile(
    r"\p{Regional_Indicator}{2}+[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}]*+|\X"
)

# Scripts whose letters change shape at ZWJ and ZWNJ: the joining ones, and those with conjuncts.
_JOINING = "".join(
    rf"\p{{scx={script}}}"
    for script in (
        "Arab Syrc Mand Mong Nkoo Phag Adlm Rohg Sogd Mani "
        "Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh Khmr Mymr Tibt Newa Tirh Gran Java Bali"
    ).split()
)

_CONTROLS = r"\x00-\x1F\x7F-\x9F"
_SEPARATORS = r"\xA0\u2007\u202F\u2028\u2029"
_HIDDEN = (
    r"\p{Default_Ignorable_Code_Point}\p{Bidi_Control}\p{Noncharacter_Code_Point}\p{Cs}"
    r"\uFFF9-\uFFFB\U000E0000-\U000E0FFF\U00013430-\U0001343F"
)
# Variation selectors are hidden too, but choose the shape of what they stand on.
_SELECTORS = r"\uFE00-\uFE0F\u180B-\u180D\u180F"
_JOINERS = r"\u200C\u200D"
_MARK = rf"[[\p{{M}}--[{_HIDDEN}]]{_SELECTORS}]"
_SHOWN_AS_SIGN = rf"[{_CONTROLS}{_SEPARATORS}[{_HIDDEN}]--[{_SELECTORS}{_JOINERS}]]"

# Bounded look-behind keeps the time linear; a letter of these scripts has no more marks than that.
# It must be a letter (or a digit): joiners between marks would let them pile up without end.
_JOINER_KEPT = (
    rf"(?<=[[{_JOINING}]--\p{{M}}]\p{{M}}{{0,4}})[{_JOINERS}](?=[[{_JOINING}]&&[\p{{L}}\p{{M}}]])"
    r"|(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}]\uFE0F?)\u200D"
    r"(?=[\p{Extended_Pictographic}\p{Emoji_Modifier}])"
)

_STRAY = rf"(?P<stray>{_MARK}{{1,{MARKS_SHOWN}}}+)(?P<rest>{_MARK}*+)"

# Signs are taken by the run: one by one, a megabyte of them took four seconds.
_UNSAFE = regex.compile(
    rf"(?P<signs>(?:{_SHOWN_AS_SIGN}|(?!{_JOINER_KEPT})[{_JOINERS}])"
    rf"[{_SHOWN_AS_SIGN}{_JOINERS}]*+)(?:{_STRAY})?+"
    rf"|\A{_STRAY}"
    rf"|(?<={_MARK}{{{MARKS_SHOWN}}})(?P<more>{_MARK}++)",
    regex.V1,
)
_GATED = regex.compile(rf"[{_CONTROLS}\u2028\u2029[{_HIDDEN}]--[{_SELECTORS}{_JOINERS}]]", regex.V1)
_MARKS = regex.compile(rf"{_MARK}++", regex.V1)

# What `str.isprintable` lets through and `_UNSAFE` may not: a scan by single properties takes a
# twentieth of the time of `_UNSAFE` itself.
_UNUSUAL = regex.compile(
    rf"\A\p{{M}}|\p{{M}}{{{MARKS_SHOWN + 1}}}|\p{{Default_Ignorable_Code_Point}}"
)

_NAMED = {
    "\t": "→",
    "\n": "⏎",
    "\x7f": "␡",
    "\xa0": "⍽",
    "\u2007": "⍽",
    "\u202f": "⍽",
    "\xad": "╌",
    "\u200b": "╎",
    "\u2060": "╪",
    "\ufeff": "◇",
    "\u034f": "‹CGJ›",
    "\u061c": "‹ALM›",
    "\u200c": "‹ZWNJ›",
    "\u200d": "‹ZWJ›",
    "\u200e": "‹LRM›",
    "\u200f": "‹RLM›",
    "\u202a": "‹LRE›",
    "\u202b": "‹RLE›",
    "\u202c": "‹PDF›",
    "\u202d": "‹LRO›",
    "\u202e": "‹RLO›",
    "\u2066": "‹LRI›",
    "\u2067": "‹RLI›",
    "\u2068": "‹FSI›",
    "\u2069": "‹PDI›",
}


class _Signs(dict[int, str]):
    """The stand-in of each code point that is not shown as it is, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        if code < 0x20:
            sign = chr(0x2400 + code)
        elif code < 0xA0:
            sign = f"‹{code:02X}›"
        else:
            sign = f"‹U+{code:04X}›"
        self[code] = sign
        return sign


_SIGNS = _Signs({ord(character): sign for character, sign in _NAMED.items()})


def visible(text: str) -> Safe:
    """`text` as it may be sent to a terminal; clean text comes back as it is.

    C0 controls become the pictures of U+2400 (TAB →, LF ⏎, CR LF ␍␊), DEL ␡, C1 ‹9B›; direction
    controls their names (‹RLO›); no-break spaces ⍽, soft hyphen ╌, ZWSP ╎, WJ ╪, BOM ◇; line
    separators, tags, surrogates, noncharacters and all else that has no shape ‹U+2028›. ZWNJ and
    ZWJ stay between letters of scripts that use them, and in emoji. A combining mark with nothing
    to stand on gets ◌; of more than `MARKS_SHOWN` marks in a row the rest become ‹+n›.

    Unassigned and private-use characters stay: the first may be letters of a script newer than
    our tables, the second are letters of fonts that people use, and neither steers a terminal.

    What is safe already comes back as it is, also with data put before, behind and between.
    """
    if _is_clean(text):
        return Safe(text)
    return _remade(text) if len(text) <= _REMEMBERED else Safe(_UNSAFE.sub(_stand_in, text))


@lru_cache(maxsize=4096)
def _remade(text: str) -> Safe:
    """A megabyte of control characters is a million tokens, few of them different."""
    return Safe(_UNSAFE.sub(_stand_in, text))


def gated(text: str) -> Safe:
    """The last gate before the line: what `visible()` would not have let through becomes U+FFFD,
    one for each character. What is Safe already, a piece of it too, passes as it is."""
    if text.isprintable() and text.isascii():
        return Safe(text)
    return Safe(_GATED.sub("\ufffd", text))


def stand_ins(text: str) -> list[tuple[int, int]]:
    """The stretches of `visible(text)` that stand in for something: code points, end exclusive."""
    if _is_clean(text):
        return []
    found, grown = [], 0
    for match in _UNSAFE.finditer(text):
        start, length = match.start() + grown, len(_stand_in(match))
        found.append((start, start + length))
        grown += length - (match.end() - match.start())
    return found


def joined(parts: Iterable[Safe]) -> Safe:
    """Safe texts as one: nothing becomes unsafe by what stands beside it.

    Unlike `visible("".join(parts))` it leaves a joiner alone that a cut has left at an edge.
    """
    return Safe("".join(parts))


def cut_off(beginning: Safe) -> Safe:
    """The beginning of a safe text, cut at a cluster, with a "…" in place of the rest."""
    return Safe(beginning.rstrip("\u200c\u200d") + "…")


def _is_clean(text: str) -> bool:
    return text.isprintable() and (text.isascii() or _UNUSUAL.search(text) is None)


def _stand_in(match: regex.Match[str]) -> str:
    signs, stray, rest, more = match.group("signs", "stray", "rest", "more")
    shown = "␍␊".join(part.translate(_SIGNS) for part in (signs or "").split("\r\n"))
    if stray:
        shown += f"◌{stray}"
    hidden = rest or more
    return shown + (f"‹+{len(hidden)}›" if hidden else "")


def graphemes(text: str) -> list[tuple[int, int]]:
    """The grapheme clusters of `text` (UAX 29): offsets in code points, end exclusive."""
    if text.isascii() and "\r" not in text:
        return [(at, at + 1) for at in range(len(text))]
    return [match.span() for match in _CLUSTER.finditer(text)]


def short(text: str, limit: int) -> Safe:
    """`visible(text)` cut at a cluster to at most `limit` (1 or more) of them, the last then "…".

    Takes time by `limit`, not by the length of `text`; a cluster without end (U+1100 a million
    times, joined emoji) is cut inside.
    """
    # A stand-in may take in one cluster that follows it, never more: twice the limit is enough.
    clusters = 2 * limit + 2
    near = text[: _CLUSTER_SHOWN * clusters]
    end = max((match.end() for match in islice(_CLUSTER.finditer(near), clusters)), default=0)
    if marks := _MARKS.match(text, end, end + _MARKS_COUNTED):
        end = marks.end()  # ‹+n› counts them
    safe = visible(text[:end])
    spans = graphemes(safe)
    if len(spans) <= limit and end == len(text):
        return safe
    kept = spans[: limit - 1]
    return cut_off(Safe(safe[: kept[-1][1] if kept else 0]))


def counted(number: int, what: str) -> str:
    """A number with what is counted: 1 entry, 2 entries."""
    if number == 1:
        return f"1 {what}"
    return f"{number:,} {what[:-1]}ies" if what.endswith("y") else f"{number:,} {what}s"
