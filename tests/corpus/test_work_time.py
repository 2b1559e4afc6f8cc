"""How long an answer took: from its keys, whatever the clock does, over several sittings."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.work_time import PAUSE, worked
from tonemark.tokenizers.registry import load_tokenizer

DAY = 86_400.0
MOMENTS = st.lists(st.floats(-1e12, 1e12))

Seat = Callable[..., Desk]


class Clock:
    """The machine's clock, which stands still until it is set."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1.7e9
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """Seats amina at a project of four documents, the last answered in a file."""
    opened: list[Desk] = []

    def sit(page: int = 1) -> Desk:
        folder = tmp_path / f"p{page}"
        if not (folder / STORE_FILE).exists():
            create_project(folder, language="sw", labels=["PER"])
            create_store(folder / STORE_FILE)
            answer = (GivenAnnotation("amina", "accept", (Span(0, 4, "PER"),)),)
            records = [
                Record(n, n, f"Asha na Juma {n}", annotations=answer if n == 4 else ())
                for n in range(1, 5)
            ]
            store = Store(folder / STORE_FILE)
            add_records(store, "a.txt", records, Report())
            store.close()
        project = replace(read_project(folder), page=page)
        desk = Desk(project, Store(folder / STORE_FILE), "amina", load_tokenizer("general"))
        opened.append(desk)
        desk.open_next()
        return desk

    yield sit
    for desk in opened:
        desk.close()
        desk.store.close()


def key(desk: Desk, at: int = 0) -> None:
    """Press a key that changes something."""
    assert desk.page
    sheet = desk.page.sheets[at]
    is_flagged = sheet.draft.flagged
    values = (("flagged", is_flagged, not is_flagged),)
    desk.page.perform([Edit(sheet.document.number, values=values)])


def seconds(desk: Desk) -> list[tuple[int, float]]:
    """Document and seconds of each revision, as they were written."""
    rows = desk.store.db.execute("SELECT document, seconds FROM annotations ORDER BY id")
    return [(document, round(took, 3)) for document, took in rows if took or document != 4]


@given(MOMENTS)
def test_no_time_is_negative_nor_longer_than_it_was(moments: list[float]) -> None:
    took = worked(moments)
    assert 0 <= took <= PAUSE * max(0, len(moments) - 1)
    if moments:
        assert took <= max(moments) - min(moments)


@given(MOMENTS, st.randoms())
def test_the_order_of_moments_is_of_no_account(moments: list[float], random: object) -> None:
    shuffled = list(moments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert worked(shuffled) == worked(moments)


@given(st.lists(st.floats(0, PAUSE), max_size=20))
def test_keys_in_short_order_are_one_stretch_of_work(gaps: list[float]) -> None:
    moments = [sum(gaps[:n]) for n in range(len(gaps) + 1)]
    assert math.isclose(worked(moments), sum(gaps), abs_tol=1e-6)


@given(MOMENTS, st.floats(-1e12, 1e12))
def test_one_more_key_is_never_less_work(moments: list[float], another: float) -> None:
    assert worked([*moments, another]) >= worked(moments) - 1e-3


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_what_is_no_moment_does_not_count(wrong: float) -> None:
    assert worked([10.0, wrong, 12.0]) == 2.0


def test_an_answer_takes_the_time_between_its_keys(seat: Seat, clock: Clock) -> None:
    desk = seat()
    for gap in (10, 20, 5):
        clock.now += gap
        key(desk)
    clock.now += 3
    desk.answer("accept")
    clock.now += 4
    desk.answer("reject")
    assert seconds(desk) == [(1, 38.0), (2, 4.0)]


def test_a_night_before_the_page_is_a_pause(seat: Seat, clock: Clock) -> None:
    desk = seat()
    clock.now += 10
    key(desk)
    clock.now += DAY
    desk.answer("accept")
    assert seconds(desk) == [(1, 10 + PAUSE)]


@pytest.mark.parametrize("cut_off", [True, False])
def test_what_was_done_in_an_earlier_sitting_counts_and_the_time_between_does_not(
    seat: Seat, clock: Clock, *, cut_off: bool
) -> None:
    desk = seat()
    clock.now += 30
    key(desk)
    clock.now += 50
    desk.close(cut_off=cut_off)
    clock.now += DAY
    desk = seat()
    clock.now += 7
    key(desk)
    clock.now += 8
    desk.answer("accept")
    assert seconds(desk) == [(1, 45.0)]


def test_what_was_left_for_later_has_all_its_time(seat: Seat, clock: Clock) -> None:
    desk = seat()
    clock.now += 12
    key(desk)
    desk.later()
    for _ in range(2):
        clock.now += 1
        desk.answer("accept")
    clock.now += 5
    desk.answer("accept")
    assert seconds(desk) == [(2, 1.0), (3, 1.0), (1, 17.0)]


def test_each_revision_has_its_own_time(seat: Seat, clock: Clock) -> None:
    desk = seat()
    clock.now += 20
    key(desk)
    desk.answer("accept")
    desk.close(cut_off=True)
    clock.now += DAY
    desk.back()
    clock.now += 6
    key(desk)
    clock.now += 1
    desk.answer("accept")
    assert seconds(desk) == [(1, 20.0), (1, 7.0)]


def test_what_came_with_a_file_took_no_time_until_it_is_changed(seat: Seat, clock: Clock) -> None:
    desk = seat()
    rows = "SELECT revision, seconds FROM annotations WHERE document = 4 ORDER BY 1"
    assert desk.store.db.execute(rows).fetchall() == [(1, 0.0)]
    clock.now += DAY
    desk.open_document(4)
    clock.now += 9
    desk.answer("reject")
    assert desk.store.db.execute(rows).fetchall() == [(1, 0.0), (2, 9.0)]


def test_a_page_of_several_shares_its_time(seat: Seat, clock: Clock) -> None:
    desk = seat(3)
    for at in (0, 2, 0):
        clock.now += 10
        key(desk, at)
    desk.answer("accept")
    assert seconds(desk) == [(1, 10.0), (2, 10.0), (3, 10.0)]


@pytest.mark.parametrize("jump", [-3600.0, -10 * 365 * DAY, 3600.0, 10 * 365 * DAY])
def test_each_time_that_the_clock_is_set_costs_a_pause_at_most(
    seat: Seat, clock: Clock, jump: float
) -> None:
    desk = seat()
    clock.now += 10
    key(desk)
    clock.now += jump
    key(desk)
    clock.now += 10
    key(desk)
    clock.now -= jump
    desk.answer("accept")
    ((_, took),) = seconds(desk)
    assert 10 <= took <= 20 + 2 * PAUSE  # it was set twice
