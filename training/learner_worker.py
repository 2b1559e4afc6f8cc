"""The process in which a training learns: `python -m tonemark.training.learner_worker FOLDER
UNTIL`. What it is at it tells in JSON, an object a line. In the folder it leaves the learner of all
documents, and what learners found in documents that had been kept from them: each file whole or not
at all, so that whoever has no more time takes what is there. `trials` is its parent.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tonemark.training.learner.learning import Learner, Sentence, learn, learn_words
from tonemark.training.pipeline.pooling import FAINT

TASK = "task.json"
"""What is to be learnt: `Task`."""

LEARNER = "learner"
"""The learner: a quick one first, or that of the first part, then the thorough one of all documents
in its place."""

WHOLE = "whole"
"""There once it is that."""

WORDS_SHARE, LEARNT_SHARE = 0.12, 0.35
"""The shares of the time that is left which words, and then each learning, may take."""

FEW = 400
"""Documents of which a learner is learnt quickly first, so that there is one whatever comes."""


def part_file(number: int) -> str:
    """The file of what was found in the documents of a part."""
    return f"part-{number}.json"


def main(folder: str, until: str) -> int:
    """Learn; the exit code."""
    place, end = Path(folder), float(until)
    task = json.loads((place / TASK).read_text("ascii"))
    sentences = [_sentence(each) for each in task["sentences"]]
    learnt, overlapping = task["learnt"], task["overlapping"]

    def stage(name: str) -> None:
        print(json.dumps({"stage": name}), flush=True)

    def left() -> float:
        return max(1.0, end - time.monotonic())

    chosen = [sentences[at] for at in learnt]
    if len(learnt) <= FEW:
        stage("the learner, quickly")
        _write(place / LEARNER, learn(chosen, overlapping=overlapping).to_bytes())
    stage("the words of all texts")
    words = learn_words(task["raw"], seconds=left() * WORDS_SHARE)

    def thorough(taught: Sequence[Sentence]) -> Learner:
        return learn(
            taught, words=words, overlapping=overlapping, thorough=True,
            seconds=left() * LEARNT_SHARE,
        )  # fmt: skip

    def try_part(number: int, learner: Learner) -> None:
        found = [_found(learner, sentences[at].words) for at in parts[number][1]]
        _write(place / part_file(number), json.dumps(found).encode("ascii"))

    def learn_part(number: int) -> Learner:
        stage(f"the learner, without part {number + 1} of {len(parts)}")
        return thorough([sentences[at] for at in parts[number][0]])

    parts = task["parts"]
    is_share = len(parts) == 1 and parts[0][0] == learnt
    taken = 0.0
    if parts and not is_share:
        # First what can be scored: more than half of all teaches nearly as much as all.
        began = time.monotonic()
        one = learn_part(0)
        try_part(0, one)
        _write(place / LEARNER, one.to_bytes())
        taken = time.monotonic() - began
    stage("the learner")
    whole = thorough(chosen)
    _write(place / LEARNER, whole.to_bytes())
    _write(place / WHOLE, b"")
    if is_share:
        try_part(0, whole)
    for number in range(1, len(parts)):
        if time.monotonic() + 1.3 * taken < end:
            try_part(number, learn_part(number))
    return 0


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
