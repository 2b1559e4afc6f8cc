"""Tables of figures: a name a row, its figures under heads, and a bar where there is room.

Pure. Knows not what the figures are of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tonemark.text import Safe, joined, visible
from tonemark.tui.page.cells import cells, told_apart_names
from tonemark.tui.page.columns import column

NAME = 30
"""Cells that a name has at most beside its figures."""

BAR = 24
"""Cells of a bar at most; where fewer than SHORTEST are left, there is none."""

SHORTEST = 5


class Row(NamedTuple):
    """A name with its figures, and the share that its bar shows, 0 to 1, if any. A name that is of
    `two`, with a colon between, is cut in either of them where it is too wide."""

    name: str
    figures: tuple[str, ...]
    share: float | None = None
    two: tuple[str, str] | None = None


def table(title: str, heads: Sequence[str], rows: Sequence[Row], width: int) -> Iterator[Safe]:
    """Names with their figures under heads, and a bar each where there is room; of the figures as
    many as go beside the title."""
    widths = [
        max(len(head), *(len(row.figures[at]) for row in rows)) for at, head in enumerate(heads)
    ]
    names = max(cells(visible(name)) for name in (title, *(f"  {row.name}" for row in rows)))
    names = min(names, max(NAME, len(title)))
    while len(widths) > 1 and width - sum(one + 2 for one in widths) < min(names, len(title)):
        widths.pop()
    beside = sum(one + 2 for one in widths)
    room = max(1, min(names, width - beside))
    bar = min(BAR, width - room - beside - 2)
    shown = _shown(rows, room - 2)
    for name, figures, share in (
        (title, heads, None),
        *((f"  {name}", row.figures, row.share) for name, row in zip(shown, rows, strict=True)),
    ):
        parts = [visible(f"  {text:>{one}}") for text, one in zip(figures, widths, strict=False)]
        drawn = "  " + _bar(share, bar) if share is not None and bar >= SHORTEST else ""
        yield trimmed(joined((column(name, room), *parts, visible(drawn))))


def _shown(rows: Sequence[Row], width: int) -> list[str]:
    """The names of rows; those of pairs that are too wide with either of the two cut."""
    twos = [name for row in rows for name in row.two or ()]
    told = dict(zip(twos, told_apart_names(twos, (width - 1) // 2), strict=True))
    return [
        row.name
        if row.two is None or cells(visible(row.name)) <= width
        else ":".join(told[name] for name in row.two)
        for row in rows
    ]


def trimmed(line: Safe) -> Safe:
    """A line without blanks at its end."""
    return visible(line.rstrip(" "))


def _bar(share: float, length: int) -> str:
    """A bar from 0 to 1; below 0 it is empty. It is full only where nothing is missing."""
    full = int(max(0.0, share) * length)
    return "#" * full + "." * (length - full)
