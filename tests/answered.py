"""A project in which several people answered in every way, and the texts of an export."""

from __future__ import annotations

import json
from pathlib import Path

from making import run_here

ANSWERS = [
    ("both", "Asha yuko Kisumu", {"amina": ("accept", 0, 100.0), "baraka": ("accept", 0, 900.0)}),
    (
        "differ",
        "Juma yuko Kisumu",
        {"amina": ("accept", 0, 100.0), "baraka": ("accept", 10, 100.0)},
    ),
    ("one", "Samia yuko Kisumu", {"amina": ("accept", 0, 500.0)}),
    ("refused", "Nani yuko Kisumu", {"amina": ("reject", 0, 500.0)}),
    ("left", "Kito yuko Kisumu", {"baraka": ("ignore", 0, 500.0)}),
]


def answered_project(made: Path) -> Path:
    """A project with a document for each of ANSWERS, and `open`, which nobody answered."""
    run_here("new", made, "--lang", "sw", "--labels", "PER,LOC", "--overlap", 2)
    lines = [{"id": "open", "text": "Zawadi yuko Kisumu"}]
    for key, text, answers in ANSWERS:
        for name, (answer, start, time) in answers.items():
            spans = [{"start": start, "end": start + 4, "label": "PER"}]
            line = {"id": key, "text": text, "answer": answer, "_annotator_id": name}
            lines.append({**line, "_timestamp": time, "spans": spans})
    path = made.with_name("in.jsonl")
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    assert run_here("add", made, path).returncode == 0
    return made


def texts_of(path: Path) -> dict[str, str]:
    return {
        row["key"]: row["text"] for row in map(json.loads, path.read_text("utf-8").splitlines())
    }
