"""How names and texts are cut into atoms, whatever the tokenizer."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.patterns.atoms import ATOM, atoms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dar es Salaam", ["Dar", "es", "Salaam"]),
        ("Dar-es-Salaam", ["Dar", "-", "es", "-", "Salaam"]),
        ("ng'ombe ng’ombe ngʼombe", ["ng'ombe", "ng’ombe", "ngʼombe"]),
        ("'Yan ʼYan Bura'", ["'", "Yan", "ʼYan", "Bura", "'"]),
        ("Ọ̀ṣun O\u0323\u0300s\u0323un", ["Ọ̀ṣun", "O\u0323\u0300s\u0323un"]),
        ("J.K. 3.5% 80kg", ["J", ".", "K", ".", "3", ".", "5", "%", "80kg"]),
        ("አዲስ፡አበባ።", ["አዲስ", "፡", "አበባ", "።"]),
        ("ǃKung !Kung", ["ǃKung", "!", "Kung"]),
        ("Na\u00adi\u200bro\u2060bi", ["Na\u00adi\u200bro\u2060bi"]),
        ("東京ไทย", ["東", "京", "ไ", "ท", "ย"]),  # no one can say where words end
        ("a\x1fb\x1cc", ["a", "b", "c"]),  # what keys are made with
        ("", []),
    ],
)
def test_atoms(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in atoms(text)] == expected


@given(st.text(max_size=60))
def test_atoms_cover_all_but_white_space(text: str) -> None:
    found = atoms(text)
    assert all(start < end for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    covered = {at for start, end in found for at in range(start, end)}
    for at, character in enumerate(text):
        if at not in covered:
            assert character.isspace() or "\x1c" <= character <= "\x1f"


@given(st.text(max_size=30), st.text(max_size=30))
def test_white_space_parts_atoms(one: str, other: str) -> None:
    assert ATOM.findall(f"{one} {other}") == ATOM.findall(one) + ATOM.findall(other)
