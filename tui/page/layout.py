"""Where each token of a page stands: rows of pieces for a width, in logical order.

Pure: text and tokens in, rows out. A row takes two lines of the screen (hints, text), and as
many more as are asked for under it; in a list, one token takes one line.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tonemark.corpus.documents import Document
from tonemark.corpus.project_checks import Bidi
from tonemark.text import Safe, graphemes, visible
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.languages import is_right_to_left
from tonemark.tui.page.cells import cells

Mode = Literal["logical", "visual", "list"]

LIST_INDENT = 6
"""Cells before the tokens of a list: room for a hint of three letters and the focus mark."""

NEWLINE = Safe("⏎")

BLANK = Safe(" ")

TOO_WIDE = Safe("…")
"""Stands for a cluster that no row has the cells for."""


def opening_mode(bidi: Bidi, language: str, document: Document) -> Mode:
    """How a page that begins with `document` is laid out at first, in a project of that language:
    by its `bidi`, and by `auto` as a list, which is right in every terminal, for right-to-left
    scripts. A text may name its own language in its metadata."""
    if bidi != "auto":
        return bidi
    own = document.meta.get("language")
    tag = own if isinstance(own, str) else language
    return "list" if is_right_to_left(tag, document.text[:200]) else "logical"


MODES: dict[Mode, str] = {
    "logical": "running text, as the terminal orders it",
    "list": "one token a row",
    "visual": "running text, ordered here: for terminals that do not turn right-to-left text",
}
"""The ways in which a page is laid out, in the order in which a key goes through them."""


def following_mode(mode: Mode) -> Mode:
    """The mode after this one."""
    modes = list(MODES)
    return modes[(modes.index(mode) + 1) % len(modes)]


FRAME = ("status", "title", "labels", "footer", "rule2", "rule")
"""The lines around a page, in the order in which they are kept where a window has few lines."""


def frame(lines: int, names: Collection[str] = FRAME) -> list[str]:
    """Which of the lines around a page a window of so many lines has: two are the page's."""
    return [name for name in FRAME if name in names][: max(0, lines - 2)]


def window(columns: int, lines: int, taken: int = 0) -> tuple[int, int]:
    """The cells and lines that a page has of a terminal: its frame stands around it, a cell stays
    free at its right, `taken` lines are the tutor's."""
    return columns - 1, max(1, lines - len(frame(lines)) - taken)


class Piece(NamedTuple):
    """What stands in some cells of a row: a token, a part of a long one, or what is between.

    `x` and `width` count cells; `start` and `end` are code points of the document's text; `token`
    is an index, or -1 between tokens. `text` is in logical order; `leftward` says that it is drawn
    from the right.
    """

    x: int
    width: int
    start: int
    end: int
    token: int
    text: Safe
    leftward: bool = False


class Row(NamedTuple):
    """A row of one sheet: `y` is its first line on an endless screen, `height` its lines.

    `head` marks what stands above the text of a sheet: the line between the sheets of a page that
    has several, notes on the whole text.
    """

    sheet: int
    y: int
    height: int
    pieces: tuple[Piece, ...]
    head: bool = False


Under = Callable[[int, int, int], int]
"""`under(sheet, start, end)`: the lines that stand under a row of a text, which reaches from
code point to code point; in a list there are none."""


def nothing_under(sheet: int, start: int, end: int) -> int:
    """Rows have their hints and their text alone."""
    return 0


@dataclass(frozen=True, slots=True)
class Layout:
    """All rows of a page.

    `first_rows[sheet]` is the first row of a sheet's text, and `starts[sheet]` has the code point
    at which each of its rows begins.
    """

    width: int
    mode: Mode
    rows: Sequence[Row]
    first_rows: tuple[int, ...]
    starts: tuple[tuple[int, ...], ...]
    height: int

    def row_at(self, y: int) -> int:
        """The row that covers line `y`; the last one below the end."""
        return max(0, bisect_right(self.rows, y, key=lambda row: row.y) - 1)

    def row_of_offset(self, sheet: int, offset: int) -> int:
        """The row in which a code point of a sheet stands; for white space that has no cells, the
        row that it ends."""
        return self.first_rows[sheet] + max(0, bisect_right(self.starts[sheet], offset) - 1)


