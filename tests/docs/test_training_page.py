"""docs/training.md followed to the letter: its files are written, its commands run in order."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
import regex
from making import run_here
from tests.following import followed, page

from tonemark.training.material import PARTS, SCARCE
from tonemark.training.outcome import Scored
from tonemark.training.package.packaging import Packaged
from tonemark.training.preflight.finding import Kind
from tonemark.training.preflight.places import KEPT
from tonemark.training.runs.folders import Run
from tonemark.training.scores.counts import Counts
from tonemark.training.scores.drawn import DrawnScores
from tonemark.training.scores.report import Place, ScoreReport
from tonemark.training.scores.scoring import score

PAGE = page("training.md")


def test_the_page_works_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = dict(followed(PAGE))
    told = said["tonemark check habari"]
    shown = PAGE.partition("```\nTo mend:\n")[2].partition("```")[0]
    assert " ".join(shown.split()) in " ".join(told.split())
    assert "ORG" not in said["tonemark check habari --labels PER,LOC"].partition("To know")[0]
    assert "Training can begin." in told


def test_every_kind_of_finding_is_told() -> None:
    table = PAGE.partition("| kind |")[2].partition("\n\n")[0]
    assert set(regex.findall(r"`(\w+)`", regex.sub(r"(?m)\|[^|]*\|$", "", table))) == set(
        get_args(Kind)
    )


def test_numbers_are_those_of_the_program() -> None:
    assert f"the first {KEPT}:" in PAGE
    assert f"labels with under {SCARCE} examples" in PAGE
    assert {4: "four"}[PARTS] in PAGE


def told_in(section: str) -> set[str]:
    """The words that a section of the page says as code."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return set(regex.findall(r"`(\w+)`", text))


def test_every_key_of_the_report_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_here("new", "p", "--lang", "sw", "--labels", "PER")
    told = json.loads(run_here("check", "p", "--json").stdout)
    assert {*told, *told["training"], *told["findings"][0]} <= told_in("Before training")


def test_every_key_of_the_scores_and_of_a_package_is_told() -> None:
    scored = Scored("a", ((0, 1, "PER"),), ())
    found = score([scored])
    run = Run(Path("models/model-1"), 0.0, {})
    place = Place(found.errors[0], 1, 0, "a")
    report = ScoreReport(run, found, (), {"missed": (place,)}, (run,)).to_json()
    confusion = report["confusion"]["PER"]
    keys = {*report, *report["labels"]["PER"], *report["errors"], *scored.to_json(), *confusion}
    keys |= {*report["examples"]["missed"][0], *report["models"][0], "at_random"}
    keys |= {*DrawnScores(1, 1, Counts(1, 1, 1)).to_json()}
    assert keys <= told_in("Scores")
    made = Packaged(Path(), Path(), Path(), "p", "1", (), 0).to_json()
    assert {*made} <= told_in("Package")
