"""What tests of the annotate screen share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from annotating import made_folder

from tonemark.corpus.desk import Desk
from tonemark.corpus.project import read_project
from tonemark.corpus.reviews import Wanted
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.screens.review import ReviewScreen


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a project of three short documents, one with a suggestion."""
    return made_folder(tmp_path)


@pytest.fixture
def review(play: Callable[..., Any]) -> Callable[..., None]:
    """Opens the review screen, or another one at her own desk, and lets a script act on it."""

    def run(
        folder: Path,
        script: Callable[[Any], Any],
        *,
        reviewer: str = "neema",
        first: Any = None,
        wanted: Wanted | None = None,
        size: tuple[int, int] = (80, 24),
        anonymous: bool = False,
    ) -> None:
        project = read_project(folder)
        store, tokenizer = Store(folder / STORE_FILE), load_tokenizer("general")
        desk: Desk = Desk(project, store, reviewer, tokenizer)
        if first is None:
            desk = ReviewDesk(project, store, reviewer, tokenizer, wanted, anonymous=anonymous)
        play(desk, first or ReviewScreen(), script, size=size)
        store.close()

    return run
