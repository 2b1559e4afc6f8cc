"""What all tests share: a home of their own, and real terminals."""

from __future__ import annotations

# Textual reads them once: else they would hang on which test is collected first, and in xdist's
# workers on what the process that started them had loaded.
from tonemark.tui.settings import SETTINGS  # isort: split

import itertools
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import textual.constants  # noqa: F401

# Modules that several rooms' tests share stand beside this one.
sys.path.insert(0, str(Path(__file__).resolve().parent))

# A shell has what it starts in the background ignore Ctrl-C, and all that is started there.
signal.signal(signal.SIGINT, signal.default_int_handler)

_numbers = itertools.count(1)

HOMES = ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")

CORPORA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"


@pytest.fixture(scope="session", autouse=True)
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The home of what is made once for many tests."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in HOMES:
            patch.setenv(name, str(home / name.lower()))
        patch.delenv("TONEMARK_ANNOTATOR", raising=False)
        yield home


@pytest.fixture(autouse=True)
def own_home(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from or written to the home of whoever runs the tests. The folder is there
    only if a test writes to it: most need none."""
    home = shared_home / str(next(_numbers))
    for name in HOMES:
        monkeypatch.setenv(name, str(home / name.lower()))
    # xdist tells its workers the width of the terminal.
    # And what a test starts has to set its own.
    for name in ("TONEMARK_ANNOTATOR", "COLUMNS", "LINES", *SETTINGS):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The evaluation corpora, where they stand beside the checkout."""
    if not CORPORA.is_dir():
        pytest.skip("the evaluation corpora are not beside this checkout")
    return CORPORA


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packages (see `packages.install`), seen by this process and those it starts."""
    from packages import seen

    with seen(tmp_path / "site", monkeypatch) as folder:
        yield folder


@pytest.fixture
def tonemark() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the command line in this process: commands are many. Where the process itself is what is
    tested, `run_tonemark` starts one."""
    from making import run_here

    def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = run_here(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


class Tmux:
    """A program in a real terminal: tmux on a socket of its own."""

    DEADLINE = 60.0

    def __init__(self, command: list[str], columns: int, lines: int) -> None:
        self._tmux = ["tmux", "-L", f"tonemark-{uuid.uuid4().hex[:12]}", "-f", os.devnull]
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        subprocess.run(
            [
                *self._tmux,
                *("new-session", "-d", "-x", str(columns), "-y", str(lines), *command),
                *(";", "set", "remain-on-exit", "on"),
            ],
            check=True,
            env=environment,
            timeout=self.DEADLINE,
        )

    def screen(self) -> str:
        """What stands on the screen now."""
        return self._ask("capture-pane", "-p")

    def send(self, *keys: str) -> None:
        """Press keys, by tmux's names (`Enter`, `BSpace`, or the character)."""
        self._ask("send-keys", *keys)

    def wait(self, wanted: str | Callable[[str], bool]) -> str:
        """The screen, as soon as it holds a text or satisfies a condition."""
        deadline = time.monotonic() + self.DEADLINE
        while time.monotonic() < deadline:
            ended = self.ended()
            screen = self.screen()
            if wanted in screen if isinstance(wanted, str) else wanted(screen):
                return screen
            if ended:
                break
            time.sleep(0.005)
        raise AssertionError(f"{wanted} did not come; the screen is\n{self.screen()}")

    def pid(self) -> int:
        """The process id of the program."""
        return int(self._ask("display", "-p", "#{pane_pid}"))

    def cursor(self) -> tuple[int, int]:
        """Where the terminal's own cursor is: column and line, from 0."""
        column, line = self._ask("display", "-p", "#{cursor_x},#{cursor_y}").strip().split(",")
        return int(column), int(line)

    def ended(self) -> bool:
        """Whether the program has ended."""
        return self._ask("display", "-p", "#{pane_dead}").strip() == "1"

    def resize(self, columns: int, lines: int) -> None:
        """Resize the window."""
        self._ask("resize-window", "-x", str(columns), "-y", str(lines))

    def paste(self, text: str) -> None:
        """Paste, bracketed as terminals do it."""
        self._ask("set-buffer", text)
        self._ask("paste-buffer", "-p")

    def close(self) -> None:
        """End the terminal and what runs in it."""
        subprocess.run([*self._tmux, "kill-server"], capture_output=True, timeout=self.DEADLINE)

    def _ask(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, timeout=self.DEADLINE, check=True
        )
        return done.stdout.decode()


@pytest.fixture
def terminal() -> Iterator[Callable[..., Tmux]]:
    """Opens `tonemark ARGUMENTS` in a terminal; skips where tmux is missing."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    opened: list[Tmux] = []

    def open_(
        *arguments: object, columns: int = 80, lines: int = 24, flags: tuple[str, ...] = ()
    ) -> Tmux:
        command = [sys.executable, *flags, "-m", "tonemark", *map(str, arguments)]
        opened.append(Tmux(command, columns, lines))
        return opened[-1]

    yield open_
    for each in opened:
        each.close()
