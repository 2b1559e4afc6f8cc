"""Learning while people label: from what, when, what is found likely where, and what becomes of
faults."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from learners import InProcess, likely, step_through
from making import given, numbered
from suggesters import plug_words, until

from tonemark.corpus import queue
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.dropping import drop_annotator
from tonemark.corpus.intake import add_records
from tonemark.corpus.learnt import answers_stamp, was_tagged
from tonemark.corpus.produced import produced_at_fault
from tonemark.corpus.project import Project, read_project
from tonemark.corpus.records import GivenAnnotation
from tonemark.corpus.relabelling import relabel
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.suggester import learner_models, learner_run, learning, lessons, raw_text
from tonemark.suggester.learning import Learning
from tonemark.suggester.place import Place
from tonemark.suggester.starting import Suggester
from tonemark.suggester.tokenizing import Tokenizing
from tonemark.tui.page import labelling

NAMES = ["Asha", "Juma", "Bola", "Kemi", "Sola", "Tayo", "Ayo", "Ire"]
TAUGHT = [f"Rais {name} alisema leo" for name in NAMES]
NEW = ["Rais Wanjiru alisema jana", "Rais Okello alisema", "mwaka huu"]

Work = Callable[..., tuple[Store, Learning]]


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """No child process is started: what is asked of it is done here."""
    monkeypatch.setattr(learner_run, "Child", InProcess)
    InProcess.asked.clear()


@pytest.fixture
def work(project: Callable[..., Path]) -> Iterator[Work]:
    """Makes a project of which the first texts are answered, and its learning, not yet begun."""
    opened: list[tuple[Store, Learning]] = []

    def make(
        *texts: str, answered: int = 0, tokenizer: str = "general", toml: str = ""
    ) -> tuple[Store, Learning]:
        folder = project(*texts, tokenizer=tokenizer)
        set_up(folder, toml)
        store = Store(folder / STORE_FILE)
        for number in range(1, answered + 1):
            answer(store, number)
        opened.append((store, begun(store, print)))
        return opened[-1]

    yield make
    for store, made in opened:
        made.close()
        store.close()


def set_up(folder: Path, toml: str) -> None:
    """Change lines of a project's file: `name = value`, in the place of the one that it has."""
    path = folder / "project.toml"
    text = path.read_text(encoding="utf-8")
    for line in filter(None, toml.splitlines()):
        name = line.split(" = ")[0]
        before = next(each for each in text.splitlines() if each.startswith(f"{name} = "))
        text = text.replace(before, line)
    path.write_text(text, encoding="utf-8")


def begun(store: Store, note: Callable[[str], None]) -> Learning:
    project: Project = read_project(store.path.parent)
    return Learning(store, project, tokenizer_of(project, loads_code=False), note)


def name_in(text: str, label: str = "PER") -> tuple[Span, ...]:
    """The second word, where the first is Rais."""
    words = text.split()
    if words[0] != "Rais":
        return ()
    return (Span(5, 5 + len(words[1]), label),)


def answer(store: Store, number: int, said: GivenAnnotation | None = None) -> None:
    text = store.document(number).text
    with store.transaction() as db:
        queue.import_answer(db, "amina", number, said or given("amina", *name_in(text)))


def best(store: Store, number: int) -> list[str]:
    """What is more likely than not, in words."""
    text = store.document(number).text
    found = [each for each in likely(store, number) if each[3] > 0.5]
    return [f"{text[start:end]} {label}" for start, end, label, _ in found]


