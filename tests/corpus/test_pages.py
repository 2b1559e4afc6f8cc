"""A page's history: any keys, replayed from what was written down, give what stood there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Decision, Draft, Edit
from tonemark.corpus.events import MALFORMED, Event, Replayed, replay
from tonemark.corpus.journal import encode, parse
from tonemark.corpus.model_suggestions import Possible
from tonemark.corpus.pages import MemoryLog, Page, Sheet, told_fates
from tonemark.corpus.queue import Claim
from tonemark.corpus.spans import Span, Suggestion
from tonemark.tokenizers.base import Token

SHOWN = (Suggestion(0, 4, "PER", ("import:x",), 0.5), Suggestion(6, 9, "LOC", ("model:m",)))
TEXT = "Asha na Juma walifika Kisumu"

spans = st.builds(
    lambda start, length, label, source: Span(start, start + length, label, (source,)),
    st.integers(0, 20),
    st.integers(1, 8),
    st.sampled_from(["PER", "LOC", "\ud800"]),
    st.sampled_from(["manual", "import:x"]),
)
suggestions = st.builds(
    lambda span, score: Suggestion(span.start, span.end, span.label, span.sources, score),
    spans,
    st.floats(0, 1),
)
tokens = st.lists(st.builds(Token, st.integers(0), st.integers(0)), max_size=3).map(tuple)
values = {
    "answer": st.sampled_from([None, "accept", "reject", "ignore"]),
    "comment": st.text(st.characters()),
    "flagged": st.booleans(),
}
any_value = st.sampled_from(sorted(values)).flatmap(
    lambda name: st.tuples(st.just(name), values[name], values[name])
)
decisions = st.lists(
    st.builds(Decision, st.integers(0), st.integers(0), st.sampled_from(["rosa", ":own"])),
    max_size=2,
).map(tuple)
edits = st.builds(
    Edit,
    st.just(7),
    *[st.lists(each, max_size=3).map(tuple) for each in (spans, spans, suggestions, suggestions)],
    tokens,
    tokens,
    decisions,
    decisions,
    st.lists(any_value, max_size=2).map(tuple),
)


def sheet(number: int, log: MemoryLog | None = None) -> Sheet:
    """A document's sheet, its state replayed from a log as a journal file would keep it."""
    document = Document(number, f"d{number}", TEXT)
    new = MemoryLog()
    if log:
        new.events = list(parse(b"".join(map(encode, log.events))))
    else:
        new.append(Event(1, "open", {"shown": [each.to_json() for each in SHOWN]}))
    state = replay(number, new.events)
    return Sheet(document, Claim("amina", number, 1), (), new, state)


def log_of(sheet: Sheet) -> MemoryLog:
    assert isinstance(sheet.log, MemoryLog)
    return sheet.log


def restarted(page: Page) -> Page:
    return Page([sheet(each.document.number, log_of(each)) for each in page.sheets])


def drafts(page: Page) -> list[Draft]:
    return [sheet.draft for sheet in page.sheets]


def add(page: Page, document: int, start: int) -> None:
    page.perform([Edit(document, added=(Span(start, start + 1, "PER"),))])


def starts(page: Page) -> list[list[int]]:
    return [[span.start for span in draft.spans] for draft in drafts(page)]


def fitting(draft: Draft, document: int, data: st.DataObject) -> Edit:
    """An edit that a key could make of this draft."""
    name = data.draw(st.sampled_from(sorted(values)))
    before = getattr(draft, name)
    return Edit(
        document,
        removed=tuple(data.draw(st.lists(st.sampled_from(draft.spans), max_size=1)))
        if draft.spans
        else (),
        added=tuple(data.draw(st.lists(spans, max_size=2))),
        dropped=tuple(data.draw(st.lists(st.sampled_from(draft.suggestions), max_size=1)))
        if draft.suggestions
        else (),
        unmade=tuple(data.draw(st.lists(st.sampled_from(draft.made), max_size=1)))
        if draft.made
        else (),
        made=data.draw(tokens),
        values=((name, before, data.draw(values[name])),) if data.draw(st.booleans()) else (),
    )


