"""What the environment says of a terminal."""

from __future__ import annotations

import fcntl
import os
import struct
import termios
from collections.abc import Iterator

import pytest
from textual.app import App

from tonemark.text import visible
from tonemark.tui.terminal.facts import COLOURS, colours, encodings, facts, is_utf8, tmux_client
from tonemark.tui.terminal.samples import IN_SHORT, SAMPLES


@pytest.fixture
def screen() -> Iterator[int]:
    far, near = os.openpty()
    fcntl.ioctl(near, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    yield near
    os.close(far)
    os.close(near)


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "tmux-256color", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "screen"}, "standard"),
        ({"TERM": "linux"}, "standard"),
        ({"TERM": "vt100"}, "standard"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "none"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "none"),
    ],
)
def test_colours_are_those_that_the_screen_uses(
    environment: dict[str, str], found: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert colours(environment) == found
    assert found in COLOURS
    for name in ("TERM", "COLORTERM", "NO_COLOR", "TEXTUAL_COLOR_SYSTEM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app: App[None] = App(ansi_color=True)
    assert ("none" if app.no_color else app.console.color_system) == found


@pytest.mark.parametrize(
    ("environment", "drawn"),
    [
        ({}, (80, 24)),
        ({"COLUMNS": "200"}, (200, 24)),
        ({"COLUMNS": "x", "LINES": "-1"}, (80, 24)),
        ({"LINES": "50"}, (80, 50)),
    ],
)
def test_the_size_is_the_terminals_unless_a_variable_says_otherwise(
    environment: dict[str, str], drawn: tuple[int, int], screen: int
) -> None:
    found = facts(screen, environment)
    assert (found.size, found.drawn) == ((80, 24), drawn)


@pytest.mark.parametrize(
    ("environment", "program", "through"),
    [
        ({}, "", ()),
        ({"SSH_CONNECTION": "a 1 b 2"}, "", ("ssh",)),
        ({"SSH_TTY": "/dev/pts/1", "TMUX": "/x,1,0"}, "", ("ssh", "tmux")),
        ({"STY": "1.pts", "VTE_VERSION": "7006"}, "VTE 7006", ("screen",)),
        ({"TERM_PROGRAM": "WezTerm"}, "WezTerm", ()),
        ({"KITTY_WINDOW_ID": "3"}, "kitty", ()),
    ],
)
def test_what_stands_between_is_named(
    environment: dict[str, str],
    program: str,
    through: tuple[str, ...],
    screen: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tonemark.tui.terminal.facts._ancestors", list)
    found = facts(screen, environment)
    assert (found.program, found.through) == (program, through)


def test_mosh_is_known_by_its_process(screen: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "tonemark.tui.terminal.facts._ancestors", lambda: ["sh", "mosh-server", "init"]
    )
    assert facts(screen, {"SSH_CONNECTION": "a 1 b 2"}).through == ("mosh",)


def test_encodings_by_their_names() -> None:
    assert all(map(is_utf8, ("utf-8", "UTF8", "utf_8")))
    assert not any(map(is_utf8, ("ascii", "iso8859-1", "ANSI_X3.4-1968")))
    assert encodings().locale_name


def test_there_is_no_tmux_to_ask_outside_it() -> None:
    assert tmux_client({}) is None
    assert tmux_client({"TMUX": "/nowhere/at/all,1,0"}) is None


def test_samples_are_sent_as_they_are() -> None:
    assert all(visible(sample.text) == sample.text for sample in SAMPLES)
    assert all(sample.about for sample in SAMPLES)
    assert set(IN_SHORT) <= {sample.name for sample in SAMPLES}
