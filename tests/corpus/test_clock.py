"""A clock that is set while people work: sequence orders everything, and leases end."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.queue import events_of
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer

HOUR = 3600.0
TEN_YEARS = 10 * 365 * 24 * HOUR

Seat = Callable[..., Desk]


class Clock:
    """The machine's clock, which may be set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + self.ahead)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """Seats annotators at a project of four documents, each at a store of her own."""
    project = create_project(tmp_path / "p", language="sw", labels=["PER"])
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = (Record(n, n, "Asha na Juma wa Kisumu") for n in range(1, 5))
    add_records(store, "a.txt", records, Report())
    store.close()
    opened: list[Desk] = []

    def sit(name: str) -> Desk:
        store = Store(project.folder / STORE_FILE)
        opened.append(Desk(project, store, name, load_tokenizer("general")))
        return opened[-1]

    yield sit
    for desk in opened:
        desk.close()
        desk.store.close()


def label(desk: Desk, start: int) -> None:
    assert desk.page
    desk.keep_lease()
    span = Span(start, start + 2, "PER")
    desk.page.perform([Edit(desk.page.sheets[0].document.number, added=(span,))])


def opened(desk: Desk) -> int | None:
    page = desk.open_next()
    return page.sheets[0].document.number if page else None


@pytest.mark.parametrize("jumps", [(-HOUR,), (TEN_YEARS,), (TEN_YEARS, 0.0), (-HOUR, TEN_YEARS)])
def test_keys_answers_and_undo_keep_their_order(
    seat: Seat, clock: Clock, jumps: tuple[float, ...]
) -> None:
    desk = seat("amina")
    assert opened(desk) == 1
    label(desk, 0)
    for turn, clock.ahead in enumerate(jumps, 1):
        label(desk, 3 * turn)
    desk.close(cut_off=True)
    desk = seat("amina")
    assert opened(desk) == 1
    assert desk.page
    starts = [edit.added[0].start for _ in range(len(jumps) + 1) for edit in desk.page.undo()]
    assert starts == [3 * turn for turn in reversed(range(len(jumps) + 1))]
    for _ in starts:
        desk.page.redo()
    desk.answer("accept")
    (annotation,) = annotations_of(desk.store, 1)
    assert [span.start for span in annotation.spans] == sorted(starts)
    numbers = [event.number for event in events_of(desk.store, "amina", 1)]
    assert numbers == sorted(set(numbers))
    clock.ahead -= HOUR
    assert desk.back()
    desk.answer("reject")
    (annotation,) = annotations_of(desk.store, 1)
    assert (annotation.revision, annotation.answer) == (2, "reject")


def test_a_lease_from_a_clock_that_was_ahead_ends_like_any_other(seat: Seat, clock: Clock) -> None:
    """The document was kept from everybody else for ten years."""
    amina, bello = seat("amina"), seat("bello")
    clock.ahead = TEN_YEARS
    assert opened(amina) == 1
    label(amina, 0)
    amina.close(cut_off=True)
    clock.ahead = 0.0
    assert [opened(bello), *(page_after(bello) for _ in range(3))] == [2, 3, 4, None]
    clock.ahead = amina.lease + 60.0
    assert opened(bello) == 1
    bello.answer("accept")
    # What she did is not lost: a late answer is kept beside the one that took its place.
    amina = seat("amina")
    assert opened(amina) == 1
    amina.answer("accept")
    found = {each.annotator: each.extra for each in annotations_of(amina.store, 1)}
    assert found == {"amina": True, "bello": False}


def page_after(desk: Desk) -> int | None:
    page = desk.answer("accept")
    return page.sheets[0].document.number if page else None


@pytest.mark.parametrize("ahead", [-HOUR, TEN_YEARS])
def test_a_key_after_a_jump_prolongs_the_lease_from_then_on(
    seat: Seat, clock: Clock, ahead: float
) -> None:
    amina, bello = seat("amina"), seat("bello")
    assert opened(amina) == 1
    clock.ahead = ahead
    label(amina, 0)
    (expires,) = amina.store.db.execute("SELECT expires FROM claims").fetchone()
    assert 0 < expires - time.time() <= amina.lease
    assert opened(bello) == 2