@settings(max_examples=60, deadline=None)
@given(st.data(), st.integers(1, 3))
def test_any_keys_replayed_give_the_live_page_and_undone_the_first(
    data: st.DataObject, size: int
) -> None:
    page = Page([sheet(number) for number in range(1, size + 1)])
    first = drafts(page)
    # The model: the drafts after each step, and how many of the steps stand.
    past, at = [first], 0
    keys = st.sampled_from(["edit", "edit", "undo", "undo", "redo", "restart"])
    for key in data.draw(st.lists(keys, max_size=30)):
        if key == "edit":
            chosen = data.draw(st.sets(st.integers(0, size - 1), min_size=1))
            step = [fitting(page.sheets[i].draft, i + 1, data) for i in sorted(chosen)]
            page.perform(step)
            past, at = [*past[: at + 1], drafts(page)], at + 1
        elif key == "undo":
            assert bool(page.undo()) == (at > 0)
            at = max(0, at - 1)
        elif key == "redo":
            assert bool(page.redo()) == (at + 1 < len(past))
            at = min(len(past) - 1, at + 1)
        else:
            page = restarted(page)
        assert drafts(page) == past[at]
        assert drafts(restarted(page)) == past[at]
        assert page.undoable == (at > 0)
    while page.undo():
        page = restarted(page)
    assert drafts(page) == first


@given(edits)
def test_an_edit_comes_back_from_json_and_takes_itself_back(edit: Edit) -> None:
    assert Edit.from_json(7, json.loads(json.dumps(edit.to_json()))) == edit
    draft = Draft(
        tuple(sorted(edit.removed)),
        tuple(sorted(edit.dropped)),
        made=tuple(sorted(edit.unmade)),
        decisions=tuple(sorted(edit.undecided)),
    )
    draft = replace(draft, **{name: before for name, before, _ in reversed(edit.values)})
    after = edit.apply(draft)
    named = {name for name, _, _ in edit.values}
    if len(named) == len(edit.values):
        assert edit.inverse().apply(after) == draft
    assert edit.inverse().inverse() == edit


@given(spans, suggestions)
def test_spans_and_suggestions_come_back_from_json(span: Span, suggestion: Suggestion) -> None:
    assert Span.from_json(json.loads(json.dumps(span.to_json()))) == span
    assert Suggestion.from_json(json.loads(json.dumps(suggestion.to_json()))) == suggestion


def test_an_edit_with_two_values_of_one_name_is_taken_back_in_reverse() -> None:
    edit = Edit(1, values=(("comment", "a", "b"), ("comment", "b", "c")))
    assert edit.inverse().apply(edit.apply(Draft(comment="a"))).comment == "a"


def test_an_edit_on_one_document_ends_redo_on_the_others_after_a_restart_too() -> None:
    page = Page([sheet(1), sheet(2)])
    add(page, 1, 0)
    add(page, 1, 4)
    page.undo()
    add(page, 2, 8)
    page.undo()
    page.undo()
    for each in (page, restarted(page)):
        assert [len(each.redo()), len(each.redo()), len(each.redo())] == [1, 1, 0]
        assert starts(each) == [[0], [8]]


def test_documents_that_come_together_later_keep_their_keys_apart() -> None:
    one, two = Page([sheet(1)]), Page([sheet(2)])
    add(one, 1, 0)
    add(two, 2, 0)
    together = Page([*restarted(one).sheets, *restarted(two).sheets])
    assert len(together.undo()) == 1
    assert len(together.undo()) == 1
    assert starts(together) == [[], []]
    assert len(together.redo()) == 1
    assert len(together.redo()) == 1


class FullLog(MemoryLog):
    """A log on a disk with room for so many events."""

    def __init__(self, room: int) -> None:
        super().__init__()
        self.room = room

    def append(self, event: Event, *, sync: bool = True) -> None:
        if len(self.events) >= self.room:
            raise OSError(28, "No space left on device")
        super().append(event)


