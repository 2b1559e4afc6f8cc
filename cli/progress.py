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


class Progress:
    """A bar of the bytes read, on a terminal, once that takes a while; it leaves nothing behind."""

    def __init__(self, path: Path, *, hidden: bool) -> None:
        from tonemark.tui.page.cells import fit

        size = path.stat().st_size if path.is_file() else 0
        label = fit(visible(path.name), LABEL)
        self._bar = click.progressbar(length=size, label=label, width=BAR, file=sys.stderr)
        self._shown_from = math.inf
        if not hidden and sys.stderr.isatty():
            self._shown_from = time.monotonic() + PATIENCE
        self._is_shown = False
        self._stream: IO[bytes] | None = None

    def watch(self, stream: IO[bytes]) -> None:
        """Take the position of this stream for the progress."""
        self._stream = stream

    def __enter__(self) -> Callable[[int], None]:
        return self._update

    def __exit__(self, *error: object) -> None:
        if self._is_shown:
            sys.stderr.write(ERASED)
            sys.stderr.flush()

    def _update(self, line: int) -> None:
        if time.monotonic() < self._shown_from or not self._stream or self._stream.closed:
            return
        if not self._is_shown:
            self._is_shown = True
            self._bar.__enter__()
        self._bar.update(self._stream.tell() - self._bar.pos)
