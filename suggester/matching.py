"""The suggester's work with patterns: which document is next, what its token patterns and
expressions suggest, the store.

Nothing but suggestions is written, and none for a document that somebody has opened. Like
`tokenizing` it stays a little ahead of the annotators. What runs is in a child process, and never
waited for: tokens of a page that somebody waits for come first.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping

from tonemark.corpus.documents import Damaged
from tonemark.corpus.gazetteers import Entry, patterns
from tonemark.corpus.produced import (
    PATTERNS,
    Produced,
    drop_superseded,
    needs_patterns,
    next_to_produce,
    note_pattern_faults,
    pattern_faults,
    patterns_stamp,
    producer_id,
    put_produced,
)
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import (
    AnyTokenizer,
    TokensAwaited,
    tokens_of,
    tokens_version,
)
from tonemark.errors import TonemarkError
from tonemark.suggester.pattern_runs import PatternRun
from tonemark.suggester.tokenizing import AHEAD, BATCH, DROPPED, TURN, UNUSED

VERSION = 1
"""Raised whenever the same patterns would suggest something else."""

WAIT = 0.05
"""Seconds that a turn waits for the child: somebody may be waiting for tokens meanwhile."""


class Matching:
    """Suggestions of a project's patterns, a turn at a time.

    `note` hears what happens, in a line for the log. `made` and `failed` count documents; `trouble`
    is what a person should know of, None where all is well.
    """

    def __init__(
        self, store: Store, language: str, tokenizer: AnyTokenizer, note: Callable[[str], None]
    ) -> None:
        self.tokenizer = tokenizer
        self.language = language
        self.made = 0
        self.failed = 0
        self.trouble: TonemarkError | None = None
        self._store = store
        self._note = note
        self._run: PatternRun | None = None
        self._key: tuple[object, ...] = ()
        self._id: int | None = None
        self._has_superseded = True
        self._seen: tuple[int, int] = (-1, -1)
        self._next: list[int] = []
        self._underway: int | None = None

    def is_wanted(self) -> bool:
        """Whether there is something to do in this project, now or with its next documents."""
        return needs_patterns(self._store)

    def step(self) -> bool:
        """Do what is most needed, for about TURN seconds; whether there was something to do.

        Raises TonemarkError where the store refuses.
        """
        if self._underway is None and not self._next:
            if not self._look():
                self._rest()
                return False
            if not self._next:  # what other versions made was taken back
                return True
        began = time.monotonic()
        done: list[Produced] = []
        try:
            while time.monotonic() - began < TURN and (found := self._turn()):
                done.extend(found)
        except TonemarkError as error:
            self._fail(error)
        if done and self._id is not None:
            self.made += put_produced(self._store, self._id, done)
            self.failed += sum(bool(each.fault) for each in done)
        return True

    def close(self) -> None:
        """End the child."""
        if self._run:
            self._run.close()

    def _look(self) -> bool:
        """See what is to be done next; False where that is nothing."""
        db = self._store.db
        (version,) = db.execute("PRAGMA data_version").fetchone()
        seen = (version, db.total_changes)  # others' changes, and those of this process
        if seen == self._seen:
            return False
        self._take_in_entries()
        if self._has_superseded:
            self._has_superseded = (
                drop_superseded(self._store, PATTERNS, self._id, DROPPED) == DROPPED
            )
        if self._id is not None and self._run:
            self._next = next_to_produce(self._store, self._id, self.tokenizer, AHEAD, BATCH)
        if not self._next and not self._has_superseded:
            self._seen = (version, db.total_changes)
        return bool(self._next) or self._has_superseded

    def _take_in_entries(self) -> None:
        tokens = tokens_version(self._store, self.tokenizer)
        key = (patterns_stamp(self._store), tokens, self.language)
        if key == self._key:
            return
        self._key, self._id, self._has_superseded, self.trouble = key, None, False, None
        self._underway, self._next = None, []
        self.close()
        if not tokens:
            return
        self._has_superseded = True
        entries = patterns(self._store)
        faults = pattern_faults(self._store)
        usable = [each for each in entries if each.number not in faults]
        self._run = PatternRun(usable, self.language, self._left_out) if usable else None
        if usable:
            self._id = producer_id(self._store, PATTERNS, _version(entries, key[1:]))

    def _turn(self) -> list[Produced] | None:
        """What became of a document; None where one is still underway, or none is left."""
        assert self._run
        if self._underway is None:
            if not self._next:
                return None
            number = self._next.pop(0)
            try:
                document = self._store.document(number)
                tokens = tokens_of(self._store, document, self.tokenizer)
            except TokensAwaited:
                return []
            except (Damaged, KeyError) as error:
                return [Produced(number, fault=str(error))]
            self._underway = number
            self._run.begin(document.text, tokens)
        outcome = self._run.outcome(WAIT)
        if outcome is None:
            return None
        number, self._underway = self._underway, None
        return [Produced(number, *outcome)]

    def _left_out(self, faults: Mapping[int, str]) -> None:
        note_pattern_faults(self._store, faults)
        for number, why in faults.items():
            self._note(f"pattern {number} is left out: {why}")
        numbers = ", ".join(map(str, pattern_faults(self._store)))
        self.trouble = TonemarkError(
            f"Patterns are left out, which did not end in time or failed: {numbers[:200]}.",
            "Which, and why:\n    tonemark doctor DIR",
        )

    def _fail(self, error: TonemarkError) -> None:
        """Give up until other patterns or tokens come."""
        self._note(str(error))
        self.close()
        self.trouble, self._run, self._id = error, None, None
        self._underway, self._next = None, []

    def _rest(self) -> None:
        if self._run and time.monotonic() - self._run.used > UNUSED:
            self._run.close()


def _version(entries: list[Entry], rest: tuple[object, ...]) -> str:
    """Another one whenever the same text could get other suggestions."""
    rows = [(each.number, each.kind, each.label, each.pattern) for each in entries]
    written = json.dumps([VERSION, rows, list(rest)], default=repr).encode()
    return hashlib.blake2b(written, digest_size=8).hexdigest()
