"""Screens to read: lines between a title and keys, scrolled by the plain moves.

Help, guidelines, and what is known of a document; lists and the dashboard build on the same frame.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

from textual.app import ComposeResult

from tonemark.corpus.documents import Document
from tonemark.corpus.listing import neighbours
from tonemark.errors import TonemarkError
from tonemark.text import Safe, short, visible
from tonemark.tui.page import words
from tonemark.tui.page.columns import keys_line, wrapped
from tonemark.tui.page.help import help_lines
from tonemark.tui.page.keys import ACTION
from tonemark.tui.page.layout import frame
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.page.tutor import AGAIN
from tonemark.tui.page.view import View
from tonemark.tui.screens.ways import Place, Result, Ways

TEXT, QUIET, TITLE = Look("text"), Look("quiet"), Look("title")

GUIDELINES_LIMIT = 1024 * 1024
"""Bytes of a guidelines file that are shown."""

NEIGHBOUR_LIMIT = 2000
"""Code points of a neighbouring document that are shown."""


class ReadingScreen(Ways[Result]):
    """Lines to read. `KEYS` are the actions that its keys have, with their words in the footer:
    the letters are those of the page, so that they mean the same everywhere. What the page has
    not is in `OWN`: an action and its key, by its place on a qwerty board."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (("quit", "back"),)
    OWN: ClassVar[dict[str, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.top = 0
        self._scrolled = 0
        self._lines: list[list[Run]] = []
        self._more: Iterator[list[Run]] = iter(())
        self._message = Safe("")

    # What a screen says

    def heading(self) -> tuple[str, str]:
        """The words at the left and the right of the title line, safe to show."""
        return "", ""

    def body(self, width: int) -> Iterable[list[Run]]:
        """The lines to read in so many cells; made as they are scrolled to."""
        return ()

    def status(self) -> tuple[list[Run], list[Run]]:
        """The status line: its left and its right part."""
        below = len(self._lines) > self.top + self.high
        above = self.top > 0
        place = {(0, 1): "more below ↓", (1, 1): "↑ more ↓", (1, 0): "↑ the end"}
        return [], [run(f"{place.get((above, below), '')} ", QUIET)]

    # Drawing

    @property
    def high(self) -> int:
        """The lines that there are for the body."""
        return max(1, self.size.height - len(frame(self.size.height, self.lines)))

    def compose(self) -> ComposeResult:
        """Title, body, status, keys."""
        yield from self.made_lines("title", "rule", "document", "rule2", "status", "footer")

    def on_mount(self) -> None:
        """Make the lines."""
        self.refill()

    def on_resize(self) -> None:
        """Make the lines for the new width."""
        self.fit_frame()
        self.refill()

    def on_screen_resume(self) -> None:
        """Come back from another screen."""
        self.paint()

    def refill(self) -> None:
        """Make the lines anew."""
        self._lines = []
        self._more = iter(self.body(max(1, self.size.width - 1)) if self.size.width else ())
        self.scroll_lines(0)

    def scroll_lines(self, step: int) -> None:
        """Scroll by so many lines."""
        # A window that was large for a moment showed all: it is as it was when it is small again.
        top = max(0, (self.top if step else self._scrolled) + step)
        # One line beyond the window tells whether there is more.
        self._lines += islice(self._more, max(0, top + self.high + 1 - len(self._lines)))
        self.top = max(0, min(top, len(self._lines) - self.high))
        if step:
            self._scrolled = self.top
        self.paint()

    def paint(self) -> None:
        """Bring all lines up to date; only what differs is sent."""
        width = self.size.width
        if not width or not self.lines:
            return
        self.app.let_turn_text(True)  # lists and texts are in logical order here
        left, right = self.heading()
        title: list[Run] = [run(f" {left}", TITLE)]
        self.set_line("title", words.spread(title, [run(f"{right} ", QUIET)], width))
        self.set_line("rule", words.rule(width))
        self.set_line("rule2", words.rule(width))
        self.lines["document"].set_lines(self.window(self.high))
        if self.prompt:
            status = self.prompt.runs(width)
        elif self._message:
            status = words.message(self._message, width)
        else:
            status = words.spread(*self.status(), width)
        self.set_line("status", status)
        typing = self.prompt is not None
        footer = words.prompt_footer(width) if typing else keys_line(self.footer(), width)
        self.set_line("footer", footer)

    def window(self, high: int) -> list[list[Run]]:
        """The lines of the body that are in view."""
        return self._lines[self.top : self.top + high]

    def footer(self) -> list[tuple[str, str]]:
        """The keys of this screen with their words."""
        return [(self._key_of(name), word) for name, word in self.KEYS]

    def _key_of(self, name: str) -> Safe:
        own = self.OWN.get(name)
        return self.table.key_at(own) if own else self.table.key_of(name)

    def set_line(self, name: str, runs: list[Run]) -> None:
        """Show a line of the frame."""
        self.lines[name].set_line(runs)

    def say(self, message: str) -> None:
        """Put a message in the place of the status until the next key."""
        self._message = visible(message)
        self.paint()

    # Keys

    def press(self, key: str) -> None:
        """One key."""
        self._message = Safe("")
        handler = getattr(self, f"_command_{self._action(key)}", None)
        if handler:
            handler()
        else:
            stray = self.table.is_stray_capital(key)
            self.say("caps lock?" if stray else "nothing is on this key here")

    def _action(self, key: str) -> str:
        if key == "escape":
            return "quit"
        for name, own in self.OWN.items():
            if self.table.is_at(key, own):
                return name
        here = {name for name, _ in self.KEYS}
        page, menu = self.table.page.get(key, ""), self.table.menu.get(key, "")
        if menu in here and page not in here:
            return menu
        return page if page in here or page in _MOVES else ""

    def _keys_here(self) -> tuple[str, list[tuple[str, str]]] | None:
        return "On this screen", [
            (key, ACTION[name].about if name in ("help", "search") else word)
            for (name, word), (key, _) in zip(self.KEYS, self.footer(), strict=True)
        ]

    def _command_up(self) -> None:
        self.scroll_lines(-1)

    def _command_down(self) -> None:
        self.scroll_lines(1)

    def _command_page_up(self) -> None:
        self.scroll_lines(1 - self.high)

    def _command_page_down(self) -> None:
        self.scroll_lines(max(1, self.high - 1))

    def _command_home(self) -> None:
        self.scroll_lines(-self.top)

    def _command_end(self) -> None:
        self._lines += self._more
        self.scroll_lines(len(self._lines))

    def _command_next(self) -> None:
        self._command_page_down()

    def _command_previous(self) -> None:
        self._command_page_up()

    def _command_accept(self) -> None:
        self._command_page_down()

    def _command_quit(self) -> None:
        self.leave()

    def go_to(self, place: Place | None) -> None:
        """Hand on to the screen beneath where another one led."""
        if place:
            self.leave(place)


_MOVES = ("up", "down", "page_up", "page_down", "home", "end", "next", "previous", "accept", "quit")


class HelpScreen(ReadingScreen[Place | None]):
    """What the keys do; from here the tutor comes back."""

    KEYS = (("tutor", "show the tutor again"), ("quit", "back"))
    OWN: ClassVar[dict[str, str]] = {"tutor": "y"}

    def __init__(self, here: tuple[str, list[tuple[str, str]]] | None = None) -> None:
        super().__init__()
        self._here = here

    def heading(self) -> tuple[str, str]:
        """Help."""
        return "help", "keys can be changed in keys.toml"

    def body(self, width: int) -> Iterable[list[Run]]:
        """The key table in words."""
        return help_lines(self.table, self.desk.project.labels, width, self._here)

    def _command_tutor(self) -> None:
        try:
            self.desk.store.set_preference(self.desk.annotator, "tutor", AGAIN)
        except TonemarkError as error:
            self.say(error.title)
            return
        self.leave()


class GuidelinesScreen(ReadingScreen[Place | None]):
    """The project's guidelines as they were written."""

    def heading(self) -> tuple[str, str]:
        """The file's name."""
        path = self.desk.project.guidelines
        return "guidelines", short(path.name, 40) if path else ""

    def body(self, width: int) -> Iterable[list[Run]]:
        """The file wrapped, or why there is none."""
        return _prose(guidelines_text(self.desk.project.guidelines), width)


class MetadataScreen(ReadingScreen[Place | None]):
    """What is known of one document, and what stands before and behind it."""

    def __init__(self, view: View) -> None:
        super().__init__()
        self._sheet = view.sheet
        people = view.people
        self._notes = [
            (people[note.who] if note.who >= 0 else "review", note.said) for note in view.notes
        ]
        self._is_doubtful = partial(view.is_doubtful, view.focus.sheet)

    def heading(self) -> tuple[str, str]:
        """The document's key."""
        return short(self._sheet.document.key, 50), f"document {self._sheet.document.number}"

    def body(self, width: int) -> Iterable[list[Run]]:
        """Source, metadata, comment, suggestions; then the neighbours."""
        document, draft = self._sheet.document, self._sheet.draft
        facts = [("source", document.source), ("key", document.key)]
        if document.meta:
            facts.append(("metadata", "\n".join(_meta(document.meta))))
        if draft.comment:
            facts.append(("comment", draft.comment))
        if draft.flagged:
            facts.append(("flagged", "yes"))
        facts += self._notes
        if draft.suggestions:
            facts.append(("suggestions", "\n".join(self._suggestions())))
        yield []
        for name, value in facts:
            yield from _fact(name, value, width)
        before, behind = neighbours(self.desk.store, document)
        for name, other in (("the document before", before), ("the document after", behind)):
            yield []
            key = f"  {short(other.key, 40)}" if other else ""
            yield [run(f" {name}", TITLE), run(key, QUIET)]
            yield from _prose(_beginning(other) if other else "(none of this source)", width)

    def _suggestions(self) -> Iterator[str]:
        document, about = self._sheet.document, self.desk.proposer.about
        for each in self._sheet.draft.suggestions:
            told = dict.fromkeys(str(about(source, document)) for source in each.sources)
            score = "" if each.score == 1 else f" (score {each.score:.2f})"
            mark = "??" if self._is_doubtful(each) else "?"
            where = document.text[each.start : each.end]
            yield f"{where}: {mark}{each.label}, {' and '.join(told)}{score}"


def guidelines_text(path: Path | None) -> str:
    """The guidelines, at most GUIDELINES_LIMIT bytes of them; in words, why there are none."""
    if path is None:
        return (
            "This project has no guidelines.\n\nWrite them in a file in its folder, and name it in"
            ' project.toml: guidelines = "guidelines.md"'
        )
    try:
        # Without O_NONBLOCK a named pipe would hang the program.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return f"{path.name}, which project.toml names as the guidelines, is not a file."
            data = stream.read(GUIDELINES_LIMIT + 1)
    except OSError as error:
        return (
            f"{path.name}, which project.toml names as the guidelines, cannot be read:"
            f" {error.strerror}."
        )
    text = data[:GUIDELINES_LIMIT].decode("utf-8-sig", "replace")
    return text + ("\n\n(what follows is too long to show)" * (len(data) > GUIDELINES_LIMIT))


def _prose(text: str, width: int) -> Iterator[list[Run]]:
    for line in wrapped(text, max(1, width - 4)):
        yield [run("  ", BLANK), (line, TEXT)]


def _fact(name: str, value: str, width: int) -> Iterator[list[Run]]:
    indent = 14 if width >= 50 else 2
    if indent < len(name) + 2:
        yield [run(f"  {name}", QUIET)]
        name = ""
    for line in wrapped(value, max(1, width - indent - 2)):
        yield [run(f"  {name:<{indent - 2}}", QUIET), (line, TEXT)]
        name = ""


def _meta(meta: dict[str, Any]) -> Iterator[str]:
    for name, value in meta.items():
        said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
        yield f"{name}: {said}"


def _beginning(document: Document) -> str:
    text = document.text
    rest = len(text) - NEIGHBOUR_LIMIT
    return text if rest <= 0 else f"{text[:NEIGHBOUR_LIMIT]}… ({rest:,} more characters)"
