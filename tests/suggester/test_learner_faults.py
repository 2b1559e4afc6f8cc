"""What becomes of the learner when something fails: its child, the disk, the tokenizer."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from learners import NEW, TAUGHT, InProcess, Work, answer, best, likely, step_through
from making import given
from suggesters import DEADLINE, plug_words, until

from tonemark.corpus.learnt import answers_stamp, was_tagged
from tonemark.corpus.produced import produced_at_fault
from tonemark.corpus.project import read_project
from tonemark.corpus.relabelling.project import relabel
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.uncertain import is_of_lot
from tonemark.errors import TonemarkError
from tonemark.suggester.children import ChildEnded
from tonemark.suggester.learner import learning
from tonemark.suggester.learner import run as learner_run
from tonemark.suggester.place import Place

# The child process itself


def test_what_learns_is_a_process_of_low_priority_and_loads_little(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    assert best(store, 9) == ["Wanjiru PER"]
    assert made._run.child
    process = made._run.child._process.pid
    assert os.getpriority(os.PRIO_PROCESS, process) >= learning_niceness()
    maps = Path(f"/proc/{process}/maps")
    if maps.exists():
        assert "spacy" not in maps.read_text()


def learning_niceness() -> int:
    from tonemark.suggester.learner.worker import NICENESS

    return min(19, NICENESS)


FAULTY = """
import os, sys, time
from tonemark.suggester.learner import worker as it
learn, likely = it.learn, it.Learner.likely

def learning(sentences, **more):
    if any("hangs" in each.words for each in sentences):
        while True: pass
    if any("crashes" in each.words for each in sentences):
        os.abort()
    if any("raises" in each.words for each in sentences):
        raise RuntimeError("it is odd")
    return learn(sentences, **more)

def looking(self, words, least):
    if "evil" in words:
        os.abort()
    if "odd" in words:
        raise RuntimeError("it is odd")
    return likely(self, words, least)

it.learn = learning
it.Learner.likely = looking
it.main(*sys.argv[1:])
"""


@pytest.fixture
def faulty(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that fails at some words; it rests for a moment only."""
    (site / "tests_faulty_learner.py").write_text(FAULTY, encoding="utf-8")
    monkeypatch.setattr(learner_run, "MODULE", "tests_faulty_learner")
    monkeypatch.setattr(learning, "TRAINING", 0.2)
    monkeypatch.setattr(learner_run, "PAUSE", 0.05)


@pytest.mark.parametrize("how", ["hangs", "crashes", "raises"])
def test_a_child_that_fails_is_told_of_and_not_tried_at_once_again(
    how: str, work: Work, faulty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learner_run, "PAUSE", 1000.0)
    store, made = work(*TAUGHT, f"Rais Ade {how}", *NEW, answered=9)
    step_through(made)
    assert made.trouble
    assert "suggests nothing new" in made.trouble.title
    assert made._run.child is None
    assert not made.step()
    assert made._run.child is None
    answer(store, 9, given("amina", answer="ignore"))
    made._run._after = 0.0
    step_through(made)
    assert made.trouble is None
    assert best(store, 10) == ["Wanjiru PER"]


def test_documents_at_which_it_fails_are_passed_over(work: Work, faulty: None) -> None:
    """A crash takes the others along: they are looked at one by one."""
    store, made = work(*TAUGHT, "Rais evil", "Rais odd", *NEW, answered=8)
    until(lambda: not made.step() and made.finished)
    assert best(store, 11) == ["Wanjiru PER"]
    count, first = produced_at_fault(store, "learner")
    assert count == 2
    assert [("crashed" in each, "it is odd" in each) for each in first] == [
        (True, False), (False, True),
    ]  # fmt: skip


def test_a_child_that_was_killed_is_made_anew(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_run, "PAUSE", 0.05)
    store, made = work(*TAUGHT, *NEW, answered=7)
    step_through(made)
    assert made._run.child
    made._run.child._process.kill()
    answer(store, 8)
    before = likely(store, 9)
    until(lambda: not made.step() and made.finished == answers_stamp(store).newest)
    assert likely(store, 9) != before


