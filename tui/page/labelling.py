"""The edits that keys make: pure functions from what stands on a page to corpus edits.

Each returns edits that can be undone, or says in a Refusal why there is nothing to do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import regex

from tonemark.corpus.drafts import Edit
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.spans import MANUAL, Span, Suggestion
from tonemark.text import graphemes
from tonemark.tokenizers.base import Token


class Refusal(Exception):
    """A key that cannot do anything here, with the reason for the status line."""


class Occurrence(NamedTuple):
    """A place on the page where some text stands: sheet index, code points."""

    sheet: int
    start: int
    end: int


def label(sheet: Sheet, start: int, end: int, name: str, *, add: bool = False) -> Edit:
    """Label a stretch, replacing what it overlaps; with `add`, beside it.

    A suggestion taken over as it is keeps its sources.
    """
    if not sheet.document.text[start:end].strip():
        raise Refusal("there is no text in focus")
    draft = sheet.draft
    proposed = next(
        (s for s in draft.suggestions if (s.start, s.end, s.label) == (start, end, name)), None
    )
    span = Span(start, end, name, proposed.sources if proposed else (MANUAL,))
    twins = [s for s in draft.spans if (s.start, s.end, s.label) == (start, end, name)]
    removed = tuple(s for s in draft.spans if s.overlaps(start, end)) if not add else ()
    if twins and (add or len(removed) == 1):
        raise Refusal(f"this is {name} already")
    dropped = tuple(s for s in draft.suggestions if s.overlaps(start, end))
    if add:
        dropped = (proposed,) if proposed else ()
    return Edit(sheet.document.number, removed=removed, added=(span,), dropped=dropped)


def delete(sheet: Sheet, start: int, end: int) -> Edit | None:
    """Delete the spans and suggestions in focus: those of exactly this stretch if there are any,
    else all that it touches; None where there is nothing."""
    spans: Sequence[Span] = [s for s in sheet.draft.spans if s.overlaps(start, end)]
    suggestions: Sequence[Suggestion] = [
        s for s in sheet.draft.suggestions if s.overlaps(start, end)
    ]
    exact_spans = [s for s in spans if (s.start, s.end) == (start, end)]
    exact_suggestions = [s for s in suggestions if (s.start, s.end) == (start, end)]
    if exact_spans or exact_suggestions:
        spans, suggestions = exact_spans, exact_suggestions
    if not spans and not suggestions:
        return None
    return Edit(sheet.document.number, removed=tuple(spans), dropped=tuple(suggestions))


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


def other_occurrences(page: Page, sheet: int, span: Span) -> list[Occurrence]:
    """Where else on the page the text of a span stands, on token borders, free of spans."""
    text = page.sheets[sheet].document.text[span.start : span.end]
    aligned = _aligned(page.sheets[sheet], span.start, span.end)
    found = []
    for index, other in enumerate(page.sheets):
        behind = 0
        for start in _occurrences(other.document.text, text):
            end = start + len(text)
            if start < behind or (aligned and not _aligned(other, start, end)):
                continue
            if any(s.overlaps(start, end) for s in other.draft.spans):
                continue
            found.append(Occurrence(index, start, end))
            behind = end
    return found


def label_all(page: Page, places: Sequence[Occurrence], name: str) -> list[Edit]:
    """Label each of these places: one edit a sheet."""
    edits = []
    for index, sheet in enumerate(page.sheets):
        here = [place for place in places if place.sheet == index]
        if here:
            edits.append(
                Edit(
                    sheet.document.number,
                    added=tuple(Span(place.start, place.end, name) for place in here),
                    dropped=tuple(
                        s
                        for s in sheet.draft.suggestions
                        if any(s.overlaps(place.start, place.end) for place in here)
                    ),
                )
            )
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


def split_token(sheet: Sheet, start: int, end: int) -> Edit:
    """Split tokens at the edges of the focus, which must lie inside one."""
    tokens: list[Token] = []
    for token in sheet.tokens:
        cuts = [cut for cut in (start, end) if token.start < cut < token.end]
        borders = [token.start, *dict.fromkeys(cuts), token.end]
        tokens += [
            Token(left, right)
            for left, right in pairwise(borders)
            if sheet.document.text[left:right].strip()
        ]
    if len(tokens) == len(sheet.tokens):
        raise Refusal("put an edge inside the token first: ' and then , or >")
    return _corrected(sheet, tokens)


def join_tokens(sheet: Sheet, start: int, end: int) -> Edit:
    """Join the tokens in focus into one."""
    inside = [i for i, token in enumerate(sheet.tokens) if token.start < end and start < token.end]
    if len(inside) < 2:
        raise Refusal("put the focus on two tokens or more first: . takes in the next")
    joined = Token(sheet.tokens[inside[0]].start, sheet.tokens[inside[-1]].end)
    if "\n" in sheet.document.text[joined.start : joined.end]:
        raise Refusal("a token cannot run over the end of a line")
    tokens = [*sheet.tokens[: inside[0]], joined, *sheet.tokens[inside[-1] + 1 :]]
    return _corrected(sheet, tokens)


def grapheme_edges(text: str, start: int, end: int) -> list[int]:
    """The borders of grapheme clusters of a stretch of text, its ends included."""
    return [start, *(start + right for _, right in graphemes(text[start:end]))]


def _corrected(sheet: Sheet, tokens: Sequence[Token]) -> Edit:
    return set_value(sheet, "tokens", tuple(tokens))


def _aligned(sheet: Sheet, start: int, end: int) -> bool:
    return any(t.start == start for t in sheet.tokens) and any(t.end == end for t in sheet.tokens)


def _occurrences(text: str, part: str) -> Iterator[int]:
    for match in regex.finditer(regex.escape(part), text, overlapped=True):
        yield match.start()
