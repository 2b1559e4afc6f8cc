"""A project of three short documents, and the annotate screen over it without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from textual.pilot import Pilot

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.app import TonemarkApp
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.widgets.lines import Lines

TEXTS = ("leo Asha yuko Kisumu na Juma", "kesho Juma tena", "hapa hakuna jina")
SUGGESTED = Suggestion(6, 10, "PER", ("import:names",))


def made_folder(tmp_path: Path) -> Path:
    project = create_project(tmp_path / "p", name="habari", language="sw", labels=["PER", "LOC"])
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = [
        Record(n, n, text, suggestions=(SUGGESTED,) if n == 2 else ())
        for n, text in enumerate(TEXTS, 1)
    ]
    add_records(store, "t.txt", records, Report())
    store.close()
    return project.folder


def play(
    folder: Path,
    act: Callable[[Pilot[None]], Awaitable[None]],
    *,
    annotator: str = "amina",
    size: tuple[int, int] = (80, 24),
) -> None:
    """Open the annotate screen without a terminal and act on it."""

    async def run() -> None:
        project = read_project(folder)
        tokenizer = load_tokenizer(project.tokenizer)
        desk = Desk(project, Store(folder / STORE_FILE), annotator, tokenizer)
        app = TonemarkApp(desk, AnnotateScreen())
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await act(pilot)
        desk.close()
        desk.store.close()

    asyncio.run(run())


def shown(pilot: Pilot[None], part: str) -> str:
    """What a part of the screen shows, as text."""
    return pilot.app.screen.query_one(f"#{part}", Lines).text()


def answered(folder: Path, number: int) -> list[tuple[str, str]]:
    """Text and label of the spans of the answer to a document."""
    store = Store(folder / STORE_FILE)
    found = [
        (TEXTS[number - 1][span.start : span.end], span.label)
        for annotation in annotations_of(store, number)
        for span in annotation.spans
    ]
    store.close()
    return found
