"""The review screen over others, and others over it: project files that change, stores that refuse,
what is asked for, and ways back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from differing import SAID, gold, made

from tonemark.corpus.claims import ClaimLost
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.reviews import Wanted
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.review import asking
from tonemark.review.desk import ReviewDesk
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.app import TonemarkApp
from tonemark.tui.screens import review as screen
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.screens.review import ReviewScreen

Review = Callable[..., None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four documents that three annotators have answered, and one that is to be annotated."""
    folder = made(tmp_path / "p")
    store = Store(folder / STORE_FILE)
    add_records(store, "more", [Record(1, 1, "Baba Musa yuko")], Report(), places=1)
    store.close()
    return folder


def change(folder: Path, before: str, now: str) -> None:
    """Edit project.toml."""
    path = folder / "project.toml"
    told = path.read_text()
    assert before in told
    path.write_text(told.replace(before, now))


def test_pages_beneath_take_in_a_project_file_that_changed(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("t", "r")
        change(folder, 'PER = ""\nLOC = ""', 'LOC = ""\nPER = ""')
        await stage.press("1", "enter", "q")
        assert "1  LOC   2  PER" in stage.line("labels")
        assert "LOC" in (await stage.press("1")).split("\n")[2]

    review(folder, script, first=AnnotateScreen())


def test_a_new_label_in_review_brings_no_rules_there(review: Review, folder: Path) -> None:
    async def script(stage: Any) -> None:
        await stage.press("s", "0", *"ORG", "enter")
        assert stage.app.screen.keyboard.table.labels["3"] == "ORG"
        assert not stage.app.screen.keyboard.rules

    review(folder, script)


@pytest.mark.parametrize(("screen", "offered"), [(ReviewScreen, False), (AnnotateScreen, True)])
def test_reviews_are_opened_from_elsewhere_alone(
    review: Review, tmp_path: Path, screen: Any, offered: bool
) -> None:
    async def script(stage: Any) -> None:
        assert ("r review" in stage.line("footer")) == offered
        assert ("w wanted" in stage.line("footer")) != offered
        await stage.press("r")
        assert "habari · review" in stage.line("title")
        assert "neema" in stage.line("title").split()
        assert len(stage.app.desks) == 1 + offered
        stage.app.screen._command_review()
        assert stage.app.desk.reviewer == "neema"

    review(made(tmp_path / "e", {3: SAID[3]}), script, first=screen() if offered else None)


def refuse(*_: object, **__: object) -> None:
    """As a store that another process keeps busy."""
    raise TonemarkError("The store could not be written: database is locked.")


def full(*_: object, **__: object) -> None:
    """As a disk that is full."""
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("first", [AnnotateScreen, Dashboard])
@pytest.mark.parametrize("refused", [refuse, full])
def test_a_desk_that_cannot_be_closed_is_left_with_a_word(
    review: Review, folder: Path, monkeypatch: pytest.MonkeyPatch, first: Any, refused: Any
) -> None:
    async def script(stage: Any) -> None:
        keys = ("t", "r") if first is AnnotateScreen else ("enter",)
        before = stage.app.screen
        await stage.press(*keys, "1")
        with monkeypatch.context() as busy:
            busy.setattr("tonemark.corpus.queue.leave", refused)
            await stage.press("q")
        assert stage.app.screen is before
        assert not stage.app.crash
        assert "kept in the journal: " in stage.line("status")
        assert len(stage.app.desks) == 1
        await stage.press(*keys)
        assert "all settled" in stage.text() or "PER" in stage.text().split("\n")[2]

    review(folder, script, first=first())


@pytest.mark.parametrize(
    "way", [("t", "d"), ("t", "i"), ("t", "g"), ("question_mark",), ("slash", *"Asha", "enter")]
)
@pytest.mark.parametrize("first", [ReviewScreen, AnnotateScreen])
def test_a_page_that_is_come_back_to_says_what_its_keys_do(
    review: Review, folder: Path, first: Any, way: tuple[str, ...]
) -> None:
    async def script(stage: Any) -> None:
        before = await stage.until("3 left" if first is ReviewScreen else "neema")
        await stage.press(*way)
        assert stage.app.screen is not shown(stage)
        await stage.press("q")
        assert stage.app.screen is shown(stage)
        assert stage.text() == before

    def shown(stage: Any) -> Any:
        return stage.app.screen_stack[0]

    review(folder, script, first=first() if first is AnnotateScreen else None)


def test_what_is_left_is_counted_again_after_a_store_that_was_busy(
    review: Review, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, is_busy = screen.Pace.step, [True]
    monkeypatch.setattr(screen, "AGAIN", 0.001)
    monkeypatch.setattr(screen.Pace, "step", lambda *a: refuse() if is_busy else step(*a))

    async def script(stage: Any) -> None:
        await stage.until("· 3+ left")
        is_busy.clear()
        await stage.until("· 3 left")

    review(folder, script)


# What is asked for


def test_what_is_there_can_be_asked_for(review: Review, tmp_path: Path) -> None:
    folder = made(tmp_path / "p")
    change(folder, 'PER = ""', 'PER = ""\nlabel = ""\nall = ""\nrosa = ""')

    async def script(stage: Any) -> None:
        for said, title in (
            ("rosa annotator:rosa", "review: rosa rosa"),
            ("label:label", "review: label:label · 0 left"),
            ("label:all amina", "review: label:all amina"),
            ("annotator:juma PER", "review: PER juma · 2 left"),
        ):
            await stage.press("t", "w", *["backspace"] * 40)
            await stage.type(said)
            assert title in stage.line("title")
            await stage.press("t", "w", "enter")  # as it stands there
            assert title in stage.line("title")
        await stage.press("t", "w")
        await stage.type(" label:zebra")
        assert "label:zebra is no kind, no label and no annotator here" in stage.text()

    review(folder, script, wanted=Wanted(annotator="juma"))


KINDS = ("label", "presence")


@pytest.mark.parametrize("wanted", [
    Wanted(),
    Wanted(KINDS, "PER", "amina", everything=True, largest=True),
    Wanted((), "label", "all"),
    Wanted((), "annotator:x", "PER"),
    Wanted((), "", "PER"),
    Wanted((), "label:label", "label"),
])  # fmt: skip
def test_what_is_said_is_what_is_asked_for(wanted: Wanted) -> None:
    labels = ("PER", "label", "all", "annotator:x", "label:label")
    there = asking.Known(labels, ("amina", "PER", "all", "label"))
    assert asking.asked_for(asking.said_of(wanted, labels), there) == wanted


def test_the_known_are_those_who_answered_and_labels_of_spans(folder: Path) -> None:
    change(folder, 'LOC = ""', 'ORG = ""')
    store = Store(folder / STORE_FILE)
    found = asking.known(read_project(folder), store)
    store.close()
    assert found == (["PER", "ORG", "LOC"], ["amina", "juma", "rosa"])


# Claims that are lost, and the end


def test_a_document_that_was_taken_over_is_asked_about(
    review: Review, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(stage: Any) -> None:
        with monkeypatch.context() as lost:
            lost.setattr(Desk, "keep_lease", _lose)
            await stage.press("1")
        assert "neema is at it elsewhere" in stage.line("status")
        await stage.press("2", "s")  # no key comes through to the page
        assert "neema is at it elsewhere" in stage.line("status")
        assert "q quits" in stage.line("status")

    review(folder, script)
    assert gold(folder, 1) is None


def _lose(desk: Desk) -> None:
    raise ClaimLost("neema is at it elsewhere.")


def test_every_desk_is_closed_in_the_end(folder: Path) -> None:
    project, store, tokenizer = read_project(folder), Store(folder / STORE_FILE), "general"
    hers = Desk(project, store, "neema", load_tokenizer(tokenizer))
    reviews = ReviewDesk(project, store, "neema", load_tokenizer(tokenizer))
    app = TonemarkApp(hers, ReviewScreen())
    app.desks.append(reviews)
    assert hers.open_next()
    assert reviews.open_next()
    app.close_desks(cut_off=False)
    assert (hers.page, reviews.page) == (None, None)
    store.close()
