"""What tests of models that suggest share: the child process in this one, and all its turns at
once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from suggesters import until

from tonemark.corpus.store import Store
from tonemark.suggester import model_worker
from tonemark.suggester.model_worker import ASKED, found_by
from tonemark.suggester.modelling import Modelling

Work: TypeAlias = Callable[..., tuple[Store, Modelling]]
"""Makes a project that names a model, and the work of letting it suggest, not yet begun."""


class InProcess:
    """Stands for the child process: the same answers, and none has to be started."""

    def __init__(self, module: str, arguments: Sequence[str]) -> None:
        self._name, self._path, _ = arguments
        self._nlp: Any = None
        self._request = b""

    def ask(self, request: bytes, limit: float) -> None:
        self._request = request

    def answer(self, wait: float) -> bytes:
        if not self._nlp:
            self._nlp = model_worker._loaded(self._name, self._path)
            return b"{}"
        return json.dumps(found_by(self._nlp, self._request[ASKED.size :].decode())).encode()

    def close(self) -> None:
        pass


def step_through(work: Modelling) -> None:
    """Let it do all that it finds to do."""
    until(lambda: not (work.step() or work._underway))


def suggested(store: Store, number: int) -> list[tuple[str, str, tuple[str, ...], float]]:
    """What is suggested for a document."""
    document = store.document(number)
    return [
        (document.text[each.start : each.end], each.label, each.sources, each.score)
        for each in store.suggestions(document)
    ]
