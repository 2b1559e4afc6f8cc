"""docs/agreement.md followed to the letter: its file is written, its commands run in order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import regex
from tests.following import blocks, followed, page

from tonemark.cli.commands import run

PAGE = page("agreement.md")
BLOCKS = blocks(PAGE)


def test_the_page_works_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = dict(followed(PAGE))
    of_file = said["tonemark agreement --conll three.conll --annotators amina,juma,neema"]
    of_project = said["tonemark agreement habari"]
    assert tables(of_file) == tables(of_project)
    assert "amina:juma" in of_project
    found = json.loads(Path("figures.json").read_text("utf-8"))
    (code,) = [text for language, _, text in BLOCKS if language == "python"]
    pytest.importorskip("krippendorff", reason="the library is not installed")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert float(done.stdout) == pytest.approx(found["alpha"]["token"], abs=1e-6)


def tables(report: str) -> list[str]:
    """The tables of a report: what stands above the first example."""
    return (
        report.partition("all annotators")[2]
        .partition("same borders, another label:")[0]
        .split("\n")
    )


def test_every_key_of_the_report_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "three.conll"
    path.write_text(next(text for _, name, text in BLOCKS if name), "utf-8")
    assert run(["agreement", "--conll", str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    told = set(regex.findall(r"`(\w+)`", PAGE.split("## For a script")[1]))
    assert found.keys() - told <= {"annotators", "bootstrap"}
