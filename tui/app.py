"""The Textual app: one project, one annotator, and the screens between which she moves."""

from __future__ import annotations

from tonemark.tui import settings as settings  # isort: split

import asyncio
import gc
import signal
import sys
import termios
import traceback
from collections.abc import Callable
from contextlib import ExitStack
from types import FrameType
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType
from textual.app import App
from textual.screen import Screen

from tonemark.corpus.desk import Desk
from tonemark.corpus.making import makes_suggestions, makes_tokens
from tonemark.corpus.project import Project, label_keys
from tonemark.corpus.project_checks import Bidi
from tonemark.corpus.store_file import in_words
from tonemark.corpus.tokens import Maker
from tonemark.errors import TonemarkError
from tonemark.tui import patches
from tonemark.tui.configuration import own_keys
from tonemark.tui.page.keys import KeyTable, key_table
from tonemark.tui.screens.ways import Ways
from tonemark.tui.theme import Colors, colors_of

if TYPE_CHECKING:
    from tonemark.tui.screens.scores import Left
    from tonemark.tui.screens.trained import Training

HARD_STOP = 3
"""Seconds after which a process that was told to end is ended, whatever hangs."""

LOOK_AT_LINE = 1.0
"""Seconds between looks at whether the terminal is still there."""

WAITING = 20
"""Writes that the line has not taken yet, from which on frames are left out: at 30 Textual
blocks."""

AGAIN = 0.1
"""Seconds after which a frame that was left out is tried again."""


class TonemarkApp(App[None], inherit_bindings=False):
    """Shows screens over a desk, and ends well however it is ended.

    It has no keys of Textual's: Ctrl+Q, which a line with flow control sends as XON, would end it.
    """

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; overflow: hidden; }
    #document { height: 1fr; }
    """

    def __init__(
        self,
        desk: Desk,
        first: Screen[None],
        bidi: Bidi | None = None,
        maker: Callable[[], Maker] | None = None,
    ) -> None:
        if not patches.install():
            raise TonemarkError(
                "Textual is of a version on which no screen can be drawn safely.",
                "Install the one that Tonemark asks for: pip install 'textual>=8.2,<9'",
            )
        super().__init__(driver_class=patches.QuietDriver, ansi_color=True)
        self.desks = [desk]
        """The desks that are open, the one in use last; all are closed when the app has run."""
        self.bidi = bidi
        self.own_keys = own_keys()
        self.table = self._table(desk.project)
        self.label_colors: Colors = colors_of(self.console, no_color=self.no_color)
        self.crash = ""
        self.fault: TonemarkError | None = None
        self.exporting = ""
        """How far an export is, in words; empty where none runs."""
        self.training: Training | None = None
        """The training that was started last, if any was."""
        self.left_scores: Left | None = None
        """The scores from which an error was opened last."""
        self.warned = False
        """Whether she was told that to quit ends the training."""
        self.ending = False
        """Whether the program was told to end: keys that still come are not taken."""
        self.pasted = float("-inf")
        """When the last paste came, or the last key that was taken for a part of it (seconds)."""
        self._first = first
        self._make_maker = maker
        self._maker: Maker | None = None
        self._owing = False

    @property
    def desk(self) -> Desk:
        """The desk in use: that of the screen that was opened last."""
        return self.desks[-1]

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed while the screen is open.

        Raises TonemarkError, and changes nothing, where its label keys clash with others, or where
        its tokenizer is at fault.
        """
        table = self._table(project)
        for desk in self.desks:
            desk.use_project(project)
        self.table = table

    @property
    def maker(self) -> Maker | None:
        """What makes the tokens of the project, and the suggestions of its patterns, its learner
        and its model; None where none needs another process, or nobody said how to start one."""
        desk = self.desk
        if not (makes_tokens(desk.tokenizer) or makes_suggestions(desk.project, desk.store)):
            return None
        if self._maker is None and self._make_maker:
            self._maker = self._make_maker()
        return self._maker

    def _table(self, project: Project) -> KeyTable:
        keyboard, remapped = self.own_keys
        return key_table(label_keys(project), remapped, keyboard)

    def get_default_screen(self) -> Screen[None]:
        """The first screen, so that nothing else is painted before it."""
        return self._first

    def on_mount(self) -> None:
        """End well when the connection or the system ends the program."""
        self.app_resume_signal.subscribe(self, lambda _: self.redraw())
        loop = asyncio.get_running_loop()

        # Not the loop's own handlers: a line that takes nothing may hold the loop up.
        def end(number: int, frame: FrameType | None) -> None:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(HARD_STOP)  # the journal has every key anyway
            self.ending = True
            loop.call_soon_threadsafe(self.end, 128 + number)

        if not self.is_headless:
            for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                signal.signal(number, end)
            self.set_interval(LOOK_AT_LINE, self._look_at_line)
            # What was made so far stays: looking for garbage in it would hold up a key.
            self.call_after_refresh(gc.freeze)

    def close_desks(self, *, cut_off: bool) -> None:
        """Leave all desks (`Desk.close`), whatever one of them raises."""
        with ExitStack() as leaving:
            for desk in self.desks:
                leaving.callback(desk.close, cut_off=cut_off)

    def end(self, code: int) -> None:
        """Leave with an exit code; nothing is asked."""
        self.exit(return_code=code)

    def _look_at_line(self) -> None:
        """Where SIGHUP is ignored (nohup), a terminal that has gone tells nobody, and Textual's
        reader of keys spins."""
        try:
            termios.tcgetattr(0)
        except termios.error:
            signal.alarm(HARD_STOP)
            self.end(128 + signal.SIGHUP)

    # The screen

    def let_turn_text(self, turns: bool) -> None:
        """Whether the terminal is to turn right-to-left text, where it can."""
        if isinstance(self._driver, patches.QuietDriver):
            self._driver.let_turn_text(turns)

    def redraw(self) -> None:
        """Send the whole screen: something else may have written on the terminal."""
        patches.forget_screen(self.console)
        self.screen.refresh()

    def on_resize(self) -> None:
        """What a terminal shows after a change of size, even back again, is its own affair."""
        self.redraw()

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Leave frames out while the line takes nothing: what is sent then is the newest."""
        if patches.writes_waiting(self._driver) < WAITING:
            if isinstance(screen, Ways) and screen.lines:  # none before it is mounted
                self.cursor_position = screen.cursor()
            super()._display(screen, renderable)
        elif not self._owing:
            self._owing = True
            self.set_timer(AGAIN, self._pay)

    def _pay(self) -> None:
        self._owing = False
        self.screen.refresh()

    # Defects of ours

    def _fatal_error(self) -> None:
        """Keep what happened, without the values of variables: they hold texts of documents."""
        self.fault = in_words(sys.exception())
        self.crash = self.crash or traceback.format_exc()
        self._close_messages_no_wait()

    def panic(self, *renderables: RenderableType) -> None:
        """The same, where another thread died."""
        self.crash = self.crash or "a thread of the terminal's driver ended"
        self._close_messages_no_wait()
