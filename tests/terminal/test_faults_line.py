"""Lines that drop, signals, stops, rubbish on the line: the real program in a pty of its own."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import regex
import sitting
from learners import set_up
from sitting import ANNOTATOR
from terminal import Terminal

from tonemark.corpus.store import STORE_FILE

PATIENCE = 30.0
DOCUMENTS = 20

Sit = Callable[..., Terminal]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project, from which nothing learns."""
    folder = sitting.make_project(tmp_path, DOCUMENTS)
    set_up(folder, "learner = false")
    return folder


@pytest.fixture
def sit(project: Path) -> Iterator[Sit]:
    """Opens the annotate screen, and waits for its page."""
    opened: list[Terminal] = []

    def open_(
        *before: str, program: tuple[str, ...] = ("-m", "tonemark"), **environment: str
    ) -> Terminal:
        command = [*before, sys.executable, *program, "annotate", str(project), "--as", ANNOTATOR]
        names = {**os.environ, "LC_ALL": "C.UTF-8", **environment}
        opened.append(Terminal(command, names, *sitting.SIZE))
        seen(opened[-1], " to look at")
        return opened[-1]

    yield open_
    for terminal in opened:
        terminal.close()


def seen(terminal: Terminal, wanted: str | Callable[[list[str]], bool]) -> list[str]:
    """The screen, as soon as it has a text or is as wanted."""
    holds = wanted if callable(wanted) else lambda lines: any(wanted in line for line in lines)
    assert terminal.wait(holds, seconds=PATIENCE), "\n".join(terminal.lines())
    return terminal.lines()


def after(terminal: Terminal, *keys: str) -> list[str]:
    """The screen after keys each of which changes it."""
    for key in keys:
        before = terminal.lines()
        terminal.press(key)
        seen(terminal, lambda lines, before=before: lines != before)
    return terminal.lines()


class Shown(NamedTuple):
    """What a screen tells: hints, which are given out anew when a page opens, are none of it."""

    title: str
    text: tuple[str, ...]
    tags: tuple[tuple[int, str], ...]
    status: str


def shown(lines: list[str]) -> Shown:
    """What a screen tells."""
    tags = (
        (y, found[0])
        for y, line in enumerate(lines[2:-4:2])
        for found in regex.finditer("[A-Z]+", line)
    )
    return Shown(lines[0], tuple(lines[3:-4:2]), tuple(tags), lines[-2])


def answers(project: Path) -> int:
    db = sqlite3.connect(project / STORE_FILE)
    (count,) = db.execute("SELECT count(*) FROM annotations").fetchone()
    db.close()
    return int(count)


