"""Whether tokens keep what `Tokenizer` promises, and what is done where they do not.

For tests, plug-ins, spaCy's tokenizers and tokens given with data.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import regex

from tonemark.errors import TonemarkError
from tonemark.text import graphemes
from tonemark.tokenizers.base import Token, Tokenizer
from tonemark.tokenizers.general import GeneralTokenizer

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


def mended(text: str, tokens: Iterable[Token]) -> list[Token]:
    """Tokens with the borders that lie inside a grapheme cluster moved out of it, and without
    those that are white space alone: what spaCy's tokenizers do otherwise than ours.

    A cluster goes to the token that has its first code point; one that begins in white space
    (a mark over a space) to the token of its mark. In linear time. Other faults stay.
    """
    clusters = []
    if _JOINING.search(text):
        clusters = [(start, end) for start, end in graphemes(text) if end - start > 1]
    kept: list[Token] = []
    covered = 0
    for start, end in tokens:
        if text[start:end].isspace():
            continue
        before, behind = _around(clusters, start)
        start = before if before >= covered else behind
        end = _around(clusters, end)[1]
        if start < end and not text[start:end].isspace():
            kept.append(Token(start, end))
            covered = end
    return kept


def _around(clusters: Sequence[tuple[int, int]], at: int) -> tuple[int, int]:
    """The cluster in which an offset lies, its own ends not counted; else twice the offset."""
    place = bisect_left(clusters, (at, 0))
    if place and at < clusters[place - 1][1]:
        return clusters[place - 1]
    return at, at


class Made(NamedTuple):
    """The tokens of a text, and why they are the general tokenizer's instead of those of the one
    that was asked: in words, empty where they are not."""

    tokens: list[Token]
    fault: str = ""


def made_tokens(tokenizer: Tokenizer, text: str) -> Made:
    """What `tokenizer` makes of a text; where it raises, or its tokens break a promise, the tokens
    of the general one. For tokenizers that are not ours."""
    try:
        tokens = [Token(int(start), int(end)) for start, end in tokenizer.tokenize(text)]
        found = faults(text, tokens)
    except TonemarkError as error:
        return instead(text, error.title)
    except Exception as error:  # whatever other people's code raises
        return instead(text, f"it raised {type(error).__name__}: {error}")
    return instead(text, found[0]) if found else Made(tokens)


def instead(text: str, fault: str) -> Made:
    """The general tokenizer's tokens for a text of which the one that was asked made none that can
    be used; `fault` says why, and is cut to FAULT_LENGTH."""
    return Made(GeneralTokenizer().tokenize(text), " ".join(fault.split())[:FAULT_LENGTH])


FAULT_LENGTH = 300
"""Code points that are kept of why a tokenizer failed: its words may quote the whole text."""
