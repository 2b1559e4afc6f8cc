"""A page whose tokens are still being made by another process: said, waited for, then opened."""

from __future__ import annotations

from collections.abc import Callable

from textual.timer import Timer

from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.tokens import TokensAwaited
from tonemark.errors import TonemarkError
from tonemark.text import Safe
from tonemark.tokenizers.registry import GENERAL
from tonemark.tui.page.columns import wrapped
from tonemark.tui.page.render import BLANK, Look, Run, run
from tonemark.tui.screens.questions import Questions
from tonemark.tui.screens.ways import Result

LOOK = 0.07
"""Seconds between two looks whether the tokens are there: nobody feels them, and a look is one in
an index."""

TEND = 15
"""Looks between two times that one sees to the process that makes the tokens."""

TEXT, QUIET = Look("text"), Look("quiet")


class Waiting(Questions[Result]):
    """A screen that can wait for the tokens of its next page."""

    def __init__(self) -> None:
        super().__init__()
        self.awaited = ""
        """The tokenizer whose tokens are waited for; empty where none are."""
        self._looking: Timer | None = None
        self._looks = 0
        self._trouble: TonemarkError | None = None
        self.faulty: TonemarkError | None = None
        """Why a change of the project's file cannot be taken in; what was there before holds."""
        self._opens: Callable[[], object] = lambda: None

    @property
    def waits(self) -> bool:
        """Whether tokens are waited for: also while one tries whether they are there."""
        return self._looking is not None

    def wait(self, awaited: TokensAwaited, opens: Callable[[], object]) -> bool:
        """Wait; whether that has only begun. `opens` tries to open the page, and calls this again
        where it is still too early."""
        self.awaited, self._opens = awaited.tokenizer, opens
        if self._looking:
            return False
        self._looking, self._looks = self.set_interval(LOOK, self._look), 0
        self._see_to_it()
        return True

    def _look(self) -> None:
        """Try to open the page: it, or whatever else comes of that, ends the waiting."""
        asked = self.question, self._answers
        self.question, self._answers, self.awaited = Safe(""), {}, ""
        self._opens()
        if not self.awaited:
            if self._looking:
                self._looking.stop()
            self._looking = None
            return
        self.question, self._answers = asked
        self._looks += 1
        if self._looks % TEND == 0:
            self._see_to_it()

    def _see_to_it(self) -> None:
        """Have the tokens made, and say how it is."""
        maker = self.app.maker
        if maker:
            maker.tend()
        self._trouble = self.faulty or (maker.trouble() if maker else None)
        if self._trouble:
            self.ask("This page cannot be opened yet.", {"accept": ("tries again", self._again)})
        else:
            self.ask(f"waiting for the tokenizer {self.awaited} …", {})

    def _again(self) -> None:
        if maker := self.app.maker:
            maker.again()
        self._see_to_it()

    def waiting_lines(self, width: int) -> list[list[Run]]:
        """What stands in the place of the page."""
        said = [
            f"The tokens of this page are being made by {self.awaited}.",
            "It opens by itself when they are there.",
        ]
        if self._trouble:
            without = (
                f'To go on without it, for everybody: write tokenizer = "{GENERAL}" into'
                f" {PROJECT_FILE} in {self.desk.project.folder}. The page then opens by itself."
            )
            said = [self._trouble.title, self._trouble.remedy, without]
        lines: list[list[Run]] = []
        for words, look in zip(filter(None, said), (TEXT, QUIET, QUIET), strict=False):
            lines.append([])
            lines += [[run("   ", BLANK), (line, look)] for line in wrapped(words, width - 6)]
        return lines
