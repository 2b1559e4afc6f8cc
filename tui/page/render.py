"""What stands on each line of the document area: runs of text with looks, no colours yet.

A function of the view alone; what a look is drawn with, the theme says.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from tonemark.corpus.spans import Span, Stretch, Suggestion
from tonemark.text import Safe, joined, short, visible
from tonemark.tui.page.cells import blanks, cells, fit
from tonemark.tui.page.hinting import Hints
from tonemark.tui.page.labelling import ANSWERED
from tonemark.tui.page.layout import LIST_INDENT, NEWLINE, Piece, Row
from tonemark.tui.page.looks import BLANK as BLANK
from tonemark.tui.page.looks import HINT, clipped, extend
from tonemark.tui.page.looks import Look as Look
from tonemark.tui.page.looks import Run as Run
from tonemark.tui.page.looks import run as run
from tonemark.tui.page.parts import Part, parts_of, told_apart
from tonemark.tui.page.versions import (
    STANDS,
    Compared,
    Lane,
    Note,
    note_lines,
    version_lines,
    version_tags,
)
from tonemark.tui.page.view import View
from tonemark.tui.page.visual import reversed_text

TAG_LIMIT = 24
"""Grapheme clusters of a label that a tag shows at most."""

TAG_LEAST = 3
"""Cells up to which a tag may run on over blanks, where its span has fewer."""

MARKS = ("…", "?", "…?", "…??")
"""What a tag may begin with: alone it tells no label."""

DOUBTFUL = "??"
"""What the tag of a doubtful one begins with; alone it says that here is one to look at."""


class _State(NamedTuple):
    """All that the lines of a row depend on."""

    row: Row
    focus: tuple[int, int]
    stretches: list[Stretch]
    runs: list[tuple[int, int]]
    hints: Hints
    labels: Mapping[str, int]
    answer: str | None
    compared: Sequence[Compared] = ()
    told: tuple[Sequence[Note], bool] = ((), False)


Kept = dict[int, tuple[_State, list[list[Run]]]]
"""Rows as they were drawn last, by their first line on the endless screen."""


def render(view: View, labels: Mapping[str, int], kept: Kept | None = None) -> list[list[Run]]:
    """The lines of the window, top to bottom: runs that fill no more than its width.

    `labels` gives each label its place in the project. Rows that are as they were when `kept` was
    filled are taken from there: a key changes one or two.
    """
    lines: list[list[Run]] = [[] for _ in range(view.height)]
    before = dict(kept or {})
    if kept is not None:
        kept.clear()
    for row in view.visible_rows():
        state = _state(view, row, labels)
        known = before.get(row.y)
        drawn = known[1] if known and known[0] == state else _lines(view, state)
        if kept is not None:
            kept[row.y] = state, drawn
        for y, line in enumerate(drawn, row.y - view.top):
            if y >= 0:
                lines[y] = line
    return lines


def _state(view: View, row: Row, labels: Mapping[str, int]) -> _State:
    refused = view.refused
    answer = refused or view.page.sheets[row.sheet].draft.answer
    if not row.pieces:
        told = (view.notes, view.focus[1:3] == (0, 0)) if row.head else ((), False)
        return _State(row, (0, 0), [], [], view.hints(), labels, answer, told=told)
    first, last = row.pieces[0].start, row.pieces[-1].end
    standing = view.standing(row.sheet)
    focus = view.focus
    here = focus.sheet == row.sheet and focus.start < last and first < focus.end
    return _State(
        row,
        (focus.start, focus.end) if here else (0, 0),
        # Longer first, so that what is drawn later, the inner one, wins; a span over a suggestion.
        sorted(
            () if refused else standing.touching(first, last),
            key=lambda s: (s.start - s.end, isinstance(s, Span), s.start),
        ),
        standing.open_between(first, last) if answer is None else [],
        view.hints(),
        labels,
        answer,
        view.compared(row.sheet, first, last),
    )


def _lines(view: View, state: _State) -> list[list[Run]]:
    """The lines of one row."""
    if state.told[0]:
        notes, asked = state.told
        return note_lines(_lane(view, state), notes, state.row.height, asked=asked)
    if state.row.head:
        return [_separator(view, state.row)]
    drawing = _Row(view, state)
    if view.mode == "list":
        return [drawing.list_line()]
    return [drawing.hint_line(), drawing.text_line(), *drawing.version_lines()]


def _lane(view: View, state: _State) -> Lane:
    pieces = state.row.pieces
    reach = (pieces[0].start, pieces[-1].end) if pieces else (0, 0)
    return Lane(view.names, view.name_cells, view.margin, *reach, state.labels, view.width)


def _separator(view: View, row: Row) -> list[Run]:
    sheet = view.page.sheets[row.sheet]
    said = f" ── {short(sheet.document.key, 40)} "
    if sheet.draft.answer:
        said += f"· {ANSWERED[sheet.draft.answer]} "
    line = fit(visible(said), view.width)
    return [(joined((line, visible("─" * (view.width - cells(line))))), Look("rule"))]


class _Row:
    """One row of a sheet, being drawn."""

    def __init__(self, view: View, state: _State) -> None:
        self.view = view
        self.row, self.focus, self.stretches, self.runs, _, self.labels, *_ = state
        self.lane, self.compared = _lane(view, state), state.compared
        self.refused = view.refused
        self.sheet = view.page.sheets[self.row.sheet]
        self.first = self.row.pieces[0].start if self.row.pieces else 0
        edges = {edge for s in self.stretches for edge in (s.start, s.end)}.union(self.focus)
        for each in self.compared:
            edges.update((each.start, each.end))
            edges.update(edge for v in each.versions for span in v or () for edge in span[:2])
        text = self.sheet.document.text
        self.parts = [part for piece in self.row.pieces for part in parts_of(piece, text, edges)]

    def text_line(self) -> list[Run]:
        line: list[Run] = [(blanks(self.view.margin), BLANK)]
        self._draw_parts(line)
        return line

    def _draw_parts(self, line: list[Run]) -> None:
        text = self.sheet.document.text
        x = self.parts[0].x if self.view.mode != "visual" and self.parts else 0
        for part in sorted(self.parts, key=lambda part: part.x):
            look = self._look(part)
            own = text[part.start : part.end]
            extend(line, blanks(part.x - x), BLANK)
            x = part.x + part.width
            if part.text == own or part.text == NEWLINE:
                told = [(part.text, False)]
            else:
                told = told_apart(part.text, own)
            if part.leftward:
                told = [(t if is_sign else reversed_text(t), is_sign) for t, is_sign in told[::-1]]
            for shown, is_stand_in in told:
                extend(line, shown, look._replace(stand_in=is_stand_in))

    def hint_line(self) -> list[Run]:
        """Hints over tokens; over a span also its tag, clipped to its cells."""
        line = _Line(self.view.width)
        for piece in self.row.pieces:
            if hint := self._hint(piece):
                line.put(self.view.margin + piece.x, visible(hint), HINT)
        tagged: dict[int, list[Stretch]] = {}
        ends: dict[int, int] = {}
        for stretch in self.stretches:
            x, end = self._place(stretch.start, stretch.end)
            tagged.setdefault(x, []).append(stretch)
            ends[x] = max(end, ends.get(x, 0))
        for each in self.compared:
            if each.open and not self._stands_in(each):
                x, end = self._place(each.start, each.end)
                tagged[x], ends[x] = [], end
        places = sorted(tagged)
        limits = [*(x - 1 for x in places[1:]), self.view.width]
        for x, limit in zip(places, limits, strict=False):
            tags = [self._tag(s) for s in tagged[x]] or [(visible(DOUBTFUL), Look("maybe"))]
            # Space passes by most suggestions: their hint is the way to them.
            # So do what is open in review: a digit there is no label until a hint was typed.
            keeps = all(
                s.start >= self.first
                and (isinstance(s, Suggestion) or self._is_open(s.start, s.end))
                for s in tagged[x]
            )
            line.put_tags(x, min(ends[x], limit), limit, tags, keeps_hint=keeps)
        return line.runs()

    def version_lines(self) -> list[list[Run]]:
        """What each annotator has under the words, where they differ."""
        return version_lines(self.lane, self.compared, self._place, self.row.height - 2)

    def list_line(self) -> list[Run]:
        """One token, or a part of a long one: its hint, itself, its tags."""
        line: list[Run] = []
        if self.row.pieces and self.row.pieces[0].x == LIST_INDENT:
            focused = any(self._look(part).focus for part in self.parts)
            hint = self._hint(self.row.pieces[0])
            line.append((visible(f"{hint:>{LIST_INDENT - 3}}"), HINT))
            line.append((Safe(" › ") if focused else blanks(3), Look("tag")))
        self._draw_parts(line)
        tags = []
        for stretch in self.stretches:
            tag, look = self._tag(stretch)
            third = any(
                each.own and not each.open and stretch.start < each.end and each.start < stretch.end
                for each in self.compared
                if not any(each.stands)
            )
            tags.append((joined((STANDS, tag)) if third else tag, look))
        if any(each.open and not self._stands_in(each) for each in self.compared):
            tags.append((visible(DOUBTFUL), Look("maybe")))
        for tag, look in tags:
            extend(line, blanks(2), BLANK)
            extend(line, tag, look)
        if self.compared:
            last = self.row.pieces[-1].end
            tags = version_tags(self.compared, self.first, last, self.labels)
            for text, look in tags:
                extend(line, text, look)
        return clipped(line, self.view.width)

    def _hint(self, piece: Piece) -> str:
        """The hint over a piece; empty where it has none, or does not begin its token."""
        if piece.token < 0 or piece.start != self.sheet.tokens[piece.token].start:
            return ""
        return self.view.hints().of.get((self.row.sheet, piece.token), "")

    def _tag(self, stretch: Stretch) -> Run:
        """Its label; "…" before it where it began on a row above, "?" where it is a suggestion, and
        "??" where that is doubtful.

        They stand first, because a tag is clipped at its end.
        """
        begun = "" if stretch.start >= self.first else "…"
        place = self.labels.get(stretch.label, -1)
        name = short(stretch.label, TAG_LIMIT)
        if self._is_open(stretch.start, stretch.end):
            return visible(f"{begun}{DOUBTFUL}{name}"), Look("maybe", place)
        if isinstance(stretch, Suggestion):
            mark = DOUBTFUL if self.view.is_doubtful(self.row.sheet, stretch) else "?"
            return visible(f"{begun}{mark}{name}"), Look("maybe", place)
        return visible(f"{begun}{name}"), Look("tag", place)

    def _is_open(self, start: int, end: int) -> bool:
        """Whether a stretch touches a difference that is not settled."""
        return any(each.open and each.start < end and start < each.end for each in self.compared)

    def _stands_in(self, each: Compared) -> bool:
        return any(s.start < each.end and each.start < s.end for s in self.stretches)

    def _place(self, start: int, end: int) -> tuple[int, int]:
        """The cells of the line that a stretch has on this row, end exclusive."""
        first = bisect_right(self.parts, start, key=lambda part: part.end)
        last = bisect_left(self.parts, end, key=lambda part: part.start) - 1
        parts = self.parts[first : max(first, last) + 1]
        left = min(part.x for part in parts)
        margin = self.view.margin
        return margin + left, margin + max(part.x + part.width for part in parts)

    def _look(self, part: Part) -> Look:
        start, end = part.start, part.end
        focused = self.focus[0] < end and start < self.focus[1]
        for stretch in reversed(self.stretches):
            if stretch.start < end and start < stretch.end:
                role = "suggestion" if isinstance(stretch, Suggestion) else "span"
                if self.view.is_doubtful(self.row.sheet, stretch):
                    role = "doubtful"
                return Look(role, self.labels.get(stretch.label, -1), focused)
        if self._is_open(start, end):
            return Look("doubtful", -1, focused)
        for left, right in self.runs:
            if left < end and start < right:
                return Look("candidate", -1, focused)
        is_text = (part.token >= 0 or part.text.isspace()) and not self.refused
        return Look("text" if is_text else "between", -1, focused)


class _Line:
    """A line of hints and tags, none of which touches another but a tag its own hint."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.items: dict[int, list[Run]] = {}
        self.ends: dict[int, int] = {}

    def put(self, x: int, text: Safe, look: Look) -> None:
        """Write text from cell `x` on."""
        self.items[x] = [(text, look)]
        self.ends[x] = x + cells(text)

    def put_tags(
        self, x: int, end: int, limit: int, tags: Sequence[Run], *, keeps_hint: bool
    ) -> None:
        """Write tags behind the hint at `x`, up to cell `end`, in place of what is there.

        Where they do not go in whole they take the hint's place if they do there, for a hint can
        be done without and a label not; the hint still works. With `keeps_hint` they never do, and
        stand close behind it where else not even their mark could. Where next to nothing is left
        they run on over blanks, but never to `limit`.
        """
        held = max((at for at in self.items if at <= x <= self.ends[at]), default=None)
        behind = x if held is None else self.ends[held] + 1
        following = min((at - 1 for at in self.items if at >= end and at != held), default=limit)
        wanted = _joined(tags)
        whole = sum(cells(text) for text, _ in wanted)
        stops = {
            start: min(max(end, min(start + TAG_LEAST, limit)), following) for start in (behind, x)
        }
        if keeps_hint and held is not None:
            mark = 2 if tags[0][0].startswith(DOUBTFUL) else 1
            close = stops[behind] - behind < mark
            self._put(behind - close, clipped(wanted, stops[behind] - behind + close), held)
            return
        order = (x, behind) if stops[behind] - behind < whole <= stops[x] - x else (behind, x)
        for bare, start in product(((*MARKS, DOUBTFUL), MARKS), order):
            runs = clipped(wanted, stops[start] - start)
            if runs and runs[0][0] not in bare:
                self._put(start, runs)
                return

    def _put(self, start: int, runs: list[Run], held: int | None = None) -> None:
        """Write runs in place of all that they would touch, the hint at `held` left there."""
        reach = start + sum(cells(text) for text, _ in runs)
        touched = [at for at in self.items if at <= reach and self.ends[at] >= start]
        for at in touched if runs else ():
            if at != held:
                del self.items[at]
        if runs:
            self.items[start], self.ends[start] = runs, reach

    def runs(self) -> list[Run]:
        """The line, blanks where nothing stands."""
        line: list[Run] = []
        x = 0
        for at in sorted(self.items):
            extend(line, blanks(at - x), BLANK)
            for text, look in self.items[at]:
                extend(line, text, look)
            x = self.ends[at]
        return clipped(line, self.width)


def _joined(tags: Sequence[Run]) -> list[Run]:
    runs = list(tags[:1])
    for tag in tags[1:]:
        runs += [(blanks(1), BLANK), tag]
    return runs
