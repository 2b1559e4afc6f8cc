"""The order of right-to-left text: against another implementation, and rows as they are read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.text import visible
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tui.page.bidi import base_level_of, levels, mirrored, visual_order
from tonemark.tui.page.layout import lay_out
from tonemark.tui.page.visual import Directions, reversed_text, visual_row

CHARACTERS = (
    list("ab c,d.1 2+-$%(3)[4]:/<>«»") + list("אבגעربي٠١٢،") + ["\u0301", "\u064e", "ߒ", "𞤀", "𞥕"]
)
TEXTS = st.text(st.sampled_from(CHARACTERS), max_size=30)


@settings(max_examples=400)
@given(TEXTS, st.sampled_from([0, 1]))
def test_text_stands_where_another_implementation_puts_it(text: str, base: int) -> None:
    found = levels(text, base)
    ours = "".join(text[place] for place in visual_order(found))
    assert ours == get_display(text, base_dir="LR"[base])


@pytest.mark.parametrize(
    ("text", "base"), [("abc", 0), ("אבג", 1), ("12 אבג", 1), ("12 abc", 0), ("", 0), ("«𞤀", 1)]
)
def test_a_paragraph_runs_as_its_first_letter_does(text: str, base: int) -> None:
    assert base_level_of(text) == base


def test_brackets_are_mirrored() -> None:
    assert [mirrored(each) for each in "([<«a"] == [")", "]", ">", "»", "a"]


def drawn(text: str, width: int) -> list[str]:
    """The rows of a text as a terminal that turns nothing shows them."""
    rows = lay_out([(text, GeneralTokenizer().tokenize(text))], width).rows
    directions = Directions(text)
    lines = []
    for row in rows:
        line = [" "] * width
        for piece in visual_row(row, text, directions, width).pieces:
            shown = reversed_text(piece.text) if piece.leftward else piece.text
            line[piece.x : piece.x + len(shown)] = shown
        lines.append("".join(line).rstrip())
    return lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("abc def", ["abc def"]),
        ("אבג דהו", ["     והד גבא"]),
        ("אבג 12 דהו", ["  והד 12 גבא"]),
        ("אבג (abc) ד", [" ד (abc) גבא"]),
        ("abc אבג דהו", ["abc והד גבא"]),
        ("אבגד הוזח טיך", ["   חזוה דגבא", "         ךיט"]),
        ("אב\nab", ["         ⏎בא", "ab"]),
    ],
)
def test_rows_are_read_as_they_stand(text: str, lines: list[str]) -> None:
    assert drawn(text, 12) == lines


@given(TEXTS, st.integers(4, 20))
def test_pieces_fill_their_cells_and_keep_their_code_points(text: str, width: int) -> None:
    tokens = GeneralTokenizer().tokenize(text)
    directions = Directions(text)
    for row in lay_out([(text, tokens)], width).rows:
        turned = visual_row(row, text, directions, width)
        cells = sorted((p.x, p.x + p.width) for p in turned.pieces if p.width)
        assert all(left[1] == right[0] for left, right in pairwise(cells))
        assert all(start >= 0 and end <= width for start, end in cells)
        places = [(p.start, p.end) for p in turned.pieces]
        assert places == sorted(places)
        assert {at for a, b in places for at in range(a, b)} == {
            at for p in row.pieces for at in range(p.start, p.end)
        }
        for piece in turned.pieces:
            whole = next(p for p in row.pieces if p.start <= piece.start and piece.end <= p.end)
            assert piece.token == whole.token
            assert piece.text in (whole.text, visible(text[piece.start : piece.end])) or (
                piece.text in whole.text
            )


def test_a_long_paragraph_is_resolved_row_by_row() -> None:
    text = "אבג " * 6000
    rows = lay_out([(text, GeneralTokenizer().tokenize(text))], 40).rows
    turned = visual_row(rows[-1], text, Directions(text), 40)
    assert max(piece.x + piece.width for piece in turned.pieces) == 40
    assert all(piece.leftward for piece in turned.pieces)
