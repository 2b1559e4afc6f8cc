"""Every screen in windows of any size: it stands, and what was in focus still is."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.records import Record
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard

TEXTS = [f"Rais Samia Suluhu alikutana na Zawadi{n} jijini Nairobi." for n in range(60)]
SIZES = [(20, 5), (1, 1), (500, 200), (2, 40), (200, 2), (80, 6), (13, 13)]
USUAL = (80, 24)

SCREENS: dict[str, tuple[str, ...]] = {
    "annotate": ("space", "1", "space"),
    "annotate, a hint half typed": ("w",),
    "annotate, one token a row": ("t", "b", "down", "down"),
    "annotate, menu": ("t",),
    "annotate, question": ("1", "equals_sign"),
    "comment": ("c", *"sawa"),
    "type-ahead": ("0", *"lo"),
    "documents": ("t", "d", "down", "down"),
    "documents, search line": ("t", "d", "slash", *"12"),
    "search": ("slash", *"nairobi", "enter", "down"),
    "search line": ("slash", *"nai"),
    "concordance": ("v", "down"),
    "help": ("question_mark", "pagedown"),
    "guidelines": ("t", "g"),
    "metadata": ("t", "i", "down"),
}


async def still(stage: Any) -> tuple[str, str]:
    """The status and the title, as soon as they no longer change."""
    found: list[tuple[str, str]] = []
    while len(found) < 8 or len(set(found[-8:])) > 1:
        await stage.pilot.pause(0.001)
        found.append((stage.line("status"), stage.line("title")))
    return found[-1]


@pytest.mark.parametrize("keys", SCREENS.values(), ids=SCREENS)
def test_a_screen_is_as_it_was_when_its_window_is(
    desk_at: Callable[..., Desk], play: Callable[..., Any], keys: tuple[str, ...]
) -> None:
    chance = random.Random(str(keys))

    async def script(stage: Any) -> None:
        await stage.press(*keys)
        before = await still(stage)
        for size in chance.sample(SIZES, 5):
            await stage.resize(*size)
        await stage.resize(*USUAL)
        assert await still(stage) == before
        await stage.press("escape", "escape")
        assert stage.app.is_running
        assert not stage.app.crash

    desk = desk_at([Record(n, n, text, meta={"n": n}) for n, text in enumerate(TEXTS, 1)])
    play(desk, AnnotateScreen(), script)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_a_screen_opens_and_takes_keys_in_any_window(
    desk_at: Callable[..., Desk], play: Callable[..., Any], size: tuple[int, int]
) -> None:
    """From the dashboard round all screens, a key or two on each."""

    async def script(stage: Any) -> None:
        await stage.press("enter", "space", "1", "full_stop", "down", "pagedown")
        for keys in SCREENS.values():
            await stage.press(*keys, "down", "up")
            await stage.press("escape", "escape")
            assert stage.app.is_running
            assert not stage.app.crash
            while not isinstance(stage.app.screen, AnnotateScreen):
                await stage.press("q")
        await stage.resize(*USUAL)
        assert " of 60 · amina" in (await still(stage))[1]

    desk = desk_at([Record(n, n, text, meta={"n": n}) for n, text in enumerate(TEXTS, 1)])
    play(desk, Dashboard(), script, size)


def test_the_dashboard_and_the_end_of_the_queue_in_any_window(
    desk_at: Callable[..., Desk], play: Callable[..., Any]
) -> None:
    async def script(stage: Any) -> None:
        before = await still(stage)
        for size in SIZES:
            await stage.resize(*size)
        await stage.resize(*USUAL)
        assert await still(stage) == before
        await stage.press("enter", "enter")
        assert "Nothing is left" in stage.text()
        for size in SIZES:
            await stage.resize(*size)
        await stage.resize(*USUAL)
        assert "Nothing is left" in stage.text()
        assert not stage.app.crash

    play(desk_at(["Hakuna jina hapa."]), Dashboard(), script)
