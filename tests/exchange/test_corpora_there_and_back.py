"""Real corpora out of one project and into another, by each format: all comes back equal, and what
a format cannot say is just what it says of itself."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import run_here

from tonemark.exchange.export import output_suffix
from tonemark.exchange.registry import format_named, writable

STRIDE = int(os.environ.get("CORPORA_STRIDE", "9"))
"""Of how many sentences one is taken: all of them, for every format, take minutes."""

LANGUAGES = ("amh", "hau", "swa", "wol", "yor", "zul")


def some(path: Path) -> str:
    """Every STRIDE-th sentence of a file of columns."""
    blocks = path.read_text(encoding="utf-8").strip("\n").split("\n\n")
    return "".join(f"{block}\n\n" for block in blocks[::STRIDE])


@pytest.fixture(scope="module")
def full(corpora: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with named entities of six languages, and three layers that overlap."""
    folder = tmp_path_factory.mktemp("corpora")
    project = new(folder / "p")
    for language in LANGUAGES:
        path = folder / f"{language}.conll"
        path.write_text(some(corpora / "ner" / language / "dev.conll"), encoding="utf-8")
        assert not run_here("add", project, path, "--annotators", "amina").returncode
    layers = folder / "layers.conll"
    found = sorted((corpora / "hmong-ner" / "layers").glob("*.conll"))
    layers.write_text("".join(map(some, found)), encoding="utf-8")
    done = run_here("add", project, layers, "--annotators", "amina,amina,amina")
    assert not done.returncode, done.stderr
    return project


def new(folder: Path) -> Path:
    labels = "PER,ORG,LOC,DATE,DSYN,SOSY,BPOC"
    assert not run_here("new", folder, "--lang", "und", "--labels", labels).returncode
    return folder


def tasks(folder: Path, target: Path) -> dict[str, Any]:
    run_here("export", folder, "-o", target)
    rows = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    return {row["key"]: row for row in rows}


@pytest.fixture(scope="module")
def was(full: Path) -> dict[str, Any]:
    return tasks(full, full.with_name("was.jsonl"))


@pytest.mark.parametrize("name", writable())
def test_all_comes_back(
    name: str, full: Path, was: dict[str, Any], tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    format = format_named(name)
    out = tmp_path / f"out{output_suffix(format)}"
    done = run_here("export", full, "--format", name, "-o", out, "--json")
    report = json.loads(done.stdout)
    overlapping = set() if format.overlaps else {k for k, row in was.items() if overlaps(row)}
    assert report["unfit"] == len(overlapping)
    assert report["faults"].keys() <= {"overlapping"}
    assert report["written"] == len(was) - len(overlapping)
    again = new(tmp_path / "b" / "p")
    tonemark("add", again, out)
    assert tasks(again, tmp_path / "now.jsonl") == {
        key: row for key, row in was.items() if key not in overlapping
    }


def overlaps(row: dict[str, Any]) -> bool:
    reached = 0
    for span in row["spans"]:
        if span["start"] < reached:
            return True
        reached = max(reached, span["end"])
    return False


def test_layers_side_by_side_are_the_columns_that_they_were(
    corpora: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    found = sorted((corpora / "hmong-ner" / "layers").glob("*.conll"))
    given = tmp_path / "layers.conll"
    given.write_text("".join(map(some, found)), encoding="utf-8")
    project = new(tmp_path / "p")
    tonemark("add", project, given, "--annotators", "dsyn,sosy,t-bpoc")
    out = tmp_path / "out.conll"
    tonemark("export", project, "--format", "conll", "--everyone", "-o", out)
    assert out.read_text(encoding="utf-8") == given.read_text(encoding="utf-8")
