"""The training that a key starts: `tonemark train` in another process, what it has told so far, and
what came of it. Knows no Textual.
"""

from __future__ import annotations

import asyncio
import contextlib
from asyncio.subprocess import Process
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tonemark.tui.screens.following import STOPPING, follow, inside, ours

KEPT = 4096
"""Figures that are kept for a plot; of more, every second one."""


def command(folder: Path, seconds: float) -> list[str]:
    """What is run."""
    return ours("train", str(folder), "--time", f"{seconds:.0f}s", "--json", "--progress")


def looking(folder: Path) -> list[str]:
    """What is run to know what would stop it or spoil it."""
    return ours("check", str(folder), "--json")


@dataclass(slots=True)
class Training:
    """A training of `seconds`, as far as it was heard of: its stage in words, seconds `spent` and
    `left`, the network's losses and F1 as they came, the words that it has gone through.

    When it has `ended`, `about` is what it reports of the model, or `fault` says why there is none
    and `remedy` what to do; `stopped` says that she has ended it.
    """

    folder: Path
    seconds: float
    stage: str = ""
    spent: float = 0.0
    left: float = 0.0
    losses: list[float] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    words: int = 0
    about: dict[str, Any] | None = None
    fault: str = ""
    remedy: str = ""
    stopped: bool = False
    ended: bool = False
    _process: Process | None = None

    async def run(self) -> None:
        """Train; given up, it is ended."""

        def hear(found: dict[str, Any]) -> None:
            if isinstance(step := found.get("progress"), dict):
                self.take(step)
            elif "model" in found:
                self.about = found

        def started(process: Process) -> None:
            self._process = process
            if self.stopped:  # in the same breath as it was started
                process.terminate()

        try:
            ended = await follow(command(self.folder, self.seconds), hear, _stop, started)
        except OSError as error:
            self.fault = error.strerror or str(error)
        else:
            if self.about is None and not self.stopped:
                said = inside(ended.said, self.folder)
                self.fault = said or f"the training ended with {ended.code}"
                self.remedy = inside(ended.remedy, self.folder)
        finally:
            self.ended, self._process = True, None

    def take(self, step: dict[str, Any]) -> None:
        """Take in a step as a line of progress has it."""
        self.stage = str(step.get("stage", ""))
        self.spent, self.left = _number(step, "seconds"), _number(step, "left")
        self.words = int(_number(step, "words")) or self.words
        for name, values in (("loss", self.losses), ("f1", self.scores)):
            if name in step:
                values.append(_number(step, name))
                if len(values) > KEPT:
                    del values[::2]

    async def stop(self) -> None:
        """End it: its half model is taken away, for which it has STOPPING, and within a second it
        has ended."""
        self.stopped, process = True, self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), STOPPING)
            except TimeoutError:
                process.kill()


def _stop(process: Process) -> None:
    process.terminate()


def _number(step: dict[str, Any], name: str) -> float:
    value = step.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


async def look(folder: Path) -> dict[str, Any]:
    """What `tonemark check` says of a project. Raises OSError where it cannot be started, and
    ValueError with its words where it says nothing."""
    found: list[dict[str, Any]] = []
    ended = await follow(looking(folder), found.append, _stop)
    if not found or "findings" not in found[-1]:
        raise ValueError(inside(ended.said, folder) or f"the check ended with {ended.code}")
    return found[-1]
