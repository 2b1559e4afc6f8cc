"""Screens to read: help that follows the key table, guidelines, metadata; any text, any width."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.corpus.desk import Desk
from tonemark.corpus.labels import Label
from tonemark.corpus.records import Record
from tonemark.corpus.spans import Suggestion
from tonemark.text import graphemes, short, visible
from tonemark.tui.page.cells import cells
from tonemark.tui.page.columns import column, keys_line, kwic, wrap_runs, wrapped
from tonemark.tui.page.help import GROUPS, help_lines
from tonemark.tui.page.keys import ACTION, ACTIONS, MORE, key_table
from tonemark.tui.page.render import Look
from tonemark.tui.screens.annotate import AnnotateScreen
from tonemark.tui.screens.reading import GUIDELINES_LIMIT, guidelines_text

Play = Callable[..., Any]
DeskAt = Callable[..., Desk]

texts = st.text(
    st.sampled_from("ab c\td ọ\u0301\u0323 漢字 🇰🇪 𞤀𞤥 \u202e\x1b\x07\u200d👩🏽 \r\n"), max_size=60
) | st.text(max_size=30)  # fmt: skip


# Columns


@given(texts, st.integers(0, 40), st.booleans())
def test_a_column_has_exactly_its_cells(text: str, width: int, right: bool) -> None:
    shown = column(text, width, right=right)
    assert cells(shown) == width
    assert visible(shown) == shown or unicodedata.category(shown.strip()[0])[0] == "M"
    if cells(visible(text)) <= width:
        assert shown.strip() == visible(text).strip()


@given(texts, texts.filter(bool), texts, st.integers(3, 100))
def test_a_hit_stands_in_the_middle(left: str, hit: str, right: str, width: int) -> None:
    before, middle, after = kwic(left, hit, right, width)
    assert cells(before) + cells(middle) + cells(after) == width
    assert abs(cells(before) - cells(after)) <= 1


@given(texts, st.integers(1, 40))
def test_wrapping_keeps_every_cluster_within_the_width(text: str, width: int) -> None:
    lines = list(wrapped(text, width))
    assert len(lines) >= text.count("\n") + 1
    for line in lines:
        assert cells(line) <= width or len(graphemes(line)) == 1
    plain = text.replace("\r\n", "\n").removesuffix("\r").replace("\t", "    ")
    words = "".join("".join(visible(w) for w in line.split(" ")) for line in plain.split("\n"))
    assert "".join(lines).replace(" ", "") == words.replace(" ", "")


def test_a_word_of_a_megabyte_wraps_in_no_quadratic_time() -> None:
    # Cut anew from its rest for each line it took ten minutes, to open guidelines or metadata.
    assert sum(1 for _ in wrapped("x" * 1_000_000, 80)) == 12_500


def test_a_cut_leaves_no_joiner_at_its_edge() -> None:
    # Beside other text it would be shown as ‹ZWNJ›, in more cells than were counted.
    for shown in (column("می\u200cخواهم", 3), short("می\u200cخواهم", 3)):
        assert shown == "می…"
        assert visible(f"a{shown}b") == f"a{shown}b"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("moja mbili tatu", 10, ["moja mbili", "tatu"]),
        ("moja mbili", 4, ["moja", "mbil", "i"]),
        ("  - moja\n\nmbili", 9, ["  - moja", "", "mbili"]),
        ("", 5, [""]),
        ("ọjọ́ ọjọ́", 3, ["ọjọ́", "ọjọ́"]),
        ("漢字漢", 3, ["漢", "字", "漢"]),
        ("漢", 1, ["漢"]),
    ],
)
def test_lines_are_broken_at_spaces(text: str, width: int, lines: list[str]) -> None:
    assert list(wrapped(text, width)) == lines


def test_runs_are_wrapped_with_their_looks() -> None:
    runs = [("moja ", Look("key")), ("mbili tatu", Look("text"))]
    assert wrap_runs(runs, 10, 2) == [
        [("moja ", Look("key")), ("mbili", Look("text"))],
        [("  ", Look("blank")), ("tatu", Look("text"))],
    ]


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (80, " a accept   s search   h help   q back"),
        (36, " a accept  s search  h help  q back"),
        (30, " a accept  h help  q back"),
        (20, " h help  q back"),
        (9, " q back"),
        (1, " q back"),
    ],
)
def test_help_and_the_way_back_stay_longest_in_the_footer(width: int, line: str) -> None:
    pairs = [("a", "accept"), ("s", "search"), ("h", "help"), ("q", "back")]
    assert "".join(text for text, _ in keys_line(pairs, width)) == line


# Help


def text_of(lines: Any) -> str:
    return "\n".join("".join(text for text, _ in line) for line in lines)


def test_every_action_is_in_the_help_once() -> None:
    text = text_of(help_lines(key_table({}), [], 200))
    for action in ACTIONS:
        if action.id != MORE:
            assert text.count(action.about) == (1 if action.keys else 0), action.id
    assert all(name in ACTION for _, names in GROUPS for name in names)


def test_the_help_shows_remapped_keys_and_labels_with_their_meaning() -> None:
    table = key_table({"1": "PER", "j": "LOC"}, {"reject": "X", "undo": ["u", "z"]})
    labels = [Label("PER", "people, also in stories"), Label("LOC"), Label("ORG")]
    lines = text_of(help_lines(table, labels, 80)).splitlines()
    by_key = {line.strip().split("  ")[0]: line for line in lines}
    assert "reject" in by_key["X"]
    assert "undo" in by_key["u z"]
    assert by_key["1"].endswith("PER: people, also in stories")
    assert "  j             LOC" in lines
    assert "0 and its name" in text_of(help_lines(table, labels, 80))
    hints = next(line for line in lines if "a hint" in line)
    assert " j " not in hints.split("(")[1] + " "


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_the_help_fits(width: int) -> None:
    labels = [Label("A" * 90, "ọ́" * 300)]
    for line in text_of(help_lines(key_table({"1": "A" * 90}), labels, width)).splitlines():
        assert cells(line) <= width


def test_help_comes_from_each_screen_with_the_keys_of_that_screen(
    desk_at: DeskAt, play: Play
) -> None:
    async def script(stage: Any) -> None:
        assert "On this screen" not in await stage.press("question_mark")
        assert "the end" in await stage.press("end")
        shown = await stage.press("q", "t", "d", "question_mark")
        assert "On this screen" in shown
        assert "next state" in shown
        await stage.press("q", "q")
        assert isinstance(stage.app.screen, AnnotateScreen)

    play(desk_at(), AnnotateScreen(), script)


# Guidelines


def write(folder: Path, kind: str) -> Path | None:
    path = folder / "guide.md"
    match kind:
        case "none":
            return None
        case "file":
            path.write_text("# Label\n\nnames\x1b[31m", encoding="utf-8")
        case "bom":
            path.write_bytes(b"\xef\xbb\xbf# Label")
        case "bytes":
            path.write_bytes(b"# Label \xff\xfe")
        case "long":
            path.write_bytes(b"# Label " + b"a" * GUIDELINES_LIMIT)
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
    return path


@pytest.mark.parametrize(
    ("kind", "begins"),
    [
        ("file", "# Label\n\nnames"),
        ("bom", "# Label"),
        ("bytes", "# Label ��"),
        ("long", "# Label aaa"),
        ("none", "This project has no guidelines."),
        (
            "missing",
            "guide.md, which project.toml names as the guidelines, cannot be read: No such",
        ),
        ("folder", "guide.md, which project.toml names as the guidelines, "),
        ("pipe", "guide.md, which project.toml names as the guidelines, is not a file."),
    ],
)
def test_guidelines_are_read_or_it_is_said_why_not(tmp_path: Path, kind: str, begins: str) -> None:
    text = guidelines_text(write(tmp_path, kind))
    assert text.startswith(begins)
    assert len(text) <= GUIDELINES_LIMIT + 100


def test_guidelines_are_scrolled_by_the_plain_moves(desk_at: DeskAt, play: Play) -> None:
    desk = desk_at(guidelines="guide.md")
    text = "\n".join(f"line {n}\x1b]0;x\x07" for n in range(1, 101))
    (desk.project.folder / "guide.md").write_text(text, encoding="utf-8")

    async def script(stage: Any) -> None:
        shown = await stage.press("t", "g")
        assert "line 1␛" in shown
        assert "\x1b" not in shown
        assert "more below" in shown
        cases = {
            "down": "line 2␛",
            "up": "line 1␛",
            "pagedown": "line 19␛",
            "space": "line 37␛",
            "enter": "line 55␛",
            "pageup": "line 37␛",
            "end": "line 82␛",
            "home": "line 1␛",
        }
        for key, first in cases.items():
            assert (await stage.press(key)).splitlines()[2].strip().startswith(first), key
        assert "the end" in await stage.press("end")
        assert "nothing is on this key" in await stage.press("x")
        await stage.press("escape")
        assert isinstance(stage.app.screen, AnnotateScreen)

    play(desk, AnnotateScreen(), script)


# Metadata


def test_metadata_and_neighbours(desk_at: DeskAt, play: Play) -> None:
    suggestion = Suggestion(0, 4, "PER", ("gazetteer:asha", "model:m"), 0.5)
    meta = {"title": "Habari\x1b[31m", "tags": ["a", "ọ́"], "n": 3}
    records = [
        Record(1, 1, "Kwanza."),
        Record(2, 2, "Asha yuko.", key="k-2", meta=meta, suggestions=(suggestion,)),
        Record(3, 3, "z" * 3000),
    ]

    async def script(stage: Any) -> None:
        await stage.press("c")
        await stage.type("hm")
        shown = await stage.press("t", "i")
        for part in (
            "k-2", "habari.txt", "title: Habari␛[31m", '"ọ́"', "n: 3", "comment     hm",
            "Asha: ??PER, gazetteer:asha and model m (score 0.50)", "Kwanza.", "the document after",
        ):  # fmt: skip
            assert part in shown, part
        assert "(1,000 more characters)" in await stage.press("end")

    play(desk_at(records), AnnotateScreen(2), script, size=(80, 40))


@pytest.mark.parametrize("size", [(1, 1), (7, 5), (40, 10), (80, 24), (160, 60)])
def test_any_size_will_do(desk_at: DeskAt, play: Play, size: tuple[int, int]) -> None:
    async def script(stage: Any) -> None:
        for way in (("question_mark",), ("t", "g"), ("t", "i")):
            await stage.press(*way, "end", "down", "pageup", "home")
            await stage.resize(50, 12)
            await stage.resize(*size)
            await stage.press("q")
        assert isinstance(stage.app.screen, AnnotateScreen)

    play(desk_at(), AnnotateScreen(), script, size=size)
