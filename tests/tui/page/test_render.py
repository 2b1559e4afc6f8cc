"""What stands on the lines: hints and tags over their words, looks, and nothing too wide."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.spans import Span, Suggestion
from tonemark.tui.page.cells import cells
from tonemark.tui.page.render import BLANK, Look, Run, render
from tonemark.tui.page.view import MARGIN, View
from tonemark.tui.theme import style_of

Makes = Callable[..., Any]
MARK = "\u0301"
NAMES = {"PER": 0, "LOC": 1, "ORG": 2}
TEXT = "Rais Samia Suluhu alikutana na waziri jijini Nairobi siku ya Jumatatu ."


def lines_of(view: View) -> list[list[Run]]:
    return render(view, NAMES)


def columns(line: list[Run]) -> list[tuple[int, str, str]]:
    """The runs of a line that are not blank: column, role, text."""
    x, found = 0, []
    for text, look in line:
        if look != BLANK:
            found.append((x, look.role, text))
        x += cells(text)
    return found


def roles(line: list[Run]) -> str:
    """A letter for each cell of text, in capitals where it is in focus; q is a suggestion, d a
    doubtful one."""
    letters = {
        "text": "t",
        "span": "s",
        "suggestion": "q",
        "doubtful": "d",
        "candidate": "c",
        "between": "b",
    }
    shown = [(letters[look.role], look.focus, cells(text)) for text, look in line if look != BLANK]
    return "".join((c.upper() if focus else c) * width for c, focus, width in shown)


@pytest.mark.parametrize(
    ("text", "spans", "suggestions", "width", "lines"),
    [
        (
            TEXT,
            ["LOC:Nairobi"],
            ["DATE:Jumatatu"],
            79,
            [
                "   a    s     d      f         g  h      j      k LOC   l    w  e ?DATE",
                "   Rais Samia Suluhu alikutana na waziri jijini Nairobi siku ya Jumatatu .",
            ],
        ),
        (  # inner hints stay where the tag leaves room; the tag goes on below
            TEXT,
            ["PER:Samia Suluhu alikutana"],
            [],
            21,
            [
                "   a    s PER d",
                "   Rais Samia Suluhu",
                "   f …PER    g",
                "   alikutana na",
            ],
        ),
        (  # clipped to its cells
            TEXT,
            ["ORGANISATION:Nairobi"],
            [],
            79,
            [
                "   a    s     d      f         g  h      j      k ORGAN l    w  e",
                "   Rais Samia Suluhu alikutana na waziri jijini Nairobi siku ya Jumatatu .",
            ],
        ),
        (  # nested, side by side, and of the same extent
            TEXT,
            ["ORG:waziri jijini Nairobi", "LOC:Nairobi", "PER:Samia Suluhu", "LOC:Samia Suluhu"],
            [],
            79,
            [
                "   a    s LOC PER    f         g  h ORG  j      k LOC   l    w  e",
                "   Rais Samia Suluhu alikutana na waziri jijini Nairobi siku ya Jumatatu .",
            ],
        ),
        (  # both begin at one word: the outer first
            TEXT,
            ["ORG:Samia Suluhu alikutana", "PER:Samia"],
            [],
            79,
            [
                "   a    s ORG PER    f         g  h      j      k       l    w  e",
                "   Rais Samia Suluhu alikutana na waziri jijini Nairobi siku ya Jumatatu .",
            ],
        ),
        # one or two cells: the label is more than the hint
        ("Ku na", ["PER:Ku"], [], 30, ["   PE s", "   Ku na"]),
        ("A na", ["PER:A"], [], 30, ["   P s", "   A na"]),
        ("A , na", ["PER:A"], [], 30, ["   PER s", "   A , na"]),
        ("Ku ... na", ["PER:Ku"], [], 30, ["   a PER  s", "   Ku ... na"]),  # over free cells
        # over a suggestion the hint always stands: Space passes by, and nothing else leads there
        ("Asha na", [], ["LOC:Asha"], 30, ["   a ?L s", "   Asha na"]),
        ("Ali na", [], ["PER:Ali"], 30, ["   a ? s", "   Ali na"]),
        ("Ku na", [], ["PER:Ku"], 30, ["   a? s", "   Ku na"]),
        ("Ku ... na", [], ["PER:Ku"], 30, ["   a ?PE  s", "   Ku ... na"]),
        ("A na", [], ["PER:A"], 30, ["   a s", "   A na"]),
        ("Asha na", [], ["?LOC:Asha"], 30, ["   a ?? s", "   Asha na"]),
        ("Ali na", [], ["?PER:Ali"], 30, ["   a?? s", "   Ali na"]),
        ("Ku na", [], ["?PER:Ku"], 30, ["   a? s", "   Ku na"]),
        ("A na", [], ["?PER:A"], 30, ["   a s", "   A na"]),
        ("Kuna na", [], ["?PER:Kuna na"], 9, ["   a ??P", "   Kuna", "   s", "   na"]),
        ("Ku Al", ["LOC:Al"], ["PER:Ku"], 30, ["   a? s LOC", "   Ku Al"]),
        # inside a token
        ("kwaZulu na", ["LOC:Zulu"], [], 30, ["   a  LOC  s", "   kwaZulu na"]),
        ("iZu na", ["LOC:u"], [], 30, ["   a L s", "   iZu na"]),
        ("uZulu na", ["LOC:Zulu"], [], 30, ["   a LOC s", "   uZulu na"]),
        ("中文 中文", ["LOC:文"], [], 30, ["   a LO s", "   中文 中文"]),
        ("a\tb\u200bc", [], [], 30, ["   a s d", "   a→b╎c"]),
    ],
)
def test_lines_of_running_text(
    player: Makes, text: str, spans: list[str], suggestions: list[str], width: int, lines: list[str]
) -> None:
    page = player(text, spans=spans, suggestions=suggestions, width=width, overlapping=True)
    shown = page.lines[: len(lines)]
    assert shown == [line.rstrip() for line in lines]


def test_lines_of_a_list(player: Makes) -> None:
    page = player(
        "مرحبا في Nairobi\nleo",
        spans=["ORG:في Nairobi"],
        suggestions=["?X:leo"],
        mode="list",
        width=40,
        height=5,
    )
    assert page.lines == [
        "  a › مرحبا" if page.focus == "مرحبا" else "  a   مرحبا",
        "  s   في  ORG",
        "  d   Nairobi⏎  …ORG",
        "  f › leo  ??X",
        "",
    ]


def test_the_name_of_each_document_and_its_answer(player: Makes) -> None:
    page = player("moja", "mbili", "tatu", width=24).play("m x")
    assert [line for line in page.lines if "──" in line] == [
        " ── news-1 · ignored ───",
        " ── news-2 · rejected ──",
        " ── news-3 ─────────────",
    ]
    assert all(len(line) <= 9 for line in player("a", "b", width=9).lines)


@pytest.mark.parametrize(
    ("text", "spans", "suggestions", "keys", "looks"),
    [
        ("na Juma Ali , ya", [], [], "", "tttCCCCCCCCttttt"),
        ("na Juma Ali , ya", [], [], "home", "TTtccccccccttttt"),
        ("na Juma Ali , ya", ["PER:Juma"], [], "home", "TTtsssstcccttttt"),
        ("na Juma Ali , ya", ["PER:Juma"], [], "right", "tttsssstccctTttt"),
        ("na Juma Ali , ya", [], ["PER:Juma Ali"], "home", "TTtqqqqqqqqttttt"),
        ("na Juma Ali , ya", ["LOC:Ali"], ["PER:Juma Ali"], "home", "TTtqqqqqsssttttt"),
        ("na Juma Ali , ya", [], ["?PER:Juma Ali"], "home", "TTtddddddddttttt"),
        ("na Juma Ali , ya", ["PER:Juma"], ["LOC:Juma"], "home", "TTtsssstcccttttt"),
        ("na\tJuma\nya", [], [], "", "ttbCCCCb"),
        ("na kwaZulu", ["LOC:Zulu"], [], "home", "TTttttssss"),
        ("na kwaZulu", [], [], "@kwaZulu ; ' > > >", "tttcccCCCC"),
    ],
)
def test_looks_of_the_text(
    player: Makes, text: str, spans: list[str], suggestions: list[str], keys: str, looks: str
) -> None:
    page = player(text, spans=spans, suggestions=suggestions, width=16 + MARGIN).play(keys)
    assert roles(lines_of(page.view)[1]) == looks


@pytest.mark.parametrize(
    ("text", "span", "parts"),
    [
        ("می\u200cخواهم", (0, 3), ["می\u200c", "خواهم"]),  # ZWNJ is shown as in the whole
        ("ye\u0301s", (1, 2), ["y", "e\u0301", "s"]),  # a cluster is not cut
        ("ye\u0301s", (2, 4), ["y", "e\u0301s"]),
        ("a\u202ebc", (1, 3), ["a", "‹RLO›", "b", "c"]),
        ("kwaZulu", (3, 7), ["kwa", "Zulu"]),
    ],
)
def test_text_is_cut_where_spans_begin_but_never_inside_a_cluster(
    player: Makes, text: str, span: tuple[int, int], parts: list[str]
) -> None:
    from tonemark.corpus.drafts import Edit
    from tonemark.tokenizers.base import Token

    page = player(text + " na", tokens=[Token(0, len(text)), Token(len(text) + 1, len(text) + 3)])
    page.play("end")
    page.view.page.perform([Edit(1, added=(Span(*span, "PER"),))])
    line = lines_of(page.view)[1][1:]
    shown = [text for text, look in line if not look.focus]
    shown[-1] = shown[-1].rstrip()
    assert [text for text in shown if text] == parts


@pytest.mark.parametrize(
    ("text", "keys", "mode", "stand_ins"),
    [
        ("na \x1b[31m ya", "", "logical", "␛"),
        ("na a\u202eb\xa0c ya", "", "logical", "‹RLO› ⍽"),
        (f"na e{MARK * 200} ya", "", "logical", "‹+192›"),
        (f"na \u200b{MARK}x ya", "", "logical", f"╎◌{MARK}"),
        ("na ‹RLO› ␛ → ya", "", "logical", ""),  # data that looks like it
        ("na kitu ya", "", "logical", ""),
        ("na\r\nya", "", "logical", ""),  # the end of a line stands at the end of one
        ("na a\u202eb ya", "", "list", "‹RLO›"),
        ("n\x1ba ya", "home", "logical", "␛"),
        ("na m\u200cb ya", "", "logical", "‹ZWNJ›"),
        ("ab\u202ecdefghij" * 9, "", "logical", " ".join(["‹RLO›"] * 9)),  # cut over rows
    ],
)
def test_what_stands_in_for_something_does_not_look_like_data(
    player: Makes, text: str, keys: str, mode: str, stand_ins: str
) -> None:
    page = player(text, width=30, height=20).play(keys)
    page.view.mode = mode
    page.view.resize(30, 20)
    runs = [run for line in lines_of(page.view) for run in line]
    shown = [text for text, look in runs if look.stand_in]
    assert " ".join(shown) == stand_ins
    assert {look.role for _, look in runs if look.stand_in} <= {"text", "between", "candidate"}


def test_stand_ins_keep_the_looks_of_focus_and_span() -> None:
    for look in (Look("text"), Look("candidate"), Look("span", 0), Look("suggestion", 0)):
        styles = {
            style_of(look._replace(focus=focus, stand_in=stand_in))
            for focus in (False, True)
            for stand_in in (False, True)
        }
        assert len(styles) == 4


words = st.sampled_from(
    [
        "a",
        "Na",
        "neno",
        "Kisumu",
        "中文",
        ".",
        "—",
        "-b",
        "e\u0301\u0302",
        "ก็",
        "\t",
        "\n",
        "مي\u200cخ",
        "\u202e",
        "👩‍👧",
        "Mwananchi" * 9,
    ]
)
stretches = st.tuples(
    st.integers(0, 200), st.integers(1, 40), st.sampled_from(["PER", "X" * 40, "人名人名"])
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(words, max_size=60),
    st.lists(stretches, max_size=6),
    st.lists(stretches, max_size=6),
    st.integers(1, 90),
    st.integers(1, 12),
    st.sampled_from(("logical", "list")),
    st.integers(0, 100),
)
def test_no_line_is_too_wide_and_no_hint_or_tag_touches_another(
    player: Makes,
    parts: list[str],
    spans: list[tuple[int, int, str]],
    suggestions: list[tuple[int, int, str]],
    width: int,
    height: int,
    mode: str,
    go: int,
) -> None:
    from tonemark.corpus.drafts import Edit

    text = " ".join(parts)
    page = player(text, "pili", width=width, height=height, mode=mode)
    view = page.view
    inside = [(s, min(len(text), s + n), label) for s, n, label in spans if s < len(text)]
    shown = [(s, min(len(text), s + n), label) for s, n, label in suggestions if s < len(text)]
    edit = Edit(
        1,
        added=tuple(Span(*span) for span in inside),
        suggested=tuple(Suggestion(*span, ("x",)) for span in shown),
    )
    view.page.perform([edit])
    if view.page.sheets[0].tokens:
        view.focus_token(0, go % len(view.page.sheets[0].tokens))
    lines = lines_of(view)
    assert len(lines) == height
    for line in lines:
        assert sum(cells(text) for text, _ in line) <= max(width, MARGIN + 1)
        assert all(text for text, _ in line)
    hints = view.hints().of
    for row in view.visible_rows():
        y = row.y - view.top
        if row.head or mode == "list":
            continue
        texts = "".join(text for text, look in lines[y + 1] if look != BLANK)
        assert texts == "".join(piece.text for piece in row.pieces)
        if y < 0:
            continue
        over = lines[y]
        assert not any(
            a[1] != BLANK and b[1] != BLANK and (a[1].role, b[1].role) != ("hint", "maybe")
            for a, b in pairwise(over)
        )
        at = {MARGIN + p.x: hints.get((row.sheet, p.token)) for p in row.pieces if p.token >= 0}
        shown_hints = {x: found for x, role, found in columns(over) if role == "hint"}
        assert all(at[x] == found for x, found in shown_hints.items())
        draft = view.page.sheets[row.sheet].draft
        for piece in row.pieces:
            begins = [s for s in draft.stretches() if s.start < piece.end and piece.start < s.end]
            alone = all(isinstance(s, Suggestion) and s.start == piece.start for s in begins)
            hint = hints.get((row.sheet, piece.token))
            if begins and alone and hint and MARGIN + piece.x + cells(hint) <= view.width:
                assert MARGIN + piece.x in shown_hints
