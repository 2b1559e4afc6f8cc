"""What is measured of each annotator: against sets counted by hand, and for her own eyes alone."""

from __future__ import annotations

import itertools
from pathlib import Path
from statistics import mean

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as drawn
from hypothesis import strategies as st
from making import given, numbered

from tonemark.corpus.annotators import reviewing
from tonemark.corpus.gold import MAJORITY, Gold, settled, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.people import Matched, Person, in_hours, people, stamp
from tonemark.corpus.places import set_places
from tonemark.corpus.progress import progress
from tonemark.corpus.queue import Outcome, claim_document, leave
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store

PEOPLE = ("amina", "juma", "neema")
TEXTS = ("Asha Juma Voi", "Asha Juma Moi", "Asha Juma Voi", "Rais Samia leo")
"""The first and the third are equal."""

ASHA, JUMA, LOC = Span(0, 4, "PER"), Span(5, 9, "PER"), Span(5, 9, "LOC")


def answer(
    store: Store, who: str, document: int, *spans: Span, said: str = "accept", took: float = 0.0
) -> None:
    claim = claim_document(store, who, document)
    leave(store, [Outcome(claim, (), said, spans, seconds=took)])  # type: ignore[arg-type]


def make_gold(store: Store, document: int, *spans: Span, by: str = "rosa") -> None:
    with store.transaction() as db:
        write_gold(db, Gold(document, by, "accept", spans))


def fill(store: Store, places: int = 3) -> None:
    add_records(store, "a.txt", numbered(TEXTS), Report(), places=places)


def test_an_hour_counts_all_revisions_and_a_rate_what_stands_of_timed_accepts(store: Store) -> None:
    fill(store)
    answer(store, "amina", 1, ASHA, took=600)
    answer(store, "amina", 1, ASHA, JUMA, took=300)
    answer(store, "amina", 2, ASHA, said="reject", took=900)
    answer(store, "amina", 3, took=900)
    found = people(store)["amina"]
    assert found.hours == pytest.approx(0.75)
    assert found.entities_an_hour == pytest.approx(2 / 0.5)


def test_what_came_with_files_has_no_hours_and_no_rate(store: Store) -> None:
    records = [Record(1, 1, TEXTS[0], annotations=(given("amina", ASHA, JUMA),))]
    add_records(store, "a.jsonl", records, Report())
    found = people(store)["amina"]
    assert (found.hours, found.entities_an_hour) == (None, None)
    answer(store, "amina", 1, ASHA, took=36)
    found = people(store)["amina"]
    # Ten seconds over a hundred spans from a file are no rate.
    assert (found.hours, found.entities_an_hour) == (0.01, None)


def test_agreement_is_counted_over_what_both_accepted(store: Store) -> None:
    fill(store, places=2)
    answer(store, "amina", 1, ASHA, JUMA)
    answer(store, "juma", 1, ASHA, LOC)
    answer(store, "neema", 1, ASHA, JUMA)  # extra
    answer(store, "amina", 2, ASHA)
    answer(store, "juma", 2, ASHA, said="reject")
    answer(store, "amina", 4)
    answer(store, "neema", 4)
    make_gold(store, 1, ASHA, by=MAJORITY)
    make_gold(store, 4, ASHA)
    make_gold(store, 2, ASHA)
    with store.transaction() as db:
        write_gold(db, Gold(2, "rosa", "reject", (ASHA,)))
    found = people(store)
    assert found["amina"].others == {"juma": Matched(1, 4), "neema": Matched(0, 0)}
    assert found["amina"].f1_others == 0.5  # with neema there is nothing to agree on
    assert found["neema"].f1_others is None
    assert found["juma"].gold == Matched(1, 3)
    assert found["amina"].gold == Matched(1, 4)
    assert found["neema"].f1_gold == 0.0
    assert settled(store) == {MAJORITY: 1, "rosa": 2}


def test_nobody_else_and_no_gold_is_no_figure() -> None:
    person = Person("amina")
    assert (person.hours, person.entities_an_hour, person.f1_gold, person.f1_others) == (None,) * 4


@pytest.mark.parametrize("took", [-5.0, 1e300, float("inf"), float("nan"), "long", b"\0"])
def test_damaged_seconds_are_none(store: Store, took: object) -> None:
    fill(store)
    answer(store, "amina", 1, ASHA, took=36)
    store.db.execute("UPDATE annotations SET seconds = coalesce(?, 0)", (took,))
    assert people(store)["amina"].hours is None


@pytest.mark.parametrize(
    ("hours", "shown"), [(1e-6, "0.01"), (0.256, "0.26"), (12.34, "12.3"), (1234.5, "1,234.5")]
)
def test_hours_that_were_measured_are_never_shown_as_none(hours: float, shown: str) -> None:
    assert in_hours(hours) == shown


