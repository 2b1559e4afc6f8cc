"""Whether tokens keep what `Tokenizer` promises: for tests, plug-ins and tokens given with data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token

_JOINING = regex.compile(
    r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}\p{GCB=Prepend}\p{GCB=Regional_Indicator}"
    r"\p{GCB=L}\p{GCB=V}\p{GCB=T}\p{GCB=LV}\p{GCB=LVT}]|\r\n"
)
"""Without any of these each code point is a cluster (UAX #29), and they need not be cut."""


def faults(text: str, tokens: Sequence[Token]) -> list[str]:
    """What `tokens` break of the promises in `Tokenizer`: a sentence a promise, of the first token
    that breaks it. Empty when they break none.

    Tokens count from 0, offsets are code points. The sentences quote nothing of the text.
    """
    found: dict[str, str] = {}
    for where, what in _faults(text, tokens):
        found.setdefault(what, where)
    return [f"{where} {what}" for what, where in found.items()]


def _faults(text: str, tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Each fault: where it is, and which promise is broken."""
    size = len(text)
    borders = None
    if _JOINING.search(text):
        borders = {0, *(end for _, end in graphemes(text))}
    covered = 0
    for number, (start, end) in enumerate(tokens):
        if start >= end:
            yield _named(number, start, end), "is empty"
            continue
        if start < 0 or end > size:
            yield _named(number, start, end), f"lies outside the text, which has {size} characters"
            continue
        if start < covered:
            yield _named(number, start, end), "begins before one ahead of it ends"
        elif start > covered and not text[covered:start].isspace():
            yield _left_out(text, covered), "is in no token"
        if text[start].isspace() and text[start:end].isspace():
            yield _named(number, start, end), "is white space alone"
        if borders is not None and not (start in borders and end in borders):
            yield _named(number, start, end), "begins or ends inside a grapheme cluster"
        covered = max(covered, end)
    if covered < size and not text[covered:].isspace():
        yield _left_out(text, covered), "is in no token"


def _named(number: int, start: int, end: int) -> str:
    return f"token {number} ({start} to {end})"


def _left_out(text: str, start: int) -> str:
    at = next(at for at in range(start, len(text)) if not text[at].isspace())
    return f"the character at {at} (U+{ord(text[at]):04X})"
