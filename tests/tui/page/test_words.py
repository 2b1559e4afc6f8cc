"""The status line: where a suggestion comes from and how sure it is, in the cells there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.proposing import Told, plain
from tonemark.corpus.spans import Suggestion
from tonemark.text import visible
from tonemark.tui.page import words
from tonemark.tui.page.cells import cells

Makes = Callable[..., Any]

TEXT = "kwa Samia Suluhu Hassan jijini Nairobi"
CITIES, DATA, LONG = "gazetteer:1", "import:habari.jsonl", "gazetteer:2"
WRONG, DATES = "gazetteer:3", "pattern:4"
ABOUT = {
    CITIES: Told("cities", "gazetteer", 10, 9),
    DATA: Told("came with the data (habari.jsonl)"),
    LONG: Told("places-of-the-whole-country.csv", "gazetteer", 1310, 1209),
    WRONG: Told("wrong.txt", "gazetteer", 0.0, 0.0),
    DATES: Told("dates", "pattern", 3, 1),
}


def told_of(source: str) -> Told:
    return ABOUT.get(source) or plain(source)


def line(page: Any, width: int = 80) -> str:
    """The status line of a terminal of so many columns."""
    told = words.status(page.view, page.keyboard, told_of)
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
        ([CITIES], 1.0, "?LOC · right 9 of 10 · cities"),
        ([DATA], 1.0, "?LOC · came with the data (habari.jsonl)"),
        ([DATA], 0.3, "??LOC, score 0.30 · came with the data (habari.…"),
        ([CITIES, DATA], 0.5, "??LOC · right 9 of 10 · cities +1"),
        ([DATA, CITIES], 1.0, "?LOC · right 9 of 10 · cities +1"),
        ([LONG], 1.0, "?LOC · right 1209 of 1310 · places-of-the-whole-coun…"),
        ([LONG, CITIES, WRONG], 0.2, "??LOC · right 1209 of 1310 · places-of-the-w… +2"),
        ([DATES], 0.4, "??LOC · right 1 of 3 · pattern dates"),
        ([WRONG], 0.5, "??LOC · not tried yet · wrong.txt"),
    ],
)
def test_the_source_of_a_suggestion(
    player: Makes, sources: list[str], score: float, told: str
) -> None:
    shown = line(page_with(player, *sources, score=score))
    assert told in shown
    assert cells(shown) <= 80
    assert shown.endswith(" to look at")


@pytest.mark.parametrize(
    ("rival", "score", "told"),
    [
        (("ORG", "Nairobi", WRONG), 0.5, "??LOC, or ORG by wrong.txt · right 9 of 10 · cities"),
        (("LOC", "jijini Nairobi", DATES), 0.5, '??LOC, or "jijini Nairobi" by dates · right 9'),
        (("ORG", "jijini Nairobi", WRONG), 0.5, '??LOC, or ORG "jijini Nairobi" by wrong.txt ·'),
        (("ORG", "Nairobi", WRONG), 1.0, "?LOC · right 9 of 10 · cities"),
    ],
)
def test_who_says_otherwise_of_a_doubtful_one(
    player: Makes, rival: tuple[str, str, str], score: float, told: str
) -> None:
    page = page_with(player, CITIES, score=score, width=99)
    label, text, source = rival
    start = TEXT.index(text)
    other = Suggestion(start, start + len(text), label, (source,), 0.4)
    left, _ = words.status(page.view, page.keyboard, told_of, lambda _: [other])
    assert told in "".join(text for text, _ in left)


def test_a_part_of_a_longer_name_is_told_as_that(player: Makes) -> None:
    page = player(TEXT, suggestions=["PER:Samia"], width=130).play("@Samia")
    told = "".join(text for text, _ in words.status(page.view, page.keyboard)[0])
    assert "Samia · 1 token · ??PER, part of a longer candidate · gazetteer:x" in told


@given(
    st.integers(12, 120),
    st.lists(st.sampled_from(sorted(ABOUT)), max_size=3, unique=True),
    st.sampled_from([0.3, 1.0]),
    st.booleans(),
)
def test_it_goes_into_any_window_and_keeps_its_numbers(
    player: Makes, width: int, sources: list[str], score: float, disputed: bool
) -> None:
    page = page_with(player, *sources, score=score, width=width - 1)
    start = TEXT.index("jijini")
    rivals = [Suggestion(start, len(TEXT), "ORGANISATION", (LONG,))] * disputed
    told = words.status(page.view, page.keyboard, told_of, lambda _: rivals)
    left, right = ("".join(text for text, _ in side) for side in told)
    assert cells(left) + cells(right) < width
    assert len(right) > 0 or width < 40
    if width >= 80:
        assert right.endswith("to look at ")
        best = max((ABOUT[each] for each in sources), key=lambda t: t.stood, default=Told(""))
        assert best.record in left


@given(st.integers(0, 40), st.text("abc 中é", max_size=60))
def test_a_message_that_is_too_long_says_that_it_was_cut(width: int, text: str) -> None:
    line = words.message(visible(text), width)
    shown = "".join(part for part, _ in line)
    assert cells(shown) <= width
    assert shown == f"  {text}" or shown.endswith("…") or not width


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("@Samia 1 @Samia", "Samia Suluhu Hassan · 3 tokens · PER · by hand"),
        ("@Nairobi 2 @Nairobi", "Nairobi · 1 token · LOC · gazetteer:x"),
        ("@Nairobi", "Nairobi · 1 token · ?LOC · gazetteer:x · ⏎ keeps, - drops"),
        ("@Nairobi ; ' ,", "Nairob · 1 token · LOC · by hand, from gazetteer:x · cuts a word"),
        ("@jijini", "jijini · 1 token"),
    ],
)
def test_what_is_in_focus(player: Makes, keys: str, said: str) -> None:
    page = player(TEXT, suggestions=["LOC:Nairobi"], width=99).play(keys)
    told = "".join(text for text, _ in words.status(page.view, page.keyboard)[0])
    assert told.strip().startswith(said)
