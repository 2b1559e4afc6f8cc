"""What records bring to their documents: answers, suggestions; with --match, to those of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from making import given, keyed, numbered

from tonemark.corpus import queue
from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.events import replay
from tonemark.corpus.intake import Match, add_records, times_of
from tonemark.corpus.places import set_places
from tonemark.corpus.queue import Outcome
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

PER = Span(0, 4, "PER", ("import:f",))
LOC = Span(5, 9, "LOC", ("import:f",))


def answered(*annotations: GivenAnnotation, key: str | None = None, number: int = 1) -> Record:
    return Record(number, number, "Asha Voi leo", key, annotations=annotations)


def add(
    store: Store,
    records: Iterable[Record | Refusal],
    source: str = "a.jsonl",
    places: int = 1,
    match: Match | None = None,
) -> Report:
    report = Report()
    add_records(store, source, records, report, places=places, match=match)
    return report


def keys(store: Store) -> list[str]:
    return [key for (key,) in store.db.execute("SELECT key FROM documents ORDER BY id")]


# Answers and suggestions


def test_answers_come_in_as_annotations_of_their_annotators(store: Store) -> None:
    later = given("juma", LOC, answer="reject", comment="?", flagged=True, time=12.5)
    report = add(store, [answered(given("amina", PER), key="k"), answered(later, key="k")])
    assert (report.added, report.already_there, report.annotations) == (1, 1, 2)
    first, second = annotations_of(store, 1)
    assert (first.annotator, first.spans, first.extra) == ("amina", (PER,), False)
    assert (second.annotator, second.answer, second.spans) == ("juma", "reject", (LOC,))
    assert (second.comment, second.flagged, second.time) == ("?", True, 12.5)
    assert not second.extra, "the document has one place, and a second for this answer"


@pytest.mark.parametrize("places", [1, 2, 3, 5])
def test_answers_from_files_always_count(store: Store, places: int) -> None:
    record = answered(given("a1", PER), given("a2"), given("a3", LOC))
    for _ in range(2):
        add(store, [record], places=places)
        assert [annotation.extra for annotation in annotations_of(store, 1)] == [False] * 3
        counts = "SELECT places, taken, given FROM documents"
        assert store.db.execute(counts).fetchone() == (max(3, places), 3, 3)
    set_places(store, 1)
    assert store.db.execute(counts).fetchone() == (3, 3, 3), "whatever the overlap is by now"


def test_an_answer_from_a_file_takes_nobodys_place(store: Store) -> None:
    """One is at work, one has answered, one was late: her answer is a place more."""
    add(store, [Record(1, 1, "Asha Voi leo", "k"), Record(2, 2, "leo", "l")])
    (held,) = queue.claim_next(store, "bello", 1)
    late = queue.claim_document(store, "chidi", 1)
    queue.leave(store, [Outcome(late, (), answer="accept")])
    add(store, [answered(given("amina", PER), key="k")])
    queue.leave(store, [Outcome(held, (), answer="accept")])
    extra = {each.annotator: each.extra for each in annotations_of(store, 1)}
    assert extra == {"amina": False, "bello": False, "chidi": True}
    add(store, [answered(given("chidi", LOC, time=4e9), key="k")])
    assert not annotations_of(store, 1)[2].extra, "now it has come with a file, too"
    assert store.db.execute("SELECT places, taken FROM documents").fetchone() == (3, 3)


def test_tokens_of_a_file_that_are_others_are_her_corrections(store: Store) -> None:
    words, halves = [(0, 4), (5, 8), (9, 12)], [(0, 2), (2, 4), (5, 8), (9, 12)]

    def record(name: str, tokens: list[tuple[int, int]]) -> Record:
        made = tuple(Token(*token) for token in tokens)
        return answered(given(name, PER), key="k")._replace(tokens=made)

    add(store, [record("amina", words)], "amina.jsonl")
    for _ in range(2):
        report = add(store, [record("juma", halves)], "juma.jsonl", match="key")
    assert (report.annotations, report.warnings) == (0, [])
    assert add(store, [record("zawadi", words)], "z.jsonl", match="key").other_tokens == 0
    amina, juma, zawadi = annotations_of(store, 1)
    assert (amina.tokens, zawadi.tokens) == (None, None)
    assert juma.tokens == tuple(Token(*token) for token in halves)
    state = replay(1, queue.events_of(store, "juma", 1))
    assert state.draft.made == (Token(0, 2), Token(2, 4)), "reopened, they stand there"
    raw = record("rosa", halves)._replace(text="Asha Voi leo!", key="raw")
    add(store, [Record(2, 2, "Asha Voi leo!", "raw")])
    assert add(store, [raw], "rosa.jsonl", match="key").other_tokens == 0, "nobody says of which"
    theirs = {"tokens_of": lambda number: raw.tokens[1:]}
    later = raw._replace(annotations=(given("sara"),))
    add_records(store, "sara.jsonl", [later], report := Report(), match="key", **theirs)
    assert report.other_tokens == 1


def test_tokens_under_one_of_several_answers_are_hers_alone(store: Store) -> None:
    words, halves = [(0, 4), (5, 8), (9, 12)], [(0, 2), (2, 4), (5, 8), (9, 12)]
    tokens, others = (tuple(Token(*each) for each in places) for places in (words, halves))
    hers = replace(given("juma"), tokens=others, made=others[:2])
    record = answered(given("amina"), hers, key="k")._replace(tokens=tokens)
    add(store, [Record(1, 1, record.text, "k", tokens=tokens)])
    add(store, [record], "b.jsonl", match="key")
    assert [each.tokens for each in annotations_of(store, 1)] == [None, others]
    back = replace(given("rosa"), tokens=tokens, made=(tokens[0],))
    cut = answered(back, key="k")._replace(tokens=others)
    add(store, [cut], "c.jsonl", match="key")
    assert annotations_of(store, 1)[2].tokens is None, "her tokens are the document's"


def test_her_own_answer_from_a_file_is_not_asked_of_her_again(store: Store) -> None:
    add(store, [answered(given("amina", PER)), Record(2, 2, "leo")], places=2)
    assert [c.document for c in queue.claim_next(store, "amina", 5)] == [2]
    assert [c.document for c in queue.claim_next(store, "juma", 5)] == [1, 2]


def test_the_same_file_again_brings_no_answer_twice(store: Store) -> None:
    records = [answered(given("amina", PER, time=5.0), given("juma", LOC))]
    assert add(store, records, places=2).annotations == 2
    report = add(store, records, places=2)
    assert (report.annotations, report.warnings) == (0, [])
    assert [a.revision for a in annotations_of(store, 1)] == [1, 1]


@pytest.mark.parametrize("clock", [None, 5.0, 4e12])
def test_a_file_added_again_never_replaces_a_newer_answer(
    store: Store, clock: float | None
) -> None:
    """4e12: the file's clock counts milliseconds."""
    records = [answered(given("amina", PER, time=clock))]
    add(store, records)
    (claim,) = queue.claim_last_answered(store, "amina")
    queue.leave(store, [Outcome(claim, (), answer="accept", spans=(LOC,))])
    report = add(store, records)
    (annotation,) = annotations_of(store, 1)
    assert (annotation.spans, annotation.revision, report.annotations) == ((LOC,), 2, 0)


