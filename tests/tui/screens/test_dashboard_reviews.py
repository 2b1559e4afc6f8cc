"""What the dashboard says of reviewing, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tonemark.corpus.desk import Desk
from tonemark.corpus.outlook import Reviews
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span
from tonemark.tui.page.keys import key_table
from tonemark.tui.screens.dashboard import Dashboard, review_words

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]

TEXT = "Rais Samia Suluhu alikutana na waziri mkuu jijini Nairobi."

REVIEWS: dict[str, tuple[Reviews, int, str]] = {
    # how far it is, how many documents are finished, and what is said
    "some differ": (
        Reviews(8, 5, 5, 12, 0), 8, "5 documents differ: r reviews them · 12 are gold",
    ),
    "one, and one is hers": (
        Reviews(8, 1, 1, 2, 1), 8, "1 document differs: r reviews it · 2 are gold, 1 by you",
    ),
    "another reviewer has some": (
        Reviews(8, 5, 3, 1, 0), 8,
        "5 documents differ, 3 of them for you: r reviews them · 1 is gold",
    ),
    "others have all": (Reviews(8, 1, 0, 0, 0), 8, "1 document differs, for others to review"),
    "not all is compared": (
        Reviews(8, 2, 2, 0, 0), 11, "2 documents differ: r reviews them · 3 not compared yet",
    ),
    "nothing is compared": (
        Reviews(0, 0, 0, 0, 0), 3, "3 documents have all their answers: r compares them",
    ),
    "all is settled": (
        Reviews(3, 0, 0, 3, 3), 3, "nothing waits for a review · 3 are gold, 3 by you",
    ),
    "nothing is there": (Reviews(0, 0, 0, 0, 0), 0, ""),
    "thousands": (
        Reviews(9000, 4000, 1000, 0, 0), 9000, "4,000 documents differ: r reviews them",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REVIEWS)
def test_how_far_reviewing_is(case: str) -> None:
    found, finished, said = REVIEWS[case]
    assert review_words(found, finished, key_table({"1": "PER"})) == said


WHO: dict[str, tuple[dict[str, Any], bool, bool]] = {
    # the project's people, whether amina sees a line of reviewing, whether a key for it
    "a reviewer": ({"reviewers": ("amina",), "overlap": 1}, True, True),
    "no reviewer": ({"reviewers": ("rosa",), "overlap": 2}, False, False),
    "nobody is named, and all work alone": ({"overlap": 1}, False, True),
    "nobody is named, and two answer each": ({"overlap": 2}, True, True),
}


@pytest.mark.parametrize("case", WHO)
def test_reviewing_is_shown_to_those_who_may(case: str, desk_at: DeskAt, play: Play) -> None:
    people, line, key = WHO[case]
    overlap = people["overlap"]
    names = ("amina", "juma")[:overlap]
    desk = desk_at(
        [Record(1, 1, TEXT, annotations=tuple(GivenAnnotation(n, "accept", ()) for n in names))],
        overlap=overlap,
    )
    desk.project = replace(desk.project, **people)

    async def script(stage: Any) -> None:
        await stage._until(lambda: stage.app.screen._outlook, "all figures")
        await stage.pilot.pause()
        shown = stage.text()
        assert ("1 document has all its answers: r compares it" in shown) == line
        assert ("r review" in stage.line("footer")) == key

    play(desk, Dashboard(), script)


@pytest.mark.parametrize("open_", [False, True])
def test_a_reviewer_with_nothing_to_answer_sees_how_all_work(
    open_: bool, desk_at: DeskAt, play: Play
) -> None:
    said = tuple(GivenAnnotation(n, "accept", (Span(0, 4, "PER"),)) for n in ("bello", "juma"))
    desk = desk_at(
        [Record(1, 1, TEXT, annotations=said), *([Record(2, 2, "leo")] * open_)], overlap=2
    )
    desk.project = replace(desk.project, team=("amina",), reviewers=("amina",))

    async def script(stage: Any) -> None:
        shown = await stage.until("1 left for you" if open_ else "nothing left for you")
        assert shown.count("F1 1.000 with others") == (0 if open_ else 2)

    play(desk, Dashboard(), script)
