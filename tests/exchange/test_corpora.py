"""The readers on real corpora, against simple counts of their own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tonemark.corpus.records import Record
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records

CORPORA = Path(__file__).resolve().parents[2] / "../shared/corpora"

pytestmark = pytest.mark.skipif(not CORPORA.is_dir(), reason="the evaluation corpora are not here")


def records(path: Path, *annotators: str) -> list[Record]:
    given = list(read_records(path, format=None, options=ReadOptions(annotators=annotators)))
    assert all(isinstance(each, Record) for each in given)
    return [each for each in given if isinstance(each, Record)]


def sentences(path: Path) -> list[list[list[str]]]:
    blocks = path.read_text(encoding="utf-8").split("\n\n")
    return [
        [line.split(" ") for line in block.strip("\n").split("\n")] for block in blocks if block
    ]


def entities(tags: list[str]) -> int:
    """B- opens one, and so does an I- that continues nothing of its label."""
    before = ["O", *tags[:-1]]
    return sum(
        tag[0] == "B" or (tag[0] == "I" and last[2:] != tag[2:])
        for last, tag in zip(before, tags, strict=True)
    )


@pytest.mark.parametrize("language", ["amh", "hau", "swa", "wol", "yor", "zul"])
def test_named_entities(language: str) -> None:
    path = CORPORA / "ner" / language / "dev.conll"
    simple = sentences(path)
    read = records(path)
    assert [r.text for r in read] == [" ".join(row[0] for row in rows) for rows in simple]
    assert [len(r.tokens or ()) for r in read] == [len(rows) for rows in simple]
    counts = [entities([row[1] for row in rows]) for rows in simple]
    assert [len(r.suggestions) for r in read] == counts
    stats = json.loads((CORPORA / "ner/stats.json").read_text())[language]["splits"]["dev"]
    assert (len(read), sum(counts)) == (stats["sentences"], stats["entities"])


@pytest.mark.parametrize(
    ("language", "spans"), [("amh", [3127, 3136, 3127]), ("yor", [4355, 4353, 4341])]
)
def test_parallel_annotations(language: str, spans: list[int]) -> None:
    read = records(CORPORA / "agreement" / f"{language}.conll", "A1", "A2", "A3")
    assert all([a.annotator for a in r.annotations] == ["A1", "A2", "A3"] for r in read)
    assert not any(r.suggestions for r in read)
    assert [sum(len(r.annotations[n].spans) for r in read) for n in range(3)] == spans


def test_layers() -> None:
    found = {"DSYN": 0, "SOSY": 0, "BPOC": 0}
    paths = sorted((CORPORA / "hmong-ner/layers").glob("*.conll"))
    count = 0
    for path in paths:
        for record in records(path, "d", "s", "b"):
            count += 1
            assert [a.annotator for a in record.annotations] == ["d", "s", "b"]
            for annotation in record.annotations:
                for span in annotation.spans:
                    found[span.label] += 1
    assert (len(paths), count) == (52, 1945)
    assert found == {"BPOC": 899, "DSYN": 613, "SOSY": 602}


@pytest.mark.parametrize("language", ["amh", "hau", "swa", "wol", "yor"])
def test_raw_text(language: str) -> None:
    path = CORPORA / "raw" / f"{language}.jsonl"
    tasks = [json.loads(line) for line in path.read_bytes().split(b"\n") if line]
    read = records(path)
    assert [(r.text, r.meta) for r in read] == [(t["text"], t["meta"]) for t in tasks]
    assert len(read) == 2000
