"""A document under review as it is drawn: the spans of each annotator under their words."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reviewed_pages import LABELS, Reviewer

from tonemark.corpus.annotations import Annotation
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import Gold
from tonemark.corpus.spans import Span
from tonemark.review.opening import Before
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
        " 1 amina      PER──────                   •none···    •OR",
        " 2 juma       PER──────────               •none···     LO",
        " 3 rosa            PER─────                LOC────    •OR",
    )


def test_what_is_settled_says_whose_version_stands() -> None:
    page = Reviewer(TEXT, GIVEN, width=70).play("1 @Nairobi 3")
    assert page.lines == drawn(
        "          a   s PER     f   g    h LOC  j  k ORG   l   w ??",
        "          leo Asha Juma Ali yuko Kisumu na Nairobi kwa UN .",
        " 1 amina     ✓PER──────                   ✗none···    •OR",
        " 2 juma      ✗PER──────────               ✗none···     LO",
        " 3 rosa      ✗     PER─────               ✗LOC────    •OR",
    )
    assert {look.role for line in page.runs[2:5] for _, look in line} >= {"version", "passed"}


def test_a_mark_has_its_cell_where_words_touch() -> None:
    text, tokens = "leo AshaMusa .", [Token(0, 3), Token(4, 8), Token(8, 12), Token(13, 14)]
    given = {"a": ["PER:Asha", "LOC:Musa"], "b": ["PER:Asha"], "c": ["LOC:Musa"]}
    page = Reviewer(text, given, tokens=tokens, width=60)
    assert page.lines[2:] == drawn(
        " 1 a     •PER─•LOC",
        " 2 b     •PER─none",
        " 3 c      none•LOC",
    )


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
        " 1 amina •none···    •OR",
        " 2 juma  •none···     LO",
        " 3 rosa   LOC────    •OR",
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
        "  k › Nairobi  ??  1•·  2•·  3 LOC",
        "  l   kwa",
        "  w   UN  ??  1•ORG  2 LOC  3•ORG",
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
        # a label is cut to the cells of its span, and so are borders seen
        ({"a": ["ORGANISATION:UN"], "b": ["LOC:UN"]}, [" 1 a •OR", " 2 b •LO"]),
        (
            {"a": ["ORGANISATION:Nairobi"], "b": ["ORGANISATION:Nairobi kwa"]},
            [" 1 a  ORGANI…", " 2 b  ORGANISATI…"],
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
        " 1 amina •accepted",
        " 2 juma  •accepted",
        " 3 rosa  •accepted",
        " 4 sami  ?rejected · “not Swahili”",
        " 5 tano  •accepted · ⚑ flagged · “hm”",
    )
    assert page.lines[10] == " 4 sami"  # did not accept: nothing of hers is compared
    assert page.lines[11] == " 5 tano       none·········      none··   •none···     ··"
    page.play("1")
    assert page.lines[3:5] == drawn(
        " 4 sami  ✗rejected · “not Swahili”", " 5 tano  ✓accepted · ⚑ flagged · “hm”"
    )


def test_comments_alone_stand_there_too() -> None:
    said = {"a": Annotation(1, "a", 1, "accept", (), comment="sijui"), "b": ["PER:Asha"]}
    assert Reviewer(TEXT, said, width=70).lines[0] == " 1 a  “sijui”"


def test_annotators_are_numbered_where_they_are_not_to_be_known() -> None:
    page = Reviewer(TEXT, GIVEN, width=70, anonymous=True)
    assert [line[:5] for line in page.lines[2:5]] == [" 1   ", " 2   ", " 3   "]
    assert not any(name in "\n".join(page.lines) for name in GIVEN)


def test_more_annotators_than_there_is_room_for_are_told_of() -> None:
    many = {f"n{at:02}": ["PER:Asha"] if at % 2 else [] for at in range(12)}
    tall = Reviewer(TEXT, many, width=60, height=20)
    assert tall.lines[2].startswith(" 1 n00")
    assert tall.lines[11].startswith("10 n09")
    short = Reviewer(TEXT, many, width=60, height=8)
    assert short.lines[-1].strip() == "7 more: a higher window shows them"
    assert len(short.lines) == 8
    for width, said in ((40, "7 more: make the window higher"), (20, "7 more")):
        assert Reviewer("Asha", many, width=width, height=8).lines[-1].strip() == said


def test_names_that_are_long_and_alike_are_told_apart() -> None:
    many = {f"annotator_of_team_{at:02}": ["PER:Asha"] if at % 2 else [] for at in range(12)}
    page = Reviewer(TEXT, many, width=79, height=20)
    assert len({line[3:14] for line in page.lines[2:14]}) == 12
    wide = Reviewer(TEXT, many, width=199, height=20)
    assert wide.lines[2].startswith(" 1 annotator_of_team_00")


def test_a_text_that_is_refused_says_so_and_has_no_spans() -> None:
    answers = {**GIVEN, "sami": Annotation(1, "sami", 1, "reject", ())}
    page = Reviewer(TEXT, answers, width=70, height=30).play("4")
    assert page.lines[:6] == drawn(
        "          rejected (sami's answer): a version or a label takes it back",
        " 1 amina ✗accepted",
        " 2 juma  ✗accepted",
        " 3 rosa  ✗accepted",
        " 4 sami  ✓rejected",
        "          a   s    d    f   g    h      j  k       l   w",
    )
    assert not any(look.role in ("span", "tag") for line in page.runs for _, look in line)
    assert {look.role for text, look in page.runs[6] if text.strip()} == {"between"}
    assert "??" not in "\n".join(page.lines)
    assert page.play("z").lines == Reviewer(TEXT, answers, width=70, height=30).lines


def test_who_refused_a_text_is_told() -> None:
    then = [Annotation(1, name, 1, "accept", (Span(4, 8, "PER"),)) for name in "ab"]
    refused = Before((), (Decision(0, 0, ":own:reject"),), then)
    gold = Gold(1, "neema", "reject", (), comment="sijui")
    same = {"a": ["PER:Asha"], "b": ["PER:Asha"]}
    page = Reviewer(TEXT, same, width=70, before=refused, gold=gold)
    assert page.lines[0].strip().startswith("rejected by neema: a version or a label")
    assert page.lines[1].strip() == "gold by neema: “sijui”"
    mine = Reviewer(TEXT, same, width=70, before=refused)
    assert mine.lines[0].strip().startswith("rejected by you: a version or a label")


@pytest.mark.parametrize(
    ("label", "first"),
    [("LOC", "   a   s   d ??"), ("L", "   a   s   d ??")],
)
def test_a_hint_stands_before_the_tag_of_what_is_open(label: str, first: str) -> None:
    text = "na kwa UN ."
    start = text.index("UN")
    then = [
        Annotation(1, name, 1, "accept", (Span(start, start + 2, each),))
        for name, each in (("a", label), ("b", "ORG"))
    ]
    before = Before((Span(start, start + 2, label),), (), then)
    now = {"a": ["ORG:UN"], "b": ["PER:UN"]}
    page = Reviewer(text, now, before=before, width=60)
    hints = page.lines[0].split()
    assert page.view.hints().of[0, 2] in hints, page.lines
    assert any(each.startswith("??") for each in hints)


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
