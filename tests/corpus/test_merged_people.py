"""Projects put together: who is who, and which answers and which gold stand."""

from __future__ import annotations

import pytest
from damaging import change, faults
from tests.making import given, run_here
from tests.merging import (
    LOC,
    LONGER,
    PER,
    TEXT,
    Make,
    answers,
    gold,
    joined,
    opened,
    records,
)
from tests.reviewing import ANSWERS, answer_again, keys_in_turn, review

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.gold import UNANIMOUS, gold_of
from tonemark.corpus.people import people
from tonemark.corpus.project import read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer


def test_three_projects_keep_their_annotators_apart(make: Make) -> None:
    a, b, c = (
        make(name, Record(1, 1, TEXT, annotations=tuple(given(who, span) for who in people)))
        for name, span, people in (
            ("a", PER, ("amina", "juma")),
            ("b", LOC, ("amina", "amina-c")),
            ("c", PER, ("amina", "neema")),
        )
    )
    folder, merged = joined(a, b, c)
    assert [side.renamed for side in merged.sides] == [
        {},
        {"amina": "amina-b"},
        {"amina": "amina-c-2"},
    ]
    per, loc = {(0, 4, "PER")}, {(10, 16, "LOC")}
    assert answers(folder)["t.txt:1"] == {
        "amina": per, "juma": per, "amina-b": loc, "amina-c": loc, "amina-c-2": per, "neema": per,
    }  # fmt: skip
    store = opened(folder)
    rows = store.db.execute("SELECT places, taken, given FROM documents").fetchall()
    assert rows == [(6, 6, 6)], "given answers always have a place"
    assert store.db.execute("SELECT sum(extra) FROM annotations").fetchone() == (0,)
    store.close()


def test_long_names_and_odd_folders_give_legal_names(make: Make) -> None:
    name = "A" + "b" * 31
    a = make("a", Record(1, 1, TEXT, annotations=(given(name, PER),)))
    b = make("Ny'ungu: ñ", Record(1, 1, TEXT, annotations=(given(name, LOC),)))
    folder, merged = joined(a, b)
    (new,) = merged.sides[1].renamed.values()
    assert new.startswith("Abb")
    assert new.endswith("-Ny-ungu")
    assert len(new) == 32
    assert set(answers(folder)["t.txt:1"]) == {name, new}


def test_one_person_has_her_newer_answer_and_the_older_below_it(make: Make) -> None:
    a = make(
        "a",
        Record(1, 1, TEXT, annotations=(given("amina", PER, time=20.0, comment="b"),
                                        given("juma", PER, time=1.0))),
        Record(2, 2, "Juma leo", annotations=(given("amina", time=5.0),)),
        Record(3, 3, "Sawa", annotations=(given("amina", time=7.0),)),
    )  # fmt: skip
    b = make(
        "b",
        Record(1, 1, TEXT, annotations=(given("amina", LOC, time=10.0),
                                        given("juma", LOC, time=2.0))),
        Record(2, 2, "Juma leo", annotations=(given("amina", PER, time=6.0),)),
        Record(3, 3, "Sawa", annotations=(given("amina", time=7.0),)),
    )  # fmt: skip
    folder, merged = joined(a, b, same=frozenset({"amina"}))
    assert merged.sides[1].renamed == {"juma": "juma-b"}
    assert merged.sides[1].joined_answers == 3
    store = opened(folder)
    told = {
        number: [
            (each.revision, each.time, each.stretches())
            for each in annotations_of(store, number, earlier=True)
            if each.annotator == "amina"
        ]
        for number in (1, 2, 3)
    }
    per, loc = {(0, 4, "PER")}, {(10, 16, "LOC")}
    assert told == {
        1: [(1, 10.0, loc), (2, 20.0, per)],
        2: [(1, 5.0, set()), (2, 6.0, per)],
        3: [(1, 7.0, set())],
    }
    store.close()
    desk = Desk(read_project(folder), opened(folder), "amina", load_tokenizer("general"))
    desk.open_document(1)
    assert desk.page
    assert desk.page.sheets[0].draft.spans == (PER,)
    assert desk.page.sheets[0].draft.comment == "b"
    desk.close()


