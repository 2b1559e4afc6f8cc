"""Label Studio's JSON, written and read; and files as Label Studio itself exports them."""

from __future__ import annotations

import json
import time
from typing import Any
from xml.etree import ElementTree

import pytest
import regex
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st
from tests.label_studio_rows import (
    FILE,
    ROWS,
    TEXT,
    exported,
    given,
    read,
    read_all,
    region,
    write,
)

from tonemark.corpus.labels import Label
from tonemark.corpus.records import GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import WriteOptions
from tonemark.exchange.formats.label_studio import regions
from tonemark.exchange.formats.label_studio.tasks import FORMAT
from tonemark.exchange.registry import guess_format
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

LONG = ExportRow(
    "long", "Vaj " * 300_000, spans=(Span(0, 3, "PER"),), answer="accept", annotator="amina"
)


@pytest.mark.parametrize("name", ROWS)
def test_what_is_written_is_read(name: str) -> None:
    row = ROWS[name]
    [record] = read(write(row))
    assert (record.number, record.line, record.key, record.text) == (1, 2, "doc", TEXT)
    assert record.meta == row.meta
    assert record.annotations == tuple(given(each) for each in row.answers())
    assert set(record.suggestions) == set(row.suggestions)
    assert record.priority == row.meta.get("priority")
    assert not record.warnings


def test_a_file_is_a_list_with_a_task_a_line() -> None:
    data = write(*ROWS.values())
    assert len(json.loads(data)) == len(ROWS) == data.count(b"\n") - 2
    assert [each.line for each in read(data)] == list(range(2, len(ROWS) + 2))
    assert write() == b"[]\n"


def test_a_task_says_to_label_studio_what_it_can() -> None:
    [first, gold] = json.loads(write(ROWS["versions"], ROWS["gold"]))
    assert first["data"] == {"text": TEXT, "key": "doc"}
    assert [each["was_cancelled"] for each in first["annotations"]] == [False, True, True]
    # Its importer takes an annotation without the field for ground truth, and one with a
    # `completed_by` that it does not know for an error.
    assert [each["ground_truth"] for each in first["annotations"]] == [False] * 3
    assert gold["annotations"][0]["ground_truth"] is True
    assert not any("completed_by" in each for each in first["annotations"])
    ids = [each["id"] for each in (*first["annotations"], *gold["annotations"])]
    assert ids == [1, 2, 3, 4]


def test_predictions_are_by_what_made_them() -> None:
    [task] = json.loads(write(ROWS["suggestions"]))
    told = [(each["model_version"], each["score"]) for each in task["predictions"]]
    assert told == [("gazetteer", 0.75), ("m1+gazetteer", 0.25)]
    assert task["annotations"] == []


LABELS = (Label("PER", 'a "name" <here> & there'), Label("LOC", key="l"), Label('<&">'))


def test_the_configuration_has_the_labels() -> None:
    assert FORMAT.companions
    [(suffix, data)] = FORMAT.companions(WriteOptions(labels=LABELS)).items()
    assert suffix == ".config.xml"
    view = ElementTree.fromstring(data)
    labels = view.findall("Labels/Label")
    assert [each.get("value") for each in labels] == [each.name for each in LABELS]
    assert labels[0].get("hint") == LABELS[0].about
    assert len({each.get("background") for each in labels}) == len(labels)
    assert FORMAT.companions(WriteOptions()) == {}


def test_a_task_as_label_studio_exports_it() -> None:
    [record] = read([exported({"result": [region(2, 9, "PER"), region(15, 28, "LOC")]})])
    spans = (Span(2, 9, "PER", FILE), Span(15, 28, "LOC", FILE))
    time = 1795252136.5
    assert record == Record(
        1,
        1,
        TEXT,
        "7",
        {},
        annotations=(GivenAnnotation("user-1", "accept", spans, time=time),),
    )


@pytest.mark.parametrize(
    ("user", "named", "name"),
    [
        (1, (), "user-1"),
        ({"id": 1, "email": "amina@example.org", "first_name": ""}, (), "amina@example.org"),
        ({"id": 3}, (), "user-3"),
        ("amina", (), "amina"),
        (1, ("bo",), "user-1"),
        (None, ("bo",), "bo"),
        ({}, ("bo",), "bo"),
    ],
)
def test_whose_annotation_it_is(user: Any, named: tuple[str, ...], name: str) -> None:
    [record] = read([exported({"result": [], "completed_by": user})], annotators=named)
    assert [each.annotator for each in record.annotations] == [name]


