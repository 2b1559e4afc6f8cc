"""A child process seen from the suggester: asked, and answered by within a time.

What it does is told in the module that it runs; `child` is its end of the pipes.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable

from tonemark.background import ONE_THREAD
from tonemark.suggester.child import SIZE

GRACE = 2.0
"""Seconds after which a child that should have ended itself is ended."""

LONGEST = 64 * 1024 * 1024
"""Bytes that an answer may have: twice what the longest text can come to."""

BEAT = 0.5
"""Seconds between two calls of `beat` while one waits."""


class ChildEnded(Exception):
    """A child did not answer; its words say why, for people."""


class ChildLate(ChildEnded):
    """A child did not answer within its time."""

    def __init__(self, limit: float) -> None:
        super().__init__(f"it took longer than {limit:.2g} s")


class ChildCut(ChildEnded):
    """A child took more time of the processor than it had given itself."""


class Child:
    """A running `python -m MODULE` with these arguments, the number of the pipe `alive` before
    them. The files of these numbers are its own, too."""

    def __init__(self, module: str, arguments: Iterable[str], files: Iterable[int] = ()) -> None:
        alive, self._alive = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", module, str(alive), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD},
            cwd="/",
            start_new_session=True,  # all that it starts is ended with it
            pass_fds=(alive, *files),
        )
        os.close(alive)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)
        self._unsent = memoryview(b"")
        self._got = bytearray()
        self._limit = self._deadline = 0.0

    def ask(self, request: bytes, limit: float) -> None:
        """Begin to send a request, which may be empty; `answer` sends the rest of it.

        The answer must be there within `limit` seconds and GRACE.
        """
        self._unsent = memoryview(SIZE.pack(len(request)) + request if request else b"")
        self._got.clear()
        self._limit = limit
        self._deadline = time.monotonic() + limit + GRACE

    def answer(self, wait: float) -> bytes | None:
        """The answer to what was asked; None where it is not there within `wait` seconds.

        Raises ChildEnded where none will come.
        """
        until = min(time.monotonic() + wait, self._deadline)
        with selectors.DefaultSelector() as ready:
            ready.register(self._from, selectors.EVENT_READ)
            if self._unsent:
                ready.register(self._to, selectors.EVENT_WRITE)
            while True:
                now = time.monotonic()
                for key, _ in ready.select(max(0.0, until - now)):
                    if key.fileobj is self._to:
                        self._send()
                        if not self._unsent:
                            ready.unregister(self._to)
                    else:
                        self._receive()
                if len(self._got) >= SIZE.size:
                    size = SIZE.unpack_from(self._got)[0]
                    if len(self._got) - SIZE.size >= size:
                        return bytes(self._got[SIZE.size : SIZE.size + size])
                if now >= self._deadline:
                    raise ChildLate(self._limit)
                if now >= until:
                    return None

    def exchange(self, request: bytes, limit: float, beat: Callable[[], None]) -> bytes:
        """Ask, and wait for the answer; `beat` is called meanwhile."""
        self.ask(request, limit)
        while (found := self.answer(BEAT)) is None:
            beat()
        return found

    def _send(self) -> None:
        try:
            self._unsent = self._unsent[os.write(self._to.fileno(), self._unsent[:65536]) :]
        except BrokenPipeError:
            self._unsent = self._unsent[:0]  # why it has gone, reading tells

    def _receive(self) -> None:
        part = os.read(self._from.fileno(), 1 << 20)
        if not part:
            raise self._ended()
        self._got += part
        if len(self._got) > LONGEST:
            raise ChildEnded("its answer had no end")

    def _ended(self) -> ChildEnded:
        """Why there are no more answers."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(GRACE)
            if code == -signal.SIGALRM:
                return ChildLate(self._limit)
            if code == -signal.SIGPROF:
                return ChildCut("it took too much time of the processor")
            if code < 0:
                return ChildEnded(f"it crashed (signal {-code})")
            return ChildEnded(f"it ended its process (exit code {code})")
        return ChildEnded("it closed its connection")

    def close(self) -> None:
        """End the process and those that it started, whatever they are at."""
        alive, self._alive = self._alive, -1
        if alive < 0:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        os.close(alive)
        for stream in (self._to, self._from):
            with contextlib.suppress(OSError):
                stream.close()
        self._process.wait()
