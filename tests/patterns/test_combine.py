from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.spans import Suggestion
from tonemark.patterns.combine import combine


def at(start: int, end: int, label: str = "PER", source: str = "g", score: float = 1.0):
    return Suggestion(start, end, label, (source,), score)


CASES = {
    "apart": ([at(0, 4)], [at(5, 9)], [at(0, 4), at(5, 9)]),
    "the same of two sources": (
        [at(0, 4, source="g", score=0.5)],
        [at(0, 4, source="p", score=0.8)],
        [Suggestion(0, 4, "PER", ("g", "p"), 0.8)],
    ),
    "another label, less sure": (
        [at(0, 4, "PER", score=0.9)],
        [at(0, 4, "LOC", score=0.3)],
        [at(0, 4, "PER", score=0.9 * 0.9 / 1.2 / 0.9)],
    ),
    "other borders, as sure: the longer, in doubt": (
        [at(0, 4)], [at(0, 9)], [at(0, 9, score=0.5)],
    ),
    "an untried longer one around a sure one": (
        [at(0, 9, "ORG", score=0.5)], [at(5, 9, "LOC", score=0.9)],
        [at(0, 9, "ORG", score=0.5 * 0.5 / 1.4 / 0.5)],
    ),
    "a longer one that is likely wrong": (
        [at(0, 9, score=0.4)], [at(5, 9, score=0.9)], [at(5, 9, score=0.9 / 1.3)],
    ),
    "crossing two": (
        [at(0, 5), at(6, 9)],
        [at(3, 8, score=0.3)],
        [at(0, 5, score=1 / 1.3), at(6, 9, score=1 / 1.3)],
    ),
    "worth nothing": ([at(0, 4, score=0.0)], [at(0, 4, "LOC", score=0.0)], [at(0, 4, score=0.0)]),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_several_sources_say(case: str) -> None:
    one, other, wanted = CASES[case]
    for found in (combine(one, other), combine(other, one)):
        assert [(s.start, s.end, set(s.sources)) for s in found] == [
            (s.start, s.end, set(s.sources)) for s in wanted
        ]
        assert [s.score for s in found] == pytest.approx([s.score for s in wanted])
    if case != "worth nothing":
        assert [s.label for s in combine(one, other)] == [s.label for s in wanted]


def test_where_spans_may_overlap_all_stay() -> None:
    assert combine([at(0, 9)], [at(0, 4, "LOC")], overlapping=True) == (at(0, 4, "LOC"), at(0, 9))


stretches = st.builds(
    lambda start, length, label, score: at(start, start + length, label, score=score),
    st.integers(0, 20), st.integers(1, 6), st.sampled_from(["PER", "LOC"]), st.floats(0.01, 1),
)  # fmt: skip


@given(st.lists(stretches), st.lists(stretches))
def test_none_overlap_and_what_is_left_out_was_contradicted(
    one: list[Suggestion], other: list[Suggestion]
) -> None:
    found = combine(one, other)
    assert list(found) == sorted(found)
    assert all(a.end <= b.start for a, b in pairwise(found))
    places = {(s.start, s.end, s.label) for s in found}
    for each in (*one, *other):
        if (each.start, each.end, each.label) not in places:
            winners = [s for s in found if s.overlaps(each.start, each.end)]
            assert any(s.score <= 0.5 or s.score < 1 or each.score == 0 for s in winners)
