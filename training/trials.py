"""The learner in a process of its own: of all documents, and of parts of them, to see what it finds
in the others. `learner_worker` is its other end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tonemark.training.learner.learning import Found, Learner
from tonemark.training.learner_worker import LEARNER, TASK, WHOLE, part_file, restored
from tonemark.training.lessons import Lesson, Lessons, ModelFound
from tonemark.training.parts import Split
from tonemark.training.workers import Worker, WorkerFailed

MODULE = "tonemark.training.learner_worker"


def write_task(
    folder: Path,
    lessons: Lessons,
    parts: Sequence[Split],
    raw: Iterable[tuple[str, ...]],
    *,
    overlapping: bool,
) -> None:
    """Make the folder with what is to be learnt, and what is to be found by which learner."""
    folder.mkdir()
    every = (*lessons.train, *lessons.evaluation)
    number = {each.example.key: at for at, each in enumerate(every)}

    def numbers(found: Sequence[Lesson]) -> list[int]:
        return [number[each.example.key] for each in found]

    task: dict[str, Any] = {
        "sentences": [each.sentence for each in every],
        "learnt": numbers(lessons.train),
        "parts": [[numbers(split.learnt), numbers(split.kept)] for split in parts],
        "raw": list(raw),
        "overlapping": overlapping,
    }
    (folder / TASK).write_text(json.dumps(task), encoding="ascii")


def has_learnt(worker: Worker) -> bool:
    """Whether there is a learner."""
    return (worker.folder / LEARNER).exists()


def has_learnt_all(worker: Worker) -> bool:
    """Whether that has learnt from all documents, thoroughly."""
    return (worker.folder / WHOLE).exists()


def learner_of(worker: Worker, lessons: Lessons) -> tuple[Learner, tuple[Lesson, ...]]:
    """The learner that a process has left, and those of the lessons that taught it. Raises
    WorkerFailed where there is none, and MemoryError where the system ended the process, as it does
    where memory runs out."""
    try:
        learner, documents = restored((worker.folder / LEARNER).read_bytes())
    except FileNotFoundError:
        worker.check()
        raise WorkerFailed("it ended and left nothing") from None
    return learner, tuple(lessons.train[number] for number in documents)


def found_by(worker: Worker, parts: Sequence[Split]) -> dict[str, ModelFound]:
    """What it has found in the documents that were kept, by their keys, as far as it came."""
    found: dict[str, ModelFound] = {}
    for number, split in enumerate(parts):
        with suppress(FileNotFoundError):
            rows = json.loads((worker.folder / part_file(number)).read_text("ascii"))
            for lesson, row in zip(split.kept, rows, strict=False):
                found[lesson.example.key] = found_from_json(row)
    return found


def found_from_json(row: Any) -> ModelFound:
    """What a process wrote of a document."""
    return ModelFound(*(tuple(Found(*each) for each in found) for found in row))
