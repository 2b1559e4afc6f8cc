"""Laying out what changed gives what laying out everything gives."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.corrections import corrected, signs_in
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tui.page import relayout
from tonemark.tui.page.layout import Layout, Mode, lay_out
from tonemark.tui.page.relayout import laid_out_again

WORDS = [
    "hauj",
    "lwm",
    "a",
    ".",
    ",",
    "Vaj-Pov",
    "中文",
    "e\u0301",
    "lo" * 9,
    "\n",
    "\r\n",
    "  ",
    "\t",
]


def tokens_of(text: str) -> tuple[Token, ...]:
    return tuple(GeneralTokenizer().tokenize(text))


def listed(layout: Layout) -> tuple[object, ...]:
    return (*(tuple(each) if not isinstance(each, int | str) else each for each in (
        layout.rows, layout.first_rows, layout.starts, layout.height)), layout.width)  # fmt: skip


texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=80).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(words)])
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(texts, min_size=1, max_size=3),
    st.integers(4, 40),
    st.sampled_from(("logical", "list")),
    st.sampled_from((1, 3, 20, 400)),
    st.data(),
)
def test_laid_out_again_is_laid_out(
    some: list[str], width: int, mode: Mode, ahead: int, data: st.DataObject
) -> None:
    given_, made = [tokens_of(text) for text in some], [()] * len(some)
    tokens = list(given_)
    layout = lay_out(list(zip(some, tokens, strict=True)), width, mode)
    relayout.AHEAD, usual = ahead, relayout.AHEAD
    try:
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(some) - 1))
            signs = signs_in(some[at], 0, len(some[at]))
            if len(signs) < 2:
                continue
            first = data.draw(st.integers(0, len(signs) - 2))
            cuts = [first, *sorted({first + n for n in data.draw(near)} & {*range(len(signs))})]
            made[at] = tuple(
                Token(signs[a][0], signs[b - 1][1]) for a, b in pairwise(cuts) if a < b
            )
            before, tokens[at] = tokens[at], corrected(some[at], given_[at], made[at])
            whole = lay_out(list(zip(some, tokens, strict=True)), width, mode)
            again = laid_out_again(layout, some[at], at, before, tokens[at])
            if again is not None:
                assert listed(again) == listed(whole)
                for y in (0, 3, whole.height - 1):
                    assert again.row_at(y) == whole.row_at(y)
            layout = again or whole
    finally:
        relayout.AHEAD = usual


near = st.lists(st.integers(1, 12), min_size=1, max_size=3)


@pytest.mark.parametrize("mode", ["logical", "list"])
def test_a_change_in_a_long_text_is_laid_out_by_itself(mode: Mode) -> None:
    chosen = random.Random(1)
    text = " ".join(chosen.choice(("hauj", "lwm", "tsev", "a", "Vientiane")) for _ in range(20_000))
    tokens = tokens_of(text)
    layout = lay_out([(text, tokens)], 60, mode)
    for start in (0, 5, 40_000, 90_000):
        at = next(i for i, token in enumerate(tokens) if token.start >= start)
        joined = Token(tokens[at].start, tokens[at + 1].end)
        after = corrected(text, tokens, [joined])
        again = laid_out_again(layout, text, 0, tokens, after)
        assert again is not None
        assert listed(again) == listed(lay_out([(text, after)], 60, mode))


def test_what_gets_shorter_may_go_up_a_row() -> None:
    text = "aaa bbb ccc ddd"
    before = (Token(0, 3), Token(4, 11), Token(12, 15))
    after = tokens_of(text)
    layout = lay_out([(text, before)], 8)
    assert len(layout.rows) == 3
    again = laid_out_again(layout, text, 0, before, after)
    assert again is not None
    assert listed(again) == listed(lay_out([(text, after)], 8))
    assert len(again.rows) == 2
