"""A page as it is seen: the focus, the stops of the tour, the hints of what is in view.

Pure, but for writing the focus down. Keys and drawing stand on this; it knows neither.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import regex

from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.spans import Stretch
from tonemark.patterns.candidates import Candidates, WordCount, candidates
from tonemark.tokenizers.base import Token
from tonemark.tui.page import hints
from tonemark.tui.page.layout import Layout, Mode, Row, lay_out

WORDLIKE = regex.compile(r"[\p{L}\p{N}]")
MARGIN = 3
"""Cells left of the text."""


class Focus(NamedTuple):
    """A stretch in focus: index of the sheet, code points, and the token it was aimed at."""

    sheet: int
    start: int
    end: int
    anchor: int


class Stop(NamedTuple):
    """A place that the tour visits: a suggestion, or a candidate that nothing is said of yet."""

    sheet: int
    start: int
    end: int
    kind: Literal["candidate", "suggestion"]


@dataclass(frozen=True, slots=True)
class Hints:
    """The hints of what is in view: by token, and back."""

    of: Mapping[tuple[int, int], str]
    tokens: Mapping[str, tuple[int, int]]


class View:
    """What an annotator sees of a page through a window of `width` x `height` cells."""

    def __init__(
        self,
        page: Page,
        counts: Mapping[str, WordCount],
        *,
        width: int = 76,
        height: int = 18,
        mode: Mode = "logical",
        letters: str = hints.LETTERS,
    ) -> None:
        self.page = page
        self.letters = letters
        self.mode: Mode = mode
        self._counts = counts
        self._candidates: dict[int, tuple[tuple[Token, ...], Candidates]] = {}
        self._hints: Hints | None = None
        self.top = 0
        self.width = width
        self.height = height
        self.layout: Layout
        self.focus = Focus(0, 0, 0, 0)
        self.resize(width, height)
        self._first_focus()

    # What is on the page

    @property
    def sheet(self) -> Sheet:
        """The sheet in focus."""
        return self.page.sheets[self.focus.sheet]

    def candidates(self, sheet: int) -> Candidates:
        """The name-like runs of a sheet and the weights of its tokens."""
        tokens = self.page.sheets[sheet].tokens
        known = self._candidates.get(sheet)
        if known is None or known[0] is not tokens:
            text = self.page.sheets[sheet].document.text
            known = self._candidates[sheet] = tokens, candidates(text, tokens, self._counts)
        return known[1]

    def runs(self, sheet: int) -> list[tuple[int, int]]:
        """The stretches of a sheet's candidates that nothing is said of: code points, in order.

        What a span leaves over at the right of a run is still a candidate; what lies left of it
        has been passed by.
        """
        sheet_ = self.page.sheets[sheet]
        tokens = sheet_.tokens
        said = sorted((s.start, s.end) for s in sheet_.draft.stretches())
        found = []
        for first, last in self.candidates(sheet).runs:
            start, end = tokens[first].start, tokens[last - 1].end
            for left, right in said:
                if left < end and start < right:
                    at = bisect_left(tokens, right, key=lambda token: token.start)
                    start = tokens[at].start if at < last else end
            if start < end:
                found.append((start, end))
        return found

    def stops(self) -> list[Stop]:
        """All that the tour visits, in reading order."""
        found = []
        for index, sheet in enumerate(self.page.sheets):
            if sheet.draft.answer is None:
                found += [
                    Stop(index, s.start, s.end, "suggestion") for s in sheet.draft.suggestions
                ]
                found += [Stop(index, start, end, "candidate") for start, end in self.runs(index)]
        return sorted(found)

    def spans_at(self, sheet: int, start: int, end: int) -> list[Stretch]:
        """The spans and suggestions that share a code point with a stretch, innermost first."""
        stretches = self.page.sheets[sheet].draft.stretches()
        touched = [s for s in stretches if s.overlaps(start, end)]
        return sorted(touched, key=lambda s: (s.end - s.start, s.start))

    # Focus

    def focus_token(self, sheet: int, token: int) -> None:
        """Focus a token, snapped to the span, suggestion or candidate there."""
        start, end = self.page.sheets[sheet].tokens[token]
        if over := self.spans_at(sheet, start, end):
            start, end = over[0].start, over[0].end
        else:
            for left, right in self.runs(sheet):
                if left <= start < right:
                    end = right
        self.set_focus(Focus(sheet, start, end, token))

    def unsnap(self) -> None:
        """Drop the snap: the single token aimed at."""
        if self.sheet.tokens:
            start, end = self.sheet.tokens[self.focus.anchor]
            self.set_focus(Focus(self.focus.sheet, start, end, self.focus.anchor))

    def end_at(self, sheet: int, token: int) -> bool:
        """End the focus at a token of its sheet, not before its start; False where it cannot."""
        end = self.page.sheets[sheet].tokens[token].end
        if sheet != self.focus.sheet or end <= self.focus.start:
            return False
        self.set_focus(self.focus._replace(end=end))
        return True

    def go(self, sheet: int, start: int, end: int) -> None:
        """Focus a stretch of code points."""
        self.set_focus(Focus(sheet, start, end, self.token_at(sheet, start)))

    def set_focus(self, focus: Focus) -> None:
        """Focus a stretch, bring it into view and write it down."""
        self.focus = focus
        self.reveal()
        self.page.note_focus(focus.sheet, focus.start, focus.end)

    def tour(self, step: int) -> bool:
        """Go to the next stop (`step` 1) or the one before (-1); round the page at its end.

        Returns whether it went on without going round.
        """
        stops = self.stops()
        here = (self.focus.sheet, self.focus.start)
        if step > 0:
            ahead = [stop for stop in stops if (stop.sheet, stop.start) > here]
            around = [stop for stop in stops if stop not in ahead]
            way = ahead + around
        else:
            ahead = [stop for stop in reversed(stops) if (stop.sheet, stop.start) < here]
            way = ahead + [stop for stop in reversed(stops) if stop not in ahead]
        if way:
            self.go(way[0].sheet, way[0].start, way[0].end)
        return bool(ahead)

    def go_on(self, sheet: int, offset: int) -> bool:
        """Go to the first stop at or after an offset; False, not moving, where there is none."""
        for stop in self.stops():
            if (stop.sheet, stop.start) >= (sheet, offset):
                self.go(stop.sheet, stop.start, stop.end)
                return True
        return False

    def token_at(self, sheet: int, offset: int) -> int:
        """The token that covers a code point, or the last one before it."""
        tokens = self.page.sheets[sheet].tokens
        return max(0, bisect_right(tokens, offset, key=lambda token: token.start) - 1)

    def _first_focus(self) -> None:
        last = self.page.focus()
        if last and last[2] <= len(self.page.sheets[last[0]].document.text):
            index, start, end = last
            self.focus = Focus(index, start, end, self.token_at(index, start))
            self.reveal()
        elif not self.go_on(0, 0) and self.page.sheets[0].tokens:
            self.focus_token(0, 0)

    # Window

    def resize(self, width: int, height: int) -> None:
        """Lay the page out for a window of cells, the focus staying in view."""
        self.width = width
        self.layout = lay_out(
            [(sheet.document.text, sheet.tokens) for sheet in self.page.sheets],
            max(1, width - MARGIN),
            self.mode,
        )
        self.height = max(1, height)
        self._hints = None
        self.reveal()

    def refresh(self) -> None:
        """Take in what an edit changed: tokens laid out anew, hints kept."""
        tokens = tuple(len(sheet.tokens) for sheet in self.page.sheets)
        if tokens != tuple(len(rows) for rows in self.layout.rows_of):
            self.resize(self.width, self.height)

    def reveal(self) -> None:
        """Scroll, if the focus is out of view, so that most of what follows is seen."""
        row = self.layout.rows[self.row_of(self.focus.sheet, self.focus.start)]
        top = self.top
        if row.y < top:
            top = row.y - (self.height - row.height) // 2
        elif row.y + row.height > top + self.height:
            top = row.y - row.height
        self.scroll(top)

    def scroll(self, top: int) -> None:
        """Put a line at the top, or the row that it is part of."""
        top = max(0, min(top, self.layout.height - self.height))
        row = self.layout.rows[self.layout.row_at(top)]
        if row.y < top and top < self.layout.height - self.height:
            top = row.y
        elif row.y < top:
            top = row.y + row.height
        if top != self.top:
            self.top = top
            self._hints = None

    def visible_rows(self) -> Sequence[Row]:
        """The rows that are wholly in the window."""
        rows = self.layout.rows
        first = bisect_left(rows, self.top, key=lambda row: row.y)
        found = []
        for row in rows[first:]:
            if row.y + row.height > self.top + self.height:
                break
            found.append(row)
        return found

    def row_of(self, sheet: int, offset: int) -> int:
        """The row in which a code point of a sheet stands."""
        return self.layout.row_of_offset(sheet, offset, self.page.sheets[sheet].tokens)

    def hints(self) -> Hints:
        """The hints of the tokens in view: they stay put until it scrolls."""
        if self._hints is None:
            self._hints = self._give_hints()
        return self._hints

    def _give_hints(self) -> Hints:
        wanted: list[tuple[int, int]] = []
        weights: list[float] = []
        for row in self.visible_rows():
            sheet = self.page.sheets[row.sheet]
            weight = self.candidates(row.sheet).weight
            likely = {
                token
                for stretch in sheet.draft.stretches()
                for token in range(
                    self.token_at(row.sheet, stretch.start),
                    self.token_at(row.sheet, stretch.end - 1) + 1,
                )
            }
            for first, last in self.candidates(row.sheet).runs:
                likely.update(range(first, last))
            for piece in row.pieces:
                token = piece.token
                if token < 0 or (wanted and wanted[-1] == (row.sheet, token)):
                    continue
                start, end = sheet.tokens[token]
                if piece.start != start or not WORDLIKE.search(sheet.document.text, start, end):
                    continue
                wanted.append((row.sheet, token))
                weights.append(weight[token] + (1e6 if token in likely else 0.0))
        given = hints.assign(weights, self.letters)
        of = dict(zip(wanted, given, strict=True))
        return Hints(of, {hint: token for token, hint in of.items()})