def test_a_reviewer_is_no_annotator(store: Store) -> None:
    fill(store)
    answer(store, "amina", 1, ASHA)
    claim_document(store, reviewing("rosa"), 1)
    assert [each.name for each in progress(store).annotators] == ["amina"]
    assert set(people(store)) == {"amina"}


SPANS = st.sets(st.sampled_from([ASHA, JUMA, LOC, Span(0, 9, "PER")]), max_size=3)
SAID = st.tuples(st.sampled_from(["accept", "accept", "accept", "reject"]), SPANS)
ANSWERS = st.dictionaries(st.tuples(st.sampled_from(PEOPLE), st.integers(1, 4)), SAID, max_size=12)
GOLDS = st.dictionaries(st.integers(1, 4), SPANS, max_size=4)
Answers = dict[tuple[str, int], tuple[str, set[Span]]]

quickly = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def filled(path: Path, answers: Answers, golds: dict[int, set[Span]]) -> Store:
    from tonemark.corpus.store import create_store

    path.unlink(missing_ok=True)
    create_store(path)
    store = Store(path)
    fill(store)
    for (who, document), (said, spans) in answers.items():
        answer(store, who, document, *sorted(spans), said=said)
    for document, spans in golds.items():
        make_gold(store, document, *sorted(spans))
    return store


def f1(pairs: list[tuple[set[Span], set[Span]]]) -> float | None:
    both = sum(len(a) + len(b) for a, b in pairs)
    return 2 * sum(len(a & b) for a, b in pairs) / both if both else None


@quickly
@drawn(ANSWERS, GOLDS)
def test_figures_are_those_counted_by_hand(
    tmp_path: Path, answers: Answers, golds: dict[int, set[Span]]
) -> None:
    store = filled(tmp_path / "s.sqlite", answers, golds)
    found = people(store)
    accepts = {key: spans for key, (said, spans) in answers.items() if said == "accept"}
    assert set(found) == {who for who, _ in answers}
    for who, person in found.items():
        hers = {document: spans for (name, document), spans in accepts.items() if name == who}
        with_gold = f1([(spans, golds[n]) for n, spans in hers.items() if n in golds])
        assert person.f1_gold == (None if with_gold is None else pytest.approx(with_gold))
        each = [
            f1([(hers[n], accepts[o, n]) for n in hers if (o, n) in accepts])
            for o in PEOPLE
            if o != who
        ]
        known = [one for one in each if one is not None]
        assert person.f1_others == (pytest.approx(mean(known)) if known else None)
    store.close()


@quickly
@drawn(ANSWERS, GOLDS, ANSWERS, GOLDS)
def test_what_is_hers_to_answer_changes_nothing_for_her_own_eyes(
    tmp_path: Path,
    answers: Answers,
    golds: dict[int, set[Span]],
    others: Answers,
    other_golds: dict[int, set[Span]],
) -> None:
    """Not on the document, nor on one with an equal text."""
    done = {document for who, document in answers if who == "amina"}
    told = {
        n for n in done if {m for m, text in enumerate(TEXTS, 1) if text == TEXTS[n - 1]} <= done
    }
    seen = []
    for theirs, gold in ((answers, golds), (others, other_golds)):
        mixed = {key: said for key, said in answers.items() if key[0] == "amina" or key[1] in told}
        mixed |= {key: s for key, s in theirs.items() if key[0] != "amina" and key[1] not in told}
        settled_ones = {n: spans for n, spans in golds.items() if n in told}
        settled_ones |= {n: spans for n, spans in gold.items() if n not in told}
        store = filled(tmp_path / "s.sqlite", mixed, settled_ones)
        hers = people(store, "amina").get("amina")
        seen.append(hers and (hers.gold, sorted(hers.others.items())))
        store.close()
    assert seen[0] == seen[1]


def test_for_her_own_eyes_and_for_all_she_has_the_same_figures(store: Store) -> None:
    fill(store)
    for who, document in itertools.product(PEOPLE, range(1, 5)):
        answer(store, who, document, *(ASHA, JUMA)[: 1 + (len(who) + document) % 2], took=10)
    make_gold(store, 2, ASHA)
    assert people(store, "juma") == {"juma": people(store)["juma"]}


def test_the_stamp_is_another_wherever_figures_may_be(store: Store) -> None:
    stamps = [stamp(store)]
    fill(store, places=1)
    stamps.append(stamp(store))
    answer(store, "amina", 1, ASHA)
    stamps.append(stamp(store))
    answer(store, "amina", 1, ASHA, said="reject")  # she changed her mind
    stamps.append(stamp(store))
    make_gold(store, 1, ASHA)
    stamps.append(stamp(store))
    answer(store, "juma", 1, ASHA)  # it came late, and counts for nothing
    stamps.append(stamp(store))
    set_places(store, 2)  # and now it counts
    stamps.append(stamp(store))
    add_records(store, "b.txt", numbered(TEXTS[:1]), Report())  # equal to what she answered
    stamps.append(stamp(store))
    assert len(set(stamps)) == len(stamps)
    assert stamp(store) == stamps[-1]
