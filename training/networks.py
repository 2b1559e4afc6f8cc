"""A network that is trained in a process of its own, beside what this one does. Imports no spaCy;
`network_worker` is its other end.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tonemark.training.learner.learning import Found
from tonemark.training.network_worker import FOUND, TRAINED

WORDS = 2_000
"""Characters of what a process said last that are told where it fails."""


class NetworkFailed(Exception):
    """The process that trained ended without a network; its words say why."""


class Training:
    """A process that trains the network whose config and material lie in a folder, until the clock
    (`monotonic`, which is one for all processes) says so. It is ended by the end of the block, whatever it is at."""

    def __init__(self, folder: Path, until: float) -> None:
        self.folder = folder
        self.news: dict[str, Any] = {}
        self._got = b""
        self._errors = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-P", "-m", "tonemark.training.network_worker"),
                *(str(folder.resolve()), f"{until:.2f}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
        )
        assert self._process.stdout
        os.set_blocking(self._process.stdout.fileno(), False)

    def __enter__(self) -> Training:
        return self

    def __exit__(self, *error: object) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()
        self._errors.close()

    def listen(self) -> bool:
        """Take in what it has told, in `news`; whether there was any."""
        assert self._process.stdout
        with contextlib.suppress(BlockingIOError):
            self._got += os.read(self._process.stdout.fileno(), 1 << 16)
        *lines, self._got = self._got.split(b"\n")
        for line in lines:
            self.news = json.loads(line)
        return bool(lines)

    @property
    def ended(self) -> bool:
        """Whether it has."""
        return self._process.poll() is not None

    def found(self) -> list[list[Found]]:
        """What the network finds possible in each document of its dev part, by the tokens of the
        documents. Raises NetworkFailed."""
        self._process.wait()
        if self._process.returncode:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace")[-WORDS:]
            raise NetworkFailed(said or f"exit code {self._process.returncode}")
        rows = json.loads((self.folder / FOUND).read_text("ascii"))
        return [[Found(*each) for each in row] for row in rows]

    @property
    def pipeline(self) -> Path:
        """Where it has left the pipeline."""
        return self.folder / TRAINED
