from __future__ import annotations

from pathlib import Path

import pytest

from tonemark.corpus.evidence import (
    GOLD,
    NEVER,
    Astray,
    Offer,
    Verdict,
    Weighed,
    astray,
    hidden,
)
from tonemark.corpus.gazetteers import (
    ACCEPTED,
    Entry,
    NewEntry,
    add_entries,
    entries_after,
    entries_of,
    entry_count,
    gazetteer_names,
    listed,
    patterns,
    remove_entries,
    remove_gazetteer,
    search,
)
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.queue import Outcome, claim_document, leave
from tonemark.corpus.records import Answer, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.shares import is_blind, share_of
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.unweighed import forget_evidence, put_weighed, unweighed

TEXTS = ("Juma wa Kano", "Juma leo", "Juma wa Kano", "Kano")


@pytest.fixture
def store(tmp_path: Path):
    create_store(tmp_path / STORE_FILE)
    made = Store(tmp_path / STORE_FILE)
    add_records(made, "texts", (Record(n, n, t) for n, t in enumerate(TEXTS, 1)), Report())
    add_entries(made, "places", [NewEntry("LOC", "Kano", given="k1"), NewEntry("LOC", "Juba")])
    yield made
    made.close()


def accept(store: Store, name: str, document: int, weighed: Weighed | None, **more) -> None:
    claim = claim_document(store, name, document)
    leave(store, [Outcome(claim, (), "accept", weighed=weighed, **more)])


def known(seen: int, stood: int, changed: int = 0, deleted: int = 0) -> Weighed:
    return Weighed(((1, Verdict(seen, stood, changed, deleted)),))


def earned(store: Store, number: int = 1) -> tuple[float, float, int, int]:
    entry = entries_of(store, [number])[number]
    return entry.seen, entry.stood, entry.changed, entry.deleted


# Entries


def test_entries_are_added_once_listed_found_and_removed(store: Store) -> None:
    more = [NewEntry("LOC", "Kano"), NewEntry("PER", "Kano"), NewEntry("DATE", "[]", "tokens")]
    added = add_entries(store, "places", more)
    assert (added.new, added.known, added.full) == (2, 1, False)
    (places,) = listed(store)
    assert places.kinds == {"name": 3, "tokens": 1}
    assert places.labels == {"LOC": 2, "PER": 1, "DATE": 1}
    assert list(entries_after(store, 1)) == [(2, "Juba"), (3, "Kano")]
    assert [each.pattern for each in patterns(store)] == ["[]"]
    assert [each.number for each in search(store, gazetteer="places", after=2)] == [3, 4]
    assert entries_of(store, [1, 99]) == {1: Entry(1, "places", "LOC", "Kano", given="k1")}
    assert remove_entries(store, [3, 99]) == 1
    assert remove_gazetteer(store, "places") == 3
    assert listed(store) == []
    with pytest.raises(KeyError):
        remove_gazetteer(store, "places")


def test_a_number_is_never_given_twice(store: Store) -> None:
    remove_gazetteer(store, "places")
    add_entries(store, "others", [NewEntry("PER", "Asha")])
    assert list(entries_after(store, 0)) == [(3, "Asha")]


def test_others_write_while_a_gazetteer_is_removed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.corpus.gazetteers.FEW", 3)
    monkeypatch.setattr("tonemark.corpus.gazetteers.TURN", 0)
    add_entries(store, "many", [NewEntry("LOC", f"n{i}") for i in range(10)])
    other = Store(store.path)
    told = []

    def write(removed: int) -> None:
        other.set_preference("amina", "theme", str(removed))
        told.append((removed, entry_count(other, "many"), "many" in gazetteer_names(other)))

    assert remove_gazetteer(store, "many", write) == 10
    other.close()
    assert told == [(3, 7, True), (6, 4, True), (9, 1, True), (10, 0, True), (10, 0, False)]
    assert gazetteer_names(store) == ["places"]


def test_what_is_known_uses_up_no_number(store: Store) -> None:
    kano = NewEntry("LOC", "Kano")
    add_entries(store, "places", [kano] * 50)
    add_entries(store, "others", [kano] * 50)
    for document in (1, 2):
        accept(
            store, "amina", document, Weighed(learnt=(("PER", "Juma", Verdict(1, 1, taught=1)),))
        )
    add_entries(store, "others", [kano, NewEntry("LOC", "Jos")])
    assert list(entries_after(store, 2)) == [(3, "Kano"), (4, "Juma"), (5, "Jos")]


