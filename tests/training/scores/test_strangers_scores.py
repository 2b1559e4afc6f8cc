"""What a model was scored on, read from a project that may have come from anyone."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.training import outcome
from tonemark.training.outcome import SCORED, Scored, ScoredSpan, read_scored
from tonemark.training.scores.scoring import score

SPAN = [0, 4, "PER"]


def line(key: Any = "d1", gold: Any = (), found: Any = ()) -> str:
    return json.dumps({"key": key, "gold": gold, "found": found}) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        line(gold=[[0, 10**400, "PER"]]),
        line(gold=[[float("inf"), 4, "PER"]]),
        line(gold=[[0, float("nan"), "PER"]]),
        line(gold=[[0, 2**53, "PER"]]),
        line(gold=[[-5, 4, "PER"]]),
        line(gold=[[4, 4, "PER"]]),
        line(gold=[["0", 4, "PER"]]),
        line(gold=[[0, 4, 7]]),
        line(gold=[[0, 4]]),
        line(gold=[[0, 4, "\ud800"]]),
        line(found=[[*SPAN, 10**400]]),
        line(found=[[*SPAN, float("inf")]]),
        line(found=[[*SPAN, 1.5]]),
        line(found=[[*SPAN, "1"]]),
        line(found=[SPAN]),
        line(found=[[]]),
        line(key="\udcff"),
        line(key=1),
        "[]\n",
        "1\n",
        "[" * 5000 + "\n",
    ],
)
def test_what_is_no_score_is_a_value_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / SCORED
    path.write_text(line(gold=[SPAN]) + text)
    with pytest.raises(ValueError, match=r".") as error:
        list(read_scored(path))
    assert error.type is not OverflowError


@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), os.mkdir])
def test_what_is_no_file_is_not_waited_for(tmp_path: Path, make: Callable[[Path], Any]) -> None:
    make(tmp_path / SCORED)
    with pytest.raises(OSError, match="not a file"):
        list(read_scored(tmp_path / SCORED))


def test_a_file_is_read_so_far_and_no_further(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcome, "SCORED_LIMIT", 1000)
    path = tmp_path / SCORED
    path.write_text(line() * 10)
    assert len(list(read_scored(path))) == 10
    path.write_text(line() * 1000)
    with pytest.raises(ValueError, match="too long"):
        list(read_scored(path))


def test_two_thousand_labels_are_no_four_million_pairs() -> None:
    labels = [f"L{at}" for at in range(2000)]
    spans = tuple((3 * at, 3 * at + 2, label) for at, label in enumerate(labels))
    other = tuple(ScoredSpan(*span[:2], f"{span[2]}x", 0.5) for span in spans)
    found = score([Scored("d", spans, other)]).to_json()
    assert found["confusion"]["L0"] == {"labels": {"L0x": 1}, "other_borders": 0, "none": 0}
    assert len(json.dumps(found)) < 2_000_000
