"""Two opinions pooled: what holds for all of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.training.learner.chain import DIGITS
from tonemark.training.learner.learning import Found
from tonemark.training.learner.spans import best_apart
from tonemark.training.pipeline.pooling import FAINT, pooled

found = st.builds(
    lambda start, length, label, score: Found(start, start + length, label, score),
    st.integers(0, 8),
    st.integers(1, 3),
    st.sampled_from(["PER", "LOC"]),
    st.floats(FAINT, 1 - FAINT),
)
opinions = st.lists(found, max_size=8, unique_by=lambda each: each[:3])


@given(opinions, opinions)
def test_one_that_weighs_nothing_says_nothing(one: list[Found], other: list[Found]) -> None:
    told = pooled(one, other, weight=0.0, least=0.35)
    alone = best_apart(one, 0.35)
    # Of two that are as likely either may be told.
    assert sum(each.score - 0.35 for each in told) == pytest.approx(
        sum(round(each.score, DIGITS) - 0.35 for each in alone), abs=1e-9
    )


@given(opinions, opinions, st.floats(0, 1), st.floats(0.05, 0.9))
def test_what_is_pooled(one: list[Found], other: list[Found], weight: float, least: float) -> None:
    places = {each[:3] for each in (*one, *other)}
    every = pooled(one, other, weight=weight, least=least, overlapping=True)
    assert {each[:3] for each in every} <= places
    assert list(every) == sorted(every)
    assert all(least < each.score <= 1 for each in every)
    turned = pooled(other, one, weight=1 - weight, least=least, overlapping=True)
    assert [each.score for each in turned] == pytest.approx([each.score for each in every])
    apart = pooled(one, other, weight=weight, least=least)
    assert set(apart) <= set(every)
    assert all(left.end <= right.start for left, right in pairwise(apart))


def test_both_sure_is_surer_than_one() -> None:
    def score(*opinions: list[Found]) -> float:
        (only,) = pooled(*opinions, weight=0.5, least=0.01)
        return only.score

    sure, faint = [Found(0, 1, "PER", 0.9)], [Found(0, 1, "PER", 0.2)]
    assert score(sure, sure) == pytest.approx(0.9)
    assert score(sure, faint) == pytest.approx(0.6)
    assert score(sure, []) < score(sure, faint)
