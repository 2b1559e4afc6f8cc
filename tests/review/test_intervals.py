"""Bootstrap intervals: the same for the same documents, and what drawing them one by one gives."""

from __future__ import annotations

import random
from collections import Counter

import numpy
import pytest

from tonemark.review import intervals as i
from tonemark.review.figures import Shape, figures
from tonemark.review.sums import Sums

SHAPE = Shape(2, ("a", "b"), (), (), ("PER",))
OF = ("pair", "a", "b")


def some_sums(documents: int) -> Sums:
    """Documents with two spans of each annotator, of which 0, 1 or 2 are equal, in turn."""
    sums = Sums()
    for number in range(documents):
        sums.add({("one",): 1, (*OF, "spans", "PER"): 4, (*OF, "equal", "PER"): number % 3})
    return sums


def test_every_sample_has_as_many_documents_as_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where they are drawn in blocks, the last of them smaller."""
    monkeypatch.setattr(i, "_BLOCK", 64)
    sums = some_sums(1_000)
    drawn = i._drawn(sums, 50, numpy.random.default_rng(0))
    assert (drawn[:, sums.keys["one",]] == 1_000).all()
    assert len(set(drawn[:, sums.keys[*OF, "equal", "PER"]])) > 10


def test_documents_are_drawn_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(i, "_BLOCK", 3)
    sums = Sums()
    for number in range(8):
        sums.add({("document", str(number)): 1})
    drawn = i._drawn(sums, 4_000, numpy.random.default_rng(0))
    assert drawn.sum() == 8 * 4_000
    # Of a multinomial: mean 1, variance 7/8, covariance -1/8.
    assert numpy.allclose(drawn.mean(axis=0), 1, atol=0.08)
    spread = numpy.cov(drawn, rowvar=False)
    assert numpy.allclose(spread, numpy.eye(8) - 1 / 8, atol=0.1)


def test_the_interval_is_that_of_samples_drawn_one_by_one() -> None:
    sums = some_sums(60)
    found = i.intervals(sums, SHAPE)["f1", "a:b"]
    draw = random.Random(1)
    samples = sorted(
        2 * sum(draw.randrange(60) % 3 for _ in range(60)) / (4 * 60) for _ in range(4_000)
    )
    assert found.low == pytest.approx(samples[100], abs=0.02)
    assert found.high == pytest.approx(samples[-100], abs=0.02)
    assert found.low < figures(SHAPE, sums.totals)["f1", "a:b"] < found.high


def test_the_same_documents_give_the_same_interval_however_they_are_batched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sums = some_sums(100)
    once = i.intervals(sums, SHAPE)
    assert i.intervals(sums, SHAPE) == once
    monkeypatch.setattr(i, "_CELLS", 600)
    batched = i.intervals(sums, SHAPE)
    assert batched["f1", "a:b"] == pytest.approx(once["f1", "a:b"], abs=0.02)


def test_no_interval_where_there_is_nothing_to_draw_or_too_little_is_defined() -> None:
    assert i.intervals(some_sums(1), SHAPE) == {}
    sums = Sums()
    for number in range(20):
        sums.add({("one",): 1, **({(*OF, "spans", "PER"): 4} if number == 0 else {})})
    # A sample has the only document with spans in 64 of 100 cases.
    assert ("f1", "a:b") not in i.intervals(sums, SHAPE)
    assert figures(SHAPE, Counter(sums.totals))["f1", "a:b"] == 0.0
