"""What a key that labels does for the same name elsewhere on the page: it becomes a suggestion at
once, in the same edits, so that undo takes it back and a page that comes back has it.

Pure; where a name stands, and how likely it is one there, somebody else says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.pages import Page, Sheet
from tonemark.corpus.spans import Span, Suggestion
from tonemark.tui.page.stops import Ordered

Grow = Callable[[Sheet, str, str], Sequence[Suggestion]]
"""`grow(sheet, name, label)`: suggestions of `label` wherever `name`, the text of a span as it
stands, occurs in any sheet of the page; also over what stands there already. None where the name
has done too badly to suggest, and none for a document that is blind."""


def no_growth(sheet: Sheet, name: str, label: str) -> Sequence[Suggestion]:
    """Nothing grows."""
    return ()


def grown(page: Page, edits: Sequence[Edit], grow: Grow) -> list[Edit]:
    """The edits of a key, and what follows of the spans that it sets and takes away.

    Each name that it sets is suggested where it stands free of spans and suggestions, on all
    documents that have no answer of their own yet. What a span that it takes away had brought onto
    the page goes with it, unless one of those was confirmed: they would else be accepted with the
    page. The edits keep their order; documents that only suggestions join come behind.
    """
    if grow is no_growth or not any(edit.added or edit.removed for edit in edits):
        return list(edits)
    by_document = {edit.document: edit for edit in edits}
    for number, dropped in _withdrawn(page, edits):
        edit = by_document.get(number, Edit(number))
        gone = tuple(each for each in dropped if each not in edit.dropped)
        by_document[number] = replace(edit, dropped=(*edit.dropped, *gone))
    names = dict.fromkeys(_names(page, edits))
    for sheet in page.sheets:
        if sheet.draft.answer is None and not sheet.state.hidden:
            number = sheet.document.number
            edit = by_document.get(number, Edit(number))
            found = [each for name in names for each in grow(sheet, *name)]
            if found and (free := _free(edit.apply(sheet.draft), found)):
                by_document[number] = replace(edit, suggested=(*edit.suggested, *free))
    return [edit for edit in by_document.values() if edit != Edit(edit.document)]


def _names(page: Page, edits: Iterable[Edit]) -> Iterator[tuple[str, str]]:
    texts = {sheet.document.number: sheet.document.text for sheet in page.sheets}
    for edit in edits:
        for span in edit.added:
            yield texts[edit.document][span.start : span.end], span.label


def _free(draft: Draft, found: Iterable[Suggestion]) -> list[Suggestion]:
    """Those that lie on nothing that stands, nor on each other: the first, then the longest."""
    spans, suggestions = Ordered(draft.spans), Ordered(draft.suggestions)
    free: list[Suggestion] = []
    behind = 0
    for each in sorted(found, key=lambda s: (s.start, -s.end)):
        place = each.start, each.end
        if each.start >= behind and not (spans.touching(*place) or suggestions.touching(*place)):
            free.append(each)
            behind = each.end
    return free


def _withdrawn(page: Page, edits: Iterable[Edit]) -> Iterator[tuple[int, list[Suggestion]]]:
    """The suggestions that joined with the spans that these edits take away, by document."""
    for edit in edits:
        for span in edit.removed:
            if span not in edit.added and (key := _key_of(page, edit.document, span)):
                yield from _joined(page, key)


def _key_of(page: Page, document: int, span: Span) -> tuple[int, float] | None:
    """Number and time of the key that set a span, where it stands in the history."""
    for sheet in page.sheets:
        if sheet.document.number == document:
            for done in reversed(sheet.state.undoable):
                if span in done.edit.added:
                    return done.number, done.time
    return None


def _joined(page: Page, key: tuple[int, float]) -> list[tuple[int, list[Suggestion]]]:
    """What joined the page by a key and still stands; nothing where a part of it was confirmed."""
    joined = []
    for sheet in page.sheets:
        found = [
            each
            for done in sheet.state.undoable
            if (done.number, done.time) == key
            for each in done.edit.suggested
        ]
        if found:
            spans = {(span.start, span.end, span.label) for span in sheet.draft.spans}
            if any((each.start, each.end, each.label) in spans for each in found):
                return []
            standing = set(sheet.draft.suggestions)
            joined.append((sheet.document.number, [each for each in found if each in standing]))
    return joined
