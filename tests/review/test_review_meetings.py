"""A reviewer among others: a second one, annotators who change their minds, herself annotating."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.reviewing import (
    ASHA,
    ASHA_JUMA,
    KISUMU,
    KISUMU_ORG,
    answer_again,
    keys_in_turn,
    review,
    settle,
)

from tonemark.corpus import queue
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Decision, Edit
from tonemark.corpus.gold import gold_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.places import set_places
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.reviews import Wanted, next_to_compare, put_compared
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.review.catching_up import catch_up_wholly
from tonemark.review.decisions import taken, undecided
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer


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


def overtaken(folder: Path) -> tuple[ReviewDesk, ReviewDesk]:
    """Rosa has decided, but her lease ran out, and sami made gold of it before she did."""
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
    return rosa, sami


def test_what_a_reviewer_left_untouched_is_anothers_when_its_lease_ends(folder: Path) -> None:
    rosa, sami = overtaken(folder)
    assert gold_of(rosa.store, 2).reviewer == "sami"
    assert rosa.gold.reviewer == "sami"
    assert rosa.page.sheets[0].draft.decisions == (Decision(15, 21, "amina"),), "hers stand"
    rosa.answer("accept")
    gold = gold_of(rosa.store, 2)
    assert (gold.reviewer, gold.revision, gold.spans) == ("rosa", 2, (KISUMU,))
    for desk in (rosa, sami):
        desk.close()


def test_what_is_put_off_leaves_the_other_reviewers_gold(folder: Path) -> None:
    rosa, sami = overtaken(folder)
    rosa.later()
    assert rosa.page.sheets[0].document.key != "label"
    assert "label" not in keys_in_turn(rosa)
    assert gold_of(rosa.store, 2).reviewer == "sami"
    for desk in (rosa, sami):
        desk.close()


def test_a_document_that_another_reviewer_has_is_not_opened_beside_her(folder: Path) -> None:
    rosa, sami = review(folder), review(folder, "sami")
    rosa.open_next()
    with pytest.raises(TonemarkError, match="rosa is reviewing this document"):
        sami.open_document(2)
    rosa.close()
    sami.open_document(2)
    assert sami.page.sheets[0].document.key == "label"
    sami.close()


def test_what_is_left_as_it_stood_is_settled_for_everyone(folder: Path) -> None:
    desk = review(folder)
    keys_in_turn(desk)
    answer_again(folder, "juma", "label", replace(KISUMU, label="PER"))
    desk.open_next()
    sheet = desk.page.sheets[0]
    assert [d.changed for d in undecided(sheet.draft, desk.reviewed)] == [True]
    desk.answer("accept")
    assert gold_of(desk.store, 2).decisions == (Decision(15, 21, ":stands"),)
    desk.close()
    for name in ("sami", "rosa"):
        desk = review(folder, name)
        assert desk.waiting() == 0
        desk.open_document(2)
        assert undecided(desk.page.sheets[0].draft, desk.reviewed) == []
        assert desk.waiting() == 0, "to look at a settled one adds nothing"
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
    with pytest.raises(TonemarkError, match="asked to label this text yourself"):
        other.open_document(2)
    other.project = replace(other.project, reviewers=("sami",))
    other.want(Wanted())
    other.open_next()
    assert other.page.sheets[0].document.key == "label", "sami reviews alone"
    other.close()
    desk = review(folder)
    assert keys_in_turn(desk) == ["boundary", "presence", "answers"]
    annotating.open_document(7)
    annotating.answer("accept")
    desk.open_next()
    assert desk.page.sheets[0].document.key == "label"
    desk.close()
    annotating.close()


def test_who_reviewed_a_text_is_not_asked_to_label_it(folder: Path) -> None:
    desk = review(folder)
    keys_in_turn(desk)
    desk.close()
    store = Store(folder / STORE_FILE)
    twin = Record(1, 1, "Asha Juma yuko Kisumu 2", "twin")
    add_records(store, "u", [twin, Record(2, 2, "Habari", "new")], Report(), places=2)
    project = replace(read_project(folder), overlap=3)
    for name, expected in (("rosa", ["agreed", "half", "new"]), ("zuri", ["label", "boundary"])):
        annotating = Desk(project, store, name, load_tokenizer("general"))
        found = []
        for _ in expected:
            found.append(annotating.open_next().sheets[0].document.key)
            annotating.answer("ignore")
        assert found == expected
        annotating.close()
    store.close()


def test_an_answer_that_comes_to_count_brings_its_document_to_review(folder: Path) -> None:
    """It came late, when the places were taken, and one of them came free."""
    store = Store(folder / STORE_FILE)
    project = replace(read_project(folder), overlap=2)
    tokenizer = load_tokenizer("general")
    late, quick = (Desk(project, store, name, tokenizer) for name in ("late", "quick"))
    late.open_document(6)
    with store.transaction() as db:
        db.execute("UPDATE claims SET expires = 0 WHERE annotator = 'late'")
    quick.open_next()
    assert quick.page.sheets[0].document.key == "half"
    late.page.perform([Edit(6, added=(ASHA,))])
    late.answer("accept")
    desk = review(folder)
    assert "half" not in keys_in_turn(desk)
    quick.close()
    desk.open_next()
    assert desk.page.sheets[0].document.key == "half"
    assert [row.annotator for row in desk.reviewed.rows] == ["amina", "late"]
    for each in (late, desk):
        each.close()


def test_an_answer_that_comes_to_count_after_gold_brings_it_back(folder: Path) -> None:
    desk = review(folder)
    keys_in_turn(desk)
    late = Desk(read_project(folder), desk.store, "late", load_tokenizer("general"))
    late.open_document(2)
    late.page.perform([Edit(2, added=(ASHA,))])
    late.answer("accept")
    assert desk.open_next() is None, "it is extra"
    set_places(desk.store, 3)
    answer_again(folder, "juma", "half", ASHA)
    desk.open_next()
    assert desk.page.sheets[0].document.key == "label"
    assert [row.annotator for row in desk.reviewed.rows] == ["amina", "juma", "late"]
    for each in (late, desk):
        each.close()


def test_places_taken_away_make_no_review_of_what_is_unfinished(folder: Path) -> None:
    desk = review(folder)
    catch_up_wholly(desk.store, desk.tokenizer)
    desk.project = replace(desk.project, overlap=3)
    assert desk.open_next() is None, "a third answer is missing everywhere"
    desk.project = replace(desk.project, overlap=2)
    assert len(keys_in_turn(desk)) == 4
    desk.close()


def test_a_comparison_that_is_overtaken_is_not_kept(folder: Path) -> None:
    """Another process has compared what came meanwhile."""
    store = Store(folder / STORE_FILE)
    batch = next_to_compare(store, 100)
    assert batch.documents[6] is False
    answer_again(folder, "juma", "half", ASHA)
    catch_up_wholly(Store(folder / STORE_FILE), load_tokenizer("general"))
    put_compared(store, batch, [])
    desk = review(folder)
    assert "half" in keys_in_turn(desk)
    desk.close()


def test_what_another_settled_comes_back_to_who_began_it(folder: Path) -> None:
    rosa, sami = review(folder), review(folder, "sami")
    rosa.open_next()
    settle(rosa)
    rosa.close(cut_off=True)
    with rosa.store.transaction() as db:
        db.execute("UPDATE claims SET expires = 0")
    keys_in_turn(sami)
    assert "label" not in keys_in_turn(rosa)
    answer_again(folder, "juma", "label", replace(KISUMU, label="PER"))
    rosa.open_next()
    assert rosa.page.sheets[0].document.key == "label"
    assert rosa.page.sheets[0].draft.spans == (KISUMU,), "what she began stands"
    for each in (rosa, sami):
        each.close()


def test_a_dead_reviewers_document_is_found_at_once(folder: Path) -> None:
    rosa, sami = (review(folder, name, Wanted(kinds=("label",))) for name in ("rosa", "sami"))
    for desk in (rosa, sami):
        desk.open_next()
        if desk.page:
            settle(desk)
        desk.close(cut_off=True)
        with desk.store.transaction() as db:
            db.execute("UPDATE claims SET expires = 0")
    rosa.open_next()
    assert rosa.page.sheets[0].document.key == "label"
    rosa.close()


def test_decisions_outlive_two_changes(folder: Path) -> None:
    desk = review(folder, wanted=Wanted(kinds=("presence",)))
    desk.open_next()
    sheet = desk.page.sheets[0]
    desk.page.perform([taken(sheet, desk.reviewed, desk.reviewed.differences[0], 0)])
    for label in ("ORG", "PER"):
        desk.close()
        answer_again(folder, "juma", "presence", replace(KISUMU, label=label))
        desk = review(folder, wanted=Wanted(kinds=("presence",)))
        desk.open_next()
        assert desk.page.sheets[0].draft.decisions == (Decision(0, 4, "amina"),)
    desk.close()
