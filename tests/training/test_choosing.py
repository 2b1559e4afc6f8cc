"""Which model is kept: what was scored, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.training import choosing
from tonemark.training.choosing import (
    ENOUGH,
    FITTED,
    HASTY,
    JOINS,
    USUAL,
    better_share,
    choose,
    fitted_join,
    limits,
)
from tonemark.training.scores.counts import Counts, by_label, counted, total


def alike(right: int, documents: int = 25) -> list[Counts]:
    """Documents of ten gold and ten found spans each, so many of them right."""
    return [Counts(right, 10, 10)] * documents


CASES = {
    "the learner alone": ({"learner": alike(5)}, "learner", "learner: .50, scored on 25 documents"),
    "joined is better": (
        {"learner": alike(5), "network": alike(4), "joined": alike(6)},
        "joined",
        "joined: .60 against .50 (learner) and .40 (network), scored on the 25 documents on which"
        " all were tried, and from which none had learnt.",
    ),
    "the network is better": (
        {"learner": alike(5), "network": alike(7), "joined": alike(6)},
        "network",
        "network: .70 against .60 (joined) and .50 (learner)",
    ),
    "a network that was better on few spans": (
        {"learner": alike(5, 14), "network": alike(7, 14), "joined": alike(4, 14)},
        "learner",
        "may have done so by chance",
    ),
    "better by chance": (
        {
            "learner": [*alike(5), Counts(0, 10, 10), Counts(10, 10, 10)],
            "network": alike(4, 27),
            "joined": [*alike(5), Counts(10, 10, 10), Counts(1, 10, 10)],
        },
        "learner",
        "may have done so by chance",
    ),
    "a network that knows next to nothing": (
        {"learner": alike(5), "network": alike(1), "joined": alike(6)},
        "learner",
        "learner: .50 against .60 (joined) and .10 (network)",
    ),
    "alike": ({"learner": alike(5), "network": alike(5), "joined": alike(5)}, "learner", ".50"),
    "nothing was scored": ({"learner": []}, "learner", "no other document"),
    "one document": ({"learner": alike(5, 1)}, "learner", "scored on 1 document that"),
}


@pytest.mark.parametrize(("tried", "kind", "why"), CASES.values(), ids=CASES.keys())
def test_what_is_kept(tried: dict[str, list[Counts]], kind: str, why: str) -> None:
    choice = choose(tried)  # type: ignore[arg-type]
    assert (choice.kind, why in choice.why) == (kind, True), choice
    assert choice.why.endswith(".")


def test_the_evaluation_share_is_named() -> None:
    assert choose({"learner": alike(5)}, is_share=True).why.endswith("of the evaluation share.")


ALL = {"learner": 800, "network": 800}
SOME = {"learner": 100, "network": 600}
OF_LEARNER = "The learner learnt from 100 of 800 documents."
OF_NETWORK = "The network learnt from 600 of 800 documents: it was scored on the others."


@pytest.mark.parametrize(
    ("kind", "taught", "thorough", "told"),
    [
        ("learner", ALL, True, []),
        ("joined", ALL, True, []),
        ("learner", ALL, False, [HASTY]),
        ("learner", SOME, False, [HASTY, OF_LEARNER]),
        ("joined", SOME, False, [HASTY, OF_LEARNER, OF_NETWORK]),
        ("network", {**ALL, "network": 600}, True, [OF_NETWORK]),
        ("learner", {**ALL, "network": 0}, True, []),
    ],
)
def test_what_it_has_not_learnt_is_told(
    kind: Any, taught: Any, thorough: bool, told: list[str]
) -> None:
    assert list(limits(kind, taught, 800, is_thorough=thorough)) == told


def test_a_fitted_join_is_told_where_it_is_kept() -> None:
    tried: dict[Any, list[Counts]] = {
        "learner": alike(5),
        "network": alike(4),
        "joined": alike(6),
    }
    assert choose(tried, join=JOINS[-1]).why.endswith(f"{FITTED}.")
    assert FITTED not in choose(tried).why
    assert FITTED not in choose({"learner": alike(5)}, join=JOINS[-1]).why


counts = st.builds(
    lambda right, more, missed: Counts(right, right + more, right + missed),
    *[st.integers(0, 9)] * 3,
)


@settings(deadline=None)  # the first one loads numpy
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_what_is_better_in_all_samples_is_better_surely(
    pairs: list[tuple[Counts, Counts]],
) -> None:
    one, other = zip(*pairs, strict=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(choosing, "RESAMPLES", 60)
        assert better_share(one, other) + better_share(other, one) == pytest.approx(1)
        assert better_share(one, one) == 0.5


def test_a_join_is_fitted_where_there_is_enough_to_fit_it_to() -> None:
    better = JOINS[-1]
    for gold, wanted in ((ENOUGH - 1, USUAL), (ENOUGH, better)):
        found = {join: [Counts(5 + (join is better), 10, gold)] for join in JOINS}
        assert fitted_join(found) == wanted


spans = st.sets(
    st.tuples(st.integers(0, 4), st.integers(5, 8), st.sampled_from(["PER", "LOC"])), max_size=6
)


@given(st.lists(st.tuples(spans, spans), min_size=1, max_size=4))
def test_labels_sum_up(documents: list[tuple[set[tuple[int, int, str]], ...]]) -> None:
    whole = total(counted(gold, found) for gold, found in documents)
    assert total(by_label((gold, found) for gold, found in documents).values()) == whole
    assert whole.f1 == pytest.approx(
        2 * whole.precision * whole.recall / ((whole.precision + whole.recall) or 1)
    )