def lay_out(
    sheets: Sequence[tuple[str, Sequence[Token]]],
    width: int,
    mode: Mode = "logical",
    under: Under = nothing_under,
    head: int = 0,
) -> Layout:
    """Lay out texts with their tokens in `width` cells (at least 1), each with `head` lines above
    it; where there are several, with one at least."""
    width = max(1, width)
    rows: list[Row] = []
    first_rows: list[int] = []
    starts: list[tuple[int, ...]] = []
    y = 0
    for sheet, (text, tokens) in enumerate(sheets):
        if high := max(head, len(sheets) > 1):
            rows.append(Row(sheet, y, high, (), head=True))
            y += high
        first_rows.append(len(rows))
        behind = 0
        begins = []
        for pieces in filled(text, tokens, width, mode):
            begins.append(pieces[0].start if pieces else behind)
            behind = pieces[-1].end if pieces else behind
            height = height_of(sheet, pieces, mode, under)
            rows.append(Row(sheet, y, height, tuple(pieces)))
            y += height
        starts.append(tuple(begins))
    return Layout(width, mode, tuple(rows), tuple(first_rows), tuple(starts), y)


def height_of(sheet: int, pieces: Sequence[Piece], mode: Mode, under: Under) -> int:
    """How many lines a row of these pieces takes."""
    if mode == "list":
        return 1
    return 2 + (under(sheet, pieces[0].start, pieces[-1].end) if pieces else 0)


def filled(
    text: str,
    tokens: Sequence[Token],
    width: int,
    mode: Mode,
    start: int = 0,
    end: int | None = None,
) -> list[list[Piece]]:
    """The rows of a text, or of a stretch of it that begins a row, whose tokens these are; the
    pieces count tokens from the first of these."""
    filler = _Lister(text, width) if mode == "list" else _Wrapper(text, width)
    return filler.fill(tokens, start, len(text) if end is None else end)


