"""Keys typed before the screen that they are for is there: kept, but where a page turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from textual import events
from textual.screen import Screen

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
        (Dashboard, "g q d", "all documents"),
        (Dashboard, "d / N a i r o b i enter q q ?", "help"),
        (AnnotateScreen, "t d q t g", "guidelines"),
        (AnnotateScreen, "t i q 2", "═ LOC"),
        (AnnotateScreen, "? q c h m enter", "comment kept"),
    ],
)
def test_keys_go_on_to_the_screen_that_a_key_leads_to(
    desk_at: DeskAt, play: Play, first: Callable[[], Screen[None]], keys: str, wanted: str
) -> None:
    async def script(stage: Any) -> None:
        type_at_once(stage, keys)
        await stage.until(wanted)

    play(desk_at(), first(), script)


@pytest.mark.parametrize("keys", ["t d down enter 1 1", "/ h a k u n a enter enter 1 1"])
def test_keys_typed_ahead_of_another_page_are_dropped_and_that_is_said(
    desk_at: DeskAt, play: Play, keys: str
) -> None:
    desk = desk_at()

    async def script(stage: Any) -> None:
        type_at_once(stage, keys)
        await stage.until("2 keys typed ahead dropped")
        assert "1 of 4" not in stage.line("title")

    play(desk, AnnotateScreen(), script)
    marked = desk.store.db
    assert marked is not None


def test_a_paste_goes_where_the_key_before_it_leads(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        type_at_once(stage, "/")
        stage.app.post_message(events.Paste("Nairobi"))
        type_at_once(stage, "enter")
        await stage.until("3 hits")

    play(desk_at(), Dashboard(), script)
