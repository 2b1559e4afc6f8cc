"""The bench of formats: a small run whole, and what it must see."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import exchange_rivals
import exchange_sides
import pytest

from tonemark.exchange.registry import writable

BENCH = Path(exchange_sides.__file__).parent
DOCUMENTS = 60
FEW = ("jsonl", "conllu")
"""Formats whose rivals load fast: five processes each."""


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    command = [sys.executable, BENCH, "exchange", "--documents", DOCUMENTS, "--json"]
    done = subprocess.run(
        [*map(str, command), "--formats", *FEW], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_format_that_can_be_written_has_a_rival() -> None:
    assert set(exchange_rivals.RIVALS) == set(writable())


def test_all_came_back(report: dict[str, Any]) -> None:
    assert set(report["formats"]) == set(FEW)
    for name, found in report["formats"].items():
        assert found["export"]["documents"] == found["back"] == DOCUMENTS, name
        assert found["spans"] == report["spans"] > 0, name
    assert len(report["figures"]) == 2 * len(FEW)
    assert all(figure["holds"] for figure in report["figures"])


def test_each_side_was_timed_and_weighed(report: dict[str, Any]) -> None:
    for found in report["formats"].values():
        for action in ("export", "read", "add", "rival_write", "rival_read"):
            side = found[action]
            assert side["documents"] == DOCUMENTS
            assert side["per_second"] > 0
            assert 5 < side["peak_mib"] < 1000
        assert found["export_to_rival"] > 0
        assert found["read_to_rival"] > 0


def test_a_document_that_does_not_come_back_is_seen(tmp_path: Path) -> None:
    import exchange

    spans = exchange.make_material(tmp_path, 5)
    output = exchange_sides._output("jsonl", tmp_path)
    found = exchange_sides._export("jsonl", tmp_path)()
    assert (found["documents"], found["bytes"]) == (5, output.stat().st_size)
    lines = output.read_text("utf-8").splitlines(keepends=True)
    output.write_text("".join(lines[1:]), "utf-8")
    output.with_name(f"{output.name}.tonemark").unlink(missing_ok=True)
    there = exchange_sides._add("jsonl", tmp_path)()
    assert there["documents"] == 4
    assert there["spans"] < spans
