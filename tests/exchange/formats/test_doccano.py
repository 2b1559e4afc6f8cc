"""doccano's JSON Lines: round trips in both units, foreign shapes, and what is refused."""

from __future__ import annotations

import io
import json
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from row_making import rows
from spanned_rows import corpus_rows, span_rows

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions, Unit, WriteOptions
from tonemark.exchange.formats.doccano.lines import is_doccano, read_doccano, write_doccano
from tonemark.exchange.registry import HEAD, guess_format
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

TEXT = "👋 Vaj Pov nyob Luang Prabang, Ẹ̀kọ́."
ROW = ExportRow(
    "doc1", TEXT, {"source": "news"}, None, (Span(2, 9, "PER"), Span(15, 28, "LOC")), "accept"
)
NFD = unicodedata.normalize("NFD", "Ẹ̀kọ́ Asha")
ADLAM = "𞤀𞤣𞤤𞤢𞤥 𞤖𞤢𞤤𞤫"


def written(rows: list[ExportRow], offsets: Unit | None = None) -> bytes:
    stream = io.BytesIO()
    assert list(write_doccano(rows, stream, WriteOptions(offsets=offsets))) == [1] * len(rows)
    return stream.getvalue()


def read(data: bytes | str | dict[str, Any], **options: Any) -> Record | Refusal:
    if isinstance(data, dict):
        data = json.dumps(data)
    if isinstance(data, str):
        data = data.encode()
    [found] = read_doccano(io.BytesIO(data), ReadOptions(source="f", **options))
    return found


def taken(data: bytes | str | dict[str, Any], **options: Any) -> Record:
    found = read(data, **options)
    assert isinstance(found, Record), found
    return found


def stretches(record: Record) -> list[tuple[int, int, str]]:
    return [(each.start, each.end, each.label) for each in record.suggestions]


@pytest.mark.parametrize(
    ("offsets", "label"),
    [
        (None, [[3, 10, "PER"], [16, 29, "LOC"]]),
        ("graphemes", [[2, 9, "PER"], [15, 28, "LOC"]]),
        ("code points", [[2, 9, "PER"], [15, 28, "LOC"]]),
        ("UTF-16 units", [[3, 10, "PER"], [16, 29, "LOC"]]),
    ],
)
def test_a_record_is_ascii_with_every_field(offsets: Unit | None, label: list[Any]) -> None:
    data = written([ROW], offsets)
    assert data.isascii()
    assert json.loads(data) == {
        "id": "doc1",
        "text": TEXT,
        "label": label,
        "Comments": [],
        "meta": {"source": "news"},
        "_offsets": offsets or "UTF-16 units",
    }
    assert stretches(taken(data)) == [(2, 9, "PER"), (15, 28, "LOC")]


def test_what_has_no_answer_is_not_done() -> None:
    shown = Suggestion(0, 3, "PER", ("model:m",))
    data = written([ExportRow("k", "Vaj Pov", suggestions=(shown,))])
    assert json.loads(data)["label"] is None
    assert taken(data, annotators=("amina",)).annotations == ()
    [answer] = taken(written([ExportRow("k", "a", answer="accept")]), annotators=("b",)).annotations
    assert (answer.answer, answer.spans) == ("accept", ())


def test_comments_are_the_annotators_or_metadata() -> None:
    row = ExportRow("k", "Vaj", answer="accept", annotator="a", comment="look\nhere")
    [answer] = taken(written([row]), annotators=("a",)).annotations
    assert answer.comment == "look\nhere"
    assert taken(written([row])).meta == {"Comments": ["look\nhere"]}


def test_metadata_of_ours_come_back_whole() -> None:
    piece = {"of": "whole", "offset": 3, "length": 9}
    meta = {"a": [1, None], "_given": {"text": "x", "id": 5}, "_piece": piece, "label": "x"}
    record = taken(written([ExportRow("k", "Vaj", meta, answer="accept")]))
    assert (record.key, record.meta) == ("k", meta)


@settings(max_examples=80, deadline=None)
@given(st.one_of(span_rows(), rows()), st.sampled_from(["code points", "UTF-16 units"]))
def test_any_row_comes_back(row: ExportRow, offsets: Unit) -> None:
    record = taken(written([row], offsets), annotators=("amina",))
    assert (record.key, record.text, record.meta) == (row.key, row.text, row.meta)
    [answer] = record.annotations
    assert {(s.start, s.end, s.label) for s in answer.spans} == {
        (s.start, s.end, s.label) for s in row.spans
    }
    assert answer.comment == row.comment


