"""The status line: where a suggestion comes from and how sure it is, in the cells there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.spans import Suggestion
from tonemark.tui.page import words
from tonemark.tui.page.cells import cells

Makes = Callable[..., Any]

TEXT = "kwa Samia Suluhu Hassan jijini Nairobi"
CITIES, DATA, LONG = "gazetteer:1", "import:habari.jsonl", "gazetteer:2"
ABOUT = {
    CITIES: "gazetteer cities: right 9 of 10",
    DATA: "came with the data (habari.jsonl)",
    LONG: "gazetteer places-of-the-whole-country.csv: right 1,209 of 1,310",
}


def line(page: Any, width: int = 80) -> str:
    """The status line of a terminal of so many columns."""
    told = words.status(page.view, page.keyboard, lambda source: ABOUT.get(source, source))
    return "".join(text for text, _ in words.spread(*told, width)).rstrip()


def page_with(player: Makes, *sources: str, score: float = 1.0, **options: Any) -> Any:
    """A page with Nairobi in focus, suggested as LOC by these sources."""
    page = player(TEXT, width=options.pop("width", 79), **options)
    state = page.view.sheet.state
    start = TEXT.index("Nairobi")
    suggestion = Suggestion(start, start + 7, "LOC", sources, score)
    state.draft = state.draft.__class__(suggestions=(suggestion,))
    page.view.go(0, start, start + 7)
    return page


@pytest.mark.parametrize(
    ("sources", "score", "told"),
    [
        ([CITIES], 1.0, "?LOC · gazetteer cities: right 9 of 10"),
        ([DATA], 1.0, "?LOC · came with the data (habari.jsonl)"),
        ([DATA], 0.3, "??LOC doubtful · came with the data (habari.jso…"),
        ([CITIES, DATA], 0.5, "??LOC doubtful · gazetteer cit… · came with the…"),
        ([LONG], 1.0, "?LOC · gazetteer places-of-the…: right 1,209 of 1,310"),
        ([LONG, CITIES], 0.2, "??LOC doubtful · gazetteer pla… · gazetteer cit…"),
    ],
)
def test_the_source_of_a_suggestion(
    player: Makes, sources: list[str], score: float, told: str
) -> None:
    shown = line(page_with(player, *sources, score=score))
    assert told in shown
    assert cells(shown) <= 80
    assert shown.endswith("to look at")


@given(st.integers(30, 120), st.lists(st.sampled_from(sorted(ABOUT)), max_size=3, unique=True))
def test_it_goes_into_any_window_that_has_room_for_a_part_of_each(
    player: Makes, width: int, sources: list[str]
) -> None:
    page = page_with(player, *sources, width=width - 1)
    told = words.status(page.view, page.keyboard, lambda source: ABOUT[source])
    total = sum(cells(text) for side in told for text, _ in side)
    assert total <= max(width, 45 + 15 * len(sources))


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("@Samia 1 @Samia", "Samia Suluhu Hassan · 3 tokens · PER · by hand"),
        ("@Nairobi 2 @Nairobi", "Nairobi · 1 token · LOC · gazetteer:x"),
        ("@Nairobi", "Nairobi · 1 token · ?LOC · gazetteer:x · ⏎ keeps, - drops"),
        ("@Nairobi ; ' ,", "Nairob · 1 token · LOC · gazetteer:x · by hand · cuts a word"),
        ("@jijini", "jijini · 1 token"),
    ],
)
def test_what_is_in_focus(player: Makes, keys: str, said: str) -> None:
    page = player(TEXT, suggestions=["LOC:Nairobi"], width=99).play(keys)
    told = "".join(text for text, _ in words.status(page.view, page.keyboard)[0])
    assert told.strip().startswith(said)
