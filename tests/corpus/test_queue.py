"""Who gets which document when: places, leases, late answers, later, back, takeovers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tonemark.corpus import places as documents_places
from tonemark.corpus import queue
from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.events import Event
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimLost
from tonemark.corpus.progress import progress
from tonemark.corpus.queue import Claim, Outcome
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store, create_store
from tonemark.errors import TonemarkError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "store.sqlite"
    create_store(path)
    return path


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    fill(store, 4)
    yield store
    store.close()


def fill(store: Store, size: int, places: int = 1, name: str = "a.txt") -> None:
    records = (Record(n, n, f"habari {n}") for n in range(1, size + 1))
    add_records(store, name, records, Report(), places=places)


def numbers(claims: list[Claim]) -> list[int]:
    return [claim.document for claim in claims]


def next_of(store: Store, name: str, size: int = 1) -> list[int]:
    return numbers(queue.claim_next(store, name, size))


def answer(store: Store, claims: list[Claim], next_: int = 1, **more: object) -> list[Claim]:
    outcomes = [Outcome(claim, (), "accept", **more) for claim in claims]  # type: ignore[arg-type]
    return queue.leave(store, outcomes, claim_next=next_)


def work(store: Store, name: str) -> list[int]:
    """Answer all that the queue gives: the documents, in order."""
    done = []
    claims = queue.claim_next(store, name, 1)
    while claims:
        done += numbers(claims)
        claims = answer(store, claims)
    return done


def let_lapse(store: Store, name: str | None = None) -> None:
    store.db.execute(
        "UPDATE claims SET expires = 1 WHERE state = 'open' AND (? IS NULL OR annotator = ?)",
        (name, name),
    )


def extra(store: Store, document: int = 1) -> dict[str, bool]:
    return {each.annotator: each.extra for each in annotations_of(store, document)}


def places(store: Store, document: int = 1) -> tuple[int, int]:
    row = store.db.execute("SELECT places, taken FROM documents WHERE id = ?", (document,))
    found: tuple[int, int] = row.fetchone()
    return found


# Places


@pytest.mark.parametrize("overlap", [1, 2, 3])
def test_each_document_goes_to_as_many_annotators_as_it_has_places(
    path: Path, overlap: int
) -> None:
    store = Store(path)
    fill(store, 6, overlap)
    names = ["a1", "a2", "a3", "a4"]
    claims = {name: queue.claim_next(store, name, 1) for name in names}
    while any(claims.values()):
        for name in names:
            if claims[name]:
                claims[name] = answer(store, claims[name])
    assert [places(store, number) for number in range(1, 7)] == [(overlap, overlap)] * 6
    found = [extra(store, number) for number in range(1, 7)]
    assert [len(each) for each in found] == [overlap] * 6
    assert not any(any(each.values()) for each in found)
    assert progress(store).finished == 6
    store.close()


def test_nobody_is_asked_twice(path: Path) -> None:
    store = Store(path)
    fill(store, 3, 2)
    assert [work(store, name) for name in ("amina", "amina", "bello", "chidi")] == [
        [1, 2, 3],
        [],
        [1, 2, 3],
        [],
    ]
    store.close()


def test_a_page_of_several_is_filled_up_and_answered_as_one(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 3)
    assert numbers(claims) == [1, 2, 3]
    assert next_of(store, "amina", 3) == [1, 2, 3], "unfinished ones come again"
    assert numbers(answer(store, claims, 3)) == [4]
    assert numbers(queue.claim_last_answered(store, "amina")) == [1, 2, 3]


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (2, 3)])
def test_documents_follow_the_overlap_that_the_project_has_now(
    path: Path, before: int, after: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents_places, "CHUNK", 2)
    store = Store(path)
    fill(store, 5, before)
    assert work(store, "amina") == [1, 2, 3, 4, 5]
    documents_places.set_places(store, after)
    fill(store, 1, before, "late.txt")
    documents_places.set_places(store, after)
    assert [places(store, number) for number in range(1, 7)] == [(after, 1)] * 5 + [(after, 0)]
    everything = [1, 2, 3, 4, 5, 6]
    rounds = [work(store, name) for name in ("bello", "chidi", "dayo")]
    assert rounds == [*[everything] * (after - 1), [6], *[[]] * (3 - after)]
    store.close()


def test_places_that_are_right_are_not_written(store: Store) -> None:
    documents_places.set_places(store, 2)
    blocker = Store(store.path)
    with blocker.transaction():
        documents_places.set_places(store, 2)
    blocker.close()


def test_an_answer_that_was_extra_gets_the_place_that_is_added(store: Store) -> None:
    for name in ("amina", "bello", "chidi"):
        answer(store, [queue.claim_document(store, name, 1)], 0)
    assert extra(store) == {"amina": False, "bello": True, "chidi": True}
    documents_places.set_places(store, 2)
    assert extra(store) == {"amina": False, "bello": False, "chidi": True}
    assert places(store) == (2, 2)
    documents_places.set_places(store, 1)
    assert next_of(store, "dayo") == [2], "one place, two answers: nobody else is asked"


def test_a_place_that_is_given_back_goes_to_an_answer_that_was_extra(store: Store) -> None:
    (untouched,) = queue.claim_next(store, "amina", 1)
    answer(store, [queue.claim_document(store, "bello", 1)], 0)
    assert extra(store) == {"bello": True}
    queue.leave(store, [Outcome(untouched, (), give_back=True)])
    assert extra(store) == {"bello": False}
    assert places(store) == (1, 1)


# Leases


def test_a_place_whose_lease_ran_out_goes_to_another(store: Store) -> None:
    assert next_of(store, "amina") == [1]
    assert next_of(store, "bello") == [2]
    let_lapse(store, "amina")
    assert next_of(store, "chidi") == [1]
    assert places(store) == (1, 1)


def test_a_renewed_lease_is_kept(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 1)
    let_lapse(store)
    queue.renew(store, claims, 60.0)
    assert next_of(store, "bello") == [2]


@pytest.mark.parametrize("taken", [False, True])
def test_a_late_answer_counts_while_its_place_is_free(store: Store, taken: bool) -> None:
    claims = queue.claim_next(store, "amina", 1)
    let_lapse(store)
    if taken:
        assert next_of(store, "bello") == [1]
    answer(store, claims, 0)
    assert extra(store) == {"amina": taken}
    assert places(store) == (1, 1)
    if taken:
        let_lapse(store)
        assert next_of(store, "chidi") == [2], "the extra answer has got the place back"
        assert extra(store) == {"amina": False}


def test_she_comes_back_to_the_document_whose_lease_ran_out(store: Store) -> None:
    assert next_of(store, "amina") == [1]
    let_lapse(store)
    assert next_of(store, "bello") == [1]
    assert next_of(store, "amina") == [1]


def test_an_answer_never_lapses(store: Store) -> None:
    answer(store, queue.claim_next(store, "amina", 1), 0)
    queue.claim_last_answered(store, "amina")
    store.db.execute("UPDATE claims SET expires = 1")
    assert next_of(store, "bello") == [2]
    assert extra(store) == {"amina": False}


# The order


def test_what_she_left_for_later_comes_at_the_end_in_its_order(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 1)
    for _ in range(2):
        claims = queue.leave(store, [Outcome(claims[0], (), defer=True)], claim_next=1)
    assert numbers(claims) == [3]
    claims = answer(store, answer(store, claims))
    assert numbers(claims) == [1]
    claims = queue.leave(store, [Outcome(claims[0], (), defer=True)], claim_next=1)
    assert numbers(claims) == [2]
    fill(store, 1, name="new.txt")
    assert next_of(store, "amina") == [2], "a lost connection brings her back to it"
    assert numbers(answer(store, claims)) == [5]
    assert work(store, "amina") == [5, 1]


def test_a_jump_or_answers_from_a_file_do_not_move_the_queue(store: Store) -> None:
    assert next_of(store, "amina") == [1]
    answer(store, [queue.claim_document(store, "amina", 4)], 0)
    assert work(store, "amina") == [1, 2, 3]


def test_a_document_that_came_free_behind_her_is_found(store: Store) -> None:
    assert next_of(store, "bello") == [1]
    assert next_of(store, "amina") == [2]
    let_lapse(store, "bello")
    assert work(store, "amina") == [2, 1, 3, 4]


def test_back_goes_from_answer_to_answer_and_untouched_ones_close(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 1)
    for _ in range(3):
        claims = answer(store, claims)
    (third,) = queue.claim_last_answered(
        store, "amina", 0, [Outcome(claim, ()) for claim in claims]
    )
    (second,) = queue.claim_last_answered(
        store, "amina", third.answered, [Outcome(third, (), close=True)]
    )
    assert (third.document, second.document) == (3, 2)
    # She leaves: the second was touched and comes again first, then the page she came from.
    queue.leave(store, [Outcome(second, ())])
    claims = queue.claim_next(store, "amina", 1)
    assert numbers(claims) == [2]
    claims = answer(store, claims, spans=(Span(0, 6, "PER"),))
    assert numbers(claims) == [4]
    assert [(each.revision, len(each.spans)) for each in annotations_of(store, 2)] == [(2, 1)]
    assert queue.claim_last_answered(store, "amina")[0].document == 2, "by the newest answer"


def test_back_where_nothing_was_answered_leaves_nothing(store: Store) -> None:
    (claim,) = queue.claim_next(store, "amina", 1)
    event = Event(1, "focus", {"start": 0, "end": 1})
    assert queue.claim_last_answered(store, "amina", 0, [Outcome(claim, (event,))]) == []
    assert queue.events_of(store, "amina", 1) == []


def test_a_reopened_page_comes_alone(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 2)
    answer(store, claims, 2)
    queue.claim_document(store, "amina", 2)
    assert next_of(store, "amina", 2) == [2]


def test_a_document_that_is_not_there_cannot_be_claimed(store: Store) -> None:
    with pytest.raises(KeyError):
        queue.claim_document(store, "amina", 99)
    assert next_of(store, "amina") == [1]


# Takeovers


def test_a_takeover_raises_the_number_and_shuts_the_old_process_out(store: Store) -> None:
    (old,) = queue.claim_next(store, "amina", 1)
    events = [Event(1, "focus", {"start": 0, "end": 6}, 1.0)]
    new = queue.take_over(store, old, events, 60.0)
    assert new.number > old.number
    assert queue.events_of(store, "amina", 1) == events
    with pytest.raises(ClaimLost):
        answer(store, [old])
    assert annotations_of(store, 1) == []
    assert queue.take_over(store, old, events, 60.0) == new, "a second one at once: the same claim"
    newest = queue.take_over(store, new, [], 60.0)
    assert queue.take_over(store, old, events, 60.0) == newest, "a number is never lowered"
    assert queue.current(store, old) == newest
    assert numbers(answer(store, [newest])) == [2]
    assert len(queue.events_of(store, "amina", 1)) == 1


def test_a_page_answered_just_before_its_takeover_is_reopened(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 1)
    answer(store, claims, 0)
    new = queue.take_over(store, claims[0], [], 60.0)
    assert new.answered
    assert next_of(store, "amina") == [1]


def test_no_number_of_a_claim_comes_again(store: Store) -> None:
    found = []
    for _ in range(3):
        (claim,) = queue.claim_next(store, "amina", 1)
        newer = queue.take_over(store, claim, [], 60.0)
        queue.leave(store, [Outcome(newer, (), give_back=True)])
        found += [claim.number, newer.number]
        with pytest.raises(ClaimLost):
            queue.renew(store, [claim], 60.0)
    assert found == sorted(set(found))
    assert places(store) == (1, 0)


def test_a_claim_that_was_given_back_is_made_anew_by_a_takeover(store: Store) -> None:
    (claim,) = queue.claim_next(store, "amina", 1)
    queue.leave(store, [Outcome(claim, (), give_back=True)])
    assert queue.current(store, claim) is None
    opening = Event(1, "open", {"shown": []}, 1.0)
    new = queue.take_over(store, claim, [opening], 60.0)
    assert new.number > claim.number
    assert queue.current(store, claim) == new
    assert queue.events_of(store, "amina", 1) == []
    assert places(store) == (1, 1)


@pytest.mark.parametrize(
    "other",
    [Event(1, "undo", {"start": 0, "end": 6}, 1.0), Event(1, "focus", {"start": 0, "end": 5}, 1.0)],
)
def test_another_event_of_a_number_that_is_taken_is_refused_and_the_same_is_not(
    store: Store, other: Event
) -> None:
    """It was dropped without a word, and with it a key that had been taken."""
    (claim,) = queue.claim_next(store, "amina", 1)
    event = Event(1, "focus", {"start": 0, "end": 6}, 1.0)
    for _ in range(2):
        queue.leave(store, [Outcome(claim, (event,))])
    with pytest.raises(TonemarkError, match="document 1"):
        queue.leave(store, [Outcome(claim, (event, other), "accept")])
    assert queue.events_of(store, "amina", 1) == [event]
    assert annotations_of(store, 1) == []


def test_of_a_page_of_which_one_document_is_lost_nothing_is_written(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 2)
    queue.take_over(store, claims[1], [], 60.0)
    with pytest.raises(ClaimLost):
        answer(store, claims)
    assert annotations_of(store, 1) == []


def test_a_full_disk_keeps_the_page(store: Store) -> None:
    claims = queue.claim_next(store, "amina", 1)
    store.db.execute("PRAGMA max_page_count = 1")
    with pytest.raises(TonemarkError, match="full"):
        answer(store, claims, comment="x" * 100_000)
    store.db.execute("PRAGMA max_page_count = 100000")
    assert annotations_of(store, 1) == []
    assert numbers(answer(store, claims)) == [2]


def test_a_comment_that_no_text_can_hold_does_not_lock_the_page(store: Store) -> None:
    (claim,) = queue.claim_next(store, "amina", 1)
    event = Event(1, "edit", {"values": [["comment", "", "a\ud800é"]]})
    queue.leave(store, [Outcome(claim, (event,), "accept", comment="a\ud800é")])
    assert annotations_of(store, 1)[0].comment == "a?é"
    assert queue.events_of(store, "amina", 1) == [event]
