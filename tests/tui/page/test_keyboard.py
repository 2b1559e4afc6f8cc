"""The keyboard as tables: a text and keys, and what then stands, is in focus and is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tonemark.tui.page import words
from tonemark.tui.page.keys import key_table

TEXT = "kwa Samia Suluhu Hassan na Juma Ali jijini Nairobi siku ya\nleo Jumatatu na Nairobi ."

Makes = Callable[..., Any]


@pytest.mark.parametrize(
    ("keys", "spans", "focus"),
    [
        # hint, snap, label
        ("1", ["PER:Samia Suluhu Hassan"], "Juma Ali"),
        ("1 1 2", ["PER:Samia Suluhu Hassan", "PER:Juma Ali", "LOC:Nairobi"], "Jumatatu"),
        ("@Suluhu", [], "Suluhu Hassan"),
        ("@Suluhu ; 1", ["PER:Suluhu"], "Hassan"),  # what is left at the right is a candidate
        ("@Juma 1 @Samia 1", ["PER:Samia Suluhu Hassan", "PER:Juma Ali"], "Nairobi"),
        ("@jijini 2", ["LOC:jijini"], "Nairobi"),
        # edges
        ("@na .", [], "na Juma"),
        ("@Samia , ,", [], "Samia"),
        ("@Samia , , ,", [], "Samia"),
        ("@Samia <", [], "kwa Samia Suluhu Hassan"),
        ("@Samia < <", [], "kwa Samia Suluhu Hassan"),
        ("@Samia >", [], "Suluhu Hassan"),
        ("@Samia ^Juma 3", ["ORG:Samia Suluhu Hassan na Juma"], "Ali"),
        ("@Juma ^Samia", [], "Juma Ali"),  # before the focus
        ("@ya .", [], "ya"),  # the line ends there
        ("@ya ^Jumatatu 3", ["ORG:ya\nleo Jumatatu"], "Nairobi"),
        ("@leo <", [], "leo"),
        ("@Juma ; '  .", [], "Juma A"),
        ("@Juma ; ' , ,", [], "Ju"),
        ("@Juma ; ' > <", [], "Juma"),
        ("@Juma ; ' < <", [], "na Juma"),
        ("@Juma ; ' , ' .", [], "Juma"),  # back to tokens
        ("@Juma ; ' @Samia .", [], "Samia Suluhu Hassan na"),  # a hint ends it
        # the tour
        ("space", [], "Juma Ali"),
        ("space space space space", [], "Nairobi"),
        ("space " * 5, [], "Samia Suluhu Hassan"),
        ("backspace", [], "Nairobi"),
        ("@jijini backspace", [], "Juma Ali"),
        ("@Suluhu backspace", [], "Samia Suluhu Hassan"),
        # plain moves
        ("right", [], "na"),
        ("left left", [], "kwa"),
        ("home", [], "kwa"),
        ("end", [], "ya"),
        ("down", [], "Jumatatu"),
        ("end down", [], "."),
        ("end down up", [], "na"),
        ("@jijini right left left", [], "Ali"),
        # delete and undo
        ("1 -", [], "Samia Suluhu Hassan"),  # none in focus: the one labelled last
        ("1 @Suluhu ; -", [], "Suluhu"),
        ("1 2 - -", [], "Samia Suluhu Hassan"),
        ("1 2 z", ["PER:Samia Suluhu Hassan"], "Juma Ali"),
        ("1 2 z z Z", ["PER:Samia Suluhu Hassan"], "Samia Suluhu Hassan"),
        ("1 2 z 3 Z", ["PER:Samia Suluhu Hassan", "ORG:Juma Ali"], "Nairobi"),
        ("1 @Samia 3", ["ORG:Samia Suluhu Hassan"], "Juma Ali"),  # replaces
        ("1 @Samia 3 z", ["PER:Samia Suluhu Hassan"], "Samia Suluhu Hassan"),
        ("@kwa ^Juma 3 @Samia ; 1", ["PER:Samia"], "Suluhu Hassan"),
        # the same everywhere
        ("@Nairobi 2 = enter", ["LOC:Nairobi", "LOC:Nairobi"], "Jumatatu"),
        ("@Nairobi 2 = space", ["LOC:Nairobi"], "Jumatatu"),  # cancelled, and Space not done
        ("@Nairobi 2 = enter z", ["LOC:Nairobi"], "Nairobi"),
        # tokens
        ("@Samia ; . t j ;", [], "Samia Suluhu"),
        ("@Juma ; ' , , t s ;", [], "Ju"),
        ("@Juma ; ' , , t s @jijini left left", [], "ma"),
    ],
)
def test_keys_and_what_they_make(player: Makes, keys: str, spans: list[str], focus: str) -> None:
    page = player(TEXT, width=64)
    page.play(keys)
    assert (page.spans, page.focus) == (spans, focus)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("z", ""),
        ("Z", "nothing to do again"),
        ("1 z z", "nothing is left to undo"),
        ("1 z", "undone: PER on Samia Suluhu Hassan"),
        ("1 z Z", "done again: PER on Samia Suluhu Hassan"),
        ("1 -", "deleted: PER on Samia Suluhu Hassan"),
        ("t f z", "undone: flag"),
        ("-", "there is no span in focus"),
        ("=", "label a span first: = then labels its other occurrences"),
        ("1 =", "Samia Suluhu Hassan stands nowhere else on the page without a span"),
        ("@Nairobi 2 =", "Nairobi: 1 more as LOC? ⏎ does it"),
        ("@Nairobi 2 = enter", "1 more labelled LOC"),
        ("@Nairobi 2 = x", "left as it was"),
        ("+", "spans may not overlap in this project (overlapping in project.toml)"),
        ("1 @Samia 1", ""),
        ("X", "caps lock? capitals end a span at a hint"),
        ("Y", "caps lock? capitals end a span at a hint"),
        ("ф", "ф is on no key of this page: is the keyboard set to another layout?"),
        ("y", "nothing is on y; ? for help"),
        ("escape", "nothing is on escape; ? for help"),
        ("@Juma ^Samia", "{Samia} is before the focus, where a span cannot end; caps lock?"),
        ("' '", "edges move by tokens"),
        ("@ya .", "the line ends here; Shift and a hint ends the span beyond it"),
        ("@kwa <", "this is the beginning of the text"),
        ("@kwa ,", "it cannot get shorter; ' moves edges by characters"),
        ("@kwa >", "it cannot get shorter; ' moves edges by characters"),
        ("@Nairobi down end .", "this is the end of the text"),
        ("backspace", "round the page: from the end"),
        ("space " * 5, "round the page: from the top"),
        ("t y", "nothing is on t y; ? for help"),
        ("t T", "caps lock? capitals end a span at a hint"),
        ("t o", "there are no suggestions on the page"),
        ("@ya ^Jumatatu t j", "a token cannot run over the end of a line"),
        ("t f", "flagged"),
        ("t f t f", "not flagged any more"),
        ("1 1 2 2 2", "no more candidates: ⏎ accepts"),
        ("@Nairobi down 2", "no more below; 5 above: Space goes there, ⏎ accepts"),
    ],
)
def test_keys_and_what_is_said(player: Makes, keys: str, message: str) -> None:
    page = player(TEXT, width=64)
    hint = page.hint_of("Samia").upper()
    page.play(keys)
    assert page.reply.message == message.replace("{Samia}", hint)


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("enter", "accept"),
        ("x", "reject"),
        ("m", "ignore"),
        ("n", "later"),
        ("b", "back"),
        ("z", "back"),  # on an untouched page
        ("0", "type_ahead"),
        ("/", "search"),
        ("?", "help"),
        ("q", "quit"),
        ("t g", "guidelines"),
        ("t e", "export"),
    ],
)
def test_keys_that_are_the_screens_business(player: Makes, key: str, command: str) -> None:
    assert player(TEXT).play(key).reply == (command, "")


# Half-typed hints

MANY = " ".join(f"neno{n}" for n in range(80))


def test_a_half_typed_hint_is_shown_taken_back_and_dropped(player: Makes) -> None:
    page = player(MANY)
    shown = lambda: "".join(text for text, _ in words.status(page.view, page.keyboard)[0])  # noqa: E731
    focus, text = page.focus, page.view.sheet.document.text
    page.play("w")
    assert (page.keyboard.pending, shown()) == ("w", "  hint w…")
    page.play("backspace")
    assert (page.keyboard.pending, page.focus) == ("", focus)
    page.play("w s")
    assert page.focus != focus
    page.play("W")
    assert shown() == "  end at hint W…"
    page.play("backspace w a")  # Shift was taken back with the letter
    assert page.focus == text[slice(*page.view.sheet.tokens[page.view.hints().tokens["wa"][1]])]


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ("w 1", "no hint w1 in view"),
        ("w x", "no hint wx in view"),
        ("W 1", "no hint W1 in view; caps lock?"),
        ("w enter", "the half-typed hint w is dropped"),
        ("w space", "the half-typed hint w is dropped"),
        ("w left", "the half-typed hint w is dropped"),
    ],
)
def test_what_cannot_go_on_with_a_hint_drops_it_and_does_nothing_else(
    player: Makes, keys: str, message: str
) -> None:
    page = player(MANY)
    focus = page.view.focus
    assert page.play(keys).reply == ("", message)
    assert (page.view.focus, page.spans, page.keyboard.pending) == (focus, [], "")


@pytest.mark.parametrize("typed", ["Wf", "WF"])
def test_shift_may_be_held_for_the_whole_hint(player: Makes, typed: str) -> None:
    page = player(MANY)
    text = page.view.sheet.document.text
    sheet, token = page.view.hints().tokens["wf"]
    page.play(" ".join(typed))
    assert page.view.focus[1:3] == (0, page.view.page.sheets[sheet].tokens[token].end)
    assert text.startswith(page.focus)


# Pages of several documents

PAGE = ("wa Juma leo", "hakuna jina", "wa Kisumu na Juma leo")


@pytest.mark.parametrize(
    ("keys", "answers", "spans", "focus", "message"),
    [
        ("1", "---", ["PER:Juma"], "Kisumu", ""),
        ("1 2 1", "---", ["PER:Juma", "LOC:Kisumu", "PER:Juma"], "Juma", None),
        ("x", "r--", [], "hakuna", "rejected; ⏎ answers the others"),
        ("x backspace", "r--", [], "Juma", "round the page: from the end"),
        ("x m", "ri-", [], "Kisumu", "ignored; ⏎ answers the others"),
        ("x m m", "rii", [], "Kisumu", "ignored; ⏎ goes on"),
        ("@Kisumu x", "--r", [], "Juma", "rejected; ⏎ answers the others"),
        ("x z", "---", [], "Juma", "undone: answer"),
        ("x z Z", "r--", [], "Juma", "done again: answer"),
        ("x m z", "r--", [], "hakuna", "undone: answer"),
        ("end right", "---", [], "hakuna", ""),
        (
            "^hakuna",
            "---",
            [],
            "Juma",
            "a span ends in the document in which it begins; caps lock?",
        ),
        ("@hakuna left", "---", [], "leo", ""),
        ("@Juma 1 = enter", "---", ["PER:Juma", "PER:Juma"], "Kisumu", "1 more labelled PER"),
    ],
)
def test_pages_of_several_documents(
    player: Makes, keys: str, answers: str, spans: list[str], focus: str, message: str | None
) -> None:
    page = player(*PAGE).play(keys)
    given_ = "".join((sheet.draft.answer or "-")[0] for sheet in page.view.page.sheets)
    assert (given_, page.spans, page.focus) == (answers, spans, focus)
    assert message is None or page.reply.message == message


def test_the_same_key_takes_an_answer_of_its_own_back(player: Makes) -> None:
    page = player(*PAGE).play("x left")
    assert page.view.focus.sheet == 0
    assert page.play("x").reply.message == "not rejected any more"
    assert page.view.sheet.draft.answer is None


def test_spans_of_a_document_with_its_answer_are_left_by_same(player: Makes) -> None:
    page = player("wa Juma leo", "wa Juma", "wa Juma").play("@Juma right right right x")
    assert page.view.page.sheets[1].draft.answer == "reject"
    page.play("backspace backspace 1 = enter")
    assert [len(sheet.draft.spans) for sheet in page.view.page.sheets] == [1, 0, 1]


def test_arrows_pass_documents_without_words(player: Makes) -> None:
    page = player("moja", "", " ", "mbili")
    assert page.play("right").focus == "mbili"
    assert page.play("left").focus == "moja"
    assert page.play("down").focus == "mbili"
    assert player("", "moja").play("up").focus == "moja"


# Labels by name, tables that change


def test_labels_by_name_are_refused_in_words(player: Makes) -> None:
    page = player("  ")
    assert page.keyboard.label("PER").message == "there is no text in focus"
    page = player(TEXT)
    assert page.keyboard.label("NEW").message == ""
    assert page.spans == ["NEW:Samia Suluhu Hassan"]


def test_a_letter_that_becomes_a_label_is_no_hint_any_more(player: Makes) -> None:
    page = player(TEXT)
    page.keyboard.table = key_table({"s": "PER"})
    assert "s" not in "".join(page.view.hints().of.values())
    assert page.play("s").spans == ["PER:Samia Suluhu Hassan"]
    assert page.play("S").reply.message == "caps lock? capitals end a span at a hint"


def test_a_page_whose_end_was_not_seen_is_accepted_at_the_second_enter(
    player: Callable[..., Any],
) -> None:
    page = player("neno " * 200, height=6)
    assert "goes on below" in page.play("enter").reply.message
    assert page.play("enter").reply.command == "accept"
    page = player("neno " * 200, height=6)
    for _ in range(40):
        page.play("pagedown")
    assert page.play("enter").reply.command == "accept"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("t", ""),
        ("@lives t s", "left as it was"),
        ("@Asha 1 =", "left as it was"),
        ("HINT", "dropped"),
    ],
)
def test_escape_leaves_what_waits_for_a_key_and_does_nothing_else(
    player: Callable[..., Any], keys: str, said: str
) -> None:
    text = "Asha lives " + " ".join(["Asha"] * 30)
    page = player(text)
    page.play(max(page.view.hints().of.values(), key=len)[0] if keys == "HINT" else keys)
    assert page.keyboard.waits
    before = page.spans, page.view.sheet.tokens
    page.play("escape")
    assert not page.keyboard.waits
    assert said in page.reply.message
    assert bool(said) == bool(page.reply.message)
    assert (page.spans, page.view.sheet.tokens) == before
    assert page.play("t q").reply.message.startswith("nothing is on t q")
    assert not page.keyboard.waits
