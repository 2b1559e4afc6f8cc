"""Label Studio's JSON_MIN, written and read; and files as Label Studio itself exports them."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

import pytest
from tests.label_studio_rows import FILE, ROWS, TEXT, given, read, read_all, write

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.formats.label_studio import minimal
from tonemark.refusals import Refusal

read_min = partial(read, name="label-studio-min")
read_all_min = partial(read_all, name="label-studio-min")


def from_file(annotation: GivenAnnotation) -> GivenAnnotation:
    """An annotation without what proposed its spans, which the format cannot say."""
    spans = tuple(Span(each.start, each.end, each.label, FILE) for each in annotation.spans)
    said = (annotation.comment, annotation.flagged, annotation.time)
    name, answer = annotation.annotator, annotation.answer
    return GivenAnnotation(name, answer, spans, *said, settled=annotation.settled)


@pytest.mark.parametrize("name", ROWS)
def test_what_is_written_is_read(name: str) -> None:
    row = ROWS[name]
    [record] = read_min(write(row, name="label-studio-min"))
    assert (record.number, record.line, record.key, record.text) == (1, 2, "doc", TEXT)
    assert record.meta == row.meta
    assert record.annotations == tuple(from_file(given(each)) for each in row.answers())
    assert not record.suggestions
    assert record.priority == row.meta.get("priority")
    assert not record.warnings


def test_an_annotation_is_an_object_and_a_row_a_record() -> None:
    data = write(*ROWS.values(), name="label-studio-min")
    objects = json.loads(data)
    assert len(objects) == sum(len(row.answers()) or 1 for row in ROWS.values())
    assert [each["id"] for each in objects] == sorted(each["id"] for each in objects)
    records = read_min(data)
    assert [each.number for each in records] == list(range(1, len(ROWS) + 1))
    assert len({each.line for each in records}) == len(records)


def exported(task: int, annotation: int | None = 1, **fields: Any) -> dict[str, Any]:
    """An object as Label Studio 1.23 exports it."""
    time = "2026-11-21T09:08:56.500000Z" if annotation else None
    return {
        "text": TEXT,
        "id": task,
        "annotator": annotation and 1,
        "annotation_id": annotation,
        "created_at": time,
        "updated_at": time,
        "lead_time": None,
        **fields,
    }


def value(start: int, end: int, *labels: str, **fields: Any) -> dict[str, Any]:
    return {"start": start, "end": end, "text": TEXT[start:end], "labels": [*labels], **fields}


def test_annotations_of_a_task_are_one_record() -> None:
    first, second = read_min(
        [
            exported(7, 1, label=[value(2, 9, "PER")], source="radio"),
            exported(7, 2, annotator="bo@example.org", ner=[value(15, 28, "LOC", "GPE")]),
            exported(8, 3),
        ]
    )
    time = 1795252136.5
    assert first == Record(
        1,
        1,
        TEXT,
        "7",
        {"source": "radio"},
        annotations=(
            GivenAnnotation("user-1", "accept", (Span(2, 9, "PER", FILE),), time=time),
            GivenAnnotation(
                "bo@example.org",
                "accept",
                (Span(15, 28, "LOC", FILE), Span(15, 28, "GPE", FILE)),
                time=time,
            ),
        ),
    )
    assert (second.number, second.key) == (2, "8")
    assert [each.spans for each in second.annotations] == [()]


def test_a_task_without_an_annotation_has_no_answer() -> None:
    # As Label Studio 1.23 writes it, with null in the fields of the annotation.
    [record] = read_min([exported(7, None)])
    assert record == Record(1, 1, TEXT, "7")


def test_tasks_are_told_apart() -> None:
    same = exported(7, 1)
    other = {**same, "text": "leo"}
    assert [each.key for each in read_min([same, other, same])] == ["7", "7", "7"]
    assert len(read_min([{**same, "key": "a"}, {**same, "key": "b"}])) == 2
    assert len(read_min([{**same, "id": None}, {**same, "id": None}])) == 2


def test_a_task_without_end_is_several_records(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minimal, "_TOGETHER", 3)
    found = read_min([exported(7, at, annotator=at) for at in range(1, 8)])
    assert [len(each.annotations) for each in found] == [3, 3, 1]
    assert {each.key for each in found} == {"7"}


def test_what_nobody_gave_is_suggestions_or_the_named_ones() -> None:
    item = exported(7, 1, annotator=None, label=[value(2, 9, "PER")])
    [record] = read_min([item])
    assert record.suggestions == (Suggestion(2, 9, "PER", FILE),)
    [record] = read_min([item], annotators=("bo",))
    assert [each.annotator for each in record.annotations] == ["bo"]


def test_lists_in_the_metadata_are_no_spans() -> None:
    # Label Studio gave a list of {"start", "labels": 2} back, which was refused as spans.
    lists = {"l": [{"start": 1, "end": 2, "labels": 2}], "m": [], "n": [{"a": 1}], "o": "x"}
    lists["entities"] = [[0, 3, "PER"]]  # as its converter has the data of a task of ours
    [record] = read_min([exported(7, 1, **lists)])
    assert record.meta == lists


REFUSED: list[tuple[Any, str]] = [
    (exported(7, 1, label=[value(2, 99, "PER")]), "lies outside the text"),
    (exported(7, 1, label=[value(3, 10, "PER", text="Vaj Pov")]), "must count code points"),
    (exported(7, 1, label=[value(2, 9, "a b")]), "has white space"),
    (exported(7, 1, label=[3]), "has 3 as its value"),
    (exported(7, 1, label=[{"start": 1, "labels": 2}]), "are 2, not a list"),
    (exported(7, 1, text=3), "the text is 3"),
    (exported(7, None, label=[[0, 4, "PER"]]), "--format doccano"),
    (exported(7, 1, label=[[0, 4, "PER"]]), "--format doccano"),
    ({"text": TEXT, "entities": [{"start": 0, "end": 4, "label": "PER"}]}, '"spans": [{"start"'),
    ({"id": 1, "annotator": 1}, "no 'text'"),
    (exported([1], 1), "id is a list"),  # type: ignore[arg-type]
    (None, "the element is null"),
]


@pytest.mark.parametrize(("item", "reason"), REFUSED)
def test_an_annotation_that_cannot_be_taken_is_refused_alone(item: Any, reason: str) -> None:
    good = exported(7, 1, label=[value(2, 9, "PER")])
    first, refusal, last = read_all_min([good, item, {**good, "annotator": 2}])
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert [first.key, last.key] == ["7", "7"]
    assert (first.number, last.number) == (1, 3)


def test_several_names_are_refused_before_anything_is_read() -> None:
    with pytest.raises(TonemarkError, match="2 annotators were named"):
        read_min([], annotators=("amina", "bo"))
