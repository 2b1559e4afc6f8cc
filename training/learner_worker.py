"""The process in which a training learns: `python -m tonemark.training.learner_worker FOLDER
UNTIL`. What it is at it tells in JSON, an object a line. In the folder it leaves the best learner
that there was time for, with which documents taught it, and what learners found in documents that
had been kept from them: each file whole or not at all, so that whoever has no more time takes what
is there. `trials` is its parent.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tonemark.training.learner.learning import (
    Learner,
    Sentence,
    Words,
    learn,
    learn_words,
    quick_seconds,
    thorough_seconds,
)
from tonemark.training.pipeline.pooling import FAINT

TASK = "task.json"
"""What is to be learnt: `Task`."""

LEARNER = "learner"
"""The learner: a quick one first, then better ones in its place, that of all documents last.
Before its bytes stands a line with the numbers of the documents that taught it: were they a file of
their own, a process that is ended between the two would leave one learner beside another's."""

WHOLE = "whole"
"""There once it has learnt from all documents, and thoroughly."""

WORDS_SHARE, LEARNT_SHARE, WHOLE_SHARE = 0.12, 0.35, 0.6
"""The shares of the time that is left which words may take, the learning without the first part,
and then that of all."""

FEW = 100
"""Documents of which a learner is learnt quickly first, so that there is one whatever comes: it
shows, too, how fast learning goes here and now."""

QUICK_SHARE, WORTHWHILE = 0.7, 1.5
"""The share of the time that is left which one more quick learner may take, and times as many
documents as the one before that must teach it."""

LEAST_DRAG = 0.05
"""Times as long as on a slow core alone that learning is taken to take here, at least."""

RICHER = 1.3
"""Times as long as without them that learning with what raw text tells of words takes."""

AGAIN = 1.3
"""Times as long as the part before it that another part may take."""


def part_file(number: int) -> str:
    """The file of what was found in the documents of a part, the first of them at least."""
    return f"part-{number}.json"


class Made(NamedTuple):
    """A learner and the documents that taught it, by their numbers in the task's sentences;
    `is_thorough` where there was time to learn thoroughly."""

    learner: Learner
    documents: Sequence[int]
    is_thorough: bool = False

    def to_bytes(self) -> bytes:
        """As LEARNER has it."""
        return json.dumps([*self.documents]).encode("ascii") + b"\n" + self.learner.to_bytes()


def restored(data: bytes) -> tuple[Learner, tuple[int, ...]]:
    """A learner of LEARNER, and the documents that taught it. Raises ValueError where the bytes are
    damaged."""
    documents, _, learner = data.partition(b"\n")
    return Learner.from_bytes(learner), tuple(json.loads(documents))


def main(folder: str, until: str) -> int:
    """Learn; the exit code."""
    _Learning(Path(folder), float(until)).run()
    return 0


