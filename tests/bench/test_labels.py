"""The bench of labels saved: a small run whole."""

from __future__ import annotations

import json
from pathlib import Path

import labels
import pytest
from sentences import written


def test_it_counts_what_each_order_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path / "ner" / "swa" / "train.conll", 120, 1)
    written(tmp_path / "ner" / "swa" / "test.conll", 40, 2)
    arguments = ["--lang", "swa", "--seeds", "0", "--corpora", tmp_path, "--json"]
    code = labels.main([*map(str, arguments), "--words-seconds", "0.1"])
    *rows, figure = map(json.loads, capsys.readouterr().out.splitlines())
    assert [row["order"] for row in rows] == ["random", "uncertain"]
    for row in rows:
        assert row["best"] > 0.9
        assert [size for size, _ in row["curve"]][:2] == [labels.BEGIN, labels.BEGIN + labels.BATCH]
        assert labels.BEGIN <= row["needed"] <= 120
    assert rows[0]["curve"][0] == rows[1]["curve"][0]
    assert code == int(not figure["holds"])


def test_what_was_needed_lies_between_two_trainings() -> None:
    curve = [(30, 0.2), (55, 0.4), (80, 0.5)]
    assert labels._reached(curve, 0.3, 100) == pytest.approx(42.5)
    assert labels._reached(curve, 0.6, 100) == 100
    assert labels._reached(curve, 0.1, 100) == 30
