"""The child process in which token patterns and expressions run: texts with their tokens come in,
places go out.

A pattern can run for ever, or take all memory, in C: the system then ends this process, and a file
says at which pattern. It is started by `pattern_runs.PatternRun`. spaCy is imported only where
there are token patterns.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import regex

from tonemark.corpus.documents import unpack_tokens
from tonemark.files import parsed
from tonemark.patterns import expressions, token_patterns
from tonemark.suggester.child import begin, parted, received, send
from tonemark.tokenizers.base import Token

if TYPE_CHECKING:
    from spacy.matcher import Matcher

AT = struct.Struct("<q")
"""In the file: the number of the entry that is at work; 0 where none is."""

SECONDS = 0.25
"""Of processor time that a pattern may take on a text, or to be made. Usual ones take a few
ten-thousandths: one that needs a thousand times as much has no end."""

PACE = 1_000_000
"""Characters for which a pattern has a second more: the usual one needs 0.05 to 0.4 s. With ten
seconds, stars side by side, which take the square of a text's length, held the child for 87 s."""

PACE_OF_ALL = 100_000
"""Characters for which all together have a second more, and so has making what they run over."""

EACH = 0.001
"""Seconds by which each pattern adds to the second that all together have on a text."""

PLACES = 10_000
"""Places of one text that a pattern may have; of more none is suggested there. That says nothing of
the pattern: a name stands as often in a book."""

Places: TypeAlias = list[tuple[int, int]]


class Limits(NamedTuple):
    """Seconds of processor time: of one pattern, and of all together."""

    one: float
    all: float


def limits(length: int, patterns: int) -> Limits:
    """What patterns may take on a text of so many characters."""
    longer = length / PACE_OF_ALL
    return Limits(SECONDS + length / PACE, 1.0 + EACH * patterns * (1 + longer) + longer)


class Text(NamedTuple):
    """A text that patterns are run over; `spread` is what token patterns run over, None where there
    are none."""

    text: str
    tokens: Sequence[Token]
    spread: token_patterns.Spread | None


class Run(NamedTuple):
    """A pattern that is ready.

    `places` finds those of a text, one more than PLACES at least where there are so many, within
    seconds; raises TimeoutError. The system ends the process after `times` as long: once where
    nothing else keeps the time.
    """

    kind: str
    places: Callable[[Text, float], Places]
    times: float


class PatternFault(Exception):
    """A pattern cannot be run; why, in words."""


class _Patterns:
    """The patterns, made ready one by one."""

    def __init__(self, language: str, entries: Sequence[tuple[int, str, str]], at: int) -> None:
        self._at = at
        self._made: token_patterns.TokenPatterns | None = None
        if any(kind == "tokens" for _, kind, _ in entries):
            self._made = token_patterns.TokenPatterns(language)
        self.faults: dict[int, str] = {}
        self._runs: dict[int, Run] = {}
        for number, kind, pattern in entries:
            self._begin(number, SECONDS)
            try:
                self._runs[number] = self._ready(kind, pattern)
            except Exception as error:
                self._leave_out(number, error)
        self._end()

    def _ready(self, kind: str, pattern: str) -> Run:
        # A store may have come from elsewhere: nobody has looked at these yet.
        if kind == "regex":
            return Run(kind, partial(_stands, expressions.compiled(pattern)), 2.0)
        data = parsed(pattern)
        if fault := token_patterns.check_token_pattern(data):
            raise PatternFault(fault)
        assert self._made
        matcher = self._made.pattern(data)
        return Run(kind, partial(_matches, matcher), 1.0)

    def found(self, text: str, tokens: Sequence[Token]) -> dict[str, Any]:
        """Places by entry, entries that stand at too many, entries that are left out from now on
        and why, and whether time was up before all were tried: how many were."""
        one, together = limits(len(text), len(self._runs))
        given = Text(text, tokens, self._spread(text, tokens))
        started = time.process_time()
        found: dict[int, Places] = {}
        crowded: list[int] = []
        self.faults = {}
        tried = None
        for count, (number, run) in enumerate(list(self._runs.items())):
            if time.process_time() - started > together:
                tried = count
                break
            self._begin(number, run.times * one)
            try:
                places = run.places(given, one)
                if len(places) > PLACES:
                    crowded.append(number)
                elif places:
                    found[number] = places
            except TimeoutError:
                self._leave_out(number, PatternFault(too_slow(one)))
            except Exception as error:
                self._leave_out(number, error)
        self._end()
        return {
            "found": found,
            "crowded": crowded,
            "faults": self.faults,
            "tried": tried,
            "all": len(self._runs),
        }

    def _spread(self, text: str, tokens: Sequence[Token]) -> token_patterns.Spread | None:
        """What token patterns run over. Its time is no pattern's: 2 s on 4 MB."""
        if not any(run.kind == "tokens" for run in self._runs.values()):
            return None
        assert self._made
        self._begin(0, 1.0 + len(text) / PACE_OF_ALL)
        return self._made.doc(text, tokens)

    def _begin(self, number: int, seconds: float) -> None:
        os.pwrite(self._at, AT.pack(number), 0)
        signal.setitimer(signal.ITIMER_PROF, seconds)

    def _end(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        os.pwrite(self._at, AT.pack(0), 0)

    def _leave_out(self, number: int, error: Exception) -> None:
        if isinstance(error, MemoryError):
            os._exit(1)  # what the others have gathered may be the cause: a fresh one shows it
        words = (
            str(error)
            if isinstance(error, PatternFault | expressions.ExpressionFault)
            else f"{type(error).__name__}: {error}"
        )
        self.faults[number] = " ".join(words.split())[:300]
        self._runs.pop(number, None)


def _stands(expression: regex.Pattern[str], text: Text, seconds: float) -> Places:
    return expressions.occurrences(expression, text.text, text.tokens, seconds, PLACES + 1)


def _matches(matcher: Matcher, text: Text, seconds: float) -> Places:
    assert text.spread
    return token_patterns.occurrences(matcher, text.spread)


def too_slow(seconds: float) -> str:
    """Why a pattern that took longer is left out."""
    return f"it ran longer than {seconds:.2g} s on one document"


def main(alive: str, at: str, loading: str) -> None:
    """Make the patterns ready that the first message has, tell which cannot be, and answer texts
    until the pipe ends.

    `alive` is as in `child.begin`, `at` the number of the file that says which is at work,
    `loading` the seconds in which all must be ready.
    """
    asked, answers = begin(int(alive))
    signal.alarm(int(loading))
    given = json.loads(received(asked) or b"{}")
    patterns = _Patterns(given["language"], given["entries"], int(at))
    signal.alarm(0)
    send(answers, json.dumps({"faults": patterns.faults}).encode())
    while message := received(asked):
        text, packed = parted(message)
        send(answers, json.dumps(patterns.found(text, unpack_tokens(packed))).encode())


if __name__ == "__main__":
    main(*sys.argv[1:4])
    os._exit(0)
