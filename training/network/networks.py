"""The networks of a training, each in a process of its own; `worker` is their other end."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.bridges.spacy_tokenizers import ANY
from tonemark.training.clock import Clock
from tonemark.training.lessons import Lesson, Lessons, ModelFound
from tonemark.training.network.worker import FOUND, TRAINED
from tonemark.training.parts import Split
from tonemark.training.trials import found_from_json
from tonemark.training.workers import Worker, WorkerFailed

WORTHWHILE = 25.0
"""Seconds that networks must have to be begun, were the machine's other work not. Two share a
processor, and loading spaCy takes each three: with 8 seconds of their own they won nothing with
100 documents, with 16 half a point, and learning thoroughly wins the learner more."""

AFTER, JOINING = 2.5, 1.2
"""Seconds that saving and loading a network takes, and tagging what TAGGED does not count; and
then loading it once more, joining it with a learner, and choosing."""

READIED = 1_000
"""Documents that are made ready in a second, at least."""

TAGGED = 4_000
"""Words that a network tags in a second, at least."""

TRIED_DOCUMENTS = 100
"""Documents of the dev part that the loop looks at: of more a look takes seconds."""

STEPS = 20_000
"""Steps that a network is trained for at most, as spaCy's own default has it."""

NEVER = 1_000_000
"""Steps between two looks of a network whose scores would tell nothing."""

MODULE = "tonemark.training.network.worker"

NO_TIME = "There was no time for the network."

NO_TEXT = "There was no other text to score the network on."


@dataclass(frozen=True, slots=True)
class Shape:
    """What a network is to be: for spans that may overlap or not, beginning with the vectors and
    weights of `base`, an installed pipeline; `steps` at most; `look` are the steps between two
    looks at the dev part, `longest` the tokens of the longest span, `language` spaCy's code."""

    tokenizer: str
    overlapping: bool = False
    base: str | None = None
    seed: int = 0
    steps: int = STEPS
    look: int = 100
    longest: int = 1
    language: str = ANY


class Networks:
    """The networks of a training: `scored` has not learnt from the documents of the first split
    that are kept, `whole` has learnt from all. None of them where there is no time, no split, or
    for `whole` one processor only, or an evaluation share: then the first is the model, too.
    `missing` says why none was tried, in sentences; empty where one was."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.scored: Worker | None = None
        self.whole: Worker | None = None
        self.missing = ""
        self._base: str | None = None
        self._until = 0.0

    @property
    def kept(self) -> Path | None:
        """The pipeline of the one that goes into the model."""
        kept = self.whole or self.scored
        return kept.folder / TRAINED if kept else None

    def taught(self, lessons: Lessons, parts: Sequence[Split]) -> tuple[Lesson, ...]:
        """The documents that the one learnt from which goes into the model."""
        if self.whole:
            return lessons.train
        return parts[0].learnt if self.scored else ()

    def start(
        self,
        shape: Shape,
        lessons: Lessons,
        parts: Sequence[Split],
        tokenizer: Tokenizer,
        work: Path,
        stack: ExitStack,
        before: float,
    ) -> None:
        """Start them, each in a folder in `work`, to be done by the time `before` (`monotonic`);
        the end of the `stack` ends them."""
        self._base = shape.base
        if not parts or self.clock.left < WORTHWHILE:
            self._leave(NO_TIME if parts else NO_TEXT)
            return
        self.clock.tell("loading spaCy")
        from tonemark.training.network.spacy_loop import prepare

        self.clock.feel()
        kept = sum(len(each.sentence.words) for each in parts[0].kept)
        self._until = before - self.clock.kept(JOINING)
        until = self._until - self.clock.kept(AFTER + kept / TAGGED)
        ready = 2 * (len(lessons.train) + len(parts[0].kept)) / READIED
        if until - time.monotonic() < (WORTHWHILE + ready) * self.clock.drag:
            self._leave(NO_TIME)
            return
        shape = replace(shape, steps=STEPS, look=_look(parts[0].kept))
        never = replace(shape, look=NEVER)
        prepare(work / "scored", shape, parts[0].learnt, parts[0].kept, tokenizer)
        self.scored = stack.enter_context(Worker(MODULE, work / "scored", until))
        if not lessons.evaluation and len(os.sched_getaffinity(0)) > 1:
            prepare(work / "whole", never, lessons.train, parts[0].kept, tokenizer)
            self.whole = stack.enter_context(Worker(MODULE, work / "whole", until))

    def tell(self) -> None:
        """Tell what the first has told, if anything."""
        for news in self.scored.listen() if self.scored else ():
            self.clock.tell(None, news["loss"], news["f1"], news["words"])

    @property
    def ended(self) -> bool:
        """Whether all have."""
        return all(each.ended for each in (self.scored, self.whole) if each)

    def end(self) -> None:
        """End those that have not ended, if there is no more time. Without the one that can be
        scored there is none; without the other, that one is the model, too."""
        if time.monotonic() < self._until:
            return
        if self.whole and not self.whole.ended:
            self.whole.end()
            self.whole = None
        if self.scored and not self.scored.ended:
            self.scored.end()
            self._leave(NO_TIME)

    def found(self, parts: Sequence[Split]) -> dict[str, ModelFound]:
        """What the first found in the documents that were kept, by their keys, once all have ended;
        nothing where there is none, or one failed: `missing` says why."""
        try:
            for each in (self.scored, self.whole):
                if each:
                    each.check()
        except (WorkerFailed, MemoryError) as error:
            said = (str(error) or "the memory of this machine is not enough").splitlines()[-1]
            self._leave(f"The network could not be trained: {said.rstrip('.')}.")
        if self.scored is None:
            return {}
        rows = json.loads((self.scored.folder / FOUND).read_text("ascii"))
        return {
            each.example.key: found_from_json(row)
            for each, row in zip(parts[0].kept, rows, strict=True)
        }

    def _leave(self, why: str) -> None:
        """Have none, for this reason."""
        self.scored = self.whole = None
        self.missing = f"{why} --base {self._base} was not used." if self._base else why


def _look(lessons: Sequence[Lesson]) -> int:
    """The steps between two looks at these documents: about an eighth of the time is for looks,
    a step taking some 0.03 seconds."""
    words = sum(len(each.sentence.words) for each in lessons[:TRIED_DOCUMENTS])
    return max(20, round(words / TAGGED * 8 / 0.03))
