"""The process that trains, seen from its parent: started, listened to, ended with all that it
started. Imports nothing of what it does; `child` is its end of the pipes.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tonemark.background import ONE_THREAD
from tonemark.errors import TonemarkError
from tonemark.training.outcome import TrainSettings
from tonemark.training.runs.folders import Making, Run, making, not_written
from tonemark.training.runs.trusted import trust

BEAT = 0.2
"""Seconds between two calls of `beat` while nothing is told."""

SILENCE = 120.0
"""Seconds beyond those of the training after which a process that tells nothing is stuck."""

LONGEST = 16 * 1024 * 1024
"""Bytes that a line of what it tells may have."""


def run_training(
    folder: Path,
    settings: TrainSettings,
    told: Callable[[Mapping[str, Any]], None] = lambda step: None,
    beat: Callable[[], None] = lambda: None,
    began: float | None = None,
) -> tuple[Run, dict[str, Any]]:
    """Train a model of the project in a folder in a process of its own: where it lies, and what is
    told of it (`outcome.Outcome.to_json`, without the hashes). This user may load it from now on.
    Its time runs since it `began` (`monotonic`; None: now).

    `told` is called with each step as it comes (`outcome.Step.to_json`), `beat` some times a
    second. Whatever they raise ends the training, at once, and nothing of it stays. Raises
    TonemarkError where nothing came of it.
    """
    with making(folder) as made:
        with _Trainer(folder, settings, made, began or time.monotonic()) as trainer:
            about = trainer.listen(told, beat)
        try:
            run = made.finish()
        except OSError as error:
            raise not_written(made.place.parent, error) from None
    with contextlib.suppress(TonemarkError):  # it may suggest all the same, once it is named
        trust(run.pipeline)
    return run, about


class _Trainer:
    """A running process that trains."""

    def __init__(self, folder: Path, settings: TrainSettings, made: Making, began: float) -> None:
        self._limit = settings.seconds + SILENCE
        alive, self._alive = os.pipe()
        arguments = [str(alive), str(folder.resolve()), str(made.path.resolve())]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "tonemark.training.runs.child", *arguments,
                 json.dumps(asdict(settings)), str(began)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **ONE_THREAD},
                cwd="/",
                start_new_session=True,  # all that it starts is ended with it
                pass_fds=(alive, made.lock),
            )  # fmt: skip
        except BaseException:
            os.close(self._alive)
            raise
        finally:
            os.close(alive)

    def __enter__(self) -> _Trainer:
        return self

    def __exit__(self, *error: object) -> None:
        """End it and all that it started, whatever they are at."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        os.close(self._alive)
        assert self._process.stdout
        self._process.stdout.close()
        self._process.wait()

    def listen(
        self, told: Callable[[Mapping[str, Any]], None], beat: Callable[[], None]
    ) -> dict[str, Any]:
        """What came of it. Raises TonemarkError where that is nothing."""
        assert self._process.stdout
        stream = self._process.stdout.fileno()
        os.set_blocking(stream, False)
        got = bytearray()
        heard = time.monotonic()
        with selectors.DefaultSelector() as ready:
            ready.register(stream, selectors.EVENT_READ)
            while True:
                if not ready.select(BEAT):
                    beat()
                    if time.monotonic() - heard > self._limit:
                        raise TonemarkError(
                            f"The training has told nothing for {self._limit:,.0f} seconds, and was"
                            " ended.",
                            "Try it once more, and with another --time.",
                        )
                    continue
                part = os.read(stream, 1 << 16)
                heard = time.monotonic()
                if not part or len(got) > LONGEST:
                    raise self._ended()
                got += part
                while (end := got.find(b"\n")) >= 0:
                    line = bytes(got[:end])
                    del got[: end + 1]
                    found = _said(line)
                    if "step" in found:
                        told(found["step"])
                    elif "done" in found:
                        return dict(found["done"])
                    else:
                        raise _refused(found)

    def _ended(self) -> TonemarkError:
        """Why nothing more is told."""
        code = None
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(2)
        why = f"its process ended (exit code {code})"
        if code is None:
            why = "its process told no more"
        elif code < 0:
            why = f"its process was ended by signal {-code}"
        if code == -signal.SIGKILL:
            why += ", as the system does where memory runs out"
        return TonemarkError(
            f"The training came to nothing: {why}.",
            "The models that were there are as they were. Fewer labels (--labels) and a shorter"
            " --time need less memory.",
        )


def _said(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refused(found: Mapping[str, Any]) -> TonemarkError:
    if "title" in found:
        return TonemarkError(str(found["title"]), str(found.get("remedy", "")))
    crash = str(found.get("crash", "no traceback")).rstrip()
    return TonemarkError(
        "The training came to nothing, by a defect of the program. Please report these lines:\n"
        f"{crash}",
        "The models that were there, and the project, are as they were.",
    )
