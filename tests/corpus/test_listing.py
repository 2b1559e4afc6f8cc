"""Lists of documents: each state where its annotator left it, and nothing of anyone else's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tonemark.corpus import listing
from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Draft, Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.listing import SHOWS, Listed, Show, labels_given, listed, neighbours
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer

Seat = Callable[[str], Desk]


@pytest.fixture
def seat(tmp_path: Path) -> Iterator[Seat]:
    """Seats annotators at one project of twelve documents, each for two of them."""
    project = create_project(tmp_path / "p", language="sw", labels=["PER"], overlap=2)
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    suggested = {
        11: (Suggestion(0, 3, "PER", ("model:m",)),),
        12: (Suggestion(0, 3, "PER", ("model:m",), 0.3),),  # no page shows it
    }
    records = [Record(n, n, f"Ali na {n}", suggestions=suggested.get(n, ())) for n in range(1, 13)]
    add_records(store, "t.txt", records, Report(), places=2)
    yield lambda name: Desk(project, store, name, load_tokenizer("general"))
    store.close()


def act(desk: Desk, number: int, *what: str) -> None:
    """Open a document and do this and that with it; `answer` by its name, else leave it."""
    page = desk.open_document(number)
    assert page
    for each in what:
        if each == "label":
            page.perform([Edit(number, added=(Span(0, 3, "PER"),))])
        elif each in ("flagged", "comment"):
            page.perform([Edit(number, values=((each, False, "yes"),))])
        elif each == "later":
            desk.later()
        elif each in ("accept", "reject", "ignore"):
            desk.answer(each)  # type: ignore[arg-type]
    desk.close()


@pytest.fixture
def worked(seat: Seat) -> Desk:
    """Amina's desk, after she and two others did something of everything."""
    amina = seat("amina")
    act(amina, 1, "label", "accept")
    act(amina, 2, "reject")
    act(amina, 3, "ignore")
    act(amina, 4, "label")
    act(amina, 5)
    act(amina, 6, "later")
    act(amina, 7, "label", "accept")
    act(amina, 7, "comment")
    act(amina, 8, "flagged", "comment", "accept")
    for name in ("juma", "zuhura"):
        for number in (1, 9, 10):
            act(seat(name), number, "label", "flagged", "comment", "accept")
    return amina


def lines(desk: Desk, show: Show = "all", **how: int) -> list[Listed]:
    return [line for line in listed(desk.store, desk.annotator, show, **how) if line]


def test_states_are_hers_alone(worked: Desk) -> None:
    assert [(line.number, line.state, line.spans) for line in lines(worked)] == [
        (1, "accepted", 1),
        (2, "rejected", 0),
        (3, "ignored", 0),
        (4, "begun", 1),
        (5, "to do", 0),
        (6, "later", 0),
        (7, "reopened", 1),
        (8, "accepted", 0),
        (9, "with others", 0),
        (10, "with others", 0),
        (11, "to do", 0),
        (12, "to do", 0),
    ]
    assert not any(line.flagged or line.commented or line.answer for line in lines(worked)[8:])


@pytest.mark.parametrize(
    ("show", "numbers"),
    [
        ("all", list(range(1, 13))),
        ("to do", [4, 5, 6, 7, 11, 12]),
        ("begun", [4, 7]),
        ("answered", [1, 2, 3, 7, 8]),
        ("accepted", [1, 7, 8]),
        ("rejected", [2]),
        ("ignored", [3]),
        ("flagged", [8]),
        ("commented", [7, 8]),
        ("suggested", [11]),
    ],
)
@pytest.mark.parametrize("batch", [1, 3, 100])
def test_a_list_is_narrowed_to_a_state_in_both_directions(
    worked: Desk, show: Show, numbers: list[int], batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "BATCH", batch)
    assert [line.number for line in lines(worked, show)] == numbers
    down = [line.number for line in lines(worked, show, after=13, backwards=True)]
    assert down == numbers[::-1]
    assert [line.number for line in lines(worked, show, after=5)] == [n for n in numbers if n > 5]
    up = [line.number for line in lines(worked, show, after=6, backwards=True)]
    assert up == [n for n in numbers if n < 6][::-1]


def test_every_state_that_a_list_can_show_is_tested() -> None:
    marks = test_a_list_is_narrowed_to_a_state_in_both_directions.pytestmark  # type: ignore[attr-defined]
    assert tuple(case[0] for mark in marks if mark.args[0] != "batch" for case in mark.args[1]) == (
        SHOWS
    )


def test_the_page_that_lies_open_counts_with_its_draft(worked: Desk) -> None:
    draft = Draft(spans=(Span(0, 3, "PER"), Span(4, 6, "PER")), flagged=True)
    shown = list(listed(worked.store, "amina", drafts={12: draft}))[-1]
    assert shown == Listed(12, shown.key, "Ali na 12", "begun", None, 2, True)  # type: ignore[union-attr]


def test_the_screen_gets_its_turn_while_nothing_is_found(
    worked: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "BATCH", 2)
    assert list(listed(worked.store, "nobody", "suggested")).count(None) == 0
    assert list(listed(worked.store, "amina", "ignored")).count(None) >= 3


def test_labels_are_those_she_gave_to_the_very_stretch(worked: Desk) -> None:
    def given(name: str, document: int, start: int, end: int) -> tuple[str, ...]:
        return labels_given(worked.store, name, document, start, end)

    assert given("amina", 1, 0, 3) == ("PER",)
    assert given("amina", 1, 0, 2) == ()
    assert given("amina", 9, 0, 3) == ()
    assert given("juma", 9, 0, 3) == ("PER",)


def test_neighbours_are_of_the_same_source(worked: Desk) -> None:
    store = worked.store
    add_records(store, "other.txt", [Record(1, 1, "Juma"), Record(2, 2, "Zuhura")], Report())

    def numbers(number: int) -> list[int | None]:
        return [other and other.number for other in neighbours(store, store.document(number))]

    assert numbers(1) == [None, 2]
    assert numbers(6) == [5, 7]
    assert numbers(12) == [11, None]
    assert numbers(13) == [None, 14]
