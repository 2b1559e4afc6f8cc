"""CoNLL columns and CoNLL-2003, written: the bytes, what comes back, and what cannot be said."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagged_rows import SHAPES, found, said, tagged_rows

from tonemark.corpus.labels import label_fault
from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.corpus.spans import Span
from tonemark.exchange.base import Format, ReadOptions, WriteOptions
from tonemark.exchange.fitting import faults
from tonemark.exchange.formats.columns.conll import FORMAT as CONLL
from tonemark.exchange.formats.columns.conll2003 import FORMAT as CONLL2003
from tonemark.exchange.registry import guess_format, read_records
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token

LABELS = st.sampled_from([each for each in SHAPES if not CONLL.label_fault(each)])


PLAIN = WriteOptions()


def bytes_of(
    format: Format, rows: Sequence[ExportRow], options: WriteOptions = PLAIN
) -> tuple[bytes, list[int]]:
    stream = io.BytesIO()
    assert format.write
    counts = list(format.write(rows, stream, options))
    return stream.getvalue(), counts


def read_back(format: Format, data: bytes, *names: str) -> list[Record]:
    assert format.read
    records = list(format.read(io.BytesIO(data), ReadOptions(annotators=names)))
    assert all(isinstance(each, Record) for each in records), records
    return [each for each in records if isinstance(each, Record)]


def words(text: str) -> list[Token]:
    """Sentences of two words."""
    borders = [at for at, character in enumerate(text) if character == "."]
    return [Token(start, len(text)) for start in (0, *(border + 1 for border in borders))]


ROW = ExportRow(
    "d1",
    "Vaj Pov nyob. Luang Prabang!",
    tokens=(Token(0, 7), Token(8, 12), Token(12, 13), Token(14, 27), Token(27, 28)),
    spans=(Span(0, 7, "PER"), Span(14, 27, "LOC")),
    answer="accept",
    annotator="amina",
)


def test_columns_to_the_letter() -> None:
    options = WriteOptions(sentences=words)
    data, counts = bytes_of(CONLL, [ROW], options)
    assert counts == [2]
    assert data.decode() == (
        "Vaj B-PER\nPov I-PER\nnyob O\n. O\n\nLuang B-LOC\nPrabang I-LOC\n! O\n\n"
    )
    data, counts = bytes_of(CONLL2003, [ROW, replace(ROW, text="Vaj", tokens=None, spans=())])
    assert counts == [1, 1]
    assert data.decode() == (
        "-DOCSTART- -X- O O\n\nVaj -X- _ B-PER\nPov -X- _ I-PER\nnyob -X- _ O\n. -X- _ O\n"
        "Luang -X- _ B-LOC\nPrabang -X- _ I-LOC\n! -X- _ O\n\n"
        "-DOCSTART- -X- O O\n\nVaj -X- _ O\n\n"
    )


def test_a_column_an_annotator() -> None:
    other = replace(ROW, annotator="juma", spans=(Span(0, 3, "PER"),))
    row = replace(ROW, answer=None, spans=(), versions=(other, ROW))
    alone = replace(row, text="Vaj", tokens=None, versions=())
    options = WriteOptions(annotators=("amina", "neema", "juma"))
    data, _ = bytes_of(CONLL, [row, alone], options)
    assert data.decode().split("\n\n")[0].split("\n")[:3] == [
        "Vaj B-PER _ B-PER",
        "Pov I-PER _ O",
        "nyob O _ O",
    ]
    assert data.decode().endswith("\n\nVaj _ _ _\n\n")
    first, second = read_back(CONLL, data, "amina", "neema", "juma")
    assert [each.annotator for each in first.annotations] == ["amina", "juma"]
    assert second.annotations == ()


@pytest.mark.parametrize("cut", [None, words])
@given(rows=st.lists(tagged_rows(LABELS), min_size=1, max_size=4))
def test_what_is_written_is_read_back(cut: object, rows: list[ExportRow]) -> None:
    options = WriteOptions(sentences=cut)
    for format in (CONLL, CONLL2003):
        fitting = [row for row in rows if not faults(format, row)]
        data, counts = bytes_of(format, fitting, options)
        ahead = iter(read_back(format, data))
        for row, count in zip(fitting, counts, strict=True):
            records = [next(ahead) for _ in range(count)]
            assert found(row, records) == {None: said(row)}
        assert next(ahead, None) is None


@given(rows=st.lists(tagged_rows(LABELS, "abc"), min_size=1, max_size=4))
def test_versions_are_read_back(rows: list[ExportRow]) -> None:
    rows = [row for row in rows if not faults(CONLL, row)]
    data, counts = bytes_of(CONLL, rows, WriteOptions(annotators=tuple("abc"), sentences=words))
    ahead = iter(read_back(CONLL, data, *"abc") if rows else ())
    for row, count in zip(rows, counts, strict=True):
        told = found(row, [next(ahead) for _ in range(count)])
        told.pop(None)
        assert told == {each.annotator: said(each) for each in row.versions}


def test_what_stands_first_is_no_mark_of_the_file() -> None:
    row = ExportRow("d", "\ufeffa b", answer="accept")
    data, _ = bytes_of(CONLL, [row])
    [record] = read_back(CONLL, data)
    assert record.text == row.text


@pytest.mark.parametrize("format", [CONLL, CONLL2003])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a -DOCSTART- b", ["2-12 begins with -DOCSTART-, as a new document does"]),
        ("-DOCSTART-s", ["0-11 begins with -DOCSTART-, as a new document does"]),
        ("x-DOCSTART- # O", []),
    ],
)
def test_misfits(format: Format, text: str, told: list[str]) -> None:
    assert format.misfits
    misfits = format.misfits(ExportRow("d", text, answer="accept"))
    assert [f"{each.start}-{each.end} {each.reason}" for each in misfits] == told


def test_the_longest_text_that_fits_comes_back() -> None:
    assert CONLL.misfits
    one = ExportRow("d", "a" * TEXT_LIMIT, answer="accept")
    fits = replace(one, text="a" * (TEXT_LIMIT - 1), spans=(Span(0, TEXT_LIMIT - 1, "PER"),))
    assert [each.reason for each in CONLL.misfits(one)] == [
        "its tokens, a space between, have over 4 MiB"
    ]
    assert not list(CONLL.misfits(fits))
    [record] = read_back(CONLL, bytes_of(CONLL, [fits])[0])
    assert found(fits, [record]) == {None: said(fits)}


def test_a_document_without_an_answer() -> None:
    row = replace(ROW, answer=None)
    assert not faults(CONLL, row)
    [fault] = faults(CONLL2003, row)
    assert fault.reason == "has no answer, for which CoNLL-2003 has no tag"


@given(st.text(st.sampled_from("-ABE_"), min_size=1, max_size=4))
def test_labels(label: str) -> None:
    assert label_fault(label) is None
    assert bool(CONLL.label_fault(label)) == (label[0] == "-" or label[-1] == "-")


LABEL_STUDIO = (
    "-DOCSTART- -X- O\nVaj -X- _ B-PER\nPov -X- _ I-PER\n\nVaj -X- _ O\nPov -X- _ B-LOC\n\n"
    "nyob -X- _ O\n"
)


def test_label_studios_own_export_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    path = tmp_path / "result.conll"
    path.write_text(LABEL_STUDIO)
    assert guess_format(path) == "conll2003"
    first, second, third = read_back(CONLL2003, LABEL_STUDIO.encode())
    assert [s.label for s in first.suggestions] == ["PER"]
    assert len(first.warnings) == len(second.warnings) == 1
    assert first.warnings[0].startswith("Label Studio made this file")
    assert second.warnings[0].startswith("the text of the record before it again")
    assert third.warnings == ()


@pytest.mark.parametrize(
    ("name", "data", "format"),
    [
        ("a.conll", "-DOCSTART- -X- O O\n\na -X- _ O\n", "conll2003"),
        ("a.txt", "\ufeff-DOCSTART- -X- -X- O\n\nEU NNP I-NP I-ORG\n", "conll2003"),
        ("a.conll", "a O\n", "conll"),
        ("a.conll", "# sent_id = 1\n1\ta" + "\t_" * 8 + "\n", "conllu"),
        ("a.conll", "\n\n-DOCSTART- -X- O O\n\na -X- _ O\n", "conll2003"),
        ("a.txt", "-DOCSTART-s are in CoNLL\n", "text"),
        ("a.txt", "Vaj\n", "text"),
        ("a.txt", "Asha O\n", "text"),
        ("a.txt", "Asha B-PER\nyuko O\nKisumu B-LOC\n. O\n", "conll"),
        ("a.txt", "\ufeffyuko O\r\n. O\r\n\r\n", "conll"),
        ("a.conll", "Vaj _\n", "conll"),
    ],
)
def test_formats_of_one_suffix_are_told_apart(
    tmp_path: Path, name: str, data: str, format: str
) -> None:
    path = tmp_path / name
    path.write_text(data, encoding="utf-8")
    assert guess_format(path) == format
    [record] = read_records(path, format=None, options=ReadOptions())
    assert isinstance(record, Record)
    assert not record.warnings
