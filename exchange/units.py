"""Offsets in UTF-16 units and in grapheme clusters, and where they stand in code points. Knows no
format.

A letter above U+FFFF (Adlam, Pahawh Hmong) is two units, each other letter one. A grapheme cluster
(UAX 29) is a letter with its marks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable

import regex

from tonemark.exchange.base import Unit

_HIGH = regex.compile(r"[\U00010000-\U0010ffff]")
_WORDY = regex.compile(r"[\p{L}\p{M}\p{N}]")
_CLUSTER = regex.compile(r"\X")


def utf16_length(text: str) -> int:
    """The UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def length_in(text: str, unit: Unit) -> int:
    """The length of a text."""
    if unit == "graphemes":
        return len(_clusters(text))
    return utf16_length(text) if unit == "UTF-16 units" else len(text)


def _high(text: str) -> list[int]:
    if text.isascii() or max(text) <= "\uffff":
        return []
    return [each.start() for each in _HIGH.finditer(text)]


def _clusters(text: str) -> list[int]:
    return [each.start() for each in _CLUSTER.finditer(text)]


def units_before(text: str, unit: Unit = "UTF-16 units") -> Callable[[int], int]:
    """Of a text, what gives the units before an offset in code points; of graphemes those that
    begin before it."""
    if unit == "code points":
        return lambda offset: offset
    if unit == "graphemes":
        starts = _clusters(text)
        return lambda offset: bisect_left(starts, offset)
    high = _high(text)
    return lambda offset: offset + bisect_left(high, offset)


def to_code_point(text: str, unit: Unit = "UTF-16 units") -> Callable[[int], int | None]:
    """Of a text, what gives the code points before an offset in units that lies in it; None inside
    a character, and outside the text."""
    if unit == "graphemes":
        starts = [*_clusters(text), len(text)]
        return lambda offset: starts[offset] if 0 <= offset < len(starts) else None
    # Where each letter of two units begins, in units.
    high = [place + before for before, place in enumerate(_high(text))]
    if unit == "code points":
        high = []
    length = len(text) + len(high)

    def at(offset: int) -> int | None:
        if not 0 <= offset <= length:
            return None
        before = bisect_left(high, offset)
        return None if before and high[before - 1] == offset - 1 else offset - before

    return at


def is_plausible(text: str, start: int, end: int) -> bool:
    """Whether a stretch (code points) begins and ends with a word: with no white space at its
    edges, and no letter on both sides of one."""
    if not 0 <= start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
        return False
    return not (_is_inside(text, start) or _is_inside(text, end))


def _is_inside(text: str, place: int) -> bool:
    if not 0 < place < len(text):
        return False
    return bool(_WORDY.match(text, place - 1) and _WORDY.match(text, place))
