"""Which line ends of a text mean something, and which only wrap it.

Knows nothing of languages: it looks at white space and at the lengths of lines.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

WIDEST = 120
"""Code points of a line, marks not counted, beyond which nobody wraps by hand or by program: where
a block has a longer line, each of its line ends is one that somebody set."""

NARROWEST = 30
"""Code points to which nobody wraps: the lines of a block with no longer one were set."""

_ENDS = r"\n\r\x0B\x0C\x85\u2028\u2029"
_RUN = regex.compile(rf"[{_ENDS}][\s\x1C-\x1F]*+")
_LINE_END = regex.compile(rf"\r\n|[{_ENDS}]")
_MARK = regex.compile(r"[\p{M}\p{Cf}]")
_BULLETS = "•‣▪●◦◆■□○"


class LineEnd(NamedTuple):
    """White space from a line end on: offsets in code points, end exclusive.

    `is_blank`: an empty line, or one of white space, is in it (or U+2029, which means the same).
    `is_set`: the next word would have had room on the line, so that no wrapping made it.
    `is_long`: it stands in a block, between empty lines, that is not wrapped at all.
    """

    start: int
    end: int
    is_blank: bool
    is_set: bool
    is_long: bool


def line_ends(text: str) -> Iterator[LineEnd]:
    """The line ends of `text`, in order, those at its very end left out; in linear time.

    Text wrapped by a program breaks a line where the next word does not fit into the width, which
    is at least that of the longest line of the block. So a line end after which the next word
    would have fitted was set by a person: a heading, a verse, an entry of a list. The others may
    be either, and are taken as wrapping: of a sentence cut in two an annotator can mend nothing,
    of two sentences in one document she can label both. A line of one word may stick out, and is
    not measured beside others.
    """
    block: list[regex.Match[str]] = []
    start = 0
    for match in _RUN.finditer(text):
        if match.end() == len(text):
            break
        block.append(match)
        if _is_blank(match[0]):
            yield from _of_block(text, start, block)
            start, block = match.end(), []
    yield from _of_block(text, start, block)


def _is_blank(run: str) -> bool:
    return "\u2029" in run or len(_LINE_END.findall(run)) > 1


def _of_block(text: str, start: int, block: list[regex.Match[str]]) -> Iterator[LineEnd]:
    """The line ends of one block, the blank one behind it included."""
    if not block:
        return
    last = block[-1]
    stops = [match.start() for match in block]
    if not _is_blank(last[0]):  # the text ends here: its last line counts as any other
        stops.append(len(text))
    starts = [start, *(match.end() for match in block)]
    lines = [text[a:b].strip() for a, b in zip(starts, stops, strict=False)]
    widths = [_width(line) for line in lines]
    phrases = [width for width, line in zip(widths, lines, strict=True) if " " in line]
    longest = max(phrases or widths)
    was_wrapped = NARROWEST < longest <= WIDEST
    for match, width in zip(block, widths, strict=False):
        first = text[match.end() : match.end() + 2 * WIDEST].split(None, 1)[0]
        is_set = not was_wrapped or width + 1 + _width(first) <= longest or first[0] in _BULLETS
        is_blank, is_long = _is_blank(match[0]), longest > WIDEST
        yield LineEnd(match.start(), match.end(), is_blank, is_set, is_long)


def _width(line: str) -> int:
    """Its code points without marks, which take no room."""
    return len(line) if line.isascii() else len(line) - len(_MARK.findall(line))
