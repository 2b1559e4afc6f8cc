"""A page on another keyboard, from keys.toml to the answer; and pastes that are no typing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual._xterm_parser import XTermParser

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.records import Record
from tonemark.tui.configuration import keys_path
from tonemark.tui.page.boards import SOURCES
from tonemark.tui.page.keyboards import keyboard_named
from tonemark.tui.page.keys import KeyTable
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.ways import PASTING, key_name

SENTENCE = "jana Samia Suluhu alikutana na waziri mkuu jijini Nairobi"


@pytest.fixture
def keys_toml() -> Callable[[str], Path]:
    """Writes the user's keys.toml."""

    def write(text: str) -> Path:
        path = keys_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write


def spans(desk: Desk) -> list[tuple[str, str]]:
    """Text and label of each span on the open page."""
    assert desk.page
    return [
        (sheet.document.text[span.start : span.end], span.label)
        for sheet in desk.page.sheets
        for span in sheet.draft.spans
    ]


async def arrive(stage: Any, *characters: str, at: float | None = None) -> None:
    """Characters exactly as the parser of the terminal hands them on."""
    for character in characters:
        named = {"\r": "enter", " ": "space"}.get(character)
        event = events.Key(named or character, character)
        if at is not None:
            event.time = at
        stage.app.screen.post_message(event)
        await stage.pilot.pause()


def hint_over(stage: Any, word: str) -> str:
    """The hint that stands on the screen over a word."""
    lines = stage.text().splitlines()
    at = next(i for i, line in enumerate(lines) if word in line)
    hint = lines[at - 1][lines[at].index(word) :].split()[0]
    assert isinstance(hint, str)
    return hint


def test_a_page_on_azerty_from_the_first_key_to_the_answer(
    desk_at: Callable[..., Desk], play: Callable[..., Any], keys_toml: Callable[[str], Path]
) -> None:
    keys_toml('keyboard = "azerty"\n')
    desk = desk_at([SENTENCE, "hakuna jina"])

    async def script(stage: Any) -> None:
        text = stage.text()
        assert "1  PER" in text
        assert "Label it: 1 PER, 2 LOC, 0 more" in text
        assert "a quit" in text
        assert "? help" in text
        hint = hint_over(stage, "jijini")
        assert set(hint) <= set("qsdfghjklzeruiop")
        assert "w" not in hint_over(stage, "na")
        await arrive(stage, *hint_over(stage, "Nairobi"), "é")
        assert spans(desk) == [("Nairobi", "LOC")]
        await arrive(stage, *hint_over(stage, "Samia"), "m")  # the place of ;
        assert "Samia · 1 token" in stage.text()
        first, *rest = hint_over(stage, "Suluhu")
        await arrive(stage, first.upper(), *rest, "&")
        assert spans(desk) == [("Samia Suluhu", "PER"), ("Nairobi", "LOC")]
        await arrive(stage, "w")  # the place of z
        assert spans(desk) == [("Nairobi", "LOC")]
        await arrive(stage, "W", "É")
        assert spans(desk) == [("Samia Suluhu", "PER"), ("Nairobi", "LOC")]
        assert "caps lock?" in stage.line("status")
        await arrive(stage, "t", "f")
        assert "flagged" in stage.line("status")
        await arrive(stage, "\r")
        assert "2 of 2" in stage.line("title")
        await arrive(stage, ",")  # the place of m: ignore
        assert "done" in stage.line("title")
        (first_answer,) = annotations_of(desk.store, 1)
        assert [span.label for span in first_answer.spans] == ["PER", "LOC"]
        (second_answer,) = annotations_of(desk.store, 2)
        assert second_answer.answer == "ignore"
        await arrive(stage, "a")
        assert not stage.app.is_running or stage.app._exit

    play(desk, AnnotateScreen(), script)


def test_a_line_takes_what_is_typed_as_it_is(
    desk_at: Callable[..., Desk], play: Callable[..., Any], keys_toml: Callable[[str], Path]
) -> None:
    keys_toml('keyboard = "azerty"\n')
    desk = desk_at([SENTENCE])

    async def script(stage: Any) -> None:
        await arrive(stage, "c", *"Azq 1&é,;m ф", "\r")
        assert desk.page
        assert desk.page.sheets[0].draft.comment == "Azq 1&é,;m ф"
        await arrive(stage, "à", *"loc", "\r")  # the place of 0
        assert [label for _, label in spans(desk)] == ["LOC"]

    play(desk, AnnotateScreen(), script)


