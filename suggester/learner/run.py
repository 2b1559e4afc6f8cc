"""The child process of the learner: asked one thing at a time, never waited for, ended where it
fails, and held to its share of a processor. Knows no store.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, TypeVar

from tonemark.errors import TonemarkError
from tonemark.suggester.children import Child, ChildEnded
from tonemark.suggester.learner.worker import request

MODULE = "tonemark.suggester.learner.worker"

SHARE = 1 / 3
"""Of a processor that it takes on the average, where many answer or there is much to learn."""

BURST = 30.0
"""Seconds of processor time that it may take at once, having rested."""

BUSY = 5.0
"""Times as long that all may take on a machine that is busy with other things."""

PAUSE = 10.0
"""Seconds until it is tried again after it failed, twice as many each time, and at most LONGEST."""

LONGEST = 3600.0

What = TypeVar("What")


class Heard(NamedTuple, Generic[What]):
    """What came of a request that was made for `what`: the answer, or why there is none."""

    what: What
    answer: dict[str, Any]
    fault: str = ""


class LearnerRun(Generic[What]):
    """The child, started when it is needed; what it has learnt is gone when it ends.

    `note` hears of failures, in a line for the log. `trouble` is what a person should know of.
    A request that failed is counted, too: with the time that has passed, as a child has one thread,
    and with no more than its limit.
    """

    def __init__(self, note: Callable[[str], None]) -> None:
        self.trouble: TonemarkError | None = None
        self.what: What | None = None
        """For what it was asked; None where it is not at work."""
        self.child: Child | None = None
        self._note = note
        self._budget, self._paid = BURST, time.monotonic()
        self._failed = ""
        self._doing = ""
        self._asked, self._limit = 0.0, 0.0
        self._after, self._pause = 0.0, PAUSE

    def is_resting(self) -> bool:
        """Whether it failed, and is not to be tried again yet."""
        return time.monotonic() < self._after

    def may_train(self) -> bool:
        """Whether its share of a processor allows a training."""
        now = time.monotonic()
        self._budget = min(BURST, self._budget + SHARE * (now - self._paid))
        self._paid = now
        return self._budget > 0

    def ask(self, what: What, doing: str, limit: float, **more: Any) -> None:
        """Ask it to do something (a method of `worker.Learners`) within `limit` seconds of
        processor time."""
        if self.child is None:
            self.child = Child(MODULE, ())
        self.what, self._doing = what, doing
        self._asked, self._limit = time.monotonic(), limit
        self.child.ask(request(doing, limit, **more), BUSY * limit)

    def heard(self) -> Heard[What] | None:
        """What came of the request; None where nothing has, yet."""
        what, child = self.what, self.child
        assert child
        assert what is not None
        try:
            message = child.answer(0.0)
            if message is None:
                return None
            answer = json.loads(message)
            self._budget -= float(answer["seconds"])
        except (ChildEnded, ValueError, KeyError, TypeError) as error:
            self._fail(str(error))
            return Heard(what, {}, str(error))
        self.what = None
        if self._failed in ("", self._doing):  # it has done what it had failed at
            self.begin_anew()
        return Heard(what, answer)

    def begin_anew(self) -> None:
        """Forget that it failed."""
        self.trouble, self._failed, self._after, self._pause = None, "", 0.0, PAUSE

    def close(self) -> None:
        """End the child."""
        child, self.child, self.what = self.child, None, None
        if child:
            child.close()

    def _fail(self, why: str) -> None:
        self.close()
        self._budget -= min(self._limit, time.monotonic() - self._asked)
        self._failed = self._doing
        self._note(f"the learner failed at what is called {self._doing}: {why}")
        self._after, self._pause = time.monotonic() + self._pause, min(LONGEST, 2 * self._pause)
        self.trouble = TonemarkError(
            f"The learner suggests nothing new for a while: {why}.",
            "It is tried again by itself. More in the log of the folder suggester; without it:"
            " learner = false in project.toml.",
        )
