"""Words set in the width of a terminal: errors, reports. A command in them stays whole.

Knows nothing of what is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import IO, Any

from tonemark.text import Safe, joined, visible

WIDEST = 100
"""Columns that a line takes at most: longer ones are hard to read."""

NARROWEST = 12
"""Columns below which a terminal may break our lines as it likes."""

COMMAND = "    "
"""A line that begins so is a command, to be copied: it is never broken."""


def columns(stream: IO[Any]) -> int | None:
    """Columns of the terminal that a stream is, at most WIDEST; None where it is none."""
    if not stream.isatty():
        return None
    try:
        told = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # a stream of a test has no number
        told = 0
    return min(told or 80, WIDEST)


def set_in(text: str, width: int | None, before: str, indent: int = 2) -> Iterator[Safe]:
    """The lines of `text`, each behind `before`, in at most `width` cells; what does not fit goes
    on under it, behind `indent` blanks.

    Nothing is broken where `width` is None, nor in a command.
    """
    from tonemark.tui.page.columns import wrapped

    lead, following = visible(before), visible(" " * indent)
    for line in text.split("\n"):
        if width is None or line.startswith(COMMAND):
            yield joined((lead, visible(line)))
            continue
        # The second line has more room than the first: both are taken to have that of the first.
        first, *rest = wrapped(line, max(NARROWEST, width - max(len(before), indent)))
        yield joined((lead, first))
        yield from (joined((following, each)) for each in rest)
