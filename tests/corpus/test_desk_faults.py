"""A desk under faults: full disks, other windows, processes that end between two steps."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus import queue
from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld, ClaimLost, Journal, parse, seize
from tonemark.corpus.pages import Page
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token

SPAN = Span(0, 4, "PER")


class NoTokens:
    """Tokens do not matter here."""

    name = "none"
    version = "1"

    def tokenize(self, text: str) -> list[Token]:
        return []


class Room:
    """A project, and desks in it as separate windows."""

    def __init__(self, folder: Path) -> None:
        self.folder = create_project(folder, language="sw", labels=["PER"]).folder
        create_store(self.folder / STORE_FILE)
        self.opened: list[Desk] = []
        store = Store(self.folder / STORE_FILE)
        add_records(store, "a.txt", (Record(n, n, f"Asha na {n}") for n in range(1, 9)), Report())
        store.close()

    def desk(self, name: str = "amina", **changes: Any) -> Desk:
        project = replace(read_project(self.folder), **changes)
        self.opened.append(Desk(project, Store(self.folder / STORE_FILE), name, NoTokens()))
        return self.opened[-1]

    def files(self, name: str = "amina") -> list[str]:
        return sorted(os.listdir(self.folder / "journal" / name))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    room = Room(tmp_path / "p")
    yield room
    for desk in room.opened:
        desk.close()
        desk.store.close()
    assert [each for each in examine(room.folder) if not each.harmless] == []


def page_of(desk: Desk) -> Page:
    page = desk.open_next()
    assert page
    return page


def label(page: Page, sheet: int = 0, span: Span = SPAN) -> None:
    page.perform([Edit(page.sheets[sheet].document.number, added=(span,))])


def numbers(page: Page | None) -> list[int]:
    return [sheet.document.number for sheet in page.sheets] if page else []


def end(desk: Desk) -> None:
    """As kill -9: the kernel closes the files, and nothing else is done."""
    for sheet in desk.page.sheets if desk.page else ():
        assert isinstance(sheet.log, Journal)
        sheet.log.close()
    desk.page = None


def fill_disk(desk: Desk) -> None:
    desk.store.db.execute("PRAGMA max_page_count = 1")


def empty_disk(desk: Desk) -> None:
    desk.store.db.execute("PRAGMA max_page_count = 1000000")


def descriptors() -> int:
    gc.collect()  # what other tests left open must not close in between
    return len(os.listdir("/proc/self/fd"))


def long_comment(page: Page) -> None:
    number = page.sheets[0].document.number
    page.perform([Edit(number, values=(("comment", "", "x" * 100_000),))])


# Files


def test_each_annotator_has_a_folder_of_journals_which_are_gone_when_folded(room: Room) -> None:
    amina, bello = room.desk(), room.desk("bello")
    label(page_of(amina))
    label(page_of(bello))
    assert (room.files(), room.files("bello")) == (["1.1.log"], ["2.2.log"])
    amina.answer("accept")
    assert room.files() == ["3.4.log"]
    amina.close()
    bello.close()
    assert (room.files(), room.files("bello")) == ([], [])


def test_a_document_that_is_not_there_leaves_the_page(room: Room) -> None:
    desk = room.desk()
    page = page_of(desk)
    label(page)
    with pytest.raises(KeyError):
        desk.open_document(99)
    assert desk.page is page
    label(page, span=Span(5, 7, "PER"))
    assert len(page.sheets[0].draft.spans) == 2


def test_opening_again_goes_on_with_the_page(room: Room) -> None:
    desk = room.desk()
    label(page_of(desk))
    page = page_of(desk)
    assert page.sheets[0].draft.spans == (SPAN,)
    assert page.undo()


# Full disks


@pytest.mark.parametrize("way", ["answer", "later", "back", "open_next", "open_document"])
def test_where_the_store_refuses_the_page_stays_and_can_be_left_later(room: Room, way: str) -> None:
    desk = room.desk()
    page_of(desk)
    desk.answer("accept")
    page = desk.page
    assert page
    long_comment(page)
    leave = {
        "answer": lambda: desk.answer("accept"),
        "later": desk.later,
        "back": desk.back,
        "open_next": desk.open_next,
        "open_document": lambda: desk.open_document(7),
    }[way]
    fill_disk(desk)
    with pytest.raises(TonemarkError, match="full"):
        leave()
    assert desk.page is page
    label(page)
    empty_disk(desk)
    leave()
    assert desk.page is not page
    events = queue.events_of(desk.store, "amina", 2)
    assert [event.kind for event in events[:3]] == ["open", "edit", "edit"]
    assert bool(annotations_of(desk.store, 2)) == (way == "answer")


def test_closing_on_a_full_disk_loses_nothing(room: Room) -> None:
    desk = room.desk()
    page = page_of(desk)
    long_comment(page)
    label(page)
    page.note_focus(0, 0, 4)
    before = descriptors()
    fill_disk(desk)
    with pytest.raises(TonemarkError, match="full"):
        desk.close()
    assert descriptors() == before - 1
    assert room.files() == ["1.1.log"]
    page = page_of(room.desk())
    assert page.sheets[0].draft.spans == (SPAN,)
    assert len(page.sheets[0].draft.comment) == 100_000
    assert page.focus() == (0, 0, 4)
    assert [len(page.undo()), len(page.undo()), len(page.undo())] == [1, 1, 0]


def test_a_next_page_that_cannot_be_opened_is_opened_by_the_next_try(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = room.desk(page=3)
    page_of(desk)
    before = descriptors()

    def full(file: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", full)
        with pytest.raises(OSError, match="No space"):
            desk.answer("accept")
    assert desk.page is None
    assert descriptors() == before - 3
    assert annotations_of(desk.store, 3)
    assert numbers(desk.open_next()) == [4, 5, 6]


def test_a_lease_that_cannot_be_renewed_does_not_cost_the_key(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = room.desk()
    page_of(desk)
    expires = "SELECT expires FROM claims"
    before = desk.store.db.execute(expires).fetchone()
    desk.keep_lease()
    assert desk.store.db.execute(expires).fetchone() == before, "not at every key"
    later = time.time() + desk.lease / 2
    monkeypatch.setattr(time, "time", lambda: later)
    fill_disk(desk)
    monkeypatch.setattr(queue, "renew", lambda *_: fail())
    desk.keep_lease()
    monkeypatch.undo()
    empty_disk(desk)
    monkeypatch.setattr(time, "time", lambda: later + desk.lease / 2)
    desk.keep_lease()
    assert desk.store.db.execute(expires).fetchone() > before


def fail() -> None:
    raise TonemarkError("The store could not be written.")


# Processes that end between two steps


def test_ending_between_commit_and_deletion_repeats_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = room.desk()
    page = page_of(first)
    label(page)
    page.undo()
    page.redo()
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "discard", Journal.close)
        first.close()
    assert room.files() == ["1.1.log"]
    second = room.desk()
    page = page_of(second)
    assert page.sheets[0].draft.spans == (SPAN,)
    assert [len(page.undo()), len(page.undo())] == [1, 0]
    page.redo()
    second.answer("accept")
    kinds = [event.kind for event in queue.events_of(second.store, "amina", 1)]
    assert kinds == ["open", "edit", "undo", "redo", "undo", "redo", "answer"]


@pytest.mark.parametrize("step", ["renamed", "written", "deleted"])
def test_a_takeover_that_ends_between_two_steps_is_finished_by_the_next(
    room: Room, step: str
) -> None:
    first = room.desk()
    label(page_of(first))
    second = room.desk()
    with pytest.raises(ClaimHeld):
        second.open_next()
    (claim,) = queue.claim_next(second.store, "amina", 1)
    path = room.folder / "journal" / "amina" / "1.1.log"
    events = seize(path)
    if step != "renamed":
        queue.take_over(second.store, claim, events, 60.0)
    if step == "deleted":
        path.with_suffix(".taken").unlink()
    assert first.page
    with pytest.raises(ClaimLost):
        label(first.page, span=Span(5, 7, "PER"))

    third = room.desk()
    page = page_of(third)
    assert page.sheets[0].claim.number == 2
    assert page.sheets[0].draft.spans == (SPAN,)
    label(page, span=Span(8, 9, "PER"))
    third.answer("accept")
    (annotation,) = annotations_of(third.store, 1)
    assert annotation.spans == (SPAN, Span(8, 9, "PER"))


# Other windows


def test_a_page_of_which_one_document_is_held_opens_nothing_until_taken_over(
    room: Room,
) -> None:
    first = room.desk()
    first.open_document(2)
    assert first.page
    label(first.page)
    second = room.desk(page=3)
    before = descriptors()
    for _ in range(3):
        with pytest.raises(ClaimHeld):
            second.open_next()
        assert second.page is None
    assert descriptors() == before
    page = second.take_over()
    assert page
    assert sorted(numbers(page)) == [1, 2, 3]
    place = numbers(page).index(2)
    assert page.sheets[place].draft.spans == (SPAN,)
    with pytest.raises(ClaimLost):
        first.answer("accept")
    assert first.page
    with pytest.raises(ClaimLost):
        label(first.page)
    first.close()  # a window that has lost its page is left without a word
    second.answer("accept")
    assert [len(annotations_of(second.store, number)) for number in (1, 2, 3)] == [1, 1, 1]


def test_a_key_on_a_page_that_is_lost_in_part_changes_no_document(room: Room) -> None:
    first = room.desk(page=2)
    page = page_of(first)
    seize(room.folder / "journal" / "amina" / "2.2.log")
    with pytest.raises(ClaimLost):
        page.perform([Edit(number, added=(SPAN,)) for number in (1, 2)])
    assert [sheet.draft.spans for sheet in page.sheets] == [(), ()]
    kept = (room.folder / "journal" / "amina" / "1.1.log").read_bytes()
    assert [event.kind for event in parse(kept)] == ["open"]


def test_of_two_windows_that_take_over_at_once_one_gets_the_page(room: Room) -> None:
    first, second, third = room.desk(), room.desk(), room.desk()
    label(page_of(first))
    for each in (second, third):
        with pytest.raises(ClaimHeld):
            each.open_next()
    assert numbers(second.take_over()) == [1]
    assert second.page
    label(second.page, span=Span(5, 7, "PER"))
    page = third.take_over()
    assert page
    assert len(page.sheets[0].draft.spans) == 2
    with pytest.raises(ClaimLost):
        label(second.page)
    assert third.take_over() is page, "there is nothing more to take"
    third.answer("accept")


def test_a_window_that_opens_while_another_takes_over_gets_no_journal_of_its_own(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, late = room.desk(), room.desk(), room.desk()
    label(page_of(first))
    with pytest.raises(ClaimHeld):
        second.open_next()
    claim_next = queue.claim_next

    def slow(*arguments: Any) -> list[queue.Claim]:
        claims = claim_next(*arguments)
        monkeypatch.undo()
        second.take_over()
        return claims

    monkeypatch.setattr(queue, "claim_next", slow)
    with pytest.raises(ClaimHeld):
        late.open_next()
    assert room.files() == ["1.2.log"]
    assert second.page
    label(second.page, span=Span(5, 7, "PER"))
    page = late.take_over()
    assert page
    assert len(page.sheets[0].draft.spans) == 2


def test_the_store_follows_a_changed_overlap(room: Room) -> None:
    assert numbers(room.desk().open_next()) == [1]
    assert numbers(room.desk("bello", overlap=2).open_next()) == [1]
    assert numbers(room.desk("chidi", overlap=2).open_next()) == [2]
