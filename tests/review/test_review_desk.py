"""A reviewer at work over documents, processes and other people: a real store, real journals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.making import given

from tonemark.corpus import queue
from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Decision, Edit
from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld
from tonemark.corpus.progress import progress
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.reviews import Counts, Wanted, counts
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.review.catching_up import catch_up_wholly
from tonemark.review.decisions import decided_answer, taken, undecided
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer

ASHA, ASHA_JUMA = Span(0, 4, "PER", ("manual",)), Span(0, 9, "PER", ("manual",))
KISUMU = Span(15, 21, "LOC", ("manual",))
KISUMU_ORG = Span(15, 21, "ORG", ("manual",))

ANSWERS = {
    "agreed": [given("amina", KISUMU), given("juma", KISUMU)],
    "label": [given("amina", KISUMU), given("juma", KISUMU_ORG)],
    "boundary": [given("amina", ASHA, KISUMU), given("juma", ASHA_JUMA, KISUMU)],
    "presence": [given("amina", KISUMU, ASHA), given("juma")],
    "answers": [given("amina", KISUMU), given("juma", answer="reject")],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    labels = ["PER", "LOC", "ORG"]
    project = create_project(tmp_path / "p", language="sw", labels=labels, overlap=2)
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = [
        Record(n, n, f"Asha Juma yuko Kisumu {n}", key, annotations=tuple(annotations))
        for n, (key, annotations) in enumerate(ANSWERS.items(), 1)
    ]
    records.append(Record(6, 6, "Asha Juma yuko Kisumu 6", "half", annotations=(given("amina"),)))
    add_records(store, "t", records, Report(), places=2)
    store.close()
    return project.folder


def review(folder: Path, name: str = "rosa", wanted: Wanted | None = None) -> ReviewDesk:
    store = Store(folder / STORE_FILE)
    return ReviewDesk(read_project(folder), store, name, load_tokenizer("general"), wanted)


def settle(desk: ReviewDesk, row: int = 0) -> None:
    """Take one annotator's version everywhere."""
    sheet = desk.page.sheets[0]
    for difference in undecided(sheet.draft, desk.reviewed):
        if edit := taken(sheet, desk.reviewed, difference, row):
            desk.page.perform([edit])


def keys_in_turn(desk: ReviewDesk) -> list[str]:
    found = []
    desk.open_next()
    while desk.page:
        found.append(desk.page.sheets[0].document.key)
        settle(desk)
        desk.answer("accept")
    return found


def answer_again(folder: Path, name: str, key: str, *spans: Span) -> None:
    """An annotator opens what she answered and says something else."""
    store = Store(folder / STORE_FILE)
    desk = Desk(read_project(folder), store, name, load_tokenizer("general"))
    desk.open_document(store.number_of(key))
    sheet = desk.page.sheets[0]
    desk.page.perform([Edit(sheet.document.number, removed=sheet.draft.spans, added=spans)])
    desk.answer("accept")
    desk.close()
    store.close()


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


def test_two_reviewers_never_have_one_document(folder: Path) -> None:
    rosa, sami = review(folder), review(folder, "sami")
    rosa.open_next()
    sami.open_next()
    keys = [desk.page.sheets[0].document.key for desk in (rosa, sami)]
    assert keys == ["label", "boundary"]
    settle(sami)
    sami.answer("accept")
    assert sami.page.sheets[0].document.key == "presence"
    sami.close()
    rosa.later()
    assert rosa.page.sheets[0].document.key == "presence", "given back untouched"
    rosa.close()


def test_what_a_reviewer_left_untouched_is_anothers_when_its_lease_ends(folder: Path) -> None:
    rosa, sami = review(folder), review(folder, "sami")
    rosa.project = replace(rosa.project, lease_minutes=0)
    rosa.open_next()
    settle(rosa)
    sami.open_next()
    assert sami.page.sheets[0].document.key == "label"
    settle(sami, row=1)
    sami.answer("accept")
    with pytest.raises(queue.SettledMeanwhile, match="sami has settled"):
        rosa.answer("accept")
    assert gold_of(rosa.store, 2).reviewer == "sami"
    assert rosa.gold.reviewer == "sami"
    assert rosa.page.sheets[0].draft.decisions == (Decision(15, 21, "amina"),), "hers stand"
    rosa.answer("accept")
    gold = gold_of(rosa.store, 2)
    assert (gold.reviewer, gold.revision, gold.spans) == ("rosa", 2, (KISUMU,))
    for desk in (rosa, sami):
        desk.close()


