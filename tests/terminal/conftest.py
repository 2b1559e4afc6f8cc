"""Programs in a pty, and what they send: with the benches' terminal."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))

from recorded import Recorded  # isort: split


@pytest.fixture
def recorded() -> Iterator[Callable[..., Recorded]]:
    """Opens a command in a terminal whose bytes are kept."""
    terminals: list[Recorded] = []

    def open_(*command: object) -> Recorded:
        terminals.append(Recorded([str(part) for part in command], os.environ, 100, 30))
        return terminals[-1]

    yield open_
    for each in terminals:
        each.close()


@pytest.fixture
def hostile_project(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """The hostile project, with its first file in it."""
    where = hostile.write(tmp_path)
    tonemark("new", where, "--lang", "sw", "--labels", f"PER,LOC,{hostile.PRINTS}")
    tonemark("add", where, hostile.files(where)[0])
    hostile.arm(where)
    return where
