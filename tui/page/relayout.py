"""A page laid out again after a few of its tokens changed: what they do not reach is kept.

Pure, and equal to laying all of it out: joining two tokens of 100,000 is then a matter of rows.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple, overload

from tonemark.tokenizers.base import Token
from tonemark.tui.page.layout import Layout, Row, filled

AHEAD = 400
"""Tokens behind a change that are laid out before it is looked where rows begin as before."""

_CHUNK = 1024


class _Part(NamedTuple):
    """Rows `first` to `last` of some, so many lines and tokens further down than they say."""

    rows: Sequence[Row]
    first: int
    last: int
    lines: int = 0
    tokens: int = 0

    def cut(self, first: int, last: int) -> _Part:
        return self._replace(first=self.first + first, last=self.first + last)

    def at(self, index: int) -> Row:
        row = self.rows[self.first + index]
        if not self.tokens:
            return row._replace(y=row.y + self.lines) if self.lines else row
        pieces = tuple(
            piece._replace(token=piece.token + self.tokens) if piece.token >= 0 else piece
            for piece in row.pieces
        )
        return row._replace(y=row.y + self.lines, pieces=pieces)


class Rows(Sequence[Row]):
    """Rows of which some are kept from before: what has moved is told when it is asked for."""

    def __init__(self, parts: Sequence[_Part]) -> None:
        self._parts = [part for part in parts if part.first < part.last]
        self._ends = list(accumulate(part.last - part.first for part in self._parts))

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        place = bisect_right(self._ends, index)
        part = self._parts[place]
        return part.at(index - (self._ends[place] - (part.last - part.first)))

    def parts(self, first: int, last: int, lines: int = 0, tokens: int = 0) -> Iterator[_Part]:
        """Rows `first` to `last`, moved by so many lines and tokens."""
        begin = 0
        for part, end in zip(self._parts, self._ends, strict=True):
            left, right = max(first, begin), min(last, end)
            if left < right:
                cut = part.cut(left - begin, right - begin)
                yield cut._replace(lines=cut.lines + lines, tokens=cut.tokens + tokens)
            begin = end


def laid_out_again(
    layout: Layout, text: str, sheet: int, before: Sequence[Token], after: Sequence[Token]
) -> Layout | None:
    """The layout of a page on which the tokens of one sheet, whose text this is, are others now.

    None where rows do not come to begin as before within AHEAD tokens: then all are to be laid out.
    """
    same = _same(before, after)
    behind = _same(before[same:][::-1], after[same:][::-1])
    starts, first_row = layout.starts[sheet], layout.first_rows[sheet]
    if same == 0 or same >= len(before):
        return None
    row = _begins(text, starts, before, same)
    if row is None:
        return None
    first = _token_from(after, starts[row])
    last_changed = len(after) - behind
    until = min(len(after), last_changed + AHEAD)
    end = after[until].start if until < len(after) else len(text)
    pieces = filled(text, after[first:until], layout.width, layout.mode, starts[row], end)
    begins, at = [], starts[row]
    for each in pieces:
        begins.append(each[0].start if each else at)
        at = each[-1].end if each else at
    changed_to = after[last_changed - 1].end if last_changed else 0
    resumed = _resumed(text, begins, starts, changed_to, until == len(after))
    if resumed is None:
        return None
    new, old = resumed
    height = 1 if layout.mode == "list" else 2
    y = layout.rows[first_row + row].y
    made = [
        Row(sheet, y + height * number, height, tuple(_counted(each, first)))
        for number, each in enumerate(pieces[:new])
    ]
    more = new - (old - row)
    rows = layout.rows if isinstance(layout.rows, Rows) else Rows([_whole(layout.rows)])
    moved = len(after) - len(before)
    next_sheet = layout.first_rows[sheet] + len(starts)
    return Layout(
        layout.width,
        layout.mode,
        Rows(
            [
                *rows.parts(0, first_row + row),
                _whole(made),
                *rows.parts(first_row + old, next_sheet, more * height, moved),
                *rows.parts(next_sheet, len(rows), more * height),
            ]
        ),
        tuple(each + more * (index > sheet) for index, each in enumerate(layout.first_rows)),
        tuple(
            (*each[:row], *begins[:new], *each[old:]) if index == sheet else each
            for index, each in enumerate(layout.starts)
        ),
        layout.height + more * height,
    )