@pytest.mark.parametrize("name", ["ner/yor/dev.conll", "hmong-ner/layers"])
@pytest.mark.parametrize("offsets", ["code points", "UTF-16 units"])
def test_corpora_come_back_equal(corpora: Path, name: str, offsets: Unit) -> None:
    found = corpus_rows(corpora / name)
    records = read_doccano(io.BytesIO(written(found, offsets)), ReadOptions())
    for row, record in zip(found, records, strict=True):
        assert isinstance(record, Record), record
        assert (record.key, record.text) == (row.key, row.text)
        assert set(stretches(record)) == {(s.start, s.end, s.label) for s in row.spans}
    assert sum(len(row.spans) for row in found) > 300


@pytest.mark.parametrize(
    ("given", "warnings"),
    [
        ({"label": [[0, 3, "PER"]]}, []),
        ({"labels": [[0, 3, "PER"]]}, []),
        ({"annotations": [{"label": "PER", "start_offset": 0, "end_offset": 3, "user": 1}]}, []),
        ({"entities": [{"id": 1, "start_offset": 0, "end_offset": 3, "label": "PER"}]}, []),
        ({"label": [[0, 3, "PER"], [0, 3, "PER"]]}, ["the span 0-3 'PER' stands there twice"]),
        (
            {
                "entities": [{"id": 1, "start_offset": 0, "end_offset": 3, "label": "PER"}],
                "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "x"}],
            },
            ["left out: 1 relation"],
        ),
    ],
)
def test_foreign_shapes_are_read(given: dict[str, Any], warnings: list[str]) -> None:
    record = taken({"id": 7, "text": "Vaj Pov", "city": "Hue", "Comments": [], **given})
    assert stretches(record) == [(0, 3, "PER")]
    assert record.key == "7"
    assert record.meta == {"city": "Hue"}
    assert list(record.warnings) == warnings
    [answer] = taken({"text": "Vaj Pov", **given}, annotators=("amina",)).annotations
    assert answer.spans == (Span(0, 3, "PER", ("import:f",)),)


def label(*span: Any, text: str = "Vaj Pov") -> dict[str, Any]:
    return {"text": text, "label": [list(span)]}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (label(0, 9, "X"), "the span 0-9 lies outside the text, which has 7 characters"),
        (label(-1, 2, "X"), "lies outside the text"),
        (label(3, 3, "X"), "empty or runs backwards"),
        (label(3, 1, "X"), "empty or runs backwards"),
        (label(0, 10**30, "X"), "lies outside the text"),
        (label(0, True, "X"), "must be whole numbers"),
        (label("0", 3, "X"), "must be whole numbers"),
        (label(0, 3.0, "X"), "must be whole numbers"),
        (label(0, 3, 5), "the label of a span is 5"),
        (label(0, 3, "a b"), "white space"),
        (label(0, 3, ""), "is empty"),
        (label(0, 3), "not [start, end, label]"),
        ({"text": "Vaj", "label": "PER"}, "the spans are 'PER', not a list"),
        ({"text": "Vaj", "label": ["positive"]}, "a span is 'positive', not [start, end, label]"),
        ({"text": "Vaj", "label": {"a": 1}}, "the spans are an object"),
        ({"text": "Vaj", "entities": [{"start_offset": 0}]}, "a span has no 'end_offset'"),
        ({"text": "Vaj", "Comments": [1]}, '"Comments" is not a list of strings'),
        ({"text": "Vaj", "_offsets": 3}, '"_offsets" is 3'),
        ({"text": 5}, "the text is 5"),
        ({"text": ""}, "the text is empty"),
        ({"label": []}, "no 'text'"),
        ({"text": "a\0"}, "NUL"),
        ('{"text":"a\\ud83d"}', "lone surrogate"),
        ('{"text":"Vaj"', "not JSON"),
        ('{"text":"a","x":' + "[" * 100_000, "nested more than 100 deep"),
        ('{"text":"a","x":' + "1" * 5000 + "}", "too many digits"),
        ("[1]", "a list, not an object"),
        (b'{"text":"caf\xe9"}', "not UTF-8"),
        # A file of doccano's own, in whose unit alone a span lies in the text.
        (label(11, 19, "X", text=ADLAM), "--offsets utf16"),
        (label(11, 19, "X", text=f"{ADLAM} {ADLAM}"), "--offsets utf16, or --offsets codepoints"),
        (
            label(4, 8, "X", text=NFD),
            "lie on words in grapheme clusters alone: --offsets graphemes",
        ),
        (label(0, 9, "X", text="Ẹ̀kọ́ A"), "lies outside"),
        (
            {**label(0, 5, "X", text=ADLAM), "_offsets": "bytes"},
            "none of code points, UTF-16 units, graphemes",
        ),
    ],
)
def test_what_is_wrong_is_refused(given: Any, reason: str) -> None:
    found = read(given)
    assert isinstance(found, Refusal), found
    assert reason in found.reason


