"""The annotate screen: tables of keys, and what then stands on the screen and in the store."""

from __future__ import annotations

import asyncio
import errno
import os
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld, Journal
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.app import TonemarkApp
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.widgets.lines import Lines

TEXTS = ("leo Asha yuko Kisumu na Juma", "kesho Juma tena", "hapa hakuna jina")
SUGGESTED = Suggestion(6, 10, "PER", ("import:names",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = create_project(tmp_path / "p", name="habari", language="sw", labels=["PER", "LOC"])
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = [
        Record(n, n, text, suggestions=(SUGGESTED,) if n == 2 else ())
        for n, text in enumerate(TEXTS, 1)
    ]
    add_records(store, "t.txt", records, Report())
    store.close()
    return project.folder


def play(
    folder: Path,
    act: Callable[[Pilot[None]], Awaitable[None]],
    *,
    annotator: str = "amina",
    size: tuple[int, int] = (80, 24),
) -> None:
    """Open the annotate screen without a terminal and act on it."""

    async def run() -> None:
        project = read_project(folder)
        tokenizer = load_tokenizer(project.tokenizer)
        desk = Desk(project, Store(folder / STORE_FILE), annotator, tokenizer)
        app = TonemarkApp(desk, AnnotateScreen())
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            await act(pilot)
        desk.close()
        desk.store.close()

    asyncio.run(run())


def shown(pilot: Pilot[None], part: str) -> str:
    """What a part of the screen shows, as text."""
    return pilot.app.screen.query_one(f"#{part}", Lines).text()


def answered(folder: Path, number: int) -> list[tuple[str, str]]:
    """Text and label of the spans of the answer to a document."""
    store = Store(folder / STORE_FILE)
    found = [
        (TEXTS[number - 1][span.start : span.end], span.label)
        for annotation in annotations_of(store, number)
        for span in annotation.spans
    ]
    store.close()
    return found


LABELLED: list[tuple[list[str], list[tuple[str, str]]]] = [
    (["1", "2", "1"], [("Asha", "PER"), ("Kisumu", "LOC"), ("Juma", "PER")]),
    (["space", "2"], [("Kisumu", "LOC")]),
    (["1", "z", "2"], [("Asha", "LOC")]),
    (["1", "z", "Z"], [("Asha", "PER")]),
    (["full_stop", "1"], [("Asha yuko", "PER")]),
    (["less_than_sign", "1"], [("leo Asha", "PER")]),
    (["1", "minus"], []),
    (["0", *"lo", "enter"], [("Asha", "LOC")]),
    (["0", *"ORG", "enter"], [("Asha", "ORG")]),
    (["0", "escape", "1"], [("Asha", "PER")]),
    (["apostrophe", "comma", "1"], [("Ash", "PER")]),
]


@pytest.mark.parametrize(("keys", "expected"), LABELLED)
def test_keys_then_enter(folder: Path, keys: list[str], expected: list[tuple[str, str]]) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        await pilot.press("enter")
        await pilot.pause()
        assert "2 of 3" in shown(pilot, "title")

    play(folder, act)
    assert answered(folder, 1) == expected


def test_names_behind_titles_are_candidates_by_the_rules_of_the_language(tmp_path: Path) -> None:
    text = "Jana alisema Bw. Juma kwa Dkt. Mwakyembe na Prof. Lipumba."
    project = create_project(tmp_path / "t", language="sw", labels=["PER"], tokenizer="sw")
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    add_records(store, "t.txt", [Record(1, 1, text)], Report())
    store.close()
    seen = []

    async def act(pilot: Pilot[None]) -> None:
        for _ in range(3):
            seen.append(shown(pilot, "status").split(" · ")[0].strip())
            await pilot.press("space")

    play(project.folder, act)
    assert seen == ["Juma", "Mwakyembe", "Lipumba"]


def test_a_label_made_on_the_spot_is_in_the_project_file_and_has_a_key(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("0", *"ORG", "enter", "3")
        assert "3  ORG" in shown(pilot, "labels")
        await pilot.press("enter")

    play(folder, act)
    assert answered(folder, 1) == [("Asha", "ORG"), ("Kisumu", "ORG")]
    assert [label.name for label in read_project(folder).labels] == ["PER", "LOC", "ORG"]


def test_suggestions_stand_in_the_answer_unless_deleted(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        await pilot.pause()
        assert "?P" in shown(pilot, "document")
        assert "import:names" in shown(pilot, "status")
        await pilot.press("enter")

    play(folder, act)
    assert answered(folder, 2) == [("Juma", "PER")]


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
        await pilot.press("z", "1")  # no page: keys of a page do nothing
        await pilot.pause()
        await pilot.press("b")
        await pilot.pause()
        assert "2 of 3" in shown(pilot, "title")

    play(folder, act)
    store = Store(folder / STORE_FILE)
    answers = [annotations_of(store, number)[0].answer for number in (1, 2, 3)]
    assert answers == ["reject", "accept", "ignore"]


def test_a_comment_and_a_flag_are_kept_and_undone(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("c", *"sawa", "enter")
        await pilot.press("t", "f")
        assert "flagged" in shown(pilot, "status")
        await pilot.press("c", "enter", "z", "z", "Z", "right")
        assert "commented" in shown(pilot, "status")
        assert "flagged" not in shown(pilot, "status")
        await pilot.press("enter")

    play(folder, act)
    store = Store(folder / STORE_FILE)
    (annotation,) = annotations_of(store, 1)
    assert (annotation.comment, annotation.flagged) == ("sawa", False)


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
        monkeypatch.setattr("tonemark.tui.screens.annotate.READING", 60.0)
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


def test_what_lies_beyond_the_window_is_told_on_its_edges(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        assert "more below" in shown(pilot, "rule2")
        await pilot.press("space", "space")
        assert "more above" in shown(pilot, "rule")

    play(folder, act, size=(16, 9))


def test_a_paste_is_dropped(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        pilot.app.screen.post_message(events.Paste("111"))
        await pilot.pause()
        assert "paste" in shown(pilot, "status")
        await pilot.press("enter")

    play(folder, act)
    assert answered(folder, 1) == []


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


def test_a_disk_that_refuses_is_told_and_the_key_does_not_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    async def act(pilot: Pilot[None]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "fdatasync", full)
            await pilot.press("1")
            assert "No space left" in shown(pilot, "status")
            assert "NOT SAVED" in shown(pilot, "title")
            assert " PER" not in shown(pilot, "document")
        await pilot.press("1")
        assert "● saved" in shown(pilot, "title")
        await pilot.press("enter")
        await pilot.pause()

    play(folder, act)
    assert answered(folder, 1) == [("Asha", "PER")]


def test_a_next_page_that_cannot_be_opened_is_asked_for_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(pilot: Pilot[None]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "_open_journal", refuse)
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


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (200, 60), (40, 10)])
def test_any_window_does(folder: Path, size: tuple[int, int]) -> None:
    async def act(pilot: Pilot[None]) -> None:
        await pilot.press("1", "space", "question_mark", "escape", "z")
        await pilot.resize_terminal(80, 24)
        deadline = time.monotonic() + 30
        while "Asha" not in shown(pilot, "document") and time.monotonic() < deadline:
            await pilot.pause()
        assert "Asha" in shown(pilot, "document")

    play(folder, act, size=size)


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


def test_a_comment_that_the_disk_refuses_is_still_there_to_be_given_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def act(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, AnnotateScreen)
        with monkeypatch.context() as patch:
            patch.setattr(Journal, "append", full)
            await pilot.press("c", *"sawa", "enter")
            assert "NOT SAVED" in screen.lines["title"].text()
            assert "No space left" in screen.lines["status"].text()
            assert screen.lines["status"].text().endswith("sawa")
        await pilot.press("enter")
        assert "comment kept" in screen.lines["status"].text()
        assert "● saved" in screen.lines["title"].text()

    def full(*_: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    play(folder, act)


def test_a_label_that_cannot_be_is_told_while_it_is_typed_and_stays_there(folder: Path) -> None:
    async def act(pilot: Pilot[None]) -> None:
        screen = pilot.app.screen
        assert isinstance(screen, AnnotateScreen)
        await pilot.press("0", *"ab", "space", "c")
        assert "a label has white space" in screen.lines["labels"].text()
        await pilot.press("enter")
        assert screen.lines["status"].text().endswith("ab c")
        await pilot.press("backspace", "backspace", "enter")
        assert "ab" in [label.name for label in read_project(folder).labels]

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
