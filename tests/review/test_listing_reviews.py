"""A reviewer's list of documents: how far each is settled, and nothing still to be answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from making import given

from tonemark.corpus import listing_reviews
from tonemark.corpus.annotators import reviewing
from tonemark.corpus.drafts import Edit
from tonemark.corpus.gold import MAJORITY, Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.listing import Listed, Show
from tonemark.corpus.listing_reviews import SHOWS, listed_reviews
from tonemark.corpus.outlook import Reviews, left_to_answer, reviews_of
from tonemark.corpus.project import Project, create_project
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.review.catching_up import catch_up_wholly
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer

PER, LOC = Span(0, 4, "PER"), Span(0, 4, "LOC")
BOTH = (given("amina", PER), given("juma", LOC))
ALIKE = (given("amina", PER), given("juma", PER))
TOKENIZER = load_tokenizer("general")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[tuple[Project, Store]]:
    """Of ten documents two annotators have answered all but the ninth; the tenth has its text."""
    made = create_project(tmp_path / "p", language="sw", labels=["PER", "LOC"], overlap=2)
    create_store(made.folder / STORE_FILE)
    store = Store(made.folder / STORE_FILE)
    said = {1: BOTH, 2: ALIKE, 3: BOTH, 4: BOTH, 5: BOTH, 6: ALIKE, 7: BOTH, 8: BOTH, 9: BOTH[:1]}
    records = [
        Record(n, n, f"Asha na {min(n, 9)}", annotations=said.get(n, BOTH)) for n in range(1, 11)
    ]
    add_records(store, "t.txt", records, Report(), places=2)
    catch_up_wholly(store, TOKENIZER, lambda: None)
    with store.transaction() as db:
        (newest,) = db.execute("SELECT max(id) FROM annotations").fetchone()
        for number, name in ((3, "rosa"), (4, MAJORITY), (6, "neema"), (9, "rosa")):
            gold = Gold(number, name, "accept", (PER,), flagged=number == 3, compared=newest)
            write_gold(db, gold)
        write_gold(db, Gold(5, "rosa", "accept", (PER,), comment="eh", compared=newest))
        import_answer(db, "juma", 5, replace(given("juma", LOC, PER), time=2e9))
    catch_up_wholly(store, TOKENIZER, lambda: None)
    rosa = ReviewDesk(made, store, "rosa", TOKENIZER)
    page = rosa.open_document(7)
    assert page
    page.perform([Edit(7, added=(Span(5, 7, "LOC"),))])
    rosa.close()
    assert rosa.open_document(8)
    rosa.later()
    rosa.close()
    yield made, store
    store.close()


STATES = {
    1: "differs", 2: "agreed", 3: "gold", 4: "gold", 5: "changed since", 6: "gold", 7: "begun",
    8: "later", 10: "differs",
}  # fmt: skip


def numbers(store: Store, show: Show = "all", name: str = "rosa", *, annotates: bool = False,
            **options: int) -> list[int]:  # fmt: skip
    return [line.number for line in lines(store, show, name, annotates=annotates, **options)]


def lines(store: Store, show: Show = "all", name: str = "rosa", *, annotates: bool = False,
          **options: int) -> list[Listed]:  # fmt: skip
    found = listed_reviews(
        store, reviewing(name), show, annotates=annotates,
        after=options.get("after", 0), backwards=bool(options.get("backwards")),
    )  # fmt: skip
    return [line for line in found if line]


def test_each_document_has_its_state(project: tuple[Project, Store]) -> None:
    found = {line.number: line for line in lines(project[1])}
    assert {number: line.state for number, line in found.items()} == STATES
    assert {n: line.by for n, line in found.items() if line.state == "gold"} == {
        3: "rosa", 4: MAJORITY, 6: "neema",
    }  # fmt: skip
    assert [found[n].differences for n in (1, 2, 7)] == [1, 0, 1]
    assert (found[3].flagged, found[5].commented, found[7].spans) == (True, True, 1)


WANTED: dict[Show, list[int]] = {
    "all": list(STATES), "differs": [1, 5, 7, 8, 10], "begun": [7], "changed since": [5],
    "gold": [3, 4, 6], "agreed": [2], "flagged": [3], "commented": [5],
}  # fmt: skip


@pytest.mark.parametrize("size", [1, 3, 128])
def test_the_list_is_narrowed_and_goes_both_ways(
    size: int, project: tuple[Project, Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_reviews, "BATCH", size)
    assert set(WANTED) == set(SHOWS)
    for show, wanted in WANTED.items():
        assert numbers(project[1], show) == wanted, show
        assert numbers(project[1], show, after=5) == [n for n in wanted if n > 5]
        back = numbers(project[1], show, after=5, backwards=1)
        assert back == [n for n in reversed(wanted) if n < 5]


def test_what_is_hers_to_answer_is_not_there(project: tuple[Project, Store]) -> None:
    """The ninth has no answer of juma's: for one who annotates, so is the tenth, of equal text."""
    store = project[1]
    for show in SHOWS:
        assert 9 not in numbers(store, show), show
        assert {9, 10}.isdisjoint(numbers(store, show, "juma")), show
        assert {9, 10}.isdisjoint(numbers(store, show, "neema", annotates=True)), show
    assert 10 in numbers(store, "differs", "neema")


def test_what_others_began_is_not_hers(project: tuple[Project, Store]) -> None:
    found = {line.number: line.state for line in lines(project[1], name="neema")}
    assert (found[7], found[8]) == ("differs", "differs")


def test_the_dashboard_counts_the_same(project: tuple[Project, Store]) -> None:
    store = project[1]
    assert reviews_of(store, "rosa", annotates=False) == Reviews(9, 5, 5, 5, 3)
    assert reviews_of(store, "neema", annotates=True) == Reviews(9, 5, 2, 5, 1)


@pytest.mark.parametrize(("name", "left"), [("amina", 0), ("juma", 1), ("neema", 1)])
def test_what_is_left_to_answer(name: str, left: int, project: tuple[Project, Store]) -> None:
    assert left_to_answer(project[1], name) == left
