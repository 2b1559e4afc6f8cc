"""The suggester's work of tokenizing: which document is next, its tokens from a worker, the store.

Nothing but tokens is written. It stays a little ahead of the annotators and no further: tokens of
a million documents are as large as the texts, an hour's work, and for nothing once the tokenizer
is of another version.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tonemark import plugins
from tonemark.corpus.documents import Damaged
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import (
    StoredTokenizer,
    Tokenized,
    drop_superseded,
    next_to_tokenize,
    note_loaded,
    put_tokens,
)
from tonemark.errors import TonemarkError
from tonemark.suggester.children import ChildEnded, ChildLate
from tonemark.suggester.workers import TIME, Worker
from tonemark.tokenizers.check import instead
from tonemark.tokenizers.registry import code_package

AHEAD = 200
"""Documents that are made ready for each annotator: half an hour of work, and a second of
spaCy's."""

TURN = 0.1
"""Seconds of tokenizing after which what was made is written, and one looks what is needed now: a
page that is waited for comes first."""

BATCH = 100
"""Documents that are looked for at once."""

DROPPED = 1_000
"""Documents whose tokens of another version are deleted at once: the others write in between."""

SERVED = 5_000
"""Texts after which a worker is made anew: spaCy keeps every word that it has met."""

UNUSED = 30.0
"""Seconds after which a worker that nobody asks is ended: spaCy takes 150 MB."""

WATCH = 5.0
"""Seconds between looks whether the package with the code is still of the same version."""


class _GoneError(Exception):
    """The tokenizer was loaded once, and cannot be any more."""


class Tokenizing:
    """Tokens of a project's documents, a turn at a time.

    `beat` is called while a worker is waited for; `said` hears what is being done, in a word or
    two, by which tokenizer, and the version that was loaded. `made` and `failed` count documents.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        tokenizer: StoredTokenizer,
        beat: Callable[[], None],
        said: Callable[[str, StoredTokenizer, str], None],
        *,
        time_limit: float = TIME,
    ) -> None:
        self.tokenizer = tokenizer
        self.made = 0
        self.failed = 0
        self._store = store
        self._folder = folder
        self._beat = beat
        self._said = said
        self._time_limit = time_limit
        self._worker: Worker | None = None
        self._id: int | None = None
        self._changes = -1
        self._answered = 0
        self._has_superseded = True
        self._watched = time.monotonic()
        self._was_loaded = False
        self._package = ""
        """The package as it is now, where that is not the one that was loaded."""
        self._gone: TonemarkError | None = None

    def step(self) -> bool:
        """Do what is most needed, for about TURN seconds; whether there was something to do.

        Raises TonemarkError where the tokenizer cannot be loaded at the first time, or the store
        refuses. One that cannot be loaded later (its package is being replaced, or is gone) is what
        `watch` tells, and is tried again after each of its looks.
        """
        if self._gone and self._worker is None:
            return False
        try:
            return self._step()
        except _GoneError:
            return False

    def _step(self) -> bool:
        now = time.monotonic()
        if self._id is None:
            self._load()
        assert self._id is not None
        # Asking costs a thousandth of looking; what this connection itself wrote does not count.
        (changes,) = self._store.db.execute("PRAGMA data_version").fetchone()
        if changes == self._changes:
            self._rest(now)
            return False
        numbers = next_to_tokenize(self._store, self._id, AHEAD, BATCH, self._answered)
        if not numbers:
            if self._has_superseded:
                self._has_superseded = drop_superseded(self._store, self._id, DROPPED) > 0
                return True
            self._changes = changes
            return False
        current, made = self._id, list[Tokenized]()
        try:
            for number in numbers:
                one = self._tokenized(number)
                if self._id != current:  # from a worker made anew, with another version of the code
                    self._put(current, made)
                    current, made = self._id, []
                made.append(one)
                if time.monotonic() - now > TURN:
                    break
        finally:
            self._put(current, made)
        return True

    def _put(self, tokenizer: int, made: list[Tokenized]) -> None:
        put_tokens(self._store, tokenizer, made)
        self.made += len(made)
        self.failed += sum(bool(each.fault) for each in made)

    def make_for_answers(self, count: int) -> None:
        """Make tokens of the documents of the last answers, so many, too, after all others."""
        if count != self._answered:
            self._answered, self._changes = count, -1

    def close(self) -> None:
        """End the worker."""
        worker, self._worker = self._worker, None
        if worker:
            worker.close()

    def watch(self) -> None:
        """Begin anew where the package is of another version than the one that was loaded: looked
        at every few seconds. Raises TonemarkError as long as it is gone."""
        now = time.monotonic()
        if now - self._watched > WATCH:
            self._watched = now
            self._look_up()
        if self._gone:
            raise self._gone

    def _look_up(self) -> None:
        plugins.plugins.cache_clear()
        try:
            package = code_package(self.tokenizer.name)
        except TonemarkError as error:
            self._gone = error
            return
        self._gone = None
        if package == self.tokenizer.package:
            return
        if " " in self.tokenizer.package and " " not in package:  # an installer is at work there
            self._gone = TonemarkError(
                f"The package of the tokenizer {self.tokenizer.name} has no version any more: it is"
                " being replaced, or is damaged.",
                "What waits for it goes on by itself once it is whole.",
            )
            return
        self._package = package
        self._forget()

    def _forget(self) -> None:
        self.close()
        self._id = None
        self._changes = -1

    def _rest(self, now: float) -> None:
        if self._worker and now - self._worker.used > UNUSED:
            self.close()

    def _load(self) -> Worker:
        """A new worker, its version written down. Until there is one, what the one before it made
        is what others go by."""
        tokenizer = replace(self.tokenizer, package=self._package or self.tokenizer.package)
        self._said("loading", tokenizer, "")
        limit = self._time_limit
        try:
            worker = Worker(tokenizer.name, self._folder, self._beat, time_limit=limit)
        except TonemarkError as error:
            if not self._was_loaded:
                raise
            self._gone = error
            raise _GoneError from error
        self._worker, self._was_loaded, self._package = worker, True, ""
        self.tokenizer = tokenizer
        known, self._id = self._id, note_loaded(self._store, self.tokenizer, worker.version)
        if known != self._id:
            self._changes = -1
            self._has_superseded = True
        self._said("at work", self.tokenizer, worker.version)
        return worker

    def _tokenized(self, number: int) -> Tokenized:
        try:
            text = self._store.document(number).text
        except Damaged as error:
            return Tokenized(number, (), error.title)
        fault = ""
        for _ in range(2):
            if self._worker and self._worker.served >= SERVED:
                self.close()
            worker = self._worker or self._load()
            fresh = worker.served == 0
            try:
                tokens, fault = worker.tokens(text)
                if "MemoryError" not in fault or fresh:
                    return Tokenized(number, tokens, fault)
                self.close()
            except ChildEnded as error:
                self._worker = None
                fault = str(error)
                # What it had gathered from others may be the cause: a fresh one tries again. Not
                # where it took too long, for somebody may be waiting.
                if fresh or isinstance(error, ChildLate):
                    break
        return Tokenized(number, *instead(text, fault))
