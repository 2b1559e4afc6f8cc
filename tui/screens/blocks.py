"""Screens to read in which some lines do something: one of those is in focus, and Enter does it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from tonemark.tui.page.columns import wrapped
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.page.words import cut
from tonemark.tui.screens.reading import TEXT, ReadingScreen
from tonemark.tui.screens.ways import Place, Ways

KEY = Look("key")


class Target(NamedTuple):
    """A document that a line opens, to annotate it or to review it."""

    place: Place
    opens: Literal["annotate", "review"] = "annotate"


class Block(NamedTuple):
    """Lines that belong together, and what Enter does there: something by its name, open a
    document, nothing."""

    lines: list[list[Run]]
    act: str | Target | None = None


class BlocksScreen(ReadingScreen[Place | None]):
    """Blocks from top to bottom; the plain moves go from one that does something to the next."""

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._blocks: list[Block] = []

    @abstractmethod
    def blocks(self, width: int) -> Iterator[Block]:
        """What it shows in so many cells."""

    def body(self, width: int) -> Iterable[list[Run]]:
        """All blocks, the one in focus marked."""
        self._blocks = list(self.blocks(max(10, width - 4)))
        acting = self._acting()
        self._at = max(0, min(self._at, len(acting) - 1))
        focus = acting[self._at] if acting else -1
        for number, block in enumerate(self._blocks):
            for y, line in enumerate(block.lines):
                mark = run("› " if number == focus and not y else "  ", KEY)
                yield cut([mark, *line], width)

    def _acting(self) -> list[int]:
        return [number for number, block in enumerate(self._blocks) if block.act]

    @property
    def act(self) -> str | Target | None:
        """What Enter does where the focus is."""
        acting = self._acting()
        return self._blocks[acting[self._at]].act if acting else None

    @property
    def in_view(self) -> bool:
        """Whether the line in focus is on the screen."""
        return self.top <= self._line_of(self._at) < self.top + self.high

    def _command_down(self) -> None:
        if self._at + 1 < len(self._acting()):
            self._move(1)
        else:
            self.scroll_lines(1)

    def _command_up(self) -> None:
        if self._at and self.top <= self._line_of(self._at):
            self._move(-1)
        else:
            self.scroll_lines(-1)

    _command_next = _command_down
    _command_previous = _command_up

    def _line_of(self, at: int) -> int:
        acting = self._acting()
        return sum(len(block.lines) for block in self._blocks[: acting[at]]) if acting else 0

    def _move(self, step: int) -> None:
        self._at += step
        self.refill()
        line = self._line_of(self._at)
        if line < self.top:
            self.scroll_lines(line - self.top)
        elif line >= self.top + self.high:
            self.scroll_lines(line - self.top - self.high + 1)

    def open(self, target: Target) -> None:
        """Open a document, from the screens beneath."""
        if target.opens == "annotate":
            self.leave(target.place)
            return
        app = self.app
        self.leave()
        beneath = app.screen_stack[-1]
        if isinstance(beneath, Ways):
            beneath.open_review(target.place.document)


def text_lines(text: str, width: int, look: Look = TEXT) -> list[list[Run]]:
    """Text in lines, as far in as it begins."""
    indent = len(text) - len(text.lstrip(" "))
    indent = min(indent, width // 2)
    blanks = run(" " * indent, BLANK)
    return [[blanks, (line, look)] for line in wrapped(text.strip(" "), width - indent)]
