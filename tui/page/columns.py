"""Text set in cells: columns of lists, lines with a hit in the middle, wrapped prose.

Pure. What goes in is data as it came; what comes out is safe to show and has the cells asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from tonemark.text import Safe, cut_off, graphemes, joined, visible
from tonemark.tui.page.cells import CUT, blanks, cells, split
from tonemark.tui.page.render import BLANK, Look, Run, run

_WORDS = regex.compile(r" +|[^ ]+")

_CODE_POINTS_A_CELL = 20
"""More than any script needs: what lies beyond cannot be seen, and is not looked at."""


def column(text: str, width: int, *, right: bool = False) -> Safe:
    """`text` in exactly `width` cells: cut with a "…", or filled up with blanks.

    With `right` it stands at the right and is cut at the left.
    """
    shown = _cut(text, width, right)
    filling = blanks(width - cells(shown))
    return joined((filling, shown) if right else (shown, filling))


def kwic(left: str, hit: str, right: str, width: int) -> tuple[Safe, Safe, Safe]:
    """Left context, hit and right context in `width` cells, the hit in the middle.

    A hit that takes more than half of the line is cut.
    """
    middle = _cut(hit, max(1, width // 2), False)
    room = max(0, width - cells(middle))
    return (
        column(left, room // 2, right=True),
        middle,
        column(right, room - room // 2),
    )


def wrapped(text: str, width: int) -> Iterator[Safe]:
    """The lines of `text`, broken at spaces to at most `width` cells each; at least one.

    Lines end at LF and CRLF; a tab is four blanks. What is wider than a line is broken between
    grapheme clusters; a cluster that is wider than a line stands alone.
    """
    for line in text.split("\n"):
        yield from _wrapped_line(line.removesuffix("\r").replace("\t", "    "), max(1, width))


def wrap_runs(runs: Sequence[Run], width: int, indent: int = 0) -> list[list[Run]]:
    """Runs broken at spaces into lines of `width` cells, all but the first indented."""
    indent = min(indent, width - 1)
    lines: list[list[Run]] = [[]]
    x = 0
    for text, look in runs:
        for word in map(Safe, _WORDS.findall(text)):
            for part in _pieces(word, max(1, width - indent)):
                wide = cells(part)
                if x + wide > width and x > indent:
                    if part.isspace():
                        continue
                    lines.append([(blanks(indent), BLANK)] if indent else [])
                    x = indent
                _add(lines[-1], part, look)
                x += wide
    return lines


def keys_line(pairs: Sequence[tuple[str, str]], width: int) -> list[Run]:
    """Keys with their words in one line; where there is no room for all, those before the last
    two go first."""
    kept = list(pairs)
    gap = 3
    while len(kept) > 1 and _keys_width(kept, gap) > width:
        if gap > 2:
            gap -= 1
        else:
            del kept[-3 if len(kept) > 2 else 0]
    line: list[Run] = [run(" ", BLANK)]
    for at, (key, word) in enumerate(kept):
        space = " " * gap if at < len(kept) - 1 else ""
        line += [run(key, Look("key")), run(f" {word}{space}", Look("text"))]
    return line


def _keys_width(pairs: Sequence[tuple[str, str]], gap: int) -> int:
    return 1 + sum(cells(key) + 1 + cells(word) for key, word in pairs) + gap * (len(pairs) - 1)


def _pieces(text: Safe, width: int) -> list[Safe]:
    """`text` in pieces of at most `width` cells; a cluster that is wider stands alone."""
    if cells(text) <= width:
        return [text]
    pieces: list[Safe] = []
    first, taken = 0, 0
    for start, end in graphemes(text):
        wide = cells(text[start:end])
        if taken + wide > width and start > first:
            pieces.append(Safe(text[first:start]))
            first, taken = start, 0
        taken += wide
    return [*pieces, Safe(text[first:])]


def _add(line: list[Run], text: Safe, look: Look) -> None:
    if line and line[-1][1] == look:
        line[-1] = (joined((line[-1][0], text)), look)
    else:
        line.append((text, look))


def _cut(text: str, width: int, right: bool) -> Safe:
    """`visible(text)` cut to at most `width` cells, with a "…" where it was cut."""
    near = _CODE_POINTS_A_CELL * (width + 1)
    shown = visible(text[-near:] if right else text[:near])
    if cells(shown) <= width:
        return shown
    if width < 1:
        return Safe("")
    if not right:
        return cut_off(split(shown, width - 1)[0])
    at, room = len(shown), width - 1
    for start, end in reversed(graphemes(shown)):
        room -= cells(shown[start:end])
        if room < 0:
            break
        at = start
    return joined((CUT, Safe(shown[at:])))


def _wrapped_line(line: str, width: int) -> Iterator[Safe]:
    current, room = Safe(""), width
    parts = _WORDS.findall(line)
    for part in parts:
        shown = visible(part)
        wide = cells(shown)
        if wide > room and part[0] == " ":
            yield current
            current, room = Safe(""), width
            continue
        if wide > room and current:
            yield visible(current.rstrip(" "))
            current, room = Safe(""), width
        *whole, shown = _pieces(shown, width)
        yield from whole
        current, room = joined((current, shown)), room - cells(shown)
    if current or not parts:
        yield current
