"""The words for each promise that tokens can break."""

from __future__ import annotations

import pytest

from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import FAULTS_TOLD, faults


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("a b", [(0, 1), (2, 3)], []),
        ("", [], []),
        (" \n", [], []),
        ("e\u0301a", [(0, 2), (2, 3)], []),
        ("a b", [(0, 1)], ["the character at 2 (U+0062) is in no token"]),
        ("ab c", [(1, 2), (3, 4)], ["the character at 0 (U+0061) is in no token"]),
        ("a b", [(0, 1), (1, 2), (2, 3)], ["token 1 (1 to 2) is white space alone"]),
        ("ab", [(0, 2), (1, 2)], ["token 1 (1 to 2) begins before the one ahead of it ends, at 2"]),
        ("ab", [(0, 2), (2, 2)], ["token 1 (2 to 2) is empty"]),
        ("ab", [(0, 3)], [
            "token 0 (0 to 3) lies outside the text, which has 2 characters",
            "the character at 0 (U+0061) is in no token",
        ]),
        ("e\u0301", [(0, 1), (1, 2)], [
            "token 0 (0 to 1) ends inside a grapheme cluster",
            "token 1 (1 to 2) begins inside a grapheme cluster",
        ]),
    ],
)  # fmt: skip
def test_faults(text: str, spans: list[tuple[int, int]], expected: list[str]) -> None:
    assert faults(text, [Token(*span) for span in spans]) == expected


def test_tells_only_so_many() -> None:
    assert len(faults("a" * 100, [Token(0, 0)] * 100)) == FAULTS_TOLD
