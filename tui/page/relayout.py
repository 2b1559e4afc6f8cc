"""A page laid out again after a few of its tokens changed: what they do not reach is kept.

Pure, and equal to laying all of it out: joining two tokens of 100,000 is then a matter of rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple, overload

from tonemark.tokenizers.base import Token, common_ends
from tonemark.tui.page.layout import (
    Layout,
    Piece,
    Row,
    Under,
    filled,
    height_of,
    nothing_under,
)

AHEAD = 400
"""Tokens behind a change that are laid out before it is looked where rows begin as before."""

_START = itemgetter(0)


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
        return row._replace(y=row.y + self.lines, pieces=_moved(row.pieces, self.tokens))


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
    layout: Layout,
    text: str,
    sheet: int,
    before: Sequence[Token],
    after: Sequence[Token],
    under: Under = nothing_under,
) -> Layout | None:
    """The layout of a page on which the tokens of one sheet, whose text this is, are others now;
    `under` is what it was laid out with.

    None where rows do not come to begin as before within AHEAD tokens: then all are to be laid out.
    """
    starts, first_row = layout.starts[sheet], layout.first_rows[sheet]
    same, behind = common_ends(before, after)
    if same >= min(len(before), len(after)):
        return None
    changed = len(after) - behind
    change = min(before[same].start, after[same].start)
    row = _begins(text, starts, before, same, change)
    begin, first = (starts[row], bisect_left(after, starts[row], key=_START)) if row else (0, 0)
    until = min(len(after), changed + AHEAD)
    end = after[until].start if until < len(after) else len(text)
    pieces = filled(text, after[first:until], layout.width, layout.mode, begin, end)
    begins, at = [], begin
    for each in pieces:
        begins.append(each[0].start if each else at)
        at = each[-1].end if each else at
    new, old = len(pieces), len(starts)
    if until < len(after):
        change = max(before[len(before) - behind - 1].end, after[changed - 1].end)
        resumed = _resumed(text, begins, starts, after[first:until], change)
        if resumed is None:
            return None
        new, old = resumed
    y = begun = layout.rows[first_row + row].y
    made = []
    for each in pieces[:new]:
        made.append(Row(sheet, y, height_of(sheet, each, layout.mode, under), _moved(each, first)))
        y += made[-1].height
    last = layout.rows[first_row + old - 1] if old > row else None
    lines = y - (last.y + last.height if last else begun)
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
                *rows.parts(first_row + old, next_sheet, lines, moved),
                *rows.parts(next_sheet, len(rows), lines),
            ]
        ),
        tuple(each + more * (index > sheet) for index, each in enumerate(layout.first_rows)),
        tuple(
            (*each[:row], *begins[:new], *each[old:]) if index == sheet else each
            for index, each in enumerate(layout.starts)
        ),
        layout.height + lines,
    )


def _begins(
    text: str, starts: Sequence[int], before: Sequence[Token], same: int, change: int
) -> int:
    """The last row that begins as it did whatever happens at `change`, by the tokens up to there:
    some tokens ahead of it, of which a blank parts the first, for a shorter word may go up a row
    and words that touch each other stay together."""
    row = bisect_right(starts, change) - 1
    while row > 0:
        first = bisect_left(before, starts[row], key=_START)
        ends_apart = any(before[at].start > before[at - 1].end for at in range(first + 1, same))
        if _is_clean(text, before, first, starts[row]) and ends_apart:
            return row
        row -= 1
    return 0


def _resumed(
    text: str, begins: Sequence[int], starts: Sequence[int], after: Sequence[Token], change: int
) -> tuple[int, int] | None:
    """The first row behind a change that begins where one began before: its number among those
    that begin at `begins` and among those of before. Tokens are those that were laid out."""
    for new in range(1, len(begins) - 1):
        start = begins[new]
        if start < change:
            continue
        old = bisect_left(starts, start)
        if old == len(starts) or starts[old] != start:
            continue
        first = bisect_left(after, start, key=_START)
        apart = any(after[at].start > after[at - 1].end for at in range(first + 1, len(after)))
        if _is_clean(text, after, first, start) and apart:
            return new, old
    return None


def _is_clean(text: str, tokens: Sequence[Token], at: int, start: int) -> bool:
    """Whether a row begins there with a token that touches none before it."""
    return at < len(tokens) and tokens[at].start == start and text[start - 1].isspace()


def _moved(pieces: Sequence[Piece], first: int) -> tuple[Piece, ...]:
    return tuple(
        piece._replace(token=piece.token + first) if piece.token >= 0 else piece for piece in pieces
    )


def _whole(rows: Sequence[Row]) -> _Part:
    return _Part(rows, 0, len(rows))
