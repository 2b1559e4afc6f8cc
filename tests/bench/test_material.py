"""What a bench plays and how it is compared: invented sentences, and exports that are wrong."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest


def _load(name: str) -> Any:
    path = Path(__file__).resolve().parents[2] / "bench" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"bench_{name}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


material = _load("material")
CONLL = "Asha B-PER\nJuma I-PER\nyuko O\n\nKisumu B-LOC\nna O\nLamu B-LOC\n\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Any:
    path = tmp_path / "gold.conll"
    path.write_text(CONLL, "utf-8")
    return material.read_gold(path)


def test_gold_is_read(corpus: Any) -> None:
    assert [record.text for record in corpus.records] == ["Asha Juma yuko", "Kisumu na Lamu"]
    assert corpus.gold == {"gold-1": {(0, 9, "PER")}, "gold-2": {(0, 6, "LOC"), (10, 14, "LOC")}}
    assert corpus.labels == ["LOC", "PER"]
    assert not any(record.suggestions for record in corpus.records)


def test_the_same_is_equal(corpus: Any, tmp_path: Path) -> None:
    assert material.compare(corpus.records, corpus.gold, _exported(corpus, tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"spans": []}, "missing"),
        ({"spans": [(0, 9, "LOC")]}, "missing"),
        ({"spans": [(0, 9, "PER"), (10, 14, "PER")]}, "too many"),
        ({"spans": [(0, 9, "PER"), (0, 9, "PER")]}, "missing [], too many []"),
        ({"text": "Asha Juma yuko "}, "the text was changed"),
        ({"answer": "reject"}, "not answered"),
        ({"key": "another"}, "not answered"),
    ],
)
def test_what_differs_is_told(
    corpus: Any, tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    path = _exported(corpus, tmp_path, **change)
    told = material.compare(corpus.records, corpus.gold, path)
    assert len(told) == 1
    assert told[0].startswith("gold-1: ")
    assert fault in told[0]


def _exported(corpus: Any, folder: Path, **change: Any) -> Path:
    """An export of the gold, its first document changed."""
    path = folder / "out.jsonl"
    items = []
    for record in corpus.records:
        item = {"key": record.key, "text": record.text, "answer": "accept"}
        item["spans"] = sorted(corpus.gold[record.key])
        items.append(item)
    items[0] |= change
    for item in items:
        names = ("start", "end", "label")
        item["spans"] = [dict(zip(names, span, strict=True)) for span in item["spans"]]
    path.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return path


@pytest.mark.parametrize(
    ("spans", "overlaps"),
    [
        ([], False),
        ([(0, 4, "A"), (4, 6, "B")], False),
        ([(0, 4, "A"), (3, 6, "B")], True),
        ([(0, 4, "A"), (0, 4, "B")], True),
        ([(0, 9, "A"), (1, 2, "B"), (5, 6, "B")], True),
    ],
)
def test_overlap(spans: list[tuple[int, int, str]], overlaps: bool) -> None:
    assert material.overlap(material.Stretch(*span) for span in spans) is overlaps
