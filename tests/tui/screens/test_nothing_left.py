"""The end of the queue: what others hold is told, and opens by itself when it comes free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tonemark.corpus import queue
from tonemark.corpus.desk import Desk
from tonemark.corpus.queue import Outcome
from tonemark.tui.screens import annotate
from tonemark.tui.screens.annotate import AnnotateScreen


def test_who_waits_gets_what_comes_free_without_a_key(
    desk_at: Callable[..., Desk], play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotate, "LOOK_AGAIN", 0.02)
    desk = desk_at(["Asha yuko Voi.", "Juma pia."])
    (held,) = queue.claim_next(desk.store, "juma", 1, lease=119.0)

    async def script(stage: Any) -> None:
        await stage.until("2 of 2")
        await stage.press("enter")
        text = await stage.until("Nothing is left")
        assert "1 document is with other annotators" in text
        assert "in 2 minutes" in text
        queue.leave(desk.store, [Outcome(held, (), give_back=True)])
        assert "Asha" in await stage.until("1 of 2")
        await stage.press("enter")
        assert "What is yours to do is answered" in await stage.until("Nothing is left")
        assert not stage.app.crash

    play(desk, AnnotateScreen(), script)


def test_z_goes_back_to_what_was_answered_last(
    desk_at: Callable[..., Desk], play: Callable[..., Any]
) -> None:
    async def script(stage: Any) -> None:
        await stage.until("1 of 1")
        await stage.press("enter")
        await stage.until("Nothing is left")
        assert "z undo" in stage.line("footer")
        assert "1 of 1 (accepted)" in await stage.press("z")

    play(desk_at(["Asha yuko Voi."]), AnnotateScreen(), script)


def test_a_question_in_its_place_is_left_alone(
    desk_at: Callable[..., Desk], play: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is opened over what another screen, or a prompt, shows."""
    monkeypatch.setattr(annotate, "LOOK_AGAIN", 0.01)
    desk = desk_at(["Asha yuko Voi."])
    (held,) = queue.claim_next(desk.store, "juma", 1)

    async def script(stage: Any) -> None:
        await stage.until("Nothing is left")
        await stage.press("question_mark")
        queue.leave(desk.store, [Outcome(held, (), give_back=True)])
        for _ in range(20):
            await stage.pilot.pause(0.005)
        assert desk.page is None
        await stage.press("q")
        await stage.until("1 of 1")

    play(desk, AnnotateScreen(), script)
