"""Where plain moves and edges lead: functions from a view to the focus that a key asks for.

Pure but for the view's own writing down of the focus. Knows no keys.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from operator import itemgetter
from typing import Literal

from tonemark.tui.page.labelling import Refusal, cluster_edges
from tonemark.tui.page.view import Focus, View

_START, _END = itemgetter(0), itemgetter(1)


def to_token(view: View, sheet: int, token: int) -> None:
    """Focus a single token; nothing happens on a sheet that has none."""
    tokens = view.page.sheets[sheet].tokens
    if tokens:
        token = max(0, min(token, len(tokens) - 1))
        view.set_focus(Focus(sheet, *tokens[token], token))


def to_words(view: View, start: int, end: int) -> None:
    """Focus a stretch of the first sheet, widened so that no label cuts a word by accident."""
    tokens = view.page.sheets[0].tokens
    if tokens:
        start = min(start, tokens[view.token_at(0, start)].start)
        end = max(end, tokens[view.token_at(0, end - 1)].end)
    view.go(0, start, end)


def step(view: View, direction: Literal[-1, 1]) -> None:
    """To the token beside the focus, over the borders of documents."""
    sheet, start, end, _ = view.focus
    tokens = view.sheet.tokens
    if direction > 0:
        target = bisect_left(tokens, end, key=_START)
    else:
        target = bisect_left(tokens, start, key=_START) - 1
    if 0 <= target < len(tokens):
        to_token(view, sheet, target)
        return
    others = range(sheet + 1, len(view.page.sheets)) if direction > 0 else range(sheet - 1, -1, -1)
    for other in others:
        if other_tokens := view.page.sheets[other].tokens:
            to_token(view, other, 0 if direction > 0 else len(other_tokens) - 1)
            return


def by_rows(view: View, count: int) -> None:
    """To the token nearest by cells, `count` rows further down or, if negative, up.

    Rows without tokens are passed over; at either end it is the last row that has some.
    """
    rows = view.layout.rows
    at = view.row_of(view.focus.sheet, view.focus.start)
    x = next((piece.x for piece in rows[at].pieces if piece.end > view.focus.start), 0)
    direction = 1 if count > 0 else -1
    target = max(0, min(at + count, len(rows) - 1))
    beyond = range(target, len(rows) if direction > 0 else -1, direction)
    for index in (*beyond, *range(target, at, -direction)):
        tokens = [piece for piece in rows[index].pieces if piece.token >= 0]
        if tokens and index != at:
            nearest = min(tokens, key=lambda piece: abs(piece.x - x))
            to_token(view, rows[index].sheet, nearest.token)
            return


def by_screens(view: View, direction: Literal[-1, 1]) -> None:
    """To the first row beyond the window: it scrolls so that no row is passed over."""
    rows, shown = view.layout.rows, view.visible_rows()
    at = view.row_of(view.focus.sheet, view.focus.start)
    first = bisect_left(rows, shown[0].y, key=lambda row: row.y) if shown else at
    beyond = first + len(shown) if direction > 0 else first - 1
    by_rows(view, (beyond - at) or direction)


def to_row_end(view: View, which: Literal[0, -1]) -> None:
    """To the first (0) or last (-1) token of the row in which the focus begins."""
    row = view.layout.rows[view.row_of(view.focus.sheet, view.focus.start)]
    if tokens := [piece.token for piece in row.pieces if piece.token >= 0]:
        to_token(view, row.sheet, tokens[which])


def right_edge(view: View, *, out: bool, charwise: bool = False) -> Focus:
    """The focus with its right edge one token, or one cluster, further out or in."""
    focus, text, tokens = view.focus, view.sheet.document.text, view.sheet.tokens
    if charwise:
        _, ends = cluster_edges(text, focus.start, focus.end)
        at = bisect_right(ends, focus.end) if out else bisect_left(ends, focus.end) - 1
        end = ends[at] if 0 <= at < len(ends) else -1
    else:
        at = bisect_right(tokens, focus.end, key=_END)
        at = at if out else bisect_left(tokens, focus.end, key=_END) - 1
        end = tokens[at].end if 0 <= at < len(tokens) else -1
    if out:
        if end < 0:
            raise Refusal("this is the end of the text")
        _stay_in_line(text, focus.end, end)
    elif end <= focus.start:
        raise Refusal("it cannot get shorter; {} moves edges by characters", "characters")
    return focus._replace(end=end)


def left_edge(view: View, *, out: bool, charwise: bool = False) -> Focus:
    """The focus with its left edge one token, or one cluster, further out or in."""
    focus, text, tokens = view.focus, view.sheet.document.text, view.sheet.tokens
    if charwise:
        starts, _ = cluster_edges(text, focus.start, focus.end)
        at = bisect_left(starts, focus.start) - 1 if out else bisect_right(starts, focus.start)
        start = starts[at] if 0 <= at < len(starts) else -1
    else:
        at = bisect_right(tokens, focus.start, key=_START)
        at = bisect_left(tokens, focus.start, key=_START) - 1 if out else at
        start = tokens[at].start if 0 <= at < len(tokens) else -1
    if out:
        if start < 0:
            raise Refusal("this is the beginning of the text")
        _stay_in_line(text, start, focus.start)
    elif not 0 <= start < focus.end:
        raise Refusal("it cannot get shorter; {} moves edges by characters", "characters")
    return focus._replace(start=start, anchor=view.token_at(focus.sheet, start))


def _stay_in_line(text: str, start: int, end: int) -> None:
    if "\n" in text[start:end]:
        raise Refusal("the line ends here; Shift and a hint ends the span beyond it")