def test_everybody_can_be_one_person(make: Make) -> None:
    said = [Record(1, 1, TEXT, annotations=(given("amina", PER), given("juma", LOC)))]
    folder, merged = joined(make("a", *said), make("b", *said), everybody=True)
    assert merged.answers == 2
    assert set(answers(folder)["t.txt:1"]) == {"amina", "juma"}


def test_who_is_said_to_be_one_person_must_be_in_two_projects(make: Make) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(given("amina", PER),)))
    b = make("b", Record(1, 1, TEXT, annotations=(given("juma", PER),)))
    with pytest.raises(TonemarkError, match="juma is not in two of these projects"):
        joined(a, b, same=frozenset({"juma"}))


def test_all_revisions_times_and_hours_come_over(make: Make) -> None:
    a = make("a", *records(TEXT, "Juma leo"))
    for spans in ((PER,), (PER, LOC), (LOC,)):
        answer_again(a, "amina", "t.txt:1", *spans)
    store = opened(a)
    with store.transaction() as db:
        db.execute("UPDATE annotations SET seconds = 30.0 * revision, flagged = 1, comment = 'ñ\n'")
    before = annotations_of(store, 1, earlier=True)
    hours = people(store)
    store.close()
    change(a, "DELETE FROM events", "DELETE FROM claims WHERE document = 2")
    folder, merged = joined(make("b", *records("Rosa")), a)
    store = opened(folder)
    after = annotations_of(store, 2, earlier=True) or annotations_of(store, 3, earlier=True)
    store.close()
    assert merged.sides[1].revisions == 3
    kept = ("annotator", "revision", "answer", "spans", "comment", "flagged", "time", "seconds")
    assert [[getattr(e, k) for k in kept] for e in after] == [
        [getattr(e, k) for k in kept] for e in before
    ]
    assert people(opened(folder))["amina"] == hours["amina"]


def test_an_answer_that_was_extra_stays_outside_the_figures(make: Make) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(given("amina", PER),)))
    answer_again(a, "juma", "t.txt:1", LOC)
    b = make("b", Record(1, 1, TEXT, annotations=(given("neema", PER),)))
    folder, _ = joined(a, b)
    store = opened(folder)
    assert {each.annotator: each.extra for each in annotations_of(store, 1)} == {
        "amina": False, "juma": True, "neema": False,
    }  # fmt: skip


def test_agreement_is_that_of_both(make: Make) -> None:
    """Whom one project has keeps her figures; documents that met give those of its people with the
    people of the other."""
    texts = [f"{TEXT} {n}" for n in range(6)]
    a = make("a", *(Record(n, n, text, annotations=(given("amina", PER),
                                                    given("juma", PER, *[LOC] * (n % 2))))
                    for n, text in enumerate(texts[:4], 1)))  # fmt: skip
    b = make("b", *(Record(n, n, text, annotations=(given("neema", *[LOC] * (n % 3 > 0)),))
                    for n, text in enumerate(texts, 1)))  # fmt: skip
    folder, _ = joined(a, b)
    both, of_a = people(opened(folder)), people(opened(a))
    assert both["amina"].others["juma"] == of_a["amina"].others["juma"]
    # On the four that met juma has PER, and LOC on 1 and 3; neema LOC on 1, 2 and 4.
    assert both["neema"].others["juma"] == (1, 9)
    assert (
        run_here("agreement", folder, "--json", "--annotators", "amina,juma").stdout.split(
            '"documents"'
        )[0]
        == run_here("agreement", a, "--json").stdout.split('"documents"')[0]
    )


