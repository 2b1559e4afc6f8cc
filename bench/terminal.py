"""A program in a terminal of its own: a pty, the bytes that come from it, the screen they make.

Knows nothing of what the program is.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte

from tonemark.errors import TonemarkError

KEY_BYTES = {
    "enter": b"\r",
    "space": b" ",
    "backspace": b"\x7f",
    "escape": b"\x1b",
    "up": b"\x1b[A",
    "down": b"\x1b[B",
    "right": b"\x1b[C",
    "left": b"\x1b[D",
    "home": b"\x1b[H",
    "end": b"\x1b[F",
    "pageup": b"\x1b[5~",
    "pagedown": b"\x1b[6~",
}
"""What xterm sends for keys that are not one character."""

QUIET = 0.004
"""Seconds without output after which a key's repaint is taken to be over."""

COLOURS = {
    "truecolor": {"TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "16": {"TERM": "xterm"},
}
"""How a terminal says how many colours it has: 24 bits of them, or the 16 of old."""

_SEQUENCE = re.compile(rb"\x1b(\[[0-?]*[ -/]*[@-~]|[ -/]*[0-~])")
_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]*u|\x1b\[[>=][0-9;]*[a-zA-Z]")

_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_USUAL = (b"7", b"25")
"""Modes that are on in a terminal nobody has changed: wrapping, a cursor that is seen."""


class Terminal:
    """Runs `command` in a pty of `columns` x `lines` cells, with xterm's names and these COLOURS.

    The child leads a session of its own; `close` ends it. `received` counts the bytes that
    came. `began` and `arrived` are seconds of `perf_counter`: just before the fork, and when the
    last byte so far was read.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        columns: int,
        lines: int,
        colours: str = "truecolor",
    ) -> None:
        self.received = 0
        self.arrived = 0.0
        self._modes: dict[bytes, bool] = {}
        self._tail = b""
        self._unread = bytearray()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._exit: int | None = None
        dropped = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TMUX", "STY", "COLORTERM")
        environment = {k: v for k, v in environment.items() if k not in dropped}
        environment |= COLOURS[colours]
        self.began = time.perf_counter()
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                size = struct.pack("HHHH", lines, columns, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execvpe(command[0], list(command), environment)
            finally:
                os._exit(127)

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._pid

    def worked(self) -> float:
        """Seconds of processor time that the program's threads have had (Linux's schedstats)."""
        tasks = Path(f"/proc/{self._pid}/task").glob("*/schedstat")
        return sum(int(task.read_text("ascii").split()[0]) for task in tasks) / 1e9

    def press(self, key: str) -> None:
        """Send one key: a character, or a name in KEY_BYTES.

        Raises ProcessLookupError where the program has ended.
        """
        if self.ended(0.0) is not None:
            raise ProcessLookupError("the program has ended")
        self.send(KEY_BYTES.get(key) or key.encode())

    def send(self, data: bytes) -> None:
        """Send bytes as they are, reading what comes meanwhile."""
        while data:
            data = data[os.write(self._fd, data[:1024]) :]
            if data:  # what a single key makes the program send is for `settle` to count
                self._read(0.0)

    def flood(self, data: bytes) -> None:
        """Send bytes, as many as the line takes at once, and read nothing of what they make."""
        os.set_blocking(self._fd, False)
        with contextlib.suppress(BlockingIOError):
            while data:
                data = data[os.write(self._fd, data) :]
        os.set_blocking(self._fd, True)

    def resize(self, columns: int, lines: int) -> None:
        """Give the terminal another size; what it showed is forgotten."""
        self.lines()
        self._screen.resize(lines, columns)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def hang_up(self) -> None:
        """Take the terminal away, as a lost connection does."""
        os.close(self._fd)
        self._fd = -1

    def settle(self, *, first: float = 2.0, quiet: float = QUIET) -> int:
        """Read until the output has been quiet; how many bytes came.

        `first` is how long to wait for the first byte, in seconds: a key may change nothing.
        """
        before = self.received
        timeout = first
        while self._read(timeout):
            timeout = quiet
        return self.received - before

    def rest(self, seconds: float = 0.3) -> None:
        """Read until nothing came for `seconds`."""
        self.settle(first=seconds, quiet=seconds)

    def wait_text(self, text: str, *, seconds: float) -> float:
        """Read until `text` has come, whatever sequences stand in it; when its last byte did.

        Only what came since `lines` was last asked for counts. Raises TimeoutError.
        """
        wanted = text.encode()
        deadline = time.monotonic() + seconds
        while wanted not in _SEQUENCE.sub(b"", self._unread):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text!r} did not appear in {seconds:g} s")
            self._read(0.05)
        return self.arrived

    def newest(self, count: int) -> bytes:
        """The last bytes that came, of those since `lines` was last asked for."""
        return bytes(self._unread[-count:]) if count else b""

    def wait(self, seen: Callable[[list[str]], bool], *, seconds: float) -> bool:
        """Read until the screen is as wanted; False where that takes longer than `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            self.settle(first=0.0)
            if seen(self.lines()):
                return True
            if time.monotonic() > deadline or self._exit is not None:
                return False
            self.settle(first=0.05)

    def lines(self) -> list[str]:
        """What the screen shows, blanks at the ends of lines left out."""
        if self._unread:
            # pyte 0.8.2 shows the end of sequences that it does not know.
            self._stream.feed(_NOT_FOR_PYTE.sub(b"", bytes(self._unread)))
            self._unread.clear()
        # Not `Screen.display`: it fails where half a wide character was written over.
        rows = (self._screen.buffer[y] for y in range(self._screen.lines))
        columns = range(self._screen.columns)
        return ["".join(row[x].data for x in columns).rstrip() for row in rows]

    def unrestored(self) -> list[str]:
        """What the program has left other than it found it: private modes (xterm's numbers, such
        as 1049, the other screen; 25, the cursor; 2004, bracketed paste), and `echo` where the
        line still is as a program that reads key by key wants it."""
        left = [mode.decode() for mode, on in self._modes.items() if on != (mode in _USUAL)]
        flags = termios.tcgetattr(self._fd)[3]
        return left + ["echo"] * (not flags & termios.ECHO or not flags & termios.ICANON)

    def ended(self, seconds: float) -> int | None:
        """The exit code of the program, None where it still runs after `seconds`."""
        deadline = time.monotonic() + seconds
        while self._exit is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._exit = os.waitstatus_to_exitcode(status)
            elif time.monotonic() >= deadline:
                break
            else:
                self._read(0.02)
        return self._exit

    def close(self) -> None:
        """End the program if it runs, and give the terminal back."""
        if self._exit is None and self.ended(0.0) is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            self.ended(5.0)
        if self._fd >= 0:
            self.hang_up()

    def _read(self, timeout: float) -> int:
        if self._fd < 0:
            time.sleep(timeout)
            return 0
        ready, _, _ = select.select([self._fd], [], [], timeout)
        if not ready:
            return 0
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # Linux: the program has closed its end
            return 0
        self.arrived = time.perf_counter()
        self.received += len(data)
        self._unread += data
        data = self._tail + data
        end = 0
        for found in _MODES.finditer(data):
            end = found.end()
            for mode in found[1].split(b";"):
                self._modes[mode] = found[2] == b"h"
        self._tail = data[end:][-16:]
        return len(data)


def lost(terminal: Terminal, what: str) -> TonemarkError:
    """That a program did not go where it was played to, with what its screen shows."""
    shown = "\n".join(line for line in terminal.lines() if line)
    return TonemarkError(f"The oracle lost its way: {what}. The screen shows:\n{shown}")


@contextlib.contextmanager
def to_its_end(terminal: Terminal, patience: float) -> Iterator[None]:
    """Play a program, then leave it with `q`; it may take `patience` seconds to end.

    Raises TonemarkError where it ends earlier, or otherwise than well. The terminal is given back
    in any case.
    """
    try:
        yield
        terminal.press("q")
        if terminal.ended(patience) != 0:
            raise lost(terminal, "the program did not end well")
    except ProcessLookupError:
        raise lost(terminal, "the program ended") from None
    finally:
        terminal.close()
