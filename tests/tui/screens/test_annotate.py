"""The annotate screen: tables of keys, and what then stands on the screen and in the store."""

from __future__ import annotations

import errno
import os
import time
from pathlib import Path

import pytest
from annotating import answered, play, shown
from textual import events
from textual.pilot import Pilot

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import Journal
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tui.screens.annotate import AnnotateScreen

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
        assert "none to look at, 1 suggested" in shown(pilot, "status")
        await pilot.press("right")
        assert "Juma · ?PER · came with the data (names)" in shown(pilot, "status")
        await pilot.press("enter")

    play(folder, act)
    assert answered(folder, 2) == [("Juma", "PER")]


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
