"""Cells of a terminal: our table, what a real terminal shows, and that Rich and Textual agree."""

from __future__ import annotations

import ctypes
import json
import locale
import os
import shutil
import subprocess
import sys
import unicodedata
import uuid
from pathlib import Path

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import wcwidth

from tonemark.text import graphemes, visible
from tonemark.tui.page import cells as module
from tonemark.tui.page.cells import (
    cells,
    character_cells,
    fit,
    is_disputed,
    split,
    told_apart_names,
)

# The scripts of the demo: here our count is the terminal's own.
EXACT = {
    "Latin": "Samia Suluhu ng’ombe ɓaɗe ŋ…",
    "Latin with NFD tone marks": "E\u0323\u0300ko\u0323\u0301 o\u0323\u0300re\u0323\u0301 n\u0301",
    "Hmong RPA": "Vaj-Pov Lis Maiv Xyooj",
    "Ethiopic": "አበበ፡ቢቂላ። ፲፪",
    "Adlam": "𞤀𞤣𞤤𞤢𞤥 𞤆𞤵𞤤𞤢𞥄𞤪",
    "N'Ko": "ߒߞߏ ߓߊ߬ߡߊ߬ߞߐ߫߸",
    "Pahawh Hmong": "𖬌𖬣𖬵 𖬀𖬲 𖬹",
    "Nyiakeng Puachue Hmong": "𞄀𞄤𞄰𞄫 𞄁𞄦𞄱",
    "Vai": "ꕙꔤ ꘋꕨ꘎",
    "Tifinagh": "ⵜⴰⵎⴰⵣⵉⵖⵜ",
    "Arabic": "كِتَاب، كتــاب؟ ٣٫٥",
    "stand-ins": visible("a\tb\nc\r\n\x1b\x7f\x9b\xa0\xad\u200b\u2060\ufeff\u202e\u0301"),
    "Chinese, Hangul": "中文 한글 각",
    "Khmer, Burmese": "ខ្មែរ ភាសា မြန်မာ ဘာသာ",
    "Devanagari": "हिन्दी भाषा",
}

# Here terminals differ; ours is the largest count.
AT_LEAST = {
    "skin tone": ("👍🏽", 4),
    "joined emoji": ("👩\u200d👩\u200d👧", 6),
    "heart as emoji": ("❤\ufe0f", 2),
    "keycap": ("1\ufe0f\u20e3", 2),
    "flag": ("🇰🇪", 4),
    "joiner between letters": ("م\u200cخ", 2),
    "selector on a letter": ("a\ufe0f", 1),
    "wide emoji with a selector": ("👍\ufe0f", 2),
}

PROBE = """
import json, os, sys, termios, tty
samples, out = json.loads(sys.argv[1]), sys.argv[2]
tty.setraw(0)
columns = {}
for name, text in samples.items():
    os.write(1, b"\\r\\x1b[2K" + text.encode() + b"\\x1b[6n")
    answer = b""
    while not answer.endswith(b"R"):
        answer += os.read(0, 1)
    columns[name] = int(answer[:-1].rpartition(b";")[2]) - 1
with open(out + ".part", "w") as stream:
    json.dump(columns, stream)
os.rename(out + ".part", out)
"""


def columns_in_tmux(samples: dict[str, str], folder: Path) -> dict[str, int]:
    """Where tmux puts the cursor after each sample, asked with CSI 6n."""
    tmux = ["tmux", "-L", f"tonemark-{uuid.uuid4().hex[:12]}", "-f", os.devnull]
    out = folder / "columns.json"
    probe = [sys.executable, "-c", PROBE, json.dumps(samples), str(out)]
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
    shown = ["sh", "-c", '"$@"; tmux wait-for -S measured; exec cat', "sh", *probe]
    try:
        subprocess.run(
            [*tmux, "new-session", "-d", "-x", "120", "-y", "10", *shown],
            check=True,
            env=environment,
            timeout=60,
        )
        subprocess.run([*tmux, "wait-for", "measured"], check=True, timeout=60)
    finally:
        subprocess.run([*tmux, "kill-server"], capture_output=True, timeout=60)
    columns: dict[str, int] = json.loads(out.read_text())
    return columns


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_counts_what_a_terminal_shows(tmp_path: Path) -> None:
    columns = columns_in_tmux(
        {**EXACT, **{name: text for name, (text, _) in AT_LEAST.items()}}, tmp_path
    )
    assert {name: cells(text) for name, text in EXACT.items()} == {
        name: columns[name] for name in EXACT
    }
    for name, (text, _) in AT_LEAST.items():
        assert cells(text) >= columns[name], name