def test_what_nobody_gave_is_suggestions() -> None:
    [record] = read([exported({"result": [region(2, 9, "PER")], "completed_by": None})])
    assert record.suggestions == (Suggestion(2, 9, "PER", FILE),)
    assert not record.annotations
    assert '1 annotation without "completed_by"' in record.warnings[0]


@pytest.mark.parametrize(
    ("fields", "said"),
    [({}, "accept"), ({"was_cancelled": True}, "ignore"), ({"was_cancelled": None}, "accept")],
)
def test_what_it_says(fields: dict[str, Any], said: str) -> None:
    [record] = read([exported({"result": [], **fields})])
    assert [each.answer for each in record.annotations] == [said]


def test_an_answer_that_was_taken_back_in_a_file_of_ours_is_what_it_is_now() -> None:
    [task] = json.loads(write(ROWS["plain"]))
    task["annotations"][0]["was_cancelled"] = True
    [record] = read([task])
    assert [each.answer for each in record.annotations] == ["ignore"]


def test_ground_truth_is_the_annotators_answer_and_gold() -> None:
    [record] = read([exported({"result": [region(2, 9, "PER")], "ground_truth": True})])
    [hers, gold] = record.annotations
    assert (hers.annotator, hers.settled) == ("user-1", None)
    assert (gold.annotator, gold.settled, gold.spans) == ("user-1", Settled(), hers.spans)


def test_of_several_annotations_of_one_annotator_the_last_is_hers() -> None:
    first = {"result": [region(2, 9, "PER")], "updated_at": "2026-11-23T00:00:00Z"}
    [record] = read([exported(first, {"result": []}, {"result": [], "completed_by": 2})])
    assert [(each.annotator, len(each.spans)) for each in record.annotations] == [
        ("user-1", 1),
        ("user-2", 0),
    ]
    assert record.warnings == ("'user-1' has several annotations: the last is taken",)


def test_several_labels_of_a_region_are_spans() -> None:
    [record] = read([exported({"result": [region(2, 9, "PER", "LOC")]})])
    assert [each.label for each in record.annotations[0].spans] == ["PER", "LOC"]


HYPERTEXT = {"startOffset": 1, "endOffset": 5, "start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]"}


