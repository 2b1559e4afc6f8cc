"""What the store says to a learner: which answers teach, what changed, what was found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from making import given

from tonemark.corpus import queue
from tonemark.corpus.dropping import drop_annotator
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.learnt import (
    answered_after,
    answers_stamp,
    needs_learner,
    next_to_look_at,
    put_likely,
    take_back,
    teaching,
    was_tagged,
)
from tonemark.corpus.produced import LEARNING, Produced, producer_id
from tonemark.corpus.project import create_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.relabelling.project import relabel
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer

TEXTS = ["Juma na Asha", "Kano leo", "Juma na Asha", "Rais Juma"]
PER, LOC = Span(0, 4, "PER"), Span(0, 4, "LOC")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    create_project(tmp_path / "p", language="sw", labels=["PER", "LOC"])
    create_store(tmp_path / "p" / STORE_FILE)
    made = Store(tmp_path / "p" / STORE_FILE)
    add_records(made, "a", (Record(n, n, t) for n, t in enumerate(TEXTS, 1)), Report())
    yield made
    made.close()


def answer(store: Store, document: int, *answers: GivenAnnotation) -> None:
    with store.transaction() as db:
        for each in answers:
            queue.import_answer(db, each.annotator, document, each)


def settle(store: Store, document: int, said: str, *spans: Span) -> None:
    with store.transaction() as db:
        write_gold(db, Gold(document, "rosa", said, spans))  # type: ignore[arg-type]


A, B, REFUSED = given("amina", PER), given("bello", LOC), given("chidi", answer="reject")

# Answers, gold, and the spans that teach; None where nothing does.
TEACHING: dict[str, tuple[list[GivenAnnotation], tuple[str, tuple[Span, ...]] | None, object]] = {
    "nobody answered": ([], None, None),
    "one accepted": ([A], None, {"PER"}),
    "one accepted that there is nothing": ([given("amina")], None, set()),
    "one refused": ([REFUSED], None, None),
    "one accepted, and one refused": ([A, REFUSED], None, {"PER"}),
    "gold comes before answers": ([A], ("accept", (LOC,)), {"LOC"}),
    "gold refused": ([A], ("reject", ()), None),
    "gold alone": ([], ("accept", (LOC,)), {"LOC"}),
}


@pytest.mark.parametrize("case", TEACHING)
def test_what_teaches(case: str, store: Store) -> None:
    answers, gold, taught = TEACHING[case]
    answer(store, 1, *answers)
    if gold:
        settle(store, 1, gold[0], *gold[1])
    found = teaching(store, store.document(1))
    assert (None if found is None else {span.label for span in found.spans}) == taught


def test_of_accepts_that_differ_each_is_drawn_as_often(store: Store) -> None:
    """And always the same one of the same text."""
    texts = [f"Juma {number}" for number in range(200)]
    add_records(store, "b", (Record(n, n, t) for n, t in enumerate(texts, 1)), Report())
    drawn = []
    for document in range(5, 205):
        answer(store, document, A, B)
        one, two = (teaching(store, store.document(document)) for _ in range(2))
        assert one == two
        assert one
        drawn.append(one.annotator)  # type: ignore[union-attr]
    assert 70 < drawn.count("amina") < 130


def test_an_extra_answer_teaches_only_alone(store: Store) -> None:
    answer(store, 1, A, B)
    with store.transaction() as db:
        db.execute("UPDATE annotations SET extra = 1 WHERE annotator = 'amina'")
    found = teaching(store, store.document(1))
    assert found
    assert found.annotator == "bello"  # type: ignore[union-attr]
    with store.transaction() as db:
        db.execute("UPDATE annotations SET extra = 1")
    assert teaching(store, store.document(1))


def test_the_stamp_changes_with_all_that_changes_what_teaches(store: Store) -> None:
    seen = [answers_stamp(store)]
    folder = store.path.parent
    for change in (
        lambda: answer(store, 1, A),
        lambda: answer(store, 1, given("amina", LOC)),
        lambda: settle(store, 1, "accept", PER),
        lambda: relabel(store, folder, "PER", "PERSON"),
        lambda: drop_annotator(store, folder, "amina"),
    ):
        change()
        assert answers_stamp(store) not in seen
        seen.append(answers_stamp(store))


def test_what_came_since_comes_newest_first(store: Store) -> None:
    answer(store, 2, A)
    answer(store, 1, A)
    before = answers_stamp(store).newest
    assert [document for document, _ in answered_after(store, 0)] == [1, 2]
    settle(store, 2, "accept")
    assert answered_after(store, before) == [(2, before + 1)]


def test_a_project_needs_a_learner_from_the_first_span_on(store: Store) -> None:
    assert not needs_learner(store, True)
    answer(store, 1, given("amina"))
    assert not needs_learner(store, True)
    answer(store, 2, A)
    assert needs_learner(store, True)
    assert not needs_learner(store, False)
    put(store, "1", 4)
    assert needs_learner(store, False), "what was suggested is to be taken back"


def put(store: Store, version: str, document: int, *, opened: bool = False) -> int:
    producer = producer_id(store, LEARNING, version)
    found = Suggestion(0, 4, "PER", ("model:learner",), 0.3)
    return put_likely(store, producer, [Produced(document, (found,))], opened=opened)


def ahead(store: Store, *, opened: bool) -> list[int]:
    return next_to_look_at(store, load_tokenizer("general"), 10, opened=opened)


def test_documents_that_somebody_opened_and_their_equals_stay_as_they_are(store: Store) -> None:
    put(store, "1", 3)
    claim = queue.claim_document(store, "amina", 1)
    assert ahead(store, opened=False) == [2, 4]
    assert put(store, "2", 3) == put(store, "2", 1) == 0
    assert put(store, "2", 9) == 0, "there is none of that number"
    assert len(store.suggestions(store.document(3))) == 1
    queue.leave(store, [queue.Outcome(claim, (), give_back=True)])
    assert ahead(store, opened=False) == [1, 2, 3, 4]


def test_where_several_answer_the_same_what_is_opened_is_looked_at_again(store: Store) -> None:
    with store.transaction() as db:
        db.execute("UPDATE documents SET places = 2")
    put(store, "1", 1)
    queue.claim_document(store, "amina", 1)
    assert ahead(store, opened=True) == [1, 2, 3, 4]
    assert put(store, "2", 1, opened=True) == 1
    assert len(store.suggestions(store.document(1))) == 1, "in the place of what was there"
    (count,) = store.db.execute("SELECT count(*) FROM produced").fetchone()
    assert count == 1


@pytest.mark.parametrize("opened", [False, True])
def test_what_others_versions_found_is_taken_back_where_it_may_be_found_anew(
    store: Store, opened: bool
) -> None:
    with store.transaction() as db:
        db.execute("UPDATE documents SET places = 2 WHERE id = 1")
    for document in (1, 2, 4):
        put(store, "1", document)
    queue.claim_document(store, "amina", 1)
    queue.claim_document(store, "amina", 2)
    current = producer_id(store, LEARNING, "2")
    while not take_back(store, current, 2, opened=opened):
        pass
    kept = [number for number in (1, 2, 4) if store.suggestions(store.document(number))]
    assert kept == ([2] if opened else [1, 2])
    assert not any(was_tagged(store, number) for number in (1, 2, 4))


def test_it_is_known_whether_a_document_was_looked_at(store: Store) -> None:
    producer = producer_id(store, LEARNING, "1")
    assert not was_tagged(store, 1)
    put_likely(store, producer, [Produced(1), Produced(2, fault="it failed")], opened=False)
    assert was_tagged(store, 1)
    assert not was_tagged(store, 2)
    put_likely(store, None, [Produced(1)], opened=False)
    assert not was_tagged(store, 1)
