from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.patterns.candidates import Candidates, candidates
from tonemark.patterns.possible import with_possible
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.registry import load_tokenizer

POSSIBLE = [
    # what may be a name, and how likely, and what is then a candidate
    ([], ["Rais Samia", "Juma"]),
    ([("leo kesho", 0.05)], ["Rais Samia", "leo kesho", "Juma"]),
    ([("Samia", 0.5)], ["Samia", "Juma"]),
    ([("Samia", 0.1)], ["Rais Samia", "Juma"]),
    ([("Rais", 0.1), ("Samia na", 0.4)], ["Rais", "Samia na", "Juma"]),
    ([("Juma leo", 0.2)], ["Rais Samia", "Juma leo"]),
    ([("umA", 0.9)], ["Rais Samia", "Juma"]),
    ([("...", 0.9)], ["Rais Samia", "Juma"]),
]


@pytest.mark.parametrize(("stretches", "wanted"), POSSIBLE)
def test_what_may_be_a_name_stands_beside_what_looks_like_one(
    stretches: list[tuple[str, float]], wanted: list[str]
) -> None:
    text = "Rais Samia na Juma leo kesho ..."
    tokens = load_tokenizer("general").tokenize(text)
    given = [
        (text.lower().index(part.lower()), text.lower().index(part.lower()) + len(part), score)
        for part, score in stretches
    ]
    found = with_possible(candidates(text, tokens, {}), text, tokens, given)
    runs = [text[tokens[first].start : tokens[end - 1].end] for first, end in found.runs]
    assert sorted(runs) == sorted(wanted)
    assert list(found.runs) == sorted(found.runs)
    for first, end in found.runs:
        assert all(weight >= 10 for weight in found.weight[first:end])


@st.composite
def places(draw: st.DrawFn, length: int) -> list[tuple[int, int]]:
    """Stretches that lie apart, in order."""
    borders = sorted(draw(st.sets(st.integers(0, length), max_size=12)))
    return list(zip(borders[::2], borders[1::2], strict=False))


@given(st.data())
def test_a_run_goes_only_for_what_is_likely_and_nothing_overlaps(data: st.DataObject) -> None:
    tokens = [Token(2 * at, 2 * at + 1) for at in range(10)]
    runs = data.draw(places(10))
    stretches = [
        (2 * first, 2 * end - 1, data.draw(st.sampled_from((0.1, 0.5))))
        for first, end in data.draw(places(10))
    ]
    found = with_possible(Candidates(tuple(runs), (0.0,) * 10), "a" * 20, tokens, stretches)

    def touching(run: tuple[int, int]) -> list[tuple[int, int, float]]:
        return [(a // 2, b // 2 + 1, s) for a, b, s in stretches
                if a // 2 < run[1] and run[0] < b // 2 + 1]  # fmt: skip

    kept = {run for run in runs if all(score < 0.15 for *_, score in touching(run))}
    new = {
        (a // 2, b // 2 + 1)
        for a, b, _ in stretches
        if not any((a // 2, b // 2 + 1, _) in touching(run) for run in kept)
    }
    assert list(found.runs) == sorted([*kept, *new])
    for first, end in new:
        assert all(weight >= 10 for weight in found.weight[first:end])