class _Wrapper:
    """Fills rows from left to right; tokens that touch each other stay together if they can."""

    def __init__(self, text: str, width: int) -> None:
        self.text = text
        # The last cell is kept for the mark of a line's end, which would else have no place.
        self.width = max(1, width - 1) if "\n" in text else width
        self.mark_end = width
        self.rows: list[list[Piece]] = [[]]
        self.indent = 0
        self.x = 0

    def fill(self, tokens: Sequence[Token], behind: int, until: int) -> list[list[Piece]]:
        text, limit = self.text, self.width
        shown = [visible(text[start:end]) for start, end in tokens]
        widths = [cells(word) for word in shown]
        together = 0
        for index, (start, end) in enumerate(tokens):
            if start > behind:
                self._between(behind, start)
            width = widths[index]
            if index >= together:
                together = index + 1
                total = width
                # One that is wider than a row stays with nobody: what else touches it is not read.
                while (
                    total <= limit
                    and together < len(tokens)
                    and tokens[together].start == tokens[together - 1].end
                ):
                    total += widths[together]
                    together += 1
                if self.x and self.x + total > limit >= total:
                    self._break()
            if self.x and self.x + width > limit:
                self._break()
            if width <= limit:
                self._put(width, start, end, index, shown[index])
            else:
                self._split(start, end, index)
            behind = end
        if behind < until:
            self._between(behind, until)
        if len(self.rows) > 1 and not self.rows[-1]:
            self.rows.pop()
        return self.rows

    def _put(self, width: int, start: int, end: int, token: int, text: Safe) -> None:
        self.rows[-1].append(Piece(self.x, width, start, end, token, text))
        self.x += width

    def _break(self) -> None:
        self.rows.append([])
        self.x = self.indent

    def _split(self, start: int, end: int, token: int) -> None:
        """A stretch that is wider than a row, in parts that each fill one as far as clusters do,
        and behind a blank where a row has one: Hmong words hold spaces."""
        first, shown, taken = start, "", 0
        behind_blank = (start, 0, 0)  # where the next row may begin; what stands before, its cells
        for left, right in graphemes(self.text[start:end]):
            cluster = visible(self.text[start + left : start + right])
            width = cells(cluster)
            if width > self.width - self.indent:
                cluster, width = TOO_WIDE, 1
            while self.x + taken + width > self.width and self.x + taken > self.indent:
                at, size, room = behind_blank
                if at <= first:
                    at, size, room = start + left, len(shown), taken
                if size:
                    self._put(room, first, at, token, Safe(shown[:size]))
                self._break()
                first, shown, taken = at, shown[size:], taken - room
            shown += cluster
            taken += width
            if cluster == " ":
                behind_blank = (start + right, len(shown), taken)
        self._put(taken, first, end, token, Safe(shown))

    def _between(self, start: int, end: int) -> None:
        """White space, and whatever no token covers."""
        text = self.text
        if end - start == 1 and text[start] == " ":  # nearly all there is between tokens
            if self.x < self.width:
                self._put(1, start, end, -1, BLANK)
            return
        for at, stop in _stretches(text, start, end):
            if text[stop - 1] == "\n":
                if self.x < self.mark_end:
                    self._put(1, at, stop, -1, NEWLINE)
                self._break()
                continue
            shown = visible(text[at:stop])
            width = cells(shown)
            if shown.isspace():
                # Blanks never open a row: what does not fit into this one is not drawn.
                if room := min(width, self.width - self.x):
                    self._put(room, at, stop, -1, shown if room == width else Safe(" " * room))
                continue
            if self.x > self.indent and self.x + width > self.width:
                self._break()
            if self.x + width <= self.width:
                self._put(width, at, stop, -1, shown)
            else:
                self._split(at, stop, -1)


class _Lister(_Wrapper):
    """Puts each token on a row of its own, and so whatever no token covers; blanks are left out."""

    def __init__(self, text: str, width: int) -> None:
        super().__init__(text, width)
        self.indent = LIST_INDENT if width > 2 * LIST_INDENT else 0
        self.x = self.indent

    def fill(self, tokens: Sequence[Token], behind: int, until: int) -> list[list[Piece]]:
        for index, (start, end) in enumerate(tokens):
            self._gap(behind, start)
            self._add(start, end, index)
            behind = end
        self._gap(behind, until)
        return self.rows

    def _gap(self, start: int, end: int) -> None:
        for at, stop in _stretches(self.text, start, end):
            if self.text[stop - 1] == "\n":
                if self.rows[-1] and self.x < self.mark_end:
                    self._put(1, at, stop, -1, NEWLINE)
            elif not self.text[at:stop].isspace():
                self._add(at, stop, -1)

    def _add(self, start: int, end: int, token: int) -> None:
        if self.rows[-1]:
            self._break()
        shown = visible(self.text[start:end])
        width = cells(shown)
        if self.indent + width <= self.width:
            self._put(width, start, end, token, shown)
        else:
            self._split(start, end, token)


def _stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """A stretch between tokens in parts: each end of a line, runs of blanks, runs of the rest."""
    at = start
    while at < end:
        stop = at + 1
        if text.startswith("\r\n", at) and stop < end:
            stop += 1
        elif text[at] != "\n":
            blank = text[at] == " "
            while (
                stop < end
                and (text[stop] == " ") == blank
                and text[stop] != "\n"
                and not text.startswith("\r\n", stop)
            ):
                stop += 1
        yield at, stop
        at = stop
