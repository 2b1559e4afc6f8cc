"""A terminal asked where its cursor is: how wide it draws a text, and whether it takes UTF-8.

Cursor position report: CSI 6 n, answered by CSI line ; column R (ECMA-48, 8.3.35 and 8.3.14).
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import time
from collections.abc import Iterator, Sequence
from types import FrameType
from typing import NamedTuple, NoReturn

import regex

PATIENCE = 3.0
"""Seconds until a terminal that answers nothing is taken to be mute. A satellite line takes 0.7;
one that answers costs no more than its answer takes."""

SAVE, RESTORE, CLEAR, ASK = b"\x1b7", b"\x1b8", b"\r\x1b[2K", b"\x1b[6n"

_REPORT = regex.compile(rb"\x1b\[(\d{1,5});(\d{1,5})R")


class Line(NamedTuple):
    """The two ends of a terminal: file descriptors to read from and to write to."""

    source: int
    sink: int

    def send(self, data: bytes) -> None:
        """Write all of `data`."""
        while data:
            data = data[os.write(self.sink, data) :]

    def read(self, seconds: float) -> bytes:
        """What arrives within `seconds`, as soon as anything does; empty where nothing does.

        Raises EOFError where the terminal is gone.
        """
        if not select.select([self.source], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            data = os.read(self.source, 4096)
        except OSError:
            data = b""
        if not data:
            raise EOFError
        return data

    def is_in_front(self) -> bool:
        """Whether this process may ask: one in the background would be stopped for trying."""
        try:
            return os.tcgetpgrp(self.source) == os.getpgrp()
        except OSError:
            return False


@contextlib.contextmanager
def quiet(line: Line) -> Iterator[None]:
    """Keys and answers come at once and are not echoed, until the block ends, however it ends.

    Ctrl-C still interrupts; a signal that would end the process restores the terminal first.
    """
    before = termios.tcgetattr(line.source)
    mode = termios.tcgetattr(line.source)
    mode[0] &= ~(termios.ICRNL | termios.INLCR | termios.IGNCR)
    mode[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    for stopper in (termios.VSUSP, termios.VQUIT):  # stopped or dumped, it would stay as it is
        mode[6][stopper] = b"\x00"
    handlers = {n: signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGHUP)}

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    try:
        for number in handlers:
            signal.signal(number, end)
        termios.tcsetattr(line.source, termios.TCSANOW, mode)
        yield
    finally:
        with contextlib.suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(line.source, termios.TCSANOW, before)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def drain(line: Line) -> None:
    """Drop what has arrived and was not read: answers that came late are no commands."""
    with contextlib.suppress(termios.error):
        termios.tcflush(line.source, termios.TCIFLUSH)


def columns_after(
    line: Line, samples: Sequence[str], patience: float = PATIENCE
) -> list[int | None]:
    """Cells that the terminal takes for each sample; None from where it no longer answers.

    One round trip: each sample is written at the left edge of the cursor's own line, cleared
    before and after. To be called inside `quiet`. Whoever gets a None calls `drain` at the end.
    Keys typed meanwhile are lost.
    """
    asked = b"".join(CLEAR + sample.encode() + ASK for sample in samples)
    line.send(SAVE + asked + CLEAR + RESTORE)
    found: list[int] = []
    arrived = b""
    deadline = time.monotonic() + patience
    while len(found) < len(samples):
        data = line.read(deadline - time.monotonic())
        if not data:
            break
        arrived += data
        reports = _REPORT.findall(arrived)[: len(samples)]
        if len(reports) > len(found):
            deadline = time.monotonic() + patience
        found = [int(column) - 1 for _, column in reports]
    return [*found, *[None] * (len(samples) - len(found))]