class Ending(InProcess):
    """A child that ends at a text with the word evil, at looks of one kind."""

    at = ""

    def answer(self, wait: float) -> bytes | None:
        if self._request["do"] == self.at:
            for words in self._request["texts"]:
                if "evil" in words:
                    raise ChildEnded("it crashed (signal 6)")
        return super().answer(wait)


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("at", ["tag", "doubt"])
@pytest.mark.parametrize("place", [0, 4, 9])
def test_the_one_text_at_which_it_ends_is_found_wherever_it_stands(
    at: str, place: int, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It costs two ends of the child, and the others have what they would have without it."""
    monkeypatch.setattr(Ending, "at", at)
    monkeypatch.setattr(learner_run, "Child", Ending)
    monkeypatch.setattr(learner_run, "PAUSE", 0.0)
    texts = [text for n in range(99) if not is_of_lot(text := f"Rais Ade {n} alikuja", {}, 0)][:10]
    texts[place] = next(text for n in range(99) if not is_of_lot(text := f"Rais evil {n}", {}, 0))
    store, made = work(*TAUGHT, *texts, answered=8, toml='order = "uncertain"')
    step_through(made)
    assert made.finished == answers_stamp(store).newest
    asked = [each for each in InProcess.requests if each["do"] == at]
    assert InProcess.asked.count("learn") == 3
    assert [len(each["texts"]) for each in asked[1 : place + 2]] == [1] * (place + 1)
    numbers = range(9, 19)
    evil = 9 + place
    if at == "tag":
        assert [n for n in numbers if not likely(store, n)] == [evil]
        count, first = produced_at_fault(store, "learner")
        assert count == 1
        assert "crashed" in first[0]
    doubts = dict(store.db.execute("SELECT document, doubt FROM pool WHERE NOT lot"))
    assert {*doubts} == {*numbers}
    assert [n for n in numbers if doubts[n] is None] == ([evil] if at == "doubt" else [])


@pytest.mark.usefixtures("in_process")
def test_a_text_at_which_it_ended_is_tried_again_once_all_is_begun_anew(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ending, "at", "doubt")
    monkeypatch.setattr(learner_run, "Child", Ending)
    monkeypatch.setattr(learner_run, "PAUSE", 0.0)
    evil = next(text for n in range(99) if not is_of_lot(text := f"Rais evil {n}", {}, 0))
    store, made = work(*TAUGHT, evil, *NEW, answered=8, toml='order = "uncertain"')
    step_through(made)
    query = "SELECT doubt FROM pool WHERE document = 9"
    assert store.db.execute(query).fetchone() == (None,)
    monkeypatch.setattr(Ending, "at", "")
    relabel(store, store.path.parent, "PER", "PERSON")
    made.use(read_project(store.path.parent), made.tokenizer)
    step_through(made)
    assert store.db.execute(query).fetchone() != (None,)


# Its share of a processor


def test_a_training_that_was_ended_is_counted(
    work: Work, faulty: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learner_run, "PAUSE", 1000.0)
    _, made = work("Rais Ade hangs", *TAUGHT, answered=8)
    step_through(made)
    assert made.trouble
    assert made._run._budget == pytest.approx(learner_run.BURST - 2 * learning.TRAINING)


def test_what_ended_at_once_is_not_counted_as_if_it_had_taken_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Ending, "at", "tag")
    monkeypatch.setattr(learner_run, "Child", Ending)
    run: learner_run.LearnerRun[str] = learner_run.LearnerRun(print)
    run.ask("look", "tag", 1e6, texts=[["evil"]])
    heard = run.heard()
    assert heard
    assert heard.fault
    assert learner_run.BURST - DEADLINE < run._budget < learner_run.BURST


# The disk, and the tokenizer


@pytest.mark.usefixtures("in_process")
def test_on_a_full_disk_nothing_that_was_found_is_lost(work: Work) -> None:
    long = [f"Rais Wanjiru {n} alisema leo " * 150 for n in range(3)]
    store, made = work(*TAUGHT, *long, answered=8)
    until(lambda: made.step() and InProcess.asked[-1:] == ["tag"])
    store.db.execute("PRAGMA max_page_count = 1")
    for _ in range(2):
        with pytest.raises(TonemarkError, match="full"):
            made.step()
    assert not was_tagged(store, 9)
    store.db.execute("PRAGMA max_page_count = 1000000")
    step_through(made)
    assert all(len(likely(store, number)) >= 150 for number in (9, 10, 11))
    assert made.trouble is None


def test_answers_that_came_with_files_teach_and_a_tokenizer_that_vanished_ends_nothing(
    project: Callable[..., Path], site: Path, started: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """Nobody gets the answered ones any more, and yet their tokens are made; with those that are
    there it goes on."""
    plug_words(site)
    folder = project(*TAUGHT, *NEW)
    place = Place(folder)
    store = Store(folder / STORE_FILE)
    for number in range(1, 9):
        answer(store, number)
    started(folder)
    until(lambda: place.told().finished == answers_stamp(store).newest)
    assert place.told().learnt == 8
    assert best(store, 9) == ["Wanjiru PER"]
    before = likely(store, 10)
    shutil.rmtree(site)
    until(lambda: "words" in place.told().fault)
    answer(store, 9)
    until(lambda: place.told().finished == answers_stamp(store).newest)
    assert place.told().learnt == 9
    assert likely(store, 10) != before
    assert "words" in place.told().fault
    store.close()
