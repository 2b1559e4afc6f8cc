"""What a tokenizer is: the protocol that every tokenizer keeps, ours and other people's.

Knows nothing of documents, projects or the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol, runtime_checkable


class Token(NamedTuple):
    """A stretch of a text: offsets in code points, end exclusive."""

    start: int
    end: int


@runtime_checkable
class Tokenizer(Protocol):
    """Cuts a text into tokens.

    What is promised for every text: tokens are in order, do not overlap, are not empty, every
    character that is not white space lies in exactly one of them, none begins or ends inside a
    grapheme cluster, and none is white space alone. The same text gives the same tokens for the
    same `version`, in time linear in the length of the text.
    """

    @property
    def name(self) -> str:
        """What it is called on the command line and in project.toml."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever some text would give other tokens."""
        ...

    def tokenize(self, text: str) -> list[Token]:
        """The tokens of `text`."""
        ...


_CHUNK = 1024


def common_ends(one: Sequence[Token], other: Sequence[Token]) -> tuple[int, int]:
    """How many tokens two rows of them have in common at the beginning, and how many of the others
    at the end."""
    first = _alike(one, other)
    return first, _alike(one[first:][::-1], other[first:][::-1])


def _alike(one: Sequence[Token], other: Sequence[Token]) -> int:
    at, shorter = 0, min(len(one), len(other))
    # A row of 100,000 that differs in one place is compared by the stretch, in C.
    while at < shorter and one[at : at + _CHUNK] == other[at : at + _CHUNK]:
        at += _CHUNK
    while at < shorter and one[at] == other[at]:
        at += 1
    return min(at, shorter)
