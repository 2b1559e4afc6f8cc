"""The bench of routing: a small run whole, and faults that it must see."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import pytest
import routing
from making import numbered
from routing_clients import Told, told_by

from tonemark.corpus import queue
from tonemark.corpus.intake import add_records
from tonemark.corpus.queue import Outcome
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store, create_store

PEOPLE = ("a1", "a2", "a3")


def test_what_killed_annotators_held_is_answered_by_others(tmp_path: Path) -> None:
    options = argparse.Namespace(documents=300, clients=8, killed=2, lease=0.7, seed=None)
    report = routing.run(options, tmp_path)
    assert all(each["holds"] for each in report["figures"]), "\n".join(routing.table(report))
    assert len(report["killed"]) == 2
    assert report["answers"] >= 3 * report["documents"]
    text = "\n".join(routing.table(report))
    assert "killed with document" in text
    assert "NOT" not in text


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    create_store(tmp_path / "store.sqlite")
    store = Store(tmp_path / "store.sqlite")
    add_records(store, "a.txt", numbered(["moja", "mbili"]), Report(), places=3)
    for name in PEOPLE:
        claims = queue.claim_next(store, name, 2)
        queue.leave(store, [Outcome(claim, (), "accept") for claim in claims])
    # The clients write events; these answers have none.
    store.db.execute(
        "INSERT INTO events SELECT document, annotator, 1, 1, 'answer', '{}', 0 FROM annotations"
    )
    yield store
    store.close()


TOLD = {name: Told([1, 2], set(), 0) for name in PEOPLE}


def wrong(store: Store, told: dict[str, Told], killed: set[str]) -> list[str]:
    return [each.what for each in routing.check(store, told, killed) if not each.holds]


def test_nothing_is_wrong_with_a_store_that_is_right(store: Store) -> None:
    assert wrong(store, TOLD, set()) == []
    untold = TOLD | {"a3": Told([1], set(), 0)}
    assert wrong(store, untold, {"a3"}) == [], "killed between the answer and the word of it"
    (fault,) = wrong(store, untold, {"a1"})
    assert "no client was told" in fault


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DELETE FROM annotations WHERE id = 1", "exactly 3"),
        ("DELETE FROM annotations WHERE id = 1", "lost of which"),
        ("UPDATE annotations SET extra = 1 WHERE id = 2", "extra answers"),
        ("UPDATE annotations SET annotator = 'a9' WHERE id = 3", "no client was told"),
        ("UPDATE annotations SET revision = 2 WHERE id = 4", "answered twice"),
        ("UPDATE documents SET taken = 2 WHERE id = 1", "places"),
        ("UPDATE claims SET counted = 0 WHERE document = 2", "places"),
        ("DELETE FROM events WHERE document = 2", "without their event"),
    ],
)
def test_faults_are_seen(store: Store, statement: str, fault: str) -> None:
    store.db.execute(statement)
    assert any(fault in each for each in wrong(store, TOLD, set()))


def test_a_line_that_was_cut_off_is_nothing_that_was_told(tmp_path: Path) -> None:
    (tmp_path / "a1.told").write_text("in 3\nlate 4\nerror \nin 7")
    assert told_by(tmp_path, "a1") == Told([3, 4], {4}, 1)
