"""Keys typed before a screen is there: kept for one that opens, dropped for one that comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

from tonemark.corpus.annotations import annotations_of
from tonemark.corpus.desk import Desk
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard

DeskAt = Callable[..., Desk]
Play = Callable[..., Any]

NAMED = {"/": "slash", " ": "space"}


def type_at_once(stage: Any, keys: str) -> None:
    """Send keys, with blanks between them, before any of them is looked at."""
    for key in keys.split():
        character = key if len(key) == 1 else None
        stage.app.post_message(events.Key(NAMED.get(key, key), character))


@pytest.mark.parametrize(
    ("first", "keys", "wanted"),
    [
        (Dashboard, "/ N a i r o b i enter", "3 hits"),
        (Dashboard, "d / N a i r o b i enter", "3 hits"),
        (AnnotateScreen, "t d down down", "3 of 4"),
        (AnnotateScreen, "/ 1 enter", "0 hits"),
    ],
)
def test_keys_are_kept_for_the_screen_that_a_key_opens(
    desk_at: DeskAt, play: Play, first: Callable[[], Screen[None]], keys: str, wanted: str
) -> None:
    """They went to the page under a list: an Enter accepted it."""
    desk = desk_at()

    async def script(stage: Any) -> None:
        type_at_once(stage, keys)
        await stage.until(wanted)

    play(desk, first(), script)
    assert not any(annotations_of(desk.store, number) for number in range(1, 5))


@pytest.mark.parametrize(
    ("first", "keys", "title"),
    [
        (AnnotateScreen, "t g q t o", "1 of 4"),  # the `t` alone was lost, and `o` was a hint
        (AnnotateScreen, "t i q enter 1", "1 of 4"),
        (Dashboard, "g q q q", "amina"),
        (AnnotateScreen, "t d down enter 1 1", "2 of 4"),
        (AnnotateScreen, "/ h a k u n a enter enter 1 1", "4 of 4"),
    ],
)
def test_keys_typed_ahead_of_coming_back_are_dropped_and_that_is_said(
    desk_at: DeskAt, play: Play, first: Callable[[], Screen[None]], keys: str, title: str
) -> None:
    desk = desk_at()

    async def script(stage: Any) -> None:
        type_at_once(stage, keys)
        await stage.until("2 keys typed ahead dropped")
        assert title in stage.line("title")
        assert desk.page is None or desk.page.untouched

    play(desk, first(), script)
    assert not any(annotations_of(desk.store, number) for number in range(1, 5))


def test_a_paste_goes_where_the_key_before_it_leads(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        type_at_once(stage, "/")
        stage.app.post_message(events.Paste("Nairobi"))
        await stage.until("search for: Nairobi")

    play(desk_at(), Dashboard(), script)
