"""Which hint each token in view gets: by how likely it is wanted, and by the room over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tonemark.corpus.spans import Suggestion
from tonemark.tui.page import hints
from tonemark.tui.page.layout import LIST_INDENT, Piece
from tonemark.tui.page.stops import WORDLIKE

if TYPE_CHECKING:
    from tonemark.tui.page.view import View

_LIKELY = 1e6
_TIGHT = 1e3


@dataclass(frozen=True, slots=True)
class Hints:
    """The hints of what is in view: by token, and back."""

    of: Mapping[tuple[int, int], str]
    tokens: Mapping[str, tuple[int, int]]


Places = Mapping[tuple[int, int], str]
"""Hints by the index of the sheet and the code point at which their token begins."""


def give_hints(view: View, letters: str, prefixes: str, kept: Places) -> Hints:
    """Hints of these letters for the tokens in view (see `hints.codes` for `prefixes`).

    Tokens that begin where those did that had the `kept` ones keep them, and the few others get
    what is free, where that is enough for all.
    """
    wanted: list[tuple[int, int]] = []
    weights: list[float] = []
    rooms: list[int] = []
    for row in view.visible_rows():
        if row.y < view.top:  # only its text is in view
            continue
        sheet = view.page.sheets[row.sheet]
        begins = [
            piece
            for piece in row.pieces
            if piece.token >= 0
            and piece.start == sheet.tokens[piece.token].start
            and WORDLIKE.search(sheet.document.text, *sheet.tokens[piece.token])
        ]
        wanted += [(row.sheet, piece.token) for piece in begins]
        rooms += _rooms(view, begins)
        weights += _weights(view, row.sheet, begins)
    if kept and (of := _keeping(view, wanted, rooms, kept, letters)):
        return Hints(of, {hint: token for token, hint in of.items()})
    # A word of one cell between two others has no room for a longer hint: it comes first among
    # its like, and has none where one-letter hints have run out.
    weights = [weight + _TIGHT * (room == 1) for weight, room in zip(weights, rooms, strict=True)]
    given = zip(wanted, hints.assign(weights, letters, rooms, prefixes), strict=True)
    of = {token: hint for token, hint in given if hint}
    return Hints(of, {hint: token for token, hint in of.items()})


def _keeping(
    view: View,
    wanted: Sequence[tuple[int, int]],
    rooms: Sequence[int],
    kept: Places,
    letters: str,
) -> dict[tuple[int, int], str]:
    """The hints of before and free ones for what is new; nothing where those do not suffice."""
    of: dict[tuple[int, int], str] = {}
    room_of = dict(zip(wanted, rooms, strict=True))
    for (sheet, token), room in room_of.items():
        hint = kept.get((sheet, view.page.sheets[sheet].tokens[token].start), "")
        if hint and len(hint) <= room:
            of[sheet, token] = hint
    for place, room in room_of.items():
        if place in of:
            continue
        hint = hints.spare(of.values(), letters, room)
        if not hint and room > 1:
            return {}
        if hint:
            of[place] = hint
    return of


def _rooms(view: View, begins: Sequence[Piece]) -> list[int]:
    """How many letters have room over each of these, with a blank before the next hint."""
    if view.mode == "list":
        return [LIST_INDENT - 3 if piece.x >= LIST_INDENT else 0 for piece in begins]
    xs = sorted(piece.x for piece in begins)
    ends = dict(zip(xs, [*(x - 1 for x in xs[1:]), view.layout.width], strict=False))
    return [ends[piece.x] - piece.x for piece in begins]


def _weights(view: View, sheet: int, begins: Sequence[Piece]) -> list[float]:
    """How likely each token is wanted: open candidates and suggestions most, and what lies inside
    a span or a suggestion least, for its tag covers it."""
    if not begins:
        return []
    weight = view.candidates(sheet).weight
    standing = view.standing(sheet)
    first, last = begins[0].start, begins[-1].end
    likely: set[int] = set()
    inside: set[int] = set()
    for start, end in standing.open_between(first, last):
        likely.update(range(view.token_at(sheet, start), view.token_at(sheet, end - 1) + 1))
    for stretch in standing.touching(first, last):
        token = view.token_at(sheet, stretch.start)
        inside.update(range(token + 1, view.token_at(sheet, stretch.end - 1) + 1))
        if isinstance(stretch, Suggestion):
            likely.add(token)
    return [
        (token not in inside) * weight[token] + (token in likely - inside) * _LIKELY
        for token in (piece.token for piece in begins)
    ]
