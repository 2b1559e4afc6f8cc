"""Projects whose answers teach names and places, trained in this process, and what a trained
pipeline finds."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from making import run_here

from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.training.outcome import Outcome, Step, TrainSettings
from tonemark.training.train import train

NAMES = ("Asha", "Juma", "Neema", "Baraka", "Zuri", "Imani", "Tatu")
PLACES = ("Kisumu", "Mwanza", "Arusha", "Lamu", "Tanga")
USUAL = TrainSettings(seconds=100)

TEXTS = ["Zawadi yuko  Lamu siku ya 3 .", "Asha  yuko Kisumu", "", "Tanga\n\nJuma"]
"""What they find something in, with white space of all kinds."""

Spans = list[tuple[int, int, str]]


def tasks(count: int = 24) -> Iterator[dict[str, Any]]:
    """Answers of amina, as a file of tasks has them."""
    for number in range(count):
        name, place = NAMES[number % 7], PLACES[number % 5]
        text = f"{name} yuko  {place} siku ya {number} ."
        at = text.index(place)
        yield {
            "key": f"n{number}", "text": text, "answer": "accept", "_annotator_id": "amina",
            "spans": [
                {"start": 0, "end": len(name), "label": "PER"},
                {"start": at, "end": at + len(place), "label": "LOC"},
            ],
        }  # fmt: skip


def visits(count: int = 24) -> Iterator[dict[str, Any]]:
    """Tasks with a span over the others."""
    for each in tasks(count):
        end = max(span["end"] for span in each["spans"])
        visit = {"start": 0, "end": end, "label": "VISIT"}
        yield each | {"spans": [*each["spans"], visit]}


def made(folder: Path, given: list[dict[str, Any]], **settings: str) -> Path:
    """A project of these tasks, with settings of its file changed."""
    project = folder / "p"
    assert run_here("new", project, "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    path = folder / "in.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in given), encoding="utf-8")
    done = run_here("add", project, path)
    assert done.returncode == 0, done.stderr
    file = project / "project.toml"
    text = file.read_text(encoding="utf-8")
    for name, value in settings.items():
        (line,) = (line for line in text.splitlines() if line.startswith(f"{name} = "))
        text = text.replace(line, f"{name} = {value}")
    file.write_text(text, encoding="utf-8")
    return project


def trained(
    project: Path, settings: TrainSettings = USUAL, told: list[Step] | None = None
) -> tuple[Outcome, Path]:
    """Its first model, and where that lies."""
    into = project / "models" / "model-1"
    into.mkdir(parents=True)
    with closing(Store(project / STORE_FILE, reading=True)) as store:
        progress = told.append if told is not None else lambda step: None
        return train(read_project(project), store, settings, into, progress), into


def spans_of(doc: Any) -> Spans:
    """What is set on a Doc."""
    spans = [*doc.ents, *doc.spans.get("sc", ())]
    return [(each.start_char, each.end_char, each.label_) for each in spans]


AFRESH = """
import json, os, spacy, sys
for path in sys.argv[2:]:
    if not os.fork():
        nlp = spacy.load(path)
        docs = [nlp(text) for text in json.loads(sys.argv[1])]
        spans = [[*doc.ents, *doc.spans.get("sc", ())] for doc in docs]
        print(json.dumps([[(s.start_char, s.end_char, s.label_) for s in each] for each in spans]))
        assert "textual" not in sys.modules
        sys.stdout.flush()
        os._exit(0)
    assert os.wait()[1] == 0, path
"""


def found_afresh(pipelines: list[Path], texts: list[str]) -> list[list[Spans]]:
    """What each pipeline finds in each text in a process that has loaded spaCy, and nothing of
    another pipeline or of a screen."""
    command = [sys.executable, "-c", AFRESH, json.dumps(texts), *map(str, pipelines)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [
        [[(start, end, label) for start, end, label in each] for each in json.loads(line)]
        for line in done.stdout.splitlines()
    ]