@pytest.mark.usefixtures("in_process")
def test_the_documents_that_come_next_have_what_is_likely(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    assert [best(store, number) for number in (9, 10, 11)] == [["Wanjiru PER"], ["Okello PER"], []]
    assert all(was_tagged(store, number) for number in (9, 10, 11))
    assert not any(was_tagged(store, number) for number in range(1, 9))
    assert made.finished == answers_stamp(store).newest
    assert made.said == "learnt from 8 documents"
    assert InProcess.asked == ["learn", "tag"]


@pytest.mark.usefixtures("in_process")
def test_with_few_documents_it_learns_after_each_answer(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=6)
    step_through(made)
    before = likely(store, 9)
    answer(store, 7)
    step_through(made)
    assert likely(store, 9) != before
    assert InProcess.asked == ["learn", "tag"] * 2
    assert made.learnt == 7
    assert "F1" in made.said, "how it would have done on the seventh"


@pytest.mark.usefixtures("in_process")
def test_later_it_learns_once_enough_is_new(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_models, "NEW", 0.5)
    store, made = work(*TAUGHT, *NEW, answered=4)
    for number in (5, 6, 7):
        step_through(made)
        assert made.finished == answers_stamp(store).newest
        answer(store, number)
    step_through(made)
    assert InProcess.asked.count("learn") == 2
    assert made.learnt == 6


@pytest.mark.usefixtures("in_process")
def test_once_pages_have_what_is_likely_raw_text_tells_of_words(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And again when there is twice as much of it."""
    monkeypatch.setattr(raw_text, "LEAST", 10)
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    assert InProcess.asked == ["learn", "tag", "words", "learn", "tag"]
    assert best(store, 9) == ["Wanjiru PER"]
    add_records(store, "b.txt", numbered(f"Habari {number}" for number in range(20)), Report())
    step_through(made)
    assert InProcess.asked[5:].count("words") == 1
    assert InProcess.asked[-2:] == ["tag", "tag"]


@pytest.mark.usefixtures("in_process")
def test_it_takes_a_share_of_a_processor(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=7)
    step_through(made)
    made._run._budget = -1000.0
    answer(store, 8)
    step_through(made)
    assert InProcess.asked.count("learn") == 1
    assert made.finished < answers_stamp(store).newest, "it rests"
    made._run._paid -= 4000.0
    step_through(made)
    assert InProcess.asked.count("learn") == 2


@pytest.mark.usefixtures("in_process")
def test_a_look_at_answers_reads_only_those_that_came(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, made = work(*TAUGHT, *NEW, answered=7)
    step_through(made)
    read: list[int] = []
    teaching = lessons.teaching
    monkeypatch.setattr(
        lessons, "teaching", lambda store, d: (read.append(d.number), teaching(store, d))[1]
    )
    answer(store, 8)
    answer(store, 3)
    step_through(made)
    assert sorted(read) == [3, 8]


@pytest.mark.usefixtures("in_process")
def test_it_learns_from_the_newest(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "DOCUMENTS", 4)
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    assert made.learnt <= 4, "one of each part"
    kept = {number for number, _ in made._lessons.lessons(None)}
    answer(store, 1, given("amina", *name_in(TAUGHT[0], "DATE")))
    step_through(made)
    now = {number for number, _ in made._lessons.lessons(None)}
    assert 1 in now
    assert len(now - kept) <= 1


def test_documents_for_evaluation_teach_nothing(work: Work, in_process: None) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8, toml="evaluation = 1.0")
    step_through(made)
    assert InProcess.asked == []
    assert made.finished == answers_stamp(store).newest


@pytest.mark.usefixtures("in_process")
def test_what_was_learnt_from_what_was_dropped_goes(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    assert likely(store, 9)
    drop_annotator(store, store.path.parent, "amina")
    step_through(made)
    assert likely(store, 9) == []
    assert not was_tagged(store, 9)
    assert made.said == ""


@pytest.mark.usefixtures("in_process")
def test_what_was_refused_later_goes(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=1)
    step_through(made)
    assert likely(store, 9)
    answer(store, 1, given("amina", answer="reject"))
    step_through(made)
    assert likely(store, 9) == []


@pytest.mark.usefixtures("in_process")
def test_labels_are_those_that_the_project_has(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    relabel(store, store.path.parent, "PER", "PERSON")
    made.use(read_project(store.path.parent), made.tokenizer)
    step_through(made)
    assert best(store, 9) == ["Wanjiru PERSON"]
    answer(store, 2, given("amina", *name_in(TAUGHT[1], "GONE")))
    step_through(made)
    assert {each[2] for each in likely(store, 9)} == {"PERSON"}


@pytest.mark.usefixtures("in_process")
def test_turned_off_it_takes_back_what_it_suggested(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    set_up(store.path.parent, "learner = false")
    made.use(read_project(store.path.parent), made.tokenizer)
    assert made.is_wanted()
    step_through(made)
    assert likely(store, 9) == []
    assert not made.is_wanted()


@pytest.mark.usefixtures("in_process")
def test_spans_that_overlap_are_learnt_where_the_project_allows_them(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, toml="overlapping = true")
    for number, text in enumerate(TAUGHT, 1):
        (name,) = name_in(text)
        answer(store, number, given("amina", name, Span(0, name.end, "DATE")))
    step_through(made)
    assert best(store, 9) == ["Rais Wanjiru DATE", "Wanjiru PER"]


def test_it_learns_on_tokens_of_other_code(work: Work, site: Path, in_process: None) -> None:
    plug_words(site)
    store, made = work(*TAUGHT, *NEW, answered=8, tokenizer="words")
    step_through(made)
    assert InProcess.asked == [], "there are no tokens yet"
    folder = store.path.parent
    tokenizing = Tokenizing(store, folder, made.tokenizer, lambda: None, lambda *_: None)  # type: ignore[arg-type]
    tokenizing.make_for_answers(3)
    try:
        while tokenizing.step():
            pass
    finally:
        tokenizing.close()
    step_through(made)
    assert best(store, 9) == ["Wanjiru PER"]
    assert made.learnt == 3, "the last ones, of which there are tokens"


@pytest.mark.usefixtures("in_process")
def test_a_damaged_document_holds_up_nobody(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    with store.transaction() as db:
        db.execute("UPDATE documents SET tokens = x'0100' WHERE id IN (1, 10)")
        db.execute("UPDATE annotations SET tokens = x'01' WHERE document = 2")
        db.execute("UPDATE documents SET text = x'ff' WHERE id = 11")
    step_through(made)
    assert made.learnt == 6
    assert best(store, 9) == ["Wanjiru PER"]
    count, first = produced_at_fault(store, "learner")
    assert count == 1
    assert "damaged" in first[0]
    assert made.trouble is None


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
    from tonemark.suggester.learner_worker import NICENESS

    return min(19, NICENESS)


FAULTY = """
import os, sys, time
from tonemark.suggester import learner_worker as it
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


# The suggester


def test_answers_at_the_screen_start_it_and_it_tells_what_it_has_learnt(
    project: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = project(*TAUGHT, *NEW, tokenizer="general")
    store = Store(folder / STORE_FILE)
    made = read_project(folder)
    desk = Desk(made, store, "amina", tokenizer_of(made, loads_code=False))
    desk.open_next()
    suggester = Suggester(folder)
    for text in TAUGHT:
        assert desk.page
        (sheet,) = desk.page.sheets
        if sheet.draft.suggestions:
            suggestions = sheet.draft.suggestions
            desk.page.perform([Edit(sheet.document.number, dropped=suggestions)])
        (name,) = name_in(text)
        desk.page.perform([labelling.label(sheet, name.start, name.end, "PER")])
        desk.answer("accept")
        suggester.tend()
    place = Place(folder)
    until(lambda: place.told().finished == answers_stamp(store).newest)
    assert place.told().learnt == 8
    assert place.told().learner.startswith("learnt from 8 documents")
    assert best(store, 10) == ["Okello PER"]
    os.kill(place.told().process, signal.SIGKILL)
    until(lambda: not place.is_taken())
    answer(store, 1, given("amina"))
    suggester.tend()
    until(lambda: place.told().finished == answers_stamp(store).newest)
    suggester.close()
    with contextlib.suppress(Exception):
        desk.close()
    store.close()
