"""The lines under a row of text in review: what each annotator has where they differ, aligned to
the cells of the words. Pure; knows neither view nor keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tonemark.text import Safe, joined, short, visible
from tonemark.tui.page.cells import CUT, blanks, cells, fit, split
from tonemark.tui.page.looks import BLANK, Look, Run, clipped, extend, run

if TYPE_CHECKING:
    from tonemark.review.compare import Version

LABEL_LIMIT = 24
"""Grapheme clusters of a label that are shown at most."""

LEAST = 2
"""Cells of a label that are shown at least: where a span has one, the second stands behind it."""

FEW = 4
"""Cells from which on a label that is cut ends with a "…"."""

FILL, DOT = "─", "·"
"""What fills the cells of a span behind its label; those of a difference where she has nothing."""

STANDS, PASSED, USUAL = Safe("✓"), Safe("✗"), Safe("•")
"""Her version stands; it was decided otherwise; it is what more than half have."""

NONE = Safe("none")
"""Said in place of a label where she has nothing."""

Place: TypeAlias = Callable[[int, int], tuple[int, int]]
"""The cells of a line, end exclusive, that a stretch of code points has on this row."""


class Compared(NamedTuple):
    """A difference as it is drawn: code points; each annotator's version, or None; whether it is
    open; whose version is what stands, and whose is the majority's; whether spans stand there that
    are nobody's version."""

    start: int
    end: int
    versions: tuple[Version | None, ...]
    open: bool
    stands: tuple[bool, ...]
    usual: tuple[bool, ...]
    own: bool = False


class Note(NamedTuple):
    """What an annotator says of the whole text, by the index of her row; whether answers are still
    to be settled, and how hers is marked: "" for none.

    What the gold says, and what was decided of the text, has no row (`who` -1).
    """

    who: int
    said: str
    open: bool = False
    mark: Safe = Safe("")


class Lane(NamedTuple):
    """What the lines of a row have in common: names at the left, in so many cells, before
    `margin`; the code points from `first` to `last` that stand on the row; labels by their place;
    cells."""

    names: Sequence[Safe]
    name_cells: int
    margin: int
    first: int
    last: int
    labels: Mapping[str, int]
    width: int


class _Item(NamedTuple):
    """What stands in some cells of a line, from `x` to `end`: a text, cut to them or filled up."""

    x: int
    end: int
    text: Safe
    look: Look
    fill: str = " "


def version_lines(
    lane: Lane, compared: Sequence[Compared], place: Place, lines: int
) -> list[list[Run]]:
    """The lines under a row: one for each annotator, the last of them a sentence where there is no
    room for all."""
    count = len(lane.names)
    shown = count if lines >= count else lines - 1
    drawn = [_line(lane, who, compared, place) for who in range(shown)]
    if lines and shown < count:
        more = f"{count - shown} more"
        said = [f"{more}: a higher window shows them", f"{more}: make the window higher", more]
        drawn.append(_first_that_fits(lane.margin, said, lane.width))
    return drawn


def _first_that_fits(indent: int, said: Sequence[str], width: int) -> list[Run]:
    """The first of some wordings, the longest first, that has room behind an indent; else the last
    one."""
    fits = next((each for each in said if indent + cells(visible(each)) <= width), said[-1])
    return clipped([(blanks(indent), BLANK), run(fits, Look("quiet"))], width)


def note_lines(lane: Lane, notes: Sequence[Note], lines: int, *, asked: bool) -> list[list[Run]]:
    """Notes on the whole text, in so many lines; `asked` says that the answers are in question."""
    drawn = []
    for note in notes[:lines]:
        line = _who(lane, note.who)
        extend(line, note.mark or blanks(1), Look("message", focus=asked and note.open))
        role = "text" if note.who >= 0 else "message"
        said = run(short(note.said, 2 * lane.width), Look(role, focus=asked and note.open))
        rest = lane.width - lane.margin
        if cells(said[0]) > rest:
            said = joined((fit(said[0], rest - 1), CUT)), said[1]
        line.append(said)
        drawn.append(clipped(line, lane.width))
    if len(notes) > lines and drawn:
        drawn[-1] = [*drawn[-1][:2], run(f" {len(notes) - lines + 1} notes more", Look("quiet"))]
    return drawn