class _Learning:
    """The work on a task: whatever it is ended at, the best learner that there was time for is
    there, with scores if there are documents to score it on."""

    def __init__(self, place: Path, end: float) -> None:
        task = json.loads((place / TASK).read_text("ascii"))
        self.place, self.end = place, end
        self.sentences = [_sentence(each) for each in task["sentences"]]
        self.learnt: list[int] = task["learnt"]
        self.parts: list[tuple[list[int], list[int]]] = task["parts"]
        self.raw: list[Sequence[str]] = task["raw"]
        self.overlapping: bool = task["overlapping"]
        self.words: Words | None = None
        self.drag = 1.0

    @property
    def left(self) -> float:
        return max(0.0, self.end - time.monotonic())

    def run(self) -> None:
        """Quickly of some documents, then thoroughly of all but the first part, of all, and of all
        but each other part."""
        parts, learnt = self.parts, self.learnt
        first = parts[0][0] if parts else learnt
        if not self._quickly(first):
            return  # what has been learnt is what there is time for
        _stage("the words of all texts")
        self.words = learn_words(self.raw, seconds=self.left * WORDS_SHARE / self.drag)
        taken = 0.0
        if parts and first != learnt:
            # First what can be scored: more than half of all teaches nearly as much as all.
            began = time.monotonic()
            self._keep(self._without(0, LEARNT_SHARE), part=0)
            taken = time.monotonic() - began
        _stage("the learner")
        whole = self._thorough(learnt, WHOLE_SHARE)
        self._keep(whole, part=0 if first == learnt else None)
        for number in range(1, len(parts)):
            if self.left > AGAIN * taken:
                self._try(number, self._without(number, LEARNT_SHARE))
        needed = thorough_seconds(self._chosen(learnt), overlapping=self.overlapping)
        if not whole.is_thorough and needed * self.drag * RICHER < self.left:
            _stage("the learner, thoroughly")
            self._keep(self._thorough(learnt, 1.0), part=None)

    def _quickly(self, documents: Sequence[int]) -> bool:
        """Learn from a few of these, then, where time is short, from as many as there is time for;
        whether there is time to learn from all of them with what raw text tells."""
        import numpy  # noqa: F401  # before the clock is looked at
        import pycrfsuite  # type: ignore[import-untyped]  # noqa: F401

        chosen = self._some(documents, FEW)
        _stage("the learner, quickly")
        while True:
            began = time.monotonic()
            learner = learn(self._chosen(chosen), overlapping=self.overlapping)
            self.drag = max(1e-2, (time.monotonic() - began) / max(1e-3, self._expected(chosen)))
            self._keep(Made(learner, chosen), part=0)
            needed = self._expected(documents) * self.drag
            richly = RICHER * needed / max(0.1, self.left)
            if richly < LEARNT_SHARE:
                return True
            most = min(len(documents), int(len(documents) * self.left * QUICK_SHARE / needed))
            if most < WORTHWHILE * len(chosen):
                return richly < QUICK_SHARE
            chosen = self._some(documents, most)
            _stage(f"the learner, quickly, from {len(chosen)} documents")

    def _some(self, documents: Sequence[int], count: int) -> Sequence[int]:
        """The first ones, as many, or more where those have no span."""
        taught = (at for at, number in enumerate(documents) if self.sentences[number].spans)
        return documents[: max(count, 1 + next(taught))]

    def _chosen(self, documents: Sequence[int]) -> list[Sentence]:
        return [self.sentences[at] for at in documents]

    def _expected(self, documents: Sequence[int]) -> float:
        return quick_seconds(self._chosen(documents), overlapping=self.overlapping)

    def _allowed(self, share: float) -> float:
        """That share of the time that is left, in seconds of a slow core."""
        return self.left * share / self.drag / RICHER

    def _thorough(self, documents: Sequence[int], share: float) -> Made:
        """Thoroughly, or where there is no time for that at once; how fast it went is seen anew:
        the first documents were learnt while other processes began."""
        chosen, allowed = self._chosen(documents), self._allowed(share)
        began = time.monotonic()
        learner = learn(
            chosen, words=self.words, overlapping=self.overlapping, thorough=True, seconds=allowed
        )
        expected = thorough_seconds(chosen, overlapping=self.overlapping)
        is_thorough = expected <= allowed
        if not is_thorough:
            expected = self._expected(documents)
        self.drag = max(LEAST_DRAG, (time.monotonic() - began) / max(1e-3, expected * RICHER))
        return Made(learner, documents, is_thorough)

    def _without(self, number: int, share: float) -> Made:
        _stage(f"the learner, without part {number + 1} of {len(self.parts)}")
        return self._thorough(self.parts[number][0], share)

    def _keep(self, made: Made, part: int | None) -> None:
        """Have it as the model so far, scored on the documents of a part."""
        _write(self.place / LEARNER, made.to_bytes())
        if made.is_thorough and made.documents == self.learnt:
            _write(self.place / WHOLE, b"")
        if part is not None and self.parts:
            self._try(part, made)

    def _try(self, number: int, made: Made) -> None:
        """What it finds in the documents of a part, as far as half of the time that is left goes,
        and FEW whatever comes."""
        until = time.monotonic() + self.left / 2
        found: list[Any] = []
        for at in self.parts[number][1]:
            if len(found) >= FEW and time.monotonic() > until:
                break
            found.append(_found(made.learner, self.sentences[at].words))
        _write(self.place / part_file(number), json.dumps(found).encode("ascii"))


def _stage(name: str) -> None:
    print(json.dumps({"stage": name}), flush=True)


def _sentence(row: Any) -> Sentence:
    words, spans = row
    return Sentence(tuple(words), tuple(tuple(each) for each in spans))


def _found(learner: Learner, words: Sequence[str]) -> Any:
    return learner.tag(words).found, learner.likely(words, FAINT)


def _write(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
