"""The ways from a screen to the others: search, lists, help, guidelines, metadata, export, train.

Every screen has them alike; which keys lead there, its own table says.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from textual import events
from textual.geometry import Offset
from textual.screen import Screen

from tonemark.corpus.annotators import check_reviewer, person
from tonemark.corpus.desk import Desk
from tonemark.errors import TonemarkError
from tonemark.text import Safe, short, visible
from tonemark.tui.page.keys import GLYPHS, KeyTable
from tonemark.tui.page.layout import frame
from tonemark.tui.page.prompt import Prompt
from tonemark.tui.page.view import View
from tonemark.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from tonemark.tui.app import TonemarkApp

Result = TypeVar("Result")

REDRAW = "ctrl+l"
"""The key that sends the whole screen, in every program of a terminal."""

PASTING = 0.005
"""Seconds after a paste, or after a key dropped for this, in which no hand types: such a key is the
rest of a text that holds the marker for the end of a paste (textual.md, 4)."""

PASTE_DROPPED = "the paste was dropped: keys are typed here"


class Place(NamedTuple):
    """Where to go on: a document, and what to focus in it (code points), if anything."""

    document: int
    focus: tuple[int, int] | None = None


class Ways(Screen[Result]):
    """A screen from which others can be opened; `go_to` is told where they lead."""

    app: TonemarkApp
    view: View | None = None
    """The page in front of her, where this is the annotate screen."""

    prompt: Prompt | None = None
    """A line being typed in the place of the status."""

    def __init__(self) -> None:
        super().__init__()
        self._desk: Desk | None = None
        self.lines: dict[str, Lines] = {}
        """The widgets of the screen by their ids."""
        self._opened = float("-inf")
        self._dropped = 0
        self._message = Safe("")

    def made_lines(self, *names: str) -> Iterator[Lines]:
        """New widgets of these names, top to bottom."""
        for name in names:
            self.lines[name] = Lines(id=name)
            yield self.lines[name]

    @property
    def desk(self) -> Desk:
        """Her place at the project: the one that was in use when the screen was opened."""
        if self._desk is None:
            self._desk = self.app.desk
        return self._desk

    @property
    def table(self) -> KeyTable:
        """Which key does what."""
        return self.app.table

    def go_to(self, place: Place | None) -> None:
        """Go on at a place that another screen led to; None where it was left without one."""
        raise NotImplementedError

    def leave(self, place: Place | None = None) -> None:
        """Close this screen; the one beneath it goes on at `place`."""
        beneath = self.app.screen_stack[-2]
        self.dismiss(None)
        # Not by Textual's callback: keys typed ahead would come before it, to the page of before.
        if isinstance(beneath, Ways):
            beneath._opened, beneath._dropped = time.monotonic(), 0
            beneath.go_to(place)

    def say(self, message: str) -> None:
        """Put a message, which may hold data, in the place of the status until the next key."""
        raise NotImplementedError

    @property
    def message(self) -> Safe:
        """What stands in the place of the status, if anything was said since the last key."""
        return self._message

    def paint(self) -> None:
        """Bring all lines up to date; only what differs is sent."""
        raise NotImplementedError

    def press(self, key: str) -> None:
        """Act on a key of the screen's own: one character, or a name such as `enter`."""
        raise NotImplementedError

    def fit_frame(self) -> int:
        """Show as much of the frame as the window has lines for; how many lines that takes."""
        shown = frame(self.size.height, self.lines)
        for name, line in self.lines.items():
            line.display = name == "document" or name in shown
        return len(shown)

    def cursor(self) -> Offset:
        """The cell for the terminal's own cursor, hidden as it is: on the focus, where screen
        readers and braille lines follow it."""
        lines = self.lines["status" if self.prompt else "document"]
        return lines.focused_cell() or lines.region.offset

    # Keys

    def on_key(self, event: events.Key) -> None:
        """One key, to the line being typed or to the screen."""
        event.stop()
        event.prevent_default()
        key = key_name(event)
        if self.app.ending or self._hands_on(event, event.copy()):
            return
        if self._is_pasted(event, key) or not self.takes(event):
            return
        if key == REDRAW:
            self.app.redraw()
        elif self.prompt is None:
            self.press(key)
        elif key in ("enter", "escape"):
            prompt, self.prompt = self.prompt, None
            if key == "enter":
                prompt.done(prompt.text)
            else:
                prompt.given_up()
                self.paint()
        elif self.prompt.press(key):
            self.paint()

    def _hands_on(self, event: events.Event, again: events.Event) -> bool:
        """Whether another screen is in front, beneath or above this one: what was typed ahead of
        the key that led there is then for that one, `again` being a copy that no one has seen.

        `is_current` does not tell: of screens that let the terminal's background through, Textual
        says that all are (8.2), and an Enter typed ahead accepted the page under a list.
        """
        stack = self.app.screen_stack
        if not stack or stack[-1] is self:
            return not stack
        again.time = event.time
        stack[-1].post_message(again)
        return True

    def _is_pasted(self, event: events.Key, key: str) -> bool:
        """Whether a key is the rest of a paste, and is dropped; a line takes its characters.

        How many keys come in one read tells nothing: over a bad line, those typed ahead do.
        """
        if not 0 <= event.time - self.app.pasted < PASTING:
            return False
        self.app.pasted = event.time
        if self.prompt and key not in ("enter", "escape"):
            return False
        self.say(PASTE_DROPPED)
        return True

    def takes(self, event: events.Key) -> bool:
        """Whether a key is taken at all: what was typed ahead of coming back here is dropped, for a
        `q` or an Enter held down was not meant for what lies beneath."""
        if event.time >= self._opened:
            return True
        self._dropped += 1
        self.say(f"{self._dropped} key{'s' * (self._dropped > 1)} typed ahead dropped")
        return False

    def on_paste(self, event: events.Paste) -> None:
        """A paste goes into the line being typed; elsewhere it is no typing, and is dropped."""
        event.stop()
        if self._hands_on(event, events.Paste(event.text)):
            return
        self.app.pasted = event.time
        if self.prompt:
            self.prompt.insert(event.text)
            self.paint()
        else:
            self.say(PASTE_DROPPED)

    def ask_line(
        self,
        question: str,
        done: Callable[[str], None],
        *,
        text: str = "",
        given_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Have a line typed in the place of the status."""
        self.prompt = Prompt(question, done, text, given_up)
        self.paint()

    # Each screen is imported when it is opened: the first paint needs none of them.

    def _command_search(self) -> None:
        from tonemark.tui.screens.searching import SearchScreen

        self.app.push_screen(SearchScreen())

    def _command_concordance(self) -> None:
        from tonemark.tui.screens.searching import SearchScreen

        if self.view:
            focus = self.view.focus
            words = self.view.sheet.document.text[focus.start : focus.end]
            if words.strip():
                self.app.push_screen(SearchScreen(words.strip(), concordance=True))
            else:
                self.say("there are no words in focus")

    def _command_documents(self) -> None:
        from tonemark.tui.screens.listing import DocumentsScreen

        self.app.push_screen(DocumentsScreen())

    def _command_review(self) -> None:
        self.open_review()

    def open_review(self, document: int | None = None) -> None:
        """Review, from a document on if one is given."""
        from tonemark.review.desk import ReviewDesk
        from tonemark.tui.screens.review import ReviewScreen

        desk, name = self.desk, person(self.desk.annotator)
        try:
            check_reviewer(desk.project, name)
        except TonemarkError as error:
            self.say(error.title)
            return
        reviews = ReviewDesk(desk.project, desk.store, name, desk.tokenizer)
        self.app.desks.append(reviews)
        self.app.push_screen(ReviewScreen(document))

    def _command_help(self) -> None:
        from tonemark.tui.screens.reading import HelpScreen

        self.app.push_screen(HelpScreen(self._keys_here()))

    def _keys_here(self) -> tuple[str, list[tuple[str, str]]] | None:
        """What the keys of this screen do, for the help; None where the help tells that anyway."""
        return None

    def _command_guidelines(self) -> None:
        from tonemark.tui.screens.reading import GuidelinesScreen

        self.app.push_screen(GuidelinesScreen())

    def _command_metadata(self) -> None:
        from tonemark.tui.screens.reading import MetadataScreen

        if self.view:
            self.app.push_screen(MetadataScreen(self.view))

    def _command_export(self) -> None:
        from tonemark.tui.screens.exporting import exporting

        if not self.app.exporting:
            self.app.exporting = exporting(0)
            # The app's, not the screen's: it goes on where this screen is left.
            self.app.run_worker(self._export(self.app), group="export")
        self.say(self.app.exporting)

    async def _export(self, app: TonemarkApp) -> None:
        from tonemark.tui.screens.exporting import export, exporting, told

        folder = self.desk.project.folder

        def progress(written: int) -> None:
            before, app.exporting = app.exporting, exporting(written)
            front = app.screen_stack[-1] if app.screen_stack else None
            if isinstance(front, Ways) and front.message == visible(before):
                front.say(app.exporting)

        try:
            said = told(await export(folder, progress), folder, app.size.width - 2)
        except (OSError, ValueError, TonemarkError) as error:
            said = f"not exported: {short(str(error), 100)}"
        finally:
            app.exporting = ""
        front = app.screen_stack[-1] if app.screen_stack else None
        if isinstance(front, Ways):
            front.exported()
            front.say(said)

    def _command_train(self) -> None:
        from tonemark.tui.screens.training import TrainingScreen

        self.app.push_screen(TrainingScreen())

    def quit_program(self) -> None:
        """Quit; while a model is trained, only when the key comes again."""
        training = self.app.training
        if training and not training.ended and not self.app.warned:
            self.app.warned = True
            left = f"{training.left:,.0f} s left"
            key = self.table.key_of("quit")
            self.say(f"a model is being trained ({left}): {key} again ends that, and quits")
            return
        self.app.exit()

    def exported(self) -> None:
        """Take in that the project was exported, if that is shown."""


def key_name(event: events.Key) -> str:
    """A key as the table of keys has it: one character, or a name such as `enter`."""
    printable = event.character and event.is_printable and event.key not in GLYPHS
    return event.character if printable and event.character else event.key
