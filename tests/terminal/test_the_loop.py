"""From raw text to labelled text in a real terminal, as a user does it."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from learners import set_up

TEXTS = (
    "Rais Samia Suluhu alikutana na waziri mkuu jijini Nairobi.",
    "Ọ̀jọ̀gbọ́n Títílayọ̀ dé sí Ìbàdàn lánàá.",
    "𞤀𞤥𞤭𞤲𞤢𞥄𞤼𞤵 𞤱𞤢𞤪𞤭𞥅 𞤇𞤢𞤥𞤢𞤳𞤮.",
)
NAMES = " leo pia ".join(f"Zawadi{letter}" for letter in "abcdefghijklmnopqrstuvwxyz") + "."


@pytest.fixture
def project(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    folder = tmp_path / "habari"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,ORG,LOC")
    return folder


@pytest.fixture
def names(project: Path, tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """A project with one document of 26 names, from which nothing learns."""
    set_up(project, "learner = false")
    raw = tmp_path / "names.txt"
    raw.write_text(f"{NAMES}\n", encoding="utf-8")
    tonemark("add", project, raw)
    return project


def hint_over(screen: str, word: str) -> str:
    """The hint that stands over a word."""
    lines = screen.splitlines()
    at = next(i for i, line in enumerate(lines) if word in line)
    return lines[at - 1][lines[at].index(word) :].split()[0]


def test_raw_text_becomes_labelled_text(
    project: Path, tmp_path: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    raw = tmp_path / "habari.txt"
    raw.write_text("\n".join(TEXTS) + "\n", encoding="utf-8")
    tonemark("add", project, raw)
    term = terminal("annotate", project, "--as", "amina")
    screen = term.wait("1 of 3")
    assert "habari" in screen
    assert "● saved" in screen
    # A hint, then a label; the next candidate takes its label without a hint.
    term.send("-l", hint_over(screen, "Samia"))
    term.wait("  Samia Suluhu")
    term.send("1")
    term.wait("  Nairobi · ")
    term.send("3")
    term.wait(lambda now: "PER" in now.splitlines()[2] and "LOC" in now.splitlines()[2])
    term.send("Enter")
    term.wait("2 of 3")
    term.send("Space", "Enter")  # an Enter alone, at once, would be taken for a key held down
    term.wait("3 of 3")
    term.send("Space", "Enter")
    term.wait("Nothing is left")
    term.send("q")
    term.wait(lambda _: term.ended())

    out = tmp_path / "out.jsonl"
    tonemark("export", project, "-o", out)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["text"] for row in rows] == list(TEXTS)
    spans = [(row["text"][s["start"] : s["end"]], s["label"]) for row in rows for s in row["spans"]]
    assert spans == [("Samia Suluhu", "PER"), ("Nairobi", "LOC")]


def test_keys_typed_in_one_burst_arrive_in_their_order(
    names: Path, tmp_path: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    """Also those behind a key that opens a line to type in."""
    term = terminal("annotate", names, "--as", "amina")
    term.wait("1 of 1")
    comment = "sawa kabisa"
    term.send(
        "0", "L", "O", "Enter", "1", "c", *comment.replace(" ", "_"), "Enter", "0", "O", "Enter"
    )
    term.wait(lambda now: "LOC" in now.splitlines()[2] and "PER" in now.splitlines()[2])
    term.send("Enter")
    term.wait("Nothing is left")
    out = tmp_path / "out.jsonl"
    tonemark("export", names, "-o", out)
    row = json.loads(out.read_text(encoding="utf-8"))
    assert row["comment"] == "sawa_kabisa"
    assert [span["label"] for span in row["spans"]] == ["LOC", "PER", "ORG"]


def test_twenty_kills_lose_no_key_whose_repaint_was_seen(
    names: Path, terminal: Callable[..., Any]
) -> None:
    chance = random.Random(20)
    possible = range(1)
    for _ in range(20):
        term = terminal("annotate", names, "--as", "amina")
        here = labelled(term.wait("to look at"))
        # What was sent but not seen may be there or not; what was seen must be.
        assert here in possible
        step, key = (-1, "z") if here > 15 else (1, "1")
        count = chance.choice((1, 2, 3, 5))
        end = here + step * count
        seen = chance.randint(0, count)
        term.send(*[key] * count)
        term.wait(
            lambda now, until=here + step * seen, step=step: labelled(now) * step >= until * step
        )
        last = labelled(term.screen())
        os.kill(term.pid(), signal.SIGKILL)
        term.wait(lambda _, term=term: term.ended())
        term.close()
        possible = range(min(last, end), max(last, end) + 1)
    term = terminal("annotate", names, "--as", "amina")
    here = labelled(term.wait("to look at"))
    assert here in possible
    for left in range(here - 1, -1, -1):
        term.send("z")
        term.wait(lambda now, left=left: labelled(now) == left)


def labelled(screen: str) -> int:
    """How many tags of PER stand over the text."""
    return sum(line.count(" PER") for line in screen.splitlines()[2:12])


def test_a_dropped_line_ends_the_program_and_nothing_is_lost(
    names: Path, terminal: Callable[..., Any]
) -> None:
    term = terminal("annotate", names, "--as", "amina")
    term.wait("1 of 1")
    term.send("1", "1")
    term.wait(lambda now: labelled(now) == 2)
    pid = term.pid()
    term.close()
    subprocess.run(["tail", f"--pid={pid}", "-f", os.devnull], timeout=30, check=True)
    term = terminal("annotate", names, "--as", "amina")
    term.wait(lambda now: labelled(now) == 2)
