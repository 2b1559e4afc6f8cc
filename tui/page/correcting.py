"""Corrections of tokens: where one can be split, what splitting and joining does to a document.

Pure functions from what stands on a page to edits; where there is nothing to do, a Refusal says
why. Spans stay where they are, whatever the tokens under them become.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import NamedTuple

from tonemark.corpus.corrections import rules_of, signs_in
from tonemark.corpus.drafts import Edit
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.settling import Correction
from tonemark.corpus.spans import Stretch
from tonemark.text import Safe, short, visible
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.profiles.own_rules import Rule
from tonemark.tokenizers.words import LONGEST
from tonemark.tui.page.cells import cells
from tonemark.tui.page.labelling import Refusal

_START, _END = itemgetter(0), itemgetter(1)


FARTHEST = 2_000
"""Code points of a stretch of which a rule is looked for."""

LOOKED_AT = 16
"""Corrections among which that is looked for of which a rule comes: each takes milliseconds."""

BESIDE = 16
"""Cells of the line that offers places which they do not have."""

CONTEXT = 3
"""Signs before and after a place, at most, that tell it from others; of words, one each."""

WORD = 12
"""Signs of a word that tell a place."""


class Place(NamedTuple):
    """A place at which a token can be split: where its first part ends, where its second begins
    (white space lies between, or nothing), and what tells it: what its second part begins with; as
    much before and behind it as it takes where others begin so, too; or which part begins there."""

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
    (grapheme clusters), and first beside those that are no letters, such as a hyphen."""
    signs = signs_in(text, *token)
    gaps = [at for at in range(1, len(signs)) if signs[at - 1][1] < signs[at][0]]
    parts = signs
    if gaps:
        starts = (signs[0], *(signs[at] for at in gaps))
        ends = (*(signs[at - 1] for at in gaps), signs[-1])
        parts = [(first[0], last[1]) for first, last in zip(starts, ends, strict=True)]
    shown = [short(text[slice(*part)], WORD if gaps else 1) for part in parts]
    shown = _told_apart(shown, 1 if gaps else CONTEXT)
    places = [
        Place(before[1], after[0], told)
        for (before, after), told in zip(pairwise(parts), shown, strict=True)
    ]
    letters = [text[start].isalnum() for start, _ in parts]
    among = [before and after for before, after in pairwise(letters)]
    return [place for _, place in sorted(zip(among, places, strict=True), key=itemgetter(0))]


def _told_apart(parts: Sequence[Safe], context: int) -> list[Safe]:
    """What tells the place before each part but the first, no two alike: with up to `context` parts
    on both its sides where that is enough for all, else by number."""
    told, seen = list(parts[1:]), Counter(parts[1:])
    for size in range(1, context + 1):
        now = Counter(told)
        for at, own in enumerate(told, 1):
            if now[own] > 1:
                around = parts[max(0, at - size) : at], parts[at : at + size]
                told[at - 1] = visible("|".join("".join(each) for each in around))
    if len(set(told)) == len(told):
        return told
    alone = enumerate(parts[1:], 2)
    return [own if seen[own] == 1 else visible(f"{at}.") for at, own in alone]


def choice_of(text: str, token: Token, letters: str, width: int) -> Choice:
    """The places of a token with the letters that choose them, as many as fit a line of `width`
    cells (`words.places_line`)."""
    places = split_places(text, token)
    taken = list(accumulate(cells(place.shown) + 3 for place in places[: len(letters)]))
    chosen = dict(zip(letters, places[: bisect_right(taken, width - BESIDE)], strict=False))
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


def corrections(page: Page) -> list[Correction]:
    """Each stretch that was corrected on the page, the last first, as it now stands there: what was
    taken back, by undo or by the opposite correction, among them."""
    found: dict[tuple[int, int, int], tuple[int, float]] = {}
    for index, sheet in enumerate(page.sheets):
        if sheet.document.tokens is not None:
            continue  # no rule changes those
        steps = [(done.edit, (done.number, done.time)) for done in sheet.state.undoable]
        steps += [(done.edit, done.undone) for done in sheet.state.redoable]
        for edit, when in steps:
            if (stretch := corrected_stretch(edit)) and stretch[1] - stretch[0] <= FARTHEST:
                place = (index, *stretch)
                found[place] = max(found.get(place, when), when)
    places = sorted(found, key=found.__getitem__, reverse=True)[:LOOKED_AT]
    return [_correction(page.sheets[index], start, end) for index, start, end in places]


def _correction(sheet: Sheet, start: int, end: int) -> Correction:
    """A stretch with what lies around it, as far as a rule can reach, cut where tokens of neither
    kind are."""
    tokens, given = sheet.tokens, sheet.given
    first, last = bisect_right(tokens, start, key=_END), bisect_left(tokens, end, key=_START)
    near = tokens[max(0, first - LONGEST) : last + LONGEST]
    left, right = near[0].start, near[-1].end
    before = None
    while before != (left, right):
        before = left, right
        for each in (tokens, given):
            over = each[bisect_right(each, left, key=_END) : bisect_left(each, right, key=_START)]
            if over:
                left, right = min(left, over[0].start), max(right, over[-1].end)

    def within(each: Sequence[Token]) -> list[Token]:
        part = each[bisect_left(each, left, key=_START) : bisect_right(each, right, key=_END)]
        return [Token(a - left, b - left) for a, b in part]

    text = sheet.document.text[left:right]
    return Correction(text, within(given), within(tokens), start - left, end - left)


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
