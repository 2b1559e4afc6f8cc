"""The line editor: tables of keys, and what no text may do."""

from __future__ import annotations

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from tonemark.tui.page.cells import cells
from tonemark.tui.page.prompt import TEXT_LIMIT, Prompt

KEYS = ["a", "ọ", "́", "space", "backspace", "delete", "left", "right", "home", "end"]


def prompt(text: str = "") -> Prompt:
    return Prompt("label", lambda given: None, text)


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("", ["a", "b"], "ab|"),
        ("ab", ["left", "c"], "ac|b"),
        ("ab", ["home", "delete"], "|b"),
        ("ab", ["home", "backspace"], "|ab"),
        ("a", ["space", "b"], "a b|"),
        ("ẹ̀kọ́", ["backspace"], "ẹ̀k|"),
        ("ẹ̀kọ́", ["left", "left", "delete"], "ẹ̀|ọ́"),
        ("ẹ̀kọ́", ["home", "right", "backspace"], "|kọ́"),
        ("𞤀𞤥", ["backspace", "up", "tab"], "𞤀|"),
    ],
)
def test_keys(text: str, keys: list[str], expected: str) -> None:
    line = prompt(text)
    for key in keys:
        line.press(key)
    assert f"{line.text[: line.cursor]}|{line.text[line.cursor :]}" == expected


def test_a_key_that_is_not_the_lines_is_left_to_the_screen() -> None:
    assert not prompt().press("up")
    assert prompt().press("x")


def test_a_paste_becomes_one_line_without_controls_and_of_bounded_length() -> None:
    line = prompt()
    line.insert("moja\r\npili\x1b[31m\ud800")
    assert line.text == "moja pili [31m?"
    line.insert("x" * 2 * TEXT_LIMIT)
    assert len(line.text) == TEXT_LIMIT


@given(st.text(), st.lists(st.sampled_from(KEYS) | st.characters()), st.integers(1, 90))
def test_any_text_and_keys_leave_a_safe_line_with_the_cursor_in_view(
    text: str, keys: list[str], width: int
) -> None:
    line = prompt()
    line.insert(text)
    for key in keys:
        if key.isprintable():
            line.press(key)
        assert 0 <= line.cursor <= len(line.text)
    runs = line.runs(width)
    shown = "".join(part for part, _ in runs)
    assert not regex.search(r"[\x00-\x1f\x7f-\x9f]", shown)
    assert any(look.focus for _, look in runs)
    cursor = next(cells(part) for part, look in runs if look.focus)
    before = sum(cells(part) for part, look in runs[:2])
    if width > 10:
        assert before + cursor <= width
