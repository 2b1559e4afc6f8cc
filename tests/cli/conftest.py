"""What the tests of the commands share: the command line, run here."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest
from making import run_here


@pytest.fixture
def tonemark() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in this process: commands are many. Where the process itself is what is
    tested, `run_tonemark` starts one."""

    def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = run_here(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run
