"""What tests of the learner share: its child in this process, and all its turns at once."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from typing import Any, ClassVar

from suggesters import DEADLINE

from tonemark.corpus.produced import LEARNING
from tonemark.corpus.store import Store
from tonemark.suggester.learner_worker import Learners, answered
from tonemark.suggester.learning import Learning


class InProcess:
    """Stands for a child process of the learner: the same answers, and none has to be started."""

    asked: ClassVar[list[str]] = []
    """What all of them were asked to do."""

    def __init__(self, module: str, arguments: Iterable[str]) -> None:
        self._learners = Learners()
        self._request: dict[str, Any] = {}

    def ask(self, request: bytes, limit: float) -> None:
        self._request = json.loads(request)
        self.asked.append(self._request["do"])

    def answer(self, wait: float) -> bytes | None:
        return json.dumps(answered(self._learners, self._request)).encode()

    def close(self) -> None:
        pass


def step_through(learning: Learning) -> None:
    """Let it do all that it finds to do."""
    deadline = time.monotonic() + DEADLINE
    while learning.step() or learning.is_waiting:
        assert time.monotonic() < deadline, "it does not end"
        time.sleep(0.005 if learning.is_waiting else 0)


def likely(store: Store, document: int) -> list[tuple[int, int, str, float]]:
    """What the learner finds likely in a document."""
    rows = store.db.execute(
        "SELECT s.start_char, s.end_char, s.label, s.score FROM suggestions s JOIN producers p"
        " ON p.id = s.producer WHERE p.name = ? AND s.document = ? ORDER BY 1, 2, 3",
        (LEARNING, document),
    )
    return rows.fetchall()
