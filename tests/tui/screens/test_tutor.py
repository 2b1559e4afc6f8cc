"""The tutor: it leads by what she does, never hides the text, and goes for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.records import Record
from tonemark.corpus.spans import Suggestion
from tonemark.tui.page import tutor
from tonemark.tui.page.cells import cells
from tonemark.tui.page.tutor import Progress, begun, kept
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.widgets.tutor import TutorLines

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]

TEXTS = ("leo Asha yuko Kisumu na Juma", "kesho Juma tena", "hapa hakuna jina", "mwisho Asha")


def steps(stage: Any) -> str:
    """The signs of the steps, in order: done, next, or to come."""
    lines = stage.app.screen.query_one(TutorLines).text().splitlines()
    return "".join(line[1] for line in lines[1:] if line[3:4].isdigit()).replace(" ", "-")


@pytest.mark.parametrize(
    ("keys", "signs"),
    [
        ([], "▸---"),
        (["space"], "▸---"),
        (["k"], "✓▸--"),
        (["1"], "✓✓▸-"),
        (["k", "1"], "✓✓▸-"),
        (["full_stop", "1"], "✓✓✓▸"),
        (["1", "full_stop"], "✓✓✓▸"),
        (["1", "1", "1"], "✓✓▸-"),
        (["1", "z"], "✓✓▸-"),
        (["x"], "▸---"),
        (["enter"], "▸-✓-"),
        (["1", "enter"], "✓✓✓▸"),
        (["escape"], ""),
        (["escape", "question_mark", "y"], "▸---"),
        (["enter", "enter"], ""),
        (["enter", "enter", "question_mark", "y"], "▸---"),
    ],
)
def test_it_reacts_to_what_she_does(
    desk_at: DeskAt, play: Play, keys: list[str], signs: str
) -> None:
    async def script(stage: Any) -> None:
        hints = stage.app.screen.view.hints().of
        pressed = [hints[0, 3] if key == "k" else key for key in keys]
        await stage.press(*pressed)
        assert steps(stage) == signs

    play(desk_at(TEXTS), AnnotateScreen(), script)


def test_it_names_the_hint_that_stands_on_her_page(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        lines = stage.text().splitlines()
        at = lines[3].index("Kisumu")
        hint = lines[2][at:].split()[0]
        assert (
            f"In focus: “Asha”. The letters over a word go to it: {hint} “Kisumu”" in stage.text()
        )
        await stage.press(hint)
        assert "In focus: “Kisumu”" in stage.text()

    play(desk_at(TEXTS), AnnotateScreen(), script)


def test_it_takes_its_lines_from_the_document_and_gives_them_back(
    desk_at: DeskAt, play: Play
) -> None:
    long = " ".join(f"Asha{n} na" for n in range(300))

    async def script(stage: Any) -> None:
        screen = stage.app.screen
        with_tutor = screen.view.height
        assert with_tutor == screen.query_one("#document").size.height
        assert with_tutor + screen.query_one(TutorLines).size.height == 18
        for _ in range(30):
            await stage.press("down")
            focus = screen.view.focus
            word = screen.view.sheet.document.text[focus.start : focus.end]
            assert word in screen.query_one("#document").text()
        await stage.press("escape")
        assert screen.view.height == screen.query_one("#document").size.height == 18

    play(desk_at([long]), AnnotateScreen(), script)


@pytest.mark.parametrize(
    ("size", "least", "most"),
    [
        ((80, 24), 4, 6),
        ((120, 40), 4, 6),
        ((80, 16), 1, 2),
        ((40, 14), 1, 4),
        ((40, 10), 0, 0),
        ((5, 5), 0, 0),
        ((1, 1), 0, 0),
        ((30, 60), 1, 6),
    ],
)
def test_small_screens_get_the_next_step_alone_or_none(
    desk_at: DeskAt, play: Play, size: tuple[int, int], least: int, most: int
) -> None:
    async def script(stage: Any) -> None:
        lines = stage.app.screen.query_one(TutorLines)
        assert least <= lines.high <= most
        assert 2 * lines.high <= max(1, size[1] - 6)
        if lines.high:
            assert all(cells(line) <= size[0] for line in lines.text().splitlines())
            assert "puts this away" in " ".join(lines.text().split())
        await stage.resize(90, 30)
        await stage.until("4 All names labelled?")
        assert steps(stage) == "▸---"
        await stage.resize(*size)

    play(desk_at(TEXTS), AnnotateScreen(), script, size=size)


def test_once_gone_it_costs_nothing_and_stays_away(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(TEXTS)

    async def put_away(stage: Any) -> None:
        await stage.press("escape")

    async def look(stage: Any) -> None:
        await stage.press("enter")
        lines = stage.app.screen.query_one(TutorLines)
        assert (lines.high, lines.size.height, lines.text()) == (0, 0, "")
        assert "nothing is on" in await stage.press("escape")

    play(desk, AnnotateScreen(), put_away)
    play(desk, Dashboard(), look)


def test_each_annotator_has_her_own(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(TEXTS)
    other = Desk(desk.project, desk.store, "juma", desk.tokenizer)

    async def put_away(stage: Any) -> None:
        await stage.press("escape")

    async def look(stage: Any) -> None:
        assert steps(stage) == "▸---"

    play(desk, AnnotateScreen(), put_away)
    play(other, AnnotateScreen(), look)


@pytest.mark.parametrize(
    ("preference", "progress"),
    [
        (None, Progress()),
        ("0", Progress()),
        ("1", Progress(pages=1)),
        ("away", None),
        ("2", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_what_is_kept_says_where_it_stands(
    preference: str | None, progress: Progress | None
) -> None:
    assert begun(preference) == progress
    if progress:
        assert begun(kept(progress)) == progress
    assert begun(kept(Progress(pages=tutor.PAGES))) is None


@pytest.mark.parametrize("keys", ["t", "t s", "1 equals_sign", "HINT"])
def test_escape_leaves_a_question_before_it_puts_the_steps_away(
    desk_at: DeskAt, play: Play, keys: str
) -> None:
    texts = ["Asha na Asha " + "na juma " * 40]

    async def script(stage: Any) -> None:
        keyboard = stage.app.screen.keyboard
        pressed = keys.split()
        if keys == "HINT":
            hints = sorted(stage.app.screen.view.hints().of.values(), key=len)
            pressed = [hints[-1][0]]
        await stage.press(*pressed)
        assert keyboard.waits
        before = steps(stage)
        assert before
        screen = await stage.press("escape")
        assert not keyboard.waits
        assert steps(stage) == before
        assert "split before" not in screen
        await stage.press("escape")
        assert steps(stage) == ""

    play(desk_at(texts), AnnotateScreen(), script)


def test_it_says_what_suggestions_are_where_there_are_some(desk_at: DeskAt, play: Play) -> None:
    told = "A tag with ? is suggested: ⏎ accepts it too, - drops it; ??: look at it"
    suggestion = Suggestion(16, 22, "LOC", ("import:x",))

    async def script(stage: Any) -> None:
        assert told not in stage.text()
        await stage.press("x")
        assert told in stage.text()
        high = stage.app.screen.view.height
        await stage.press("1")
        assert told in stage.text()
        assert stage.app.screen.view.height == high
        await stage.press("t", "o")
        assert told not in stage.text()

    second = Record(2, 2, "kesho na Juma na Kisumu", suggestions=(suggestion,))
    records = [Record(1, 1, TEXTS[0]), second]
    play(desk_at(records), AnnotateScreen(), script)
