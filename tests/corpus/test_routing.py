"""Which documents come when, and to how many: priorities, and the share that overlaps."""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from making import given, numbered

from tonemark.corpus import places, queue
from tonemark.corpus.ahead import documents_ahead
from tonemark.corpus.awaiting import comes_free, elsewhere
from tonemark.corpus.cursors import set_priority
from tonemark.corpus.intake import add_records
from tonemark.corpus.queue import Outcome
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.shares import share_of
from tonemark.corpus.store import Store

TEXTS = [f"habari {n}" for n in range(40)]


def add(store: Store, texts: Iterable[str], name: str = "a.txt", **more: object) -> Report:
    report = Report()
    records = [
        each._replace(priority=int(each.text) if each.text.lstrip("-").isdecimal() else None)
        for each in numbered(texts)
    ]
    add_records(store, name, records, report, **more)  # type: ignore[arg-type]
    return report


def next_of(store: Store, name: str, size: int = 1) -> list[int]:
    return [claim.document for claim in queue.claim_next(store, name, size)]


def done(store: Store, name: str, times: int = 1) -> list[int]:
    """Answer so many documents, one after the other."""
    found = []
    for _ in range(times):
        claims = queue.claim_next(store, name, 1)
        found += [claim.document for claim in claims]
        queue.leave(store, [Outcome(claim, (), "accept") for claim in claims])
    return found


def prioritised(store: Store, priority: int, *documents: int) -> int:
    with store.transaction() as db:
        return set_priority(db, list(documents), priority)


def test_the_highest_priority_comes_first_then_what_came_first(store: Store) -> None:
    add(store, ["0", "5", "-1", "5", "x", "1000", "-1000"])
    order = [6, 2, 4, 1, 5, 3, 7]
    assert [claim.document for claim in queue.look_next(store, "amina", 9)] == order
    assert documents_ahead(store, "true", {}, ahead=9, limit=9) == order
    assert next_of(store, "bello", 3) == [6, 2, 4]
    assert done(store, "amina", 9) == [1, 5, 3, 7]


def test_what_is_added_with_a_higher_priority_comes_at_once(store: Store) -> None:
    add(store, TEXTS[:3], places=2)
    assert done(store, "amina", 2) == [1, 2]
    add(store, TEXTS[3:5], "b.txt", places=2, priority=7)
    add(store, TEXTS[5:6], "c.txt", places=2)
    assert documents_ahead(store, "true", {}, ahead=1, limit=9) == [4]
    assert done(store, "amina", 9) == [4, 5, 3, 6]
    add(store, TEXTS[6:7], "d.txt", places=2, priority=-3)
    add(store, TEXTS[7:8], "e.txt", places=2, priority=-2)
    assert done(store, "amina", 9) == [8, 7]
    assert done(store, "bello", 9) == [4, 5, 1, 2, 3, 6, 8, 7]


def test_a_priority_given_to_a_file_again_is_that_of_its_documents(store: Store) -> None:
    add(store, TEXTS[:3], places=2)
    add(store, TEXTS[3:6], "b.txt", places=2)
    assert done(store, "amina") == [1]
    report = add(store, TEXTS[3:6], "b.txt", places=2, priority=1)
    assert (report.added, report.already_there, report.moved) == (0, 3, 3)
    assert done(store, "amina", 2) == [4, 5]
    assert add(store, TEXTS[3:6], "b.txt", places=2, priority=1).moved == 0
    assert add(store, TEXTS[3:6], "b.txt", places=2).moved == 0, "nobody says: it stays"
    assert prioritised(store, -1, 2, 6) == 2
    assert done(store, "amina", 9) == [3, 2, 6]


@pytest.mark.parametrize("urgent", ["9", "0"])
@pytest.mark.parametrize("quits", [False, True])
def test_what_comes_free_is_the_next(store: Store, urgent: str, quits: bool) -> None:
    add(store, [urgent, "0", "0", "0"])
    (held,) = queue.claim_next(store, "bello", 1)
    assert held.document == 1
    assert done(store, "amina") == [2]
    if quits:
        queue.leave(store, [Outcome(held, (), give_back=True)])
    else:
        store.db.execute("UPDATE claims SET expires = 1 WHERE annotator = 'bello'")
    assert done(store, "amina", 9) == [1, 3, 4]


