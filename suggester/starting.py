"""The suggester as the commands and screens of an annotator see it: seen to, and asked how it is.

Imports nothing of what the suggester does.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from tonemark.background import start_module
from tonemark.errors import TonemarkError
from tonemark.suggester.place import ENDED, Place, refused, silent

STARTING = 10.0
"""Seconds after which a suggester that was started should have taken its lock."""

TRIES = 3
"""Starts in a row of which nothing came, after which no more are tried by themselves."""

SILENT = 60.0
"""Seconds without a sign of life after which a suggester that has the lock is stuck: it waits
thirty for its turn to write."""


DIFFERING = 15.0
"""Seconds for which this process and the suggester may know different versions of the tokenizer's
package: either looks every few seconds whether it was upgraded."""


class Suggester:
    """The suggester of the project in `folder`, for one process that needs it until `close`.

    `package` gives the package of the tokenizer as that process knows it; empty where none.

    It is one process a project, shared by all annotators: it outlives the one who started it, and
    ends by itself when nobody needs it.
    """

    def __init__(self, folder: Path, package: Callable[[], str] = str) -> None:
        self.place = Place(folder)
        self.package = package
        self._differs = 0.0
        self._needed = -1
        self._started = 0.0
        self._tries = 0
        self._trouble: TonemarkError | None = None

    def tend(self) -> None:
        """See to it that it runs, and keeps running while this process does.

        A few system calls, but where it must be started. Raises nothing: `trouble` says what is
        wrong.
        """
        if self._trouble:
            return
        try:
            if self._needed < 0:
                self.place.make()
                self._needed = self.place.need()
            if self.place.is_taken():
                self._tries = 0
                return
            told = self.place.told()
            ended = told.fault and told.doing == ENDED  # not one that was killed at its work
            if self._started and ended and told.started >= self._started:
                self._trouble = TonemarkError(told.fault, told.remedy)
            elif told.started >= self._started or time.time() - self._started > STARTING:
                self._start()  # the one that was started came, and has gone; or it never came
        except OSError as error:
            self._trouble = refused(self.place.project, error)
        except TonemarkError as error:
            self._trouble = error

    def trouble(self) -> TonemarkError | None:
        """Why it makes nothing, and what to do; None where it runs, or is being started."""
        if self._trouble:
            return self._trouble
        told = self.place.told()
        with contextlib.suppress(OSError):
            if self.place.is_taken():
                if 0 < told.heard < time.time() - SILENT:
                    return silent(self.place, told)
                return self._differing(told.package)
        return None

    def _differing(self, its: str) -> TonemarkError | None:
        ours = self.package()
        if not (its and ours) or its == ours:
            self._differs = 0.0
            return None
        now = time.monotonic()
        self._differs = self._differs or now
        if now - self._differs <= DIFFERING:
            return None
        return TonemarkError(
            f"This window has the tokenizer of {ours}, the suggester that of {its}.",
            "Quit and open the project again. If that does not help, annotators use two"
            " installations: install the same version in both.",
        )

    def again(self) -> None:
        """Forget what was wrong, and try to start it once more."""
        self._trouble, self._started, self._tries = None, 0.0, 0
        self.tend()

    def close(self) -> None:
        """Need it no longer."""
        needed, self._needed = self._needed, -1
        if needed >= 0:
            os.close(needed)

    def _start(self) -> None:
        self._tries += 1
        if self._tries > TRIES:
            self._trouble = TonemarkError(
                "The suggester, which makes the tokens, does not stay alive.",
                f"Its last words: {self.place.last_line() or '(none)'}",
            )
            return
        self.place.check_space()
        self._started = time.time()
        with self.place.log() as log:
            start_module("tonemark.suggester", str(self.place.project), log=log)
