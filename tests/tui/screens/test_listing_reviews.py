"""The list of documents, opened from the review screen: a reviewer's, not an annotator's."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.screens.listing_reviews import ReviewsScreen
from tonemark.tui.screens.review import ReviewScreen

PER, LOC = Span(0, 4, "PER"), Span(0, 4, "LOC")
SAID = {
    "Asha leo": (given("amina", PER), given("juma", LOC)),
    "Asha kesho": (given("amina", PER), given("juma", PER)),
    "Asha jana": (given("amina", PER),),
    "Asha hapa": (given("amina", PER), given("juma", LOC)),
}


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_a_reviewer_lists_what_may_be_reviewed_and_opens_it(
    size: tuple[int, int], tmp_path: Path, play: Callable[..., Any]
) -> None:
    project = create_project(tmp_path / "p", language="sw", labels=["PER", "LOC"], overlap=2)
    create_store(project.folder / STORE_FILE)

    async def script(stage: Any) -> None:
        await stage.press("1", "enter")
        await stage.until("Asha hapa")
        await stage.press("t", "d")
        assert isinstance(stage.app.screen, ReviewsScreen)
        assert "neema reviews" in stage.line("title")
        lines = [line for line in stage.line("document").splitlines() if "Asha" in line]
        for line, state in zip(lines, ("✓ gold by neema", "= agreed", "○ differs"), strict=True):
            assert (state if size[0] == 80 else state[0]) in line
        assert "jana" not in stage.text()
        await stage.press("home", "down")
        assert "t.txt:2 · agreed" in stage.line("status")
        await stage.press("space", "space", "space", "space")
        assert "reviews: gold" in stage.line("title")
        assert "gold by neema · 1 difference · 1 span" in stage.line("status")
        await stage.press("enter")
        assert isinstance(stage.app.screen, ReviewScreen)
        await stage.until("Asha leo")

    with closing(Store(project.folder / STORE_FILE)) as store:
        records = [
            Record(n, n, text, annotations=said) for n, (text, said) in enumerate(SAID.items(), 1)
        ]
        add_records(store, "t.txt", records, Report(), places=2)
        desk = ReviewDesk(project, store, "neema", load_tokenizer("general"))
        play(desk, ReviewScreen(), script, size=size)
