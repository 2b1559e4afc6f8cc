"""The rival of the bench `screen`: the smallest sensible Textual app over the same text.

One Line API widget with a reversed word that moves, and a status line: `python bare.py FILE LOG`
shows FILE; a digit appends a line to LOG, synced as our journal is, before it is painted. Knows
nothing of tonemark.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# As our app sets them; read once by Textual when it is imported.
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

LETTERS = "asdfghjklweruiop"

_PLAIN = Style()
_FOCUS = Style(reverse=True)
_LABELS = [Style(bgcolor=back, color="#000000") for back in ("#56b4e9", "#e69f00", "#009e73")]


class Word(NamedTuple):
    """A word and where it stands: line, cells."""

    y: int
    x: int
    width: int
    text: str


class Text(Widget):
    """The text, wrapped as far as it has been looked at; `listed` shows one word a line."""

    DEFAULT_CSS = "Text { height: 1fr; }"

    def __init__(self, text: str, *, listed: bool) -> None:
        super().__init__()
        self._text = text
        self._listed = listed
        self.top = self.focused = 0
        self.labels: dict[int, int] = {}
        self.words: list[Word] = []
        self._lines: list[list[int]] = []
        self._more: Iterator[list[Word]] = iter(())
        self._width = 0

    def _wrapped(self, width: int) -> Iterator[list[Word]]:
        y = 0
        for paragraph in self._text.splitlines():
            line: list[Word] = []
            x = 0
            for text in paragraph.split():
                cells = cell_len(text)
                if line and (self._listed or x + cells > width):
                    yield line
                    line, x, y = [], 0, y + 1
                line.append(Word(y, x, cells, text))
                x += cells + 1
            yield line
            y += 1

    def _reach(self, y: int) -> None:
        """Wrap the text down to line `y`, and from the top if the width is another."""
        if self._width != self.size.width:
            self._width = self.size.width
            self.words, self._lines = [], []
            self._more = self._wrapped(self._width - 1)
        while len(self._lines) <= y and (line := next(self._more, None)) is not None:
            self._lines.append(list(range(len(self.words), len(self.words) + len(line))))
            self.words += line

    def render_line(self, y: int) -> Strip:
        """One line."""
        y += self.top
        self._reach(y)
        segments = []
        for number in self._lines[y] if y < len(self._lines) else ():
            style = _FOCUS if number == self.focused else _PLAIN
            if number in self.labels:
                style += _LABELS[self.labels[number] % len(_LABELS)]
            segments += [Segment(self.words[number].text, style), Segment(" ", _PLAIN)]
        return Strip(segments).adjust_cell_length(self.size.width)

    def go(self, number: int) -> None:
        """Put the focus on a word, and scroll by half a page if it is out of view."""
        before, self.focused = self.focused, max(0, min(number, len(self.words) - 1))
        y = self.words[self.focused].y
        if self.top <= y < self.top + self.size.height:
            self.paint(before)
            self.paint(self.focused)
        else:
            self.turn(y - self.size.height // 2)

    def turn(self, top: int) -> None:
        """Show the text from a line on."""
        self._reach(top + self.size.height)
        self.top = max(0, min(top, len(self._lines) - 1))
        self.refresh()

    def paint(self, number: int) -> None:
        """Draw one word anew."""
        word = self.words[number]
        self.refresh(Region(word.x, word.y - self.top, word.width, 1))

    def page(self, direction: int) -> None:
        """A screen down or up; the focus is on its first word."""
        self.turn(self.top + direction * self.size.height)
        self.focused = self._lines[self.top][0] if self._lines[self.top] else self.focused

    def next_name(self, direction: int) -> int:
        """The next word with a capital; where none has been looked at, the one in focus."""
        self._reach(self.top + 2 * self.size.height)
        number = self.focused + direction
        while 0 <= number < len(self.words):
            if self.words[number].text[0].isupper():
                return number
            number += direction
        return self.focused

    def name_at(self, letter: str) -> int:
        """The word that a letter leads to: one with a capital in the upper half of the screen."""
        lines = self._lines[self.top : self.top + self.size.height // 2]
        names = [n for line in lines for n in line if self.words[n].text[0].isupper()]
        return names[LETTERS.index(letter) % len(names)] if names else self.focused


class Status(Widget):
    """One line."""

    DEFAULT_CSS = "Status { height: 1; }"

    def __init__(self) -> None:
        super().__init__()
        self.shown = ""

    def say(self, text: str) -> None:
        """Show other words."""
        self.shown = text
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        return Strip([Segment(self.shown, _PLAIN)]).adjust_cell_length(self.size.width)


class Bare(App[None]):
    """The text above, the status below."""

    ENABLE_COMMAND_PALETTE = False
    CSS = "Screen { background: ansi_default; color: ansi_default; }"

    def __init__(self, text: str, log: Path, *, listed: bool) -> None:
        super().__init__(ansi_color=True)
        self._shown = Text(text, listed=listed)
        self._status = Status()
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def compose(self) -> ComposeResult:
        """Two widgets."""
        yield self._shown
        yield self._status

    def on_key(self, event: events.Key) -> None:
        """The keys that the bench sends, each with its nearest meaning here."""
        shown = self._shown
        match event.key:
            case "right" | "left":
                shown.go(shown.focused + (1 if event.key == "right" else -1))
            case "space" | "backspace":
                shown.go(shown.next_name(1 if event.key == "space" else -1))
            case "pagedown" | "pageup":
                shown.page(1 if event.key == "pagedown" else -1)
            case "q":
                self.exit()
            case key if key.isdecimal():
                os.write(self._log, f"{shown.focused}\t{key}\n".encode())
                os.fdatasync(self._log)
                shown.labels[shown.focused] = int(key)
                shown.go(shown.next_name(1))
            case key if key in LETTERS:
                shown.go(shown.name_at(key))
        word = shown.words[shown.focused].text
        self._status.say(f"  {word} · {shown.focused + 1}")


def main(arguments: list[str]) -> None:
    """Show the text of a file."""
    text = Path(arguments[0]).read_text("utf-8")
    Bare(text, Path(arguments[1]), listed="--list" in arguments).run(mouse=False)


if __name__ == "__main__":
    main(sys.argv[1:])