def test_who_waits_is_told_what_others_hold_and_when_something_comes(store: Store) -> None:
    add(store, ["0", "0", "0"], places=2)
    assert done(store, "amina", 9) == [1, 2, 3]
    assert elsewhere(store, "amina") == (0, 0.0)
    first, _ = queue.claim_next(store, "bello", 2, lease=60.0)
    queue.claim_next(store, "chidi", 1, lease=600.0)
    held = elsewhere(store, "dayo")
    assert held.documents == 3
    assert 0 < held.until - time.time() < 61
    assert elsewhere(store, "amina") == (0, 0.0), "hers are answered, whoever else has them"
    ends = (
        lambda: queue.leave(store, [Outcome(first, (), give_back=True)]),
        lambda: store.db.execute("UPDATE claims SET expires = 1 WHERE annotator = 'bello'"),
        lambda: add(store, ["0"], "more.txt"),
    )
    assert done(store, "dayo", 9) == []
    for end, document in zip(ends, (1, 2, 4), strict=True):
        assert not comes_free(store, "dayo")
        end()
        assert comes_free(store, "dayo")
        assert comes_free(store, "amina") == (document == 4)
        assert done(store, "dayo", 9) == [document]


def test_what_she_gave_back_is_the_next_again(store: Store) -> None:
    add(store, ["9", "0", "0"])
    claims = queue.claim_next(store, "amina", 2)
    queue.leave(store, [Outcome(claim, (), give_back=True) for claim in claims])
    assert next_of(store, "amina") == [1]


def test_her_own_documents_are_not_walked_again(store: Store) -> None:
    """By the rows that SQLite steps over: what waits for others lies before her cursor."""
    add(store, ["5"] * 300 + ["0"] * 300, places=2)
    steps = []
    for _ in range(500):
        count = [0]

        def step(count: list[int] = count) -> int:
            count[0] += 1
            return 0

        store.db.set_progress_handler(step, 1)
        done(store, "amina")
        store.db.set_progress_handler(None, 0)
        steps.append(count[0])
    early, late = sum(steps[10:60]), sum(steps[-50:])
    assert late < 1.5 * early, [sum(steps[a:b]) for a, b in pairwise(range(0, 501, 50))]


# The share that overlaps


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 1.0])
@pytest.mark.parametrize("chunk", [7, 20_000])
def test_a_share_of_the_documents_goes_to_several(
    store: Store, share: float, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "CHUNK", chunk)
    wanted = [3 if share_of(text) < share else 1 for text in TEXTS]
    add(store, TEXTS[:20], places=3, share=share)
    assert found(store) == wanted[:20], "from the first on"
    add(store, TEXTS[20:], "b.txt", places=1)
    places.set_places(store, 3, share)
    assert found(store) == wanted, "stable when others are added"
    assert ticket(store) == (3, share)
    places.set_places(store, 1, 1.0)
    assert found(store) == [1] * 40
    places.set_places(store, 3, share)
    assert found(store) == wanted, "the same ones again"
    add(store, [text.upper() for text in TEXTS], "c.txt", places=3, share=share)
    assert found(store) == wanted * 2, "equal texts go alike"


def found(store: Store) -> list[int]:
    return [each for (each,) in store.db.execute("SELECT places FROM documents ORDER BY id")]


def ticket(store: Store) -> tuple[int, float]:
    row: tuple[int, float] = store.db.execute("SELECT places, share FROM ticket").fetchone()
    return row


def test_what_came_with_files_keeps_its_places(store: Store) -> None:
    answers = tuple(given(name) for name in ("amina", "bello"))
    add_records(store, "a", [Record(1, 1, "moja", annotations=answers)], Report(), places=3)
    for overlap, share, expected in ((1, 1.0, 2), (3, 0.0, 2), (3, 1.0, 3), (1, 0.5, 2)):
        places.set_places(store, overlap, share)
        assert found(store) == [expected]


def test_a_change_of_places_has_documents_compared_anew_and_queues_begin_anew(
    store: Store,
) -> None:
    add(store, ["9", "0", "0"])
    assert done(store, "bello") == [1]
    assert done(store, "amina") == [2]
    store.db.execute("UPDATE ticket SET compared = 7")
    places.set_places(store, 1)
    assert store.db.execute("SELECT compared FROM ticket").fetchone() == (7,)
    places.set_places(store, 2)
    assert store.db.execute("SELECT compared FROM ticket").fetchone() == (0,)
    assert done(store, "amina", 9) == [1, 3]
    assert done(store, "bello", 9) == [2, 3]


def test_documents_added_while_places_change_follow(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that come in between two transactions, by one who read the project before."""
    monkeypatch.setattr(places, "CHUNK", 5)
    add(store, TEXTS[:8])
    other = Store(store.path)
    hashes = []

    def slow(text: str) -> float:
        hashes.append(text)
        if len(hashes) == 8:
            add(other, TEXTS[8:20], "b.txt")
        return share_of(text)

    monkeypatch.setattr(places, "share_of", slow)
    places.set_places(store, 2, 0.5)
    other.close()
    monkeypatch.undo()
    assert found(store) == [2 if share_of(text) < 0.5 else 1 for text in TEXTS[:20]]
