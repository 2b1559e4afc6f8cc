"""The scores of the last model: figures, what would help most, and errors that Enter opens.

They are counted in another process: `tonemark scores`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from tonemark.corpus.annotations import current_annotation
from tonemark.corpus.annotators import annotates
from tonemark.corpus.seeing import may_see
from tonemark.errors import TonemarkError
from tonemark.text import short
from tonemark.tui.page.score_lines import score_lines
from tonemark.tui.screens.blocks import Block, BlocksScreen, Target, text_lines
from tonemark.tui.screens.following import follow, inside, ours
from tonemark.tui.screens.reading import QUIET, TEXT
from tonemark.tui.screens.ways import Place

SHOWN = 10
"""Errors of each kind that are shown."""


class Left(NamedTuple):
    """What stood on the screen when an error was opened from it, and the line in focus."""

    model: str
    found: Mapping[str, Any]
    at: int


class ScoresScreen(BlocksScreen):
    """How good a model is. Errors in documents that are still hers to answer are not shown."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("accept", "open the error"),
        ("help", "help"),
        ("quit", "back"),
    )

    def __init__(self, model: str = "") -> None:
        super().__init__()
        self._model = model
        self._found: Mapping[str, Any] | None = None
        self._fault = ""

    def on_mount(self) -> None:
        """Have them counted; meanwhile what she left stands there, where she left it."""
        left = self.app.left_scores
        if left and left.model == self._model:
            self._found, self._at = left.found, left.at
        self.refill()
        self._move(0)
        self.run_worker(self._count(), group="count", exclusive=True)

    async def _count(self) -> None:
        try:
            found = await counted_scores(self.desk.project.folder, self._model)
            self._found, self._fault = found | {"examples": self._seen(found["examples"])}, ""
        except (OSError, ValueError, TypeError, KeyError, TonemarkError, sqlite3.Error) as error:
            self._fault = str(error) or "the scores cannot be read"
        self.refill()

    def _seen(self, examples: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """The errors that may be shown to her: what others gave must not reach her too early. Only
        where she answered are they opened: else her page has nothing of what is meant."""
        desk = self.desk
        hers = annotates(desk.project, desk.annotator)

        def seen(example: Mapping[str, Any]) -> bool:
            return may_see(desk.store, desk.annotator, example["number"], annotates=hers)

        def whose(example: Mapping[str, Any]) -> dict[str, Any]:
            own = current_annotation(desk.store.db, example["number"], desk.annotator)
            return {**example, "hers": own is not None}

        return {
            kind: [*map(whose, filter(seen, given))][:SHOWN] for kind, given in examples.items()
        }

    def heading(self) -> tuple[str, str]:
        """Whose scores."""
        return f"{short(self.desk.project.name, 40)} · scores", short(self.desk.annotator, 32)

    def footer(self) -> list[tuple[str, str]]:
        """The keys that do something now."""
        pairs = zip(self.KEYS, super().footer(), strict=True)
        return [pair for (name, _), pair in pairs if name != "accept" or self.act]

    def blocks(self, width: int) -> Iterator[Block]:
        """The report, each error a block of its own."""
        yield Block([[]])
        if self._fault:
            for line in self._fault.splitlines():
                yield Block(text_lines(line, width))
        elif self._found is None:
            yield Block(text_lines("counting…", width, QUIET))
        else:
            for text, example in score_lines(self._found, width):
                act = None
                if example and example["hers"]:
                    act = Target(Place(example["number"], (example["start"], example["end"])))
                yield Block([[(text, TEXT if act or not example else QUIET)]], act)

    def _command_accept(self) -> None:
        if isinstance(self.act, Target) and not self.in_view:
            self._move(0)
        elif isinstance(self.act, Target):
            if self._found is not None:
                self.app.left_scores = Left(self._model, self._found, self._at)
            self.open(self.act)


async def counted_scores(folder: Path, model: str) -> dict[str, Any]:
    """What `tonemark scores` says of a model. Raises OSError where it cannot be started, and
    ValueError with its words where it says nothing."""
    found: list[dict[str, Any]] = []
    command = ours("scores", str(folder), *([model] if model else []), "--json")
    ended = await follow(command, found.append, lambda process: process.terminate())
    if not found or "examples" not in found[-1]:
        said = inside(f"{ended.said}\n{ended.remedy}".strip(), folder)
        raise ValueError(said or f"the count ended with {ended.code}")
    return found[-1]
