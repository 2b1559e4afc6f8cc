"""Gold in the store, and that nothing of it shows to who still has to answer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.making import given

from tonemark.corpus.documents import Damaged
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import (
    MAJORITY,
    UNANIMOUS,
    Gold,
    check_gold,
    gold_of,
    golds,
    is_rule,
    write_gold,
)
from tonemark.corpus.intake import add_records
from tonemark.corpus.listing import SHOWS, labels_given, listed, neighbours
from tonemark.corpus.progress import progress
from tonemark.corpus.queue import claim_next, import_answer
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.search import scan
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.base import Token

ASHA, JUMA = Span(0, 4, "PER", ("manual", "gazetteer:1")), Span(8, 12, "PER", ("manual",))
GOLD = Gold(
    1, "rosa", "accept", (ASHA, JUMA), 1, "eh", True, (Token(0, 4), Token(8, 12)),
    (Decision(0, 4, "amina"),), (("amina", 1),), 1, 5.5,
)  # fmt: skip


@pytest.fixture
def store(tmp_path: Path):
    create_store(tmp_path / STORE_FILE)
    made = Store(tmp_path / STORE_FILE)
    records = [Record(n, n, f"Asha na Juma {n}") for n in range(1, 4)]
    records[0] = records[0]._replace(annotations=(given("amina", ASHA),))
    add_records(made, "a.txt", records, Report(), places=2)
    yield made
    made.close()


def write(store: Store, gold: Gold) -> None:
    with store.transaction() as db:
        write_gold(db, gold)


def test_what_is_written_is_read_and_the_last_revision_stands(store: Store) -> None:
    assert gold_of(store, 1) is None
    write(store, GOLD)
    assert gold_of(store, 1) == GOLD
    write(store, replace(GOLD, spans=(), comment="\ud800"))
    write(store, replace(GOLD, document=3, reviewer=MAJORITY))
    assert gold_of(store, 1) == replace(GOLD, spans=(), comment="?", revision=2)
    assert [(gold.document, gold.revision) for gold in golds(store)] == [(1, 2), (3, 1)]
    assert [gold.document for gold in golds(store, [2, 3])] == [3]


def test_annotations_and_gold_are_numbered_in_one_sequence(store: Store) -> None:
    """Evidence is in order by it."""
    write(store, GOLD)
    with store.transaction() as db:
        import_answer(db, "juma", 1, given("juma"))
        write_gold(db, GOLD)
    numbers = store.db.execute("SELECT id FROM annotations UNION ALL SELECT id FROM gold")
    assert sorted(number for (number,) in numbers) == [1, 2, 3, 4]


def test_gold_that_does_not_fit_its_text_is_damaged() -> None:
    check_gold(GOLD, "Asha na Juma")
    for bad in (replace(GOLD, spans=(Span(0, 99, "PER"),)), replace(GOLD, tokens=(Token(9, 99),))):
        with pytest.raises(Damaged):
            check_gold(bad, "Asha na Juma")


@pytest.mark.parametrize(
    ("reviewer", "rule"),
    [(MAJORITY, True), (UNANIMOUS, True), ("rosa", False), ("rule:", False), ("rule:a\n", False)],
)
def test_rules_are_told_from_people(reviewer: str, rule: bool) -> None:
    assert is_rule(reviewer) == rule
    assert replace(GOLD, reviewer=reviewer).by_person != rule


def test_nothing_of_gold_shows_where_documents_are_listed_and_found(store: Store) -> None:
    """To her who has not answered, and to her who has: gold derives from others' answers."""
    (claim,) = claim_next(store, "juma", 1)

    def seen(name: str) -> list[object]:
        lists = [list(listed(store, name, show)) for show in SHOWS]
        document = store.document(claim.document)
        return [
            lists, list(scan(store, "Juma")), labels_given(store, name, 1, 8, 12),
            neighbours(store, document), progress(store, annotator=name),
        ]  # fmt: skip

    before = [seen(name) for name in ("amina", "juma", "zuri")]
    for document in (1, 2, 3):
        write(store, replace(GOLD, document=document))
    assert [seen(name) for name in ("amina", "juma", "zuri")] == before
