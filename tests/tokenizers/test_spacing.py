"""Tokens with the white space between them, as spaCy counts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import spaced_numbers, with_gaps, words_and_spaces
from tonemark.tokenizers.general import GeneralTokenizer

GENERAL = GeneralTokenizer()
TEXTS = st.text(st.sampled_from(" \t\n\r\xa0\u2003\x1c\u200d\u0301ab.'é"), max_size=20)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" ", [" "]),
        ("a b", ["a_", "b"]),
        ("a  b", ["a_", " ", "b"]),
        (" a ", [" ", "a_"]),
        ("a   ", ["a_", "  "]),
        ("a\n b", ["a", "\n ", "b"]),
        ("a \n\nb", ["a_", "\n\n", "b"]),
        ("a\xa0b", ["a", "\xa0", "b"]),
        ("\r\na", ["\r\n", "a"]),
        ("a.b", ["a", ".", "b"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    found, spaces = words_and_spaces(text, GENERAL.tokenize(text))
    assert [word + "_" * space for word, space in zip(found, spaces, strict=True)] == words


@given(TEXTS)
def test_they_are_the_text_and_both_forms_agree(text: str) -> None:
    tokens = GENERAL.tokenize(text)
    words, spaces = words_and_spaces(text, tokens)
    assert "".join(word + " " * space for word, space in zip(words, spaces, strict=True)) == text
    placed = with_gaps(text, tokens)
    assert [text[start:end] for start, end, _ in placed] == words
    numbers = spaced_numbers(placed)
    assert [placed[at][:2] for at in numbers] == tokens
    assert [placed[at].number for at in numbers] == list(range(len(tokens)))
    assert all(text[s:e].isspace() for s, e, number in placed if number is None)


def test_what_given_tokens_leave_out_is_kept() -> None:
    text = "a bc  d"
    placed = with_gaps(text, [Token(0, 1), Token(6, 7)])
    assert placed == [(0, 1, 0), (2, 6, None), (6, 7, 1)]
    assert words_and_spaces(text, [Token(0, 1), Token(6, 7)])[0] == ["a", "bc  ", "d"]
