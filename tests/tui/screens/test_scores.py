"""The scores of a model on screen: the report, and errors that Enter opens in the annotator."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trained import project_of

from tonemark.corpus.desk import Desk
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.outcome import SCORED, Scored, ScoredSpan, write_scored
from tonemark.training.runs.folders import write_about
from tonemark.tui.screens import scores
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.screens.scores import Left, ScoresScreen

Play = Callable[..., Any]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Amina's desk at a project of six documents that she and another labelled, with a model that
    is wrong in two of them."""
    folder = project_of(tmp_path / "p", 6)
    path = folder / "models" / "model-1"
    path.mkdir(parents=True)
    wrong = (
        Scored("d4", ((0, 4, "PER"),), (ScoredSpan(0, 4, "LOC", 0.9),)),
        Scored("d2", ((0, 4, "PER"),), (ScoredSpan(0, 4, "LOC", 0.5),)),
    )
    write_scored(path / SCORED, wrong)
    write_about(path, {"kind": "learner", "f1": 0.0, "documents": 6, "scored": 2})
    store = Store(folder / STORE_FILE)
    return Desk(read_project(folder), store, "amina", load_tokenizer("sw"))


def test_the_train_screen_leads_to_the_scores_and_those_to_a_document(
    desk: Desk, play: Play
) -> None:
    async def script(stage: Any) -> None:
        await stage.until("amina (you)")
        await stage.press("t")
        await stage.until("scores and errors of model-1")
        await stage.press("down", "enter")
        shown = await stage.until("what would help most")
        assert "model-1: learner" in shown
        await stage.press("down")
        shown = await stage.until("document 4, d4")
        assert re.search(r"› +\[", shown)
        await stage.press("down")
        focus = next(line for line in stage.text().splitlines() if line.startswith("›"))
        await stage.press("enter")
        await stage.until("2 of 6")
        await stage.press("t", "t")
        await stage.until("scores and errors of model-1")
        await stage.press("down", "enter")
        assert focus in stage.text()  # where she was, without a wait

    play(desk, Dashboard(), script, size=(100, 70))
    desk.store.close()


def test_what_only_others_answered_is_shown_and_not_opened(desk: Desk, play: Play) -> None:
    """Her page of it would be empty, and her answer one more."""
    hers = Desk(desk.project, desk.store, "baraka", load_tokenizer("sw"))

    async def script(stage: Any) -> None:
        await stage.until("document 4, d4")
        await stage.press("down", "enter")
        assert isinstance(stage.app.screen, ScoresScreen)
        assert "›" not in stage.text()

    play(hers, ScoresScreen(), script, size=(100, 70))
    desk.store.close()


def test_errors_that_are_not_listed_are_counted(
    desk: Desk, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scores, "SHOWN", 1)

    async def script(stage: Any) -> None:
        await stage.until("  and 1 more")

    play(desk, ScoresScreen(), script, size=(100, 70))
    desk.store.close()


def test_an_error_below_the_window_is_shown_before_it_is_opened(desk: Desk, play: Play) -> None:
    async def script(stage: Any) -> None:
        stage.app.push_screen(ScoresScreen())
        await stage.until("model-1: learner")
        assert "›" not in stage.text()
        await stage.press("enter")
        assert isinstance(stage.app.screen, ScoresScreen)
        assert "›" in stage.text()
        assert "open the error" in stage.line("footer")
        await stage.press("enter")
        await stage.until(" of 6")

    play(desk, Dashboard(), script, size=(80, 16))
    desk.store.close()


def test_of_another_model_nothing_stands_that_was_left(desk: Desk, play: Play) -> None:
    async def script(stage: Any) -> None:
        stage.app.left_scores = Left("model-0", {"old": True}, 3)
        stage.app.push_screen(ScoresScreen("model-1"))
        await stage.until("document 4, d4")
        assert stage.app.screen._at == 0

    play(desk, Dashboard(), script, size=(100, 70))
    desk.store.close()


def test_what_others_did_where_she_has_still_to_answer_is_not_shown(
    tmp_path: Path, desk: Desk, play: Play
) -> None:
    """Baraka has answered nothing yet; with places left, all are hers to answer."""
    desk.store.db.execute("UPDATE documents SET places = 2")
    hers = Desk(desk.project, desk.store, "baraka", load_tokenizer("sw"))

    async def script(stage: Any) -> None:
        shown = await stage.until("what would help most")
        assert "document 4" not in shown
        assert "A span is right where" in shown
        assert "open the error" not in stage.line("footer")

    play(hers, ScoresScreen(), script, size=(100, 70))
    desk.store.close()


def test_why_there_are_none_is_told(tmp_path: Path, play: Play) -> None:
    folder = project_of(tmp_path / "q", 2)
    store = Store(folder / STORE_FILE)
    empty = Desk(read_project(folder), store, "amina", load_tokenizer("sw"))

    async def script(stage: Any) -> None:
        shown = await stage.until("No model has been trained in this project yet.")
        assert "Train one: tonemark train" in shown

    play(empty, ScoresScreen(), script)
    store.close()
