"""What tests of the screens share: a real project, a desk at it, and the screen as text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import pytest
import textual._wait
from textual.pilot import Pilot
from textual.screen import Screen

from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import Report, add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.app import TonemarkApp
from tonemark.tui.widgets.lines import Lines

TEXTS = (
    "Rais Samia Suluhu alikutana na waziri mkuu jijini Nairobi.",
    "Ọjọ́ Ajé ni Títílayọ̀ dé sí Ìbàdàn. Nairobi kò sí níbẹ̀.",
    "Mji wa Nairobi una watu wengi. nairobi ni mji mkuu.",
    "Hakuna jina hapa.",
)


@pytest.fixture(autouse=True)
def _quick_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key of the pilot takes a millisecond instead of twenty (research/textual.md, 5)."""
    monkeypatch.setattr(textual._wait, "SLEEP_GRANULARITY", 1 / 1000)
    monkeypatch.setattr(textual._wait, "SLEEP_IDLE", 1 / 1000)


@pytest.fixture
def desk_at(tmp_path: Path) -> Iterable[Callable[..., Desk]]:
    """Makes a project of texts, or of records, and seats an annotator there."""
    opened: list[Store] = []

    def seat(
        texts: Iterable[str | Record] = TEXTS, *, annotator: str = "amina", **project: Any
    ) -> Desk:
        made = create_project(tmp_path / "habari", language="sw", labels=["PER", "LOC"], **project)
        create_store(made.folder / STORE_FILE)
        store = Store(made.folder / STORE_FILE)
        opened.append(store)
        records = [
            text if isinstance(text, Record) else Record(number, number, text)
            for number, text in enumerate(texts, 1)
        ]
        add_records(store, "habari.txt", records, Report(), places=made.overlap)
        return Desk(made, store, annotator, load_tokenizer("general"))

    yield seat
    for store in opened:
        store.close()


def screen_text(app: TonemarkApp) -> str:
    """What stands on the screen, line by line."""
    screen = app.screen
    return "\n".join(line.text() for line in screen.query(Lines) if line.display)


async def until(pilot: Pilot[None], wanted: Callable[[], object]) -> None:
    """Let the app go on until something holds."""
    for _ in range(5000):
        if wanted():
            return
        await pilot.pause(0.001)
    raise AssertionError(f"it did not come; the screen is\n{screen_text(pilot.app)}")  # type: ignore[arg-type]


@pytest.fixture
def play() -> Callable[..., Any]:
    """Runs a screen over a desk and lets `script(pilot, app)` press keys and look."""

    def run(
        desk: Desk,
        first: Screen[None],
        script: Callable[[Pilot[None], TonemarkApp], Coroutine[Any, Any, Any]],
        size: tuple[int, int] = (80, 24),
    ) -> Any:
        async def body() -> Any:
            app = TonemarkApp(desk, first)
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                return await script(pilot, app)

        try:
            return asyncio.run(body())
        finally:
            desk.close()

    return run
