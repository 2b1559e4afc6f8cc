"""The budget of a training: what of its time is spent and left, and who is told how far it is."""

from __future__ import annotations

import time

from tonemark.training.outcome import Progress, Step

LEAST_MEASURED = 0.2
"""Seconds of work from which it can be told how busy the machine is."""

MOST_DRAG = 8.0
"""Times slower than alone that a machine is taken to be, at most."""


class Clock:
    """The time of a training since it `began` (`monotonic`; None: now), out of `seconds`."""

    def __init__(self, seconds: float, progress: Progress, began: float | None = None) -> None:
        self._woke = time.monotonic(), time.process_time()
        self.began = self._woke[0] if began is None else began
        self.budget = seconds
        self.stage = ""
        self.drag = 1.0
        self._progress = progress

    @property
    def spent(self) -> float:
        """Seconds since it began."""
        return time.monotonic() - self.began

    @property
    def left(self) -> float:
        """Seconds of the budget that are left, 0 where it is spent."""
        return max(0.0, self.budget - self.spent)

    @property
    def end(self) -> float:
        """When the budget is spent, by the monotonic clock."""
        return self.began + self.budget

    def feel(self) -> None:
        """Take how busy the machine is from how long this process has taken so far for what it did:
        `drag`, 1 where it is alone. To be called before it has waited for anything."""
        worked = time.process_time() - self._woke[1]
        if worked >= LEAST_MEASURED:
            passed = time.monotonic() - self._woke[0]
            self.drag = min(MOST_DRAG, max(1.0, passed / worked))

    def kept(self, work: float) -> float:
        """Seconds of the budget to keep for so many seconds of work: more on a busy machine, a
        third of all at most."""
        return min(self.budget / 3, work * self.drag)

    def tell(
        self,
        stage: str | None = None,
        loss: float | None = None,
        f1: float | None = None,
        words: int = 0,
    ) -> None:
        """Tell a step: of a new stage, or of that which it is at. What the progress raises goes on
        to the caller."""
        self.stage = stage or self.stage
        self._progress(Step(self.stage, round(self.spent, 2), round(self.left, 2), loss, f1, words))
