"""A reviewer at work over documents, processes and faults: a real store, real journals."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.making import given
from tests.reviewing import (
    ASHA,
    KISUMU,
    KISUMU_ORG,
    keys_in_turn,
    review,
    settle,
)

from tonemark.corpus import queue
from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld
from tonemark.corpus.progress import progress
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.reviews import Counts, Wanted, counts
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.review.catching_up import catch_up_wholly
from tonemark.review.decisions import decided_answer, undecided
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(), ["label", "boundary", "presence", "answers"]),
        (Wanted(everything=True), ["agreed", "label", "boundary", "presence", "answers"]),
        (Wanted(kinds=("label", "answers")), ["label", "answers"]),
        (Wanted(label="ORG"), ["label"]),
        (Wanted(label="PER"), ["boundary", "presence"]),
        (Wanted(annotator="juma"), ["label", "boundary", "presence", "answers"]),
        (Wanted(annotator="sami"), []),
        (Wanted(largest=True), ["presence", "label", "boundary", "answers"]),
        (Wanted(kinds=("tokens",)), []),
    ],
)
def test_documents_come_as_they_are_wanted(
    folder: Path, wanted: Wanted, expected: list[str]
) -> None:
    desk = review(folder, wanted=wanted)
    assert keys_in_turn(desk) == expected
    assert desk.waiting() == 0
    for key in expected:
        assert gold_of(desk.store, desk.store.number_of(key)).reviewer == "rosa"
    desk.close()


def test_what_is_settled_becomes_gold(folder: Path) -> None:
    desk = review(folder)
    desk.open_next()
    assert desk.waiting() == 4
    assert counts(desk.store) == Counts(
        5, 4, 0, {"label": 1, "boundary": 1, "presence": 1, "tokens": 0, "answers": 1}
    )
    settle(desk, row=1)
    desk.answer("accept")
    gold = gold_of(desk.store, 2)
    assert gold.spans == (KISUMU_ORG,)
    assert gold.answer == "accept"
    assert gold.revision == 1
    assert gold.decisions == (Decision(15, 21, "juma"),)
    assert gold.cites == (("amina", 1), ("juma", 1))
    assert gold.by_person
    assert [a.annotator for a in annotations_of(desk.store, 2)] == ["amina", "juma"]
    assert [a.name for a in progress(desk.store).annotators] == ["amina", "juma"]
    settle(desk, row=0)
    desk.answer("reject")
    assert gold_of(desk.store, 3).answer == "reject"
    desk.close()


def test_answers_that_differ_are_decided(folder: Path) -> None:
    desk = review(folder, wanted=Wanted(kinds=("answers",)))
    desk.open_next()
    settle(desk, row=1)
    desk.answer("accept")
    gold = gold_of(desk.store, 5)
    assert gold.answer == "reject"
    assert gold.decisions == (Decision(0, 0, "juma:reject"),)
    desk.close()


def test_a_killed_reviewer_comes_back_to_the_same_decisions(folder: Path) -> None:
    first = review(folder)
    first.open_next()
    settle(first)
    before = first.page.sheets[0].draft
    again = review(folder)
    with pytest.raises(ClaimHeld):
        again.open_next()
    again.take_over()
    assert again.page.sheets[0].draft == before
    again.page.undo()
    assert again.page.sheets[0].draft.decisions == ()
    again.close()
    again.store.close()
    first.store.close()


def test_back_and_undo_behind_an_answer(folder: Path) -> None:
    desk = review(folder)
    desk.open_next()
    settle(desk)
    desk.answer("accept")
    desk.back()
    assert desk.page.sheets[0].document.key == "label"
    assert desk.page.untouched
    desk.page.undo()
    settle(desk, row=1)
    desk.answer("accept")
    gold = gold_of(desk.store, 2)
    assert gold.revision == 2
    assert gold.spans == (KISUMU_ORG,)
    desk.close()


@pytest.mark.parametrize("number", [1, 5])
def test_a_text_that_she_refuses_can_be_taken_back(folder: Path, number: int) -> None:
    """Whether all accepted it, or the answers differ."""
    desk = review(folder)
    desk.open_document(number)
    desk.answer("reject")
    assert gold_of(desk.store, number).answer == "reject"
    assert gold_of(desk.store, number).decisions == (Decision(0, 0, ":own:reject"),)
    desk.close()
    for name in ("sami", "rosa"):
        desk = review(folder, name)
        desk.open_document(number)
        sheet = desk.page.sheets[0]
        assert undecided(sheet.draft, desk.reviewed) == []
        assert decided_answer(sheet.draft) == "reject"
        desk.close()
    desk = review(folder)
    desk.open_document(number)
    desk.page.undo()
    settle(desk)
    desk.answer("accept")
    assert gold_of(desk.store, number).answer == "accept"
    desk.close()


def test_the_largest_is_the_largest_of_all(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    many = [
        Record(n, n, "Asha Juma yuko Kisumu", annotations=(given("amina", ASHA), given("juma")))
        for n in range(1, 3_001)
    ]
    more = Record(3_001, 3_001, "Asha na Juma yuko Kisumu", "more", annotations=(
        given("amina", ASHA, KISUMU, Span(5, 7, "PER", ()), Span(8, 12, "PER", ())), given("juma")
    ))  # fmt: skip
    add_records(store, "many", [*many, more], Report(), places=2)
    store.close()
    desk = review(folder, wanted=Wanted(largest=True))
    desk.open_next()
    assert desk.page.sheets[0].document.key == "more"
    desk.close()


def test_an_answer_that_the_store_refuses_refuses_no_text(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = review(folder)
    desk.open_next()

    def full(*_: object, **__: object) -> None:
        raise TonemarkError("The disk is full.")

    monkeypatch.setattr(queue, "leave", full)
    with pytest.raises(TonemarkError, match="full"):
        desk.answer("reject")
    monkeypatch.undo()
    assert desk.page.sheets[0].draft.decisions == ()
    settle(desk)
    desk.answer("accept")
    assert gold_of(desk.store, 2).answer == "accept"
    desk.close()


def test_what_cannot_be_compared_now_keeps_no_page_from_its_reviewer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = review(folder)
    desk.open_next()
    settle(desk)

    def busy(*_: object, **__: object) -> None:
        raise TonemarkError("Somebody else is writing.")

    monkeypatch.setattr("tonemark.review.desk.catch_up", busy)
    desk.answer("accept")
    assert desk.page.sheets[0].document.key == "boundary"
    desk.close()


def test_a_project_that_may_only_be_read_can_be_looked_through(folder: Path) -> None:
    desk = review(folder)
    catch_up_wholly(desk.store, desk.tokenizer)
    desk.store.close()
    store = Store(folder / STORE_FILE, reading=True)
    desk = ReviewDesk(read_project(folder), store, "rosa", load_tokenizer("general"))
    desk.open_next()
    assert desk.page.sheets[0].document.key == "label"
    assert [d.kind for d in desk.reviewed.differences] == ["label"]
    with pytest.raises(TonemarkError, match="Read-only"):
        settle(desk)
    store.close()
