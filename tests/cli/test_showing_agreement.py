"""What `agreement` shows in a terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agreeing import (
    COLUMNS,
    Tonemark,
    told,
)

from tonemark.tui.page.cells import cells


def test_the_report_has_the_worst_first_and_an_example_of_each_kind(
    tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    lines = tonemark("agreement", "--conll", columns(COLUMNS)).stdout.splitlines()
    assert all(len(line) <= 80 for line in lines)
    pairs = next(at for at, line in enumerate(lines) if line.startswith("pairs, worst first"))
    assert [line.split()[0] for line in lines[pairs + 1 : pairs + 4]] == ["A2:A3", "A1:A3", "A1:A2"]
    labels = next(at for at, line in enumerate(lines) if line.startswith("labels, worst first"))
    assert [line.split()[0] for line in lines[labels + 1 : labels + 4]] == ["ORG", "LOC", "PER"]
    at = lines.index("same borders, another label: line 1")
    assert lines[at + 1 : at + 5] == [
        "    Asha Juma yuko [Kisumu]",
        "    A1  LOC Kisumu",
        "    A2  LOC Kisumu",
        "    A3  ORG Kisumu",
    ]
    assert "somebody has nothing: line 6" in lines
    assert "    A3  -" in lines
    assert any("#" in line for line in lines)


def test_undefined_figures_are_told_with_their_reason(
    tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    path = columns("Asha O O\nyuko O O\n")
    out = " ".join(tonemark("agreement", "--conll", path).stdout.split())
    assert "Undefined (-), for nobody marked a span: fleiss entity, alpha entity, f1 A1:A2" in out
    found = told(tonemark, "--conll", path)
    assert found["fleiss"] == {"token": None, "token_tagged": None, "entity": None}
    assert found["undefined"]["fleiss.entity"] == "nobody marked a span"
    assert found["undefined"]["cohen.A1:A2.tagged"] == "no token has a tag other than O"
    assert found["type_share"] is None


@pytest.mark.parametrize("width", [40, 80, 100])
def test_every_line_fits_the_terminal(
    width: int, columns: Callable[..., Path], terminal: Callable[..., Any]
) -> None:
    """Wide letters, combining marks, long names, many labels."""
    rows = [
        f"{word} B-{label} O B-L{n}"
        for n in range(12)
        for word, label in (("ẹ̀kọ́" * 9, f"LABEL-{n}"), ("语言文字" * 8, "ሰላም"))
    ]
    path = columns("\n".join(rows) + "\n")
    term = terminal("agreement", "--conll", path, columns=width, lines=150)
    term.wait(lambda _: term.ended())
    lines = term.screen().splitlines()
    assert any("labels, worst first" in line for line in lines)
    # What did not fit would have been broken by the terminal, and begin at the left.
    assert all(cells(line) <= width for line in lines)
    assert sum(line.startswith(("F1 of a pair", "Kappa and", "Intervals")) for line in lines) == 3


@pytest.mark.parametrize("name", ["annotator{:02}_of_the_team_in_Nai", "the_team_in_Nairobi_{:02}"])
def test_both_names_of_a_pair_can_be_told(
    name: str, tonemark: Tonemark, columns: Callable[..., Path]
) -> None:
    """The second was cut off whole: all pairs looked alike."""
    names = [name.format(n) for n in range(1, 6)]
    path = columns("Asha B-PER O B-LOC O B-PER\nyuko O O O O O\n")
    lines = tonemark("agreement", "--conll", path, "--annotators", ",".join(names)).stdout
    lines = lines.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("pairs, worst first"))
    pairs = [line.split()[0].split(":") for line in lines[at + 1 : at + 11]]
    assert len({frozenset(pair) for pair in pairs}) == 10
    assert len({each for pair in pairs for each in pair}) == 5
