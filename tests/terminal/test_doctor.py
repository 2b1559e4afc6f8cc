"""`doctor` in a real terminal: what it finds there, and that it leaves it as it was."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DEADLINE = 60.0
ASK = b"\x1b[6n"


def test_a_healthy_terminal_is_told_to_be_one(terminal: Callable[..., Any]) -> None:
    term = terminal("doctor", columns=100, lines=40)
    screen = term.wait("Nothing is wrong.")
    assert screen.startswith("Terminal\n")
    assert "100 columns, 40 lines" in screen
    assert "é stands in one cell" in screen
    assert "samples as counted" in screen
    assert "fault" not in screen
    assert "ߒ" in screen
    assert "\x1b" not in screen


def test_a_small_window_is_told(terminal: Callable[..., Any]) -> None:
    term = terminal("doctor", columns=19, lines=200)
    screen = " ".join(term.wait("Nothing is wrong.").split())
    assert "little fits" in screen
    assert "too few columns" in screen


def test_keys_that_arrive_are_told_from_those_that_do_not(terminal: Callable[..., Any]) -> None:
    term = terminal("doctor", "--keys", columns=100, lines=50)
    term.wait("to come: a s d f")
    term.send(*"asdfghjklweruiop123456789.,[]'-=+0zZxmnb/vc?qté", "\\;")
    term.send("Space", "BSpace", "Up", "Down", "Left", "Right")
    term.wait("to come: ⏎")
    term.send("PageUp", "PageDown", "Home", "End", "M-1")
    term.wait(lambda screen: "alt+1" in screen and "to come: ⏎" in screen)
    term.send("Enter", "Enter")
    assert "every key of the table arrives" in term.wait("Nothing is wrong.")


def test_keys_that_do_not_arrive_get_others(terminal: Callable[..., Any]) -> None:
    term = terminal("doctor", "--keys", columns=100, lines=50)
    term.wait("to come: a s d f")
    term.send(*"sdfghjklweruiop12345678.,]'-=+0zZxmnb/vc?qté")
    term.send("Space", "BSpace", "Up", "Down", "Left", "Right")
    term.send("PageUp", "PageDown", "Home", "End", "Enter", "Enter")
    screen = " ".join(term.wait("faults.").split())
    assert "letters of hints that did not arrive: a" in screen
    assert "labels whose keys did not arrive: label 9" in screen
    assert "left_out ([" in screen
    assert "unsnap (;)" in screen
    assert 'keys.toml: left_out = "é"' in screen


def test_the_keys_to_come_are_all_seen_on_a_narrow_terminal(
    terminal: Callable[..., Any],
) -> None:
    term = terminal("doctor", "--keys", columns=40, lines=50)
    term.wait("PgDn")
    term.send("a", "s")
    lines = term.wait("to come: d f").splitlines()
    first = next(n for n, line in enumerate(lines) if "to come:" in line)
    assert "PgDn" in " ".join(lines[first:])
    assert sum("to come:" in line for line in lines) == 1
    term.send("Enter", "Enter")
    screen = term.wait("Installation")
    assert "to come:" not in screen


def test_two_enters_at_once_are_no_fault(terminal: Callable[..., Any]) -> None:
    term = terminal("doctor", "--keys")
    term.wait("to come:")
    term.send("Enter", "Enter")
    screen = term.wait("Installation")
    assert "no keys were pressed" in screen
    assert "did not arrive" not in screen


class Session:
    """`doctor` on a pty whose other end is this test; the near end stays open for a look."""

    def __init__(self, *arguments: str, stdout: int | None = None) -> None:
        self.far, self.near = os.openpty()
        fcntl.ioctl(self.near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(self.near)
        environment = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        for name in ("TMUX", "COLUMNS", "LINES"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tonemark", "doctor", *arguments],
            stdin=self.near,
            stdout=self.near if stdout is None else stdout,
            stderr=self.near,
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self.sent = b""

    def wait(self, wanted: bytes, count: int = 1) -> None:
        """Read until `wanted` was sent so often."""
        deadline = time.monotonic() + DEADLINE
        while self.sent.count(wanted) < count:
            ended = self.process.poll() is not None
            if select.select([self.far], [], [], 0.05)[0]:
                self.sent += os.read(self.far, 65536)
            else:
                assert not ended, self.sent
                assert time.monotonic() < deadline, self.sent

    def answer(self, *columns: int) -> None:
        os.write(self.far, b"".join(b"\x1b[3;%dR" % (column + 1) for column in columns))

    def end(self) -> int:
        """Wait for the end, reading on; the exit code."""
        deadline = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.sent
            if select.select([self.far], [], [], 0.05)[0]:
                self.sent += os.read(self.far, 65536)
        return self.process.returncode

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.far)
        os.close(self.near)


@pytest.fixture
def session() -> Any:
    opened: list[Session] = []

    def open_(*arguments: str, stdout: int | None = None) -> Session:
        opened.append(Session(*arguments, stdout=stdout))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()


def waiting(handle: int) -> int:
    """Bytes that wait to be read: what would stand on the command line."""
    answer = fcntl.ioctl(handle, termios.FIONREAD, struct.pack("i", 0))
    return int(struct.unpack("i", answer)[0])


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
@pytest.mark.parametrize("arguments", [(), ("--keys",)])
def test_a_signal_leaves_the_terminal_as_it_was(
    arguments: tuple[str, ...], number: signal.Signals, code: int, session: Any
) -> None:
    doctor = session(*arguments)
    doctor.wait(ASK)
    if arguments:
        doctor.answer(1)
        doctor.wait(ASK, 22)
        doctor.answer(*[1] * 21)
        doctor.wait(b"to come")
    assert termios.tcgetattr(doctor.near) != doctor.before
    doctor.process.send_signal(number)
    assert doctor.end() == code
    assert termios.tcgetattr(doctor.near) == doctor.before
    assert waiting(doctor.near) == 0


def test_a_terminal_that_is_not_utf8_is_asked_nothing_more(session: Any) -> None:
    doctor = session()
    doctor.wait(ASK)
    doctor.answer(2)
    assert doctor.end() == 1
    assert "does not take UTF-8" in doctor.sent.decode()
    assert doctor.sent.count(ASK) == 1
    assert termios.tcgetattr(doctor.near) == doctor.before


def test_a_terminal_that_answers_late_leaves_nothing_on_the_command_line(session: Any) -> None:
    doctor = session()
    doctor.wait(b"does not say where its cursor is")
    doctor.answer(1)
    assert doctor.end() == 0
    assert waiting(doctor.near) == 0
    assert termios.tcgetattr(doctor.near) == doctor.before
    assert b"^[" not in doctor.sent  # nor was it echoed


def test_the_cursor_reports_are_one_round_trip_after_the_first(session: Any) -> None:
    doctor = session()
    doctor.wait(ASK)
    assert doctor.sent.count(ASK) == 1
    doctor.answer(1)
    doctor.wait(ASK, 22)
    doctor.answer(*range(21))
    assert doctor.end() == 1  # these are no widths
    assert b"what follows them on a line" in doctor.sent


def test_a_report_to_a_file_measures_the_terminal(session: Any, tmp_path: Path) -> None:
    with (tmp_path / "report.json").open("wb") as stream:
        doctor = session("--json", stdout=stream.fileno())
        doctor.wait(ASK)
        doctor.answer(1)
        doctor.wait(ASK, 22)
        doctor.answer(*[3] * 21)
        assert doctor.end() == 1  # these are no widths
    found = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert len(found["widths"]) == 21
    assert {each["measured"] for each in found["widths"].values()} == {3}
    assert "stdout is no terminal" in found["parts"][0]["checks"][0]["what"]


def test_a_pager_has_the_terminal_for_itself(session: Any) -> None:
    far, near = os.pipe()
    doctor = session(stdout=near)
    os.close(near)
    with os.fdopen(far, encoding="utf-8") as stream:
        told = stream.read()
    assert doctor.end() == 0
    assert "the terminal was not asked" in told
    assert not doctor.sent