@pytest.mark.parametrize(("text", "expected"), AT_LEAST.values(), ids=AT_LEAST.keys())
def test_counts_the_most_where_terminals_differ(text: str, expected: int) -> None:
    assert cells(text) == expected


TEXTS = st.text(
    st.one_of(
        st.sampled_from("abẹ\u0323\u0301中한ក្ខា𞤀𞥄👩🏽❤1\ufe0f\u200d\u20e3🇰🇪क\u093e\u094d "),
        st.characters(),
    ),
    max_size=20,
).map(visible)


@given(TEXTS)
def test_cells_add_up_over_clusters(text: str) -> None:
    assert sum(cells(text[start:end]) for start, end in graphemes(text)) == cells(text)
    assert cells(text) >= len(regex.findall(r"\p{L}|\p{N}|\p{P}", text)) - len(
        regex.findall(r"[\u1160-\u11FF\uD7B0-\uD7FF]", text)  # vowels and finals of jamo
    )


@given(TEXTS, st.integers(0, 12))
def test_fit_is_the_longest_beginning_in_whole_clusters(text: str, width: int) -> None:
    kept, rest = split(text, width)
    assert kept + rest == text
    assert kept == fit(text, width)
    assert cells(kept) <= width
    assert len(kept) in {0, *(end for _, end in graphemes(text))}
    if rest:
        assert cells(kept) + cells(rest[: graphemes(rest)[0][1]]) > width


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_REMEMBERED", 10)
    module._remembered.clear()
    for number in range(100):
        cells(f"ẹ{number}")
    assert len(module._remembered) <= 10
    cells("ẹ" * 10_000)
    assert all(len(text) < 100 for text in module._remembered)


# In a process of its own: the patch reaches into modules that every other test shares.
AGREEMENT = """
import rich.cells, textual._compositor, textual._wrap, textual.strip, textual.widgets._input
from rich.segment import Segment
from textual.strip import Strip
from tonemark.text import graphemes
from tonemark.tui import patches
from tonemark.tui.page.cells import cells

text = "Ẹ̀kọ́ ខ្មែរ မြန်မာ 👩‍👩‍👧 ❤️中b"
assert rich.cells.cell_len(text) != cells(text)
assert patches.install() and patches.install()
import textual.widgets._button
measures = (
    rich.cells.cell_len, rich.cells.cached_cell_len, textual.strip.cell_len,
    textual._compositor.cell_len, textual._wrap.cell_len, textual.widgets._button.cell_len,
    lambda text: Segment(text).cell_length, lambda text: Strip([Segment(text)]).cell_length,
)
assert {measure(text) for measure in measures} == {cells(text)}
assert textual._wrap.get_character_cell_size("ာ") == 1
borders = {0, *(end for _, end in graphemes(text))}
for width in range(cells(text) + 1):
    strip = Strip([Segment(text)])
    left, right = strip.crop(0, width), strip.crop(width)
    assert (left.cell_length, right.cell_length) == (width, cells(text) - width), width
    assert len(left.text.rstrip(" ")) in borders, width
    assert cells(rich.cells.set_cell_size(text, width)) == width
assert "".join(rich.cells.chop_cells(text, 6)) == text
"""

GONE = """
import rich.cells
stock = rich.cells.cell_len
del rich.cells._split_text
from tonemark.tui import patches
assert patches.install() is False
assert rich.cells.cell_len is stock
"""


