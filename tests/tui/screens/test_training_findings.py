"""What is to be known before a training, on its screen, and where each of it opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from training_screens import Fake, finding

from tonemark.corpus.desk import Desk
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.screens.review import ReviewScreen

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    return Fake(tmp_path, monkeypatch)


def records(*names: str) -> list[Record]:
    """Documents that these have answered, `-` for nobody, the first word being a PER."""
    found = []
    for number, name in enumerate(names, 1):
        text = f"Asha{number} yuko Kisumu{number}."
        given = (GivenAnnotation(name, "accept", (Span(0, 5, "PER"),)),) if name != "-" else ()
        found.append(Record(number, number, text, annotations=given))
    return found


def test_enter_on_a_finding_opens_its_document(desk_at: DeskAt, play: Play, fake: Fake) -> None:
    fake.finds(
        finding("1 span cuts a token.", (2, '"Asha2" begins inside a token'), count=7),
        finding("All is well.", note=True, remedy="To know:\n    tonemark status DIR"),
    )

    async def script(stage: Any) -> None:
        await stage.press("t", "t")
        shown = await stage.until("1 span cuts a token.")
        assert 'habari.txt:2  "Asha2" begins inside a token' in shown
        assert "and 6 more" in shown
        assert "      tonemark status DIR" in shown
        assert "› train" in shown
        await stage.press("down")
        assert "›   habari.txt:2" in stage.text()
        await stage.press("enter")
        assert isinstance(stage.app.screen, AnnotateScreen)
        assert "2 of 3" in stage.line("title")
        assert "Asha2" in stage.line("status")

    play(desk_at(records("amina", "amina", "-")), AnnotateScreen(), script)


def test_what_is_in_anothers_answer_is_not_opened_as_her_own(
    desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    """Her page of it is empty: what she put right there would be one answer more, that differs."""
    fake.finds(finding("1 span cuts a token.", (1, '"Asha1" begins inside a token'), by="juma"))

    async def script(stage: Any) -> None:
        await stage.press("t")
        await stage.until('habari.txt:1  "Asha1" begins inside a token  (juma)')
        await stage.press("down")
        assert "›   habari" not in stage.text()
        assert "› train" in stage.text()

    play(desk_at(records("juma", "amina")), Dashboard(), script)


def test_what_is_put_right_in_review_opens_there(desk_at: DeskAt, play: Play, fake: Fake) -> None:
    fake.finds(finding("Annotators differ.", (1, ""), opens="review"))

    async def script(stage: Any) -> None:
        await stage.press("t")
        await stage.until("habari.txt:1")
        await stage.press("down", "enter")
        assert isinstance(stage.app.screen, ReviewScreen)

    play(desk_at(records("amina", "-")), Dashboard(), script)


def test_others_work_on_what_is_hers_to_answer_is_not_shown(
    desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    """Nor which document it is in (DESIGN.md, promise 5)."""
    fake.finds(
        finding("Spans cut a token.", (1, "mine"), (2, "Juma's, all answers are in"), (3, "not in"))
    )

    async def script(stage: Any) -> None:
        await stage.press("t")
        shown = await stage.until("habari.txt:1  mine")
        assert "not in" not in shown
        assert "habari.txt:3" not in shown
        assert "and 2 more" in shown

    people = [
        Record(n, n, f"Asha{n} yuko.", annotations=tuple(GivenAnnotation(who, "accept", ())
               for who in names))
        for n, names in enumerate((["amina"], ["juma"], ["juma"]), 1)
    ]  # fmt: skip
    play(desk_at(people, overlap=2), Dashboard(), script)


@pytest.mark.parametrize("code", ["exit(2)", "say([])", "say({'findings': [{}]})", "say('x' * 99)"])
def test_a_look_that_fails_is_told_and_she_may_train(
    code: str, desk_at: DeskAt, play: Play, fake: Fake
) -> None:
    fake.check = code
    fake.let()

    async def script(stage: Any) -> None:
        await stage.press("t")
        await stage._until(lambda: stage.app.screen._findings is not None, "the look")
        await stage.press("enter")
        await stage.until("model-2: ")
        assert not stage.app.crash

    play(desk_at(), Dashboard(), script)
