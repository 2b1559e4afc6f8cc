"""`scores` of a project whose files somebody else made, or the disk spoilt."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from damaging import change
from trained import project_of

from tonemark.training.outcome import SCORED, Scored, ScoredSpan, write_scored
from tonemark.training.runs.folders import write_about

Tonemark = Callable[..., subprocess.CompletedProcess[str]]

WRONG = tuple(
    Scored(f"d{at}", ((0, 4, "PER"),), (ScoredSpan(0, 4, "LOC", 0.5),)) for at in (1, 2, 3)
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of six documents."""
    return project_of(tmp_path_factory.mktemp("elsewhere") / "p", 6)


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A copy of it, with a model that is wrong in three of them."""
    folder = Path(shutil.copytree(template, tmp_path / "p"))
    add(folder, "model-1")
    return folder


def add(folder: Path, name: str, **more: Any) -> Path:
    path = folder / "models" / name
    path.mkdir(parents=True)
    write_scored(path / SCORED, WRONG)
    about = {"kind": "learner", "f1": 0.5, "documents": 6, "scored": 3, "taught": {"PER": 90}}
    write_about(path, about | more)
    return path


def test_a_damaged_document_is_passed_over(folder: Path, tonemark: Tonemark) -> None:
    change(folder, "UPDATE documents SET text = CAST(x'ff' AS TEXT) WHERE key = 'd2'")
    found = json.loads(tonemark("scores", folder, "--json").stdout)
    assert [each["document"] for each in found["examples"]["label"]] == ["d1", "d3"]
    assert found["errors"]["label"] == 3


def test_a_named_pipe_is_not_waited_for(folder: Path, tonemark: Tonemark) -> None:
    path = folder / "models" / "model-1" / SCORED
    path.unlink()
    os.mkfifo(path)
    done = tonemark("scores", folder, code=1)
    assert "it is not a file" in " ".join(done.stderr.split())


@pytest.mark.parametrize("figure", [10**400, -1, True, "x", None, [1]])
def test_figures_that_are_none_are_not_shown(folder: Path, tonemark: Tonemark, figure: Any) -> None:
    more = {"f1": figure, "taught": {"PER": figure}, "scored": figure, "seconds": figure}
    add(folder, "model-2", **more | {"documents": figure})
    lines = tonemark("scores", folder).stdout.splitlines()
    assert any(line.startswith("  model-1") for line in lines)
    tonemark("model", folder)
    tonemark("model", folder, "--json")
