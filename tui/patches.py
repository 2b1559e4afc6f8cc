"""Every patch of Textual and Rich, each guarded: where the private names are gone, they stay stock.

Knows nothing of documents: it makes the screen library agree with the pure rules of `tui/page`.
"""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import rich.cells
from rich.control import Control
from rich.segment import Segment

from tonemark.text import graphemes
from tonemark.tui.page.cells import cells, character_cells

if TYPE_CHECKING:
    from rich.console import Console
    from textual._compositor import ChopsUpdate


def install() -> bool:
    """Patch what needs it, before the app starts; again does nothing.

    False where something stayed stock, its private names being gone.
    """
    return all([_agree_on_widths(), _send_only_what_changed()])


def _send_only_what_changed() -> bool:
    """Send of a dirty line its dirty cells: Textual's own begins at the left edge of the widget.

    341 bytes a move at 80x24 become 105 (textual.md, 1).
    """
    from textual._compositor import ChopsUpdate

    if list(inspect.signature(ChopsUpdate).parameters) != ["chops", "spans", "chop_ends"]:
        return False
    ChopsUpdate.render_segments = _render_dirty_cells  # type: ignore[method-assign,assignment]
    return True


def _render_dirty_cells(update: ChopsUpdate, console: Console) -> str:
    sequences = []
    for y, left, right in update.spans:
        ends = update.chop_ends[y]
        for end, (x, strip) in zip(ends, update.chops[y].items(), strict=False):
            start, stop = max(x, left), min(end, right)
            if strip is not None and start < stop:
                sequences.append(Control.move_to(start, y).segment.text)
                sequences.append(strip.crop(start - x, stop - x).render(console))
    return "".join(sequences)


def _agree_on_widths() -> bool:
    """Make Rich 15 and Textual 8 measure and cut text as `tui.page.cells` does.

    Modules that took the functions by `from rich.cells import ...` are reached too. False, with
    all as it was, where Rich no longer has the names that this replaces.
    """
    ours = {
        "get_character_cell_size": _character_cells,
        "cached_cell_len": _cells,
        "cell_len": _cells,
        "split_graphemes": _clusters,
        "_split_text": _split,
    }
    if rich.cells.cell_len is _cells:
        return True
    if not all(hasattr(rich.cells, name) for name in ours):
        return False
    if not hasattr(Segment, "_split_cells"):
        return False
    stock = {id(getattr(rich.cells, name)): function for name, function in ours.items()}
    for module in _loaded("rich", "textual"):
        for name, value in list(vars(module).items()):
            if id(value) in stock:
                setattr(module, name, stock[id(value)])
    # Rich's own cuts between any two characters, and so parts a mark from its letter.
    Segment._split_cells = classmethod(_split_segment)  # type: ignore[assignment,method-assign]
    return True


def _loaded(*packages: str) -> list[Any]:
    return [
        module for name, module in list(sys.modules.items()) if name.partition(".")[0] in packages
    ]


def _cells(text: str, unicode_version: str = "auto") -> int:
    return cells(text)


def _character_cells(character: str, unicode_version: str = "auto") -> int:
    return character_cells(character)


def _clusters(text: str, unicode_version: str = "auto") -> tuple[list[tuple[int, int, int]], int]:
    """Each cluster with its cells, and the cells of all."""
    spans = [(start, end, cells(text[start:end])) for start, end in graphemes(text)]
    return spans, sum(width for _, _, width in spans)


def _split(text: str, cell_position: int, unicode_version: str = "auto") -> tuple[str, str]:
    """`text` cut at a cell; a cluster that lies across it becomes blanks on either side."""
    if cell_position <= 0:
        return "", text
    left = 0
    for start, end in graphemes(text):
        width = cells(text[start:end])
        if left + width > cell_position:
            if left == cell_position:
                return text[:start], text[start:]
            blanks = cell_position - left
            return text[:start] + " " * blanks, " " * (width - blanks) + text[end:]
        left += width
    return text, ""


def _split_segment(kind: type[Segment], segment: Segment, cut: int) -> tuple[Segment, Segment]:
    text, style, control = segment
    before, after = _split(text, cut)
    return kind(before, style, control), kind(after, style, control)
