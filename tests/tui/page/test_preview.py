"""The beginning of a long page is where the whole page will have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tonemark.tui.page.preview import LONG, is_long, preview
from tonemark.tui.page.render import render
from tonemark.tui.page.view import View

WORDS = " ".join(f"neno{n} Jina{n}," for n in range(LONG // 2))
ODD = "ẹ̀kọ́\x1b[2J " * LONG


def lines(runs: list[list[Any]], *, odd: bool) -> list[str]:
    """The lines of text, or those between them."""
    return ["".join(text for text, _ in line).rstrip() for line in runs[odd::2]]


@pytest.mark.parametrize("text", [WORDS, ODD, "a" * 15 + " " + WORDS])
@pytest.mark.parametrize("size", [(79, 18), (20, 5), (300, 50)])
def test_the_text_stands_where_it_will_stand(
    player: Callable[..., Any], text: str, size: tuple[int, int]
) -> None:
    page = player(text).view.page
    width, height = size
    whole = render(View(page, {}, width=width, height=height), {})
    beginning = preview(page, width, height, "logical")
    assert lines(beginning, odd=True) == lines(whole, odd=True)
    assert not any(lines(beginning, odd=False)), "hints come with the whole page"
    assert {look.role for line in beginning for _, look in line} <= {"text", "blank"}


def test_only_a_long_page_that_is_new_has_one(player: Callable[..., Any]) -> None:
    page = player(WORDS).view.page
    assert is_long(page)
    page.note_focus(0, 0, 4)
    assert not is_long(page), "she may be anywhere on it"
    assert not is_long(player("neno Jina").view.page)
    assert not is_long(player(WORDS, WORDS).view.page)
