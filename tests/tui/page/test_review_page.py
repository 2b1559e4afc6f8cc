"""A document under review as it is drawn: the spans of each annotator under their words."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_pages import LABELS, Reviewer

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.spans import Span
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tui.page import relayout
from tonemark.tui.page.cells import cells
from tonemark.tui.page.layout import lay_out
from tonemark.tui.page.relayout import laid_out_again

TEXT = "leo Asha Juma Ali yuko Kisumu na Nairobi kwa UN ."
GIVEN = {
    "amina": ["PER:Asha Juma", "LOC:Kisumu", "ORG:UN"],
    "juma": ["PER:Asha Juma Ali", "LOC:Kisumu", "LOC:UN"],
    "rosa": ["PER:Juma Ali", "LOC:Kisumu", "LOC:Nairobi", "ORG:UN"],
}


def drawn(*lines: str) -> list[str]:
    return list(lines)


def test_each_annotators_spans_stand_under_their_words_with_what_most_have_marked() -> None:
    assert Reviewer(TEXT, GIVEN, width=70).lines == drawn(
        "          a   s ?? d    f   g    h LOC  j  k ??    l   w ??",
        "          leo Asha Juma Ali yuko Kisumu na Nairobi kwa UN .",
        " 1 amina      PER──────                   •none···    •ORG",
        " 2 juma       PER──────────               •none···     LOC",
        " 3 rosa            PER─────                LOC────    •ORG",
    )


def test_what_is_settled_says_whose_version_stands() -> None:
    page = Reviewer(TEXT, GIVEN, width=70).play("1 @Nairobi 3")
    assert page.lines == drawn(
        "          a   s PER     f   g    h LOC  j  k ORG   l   w ??",
        "          leo Asha Juma Ali yuko Kisumu na Nairobi kwa UN .",
        " 1 amina     ✓PER──────                   ✗none···    •ORG",
        " 2 juma      ✗PER──────────               ✗none···     LOC",
        " 3 rosa      ✗     PER─────               ✗LOC────    •ORG",
    )
    assert {look.role for line in page.runs[2:5] for _, look in line} >= {"version", "passed"}


def test_rows_without_differences_have_no_lines_of_annotators() -> None:
    assert Reviewer(TEXT, GIVEN, width=30, height=12).lines == drawn(
        "          a   s ?? d    f",
        "          leo Asha Juma Ali",
        " 1 amina      PER──────",
        " 2 juma       PER──────────",
        " 3 rosa            PER─────",
        "          g    h LOC  j",
        "          yuko Kisumu na",
        "          k ??    l   w ??",
        "          Nairobi kwa UN .",
        " 1 amina •none···    •ORG",
        " 2 juma  •none···     LOC",
        " 3 rosa   LOC────    •ORG",
    )


def test_a_list_has_what_each_annotator_has_behind_the_token() -> None:
    page = Reviewer(TEXT, GIVEN, width=60, mode="list").play("1")
    assert page.lines == drawn(
        "  a   leo",
        "  s   Asha  PER  1✓PER  2✗PER  3✗·",
        "  d   Juma  …PER  1✓…PER  2✗…PER  3✗PER",
        "  f   Ali  1✓·  2✗…PER  3✗…PER",
        "  g   yuko",
        "  h   Kisumu  LOC",
        "  j   na",
        "  k › Nairobi  1•·  2•·  3 LOC",
        "  l   kwa",
        "  w   UN  1•ORG  2 LOC  3•ORG",
        "      .",
    )


def test_text_that_is_ordered_here_has_the_lines_under_its_words() -> None:
    text = "مۆسا لە شاری هەولێر"
    given_ = {"amina": ["PER:مۆسا", "LOC:هەولێر"], "juma": ["PER:مۆسا", "LOC:شاری هەولێر"]}
    assert Reviewer(text, given_, width=40, mode="visual").lines[1:] == drawn(
        "                     رێلوەه یراش ەل اسۆم",
        " 1 amina             LOC───",
        " 2 juma              LOC────────",
    )


@pytest.mark.parametrize(
    ("given_", "lines"),
    [
        # her label runs on over blanks, and never into what stands behind
        (
            {"a": ["ORGANISATION:UN"], "b": ["LOC:UN"]},
            [" 1 a •ORGANISATION", " 2 b •LOC"],
        ),
        # spans that overlap share their cells
        (
            {"a": ["PER:Asha Juma", "ORG:Juma Ali"], "b": ["PER:Asha Juma"], "c": []},
            [" 1 a      PER+ORG──────", " 2 b      PER──────", " 3 c      none·········"],
        ),
        # a name in no letters of ours, and one that is long
        (
            {"Adelaide-of-Bukavu": ["PER:Asha"], "b": ["LOC:Asha"]},
            [" 1 Adelaide-o…      PER─", " 2 b                LOC─"],
        ),
    ],
)
def test_labels_and_names_of_any_length(given_: dict[str, Any], lines: list[str]) -> None:
    page = Reviewer(TEXT, given_, width=70, overlapping=True)
    wanted = [line.replace("•", " ") for line in lines]
    found = [line.replace("•", " ") for line in page.lines[2:]]
    assert [line.split() for line in found] == [line.split() for line in wanted]


def test_spans_that_cut_a_word_lie_under_their_letters() -> None:
    given_ = {"a": ["PER:Ashanti"], "b": ["PER:Ashantiland"]}
    page = Reviewer("leo Ashantiland", given_, width=40)
    assert page.lines[2:] == [" 1 a      PER────", " 2 b      PER────────"]


def test_answers_that_differ_and_comments_stand_above_the_text() -> None:
    answers = {
        **GIVEN,
        "sami": Annotation(1, "sami", 1, "reject", (), comment="not Swahili"),
        "tano": Annotation(1, "tano", 1, "accept", (), comment="hm", flagged=True),
    }
    page = Reviewer(TEXT, answers, width=70, height=20)
    assert page.lines[:5] == drawn(
        " 1 amina ?accepted",
        " 2 juma  ?accepted",
        " 3 rosa  ?accepted",
        " 4 sami  ?rejected · “not Swahili”",
        " 5 tano  ?accepted · ⚑ flagged · “hm”",
    )
    assert page.lines[10] == " 4 sami"  # did not accept: nothing of hers is compared
    assert page.lines[11] == " 5 tano       none·········      none··   •none···     ··"
    page.play("1")
    assert page.lines[3:5] == drawn(
        " 4 sami   rejected · “not Swahili”", " 5 tano  ✓accepted · ⚑ flagged · “hm”"
    )


def test_comments_alone_stand_there_too() -> None:
    said = {"a": Annotation(1, "a", 1, "accept", (), comment="sijui"), "b": ["PER:Asha"]}
    assert Reviewer(TEXT, said, width=70).lines[0] == " 1 a  “sijui”"


def test_annotators_are_numbered_where_they_are_not_to_be_known() -> None:
    page = Reviewer(TEXT, GIVEN, width=70, anonymous=True)
    assert [line[:16] for line in page.lines[2:5]] == [
        " 1 annotator 1  ", " 2 annotator 2  ", " 3 annotator 3  ",
    ]  # fmt: skip
    assert not any(name in "\n".join(page.lines) for name in GIVEN)


def test_more_annotators_than_there_is_room_for_are_told_of() -> None:
    many = {f"n{at:02}": ["PER:Asha"] if at % 2 else [] for at in range(12)}
    tall = Reviewer(TEXT, many, width=60, height=20)
    assert tall.lines[2].startswith(" 1 n00")
    assert tall.lines[11].startswith("   n09")  # no digit is left
    short = Reviewer(TEXT, many, width=60, height=8)
    assert short.lines[-1].strip() == "7 more: a higher window shows them"
    assert len(short.lines) == 8


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (12, 4), (20, 5), (200, 60)])
@pytest.mark.parametrize("mode", ["logical", "visual", "list"])
def test_any_window_shows_the_difference_in_question(size: tuple[int, int], mode: Any) -> None:
    page = Reviewer(TEXT, GIVEN, width=size[0], height=size[1], mode=mode)
    for _ in range(4):
        assert len(page.runs) == size[1]
        focused = [text for line in page.runs for text, look in line if look.focus]
        assert focused or size[0] < 5
        for line in page.runs:
            assert sum(cells(text) for text, _ in line) <= max(size[0], page.view.margin + 1)
        page.play("space")


# Alignment

PARTS = ["Asha", "ọjọ́", "中文", "e\u0301e\u0301", "ሐረርጌ", "𞤆𞤵𞤤", "a", "lo" * 12, "नमस्ते", "UN"]


@st.composite
def documents(draw: Any) -> tuple[str, dict[str, Any], tuple[Token, ...]]:
    words = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=14))
    text = draw(st.sampled_from((" ", ", ", "\n"))).join(words)
    tokens = tuple(GeneralTokenizer().tokenize(text))
    names = ("a", "b", "c")[: draw(st.integers(1, 3))]
    answers = {}
    for name in names:
        spans, behind = [], 0
        for first in range(len(tokens)):
            if first >= behind and draw(st.integers(0, 2)) == 0:
                behind = min(len(tokens), first + draw(st.integers(1, 4)))
                label = draw(st.sampled_from(sorted(LABELS.values())))
                spans.append(Span(tokens[first].start, tokens[behind - 1].end, label))
        answers[name] = Annotation(1, name, 1, "accept", tuple(spans))
    return text, answers, tokens


@settings(max_examples=150, deadline=None)
@given(documents(), st.integers(16, 60), st.lists(st.sampled_from("1 2 3 y - space".split())))
def test_every_span_lies_under_its_words(
    document: tuple[str, dict[str, Any], tuple[Token, ...]], width: int, keys: list[str]
) -> None:
    text, answers, tokens = document
    page = Reviewer(text, answers, tokens=tokens, width=width, height=40).play(" ".join(keys))
    view, lines = page.view, page.runs
    for row in view.visible_rows():
        if row.head or not row.pieces:
            continue
        first, last = row.pieces[0].start, row.pieces[-1].end
        there = [d for d in view.reviewed.differences if d.start < last and first < d.end]
        # White space that no row has cells for can be all that is left of one.
        there = [
            d for d in there
            if any(p.token >= 0 and p.start < d.end and d.start < p.end for p in row.pieces)
        ]  # fmt: skip
        if row.height == 2:
            assert not there
            continue
        for who, name in enumerate(answers):
            x, marked = 0, set()
            for shown, look in lines[row.y - view.top + 2 + who]:
                if look.role in ("version", "passed"):
                    marked |= set(range(x, x + cells(shown)))
                x += cells(shown)
            wanted: set[int] = set()
            for span in answers[name].spans:
                under = [p for p in row.pieces if p.start < span.end and span.start < p.end]
                if under and any(d.start < span.end and span.start < d.end for d in there):
                    begin = view.margin + under[0].x
                    wanted |= set(range(begin, view.margin + under[-1].x + under[-1].width))
            assert marked == wanted, (name, lines)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**6), st.integers(8, 40), st.integers(1, 3))
def test_laid_out_again_with_lines_under_rows_is_laid_out(seed: int, width: int, head: int) -> None:
    rng = random.Random(seed)
    text = " ".join(rng.choice(("hauj", "lwm", "a", ".", "Vaj-Pov")) for _ in range(60))
    tokens = tuple(GeneralTokenizer().tokenize(text))
    at = rng.randrange(len(tokens) - 2)
    joined = Token(tokens[at].start, tokens[at + 1].end)
    after = (*tokens[:at], joined, *tokens[at + 2 :])
    places = sorted(rng.sample(range(len(text)), 5))

    def under(sheet: int, start: int, end: int) -> int:
        return 3 * sum(start <= place < end for place in places)

    sheets = [(text, tokens), ("leo Asha", GeneralTokenizer().tokenize("leo Asha"))]
    layout = lay_out(sheets, width, "logical", under, head)
    whole = lay_out([(text, after), sheets[1]], width, "logical", under, head)
    relayout.AHEAD, usual = 12, relayout.AHEAD
    try:
        again = laid_out_again(layout, text, 0, tokens, after, under)
    finally:
        relayout.AHEAD = usual
    if again is not None:
        assert list(again.rows) == list(whole.rows)
        assert (again.height, again.first_rows, again.starts) == (
            whole.height, whole.first_rows, whole.starts,
        )  # fmt: skip
