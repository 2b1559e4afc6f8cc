"""The order `uncertain`: what comes by doubt, what at random, and that the queue is otherwise as it
is in the order that was given."""

from __future__ import annotations

import random
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from making import desk_in, numbered

from tonemark.corpus import queue, uncertain
from tonemark.corpus.ahead import documents_ahead
from tonemark.corpus.cursors import set_priority
from tonemark.corpus.dropping import drop_annotator, drop_documents
from tonemark.corpus.intake import add_records
from tonemark.corpus.merging.projects import Wishes, merge
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.queue import Outcome
from tonemark.corpus.reports import Report
from tonemark.corpus.rescue.store import rescue
from tonemark.corpus.restoring import restore_documents
from tonemark.corpus.shares import share_of
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import next_to_tokenize
from tonemark.corpus.uncertain import (
    fill_up,
    in_pool,
    is_of_lot,
    lot_share,
    lots,
    order_share,
    put_doubts,
    set_order,
)


def filled(
    store: Store, count: int, *, places: int = 1, evaluation: float = 0.0, seed: int = 1
) -> set[int]:
    """A store with documents in its pool, of each of which the learner is as unsure as its number
    says; the documents of the lot."""
    texts = [f"habari {number}" for number in range(1, count + 1)]
    add_records(store, "a.txt", numbered(texts), Report(), places=places)
    set_order(store, "uncertain", evaluation)
    fill_up(store, random.Random(seed))
    doubtful(store)
    return lots(store, range(1, count + 1), evaluation)


def doubtful(store: Store) -> None:
    put_doubts(store, {number: float(number) for number in in_pool(store)})


def done(store: Store, name: str, times: int, size: int = 1) -> list[int]:
    """Answer so many pages, one after the other: their documents."""
    found = []
    for _ in range(times):
        claims = queue.claim_next(store, name, size)
        found += [claim.document for claim in claims]
        queue.leave(store, [Outcome(claim, (), "accept") for claim in claims])
    return found


def next_of(store: Store, name: str, size: int = 1) -> list[int]:
    return [claim.document for claim in queue.claim_next(store, name, size)]


def rising(numbers: Iterable[int]) -> bool:
    found = list(numbers)
    return found == sorted(found)


def test_the_most_doubtful_come_first_and_one_in_five_at_random(store: Store) -> None:
    lot = filled(store, 60)
    found = done(store, "amina", 20)
    assert [at for at, number in enumerate(found) if number in lot] == [4, 9, 14, 19]
    by_doubt = [number for number in found if number not in lot]
    assert by_doubt == sorted(set(range(1, 61)) - lot, reverse=True)[:16]
    assert not rising(reversed([number for number in found if number in lot]))


def test_without_a_learner_documents_come_as_they_were_given(store: Store) -> None:
    add_records(store, "a.txt", numbered(["a", "b", "c"]), Report())
    set_order(store, "uncertain", 0.0)
    assert done(store, "amina", 3) == [1, 2, 3]


def test_every_document_comes_in_the_end(store: Store) -> None:
    filled(store, 30)
    put_doubts(store, dict.fromkeys(in_pool(store)[:10]))
    found = done(store, "amina", 40)
    assert sorted(found) == list(range(1, 31))


