"""Learning while people label: from what, when, what is found likely where."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from learners import (
    NEW,
    TAUGHT,
    InProcess,
    Work,
    answer,
    best,
    likely,
    name_in,
    set_up,
    step_through,
)
from making import given, numbered
from suggesters import plug_words, until

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.dropping import drop_annotator
from tonemark.corpus.intake import add_records
from tonemark.corpus.learnt import answers_stamp, was_tagged
from tonemark.corpus.produced import produced_at_fault
from tonemark.corpus.project import read_project
from tonemark.corpus.relabelling.project import relabel
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.suggester.learner import learning, lessons, looking, raw_text
from tonemark.suggester.learner import models as learner_models
from tonemark.suggester.learner.lessons import same_text
from tonemark.suggester.place import Place
from tonemark.suggester.starting import Suggester
from tonemark.suggester.tokenizing import Tokenizing
from tonemark.tokenizers.base import Token
from tonemark.tui.page import labelling


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
    kept = {lesson.text for lesson in made._lessons.lessons(None)}
    answer(store, 1, given("amina", *name_in(TAUGHT[0], "DATE")))
    step_through(made)
    now = {lesson.text for lesson in made._lessons.lessons(None)}
    assert same_text(TAUGHT[0]) in now
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


# What was answered, by whom; how many documents are scored, and that as it is at least.
SCORED: dict[str, tuple[int, list[tuple[str, int]], int]] = {
    "nothing": (1, [], 0),
    "two new ones": (1, [("amina", 6), ("amina", 7)], 2),
    "what it had learnt from, said again": (1, [("amina", 1), ("amina", 2)], 0),
    "a text that it had learnt from": (1, [("amina", 12)], 0),
    "a new one, said again": (1, [("amina", 6), ("amina", 6)], 1),
    "others, some of the same": (2, [("bello", 1), ("amina", 6), ("bello", 2), ("amina", 7)], 7),
}


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("case", SCORED)
def test_each_text_is_scored_once_by_a_learner_that_was_not_given_it(case: str, work: Work) -> None:
    """Where several answer, by that which never is given any of its part: the first ones too."""
    overlap, answered, count = SCORED[case]
    store, made = work(*TAUGHT, *NEW, TAUGHT[0].upper(), answered=5, toml=f"overlap = {overlap}")
    step_through(made)
    for name, number in answered:
        answer(store, number, given(name, *name_in(TAUGHT[number % len(TAUGHT) - 1])))
        step_through(made)
    learnt = [each for each in InProcess.requests if each["do"] == "learn"]
    given_before: dict[object, set[str]] = {}
    scored: list[str] = []
    for each in learnt:
        new = [" ".join(words).lower() for words, _ in each["new"]]
        assert not given_before.get(each["without"], set()) & {*new}
        given_before[each["without"]] = {" ".join(words).lower() for words, _ in each["sentences"]}
        scored += new
    assert len(scored) == len(set(scored)) == len(made._scores)
    assert len(scored) == count if overlap == 1 else 0 < len(scored) <= count


@pytest.mark.usefixtures("in_process")
def test_an_answer_that_does_not_lie_in_its_text_teaches_nothing(work: Work) -> None:
    store, made = work(*TAUGHT, *NEW, answered=8)
    with store.transaction() as db:
        db.execute(
            "UPDATE spans SET start_char = -5 WHERE annotation IN"
            " (SELECT id FROM annotations WHERE document = 3)"
        )
    step_through(made)
    assert made.learnt == 7


@pytest.mark.usefixtures("in_process")
@pytest.mark.parametrize("order", ["given", "uncertain"])
def test_what_takes_long_to_read_is_read_a_document_at_a_time(
    order: str, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "TURN", -1.0)
    texts = [f"Rais Wanjiru {number}" for number in range(30)]
    store, made = work(*TAUGHT, *texts, answered=8, toml=f'order = "{order}"')
    step_through(made)
    looks = [each["texts"] for each in InProcess.requests if each["do"] in ("tag", "doubt")]
    assert [len(each) for each in looks] == [1] * len(looks)
    found = ("SELECT count(*) FROM produced", "SELECT count(*) FROM pool WHERE doubt NOT NULL")
    counts = [store.db.execute(query).fetchone()[0] for query in found[: len({"given", order})]]
    assert sum(counts) == len(looks)
    assert made.finished == answers_stamp(store).newest


@pytest.mark.usefixtures("in_process")
def test_the_store_is_held_for_few_suggestions_at_once(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "ROWS", 3)
    written: list[list[int]] = []
    put = looking.put_likely

    def noted(store: Store, producer: int | None, found: Any, *, opened: bool) -> int:
        written.append([len(each.suggestions) for each in found])
        return put(store, producer, found, opened=opened)

    monkeypatch.setattr(looking, "put_likely", noted)
    texts = [f"Rais {name} na Rais {name} na Rais {name}" for name in ("Ade", "Femi", "Musa")]
    store, made = work(*TAUGHT, *texts, *NEW, answered=8)
    step_through(made)
    assert InProcess.asked == ["learn", "tag"]
    assert sum(map(len, written)) == len(texts) + len(NEW)
    assert all(len(each) == 1 or sum(each) <= 3 for each in written)
    assert len(written) > 3
    assert all(was_tagged(store, number) for number in range(9, 15))


@pytest.mark.usefixtures("in_process")
def test_nothing_is_kept_that_neither_shows_nor_is_a_place_to_look_at() -> None:
    tokens = tuple(Token(*each) for each in ((0, 4), (5, 9), (10, 14)))
    answers = [(0, 1, "PER", 0.3), (0, 2, "PER", 0.2), (1, 2, "LOC", 0.1), (2, 3, "PER", 0.9),
               (1, 3, "LOC", 0.65), (2, 3, "LOC", 0.06)]  # fmt: skip
    (made,) = looking.found_in(looking.Looking({1: tokens}), [answers])
    kept = [(each.start, each.end, each.label) for each in made.suggestions]
    assert kept == [
        (0, 4, "PER"), (5, 9, "LOC"), (10, 14, "PER"), (5, 14, "LOC"), (10, 14, "LOC"),
    ]  # fmt: skip


def test_raw_text_is_counted_once_a_change(work: Work, site: Path) -> None:
    plug_words(site)
    store, made = work(*TAUGHT, tokenizer="words")
    raw = raw_text.RawText(store)
    asked: list[str] = []
    store.db.set_trace_callback(asked.append)
    for number in (1, 2):
        for _ in range(3):
            raw.look(made.tokenizer)
        assert sum("FROM tokenized" in each for each in asked) == number
        store.set_preference("amina", "tutor", f"away {number}")
    store.db.set_trace_callback(None)


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