@pytest.mark.parametrize(
    ("others", "note"),
    [
        ([{"type": "choices", "value": {"choices": ["x"]}}], "1 regions of type 'choices'"),
        ([{"type": "textarea", "value": {"text": ["x"]}}] * 2, "2 regions of type 'textarea'"),
        ([{"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}], "1 relations"),
        ([{"type": "paragraphlabels", "value": {"start": "0"}}], "type 'paragraphlabels'"),
        ([region(2, 9)], "1 regions without a label"),
        ([region(2, 9, "LOC", **HYPERTEXT)], "offsets count what a page of HTML shows"),
        (
            [region(2, 9, "LOC", **HYPERTEXT, globalOffsets={"start": 3, "end": 10})],
            "offsets count what a page of HTML shows",
        ),
    ],
)
def test_what_is_no_labelled_stretch_is_left_out(others: list[dict[str, Any]], note: str) -> None:
    [record] = read([exported({"result": [region(15, 28, "LOC"), *others]})])
    assert record.annotations[0].spans == (Span(15, 28, "LOC", FILE),)
    assert note in record.warnings[0]


def test_places_on_a_page_of_html_are_taken_where_they_are_places_in_the_text() -> None:
    shown = region(2, 9, "LOC", **HYPERTEXT, globalOffsets={"start": 2, "end": 9})
    [record] = read([exported({"result": [shown]})])
    assert record.annotations[0].spans == (Span(2, 9, "LOC", FILE),)


def test_line_ends_in_the_quoted_text_may_be_written_in_other_ways() -> None:
    value = region(0, 3, "PER", text="a\\nb")
    [record] = read([exported({"result": [value]}, data={"text": "a\nb"})])
    assert record.annotations[0].spans == (Span(0, 3, "PER", FILE),)


@settings(max_examples=300, deadline=None)
@drawn(st.text("ab \n", min_size=1, max_size=12), st.data())
def test_the_quoted_text_is_compared_whatever_its_line_ends(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    said = data.draw(st.just(text[start:end]) | st.text("ab \n", min_size=1, max_size=6))
    said = said.replace("\n", data.draw(st.sampled_from(["\n", "\\n", " "])))

    def loose(value: str) -> str:
        return regex.sub(r"(?:\s|\\n)+", " ", value)

    assert regions._stands(said, start, end, text) == (loose(said) == loose(text[start:end]))


def test_many_regions_over_a_long_text_take_linear_time() -> None:
    """For each all of it was gone through: 2,000 of 0.2 MB took six seconds."""
    text = "Vaj Pov " * 25_000
    value = {"startOffset": 0, "text": "Vaj", "labels": ["PER"]}
    value["globalOffsets"] = {"start": 0, "end": len(text)}
    result = [{"type": "labels", "value": value} for _ in range(5_000)]
    began = time.process_time()
    [record] = read([exported({"result": result}, data={"text": text})])
    assert record.annotations[0].spans == ()
    assert time.process_time() - began < 4


def test_predictions() -> None:
    first = {"model_version": "m1", "score": 0.5, "result": [region(2, 9, "PER")]}
    scored = {**region(15, 28, "LOC"), "score": 0.25}
    second = {"model_version": None, "score": 7, "result": [scored, region(2, 5, "PER")]}
    [record] = read([exported(predictions=[first, second])])
    assert record.suggestions == (
        Suggestion(2, 9, "PER", ("model:m1",), 0.5),
        Suggestion(15, 28, "LOC", FILE, 0.25),
        Suggestion(2, 5, "PER", FILE, 1.0),
    )


def test_numbers_of_predictions_are_nothing_and_told_once() -> None:
    first, second = read([exported(predictions=[1]), exported(predictions=[2, 3], drafts=[{}])])
    assert first.warnings == ("predictions are left out: the file has their numbers alone",)
    assert second.warnings == ("left out: 1 draft",)
    assert not first.suggestions


@pytest.mark.parametrize(
    ("data", "column", "field"),
    [
        ({"text": TEXT, "body": "b"}, None, "text"),
        ({"body": TEXT, "n": 3}, None, "body"),
        ({"body": TEXT, "id": "a1"}, None, "body"),
        ({"text": "t", "body": TEXT}, "body", "body"),
    ],
)
def test_where_the_text_is(data: dict[str, Any], column: str | None, field: str) -> None:
    [record] = read([exported(data=data)], text_column=column)
    assert record.text == TEXT
    assert record.meta == {name: value for name, value in data.items() if name != field}


@pytest.mark.parametrize(
    ("data", "key"),
    [({"key": "k", "id": "i"}, "k"), ({"id": 5}, "5"), ({"id": None}, "7"), ({}, "7")],
)
def test_the_key(data: dict[str, Any], key: str) -> None:
    [record] = read([exported(data={"text": TEXT, **data})])
    assert record.key == key


def test_data_alone_are_a_task() -> None:
    [record] = read([{"text": TEXT, "id": 4, "source": "radio"}])
    assert record == Record(1, 1, TEXT, "4", {"id": 4, "source": "radio"})


def test_metadata_that_stand_apart() -> None:
    [record] = read([exported(data={"text": TEXT, "a": 1}, meta={"a": 2, "b": 3, "_given": 4})])
    assert record.meta == {"a": 1, "b": 3}
    assert len(record.warnings) == 2


REFUSED: list[tuple[Any, str]] = [
    (exported({"result": [region(2, 9999, "PER")]}), "lies outside the text, which has 36"),
    (exported({"result": [region(-2, 9, "PER")]}), "lies outside the text"),
    (exported({"result": [region(9, 2, "PER")]}), "empty or runs backwards"),
    (exported({"result": [region(3, 10, "PER", text="Vaj Pov")]}), "must count code points"),
    (exported({"result": [region(2, 9, "PER", start=2.0)]}), "must be whole numbers"),
    (exported({"result": [region(2, 9, "PER", start=True)]}), "must be whole numbers"),
    (exported({"result": [region(2, 9, "a b")]}), "has white space"),
    (exported({"result": [region(2, 9, "PER", labels="PER")]}), "are 'PER', not a list"),
    (exported({"result": [region(2, 9, "PER", labels=[1])]}), "the label of a span is 1"),
    (exported({"result": [3]}), "a region is 3"),
    (exported({"result": [{"type": "labels"}]}), "a region has null as its value"),
    (exported({"result": {}}), '"result" is an object'),
    (exported({"result": [], "was_cancelled": "no"}), '"was_cancelled" is'),
    (exported({"result": [], "tonemark": {"answer": "yes"}}), "the answer is 'yes'"),
    (exported({"result": [], "tonemark": {"comment": 1}}), "the comment is 1"),
    (exported({"result": [], "tonemark": {"flagged": 1}}), '"flagged" is 1'),
    (exported(annotations=3), '"annotations" is 3'),
    (exported(annotations=[3]), "an annotation is 3"),
    (exported(predictions="x"), "\"predictions\" is 'x'"),
    (exported(predictions=["x"]), "a prediction is 'x'"),
    (exported(predictions=[{"result": [region(2, 99, "PER")]}]), "lies outside"),
    (exported(data=[]), '"data" is a list'),
    (exported(data={"a": "x", "b": "y"}), "--text-column names the field of the text: 'a', 'b'"),
    (exported(data={"n": 3}), "no 'text'"),
    (exported(data={"text": ["x"]}), "the text is a list"),
    (exported(data={"text": TEXT, "id": [1]}), "id is a list"),
    ({"text": TEXT, "spans": []}, "'spans' without \"data\": no task of Label Studio (jq -c '.[]'"),
    ({"tokens": ["x"]}, "jq -c '.[]'"),
    # Of other programs: what would be metadata, and no annotation any more.
    ({"text": TEXT, "label": [[0, 4, "PER"]]}, "'label' holds labelled stretches, which would be"),
    ({"text": TEXT, "label": [[0, 4, "PER"]]}, "--format doccano"),
    ({"text": TEXT, "ner": [[0, 4, "PER"]]}, '"spans": [{"start": 0'),
    ({"text": TEXT, "entities": [{"start_offset": 0, "end_offset": 1}]}, "--format doccano"),
    ({"text": TEXT, "entities": [{"start": 0, "end": 4, "label": "PER"}]}, '"spans": [{"start"'),
    ({"text": TEXT, "label": [{"start": 0, "end": 4, "labels": ["P"]}]}, "label-studio-min"),
    ({"text": TEXT, "result": [region(2, 9, "PER")]}, "has them in annotations"),
    (exported(result=[region(2, 9, "PER")]), "has them in annotations"),
    (3, "the element is 3"),
]


@pytest.mark.parametrize(("task", "reason"), REFUSED)
def test_a_task_that_cannot_be_taken_is_refused_alone(task: Any, reason: str) -> None:
    good = exported({"result": [region(2, 9, "PER")]})
    first, refusal, last = read_all([good, task, good])
    assert isinstance(refusal, Refusal)
    assert reason in refusal.reason
    assert isinstance(first, Record)
    assert isinstance(last, Record)
    assert last.number == 3


def test_several_names_are_refused_before_anything_is_read() -> None:
    with pytest.raises(TonemarkError, match="2 annotators were named"):
        read([], annotators=("amina", "bo"))


def test_a_dollar_begins_no_label() -> None:
    assert FORMAT.label_fault
    assert "begins with $" in FORMAT.label_fault("$PER")
    assert not FORMAT.label_fault("P$ER")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (write(*ROWS.values()), "label-studio"),
        (write(*ROWS.values(), name="label-studio-min"), "label-studio-min"),
        (b"[]", "label-studio"),
        (b'\xef\xbb\xbf \n[{"data": {"text": "x", "annotator": 1}}]', "label-studio"),
        (b'[{"text": "x"}]', "label-studio"),
        (b'[{"text": "x", "annotator": 1}]', "label-studio-min"),
        (b'[{"text": "' + b"x" * 70_000 + b'", "annotator": 1}]', "label-studio-min"),
        (b'[{"text": "' + b"x" * 2_000_000 + b'", "annotator": 1}]', "label-studio-min"),
        (write(LONG, name="label-studio-min"), "label-studio-min"),
        (write(LONG), "label-studio"),
        (b'[{"annotator": 1, "text": "' + b"x" * 70_000, "label-studio-min"),
        (b'[{"data": {"text": "' + b"x" * 70_000, "label-studio"),
        (b'{"text": "x"}\n', "jsonl"),
        (b"", "jsonl"),
        (b"nothing", "jsonl"),
    ],
)
def test_the_beginning_of_a_file_tells_its_format(data: bytes, name: str, tmp_path: Any) -> None:
    path = tmp_path / "f.json"
    path.write_bytes(data)
    assert guess_format(path) == name
