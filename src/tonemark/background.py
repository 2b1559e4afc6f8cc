"""Processes that nobody waits for: they outlive whoever started them. Knows nothing of what they
do.
"""

from __future__ import annotations

import subprocess
import sys
from typing import IO

NICENESS = 10
"""Added to the niceness of such a process: on a busy machine whoever presses keys comes first."""


def start_module(module: str, *arguments: str, log: IO[bytes] | IO[str] | int) -> None:
    """Start `python -m MODULE ARGUMENTS` in the background, its errors written to `log`.

    Raises OSError where no process can be started.
    """
    command = [sys.executable, "-P", "-m", module, *arguments]
    # Of a session of its own, and through a shell, whose end leaves it to the system: it is
    # nobody's child that would have to be waited for. -P and the root folder: nothing that lies
    # where the user stands, or in the project, is run.
    subprocess.run(
        ["/bin/sh", "-c", '"$@" &', "sh", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=log,
        start_new_session=True,
        cwd="/",
        check=False,
    )
