"""Real annotate processes in terminals of their own: how soon they paint and what memory they take,
on a large project, on a small one, and beside a bare Textual app."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from material import PROGRAM
from terminal import Terminal

from tonemark.errors import TonemarkError

COLUMNS, LINES = 80, 24
PATIENCE = 60.0
"""Seconds that a first paint may take, others at work on the machine."""

_TITLE = re.compile(r" · \d+ of \d+ · ")


class Rival(NamedTuple):
    """A program that paints: what starts it, and whether the screen is the painted one."""

    command: Sequence[str]
    painted: Callable[[list[str]], bool]


def annotate(project: Path, name: str) -> Rival:
    """`tonemark annotate`: painted where title and text stand."""
    command = [*PROGRAM, "annotate", str(project), "--as", name]
    return Rival(command, lambda lines: bool(_TITLE.search(lines[0])) and any(lines[2:6]))


def bare(folder: Path) -> Rival:
    """A bare Textual app over a page's worth of text."""
    text = folder / "bare.txt"
    text.write_text("Habari ndugu mawe kula safari njema leo sana pia.\n" * 8, "utf-8")
    script = Path(__file__).with_name("bare.py")
    command = [sys.executable, str(script), str(text), str(folder / "bare.log")]
    return Rival(command, lambda lines: lines[0].startswith("Habari"))


def put_tutor_away(rival: Rival, environment: Mapping[str, str]) -> None:
    """A first sitting of one key, not counted: the tutor takes lines from the first pages."""
    with _open(rival, environment) as terminal:
        terminal.rest()
        terminal.press("escape")
        terminal.rest()  # an Escape counts when no other byte has followed for a while


def first_paints(
    rivals: Mapping[str, Rival], environment: Mapping[str, str], rounds: int
) -> dict[str, float]:
    """Seconds from start to the last byte of the first paint: medians, one of each a round."""
    seconds: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, rival in rivals.items():
            with _open(rival, environment) as terminal:
                seconds[name].append(terminal.arrived - terminal.began)
    return {name: round(median(each), 4) for name, each in seconds.items()}


def memory(rivals: Sequence[Rival], environment: Mapping[str, str]) -> dict[str, float]:
    """MiB of a process while all of these run: proportional share (PSS), private share, and all
    that it has mapped (RSS); medians."""
    with ExitStack() as stack:
        terminals = [stack.enter_context(_open(rival, environment)) for rival in rivals]
        for terminal in terminals:
            terminal.rest()
        taken = [rollup(terminal.pid) for terminal in terminals]
    return {
        "pss_mib": _mib(each["Pss"] for each in taken),
        "private_mib": _mib(each["Private_Clean"] + each["Private_Dirty"] for each in taken),
        "rss_mib": _mib(each["Rss"] for each in taken),
    }


def rollup(pid: int) -> dict[str, int]:
    """A process's memory in KiB by kind (proc_pid_smaps(5))."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return {name: int(size) for name, size in re.findall(r"^(\w+): +(\d+) kB$", text, re.M)}


def _mib(kib: Any) -> float:
    return round(median(kib) / 1024, 1)


@contextmanager
def _open(rival: Rival, environment: Mapping[str, str]) -> Any:
    """The program, painted; it ends by its own key."""
    terminal = Terminal(rival.command, environment, COLUMNS, LINES)
    try:
        if not terminal.wait(rival.painted, seconds=PATIENCE):
            shown = "\n".join(line for line in terminal.lines() if line)
            raise TonemarkError(f"{rival.command[1:4]} did not paint. The screen shows:\n{shown}")
        yield terminal
        terminal.press("q")
        if terminal.ended(PATIENCE) is None:
            raise TonemarkError(f"{rival.command[1:4]} did not end.")
    finally:
        terminal.close()
