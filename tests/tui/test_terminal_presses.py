"""Keys by their bytes, and keyboards judged against the table."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

from tonemark.tui.page.keyboards import keyboard_named
from tonemark.tui.page.keys import key_table
from tonemark.tui.terminal.presses import (
    SEQUENCES,
    Press,
    Reader,
    judge,
    keys_to_come,
    likely_keyboards,
)

LABELS = {digit: f"L{digit}" for digit in "1234"}
TABLE = key_table(LABELS)
EVERYTHING = keys_to_come(TABLE, {})


@pytest.mark.parametrize(
    ("data", "presses"),
    [
        (b"a", [Press("a")]),
        (b"\r", [Press("enter")]),
        (b"\n", [Press("ctrl+j", is_usable=False)]),
        (b" \x7f\x08", [Press("space"), Press("backspace"), Press("backspace")]),
        (b"\x1b[A\x1bOB\x1b[5~", [Press("up"), Press("down"), Press("pageup")]),
        (b"\x1b1", [Press("alt+1", is_usable=False)]),
        (b"\x1b[1;5C", [Press("escape [1;5C", is_usable=False)]),
        (b"\x01", [Press("ctrl+a", is_usable=False)]),
        ("ሀ".encode(), [Press("ሀ")]),
        ("e\u0301x".encode(), [Press("e\u0301", is_usable=False), Press("x")]),
        (b"\xffq", [Press("\ufffd"), Press("q")]),
    ],
)
def test_what_arrives_is_named(data: bytes, presses: list[Press]) -> None:
    assert Reader().feed(data) == presses
    reader = Reader()  # a byte at a time, as over a slow line
    slow = [press for byte in data for press in reader.feed(bytes([byte]))]
    if all(len(press.name) < 2 or press.name.isascii() for press in presses):
        assert slow + reader.give_up() == presses


def test_esc_alone_is_a_key_once_nothing_follows() -> None:
    reader = Reader()
    assert reader.feed(b"\x1b") == []
    assert reader.is_waiting
    assert reader.give_up() == [Press("escape")]
    assert not reader.is_waiting


def test_the_names_are_those_that_the_screen_gives() -> None:
    for sequence, name in SEQUENCES.items():
        keys = ANSI_SEQUENCES_KEYS[sequence]
        assert isinstance(keys, tuple)
        assert [key.value for key in keys] == [name], sequence


def test_a_whole_keyboard_lacks_nothing() -> None:
    assert judge(TABLE, EVERYTHING).is_complete


@pytest.mark.parametrize(
    ("lacking", "more", "actions", "instead"),
    [
        (";", ["y"], ("unsnap",), ('unsnap = "y"',)),
        ("[", ["<"], (), ()),  # does the same
        ("[", ["é"], ("left_out",), ('left_out = "é"',)),
        ("[]", ["é"], ("left_out", "left_in"), ('left_out = "é"',)),
        (";", [], ("unsnap",), ()),
        ("f", ["y"], ("flag",), ('flag = "y"',)),  # a hint as well
    ],
)
def test_actions_without_a_key_get_one_that_arrives(
    lacking: str, more: list[str], actions: tuple[str, ...], instead: tuple[str, ...]
) -> None:
    verdict = judge(TABLE, [*(key for key in EVERYTHING if key not in lacking), *more])
    assert (verdict.actions, verdict.instead) == (actions, instead)
    assert verdict.letters == (("f",) if lacking == "f" else ())


@given(
    st.lists(st.sampled_from(EVERYTHING), unique=True),
    st.lists(st.sampled_from([*"yYXMNQTBéèçàù*$!²äöüßñ"]), unique=True),
)
def test_what_is_offered_clashes_with_nothing_and_helps(kept: list[str], more: list[str]) -> None:
    verdict = judge(TABLE, kept + more)
    remapped = tomllib.loads("\n".join(verdict.instead))
    assert set(remapped) <= set(verdict.actions)
    table = key_table(LABELS, remapped)
    assert table.letters == TABLE.letters
    assert set(judge(table, kept + more).actions) == set(verdict.actions) - set(remapped)


@pytest.mark.parametrize("name", ["qwerty", "azerty", "qwertz", "dvorak", "russian", "yoruba"])
def test_a_layout_is_known_by_what_it_sends(name: str) -> None:
    keyboard = keyboard_named(name)
    sent = [key for key in (*keyboard.plain, *keyboard.shifted) if key]
    named = [key for key in EVERYTHING if len(key) > 1]
    found = likely_keyboards(LABELS, {}, sent + named)
    assert name in found
    assert ("qwerty" in found) == (name in ("qwerty", "dvorak"))  # the same signs, elsewhere
    assert len(found) < 5
