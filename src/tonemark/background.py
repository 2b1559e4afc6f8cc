"""Processes of our own beside the one that a person sees: some outlive whoever started them, some
end with it. Knows nothing of what they do.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

NICENESS = 10
"""Added to the niceness of such a process: on a busy machine whoever presses keys comes first."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Of the environment of such a process: libraries for numbers would take a thread a core, and
address space for each."""


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


def end_with_parent(alive: int) -> None:
    """Have a child that ends this process, and all that it starts, once the other end of the pipe
    `alive` is closed, as its parent's end closes it, however that came and whatever this process is
    at. To be called in a session of one's own, before any other code is loaded: the child has
    nothing of that, and none of the other pipes."""
    if os.fork():
        os.close(alive)
        return
    os.closerange(0, alive)
    os.closerange(alive + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    with contextlib.suppress(OSError):
        os.read(alive, 1)
    os.killpg(0, signal.SIGKILL)


def come_last() -> None:
    """Where memory runs out, let this process be the one that is ended, not those of annotators;
    it leaves no picture of its memory behind."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
