"""What a command that a screen starts says is wrong, and what to do about it."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from tonemark.tui.screens.following import SAID_LIMIT, Ended, follow


def ended(code: str) -> tuple[Ended, list[dict[str, Any]]]:
    heard: list[dict[str, Any]] = []
    command = [sys.executable, "-c", f"import sys\n{code}"]
    return asyncio.run(follow(command, heard.append, lambda process: process.kill())), heard


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("", ("", "")),
        ("tonemark: It is damaged.\n", ("It is damaged.", "")),
        ("\n\ntonemark: It is.\n  Train:\n      tonemark train p\n",
         ("It is.", "Train:\n    tonemark train p")),
        ("a\n  b\n  c\n", ("a", "b\nc")),
    ],
)  # fmt: skip
def test_what_is_wrong_and_what_to_do(written: str, told: tuple[str, str]) -> None:
    found, _ = ended(f"sys.stderr.write({written!r}); sys.exit(1)")
    assert found == Ended(1, *told)


def test_all_is_read_and_little_kept() -> None:
    found, heard = ended("sys.stderr.write('x' * 1_000_000); print('{\"a\": 1}')")
    assert (found.code, found.said, heard) == (0, "x" * 1000, [{"a": 1}])
    found, _ = ended("sys.stderr.write('x\\n' * 1_000_000)")
    assert len(found.remedy) <= SAID_LIMIT
