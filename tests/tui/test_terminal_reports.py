"""Cursor reports, over a pty whose other end answers as terminals do, or does not."""

from __future__ import annotations

import fcntl
import os
import select
import struct
import termios
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from tonemark.tui.page.cells import cells
from tonemark.tui.terminal.reports import ASK, Line, columns_after, drain, quiet

SAMPLES = ["é", "ሰላም", "中文"]
SHORT = 0.05
"""Seconds given to a terminal that will not answer."""


@pytest.fixture
def pair() -> Iterator[tuple[int, Line]]:
    far, near = os.openpty()
    yield far, Line(near, near)
    os.close(far)
    os.close(near)


def answering(far: int, count: int, reply: Callable[[int], bytes]) -> threading.Thread:
    """A terminal that answers `count` requests, by `reply`; then it is mute."""

    def run() -> None:
        seen, answered = b"", 0
        while answered < count:
            seen += os.read(far, 4096)
            while answered < min(count, seen.count(ASK)):
                os.write(far, reply(answered))
                answered += 1

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def at(columns: Sequence[int]) -> Callable[[int], bytes]:
    return lambda number: f"\x1b[7;{columns[number] + 1}R".encode()


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (at([1, 3, 4]), [1, 3, 4]),
        (at([2, 9, 6]), [2, 9, 6]),  # each byte of é a letter
        # keys typed meanwhile are no answers
        (lambda n: b"ls\r\x1b[A" + at([1, 3, 4])(n), [1, 3, 4]),
    ],
)
def test_columns_are_what_the_terminal_says(
    pair: tuple[int, Line], reply: Callable[[int], bytes], found: list[int]
) -> None:
    far, line = pair
    thread = answering(far, 3, reply)
    with quiet(line):
        assert columns_after(line, SAMPLES, patience=30) == found
    thread.join(30)


def test_answers_in_pieces_are_put_together(pair: tuple[int, Line]) -> None:
    far, line = pair
    thread = answering(far, 3, lambda n: [b"\x1b[1;", b"2R\x1b[1;4R\x1b", b"[1;5R"][n])
    with quiet(line):
        assert columns_after(line, SAMPLES, patience=30) == [1, 3, 4]
    thread.join(30)


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_a_mute_terminal_is_left_alone_and_late_answers_are_dropped(
    pair: tuple[int, Line], answered: int
) -> None:
    far, line = pair
    before = termios.tcgetattr(line.source)
    thread = answering(far, answered, at([1, 3, 4]))
    with quiet(line):
        found = columns_after(line, SAMPLES, patience=SHORT)
        thread.join(30)
        assert found == [*[1, 3, 4][:answered], *[None] * (3 - answered)]
        os.write(far, b"\x1b[7;2R")
        assert select.select([line.source], [], [], 30)[0]
        drain(line)
        assert waiting(line.source) == 0
    assert termios.tcgetattr(line.source) == before


def test_the_line_is_left_as_it_was(pair: tuple[int, Line]) -> None:
    far, line = pair
    sent: list[bytes] = []
    reply = at([1, 3, 4])
    thread = threading.Thread(target=lambda: sent.append(talk(far, reply)), daemon=True)
    thread.start()
    with quiet(line):
        columns_after(line, SAMPLES, patience=30)
    thread.join(30)
    assert sent[0].startswith(b"\x1b7\r\x1b[2K")
    assert sent[0].endswith(b"\r\x1b[2K\x1b8")
    assert b"\n" not in sent[0]


def talk(far: int, reply: Callable[[int], bytes]) -> bytes:
    seen, answered = b"", 0
    while not seen.endswith(b"\x1b8"):
        seen += os.read(far, 4096)
    for answered in range(seen.count(ASK)):
        os.write(far, reply(answered))
    return seen


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_the_terminal_is_restored_whatever_happens(
    pair: tuple[int, Line], error: type[BaseException]
) -> None:
    _, line = pair
    before = termios.tcgetattr(line.source)
    modes = []

    def fail() -> None:
        with quiet(line):
            modes.append(termios.tcgetattr(line.source)[3])
            raise error

    with pytest.raises(error):
        fail()
    assert not modes[0] & (termios.ECHO | termios.ICANON)
    assert modes[0] & termios.ISIG  # Ctrl-C interrupts
    assert termios.tcgetattr(line.source) == before


def test_a_terminal_that_is_gone_is_told(pair: tuple[int, Line]) -> None:
    far, near = os.openpty()
    os.close(far)
    with pytest.raises((EOFError, OSError)):
        columns_after(Line(near, near), SAMPLES, patience=SHORT)
    os.close(near)


def waiting(handle: int) -> int:
    """Bytes that wait to be read."""
    answer = fcntl.ioctl(handle, termios.FIONREAD, struct.pack("i", 0))
    (count,) = struct.unpack("i", answer)
    assert isinstance(count, int)
    return count


def test_samples_are_as_wide_as_we_count() -> None:
    assert [cells(sample) for sample in SAMPLES] == [1, 3, 4]
