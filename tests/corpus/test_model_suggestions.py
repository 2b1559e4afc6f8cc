"""What of a model's suggestions is shown beside others."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.model_suggestions import (
    LIKELY,
    MOST,
    POSSIBLE,
    Possible,
    is_of_model,
    possible,
    with_models,
)
from tonemark.corpus.spans import Suggestion

LABELS = ("PER", "LOC")


def name(start: int, end: int, label: str = "PER", score: float = 0.75) -> Suggestion:
    return Suggestion(start, end, label, ("gazetteer:1",), score)


def model(start: int, end: int, label: str = "PER", score: float = 0.9, by: str = "learner"):
    return Suggestion(start, end, label, (f"model:{by}",), score)


CASES = {
    "beside": ([name(0, 4)], [model(5, 9)], [name(0, 4), model(5, 9)]),
    "both say it": (
        [name(0, 4)],
        [model(0, 4)],
        [Suggestion(0, 4, "PER", ("gazetteer:1", "model:learner"), 0.9)],
    ),
    "the model doubts it: the name knows": (
        [name(0, 4)],
        [model(0, 4, score=0.1)],
        [name(0, 4)],
    ),
    "the model finds it as likely as it must for its own": (
        [name(0, 4)],
        [model(0, 4, score=LIKELY)],
        [Suggestion(0, 4, "PER", ("gazetteer:1", "model:learner"), 0.75)],
    ),
    "one model is sure, and another hardly": (
        [],
        [model(0, 4, score=0.8), model(0, 4, score=0.1, by="model-1")],
        [model(0, 4, score=0.8)],
    ),
    "otherwise than a name": ([name(0, 4)], [model(0, 9), model(0, 4, "LOC")], [name(0, 4)]),
    "unlikely": ([], [model(0, 4, score=LIKELY - 0.01)], []),
    "as likely as must be": ([], [model(0, 4, score=LIKELY)], [model(0, 4, score=LIKELY)]),
    "a label that is no more": ([], [model(0, 4, "GPE")], []),
    "the likelier of two": (
        [],
        [model(0, 9, score=0.7), model(0, 4, "LOC", 0.8)],
        [model(0, 4, "LOC", 0.8)],
    ),
    "two models agree": (
        [],
        [model(0, 4, score=0.7), model(0, 4, score=0.8, by="model-1")],
        [Suggestion(0, 4, "PER", ("model:model-1", "model:learner"), 0.8)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_shown(case: str) -> None:
    settled, proposed, wanted = CASES[case]
    assert list(with_models(settled, proposed, LABELS)) == wanted
    assert list(with_models(settled, reversed(proposed), LABELS)) == wanted


def test_where_spans_may_overlap_all_that_is_likely_is_shown() -> None:
    found = with_models(
        [name(0, 4)], [model(0, 9), model(0, 4, score=0.2)], LABELS, overlapping=True
    )
    assert [(s.start, s.end) for s in found] == [(0, 4), (0, 9)]


def test_only_what_nothing_else_proposes_is_a_models() -> None:
    assert is_of_model(model(0, 4))
    assert not is_of_model(name(0, 4))
    assert not is_of_model(Suggestion(0, 4, "PER", ("model:x", "import:f"), 1.0))


STRETCHES = st.builds(
    lambda start, length, label, score: (start, start + length, label, score),
    st.integers(0, 20),
    st.integers(1, 6),
    st.sampled_from(("PER", "LOC", "GPE")),
    st.floats(0, 1),
)


@given(st.lists(STRETCHES, max_size=3), st.lists(STRETCHES, max_size=8))
def test_nothing_settled_is_lost_and_nothing_overlaps(
    names: list[tuple[int, int, str, float]], models: list[tuple[int, int, str, float]]
) -> None:
    settled: list[Suggestion] = []
    for each in names:
        if not any(other.overlaps(each[0], each[1]) for other in settled):
            settled.append(name(*each))
    found = with_models(settled, [model(*each) for each in models], LABELS)
    assert {(s.start, s.end, s.label) for s in settled} <= {
        (s.start, s.end, s.label) for s in found
    }
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(s.label in LABELS and s.score >= LIKELY for s in found if is_of_model(s))


def test_a_stretch_is_as_possible_as_its_labels_together() -> None:
    proposed = [model(0, 4, "PER", 0.3), model(0, 4, "LOC", 0.2), model(0, 9, "PER", 0.4)]
    assert possible(proposed, LABELS) == (Possible(0, 4, 0.5),)
    assert possible(proposed, ("PER",)) == (Possible(0, 9, 0.4),)


def test_two_models_do_not_add_up_and_what_is_hardly_possible_is_none() -> None:
    twice = [model(0, 4, score=0.3), model(0, 4, score=0.2, by="model-1")]
    assert possible(twice, LABELS) == (Possible(0, 4, 0.3),)
    assert possible([model(0, 4, score=POSSIBLE - 0.001)], LABELS) == ()


def test_of_a_long_document_the_likeliest_are_candidates() -> None:
    many = [model(10 * at, 10 * at + 4, score=0.1 + 0.4 * (at % 2)) for at in range(2 * MOST)]
    found = possible(many, LABELS)
    assert len(found) == MOST
    assert {each.score for each in found} == {0.5}
    assert list(found) == sorted(found)


@given(st.lists(STRETCHES, max_size=12))
def test_possible_stretches_lie_apart(models: list[tuple[int, int, str, float]]) -> None:
    found = possible([model(*each) for each in models], LABELS)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(POSSIBLE <= each.score <= 1 for each in found)
