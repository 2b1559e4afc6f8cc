"""A worker seen from the suggester: a child process that is asked for tokens within a time."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tonemark.corpus.documents import unpack_tokens
from tonemark.errors import TonemarkError
from tonemark.suggester.worker import ASKED, SIZE, parted
from tonemark.tokenizers.base import Token

LOADING = 120.0
"""Seconds in which a tokenizer must be loaded: on a slow disk spaCy takes ten."""

TIME = 10.0
"""Seconds that any text may take, on a machine that is busy with other things."""

PACE = 20_000
"""Characters for which there is a second more: spaCy cuts twenty times as many."""

GRACE = 2.0
"""Seconds after which a worker that should have ended itself is ended."""

LONGEST = 64 * 1024 * 1024
"""Bytes that an answer may have: twice what the longest text can come to."""

BEAT = 0.5
"""Seconds between two calls of `beat` while one waits."""


class WorkerEnded(Exception):
    """A worker did not answer; its words say why, for people."""


class WorkerLate(WorkerEnded):
    """A worker did not answer within its time."""

    def __init__(self, limit: float) -> None:
        super().__init__(f"it took longer than {limit:.0f} s")


class Worker:
    """A running child with the tokenizer of that name; `version` is that tokenizer's.

    `beat` is called while one waits. Raises TonemarkError where the tokenizer cannot be loaded.
    """

    def __init__(
        self, name: str, folder: Path, beat: Callable[[], None], *, time_limit: float = TIME
    ) -> None:
        self._beat = beat
        self._time_limit = time_limit
        self.served = 0
        """Texts that it was given."""
        self.used = time.monotonic()
        """When it was last asked."""
        alive, self._alive = os.pipe()
        arguments = ["-P", "-m", "tonemark.suggester.worker", name, str(folder)]
        arguments += [str(alive), str(round(LOADING))]
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # Libraries for numbers take a thread a core, and address space for each.
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            cwd="/",
            start_new_session=True,  # all that it starts is ended with it
            pass_fds=(alive,),
        )
        os.close(alive)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        os.set_blocking(self._to.fileno(), False)
        os.set_blocking(self._from.fileno(), False)
        try:
            fault, said = parted(self._exchange(b"", LOADING))
        except (WorkerEnded, ValueError) as error:
            self.close()
            raise TonemarkError(
                f"The tokenizer {name} could not be loaded: {error}.",
                f"Try it by hand:\n    tonemark tokenize --tokenizer {name} FILE",
            ) from None
        except BaseException:
            self.close()
            raise
        words = said.decode("utf-8", "replace")
        if fault:
            self.close()
            raise TonemarkError(fault, words)
        self.version = words

    def tokens(self, text: str) -> tuple[tuple[Token, ...], str]:
        """The tokens of a text, and why they are the general tokenizer's, if they are.

        Raises WorkerEnded where it crashed or took too long; it is closed then.
        """
        self.served += 1
        limit = self._time_limit + len(text) / PACE
        body = ASKED.pack(max(1, round(limit))) + text.encode()
        try:
            fault, packed = parted(self._exchange(SIZE.pack(len(body)) + body, limit))
            return unpack_tokens(packed), fault
        except ValueError:
            self.close()
            raise WorkerEnded("it broke its connection") from None
        except WorkerEnded:
            self.close()
            raise
        finally:
            self.used = time.monotonic()

    def _exchange(self, request: bytes, limit: float) -> bytes:
        """Send a request and read one answer, within `limit` seconds and GRACE."""
        deadline = time.monotonic() + limit + GRACE
        unsent, answer = memoryview(request), bytearray()
        with selectors.DefaultSelector() as ready:
            ready.register(self._from, selectors.EVENT_READ)
            if unsent:
                ready.register(self._to, selectors.EVENT_WRITE)
            while True:
                left = deadline - time.monotonic()
                if left <= 0:
                    raise WorkerLate(limit)
                for key, _ in ready.select(min(BEAT, left)):
                    if key.fileobj is self._to:
                        try:
                            unsent = unsent[os.write(self._to.fileno(), unsent[:65536]) :]
                        except BrokenPipeError:
                            unsent = unsent[:0]  # why it has gone, reading tells
                        if not unsent:
                            ready.unregister(self._to)
                        continue
                    part = os.read(self._from.fileno(), 1 << 20)
                    if not part:
                        raise self._ended(limit)
                    answer += part
                    if len(answer) > LONGEST:
                        raise WorkerEnded("its answer had no end")
                self._beat()
                if len(answer) >= SIZE.size:
                    size = SIZE.unpack_from(answer)[0]
                    if len(answer) - SIZE.size >= size:
                        return bytes(answer[SIZE.size : SIZE.size + size])

    def _ended(self, limit: float) -> WorkerEnded:
        """Why there are no more answers."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(GRACE)
            if code == -signal.SIGALRM:
                return WorkerLate(limit)
            if code < 0:
                return WorkerEnded(f"it crashed (signal {-code})")
            return WorkerEnded(f"it ended its process (exit code {code})")
        return WorkerEnded("it closed its connection")

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
