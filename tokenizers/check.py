"""Whether tokens keep what `Tokenizer` promises: for tests, plug-ins and tokens given with data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token

FAULTS_TOLD = 20
"""How many faults of one text are put into words; a text that is wrong is often all wrong."""


def faults(text: str, tokens: Sequence[Token]) -> list[str]:
    """What `tokens` break of the promises in `Tokenizer`, in words, at most `FAULTS_TOLD`.

    Empty when they break none. Tokens count from 0, offsets are code points. The words quote
    nothing of the text.
    """
    return list(islice(_faults(text, tokens), FAULTS_TOLD))


def _faults(text: str, tokens: Sequence[Token]) -> Iterator[str]:
    borders = {0, len(text), *(end for _, end in graphemes(text))}
    covered = 0
    for number, (start, end) in enumerate(tokens):
        where = f"token {number} ({start} to {end})"
        if start >= end:
            yield f"{where} is empty"
            continue
        if start < 0 or end > len(text):
            yield f"{where} lies outside the text, which has {len(text)} characters"
            continue
        if start < covered:
            yield f"{where} begins before the one ahead of it ends, at {covered}"
        yield from _left_out(text, covered, start)
        if text[start:end].isspace():
            yield f"{where} is white space alone"
        if start not in borders:
            yield f"{where} begins inside a grapheme cluster"
        if end not in borders:
            yield f"{where} ends inside a grapheme cluster"
        covered = max(covered, end)
    yield from _left_out(text, covered, len(text))


def _left_out(text: str, start: int, end: int) -> Iterator[str]:
    gap = text[start:end]
    if gap and not gap.isspace():
        at = start + next(i for i, character in enumerate(gap) if not character.isspace())
        yield f"the character at {at} (U+{ord(text[at]):04X}) is in no token"
