"""The bench of pages beside the learner: a small run whole."""

from __future__ import annotations

import json
from pathlib import Path

import pages
import pytest
from sentences import written

from tonemark.suggester.place import Told


def test_pages_are_timed_on_both_sides_while_it_learns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "ner" / "swa" / "train.conll", 24, 1)
    few = ["--answered", "8", "--pages", "4", "--rounds", "1"]
    code = pages.main(["--corpora", str(tmp_path), *few, "--json"])
    report = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert report["pages"] == 4
    assert report["learnt"] == [8, 12]
    assert set(report["ms"]) == {"with", "without"}
    assert [each["target"] for each in report["figures"]] == [20.0, 20.0]
    assert code == int(not all(each["holds"] for each in report["figures"]))


def test_a_learner_that_is_not_at_work_shows_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path / "ner" / "swa" / "train.conll", 24, 1)
    monkeypatch.setattr(pages, "LEARNING", 0.1)
    monkeypatch.setattr(pages.Place, "told", lambda place: Told())
    few = ["--answered", "8", "--pages", "2", "--rounds", "1"]
    assert pages.main(["--corpora", str(tmp_path), *few]) == 1
    assert "nothing is shown" in capsys.readouterr().err
