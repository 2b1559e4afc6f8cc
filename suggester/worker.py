"""The child process in which other people's tokenizers run: texts come in, tokens go out.

It is started by `workers.Worker`.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
from pathlib import Path

from tonemark.corpus.documents import pack_tokens
from tonemark.suggester.child import begin, joined, received, send

ASKED = struct.Struct("<d")
"""Before a text, inside its message: seconds after which the process is ended."""


def main(alive: str, name: str, folder: str, loading: str) -> None:
    """Load the tokenizer of that name, tell its version, and answer texts until the pipe ends.

    `alive` is as in `child.begin`, `loading` the seconds in which the tokenizer must be loaded.
    """
    asked, answers = begin(int(alive))
    signal.alarm(int(loading))
    from tonemark.errors import TonemarkError
    from tonemark.tokenizers.check import made_tokens
    from tonemark.tokenizers.registry import load_tokenizer

    try:
        tokenizer = load_tokenizer(name, Path(folder))
        version = str(tokenizer.version)
    except TonemarkError as error:
        send(answers, *joined(error.title, error.remedy.encode("utf-8", "replace")))
        return
    except Exception as error:
        send(answers, *joined(f"{name} could not be loaded: {type(error).__name__}: {error}."))
        return
    signal.alarm(0)
    send(answers, *joined("", version.encode("utf-8", "replace")))
    while message := received(asked):
        # By the system, not by Python: a loop in C lets no handler run.
        signal.setitimer(signal.ITIMER_REAL, ASKED.unpack_from(message)[0])
        made = made_tokens(tokenizer, message[ASKED.size :].decode())
        signal.setitimer(signal.ITIMER_REAL, 0)
        send(answers, *joined(made.fault, pack_tokens(made.tokens)))


if __name__ == "__main__":
    main(*sys.argv[1:5])
    os._exit(0)  # a thread that other people's code began waits for nobody