@pytest.mark.parametrize("key", ["edit", "undo", "redo"])
def test_a_key_that_one_document_cannot_keep_changes_none(key: str) -> None:
    page = Page([sheet(1), sheet(2)])
    both = [Edit(n, added=(Span(0, 4, "PER"),)) for n in (1, 2)]
    page.perform(both)
    if key == "redo":
        page.undo()
    page.sheets[1].log = FullLog(0)
    before = [drafts(page), log_of(page.sheets[0]).events.copy()]
    act = {"edit": lambda: page.perform(both), "undo": page.undo, "redo": page.redo}[key]
    with pytest.raises(OSError, match="No space"):
        act()  # type: ignore[operator]
    assert [drafts(page), log_of(page.sheets[0]).events] == before


@pytest.mark.parametrize(
    "wrong",
    [
        [Edit(1, removed=(Span(0, 4, "PER"),))],
        [Edit(1, dropped=(Suggestion(0, 1, "PER", ()),))],
        [Edit(1, added=(Span(0, 4, "PER"),)), Edit(9, added=(Span(0, 4, "PER"),))],
        [Edit(1, added=(Span(0, 4, "PER"),)), Edit(1, added=(Span(5, 9, "PER"),))],
    ],
)
def test_an_edit_that_could_not_be_replayed_is_never_written_down(wrong: list[Edit]) -> None:
    page = Page([sheet(1)])
    before = log_of(page.sheets[0]).events.copy()
    with pytest.raises(ValueError, match=r"is not there|at most one"):
        page.perform(wrong)
    assert log_of(page.sheets[0]).events == before
    assert drafts(page) == [Draft(suggestions=SHOWN)]


def test_the_focus_is_written_down_when_it_moves_and_found_again() -> None:
    page = Page([sheet(1), sheet(2)])
    assert page.focus() is None
    for place in ((0, 0, 4), (0, 0, 4), (1, 5, 7)):
        page.note_focus(*place)
    assert [len(log_of(each).events) for each in page.sheets] == [2, 2]
    assert restarted(page).focus() == (1, 5, 7)
    assert page.untouched
    assert not page.undo()


def test_the_focus_that_a_key_leads_to_is_written_with_what_it_does() -> None:
    """A program killed between the two came back on the word that had its label already."""
    page = Page([sheet(1), sheet(2)])
    seen = []

    def leads(*_: Any) -> tuple[int, int, int]:
        seen.append(starts(page))  # as it is when the key is done
        return 1, 5, 7

    page.perform([Edit(1, added=(Span(3, 4, "PER"),))], leads)
    assert [len(log_of(each).events) for each in page.sheets] == [2, 1]
    assert restarted(page).focus() == page.focus() == (1, 5, 7)
    page.note_focus(0, 0, 4)
    page.undo(leads)
    assert restarted(page).focus() == (1, 5, 7)
    page.note_focus(0, 0, 2)
    page.redo(lambda edits: (0, *map(int, (edits[0].added[0].start, 4))))
    assert restarted(page).focus() == (0, 3, 4)
    assert seen == [[[3], []], [[], []]]
    alone = Page([sheet(2, log_of(page.sheets[1]))])
    assert alone.focus() is None, "what was written in the other document is not here"


def test_a_key_that_is_refused_leaves_the_focus_and_what_it_had_shown() -> None:
    page = Page([sheet(1)])
    page.note_focus(0, 0, 4)
    page.sheets[0].log = FullLog(0)
    before = page.sheets[0].draft
    with pytest.raises(OSError, match="No space"):
        page.perform([Edit(1, added=(Span(3, 4, "PER"),))], lambda: (0, 5, 7))
    assert page.sheets[0].draft is before
    assert page.focus() == (0, 0, 4)


def test_shown_are_those_frozen_and_those_that_joined_and_stand_in_the_history() -> None:
    page = Page([sheet(1)])
    joined = Suggestion(11, 17, "LOC", ("rule:same-name",))
    page.perform([Edit(1, added=(Span(3, 4, "PER"),), suggested=(joined,))])
    assert page.sheets[0].state.shown == (*SHOWN, joined)
    page.perform([Edit(1, dropped=(joined,))])
    (outcome,) = restarted(page).outcomes("accept")
    assert outcome.events[-1].data["deleted"] == [joined.to_json()]
    page.undo()
    page.undo()
    assert restarted(page).sheets[0].state.shown == SHOWN


