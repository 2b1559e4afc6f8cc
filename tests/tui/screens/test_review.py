"""The review screen: tables of keys, and what then is gold in the store."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from differing import NAMES, SAID, gold, made
from making import given

from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.reviews import Wanted
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard

Review = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of four documents that three annotators have answered: on three they differ."""
    return made(tmp_path / "p")


KEYS: list[tuple[str, Any]] = [
    ("1", ("accept", ["PER:Asha", "LOC:Kisumu"], ["amina"])),
    ("2", ("accept", ["PER:Asha Juma", "LOC:Kisumu"], ["juma"])),
    ("y", ("accept", ["PER:Asha", "LOC:Kisumu"], ["rule:majority"])),
    ("minus", ("accept", ["LOC:Kisumu"], [":own"])),
    ("0 L O enter", ("accept", ["LOC:Asha Juma", "LOC:Kisumu"], [":own"])),
    ("1 z 2", ("accept", ["PER:Asha Juma", "LOC:Kisumu"], ["juma"])),
    ("full_stop 1", ("accept", ["PER:Asha Juma yuko", "LOC:Kisumu"], [":own"])),
    ("t f 1", ("accept", ["PER:Asha", "LOC:Kisumu"], ["amina"])),
]


@pytest.mark.parametrize(("keys", "expected"), KEYS)
def test_keys_then_enter(review: Review, folder: Path, keys: str, expected: Any) -> None:
    async def script(stage: Any) -> None:
        assert "habari · review · 3 left · neema" in await stage.until("3 left")
        await stage.press(*keys.split(), "enter")
        assert "2 left" in stage.line("title")

    review(folder, script)
    assert gold(folder, 1) == expected
    assert gold(folder, 2) is None


@pytest.mark.parametrize(("key", "answer"), [("x", "reject"), ("m", "ignore")])
def test_reject_and_ignore_are_gold_too(
    review: Review, folder: Path, key: str, answer: str
) -> None:
    async def script(stage: Any) -> None:
        await stage.press(key)

    review(folder, script)
    assert gold(folder, 1)[0] == answer


