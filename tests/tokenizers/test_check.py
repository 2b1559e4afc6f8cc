"""The words for each promise that tokens can break."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.text import graphemes
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.check import faults, instead, made_tokens, mended
from tonemark.tokenizers.general import GeneralTokenizer


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
        ("ab", [(0, 2), (1, 2)], ["token 1 (1 to 2) begins before one ahead of it ends"]),
        ("ab", [(0, 2), (2, 2)], ["token 1 (2 to 2) is empty"]),
        ("ab", [(0, 3)], [
            "token 0 (0 to 3) lies outside the text, which has 2 characters",
            "the character at 0 (U+0061) is in no token",
        ]),
        ("e\u0301", [(0, 1), (1, 2)], [
            "token 0 (0 to 1) begins or ends inside a grapheme cluster",
        ]),
    ],
)  # fmt: skip
def test_faults(text: str, spans: list[tuple[int, int]], expected: list[str]) -> None:
    assert faults(text, [Token(*span) for span in spans]) == expected


def test_tells_the_first_fault_of_a_kind() -> None:
    assert faults("a" * 100, [Token(0, 0)] * 100) == [
        "token 0 (0 to 0) is empty",
        "the character at 0 (U+0061) is in no token",
    ]


CLUSTERED = st.text(st.sampled_from("a \r\n\u0301\u200d\u0600\u093eक्ষ각\u1100\u1161\u11a8👩🏽🇰🇪"))


@given(CLUSTERED | st.text(), st.data())
def test_a_border_inside_a_cluster_is_found(text: str, data: st.DataObject) -> None:
    ends = {end for _, end in graphemes(text)}
    cuts = sorted(data.draw(st.sets(st.integers(1, max(1, len(text) - 1)))) | {0, len(text)})
    tokens = [Token(*pair) for pair in pairwise(cuts) if pair[1] <= len(text)]
    torn = any(token.end not in ends for token in tokens)
    assert any("grapheme" in fault for fault in faults(text, tokens)) is torn


def test_what_is_left_of_a_torn_token_may_be_white_space() -> None:
    assert mended("aa\u0301 ", [Token(0, 2), Token(2, 4)]) == [Token(0, 3)]


@given(CLUSTERED | st.text(), st.data())
def test_mended_tokens_break_no_promise(text: str, data: st.DataObject) -> None:
    """However a text was cut into pieces: white space goes, and no cluster is torn."""
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))) | {0, len(text)})
    tokens = [Token(*pair) for pair in pairwise(cuts)]
    found = mended(text, tokens)
    assert faults(text, found) == []
    if faults(text, tokens) == []:
        assert found == tokens, "what is right stays as it is"


@pytest.mark.parametrize(
    ("text", "cuts", "expected"),
    [
        ("e\u0301a", [0, 1, 3], ["e\u0301", "a"]),
        ("a \u0301b", [0, 1, 2, 4], ["a", " \u0301b"]),
        ("\U0001f1f0\U0001f1eax", [0, 1, 2, 3], ["\U0001f1f0\U0001f1ea", "x"]),
        ("a  b", [0, 1, 3, 4], ["a", "b"]),
        ("x\r\ny", [0, 2, 3, 4], ["x\r\n", "y"]),
    ],
)
def test_how_tokens_are_mended(text: str, cuts: list[int], expected: list[str]) -> None:
    found = mended(text, [Token(*pair) for pair in pairwise(cuts)])
    assert [text[start:end] for start, end in found] == expected


def test_what_cannot_be_mended_stays_a_fault() -> None:
    assert mended("abc", [Token(0, 1), Token(2, 3)]) == [Token(0, 1), Token(2, 3)]
    assert faults("abc", mended("abc", [Token(0, 2), Token(1, 3)]))


def test_a_tokenizer_that_fails_is_replaced_and_told_of() -> None:
    class Broken(GeneralTokenizer):
        def tokenize(self, text: str) -> list[Token]:
            if text == "raise":
                raise ValueError("bad  luck\n" + "x" * 1000)
            return [Token(0, 1)]

    assert made_tokens(Broken(), "a") == ([(0, 1)], "")
    tokens, fault = made_tokens(Broken(), "ab cd")
    assert tokens == [(0, 2), (3, 5)]
    assert fault == "the character at 1 (U+0062) is in no token"
    tokens, fault = made_tokens(Broken(), "raise")
    assert tokens == [(0, 5)]
    assert fault.startswith("it raised ValueError: bad luck xxx")
    assert len(fault) == 300
    assert instead("ab cd", "late").fault == "late"
