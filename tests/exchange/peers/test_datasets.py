"""Hugging Face's datasets loads what is written for it, and seqeval finds the same entities."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from spanned_rows import corpus_rows

from tonemark.corpus.labels import Label
from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.huggingface.dataset import read_folder, write_folder
from tonemark.exchange.losses import SHAPES
from tonemark.exchange.rows import ExportRow

if not find_spec("datasets"):  # it is what another process imports
    pytest.skip("datasets is not installed", allow_module_level=True)
scheme = pytest.importorskip("seqeval.scheme")

LOAD = """
import json, sys
from datasets import load_dataset
loaded = load_dataset(sys.argv[1])
told = {}
for name, split in loaded.items():
    tags = split.features["ner_tags"].feature
    told[name] = {
        "features": {key: repr(value) for key, value in split.features.items()},
        "names": tags.names,
        "rows": list(split),
    }
json.dump(told, open(sys.argv[2], "w"))
if len(sys.argv) > 3:
    loaded.save_to_disk(sys.argv[3])
    for name, split in loaded.items():
        split.to_json(f"{sys.argv[3]}/{name}.jsonl", force_ascii=False)
"""


def load(folder: Path, tmp_path: Path, *more: str) -> dict[str, Any]:
    """What load_dataset makes of a folder, in a process without a network or a cache of ours."""
    out = tmp_path / "told.json"
    home = {"HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), str(out), *more],
        env={**os.environ, **home}, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(out.read_text())
    return told


def entities(example: dict[str, Any], names: list[str]) -> list[tuple[int, int, str]]:
    """The entities of an example as seqeval's strict mode has them, in code points of its text."""
    tags = [names[tag] for tag in example["ner_tags"]]
    [found] = scheme.Entities([tags], scheme=scheme.IOB2).entities
    places = []
    for each in found:
        start, last = example["starts"][each.start], each.end - 1
        end = example["starts"][last] + len(example["tokens"][last])
        places.append((start, end, each.tag))
    return places


def test_splits_columns_and_entities(corpora: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    rows = corpus_rows(corpora / "ner" / "yor" / "dev.conll")
    text = "👋 Vaj\u00a0Pov nyob  Luang Prabang, Ẹ̀kọ́."
    spans = (Span(2, 9, "PER"), Span(16, 29, "LOC"))
    tokens = ((0, 1), (2, 9), (10, 14), (16, 21), (22, 29), (29, 30), (31, 37))
    rows.append(ExportRow("odd", text, {}, tokens, spans, "accept", "a"))  # type: ignore[arg-type]
    rows += [
        ExportRow(f"label{n}", "x", {}, None, (Span(0, 1, label),), "accept", "a")
        for n, label in enumerate(SHAPES)
    ]
    waiting = ExportRow("open", "x y", suggestions=(Suggestion(0, 1, "PER", ("model:m",)),))
    labels = tuple(Label(name, f"# {name}: \\ \"'") for name in ("PER", "ORG", "no"))
    parts = {"dev": rows[:100], "empty": [], "test-2": rows[100:], "train": [waiting]}
    for part, there in parts.items():
        options = WriteOptions("no: *x", "ff-Adlm", labels, part=part)
        list(write_folder(there, folder, options))
    told = load(folder, tmp_path, str(tmp_path / "saved"))
    assert list(told) == ["dev", "test_2", "train"]
    assert told["train"]["rows"][0]["ner_tags"] is None
    names = told["dev"]["names"]
    assert names[:7] == ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-no", "I-no"]
    assert "ClassLabel" in told["dev"]["features"]["ner_tags"]
    loaded = told["dev"]["rows"] + told["test_2"]["rows"]
    for row, example in zip(rows, loaded, strict=True):
        assert (example["id"], example["text"]) == (row.key, row.text)
        assert entities(example, names) == [(s.start, s.end, s.label) for s in row.spans]
    # What datasets writes of it, its tags as numbers, is read with the words beside it.
    given = list(read_folder(tmp_path / "saved", ReadOptions(source="s")))
    assert all(isinstance(each, Record) for each in given), given[0]
    found = {each.key: each for each in given if isinstance(each, Record)}
    assert len(found) == len(rows) + 1
    for row in rows:
        assert found[row.key].text == row.text
        assert [(s.start, s.end, s.label) for s in found[row.key].suggestions] == [
            (s.start, s.end, s.label) for s in row.spans
        ]
