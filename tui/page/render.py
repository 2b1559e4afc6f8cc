"""What stands on each line of the document area: runs of text with looks, no colours yet.

A function of the view alone; what a look is drawn with, the theme says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from tonemark.corpus.spans import Stretch, Suggestion
from tonemark.text import graphemes, short, visible
from tonemark.tui.page.cells import cells
from tonemark.tui.page.layout import LIST_INDENT, Piece, Row
from tonemark.tui.page.view import MARGIN, View

TAG_LIMIT = 24
"""Grapheme clusters of a label that a tag shows at most."""


class Look(NamedTuple):
    """How a run is drawn: its role, the index of its label (-1 for none), whether it has the focus.

    Roles: `text`, `span`, `suggestion`, `candidate`, `between` (what is not a token), `hint`,
    `tag`, `maybe` (the tag of a suggestion), `rule`, `blank`.
    """

    role: str
    label: int = -1
    focus: bool = False


Run = tuple[str, Look]
BLANK = Look("blank")


def render(view: View, labels: Mapping[str, int]) -> list[list[Run]]:
    """The lines of the window, top to bottom: runs that fill no more than its width.

    `labels` gives each label its place in the project.
    """
    lines: list[list[Run]] = [[] for _ in range(view.height)]
    runs = {
        index: view.runs(index) if sheet.draft.answer is None else []
        for index, sheet in enumerate(view.page.sheets)
    }
    for row in view.visible_rows():
        y = row.y - view.top
        if not row.pieces and row.height == 1:
            lines[y] = _separator(view, row)
        else:
            drawing = _Row(view, row, labels, runs[row.sheet])
            if view.mode == "list":
                lines[y] = drawing.list_line()
            else:
                lines[y] = drawing.hint_line()
                lines[y + 1] = drawing.text_line()
    return lines


def _separator(view: View, row: Row) -> list[Run]:
    sheet = view.page.sheets[row.sheet]
    title = short(sheet.document.key, 40)
    if sheet.draft.answer:
        title = short(f"{sheet.document.key} · {sheet.draft.answer}ed", 60)
    line = f" ── {title} "
    line += "─" * max(0, view.width - cells(line))
    return [(line, Look("rule"))]


class _Row:
    """One row of a sheet, being drawn."""

    def __init__(
        self, view: View, row: Row, labels: Mapping[str, int], runs: list[tuple[int, int]]
    ) -> None:
        self.view = view
        self.row = row
        self.labels = labels
        self.sheet = view.page.sheets[row.sheet]
        first = row.pieces[0].start if row.pieces else 0
        last = row.pieces[-1].end if row.pieces else 0
        self.runs = [run for run in runs if run[0] < last and first < run[1]]
        draft = self.sheet.draft
        # Longer first, so that what is drawn later, the inner one, wins.
        self.stretches: list[Stretch] = sorted(
            (s for s in draft.stretches() if s.overlaps(first, last)),
            key=lambda s: (s.start - s.end, s.start),
        )

    def text_line(self) -> list[Run]:
        line: list[Run] = [(" " * MARGIN, BLANK)]
        for piece in self.row.pieces:
            for start, end, text in self._cut(piece):
                _extend(line, text, self._look(start, end, piece.token, text))
        return line

    def hint_line(self) -> list[Run]:
        """Hints over tokens; over a span its first hint and its tag, clipped to its cells."""
        line = _Cells(self.view.width)
        hints = self.view.hints().of
        for piece in self.row.pieces:
            hint = hints.get((self.row.sheet, piece.token))
            if hint and piece.start == self.sheet.tokens[piece.token].start:
                line.put(MARGIN + piece.x, hint, Look("hint"))
        for stretch in self.stretches:
            place = self._place(stretch)
            if place is None:
                continue
            x, width, hint = place
            tag = short(stretch.label, TAG_LIMIT)
            look = Look("tag", self.labels.get(stretch.label, -1))
            if isinstance(stretch, Suggestion):
                tag, look = short(f"{stretch.label}?", TAG_LIMIT + 1), look._replace(role="maybe")
            line.clear(MARGIN + x + len(hint), MARGIN + x + width)
            if hint:
                line.put(MARGIN + x, hint, Look("hint"))
                x, width = x + len(hint) + 1, width - len(hint) - 1
            line.put(MARGIN + x, _clip(tag, width), look)
        return line.runs()

    def list_line(self) -> list[Run]:
        """One token: its hint, itself, its tags."""
        piece = self.row.pieces[0] if self.row.pieces else None
        if piece is None:
            return []
        hint = self.view.hints().of.get((self.row.sheet, piece.token), "")
        mark = "›" if self._look(piece.start, piece.end, piece.token).focus else " "
        line: list[Run] = [(f"{hint:>{LIST_INDENT - 2}}", Look("hint")), (f"{mark} ", Look("tag"))]
        for start, end, text in self._cut(piece):
            _extend(line, text, self._look(start, end, piece.token, text))
        for stretch in self.stretches:
            role = "maybe" if isinstance(stretch, Suggestion) else "tag"
            begins = "" if stretch.start >= piece.start else "…"
            mark = "?" if role == "maybe" else ""
            tag = short(f"  {begins}{stretch.label}{mark}", TAG_LIMIT + 4)
            _extend(line, tag, Look(role, self.labels.get(stretch.label, -1)))
        return line

    def _place(self, stretch: Stretch) -> tuple[int, int, str] | None:
        """Where on this row a stretch begins and how many cells it has; its hint if it begins."""
        inside = [p for p in self.row.pieces if stretch.overlaps(p.start, p.end)]
        if not inside:
            return None
        token = self.view.token_at(self.row.sheet, stretch.start)
        hint = ""
        if inside[0].token == token and inside[0].start == self.sheet.tokens[token].start:
            hint = self.view.hints().of.get((self.row.sheet, token), "")
        return inside[0].x, inside[-1].x + inside[-1].width - inside[0].x, hint

    def _cut(self, piece: Piece) -> Iterator[tuple[int, int, str]]:
        """The piece in parts, where spans or the focus begin or end inside it."""
        focus = self.view.focus
        edges = {edge for s in self.stretches for edge in (s.start, s.end)}
        if focus.sheet == self.row.sheet:
            edges |= {focus.start, focus.end}
        inside = sorted(edge for edge in edges if piece.start < edge < piece.end)
        if not inside:
            yield piece.start, piece.end, piece.text
            return
        borders = [piece.start, *inside, piece.end]
        for start, end in pairwise(borders):
            yield start, end, visible(self.sheet.document.text[start:end])

    def _look(self, start: int, end: int, token: int, text: str = "") -> Look:
        focus = self.view.focus
        focused = focus.sheet == self.row.sheet and focus.start < end and start < focus.end
        blank = token < 0 and text.isspace()
        look = Look("text" if token >= 0 or blank else "between", -1, focused)
        for left, right in self.runs:
            if left <= start and end <= right:
                look = look._replace(role="candidate")
        for stretch in self.stretches:
            if stretch.overlaps(start, end):
                role = "suggestion" if isinstance(stretch, Suggestion) else "span"
                look = Look(role, self.labels.get(stretch.label, -1), focused)
        return look


class _Cells:
    """A line being filled cell by cell."""

    def __init__(self, width: int) -> None:
        self.texts = [" "] * width
        self.looks = [BLANK] * width

    def put(self, x: int, text: str, look: Look) -> None:
        """Write text from cell `x`; what does not fit is left out."""
        for start, end in graphemes(text):
            cluster = text[start:end]
            width = cells(cluster)
            if x < 0 or x + width > len(self.texts):
                return
            self.texts[x : x + width] = [cluster, *[""] * (width - 1)]
            self.looks[x : x + width] = [look] * width
            x += width

    def clear(self, start: int, end: int) -> None:
        """Blank the cells from `start` to `end`."""
        for x in range(max(0, start), min(end, len(self.texts))):
            self.texts[x], self.looks[x] = " ", BLANK

    def runs(self) -> list[Run]:
        line: list[Run] = []
        for text, look in zip(self.texts, self.looks, strict=True):
            _extend(line, text, look)
        while line and line[-1][1] == BLANK:
            line.pop()
        return line


def _extend(line: list[Run], text: str, look: Look) -> None:
    """Add text, joined to the run before it if that looks the same."""
    if line and line[-1][1] == look:
        line[-1] = (line[-1][0] + text, look)
    else:
        line.append((text, look))


def _clip(text: str, width: int) -> str:
    kept = ""
    for start, end in graphemes(text):
        if cells(kept + text[start:end]) > width:
            break
        kept += text[start:end]
    return kept
