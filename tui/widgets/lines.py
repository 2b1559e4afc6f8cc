"""A widget of lines: given new ones, it repaints the lines that differ and no others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widget import Widget

from tonemark.tui.page.cells import cells
from tonemark.tui.page.render import Run
from tonemark.tui.theme import style_of

if TYPE_CHECKING:
    from tonemark.tui.app import TonemarkApp


class Lines(Widget):
    """Lines of runs, drawn as they are; what is too long for the widget is cut."""

    app: TonemarkApp

    DEFAULT_CSS = """
    Lines { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[list[Run]] = []
        self._strips: dict[int, Strip] = {}
        self._width = 0

    def set_lines(self, lines: list[list[Run]]) -> None:
        """Show these lines, top to bottom."""
        before, self._lines = self._lines, lines
        for y in range(max(len(before), len(lines))):
            old = before[y] if y < len(before) else []
            new = lines[y] if y < len(lines) else []
            if old is not new and old != new:
                self._strips.pop(y, None)
                self.refresh(Region(0, y, self.size.width, 1))

    def set_line(self, line: list[Run]) -> None:
        """Show one line."""
        self.set_lines([line])

    def text(self) -> str:
        """What is shown, as plain text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)

    def focused_cell(self) -> Offset | None:
        """The first cell of the screen that has the focus here, or None."""
        for y, line in enumerate(self._lines):
            x = 0
            for text, look in line:
                if look.focus and look.role != "key":
                    return self.region.offset + Offset(x, y)
                x += cells(text)
        return None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines of a region, each made once: what Textual puts around widgets that have
        borders and backgrounds cost half the time of a key."""
        if self._width != self.size.width:
            self._width = self.size.width
            self._strips.clear()
        return [self._strip(y).crop(crop.x, crop.right) for y in crop.line_range]

    def _strip(self, y: int) -> Strip:
        """One line, filled up to the width with blanks."""
        strip = self._strips.get(y)
        if strip is None:
            line = self._lines[y] if y < len(self._lines) else []
            looks = self.app.label_colors
            strip = Strip([Segment(text, style_of(look, looks)) for text, look in line])
            strip = self._strips[y] = strip.adjust_cell_length(self._width)
        return strip
