"""Rows: every code point in its place, no row too wide, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.documents import Document
from tonemark.corpus.project_checks import Bidi
from tonemark.text import graphemes
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.words import Phrases
from tonemark.tui.page.cells import cells
from tonemark.tui.page.layout import LIST_INDENT, Layout, Mode, frame, lay_out, opening_mode, window

texts = st.one_of(
    st.text(
        st.sampled_from("aB é\u0301\u0302 ሰላም𞤀𞤣中文　ก็\t\n\r\u200c\u200d\u202e\u00a0.,-👩👧🇰🇪می️"),
        max_size=120,
    ),
    st.text(max_size=60),
)
modes = st.sampled_from(("logical", "list"))


def tokens_of(text: str) -> list[Token]:
    return GeneralTokenizer().tokenize(text)


@st.composite
def texts_with_tokens(draw: st.DrawFn) -> tuple[str, list[Token]]:
    """A text with tokens of ours, or with any tokens that a file may bring."""
    text = draw(texts)
    if draw(st.booleans()):
        return text, tokens_of(text)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=20)))
    borders = zip(cuts[::2], cuts[1::2], strict=False)
    return text, [Token(a, b) for a, b in borders if text[a:b].strip()]


def drawn(layout: Layout) -> list[str]:
    """The rows as text, blanks before the first piece included."""
    lines = []
    for row in layout.rows:
        line = ""
        for piece in row.pieces:
            line += " " * (piece.x - cells(line)) + piece.text
        lines.append(line)
    return lines


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("Rais Samia alikuja", 10, ["Rais Samia", "alikuja"]),
        ("Rais Samia alikuja", 11, ["Rais Samia ", "alikuja"]),
        ("Asha, Juma.", 6, ["Asha, ", "Juma."]),  # signs stay with their word
        ("Asha, Juma.", 4, ["Asha", ", ", "Juma", "."]),
        ("one\ntwo", 9, ["one⏎", "two"]),
        ("one\n", 9, ["one⏎"]),  # no empty row at the end
        ("one\n\ntwo\n", 9, ["one⏎", "⏎", "two⏎"]),
        ("abcd\ne", 4, ["abc", "d⏎", "e"]),  # the mark has a cell even where the word fills the row
        ("one\r\ntwo", 9, ["one⏎", "two"]),
        ("one\rtwo", 9, ["one␍two"]),
        ("a\tb", 9, ["a→b"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("a bcdefgh", 3, ["a ", "bcd", "efg", "h"]),
        ("中文中", 4, ["中文", "中"]),
        ("中文", 1, ["…", "…"]),
        ("é\u0301\u0302bc", 2, ["é\u0301\u0302b", "c"]),
        ("", 5, [""]),
        ("a   b", 3, ["a  ", "b"]),
        ("\t\t\t\t\t", 2, ["→→", "→→", "→"]),
    ],
)
def test_rows_of_running_text(text: str, width: int, rows: list[str]) -> None:
    assert drawn(lay_out([(text, tokens_of(text))], width)) == rows


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("Asha na\nJuma.", 20, ["Asha", "na⏎", "Juma", "."]),
        ("a\n\nb", 20, ["a⏎⏎", "b"]),
        ("abcdefghijklmnop", 16, ["abcdefghij", "klmnop"]),
        ("abcdefgh", 4, ["abcd", "efgh"]),  # too narrow for hints
        ("", 20, [""]),
    ],
)
def test_rows_of_a_list(text: str, width: int, rows: list[str]) -> None:
    layout = lay_out([(text, tokens_of(text))], width, "list")
    assert [line.strip() for line in drawn(layout)] == rows
    assert all(row.height == 1 for row in layout.rows)
    starts = {row.pieces[0].x for row in layout.rows if row.pieces}
    assert starts <= {LIST_INDENT if width > 2 * LIST_INDENT else 0}


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("tsev kho mob", 12, ["tsev kho mob"]),
        ("nyob tsev kho mob", 12, ["nyob ", "tsev kho mob"]),
        ("tsev kho mob.", 12, ["tsev kho mob", "."]),
        ("tsev kho mob", 10, ["tsev kho ", "mob"]),  # between syllables, not inside one
        ("tsev kho mob", 8, ["tsev ", "kho mob"]),  # no row begins with a blank for that
        ("tsev kho mob", 3, ["tse", "v ", "kho", " ", "mob"]),
        ("𖬖𖬰𖬝𖬵 𖬄𖬶𖬟 𖬌𖬣𖬵", 6, ["𖬖𖬰𖬝𖬵 𖬄𖬶𖬟 ", "𖬌𖬣𖬵"]),
        ("kws     kho", 6, ["kws   ", "  kho"]),
    ],
)
def test_rows_of_words_that_hold_spaces(text: str, width: int, rows: list[str]) -> None:
    phrases = Phrases(["tsev kho mob", "𖬖𖬰𖬝𖬵 𖬄𖬶𖬟 𖬌𖬣𖬵", "kws kho"])
    tokens = phrases.join(text, tokens_of(text))
    assert drawn(lay_out([(text, tokens)], width)) == rows
    assert any(" " in text[start:end] for start, end in tokens)


def test_what_no_token_covers_is_shown_in_a_list() -> None:
    layout = lay_out([("ab -- cd", [Token(0, 2), Token(6, 8)])], 30, "list")
    assert [(p.text, p.token) for row in layout.rows for p in row.pieces] == [
        ("ab", 0),
        ("--", -1),
        ("cd", 1),
    ]


def test_a_line_stands_above_each_of_several_texts() -> None:
    layout = lay_out([("a", tokens_of("a")), ("", []), ("b", tokens_of("b"))], 9, "list")
    assert [row.head for row in layout.rows] == [True, False] * 3
    assert [layout.row_of_offset(sheet, 0) for sheet in range(3)] == [1, 3, 5]


@given(st.lists(texts_with_tokens(), min_size=1, max_size=3), st.integers(1, 200), modes)
def test_all_that_is_said_stands_once_in_order_and_within_the_width(
    sheets: list[tuple[str, list[Token]]], width: int, mode: Mode
) -> None:
    layout = lay_out(sheets, width, mode)
    y = 0
    covered: list[list[tuple[int, int, int]]] = [[] for _ in sheets]
    for index, row in enumerate(layout.rows):
        assert row.y == y
        y += row.height
        x = 0
        for piece in row.pieces:
            assert piece.x >= x
            assert piece.start < piece.end
            assert cells(piece.text) == piece.width
            x = piece.x + piece.width
            covered[row.sheet].append((piece.start, piece.end, piece.token))
            for offset in range(piece.start, piece.end):
                assert layout.row_of_offset(row.sheet, offset) == index
        assert x <= width
        assert layout.row_at(row.y) == layout.row_at(y - 1) == index
    assert layout.height == y
    for (text, tokens), pieces in zip(sheets, covered, strict=True):
        ends = 0
        shown = set()
        for start, end, _ in pieces:
            assert start >= ends
            ends = end
            shown.update(range(start, end))
        assert all(text[at].isspace() for at in set(range(len(text))) - shown)
        for at, token in enumerate(tokens):
            parts = [(start, end) for start, end, index in pieces if index == at]
            assert [a for a, _ in parts] == [token.start, *(b for _, b in parts[:-1])]
            assert parts[-1][1] == token.end


@given(texts, st.integers(2, 200), modes)
def test_no_cluster_is_broken_over_rows(text: str, width: int, mode: Mode) -> None:
    layout = lay_out([(text, tokens_of(text))], width, mode)
    borders = {border for cluster in graphemes(text) for border in cluster}
    starts = {row.pieces[0].start for row in layout.rows if row.pieces}
    assert starts <= borders


@pytest.mark.parametrize(
    ("bidi", "language", "text", "own", "mode"),
    [
        ("auto", "sw", "habari", None, "logical"),
        ("auto", "ar", "habari", None, "list"),
        ("auto", "ff", "𞤀𞤣𞤤𞤢𞤥", None, "list"),
        ("auto", "sw", "habari", "ar", "list"),  # a text's own language
        ("auto", "ar", "habari", "sw", "logical"),
        ("auto", "ar", "habari", 7, "list"),
        ("logical", "ar", "سلام", None, "logical"),
        ("list", "sw", "habari", None, "list"),
    ],
)
def test_a_page_opens_as_the_project_and_the_language_have_it(
    bidi: Bidi, language: str, text: str, own: object, mode: Mode
) -> None:
    meta = {} if own is None else {"language": own}
    assert opening_mode(bidi, language, Document(1, "d", text, meta=meta)) == mode


@pytest.mark.parametrize(
    ("lines", "kept", "page"),
    [
        (24, ["status", "title", "labels", "footer", "rule2", "rule"], 18),
        (8, ["status", "title", "labels", "footer", "rule2", "rule"], 2),
        (7, ["status", "title", "labels", "footer", "rule2"], 2),
        (5, ["status", "title", "labels"], 2),
        (3, ["status"], 2),
        (2, [], 2),
        (1, [], 1),
    ],
)
def test_a_low_window_keeps_the_line_that_is_typed_on(
    lines: int, kept: list[str], page: int
) -> None:
    assert frame(lines) == kept
    assert window(80, lines) == (79, page)
