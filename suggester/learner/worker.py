"""The child process in which the learner learns and tags: sentences with spans come in, likely
spans of others go out.

It is started by `learning.Learning`. What it learnt is gone with it, and is learnt again.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from typing import Any

from tonemark.suggester.child import begin, received, send
from tonemark.training.learner.learning import Learner, Sentence, Words, learn, learn_words

NICENESS = 15
"""Of this process: tokens that a page waits for, and patterns, come before it."""


class Learners:
    """The learners that there are, each by the part of the documents that it is not given."""

    def __init__(self) -> None:
        self._learners: dict[Any, Learner] = {}
        self._words: Words | None = None

    def words(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Learn what raw text tells of words; nothing where that fails."""
        with contextlib.suppress(ValueError, ArithmeticError):
            self._words = learn_words(asked["texts"], asked["seconds"])
        return {}

    def learn(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Learn from sentences; how the learner before did on those that are new."""
        before = self._learners.pop(asked["without"], None)
        scores = [_score(before, each) for each in _sentences(asked["new"])] if before else []
        try:
            learner = learn(
                _sentences(asked["sentences"]),
                words=self._words,
                overlapping=asked["overlapping"],
            )
        except ValueError:
            return {"nothing": True}
        self._learners[asked["without"]] = learner
        return {"scores": scores}

    def tag(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The spans of texts that have `least` as their probability, or in words why there are
        none."""
        learner = self._learners[asked["without"]]
        found: list[Any] = []
        for words in asked["texts"]:
            try:
                found.append([list(each) for each in learner.likely(words, asked["least"])])
            except Exception as error:  # of this text: the others have theirs
                if isinstance(error, MemoryError):
                    os._exit(1)
                found.append(f"{type(error).__name__}: {error}"[:300])
        return {"found": found}

    def doubt(self, asked: dict[str, Any]) -> dict[str, Any]:
        """How unsure the learner is of texts; None of one that it fails on."""
        learner = self._learners[asked["without"]]
        doubts: list[float | None] = []
        for words in asked["texts"]:
            try:
                doubts.append(learner.tag(words).doubt)
            except Exception as error:
                if isinstance(error, MemoryError):
                    os._exit(1)
                doubts.append(None)
        return {"doubts": doubts}


def _sentences(asked: list[Any]) -> list[Sentence]:
    return [
        Sentence(tuple(words), tuple((first, last, label) for first, last, label in spans))
        for words, spans in asked
    ]


def _score(learner: Learner, sentence: Sentence) -> tuple[int, int, int]:
    """Spans that it would have labelled rightly, that it would have labelled, that there are."""
    found = {(each.start, each.end, each.label) for each in learner.tag(sentence.words).found}
    spans = set(sentence.spans)
    return len(found & spans), len(found), len(spans)


def answered(learners: Learners, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request, with the seconds of processor time that it took."""
    began = time.process_time()
    answer = getattr(learners, asked["do"])(asked)
    return {**answer, "seconds": time.process_time() - began}


def main(alive: str) -> None:
    """Answer until the pipe ends. `alive` is as in `child.begin`."""
    asked, answers = begin(int(alive))
    with contextlib.suppress(OSError):
        os.nice(max(0, NICENESS - os.nice(0)))
    learners = Learners()
    while message := received(asked):
        what = json.loads(message)
        # By the system, not by Python: a loop in C lets no handler run.
        signal.setitimer(signal.ITIMER_PROF, what["limit"])
        answer = answered(learners, what)
        signal.setitimer(signal.ITIMER_PROF, 0)
        send(answers, json.dumps(answer).encode())


def request(what: str, limit: float, **more: Any) -> bytes:
    """What is to be done, within `limit` seconds of processor time, and with what."""
    return json.dumps({"do": what, "limit": limit, **more}).encode()


if __name__ == "__main__":
    main(*sys.argv[1:2])
    os._exit(0)