def version_tags(
    compared: Sequence[Compared],
    first: int,
    end: int,
    labels: Mapping[str, int],
) -> list[Run]:
    """What each annotator has on a token of a list, behind its own tags: digit, mark, label."""
    line: list[Run] = []
    for each in compared:
        if not any(each.stands) and not each.open and not each.own:
            extend(line, blanks(2), BLANK)
            extend(line, joined((STANDS, NONE)), Look("message"))
        for who, version in enumerate(each.versions):
            if version is None:
                continue
            mark, look = _marked(each, who)
            extend(line, Safe("  "), BLANK)
            extend(line, visible(str(who + 1)), Look("key") if each.open else Look("quiet"))
            extend(line, mark or blanks(1), look)
            here = [span for span in version if span[0] < end and first < span[1]]
            if not here:
                extend(line, visible(DOT), Look("quiet"))
            for begin, _, label in here:
                begun = "" if begin >= first else "…"
                role = "version" if each.open or each.stands[who] else "passed"
                tag = visible(f"{begun}{short(label, LABEL_LIMIT)}")
                extend(line, tag, Look(role, labels.get(label, -1)))
    return line


def _line(lane: Lane, who: int, compared: Sequence[Compared], place: Place) -> list[Run]:
    items: list[_Item] = []
    for each in compared:
        begin = place(each.start, each.end)[0]
        mark, look = _marked(each, who)
        if mark:
            items.append(_Item(begin - 1, begin, mark, look))
        items += _items(lane, each, who, place)
    return _set(_who(lane, who), sorted(items, key=lambda item: item.x), lane)


def _items(lane: Lane, each: Compared, who: int, place: Place) -> list[_Item]:
    """What she has at a difference, on this row."""
    begin, end = place(each.start, each.end)
    version, quiet = each.versions[who], Look("quiet")
    if version is None:
        return []
    if not version:
        said = NONE if end - begin >= cells(NONE) else Safe("")
        return [_Item(begin, end, said, quiet, DOT)]
    items: list[_Item] = []
    role = "version" if each.open or each.stands[who] else "passed"
    for start, stop, label in version:
        if stop <= lane.first or start >= lane.last:
            continue
        left, right = place(start, stop)
        begun = "" if start >= lane.first else "…"
        tag = visible(f"{begun}{short(label, LABEL_LIMIT)}")
        look = Look(role, lane.labels.get(label, -1))
        if items and left < items[-1].end:  # spans that overlap share their cells
            left, right = items[-1].x, max(items[-1].end, right)
            tag = joined((items.pop().text, Safe("+"), tag))
        items.append(_Item(left, right, tag, look, FILL))
    return items or [_Item(begin, end, Safe(""), quiet, DOT)]


def _set(line: list[Run], items: Sequence[_Item], lane: Lane) -> list[Run]:
    """Items on a line, none over another."""
    x = sum(cells(text) for text, _ in line)
    mark = Safe("")
    for at, item in enumerate(items):
        if item.x < x:  # words that touch leave no cell between them: the mark stands in the next
            mark = item.text
            continue
        following = items[at + 1].x if at + 1 < len(items) else lane.width
        wide = item.end - item.x
        # Borders are what is compared: but for one letter more, no label runs on over them.
        room = max(wide, min(LEAST, following - item.x - 1))
        text, mark = _cut(joined((mark, item.text)), room), Safe("")
        inside, more = split(text, wide)
        filling = visible(item.fill * (wide - cells(inside)))
        extend(line, blanks(item.x - x), BLANK)
        extend(line, joined((inside, filling)), item.look)
        extend(line, more, Look("quiet"))
        x = item.end + cells(more)
    return clipped(line, lane.width)


def _cut(text: Safe, room: int) -> Safe:
    """A label in so many cells; where there are few, its first letters alone."""
    if cells(text) <= room or room < FEW:
        return fit(text, room)
    return joined((fit(text, room - 1), CUT))


def _marked(each: Compared, who: int) -> tuple[Safe, Look]:
    """How an annotator's version of a difference is marked; she has none where she did not accept
    the text."""
    if each.versions[who] is None:
        return Safe(""), BLANK
    if each.stands[who]:
        return STANDS, Look("message")
    if not each.open:
        return PASSED, Look("quiet")
    return (USUAL, Look("message")) if each.usual[who] else (Safe(""), BLANK)


def _who(lane: Lane, who: int) -> list[Run]:
    """An annotator's number and name, in the cells before the mark; blanks without a row."""
    number = visible(f"{who + 1:>2}" if 0 <= who < 99 else "  ")
    line: list[Run] = [(number, Look("key"))]
    if lane.name_cells:
        name = lane.names[who] if who >= 0 else Safe("")
        gap = lane.margin - 1 - 3 - cells(name)
        line += [(joined((blanks(1), name, blanks(gap))), Look("quiet"))]
    return line
