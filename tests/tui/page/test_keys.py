"""The table of keys: clashes in words, remapping, and lines that show it."""

from __future__ import annotations

from typing import Any

import pytest

from tonemark.errors import TonemarkError
from tonemark.tui.page import words
from tonemark.tui.page.cells import cells
from tonemark.tui.page.hints import LETTERS
from tonemark.tui.page.keyboard import MOVES
from tonemark.tui.page.keys import ACTION, ACTIONS, FOOTER, GLYPHS, key_table
from tonemark.tui.page.review_keys import ReviewKeyboard

DIGITS = {"1": "PER", "2": "LOC"}


def test_the_keys_of_the_design_are_free_of_clashes() -> None:
    table = key_table(DIGITS)
    assert table.letters == LETTERS
    keys = len(table.page) + len(table.menu) + len(table.review)
    assert keys == sum(len(action.keys) for action in ACTIONS)
    assert not set(table.letters) & (set(table.page) | set(table.labels))


def test_every_action_that_is_no_command_of_the_screen_has_a_rule() -> None:
    commands = "type_ahead later back search concordance comment help quit".split()
    commands += "rule guidelines metadata documents export train review wanted".split()
    ruled = {a.id for a in ACTIONS if hasattr(ReviewKeyboard, f"_do_{a.id}")} | set(MOVES)
    without = [a.id for a in ACTIONS if a.id not in ruled]
    assert sorted(without) == sorted(commands)


@pytest.mark.parametrize(
    ("labels", "remapped", "says"),
    [
        ({"x": "PER"}, {}, "'x' is both the label PER and reject"),
        ({}, {"quit": "x"}, "'x' is both reject and quit"),
        ({}, {"split": "f"}, "'f' is both flag and split"),
        ({}, {"reject": "1"}, None),
        ({}, {"reject": "y"}, None),
        ({}, {"majority": "x"}, "'x' is both reject and majority"),
        ({}, {"majority": "4"}, None),
        (DIGITS, {"reject": "1"}, "'1' is both the label PER and reject"),
        ({}, {"rejekt": "X"}, "there is no action 'rejekt'"),
        ({}, {"reject": "ctrl+x"}, "reject: 'ctrl+x' is not a key"),
        ({}, {"reject": ""}, "reject: '' is not a key"),
        ({}, {"reject": 7}, "reject: 7 is not a key"),
        ({}, {"reject": ["X", 7]}, "reject: 7 is not a key"),
        ({}, {"accept": []}, "accept needs a key"),
        ({}, {"search": []}, None),
        ({letter: letter for letter in LETTERS[:-1]}, {}, "fewer than two letters"),
    ],
)
def test_clashes_are_told_in_words(
    labels: dict[str, str], remapped: dict[str, Any], says: str | None
) -> None:
    if says is None:
        key_table(labels, remapped)
        return
    with pytest.raises(TonemarkError) as caught:
        key_table(labels, remapped)
    assert says in caught.value.title
    assert "keys.toml" in caught.value.remedy


def test_all_clashes_are_told_at_once() -> None:
    with pytest.raises(TonemarkError) as caught:
        key_table({"x": "PER", "m": "LOC"}, {"nothing": "y"})
    assert caught.value.title.count(";") == 2


def test_a_remapped_key_leaves_its_old_place() -> None:
    table = key_table(DIGITS, {"reject": "y", "quit": ["Q", "end"], "end": "x"})
    assert (table.page["y"], table.page["Q"], table.page["end"]) == ("reject", "quit", "quit")
    assert table.page["x"] == "end"
    assert "q" not in table.page
    assert (table.key_of("reject"), table.key_of("quit")) == ("y", "Q")
    assert key_table({}, {"next": " "}).page["space"] == "next"


def test_letters_that_keys_use_are_no_hints() -> None:
    assert key_table({"p": "PER"}, {"reject": "a", "quit": "S"}).letters == LETTERS[2:-1]


def test_keys_are_written_as_they_are_found_on_the_keyboard() -> None:
    table = key_table(DIGITS)
    assert [table.key_of(name) for name in ("accept", "next", "undo", "flag")] == [
        "⏎",
        "Space",
        "z",
        "f",
    ]
    assert (table.key_of_label("LOC"), table.key_of_label("NEW")) == ("2", "")
    assert set(FOOTER) <= set(ACTION)
    assert all(cells(sign) > 0 for sign in GLYPHS.values())


def test_the_lines_that_show_keys_go_into_eighty_cells() -> None:
    table = key_table(DIGITS)
    for line in (words.footer(table, 80), words.menu_line(table)):
        assert cells("".join(text for text, _ in line).rstrip()) <= 80
