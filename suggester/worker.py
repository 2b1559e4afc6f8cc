"""The child process in which other people's code runs: texts come in, tokens go out.

It may hang, crash or eat memory, and its parent, which never loads such code, goes on. It is
started by `workers.Worker`, which has the other end of the pipes.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import BinaryIO

from tonemark.corpus.documents import pack_tokens

MEMORY = 4 * 1024**3
"""Bytes of address space that it may take."""

SIZE = struct.Struct("<I")
"""Before each message: how many bytes it has."""

ASKED = struct.Struct("<I")
"""Before a text, inside its message: seconds after which the process is ended."""


def send(stream: BinaryIO, *parts: bytes) -> None:
    """Write one message."""
    stream.write(SIZE.pack(sum(map(len, parts))) + b"".join(parts))
    stream.flush()


def answer(fault: str, body: bytes = b"") -> tuple[bytes, bytes, bytes]:
    """The parts of an answer: what went wrong, in words, and tokens, or a version."""
    said = fault.encode("utf-8", "replace")
    return SIZE.pack(len(said)), said, body


def parted(message: bytes) -> tuple[str, bytes]:
    """What `answer` put together. Raises ValueError where it is none."""
    if len(message) < SIZE.size:
        raise ValueError("too short")
    end = SIZE.size + SIZE.unpack_from(message)[0]
    return message[SIZE.size : end].decode("utf-8", "replace"), message[end:]


def main(name: str, folder: str, alive: str, loading: str) -> None:
    """Load the tokenizer of that name, tell its version, and answer texts until the pipe ends.

    `alive` is the number of a pipe whose other end the suggester has for as long as it lives,
    `loading` the seconds in which the tokenizer must be loaded.
    """
    _end_with_suggester(int(alive))
    from tonemark.errors import TonemarkError
    from tonemark.tokenizers.check import made_tokens
    from tonemark.tokenizers.registry import load_tokenizer

    asked = sys.stdin.buffer
    # What the code prints must not come among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _hold_back()
    signal.alarm(int(loading))
    try:
        tokenizer = load_tokenizer(name, Path(folder))
        version = str(tokenizer.version)
    except TonemarkError as error:
        send(answers, *answer(error.title, error.remedy.encode("utf-8", "replace")))
        return
    except Exception as error:
        send(answers, *answer(f"{name} could not be loaded: {type(error).__name__}: {error}."))
        return
    signal.alarm(0)
    send(answers, *answer("", version.encode("utf-8", "replace")))
    while (size := asked.read(SIZE.size)) and len(size) == SIZE.size:
        message = asked.read(SIZE.unpack(size)[0])
        # By the system, not by Python: a loop in C lets no handler run.
        signal.alarm(ASKED.unpack_from(message)[0])
        made = made_tokens(tokenizer, message[ASKED.size :].decode())
        signal.alarm(0)
        send(answers, *answer(made.fault, pack_tokens(made.tokens)))


def _end_with_suggester(alive: int) -> None:
    """Have a child that ends this process, and all that it starts, once the suggester has gone,
    however that ended and whatever this process is at. It has none of the pipes for answers, and
    nothing of the code that is loaded later."""
    if os.fork():
        os.close(alive)
        return
    os.closerange(0, alive)
    os.closerange(alive + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    with contextlib.suppress(OSError):
        os.read(alive, 1)
    os.killpg(0, signal.SIGKILL)


def _hold_back() -> None:
    """Bound what the process may take, so that nobody else goes without.

    Not how many processes: the system counts all those of a user, the annotator's own with them.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    # Where memory runs out all the same, the annotators are not those to be ended.
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    main(*sys.argv[1:5])
    os._exit(0)  # a thread that other people's code began waits for nobody