def state(process: int) -> str:
    """R, S, T (stopped) and so on (proc(5))."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


# Ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("keys", [("space", "space"), ("space", "1", "z", "2", "space")])
def test_a_signal_ends_it_well_and_she_returns_to_where_she_was(
    sit: Sit, number: int, keys: tuple[str, ...]
) -> None:
    terminal = sit()
    before = shown(after(terminal, *keys))
    os.kill(terminal.pid, number)
    assert terminal.ended(PATIENCE) == 128 + number
    assert terminal.unrestored() == []
    assert after_opening(sit) == before


def after_opening(sit: Sit) -> Shown:
    terminal = sit()
    terminal.rest(0.1)
    return shown(terminal.lines())


@pytest.mark.parametrize("keys", [("space", "space"), ("space", "1", "z", "2", "space")])
def test_a_line_that_drops_takes_nothing_with_it(sit: Sit, keys: tuple[str, ...]) -> None:
    terminal = sit()
    before = shown(after(terminal, *keys))
    terminal.hang_up()
    assert terminal.ended(PATIENCE) == 129
    assert after_opening(sit) == before


def test_a_line_that_drops_with_much_unread_ends_it_all_the_same(sit: Sit, project: Path) -> None:
    """Keys that wait are not worked off first: that took 13 s for 4,000 of them."""
    terminal = sit()
    after(terminal, "1")
    terminal.flood(b"\x1a" * 4000)
    terminal.hang_up()
    assert terminal.ended(PATIENCE) in (129, -signal.SIGALRM)
    assert sitting.state_of(*sitting.kept(project)).spans


LINES_THAT_SAY_NOTHING = {
    "SIGHUP is ignored": ("sh", "-c", 'trap "" HUP; exec "$@"', "sh"),
    "no SIGHUP comes": ("sh", "-c", 'trap "" HUP; setsid -w "$@"', "sh"),
}


@pytest.mark.parametrize("program", LINES_THAT_SAY_NOTHING.values(), ids=LINES_THAT_SAY_NOTHING)
def test_a_terminal_that_vanished_is_noticed(sit: Sit, program: tuple[str, ...]) -> None:
    if shutil.which("setsid") is None:
        pytest.skip("setsid is not installed")
    terminal = sit(*program)
    before = shown(after(terminal, "space", "1"))
    terminal.hang_up()
    assert terminal.ended(PATIENCE) == 129
    assert after_opening(sit) == before


@pytest.mark.parametrize("verb", [("annotate",), ()])
def test_without_a_terminal_it_says_so(
    project: Path, verb: tuple[str, ...], tonemark: Callable[..., Any]
) -> None:
    done = tonemark(*verb, project, "--as", ANNOTATOR, code=2)
    assert "This needs a terminal" in done.stderr


def test_a_defect_is_told_without_the_values_of_variables(sit: Sit) -> None:
    broken = (
        "from tonemark.tui.page.keyboard import Keyboard as K; K.press = lambda s, k: 1 // 0;"
        "from tonemark.__main__ import main; main()"
    )
    terminal = sit(program=("-c", broken))
    before = shown(terminal.lines())
    terminal.press("space")
    assert terminal.ended(PATIENCE) == 1
    assert terminal.unrestored() == []
    told = "\n".join(terminal.lines())
    assert "ZeroDivisionError" in told
    assert "a defect of the program" in told
    assert "locals" not in told
    assert after_opening(sit) == before


# Stops


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP])
def test_a_stop_is_outlived(sit: Sit, number: int) -> None:
    """Textual began a second reader of keys at each SIGCONT, which hung at the end; and left the
    screen empty after its own stop."""
    terminal = sit()
    before = after(terminal, "space")
    threads = len(os.listdir(f"/proc/{terminal.pid}/task"))
    for _ in range(3):
        os.kill(terminal.pid, number)
        seen(terminal, lambda _: state(terminal.pid) == "T")
        came = terminal.received
        os.kill(terminal.pid, signal.SIGCONT)
        seen(terminal, lambda lines, came=came: terminal.received > came + 500 and lines == before)
    terminal.rest(0.1)
    assert len(os.listdir(f"/proc/{terminal.pid}/task")) == threads
    after(terminal, "1")
    terminal.press("q")
    assert terminal.ended(PATIENCE) == 0
    assert terminal.unrestored() == []


def test_a_line_that_drops_while_it_is_stopped_ends_it(sit: Sit) -> None:
    terminal = sit()
    before = shown(after(terminal, "space", "1"))
    os.kill(terminal.pid, signal.SIGSTOP)
    terminal.hang_up()  # the kernel sends SIGHUP and SIGCONT
    assert terminal.ended(PATIENCE) == 129
    assert after_opening(sit) == before


def test_ctrl_z_is_a_key_and_stops_nothing(sit: Sit) -> None:
    """Behind a forced command nobody could continue it."""
    terminal = sit(SSH_CONNECTION="10.0.0.1 5022 10.0.0.2 22")
    terminal.send(b"\x1a")
    seen(terminal, "ctrl+z")
    assert state(terminal.pid) != "T"
    after(terminal, "space")


# What comes in


MEANT = b"\rxmnbqzt0c/?vMZ\x0c"
"""Bytes that answer the page, leave it, end the program or open something."""

_chance = random.Random(10)
RUBBISH = {
    "a byte that is not UTF-8": b"\xff",
    "half a character": "ሀ".encode()[:2],
    "NUL": b"\0",
    "what flow control sends": b"\x11\x13\x11",
    "what other programs end by": b"\x03\x04\x1a\x1c",
    "half a sequence": b"\x1b[",
    "a sequence that nobody knows": b"\x1b[999;999;999!~",
    "a string that never ends": b"\x1b]52;c;aGFiYXJp",
    "2 kB": bytes(c for c in _chance.randbytes(2000) if c not in MEANT),
    "2 kB without ASCII": bytes(c | 128 for c in _chance.randbytes(2000)),
}


def test_rubbish_on_the_line_is_outlived(sit: Sit, project: Path) -> None:
    """In one sitting: after each the page takes keys as before."""
    terminal = sit()
    for data in RUBBISH.values():
        terminal.send(data)
        terminal.rest(0.3)
        terminal.press("escape")
        terminal.rest(0.3)  # an ESC is a key when nothing followed it for a while
        after(terminal, "space", "left")
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended(PATIENCE) == 143
    assert answers(project) == 0


PASTES = {
    "text": b"1 z x\r1",
    "colours": b"a\x1b[31m1\x1b[0m\r\n1x\r",
    "ESC alone": b"a\x1b1\r",
    "a nested beginning": b"a\x1b[200~1\r",
    "half an end": b"a\x1b[201\x1b[20\r1",
}


def test_a_paste_is_no_typing(sit: Sit, project: Path) -> None:
    terminal = sit()
    for pasted in PASTES.values():
        before = terminal.lines()
        terminal.send(b"\x1b[200~" + pasted + b"\x1b[201~")
        seen(terminal, "the paste was dropped")
        terminal.rest(0.2)
        assert terminal.lines()[:-2] == before[:-2]
        assert answers(project) == 0
        after(terminal, "c")
        terminal.send(b"\x1b[200~" + pasted + b"\x1b[201~")
        terminal.rest(0.2)
        assert "comment on this document: " in terminal.lines()[-2]
        terminal.press("enter")
        seen(terminal, "comment kept")
        assert answers(project) == 0


def test_keys_typed_ahead_of_the_next_page_are_dropped_and_that_is_said(
    sit: Sit, project: Path
) -> None:
    terminal = sit()
    terminal.send(b" \r12x\r")
    seen(terminal, "4 keys typed ahead dropped")
    assert f"2 of {DOCUMENTS}" in terminal.lines()[0]
    assert answers(project) == 1
    assert not any(" PER" in line for line in terminal.lines()[2:12])


# Sizes


def test_hundreds_of_sizes_in_a_moment_leave_the_page_as_it_was(sit: Sit) -> None:
    terminal = sit()
    before = shown(after(terminal, "space", "1", "space"))
    for turn in range(200):
        terminal.resize(*((20, 5), (1, 1), (500, 200), (79, 23))[turn % 4])
        terminal.rest(0.001)
    terminal.resize(*sitting.SIZE)
    seen(terminal, lambda lines: shown(lines) == before)
    after(terminal, "z")
