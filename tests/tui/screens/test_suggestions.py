"""Suggestions on the annotate screen: those of gazetteers, what joins them, and blind pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tonemark.corpus.annotations import events_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.produced import PATTERNS, Produced, producer_id, put_produced
from tonemark.corpus.records import Record
from tonemark.corpus.spans import Suggestion
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.tui.screens.annotate import AnnotateScreen

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]

TEXTS = (
    "kwa Samia Suluhu mjini Kigali na Ng’ombe, kisha Samia Suluhu",
    "na Juma mjini Ng'ombe na Ng’ombe",
)


def with_gazetteer(desk: Desk, *names: str, **project: Any) -> Desk:
    """A desk whose project has these names as LOC in a gazetteer, and other settings."""
    add_entries(desk.store, "cities", [NewEntry("LOC", name) for name in names])
    desk.project = replace(desk.project, **project)
    desk.proposer = Gazetteer(desk.project, desk.store, desk.annotator)
    return desk


def labels(desk: Desk) -> list[str]:
    """What stands on the page: spans as "PER:Juma", suggestions as "?LOC:Kigali"."""
    page = desk.page
    assert page
    mark = {True: "?", False: ""}
    return [
        f"{mark[isinstance(each, Suggestion)]}{each.label}:"
        f"{sheet.document.text[each.start : each.end]}"
        for sheet in page.sheets
        for each in sorted(sheet.draft.stretches(), key=lambda s: s.start)
    ]


def test_names_of_a_gazetteer_and_what_is_labelled_stand_on_the_page(
    desk_at: DeskAt, play: Play
) -> None:
    desk = with_gazetteer(desk_at(TEXTS), "Kigali", doubt=0.1)

    async def script(stage: Any) -> None:
        assert "?LOC" in stage.text()
        assert "none to look at" not in stage.line("status")
        await stage.press("1")
        assert labels(desk) == ["PER:Samia Suluhu", "?LOC:Kigali", "?PER:Samia Suluhu"]
        await stage.press("z")
        assert labels(desk) == ["?LOC:Kigali"]
        await stage.press("Z", "right", "right")
        assert "Kigali · ?LOC · not tried yet · cities" in stage.line("status")
        shown = await stage.press("t", "i")
        assert "Kigali: ?LOC, gazetteer cities: not tried yet" in shown
        assert "Samia Suluhu: ?PER, labelled on this page" in shown
        await stage.press("q", "enter")
        assert "2 of 2" in stage.line("title")
        await stage.press("b")
        assert labels(desk) == ["PER:Samia Suluhu", "?LOC:Kigali", "?PER:Samia Suluhu"]

    store = desk.store
    play(desk, AnnotateScreen(), script)
    (told,) = [e.data for e in events_of(store, "amina", 1) if e.kind == "answer"]
    assert [TEXTS[0][each[0] : each[1]] for each in told["kept"]] == ["Kigali", "Samia Suluhu"]


def test_the_same_key_finds_a_name_however_its_apostrophe_is_written(
    desk_at: DeskAt, play: Play
) -> None:
    desk = with_gazetteer(desk_at(TEXTS, page=2))

    async def script(stage: Any) -> None:
        stage.app.screen.view.go(0, TEXTS[0].index("Ng’ombe"), TEXTS[0].index(", kisha"))
        await stage.press("2")
        stands = ["LOC:Ng’ombe", "?LOC:Ng'ombe", "?LOC:Ng’ombe"]
        assert labels(desk) == stands
        assert "Ng’ombe: 2 more as LOC?" in await stage.press("equals_sign")
        await stage.press("enter")
        assert labels(desk) == [each.lstrip("?") for each in stands]
        await stage.press("z", "z")
        assert labels(desk) == []

    play(desk, AnnotateScreen(), script)


def test_all_suggestions_of_the_page_go_by_one_key(desk_at: DeskAt, play: Play) -> None:
    desk = with_gazetteer(desk_at(TEXTS, page=2), "Kigali", "Ng'ombe")

    async def script(stage: Any) -> None:
        await stage.press("1", "t", "o")
        assert labels(desk) == ["PER:Samia Suluhu"]
        await stage.press("z")
        assert len(labels(desk)) == 6
        await stage.press("t", "o", "enter")
        assert desk.page is None

    play(desk, AnnotateScreen(), script)


@pytest.mark.parametrize(("score", "stops", "tag"), [(1.0, "2", "?LOC"), (0.4, "3", "??LO")])
def test_doubtful_suggestions_are_marked_and_visited(
    desk_at: DeskAt, play: Play, score: float, stops: str, tag: str
) -> None:
    suggestion = Suggestion(23, 29, "LOC", ("import:x.jsonl",), score)
    desk = desk_at([Record(1, 1, TEXTS[0], suggestions=(suggestion,))])
    desk = with_gazetteer(desk)

    async def script(stage: Any) -> None:
        over = stage.text().splitlines()[2]
        assert tag in over
        assert ("??" in over) == (score < 0.75)
        # Kigali, if it is doubtful; the two names and the city are candidates.
        assert f"1 of {int(stops) + 1} to look at" in stage.line("status")
        await stage.press("space")
        assert ("??LOC, score 0.40" in stage.line("status")) == (score < 0.75)

    play(desk, AnnotateScreen(), script)


def test_a_blind_page_shows_nothing_and_says_nothing_of_it(desk_at: DeskAt, play: Play) -> None:
    desk = with_gazetteer(desk_at(TEXTS), "Kigali", blind=1.0)

    async def script(stage: Any) -> None:
        seen = stage.text()
        seen += await stage.press("1", "right")
        seen += await stage.press("t", "i")
        assert labels(desk) == ["PER:Samia Suluhu"]
        assert "?LOC" not in seen
        assert "?PER" not in seen
        assert "blind" not in seen
        assert "suggest" not in seen

    play(desk, AnnotateScreen(), script)


def test_a_page_that_was_left_open_comes_back_with_what_grew(desk_at: DeskAt, play: Play) -> None:
    desk = with_gazetteer(desk_at(TEXTS))

    async def script(stage: Any) -> None:
        await stage.press("1")

    store, project = desk.store, desk.project
    play(desk, AnnotateScreen(), script)
    again = Desk(project, store, "amina", desk.tokenizer, Gazetteer(project, store, "amina"))
    again.open_next()
    assert labels(again) == ["PER:Samia Suluhu", "?PER:Samia Suluhu"]
    again.close()


def test_a_page_that_opens_before_the_names_are_ready_says_so(
    desk_at: DeskAt, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.patterns.gazetteer.MOST", 1)
    desk = desk_at(TEXTS)
    add_entries(desk.store, "names", [NewEntry("LOC", "Kigali"), NewEntry("LOC", "Kampala")])
    desk = with_gazetteer(desk)

    async def script(stage: Any) -> None:
        assert "names of the gazetteers are still being made ready" in stage.line("status")
        await stage.press("space")
        assert "made ready" not in stage.line("status")

    play(desk, AnnotateScreen(), script)


def test_a_page_that_patterns_have_not_looked_at_says_so(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(TEXTS * 2)
    add_entries(desk.store, "rules", [NewEntry("LOC", "Kiga.i", "regex")])
    producer = producer_id(desk.store, PATTERNS, "1")
    put_produced(desk.store, producer, [Produced(3)])

    async def script(stage: Any) -> None:
        said = "patterns have not yet looked at this page"
        for turn, late in enumerate((True, True, False, True), 1):
            assert f"{turn} of 4" in stage.line("title")
            assert (said in stage.line("status")) == late
            await stage.press("space")
            assert said not in stage.line("status")
            await stage.press("enter")
        await stage.press("b")
        assert said not in stage.line("status")  # she had it so when she answered

    play(desk, AnnotateScreen(), script)


def test_without_patterns_nothing_is_said_of_them(desk_at: DeskAt, play: Play) -> None:
    desk = with_gazetteer(desk_at(TEXTS), "Kigali")

    async def script(stage: Any) -> None:
        assert "pattern" not in stage.text()

    play(desk, AnnotateScreen(), script)


def test_a_doubtful_one_says_who_says_otherwise_and_how_often_it_was_right(
    desk_at: DeskAt, play: Play
) -> None:
    desk = desk_at(TEXTS)
    add_entries(desk.store, "wrong.txt", [NewEntry("PER", "Kigali")])
    desk = with_gazetteer(desk, "Kigali", "Ng'ombe")

    async def script(stage: Any) -> None:
        await stage.press("space")
        assert "Kigali · ??PER, or LOC by cities · not tried yet" in stage.line("status")
        await stage.press("space")
        assert "Ng’ombe · 1 token · ??LOC · not tried yet · cities" in stage.line("status")

    play(desk, AnnotateScreen(), script)


def test_a_fault_of_the_project_file_is_cut_with_a_sign(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(TEXTS)

    async def script(stage: Any) -> None:
        path = desk.project.folder / "project.toml"
        path.write_text(f"threshhold = 1\n{path.read_text()}")
        await stage.press("enter")
        told = stage.line("status")
        assert str(desk.project.folder) not in told
        assert "project.toml" in told
        assert len(told) <= 80
        path.write_text(path.read_text().replace("threshhold", "t" * 99))
        await stage.press("enter")
        assert stage.line("status").endswith("…")
        assert len(stage.line("status")) == 80

    play(desk, AnnotateScreen(), script)