def test_units_that_differ_are_refused() -> None:
    for said, asked in (("code points", "UTF-16 units"), ("UTF-16 units", "code points")):
        found = read(written([ROW], said), offsets=asked)  # type: ignore[arg-type]
        assert isinstance(found, Refusal)
        assert "--offsets" in found.reason
    within = read(label(1, 4, "X", text=ADLAM), offsets="UTF-16 units")
    assert isinstance(within, Refusal)
    assert "without --offsets utf16" in within.reason
    past = read(label(0, 40, "X", text=ADLAM), offsets="UTF-16 units")
    assert isinstance(past, Refusal)
    assert "which has 19 UTF-16 units" in past.reason


def test_offsets_are_read_as_told() -> None:
    given = label(11, 19, "X", text=ADLAM)
    assert stretches(taken(given, offsets="UTF-16 units")) == [(6, 10, "X")]
    # Letters with marks of their own, as doccano counts them where its project says so.
    given = label(4, 8, "X", text=NFD)
    assert stretches(taken(given, offsets="graphemes")) == [(8, 12, "X")]
    assert "a span is" not in "".join(taken(given, offsets="code points").warnings)
    # Inside words, and told to be so.
    given = label(3, 8, "X", text=f"{ADLAM} {ADLAM}")
    assert stretches(taken(given, offsets="code points")) == [(3, 8, "X")]
    # In both units on words, or in neither: what doccano's page shows cannot be told from them.
    assert stretches(taken(label(0, 5, "X", text=ADLAM))) == [(0, 5, "X")]


@pytest.mark.parametrize(
    ("said", "span", "text", "unit"),
    [
        ("code points", (11, 19), f"{ADLAM} {ADLAM}", "UTF-16 units"),
        ("UTF-16 units", (4, 8), NFD, "grapheme clusters"),
        ("UTF-16 units", (6, 10), f"{ADLAM} {ADLAM}", "code points"),
    ],
)
def test_a_span_that_was_marked_in_another_unit_than_the_file_says_is_told(
    said: str, span: tuple[int, int], text: str, unit: str
) -> None:
    """doccano gives `_offsets` back as it was, whatever its page counts."""
    [warning] = taken({**label(*span, "X", text=text), "_offsets": said}).warnings
    assert f"lies on words in {unit}" in warning
    assert f"the span {span[0]}-{span[1]} is" in warning


@pytest.mark.parametrize("offsets", ["code points", "UTF-16 units", "graphemes"])
def test_spans_on_words_are_believed(offsets: Unit) -> None:
    row = ExportRow(
        "k", f"{NFD} {ADLAM} leo", {}, None, (Span(8, 12, "X"), Span(13, 18, "Y")), "accept"
    )
    found = taken(written([row], offsets))
    assert stretches(found) == [(8, 12, "X"), (13, 18, "Y")]
    assert found.warnings == ()


