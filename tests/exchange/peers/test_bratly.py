"""bratly's own parser reads the folders that are written for brat, every span at its place."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from spanned_rows import corpus_rows, span_rows

from tonemark.corpus.spans import Span
from tonemark.exchange.base import WriteOptions
from tonemark.exchange.formats.brat.folder import write_brat
from tonemark.exchange.formats.brat.lines import misfits
from tonemark.exchange.names import file_name
from tonemark.exchange.rows import ExportRow

bratly = pytest.importorskip("bratly")


def read(folder: Path, name: str) -> tuple[str, set[tuple[int, int, str]], list[str]]:
    """The text as bratly.io reads it (newline=""), the hull of each entity's fragments, and the
    notes; every entity's content is what stands there."""
    with (folder / f"{name}.txt").open(encoding="utf-8", newline="") as stream:
        text = stream.read()
    with (folder / f"{name}.ann").open(encoding="utf-8", newline="") as stream:
        lines = [line for line in stream.read().split("\n") if line]
    entities = {}
    notes = []
    for line in lines:
        if line[0] == "T":
            entity = bratly.EntityAnnotation.from_line(line)
            parts = [text[each.start : each.end] for each in entity.fragments]
            assert entity.content == " ".join(parts)
            entities[entity.id] = entity
        else:
            notes.append(bratly.NoteAnnotation.from_line(line, dict(entities)).value)
    found = {(each.get_start(), each.get_end(), each.label) for each in entities.values()}
    assert len(entities) == sum(line[0] == "T" for line in lines)
    return text, found, notes


def test_entities_and_notes_of_a_document(tmp_path: Path) -> None:
    text = "👋 Vaj\nPov nyob\tLuang Prabang, Ẹ̀kọ́."
    spans = (Span(2, 9, "PER"), Span(15, 28, "LOC"), Span(10, 21, "B-X_2"))
    row = ExportRow("doc1", text, {}, None, spans, "accept", "amina", "check the name")
    list(write_brat([row], tmp_path, WriteOptions()))
    expected = {(s.start, s.end, s.label) for s in spans}
    assert read(tmp_path, "doc1") == (text, expected, ["check the name"])


@settings(max_examples=100, deadline=None)
@given(span_rows("[A-Za-z0-9_-]{0,8}[A-Za-z]"))
def test_entities_of_any_document(row: ExportRow) -> None:
    text = row.text.replace("\r", "x")
    spans = tuple(each for each in row.spans if not list(misfits(text, [each])))
    row = ExportRow("k", text, {}, None, spans, "accept", "amina")
    with tempfile.TemporaryDirectory() as folder:
        list(write_brat([row], Path(folder), WriteOptions()))
        assert read(Path(folder), "k") == (text, {(s.start, s.end, s.label) for s in spans}, [])


def test_entities_of_a_corpus(corpora: Path, tmp_path: Path) -> None:
    rows = corpus_rows(corpora / "ner" / "yor" / "dev.conll")
    list(write_brat(rows, tmp_path, WriteOptions()))
    for row in rows:
        _, found, _ = read(tmp_path, file_name(row.key))
        assert found == {(s.start, s.end, s.label) for s in row.spans}
