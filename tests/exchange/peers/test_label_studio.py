"""What we write, in the hands of Label Studio's own SDK: its checks, and its converter."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from label_studio_sdk.label_interface import LabelInterface
from tests.label_studio_rows import LOC, PER, ROWS, TEXT, answer, write

from tonemark.corpus.labels import Label
from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.label_studio.minimal import read_label_studio_min
from tonemark.exchange.formats.label_studio.tasks import FORMAT, read_label_studio
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

LABELS = tuple(Label(name) for name in ("PER", "LOC", '<&">', "ክልል", "a'b", "O"))


def configuration(labels: tuple[Label, ...] = LABELS) -> str:
    assert FORMAT.companions
    [data] = FORMAT.companions(WriteOptions(labels=labels)).values()
    return data.decode()


INTERFACE = LabelInterface(configuration())


def check(tasks: list[dict[str, Any]]) -> None:
    for task in tasks:
        # With "annotations" beside them the SDK 2.0.19 calls its own check without an argument.
        assert INTERFACE.validate_task({"data": task["data"]})
        assert all(INTERFACE.validate_annotation(each) for each in task["annotations"])
        for each in task["predictions"]:
            assert INTERFACE.validate_prediction(each, return_errors=True) == []


def test_its_checks_take_all_that_we_write() -> None:
    check(json.loads(write(*ROWS.values())))


def test_its_checks_are_checks() -> None:
    [task] = json.loads(write(ROWS["plain"]))
    [annotation] = task["annotations"]
    annotation["result"][0]["value"]["labels"] = ["NONE"]
    assert not INTERFACE.validate_annotation(annotation)


@st.composite
def rows(draw: st.DrawFn) -> ExportRow:
    text = draw(st.text('a👋ẹ̀ \n"<&ክ𞤀', min_size=1, max_size=12).filter(str.strip))
    stretch = st.tuples(
        st.integers(0, len(text) - 1), st.integers(1, 4), st.sampled_from([x.name for x in LABELS])
    )
    drawn = draw(st.lists(stretch, max_size=4))
    places = sorted({(start, min(start + size, len(text)), name) for start, size, name in drawn})
    if draw(st.booleans()):
        spans = tuple(Span(*place) for place in places)
        said = draw(st.sampled_from(["accept", "reject", "ignore"]))
        return ExportRow("k", text, spans=spans, answer=said, annotator="amina")
    makers = st.sampled_from([("model:m",), ("gazetteer:1", "pattern:2")])
    scores = st.floats(0, 1)
    found = tuple(Suggestion(*place, draw(makers), draw(scores)) for place in places)
    return ExportRow("k", text, suggestions=found)


@given(made=st.lists(rows(), max_size=3))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_annotated_passes_its_checks_and_comes_back(made: list[ExportRow]) -> None:
    data = write(*made)
    check(json.loads(data))
    for row, record in zip(made, read_label_studio(io.BytesIO(data), ReadOptions()), strict=True):
        assert isinstance(record, Record)
        assert record.text == row.text
        assert [each.spans for each in record.annotations] == [each.spans for each in row.answers()]
        assert set(record.suggestions) == set(row.suggestions)


TWO = ExportRow(
    "two",
    TEXT,
    {"source": "radio"},
    versions=(answer("amina", "accept", PER, LOC, time=1.0), answer("bo", "accept", PER)),
)


def converted(tmp_path: Path, form: str, *made: ExportRow) -> bytes:
    """What the SDK's converter makes of our file."""
    from label_studio_sdk.converter import Converter  # it takes a second to load

    source, folder = tmp_path / "f.json", tmp_path / "out"
    source.write_bytes(write(*made))
    converter = Converter(configuration(), str(tmp_path), download_resources=False)
    converter.convert(str(source), str(folder), form, is_dir=False)
    [file] = [each for each in folder.iterdir() if each.is_file()]
    return file.read_bytes()


def test_its_converter_makes_json_min_of_our_file_and_we_read_it(tmp_path: Path) -> None:
    data = converted(tmp_path, "JSON_MIN", *ROWS.values(), TWO)
    found = {}
    # It knows nobody for an annotation without `completed_by`: they are suggestions to us.
    for record in read_label_studio_min(io.BytesIO(data), ReadOptions()):
        assert not isinstance(record, Refusal), record
        stretches = {(each.start, each.end, each.label) for each in record.suggestions}
        found[record.number] = (record.text, sorted(stretches))
    expected = [(TEXT, sorted({*_stretches(row)})) for row in ROWS.values() if _counts(row)]
    assert list(found.values()) == [*expected, (TEXT, sorted({*_stretches(TWO)}))]


def _counts(row: ExportRow) -> bool:
    """Whether the converter writes anything of a row: not where all is cancelled."""
    return not row.answers() or any(each.answer == "accept" for each in row.answers())


def _stretches(row: ExportRow) -> set[tuple[int, int, str]]:
    return {
        (each.start, each.end, each.label)
        for said in row.answers()
        if said.answer == "accept"
        for each in said.spans
    }


@pytest.mark.parametrize("form", ["JSON", "CSV", "TSV", "CONLL2003"])
def test_its_converter_takes_our_file_in_every_form(form: str, tmp_path: Path) -> None:
    assert "Luang" in converted(tmp_path, form, *ROWS.values(), TWO).decode()