def test_many_spans_take_linear_time() -> None:
    """For each the whole text was counted: 2,000 in 120,000 letters took 45 seconds."""
    text = f"{ADLAM} " * 8_000
    spans = [[at * 20, at * 20 + 10, "X"] for at in range(8_000)]
    began = time.process_time()
    record = taken({"text": text, "label": spans, "_offsets": "UTF-16 units"})
    assert len(record.suggestions) == 8_000
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("meta", "kept", "left_out"),
    [
        ({"_given": 1, "a": 2}, {"a": 2}, ["_given"]),
        ({"_piece": {"of": "k"}, "_given": []}, {}, ["_given", "_piece"]),
        ({"_given": {"b": 1}}, {"_given": {"b": 1}}, []),
    ],
)
def test_names_of_ours_in_anybodys_metadata(
    meta: dict[str, Any], kept: dict[str, Any], left_out: list[str]
) -> None:
    record = taken({"text": "Vaj", "meta": meta, "_given": {"c": 1}, "_piece": 1})
    assert record.meta == kept
    assert [warning.split('"')[1] for warning in record.warnings] == left_out


def test_stretches_under_other_names_are_no_metadata() -> None:
    found = read({"text": "Vaj Pov", "spans": [{"start": 0, "end": 3, "label": "PER"}]})
    assert isinstance(found, Refusal)
    assert "'spans' holds labelled stretches, which would be lost" in found.reason


def test_a_bad_record_does_not_stop_the_rest_and_two_names_do() -> None:
    data = b'{"text":"a"}\n\n{"text":5}\n{"text":"b"}\n'
    found = list(read_doccano(io.BytesIO(data), ReadOptions()))
    assert [type(each) for each in found] == [Record, Refusal, Record]
    assert [each.line for each in found] == [1, 3, 4]
    with pytest.raises(TonemarkError, match="a file an annotator"):
        list(read_doccano(io.BytesIO(data), ReadOptions(annotators=("a", "b"))))
    with pytest.raises(TonemarkError, match="UTF-16"):
        list(read_doccano(io.BytesIO('{"text":"a"}'.encode("utf-16")), ReadOptions()))


SPANS = {"text": "Vaj Pov", "spans": [{"start": 0, "end": 3, "label": "PER"}]}


@pytest.mark.parametrize(
    ("records", "is_ours"),
    [
        ([label(0, 3, "PER")], True),
        ([{"text": "a", "label": []}, {"text": "b", "label": []}], False),
        ([{"text": "a", "label": []}, label(0, 3, "PER")], True),
        ([{"text": "a", "label": [], "Comments": []}], True),
        ([{"text": "a", "entities": [{"start_offset": 0, "end_offset": 1, "label": "X"}]}], True),
        ([{"text": "a", "label": "PER"}], False),
        ([{"text": "a", "label": ["positive"]}], False),
        ([{"text": "a", "label": 1}], False),
        ([{"text": "a", "meta": {}}], False),
        ([SPANS], False),
        ([SPANS | {"label": [[0, 3, "PER"]]}], False),
        ([{"text": "a", "answer": "accept", "label": "x"}], False),
        ([{"tokens": ["a"], "label": [[0, 1, "X"]]}], False),
        ([[1]], False),
        ([], False),
    ],
)
def test_files_are_told_from_prodigys(records: list[Any], is_ours: bool, tmp_path: Path) -> None:
    data = "".join(json.dumps(each) + "\n" for each in records).encode()
    assert is_doccano(data) is is_ours
    for suffix in (".jsonl", ".json"):
        path = tmp_path / f"f{suffix}"
        path.write_bytes(data)
        assert (guess_format(path) == "doccano") is is_ours


def test_a_file_that_begins_with_a_long_text_is_told(tmp_path: Path) -> None:
    """By its first 64 KiB it was JSON Lines, and its spans were metadata."""
    path = tmp_path / "f.jsonl"
    path.write_text(json.dumps({"id": 1, **label(0, 3, "PER", text="Vaj " * 30_000)}))
    assert guess_format(path) == "doccano"


def test_a_first_record_longer_than_the_look_is_told_by_its_beginning() -> None:
    assert is_doccano(json.dumps(label(0, 3, "PER") | {"x": "a" * 90_000})[:65_536].encode())
    assert is_doccano(written([ROW])[:150])
    long = ExportRow("k", "Vaj " * 300_000, {}, None, (Span(0, 3, "PER"),), "accept")
    assert is_doccano(written([long])[:HEAD])
    assert not is_doccano(json.dumps(SPANS | {"x": "a" * 90_000})[:65_536].encode())
    assert not is_doccano(b"\xff\xfe{}\x00" * 100)
