"""How a part of a line is drawn, in words: runs of safe text with looks, and lines made of them.

What a look is drawn with, the theme says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tonemark.text import Safe, joined, visible
from tonemark.tui.page.cells import cells, fit


class Look(NamedTuple):
    """How a run is drawn: its role, the index of its label (-1 for none), whether it has the focus.

    Roles: `text`, `span`, `suggestion`, `doubtful` (a suggestion that is), `candidate`, `between`
    (what is not a token), `hint`, `tag`, `maybe` (the tag of a suggestion), `rule`, `blank`.
    In review also `version` (what an annotator has) and `passed` (what was not taken of that).
    `stand_in` says that what is shown is not the document's own text, but stands in for what
    cannot be shown.
    """

    role: str
    label: int = -1
    focus: bool = False
    stand_in: bool = False


Run = tuple[Safe, Look]
"""What widgets draw. Its text is Safe, so that no data can come to the screen but by
`visible()`: mypy sees to it."""

BLANK = Look("blank")
HINT = Look("hint")


def run(text: str, look: Look) -> Run:
    """A run of any text, data and words of the program alike: it is made safe here."""
    return visible(text), look


def clipped(line: Sequence[Run], width: int) -> list[Run]:
    """As much of a line as goes into `width` cells, blanks at its end left out."""
    kept: list[Run] = []
    for text, look in line:
        text = fit(text, width)
        width -= cells(text)
        if text:
            kept.append((text, look))
        if width <= 0:
            break
    while kept and kept[-1][1] == BLANK:
        kept.pop()
    return kept


def extend(line: list[Run], text: Safe, look: Look) -> None:
    """Add text, joined to the run before it if that looks the same."""
    if line and line[-1][1] == look:
        line[-1] = (joined((line[-1][0], text)), look)
    elif text:
        line.append((text, look))
