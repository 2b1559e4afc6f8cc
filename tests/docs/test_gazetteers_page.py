"""docs/gazetteers.md followed to the letter: its files are written, its commands run in order."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
from tests.following import followed, page

from tonemark.cli.gazetteers import PARTS
from tonemark.corpus.project_checks import FOLDS as KNOWN
from tonemark.patterns.entries import LONGEST
from tonemark.patterns.folds import FOLDS

PAGE = page("gazetteers.md")


def test_the_page_works_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = {command.removeprefix("tonemark gazetteer "): told for command, told in followed(PAGE)}
    assert said["add habari places.txt --label LOC"] == "places.txt: 3 new\n"
    assert said["add habari people.csv --map PERSON=PER"] == "people.csv: 2 new\n"
    assert said["add habari rules.jsonl"] == "rules.jsonl: 3 new\n"
    assert "countries: " in said["add habari --cldr"]
    assert "Dar es Salaam" in said['show habari --find "DAR-ES-SALAAM"']
    assert "Kamau, Wanjiru" in said["show habari people.csv"]
    assert said["remove habari --entry 4 --yes"].startswith("1 entry removed")


def test_every_fold_and_every_part_is_told() -> None:
    told = regex.findall(r"(?m)^\| `(\w+)` \|", PAGE)
    assert sorted(told) == sorted(FOLDS) == sorted(KNOWN)
    for part in PARTS:
        assert f"tonemark gazetteer {part} " in PAGE
    assert f"more than {LONGEST}\nwords" in PAGE
