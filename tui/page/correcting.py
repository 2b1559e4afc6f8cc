"""Corrections of tokens: where one can be split, what splitting and joining does to a document.

Pure functions from what stands on a page to edits; where there is nothing to do, a Refusal says
why. Spans stay where they are, whatever the tokens under them become.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from tonemark.corpus.corrections import rules_of, signs_in
from tonemark.corpus.drafts import Edit
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.spans import Stretch
from tonemark.text import Safe, short
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.own_rules import Rule
from tonemark.tui.page.cells import cells
from tonemark.tui.page.labelling import Refusal

_START, _END = itemgetter(0), itemgetter(1)


ROOM = 60
"""Cells of the status line for the places that are offered."""


class Place(NamedTuple):
    """A place at which a token can be split: where its first part ends, where its second begins
    (white space lies between, or nothing), and what is shown of the second."""

    end: int
    start: int
    shown: Safe


class Choice(NamedTuple):
    """A token of which one place is to be chosen, each by a letter.

    `further` says that there are places for which there was no letter, or no room.
    """

    token: Token
    places: Mapping[str, Place]
    further: bool


def split_places(text: str, token: Token) -> list[Place]:
    """Where a token can be split: at its white space if it has any, else between its signs
    (grapheme clusters)."""
    signs = signs_in(text, *token)
    gaps = [at for at in range(1, len(signs)) if signs[at - 1][1] < signs[at][0]]
    if not gaps:
        return [
            Place(before[1], after[0], short(text[slice(*after)], 1))
            for before, after in pairwise(signs)
        ]
    ends = [signs[at - 1][1] for at in (*gaps[1:], len(signs))]
    return [
        Place(signs[at - 1][1], signs[at][0], short(text[signs[at][0] : end], 12))
        for at, end in zip(gaps, ends, strict=True)
    ]


def choice_of(text: str, token: Token, letters: str) -> Choice:
    """The places of a token with the letters that choose them, as many as the line has room for."""
    places = split_places(text, token)
    chosen, room = {}, ROOM
    for letter, place in zip(letters, places, strict=False):
        room -= cells(place.shown) + 3
        if room < 0:
            break
        chosen[letter] = place
    return Choice(token, chosen, further=len(places) > len(chosen))


def split_at_edges(sheet: Sheet, start: int, end: int) -> Edit | None:
    """Split tokens at the edges of the focus; None where neither lies inside one."""
    text = sheet.document.text
    parts: list[Token] = []
    for token in tokens_in(sheet, start, end):
        cuts = [cut for cut in (start, end) if token.start < cut < token.end]
        borders = [token.start, *cuts, token.end]
        signs = signs_in(text, *token) if cuts else []
        for cut in cuts:
            if any(left < cut < right for left, right in signs):
                raise Refusal("an edge lies inside a letter with its marks, which stay together")
        for left, right in pairwise(borders):
            within = [sign for sign in signs if left <= sign[0] and sign[1] <= right]
            if cuts and within:
                parts.append(Token(within[0][0], within[-1][1]))
            elif not cuts:
                parts.append(token)
    if len(parts) == len(tokens_in(sheet, start, end)):
        return None
    return _replaced(sheet, parts)


def split_at(sheet: Sheet, token: Token, place: Place) -> Edit:
    """Split a token in two."""
    return _replaced(sheet, [Token(token.start, place.end), Token(place.start, token.end)])


def join_tokens(sheet: Sheet, start: int, end: int) -> Edit:
    """Join the tokens in focus into one; where it is on one alone, that with the next."""
    tokens = sheet.tokens
    first = bisect_right(tokens, start, key=_END)
    last = bisect_left(tokens, end, key=_START)
    if first >= last:
        raise Refusal("there is no token in focus")
    last = max(last, first + 2)
    if last > len(tokens):
        raise Refusal("this is the last token: {} takes in the one before it", "left_out")
    joined = Token(tokens[first].start, tokens[last - 1].end)
    if "\n" in sheet.document.text[joined.start : joined.end]:
        raise Refusal("a token cannot run over the end of a line")
    return _replaced(sheet, [joined])


def cut_by(sheet: Sheet, parts: Sequence[Token]) -> list[Stretch]:
    """The spans and suggestions that begin or end inside one of these tokens: they stay."""
    return [
        stretch
        for stretch in sheet.draft.stretches()
        if any(
            part.start < edge < part.end for part in parts for edge in (stretch.start, stretch.end)
        )
    ]


def corrected_stretch(edit: Edit) -> tuple[int, int] | None:
    """The code points whose tokens an edit changes; None where it changes none."""
    tokens = sorted((*edit.unmade, *edit.made))
    return (tokens[0].start, max(map(_END, tokens))) if tokens else None


def rules_in(sheet: Sheet, start: int, end: int) -> list[Rule]:
    """The rules that the correction of a stretch comes to; none where no rule can say it, and where
    the tokens came with the document, which no rule changes."""
    if sheet.document.tokens is not None:
        return []
    return rules_of(sheet.document.text, sheet.given, sheet.tokens, start, end)


def corrected_last(page: Page) -> list[Rule]:
    """The rules that the last correction on the page comes to, of those that still stand."""
    newest: tuple[int, list[Rule]] = 0, []
    for sheet in page.sheets:
        for done in reversed(sheet.state.undoable):
            stretch = corrected_stretch(done.edit)
            if stretch and (rules := rules_in(sheet, *stretch)):
                newest = max(newest, (done.number, rules))
                break
    return newest[1]


def tokens_in(sheet: Sheet, start: int, end: int) -> Sequence[Token]:
    """The tokens that share a code point with a stretch."""
    tokens = sheet.tokens
    return tokens[bisect_right(tokens, start, key=_END) : bisect_left(tokens, end, key=_START)]


def _replaced(sheet: Sheet, parts: Sequence[Token]) -> Edit:
    """The edit by which a stretch that begins and ends with tokens has these instead.

    Where they are those that the document has anyway, nothing is left of earlier corrections.
    """
    start, end = parts[0].start, parts[-1].end
    made, given = sheet.draft.made, sheet.given
    unmade = made[bisect_left(made, start, key=_START) : bisect_right(made, end, key=_END)]
    here = given[bisect_right(given, start, key=_END) : bisect_left(given, end, key=_START)]
    return Edit(
        sheet.document.number,
        unmade=unmade,
        made=() if unmade and tuple(here) == tuple(parts) else tuple(parts),
    )
