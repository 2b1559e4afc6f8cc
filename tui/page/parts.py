"""A row's text in parts that are drawn alike: cut at the edges of spans and of the focus, and what
stands in for something told from the document's own text. Knows no looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tonemark.text import Safe, graphemes, joined, stand_ins, visible
from tonemark.tui.page.cells import cells, clusters
from tonemark.tui.page.layout import Piece

_OWN_LIMIT = 4096
"""Code points of a document, behind one row, that are looked at for what stands in for them."""


class Part(NamedTuple):
    """What is drawn alike: code points, the cells where it stands, its token (or -1), its text."""

    start: int
    end: int
    x: int
    width: int
    token: int
    text: Safe
    leftward: bool


def parts_of(piece: Piece, text: str, edges: set[int]) -> Iterator[Part]:
    """A piece, cut where spans or the focus begin or end inside it, but never inside a cluster.

    A cluster that an edge lies in is a part of its own. What a character is shown as may hang on
    its neighbours (ZWNJ), so the text of the whole is cut, not shown anew.
    """
    start, end = piece.start, piece.end
    inside = [edge - start for edge in edges if start < edge < end]
    own = graphemes(text[start:end]) if inside else []
    shown = clusters(piece.text) if inside else []
    if len(shown) != len(own):
        shown = [visible(text[start + left : start + right]) for left, right in own]
    if not inside or "".join(shown) != piece.text:
        yield Part(start, end, *piece[:2], piece.token, piece.text, piece.leftward)
        return
    cuts = set()
    for left, right in own:
        if any(left <= cut < right for cut in inside):
            cuts.add(left)
        if any(left < cut < right for cut in inside):
            cuts.add(right)
    x, at = piece.x, 0
    for index in range(1, len(own) + 1):
        if index == len(own) or own[index][0] in cuts:
            part = joined(shown[at:index])
            left, right, width = own[at][0], own[index - 1][1], cells(part)
            place = 2 * piece.x + piece.width - x - width if piece.leftward else x
            yield Part(start + left, start + right, place, width, piece.token, part, piece.leftward)
            x, at = x + width, index


def told_apart(shown: Safe, own: str) -> list[tuple[Safe, bool]]:
    """What is shown for a document's `own` text, in parts: which of them stand in for something.

    Where it is not what `visible()` makes of the whole, it was made of single clusters; where it
    is not even that, or a megabyte stands behind a few cells, it all stands in.
    """
    if len(own) > _OWN_LIMIT:
        return [(shown, True)]
    marked: list[tuple[Safe, bool]] = []
    for part in [own] if visible(own) == shown else [own[i:j] for i, j in graphemes(own)]:
        safe, behind = visible(part), 0
        for start, end in stand_ins(part):
            marked += [(Safe(safe[behind:start]), False), (Safe(safe[start:end]), True)]
            behind = end
        marked.append((Safe(safe[behind:]), False))
    if joined(text for text, _ in marked) != shown:
        return [(shown, not shown.isspace())]
    return [(text, is_stand_in) for text, is_stand_in in marked if text]