@pytest.mark.parametrize(
    ("ours", "theirs", "stands", "below"),
    [
        (gold("rosa", PER, time=2.0), gold("rosa", PER, time=1.0), "rosa", 0),
        (gold("rosa", PER, time=2.0), gold("ana", PER, time=3.0), "rosa", 0),
        (gold("rosa", PER, time=2.0), gold("ana", LOC, time=1.0), "rosa", 1),
        (gold("rosa", PER, time=2.0), gold("ana", LOC, time=3.0), "ana", 1),
        (gold("rosa", PER, time=2.0), gold(UNANIMOUS, LOC, time=3.0), "rosa", 1),
        (gold(UNANIMOUS, PER, time=2.0), gold("ana", LOC, time=3.0), "ana", 1),
        (gold("rosa", PER, time=2.0), gold("rosa", LOC, time=3.0), "rosa-b", 1),
    ],
)
def test_one_of_two_golds_stands_and_the_other_lies_below(
    make: Make, ours: GivenAnnotation, theirs: GivenAnnotation, stands: str, below: int
) -> None:
    a = make("a", Record(1, 1, TEXT, annotations=(ours,)))
    b = make("b", Record(1, 1, TEXT, annotations=(theirs,)))
    folder, merged = joined(a, b)
    store = opened(folder)
    found = gold_of(store, 1)
    assert found
    assert found.reviewer == stands
    assert found.revision == 1 + below
    side = merged.sides[1]
    counts = (side.same_gold, side.gold_above.count + side.gold_below.count)
    assert counts == (1 - below, below)
    if below:
        (place,) = side.gold_above.places + side.gold_below.places
        assert place.startswith("t.txt:1: ")
    (revisions,) = store.db.execute("SELECT count(*) FROM gold").fetchone()
    assert revisions == 1 + below
    store.close()


def test_what_a_reviewer_settled_is_settled_and_what_came_since_is_not(make: Make) -> None:
    """Gold cites the annotations that it looked at; on a document that met, others answered."""
    ours = [Record(1, 1, LONGER, annotations=tuple(ANSWERS["label"]))]
    a = make(
        "a", *ours, Record(2, 2, f"{LONGER} leo", annotations=tuple(ANSWERS["label"])), overlap=2
    )
    desk = review(a)
    assert keys_in_turn(desk) == ["t.txt:1", "t.txt:2"]
    desk.close()
    b = make("b", Record(1, 1, LONGER, annotations=(given("neema", PER),)))
    before = gold_of(opened(a), 2)
    for folders, key in (((a, b), "t.txt:1"), ((b, a), "t.txt:1")):
        folder, _ = joined(*folders)
        store = opened(folder)
        after = gold_of(store, store.number_of("t.txt:2"))
        assert before
        assert after
        assert (after.decisions, after.cites, after.spans, after.time) == (
            before.decisions,
            before.cites,
            before.spans,
            before.time,
        )
        store.close()
        desk = review(folder, "ana")
        desk.open_next()
        assert desk.page
        assert desk.page.sheets[0].document.key == key
        desk.close()
        assert faults(folder) == []


def test_gold_cites_one_persons_answers_by_the_revisions_that_they_are_now(make: Make) -> None:
    text = "leo Asha Juma yuko Kisumu"
    newer, others = given("amina", Span(4, 8, "PER"), time=50.0), given("juma", time=51.0)
    a = make("a", Record(1, 1, text, annotations=(newer, others)), overlap=2)
    desk = review(a)
    keys_in_turn(desk)
    desk.close()
    older = given("amina", Span(4, 13, "PER"), time=40.0)
    b = make("b", Record(1, 1, text, annotations=(older,)))
    for folders in ((a, b), (b, a)):
        folder, _ = joined(*folders, same=frozenset({"amina"}))
        found = gold_of(opened(folder), 1)
        assert found
        assert set(found.cites) == {("amina", 2), ("juma", 1)}


def test_decisions_name_whom_they_took(make: Make) -> None:
    said = tuple(ANSWERS["label"])
    a = make("a", Record(1, 1, f"{LONGER} jana", annotations=said), overlap=2)
    b = make("b", Record(1, 1, f"{LONGER} leo", annotations=said), overlap=2)
    desk = review(b)
    keys_in_turn(desk)
    desk.close()
    folder, _ = joined(a, b)
    found = gold_of(opened(folder), 2)
    assert found
    assert [each.choice for each in found.decisions] == ["amina-b"]
    assert set(found.cites) == {("amina-b", 1), ("juma-b", 1)}
