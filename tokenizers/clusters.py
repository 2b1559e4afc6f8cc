"""Stretches of text made to keep to grapheme clusters."""

from __future__ import annotations

from collections.abc import Iterable

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token


def whole_clusters(text: str, stretches: Iterable[tuple[int, int]]) -> list[Token]:
    """The stretches, in order and apart, with their borders moved out of clusters (UAX #29); those
    that then overlap are one. In time linear in the length of `text`."""
    whole: list[Token] = []
    clusters = iter(graphemes(text))
    left, right = 0, 0
    for start, end in stretches:
        while right <= start:
            left, right = next(clusters)
        first = left
        while right < end:
            left, right = next(clusters)
        if whole and first < whole[-1].end:
            first = whole.pop().start
        whole.append(Token(first, right))
    return whole
