"""docs/teams.md followed to the letter: its files are written, its commands run in order."""

from __future__ import annotations

from pathlib import Path

import pytest
import regex
from tests.following import followed, page

from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.project_template import new_project_text

PAGE = page("teams.md")


def test_the_page_works_from_top_to_bottom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = [told for _, told in followed(PAGE)]
    assert "(2 annotators each for 0.5 of them, else 1)" in said[2]
    assert "4 of those that were there have another priority" in said[4]
    assert said[5] == "amina.jsonl: 0 added, 2 there already, 2 answers\n"
    assert said[6] == "juma.jsonl: 0 added, 2 there already, 2 answers\n"
    assert "neema.conll: 0 added, 2 there already, 2 answers" in said[7]
    assert "5 documents, 2 finished" in said[8]
    rows = [regex.split(r" +", line.strip())[:2] for line in said[8].splitlines()]
    assert [row for row in rows if row[0] in ("amina", "juma", "neema")][:3] == [
        ["amina", "2"], ["juma", "2"], ["neema", "2"],
    ]  # fmt: skip
    assert "kisumu: 2 documents, 2 of them there already, 2 answers" in said[-1]
    assert "  neema is written neema-kisumu: another has that name" in said[-1]


def test_settings_and_bounds_are_those_of_the_program() -> None:
    names = ("name", "language", "tokenizer", "guidelines")
    text = new_project_text(
        **dict.fromkeys(names, "x"), labels=[], page=1, overlap=1, overlap_share=1.0, team=[]
    )
    for setting in ("overlap", "overlap_share", "team", "reviewers", "lease_minutes"):
        assert f"`{setting}" in PAGE
        assert f"\n{setting} = " in text
    assert regex.search(rf"from {LOWEST} to\s+{HIGHEST}:", PAGE)
