"""Keyboards: every layout has every key, no two alike; places, characters and actions agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.labels import HINT_LETTERS, HINT_LETTERS_KEPT
from tonemark.errors import TonemarkError
from tonemark.tui.page import hints
from tonemark.tui.page.boards import ALSO, ALTERNATES, LATIN, NEAR, ROWS, SOURCES
from tonemark.tui.page.help import help_lines
from tonemark.tui.page.keyboard import Keyboard as Machine
from tonemark.tui.page.keyboards import QWERTY, Keyboard, keyboard_named
from tonemark.tui.page.keys import ACTION, ACTIONS, GLYPHS, KeyTable, key_table, keyboard_said
from tonemark.tui.page.view import View

LABELS = {"1": "PER", "2": "LOC", "3": "ORG", "o": "TITLE"}
TEXT = "kwa Samia Suluhu Hassan na Juma Ali jijini Nairobi"

LAYOUTS = [pytest.param(keyboard_named(name), id=name) for name in SOURCES]


def table_on(keyboard: Keyboard, **options: Any) -> KeyTable:
    return key_table(LABELS, options.pop("remapped", None), keyboard)


def typed_on(keyboard: Keyboard, key: str) -> str:
    """What arrives when the key is pressed that is `key` on a qwerty board."""
    sent = keyboard.at(key)
    assert sent is not None
    return sent


# The tables


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_a_board_has_its_keys_and_they_print(keyboard: Keyboard) -> None:
    for row in (keyboard.plain, keyboard.shifted):
        assert len(row) == sum(ROWS) == 48
        for sent in filter(None, row):
            assert len(sent) == 1
            assert sent.isprintable()
            assert not sent.isspace()
    letters = [typed_on(keyboard, letter) for letter in HINT_LETTERS]
    assert len(set(letters)) == len(HINT_LETTERS)


def test_a_board_is_found_by_any_of_its_names() -> None:
    assert keyboard_named(" AZERTY ") == keyboard_named("fr") == keyboard_named("azerty")
    assert {keyboard_named(other).name for other in ALSO} <= set(SOURCES)
    assert not set(ALSO) & set(SOURCES)
    assert {*NEAR, *LATIN, *ALTERNATES} <= set(SOURCES)


@pytest.mark.parametrize(
    ("name", "near"), [("azety", "azerty"), ("quertz", "qwertz"), ("swedisch", "swedish")]
)
def test_a_wrong_name_is_answered_with_near_ones_and_all(name: str, near: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        keyboard_named(name)
    assert near in caught.value.title
    assert all(known in caught.value.remedy for known in SOURCES)
    with pytest.raises(TonemarkError, match="no keyboard amharic"):
        keyboard_named("amharic")


# A row of azerty, one of qwertz and one of others, written out once by hand


@pytest.mark.parametrize(
    ("name", "keys", "sent"),
    [
        ("azerty", "asdfghjklweruiop", "qsdfghjklzeruiop"),
        ("azerty", "1234567890-=+", "&é\"'(-è_çà)=+"),
        ("azerty", "zZxcvbnmq", "wWxcvbn,a"),
        ("azerty", ".,<>];'/?", ":;./$mù!§"),
        ("qwertz", "zZyY", "yYzZ"),
        ("qwertz", "[];'-/?<>", "ü+öäß-_;:"),
        ("dvorak", "asdfghjkl;'", "aoeuidhtns-"),
        ("colemak", "asdfghjkl;", "arstdhneio"),
        ("russian", "asdfghjkl/?", "фывапролд.,"),
        ("greek", "asdfq", "ασδφ;"),
        ("hebrew", "asdf[]", "שדגכ]["),
        ("arabic", "asdfmx", "شسيبةء"),
        ("tifinagh", "asdfg", "ⵇⵙⴷⴼⴳ"),
        ("yoruba", "qwxQX", "ẹwọẸỌ"),
        ("hausa", ";:[", "ıİƴ"),
        ("uk", "'\"", "'@"),
    ],
)
def test_what_keys_send_by_their_place(name: str, keys: str, sent: str) -> None:
    assert "".join(typed_on(keyboard_named(name), key) for key in keys) == sent


def test_dead_keys_send_nothing_of_their_own() -> None:
    silent = {("azerty", "["), ("qwertz", "="), ("spanish", "'"), ("greek", ";"), ("arabic", "b")}
    assert all(keyboard_named(name).at(key) is None for name, key in silent)
    tifinagh = keyboard_named("tifinagh")
    assert (tifinagh.at("z"), tifinagh.at("Z")) == ("ⵡ", None)  # Shift changes nothing


# What the keys do


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_every_action_can_be_reached_from_the_board_itself(keyboard: Keyboard) -> None:
    table = table_on(keyboard)
    for action in ACTIONS:
        meanings = table.menu if action.menu else table.review if action.review else table.page
        keys = [key for key, name in meanings.items() if name == action.id]
        reachable = [key for key in keys if key in GLYPHS or keyboard.sends(key)]
        assert reachable or not action.keys, (action.id, keys)
        if reachable:
            shown = table.key_of(action.id)
            by_sign = {keyboard.signs.get(key, key) for key in reachable}
            assert shown in by_sign | {GLYPHS.get(key) for key in reachable}
    for label in LABELS.values():
        assert any(keyboard.sends(key) for key, name in table.labels.items() if name == label)


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_no_key_means_two_things(keyboard: Keyboard) -> None:
    table = table_on(keyboard)
    parts = [set(table.page), set(table.labels), set(table.typed), set(table.ends)]
    assert sum(map(len, parts)) == len(set.union(*parts))


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_from_place_to_character_to_action(keyboard: Keyboard) -> None:
    """A key means by its place what it means on a qwerty board, unless it is silent."""
    table, qwerty = table_on(keyboard), table_on(QWERTY)
    for key, action in qwerty.page.items():
        if len(key) == 1 and (sent := keyboard.at(key)):
            assert table.page[sent] == action, (key, sent)
    for key, action in qwerty.menu.items():
        if sent := keyboard.at(key):
            assert table.menu[sent] == action
    for key, label in qwerty.labels.items():
        if sent := keyboard.at(key):
            assert table.labels[sent] == label
    for place, letter in qwerty.typed.items():
        sent, capital = keyboard.at(place), keyboard.at(place.upper())
        if sent in table.typed:
            assert HINT_LETTERS.index(letter) >= table.letters.index(table.typed[sent])
            assert not keyboard.cased or table.ends[capital or ""] == table.typed[sent]


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_hints_are_prefix_free_and_enough(keyboard: Keyboard) -> None:
    table = table_on(keyboard)
    assert len(set(table.letters)) == len(table.letters) >= HINT_LETTERS_KEPT
    assert sorted(table.prefixes) == sorted(table.letters)
    assert all(letter.isalpha() for letter in table.letters)
    given_out = hints.codes(200, table.letters, table.prefixes)
    assert len(set(given_out)) == 200
    assert not [a for a in given_out for b in given_out if a != b and b.startswith(a)]
    # By its place each letter begins longer hints in the same turn as on qwerty.
    assert table.prefixes[-1] == table.letters[0]


def test_hints_of_azerty_are_those_of_qwerty_at_the_same_places() -> None:
    azerty = key_table({}, None, keyboard_named("azerty"))
    same = str.maketrans("aw", "qz")
    for count in (5, 16, 40, 300):
        wanted = [code.translate(same) for code in hints.codes(count)]
        assert hints.codes(count, azerty.letters, azerty.prefixes) == wanted


def test_words_have_the_hints_of_qwerty_at_the_same_places(player: Callable[..., Any]) -> None:
    words = " ".join(f"neno{c}" for c in "abcdefghijklmnopqrstuvwxyz")
    plain, azerty = player(words), player(words)
    for page, name in ((plain, "qwerty"), (azerty, "azerty")):
        page.view.hints()
        page.keyboard.table = key_table({}, None, keyboard_named(name))
    same = str.maketrans("aw", "qz")
    wanted = {token: hint.translate(same) for token, hint in plain.view.hints().of.items()}
    assert azerty.view.hints().of == wanted
    assert any(len(hint) == 2 for hint in wanted.values())


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_letters_of_hints_do_not_run_to_the_left(keyboard: Keyboard) -> None:
    """A terminal that reorders its lines would show such hints over other words."""
    table = table_on(keyboard)
    shown = [*table.letters, *(table.key_of_label(name) for name in LABELS.values())]
    assert {unicodedata.bidirectional(key) for key in shown} <= {"L", "EN"}


def test_the_digits_label_with_shift_and_without_and_are_what_is_shown() -> None:
    table = table_on(keyboard_named("azerty"))
    assert [table.labels[key] for key in "1&2é"] == ["PER", "PER", "LOC", "LOC"]
    assert [table.key_of_label(name) for name in ("PER", "LOC")] == ["1", "2"]
    assert (table.page["0"], table.page["à"], table.key_of("type_ahead")) == (
        "type_ahead",
        "type_ahead",
        "0",
    )


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_the_labels_of_a_project_change_no_other_key(keyboard: Keyboard) -> None:
    """Or the key of a fourth label would delete a span where there are three."""
    most = {key: f"L{key}" for key in "123456789weruiop"}
    page = key_table(most, None, keyboard).page
    assert key_table({}, None, keyboard).page == page
    assert not any(keyboard.at(digit) in page for digit in "123456789")


def test_a_label_has_its_letter_by_place() -> None:
    table = key_table({"a": "PER"}, None, keyboard_named("azerty"))
    assert table.labels == {"q": "PER"}
    assert table.letters == "sdfghjklzeruiop"


def test_a_sign_that_means_nothing_by_its_place_keeps_its_meaning() -> None:
    swedish = table_on(keyboard_named("swedish"))
    assert [swedish.page[key] for key in "=?'"] == ["same", "help", "characters"]
    assert swedish.page["+"] == "delete"  # by its place
    taken = key_table(LABELS, {"reject": "?"}, keyboard_named("swedish"))
    assert taken.page["?"] == "reject"


@pytest.mark.parametrize(
    ("name", "action", "key"),
    [(name, action, key) for name, keys in ALTERNATES.items() for action, key in keys.items()],
)
def test_what_stands_in_for_silent_keys_is_told(name: str, action: str, key: str) -> None:
    table = table_on(keyboard_named(name))
    assert table.keyboard.sends(key) or name == "brazilian"
    assert table.keys_of(action)[0] == key
    assert f"{action} is {key}" in keyboard_said(table)
    shown = "\n".join("".join(t for t, _ in line) for line in help_lines(table, (), 200))
    assert f"  {key}" in shown
    own = [typed for typed in ACTION[action].keys if table.keyboard.at(typed) is None]
    assert own or action in ("end_at", "left_out", "left_in")


def test_alternates_are_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "keys.md").read_text(encoding="utf-8")
    for name in SOURCES:
        assert f"`{name}`" in page
    for name, keys in ALTERNATES.items():
        line = next(line for line in page.splitlines() if line.startswith(f"| `{name}`"))
        for action, key in keys.items():
            assert f"{action} `{key}`" in line


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("qwerty", ("?",)),
        ("azerty", ("?", "§")),
        ("russian", ("?", ",")),
        ("hausa", ("Ş", "?")),  # no key of that board sends the sign
    ],
)
def test_help_is_shown_by_the_sign_that_people_know(name: str, keys: tuple[str, ...]) -> None:
    table = table_on(keyboard_named(name))
    assert table.keys_of("help") == keys
    assert all(table.page[key] == "help" for key in keys)
    assert table_on(keyboard_named(name), remapped={"help": "€"}).keys_of("help") == ("€",)


def test_remapping_is_by_what_the_user_types() -> None:
    azerty = keyboard_named("azerty")
    table = table_on(azerty, remapped={"reject": "*", "quit": ["²"]})
    assert (table.page["*"], table.page["²"]) == ("reject", "quit")
    assert not {"x", "a"} & set(table.page)
    with pytest.raises(TonemarkError, match="'a' is both reject and quit"):
        table_on(azerty, remapped={"reject": "a"})
    with pytest.raises(TonemarkError, match="'é' is both the label LOC and reject"):
        table_on(azerty, remapped={"reject": "é"})


# On a page


def machine_on(player: Callable[..., Any], keyboard: Keyboard, **options: Any) -> Any:
    page = player(TEXT, **options)
    page.keyboard.table = table_on(keyboard)
    return page


@pytest.mark.parametrize("keyboard", LAYOUTS)
def test_a_page_is_labelled_by_the_same_fingers_on_every_board(
    keyboard: Keyboard, player: Callable[..., Any]
) -> None:
    page, plain = machine_on(player, keyboard), machine_on(player, QWERTY)
    shown = page.keyboard.table

    def hint(word: str) -> list[str]:
        """The keys of a hint, as they arrive."""
        own = {letter: key for key, letter in reversed(shown.typed.items())}
        return [own[letter] for letter in page.hint_of(word)]

    for key in hint("Nairobi"):
        page.keyboard.press(key)
    plain.play("@Nairobi")
    assert page.focus == plain.focus == "Nairobi"
    for key in ("2", "o"):
        page.keyboard.press(shown.key_of_label(LABELS[key]))
        plain.keyboard.press(key)
    for action in ("undo", "previous", "next", "right_in", "left_out", "delete", "undo"):
        for each in (page, plain):
            each.keyboard.press(next(k for k, n in each.keyboard.table.page.items() if n == action))
        assert (page.focus, page.spans) == (plain.focus, plain.spans)
    for key in hint("Samia"):
        page.keyboard.press(key)
    page.keyboard.press(shown.key_of("unsnap"))
    first, *rest = hint("Hassan")
    if keyboard.cased:
        first = next(key for key, letter in shown.ends.items() if letter == shown.typed[first])
    else:
        page.keyboard.press(shown.key_of("end_at"))
    for key in (first, *rest):
        page.keyboard.press(key)
    assert page.focus == "Samia Suluhu Hassan"


@pytest.mark.parametrize(
    ("name", "key", "says"),
    [
        ("azerty", "É", "caps lock? capitals end a span at a hint"),
        ("azerty", "A", "caps lock? capitals end a span at a hint"),
        ("azerty", "M", "caps lock? capitals end a span at a hint"),
        ("azerty", "²", "nothing is on ²; ? for help"),
        ("azerty", "ф", "ф is on no key of this page: is the keyboard set to another layout?"),
        ("russian", "Ч", "caps lock? capitals end a span at a hint"),
        ("russian", "ё", "nothing is on ё; ? for help"),
        ("qwertz", "Ü", "caps lock? capitals end a span at a hint"),
        ("qwerty", "É", "É is on no key of this page: is the keyboard set to another layout?"),
        ("hebrew", "Q", "caps lock? capitals end a span at a hint"),
    ],
)
def test_keys_that_mean_nothing(player: Callable[..., Any], name: str, key: str, says: str) -> None:
    page = machine_on(player, keyboard_named(name))
    assert page.keyboard.press(key).message == says
    assert page.spans == []


def test_who_switches_to_latin_letters_finds_the_same_keys(player: Callable[..., Any]) -> None:
    page = machine_on(player, keyboard_named("russian"))
    for key in ("x", "ч"):
        assert page.keyboard.press(key).command == "reject"
    arabic = table_on(keyboard_named("arabic"))
    assert (arabic.key_of("reject"), arabic.page["ء"], arabic.page["x"]) == ("x", *["reject"] * 2)
    assert (arabic.key_of("back"), arabic.page["b"]) == ("\\", "back")
    assert arabic.typed["ش"] == arabic.typed["a"] == "a"


def test_a_key_that_ends_the_focus_at_the_next_hint_is_one_like_others(
    player: Callable[..., Any],
) -> None:
    page = player(TEXT, remapped={"end_at": "y"}).play("@Samia ;")
    assert page.play("y").reply.message == "a hint now ends the focus at its word"
    assert page.play("@Hassan").focus == "Samia Suluhu Hassan"
    page.play("y .")  # another key: nothing waits any more
    assert page.play("@Juma").focus == "Juma Ali"


EVERY = sorted({key for name in SOURCES for key in keyboard_named(name).plain if key})


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(SOURCES)),
    st.lists(st.sampled_from([*EVERY, *GLYPHS, "1", "A", "Σ", "\u064e"]), max_size=40),
)
def test_any_keys_on_any_board(player: Callable[..., Any], name: str, keys: list[str]) -> None:
    page = machine_on(player, keyboard_named(name))
    machine: Machine = page.keyboard
    view: View = page.view
    for key in keys:
        machine.press(key)
        assert view.focus.start < view.focus.end
        letters = set("".join(view.hints().of.values()))
        assert letters <= set(machine.table.letters)
