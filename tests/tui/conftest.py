"""What tests of the screens share: a real project, a desk at it, and the screen as text."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any

import pytest
import textual._wait
from textual.pilot import Pilot
from textual.screen import Screen

from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.app import TonemarkApp
from tonemark.tui.screens import paging
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


@pytest.fixture(autouse=True)
def _quick_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page may be accepted as soon as it stands."""
    monkeypatch.setattr(paging, "READING", 0.0)


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


class Stage:
    """An app that runs, as a test sees it."""

    DEADLINE = 20.0

    def __init__(self, app: TonemarkApp, pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot

    async def press(self, *keys: str) -> str:
        """Press keys by Textual's names; the screen after them."""
        await self.pilot.press(*keys)
        await self.pilot.pause()
        return self.text()

    async def type(self, text: str) -> str:
        """Type text and Enter; the screen after that."""
        keys = {" ": "space", "/": "slash"}
        return await self.press(*(keys.get(c, c) for c in text), "enter")

    def text(self) -> str:
        """What stands on the screen, line by line."""
        shown = [line for line in self.app.screen.query(Lines) if line.display and line.size.height]
        return "\n".join(line.text() for line in shown)

    def line(self, name: str) -> str:
        """One line of the frame: `title`, `status` or `footer`."""
        return self.app.screen.query_one(f"#{name}", Lines).text()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size, and wait until the screen has it."""
        await self.pilot.resize_terminal(width, height)
        await self._until(lambda: self.app.screen.size == (width, height), "the new size")
        await self.pilot.pause()

    async def until(self, wanted: str) -> str:
        """The screen, as soon as it holds a text."""
        await self._until(lambda: wanted in self.text(), repr(wanted))
        return self.text()

    async def _until(self, holds: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + self.DEADLINE
        while not holds():
            if time.monotonic() > deadline:
                raise AssertionError(f"{what} did not come; the screen is\n{self.text()}")
            await self.pilot.pause(0.001)


@pytest.fixture
def play() -> Callable[..., Any]:
    """Runs a screen over a desk and lets `script(stage)` press keys and look; what it returns."""

    def run(
        desk: Desk,
        first: Screen[None],
        script: Callable[[Stage], Coroutine[Any, Any, Any]],
        size: tuple[int, int] = (80, 24),
    ) -> Any:
        app = TonemarkApp(desk, first)

        async def body() -> Any:
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                return await script(Stage(app, pilot))

        try:
            return asyncio.run(body())
        finally:
            app.close_desks(cut_off=False)

    return run
