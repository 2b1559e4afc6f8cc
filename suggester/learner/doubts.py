"""How unsure the learner is of documents that may come next, where the project wants those first of
which it is least sure: which it is to look at, by which of its models, and what it said.

Knows of models their numbers; that a document is looked at only by one that was given no answer of
its part, or of an equal text, is as with suggestions (`learning`).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tonemark.corpus.documents import Damaged
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, TokensAwaited, tokens_of
from tonemark.corpus.uncertain import fill_up, in_pool, put_doubts, set_order
from tonemark.suggester.learner.lessons import same_text
from tonemark.suggester.learner.suspects import Suspects
from tonemark.training.material import part_of, words_of

BATCH = 50
"""Documents that are looked at in one request, where it does not take too long to read them."""

FILLING = 1.0
"""Seconds between two looks whether the pool is full."""


class Doubting(NamedTuple):
    """Documents that the child is looking at, and the number of the training whose model does."""

    training: int
    documents: tuple[int, ...]


class Model(NamedTuple):
    """What is to be known of a model: the number of its training, and the texts (`same_text`) that
    it may not look at."""

    training: int
    texts: frozenset[bytes]


class _Known(NamedTuple):
    """A document of the pool: its part, and its text as equal ones have it."""

    part: int
    text: bytes


class Doubts:
    """The doubts of a pool, a turn at a time. They are written when all of it was looked at, so
    that what comes next changes once a training."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._documents: list[int] | None = None
        self._known: dict[int, _Known | None] = {}
        self._looked: dict[int, int] = {}
        self._found: dict[int, float | None] = {}
        self._suspects = Suspects()
        self._awaited: set[int] = set()
        self._filled = 0.0

    def look(self, project: Project) -> None:
        """See what the pool now holds: something in the store has changed."""
        set_order(self._store, project.order, project.evaluation)
        self._documents = None
        self._awaited.clear()

    def begin_anew(self) -> None:
        """Forget all that was said, and at which documents the child ended."""
        self.forget()
        self._suspects.begin_anew()

    def forget(self) -> None:
        """The models are gone: other ones will have their numbers."""
        self._looked.clear()
        self._found.clear()

    def next(
        self,
        models: Mapping[int | None, Model],
        tokenizer: AnyTokenizer,
        seconds: float,
        *,
        by_parts: bool,
    ) -> tuple[int | None, Doubting, list[Sequence[str]]] | None:
        """Documents that one of the models is to look at: whose model it is, the documents, and
        their words; as many as are read in about so long, which may be none. None where all was
        looked at: then `write`."""
        waiting = self._waiting(seconds) if models else ()
        until = time.monotonic() + seconds
        read = 0
        for part, model in models.items():
            numbers: list[int] = []
            words: list[Sequence[str]] = []
            is_over = False
            for number in waiting:
                if self._looked.get(number) == model.training or number in self._awaited:
                    continue
                if is_over := len(numbers) == BATCH or (read > 0 and time.monotonic() > until):
                    break
                read += 1
                known = self._known_of(number)
                if known is None or number in self._suspects.refused:
                    continue
                if by_parts and known.part != part:
                    continue
                is_alone = number in self._suspects
                if is_alone and numbers:
                    continue  # with another request
                if known.text in model.texts:
                    self._found[number], self._looked[number] = None, model.training
                    continue
                try:
                    document = self._store.document(number)
                    tokens = tokens_of(self._store, document, tokenizer)
                except (TokensAwaited, Damaged, KeyError):
                    self._awaited.add(number)
                    continue
                self._looked[number] = model.training
                numbers.append(number)
                words.append(words_of(document.text, tokens))
                if is_alone:
                    break
            if numbers or is_over:
                return part, Doubting(model.training, tuple(numbers)), words
        return None

    def heard(self, looking: Doubting, doubts: Sequence[float | None]) -> None:
        """Take in what the child said of documents; None of those at which it failed."""
        for number, doubt in zip(looking.documents, doubts, strict=True):
            self._found[number] = None if doubt is None else float(doubt)
        self._suspects.heard(looking.documents)

    def failed(self, looking: Doubting) -> None:
        """The child ended at these documents: they are looked at one by one, to find out which is
        the cause; that one does not come by doubt."""
        if self._suspects.failed(looking.documents):
            put_doubts(self._store, dict.fromkeys(looking.documents))

    def write(self) -> bool:
        """Write what was said since it was last written; whether that was anything."""
        found, self._found = self._found, {}
        if found:
            put_doubts(self._store, found)
        return bool(found)

    def _waiting(self, seconds: float) -> list[int]:
        if self._documents is None:
            now = time.monotonic()
            if now - self._filled > FILLING:
                is_more = fill_up(self._store, seconds=seconds)
                # Where time ran out, the rest comes with the next look: there is something new.
                is_cut = is_more and time.monotonic() - now > seconds
                self._filled = 0.0 if is_cut else now
            self._documents = in_pool(self._store)
            there = set(self._documents)
            self._known = {each: was for each, was in self._known.items() if each in there}
            self._looked = {each: at for each, at in self._looked.items() if each in there}
        return self._documents

    def _known_of(self, number: int) -> _Known | None:
        if number not in self._known:
            try:
                text = self._store.document(number).text
                self._known[number] = _Known(part_of(text), same_text(text))
            except (Damaged, KeyError):
                self._known[number] = None
        return self._known[number]
