"""The dashboard: figures that are right, painted before they are counted; a key for each thing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.labels import Label
from tonemark.corpus.outlook import Reviews
from tonemark.corpus.people import Matched, Person
from tonemark.corpus.progress import AnnotatorProgress, Progress
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span
from tonemark.tui.page.cells import cells
from tonemark.tui.page.keys import key_table
from tonemark.tui.screens import dashboard
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.dashboard import Dashboard, Outlook, dashboard_lines

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]

TEXT = "Rais Samia Suluhu alikutana na waziri mkuu jijini Nairobi."


def text_of(lines: Any) -> str:
    return "\n".join("".join(text for text, _ in line) for line in lines)


def test_it_is_painted_first_and_counted_then(
    desk_at: DeskAt, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []

    def refuse(*_: object) -> None:
        counted.append(1)

    monkeypatch.setattr(dashboard, "progress", refuse)

    async def script(stage: Any) -> str:
        return str(stage.text())

    shown = play(desk_at(), Dashboard(), script)
    assert "4 documents" in shown
    assert "counting…" in shown
    assert counted


def test_figures_are_new_when_she_comes_back(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        shown = await stage.until("amina (you)")
        assert "Swahili (sw) · 4 documents · 0 finished" in shown
        assert "0 of 4" in shown
        await stage.press("enter")
        assert isinstance(stage.app.screen, AnnotateScreen)
        await stage.press("1", "enter")
        assert "2 of 4" in stage.line("title")
        await stage.press("q")
        assert isinstance(stage.app.screen, Dashboard)
        shown = await stage.until("1 finished")
        assert "1 of 4  1 span" in shown  # the page she left untouched is not open
        assert "PER" in shown
        assert stage.app.desk.page is None
        await stage.press("q")
        assert not stage.app.is_running or stage.app._exit

    play(desk_at(), Dashboard(), script)


@pytest.mark.parametrize(
    ("key", "title"),
    [
        ("enter", "habari · 1 of 4 · amina"),
        ("d", "habari · all documents"),
        ("slash", "search"),
        ("g", "guidelines"),
        ("question_mark", "help"),
    ],
)
@pytest.mark.parametrize("back", ["q", "escape"])
def test_each_key_leads_somewhere_and_back(
    desk_at: DeskAt, play: Play, key: str, title: str, back: str
) -> None:
    async def script(stage: Any) -> None:
        await stage.press(key)
        assert title in stage.line("title")
        # On the annotate screen Escape is the tutor's; in the search it leaves the prompt.
        leave = {"enter": "q", "slash": "escape"}.get(key, back)
        await stage.press(leave)
        assert isinstance(stage.app.screen, Dashboard)
        assert "annotate" in stage.line("footer")

    play(desk_at(), Dashboard(), script)


def test_a_document_from_the_list_is_opened_and_left_to_the_dashboard(
    desk_at: DeskAt, play: Play
) -> None:
    async def script(stage: Any) -> None:
        await stage.press("d", "down", "down", "enter")
        assert "3 of 4" in stage.line("title")
        await stage.press("q")
        assert isinstance(stage.app.screen, Dashboard)

    play(desk_at(), Dashboard(), script)


FIGURES = Progress(
    documents=2000,
    finished=12,
    with_suggestions=3,
    annotators=(
        AnnotatorProgress("amina", accept=1000, reject=1),
        AnnotatorProgress("juma", accept=1, spans=1),
        AnnotatorProgress("zuhura"),
    ),
    labels={"PER": 1234, "GONE": 2},
)


def lines_of(
    desk: Desk,
    figures: Progress | None,
    width: int,
    hers: Person | None = None,
    *,
    left: int = 1999,
    reviews: Reviews | None = None,
    **project: Any,
) -> list[str]:
    made = replace(desk.project, **project)
    table = key_table({"1": "PER"})
    outlook = Outlook({"juma": hers} if hers else {}, left, reviews)
    return text_of(
        dashboard_lines(made, table, "juma", 2000, figures, outlook, "", width)
    ).splitlines()  # fmt: skip


def test_hers_comes_first_and_everyone_is_there(desk_at: DeskAt) -> None:
    lines = lines_of(desk_at(), FIGURES, 80)
    people = [line.split()[0] for line in lines if " of 2,000" in line]
    assert people == ["juma", "amina", "zuhura"]
    assert "juma (you)" in "\n".join(lines)
    bars = {line.split()[0]: line.count("█") for line in lines if " of 2,000" in line}
    assert bars["zuhura"] == 0
    assert bars["juma"] == 1  # begun is never drawn as nothing
    assert bars["amina"] == 8


def test_what_others_marked_is_not_shown(desk_at: DeskAt, play: Play) -> None:
    spans = (Span(5, 17, "PER", ("manual",)), Span(50, 57, "LOC", ("manual",)))
    texts = [Record(1, 1, TEXT, annotations=(GivenAnnotation("juma", "accept", spans),))]

    async def script(stage: Any) -> None:
        shown = await stage.until("1 of 1")
        assert "juma" in shown
        assert "0 spans" in shown
        assert not [count for count in "123456789" if f"{count} span" in shown]

    play(desk_at(texts, overlap=2), Dashboard(), script)


PER, LOC = Span(0, 4, "PER"), Span(0, 4, "LOC")


def test_what_others_did_on_what_is_hers_to_answer_changes_nothing(
    desk_at: DeskAt, play: Play
) -> None:
    """Neither on the document itself nor on one of equal text; what she has answered does count."""
    both = (GivenAnnotation("amina", "accept", (PER,)), GivenAnnotation("juma", "accept", (PER,)))
    texts = ("Asha leo", "Asha kesho", "Asha jana", "Asha jana")
    records = [
        Record(n, n, text, annotations=both[1:] if n in (2, 4) else both)
        for n, text in enumerate(texts, 1)
    ]
    desk = desk_at(records, overlap=3)
    shown = []

    async def script(stage: Any) -> None:
        shown.append(await stage.until("F1 "))

    def juma_says(document: int, *spans: Span) -> None:
        with desk.store.transaction() as db:
            import_answer(db, "juma", document, GivenAnnotation("juma", "accept", spans))
            write_gold(db, Gold(document, "rosa", "accept", spans))

    for document in (1, 2, 3, 4):
        with desk.store.transaction() as db:
            write_gold(db, Gold(document, "rosa", "accept", (PER,)))
    play(desk, Dashboard(), script)
    for document in (2, 3, 4):
        juma_says(document, LOC)
    play(desk, Dashboard(), script)
    assert shown[0] == shown[1]
    assert "F1 1.000 with gold, 1.000 with others" in shown[0]
    juma_says(1, LOC)
    play(desk, Dashboard(), script)
    assert "F1 0.000 with gold, 0.000 with others" in shown[2]


def test_how_she_works_is_counted_anew_only_where_something_came(
    desk_at: DeskAt, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may take many seconds, and she comes back to the dashboard often."""
    desk, counted = desk_at(), []

    def people(*given: Any) -> Any:
        counted.append(1)
        return found(*given)

    found = dashboard.people
    monkeypatch.setattr(dashboard, "people", people)

    async def script(stage: Any) -> None:
        screen = stage.app.screen

        async def times() -> int:
            before = screen._outlook
            if before:
                await stage.press("g", "q")
            await stage._until(lambda: screen._outlook is not before, "a new count")
            return len(counted)

        assert [await times(), await times()] == [1, 1]
        with desk.store.transaction() as db:
            import_answer(db, "amina", 2, GivenAnnotation("amina", "accept", ()))
        assert [await times(), await times()] == [2, 2]

    play(desk, Dashboard(), script)


