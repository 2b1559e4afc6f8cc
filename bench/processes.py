"""Work done by several processes at once, each of which answers with a value.

Knows nothing of what the work is.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkProcess
from typing import Any, TypeVar

from tonemark.errors import TonemarkError

Answer = TypeVar("Answer")

# Forked, so that fifty clients do not load Python fifty times; no store may be open here then
# (sqlite.org/howtocorrupt.html, 2.6).
_FORKED = multiprocessing.get_context("fork")


def in_processes(work: Callable[..., Answer], arguments: Sequence[tuple[Any, ...]]) -> list[Answer]:
    """What `work` answers to each of `arguments`, every call in a process of its own, all at once.

    Raises TonemarkError where one of them ends without an answer; it has then said why.
    """
    running = []
    for each in arguments:
        receiver, sender = _FORKED.Pipe(duplex=False)
        process = _FORKED.Process(target=_run, args=(sender, work, each))
        process.start()
        sender.close()  # or the end of the process would not be seen
        running.append((process, receiver))
    answers = []
    try:
        for _, receiver in running:
            answers.append(receiver.recv())
    except EOFError:
        raise TonemarkError("A process of the bench ended without an answer.") from None
    finally:
        for process, _ in running:
            if len(answers) < len(running):
                process.kill()
            process.join()
    return answers


def start(work: Callable[..., None], arguments: Sequence[tuple[Any, ...]]) -> list[ForkProcess]:
    """Begin `work` with each of `arguments` in a process of its own: the processes, to be killed or
    waited for."""
    running = [_FORKED.Process(target=work, args=each) for each in arguments]
    for process in running:
        process.start()
    return running


def start_together(clients: int) -> Any:
    """A barrier that so many processes pass together, or break after a minute."""
    return _FORKED.Barrier(clients, timeout=60.0)


def _run(sender: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    sender.send(work(*arguments))