@pytest.mark.parametrize("size", [1, 3])
def test_what_is_told_to_come_comes(store: Store, size: int) -> None:
    filled(store, 60)
    for _ in range(5):
        told = documents_ahead(store, "true", {}, ahead=6, limit=60)
        looked = [claim.document for claim in queue.look_next(store, "amina", 6)]
        assert told == looked
        assert done(store, "amina", 6 // size, size) == told


def test_what_another_has_begun_comes_first_as_long_as_it_has_a_place(store: Store) -> None:
    filled(store, 60, places=2)
    hers = done(store, "amina", 7)
    assert documents_ahead(store, "true", {}, ahead=7, limit=7) == hers
    assert done(store, "bello", 8)[:7] == hers
    assert not set(done(store, "chidi", 3)) & set(hers)
    told = set(documents_ahead(store, "true", {}, ahead=3, limit=90))
    for name in ("amina", "bello"):
        assert told >= {claim.document for claim in queue.look_next(store, name, 3)}


def test_a_page_left_untouched_comes_again_first(store: Store) -> None:
    filled(store, 60)
    (claim,) = queue.claim_next(store, "amina", 1)
    fill_up(store)
    queue.leave(store, [Outcome(claim, (), give_back=True)])
    assert next_of(store, "amina") == [claim.document]


def test_a_lease_that_ran_out_lets_another_have_it_first(store: Store) -> None:
    filled(store, 60)
    (claim,) = queue.claim_next(store, "amina", 1, lease=-1.0)
    assert next_of(store, "bello") == [claim.document]


def test_a_priority_is_above_doubt(store: Store) -> None:
    filled(store, 60)
    with store.transaction() as db:
        set_priority(db, [7, 3, 5], 2)
        db.execute("DELETE FROM pool WHERE document IN (3, 7)")
    assert set(next_of(store, "amina", 3)) == {3, 5, 7}
    assert done(store, "bello", 1)[0] > 40


def test_the_pool_is_of_the_highest_priority(store: Store) -> None:
    texts = [f"a {number}" for number in range(2_500)]
    add_records(store, "a.txt", numbered(texts), Report())
    add_records(store, "b.txt", numbered(f"b {n}" for n in range(400)), Report(), priority=1)
    set_order(store, "uncertain", 0.0)
    fill_up(store)
    assert len(in_pool(store)) >= uncertain.POOL * uncertain.ENOUGH
    high = [number for number in in_pool(store) if number > 2_500]
    assert len(high) >= uncertain.POOL * uncertain.ENOUGH


def test_the_pool_is_filled_up_again_and_never_grows(store: Store) -> None:
    filled(store, 3_000)
    assert len(in_pool(store)) == uncertain.POOL
    for _ in range(4):
        done(store, "amina", 1, 100)
        fill_up(store)
        assert uncertain.POOL * uncertain.ENOUGH <= len(in_pool(store)) <= uncertain.POOL
        (rows,) = store.db.execute("SELECT count(*) FROM pool").fetchone()
        assert rows < 2 * uncertain.POOL
    assert not fill_up(store)


def test_the_pool_is_drawn_from_all_documents(store: Store) -> None:
    filled(store, 6_000)
    quarters = [sum(number // 1_500 == at for number in in_pool(store)) for at in range(4)]
    assert min(quarters) > uncertain.POOL / 8


def test_documents_for_evaluation_never_come_by_doubt(store: Store) -> None:
    filled(store, 400, evaluation=0.5)
    found = done(store, "amina", 100)
    held = [number for number in found if share_of(f"habari {number}") < 0.5]
    assert len(held) == 50
    others = [number for number in found if number not in held]
    assert rising(reversed(others))


@pytest.mark.parametrize(
    ("evaluation", "share"), [(0.0, 0.2), (0.1, 0.2), (0.2, 0.2), (0.5, 0.5), (1.0, 1.0)]
)
def test_the_lot_follows_from_the_text(evaluation: float, share: float) -> None:
    assert lot_share(evaluation) == share
    for text in ("Asha", "juma na", "ẹ kú", ""):
        assert is_of_lot(text, {}, evaluation) == (share_of(text) < share)


def test_another_evaluation_share_makes_another_lot(store: Store) -> None:
    filled(store, 60)
    done(store, "amina", 3)
    set_order(store, "uncertain", 0.6)
    assert in_pool(store) == []
    fill_up(store)
    assert not lots(store, in_pool(store), 0.6)
    assert order_share(store.db) == 0.6


def test_the_order_that_was_given_comes_back(store: Store) -> None:
    filled(store, 60)
    assert done(store, "amina", 2) != [1, 2]
    set_order(store, "given", 0.0)
    assert done(store, "amina", 3) == [1, 2, 3]
    assert in_pool(store) == []
    assert not fill_up(store)


def test_looking_writes_nothing(store: Store) -> None:
    filled(store, 60)
    before = list(store.db.iterdump())
    queue.look_next(store, "amina", 9)
    documents_ahead(store, "true", {}, ahead=9, limit=9)
    assert list(store.db.iterdump()) == before


def test_a_damaged_document_is_passed_over(store: Store) -> None:
    add_records(store, "a.txt", numbered(f"habari {n}" for n in range(9)), Report())
    store.db.execute("UPDATE documents SET text = x'ff00' WHERE id = 3")
    store.db.execute("UPDATE documents SET meta = '[' WHERE id = 4")
    set_order(store, "uncertain", 0.0)
    fill_up(store)
    doubtful(store)
    assert not {3, 4} & set(done(store, "amina", 7))


@pytest.mark.parametrize("value", ["", "x", "0", "-1", "7", "nan", b"\xff"])
def test_a_preference_that_is_damaged_is_the_order_that_was_given(
    store: Store, value: object
) -> None:
    filled(store, 60)
    store.db.execute("UPDATE preferences SET value = ? WHERE name = 'order'", (value,))
    assert order_share(store.db) is None
    assert done(store, "amina", 2) == [1, 2]


def test_tokens_are_made_of_what_is_to_be_looked_at(store: Store) -> None:
    filled(store, 400)
    wanted = next_to_tokenize(store, 1, ahead=2, limit=1_000)
    assert wanted[:2] == [claim.document for claim in queue.look_next(store, "amina", 2)]
    assert set(wanted) >= set(in_pool(store))


def test_a_store_of_this_order_opens_again(store: Store) -> None:
    filled(store, 60)
    again = Store(store.path)
    assert order_share(again.db) == 0.2
    again.close()


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 3),
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["accept", "back", "later", "fill"])),
        max_size=60,
    ),
)
def test_nobody_gets_a_document_twice_and_none_has_too_many(
    tmp_path_factory: pytest.TempPathFactory, places: int, keys: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("queue") / "store.sqlite"
    create_store(path)
    store = Store(path)
    filled(store, 12, places=places)
    answered: dict[str, list[int]] = {"a": [], "b": [], "c": []}
    for name, key in keys:
        if key == "fill":
            fill_up(store)
            doubtful(store)
            continue
        for claim in queue.claim_next(store, name, 1):
            if key == "accept":
                answered[name].append(claim.document)
            answer = "accept" if key == "accept" else None
            queue.leave(
                store,
                [Outcome(claim, (), answer, defer=key == "later", give_back=key == "back")],
            )
    for theirs in answered.values():
        assert len(theirs) == len(set(theirs))
    everything = [number for theirs in answered.values() for number in theirs]
    assert all(everything.count(number) <= places for number in set(everything))
    for name, theirs in answered.items():
        theirs += done(store, name, 40)
    everything = [number for theirs in answered.values() for number in theirs]
    assert sorted(everything) == sorted([*range(1, 13)] * places)
    store.close()


# What else is done with a store


def of_project(folder: Path, count: int = 40, answered: int = 2) -> Store:
    """A project in that order, with a pool, and some documents answered."""
    create_project(folder, language="sw", labels=["PER"])
    file = folder / "project.toml"
    file.write_text(file.read_text().replace('order = "given"', 'order = "uncertain"'))
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    filled(store, count)
    done(store, "amina", answered)
    return store


def test_the_desk_follows_the_projects_order(tmp_path: Path) -> None:
    create_project(tmp_path / "p", language="sw", labels=["PER"])
    create_store(tmp_path / "p" / STORE_FILE)
    with closing(desk_in(tmp_path / "p")) as desk:
        file = tmp_path / "p" / "project.toml"
        assert desk.open_next() is None
        file.write_text(file.read_text().replace('order = "given"', 'order = "uncertain"'))
        desk.use_project(read_project(tmp_path / "p"))
        desk.open_next()
        assert order_share(desk.store.db) == 0.2
        file.write_text(file.read_text().replace('order = "uncertain"', 'order = "given"'))
        desk.use_project(read_project(tmp_path / "p"))
        desk.open_next()
        assert order_share(desk.store.db) is None


def test_documents_that_are_dropped_do_not_come_and_come_once_they_are_back(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "p"
    store = of_project(folder)
    gone = documents_ahead(store, "true", {}, ahead=3, limit=3)
    keys = [document.key for document in store.documents(gone)]
    drop_documents(store, folder, gone)
    assert not set(gone) & set(documents_ahead(store, "true", {}, ahead=90, limit=90))
    fill_up(store)
    restore_documents(store, keys)
    fill_up(store)
    assert set(gone) <= set(documents_ahead(store, "true", {}, ahead=90, limit=90))
    drop_annotator(store, folder, "amina")
    assert sorted(done(store, "amina", 50)) == list(range(1, 41))
    store.close()


def test_a_rescued_store_has_its_order_again_from_the_project(tmp_path: Path) -> None:
    store = of_project(tmp_path / "p")
    told = store.document_count()
    store.close()
    rescue(tmp_path / "p" / STORE_FILE, tmp_path / "p" / "new.sqlite")
    new = Store(tmp_path / "p" / "new.sqlite")
    assert order_share(new.db) is None
    set_order(new, "uncertain", 0.0)
    fill_up(new)
    doubtful(new)
    assert len(done(new, "bello", 50)) == told - 2
    new.close()


def test_projects_are_joined_without_their_pools(tmp_path: Path) -> None:
    for name in ("one", "other"):
        of_project(tmp_path / name).close()
    merge([tmp_path / "one", tmp_path / "other"], tmp_path / "both", Wishes())
    store = Store(tmp_path / "both" / STORE_FILE)
    assert order_share(store.db) is None
    set_order(store, "uncertain", 0.0)
    fill_up(store)
    doubtful(store)
    last = store.last_document()
    found = documents_ahead(store, "true", {}, ahead=9, limit=9)
    assert len(found) == 9
    assert found != list(range(1, 10))
    assert found[0] <= last
    store.close()


def test_doctor_finds_nothing_wrong_with_such_a_store(tmp_path: Path) -> None:
    store = of_project(tmp_path / "p", answered=0)
    with closing(desk_in(tmp_path / "p")) as desk:
        assert desk.open_next()
        desk.answer("accept")
    store.close()
    assert list(examine(tmp_path / "p")) == []