@pytest.mark.parametrize("name", ["qwertz", "dvorak", "russian", "arabic", "tifinagh"])
def test_the_screen_shows_the_keys_of_the_board(
    name: str,
    desk_at: Callable[..., Desk],
    play: Callable[..., Any],
    keys_toml: Callable[[str], Path],
) -> None:
    keys_toml(f'keyboard = "{name}"\n')
    board = keyboard_named(name)

    async def script(stage: Any) -> None:
        table: KeyTable = stage.app.table
        footer = stage.line("footer")
        for action in ("reject", "undo", "help", "quit"):
            assert f"{table.key_of(action)} " in footer
        own = {letter: key for key, letter in table.typed.items() if board.sends(key)}
        await arrive(stage, *(own[letter] for letter in hint_over(stage, "jijini")))
        assert "jijini · 1 token" in stage.line("status")
        assert "✓ 1" in stage.text()
        await arrive(stage, board.at("t") or "")
        key = table.key_of("flag")
        # Of a word that begins with its key, the line has that once.
        assert (" flag" if key == "f" else f"{key} flag") in stage.line("footer")
        await arrive(stage, "\x1b", board.at("?") or "")
        text = await stage.until("To a word")
        assert f"({' '.join(table.letters)})" in " ".join(text.split())
        await arrive(stage, board.at("y") or "")  # the tutor's key on this screen
        assert "To a word" not in stage.text()

    play(desk_at([SENTENCE]), AnnotateScreen(), script)
    assert name in SOURCES


def test_a_list_answers_capitals_with_caps_lock_too(
    desk_at: Callable[..., Desk], play: Callable[..., Any]
) -> None:
    async def script(stage: Any) -> None:
        await arrive(stage, "t", "d", "Q")
        assert "caps lock?" in stage.line("status")

    play(desk_at([SENTENCE]), AnnotateScreen(), script)


# What is pasted


def paste(stage: Any, text: str) -> float:
    """A paste arrives; when."""
    event = events.Paste(text)
    stage.app.screen.post_message(event)
    return event.time


def test_the_rest_of_a_paste_that_holds_the_marker_of_its_end_is_dropped(
    desk_at: Callable[..., Desk], play: Callable[..., Any]
) -> None:
    desk = desk_at([SENTENCE])

    async def script(stage: Any) -> None:
        when = paste(stage, "text")
        for n, character in enumerate("1x\r" * 10, 1):  # it outlasts one moment
            await arrive(stage, character, at=when + n * PASTING * 0.9)
        assert spans(desk) == []
        assert "1 of 1" in stage.line("title")
        assert "the paste was dropped" in stage.line("status")
        await arrive(stage, "1", at=when + 31 * PASTING + 0.05)
        assert [label for _, label in spans(desk)] == ["PER"]

    play(desk, AnnotateScreen(), script)


def test_a_line_takes_the_rest_of_a_paste_but_not_its_enter(
    desk_at: Callable[..., Desk], play: Callable[..., Any]
) -> None:
    desk = desk_at([SENTENCE])

    async def script(stage: Any) -> None:
        await arrive(stage, "c")
        when = paste(stage, "ab")
        for n, character in enumerate("c\rx d", 1):
            await arrive(stage, character, at=when + n * PASTING * 0.5)
        assert "comment on this document: abcx d" in stage.line("status")
        await arrive(stage, "\r", at=when + 1)
        assert desk.page
        assert desk.page.sheets[0].draft.comment == "abcx d"

    play(desk, AnnotateScreen(), script)


def test_what_was_typed_ahead_within_a_page_is_taken_however_fast_it_comes(
    desk_at: Callable[..., Desk], play: Callable[..., Any]
) -> None:
    """Over a line that stood still, many keys come in one read: no sign of a paste."""
    desk = desk_at([Record(1, 1, " ".join(f"leo Zawadi{c}" for c in "abcdefgh"))])

    async def script(stage: Any) -> None:
        now = events.Key("space", " ").time
        for character in "12" * 4:
            await arrive(stage, character, at=now)
        assert [label for _, label in spans(desk)] == ["PER", "LOC"] * 4

    play(desk, AnnotateScreen(), script)


@pytest.mark.parametrize("name", SOURCES)
def test_what_a_board_sends_reaches_the_table_as_it_is(name: str) -> None:
    board = keyboard_named(name)
    for character in {*board.plain, *board.shifted} - {None}:
        assert character
        (event,) = XTermParser().feed(character)
        assert isinstance(event, events.Key)
        assert key_name(event) == character
