"""A takeover at the very moment at which the other window writes, leaves or comes back."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus import queue
from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.events import Event
from tonemark.corpus.intake import add_records
from tonemark.corpus.journal import ClaimHeld, ClaimLost, Journal, seize
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer

Window = Callable[[], Desk]


@pytest.fixture
def window(tmp_path: Path) -> Iterator[Window]:
    """Opens windows of one annotator."""
    project = create_project(tmp_path / "p", language="sw", labels=["PER"])
    create_store(project.folder / STORE_FILE)
    opened: list[Desk] = []

    def open_() -> Desk:
        store = Store(project.folder / STORE_FILE)
        opened.append(Desk(project, store, "amina", load_tokenizer("general")))
        return opened[-1]

    add_records(open_().store, "a.txt", (Record(n, n, "Asha na Juma") for n in (1, 2)), Report())
    yield open_
    for desk in opened:
        desk.close()
        desk.store.close()


def label(desk: Desk, start: int) -> int:
    assert desk.page
    desk.page.perform([Edit(1, added=(Span(start, start + 1, "PER"),))])
    return start


@pytest.mark.parametrize("again", [False, True])
def test_what_a_window_was_told_is_taken_is_there_after_a_takeover_in_between(
    window: Window, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """It had left the page when the other one looked for its journal, and came back before the
    claim's number rose: its keys went to a journal that nobody read."""
    first, second = window(), window()
    first.open_document(1)
    acknowledged = [label(first, 0)]
    with pytest.raises(ClaimHeld):
        second.open_document(1)
    first.close(cut_off=True)
    if again:  # the journal is there, and is taken
        first.open_document(1)
        acknowledged.append(label(first, 1))
    take_over = queue.take_over

    def slow(*arguments: Any) -> queue.Claim:
        monkeypatch.undo()
        with contextlib.suppress(ClaimHeld, ClaimLost):
            first.close(cut_off=True)
            first.open_document(1)
            acknowledged.append(label(first, 2))
        return take_over(*arguments)

    monkeypatch.setattr(queue, "take_over", slow)
    with contextlib.suppress(ClaimHeld):
        second.take_over()
    for number, desk in enumerate((first, second), 3):
        with contextlib.suppress(ClaimLost):
            if desk.page:
                acknowledged.append(label(desk, number))
        desk.close(cut_off=True)
    page = window().open_document(1)
    assert page
    assert [span.start for span in page.sheets[0].draft.spans] == sorted(acknowledged)
    assert len(acknowledged) > 1


# Pages that were left untouched: their claims are gone


def test_a_window_left_behind_stays_outside_when_its_page_is_left_and_opened_anew(
    window: Window,
) -> None:
    """The new claim had the number of the first: the window that had lost its page answered, and
    the keys of the one that had it were dropped."""
    first, second, third = window(), window(), window()
    first.open_next()
    with pytest.raises(ClaimHeld):
        second.open_next()
    second.take_over()
    second.close()
    third.open_next()
    label(third, 0)
    with pytest.raises(ClaimLost):
        first.answer("ignore")
    assert third.answer("accept")
    (annotation,) = annotations_of(third.store, 1)
    assert (annotation.answer, len(annotation.spans)) == ("accept", 1)


def test_a_page_left_untouched_while_another_window_waits_is_opened_there(window: Window) -> None:
    first, second = window(), window()
    first.open_next()
    with pytest.raises(ClaimHeld):
        second.open_next()
    first.close()
    page = second.take_over()
    assert page
    label(second, 0)
    assert second.answer("accept")
    (annotation,) = annotations_of(second.store, 1)
    assert len(annotation.spans) == 1


@pytest.mark.parametrize("left", [False, True])
def test_a_key_tells_a_window_left_behind_and_prolongs_nothing(window: Window, left: bool) -> None:
    first, second = window(), window()
    first.open_next()
    with pytest.raises(ClaimHeld):
        second.open_next()
    second.take_over()
    if left:
        second.close()
    claims = "SELECT number, expires FROM claims"
    before = first.store.db.execute(claims).fetchall()
    for _ in range(2):  # at every key, not at the first alone
        first._renewed = min(first._renewed, 0.0)
        with pytest.raises(ClaimLost):
            first.keep_lease()
    assert first.store.db.execute(claims).fetchall() == before


def test_a_page_that_is_given_back_before_its_journal_opens_is_not_opened_without_a_claim(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window sat before a page that was nobody's, and learnt it at Enter."""
    first, second = window(), window()
    first.open_next()
    claim_next = queue.claim_next

    def slow(*arguments: Any) -> list[queue.Claim]:
        claims = claim_next(*arguments)
        first.close()
        return claims

    monkeypatch.setattr(queue, "claim_next", slow)
    with pytest.raises(ClaimHeld):
        second.open_next()
    assert second.page is None
    assert second.take_over()
    label(second, 0)
    assert second.answer("accept")
    assert len(annotations_of(second.store, 1)) == 1


def test_a_journal_seized_from_a_page_that_was_left_and_opened_anew_brings_nothing_old(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The opening of the old claim stood beside that of the new one, with the same number."""
    first, second, third = window(), window(), window()
    first.open_next()
    with pytest.raises(ClaimHeld):
        second.open_next()
    take_over = queue.take_over

    def slow(*arguments: Any) -> queue.Claim:
        monkeypatch.undo()
        first.close()
        third.open_next()
        label(third, 0)
        return take_over(*arguments)

    monkeypatch.setattr(queue, "take_over", slow)
    with pytest.raises(ClaimHeld):
        second.take_over()
    third.close()
    numbers = [event.number for event in queue.events_of(third.store, "amina", 1)]
    assert numbers == sorted(set(numbers))
    page = window().open_next()
    assert page
    assert len(page.sheets[0].draft.spans) == 1


def test_a_key_is_taken_or_not_and_its_window_is_told_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A takeover between the write and the look read the key, and the window said that it was not
    taken."""
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    journal.append(Event(1, "open", {"shown": []}))
    seized: list[Event] = []
    other = threading.Thread(target=lambda: seized.extend(seize(path)))
    sync = os.fdatasync

    def slow(file: int) -> None:
        sync(file)
        if not other.ident:
            other.start()
            other.join(0.1)

    monkeypatch.setattr(os, "fdatasync", slow)
    try:
        journal.append(Event(2, "undo"))
        taken = [1, 2]
    except ClaimLost:
        taken = [1]
    other.join()
    assert [event.number for event in seized] == taken
    with pytest.raises(ClaimLost):
        journal.append(Event(3, "undo"))
    journal.close()


def test_a_window_that_stands_still_is_not_waited_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.corpus.journal.TURN", 0.01)
    path = tmp_path / "1.1.log"
    journal = Journal(path)
    found: list[int] = []

    def stopped(file: int) -> None:
        monkeypatch.undo()
        found.append(len(seize(path)))

    monkeypatch.setattr(os, "fdatasync", stopped)
    with pytest.raises(ClaimLost):
        journal.append(Event(1, "undo"))
    journal.close()
    assert found == [1]
