"""The time that a training may take: what is kept of it, and what there is whenever it ends."""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.spans import Span
from tonemark.tokenizers.base import Token
from tonemark.training import clock as clocks
from tonemark.training import learner_worker
from tonemark.training.clock import MOST_DRAG, Clock
from tonemark.training.learner.learning import (
    Found,
    Learner,
    Sentence,
    learn,
    quick_seconds,
    thorough_seconds,
)
from tonemark.training.learner_worker import (
    FEW,
    LEARNER,
    RICHER,
    TASK,
    WHOLE,
    part_file,
    restored,
)
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


def left_in(folder: Path) -> tuple[Learner, tuple[int, ...]]:
    """The learner that was left, and the documents that taught it."""
    return restored((folder / LEARNER).read_bytes())


def test_with_no_time_at_all_there_is_a_learner_and_what_it_found(tmp_path: Path) -> None:
    place = task(tmp_path, 800, spans_from=250)
    assert learner_worker.main(str(place), str(time.monotonic())) == 0
    learner, documents = left_in(place)
    assert learner.labels == ("PER",)
    assert documents == tuple(at for at in range(251) if at % 4), "up to the first with a span"
    assert len(found_in(place, 0)) == FEW < 200
    assert not (place / WHOLE).exists()
    assert not (place / part_file(1)).exists()


def test_with_time_there_is_the_learner_of_all_and_all_parts_are_scored(tmp_path: Path) -> None:
    place = task(tmp_path, 40)
    assert learner_worker.main(str(place), str(time.monotonic() + 100)) == 0
    assert (place / WHOLE).exists()
    assert left_in(place)[1] == tuple(range(40))
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
    assert len(left_in(place)[1]) == (800 if rate == 0.0 else taught[-1])
    assert (place / WHOLE).exists() == (rate == 0.0)


def labelled_by_number(sentences: list[Sentence], **how: Any) -> Learner:
    """A learner whose label says how many documents taught it."""
    return learn([Sentence(("Asha", "yuko"), ((0, 1, f"BY{len(sentences)}"),))])


@pytest.mark.parametrize(("times", "thorough"), [(10, False), (36, True)])
def test_a_learner_of_all_is_whole_once_it_is_thorough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, thorough: bool
) -> None:
    """`times` as long as learning quickly from all takes there is for everything: too little to
    learn thoroughly with the share that is for that, and in the end enough or not."""
    now = [1000.0]

    def learn_slowly(sentences: list[Sentence], **how: Any) -> Learner:
        spent = quick_seconds(sentences)
        if how.get("thorough"):
            slowly = thorough_seconds(sentences)
            spent = RICHER * (slowly if slowly <= how["seconds"] else spent)
        now[0] += spent
        return labelled_by_number(sentences)

    monkeypatch.setattr(learner_worker, "learn", learn_slowly)
    monkeypatch.setattr(learner_worker.time, "monotonic", lambda: now[0])
    place = task(tmp_path, 800)
    every = [Sentence(*each) for each in json.loads((place / TASK).read_text())["sentences"]]
    learner_worker.main(str(place), str(1000 + times * quick_seconds(every)))
    assert left_in(place)[1] == tuple(range(800))
    assert (place / WHOLE).exists() == thorough


@pytest.mark.parametrize("writes", range(7))
def test_whenever_it_ends_a_learner_stands_beside_its_own_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    left = [writes]

    def replace(part: Path, path: Path) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        os.rename(part, path)

    monkeypatch.setattr(learner_worker, "learn", labelled_by_number)
    monkeypatch.setattr(learner_worker.os, "replace", replace)
    place = task(tmp_path, 200)
    with suppress(KeyboardInterrupt):
        learner_worker.main(str(place), str(time.monotonic() + 100))
    if writes:
        learner, documents = left_in(place)
        assert learner.labels == (f"BY{len(documents)}",)
        assert len(documents) == (200 if writes > 4 else 150 if writes > 2 else 100)
    assert (place / WHOLE).exists() == (writes > 5)


TOKENS = Token(0, 4), Token(5, 9)
KEPT = tuple(
    lesson_of(Example(key, "Asha yuko", TOKENS, (Span(0, 4, "PER"),))) for key in ("one", "other")
)
FOUND = ModelFound((Found(0, 1, "PER", 0.9),), (Found(0, 1, "PER", 0.9),))


def test_models_are_compared_on_what_the_learner_had_time_for() -> None:
    tried, _ = _tried([Split((), KEPT)], {"one": FOUND}, {"one": FOUND, "other": FOUND}, False)
    assert {kind: len(scored) for kind, scored in tried.items()} == {
        "learner": 1, "network": 1, "joined": 1,
    }  # fmt: skip


@pytest.mark.parametrize(("network", "scored"), [({"one": FOUND}, 1), ({}, 2)])
def test_a_learner_alone_is_tried_on_all_parts(network: Any, scored: int) -> None:
    parts = [Split((), KEPT[:1]), Split((), KEPT[1:])]
    tried, _ = _tried(parts, {"one": FOUND, "other": FOUND}, network, False)
    assert len(tried["learner"]) == scored