def test_a_newer_answer_in_a_file_becomes_a_new_revision(store: Store) -> None:
    add(store, [answered(given("amina", PER, time=5.0))])
    assert add(store, [answered(given("amina", LOC, time=6.0))]).annotations == 1
    (annotation,) = annotations_of(store, 1)
    assert (annotation.spans, annotation.revision) == ((LOC,), 2)


def test_another_answer_without_a_newer_time_is_left_out_with_a_word(store: Store) -> None:
    add(store, [answered(given("amina", PER, time=5.0))])
    report = add(store, [answered(given("amina", LOC, time=4.0))])
    assert report.annotations == 0
    assert report.warnings == [
        "line 1: amina has another answer to this document already; it is kept"
    ]


@pytest.mark.parametrize("reopened", [False, True])
def test_what_she_is_working_on_is_not_changed_under_her(store: Store, reopened: bool) -> None:
    if reopened:
        add(store, [answered(given("amina", PER, time=5.0))])
        queue.claim_last_answered(store, "amina")
    else:
        add(store, [answered()])
        queue.claim_next(store, "amina", 1)
    report = add(store, [answered(given("amina", LOC, time=6.0))])
    assert report.annotations == 0
    assert "working on this" in report.warnings[0]


def test_names_that_cannot_be_are_mapped_and_reported(store: Store) -> None:
    report = add(store, [answered(given("Adélaïde"), given("amina"), given("7"))], places=3)
    assert report.renamed["Adélaïde"] == "Adelaide"
    assert set(report.renamed) == {"Adélaïde", "7"}
    assert {a.annotator for a in annotations_of(store, 1)} == {"amina", *report.renamed.values()}


