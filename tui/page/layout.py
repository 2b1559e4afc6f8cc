"""Where each token of a page stands: rows of pieces for a width, in logical order.

Pure: text and tokens in, rows out. A row takes two lines of the screen (its hints, its text); in a
list, one token takes one line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tonemark.text import Safe, graphemes, visible
from tonemark.tokenizers.base import Token
from tonemark.tui.page.cells import cells

Mode = Literal["logical", "list"]

LIST_INDENT = 6
"""Cells before the tokens of a list: room for a hint of three letters and the focus mark."""

NEWLINE = Safe("⏎")


class Piece(NamedTuple):
    """What stands in some cells of a row: a token, a part of a long one, or what is between.

    `x` and `width` count cells; `start` and `end` are code points of the document's text; `token`
    is an index, or -1 between tokens.
    """

    x: int
    width: int
    start: int
    end: int
    token: int
    text: Safe


class Row(NamedTuple):
    """A row of one sheet: `y` is its first line on an endless screen, `height` its lines.

    A row without pieces and with height 1 is the line that stands above a sheet of a page that
    has several.
    """

    sheet: int
    y: int
    height: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """All rows of a page. `rows_of[sheet][token]` is the row in which a token begins."""

    width: int
    mode: Mode
    rows: tuple[Row, ...]
    rows_of: tuple[tuple[int, ...], ...]
    height: int

    def row_at(self, y: int) -> int:
        """The row that covers line `y`; the last one below the end."""
        return max(0, bisect_right(self.rows, y, key=lambda row: row.y) - 1)

    def row_of_offset(self, sheet: int, offset: int, tokens: Sequence[Token]) -> int:
        """The row in which a code point of a sheet stands."""
        token = max(0, bisect_right(tokens, offset, key=lambda token: token.start) - 1)
        if not tokens:
            return next(i for i, row in enumerate(self.rows) if row.sheet == sheet)
        row = self.rows_of[sheet][token]
        while row + 1 < len(self.rows):
            following = self.rows[row + 1]
            if following.sheet != sheet or not following.pieces:
                break
            if following.pieces[0].start > offset or following.pieces[0].token not in (token, -1):
                break
            row += 1
        return row


def lay_out(
    sheets: Sequence[tuple[str, Sequence[Token]]], width: int, mode: Mode = "logical"
) -> Layout:
    """Lay out texts with their tokens in `width` cells (at least 1)."""
    width = max(1, width)
    rows: list[Row] = []
    rows_of: list[tuple[int, ...]] = []
    y = 0
    for sheet, (text, tokens) in enumerate(sheets):
        if len(sheets) > 1:
            rows.append(Row(sheet, y, 1, ()))
            y += 1
        lines = _list(text, tokens, width) if mode == "list" else _Wrapper(text, width).wrap(tokens)
        first = len(rows)
        begins = [first] * len(tokens)
        height = 1 if mode == "list" else 2
        for at, pieces in reversed(list(enumerate(lines))):
            for piece in pieces:
                if piece.token >= 0:
                    begins[piece.token] = first + at
        for pieces in lines:
            rows.append(Row(sheet, y, height, tuple(pieces)))
            y += height
        rows_of.append(tuple(begins))
    return Layout(width, mode, tuple(rows), tuple(rows_of), y)


def _list(text: str, tokens: Sequence[Token], width: int) -> list[list[Piece]]:
    rows = []
    for index, (start, end) in enumerate(tokens):
        shown = visible(text[start:end])
        rows.append([Piece(LIST_INDENT, cells(shown), start, end, index, shown)])
    return rows or [[]]


class _Wrapper:
    """Fills rows from left to right; tokens that touch each other stay together if they can."""

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        self.width = width
        self.rows: list[list[Piece]] = [[]]
        self.x = 0

    def wrap(self, tokens: Sequence[Token]) -> list[list[Piece]]:
        text = self.text
        shown = [visible(text[start:end]) for start, end in tokens]
        widths = [cells(word) for word in shown]
        behind = 0
        together = 0
        for index, (start, end) in enumerate(tokens):
            if start > behind:
                self._between(behind, start)
            if index >= together:
                together = index + 1
                total = widths[index]
                while together < len(tokens) and tokens[together].start == tokens[together - 1].end:
                    total += widths[together]
                    together += 1
                if self.x and self.x + total > self.width and total <= self.width:
                    self._break()
            if self.x and self.x + widths[index] > self.width:
                self._break()
            if widths[index] <= self.width:
                self._put(Piece(self.x, widths[index], start, end, index, shown[index]))
            else:
                self._split(start, end, index)
            behind = end
        if behind < len(text):
            self._between(behind, len(text))
        return self.rows

    def _put(self, piece: Piece) -> None:
        self.rows[-1].append(piece)
        self.x += piece.width

    def _break(self) -> None:
        self.rows.append([])
        self.x = 0

    def _split(self, start: int, end: int, token: int) -> None:
        for left, right in graphemes(self.text[start:end]):
            shown = visible(self.text[start + left : start + right])
            width = cells(shown)
            if self.x and self.x + width > self.width:
                self._break()
            self._put(Piece(self.x, width, start + left, start + right, token, shown))

    def _between(self, start: int, end: int) -> None:
        """White space, and whatever no token covers."""
        text = self.text
        at = start
        while at < end:
            stop = at + 1
            if text[at] == "\n" or text.startswith("\r\n", at):
                stop = at + (2 if text[at] == "\r" else 1)
                if self.x + 1 <= self.width:
                    self._put(Piece(self.x, 1, at, stop, -1, NEWLINE))
                self._break()
            else:
                while (
                    stop < end
                    and text[stop] not in "\r\n"
                    and (text[stop] == " ") == (text[at] == " ")
                ):
                    stop += 1
                shown = visible(text[at:stop])
                width = cells(shown)
                if self.x + width > self.width and not shown.isspace():
                    self._break()
                room = self.width - self.x
                if width <= room:
                    self._put(Piece(self.x, width, at, stop, -1, shown))
                elif not shown.isspace():
                    self._split(at, stop, -1)
                elif room > 0:
                    self._put(Piece(self.x, room, at, stop, -1, Safe(" " * room)))
            at = stop
