"""Hints: prefix-free, as short as can be, the shortest for what is wanted most."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tui.page.hints import LETTERS, assign, codes

letter_sets = st.sets(st.sampled_from(LETTERS + "xyzqvt"), min_size=2, max_size=16).map(
    lambda letters: "".join(sorted(letters))
)


def prefix_free(hints: list[str]) -> bool:
    return not any(after.startswith(before) for before, after in pairwise(sorted(hints)))


@pytest.mark.parametrize(
    ("count", "lengths"),
    [
        (0, {}),
        (1, {1: 1}),
        (16, {1: 16}),
        (17, {1: 15, 2: 2}),
        (31, {1: 15, 2: 16}),
        (32, {1: 14, 2: 18}),
        (120, {1: 9, 2: 111}),
        (241, {1: 1, 2: 240}),
        (242, {2: 242}),
        (256, {2: 256}),
        (257, {2: 255, 3: 2}),
        (1000, {2: 206, 3: 794}),
    ],
)
def test_how_many_hints_have_how_many_letters(count: int, lengths: dict[int, int]) -> None:
    hints = codes(count)
    assert {n: sum(len(hint) == n for hint in hints) for n in {len(h) for h in hints}} == lengths


@given(st.integers(0, 5000), letter_sets)
def test_hints_are_prefix_free_and_as_many_as_asked_for(count: int, letters: str) -> None:
    hints = codes(count, letters)
    assert len(hints) == len(set(hints)) == count
    assert prefix_free(hints)
    assert set("".join(hints)) <= set(letters)
    assert [len(hint) for hint in hints] == sorted(len(hint) for hint in hints)


@given(st.integers(0, 256), letter_sets)
def test_the_number_of_one_letter_hints_is_the_documented_one(count: int, letters: str) -> None:
    size = len(letters)
    ones = sum(len(hint) == 1 for hint in codes(count, letters))
    given_up = -(-max(0, count - size) // (size - 1))
    assert ones == max(0, min(count, size - given_up))


def test_letters_are_given_up_from_the_top_row_first() -> None:
    assert [hint for hint in codes(17) if len(hint) == 2] == ["wa", "ws"]
    assert not any(hint in codes(120) for hint in "weruiop")


def test_fewer_than_two_letters_make_no_hints() -> None:
    with pytest.raises(ValueError, match="two letters"):
        codes(3, "a")


@pytest.mark.parametrize(
    ("weights", "letters", "hints"),
    [
        ([], "as", []),
        ([0, 0], "as", ["a", "s"]),
        ([0, 5, 0], "as", ["sa", "a", "ss"]),
        ([1, 1, 1, 9, 9], "asd", ["da", "ds", "dd", "a", "s"]),
    ],
)
def test_the_heaviest_get_the_shortest(
    weights: list[float], letters: str, hints: list[str]
) -> None:
    assert [len(hint) for hint in assign(weights, letters)] == [len(hint) for hint in hints]
    for length in {len(hint) for hint in hints}:
        given_ = [hint for hint in assign(weights, letters) if len(hint) == length]
        assert given_ == sorted(given_, key=lambda hint: [letters.index(c) for c in hint])


def test_what_has_no_room_for_the_hint_of_its_turn_gets_none() -> None:
    assert assign([9, 9, 9, 9], "as", [1, 1, 1, 3]) == ["a", "", "", "s"]
    assert assign([0.0] * 20, LETTERS, [1] * 20) == [*LETTERS, *[""] * 4]
    assert "" not in assign([0.0] * 300, LETTERS, [3] * 300)


@given(st.lists(st.tuples(st.floats(0, 9), st.integers(0, 4)), max_size=400), letter_sets)
def test_hints_that_are_given_fit_and_are_prefix_free(
    tokens: list[tuple[float, int]], letters: str
) -> None:
    hints = assign([weight for weight, _ in tokens], letters, [room for _, room in tokens])
    assert len(hints) == len(tokens)
    assert all(len(hint) <= room for hint, (_, room) in zip(hints, tokens, strict=True))
    assert prefix_free([hint for hint in hints if hint])
    longest = max(map(len, codes(len(tokens), letters)), default=0)
    assert all(hint for hint, (_, room) in zip(hints, tokens, strict=True) if room >= longest)
