"""The edits that keys make: pure functions from what stands on a page to corpus edits.

Each returns edits that can be undone, or says in a Refusal why there is nothing to do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

import regex

from tonemark.corpus.drafts import Edit
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import MANUAL, Span, Stretch, Suggestion
from tonemark.text import graphemes, short

ANSWERED: dict[Answer, str] = {"accept": "accepted", "reject": "rejected", "ignore": "ignored"}
"""What is said of a document that has its answer."""


class Refusal(Exception):
    """A key that cannot do anything here, with the reason for the status line.

    In it, `{}` stands for the key of each action that is named behind it, in turn.
    """

    def said(self, key_of: Callable[[str], str]) -> str:
        """The reason, with the keys that she has."""
        reason, *actions = map(str, self.args)
        return reason.format(*map(key_of, actions)) if actions else reason


class Occurrence(NamedTuple):
    """A place on the page where some text stands: sheet index, code points."""

    sheet: int
    start: int
    end: int


def label(sheet: Sheet, start: int, end: int, name: str, *, add: bool = False) -> Edit | None:
    """Label a stretch, replacing what it overlaps; with `add`, beside it.

    A suggestion taken over as it is keeps its sources. None where the label stands there and
    nothing is in its way; to add it there once more is refused.
    """
    if not sheet.document.text[start:end].strip():
        raise Refusal("there is no text in focus")
    wanted = (start, end, name)
    spans = _touching(sheet.draft.spans, start, end)
    suggestions = _touching(sheet.draft.suggestions, start, end)
    twins = [s for s in spans if (s.start, s.end, s.label) == wanted]
    taken = [s for s in suggestions if (s.start, s.end, s.label) == wanted]
    if twins and add:
        raise Refusal(f"this is {short(name, 30)} already")
    if twins and len(spans) == 1 and not suggestions:
        return None
    sources = twins[0].sources if twins else taken[0].sources if taken else (MANUAL,)
    return Edit(
        sheet.document.number,
        removed=() if add else tuple(spans),
        added=(Span(start, end, name, sources),),
        dropped=tuple(taken if add else suggestions),
    )


def delete(sheet: Sheet, start: int, end: int) -> Edit | None:
    """Delete the spans and suggestions in focus; None where there is nothing.

    Those of exactly this stretch if there are any, else those that lie inside it, else the
    innermost of those that it touches.
    """
    spans = _touching(sheet.draft.spans, start, end)
    suggestions = _touching(sheet.draft.suggestions, start, end)
    touched: list[Stretch] = [*spans, *suggestions]
    if not touched:
        return None
    meant = [s for s in touched if (s.start, s.end) == (start, end)]
    meant = meant or [s for s in touched if start <= s.start and s.end <= end]
    if not meant:
        inner = min(touched, key=lambda s: s.end - s.start)
        meant = [s for s in touched if (s.start, s.end) == (inner.start, inner.end)]
    return Edit(
        sheet.document.number,
        removed=tuple(s for s in spans if s in meant),
        dropped=tuple(s for s in suggestions if s in meant),
    )


def resize(
    sheet: Sheet, before: tuple[int, int], start: int, end: int, *, overlapping: bool = False
) -> Edit | None:
    """Give the spans and suggestions of exactly one stretch other edges; None where there are none.

    A suggestion becomes a span: its edges are set by hand now, and it keeps its sources beside.
    """
    draft = sheet.draft
    spans = tuple(s for s in draft.spans if (s.start, s.end) == before)
    suggestions = tuple(s for s in draft.suggestions if (s.start, s.end) == before)
    if not spans and not suggestions:
        return None
    in_the_way = [s for s in draft.spans if s.overlaps(start, end) and s not in spans]
    if in_the_way and not overlapping:
        name = short(in_the_way[0].label, 20)
        raise Refusal(f"{name} stands there: delete it first, or label over it")
    standing: list[Stretch] = [*suggestions, *spans]
    labels = {s.label: tuple(dict.fromkeys((*s.sources, MANUAL))) for s in standing}
    return Edit(
        sheet.document.number,
        removed=spans,
        added=tuple(Span(start, end, label, sources) for label, sources in labels.items()),
        dropped=tuple(s for s in draft.suggestions if s in suggestions or s.overlaps(start, end)),
    )


def labelled_last(page: Page) -> tuple[int, Span] | None:
    """The span that was labelled last and still stands, with the index of its sheet."""
    newest: tuple[int, int, Span] | None = None
    for index, sheet in enumerate(page.sheets):
        for done in reversed(sheet.state.undoable):
            standing = [span for span in done.edit.added if span in sheet.draft.spans]
            if standing:
                if newest is None or done.number > newest[0]:
                    newest = (done.number, index, standing[-1])
                break
    return newest and newest[1:]


Places = Callable[[Sheet, str], Sequence[tuple[int, int]]]
"""`places(sheet, name)`: where a name, as a text has it, stands in any sheet, by the project's way
of comparing names: code points, at the borders of tokens, in order."""


def other_occurrences(
    page: Page, sheet: int, span: Span, places: Places | None = None
) -> list[Occurrence]:
    """Where else on the page the text of a span stands, free of spans and of longer suggestions.

    By `places`, where those know the span itself; else its very text, on token borders if the span
    is on them, or on borders of clusters. Documents that have their answer are left out.
    """
    text = page.sheets[sheet].document.text[span.start : span.end]
    if places and (span.start, span.end) not in places(page.sheets[sheet], text):
        places = None
    fits = _aligned if _aligned(page.sheets[sheet], span.start, span.end) else _whole
    found = []
    for index, other in enumerate(page.sheets):
        if other.draft.answer:
            continue
        behind = 0
        own = (span.start, span.end) if index == sheet else (0, 0)
        for start, end in places(other, text) if places else _exact(other, text, fits):
            if start < behind or (start < own[1] and own[0] < end):
                continue
            if not _touching(other.draft.spans, start, end) and not any(
                each.start <= start and end <= each.end and end - start < each.end - each.start
                for each in _touching(other.draft.suggestions, start, end)
            ):
                found.append(Occurrence(index, start, end))
                behind = end
    return found


def label_all(page: Page, places: Sequence[Occurrence], name: str) -> list[Edit]:
    """Label each of these places: one edit a sheet."""
    edits = []
    for index, sheet in enumerate(page.sheets):
        found = [
            label(sheet, place.start, place.end, name) for place in places if place.sheet == index
        ]
        if here := [edit for edit in found if edit]:
            dropped = dict.fromkeys(s for edit in here for s in edit.dropped)
            added = tuple(s for edit in here for s in edit.added)
            edits.append(Edit(sheet.document.number, added=added, dropped=tuple(dropped)))
    return edits


def drop_suggestions(page: Page) -> list[Edit]:
    """Drop all suggestions of the page."""
    return [
        Edit(sheet.document.number, dropped=sheet.draft.suggestions)
        for sheet in page.sheets
        if sheet.draft.suggestions
    ]


def set_value(sheet: Sheet, name: str, value: Any) -> Edit:
    """Set the answer, the comment or the flag of a draft."""
    return Edit(sheet.document.number, values=((name, getattr(sheet.draft, name), value),))


def only_drop(edits: Sequence[Edit]) -> bool:
    """Whether edits do nothing but drop suggestions."""
    return all(edit == Edit(edit.document, dropped=edit.dropped) for edit in edits)


def described(page: Page, edits: Sequence[Edit]) -> str:
    """What some edits are about, in a few words for a message."""
    numbers = [sheet.document.number for sheet in page.sheets]
    if any(edit.made or edit.unmade for edit in edits):
        return "the correction of tokens"
    if fields := [name for edit in edits for name, _, _ in edit.values]:
        return {"flagged": "flag"}.get(fields[0], fields[0])
    by_hand = [edit for edit in edits if edit.added or edit.removed]  # the others followed
    spans: list[tuple[Edit, Stretch]] = [
        (edit, span)
        for edit in by_hand or edits
        for span in edit.added or edit.removed or edit.dropped
    ]
    if len(spans) != 1:
        return f"{len(spans)} {'suggestions' if only_drop(edits) else 'spans'}"
    edit, span = spans[0]
    text = page.sheets[numbers.index(edit.document)].document.text[span.start : span.end]
    mark = "?" if isinstance(span, Suggestion) else ""
    return f"{mark}{short(span.label, 20)} on {short(text, 30)}"


def cluster_edges(text: str, start: int, end: int) -> tuple[list[int], list[int]]:
    """Where the left and the right edge of a stretch may stand next, counted in code points.

    Borders of grapheme clusters inside it and for some way on both sides, without those at which
    the stretch would begin or end with white space.
    """
    before, after = _LAST_WORD.search(text, 0, start), _NEXT_WORD.search(text, end)
    left = max(0, (before.start() if before else start) - _NEAR)
    right = min(len(text), (after.end() if after else end) + _NEAR)
    while left and _CONTINUES.match(text, left):
        left -= 1
    while right < len(text) and _CONTINUES.match(text, right):
        right += 1
    clusters = [(left + first, left + last) for first, last in graphemes(text[left:right])]
    words = [(first, last) for first, last in clusters if not text[first:last].isspace()]
    return [first for first, _ in words], [last for _, last in words]


_NEAR = 64
_NEXT_WORD = regex.compile(r"\S")
_LAST_WORD = regex.compile(r"(?r)\S")
# What may go on with a cluster, however long that is: flags hang on their number in a row.
_CONTINUES = regex.compile(
    r"[\p{GCB=Extend}\p{GCB=SpacingMark}\p{GCB=ZWJ}\p{Regional_Indicator}]|(?<=\p{GCB=ZWJ})."
)

_Item = TypeVar("_Item", Span, Suggestion)


def _touching(items: Sequence[_Item], start: int, end: int) -> list[_Item]:
    before = items[: bisect_left(items, end, key=lambda item: item.start)]
    return [item for item in before if item.end > start]


def _aligned(sheet: Sheet, start: int, end: int) -> bool:
    first = bisect_left(sheet.tokens, start, key=itemgetter(0))
    last = bisect_left(sheet.tokens, end, key=itemgetter(1))
    if len(sheet.tokens) in (first, last):
        return False
    return sheet.tokens[first].start == start and sheet.tokens[last].end == end


def _whole(sheet: Sheet, start: int, end: int) -> bool:
    starts, ends = cluster_edges(sheet.document.text, start, end)
    return start in starts and end in ends


def _exact(
    sheet: Sheet, part: str, fits: Callable[[Sheet, int, int], bool]
) -> Iterator[tuple[int, int]]:
    text = sheet.document.text
    at = text.find(part)
    while at >= 0:
        if fits(sheet, at, at + len(part)):
            yield at, at + len(part)
        at = text.find(part, at + 1)
