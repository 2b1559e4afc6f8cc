"""The annotate screen: her queue, page by page, with her labels and suggestions."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Collection
from contextlib import suppress

from textual.timer import Timer

from tonemark.corpus.awaiting import Elsewhere, comes_free, elsewhere
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.tui.page import words
from tonemark.tui.page.columns import wrapped
from tonemark.tui.page.keys import ANNOTATING
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.screens.paging import PageScreen
from tonemark.tui.screens.ways import Place

WARMING = 0.2
"""Seconds after which what label keys will need is loaded: nobody has read the first page yet."""


LOOK_AGAIN = 4.0
"""Seconds between two looks whether something came free, while nothing is left in her queue."""


class AnnotateScreen(PageScreen):
    """An annotator's pages; the first one may be a document that she asked for."""

    def __init__(self, document: int | None = None, focus: tuple[int, int] | None = None) -> None:
        super().__init__()
        self._first = Place(document, focus) if document is not None else None
        self._waiter: Timer | None = None

    def on_mount(self) -> None:
        """Open the first page."""
        self._tutor.begin(self.desk)
        if self._first:
            self.go_to(self._first)
        else:
            self._turn(self.desk.open_next)
        self.set_timer(WARMING, self._warm)

    def _warm(self) -> None:
        with suppress(TonemarkError, OSError, sqlite3.Error):  # the key that needs it says it
            self.desk.proposer.warm()

    def on_screen_resume(self) -> None:
        """Come back from another screen."""
        self._tutor.begin(self.desk)
        self.paint()

    def heading(self) -> tuple[list[Run], list[Run]]:
        """Project, place in it, annotator; whether all is saved."""
        return words.title(
            self.desk.project.name, self.desk.page, self._total, self.desk.annotator, self._saved,
            read_only=bool(self.desk.read_only), without="not open" if self.asking else "done",
        )  # fmt: skip

    def offered(self) -> Collection[str]:
        """What comes after `more`; review, where several annotate the same texts."""
        project = self.desk.project
        alone = project.overlap == 1 and not project.reviewers
        return ANNOTATING - {"review"} if alone else ANNOTATING

    def nothing_left(self) -> list[list[Run]]:
        """That every document is answered; how to add some where there are none."""
        if not self._total:
            adding = f"tonemark add {typed(self.desk.project.folder)} FILE"
            return words.notice("There are no documents yet. Add some:", adding)
        if self._waiter is None and not self.desk.read_only:
            self._waiter = self.set_interval(LOOK_AGAIN, self._look_again)
        held = Elsewhere(0, 0.0)
        with suppress(TonemarkError, sqlite3.Error):  # the key that needs the store says it
            held = elsewhere(self.desk.store, self.desk.annotator)
        said = f"{_held(held)} {self.table.key_of('accept')} looks again."
        return [
            *words.notice("Nothing is left in your queue.")[:-1],
            *(
                [run("   ", BLANK), (line, Look("quiet"))]
                for line in wrapped(said, self.size.width - 6)
            ),
        ]

    def _look_again(self) -> None:
        """Open what came free, for one who waits; else bring up to date what is said of it."""
        if self.view or self.asking or self.awaited or self._beginning or self.prompt:
            if self._waiter:
                self._waiter.stop()
            self._waiter = None
        elif self.app.screen is self:
            with suppress(TonemarkError, OSError, sqlite3.Error):
                if comes_free(self.desk.store, self.desk.annotator):
                    self._turn(self.desk.open_next)
                    return
            self.paint()


def _held(held: Elsewhere) -> str:
    """What others hold, for one who waits for it."""
    if not held.documents:
        return "What is yours to do is answered; what comes opens here by itself."
    minutes = max(1, math.ceil((held.until - time.time()) / 60))
    are = "document is" if held.documents == 1 else "documents are"
    return (
        f"{held.documents:,} {are} with other annotators. If nobody goes on there, the first comes"
        f" free in {minutes} minute{'s' * (minutes > 1)}, and opens here by itself."
    )
