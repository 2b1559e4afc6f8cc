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
from collections.abc import Callable, Mapping, Sequence

import pyte

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

_NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]*u|\x1b\[[>=][0-9;]*[a-zA-Z]")


class Terminal:
    """Runs `command` in a pty of `columns` x `lines` cells, with xterm's names and 24-bit colour.

    The child leads a session of its own; `close` ends it.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], columns: int, lines: int
    ) -> None:
        self.received = 0
        self._unread = bytearray()
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._exit: int | None = None
        names = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        dropped = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "TMUX", "STY")
        environment = {k: v for k, v in environment.items() if k not in dropped} | names
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            try:
                size = struct.pack("HHHH", lines, columns, 0, 0)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execvpe(command[0], list(command), environment)
            finally:
                os._exit(127)

    def press(self, key: str) -> None:
        """Send one key: a character, or a name in KEY_BYTES.

        Raises ProcessLookupError where the program has ended.
        """
        if self.ended(0.0) is not None:
            raise ProcessLookupError("the program has ended")
        data = KEY_BYTES.get(key) or key.encode()
        while data:
            data = data[os.write(self._fd, data) :]

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
        os.close(self._fd)

    def _read(self, timeout: float) -> int:
        ready, _, _ = select.select([self._fd], [], [], timeout)
        if not ready:
            return 0
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # Linux: the program has closed its end
            return 0
        self.received += len(data)
        self._unread += data
        return len(data)
