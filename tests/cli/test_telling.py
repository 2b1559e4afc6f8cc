"""What commands print fits the terminal: at words, in cells, commands and numbers whole."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark.cli import progress
from tonemark.cli.reporting import COUNTED, counts
from tonemark.cli.telling import set_in
from tonemark.tui.page.cells import cells

COMMAND = "    tonemark new habari --lang sw --labels PER,ORG"
LONG = "There is no folder habari, nor is there one of a name that is like it, anywhere at all."


def drawn(arguments: list[str], *, patience: float = 1.0, width: int = 80, code: int = 0) -> bytes:
    """All that a command sends to a terminal of that width, where a bar of `add` is shown after
    `patience` seconds.

    Each document is a batch, for the bar moves with those.
    """
    program = (
        "import sys\nfrom tonemark.cli import commands, progress\n"
        "from tonemark.corpus import intake\nintake.BATCH = 1\n"
        f"progress.PATIENCE = {patience}\nsys.exit(commands.run({arguments!r}))"
    )
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdin=inner, stdout=inner, stderr=inner
    )
    os.close(inner)
    sent = b""
    try:
        while data := os.read(outer, 65536):
            sent += data
    except OSError:  # Linux, when the last writer has gone
        pass
    os.close(outer)
    assert process.wait(60) == code, sent
    return sent


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        (LONG, None, [f"tonemark: {LONG}"]),
        ("ni moja", 80, ["tonemark: ni moja"]),
        ("habari za asubuhi leo", 24, ["tonemark: habari za", "  asubuhi leo"]),
        (f"Do:\n{COMMAND}", 24, ["tonemark: Do:", f"tonemark: {COMMAND}"]),
        ("a\x1b[2J", 80, ["tonemark: a␛[2J"]),
    ],
)
def test_lines_break_at_words_and_commands_do_not(
    text: str, width: int | None, lines: list[str]
) -> None:
    assert list(set_in(text, width, "tonemark: ")) == lines


@given(st.text(st.sampled_from("abc 字ọ"), min_size=1), st.integers(24, 100))
def test_no_line_is_wider_than_the_terminal(text: str, width: int) -> None:
    lines = list(set_in(text, width, "tonemark: "))
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).removeprefix("tonemark:").split()) == "".join(text.split())


def names(longest: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from("abc字ọ"), min_size=1, max_size=longest)


@given(
    st.lists(st.tuples(names(60), st.tuples(*[st.integers(0, 10**8)] * len(COUNTED))), min_size=1),
    st.integers(24, 80),
)
def test_counts_fit_and_stay_whole(rows: list[tuple[str, tuple[int, ...]]], width: int) -> None:
    lines = list(counts("annotator", COUNTED, rows, width))
    assert all(cells(line) <= width for line in lines)
    told = " ".join(lines).replace(",", " ").split()
    for _, numbers in rows:
        assert all(set(f"{number:,}".split(",")) <= set(told) for number in numbers)


def test_counts_stand_under_their_heads_in_cells() -> None:
    rows = [("字字", (1_000, 2)), ("abc", (3, 40))]
    assert list(counts("label", ("accepted", "spans"), rows, 80)) == [
        "  label accepted spans",
        "  字字     1,000     2",
        "  abc          3    40",
    ]
    assert list(counts("label", ("accepted", "spans"), rows, 18)) == [
        "  字字",
        "    1,000",
        "    accepted, 2",
        "    spans",
        "  abc",
        "    3 accepted, 40",
        "    spans",
    ]


def test_an_error_breaks_at_words_on_a_terminal_and_its_command_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    name = "a-folder-that-is-not-there"
    assert drawn(["status", name], width=48, code=1).decode().split("\r\n") == [
        "tonemark: There is no folder",
        f"  {name}.",
        "  Make one:",
        f"      tonemark new {name} --lang CODE --labels A,B",
        "",
    ]
    told = drawn(["add", name, "x.txt", "--format", "no format of that name"], width=40, code=2)
    lines = told.decode().split("\r\n")
    assert "  The formats are jsonl, spacy," in lines
    assert max(map(len, lines[1:])) <= 40  # the first, the usage, is set by click


@pytest.mark.parametrize("arguments", [(), ("--format", "text")])
@pytest.mark.parametrize("name", ["kp", "."])
def test_a_directory_is_told_as_one(
    arguments: tuple[str, ...],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    tonemark: Callable[..., Any],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kp").mkdir()
    tonemark("new", "p", "--lang", "sw", "--labels", "PER")
    told = tonemark("add", "p", name, *arguments, code=1).stderr
    assert f'"{name}" is a directory' in told
    assert "*.txt" in told


@pytest.mark.parametrize("patience", [1000.0, 0.0])
def test_only_the_result_of_a_file_stays_on_the_screen(
    patience: float, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    tonemark("new", tmp_path / "p", "--lang", "sw", "--labels", "PER")
    paths = [tmp_path / "moja.txt", tmp_path / "pili.txt"]
    for path in paths:
        text = "".join(f"{path.name} {number}\n" for number in range(9))
        path.write_text(text, encoding="utf-8")
    sent = drawn(["add", str(tmp_path / "p"), *map(str, paths)], patience=patience)
    assert (b"[" in sent) == (patience == 0)
    kept = sent.decode().replace("\x1b[?25h", "").split("\r\x1b[K")[-1]
    assert kept.split("\r\n") == ["moja.txt: 9 added", "pili.txt: 9 added", ""]
    assert "\n" not in sent.decode()[: -len(kept)]


def test_a_status_fits_the_terminal(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    tonemark("new", tmp_path / "p", "--lang", "sw", "--labels", "PER")
    record = {
        "text": "Asha yuko",
        "answer": "accept",
        "_annotator_id": "a" * 32,
        "spans": [{"start": 0, "end": 4, "label": "字" * 30}],
    }
    (tmp_path / "t.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    tonemark("add", tmp_path / "p", tmp_path / "t.jsonl")
    assert all(cells(line) <= 80 for line in tonemark("status", tmp_path / "p").stdout.splitlines())
    lines = drawn(["status", str(tmp_path / "p")], width=40).decode().split("\r\n")
    assert "    1 accepted, 0 rejected, 0 ignored, 0" in lines
    assert all(cells(line) <= 40 for line in lines)


def test_the_patience_of_a_bar_is_a_second() -> None:
    assert progress.PATIENCE >= 1
