"""Faults of process, line and terminal, tried on the real program in a pty."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import sitting
import windows
from figures import Figure, largest, lost
from material import PROGRAM, environment_in
from sitting import Rehearsed, State, Step, make_project, shows
from terminal import Terminal

from tonemark.corpus.store import STORE_FILE
from tonemark.errors import TonemarkError

PATIENCE = 30.0
"""Seconds that the program may take to open its page."""

READING = 0.3
"""Seconds after which a page may be accepted by its first key."""

ENDING = 10.0
"""Seconds that are waited for a process to go; the target is less."""


@dataclass(slots=True)
class Tally:
    """What became of the keys of many sittings."""

    sent: int = 0
    seen: int = 0
    lost: int = 0
    elsewhere: int = 0
    codes: list[int | None] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    orphans: int = 0
    unrestored: list[str] = field(default_factory=list)


End = Callable[[Terminal, Tally], None]
"""Ends the program; what is then still in the line is read by the caller."""


def kill(folder: Path, times: int = 100) -> list[Figure]:
    """kill -9 at random moments while keys are sent."""
    tally = _sittings(folder, times, _killed)
    return [*_nothing_lost(folder, tally, times)]


def drop(folder: Path, times: int = 50) -> list[Figure]:
    """The line goes at random moments, one time in three with much unread."""
    tally = _sittings(folder, times, _dropped)
    return [
        *_nothing_lost(folder, tally, times),
        lost("exit codes other than 129", sum(code != 129 for code in tally.codes)),
        largest("seconds until the process is gone", tally.seconds, 3.0, "s"),
        lost("processes left behind", tally.orphans),
    ]


def term(folder: Path, times: int = 50) -> list[Figure]:
    """SIGTERM at random moments."""
    tally = _sittings(folder, times, _terminated)
    for each in sorted(set(tally.unrestored)):
        print(f"left on or off in the terminal: {each}", file=sys.stderr)
    return [
        *_nothing_lost(folder, tally, times),
        lost("exit codes other than 143", sum(code != 143 for code in tally.codes)),
        largest("seconds until the process is gone", tally.seconds, 3.0, "s"),
        lost("processes left behind", tally.orphans),
        lost("terminals not as they were found", len(tally.unrestored)),
    ]


def two_windows(folder: Path, edits: int = 10_000) -> list[Figure]:
    """Two processes edit the same documents and take them over from each other."""
    make_project(folder, documents=windows.DOCUMENTS)
    found = windows.run(folder, edits)
    return [
        Figure("edits acknowledged", found.taken, ">=", edits * 0.5),
        Figure("takeovers", found.takeovers, ">=", edits // 100),
        Figure("times that a window was told of one", found.told, ">=", 1),
        lost("acknowledged edits that are not in the store", found.taken - found.kept),
        lost("edits that overwrite what their window had not seen", found.broken),
        lost("edits in the store of which their window was told that they are not", found.unasked),
    ]


def _nothing_lost(folder: Path, tally: Tally, times: int) -> list[Figure]:
    db = sqlite3.connect(folder / "p" / STORE_FILE)
    (sound,) = db.execute("PRAGMA integrity_check").fetchone()
    (answers,) = db.execute("SELECT count(*) FROM annotations").fetchone()
    db.close()
    return [
        Figure("sittings", len(tally.codes), "=", times),
        Figure("keys sent", tally.sent, ">=", times),
        Figure("keys whose repaint was seen", tally.seen, ">=", times),
        Figure("pages answered", answers, ">=", 1),
        lost("sittings after which a key that was seen is not in the files", tally.lost),
        lost("reopened elsewhere than the files say", tally.elsewhere),
        Figure("sound stores", int(sound == "ok"), "=", 1),
    ]


# Sittings


def _sittings(folder: Path, times: int, end: End) -> Tally:
    """Open, send keys, end at a random moment, look at what the files have; again and again."""
    chance = random.Random(times)
    project = make_project(folder)
    environment = environment_in(folder)
    command = [*PROGRAM, "annotate", str(project), "--as", sitting.ANNOTATOR]
    tally = Tally()
    for _ in range(times):
        rehearsed = Rehearsed(project)
        terminal = Terminal(command, environment, *sitting.SIZE)
        try:
            first = rehearsed.step()
            if not terminal.wait(lambda lines, first=first: shows(first, lines), seconds=PATIENCE):
                tally.elsewhere += 1
                _tell("reopened elsewhere", [first], terminal.lines())
                _check_open(terminal)
                _end(terminal, end, tally)
                continue
            steps, seen = _type(terminal, rehearsed, chance)
            tally.sent += len(steps) - 1
            _end(terminal, end, tally)
            seen = _last_seen(steps, seen, terminal)
        finally:
            terminal.close()
        tally.seen += seen
        there = sitting.state_of(*sitting.kept(project))
        if there not in _possible(steps, seen):
            tally.lost += 1
            _tell(f"of {len(steps)} steps {seen} were seen, and the files have {there}", steps, ())
    return tally


def _possible(steps: Sequence[Step], seen: int) -> list[State]:
    """What may be there when `seen` keys were seen: what any later one came to, or its edit alone
    without the move that goes with it, which is written down after it."""
    later = steps[seen:]
    moving = (after.state._replace(focus=before.state.focus) for before, after in pairwise(later))
    return [*(step.state for step in later), *moving]


def _check_open(terminal: Terminal) -> None:
    if terminal.ended(0.0) is not None:
        raise TonemarkError("The program does not open: " + " ".join(terminal.lines()))


def _type(
    terminal: Terminal, rehearsed: Rehearsed, chance: random.Random
) -> tuple[list[Step], int]:
    """Send keys, now and then looking at the screen; the steps, and how many of them were seen.

    An Enter is the last key, if any: what is typed ahead of the next page is dropped by design.
    """
    opened = time.monotonic()
    steps, seen = [rehearsed.step()], 0
    wanted = chance.randint(1, 12)
    while len(steps) <= wanted:
        for key in rehearsed.some_keys(chance):
            terminal.press(key)
            steps.append(rehearsed.press(key))
            if chance.random() < 0.5:
                terminal.rest(chance.uniform(0.0, 0.03))
                seen = _last_seen(steps, seen, terminal)
    if chance.random() < 0.25:
        terminal.rest(max(0.001, READING - (time.monotonic() - opened)))
        terminal.press("enter")
        steps.append(rehearsed.press("enter"))
    terminal.rest(chance.uniform(0.0, 0.05))
    return steps, _last_seen(steps, seen, terminal)


def _last_seen(steps: Sequence[Step], seen: int, terminal: Terminal) -> int:
    """The first step from `seen` on whose screen stands there: of several alike, no later one is
    known to have been seen."""
    lines = terminal.lines()
    return next((at for at in range(seen, len(steps)) if shows(steps[at], lines)), seen)


def _tell(what: str, steps: Sequence[Step], screen: Sequence[str]) -> None:
    print(what, file=sys.stderr)
    for step in steps:
        print(f"  {step.key or 'opened'}: {step.state}", file=sys.stderr)
    if screen:
        print(*steps[-1].lines, "--- but the screen has ---", *screen, sep="\n", file=sys.stderr)


# Ends


def _end(terminal: Terminal, end: End, tally: Tally) -> None:
    begun = time.monotonic()
    end(terminal, tally)
    tally.codes.append(terminal.ended(ENDING))
    tally.seconds.append(time.monotonic() - begun)
    if left := _session(terminal.pid):
        tally.orphans += len(left)
        for process in left:
            os.kill(process, signal.SIGKILL)


def _killed(terminal: Terminal, tally: Tally) -> None:
    os.kill(terminal.pid, signal.SIGKILL)


def _terminated(terminal: Terminal, tally: Tally) -> None:
    os.kill(terminal.pid, signal.SIGTERM)
    if terminal.ended(ENDING) is not None:
        terminal.rest(0.01)
        tally.unrestored += terminal.unrestored()


def _dropped(terminal: Terminal, tally: Tally) -> None:
    if len(tally.codes) % 3 == 0:
        terminal.flood(b"\x1a" * 3000)  # a key that only makes it paint
    terminal.hang_up()


def _session(leader: int) -> list[int]:
    """The processes of a session that are left."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                fields = Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(fields[3]) == leader and fields[0] != "Z":
                found.append(int(name))
    return found


Fault = Callable[..., list[Figure]]
"""A fault tried in a folder, as often as its second argument says."""

FAULTS: dict[str, Fault] = {
    "kill": kill,
    "drop": drop,
    "term": term,
    "windows": two_windows,
}
