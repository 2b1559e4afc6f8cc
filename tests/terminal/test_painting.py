"""What the painter sends, in a terminal that counts some clusters otherwise than we do."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from rich.segment import Segment
from rich.style import Style

from tonemark.tui.painter import Painter
from tonemark.tui.theme import sgr

WIDTH, HEIGHT, SEEDS = 80, 6, 40
WORDS = [
    *"Samia ọ̀jọ́ ሰላም 日本 को हिन्दी ភាសា မြန်မာ 👍 ✌️ 1️⃣ ☰ ㉈ 🇰🇪 \U00010d4a\U00010d4b 𞤀𞤣 ما x".split(),
    "  ",
    " ",
]
STYLES = (
    None,
    Style(reverse=True),
    Style(underline=True),
    Style(color="#000000", bgcolor="#56b4e9"),
)


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """What tmux shows after some bytes."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    tmux = ["tmux", "-L", f"tonemark-{uuid.uuid4().hex[:12]}", "-f", os.devnull]
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    size = ["-x", str(WIDTH), "-y", str(HEIGHT)]
    subprocess.run([*tmux, "new-session", "-d", *size, "sleep 600"], env=environment, check=True)

    def show(sent: str) -> str:
        file = tmp_path / uuid.uuid4().hex
        file.write_text(f"\x1b[?7l\x1b[?25l{sent}", encoding="utf-8")
        done = f"{file}.done"
        command = f"cat {file}; tmux wait-for -S x 2>/dev/null; touch {done}; sleep 600"
        pane = subprocess.run(
            [*tmux, "new-window", "-d", "-P", "-F", "#{pane_id}", command],
            check=True, capture_output=True, text=True,
        ).stdout.strip()  # fmt: skip
        deadline = time.monotonic() + 60
        while not os.path.exists(done) and time.monotonic() < deadline:
            time.sleep(0.005)
        previous = None
        while True:  # until tmux has taken in all that was written
            capture = subprocess.run(
                [*tmux, "capture-pane", "-p", "-t", pane], check=True, capture_output=True
            ).stdout.decode()
            if capture == previous:
                return capture
            previous = capture

    yield show
    subprocess.run([*tmux, "kill-server"], capture_output=True)


def frame(random: Random) -> list[tuple[int, int, list[Segment]]]:
    """Some lines, drawn anew from some column on."""
    puts = []
    for _ in range(random.randint(1, 4)):
        words = [Segment(random.choice(WORDS), random.choice(STYLES)) for _ in range(9)]
        puts.append((random.choice((0, 0, 3, 17)), random.randrange(HEIGHT), words))
    return puts


def test_an_error_of_width_stays_where_it_is(shown: Callable[[str], str]) -> None:
    """Sent piece by piece or all at once: the same picture, however the terminal counts."""
    piecewise, at_once = [], []
    for seed in range(SEEDS):
        random = Random(seed)
        one, other = (Painter(lambda style: sgr(style, "truecolor")) for _ in range(2))
        one.resize(WIDTH, HEIGHT)
        other.resize(WIDTH, HEIGHT)
        sent = ""
        for _ in range(4):
            for x, y, segments in frame(random):
                one.put(x, y, segments)
                other.put(x, y, segments)
            sent += one.flush()
        piecewise.append(shown(sent))
        at_once.append(shown(other.flush()))
    differing = [seed for seed in range(SEEDS) if piecewise[seed] != at_once[seed]]
    assert not differing, "\n".join(
        f"{seed}:\n{piecewise[seed]}\nat once:\n{at_once[seed]}" for seed in differing[:3]
    )
