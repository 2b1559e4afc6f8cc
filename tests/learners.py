"""What tests of the learner share: its child in this process, and all its turns at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

from making import given
from suggesters import DEADLINE

from tonemark.corpus import queue
from tonemark.corpus.produced import LEARNING
from tonemark.corpus.project import Project, read_project
from tonemark.corpus.records import GivenAnnotation
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.suggester.learner.learning import Learning
from tonemark.suggester.learner.worker import Learners, answered

Work: TypeAlias = Callable[..., tuple[Store, Learning]]
"""Makes a project of which the first texts are answered, and its learning, not yet begun."""

NAMES = ["Asha", "Juma", "Bola", "Kemi", "Sola", "Tayo", "Ayo", "Ire"]
TAUGHT = [f"Rais {name} alisema leo" for name in NAMES]
NEW = ["Rais Wanjiru alisema jana", "Rais Okello alisema", "mwaka huu"]


def set_up(folder: Path, toml: str) -> None:
    """Change lines of a project's file: `name = value`, in the place of the one that it has."""
    path = folder / "project.toml"
    text = path.read_text(encoding="utf-8")
    for line in filter(None, toml.splitlines()):
        name = line.split(" = ")[0]
        before = next(each for each in text.splitlines() if each.startswith(f"{name} = "))
        text = text.replace(before, line)
    path.write_text(text, encoding="utf-8")


def begun(store: Store, note: Callable[[str], None]) -> Learning:
    project: Project = read_project(store.path.parent)
    return Learning(store, project, tokenizer_of(project, loads_code=False), note)


def name_in(text: str, label: str = "PER") -> tuple[Span, ...]:
    """The second word, where the first is Rais."""
    words = text.split()
    if words[0] != "Rais":
        return ()
    return (Span(5, 5 + len(words[1]), label),)


def answer(store: Store, number: int, said: GivenAnnotation | None = None) -> None:
    text = store.document(number).text
    with store.transaction() as db:
        queue.import_answer(db, "amina", number, said or given("amina", *name_in(text)))


def best(store: Store, number: int) -> list[str]:
    """What is more likely than not, in words."""
    text = store.document(number).text
    found = [each for each in likely(store, number) if each[3] > 0.5]
    return [f"{text[start:end]} {label}" for start, end, label, _ in found]


class InProcess:
    """Stands for a child process of the learner: the same answers, and none has to be started."""

    asked: ClassVar[list[str]] = []
    """What all of them were asked to do."""

    requests: ClassVar[list[dict[str, Any]]] = []
    """All of that."""

    def __init__(self, module: str, arguments: Iterable[str]) -> None:
        self._learners = Learners()
        self._request: dict[str, Any] = {}

    def ask(self, request: bytes, limit: float) -> None:
        self._request = json.loads(request)
        self.asked.append(self._request["do"])
        self.requests.append(self._request)

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
