"""What the review screen tells besides the page: gold, who else is there, what comes meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from differing import ASHA, ASHA_JUMA, NAMES, SAID, TEXTS, gold, made
from making import given

from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.screens import review as review_screen

Review = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project of four documents that three annotators have answered: on three they differ."""
    return made(tmp_path / "p")


def test_an_annotator_behind_the_ninth_is_taken_by_name(review: Review, tmp_path: Path) -> None:
    folder = made(tmp_path / "m", {})
    answers = tuple(given(f"mtu{n:02}", ASHA if n == 11 else ASHA_JUMA) for n in range(12))
    store = Store(folder / STORE_FILE)
    add_records(store, "m", [Record(1, 1, TEXTS[0], annotations=answers)], Report(), places=12)
    store.close()

    async def script(stage: Any) -> None:
        assert "0 3 more" in stage.line("labels")
        assert "10 mtu09" in await stage.press("0")
        await stage.type("mtu11")
        assert "all settled" in stage.line("status")
        await stage.press("z", "0")
        await stage.type("zebra")
        assert "nobody is called that" in stage.line("status")
        await stage.press("0")
        await stage.type("12")
        await stage.press("enter")

    review(folder, script, size=(80, 30))
    assert gold(folder, 1)[2] == ["mtu11"]


def test_what_prompts_and_the_menu_leave_is_the_reviews_own(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        for keys in (["t"], ["escape", "c"]):
            await stage.press(*keys)
            assert "y •majority" in stage.line("labels")
            assert "to look at" not in stage.text()
        await stage.press("escape", "s")
        assert "Space back to the difference" in stage.line("labels")

    review(folder, script)


def test_gold_and_its_comment_are_told_to_every_reviewer(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("c", *"kwa", "enter", "1", "enter")

    review(folder, script, reviewer="rosa")

    async def again(stage: Any) -> None:
        await stage.press("slash")
        await stage.type("leo")
        await stage.until("1 hit ")
        shown = await stage.press("enter")
        assert "gold by rosa · 1 boundary" in shown
        assert "gold by rosa: “kwa”" in shown
        await stage.press("2")
        assert "gold by rosa · 1 boundary" in stage.text()

    review(folder, again)


def test_one_who_comes_second_is_told_what_is_saved(review: Review, folder: Path) -> None:
    project, store = read_project(folder), Store(folder / STORE_FILE)
    other = ReviewDesk(project, store, "rosa", load_tokenizer("general"))

    async def script(stage: Any) -> None:
        await stage.press("2")
        rule = Gold(1, "rosa", "accept", (ASHA,), comment="hivi")
        with store.transaction() as db:
            write_gold(db, rule)
        await stage.press("enter")
        said = "rosa has settled this document meanwhile: ⏎ makes yours gold, n keeps that"
        assert said in stage.line("status")
        assert "● saved, not gold" in stage.line("title")
        assert "gold by rosa: “hivi”" in stage.text()
        assert "✓PER──────" in stage.text()
        await stage.press("enter")
        assert "not gold" not in stage.line("title")

    review(folder, script)
    other.close()
    store.close()
    assert gold(folder, 1)[2] == ["juma"]


def test_z_on_an_empty_queue_goes_back(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("x", "x", "x")
        assert "z undo" in await stage.until("Nothing is left")
        await stage.press("z")
        assert "rejected by you: z takes it back" in stage.text()
        await stage.press("z")
        assert "undone: rejected" in stage.line("status")
        assert "rejected" not in stage.line("document")
        await stage.press("1", "3", "enter")

    review(folder, script)
    assert gold(folder, 4)[0] == "accept"


def test_what_comes_is_compared_and_opens_by_itself(
    review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review_screen, "AGAIN", 0.02)
    folder = made(tmp_path / "e", {3: SAID[3]})

    def come(number: int) -> None:
        answers = tuple(given(n, *s) for n, s in zip(NAMES, SAID[number], strict=True))
        store = Store(folder / STORE_FILE)
        record = Record(number, number, TEXTS[number - 1], annotations=answers)
        add_records(store, f"more{number}", [record], Report(), places=3)
        store.close()

    async def script(stage: Any) -> None:
        await stage.until("Nothing differs")
        come(1)
        await stage.until("Asha Juma · boundary")
        await stage.until("1 left")
        come(2)
        await stage.until("2 left")
        assert "Asha Juma · boundary" in stage.text()

    review(folder, script)


@pytest.mark.parametrize(("wanted", "shown"), [("presence", "kesho"), ("LOC", "kesho")])
def test_a_page_that_is_not_wanted_is_given_back(
    review: Review, folder: Path, wanted: str, shown: str
) -> None:
    async def script(stage: Any) -> None:
        assert "leo Asha" in stage.text()
        await stage.press("space", "left", "t", "w")
        await stage.type(wanted)
        assert shown in stage.line("document")
        await stage.press("t", "w", *["backspace"] * 20)
        await stage.type("boundary")
        assert "leo Asha" in stage.line("document")

    review(folder, script)


def test_a_window_that_is_too_low_says_so(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        assert "too low to" in stage.text()
        await stage.resize(30, 12)
        await stage.until("1 amina")

    review(folder, script, size=(30, 8))
