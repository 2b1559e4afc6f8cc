"""The tour of a page: its stops in order over all documents, and where a key leads from one to the
next.

A part of the view, as pure; what a stop is, what stands on each sheet says.
"""

from __future__ import annotations

from typing import NamedTuple

from tonemark.corpus.pages import Page
from tonemark.tui.page.stops import Standing


class Focus(NamedTuple):
    """A stretch in focus: index of the sheet, code points, and the token it was aimed at."""

    sheet: int
    start: int
    end: int
    anchor: int


class Tour:
    """Goes from stop to stop; `focus` is where it stands."""

    page: Page
    focus: Focus

    def standing(self, sheet: int) -> Standing:
        """What stands on a sheet now."""
        raise NotImplementedError

    def at(self, sheet: int, start: int, end: int) -> Focus:
        """A stretch of code points, to be focused."""
        raise NotImplementedError

    def go(self, sheet: int, start: int, end: int) -> None:
        """Focus a stretch of code points."""
        raise NotImplementedError

    def snapped(self, sheet: int, token: int) -> Focus:
        """A token, widened to what lies over it."""
        raise NotImplementedError

    def place_in_tour(self) -> tuple[int, int]:
        """Which stop is in focus, from 1 (0 where none is), and how many there are."""
        place = total = 0
        for index in self._toured():
            standing = self.standing(index)
            if index == self.focus.sheet:
                here = standing.stop_from(self.focus.start)
                if here and here[0] == self.focus.start:
                    place = total + standing.rank(here[0]) + 1
            total += standing.count()
        return place, total

    def tour(self, step: int) -> bool:
        """Go to the next stop (`step` 1) or the one before (-1); round the page at its end.

        Returns whether it went on without going round.
        """
        sheet, start = self.focus.sheet, self.focus.start
        stop = self._next(sheet, start + 1) if step > 0 else self._last(sheet, start)
        around = stop or (self._next(0, 0) if step > 0 else self._last(len(self.page.sheets), 0))
        if around:
            self.go(*around)
        return stop is not None

    def stop_from(self, sheet: int, offset: int) -> Focus | None:
        """The first stop at or after an offset, on this sheet or behind it."""
        stop = self._next(sheet, offset)
        return self.at(*stop) if stop else None

    def first_of(self, sheet: int) -> Focus | None:
        """The first stop of a sheet, else its first token; None where it has none."""
        if stop := self.standing(sheet).stop_from(0):
            return self.at(sheet, *stop)
        return self.snapped(sheet, 0) if self.page.sheets[sheet].tokens else None

    def _toured(self) -> list[int]:
        return [i for i, sheet in enumerate(self.page.sheets) if sheet.draft.answer is None]

    def _next(self, sheet: int, offset: int) -> tuple[int, int, int] | None:
        for index in self._toured():
            if index >= sheet:
                stop = self.standing(index).stop_from(offset if index == sheet else 0)
                if stop:
                    return index, *stop
        return None

    def _last(self, sheet: int, offset: int) -> tuple[int, int, int] | None:
        for index in reversed(self._toured()):
            if index <= sheet:
                end = len(self.page.sheets[index].document.text)
                stop = self.standing(index).stop_before(offset if index == sheet else end)
                if stop:
                    return index, *stop
        return None