def test_a_project_has_room_for_so_many_entries(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.corpus.gazetteers.LIMIT", 5)
    monkeypatch.setattr("tonemark.corpus.gazetteers.CHUNK", 2)
    added = add_entries(store, "many", (NewEntry("LOC", f"n{i}") for i in range(10)))
    assert (added.new, added.full) == (3, True)


# Evidence


def test_what_one_says_is_counted_and_replaced_by_what_she_says_next(store: Store) -> None:
    accept(store, "amina", 1, known(2, 1, 1))
    assert earned(store) == (2, 1, 1, 0)
    accept(store, "amina", 1, known(2, 2))
    assert earned(store) == (2, 2, 0, 0)
    claim = claim_document(store, "amina", 1)
    leave(store, [Outcome(claim, (), "reject")])
    assert earned(store) == (0, 0, 0, 0)


def test_where_annotators_differ_each_accept_counts_its_part(store: Store) -> None:
    accept(store, "amina", 1, known(1, 1))
    accept(store, "bello", 1, known(1, 0, 0, 1))
    assert earned(store) == (1, 0.5, 0, 1)
    accept(store, "chidi", 1, known(1, 1))
    assert earned(store) == (1, pytest.approx(2 / 3), 0, 1)
    accept(store, "amina", 2, known(1, 1))
    assert earned(store) == (2, pytest.approx(5 / 3), 0, 1)


def test_who_accepted_before_a_name_was_one_counts_against_it(store: Store) -> None:
    accept(store, "amina", 1, Weighed())
    accept(store, "bello", 1, Weighed(learnt=(("PER", "Juma", Verdict(1, 1, taught=1)),)))
    assert earned(store, 3) == (1, 0.5, 0, 0)


def test_a_learnt_name_is_an_entry_of_its_own_gazetteer(store: Store) -> None:
    taught = Weighed(learnt=(("PER", "Juma", Verdict(1, 1, taught=1)),))
    accept(store, "amina", 1, taught)
    accept(store, "bello", 2, taught)
    assert entries_of(store, [3])[3] == Entry(3, ACCEPTED, "PER", "Juma", seen=2, stood=2)


def test_evidence_on_what_was_removed_meanwhile_is_dropped(store: Store) -> None:
    remove_entries(store, [1])
    accept(store, "amina", 1, known(1, 1))
    assert store.db.execute("SELECT count(*) FROM evidence").fetchone() == (0,)


# What others must not know


def test_others_answers_to_the_document_and_its_equals_are_hidden(store: Store) -> None:
    accept(store, "bello", 1, known(1, 0))
    accept(store, "bello", 2, known(5, 5))
    for document in (1, 3):
        assert hidden(store, [document], "amina")[1][:2] == (-1, 0)
        assert hidden(store, [document], "bello") == {}
    assert hidden(store, [2], "amina")[1][:2] == (-5, -5)
    assert hidden(store, [4], "amina") == {}
    assert hidden(store, [4, 3, 2], "amina")[1][:2] == (-6, -5)  # of a page


def test_her_own_answer_counts_for_her_as_if_she_were_alone(store: Store) -> None:
    accept(store, "amina", 1, known(1, 1))
    accept(store, "bello", 1, known(1, 0))
    assert earned(store)[:2] == (1, 0.5)
    assert hidden(store, [3], "amina")[1][:2] == (0, 0.5)


# Answers that nobody weighed


def test_answers_without_evidence_wait_and_are_weighed_once(store: Store) -> None:
    accept(store, "amina", 1, None)
    accept(store, "bello", 2, None)
    accept(store, "bello", 4, Weighed())
    first, second = unweighed(store, 9)
    assert [first[1:], second[1:]] == [(1, "amina"), (2, "bello")]
    assert unweighed(store, 9, first.number) == [second]
    accept(store, "bello", 2, None)  # another revision
    put_weighed(store, [(first, known(1, 1)), (second, known(1, 1))])
    assert [each[1:] for each in unweighed(store, 9)] == [(2, "bello")]
    assert earned(store) == (1, 1, 0, 0)


# Gold in the place of the annotators' parts


def settle(store: Store, document: int, weighed: Weighed | None, answer: Answer = "accept") -> None:
    """Make gold; None: it waits."""
    with store.transaction() as db:
        write_gold(db, Gold(document, "rosa", answer, ()))
    if weighed is not None:
        put_weighed(store, [(each, weighed) for each in unweighed(store, 9)])


def learnt(store: Store) -> tuple[float, float, int]:
    """What the name that was learnt has earned, and the answer from which it is one."""
    (row,) = store.db.execute(
        "SELECT seen, stood, since FROM entries WHERE gazetteer ="
        " (SELECT id FROM gazetteers WHERE name = ?)",
        (ACCEPTED,),
    )
    return row


TAUGHT = Weighed((), (("PER", "Juma", Verdict(1, 1, taught=1)),))


def test_gold_counts_in_the_place_of_annotators_and_waits_to_be_weighed(store: Store) -> None:
    accept(store, "amina", 1, known(1, 1, 1))
    accept(store, "bello", 1, known(1, 0, 0, 1))
    assert earned(store) == (1, 0.5, 1, 1)
    settle(store, 1, None)
    assert earned(store) == (1, 0.5, 1, 1)
    (waiting,) = unweighed(store, 9)
    assert (waiting.document, waiting.annotator) == (1, GOLD)
    put_weighed(store, [(waiting, known(3, 2))])
    assert earned(store) == (3, 2, 1, 1)
    assert unweighed(store, 9) == []
    accept(store, "bello", 1, known(1, 1))  # thinks better of it
    assert earned(store) == (3, 2, 1, 0)
    settle(store, 1, None)
    assert earned(store) == (3, 2, 1, 0), "what it was settled as before stands meanwhile"
    settle(store, 1, Weighed(), "reject")
    assert earned(store) == (0, 0, 1, 0)
    forget_evidence(store)
    assert earned(store) == (0, 0, 0, 0)
    assert [each.annotator for each in unweighed(store, 9)] == ["amina", "bello", GOLD]


def test_a_name_that_gold_did_not_keep_earns_nothing_more(store: Store) -> None:
    accept(store, "amina", 1, TAUGHT)
    first = learnt(store)[2]
    (number,) = {n for n, name in entries_after(store, 0) if name == "Juma"}
    accept(store, "bello", 2, Weighed(((number, Verdict(1, 1)),)))  # hands it on
    assert learnt(store) == (2, 2, first)
    settle(store, 1, Weighed(((number, Verdict(1, 1, taught=1)),)))
    assert learnt(store) == (2, 2, first), "kept, it is one since it was taught"
    settle(store, 1, Weighed(((number, Verdict(1, 0)),)))
    assert learnt(store) == (0, 0, NEVER)


def test_a_name_that_gold_alone_has_is_learnt_from_it(store: Store) -> None:
    accept(store, "amina", 1, Weighed())
    settle(store, 1, TAUGHT)
    (gold,) = store.db.execute("SELECT id FROM gold").fetchone()
    assert learnt(store) == (1, 1, gold)
    # Not to who has an equal text before her, nor to her who said otherwise.
    for name in ("amina", "juma"):
        for document in (1, 3):
            assert [each[:2] for each in hidden(store, [document], name).values()] == [(-1, -1)]
    assert hidden(store, [2], "juma") == {}


def test_gold_is_hidden_and_her_own_answer_under_it_is_not(store: Store) -> None:
    accept(store, "amina", 1, known(1, 0))
    settle(store, 1, known(5, 5))
    assert earned(store)[:2] == (5, 5)
    assert hidden(store, [3], "amina")[1][:2] == (-4, -5)
    assert hidden(store, [3], "bello")[1][:2] == (-5, -5)


# Where suggestions lead


def test_what_stood_of_shown_ones_is_told_beside_what_blind_pages_say(store: Store) -> None:
    assert astray(store) == Astray()
    accept(store, "amina", 1, None, offer=Offer(False, 4, 4))
    accept(store, "bello", 1, None, offer=Offer(False, 4, 3))
    accept(store, "amina", 2, None, offer=Offer(True, 5, 2))
    accept(store, "bello", 2, None, offer=Offer(True, 5, 3))
    assert astray(store) == Astray(8, 7, 1, 10, 5)
    accept(store, "amina", 2, None)
    assert astray(store) == Astray(8, 7, 1, 5, 3)


def test_shares_are_even_stable_and_alike_for_texts_that_look_alike() -> None:
    shares = [share_of(f"text {n}") for n in range(4000)]
    assert abs(sum(each < 0.1 for each in shares) - 400) < 80
    assert share_of("Ọ̀ṣun  LEO\n") == share_of("ọ̀ṣun leo")
    assert share_of("Ng'ombe wa Asha") == pytest.approx(0.38095, abs=1e-4)  # on every machine
    assert not any(is_blind(f"text {n}", 0.0) for n in range(100))
    assert all(is_blind(f"text {n}", 1.0) for n in range(100))


def test_spans_go_with_the_answer(store: Store) -> None:
    accept(store, "amina", 1, known(1, 1), spans=(Span(0, 4, "PER"),))
    assert store.db.execute("SELECT start_char, end_char FROM spans").fetchall() == [(0, 4)]
