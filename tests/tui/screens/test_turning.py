"""How pages turn: answered, left, gone back to, taken over, and what is in the way of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotating import TEXTS, answered, play, shown
from textual import events
from textual.pilot import Pilot

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.screens.annotate import AnnotateScreen


def test_reject_ignore_later_back_and_the_end_of_the_queue(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        for key, title in (("x", "2 of 3"), ("n", "3 of 3"), ("m", "2 of 3"), ("b", "3 of 3")):
            await pilot.press(key)
            await pilot.pause()
            assert title in shown(pilot, "title"), key
        await pilot.press("m")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert "Nothing is left" in shown(pilot, "document")
        await pilot.press("1", "x", "space")  # no page: keys of a page do nothing
        await pilot.pause()
        assert "Nothing is left" in shown(pilot, "document")
        await pilot.press("z")
        await pilot.pause()
        assert "2 of 3" in shown(pilot, "title")

    play(folder, act)
    store = Store(folder / STORE_FILE)
    answers = [annotations_of(store, number)[0].answer for number in (1, 2, 3)]
    assert answers == ["reject", "accept", "ignore"]


def test_keys_typed_ahead_over_enter_are_dropped_and_it_says_so(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        late = events.Key("1", "1")
        await pilot.press("enter")
        await pilot.pause()
        pilot.app.screen.post_message(late)  # typed before the page was there
        await pilot.pause()
        assert "typed ahead" in shown(pilot, "status")
        assert " PER" not in shown(pilot, "document")

    play(folder, act)


def test_an_enter_held_down_accepts_one_page_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(pilot: Pilot[None]) -> None:
        monkeypatch.setattr("tonemark.tui.screens.paging.READING", 60.0)
        await pilot.press("right")  # she did something here: the page was read
        for _ in range(4):
            await pilot.press("enter")
            await pilot.pause()
        assert "2 of 3" in shown(pilot, "title")
        assert "again accepts" in shown(pilot, "status")

    play(folder, act)


def test_a_page_that_comes_back_says_how_it_was_answered(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("x")
        await pilot.pause()
        await pilot.press("b")
        await pilot.pause()
        assert "1 of 3 (rejected)" in shown(pilot, "title")

    play(folder, act)


def test_a_second_window_asks_and_takes_over(folder: Path) -> None:
    project = read_project(folder)
    first = Desk(project, Store(folder / STORE_FILE), "amina", load_tokenizer("general"))
    first.open_next()

    async def act(pilot: Pilot[None]) -> None:
        assert "another window" in shown(pilot, "status")
        await pilot.press("x")
        await pilot.press("enter")
        await pilot.pause()
        assert "1 of 3" in shown(pilot, "title")
        await pilot.press("1", "enter")
        await pilot.pause()

    play(folder, act)
    assert answered(folder, 1) == [("Asha", "PER")]


def test_a_next_page_that_cannot_be_opened_is_asked_for_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(pilot: Pilot[None]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "_journal_of", refuse)
            await pilot.press("enter")
            await pilot.pause()
            assert "tries again" in shown(pilot, "status")
        await pilot.press("enter")
        await pilot.pause()
        assert "2 of 3" in shown(pilot, "title")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    play(folder, act)
    assert answered(folder, 1) == []


def test_a_question_stands_until_it_is_answered(folder: Path) -> None:
    project = read_project(folder)
    first = Desk(project, Store(folder / STORE_FILE), "amina", load_tokenizer("general"))
    first.open_next()

    async def act(pilot: Pilot[None]) -> None:
        for key in ("k", "1", "space"):
            await pilot.press(key)
            assert "takes it over" in shown(pilot, "status"), key
        assert "not open here" in shown(pilot, "document")

    play(folder, act)


def taken_over(folder: Path) -> Desk:
    """Another window of hers, with the page that it took over."""
    store = Store(folder / STORE_FILE)
    second = Desk(read_project(folder), store, "amina", load_tokenizer("general"))
    with pytest.raises(ClaimHeld):
        second.open_next()
    second.take_over()
    return second


def test_a_page_taken_over_elsewhere_says_so_until_she_quits(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        taken_over(folder)
        for key in ("1", "k", "enter"):
            await pilot.press(key)
            assert "taken over" in shown(pilot, "status"), key
        await pilot.press("q")

    play(folder, act)


def test_a_key_says_that_a_page_was_left_by_the_window_that_took_it_over(folder: Path) -> None:
    """The key that prolongs the lease found no claim, and the program ended."""

    async def act(pilot: Pilot[None]) -> None:
        second = taken_over(folder)
        second.close()
        screen = pilot.app.screen
        assert isinstance(screen, AnnotateScreen)
        screen.desk._renewed = 0.0
        for key in ("k", "1"):
            await pilot.press(key)
            assert "taken over" in shown(pilot, "status"), key
        await pilot.press("q")

    play(folder, act)


def test_the_end_of_the_queue_can_be_looked_at_again(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        for _ in TEXTS:
            await pilot.press("enter")
            await pilot.pause()
        assert "Nothing is left" in shown(pilot, "document")
        store = Store(folder / STORE_FILE)
        add_records(store, "u.txt", [Record(1, 1, "mpya Asha")], Report())
        await pilot.press("enter")
        await pilot.pause()
        assert "4 of 4" in shown(pilot, "title")

    play(folder, act)


def test_one_token_a_row_stays_for_the_pages_that_follow(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("t", "b", "enter")
        await pilot.pause()
        lines = shown(pilot, "document").splitlines()
        assert ["kesho" in lines[0], "Juma" in lines[1], "tena" in lines[2]] == [True] * 3

    play(folder, act)


def test_a_long_page_begins_to_show_before_it_is_read(folder: Path) -> None:
    words = " ".join(f"neno{n} Jina{n}," for n in range(3000))
    store = Store(folder / STORE_FILE)
    add_records(store, "long.txt", [Record(1, 1, words)], Report())
    store.close()
    seen = []

    class Watched(AnnotateScreen):
        def _read_page(self) -> None:
            if self._beginning:
                seen.append(self.lines["document"].text())
            super()._read_page()

    async def act(pilot: Pilot[None]) -> None:
        screen = Watched(4)
        pilot.app.push_screen(screen)
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        text = screen.lines["document"].text()
        assert len(seen) == 1
        assert "neno0 Jina0, neno1" in seen[0]
        assert "PER" not in seen[0]
        assert "PER" in text.splitlines()[0]
        pairs = list(zip(seen[0].splitlines()[1::2], text.splitlines()[1::2], strict=False))
        assert len(pairs) > 4
        assert all(before == after for before, after in pairs)

    play(folder, act)


def test_the_key_of_the_order_comes_round_to_what_each_page_is_by_itself(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, AnnotateScreen)
        modes = []
        for _ in range(4):
            await pilot.press("t", "b")
            modes.append((screen.view.mode if screen.view else "", screen._mode))
        assert modes == [
            ("list", "list"),
            ("visual", "visual"),
            ("logical", None),
            ("list", "list"),
        ]

    play(folder, act)
