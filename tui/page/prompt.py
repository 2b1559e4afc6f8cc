"""A line being typed: a question, the text so far, a cursor that moves by grapheme clusters.

Pure, and pressed key by key like the page itself, so that keys typed ahead of the screen arrive in
their order and what is pasted is made safe before it is shown.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field

import regex

from tonemark.text import graphemes, joined, visible
from tonemark.tui.page.cells import CUT, blanks, cells, clusters, fit
from tonemark.tui.page.render import BLANK, Look, Run, run

TEXT_LIMIT = 10_000
"""Code points of a line; what is pasted beyond that is left out."""

_BREAKS = regex.compile(r"[\p{Cc}\p{Zl}\p{Zp}]+")


@dataclass(slots=True)
class Prompt:
    """A line being typed.

    `done` is called with the text when it is given (Enter), `given_up` when it is given up
    (Escape). `cursor` counts code points.
    """

    question: str
    done: Callable[[str], None]
    text: str = ""
    given_up: Callable[[], None] = lambda: None
    cursor: int = field(init=False)

    def __post_init__(self) -> None:
        self.cursor = len(self.text)

    def press(self, key: str) -> bool:
        """Take a key: a character or a name; whether it belongs to the line.

        Enter and Escape are for the screen, which closes the prompt before it calls `done`.
        """
        edges = [0, *(end for _, end in graphemes(self.text))]
        before = edges[max(0, bisect_left(edges, self.cursor) - 1)]
        after = edges[min(len(edges) - 1, bisect_right(edges, self.cursor))]
        match key:
            case "space":
                self.insert(" ")
            case "backspace":
                self._replace(before, self.cursor, "")
            case "delete":
                self._replace(self.cursor, after, "")
            case "left":
                self.cursor = before
            case "right":
                self.cursor = after
            case "home":
                self.cursor = 0
            case "end":
                self.cursor = len(self.text)
            case _ if len(key) == 1:
                self.insert(key)
            case _:
                return False
        return True

    def insert(self, text: str) -> None:
        """Put text at the cursor; line breaks and control characters become a space."""
        clean = _BREAKS.sub(" ", text).encode("utf-8", "replace").decode()
        self._replace(self.cursor, self.cursor, clean[: TEXT_LIMIT - len(self.text)])

    def runs(self, width: int) -> list[Run]:
        """The question, the text and the cursor in `width` cells, the cursor always in view."""
        question = visible(f"  {self.question}: ")
        if cells(question) > width // 2:
            question = blanks(2)
        left, right = visible(self.text[: self.cursor]), self.text[self.cursor :]
        under = next((right[start:end] for start, end in graphemes(right)), " ")
        room = max(1, width - cells(question) - max(1, cells(visible(under))))
        if cells(left) > room:
            kept = clusters(left)
            while kept and cells(joined(kept)) > room - 1:
                kept = kept[1 + len(kept) // 8 :]
            left = joined((CUT, *kept))
        rest = visible(right[len(under) :])
        return [
            (question, Look("quiet")),
            (left, Look("text")),
            (visible(under), Look("text", focus=True)),
            (fit(rest, max(0, room - cells(left))), Look("text")),
            run(" ", BLANK),
        ]

    def _replace(self, start: int, end: int, text: str) -> None:
        self.text = self.text[:start] + text + self.text[end:]
        self.cursor = start + len(text)
