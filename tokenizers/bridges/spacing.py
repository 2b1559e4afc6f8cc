"""Tokens as spaCy and Prodigy count them: white space that no single space carries is one, too.

Knows neither of the two: offsets in, offsets out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tonemark.tokenizers.base import Token


class Spaced(NamedTuple):
    """A token that carries the single space behind it, if there is one; offsets in code points.

    `number` counts the tokens that it was made from, from 0; None where it is only what lies
    between them: white space, and whatever tokens given with the data have left out.
    """

    start: int
    end: int
    number: int | None


def with_gaps(text: str, tokens: Sequence[Token]) -> list[Spaced]:
    """Tokens that with one space after some of them are `text`, whole.

    As in spaCy's Doc a token carries the single U+0020 after it; other white space (at the start,
    doubled, a tab, a line end, a no-break space) is a token of its own, one for each gap. `tokens`
    are in order and do not overlap.
    """
    placed: list[Spaced] = []
    position = 0
    for number, (start, end) in enumerate(tokens):
        if position < start:
            if placed and text[position] == " ":
                position += 1
            if position < start:
                placed.append(Spaced(position, start, None))
        placed.append(Spaced(start, end, number))
        position = end
    if placed and text.startswith(" ", position):
        position += 1
    if position < len(text):
        placed.append(Spaced(position, len(text), None))
    return placed


def spaced_numbers(placed: Sequence[Spaced]) -> list[int]:
    """Where each token stands among those with gaps: the way back is `Spaced.number`."""
    return [at for at, token in enumerate(placed) if token.number is not None]


def words_and_spaces(text: str, tokens: Sequence[Token]) -> tuple[list[str], list[bool]]:
    """The strings of the tokens that `with_gaps` gives, and of each whether it carries a space.

    A loop of its own: making a Doc of `with_gaps` takes half as long again.
    """
    words: list[str] = []
    spaces: list[bool] = []
    position = 0
    for start, end in (*tokens, (len(text), len(text))):
        if position < start:
            if words and text[position] == " ":
                spaces[-1] = True
                position += 1
            if position < start:
                words.append(text[position:start])
                spaces.append(False)
        if start < end:
            words.append(text[start:end])
            spaces.append(False)
        position = end
    return words, spaces