def test_the_screen_says_at_every_moment_what_a_digit_does(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        people = "y •majority  - nothing   1 amina  2 juma  3 rosa"
        assert people in stage.text()
        assert "Asha Juma · boundary" in stage.line("status")
        assert "1 of 1 open" in stage.line("status")
        shown = await stage.press("s")
        assert "1  PER   2  LOC" in shown
        assert people not in shown
        assert people in await stage.press("backspace")
        await stage.press("2")
        assert "all settled: ⏎ makes it gold" in stage.line("status")
        await stage.press("left")
        assert "all 1 settled" in stage.line("status")
        await stage.press("enter")
        assert "1 amina" in stage.text()
        await stage.press("enter")
        assert "this difference is still open" in stage.line("status")

    review(folder, script)


def test_all_is_settled_then_gone_through_again(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("1", "enter", "2", "enter", "1", "3", "enter")
        await stage.until("Nothing is left to settle: 3 documents are gold.")

    review(folder, script)
    assert gold(folder, 4) == ("accept", ["LOC:UN", "LOC:Nairobi"], ["amina", "rosa"])

    async def again(stage: Any) -> None:
        await stage.until("Nothing is left")
        await stage.press("b")
        assert "gold by neema · 2 presence" in stage.text()
        await stage.press("b")
        assert "kesho Juma tena" in stage.text()
        await stage.press("1", "enter")

    review(folder, again)
    assert gold(folder, 2)[2] == ["amina"]
    assert gold(folder, 4)[2] == ["amina", "rosa"]


def test_what_was_begun_is_there_again_with_its_history(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("1", "enter", "n")
        await stage.press("2")

    review(folder, script)

    async def again(stage: Any) -> None:
        assert "UN na Nairobi" in stage.text()
        assert "1 of 1 open" in stage.line("status")
        await stage.press("z")
        await stage.press("backspace", "backspace")
        assert "1 of 2 open" in stage.line("status")
        await stage.press("Z", "space", "3", "enter")

    review(folder, again)
    assert gold(folder, 4)[2] == ["juma", "rosa"]


def test_a_comment_says_why(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("c", *"kwa", "enter", "1")
        assert "comment" not in stage.line("labels")
        await stage.press("enter")

    review(folder, script)
    store = Store(folder / STORE_FILE)
    found = gold_of(store, 1)
    store.close()
    assert found
    assert found.comment == "kwa"
    assert found.by_person


EMPTY: list[tuple[dict[int, Any], Wanted, str, str]] = [
    ({3: SAID[3]}, Wanted(), "Nothing differs: annotators agree on the one document.", "t w all"),
    ({1: SAID[1]}, Wanted(kinds=("label",)), "Nothing is left of: label.", "asks for others"),
    ({}, Wanted(), "There are no documents yet.", ""),
]


@pytest.mark.parametrize(("said", "wanted", "first", "then"), EMPTY)
def test_an_empty_queue_says_what_is_there(
    review: Review, tmp_path: Path, said: Any, wanted: Wanted, first: str, then: str
) -> None:
    async def script(stage: Any) -> None:
        shown = await stage.until(first)
        assert then in shown

    review(made(tmp_path / "e", said), script, wanted=wanted)


def test_documents_that_wait_for_answers_are_told(review: Review, tmp_path: Path) -> None:
    folder = made(tmp_path / "w", {})
    store = Store(folder / STORE_FILE)
    add_records(store, "more", [Record(1, 1, "leo")], Report(), places=3)
    store.close()

    async def script(stage: Any) -> None:
        shown = await stage.until("No document has all its answers yet")
        assert "1 document still waits for answers" in shown

    review(folder, script)


def test_what_is_wanted_is_asked_for_on_the_screen(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("t", "w")
        told = "label 0 · boundary 1 · presence 2 · tokens 0 · answers 0 · all · largest"
        assert told in stage.line("labels")
        assert "PER · LOC · amina · juma · rosa" in stage.line("rule2")
        await stage.type("zebra")
        assert "zebra is no kind, no label and no annotator here" in stage.text()
        await stage.press(*["backspace"] * 6)
        await stage.type("boundary PER")
        assert "review: boundary PER · 1 left" in stage.line("title")
        assert "Asha Juma" in stage.text()
        await stage.press("t", "w", *["backspace"] * 20)
        await stage.type("all largest")
        assert "review: all largest · 4 left" in stage.line("title")
        await stage.press("1", "1", "enter")  # the one with most differences

    review(folder, script)
    assert gold(folder, 4) is not None


def test_agreed_documents_come_where_all_are_wanted(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("1", "enter", "1", "enter")
        assert "hapa hakuna jina" in stage.text()
        assert "all agree" in stage.text()
        assert "no differences" in stage.line("status")
        await stage.press("enter")

    review(folder, script, wanted=Wanted(everything=True))
    assert gold(folder, 3) == ("accept", [], [])


def test_answers_that_differ_are_settled_like_spans(review: Review, tmp_path: Path) -> None:
    said = {1: (SAID[1][0], given("juma", answer="reject", comment="si habari"), SAID[1][2])}
    folder = made(tmp_path / "a", said)

    async def script(stage: Any) -> None:
        assert " 2 juma  ?rejected · “si habari”" in stage.text()
        assert "the answers differ" in stage.line("status")
        await stage.press("2", "enter")

    review(folder, script)
    assert gold(folder, 1) == ("reject", ["PER:Asha", "LOC:Kisumu"], ["juma:reject"])


def test_names_are_kept_from_a_reviewer_who_is_not_to_know(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        assert "1 … 3 that annotator's version" in stage.text()
        await stage.press("t", "w")
        await stage.type("amina")
        assert "amina is no kind" in stage.line("labels")
        await stage.press("escape", "t", "i")
        assert not any(name in stage.text() for name in NAMES)

    review(folder, script, anonymous=True)


# The ways to it


@pytest.mark.parametrize(("screen", "keys"), [(AnnotateScreen, "t r"), (Dashboard, "r")])
def test_ways_to_the_review_screen_and_back(
    review: Review, folder: Path, screen: Any, keys: str
) -> None:
    async def script(stage: Any) -> None:
        before = stage.app.screen
        await stage.press(*keys.split())
        assert "habari · review · 3 left" in stage.line("title")
        await stage.press("1", "slash")
        await stage.type("kesho")
        await stage.until("1 hit ")
        await stage.press("enter")
        assert "review" in stage.line("title")
        assert "kesho Juma tena" in stage.text()
        await stage.press("q")
        assert stage.app.screen is before
        assert len(stage.app.desks) == 1
        assert stage.app.desk.annotator == "neema"

    review(folder, script, first=screen())
    review(folder, _sees_the_choice)


async def _sees_the_choice(stage: Any) -> None:
    assert "as amina, rosa" in stage.line("status")


def test_who_may_not_review_is_told_who_may(review: Review, tmp_path: Path) -> None:
    folder = made(tmp_path / "r", reviewers='["rosa"]')

    async def script(stage: Any) -> None:
        await stage.press("t", "r")
        assert "neema does not review habari" in stage.line("status")

    review(folder, script, first=AnnotateScreen())


def test_a_document_with_answers_missing_is_not_opened(review: Review, folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    add_records(store, "more", [Record(1, 1, "zebra moja")], Report(), places=3)
    store.close()

    async def script(stage: Any) -> None:
        await stage.press("slash")
        await stage.type("zebra")
        await stage.until("1 hit ")
        await stage.press("enter")
        assert "Not all answers to this document are in." in stage.line("status")
        assert "Asha" in stage.text()

    review(folder, script)


def test_help_says_what_keys_do_in_review(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        shown = await stage.press("question_mark")
        assert "In review" in shown
        assert "that annotator's version of the difference in question" in shown

    review(folder, script)


@pytest.mark.parametrize("size", [(1, 1), (8, 4), (20, 5), (40, 10), (132, 50)])
def test_any_window(review: Review, folder: Path, size: tuple[int, int]) -> None:
    async def script(stage: Any) -> None:
        await stage.press("space", "t", "b", "t", "b", "1", "z")
        await stage.resize(80, 24)
        await stage.until("1 amina")

    review(folder, script, size=size)


def test_a_page_in_another_window_of_hers_is_asked_for(review: Review, folder: Path) -> None:
    project, store = read_project(folder), Store(folder / STORE_FILE)
    other = ReviewDesk(project, store, "neema", load_tokenizer("general"))
    other.open_next()

    async def script(stage: Any) -> None:
        assert "takes it over" in stage.line("status")
        await stage.press("enter")
        assert "1 amina" in stage.text()
        await stage.press("1", "enter")

    review(folder, script)
    other.close()
    store.close()
    assert gold(folder, 1)[2] == ["amina"]