def test_what_is_put_off_leaves_the_other_reviewers_gold(folder: Path) -> None:
    rosa, sami = review(folder), review(folder, "sami")
    rosa.project = replace(rosa.project, lease_minutes=0)
    rosa.open_next()
    settle(rosa)
    sami.open_next()
    settle(sami, row=1)
    sami.answer("accept")
    with pytest.raises(queue.SettledMeanwhile):
        rosa.answer("accept")
    rosa.later()
    assert rosa.page.sheets[0].document.key != "label"
    assert "label" not in keys_in_turn(rosa)
    assert gold_of(rosa.store, 2).reviewer == "sami"
    for desk in (rosa, sami):
        desk.close()


def test_a_document_that_another_reviewer_has_is_not_opened_beside_her(folder: Path) -> None:
    rosa, sami = review(folder), review(folder, "sami")
    rosa.open_next()
    with pytest.raises(TonemarkError, match="rosa has this document before her"):
        sami.open_document(2)
    rosa.close()
    sami.open_document(2)
    assert sami.page.sheets[0].document.key == "label"
    sami.close()


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


def test_what_is_left_as_it_stood_is_settled_for_everyone(folder: Path) -> None:
    desk = review(folder)
    keys_in_turn(desk)
    answer_again(folder, "juma", "label", KISUMU, ASHA)
    desk.open_next()
    sheet = desk.page.sheets[0]
    assert [d.changed for d in undecided(sheet.draft, desk.reviewed)] == [True]
    desk.answer("accept")
    assert gold_of(desk.store, 2).decisions == (Decision(0, 4, ":stands"),)
    desk.close()
    for name in ("sami", "rosa"):
        desk = review(folder, name)
        assert desk.waiting() == 0
        desk.open_document(2)
        assert undecided(desk.page.sheets[0].draft, desk.reviewed) == []
        assert desk.waiting() == 0, "to look at a settled one adds nothing"
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


def test_a_newer_annotation_brings_the_document_back_and_gold_stays(folder: Path) -> None:
    desk = review(folder)
    keys_in_turn(desk)
    answer_again(folder, "juma", "boundary", ASHA_JUMA, KISUMU_ORG)
    desk.open_next()
    sheet = desk.page.sheets[0]
    assert sheet.document.key == "boundary"
    assert sheet.draft.spans == (ASHA, KISUMU), "gold stays"
    assert sheet.draft.decisions == (Decision(0, 9, "amina"),), "and what nothing changed"
    changed = [(d.place, d.kind) for d in desk.reviewed.differences if d.changed]
    assert changed == [((15, 21), "label")]
    assert gold_of(desk.store, 3).revision == 1
    settle(desk, row=1)
    desk.answer("accept")
    assert gold_of(desk.store, 3).spans == (ASHA, KISUMU_ORG)
    assert desk.page is None
    answer_again(folder, "juma", "boundary", ASHA_JUMA, KISUMU_ORG)
    assert desk.open_next() is None, "a revision that says the same changes nothing"
    desk.close()


def test_what_was_begun_stays_where_an_annotator_changes_something_else(folder: Path) -> None:
    desk = review(folder, wanted=Wanted(kinds=("presence",)))
    desk.open_next()
    sheet = desk.page.sheets[0]
    name = desk.reviewed.differences[0]
    desk.page.perform([taken(sheet, desk.reviewed, name, 0)])
    desk.close()
    answer_again(folder, "juma", "presence", KISUMU_ORG)
    desk = review(folder, wanted=Wanted(kinds=("presence",)))
    desk.open_next()
    sheet = desk.page.sheets[0]
    assert sheet.draft.spans == (ASHA,)
    assert sheet.draft.decisions == (Decision(0, 4, "amina"),)
    assert [d.kind for d in undecided(sheet.draft, desk.reviewed)] == ["label"]
    desk.close()


def test_a_document_with_answers_missing_is_not_reviewed(folder: Path) -> None:
    desk = review(folder, wanted=Wanted(everything=True))
    with pytest.raises(TonemarkError, match="Not all answers"):
        desk.open_document(6)
    assert "half" not in keys_in_turn(desk)
    answer_again(folder, "juma", "half", ASHA)
    desk.open_next()
    assert desk.page.sheets[0].document.key == "half"
    desk.close()


def test_one_who_annotates_too_reviews_no_text_that_she_has_still_to_answer(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    twin = Record(1, 1, "Asha Juma yuko Kisumu 2", "twin")
    add_records(store, "u", [twin], Report(), places=2)
    store.close()
    annotating = Desk(
        read_project(folder), Store(folder / STORE_FILE), "rosa", load_tokenizer("general")
    )
    annotating.open_document(6)
    annotating.later()
    other = review(folder, "sami")
    other.open_next()
    assert other.page.sheets[0].document.key == "label", "sami annotates nothing"
    other.close()
    desk = review(folder)
    assert keys_in_turn(desk) == ["boundary", "presence", "answers"]
    annotating.open_document(7)
    annotating.answer("accept")
    desk.open_next()
    assert desk.page.sheets[0].document.key == "label"
    desk.close()
    annotating.close()


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
