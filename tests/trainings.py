"""Trainings for tests: a project with answers, and code that stands in for what trains in the
process that does."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.training.outcome import TrainSettings
from tonemark.training.runs.folders import Run, making, models_in, write_about
from tonemark.training.runs.running import run_training

DEADLINE = 60.0
"""Seconds within which anything comes."""

BEGINS = """
import os, sys, time, types
from pathlib import Path

def outcome(**more):
    from tonemark.training.outcome import Outcome
    from tonemark.training.scores.counts import Counts
    about = dict(
        kind="learner", f1=0.7, precision=0.8, recall=0.6, labels=("LOC", "PER"), seconds=1.5,
        why="There was no time for the network.", documents=8, scored=8,
        scored_on="cross-validation", by_label={"PER": Counts(7, 8, 10), "LOC": Counts(1, 2, 3)},
        taught={"PER": 10, "LOC": 3}, hashes=("abc",),
    )
    return Outcome(**{**about, **more})

def step(stage="the learner", seconds=0.5, left=1.0, **more):
    from tonemark.training.outcome import Step
    return Step(stage, seconds, left, **more)

def wait_for(path):
    while not Path(path).exists():
        time.sleep(0.005)

def train(project, store, settings, into, progress, began):
"""

ENDS = """
sys.modules["tonemark.training.train"] = types.ModuleType("tonemark.training.train")
sys.modules["tonemark.training.train"].train = train
"""

MAKES = """
progress(step())
(into / "pipeline").mkdir()
(into / "pipeline" / "meta.json").write_text("{}")
return outcome()
"""
"""Code of a training that comes to something."""


def stand_in(site: Path, code: str = MAKES, also: str = "") -> Path:
    """Have every process that finds `site` on its path train with this code, in which `outcome`,
    `step` and `wait_for` help; `also` is run first."""
    site.mkdir(exist_ok=True)
    body = textwrap.indent(textwrap.dedent(code), "    ")
    (site / "sitecustomize.py").write_text(
        f"{textwrap.dedent(also)}\n{BEGINS}{body}\n{ENDS}", encoding="utf-8"
    )
    return site


def answered(folder: Path, documents: int = 8) -> Path:
    """A project in which amina has answered all documents: names and towns."""
    create_project(folder, language="sw", labels=["PER", "LOC"])
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    names, towns = ("Asha", "Juma", "Neema", "Zawadi"), ("Mombasa", "Kisumu", "Arusha")
    records = []
    for n in range(documents):
        name, town = names[n % 4], towns[n % 3]
        text = f"{name} alifika {town} siku ya {n}."
        at = text.index(town)
        spans = Span(0, len(name), "PER"), Span(at, at + len(town), "LOC")
        records.append(Record(n + 1, n + 1, text, annotations=(given("amina", *spans),)))
    add_records(store, "habari.txt", records, Report())
    store.close()
    return folder


def begun(
    folder: Path, site: Path, *arguments: str, environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """`tonemark train` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tonemark", "train", str(folder), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(site), **(environment or {})},
    )


def finished(folder: Path) -> Run:
    """A model that was trained before: what `MAKES` makes."""
    with making(folder) as made:
        (made.path / "pipeline").mkdir()
        (made.path / "pipeline" / "meta.json").write_text("{}")
        write_about(made.path, {"kind": "learner", "f1": 0.7})
        return made.finish()


def trained(folder: Path, site: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Train with what stands in at `site`."""
    monkeypatch.setenv("PYTHONPATH", str(site))
    return run_training(folder, TrainSettings())


def until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.005)


def is_locked(folder: Path) -> bool:
    lock = os.open(models_in(folder) / ".lock", os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def makers(folder: Path) -> list[int]:
    """The processes that train a model of the project."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes()
        except OSError:
            continue
        if b"tonemark.training." in words and str(folder).encode() in words:
            found.append(int(place.name))
    return found


def content(path: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(path)): each.read_bytes()
        for each in sorted(path.rglob("*"))
        if each.is_file()
    }
