"""Any keys on any page, and disks that are full: what always holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.events import Event, replay
from tonemark.corpus.pages import MemoryLog, Page
from tonemark.tui.page import words
from tonemark.tui.page.cells import cells
from tonemark.tui.page.keys import GLYPHS
from tonemark.tui.page.view import View

TEXT = "kwa Samia Suluhu Hassan na Juma Ali jijini Nairobi siku ya\nleo Jumatatu na Nairobi ."

Makes = Callable[..., Any]


class FullLog(MemoryLog):
    """A disk that has room for a few events."""

    room = 10**9

    def append(self, event: Event, *, sync: bool = True) -> None:
        if len(self.events) >= self.room:
            raise OSError(28, "No space left on device")
        super().append(event, sync=sync)


@pytest.mark.parametrize("keys", ["1", "@Nairobi", "space", "t f", "right", "-"])
def test_a_key_that_a_full_disk_refuses_changes_nothing(player: Makes, keys: str) -> None:
    page = player(TEXT, log=FullLog, suggestions=["LOC:Nairobi"])
    page.play("@Nairobi" if keys == "-" else "@kwa")
    page.view.sheet.log.room = 0
    before = page.view.focus, page.view.sheet.draft
    with pytest.raises(OSError, match="space"):
        page.play(keys)
    assert (page.view.focus, page.view.sheet.draft) == before


def test_an_edit_that_counts_is_not_denied_for_the_move_after_it(player: Makes) -> None:
    page = player(TEXT, log=FullLog)
    page.view.sheet.log.room = 1
    assert page.play("1").spans == ["PER:Samia Suluhu Hassan"]
    with pytest.raises(OSError, match="space"):
        page.play("space")


def test_a_confirmation_that_could_not_be_written_still_waits(player: Makes) -> None:
    page = player(TEXT, log=FullLog).play("@Nairobi 2 =")
    page.view.sheet.log.room = 0
    with pytest.raises(OSError, match="space"):
        page.play("enter")
    page.view.sheet.log.room = 99
    assert page.play("enter").spans == ["LOC:Nairobi", "LOC:Nairobi"]


# Any keys at all

KEYS = [*"123-=+;.,<>'zZxmtofsjby", *"asdfghjklweruiopASDFWX", *GLYPHS, "é", "escape", "ф"]
TEXTS = [
    TEXT,
    "Ọjọ́ Ajé ni Títílayọ̀ dé sí Ìbàdàn",
    "ሰላም ለዓለም በአዲስ አበባ",
    "\n\nAsha\r\nJuma\t中文 👩‍👧 می‌خواهم\n",
    "a b c D e F " * 30,
    "",
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3),
    st.lists(st.sampled_from(KEYS), max_size=60),
    st.integers(1, 60),
    st.integers(1, 12),
    st.sampled_from(("logical", "list")),
)
def test_any_keys_keep_the_promises(
    player: Makes, texts: list[str], keys: list[str], width: int, height: int, mode: str
) -> None:
    page = player(*texts, width=width, height=height, mode=mode, overlapping=True)
    view, sheets = page.view, page.view.page.sheets
    before = [sheet.draft for sheet in sheets]
    for key in keys:
        drafts = [sheet.draft for sheet in sheets]
        events = sum(e.kind != "focus" for sheet in sheets for e in sheet.log.events)
        reply = page.keyboard.press(key)
        if [sheet.draft for sheet in sheets] != drafts:
            after = sum(e.kind != "focus" for sheet in sheets for e in sheet.log.events)
            assert after > events
            for sheet in sheets:
                assert replay(sheet.document.number, sheet.log.events).draft == sheet.draft
        text = view.sheet.document.text
        assert 0 <= view.focus.start <= view.focus.end <= len(text)
        assert view.focus.start < view.focus.end or not view.sheet.tokens
        assert 0 <= view.focus.anchor < max(1, len(view.sheet.tokens))
        row = view.layout.rows[view.row_of(view.focus.sheet, view.focus.start)]
        assert row in view.visible_rows()
        assert cells(reply.message) <= 78
        for span in view.sheet.draft.spans:
            assert text[span.start : span.end].strip()
        words.status(view, page.keyboard)
        assert len(page.lines) == height
    page.keyboard.menu, page.keyboard.pending, page.keyboard.confirmation = False, "", None
    page.keyboard.choice = None
    replayed = View(Page(sheets), {})
    assert replayed.focus[:3] == view.focus[:3] or view.page.focus() is None
    while view.page.undoable:
        page.play("z")
    assert [sheet.draft for sheet in sheets] == before


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(TEXTS), min_size=1, max_size=2),
    st.lists(st.sampled_from([*"123-=xmzZt.jso", *"asdf", "enter", "space"]), max_size=25),
)
def test_a_program_killed_at_any_event_comes_back_as_it_was_between_two_keys(
    player: Makes, texts: list[str], keys: list[str]
) -> None:
    """A label and the move after it were written one after the other: killed in between, she came
    back on the word that had its label, and the next key was refused."""
    page = player(*texts)
    sheets = page.view.page.sheets

    def there(events: list[Event]) -> tuple[Any, ...]:
        logs = [[e for e in s.log.events if e in events] for s in sheets]
        states = [replay(s.document.number, log) for s, log in zip(sheets, logs, strict=True)]
        again = Page([replace(s, state=r) for s, r in zip(sheets, states, strict=True)])
        return [s.draft for s in again.sheets], again.focus()

    between = [there([])]
    for key in keys:
        page.keyboard.press(key)
        between.append(([s.draft for s in sheets], page.view.page.focus()))
    written = sorted((e for s in sheets for e in s.log.events), key=lambda event: event.number)
    for end, last in enumerate(written, 1):
        if end == len(written) or written[end].number != last.number:
            assert there(written[:end]) in between
