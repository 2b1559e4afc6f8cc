"""The time that a training may take: what is kept of it, and what there is whenever it ends."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.spans import Span
from tonemark.tokenizers.base import Token
from tonemark.training import clock as clocks
from tonemark.training import learner_worker
from tonemark.training.clock import MOST_DRAG, Clock
from tonemark.training.learner.learning import Found, Learner, Sentence
from tonemark.training.learner_worker import FEW, LEARNER, TASK, WHOLE, part_file
from tonemark.training.lessons import ModelFound, lesson_of
from tonemark.training.material import Example
from tonemark.training.outcome import Step
from tonemark.training.parts import Split
from tonemark.training.train import _tried

NAMES = ("Asha", "Juma", "Neema", "Baraka", "Zuri", "Imani", "Tatu")


def told(step: Step) -> None:
    pass


@pytest.mark.parametrize(
    ("passed", "worked", "drag", "kept"),
    [
        (1.0, 1.0, 1.0, 2.0),
        (3.0, 1.0, 3.0, 6.0),
        (1.0, 2.0, 1.0, 2.0),  # threads
        (99.0, 1.0, MOST_DRAG, 10.0),  # a third of all at most
        (1.0, 0.01, 1.0, 2.0),  # too short to tell
    ],
)
def test_more_is_kept_where_the_machine_is_busy(
    monkeypatch: pytest.MonkeyPatch, passed: float, worked: float, drag: float, kept: float
) -> None:
    now = {"monotonic": 100.0, "process_time": 5.0}
    for name in now:
        monkeypatch.setattr(clocks.time, name, lambda name=name: now[name])
    clock = Clock(30.0, told, began=99.0)
    now["monotonic"] += passed
    now["process_time"] += worked
    clock.feel()
    assert (clock.drag, clock.kept(2.0)) == (drag, kept)
    assert clock.spent == pytest.approx(1.0 + passed), "what came before it counts"
    assert clock.end == 129.0


def task(folder: Path, documents: int, spans_from: int = 0) -> Path:
    """Documents with a name each, but for the first ones; a fourth of them is scored."""
    sentences: list[Any] = []
    for at in range(documents):
        words = [NAMES[at % 7], "yuko", "Lamu", str(at)]
        sentences.append([words, [[0, 1, "PER"]] if at >= spans_from else []])
    kept = list(range(0, documents, 4))
    others = [at for at in range(documents) if at % 4]
    every = list(range(documents))
    (folder / TASK).write_text(
        json.dumps(
            {
                "sentences": sentences, "learnt": every, "parts": [[others, kept], [kept, others]],
                "raw": [], "overlapping": False,
            }
        )
    )  # fmt: skip
    return folder


def found_in(folder: Path, part: int) -> list[Any]:
    found: list[Any] = json.loads((folder / part_file(part)).read_text())
    return found


def test_with_no_time_at_all_there_is_a_learner_and_what_it_found(tmp_path: Path) -> None:
    place = task(tmp_path, 800, spans_from=250)
    assert learner_worker.main(str(place), str(time.monotonic())) == 0
    learner = Learner.from_bytes((place / LEARNER).read_bytes())
    assert learner.labels == ("PER",)
    assert len(found_in(place, 0)) == FEW < 200
    assert not (place / WHOLE).exists()
    assert not (place / part_file(1)).exists()


def test_with_time_there_is_the_learner_of_all_and_all_parts_are_scored(tmp_path: Path) -> None:
    place = task(tmp_path, 40)
    assert learner_worker.main(str(place), str(time.monotonic() + 100)) == 0
    assert (place / WHOLE).exists()
    assert [len(found_in(place, part)) for part in (0, 1)] == [10, 30]


@pytest.mark.parametrize(("rate", "sizes"), [(0.0, [100]), (0.05, [100, 600]), (10.0, [100])])
def test_as_many_documents_teach_as_there_is_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rate: float, sizes: list[int]
) -> None:
    """`rate`: seconds that learning from a document takes here, of 36 that there are."""
    now = [1000.0]
    taught: list[int] = []

    def learn(sentences: list[Sentence], **how: Any) -> Learner:
        if not how.get("thorough"):
            taught.append(len(sentences))
        now[0] += rate * len(sentences)
        return real(sentences[:20], **how)

    real = learner_worker.learn
    monkeypatch.setattr(learner_worker, "learn", learn)
    monkeypatch.setattr(learner_worker.time, "monotonic", lambda: now[0])
    place = task(tmp_path, 800)
    learner_worker.main(str(place), "1036")
    assert taught[0] == sizes[0]
    assert len(taught) == len(sizes)
    assert taught[1:] == [pytest.approx(size, rel=0.35) for size in sizes[1:]]
    assert (place / LEARNER).exists()
    assert (place / WHOLE).exists() == (rate == 0.0)


def test_models_are_compared_on_what_the_learner_had_time_for() -> None:
    text = "Asha yuko"
    tokens = Token(0, 4), Token(5, 9)
    kept = tuple(
        lesson_of(Example(key, text, tokens, (Span(0, 4, "PER"),))) for key in ("one", "other")
    )
    found = ModelFound((Found(0, 1, "PER", 0.9),), (Found(0, 1, "PER", 0.9),))
    tried, _ = _tried([Split((), kept)], {"one": found}, {"one": found, "other": found}, False)
    assert {kind: len(scored) for kind, scored in tried.items()} == {
        "learner": 1, "network": 1, "joined": 1,
    }  # fmt: skip
