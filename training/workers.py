"""A process of a training, seen from the one that decides: started, listened to, ended. Knows not
what it does.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tonemark.background import ONE_THREAD

ERRORS = 2_000
"""Characters of what a process said last that are told where it fails."""


class WorkerFailed(Exception):
    """A process ended before it was done; its words say why."""


class Worker:
    """A running `python -m MODULE FOLDER UNTIL`: it is to be done in that folder when the clock
    (`monotonic`, one for all processes) says `until`. The end of the block ends it, whatever it is
    at."""

    def __init__(self, module: str, folder: Path, until: float) -> None:
        self.folder = folder
        self.until = until
        self._got = b""
        # A file, not a pipe: nobody reads it before the end.
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(folder.resolve()), f"{until:.2f}"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **ONE_THREAD},
            cwd="/",
        )
        assert self._process.stdout
        os.set_blocking(self._process.stdout.fileno(), False)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *error: object) -> None:
        self.end()
        assert self._process.stdout
        self._process.stdout.close()
        self._errors.close()

    def end(self) -> None:
        """End it, if it has not ended."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()

    def listen(self) -> list[dict[str, Any]]:
        """What it has told since, an object a line."""
        assert self._process.stdout
        with contextlib.suppress(BlockingIOError):
            self._got += os.read(self._process.stdout.fileno(), 1 << 16)
        *lines, self._got = self._got.split(b"\n")
        return [json.loads(line) for line in lines]

    @property
    def ended(self) -> bool:
        """Whether it has."""
        return self._process.poll() is not None

    def check(self) -> None:
        """Raises WorkerFailed where it has ended before it was done, and MemoryError where the
        system ended it, as it does where memory runs out."""
        if code := self._process.poll():
            if code == -signal.SIGKILL:
                raise MemoryError
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace")[-ERRORS:].strip()
            raise WorkerFailed(said or f"its process ended (exit code {code})")
