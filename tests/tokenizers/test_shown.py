"""Tokens as people see and correct them: what is shown, what is read, that both are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.text import visible
from tonemark.tokenizers.check import faults
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.rules import Rules
from tonemark.tokenizers.shown import has_idle_marks, read_shown, shown

TOKENIZER = GeneralTokenizer(Rules(join="-", phrases=("a b", "kws kho mob")))
CLICKS = GeneralTokenizer(Rules(letters="|¦"))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ẹ̀kọ́ ni.", "Ẹ̀kọ́ ni|."),
        ("kws kho mob, Vaj-Pov", "kws␣kho␣mob|, Vaj-Pov"),
        ("a  \t c", "a c"),
        ("a|b ␣\\", "a|¦|b \\␣|\\\\"),
        ("a ¦ b", "a \\¦ b"),
        ("", ""),
        ("ko\u00adka ma\u200cma \u200b x", r"ko\{AD}ka ma\{200C}ma \{200B} x"),
        ("kws\nkho mob", r"kws\{A}kho mob"),
        ("\u0301a {x} \\{41}", r"\{301}a {|x|} \\|{|41|}"),
    ],
)
def test_what_is_shown(text: str, line: str) -> None:
    assert shown(text, TOKENIZER.tokenize(text)) == line


@pytest.mark.parametrize(
    ("line", "text", "tokens"),
    [
        ("kws␣kho␣mob|. A\n", "kws kho mob. A", ["kws kho mob", ".", "A"]),
        ("  a |  b || c|", "a b c", ["a", "b", "c"]),
        ("\\|\\␣\\\\ \\a", "|␣\\ \\a", ["|␣\\", "\\a"]),
        ("¦¦gôan|, Ju¦'hoan \\¦", "||gôan, Ju|'hoan ¦", ["||gôan", ",", "Ju|'hoan", "¦"]),
        ("|", "", []),
        ("␣ a␣b", " a b", ["a b"]),
    ],
)
def test_what_a_person_writes(line: str, text: str, tokens: list[str]) -> None:
    found, places = read_shown(line)
    assert found == text
    assert [found[start:end] for start, end in places] == tokens


@given(
    st.lists(
        st.sampled_from(
            ["a", "b", "kws kho mob", "|", "¦", "␣", "\u0301", "\\", "-", ".", "ọ́", " "]
        )
    )
)
def test_what_is_shown_is_read_back(pieces: list[str]) -> None:
    text = " ".join("".join(pieces).split())
    for tokenizer in (TOKENIZER, CLICKS):
        tokens = tokenizer.tokenize(text)
        line = shown(text, tokens)
        assert read_shown(line) == (text, tokens)
        assert not has_idle_marks(line)


@given(st.text(st.characters(exclude_categories=())))
def test_any_line_can_be_read(line: str) -> None:
    text, tokens = read_shown(line)
    assert [fault for fault in faults(text, tokens) if "cluster" not in fault] == []


def test_a_click_is_readable() -> None:
    tokens = CLICKS.tokenize("||gôan ge Ju|'hoan.")
    assert shown("||gôan ge Ju|'hoan.", tokens) == "¦¦gôan ge Ju¦'hoan|."


@pytest.mark.parametrize(
    ("line", "idle"),
    [
        ("yefka|-yas|-t", False),
        ("yefka |-yas", True),
        ("yefka| -yas", True),
        ("|yefka", True),
        ("yefka|", True),
        ("a||b", True),
        ("Tizi␣Wezzu", False),
        ("Tizi␣␣Wezzu", False),
        ("Tizi␣ Wezzu", True),
        ("Tizi ␣Wezzu", True),
        ("Tizi␣|Wezzu", True),
        ("Tizi Wezzu ␣", True),
        ("a \u2423\u0301b", False),  # a mark that stands on white space takes it along
        ("¦¦gôan \\| \\␣", False),
        ("  a|b  \n", False),
        ("", False),
    ],
)
def test_bars_that_part_nothing(line: str, idle: bool) -> None:
    assert has_idle_marks(line) is idle


LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(LINES)
def test_any_text_is_shown_safely_and_read_back(line: str) -> None:
    """But for white space between tokens, which is a space or the end of a line."""
    tokens = TOKENIZER.tokenize(line)
    told = shown(line, tokens)
    assert visible(told) == told
    text, found = read_shown(told)
    assert [text[a:b] for a, b in found] == [line[a:b] for a, b in tokens]
    if "\n" not in line:
        assert shown(text, found) == told
