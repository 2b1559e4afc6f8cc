"""The learner beside a sitting: before each Enter the oracle lets it finish with what was answered.

In the running program it is the project's own suggester, whose word is read; in a rehearsal it is
the suggester's work of learning, given its turns here.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from typing import Protocol

from tonemark.corpus.learnt import answers_stamp
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.suggester.learner import run as learner_run
from tonemark.suggester.learner.learning import Learning
from tonemark.suggester.place import Place

PATIENCE = 300.0
"""Seconds that it may take to learn from all answers."""

LOOK = 0.01
"""Seconds between two looks whether it has."""


class Learns(Protocol):
    """Whoever learns from what was answered."""

    def finish(self) -> None:
        """Return when it has done with all answers that there are. Raises TonemarkError where it
        does not in time."""
        ...


class Suggester:
    """The learner of the running program's suggester."""

    def __init__(self, project: Project, store: Store) -> None:
        self._place = Place(project.folder)
        self._store = store

    def finish(self) -> None:
        """As `Learns` has it."""
        newest = answers_stamp(self._store).newest
        until = time.monotonic() + PATIENCE
        while newest and (told := self._place.told()).finished < newest:
            if told.fault or time.monotonic() > until:
                why = f"{told.fault} {told.remedy}".strip() or "it took too long"
                raise TonemarkError(f"The learner did not finish: {why}.")
            time.sleep(LOOK)


class Rehearsed(AbstractContextManager["Rehearsed"]):
    """The same work in a rehearsal. Nobody rests between two pages there, so that it may take all
    of a processor."""

    def __init__(self, project: Project, store: Store) -> None:
        self._store = store
        learner_run.SHARE = 1e6
        self._learning = Learning(store, project, tokenizer_of(project, loads_code=False), print)

    def finish(self) -> None:
        """As `Learns` has it."""
        newest = answers_stamp(self._store).newest
        until = time.monotonic() + PATIENCE
        while newest and self._learning.finished < newest:
            if self._learning.trouble or time.monotonic() > until:
                raise TonemarkError(f"The learner did not finish: {self._learning.trouble}")
            if not self._learning.step():
                time.sleep(LOOK / 10)

    def __exit__(self, *raised: object) -> None:
        self._learning.close()
