"""What bounds the learner while people label: of which texts it reads words, and from how many
documents it learns, by what that will cost."""

from __future__ import annotations

from string import ascii_lowercase

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st
from learners import NEW, TAUGHT, InProcess, Work, answer, best, name_in, step_through
from making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.pieces import PIECE
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.suggester.children import ChildEnded
from tonemark.suggester.learner import learning, raw_text
from tonemark.suggester.learner import run as learner_run
from tonemark.suggester.learner.learning import TRAINING
from tonemark.suggester.learner.lessons import TOKENS, Lesson, newest_within
from tonemark.training.learner.learning import Sentence, quick_seconds
from tonemark.training.lessons import raw_words
from tonemark.training.material import part_of


@pytest.mark.usefixtures("in_process")
def test_raw_text_has_nothing_of_the_evaluation_share(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As that of `train`: pieces of a text go with their text."""
    monkeypatch.setattr(raw_text, "LEAST", 10)
    texts = [f"Habari {number} leo" for number in range(40)]
    store, made = work(*TAUGHT, *texts, answered=8, toml="evaluation = 0.5")
    places = ({"of": f"b{n % 9}", "offset": n, "length": 9} for n in range(1, 41))
    pieces = (
        Record(n, n, f"Sura {n} ya kitabu", meta={PIECE: place})
        for n, place in enumerate(places, 1)
    )
    add_records(store, "books", pieces, Report())
    step_through(made)
    (asked,) = (each for each in InProcess.requests if each["do"] == "words")
    expected = sorted(raw_words(made.project, store, made.tokenizer, 60.0))
    assert sorted(map(tuple, asked["texts"])) == expected
    assert 20 < len(expected) < 70
    for first in ("Habari", "Sura"):
        assert 5 < sum(words[0] == first for words in expected) < 35


# From how many documents


def lessons(*each: tuple[int, int, str]) -> list[Lesson]:
    """Lessons by the number of their answer, their tokens, and the labels of their spans."""
    made = []
    for number, tokens, labels in each:
        spans = tuple((at, at + 1, label) for at, label in enumerate(labels))
        made.append(Lesson(number, 0, b"", Sentence(("a",) * tokens, spans)))
    return made


def expected(some: list[Lesson], overlapping: bool) -> float:
    return quick_seconds([each.sentence for each in some], overlapping=overlapping)


rows = st.tuples(st.integers(1, 1000), st.integers(1, 40), st.text("abcdefghijkl", max_size=1))


@drawn(st.lists(rows, max_size=12, unique_by=lambda row: row[0]), st.floats(0, 0.2), st.booleans())
def test_the_newest_are_taken_as_long_as_they_cost_no_more(
    rows: list[tuple[int, int, str]], seconds: float, overlapping: bool
) -> None:
    there = lessons(*rows)
    kept = newest_within(there, seconds, overlapping=overlapping)
    assert kept == [each for each in there if each in kept], "in their order"
    left = [each for each in there if each not in kept]
    if not left:
        return
    assert min(each.number for each in kept) > max(each.number for each in left)
    assert len(kept) == 1 or expected(kept, overlapping) <= seconds
    next_one = max(left, key=lambda each: each.number)
    assert expected([*kept, next_one], overlapping) > seconds


@pytest.mark.parametrize(
    ("labels", "overlapping", "is_all"),
    [
        (4, False, True),
        (7, False, True),
        (18, False, True),
        (24, False, False),
        (4, True, True),
        (20, True, False),
    ],
)
def test_with_few_labels_that_is_all_that_a_model_may_be_given(
    labels: int, overlapping: bool, is_all: bool
) -> None:
    names = ascii_lowercase[:labels]
    there = lessons(*((number, TOKENS // 100, names) for number in range(100)))
    kept = newest_within(there, TRAINING, overlapping=overlapping)
    assert (kept is there) == is_all
    assert len(kept) > 10


A_TOKEN = quick_seconds([Sentence(("a",), ((0, 1, "PER"),))])
"""What one is expected to cost, with one label."""


@pytest.mark.usefixtures("in_process")
def test_it_learns_from_the_newest_for_which_there_is_time(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(learning, "TRAINING", 12.5 * A_TOKEN)
    store, made = work(*TAUGHT, *NEW, answered=8)
    step_through(made)
    asked = InProcess.requests[0]
    assert [" ".join(words) for words, _ in asked["sentences"]] == TAUGHT[5:]
    assert made.said == "learnt from 3 documents"
    assert best(store, 9) == ["Wanjiru PER"]
    answer(store, 1, given("amina", *name_in(TAUGHT[0], "DATE")))
    step_through(made)
    learnt = [each["sentences"] for each in InProcess.requests if each["do"] == "learn"]
    assert [" ".join(words) for words, _ in learnt[-1]] == [TAUGHT[0], TAUGHT[7]], (
        "two labels cost more"
    )
    scored = [each["new"] for each in InProcess.requests if each["do"] == "learn"]
    assert [len(each) for each in scored] == [0, 1], "what it is not given is not scored either"


class Overtaxed(InProcess):
    """A child that takes too long to learn from a text with the word evil."""

    def answer(self, wait: float) -> bytes | None:
        words = [word for words, _ in self._request.get("sentences", ()) for word in words]
        if "evil" in words:
            raise ChildEnded("it took too much time of the processor")
        return super().answer(wait)


@pytest.mark.parametrize("overlap", [1, 2])
def test_what_took_too_long_is_learnt_from_fewer_documents(
    overlap: int, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where several answer, that concerns those models alone that were given the cause: else what
    was answered in a part would tell on what is suggested there."""
    monkeypatch.setattr(learner_run, "Child", Overtaxed)
    monkeypatch.setattr(learner_run, "PAUSE", 0.0)
    monkeypatch.setattr(learning, "TRAINING", (4 * 9 + 1) * A_TOKEN)
    evil = "Rais evil alisema leo"
    new = [f"Rais Wanjiru {number}" for number in range(20)]
    store, made = work(evil, *TAUGHT, *new, answered=9, toml=f"overlap = {overlap}")
    step_through(made)
    assert made.trouble is None
    sizes = {part: model.size for part, model in made._models.items()}
    if overlap == 1:
        assert sizes == {None: 4}
        assert best(store, 10) == ["Wanjiru PER"]
        return
    there = {part: made._lessons.size(part) for part in sizes}
    assert set(sizes) == {0, 1, 2, 3}
    for part, size in sizes.items():
        assert (size == there[part]) == (part == part_of(evil))
