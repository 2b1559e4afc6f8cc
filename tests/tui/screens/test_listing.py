"""Lists: documents by state, search and concordance; where their keys lead."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from textual import events

from tonemark.corpus.desk import Desk
from tonemark.tui.page.cells import cells
from tonemark.tui.screens import listing, searching
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard
from tonemark.tui.screens.listing import DocumentsScreen
from tonemark.tui.screens.searching import SearchScreen

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]


def rows(stage: Any) -> list[str]:
    """The lines of a list: what stands between the rules."""
    lines = stage.text().splitlines()
    first, last = (i for i, line in enumerate(lines) if line.startswith(" ──"))
    return [line for line in lines[first + 1 : last] if line.strip()]


def in_focus(stage: Any) -> str:
    (line,) = [line for line in rows(stage) if line.startswith("›")]
    return line


@pytest.mark.parametrize(
    ("keys", "title", "numbers"),
    [
        (["d"], "all documents", ["1", "2", "3", "4"]),
        (["d", "space"], "documents: to do", ["3", "4"]),
        (["d", *["space"] * 2], "documents: begun", []),
        (["d", *["space"] * 3], "documents: answered", ["1", "2"]),
        (["d", *["space"] * 4], "documents: accepted", ["2"]),
        (["d", *["space"] * 5], "documents: rejected", ["1"]),
        (["d", *["space"] * 7], "documents: flagged", ["2"]),
        (["d", *["backspace"] * 2], "documents: commented", []),
        (["d", "space", "backspace"], "all documents", ["1", "2", "3", "4"]),
        (["d", *["space"] * 10], "all documents", ["1", "2", "3", "4"]),
    ],
)
def test_documents_by_state(
    desk_at: DeskAt, play: Play, keys: list[str], title: str, numbers: list[str]
) -> None:
    desk = desk_at()
    desk.open_document(1)
    desk.answer("reject")
    desk.close()

    async def script(stage: Any) -> None:
        await stage.press("enter", "1", "t", "f", "enter", "q", *keys)
        assert title in stage.line("title")
        found = [row.lstrip(" ›").split()[0] for row in rows(stage)[1:]]
        assert found == (numbers or ["no"])

    play(desk, Dashboard(), script)


def test_a_line_says_what_became_of_its_document(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        await stage.press("1", "t", "f", "c")
        await stage.type("hm")
        await stage.press("enter", "t", "d", "home")
        row = in_focus(stage)
        assert "1 habari.txt:1" in row
        assert "✓ accepted" in row
        assert "⚑✎" in row
        assert "Rais Samia" in row
        assert "accepted · 1 span · flagged · commented" in stage.line("status")
        assert "1 of 4" in stage.line("status")

    play(desk_at(), AnnotateScreen(), script)


def test_the_page_that_lies_open_is_listed_with_its_draft(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        await stage.press("1", "t", "d")
        assert "◐ begun" in in_focus(stage)
        await stage.press("enter")
        assert "1 of 4" in stage.line("title")
        assert "PER" in stage.text()

    play(desk_at(), AnnotateScreen(), script)


def test_others_work_is_not_seen(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(overlap=2)
    juma = Desk(desk.project, desk.store, "juma", desk.tokenizer)
    juma.open_document(1)
    juma.answer("reject")
    juma.close()

    async def script(stage: Any) -> None:
        await stage.press("d")
        assert [row.split()[2] for row in rows(stage)[2:]] == ["○"] * 3
        assert "○ to do" in in_focus(stage)
        assert "reject" not in "".join(rows(stage)[1:])

    play(desk, Dashboard(), script)


@pytest.mark.parametrize(
    ("typed", "number"),
    [("habari.txt:700", 700), ("650", 650), ("999", None), ("mji 512.", 512)],
)
def test_slash_jumps_to_a_key_a_number_or_words(
    desk_at: DeskAt, play: Play, typed: str, number: int | None
) -> None:
    async def script(stage: Any) -> None:
        await stage.press("d", "slash")
        await stage.press(*({" ": "space", ":": "colon", ".": "full_stop"}.get(c, c)
                            for c in typed), "enter")  # fmt: skip
        if number is None:
            assert "not in the project's texts" in await stage.until("0 hits")
        else:
            row = in_focus(stage)
            assert f"habari.txt:{number}" in row

    play(desk_at(f"mji {n}." for n in range(1, 801)), Dashboard(), script)


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (["end"], 800),
        (["end", "home"], 1),
        (["end", "up", "up"], 798),
        (["end", *["pageup"] * 10], 800 - 180),
        ([*["pagedown"] * 10], 181),
        (["end", *["pageup"] * 60], 1),
        ([*["pagedown"] * 60], 800),
        (["end", *["pageup"] * 20, *["pagedown"] * 5], 800 - 15 * 18),
    ],
)
def test_a_long_list_is_walked_from_both_ends(
    desk_at: DeskAt, play: Play, keys: list[str], number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "KEPT", 200)

    async def script(stage: Any) -> None:
        await stage.press("d", *keys)
        assert f"habari.txt:{number} " in in_focus(stage)
        assert len(rows(stage)) == 19
        screen = stage.app.screen
        assert isinstance(screen, DocumentsScreen)
        assert len(screen.items) <= 200 + listing.AHEAD * 24
        found = [item.number for item in screen.items]
        assert found == list(range(found[0], found[0] + len(found)))

    play(desk_at(f"mji {n}." for n in range(1, 801)), Dashboard(), script)


def test_a_search_lists_every_hit_in_its_context(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        await stage.press("slash")
        await stage.type("Nairobi")
        await stage.until("3 hits")
        assert "as typed" in stage.line("title")
        columns = {unicodedata.normalize("NFD", row).count("Nairobi") for row in rows(stage)}
        assert columns == {1}
        places = [cells(row[: row.index("Nairobi")]) for row in rows(stage)]
        assert len(set(places)) == 1
        await stage.press("equals_sign")
        await stage.until("4 hits")
        assert "folded" in stage.line("title")
        await stage.press("down", "enter")
        assert isinstance(stage.app.screen, AnnotateScreen)
        assert "2 of 4" in stage.line("title")
        assert "Nairobi · 1 token" in stage.line("status")

    play(desk_at(), AnnotateScreen(), script)


@pytest.mark.parametrize(
    ("typed", "hits", "how"),
    [
        ("nairobi", "4 hits", "accents and case folded"),
        ("ibadan", "1 hit ", "accents and case folded"),
        ("Ibadan", "0 hits", "as typed"),
        ("Samia Suluhu", "1 hit ", "as typed"),
    ],
)
def test_plain_letters_fold_and_others_do_not(
    desk_at: DeskAt, play: Play, typed: str, hits: str, how: str
) -> None:
    async def script(stage: Any) -> None:
        await stage.press("slash")
        await stage.type(typed)
        await stage.until(f"  {hits}")
        assert how in stage.line("title")

    play(desk_at(), Dashboard(), script)


def test_a_concordance_counts_the_labels_she_gave(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(["Asha yuko leo.", "kwa Asha tena, Ashanti", "Ona Asha"], overlap=2)
    juma = Desk(desk.project, desk.store, "juma", desk.tokenizer)
    juma.open_next()
    juma.answer("accept")
    juma.close()

    async def concordance(stage: Any) -> None:
        await stage.press("a", "1", "enter", "b", "a", "v")
        await stage.until("3 hits")
        assert "concordance · Asha" in stage.line("title")
        assert "labelled by you: PER 1" in stage.line("status")
        assert "PER" in rows(stage)[0]
        assert "PER" not in "".join(rows(stage)[1:])
        await stage.press("down", "enter")
        assert "2 of 3" in stage.line("title")
        assert "Asha" in stage.line("status")

    play(desk, AnnotateScreen(), concordance)


def test_a_search_stops_at_its_limit_and_says_so(
    desk_at: DeskAt, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LIMIT", 50)

    async def script(stage: Any) -> None:
        await stage.press("slash")
        await stage.type("mji")
        await stage.until("the first 50 hits")
        await stage.press("end")
        assert "50 of 50" in stage.line("status")

    play(desk_at(["mji mji"] * 100), Dashboard(), script)


def test_a_search_that_is_left_is_over(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        await stage.press("slash")
        await stage.type("zzz")
        screen = stage.app.screen
        assert isinstance(screen, SearchScreen)
        await stage.press("q")
        assert screen.below is None
        assert isinstance(stage.app.screen, Dashboard)
        await stage.press("slash", "escape")
        assert isinstance(stage.app.screen, Dashboard)
        await stage.press("slash", "enter")
        assert isinstance(stage.app.screen, Dashboard)

    play(desk_at(["mji"] * 2000), Dashboard(), script)


@pytest.mark.parametrize("size", [(1, 1), (5, 6), (20, 8), (40, 10), (80, 24), (150, 50)])
def test_any_size_and_any_text_will_do(desk_at: DeskAt, play: Play, size: tuple[int, int]) -> None:
    hostile = ("\x1b[31m\x07 mji \u202e\u0301\u0301", "é" * 300 + " mji 漢字 " + "ọ́" * 300)

    async def script(stage: Any) -> None:
        await stage.press("d", "down", "space", "backspace", "q", "slash")
        await stage.type("mji")
        await stage.press("down", "end", "equals_sign")
        text = stage.text()
        assert not any(ord(c) < 32 and c != "\n" for c in text)
        if size[0] >= 40:
            assert all(cells(line) <= size[0] for line in text.splitlines())
        await stage.resize(30, 9)
        await stage.press("up", "q")

    play(desk_at(hostile), Dashboard(), script, size=size)


def test_a_hit_inside_a_word_puts_the_whole_word_in_focus(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        await stage.press("slash")
        await stage.type("samia sul")
        await stage.until("1 hit ")
        await stage.press("enter")
        assert "  Samia Suluhu · 2 tokens" in stage.line("status")

    play(desk_at(), AnnotateScreen(), script)


def test_keys_behind_the_one_that_leaves_a_list_do_nothing(desk_at: DeskAt, play: Play) -> None:
    """They were sent before the page was there again; each would leave a screen more."""

    async def script(stage: Any) -> None:
        await stage.press("t", "d")
        documents = stage.app.screen
        for key in ("q", "enter", "q"):
            documents.post_message(events.Key(key, key if len(key) == 1 else "\r"))
        await stage.pilot.pause()
        assert isinstance(stage.app.screen, AnnotateScreen)
        assert "1 of 4" in stage.line("title")

    play(desk_at(), AnnotateScreen(), script)
