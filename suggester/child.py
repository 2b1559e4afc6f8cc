"""What every child process of the suggester does itself: messages in and out, an end with the
suggester, and bounds on what it takes.

`children` has the other end of its pipes. It may hang, crash or eat memory, and its parent, which
never loads what it loads, goes on.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import struct
import sys
from typing import BinaryIO

from tonemark.background import come_last, end_with_parent

MEMORY = 4 * 1024**3
"""Bytes of address space that it may take."""

SIZE = struct.Struct("<I")
"""Before each message: how many bytes it has."""


def send(stream: BinaryIO, *parts: bytes) -> None:
    """Write one message."""
    stream.write(SIZE.pack(sum(map(len, parts))) + b"".join(parts))
    stream.flush()


def received(stream: BinaryIO) -> bytes | None:
    """Read one message; None where there are no more."""
    size = stream.read(SIZE.size)
    return stream.read(SIZE.unpack(size)[0]) if len(size) == SIZE.size else None


def joined(words: str, body: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """The parts of a message of words, or a text, and something else."""
    said = words.encode("utf-8", "replace")
    return SIZE.pack(len(said)), said, body


def parted(message: bytes) -> tuple[str, bytes]:
    """What `joined` put together. Raises ValueError where it is none."""
    if len(message) < SIZE.size:
        raise ValueError("too short")
    end = SIZE.size + SIZE.unpack_from(message)[0]
    return message[SIZE.size : end].decode("utf-8", "replace"), message[end:]


def begin(alive: int) -> tuple[BinaryIO, BinaryIO]:
    """Become such a child: where it is asked, and where it answers.

    `alive` is the number of a pipe whose other end the suggester has for as long as it lives.
    """
    end_with_parent(alive)
    # What other people's code prints must not come among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _hold_back()
    return sys.stdin.buffer, answers


def _hold_back() -> None:
    """Bound what the process may take, so that nobody else goes without.

    Not how many processes: the system counts all those of a user, the annotator's own with them.
    """
    for number in (signal.SIGALRM, signal.SIGPROF):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    come_last()
