"""A command of ours that a key starts in another process, followed while it works.

Knows no Textual.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import textwrap
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

REPORT_LIMIT = 1 << 24
"""Bytes that a line of what it tells may have: counts, and a path for each part of a split."""

STOPPING = 0.7
"""Seconds that a process has for ending well, before it is ended at once."""

SAID_LIMIT = 4_000
"""Bytes of what it says is wrong that are kept."""


class Ended(NamedTuple):
    """A command that ended: its exit code, the first line of what it said was wrong, and the lines
    after it: what to do."""

    code: int
    said: str
    remedy: str = ""


def ours(*arguments: str) -> list[str]:
    """What is run; -P, for without it a folder called tonemark where the user stands would be."""
    return [sys.executable, "-P", "-m", "tonemark", *arguments]


async def follow(
    command: list[str],
    heard: Callable[[dict[str, Any]], None],
    stop: Callable[[Process], None],
    started: Callable[[Process], None] = lambda process: None,
) -> Ended:
    """Run a command to its end; `heard` is told each object that it prints as a line of JSON.

    Where this is given up it is told to `stop`. Raises OSError where it cannot be started.
    """
    process = await asyncio.create_subprocess_exec(
        *command, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE, limit=REPORT_LIMIT
    )
    try:
        started(process)
        _, said = await asyncio.gather(_heard(process, heard), _said(process))
        return Ended(await process.wait(), *said)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            stop(process)
        await _done_with(process)
        raise


async def _done_with(process: Process) -> None:
    """Wait until a process that was told to end has ended: its pipes must not outlive the loop,
    which gives this up once more when it ends, and waits for it."""
    for _ in range(4):
        try:
            await asyncio.wait_for(process.communicate(), STOPPING)
            return
        except asyncio.CancelledError:
            continue
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()


async def _heard(process: Process, heard: Callable[[dict[str, Any]], None]) -> None:
    assert process.stdout
    async for line in process.stdout:
        with contextlib.suppress(ValueError):
            found = json.loads(line)
            if isinstance(found, dict):
                heard(found)


async def _said(process: Process) -> tuple[str, str]:
    """The first line on standard error, and those after it, as far in as among themselves; all is
    read, so that the process need not wait."""
    told = b""
    assert process.stderr
    while data := await process.stderr.read(1 << 16):
        if len(told) < SAID_LIMIT:
            told = (told + data).lstrip()[:SAID_LIMIT]
    words, _, rest = told.decode("utf-8", "replace").partition("\n")
    return words[:1000].strip().removeprefix("tonemark: "), textwrap.dedent(rest).rstrip()


def inside(words: str, folder: Path) -> str:
    """A path, or words that name some, from the project's folder on, where they are in there."""
    for root in (folder.resolve(), folder):
        words = words.replace(f"{root}{os.sep}", "")
    return words
