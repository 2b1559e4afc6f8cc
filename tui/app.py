"""The Textual app: one project, one annotator, and the screens between which she moves."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal

# Read once by Textual when it is imported.
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")

from collections.abc import Mapping

from textual.app import App
from textual.screen import Screen

from tonemark.corpus.desk import Desk
from tonemark.tui.page.keys import KeyTable, key_table


class TonemarkApp(App[None]):
    """Shows screens over a desk, and ends well however it is ended."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    #document { height: 1fr; }
    """

    def __init__(
        self, desk: Desk, table: KeyTable, first: type[Screen[None]] | Screen[None]
    ) -> None:
        super().__init__(ansi_color=True)
        self.desk = desk
        self.table = table
        self._first = first

    def use_labels(self, labels: Mapping[str, str]) -> None:
        """Take in labels that changed while the screen is open."""
        self.table = key_table(labels)

    def get_default_screen(self) -> Screen[None]:
        """The first screen, so that nothing else is painted before it."""
        return self._first if isinstance(self._first, Screen) else self._first()

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
