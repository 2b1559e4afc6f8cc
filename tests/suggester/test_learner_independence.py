"""Promise 5 and the learner: what it finds likely in a document is as if nobody else had answered
it, or one with an equal text."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from learners import InProcess, likely, step_through

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.pieces import PIECE
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Answer, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.suggester.learner import run as learner_run
from tonemark.suggester.learner.learning import Learning
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training.material import part_of
from tonemark.tui.page import labelling


def piece(of: str, offset: int) -> dict[str, object]:
    return {PIECE: {"of": of, "offset": offset, "length": 100}}


# Equal ones: 1 and 3, but for case and white space 4; 5 is a piece of another text, and equal too.
RECORDS: list[tuple[str, dict[str, object]]] = [
    ("Juma na Asha", {}),
    ("Kano leo Rais", {}),
    ("Juma na Asha", {}),
    ("juma  na asha", {}),
    ("Juma na Asha", piece("book:1", 0)),
    ("Asha leo Kano", piece("book:1", 20)),
    ("Rais Juma leo", {}),
    ("leo Kano Asha", {}),
]
EQUAL = {1, 3, 4, 5}
DIFFERENT = [number for number in range(1, len(RECORDS) + 1) if number not in EQUAL]
LABELS = ("PER", "LOC")
REVIEWER = "rosa"

Labels = tuple[str | None, ...]
Work = tuple[str, int, Answer, Labels]
"""Who answers which document, how, and with what label on each of its tokens; what the reviewer
says becomes gold."""


class Team:
    """Annotators at one project, and its learner, which has done all it can after each answer."""

    def __init__(self, folder: Path, overlap: int) -> None:
        self.project = create_project(folder, language="sw", labels=LABELS, overlap=overlap)
        create_store(folder / STORE_FILE)
        self.store = Store(folder / STORE_FILE)
        records = (Record(n, n, text, meta=meta) for n, (text, meta) in enumerate(RECORDS, 1))
        add_records(self.store, "texts", records, Report())
        self.tokenizer = load_tokenizer("general")
        self.learning = Learning(self.store, self.project, self.tokenizer, print)
        self.desks: dict[str, Desk] = {}

    def answer(self, work: Work) -> None:
        name, number, answer, labels = work
        if name == REVIEWER:
            text = RECORDS[number - 1][0]
            spans = zip(self.tokenizer.tokenize(text), labels, strict=False)
            found = tuple(Span(*token, label) for token, label in spans if label)
            with self.store.transaction() as db:
                write_gold(db, Gold(number, REVIEWER, answer, found))
        else:
            if name not in self.desks:
                self.desks[name] = Desk(self.project, self.store, name, self.tokenizer)
            desk = self.desks[name]
            page = desk.open_document(number)
            assert page
            (sheet,) = page.sheets
            draft = sheet.draft
            if draft.stretches():
                page.perform([Edit(number, removed=draft.spans, dropped=draft.suggestions)])
            for token, label in zip(sheet.tokens, labels, strict=False):
                if label:
                    page.perform([labelling.label(sheet, *token, label)])
            desk.answer(answer)
            desk.close()
        step_through(self.learning)

    def close(self) -> None:
        self.learning.close()
        self.store.close()


@pytest.fixture(autouse=True)
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learner_run, "Child", InProcess)


def found_after(overlap: int, done: Sequence[Work], document: int) -> list[object]:
    with tempfile.TemporaryDirectory() as name:
        team = Team(Path(name) / "p", overlap)
        try:
            for work in done:
                team.answer(work)
            return likely(team.store, document)
        finally:
            team.close()


labels_given = st.lists(st.sampled_from([None, *LABELS]), min_size=3, max_size=3).map(tuple)
answers = st.sampled_from(["accept", "accept", "accept", "reject", "ignore"])
there = st.tuples(st.sampled_from(["bello", "chidi", REVIEWER]), st.sampled_from(sorted(EQUAL)))
elsewhere = st.tuples(
    st.sampled_from(["amina", "bello", "chidi", REVIEWER]), st.sampled_from(DIFFERENT)
)
works = st.lists(
    st.tuples(there | elsewhere, answers, labels_given).map(lambda each: (*each[0], *each[1:])),
    max_size=8,
)


@settings(max_examples=20, deadline=None)
@given(works, st.sampled_from(sorted(EQUAL)))
def test_where_several_answer_it_is_as_if_nobody_had_there(done: list[Work], document: int) -> None:
    known = [work for work in done if work[1] not in EQUAL]
    assert found_after(4, done, document) == found_after(4, known, document)


@settings(max_examples=20, deadline=None)
@given(
    works,
    works,
    st.sampled_from(sorted(EQUAL)),
    st.lists(labels_given, min_size=2, max_size=2, unique=True),
)
def test_where_one_answers_each_what_he_said_changes_nothing_on_an_equal_text(
    before: list[Work], after: list[Work], answered: int, said: list[Labels]
) -> None:
    """That it was answered may tell: nothing new is found there from then on."""
    others = [
        [work for work in works_done if work[1] not in EQUAL and work[0] != REVIEWER]
        for works_done in (before, after)
    ]
    found = []
    for labels in said:
        done = [*others[0], ("bello", answered, "accept", labels), *others[1]]
        with tempfile.TemporaryDirectory() as name:
            team = Team(Path(name) / "p", 1)
            try:
                for work in done:
                    team.answer(work)
                found.append([likely(team.store, each) for each in sorted(EQUAL)])
            finally:
                team.close()
    assert found[0] == found[1]


PER, LOC = (None, "PER", None), (None, None, "LOC")
PART = part_of(RECORDS[0][0])

# What was done, how many are to answer each, and whether anything is found in the first document.
CASES: dict[str, tuple[int, list[Work], bool]] = {
    "nothing": (4, [], False),
    "another answered another": (4, [("bello", 2, "accept", PER)], True),
    "so with one answer each": (1, [("bello", 2, "accept", PER)], True),
    "another answered it": (4, [("bello", 1, "accept", PER)], False),
    "another answered an equal one": (4, [("bello", 3, "accept", PER)], False),
    "but for its case": (4, [("bello", 4, "accept", PER)], False),
    "a piece that is equal": (4, [("bello", 5, "accept", PER)], False),
    "gold of an equal one": (4, [(REVIEWER, 3, "accept", PER)], False),
    "an equal one, with one answer each": (1, [("bello", 3, "accept", PER)], False),
    "but for its case, with one answer each": (1, [("bello", 4, "accept", PER)], False),
    "a piece that is equal, with one answer each": (1, [("bello", 5, "accept", PER)], False),
    "gold of an equal one, with one answer each": (1, [(REVIEWER, 3, "accept", PER)], False),
    "another answered it, and another": (
        4, [("bello", 1, "accept", LOC), ("chidi", 2, "accept", PER)], True,
    ),
    "nothing was accepted": (
        4, [("bello", 2, "reject", PER), ("bello", 7, "ignore", PER)], False,
    ),
    "gold refused what was accepted": (
        4, [("bello", 2, "accept", PER), (REVIEWER, 2, "reject", PER)], False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_reaches_a_document(case: str) -> None:
    overlap, done, is_found = CASES[case]
    assert bool(found_after(overlap, done, 1)) == is_found


def test_the_documents_here_are_of_more_than_one_part() -> None:
    assert {part_of(RECORDS[n - 1][0]) for n in DIFFERENT} - {PART}
    assert len({part_of(RECORDS[n - 1][0]) for n in EQUAL}) == 1
