"""What goes over the line: few bytes a key, one opening, and the cursor on the focus."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from terminal import Terminal

MOVES = ("right", "right", "space", "space", "left", "down", "up", "right", "space", "right")
BUDGET = {"truecolor": 220, "16": 140}
"""Bytes a move, the median (DESIGN.md, "Speed")."""


@pytest.fixture
def demo(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """A project of the texts of the demo, none of them seen before."""
    texts = Path(__file__).resolve().parents[2] / "src" / "tonemark" / "demo" / "documents.jsonl"
    folder = tmp_path / "habari"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,ORG,LOC")
    tonemark("add", folder, texts)
    return folder


@pytest.fixture
def opened(demo: Path) -> Iterator[Callable[..., Terminal]]:
    """Opens the annotate screen in a pty."""
    terminals: list[Terminal] = []

    def open_(colours: str) -> Terminal:
        command = [sys.executable, "-m", "tonemark", "annotate", str(demo), "--as", "amina"]
        terminals.append(Terminal(command, os.environ, 80, 24, colours))
        assert terminals[-1].wait(lambda lines: "saved" in lines[0], seconds=60)
        terminals[-1].rest()
        return terminals[-1]

    yield open_
    for each in terminals:
        each.close()


@pytest.mark.parametrize("colours", BUDGET)
def test_a_move_and_the_opening_cost_few_bytes(
    opened: Callable[..., Terminal], colours: str
) -> None:
    terminal = opened(colours)
    assert terminal.received < 4000, "the opening is sent once"
    terminal.press("escape")  # the first steps
    terminal.rest()
    sent = []
    for key in MOVES:
        terminal.press(key)
        sent.append(terminal.settle())
    assert 0 < median(sent) <= BUDGET[colours]
    terminal.press("\x0c")
    assert terminal.settle() > 500, "the whole screen, on request"


def test_the_terminals_own_cursor_is_on_the_focus(demo: Path, terminal: Callable[..., Any]) -> None:
    """Screen readers and braille lines follow it."""
    term = terminal("annotate", demo, "--as", "amina")
    screen = term.wait("first steps")
    for key in ("Space", "Right", "Left"):
        column, line = term.cursor()
        focused = screen.splitlines()[-2].split(" · ")[0].strip()
        assert screen.splitlines()[line][column:].startswith(focused)
        term.send(key)
        screen = term.wait(lambda now, before=screen: now != before)
    term.send("c")
    term.send("-l", "maoni")
    screen = term.wait("maoni")
    column, line = term.cursor()
    assert line == 22
    assert screen.splitlines()[line][:column].endswith("maoni")


def test_a_locale_without_our_letters_is_not_believed(
    demo: Path, terminal: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    terminal("annotate", demo, "--as", "amina").wait("● saved")