def test_her_time_is_shown_when_it_is_known(desk_at: DeskAt) -> None:
    hers = Person("juma", seconds=5400.0, timed=3600.0, entities=1234, gold=Matched(1, 4))
    text = "\n".join(lines_of(desk_at(), FIGURES, 80, hers))
    assert "1.50 hours · 1,234 entities an hour · F1 0.500 with gold\n" in text


@pytest.mark.parametrize(
    ("left", "said"), [(0, "nothing left for you"), (7, "7 left for you"), (1999, "")]
)
def test_what_is_left_for_her_is_said_where_others_have_the_rest(
    desk_at: DeskAt, left: int, said: str
) -> None:
    (line,) = (each for each in lines_of(desk_at(), FIGURES, 80, left=left) if "(you)" in each)
    assert ("left for you" in line) == bool(said)
    assert said in line


def test_of_others_only_the_answers_are_counted(desk_at: DeskAt) -> None:
    others = [line for line in lines_of(desk_at(), FIGURES, 80) if "amina" in line]
    assert "1,001 of 2,000" in others[0]
    assert "rejected" not in others[0]


def test_labels_have_their_keys_counts_and_meaning(desk_at: DeskAt) -> None:
    labels = (Label("PER", "people, also in stories"), Label("LOC"))
    text = "\n".join(lines_of(desk_at(), FIGURES, 80, labels=labels))
    assert "1  PER" in text
    assert "1,234 spans" in text
    assert "people, also in stories" in text
    assert "GONE 2" in text


@pytest.mark.parametrize("width", [1, 2, 10, 20, 40, 79, 80, 200])
@pytest.mark.parametrize("figures", [None, FIGURES])
@pytest.mark.parametrize("hers", [None, Person("juma", 5e6, 5e6, 9999, Matched(1, 4))])
def test_no_line_is_wider_than_the_screen(
    desk_at: DeskAt, width: int, figures: Progress | None, hers: Person | None
) -> None:
    lines = lines_of(
        desk_at(), figures, width, hers, left=0, reviews=Reviews(9999, 9998, 3, 9997, 9996),
        name="ọjọ́\x1b[31m" * 20,
    )  # fmt: skip
    if width >= 40:
        assert all(cells(line) <= width for line in lines)
    assert "\x1b" not in "".join(lines)


def test_an_empty_project_says_how_to_fill_it(desk_at: DeskAt, play: Play) -> None:
    async def script(stage: Any) -> None:
        assert "tonemark add" in stage.text()
        await stage.press("enter")
        assert "no documents yet" in stage.text()

    play(desk_at([]), Dashboard(), script, size=(120, 40))


@pytest.mark.parametrize("size", [(1, 1), (3, 3), (10, 4), (40, 10), (80, 24), (200, 60)])
def test_any_size_will_do(desk_at: DeskAt, play: Play, size: tuple[int, int]) -> None:
    async def script(stage: Any) -> None:
        await stage.press("down", "end", "home", "pagedown", "x")
        await stage.resize(60, 12)
        await stage.resize(*size)
        await stage.press("d", "end", "q", "question_mark", "end", "q", "g", "q")

    play(desk_at(), Dashboard(), script, size=size)
