"""The bench that trains: what it makes of a small corpus, and that it runs nothing twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"

NAMES = ("Asha", "Juma", "Neema", "Baraka", "Zuri", "Imani")


def conll(names: tuple[str, ...]) -> str:
    """A sentence a name, thrice."""
    lines = (
        f"{name} B-PER\nyuko O\nLamu B-LOC\nleo O\n{n} O\n" for n in range(3) for name in names
    )
    return "\n".join(lines)


def test_a_row_is_measured_once(tmp_path: Path) -> None:
    folder = tmp_path / "ner" / "swa"
    folder.mkdir(parents=True)
    (folder / "train.conll").write_text(conll(NAMES), encoding="utf-8")
    (folder / "test.conll").write_text(conll(("Tatu", "Zawadi")), encoding="utf-8")
    rows = tmp_path / "rows.jsonl"
    command = [sys.executable, BENCH, "train", "--corpora", tmp_path, "--lang", "swa", "--json"]
    command += ["--sentences", "15", "--time", "5", "--no-rival", "--out", rows]
    told = []
    for _ in range(2):
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        assert done.stdout, done.stderr
        told.append(json.loads(done.stdout))
    assert told[0] == told[1]
    (row,) = told[0]["rows"]
    assert (row["language"], row["sentences"], row["time"], row["kind"]) == (
        "swa",
        15,
        5,
        "learner",
    )
    assert row["f1"] > 0.4
    assert [json.loads(line) for line in rows.read_text("utf-8").splitlines()] == [row]
    with rows.open("a", encoding="utf-8") as stream:
        stream.write('{"language": "sw')  # as a kill leaves it
    report = [sys.executable, BENCH, "train", "--out", rows, "--report"]
    done = subprocess.run(report, capture_output=True, text=True, timeout=60)
    assert f"{row['f1']:.3f}" in done.stdout, done.stderr
    assert "15 sentences, 5 s, seed 0" in done.stdout
