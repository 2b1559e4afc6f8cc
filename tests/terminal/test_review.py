"""A review in a real terminal, as a reviewer does it, killed in the middle of it."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

COLUMNS = """\
Asha B-PER B-PER B-PER
Juma I-PER I-PER O
yuko O O O
Kisumu B-LOC B-ORG B-LOC
na O O O
UN O B-ORG B-LOC

ሐረርጌ B-LOC O B-LOC
ነው O O O

hapana O O O
"""


@pytest.fixture
def project(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """Three annotators, who differ on two of three documents."""
    folder = tmp_path / "habari"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,ORG,LOC")
    toml = folder / "project.toml"
    toml.write_text(toml.read_text().replace("overlap = 1 ", "overlap = 3 "))
    (tmp_path / "three.conll").write_text(COLUMNS, encoding="utf-8")
    tonemark("add", folder, tmp_path / "three.conll", "--annotators", "amina,juma,rosa")
    return folder


def test_a_review_goes_on_where_it_was_killed_and_ends_as_gold(
    project: Path, tonemark: Callable[..., Any], terminal: Callable[..., Any]
) -> None:
    term = terminal("review", project, "--as", "neema")
    screen = term.wait("1 of 3 open")
    assert "habari · review · 2 left · neema" in screen
    first = next(line for line in screen.splitlines() if line.startswith(" 1 amina"))
    second = next(line for line in screen.splitlines() if line.startswith(" 3 rosa"))
    assert first.index("PER──────") == second.index("PER─") == first.index("•PER") + 1
    term.send("1")
    term.wait("1 of 2 open")
    term.send("2")
    term.wait("1 of 1 open")
    os.kill(term.pid(), signal.SIGKILL)
    term.wait(lambda _: term.ended())

    term = terminal("review", project, "--as", "neema")
    screen = term.wait("1 of 1 open")
    assert "UN · presence" in screen
    assert next(line for line in screen.splitlines() if line.startswith(" 2 juma")).count("✓") == 2
    term.send("z")
    term.wait("undone")
    term.send("y")
    term.wait("UN · presence")
    term.send("-")
    term.wait("all settled")
    term.send("Enter")
    term.wait("ሐረርጌ · presence")
    term.send("Space", "y", "Enter")
    term.wait("Nothing is left to settle: 2 documents are gold.")
    term.send("q")
    term.wait(lambda _: term.ended())

    again = terminal("review", project, "--as", "neema", "--all")
    again.wait("all agree")
    again.send("Space", "Enter")
    again.wait("Nothing is left to settle: 3 documents are gold.")
    again.send("q")
    again.wait(lambda _: again.ended())
    out = project / "gold.jsonl"
    tonemark("export", project, "-o", out)
    spans = [
        [span["label"] for span in json.loads(line)["spans"]]
        for line in out.read_text(encoding="utf-8").splitlines()
    ]
    assert spans == [["PER", "LOC"], ["LOC"], []]
