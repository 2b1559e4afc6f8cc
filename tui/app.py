"""The Textual app: one project, one annotator, and the screens between which she moves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

# Read once by Textual when it is imported.
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")


from textual.app import App
from textual.screen import Screen

from tonemark.corpus.desk import Desk
from tonemark.corpus.project import Project, label_keys
from tonemark.tui import patches
from tonemark.tui.configuration import remapped_keys
from tonemark.tui.page.keys import key_table


class TonemarkApp(App[None]):
    """Shows screens over a desk, and ends well however it is ended."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    #document { height: 1fr; }
    """

    def __init__(self, desk: Desk, first: Screen[None]) -> None:
        patches.install()
        super().__init__(ansi_color=True)
        self.desk = desk
        self.remapped = remapped_keys()
        self.table = key_table(label_keys(desk.project), self.remapped)
        self._first = first

    def use_project(self, project: Project) -> None:
        """Take in a project file that changed while the screen is open.

        Raises TonemarkError, and changes nothing, where its label keys clash with others.
        """
        self.table = key_table(label_keys(project), self.remapped)
        self.desk.project = project

    def get_default_screen(self) -> Screen[None]:
        """The first screen, so that nothing else is painted before it."""
        return self._first

    def on_mount(self) -> None:
        """End well when the connection or the system ends the program."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.add_signal_handler(number, self._end, number)

    def _end(self, number: int) -> None:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(3)  # a hard stop if the end hangs; the journal has every key anyway
        self.exit(return_code=128 + number)
