"""Every patch of Textual and Rich, each guarded: where the private names are gone, they stay stock.

Knows nothing of documents: it makes the screen library agree with the pure rules of `tui/page`.
"""

from __future__ import annotations

from tonemark.tui import settings as settings  # isort: split

import inspect
import sys
from functools import lru_cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import rich.cells
from rich.console import Console
from rich.segment import Segment
from textual._xterm_parser import SPECIAL_SEQUENCES, XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from tonemark.text import graphemes
from tonemark.tui.keybytes import Decoder
from tonemark.tui.page.cells import cells, character_cells
from tonemark.tui.painter import Painter
from tonemark.tui.theme import sgr

if TYPE_CHECKING:
    from textual._compositor import ChopsUpdate, LayoutUpdate
    from textual.driver import Driver


def install() -> bool:
    """Patch what needs it, before the app starts; again does nothing.

    False where something stayed stock, its private names being gone.
    """
    patches = (_agree_on_widths, _send_only_what_differs, _outlive_bad_bytes)
    return sum(patch() for patch in patches) == len(patches)  # all of them, whatever one says


class QuietDriver(LinuxDriver):
    """Textual's driver, without what no key of ours needs: a terminal that is left by a killed
    program, or by a line that dropped, should not report its focus to a shell."""

    def start_application_mode(self) -> None:
        """Take the terminal, at first or again; what it shows then is not known."""
        forget_screen(self._app.console)
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def _sigcont_application(self, *_: Any) -> None:
        """Take the terminal again after a stop: as Textual does where it had let go of it, and else
        by letting go of it first. Its own would start a second reader of keys beside the first, and
        hang at the end; and a shell has set the line to its own liking meanwhile."""
        if self._auto_restart and self._writer_thread:
            if not self._must_signal_resume:
                self.suspend_application_mode()
                self._must_signal_resume = True
            self.resume_application_mode()

    turns_text = True
    """Whether the terminal, where it can, turns right-to-left text: its default."""

    def let_turn_text(self, turns: bool) -> None:
        """Have the terminal turn right-to-left text, or leave cells in their order (mode 8,
        BDSM, of ECMA-48; terminals without it ignore this)."""
        if turns != self.turns_text:
            self.turns_text = turns
            self.write(_TURNS if turns else _LEAVES)
            forget_screen(self._app.console)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self.let_turn_text(True)
        super().stop_application_mode()

    def write(self, data: str) -> None:
        """Send data, but for the sequences that are not wanted."""
        if not data.startswith(_UNWANTED):
            super().write(data)


_TURNS, _LEAVES = "\x1b[8h", "\x1b[8l"

_UNWANTED = ("\x1b[?1004h", "\x1b[?1004l", "\x1b]22;")
"""Reports of focus, and the shape of a pointer that there is not."""

_painters: WeakKeyDictionary[Console, Painter] = WeakKeyDictionary()


def forget_screen(console: Console) -> None:
    """Have the whole screen sent with the next update: the terminal may show something else."""
    if console in _painters:
        _painters[console].forget()


def writes_waiting(driver: Driver | None) -> int:
    """How many writes the line has not taken yet; 0 where that cannot be told."""
    waiting = getattr(getattr(driver, "_writer_thread", None), "_queue", None)
    return waiting.qsize() if waiting is not None else 0


def _send_only_what_differs() -> bool:
    """Send the cells that the terminal does not show yet, and no others.

    Textual's own updates send whole lines from the left edge of a widget on (341 bytes a move at
    80x24, textual.md, 1), and the opening three times.
    """
    from textual._compositor import ChopsUpdate, LayoutUpdate

    if list(inspect.signature(ChopsUpdate).parameters) != ["chops", "spans", "chop_ends"]:
        return False
    if list(inspect.signature(LayoutUpdate).parameters) != ["strips", "region"]:
        return False

    ChopsUpdate.render_segments = _paint_dirty_lines  # type: ignore[method-assign,assignment]
    LayoutUpdate.render_segments = _paint_all  # type: ignore[method-assign,assignment]
    return True


def _painter(console: Console, width: int, height: int) -> Painter:
    if console not in _painters:
        _painters[console] = Painter(partial(sgr, colors=console.color_system))
    _painters[console].resize(width, height)
    return _painters[console]


def _paint_dirty_lines(update: ChopsUpdate, console: Console) -> str:
    width = max((ends[-1] for ends in update.chop_ends if ends), default=0)
    painter = _painter(console, width, len(update.chops))
    for y in {y for y, _, _ in update.spans}:
        for x, strip in update.chops[y].items():
            if strip is not None:
                painter.put(x, y, strip)
    return painter.flush()


def _paint_all(update: LayoutUpdate, console: Console) -> str:
    region = update.region
    painter = _painter(console, region.right, region.bottom)
    for y, strips in enumerate(update.strips, region.y):
        painter.put(region.x, y, chain.from_iterable(strips))
    return painter.flush()


def _outlive_bad_bytes() -> bool:
    """Take a byte that is not UTF-8 for U+FFFD, an ESC in a paste for a space, and an answer of the
    terminal that nobody asked for as none: Textual's reader of keys dies of the first, and takes
    what follows the others for keys."""
    if not hasattr(linux_driver, "getincrementaldecoder"):
        return False
    decoder = partial(Decoder, known=_is_understood)
    linux_driver.getincrementaldecoder = lambda _: decoder
    return True


@lru_cache(maxsize=256)
def _is_understood(sequence: str) -> bool:
    """Whether Textual's parser makes something of a sequence, and not keys of its characters."""
    is_csi = sequence.startswith("\x1b[")
    return is_csi and (sequence in SPECIAL_SEQUENCES or any(XTermParser().feed(sequence)))


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
