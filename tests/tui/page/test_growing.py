"""Growth: what is labelled is suggested elsewhere on the page at once, and goes as it came."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.events import replay
from tonemark.corpus.pages import Page, Sheet, told_fates
from tonemark.corpus.spans import Suggestion
from tonemark.tui.page import words
from tonemark.tui.page.view import View

TEXT = "kwa Samia na Juma na Nairobi na Samia na Juma Ali wa nairobi"

Makes = Callable[..., Any]


def places(sheet: Sheet, name: str) -> list[tuple[int, int]]:
    """Where a name stands, capitals aside, at the borders of tokens."""
    text, wanted = sheet.document.text.casefold(), name.casefold()
    starts, ends = ({token[side] for token in sheet.tokens} for side in (0, 1))
    found = [(at, at + len(wanted)) for at in range(len(text)) if text.startswith(wanted, at)]
    return [(start, end) for start, end in found if start in starts and end in ends]


def grow(sheet: Sheet, name: str, label: str) -> Sequence[Suggestion]:
    """Suggests a name wherever it stands."""
    return [Suggestion(*place, label, ("rule:same-name",)) for place in places(sheet, name)]


def suggested(page: Any) -> list[str]:
    """The suggestions of the page in order: "?PER:Samia"."""
    return [
        f"?{each.label}:{sheet.document.text[each.start : each.end]}"
        for sheet in page.view.page.sheets
        for each in sheet.draft.suggestions
    ]


@pytest.mark.parametrize(
    ("keys", "spans", "suggestions", "focus"),
    [
        ("1", ["PER:Samia"], ["?PER:Samia"], "Juma"),  # the second is nothing to look at
        ("1 1", ["PER:Samia", "PER:Juma"], ["?PER:Samia", "?PER:Juma"], "Nairobi"),
        # Juma Ali may be one name: Juma in it is looked at
        ("1 1 2", None, ["?PER:Samia", "?PER:Juma", "?LOC:nairobi"], "Juma"),
        ("1 z", [], [], "Samia"),
        ("1 z Z", ["PER:Samia"], ["?PER:Samia"], "Samia"),
        # a slip mended by another label, by deleting, by other edges
        ("2 @Samia 1", ["PER:Samia"], ["?PER:Samia"], "Juma"),
        ("2 @Samia 1 z", ["LOC:Samia"], ["?LOC:Samia"], "Samia"),
        ("1 @Samia -", [], [], "Samia"),
        ("1 -", [], [], "Samia"),
        ("1 @Samia - z", ["PER:Samia"], ["?PER:Samia"], "Samia"),
        ("1 @Samia .", ["PER:Samia na"], ["?PER:Samia na"], "Samia na"),
        ("1 @Samia . . , ,", ["PER:Samia"], ["?PER:Samia"], "Samia"),
        # what was confirmed meanwhile keeps the others
        ("1 @Samia right right right right right right 1 @Samia -", ["PER:Samia"], [], "Samia"),
        # over spans and suggestions nothing grows
        ("@Ali 2 @Juma 1", ["PER:Juma", "LOC:Ali"], ["?PER:Juma"], "Nairobi"),
        ("1 @Samia @Samia 1", ["PER:Samia"], ["?PER:Samia"], "Juma"),
        # the same everywhere, by the way of comparing names
        ("@Nairobi 2 = enter", ["LOC:Nairobi", "LOC:nairobi"], [], None),
    ],
)
def test_what_grows_and_what_goes(
    player: Makes, keys: str, spans: list[str] | None, suggestions: list[str], focus: str | None
) -> None:
    page = player(TEXT, grow=grow, places=places).play(keys)
    assert suggested(page) == suggestions
    assert spans is None or page.spans == spans
    assert focus is None or page.focus == focus


def test_it_grows_over_the_documents_of_a_page_that_have_no_answer(player: Makes) -> None:
    page = player("wa Juma leo", "na Juma", "kwa juma na Juma", "Juma", grow=grow)
    page.view.go(1, 0, 2)
    page.play("x")
    page.view.page.sheets[3].state.hidden = (Suggestion(0, 4, "PER", ()),)  # a blind one
    page.play("@Juma 1")
    assert suggested(page) == ["?PER:juma", "?PER:Juma"]
    assert [len(sheet.draft.suggestions) for sheet in page.view.page.sheets] == [0, 0, 2, 0]
    assert page.reply.message == "no more candidates: ⏎ accepts, 2 suggested too"
    assert page.play("z").reply.message == "undone: PER on Juma"
    assert (suggested(page), page.spans, page.view.focus.sheet) == ([], [], 0)


def test_where_only_suggestions_are_left_it_says_how_many(player: Makes) -> None:
    page = player("na Juma na Juma na Juma", grow=grow).play("1")
    assert page.reply.message == "no more candidates: ⏎ accepts, 2 suggested too"
    right = "".join(text for text, _ in words.status(page.view, page.keyboard)[1])
    assert right == "none to look at, 2 suggested "


def test_a_doubtful_one_that_grows_is_visited(player: Makes) -> None:
    def doubtful(sheet: Sheet, name: str, label: str) -> list[Suggestion]:
        return [Suggestion(*p, label, ("gazetteer:7",), 0.5) for p in places(sheet, name)]

    page = player("na Juma ya Juma", grow=doubtful).play("1")
    assert (page.focus, page.view.focus.start, page.view.place_in_tour()) == ("Juma", 11, (1, 1))


def test_what_became_of_those_that_grew_is_told_with_the_answer(player: Makes) -> None:
    page = player(TEXT, suggestions=["LOC:Nairobi"], grow=grow).play("1 1 1 1 z")
    sheet = page.view.sheet
    told = [f"{s.label}:{TEXT[s.start : s.end]}" for s in sheet.state.shown]
    assert told == ["LOC:Nairobi", "PER:Samia", "PER:Juma"]
    page.play("@Ali left -")
    fate = told_fates(sheet.state.shown, sheet.draft, "accept")
    names = {kind: [TEXT[s[0] : s[1]] for s in those] for kind, those in fate.items()}
    assert names == {"kept": ["Nairobi", "Samia"], "changed": [], "deleted": ["Juma"]}


KEYS = [*"1231212-=zzZ.,;'xm", *"asdfgh", "enter", "space", "backspace", "right", "left", "t", "o"]
TEXTS = [TEXT, "Juma Ali na Juma na juma na Juma Ali Juma", "hakuna", "Samia Samia\nSamia, Juma."]


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3),
    st.lists(st.sampled_from(KEYS), max_size=40),
    st.booleans(),
)
def test_any_keys_leave_suggestions_apart_and_undone_the_page_as_it_was(
    player: Makes, texts: list[str], keys: list[str], scores: bool
) -> None:
    def unsure(sheet: Sheet, name: str, label: str) -> list[Suggestion]:
        score = 0.4 if scores and len(name) % 2 else 1.0
        return [Suggestion(*p, label, ("rule:same-name",), score) for p in places(sheet, name)]

    page = player(*texts, grow=unsure, places=places)
    view, sheets = page.view, page.view.page.sheets
    first = [sheet.draft for sheet in sheets]
    for key in keys:
        before = [sheet.draft for sheet in sheets]
        page.keyboard.press(key)
        for sheet, draft in zip(sheets, before, strict=True):
            standing = sorted(sheet.draft.stretches(), key=lambda s: s.start)
            assert all(a.end <= b.start for a, b in pairwise(standing))
            if draft.answer and sheet.draft.answer and key not in "zZ":  # they bring back what was
                assert not set(sheet.draft.suggestions) - set(draft.suggestions)
            starts, ends = ({token[side] for token in sheet.tokens} for side in (0, 1))
            assert all(s.start in starts and s.end in ends for s in sheet.draft.suggestions)
            again = replay(sheet.document.number, sheet.log.events)
            assert (again.draft, again.shown) == (sheet.draft, sheet.state.shown)
            assert set(sheet.draft.suggestions) <= set(sheet.state.shown)
        place, total = view.place_in_tour()
        stops = [
            (index, *stop[:2])
            for index, sheet in enumerate(sheets)
            if not sheet.draft.answer
            for stop in view.standing(index).stops()
        ]
        assert total == len(stops)
        assert bool(place) == any(s[:2] == view.focus[:2] for s in stops)
    assert View(Page(sheets), {}).page.focus() == view.page.focus()
    page.keyboard.menu, page.keyboard.pending, page.keyboard.confirmation = False, "", None
    page.keyboard.choice = None
    while view.page.undoable:
        page.play("z")
    assert [sheet.draft for sheet in sheets] == first
