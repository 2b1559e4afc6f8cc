"""Rows as they are read where text runs to the left: pieces where a reader expects them.

For terminals that draw cells in the order in which they are sent. Takes the rows of a layout, which
are in logical order, and knows neither focus nor labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tonemark.text import Safe, graphemes, joined
from tonemark.tui.page.bidi import base_level_of, levels, mirrored, visual_order
from tonemark.tui.page.cells import cells, clusters
from tonemark.tui.page.layout import Piece, Row

PARAGRAPH = 20_000
"""Code points up to which a paragraph's directions are resolved as one; of a longer one, each row
by itself, so that a page opens at once."""


class Directions:
    """The levels of a text's code points, resolved where they are asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[tuple[int, int], tuple[list[int], int]] = {}

    def of(self, start: int, end: int) -> tuple[list[int], int]:
        """The levels of the code points from `start` to `end`, which lie in one paragraph, and the
        level of the paragraph itself."""
        first = self._text.rfind("\n", 0, start) + 1
        last = self._text.find("\n", end)
        last = len(self._text) if last < 0 else last
        if last - first > PARAGRAPH:
            base = base_level_of(self._text[first : first + PARAGRAPH])
            return levels(self._text[start:end], base), base
        if (first, last) not in self._known:
            paragraph = self._text[first:last]
            base = base_level_of(paragraph)
            # The line's end is not part of it, but a piece of its row.
            self._known[first, last] = [*levels(paragraph, base), base], base
        found, base = self._known[first, last]
        return found[start - first : end - first], base


class _Unit(NamedTuple):
    """A cluster of a row, or a piece that is shown as something else: which piece, code points,
    cells, level."""

    piece: int
    start: int
    end: int
    text: Safe
    width: int
    level: int


def visual_row(row: Row, text: str, directions: Directions, width: int) -> Row:
    """A row with its pieces where they are read, in a row of `width` cells; they stay in logical
    order, and those that run to the left say so. A paragraph that does stands at the right."""
    if not row.pieces:
        return row
    start, end = row.pieces[0].start, row.pieces[-1].end
    found, base = directions.of(start, end)
    if base == 0 and not any(found):
        return row
    units = _units(row.pieces, text, start, found)
    units = _trailing(units, text, base)
    order = visual_order([unit.level for unit in units])
    x = width - sum(unit.width for unit in units) if base else row.pieces[0].x
    places = [0] * len(units)
    for place in order:
        places[place] = x
        x += units[place].width
    return row._replace(pieces=tuple(_pieces(row.pieces, units, places)))


def reversed_text(text: Safe) -> Safe:
    """Text that runs to the left, in the order in which its cells are sent."""
    return joined(Safe(mirrored(cluster)) for cluster in reversed(clusters(text)))


def _units(pieces: Sequence[Piece], text: str, first: int, found: Sequence[int]) -> list[_Unit]:
    units = []
    for index, piece in enumerate(pieces):
        own = graphemes(text[piece.start : piece.end])
        shown = clusters(piece.text)
        if len(own) != len(shown):
            own, shown = [(0, piece.end - piece.start)], [piece.text]
        for (left, right), cluster in zip(own, shown, strict=True):
            at = piece.start + left
            width = cells(cluster) if len(own) > 1 else piece.width
            level = found[at - first]
            units.append(_Unit(index, at, piece.start + right, cluster, width, level))
    return units


def _trailing(units: list[_Unit], text: str, base: int) -> list[_Unit]:
    """White space at the end of a row has the level of its paragraph (UAX 9, rule L1)."""
    at = len(units)
    while at and text[units[at - 1].start : units[at - 1].end].isspace():
        at -= 1
    return units[:at] + [unit._replace(level=base) for unit in units[at:]]


def _pieces(pieces: Sequence[Piece], units: Sequence[_Unit], places: Sequence[int]) -> list[Piece]:
    """The pieces, parted where what stands side by side in the text does not on the row."""
    found: list[Piece] = []
    last = -1
    for at, (unit, x) in enumerate(zip(units, places, strict=True)):
        leftward = bool(unit.level % 2)
        before = found[-1] if found else None
        if (
            before is not None
            and unit.piece == last
            and before.leftward == leftward
            and x == (places[at - 1] - unit.width if leftward else before.x + before.width)
        ):
            found[-1] = before._replace(
                x=min(x, before.x),
                width=before.width + unit.width,
                end=unit.end,
                text=joined((before.text, unit.text)),
            )
        else:
            token = pieces[unit.piece].token
            found.append(Piece(x, unit.width, unit.start, unit.end, token, unit.text, leftward))
        last = unit.piece
    return found
