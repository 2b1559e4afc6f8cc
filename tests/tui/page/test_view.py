"""The window, the tour and the hints: what is in view, and what stays where it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tokenizers.sentences.rules import SentenceRules
from tonemark.tui.page.stops import Standing
from tonemark.tui.page.view import MARGIN, Focus, View

TEXT = "kwa Samia Suluhu Hassan alikutana na Juma Ali jijini Nairobi siku ya Jumatatu ."
WORDS = " ".join(f"neno{n} Jina{n}" for n in range(120))


def in_view(view: View) -> bool:
    """Whether the row in which the focus begins is drawn."""
    row = view.layout.rows[view.row_of(view.focus.sheet, view.focus.start)]
    return row in view.visible_rows()


# The tour


def stops_of(view: View) -> list[tuple[int, int, int]]:
    """All that the tour visits: sheet, start, end."""
    sheets = range(len(view.page.sheets))
    return [(sheet, *stop[:2]) for sheet in sheets for stop in view.standing(sheet).stops()]


@pytest.mark.parametrize(
    ("spans", "suggestions", "stops"),
    [
        ([], [], ["Samia Suluhu Hassan", "Juma Ali", "Nairobi", "Jumatatu"]),
        (["PER:Samia"], [], ["Suluhu Hassan", "Juma Ali", "Nairobi", "Jumatatu"]),
        (["PER:Suluhu"], [], ["Hassan", "Juma Ali", "Nairobi", "Jumatatu"]),
        (["PER:Hassan"], [], ["Juma Ali", "Nairobi", "Jumatatu"]),  # the left was passed by
        (["PER:Hassan alikutana na Juma"], [], ["Ali", "Nairobi", "Jumatatu"]),
        ([], ["?PER:Juma Ali"], ["Samia Suluhu Hassan", "?Juma Ali", "Nairobi", "Jumatatu"]),
        ([], ["?PER:Suluhu"], ["Samia", "?Suluhu", "Hassan", "Juma Ali", "Nairobi", "Jumatatu"]),
        ([], ["?X:jijini"], ["Samia Suluhu Hassan", "Juma Ali", "?jijini", "Nairobi", "Jumatatu"]),
        (
            [],
            ["?X:Juma", "?Y:Juma Ali"],  # they begin together: one stop
            ["Samia Suluhu Hassan", "?Juma Ali", "Nairobi", "Jumatatu"],
        ),
        # What is not doubtful stands by itself, and is nothing to look at.
        (
            [],
            ["PER:Juma Ali", "?X:jijini"],
            ["Samia Suluhu Hassan", "?jijini", "Nairobi", "Jumatatu"],
        ),
        # A part of a run may not be the whole name.
        ([], ["PER:Suluhu"], ["Samia", "?Suluhu", "Hassan", "Juma Ali", "Nairobi", "Jumatatu"]),
        ([], ["PER:Samia"], ["?Samia", "Suluhu Hassan", "Juma Ali", "Nairobi", "Jumatatu"]),
        ([], ["PER:na Juma Ali"], ["Samia Suluhu Hassan", "Nairobi", "Jumatatu"]),
    ],
)
def test_the_stops_of_a_text(
    player: Callable[..., Any], spans: list[str], suggestions: list[str], stops: list[str]
) -> None:
    view = player(TEXT, spans=spans, suggestions=suggestions).view
    found = view.standing(0).stops()
    assert ["?" * doubtful + TEXT[start:end] for start, end, doubtful in found] == stops


def test_what_is_left_over_of_a_run_begins_and_ends_with_words(player: Callable[..., Any]) -> None:
    view = player("kwa Ilẹ̀ - Adúláwọ̀ na", spans=["LOC:Ilẹ̀"]).view
    assert [view.sheet.document.text[slice(*stop[1:])] for stop in stops_of(view)] == ["Adúláwọ̀"]


@pytest.mark.parametrize("spans", [[], ["LOC:Kenya"], ["LOC:Kenya", "ORG:Kenya na Uganda"]])
def test_place_in_tour_counts_what_the_tour_visits(
    player: Callable[..., Any], spans: list[str]
) -> None:
    page = player("ya Kenya na Uganda na Congo", "hakuna", "wa Kisumu", spans=spans)
    stops = stops_of(page.view)
    page.view.go(0, 0, 2)
    assert page.view.place_in_tour() == (0, len(stops))
    for place, stop in enumerate(stops, 1):
        assert page.view.tour(1)
        assert page.view.focus[:3] == stop
        assert page.view.place_in_tour() == (place, len(stops))
    assert not page.view.tour(1)
    assert page.view.focus[:3] == stops[0]
    assert not page.view.tour(-1)
    assert page.view.focus[:3] == stops[-1]


places = st.tuples(st.integers(0, 79), st.integers(1, 9), st.sampled_from("ab"))


@given(st.lists(st.tuples(st.sampled_from("sudrx"), places), max_size=12))
def test_what_stands_is_kept_up_to_date_edit_by_edit(
    player: Callable[..., Any], edits: list[tuple[str, tuple[int, int, str]]]
) -> None:
    from tonemark.corpus.drafts import Edit
    from tonemark.corpus.spans import Span, Suggestion

    view = player(TEXT, suggestions=["PER:Juma Ali", "?X:siku ya"]).view
    page, sheet = view.page, view.sheet
    for kind, (start, length, label) in edits:
        end = min(len(TEXT), start + length)
        if kind == "s":
            page.perform([Edit(1, added=(Span(start, end, label),))])
        elif kind == "u" and page.undoable:
            page.undo()
        elif kind == "d" and sheet.draft.spans:
            page.perform([Edit(1, removed=sheet.draft.spans[:1])])
        elif kind == "r":
            page.redo()
        elif kind == "x":
            page.perform([Edit(1, suggested=(Suggestion(start, end, label, ("x",), length / 9),))])
        kept, new = view.standing(0), Standing(sheet, view.candidates(0).runs)
        assert kept.open == new.open
        assert kept.stops() == new.stops()
        touching = [s for s in sheet.draft.stretches() if s.overlaps(start, end)]
        assert kept.touching(start, end) == touching
        assert kept.open_between(start, end) == [r for r in new.open if r[0] < end and start < r[1]]
        firsts = [(a, b) for a, b, _ in new.stops()]
        assert kept.stop_from(start) == next((s for s in firsts if s[0] >= start), None)
        before = [s for s in firsts if s[0] < start]
        assert kept.stop_before(start) == (before[-1] if before else None)
        assert (kept.rank(start), kept.count()) == (len(before), len(firsts))


def test_the_names_behind_titles_are_in_the_tour_after_a_token_is_split_too(
    player: Callable[..., Any],
) -> None:
    text = "na Bi. Juma leo jioni na Bi. Asha"
    page = player(text, rules=SentenceRules(abbreviations=frozenset(("Bi.",))))
    for keys in ("", "@jioni t s d"):
        page.play(keys)
        assert [text[slice(*stop[1:])] for stop in stops_of(page.view)] == ["Juma", "Asha"]
    assert len(page.view.sheet.tokens) == len(page.view.sheet.given) + 1


# Focus


@pytest.mark.parametrize(
    ("spans", "suggestions", "words", "focus"),
    [
        ([], [], ["Samia"], "Samia Suluhu Hassan"),
        ([], [], ["Suluhu"], "Suluhu Hassan"),
        ([], [], ["alikutana"], "alikutana"),
        (["PER:Samia"], [], ["Suluhu"], "Suluhu Hassan"),
        ([], ["PER:Samia Suluhu"], ["Suluhu"], "Samia Suluhu"),
        (["ORG:Samia Suluhu Hassan", "PER:Samia"], [], ["Samia"], "Samia"),
        (["ORG:Samia Suluhu Hassan", "PER:Samia"], [], ["Samia", "Samia"], "Samia Suluhu Hassan"),
        (["ORG:Samia Suluhu Hassan", "PER:Samia"], [], ["Samia"] * 3, "Samia"),
    ],
)
def test_a_hint_snaps_to_what_lies_over_its_token(
    player: Callable[..., Any],
    spans: list[str],
    suggestions: list[str],
    words: list[str],
    focus: str,
) -> None:
    page = player(TEXT, spans=spans, suggestions=suggestions).play("end end end")
    for word in words:
        page.view.focus_token(0, TEXT.split().index(word))
    assert page.focus == focus


def test_opening_focuses_the_first_stop_and_writes_nothing(player: Callable[..., Any]) -> None:
    page = player("hakuna jina", "", "wa Kisumu", spans=[])
    assert page.focus == "Kisumu"
    assert not any(sheet.log.events for sheet in page.view.page.sheets)
    assert player("", "hakuna jina").focus == "hakuna"
    assert player("").focus == ""
    again = View(page.play("left").view.page, {})
    assert again.focus == page.view.focus


def test_a_focus_that_cannot_be_written_down_does_not_move(player: Callable[..., Any]) -> None:
    page = player(TEXT)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    page.view.sheet.log.append = full
    before = page.view.focus
    with pytest.raises(OSError, match="full"):
        page.play("space")
    assert page.view.focus == before


# The window

heights = st.integers(1, 9)


@given(
    st.integers(1, 60),
    heights,
    st.sampled_from(("logical", "list")),
    st.integers(1, 3),
    st.lists(st.integers(0, 10_000), max_size=12),
)
def test_the_focus_is_in_view_wherever_it_goes(
    player: Callable[..., Any], width: int, height: int, mode: str, sheets: int, goes: list[int]
) -> None:
    texts = ("ana Kwa\n\nna Juma Ali bin Said wa Kisumu\n", "中文 Abc", "\n\nmoja Mbili tatu")
    view = player(*texts[:sheets], width=width, height=height, mode=mode).view
    assert in_view(view)
    for go in goes:
        sheet = view.page.sheets[go % sheets]
        if go % 7 == 0:
            view.resize(1 + go % 50, 1 + go % 8)
        else:
            view.focus_token(go % sheets, go % len(sheet.tokens))
        assert in_view(view)
        visible = view.visible_rows()
        assert sum(row.height for row in visible) <= max(view.height, visible[0].height)
        assert 0 <= view.top <= max(0, view.layout.height - 1)
        first = view.layout.row_at(view.top)
        if first:  # no lines are left empty below the end that a row more would fill
            assert view.layout.height - view.layout.rows[first - 1].y > view.height


@pytest.mark.parametrize("height", [1, 2, 3, 4, 5, 18])
def test_going_down_and_up_again_row_by_row(player: Callable[..., Any], height: int) -> None:
    page = player(WORDS, height=height)
    page.view.focus_token(0, 0)
    seen = []
    for key in ["down"] * 40 + ["up"] * 40:
        page.play(key)
        assert in_view(page.view)
        seen.append(page.view.top)
    down, up = seen[:40], seen[40:]
    assert down == sorted(down)
    assert up == sorted(up, reverse=True)
    assert up[-1] == 0 if height > 1 else up[-1] == 1  # one line shows the text, not its hints


@pytest.mark.parametrize("height", [3, 5, 8])
def test_the_name_of_a_document_is_shown_with_its_first_row(
    player: Callable[..., Any], height: int
) -> None:
    page = player(WORDS, WORDS, height=height)
    for sheet in (1, 0, 1):
        page.view.focus_token(sheet, 0)
        first = page.view.visible_rows()[0]
        before = [row for row in page.view.visible_rows() if row.sheet == sheet and row.head]
        assert before, first


@pytest.mark.parametrize("height", [2, 3, 8, 9])
@pytest.mark.parametrize("token", [0, 5])
def test_screens_down_and_up_pass_over_no_row(
    player: Callable[..., Any], height: int, token: int
) -> None:
    page = player(WORDS, height=height)
    page.view.focus_token(0, token)
    every = {row.y for row in page.view.layout.rows}
    for key in ("pagedown", "pageup"):
        seen = {row.y for row in page.view.visible_rows()}
        for _ in every:
            page.play(key)
            seen |= {row.y for row in page.view.visible_rows()}
        assert seen == every


# Hints


def test_hints_stay_where_they_are_until_it_scrolls(player: Callable[..., Any]) -> None:
    page = player(WORDS, height=6)
    before = page.view.hints()
    page.play("1 1 ; . 2 z z Z space space backspace + - right down")
    assert page.view.hints() is before
    page.play("pagedown pagedown")
    assert page.view.hints() is not before


def test_hints_are_given_anew_when_tokens_change(player: Callable[..., Any]) -> None:
    page = player("ya kwaZulu na wa Kenya leo")
    before = dict(page.view.hints().of)
    page.play("@kwaZulu ; ' > > > t s")
    assert page.reply.message == "split: kwa | Zulu"
    assert page.focus == "Zulu"
    assert len(page.view.hints().of) == len(before) + 1
    assert page.play("@leo").focus == "leo"
    page.play("z")
    assert page.view.hints().of == before
    page.play("@kwaZulu . t j @wa left")
    assert page.focus == "kwaZulu na"


def test_one_letter_goes_to_candidates_and_suggestions(player: Callable[..., Any]) -> None:
    text = " ".join(f"neno{n}" for n in range(60)) + " Juma Ali neno Kisumu wapi neno2"
    page = player(text, suggestions=["LOC:wapi neno2"], height=20)
    of = page.view.hints().of
    tokens = [text[start:end] for start, end in page.view.sheet.tokens]
    for word in ("Juma", "Ali", "Kisumu", "wapi"):
        assert len(of[0, tokens.index(word)]) == 1
    assert len(of[0, len(tokens) - 1]) == 2  # under the tag of the suggestion
    assert sum(len(hint) == 1 for hint in of.values()) == 12


def test_signs_have_no_hints(player: Callable[..., Any]) -> None:
    view = player("Asha , ( Juma ) — 12 ፡ ሰላም").view
    text = view.sheet.document.text
    hinted = [text[slice(*view.sheet.tokens[token])] for _, token in view.hints().of]
    assert hinted == ["Asha", "Juma", "12", "ሰላም"]


@given(
    st.lists(st.sampled_from(["a", "Na", "neno", "中", ".", "-b", "Kisumu"]), max_size=160),
    st.integers(8, 80),
    st.sampled_from(("logical", "list")),
)
def test_hints_leave_a_blank_between_them_and_stay_in_the_window(
    player: Callable[..., Any], words: list[str], width: int, mode: str
) -> None:
    view = player(" ".join(words), width=width, mode=mode).view
    of = view.hints().of
    for row in view.visible_rows():
        end = -1
        for piece in row.pieces:
            hint = of.get((0, piece.token))
            if hint and piece.start == view.sheet.tokens[piece.token].start:
                assert piece.x > end
                end = piece.x + len(hint)
                assert MARGIN + end <= width or mode == "list"


def test_words_of_one_letter_get_the_one_letter_hints(player: Callable[..., Any]) -> None:
    text = "a b c na wa ya " + " ".join(f"neno{n}" for n in range(40)) + " Juma"
    of = player(text).view.hints().of
    assert all(len(of[0, token]) == 1 for token in (0, 1, 2, 46))
    assert len(of[0, 3]) == 2
    many = player(" ".join("abcdefghijklmnopqrstuv")).view.hints().of
    assert len(many) == 16  # 15 of one letter; the last word has room for two


def test_other_letters_give_hints_anew(player: Callable[..., Any]) -> None:
    view = player(TEXT).view
    view.hints()
    view.use_letters("jk", "kj")
    assert set("".join(view.hints().of.values())) == set("jk")


def test_the_anchor_is_the_token_of_the_focus(player: Callable[..., Any]) -> None:
    view = player(TEXT).view
    view.go(0, 5, 17)
    assert view.focus == Focus(0, 5, 17, 1)
    view.unsnap()
    assert TEXT[view.focus.start : view.focus.end] == "Samia"
