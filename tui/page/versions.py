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
    open; whose version is what stands, and whose is the majority's."""

    start: int
    end: int
    versions: tuple[Version | None, ...]
    open: bool
    stands: tuple[bool, ...]
    usual: tuple[bool, ...]


class Note(NamedTuple):
    """What an annotator says of the whole text, by the index of her row; whether answers are still
    to be settled, and whether hers stands."""

    who: int
    said: str
    open: bool
    stands: bool


class Lane(NamedTuple):
    """What the lines of a row have in common: names at the left, in so many cells, before
    `margin`; the code points from `first` to `last` that stand on the row; labels by their place;
    cells."""

    names: Sequence[str]
    name_cells: int
    margin: int
    first: int
    last: int
    labels: Mapping[str, int]
    width: int


class _Item(NamedTuple):
    """What stands in some cells of a line, from `x` to `end`: a text, filled up; what of it has no
    room there runs on over blanks."""

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
        more = f"{count - shown} more: a higher window shows them"
        drawn.append(clipped([(blanks(lane.margin), BLANK), run(more, Look("quiet"))], lane.width))
    return drawn


def note_lines(lane: Lane, notes: Sequence[Note], lines: int, *, asked: bool) -> list[list[Run]]:
    """Notes on the whole text, in so many lines; `asked` says that the answers are in question."""
    drawn = []
    for note in notes[:lines]:
        mark = STANDS if note.stands else Safe("?") if note.open else blanks(1)
        line = _who(lane, note.who)
        extend(line, mark, Look("message", focus=asked and note.open))
        said = run(short(note.said, 2 * lane.width), Look("text", focus=asked and note.open))
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
        for who, version in enumerate(each.versions):
            if version is None:
                continue
            mark, look = _marked(each, who)
            extend(line, Safe("  "), BLANK)
            extend(line, _digit(who), Look("key") if each.open else Look("quiet"))
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
        text, mark = joined((mark, item.text)), Safe("")
        inside, more = split(text, item.end - item.x)
        filling = visible(item.fill * (item.end - item.x - cells(inside)))
        extend(line, blanks(item.x - x), BLANK)
        extend(line, joined((inside, filling)), item.look)
        x = item.end
        if more:
            following = items[at + 1].x if at + 1 < len(items) else lane.width
            more = fit(more, max(0, following - x - 1))
            extend(line, more, Look("quiet"))
            x += cells(more)
    return clipped(line, lane.width)


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
    """An annotator's digit and name, in the cells before the mark."""
    line: list[Run] = [(blanks(1), BLANK), (_digit(who), Look("key"))]
    if lane.name_cells:
        name = visible(lane.names[who])
        if cells(name) > lane.name_cells:
            name = joined((fit(name, lane.name_cells - 1), CUT))
        gap = lane.margin - 1 - 3 - cells(name)
        line += [(joined((blanks(1), name, blanks(gap))), Look("quiet"))]
    return line


def _digit(who: int) -> Safe:
    return visible(str(who + 1)) if who < 9 else Safe(" ")
