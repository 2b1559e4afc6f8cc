"""docs/projects.md followed to the letter: its files are written, its commands run in order."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from making import run_here
from tests.following import followed, page

PAGE = page("projects.md")


def test_the_page_works_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = [told for _, told in followed(PAGE)]
    assert "3 documents, 4 answers" in said[4]
    assert "amina is written amina-nakuru" in said[4]
    assert "1 span" in said[5]
    assert "trial's 1 answer" in said[6]
    assert "trial's work" in said[8]
    assert "the document n9" in said[8]
    assert "back in habari" in said[9]
    run_here("export", "habari", "--everyone", "-o", "out.jsonl")
    rows = [json.loads(line) for line in Path("out.jsonl").read_text("utf-8").splitlines()]
    by_key = {row["key"]: row["versions"] for row in rows}
    assert by_key.keys() == {"n1", "n9"}
    labels = [span["label"] for version in by_key["n1"] for span in version["spans"]]
    assert sorted(labels) == ["LOC", "PER"]
    done = run_here("doctor", "habari")
    assert "Nothing is wrong." in done.stdout
