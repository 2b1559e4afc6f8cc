"""Draws docs/screen.svg: the annotate screen on the demo project, as the app itself draws it."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tonemark.cli.projects import make_demo
from tonemark.corpus.desk import Desk
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.app import TonemarkApp
from tonemark.tui.screens.annotate import AnnotateScreen

KEYS = ("1", "3", "2")
"""What the annotator in the picture has pressed."""


async def picture(folder: Path) -> str:
    """The SVG of the screen after KEYS on the first page of a new demo project."""
    make_demo(folder)
    project = read_project(folder)
    store = Store(project.folder / STORE_FILE)
    store.set_preference("amina", "tutor", "away")
    desk = Desk(project, store, "amina", load_tokenizer(project.tokenizer))
    app = TonemarkApp(desk, AnnotateScreen())
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*KEYS)
        await pilot.pause()
        svg = app.export_screenshot(title="tonemark annotate tonemark-demo")
    desk.close()
    store.close()
    return svg


def main() -> None:
    """Write the picture beside this script."""
    with tempfile.TemporaryDirectory() as folder:
        svg = asyncio.run(picture(Path(folder) / "demo"))
    Path(__file__).with_name("screen.svg").write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    main()
