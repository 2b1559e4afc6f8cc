"""What the environment and the streams say of a terminal, before anything is asked of it.

Sends nothing to it (`reports` asks), and knows no screen library.
"""

from __future__ import annotations

import contextlib
import locale
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SMALLEST = (40, 10)
"""Columns and lines below which the page is cramped."""

COLOURS = {
    "truecolor": "16 million colours",
    "256": "256 colours",
    "standard": "16 colours",
    "none": "no colours",
}

_PATIENCE = 2.0
"""Seconds that tmux may take to answer."""


@dataclass(frozen=True)
class Facts:
    """What is known of a terminal without asking it.

    `size` is what the terminal has, `drawn` what the screen library will draw (columns, lines);
    `through` names what stands between: ssh, mosh, tmux, screen.
    """

    term: str
    program: str
    through: tuple[str, ...]
    size: tuple[int, int]
    drawn: tuple[int, int]
    colours: str


@dataclass(frozen=True)
class Encodings:
    """How text leaves and enters: Python's name of the encoding by stream, and the locale's.

    `locale_name` is the setting that decides; `is_known` tells whether this machine has it.
    """

    streams: Mapping[str, str]
    locale_name: str
    locale_encoding: str
    is_known: bool


@dataclass(frozen=True)
class TmuxClient:
    """The terminal that tmux itself draws on. `is_utf8` is None where none is attached."""

    version: str
    term: str
    is_utf8: bool | None


def terminal_streams() -> tuple[str, ...]:
    """Which of stdin, stdout and stderr are a terminal."""
    return tuple(
        name
        for name in ("stdin", "stdout", "stderr")
        if (stream := getattr(sys, f"__{name}__")) is not None and _is_terminal(stream.fileno())
    )


def _is_terminal(handle: int) -> bool:
    with contextlib.suppress(OSError):
        return os.isatty(handle)
    return False


def facts(handle: int, environment: Mapping[str, str] = os.environ) -> Facts:
    """What is known of the terminal behind a file descriptor."""
    try:
        columns, lines = os.get_terminal_size(handle)
    except OSError:
        columns = lines = 0
    return Facts(
        term=environment.get("TERM", ""),
        program=_program(environment),
        through=_through(environment),
        size=(columns, lines),
        drawn=(_told(environment, "COLUMNS") or columns, _told(environment, "LINES") or lines),
        colours=colours(environment),
    )


def _told(environment: Mapping[str, str], name: str) -> int:
    """What `shutil.get_terminal_size`, which Textual asks, takes from a variable; 0 for nothing."""
    with contextlib.suppress(KeyError, ValueError):
        return max(0, int(environment[name]))
    return 0


def colours(environment: Mapping[str, str] = os.environ) -> str:
    """What the screen will use, a key of `COLOURS`."""
    from tonemark.tui.theme import console_colors

    system, labels = console_colors(environment)
    return "none" if labels == "none" or system is None else system


def _program(environment: Mapping[str, str]) -> str:
    """The terminal's own name and version, where it leaves them in the environment."""
    name = environment.get("TERM_PROGRAM", "")
    if name:
        return f"{name} {environment.get('TERM_PROGRAM_VERSION', '')}".strip()
    for variable, program in (
        ("KONSOLE_VERSION", "Konsole"),
        ("VTE_VERSION", "VTE"),
        ("WT_SESSION", "Windows Terminal"),
        ("KITTY_WINDOW_ID", "kitty"),
        ("XTERM_VERSION", "xterm"),
    ):
        if value := environment.get(variable, ""):
            return f"{program} {value}" if variable.endswith("_VERSION") else program
    return ""


def _through(environment: Mapping[str, str]) -> tuple[str, ...]:
    found = []
    if "mosh-server" in _ancestors():
        found.append("mosh")
    elif environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"):
        found.append("ssh")
    if environment.get("TMUX"):
        found.append("tmux")
    if environment.get("STY"):
        found.append("screen")
    return tuple(found)


def _ancestors() -> list[str]:
    """The names of the processes above this one, where /proc has them: mosh leaves no variable."""
    names, pid = [], os.getppid()
    with contextlib.suppress(OSError, ValueError, IndexError):
        while pid > 1:
            name, _, rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
            names.append(name.partition("(")[2])
            pid = int(rest.split()[1])
    return names


def encodings() -> Encodings:
    """How this process writes text, and what the locale would have it do."""
    streams = {
        name: stream.encoding.lower()
        for name in ("stdin", "stdout", "stderr")
        if (stream := getattr(sys, f"__{name}__")) is not None
    }
    given = _environment_at_start()
    name = next((v for key in ("LC_ALL", "LC_CTYPE", "LANG") if (v := given.get(key))), "C")
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        locale.setlocale(locale.LC_CTYPE, name)
    except locale.Error:
        return Encodings(streams, name, "", is_known=False)
    encoding = locale.nl_langinfo(locale.CODESET)
    locale.setlocale(locale.LC_CTYPE, before)
    return Encodings(streams, name, encoding, is_known=True)


def _environment_at_start() -> Mapping[str, str]:
    """The environment as it was given: Python sets LC_CTYPE in its own where the locale is C or
    unknown (PEP 538)."""
    try:
        given = Path("/proc/self/environ").read_bytes()
    except OSError:
        return os.environ
    entries = (os.fsdecode(entry).partition("=") for entry in given.split(b"\0"))
    return {name: value for name, _, value in entries}


def is_utf8(encoding: str) -> bool:
    """Whether a name of an encoding means UTF-8."""
    return encoding.lower().replace("-", "").replace("_", "") == "utf8"


def tmux_client(environment: Mapping[str, str] = os.environ) -> TmuxClient | None:
    """What tmux says of the terminal it draws on; None outside tmux, or where it does not answer.

    A tmux started in a locale without UTF-8 shows _ for every letter beyond ASCII, while the
    columns that it reports are right.
    """
    if not environment.get("TMUX"):
        return None
    wanted = "#{version}\t#{client_termname}\t#{client_utf8}"
    try:
        done = subprocess.run(
            ["tmux", "display-message", "-p", wanted],
            capture_output=True,
            timeout=_PATIENCE,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    parts = done.stdout.decode("utf-8", "replace").rstrip("\n").split("\t")
    if done.returncode or len(parts) != 3:
        return None
    version, term, utf8 = parts
    return TmuxClient(version, term, utf8 == "1" if utf8 else None)