def test_suggestions_come_in_once_and_keep_all_that_proposed_them(store: Store) -> None:
    def file(*suggestions: Suggestion) -> list[Record]:
        return [Record(1, 1, "Asha Voi leo", "k", suggestions=suggestions)]

    one = Suggestion(0, 4, "PER", ("import:a",), 0.5)
    assert add(store, file(one)).suggestions == 1
    assert add(store, file(one)).suggestions == 0
    assert store.suggestions(store.document(1)) == (one,)
    other = Suggestion(0, 4, "PER", ("model:m",), 0.75)
    third = Suggestion(0, 4, "LOC", ("model:m",), 0.25)
    assert add(store, file(other, third), "b.jsonl", match="key").suggestions == 1
    both = Suggestion(0, 4, "PER", ("import:a", "model:m"), 0.75)
    assert store.suggestions(store.document(1)) == (third, both)


# Matching


def test_match_by_key_brings_work_to_the_documents_that_are_there(store: Store) -> None:
    add(store, keyed(("a", "Asha Voi leo"), ("b", "mbili")), places=2)
    work = [
        answered(given("juma", PER), key="a"),
        Record(2, 2, "kingine", "b", annotations=(given("juma"),)),
        Record(3, 3, "mpya", "c", annotations=(given("juma"),)),
    ]
    report = add(store, work, "juma.jsonl", places=2, match="key")
    assert (report.added, report.already_there, report.annotations) == (1, 1, 2)
    assert [(r.line, "another text" in r.reason) for r in report.refused] == [(2, True)]
    assert keys(store) == ["a", "b", "c"]
    again = add(store, work, "juma.jsonl", places=2, match="key")
    assert (again.added, again.already_there, again.annotations) == (0, 2, 0)


def test_match_by_text_needs_one_document_of_that_text(store: Store) -> None:
    add(store, numbered(["Asha Voi leo", "mbili", "mbili"]), places=2)
    work = [
        answered(given("juma", PER)),
        Record(2, 2, "mbili", annotations=(given("juma"),)),
        Record(3, 3, "mpya", annotations=(given("juma"),)),
        Record(4, 4, "mpya", annotations=(given("amina"),)),
    ]
    report = add(store, work, "juma.jsonl", places=2, match="text")
    assert (report.added, report.already_there, report.annotations) == (1, 2, 3)
    assert [(r.line, "match by key" in r.reason) for r in report.refused] == [(2, True)]
    again = add(store, work, "juma.jsonl", places=2, match="text")
    assert (again.added, again.already_there, again.annotations) == (0, 3, 0)


@pytest.mark.parametrize("batch", [1, 4000])
def test_a_text_that_stands_as_often_in_the_file_is_matched_in_turn(
    store: Store, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.corpus.intake.BATCH", batch)
    texts = ["Habari", "mbili", "Habari", "Habari", "mbili"]
    add(store, numbered(texts))

    def bring(texts: list[str]) -> Report:
        records = [
            each._replace(annotations=(given("juma", comment=str(each.number)),))
            for each in numbered(texts)
        ]
        report, times = Report(), times_of(records)
        add_records(store, "juma.txt", records, report, match="text", times=times)
        return report

    assert [bring(texts).annotations for _ in range(2)] == [5, 0]
    found = [annotations_of(store, number)[0].comment for number in range(1, 6)]
    assert found == ["1", "2", "3", "4", "5"]
    report = bring(texts[1:])
    assert [refusal.line for refusal in report.refused] == [2, 3], "which of three is meant?"
