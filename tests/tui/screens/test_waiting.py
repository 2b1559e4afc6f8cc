"""A page whose tokens another process makes: what the screen says while they are not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.project import project_changed, read_project
from tonemark.corpus.tokens import StoredTokenizer
from tonemark.errors import TonemarkError
from tonemark.tui.app import TonemarkApp
from tonemark.tui.screens.annotate import AnnotateScreen

Play = Callable[..., Any]


class Failing:
    """A maker that makes nothing, and says so."""

    def tend(self) -> None:
        pass

    def again(self) -> None:
        pass

    def trouble(self) -> TonemarkError:
        return TonemarkError("words could not be loaded.", "Ask its authors.")


@pytest.fixture
def waiting(desk_at: Play) -> Desk:
    """A desk at a project whose tokens nobody makes."""
    desk: Desk = desk_at(["Asha na Juma", "Bola na Ade", "Nia na Zawadi"])
    desk.tokenizer = StoredTokenizer("words", "words 1")
    return desk


def names(desk: Desk, tokenizer: str) -> None:
    """Write a tokenizer's name into project.toml."""
    path: Path = desk.project.folder / "project.toml"
    text = path.read_text(encoding="utf-8")
    before = read_project(desk.project.folder).tokenizer
    path.write_text(text.replace(f'"{before}"', f'"{tokenizer}"'), encoding="utf-8")
    assert project_changed(desk.project)


def test_a_faulty_name_is_told_and_nothing_claims_to_be_done(waiting: Desk, play: Play) -> None:
    async def script(stage: Any) -> None:
        assert "waiting for the tokenizer words" in stage.line("status")
        names(waiting, "nothere.toml")
        screen = await stage.until("tries again")
        for key in ("b", "n", "enter", "space"):
            assert "not open" in stage.line("title"), key
            assert "Nothing is left" not in screen
            assert "project.toml" in screen
            screen = await stage.press(key)
        names(waiting, "yo")
        assert "1 of 3" in await stage.until("Asha na Juma")
        assert "saved" in stage.line("title")

    play(waiting, AnnotateScreen(), script)


def test_a_faulty_name_between_two_pages_changes_nothing(desk_at: Play, play: Play) -> None:
    desk = desk_at()

    async def script(stage: Any) -> None:
        names(desk, "spacy:xyz")
        assert 'no tokenizer for the language "xyz"' in await stage.press("enter")
        assert "2 of 4" in stage.line("title")
        names(desk, "nothere.toml")
        screen = await stage.press("b")
        assert "1 of 4" in stage.line("title")
        assert "nothere.toml" in screen
        assert str(desk.project.folder) not in screen  # of which the line could be full

    play(desk, AnnotateScreen(), script)


def test_what_to_write_into_the_project_file_is_said(
    waiting: Desk, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TonemarkApp, "maker", Failing())

    async def script(stage: Any) -> None:
        screen = await stage.until("words could not be loaded.")
        assert "Ask its authors." in screen
        assert 'write tokenizer = "general" into project.toml' in " ".join(screen.split())
        assert "not open" in stage.line("title")

    play(waiting, AnnotateScreen(), script)
