"""A project's token patterns and expressions, run over its texts in a child process: what is found,
and which of them are left out because they have no end, or fail.

Knows no store. Nothing is waited for longer than the caller says.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.gazetteers import Entry
from tonemark.corpus.spans import Suggestion
from tonemark.errors import TonemarkError
from tonemark.suggester.child import joined
from tonemark.suggester.children import BEAT, Child, ChildCut, ChildEnded
from tonemark.suggester.pattern_worker import AT, PLACES, SECONDS, limits, too_slow
from tonemark.suggester.workers import LOADING, TIME
from tonemark.tokenizers.base import Token

MODULE = "tonemark.suggester.pattern_worker"

BUSY = 5.0
"""Times as long that a text may take on a machine that is busy with other things."""

SERVED = 5_000
"""Texts after which the child is made anew: spaCy keeps every word that it has met."""


class Outcome(NamedTuple):
    """What patterns suggest in a text; `fault` says in words what they failed on."""

    suggestions: tuple[Suggestion, ...] = ()
    fault: str = ""


class PatternRun:
    """Patterns of a language, run over one text after another.

    `left_out` hears of entries, by number, that are not run from now on, and why. The child is
    started when it is needed.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        language: str,
        left_out: Callable[[Mapping[int, str]], None],
    ) -> None:
        self.entries = {each.number: each for each in entries}
        self.language = language
        self.used = time.monotonic()
        """When it was last asked."""
        self._left_out = left_out
        self._at = tempfile.TemporaryFile()  # noqa: SIM115 - as long as this, and then gone
        self._child: Child | None = None
        self._loading = False
        self._served = 0
        self._length = 0
        self._request = b""

    def begin(self, text: str, tokens: Sequence[Token]) -> None:
        """Begin with a text; `outcome` tells what came of it."""
        self._length = len(text)
        self._request = b"".join(joined(text, pack_tokens(tokens)))
        if self._served >= SERVED:
            self.close()
        if self._child and not self._loading:
            self._ask(self._child)

    def outcome(self, wait: float) -> Outcome | None:
        """What was found in the text that was begun with; None where that is not known within
        about `wait` seconds: ask again.

        Raises TonemarkError where patterns cannot be run at all.
        """
        while self.entries:
            self.used = time.monotonic()
            try:
                child = self._child or self._started()
                message = child.answer(wait)
                if message is None:
                    return None
                answer = json.loads(message)
                faults = {int(number): fault for number, fault in answer["faults"].items()}
                self._leave_out(faults)
                if self._loading:
                    self._loading = False
                    self._ask(child)
                elif answer["tried"] is None or not faults:
                    return self._found(answer)
                else:  # those that took the time are out: the others have theirs
                    self._ask(child)
            except (ChildEnded, ValueError, KeyError) as error:
                if (outcome := self._fallen(error)) is not None:
                    return outcome
        return Outcome()

    def run(self, text: str, tokens: Sequence[Token]) -> Outcome:
        """What is found in a text, waited for. Raises TonemarkError as `outcome` does."""
        self.begin(text, tokens)
        while (found := self.outcome(BEAT)) is None:
            pass
        return found

    def close(self) -> None:
        """End the child; the next text starts another."""
        child, self._child = self._child, None
        if child:
            child.close()

    def _started(self) -> Child:
        """A new child, given the patterns. What it makes ready first is spaCy."""
        os.pwrite(self._at.fileno(), AT.pack(0), 0)
        arguments = (str(self._at.fileno()), str(round(LOADING)))
        files = (self._at.fileno(),)
        child = self._child = Child(MODULE, arguments, files)
        entries = [(each.number, each.kind, each.pattern) for each in self.entries.values()]
        child.ask(json.dumps({"language": self.language, "entries": entries}).encode(), LOADING)
        self._loading = True
        self._served = 0
        return child

    def _ask(self, child: Child) -> None:
        self._served += 1
        together = limits(self._length, len(self.entries)).all
        child.ask(self._request, TIME + BUSY * together)

    def _found(self, answer: dict[str, Any]) -> Outcome:
        found = [
            Suggestion(start, end, self.entries[int(number)].label, (source,))
            for number, places in answer["found"].items()
            for source in (self.entries[int(number)].source,)
            for start, end in places
        ]
        faults = []
        if numbers := ", ".join(map(str, answer["crowded"])):
            faults.append(f"more than {PLACES:,} places here, of pattern {numbers}"[:200])
        if answer["tried"] is not None:
            tried = f"{answer['tried']:,} of {answer['all']:,}"
            faults.append(f"{tried} patterns were tried: time was up")
        return Outcome(tuple(sorted(found)), "; ".join(faults))

    def _fallen(self, error: Exception) -> Outcome | None:
        """What comes of a text at which the child ended; None where it is to be tried again."""
        self.close()
        number = self._at_work()
        is_fresh = self._loading or self._served <= 1
        if number and (is_fresh or isinstance(error, ChildCut)):
            one = SECONDS if self._loading else limits(self._length, 0).one
            words = too_slow(one) if isinstance(error, ChildCut) else f"it failed: {error}"
            self._leave_out({number: words})
            return None
        if self._loading:
            raise TonemarkError(
                f"Patterns cannot be run: {error}.",
                "Look whether spaCy works:\n    tonemark doctor",
            )
        return Outcome(fault=f"patterns failed: {error}") if is_fresh else None

    def _at_work(self) -> int:
        (number,) = AT.unpack(os.pread(self._at.fileno(), AT.size, 0))
        return int(number) if number in self.entries else 0

    def _leave_out(self, faults: Mapping[int, str]) -> None:
        if faults:
            for number in faults:
                self.entries.pop(number, None)
            self._left_out(faults)