def test_what_goes_with_the_span_that_brought_it_was_not_judged() -> None:
    juma, beside = Span(8, 12, "PER"), Suggestion(13, 21, "PER", ("rule:same-name",))
    label = Edit(1, added=(juma,), suggested=(beside,))
    for undo, shown in (
        (Edit(1, removed=(juma,), dropped=(beside,)), SHOWN),
        (Edit(1, dropped=(beside,)), (*SHOWN, beside)),
        (Edit(1, added=(Span(13, 21, "LOC"),), dropped=(beside,)), (*SHOWN, beside)),
    ):
        page = Page([sheet(1)])
        page.perform([label])
        page.perform([undo])
        assert page.sheets[0].state.shown == shown


def test_an_answer_of_its_own_holds_on_a_page_of_several_and_not_alone() -> None:
    rejected = Edit(1, values=(("answer", None, "reject"),))
    several = Page([sheet(1), sheet(2)])
    several.perform([rejected])
    assert [each.answer for each in several.outcomes("accept")] == ["reject", "accept"]
    assert [each.answer for each in several.outcomes(None)] == [None, None]
    alone = Page([sheet(1, log_of(several.sheets[0]))])
    assert [each.answer for each in alone.outcomes("accept")] == ["accept"]


@pytest.mark.parametrize(
    ("draft", "answer", "kept", "changed", "deleted"),
    [
        (Draft(suggestions=SHOWN), "accept", [0, 1], [], []),
        (Draft(suggestions=SHOWN), "reject", [], [], []),
        (Draft((SHOWN[0].to_span(),), SHOWN[1:]), "reject", [0], [], []),
        (Draft((Span(0, 5, "PER"),), SHOWN[1:]), "accept", [1], [0], []),
        (Draft((Span(0, 4, "LOC"),)), "accept", [], [0], [1]),
        (Draft(), "ignore", [], [], [0, 1]),
    ],
)
def test_what_became_of_each_suggestion(
    draft: Draft, answer: Any, kept: list[int], changed: list[int], deleted: list[int]
) -> None:
    found = told_fates(SHOWN, draft, answer)
    wanted = {"kept": kept, "changed": changed, "deleted": deleted}
    assert found == {
        name: [SHOWN[index].to_json() for index in places] for name, places in wanted.items()
    }


def test_an_answer_from_a_file_replaces_what_stood() -> None:
    page = Page([sheet(1)])
    add(page, 1, 0)
    span = Span(5, 7, "LOC", ("import:f",))
    log = log_of(page.sheets[0])
    log.append(Event(9, "import", {"spans": [span.to_json()], "comment": "c", "flagged": True}))
    log.append(Event(10, "answer", {"answer": "accept"}))
    state: Replayed = sheet(1, log).state
    assert state.draft == Draft((span,), comment="c", flagged=True)
    assert (state.undoable, state.redoable, state.shown) == ([], [], ())
    assert not state.touched


@pytest.mark.parametrize(
    "possible",
    [
        [[5, 3, 0.5]],
        [[2, 2, 0.5]],
        [[1, 4, 0.5], [2, 6, 0.5]],
        [[4, 6, 0.5], [1, 3, 0.5]],
        [[0, len(TEXT) + 1, 0.5]],
        [[-1, 3, 0.5]],
        [["0", 3, 0.5]],
        [[0.5, 3, 0.5]],
        [[0, 3, 1.5]],
        [[0, 3, float("nan")]],
        [[0, 3, float("inf")]],
        [[0, 3]],
        [0],
    ],
)
def test_candidates_that_cannot_be_are_damage(possible: list[Any]) -> None:
    with pytest.raises(MALFORMED):
        replay(1, [Event(1, "open", {"shown": [], "possible": possible})]).check(1, len(TEXT))


def test_candidates_stay_until_an_answer_from_a_file_stands_there() -> None:
    opened = Event(1, "open", {"shown": [], "possible": [[0, 3, 0.5], [3, 6, 1]]})
    state = replay(1, [opened])
    state.check(1, len(TEXT))
    assert state.possible == (Possible(0, 3, 0.5), Possible(3, 6, 1.0))
    state.take(1, Event(2, "import", {"spans": []}))
    assert state.possible == ()
