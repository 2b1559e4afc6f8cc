"""Edits as pure functions: what they take away, what they add, and where they refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.drafts import Edit
from tonemark.corpus.pages import Sheet
from tonemark.corpus.spans import Span
from tonemark.text import graphemes
from tonemark.tui.page import labelling
from tonemark.tui.page.labelling import Refusal

TEXT = "Chuo Kikuu cha Nairobi na Nairobi"
Makes = Callable[..., Any]


def sheet_of(player: Makes, text: str = TEXT, **options: Any) -> Sheet:
    sheet: Sheet = player(text, **options).view.sheet
    return sheet


def said(text: str, edit: Edit) -> tuple[list[str], list[str], list[str]]:
    """Removed, added and dropped, as words."""
    parts = (edit.removed, edit.added, edit.dropped)
    removed, added, dropped = ([f"{s.label}:{text[s.start : s.end]}" for s in p] for p in parts)
    return removed, added, dropped


@pytest.mark.parametrize(
    ("spans", "suggestions", "focus", "label", "add", "edit"),
    [
        ([], [], "cha", "A", False, ([], ["A:cha"], [])),
        (["A:cha"], [], "cha", "B", False, (["A:cha"], ["B:cha"], [])),
        (["A:cha Nairobi"], [], "cha", "A", False, (["A:cha Nairobi"], ["A:cha"], [])),
        (["A:Chuo", "B:cha"], [], "Kikuu", "A", False, ([], ["A:Kikuu"], [])),
        (["A:cha"], ["B:cha Nai"], "cha", "A", False, (["A:cha"], ["A:cha"], ["B:cha Nai"])),
        (["A:cha", "B:cha Nairobi"], [], "cha", "C", True, ([], ["C:cha"], [])),
        ([], ["A:cha", "B:cha Nairobi"], "cha", "A", True, ([], ["A:cha"], ["A:cha"])),
        ([], ["A:cha", "B:cha Nai"], "cha", "A", False, ([], ["A:cha"], ["A:cha", "B:cha Nai"])),
    ],
)
def test_a_label_replaces_what_it_overlaps_or_adds(
    player: Makes,
    spans: list[str],
    suggestions: list[str],
    focus: str,
    label: str,
    add: bool,
    edit: tuple[list[str], list[str], list[str]],
) -> None:
    sheet = sheet_of(player, spans=spans, suggestions=suggestions)
    start = TEXT.index(focus)
    made = labelling.label(sheet, start, start + len(focus), label, add=add)
    assert said(TEXT, made) == edit


@pytest.mark.parametrize("add", [False, True])
def test_a_label_that_stands_is_no_edit_and_not_added(player: Makes, add: bool) -> None:
    sheet = sheet_of(player, spans=["A:cha"])
    if add:
        with pytest.raises(Refusal, match="this is A already"):
            labelling.label(sheet, 11, 14, "A", add=True)
    else:
        assert labelling.label(sheet, 11, 14, "A") is None
    with pytest.raises(Refusal, match="no text"):
        labelling.label(sheet, 4, 5, "A", add=add)


def test_a_label_key_on_what_has_that_label_goes_on_and_writes_nothing(player: Makes) -> None:
    page = player("na Juma kwa Ali na Asha").play("1 backspace left left")
    page.view.go(0, 3, 7)
    before = page.view.page.sheets[0].log.events[:]
    page.play("1")
    assert (page.focus, page.spans, page.reply.message) == ("Ali", ["PER:Juma"], "")
    added = page.view.page.sheets[0].log.events[len(before) :]
    assert {event.kind for event in added} <= {"focus"}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("@Yanga -", "dropped: ?LOC on Yanga"),
        ("@Yanga - z", "back: ?LOC on Yanga"),
        ("@Yanga - z Z", "dropped: ?LOC on Yanga"),
        ("@Yanga 2 @Yanga -", "deleted: LOC on Yanga"),
        ("@Yanga 2 z", "undone: LOC on Yanga"),
        ("@Yanga 2 @Yanga - z", "undone: LOC on Yanga"),
        ("t o z", "back: 2 suggestions"),
        ("t o z Z", "dropped: 2 suggestions"),
    ],
)
def test_what_goes_and_comes_back_is_told_as_what_it_was(
    player: Makes, keys: str, message: str
) -> None:
    page = player("na Yanga kwa Simba", suggestions=["LOC:Yanga", "LOC:Simba"]).play(keys)
    assert page.reply.message == message


@pytest.mark.parametrize(
    ("spans", "suggestions", "focus", "removed", "dropped"),
    [
        (["A:cha"], [], "cha", ["A:cha"], []),
        (["A:cha", "B:cha Nairobi"], [], "cha", ["A:cha"], []),
        (["A:cha", "B:cha"], [], "cha", ["A:cha", "B:cha"], []),
        (["A:Chuo", "B:cha"], [], "Chuo Kikuu cha", ["A:Chuo", "B:cha"], []),
        (["A:cha", "B:Kikuu cha Nairobi"], [], "Nairobi", ["B:Kikuu cha Nairobi"], []),
        (["A:Kikuu cha", "B:Chuo Kikuu cha"], [], "Kikuu", ["A:Kikuu cha"], []),
        ([], ["A:cha"], "cha Nairobi", [], ["A:cha"]),
        (["A:cha"], ["B:cha"], "cha", ["A:cha"], ["B:cha"]),
    ],
)
def test_delete_takes_what_is_meant(
    player: Makes,
    spans: list[str],
    suggestions: list[str],
    focus: str,
    removed: list[str],
    dropped: list[str],
) -> None:
    sheet = sheet_of(player, spans=spans, suggestions=suggestions)
    start = TEXT.index(focus)
    edit = labelling.delete(sheet, start, start + len(focus))
    assert edit is not None
    assert said(TEXT, edit) == (removed, [], dropped)
    assert labelling.delete(sheet_of(player), start, start + len(focus)) is None


@pytest.mark.parametrize(
    ("text", "spans", "places"),
    [
        ("Juma na Juma, Jumatatu", ["P:Juma"], ["Juma@8"]),  # whole tokens only
        ("Juma na Juma na Juma", ["P:Juma", "Q:na Juma"], ["Juma@16"]),  # free of spans
        ("cha cha cha cha cha", ["P:cha cha"], ["cha cha@8"]),  # they do not overlap
        ("kwaZulu, Zulu, iZulu", ["P:Zulu"], ["Zulu@9", "Zulu@16"]),  # inside a token: anywhere
        ("na kwaZulu", ["P:Zulu"], []),  # behind where the last token begins
        ("ye\u0301 e\u0301 e xe", ["P:e\u0301"], ["e\u0301@4"]),
        ("xe e\u0301 ye", ["P:e"], ["e@7"]),  # but not inside a cluster
    ],
)
def test_other_occurrences(player: Makes, text: str, spans: list[str], places: list[str]) -> None:
    page = player(text, spans=spans).view.page
    span = min(page.sheets[0].draft.spans)
    found = labelling.other_occurrences(page, 0, span)
    assert [f"{text[p.start : p.end]}@{p.start}" for p in found] == places


def test_suggestions_that_same_takes_over_keep_their_source(player: Makes) -> None:
    page = player("Juma na Ali na Juma", suggestions=["P:Juma"]).view.page
    span = Span(15, 19, "P")
    places = labelling.other_occurrences(page, 0, span)
    (edit,) = labelling.label_all(page, places, "P")
    assert edit.added == (Span(0, 4, "P", ("gazetteer:x",)),)
    assert edit.dropped == page.sheets[0].draft.suggestions


@pytest.mark.parametrize(
    ("suggestions", "places", "dropped"),
    [
        (["P:Ali"], ["Ali@8"], ["P:Ali"]),  # the same: taken over
        (["Q:Ali"], ["Ali@8"], ["Q:Ali"]),  # another label: replaced
        (["Q:na Ali"], [], []),  # a longer one, of which it is a part: left
        (["Q:Ali leo"], [], []),
        (["Q:Al"], ["Ali@8"], ["Q:Al"]),  # a part of it: replaced
        (["Q:Al", "P:Ali"], ["Ali@8"], ["Q:Al", "P:Ali"]),
    ],
)
def test_what_same_does_about_suggestions(
    player: Makes, suggestions: list[str], places: list[str], dropped: list[str]
) -> None:
    text = "Juma na Ali leo, Ali"
    page = player(text, suggestions=suggestions).view.page
    found = labelling.other_occurrences(page, 0, Span(17, 20, "P"))
    assert [f"{text[p.start : p.end]}@{p.start}" for p in found] == places
    edits = labelling.label_all(page, found, "P")
    gone = [f"{s.label}:{text[s.start : s.end]}" for edit in edits for s in edit.dropped]
    assert sorted(gone) == sorted(dropped)


def test_same_goes_by_the_way_of_comparing_names_where_that_knows_the_span(player: Makes) -> None:
    text = "Ng’ombe na Ng'ombe na kwaNg’ombe"
    page = player(text).view.page

    def places(sheet: Sheet, name: str) -> list[tuple[int, int]]:
        assert name in ("Ng’ombe", "ombe")
        return [(0, 7), (11, 18)]

    found = labelling.other_occurrences(page, 0, Span(0, 7, "P"), places)
    assert [(p.start, p.end) for p in found] == [(11, 18)]
    # Inside a word it knows nothing: then the very letters count.
    found = labelling.other_occurrences(page, 0, Span(3, 7, "P"), places)
    assert [(p.start, p.end) for p in found] == [(14, 18), (28, 32)]


@pytest.mark.parametrize(
    ("text", "focus", "starts", "ends"),
    [
        ("ab cd", (3, 5), [0, 1, 3, 4], [1, 2, 4, 5]),  # blanks are passed over
        ("o\u0323\u0301jo\u0323\u0301", (0, 3), [0, 3, 4], [3, 4, 7]),
        ("ኢትዮ", (0, 3), [0, 1, 2], [1, 2, 3]),
        ("𞤀𞤣𞤢\U0001e944", (0, 4), [0, 1, 2], [1, 2, 4]),
        ("มหาวิทยาลัย", (0, 3), [0, 1, 2, 3, 5, 6, 7, 8, 10], [1, 2, 3, 5, 6, 7, 8, 10, 11]),
        ("क्षत्रिय", (0, 3), [0, 3, 7], [3, 7, 8]),
        ("🇰🇪🇹🇿", (0, 2), [0, 2], [2, 4]),
        ("a👩‍👧b", (0, 1), [0, 1, 4], [1, 4, 5]),
        ("", (0, 0), [], []),
        ("  ", (0, 0), [], []),
    ],
)
def test_edges_by_characters(
    text: str, focus: tuple[int, int], starts: list[int], ends: list[int]
) -> None:
    assert labelling.cluster_edges(text, *focus) == (starts, ends)


@given(
    st.text(st.sampled_from("ab e\u0301\u0302 ሰ🇰🇪👩\u200d\u0600क्षi\n"), max_size=400),
    st.data(),
)
def test_edges_near_a_stretch_are_those_of_the_whole_text(text: str, data: st.DataObject) -> None:
    clusters = [(a, b) for a, b in graphemes(text) if not text[a:b].isspace()]
    if not clusters:
        return
    first = data.draw(st.integers(0, len(clusters) - 1))
    last = data.draw(st.integers(first, len(clusters) - 1))
    start, end = clusters[first][0], clusters[last][1]
    starts, ends = labelling.cluster_edges(text, start, end)
    low, high = max(0, first - 5), last + 6
    assert [s for s in starts if clusters[low][0] <= s <= start] == [
        a for a, _ in clusters[low : first + 1]
    ]
    assert [e for e in ends if end <= e][: high - last] == [b for _, b in clusters[last:high]]


def test_what_edits_are_about(player: Makes) -> None:
    page = player(TEXT, spans=["A:cha"], suggestions=["B:Chuo"]).view.page
    sheet = page.sheets[0]
    assert labelling.described(page, [Edit(1, removed=sheet.draft.spans)]) == "A on cha"
    assert labelling.described(page, [Edit(1, dropped=sheet.draft.suggestions)]) == "?B on Chuo"
    assert (
        labelling.described(page, [Edit(1, added=(Span(0, 4, "C"), Span(5, 9, "C")))]) == "2 spans"
    )
    assert labelling.described(page, [labelling.set_value(sheet, "flagged", True)]) == "flag"
