"""The budget of a training: what of its time is spent and left, and who is told how far it is."""

from __future__ import annotations

import time

from tonemark.training.outcome import Progress, Step


class Clock:
    """The time of a training since it began, out of `seconds`."""

    def __init__(self, seconds: float, progress: Progress) -> None:
        self.began = time.monotonic()
        self.budget = seconds
        self.stage = ""
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
