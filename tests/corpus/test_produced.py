"""What a producer made of which documents: written once, taken back, never under an open page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from making import made_project, numbered

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries, patterns, remove_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.produced import (
    PATTERNS,
    Produced,
    drop_superseded,
    lack_patterns,
    needs_patterns,
    next_to_produce,
    note_pattern_faults,
    pattern_faults,
    patterns_stamp,
    produced_at_fault,
    producer_id,
    put_produced,
    try_patterns_again,
)
from tonemark.corpus.project import read_project
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import StoredTokenizer, Tokenized, note_loaded, put_tokens
from tonemark.tokenizers.general import GeneralTokenizer

GENERAL = GeneralTokenizer()
SAMIA = Suggestion(0, 5, "PER", ("pattern:1",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    folder = made_project(tmp_path / "p")
    with contextlib.closing(Store(folder / STORE_FILE)) as store:
        texts = [f"Samia number {n}" for n in range(10)]
        add_records(store, "more.txt", numbered(texts), Report())
        yield store


def last(store: Store, count: int = 10) -> list[int]:
    """The documents that the fixture added."""
    end = store.document_count()
    return list(range(end - count + 1, end + 1))


def open_next(store: Store, annotator: str = "amina") -> int:
    with contextlib.closing(Store(store.path)) as theirs:
        desk = Desk(read_project(store.path.parent), theirs, annotator, GENERAL)
        page = desk.open_next()
        desk.close(cut_off=True)
    assert page
    return page.sheets[0].document.number


def test_what_was_made_is_not_made_again(store: Store) -> None:
    one = producer_id(store, PATTERNS, "1")
    first = next_to_produce(store, one, GENERAL, 200, 3)
    assert len(first) == 3
    assert put_produced(store, one, [Produced(n, (SAMIA,)) for n in first]) == 3
    assert put_produced(store, one, [Produced(n) for n in first]) == 0
    assert not set(first) & set(next_to_produce(store, one, GENERAL, 200, 100))
    assert next_to_produce(store, one, GENERAL, 4, 100) == [first[-1] + 1], "only so far ahead"
    assert producer_id(store, PATTERNS, "1") == one
    assert producer_id(store, PATTERNS, "2") != one


def test_one_place_keeps_all_its_sources(store: Store) -> None:
    number = last(store)[0]
    other = Suggestion(0, 5, "PER", ("pattern:2",), 0.5)
    label = Suggestion(0, 5, "LOC", ("pattern:3",))
    put_produced(
        store, producer_id(store, PATTERNS, "1"), [Produced(number, (other, SAMIA, label))]
    )
    assert store.suggestions(store.document(number)) == (
        label,
        Suggestion(0, 5, "PER", ("pattern:2", "pattern:1"), 1.0),
    )


def test_another_version_takes_back_what_the_one_before_made(store: Store) -> None:
    one = producer_id(store, PATTERNS, "1")
    numbers = next_to_produce(store, one, GENERAL, 200, 100)
    with store.transaction() as db:  # what came with the data is nobody's
        db.execute("INSERT INTO suggestions VALUES (?, 0, 0, 5, 'LOC', '[\"import:a\"]', 1)",
                   numbers[:1])  # fmt: skip
    given = store.suggestions(store.document(numbers[0]))
    put_produced(store, one, [Produced(n, (SAMIA,)) for n in numbers])
    opened = open_next(store)
    assert opened == numbers[0]
    shown = store.suggestions(store.document(opened))
    two = producer_id(store, PATTERNS, "2")
    dropped = 0
    while done := drop_superseded(store, PATTERNS, two, 4):
        assert done <= 4
        dropped += done
    assert dropped == len(numbers)
    assert store.suggestions(store.document(opened)) == shown != given, "it was opened"
    assert all(not store.suggestions(store.document(n)) for n in numbers[1:])
    assert next_to_produce(store, two, GENERAL, 200, 100) == numbers[1:]
    assert put_produced(store, two, [Produced(opened, (SAMIA,))]) == 0
    assert store.suggestions(store.document(opened)) == shown


def test_other_producers_are_left_alone(store: Store) -> None:
    number = last(store)[0]
    model = producer_id(store, "model", "1")
    put_produced(store, model, [Produced(number, (SAMIA,))])
    assert drop_superseded(store, PATTERNS, None, 10) == 0
    assert store.suggestions(store.document(number)) == (SAMIA,)


def test_documents_whose_tokens_are_not_there_wait(store: Store) -> None:
    words = StoredTokenizer("words", "words 1")
    one = producer_id(store, PATTERNS, "1")
    assert next_to_produce(store, one, words, 200, 100) == []
    number = note_loaded(store, words, "1")
    there = last(store, 2)
    put_tokens(store, number, [Tokenized(n, ((0, 5),)) for n in there])
    assert next_to_produce(store, one, words, 200, 100) == there


def test_patterns_are_asked_of_by_a_look(store: Store) -> None:
    assert not needs_patterns(store)
    add_entries(store, "mine", [NewEntry("PER", "Samia")])
    assert not needs_patterns(store), "names are found on the page itself"
    stamps = [patterns_stamp(store)]
    for _ in range(2):  # removed and added again it is another entry
        add_entries(store, "mine", [NewEntry("PER", "a+b", "regex")])
        stamps.append(patterns_stamp(store))
        assert needs_patterns(store)
        number = stamps[-1][1]
        remove_entries(store, [number])
    assert len(set(stamps)) == 3
    assert not needs_patterns(store)
    one = producer_id(store, PATTERNS, "1")
    put_produced(store, one, [Produced(last(store)[0], (SAMIA,))])
    assert needs_patterns(store), "what they suggested is to be taken back"
    drop_superseded(store, PATTERNS, None, 10)
    assert not needs_patterns(store)


def test_faults_are_kept_and_told(store: Store) -> None:
    add_entries(store, "mine", [NewEntry("PER", "a+b", "regex"), NewEntry("PER", "Samia")])
    note_pattern_faults(store, {1: "it ran longer", 2: "a name is never at fault"})
    assert pattern_faults(store) == {1: "it ran longer"}
    stamp = patterns_stamp(store)
    number = last(store)[0]
    put_produced(store, producer_id(store, PATTERNS, "1"), [Produced(number, (), "time was up")])
    assert patterns_stamp(store) == stamp
    count, first = produced_at_fault(store, PATTERNS)
    assert count == 1
    assert first == [f"{store.document(number).key}: time was up"]
    assert try_patterns_again(store) == 1
    assert pattern_faults(store) == {}
    assert patterns_stamp(store) != stamp
    again = producer_id(store, PATTERNS, "1")
    assert number in next_to_produce(store, again, GENERAL, 200, 100)
    assert drop_superseded(store, PATTERNS, again, 10) == 1


def test_few_patterns_are_found_among_many_names(store: Store) -> None:
    """Without reading the names, which takes 15,000 steps of SQLite's machine and more."""
    add_entries(store, "mine", [NewEntry("PER", f"Name {n}") for n in range(5000)])
    add_entries(store, "mine", [NewEntry("PER", f"a{n}", "regex") for n in range(5)])
    note_pattern_faults(store, {5001: "it ran longer"})
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 100
        return 0

    store.db.set_progress_handler(step, 100)
    assert [each.number for each in patterns(store)] == [*range(5001, 5006)]
    assert pattern_faults(store) == {5001: "it ran longer"}
    assert patterns_stamp(store)[:2] == (5, 5005)
    assert needs_patterns(store)
    assert lack_patterns(store, [1])
    assert try_patterns_again(store) == 1
    store.db.set_progress_handler(None, 0)
    assert steps < 3000