@pytest.mark.parametrize("script", [AGREEMENT, GONE], ids=["they agree", "names are gone"])
def test_rich_and_textual(script: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_only_spacing_marks_differ_from_wcwidth() -> None:
    """What is known without it is what it says; the three others are never shown as they are."""
    differing = {
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if character_cells(character) != max(wcwidth(character), 0)
    }
    spacing = {c for c in differing if unicodedata.category(c) == "Mc"}
    differing -= set(map(chr, range(0x3248, 0x3250)))
    assert len(spacing) > 300
    assert differing - spacing <= {"\u2028", "\u2029", "\uffa0"}


@pytest.mark.parametrize(
    ("cluster", "disputed"),
    [
        *(
            (each, False)
            for each in ["a", "ẹ́", "ሰ", "𞤀", "𞤢𞥄", "ߞߊ߲", "ꕉ", "ⵣ", "中", "ภ", "ع", "𖬖", "𞄐"]
        ),
        *(
            (each, True)
            for each in ["को", "မ", "✌️", "👍🏽", "1️⃣", "\U0001f1f0\U0001f1ea", "\U00010d4a"]
        ),
    ],
)
def test_clusters_whose_width_terminals_dispute(cluster: str, disputed: bool) -> None:
    assert is_disputed(cluster) is disputed


def test_whatever_the_c_library_counts_otherwise_is_disputed() -> None:
    """A letter that tears its row here tears it in tmux and in many terminals."""
    libc = ctypes.CDLL(None)
    libc.setlocale.restype = ctypes.c_char_p
    before = libc.setlocale(locale.LC_CTYPE, None)
    if not hasattr(libc, "wcwidth") or not libc.setlocale(locale.LC_CTYPE, b"C.UTF-8"):
        pytest.skip("no C library with a UTF-8 locale")
    try:
        torn = [
            f"U+{code:04X}"
            for code in range(0x20, sys.maxunicode + 1)
            if not 0xD800 <= code < 0xE000
            and visible(chr(code)) == chr(code)
            and libc.wcwidth(code) != character_cells(chr(code))
            and not is_disputed(chr(code))
        ]
    finally:
        libc.setlocale(locale.LC_CTYPE, before)
    assert not torn


TEAM = [f"annotator{n:02}_of_the_team_in_Nairobi" for n in range(1, 13)]

NAMES: dict[str, tuple[list[str], int, list[str]]] = {
    "with room": (["amina", "bello"], 13, ["amina", "bello"]),
    "cut at the end": (["amina_of_Kisumu", "bello_of_Kano"], 8, ["amina_o…", "bello_o…"]),
    "differing near the beginning": (TEAM[:2], 13, ["annotator01_…", "annotator02_…"]),
    "differing in the middle": (TEAM[:2], 8, ["an…1_of…", "an…2_of…"]),
    "differing at the end": (["team_in_Kano_01", "team_in_Kano_02"], 9, ["tea…no_01", "tea…no_02"]),
    "one the beginning of another": (["x" * 9, "x" * 10], 8, ["xx…xxxx", "xx…xxxxx"]),
    "wide": (["语言文字语言一", "语言文字语言二"], 8, ["语…言一", "语…言二"]),
    "the same one twice": ([TEAM[0], TEAM[0]], 8, ["annotat…", "annotat…"]),
    "no room": (["amina", "bello"], 1, ["a", "b"]),
}


@pytest.mark.parametrize("case", NAMES)
def test_what_names_share_is_left_out_where_they_are_cut(case: str) -> None:
    names, width, wanted = NAMES[case]
    assert told_apart_names(names, width) == wanted


@given(st.lists(st.text(), max_size=6), st.integers(0, 12))
def test_names_told_apart_have_room(names: list[str], width: int) -> None:
    shown = told_apart_names(names, width)
    assert len(shown) == len(names)
    assert all(cells(name) <= width for name in shown)


@pytest.mark.parametrize("width", range(6, 34))
def test_a_team_is_told_apart(width: int) -> None:
    assert len({*told_apart_names(TEAM, width)}) == len(TEAM)
