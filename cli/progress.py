"""How far a command is, in one line of a terminal that is gone when it ends."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import click

from tonemark.text import visible

PATIENCE = 1.0
"""Seconds after which the reading of a file shows how far it is."""

LABEL, BAR = 20, 24
"""Cells of the file's name and of the bar beside it: with the figures it fits 80 columns."""

ERASED = "\r\x1b[K\x1b[?25h"
"""Clears the line of the bar, and shows the cursor that click hid."""


class Bar:
    """A bar of how much of a whole is done, on a terminal, once that takes a while; it leaves
    nothing behind. `label` is data, `length` what it is when all is done."""

    def __init__(self, label: str, length: int, *, hidden: bool) -> None:
        from tonemark.tui.page.cells import fit

        label = fit(visible(label), LABEL)
        self._bar = click.progressbar(length=length, label=label, width=BAR, file=sys.stderr)
        self._shown_from = math.inf
        if not hidden and sys.stderr.isatty():
            self._shown_from = time.monotonic() + PATIENCE
        self._is_shown = False

    def __enter__(self) -> Callable[[int], None]:
        return self.update

    def __exit__(self, *error: object) -> None:
        if self._is_shown:
            sys.stderr.write(ERASED)
            sys.stderr.flush()

    def update(self, done: int) -> None:
        """Show how much is done."""
        if time.monotonic() < self._shown_from:
            return
        if not self._is_shown:
            self._is_shown = True
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos)


class Progress(Bar):
    """A bar of the bytes of a file that were read."""

    def __init__(self, path: Path, *, hidden: bool) -> None:
        size = path.stat().st_size if path.is_file() else 0
        super().__init__(path.name, size, hidden=hidden)
        self._stream: IO[bytes] | None = None

    def watch(self, stream: IO[bytes]) -> None:
        """Take the position of this stream for the progress; a pipe has none."""
        self._stream = stream if stream.seekable() else None

    def update(self, done: int) -> None:
        """Show how far the stream is, whatever line that is."""
        if self._stream and not self._stream.closed:
            super().update(self._stream.tell())
