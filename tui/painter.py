"""What the terminal shows, cell by cell, and the fewest bytes that bring it up to date.

The last gate before the line: nothing passes that could steer a terminal, whatever a widget drew.
Knows segments and styles, nothing of documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set

from rich.segment import Segment
from rich.style import Style

from tonemark.text import gated, graphemes
from tonemark.tui.page.cells import cells, is_disputed

NEAR = 4
"""Unchanged cells between two changed ones that cost less to send again than to step over."""

BLANK_TO_END = 4
"""Blank cells at the end of a line that cost more than the sequence that erases them."""

HOME_AND_ERASE = "\x1b[H\x1b[2J"
ERASE_TO_END = "\x1b[K"


Cell = tuple[str, str]
"""A grapheme cluster and the parameters of its SGR sequence (ECMA-48, 8.3.117). The cells that a
wide cluster covers after its first have no text."""

BLANK: Cell = (" ", "")


class Painter:
    """Keeps what a terminal of `width` x `height` cells shows, once it has been sent.

    `put` takes what a line is to show from a column on, `flush` gives the bytes for it. `encode`
    makes a style the parameters of an SGR sequence.
    """

    def __init__(self, encode: Callable[[Style], str]) -> None:
        self._encode = encode
        self._looks: dict[Style | None, tuple[str, str]] = {None: ("", "")}
        self._quiet = {""}
        self._known = False
        self._shown: list[list[Cell]] = []
        self._wanted: list[list[Cell]] = []
        self._touched: set[int] = set()

    def forget(self) -> None:
        """Take nothing of what the terminal shows for granted: all is sent with the next update."""
        self._known = False

    def resize(self, width: int, height: int) -> None:
        """Take the size of the terminal; another one than before is painted whole."""
        if len(self._wanted) != height or (height and len(self._wanted[0]) != width):
            self._wanted = [[BLANK] * width for _ in range(height)]
            self._known = False

    def put(self, x: int, y: int, segments: Iterable[Segment]) -> None:
        """Want these segments on line `y` from column `x` on; what does not fit is cut."""
        if not 0 <= y < len(self._wanted):
            return
        line = self._wanted[y]
        new: list[Cell] = []
        for text, style, _ in segments:
            _extend(new, text, *self._look(style))
        if len(new) > len(line) - x:
            new = new[: len(line) - x] if x < len(line) else []
            _mend_end(new, len(new) - 1)
        end = x + len(new)
        line[x:end] = new
        _mend_start(line, end)
        _mend_end(line, x - 1)
        self._touched.add(y)

    def flush(self) -> str:
        """The bytes that make the terminal show what is wanted; it is taken to show it then."""
        out = _Out(self._quiet)
        if not self._known:
            out.raw(HOME_AND_ERASE)
            self._shown = [[BLANK] * len(line) for line in self._wanted]
            self._touched = set(range(len(self._wanted)))
            self._known = True
        for y in sorted(self._touched):
            shown, wanted = self._shown[y], self._wanted[y]
            if shown != wanted:
                _send_line(out, y, shown, wanted)
                self._shown[y] = wanted.copy()
        self._touched.clear()
        return out.finish()

    def _look(self, style: Style | None) -> tuple[str, str]:
        """The look of text of a style, and that of its blanks."""
        looks = self._looks.get(style)
        if looks is None:
            assert style is not None
            look = self._encode(style)
            quiet = not _shows_on_blanks(style)
            if quiet:
                self._quiet.add(look)
            looks = self._looks[style] = look, "" if quiet else look
        return looks


def _shows_on_blanks(style: Style) -> bool:
    back = style.bgcolor is not None and not style.bgcolor.is_default
    lines = style.underline or style.underline2 or style.strike or style.overline
    return bool(back or style.reverse or lines)


def _extend(line: list[Cell], text: str, look: str, blank: str) -> None:
    """Add the cells of a text that has one look; nothing that steers a terminal comes through."""
    if text.isascii() and text.isprintable():
        line += [(each, blank if each == " " else look) for each in text]
        return
    safe = gated(text)
    for start, end in graphemes(safe):
        cluster = safe[start:end]
        width = cells(cluster)
        if width:
            line.append((cluster, blank if cluster == " " else look))
            line += [("", look)] * (width - 1)
        elif line:  # a mark that lost its letter stays with what is at its left
            line[-1] = (line[-1][0] + cluster, line[-1][1])


def _mend_end(line: list[Cell], last: int) -> None:
    """Where the cells after `last` were taken from a wide cluster, its first become blanks."""
    start = last
    while start > 0 and not line[start][0]:
        start -= 1
    if 0 <= start <= last and start + cells(line[start][0]) > last + 1:
        line[start : last + 1] = [(" ", line[start][1])] * (last + 1 - start)


def _mend_start(line: list[Cell], start: int) -> None:
    """Where the first cell of a wide cluster was taken, the rest of it become blanks."""
    while start < len(line) and not line[start][0]:
        line[start] = (" ", line[start][1])
        start += 1


class _Out:
    """Bytes for a terminal, with the look and the place that its cursor has after them.

    `quiet_looks` are those that do not show on blanks.
    """

    def __init__(self, quiet: Set[str]) -> None:
        self._parts: list[str] = []
        self.quiet_looks = quiet
        self._look = ""
        self._x: int | None = None
        self._y: int | None = None

    @property
    def quiet(self) -> bool:
        """Whether blanks look alike now and without any look."""
        return self._look in self.quiet_looks

    def raw(self, sequence: str) -> None:
        """Send a sequence that moves nothing and changes no look."""
        self._parts.append(sequence)

    def goto(self, x: int, y: int) -> None:
        """Move the cursor, by the shortest way."""
        if y != self._y:
            column = f";{x + 1}" if x else ""
            self._parts.append(f"\x1b[{y + 1}{column}H")
        elif x != self._x:
            ways = [f"\x1b[{x + 1}G"]
            if self._x is not None and x > self._x:
                step = x - self._x
                ways.append("\x1b[C" if step == 1 else f"\x1b[{step}C")
            self._parts.append(min(ways, key=len))
        self._x, self._y = x, y

    def look(self, look: str) -> None:
        """Take on a look; nothing of the one before outlives it."""
        if look != self._look:
            reset = "0;" if self._look and look else ""
            self._parts.append(f"\x1b[{reset}{look}m")
            self._look = look

    def write(self, text: str, width: int) -> None:
        """Write text of `width` cells where the cursor is."""
        assert self._x is not None
        self._parts.append(text)
        self._x += width

    def lose_place(self) -> None:
        """Terminals differ in where on its line the cursor is now: it is addressed anew."""
        self._x = None

    def finish(self) -> str:
        """All of it, with no look left on."""
        self.look("")
        return "".join(self._parts)


def _send_line(out: _Out, y: int, shown: Sequence[Cell], wanted: Sequence[Cell]) -> None:
    """Send the cells of a line that differ, and short stretches between them."""
    end = len(wanted)
    while end and wanted[end - 1] == BLANK:
        end -= 1
    stale = sum(cell != BLANK for cell in shown[end:])
    limit = end if stale > BLANK_TO_END else len(wanted)
    for start, stop in _dirty(shown, wanted, limit, out.quiet_looks):
        _send_cells(out, y, start, shown[start:stop], wanted[start:stop])
    if limit < len(wanted):
        out.goto(end, y)
        out.look("")
        out.raw(ERASE_TO_END)


def _dirty(
    shown: Sequence[Cell], wanted: Sequence[Cell], limit: int, quiet: Set[str]
) -> list[tuple[int, int]]:
    """The stretches of cells to send: whole clusters, near ones joined where they look alike."""
    found: list[tuple[int, int]] = []
    x = 0
    while x < limit:
        if shown[x] == wanted[x]:
            x += 1
            continue
        start = _run_start(wanted, x)
        x += 1
        while x < limit and (
            shown[x] != wanted[x] or not (_begins(shown, x) and _begins(wanted, x))
        ):
            x += 1
        if found and _near(wanted, found[-1][1], start, quiet):
            found[-1] = (found[-1][0], x)
        else:
            found.append((start, x))
    return found


def _run_start(line: Sequence[Cell], x: int) -> int:
    """Where the cluster over a cell begins, or the run of disputed ones: in such a run each stands
    where the terminal has put those before it."""
    while x and not _begins(line, x):
        x -= 1
    return x


def _begins(line: Sequence[Cell], x: int) -> bool:
    """Whether a cluster begins at a cell that does not go on with a run of disputed ones."""
    text = line[x][0]
    if text.isascii():  # all but the cells behind the first of a wide one
        return text != ""
    left = x - 1
    while left > 0 and not line[left][0]:
        left -= 1
    return not _runs_on(line[left][0], text)


def _runs_on(left: str, right: str) -> bool:
    """Whether two disputed clusters are sent without addressing the second: letters of a word.
    Emoji are addressed each, for tmux 3.3 joins some that stand side by side."""
    return is_disputed(left) and is_disputed(right) and left[0].isalpha() and right[0].isalpha()


def _near(wanted: Sequence[Cell], last: int, start: int, quiet: Set[str]) -> bool:
    """Whether the cells between two stretches are cheaper to send again than to step over."""
    if start <= last:
        return True
    look = wanted[last - 1][1]
    return start - last <= NEAR and all(
        text.isascii() and (each == look or ((text, each) == BLANK and look in quiet))
        for text, each in wanted[last:start]
    )


def _send_cells(out: _Out, y: int, x: int, shown: Sequence[Cell], wanted: Sequence[Cell]) -> None:
    """Send neighbouring cells. After clusters of disputed width the cursor is addressed anew, so
    that an error stays within them; blanks go before them, for a narrower one would leave what was
    there."""
    at = 0
    while at < len(wanted):
        look = wanted[at][1]
        end = _end_of_run(wanted, at)
        text = "".join(text for text, _ in wanted[at:end])
        out.goto(x + at, y)
        if out.quiet and (blanks := _blanks(wanted, at, end)):
            out.write(" " * blanks, blanks)
            at += blanks
            continue
        out.look(look)
        if is_disputed(wanted[at][0]):
            if not out.quiet or any(cell != BLANK for cell in shown[at:end]):
                out.write(" " * (end - at), end - at)
                out.goto(x + at, y)
            out.write(text, end - at)
            out.lose_place()
        else:
            out.write(text, end - at)
        at = end


def _blanks(line: Sequence[Cell], at: int, end: int) -> int:
    """How many cells from `at` on are blank."""
    return next((i for i in range(end - at) if line[at + i] != BLANK), end - at)


def _end_of_run(line: Sequence[Cell], at: int) -> int:
    """Where the cells that are sent together with the one at `at` end: they look like it, and none
    needs an address of its own."""
    last, look = line[at]
    end = at + 1
    while end < len(line) and line[end][1] == look:
        text = line[end][0]
        if text:
            if (is_disputed(last) or is_disputed(text)) and not _runs_on(last, text):
                break
            last = text
        end += 1
    return end
