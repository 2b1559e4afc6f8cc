"""A widget of lines: given new ones, it repaints the cells that differ and no others."""

from __future__ import annotations

from itertools import takewhile

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tonemark.tui.page.cells import cells
from tonemark.tui.page.render import Run
from tonemark.tui.theme import style_of


class Lines(Widget):
    """Lines of runs, drawn as they are; what is too long for the widget is cut."""

    DEFAULT_CSS = """
    Lines { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: list[list[Run]] = []

    def set_lines(self, lines: list[list[Run]]) -> None:
        """Show these lines, top to bottom."""
        before, self._lines = self._lines, lines
        for y in range(max(len(before), len(lines))):
            old = before[y] if y < len(before) else []
            new = lines[y] if y < len(lines) else []
            if old != new:
                left, right = changed_cells(old, new)
                if right > left:
                    self.refresh(Region(left, y, right - left, 1))

    def set_line(self, line: list[Run]) -> None:
        """Show one line."""
        self.set_lines([line])

    def text(self) -> str:
        """What is shown, as plain text."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)

    def render_line(self, y: int) -> Strip:
        """One line, filled up to the width with blanks."""
        width = self.size.width
        line = self._lines[y] if y < len(self._lines) else []
        strip = Strip([Segment(text, style_of(look)) for text, look in line])
        return strip.adjust_cell_length(width)


def changed_cells(old: list[Run], new: list[Run]) -> tuple[int, int]:
    """The cells, from left to right, in which two lines differ."""
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
    left = sum(cells(text) for text, _ in new[:alike])
    old_width = sum(cells(text) for text, _ in old)
    new_width = sum(cells(text) for text, _ in new)
    right = max(old_width, new_width)
    if old_width == new_width:
        rest = zip(reversed(old[alike:]), reversed(new[alike:]), strict=False)
        for before, after in rest:
            if before != after:
                break
            right -= cells(after[0])
    return left, right
