"""Rows that say all that Label Studio's formats hold, what they read back as, and their files."""

from __future__ import annotations

import io
import json
from typing import Any

from tonemark.corpus.drafts import Decision
from tonemark.corpus.records import Cite, GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.registry import format_named
from tonemark.exchange.rows import ExportRow

TEXT = "👋 Vaj Pov nyob Luang Prabang, Ẹ̀kọ́."
PER, LOC = Span(2, 9, "PER"), Span(15, 28, "LOC", ("gazetteer:7", "model:m1"))


def answer(name: str, said: str, *spans: Span, **fields: Any) -> ExportRow:
    return ExportRow("doc", TEXT, spans=spans, answer=said, annotator=name, **fields)  # type: ignore[arg-type]


META = {
    "source": "radio",
    "id": "x1",
    "text": "another",
    "key": 3,
    "meta": [1],
    "label": "l",
    "annotator": {"name": "bo"},
    "stretches": [{"start": 1, "labels": ["PER"]}],
    "entities": [[0, 3, "PER"]],
    "_given": {"url": "u"},
    "_piece": {"of": "whole", "offset": 0, "length": 40},
    "priority": 3,
}

ROWS = {
    "plain": answer("amina", "accept", PER, LOC, time=1795252135.1234567),
    "comment and flag": answer("amina", "accept", comment="who?\n👋", flagged=True, time=5.0),
    "no span": answer("amina", "accept"),
    "reject": answer("amina", "reject", PER),
    "ignore": answer("amina", "ignore"),
    "overlapping": answer("amina", "accept", PER, Span(2, 5, "PER"), Span(2, 9, "LOC")),
    "unanswered": ExportRow("doc", TEXT),
    "suggestions": ExportRow(
        "doc",
        TEXT,
        suggestions=(
            Suggestion(2, 9, "PER", ("gazetteer:7",), 0.5),
            Suggestion(15, 20, "LOC", ("gazetteer:9",), 1.0),
            Suggestion(15, 28, "LOC", ("model:m1", "gazetteer:9"), 0.25),
        ),
    ),
    "versions": ExportRow(
        "doc",
        TEXT,
        versions=(
            answer("amina", "accept", PER, time=1.0),
            answer("bo", "reject", comment="x"),
            answer("cy", "ignore"),
        ),
    ),
    "gold": answer(
        "rule:unanimous",
        "accept",
        PER,
        time=2.5,
        settled=Settled((Decision(2, 9, "amina"),), (Cite("amina", 1, 1.0), Cite("bo", 2))),
    ),
    "metadata": ExportRow("doc", TEXT, META, spans=(PER,), answer="accept", annotator="amina"),
    "a time without a calendar": answer("amina", "accept", PER, time=1e18),
}


def write(*rows: ExportRow, name: str = "label-studio") -> bytes:
    stream = io.BytesIO()
    writer = format_named(name).write
    assert writer
    assert list(writer(rows, stream, WriteOptions())) == [1] * len(rows)
    return stream.getvalue()


def given(row: ExportRow) -> GivenAnnotation:
    assert row.annotator
    assert row.answer
    said = (row.comment, row.flagged, row.time)
    return GivenAnnotation(row.annotator, row.answer, row.spans, *said, settled=row.settled)


FILE = ("import:f.json",)
"""What proposed the spans of a file that is read."""


def read_all(data: Any, name: str = "label-studio", **options: Any) -> list[Given]:
    data = data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode()
    reader = format_named(name).read
    assert reader
    return list(reader(io.BytesIO(data), ReadOptions(source="f.json", **options)))


def read(data: Any, name: str = "label-studio", **options: Any) -> list[Record]:
    found = read_all(data, name, **options)
    assert all(isinstance(each, Record) for each in found), found
    return [each for each in found if isinstance(each, Record)]


def region(start: int, end: int, /, *labels: str, **value: Any) -> dict[str, Any]:
    """A region as Label Studio exports it."""
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": [*labels], **value}
    names = {"from_name": "label", "to_name": "text", "type": "labels", "origin": "manual"}
    return {"value": value, "id": f"x{start}", **names}


def exported(*annotations: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A task as Label Studio 1.21 exports it."""
    task = {
        "id": 7,
        "annotations": [
            {
                "id": number,
                "completed_by": 1,
                "was_cancelled": False,
                "ground_truth": False,
                "created_at": "2026-11-21T09:08:55.123456Z",
                "updated_at": "2026-11-21T09:08:56.500000Z",
                "draft_created_at": None,
                "lead_time": 12.3,
                "prediction": {},
                "result_count": 1,
                "unique_id": "9c1c1f5e-0a3e-4d9c-9f6c-3a4f5b6c7d8e",
                "import_id": None,
                "last_action": None,
                "task": 7,
                "project": 1,
                "updated_by": 1,
                "parent_prediction": None,
                "parent_annotation": None,
                "last_created_by": None,
                **annotation,
            }
            for number, annotation in enumerate(annotations, 1)
        ],
        "file_upload": "a.json",
        "drafts": [],
        "predictions": [],
        "data": {"text": TEXT},
        "meta": {},
        "created_at": "2026-11-21T09:08:55.123456Z",
        "updated_at": "2026-11-21T09:08:55.123456Z",
        "inner_id": 1,
        "total_annotations": len(annotations),
        "cancelled_annotations": 0,
        "total_predictions": 0,
        "comment_count": 0,
        "unresolved_comment_count": 0,
        "last_comment_updated_at": None,
        "project": 1,
        "updated_by": 1,
        "comment_authors": [],
    }
    return {**task, **fields}
