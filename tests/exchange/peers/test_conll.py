"""What we write as CoNLL, in the hands of seqeval, spaCy's converter and conllu; and of corpora."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from conllu import parse
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.scheme import IOB2, Entities
from tagged_rows import found, said, tagged_rows

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span
from tonemark.exchange.base import Format, ReadOptions, WriteOptions
from tonemark.exchange.fitting import faults
from tonemark.exchange.formats.columns.conll import FORMAT as CONLL
from tonemark.exchange.formats.columns.conll2003 import FORMAT as CONLL2003
from tonemark.exchange.formats.columns.conllu import FORMAT as CONLLU
from tonemark.exchange.registry import read_records
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import pieces
from tonemark.tokenizers.base import Token

FORMATS = [CONLL, CONLL2003, CONLLU]
CAPITALS = st.sampled_from(["PER", "O", "B_PER", "_", "I"])
ODD = st.sampled_from(["PER", "O", "B-PER", "a=b", "ክልል", "NP", "#", "_", "2"])


def write(
    format: Format, rows: Sequence[ExportRow], options: WriteOptions
) -> tuple[str, list[int]]:
    stream = io.BytesIO()
    assert format.write
    counts = list(format.write(rows, stream, options))
    return stream.getvalue().decode(), counts


def halves(text: str) -> list[Token]:
    return [Token(0, len(text) // 2), Token(len(text) // 2, len(text))]


CUT = WriteOptions(sentences=halves)


def in_pieces(row: ExportRow) -> list[tuple[str, int, int]]:
    """The spans of a row, counted in its pieces, end exclusive."""
    placed = pieces(row.text, row.tokens or ())
    starts = {each.start: at for at, each in enumerate(placed)}
    ends = {each.end: at + 1 for at, each in enumerate(placed)}
    return sorted((each.label, starts[each.start], ends[each.end]) for each in row.spans)


def shifted(
    sentences: Sequence[Sequence[str]], told: list[list[tuple[str, int, int]]]
) -> list[tuple[str, int, int]]:
    """Entities sentence by sentence, counted through the document."""
    entities, before = [], 0
    for sentence, each in zip(sentences, told, strict=True):
        entities += [(label, start + before, end + before) for label, start, end in each]
        before += len(sentence)
    return sorted(entities)


@given(rows=st.lists(tagged_rows(ODD), min_size=1, max_size=3))
def test_seqeval_finds_the_spans(rows: list[ExportRow]) -> None:
    from seqeval.metrics.sequence_labeling import get_entities  # it loads scikit-learn: a second

    for format in (CONLL, CONLL2003):
        for row in rows:
            if row.answer is None or faults(format, row):
                continue
            data, [count] = write(format, [row], CUT)
            # As its own examples and CoNLL-2003's readers do: Python's split, blank lines between.
            blocks = data.split("-DOCSTART- -X- O O\n\n")[-1].strip("\n").split("\n\n")
            tags = [[line.split()[-1] for line in block.split("\n")] for block in blocks]
            assert len(tags) == count
            strict = Entities(tags, scheme=IOB2).entities
            told = [[each.to_tuple()[1:] for each in sentence] for sentence in strict]
            assert shifted(tags, told) == in_pieces(row)
            lenient = [
                [(label, first, last + 1) for label, first, last in get_entities(each)]
                for each in tags
            ]
            assert shifted(tags, lenient) == in_pieces(row)


@pytest.fixture(scope="module")
def converters() -> dict[str, Callable[..., Iterator[Any]]]:
    from spacy.training.converters import conll_ner_to_docs, conllu_to_docs

    return {"ner": conll_ner_to_docs, "conllu": conllu_to_docs}


@settings(deadline=None)
@given(rows=st.lists(tagged_rows(ODD), min_size=1, max_size=3))
def test_spacys_converter_takes_conll2003(
    converters: dict[str, Callable[..., Iterator[Any]]], rows: list[ExportRow]
) -> None:
    rows = [row for row in rows if not faults(CONLL2003, row)]
    data, _ = write(CONLL2003, rows, CUT)
    docs = list(converters["ner"](data, no_print=True))
    for row, doc in zip(rows, docs, strict=True):
        placed = pieces(row.text, row.tokens or ())
        assert [token.text for token in doc] == [row.text[s:e] for s, e in placed]
        assert sorted((e.label_, e.start, e.end) for e in doc.ents) == in_pieces(row)


@settings(deadline=None)
@given(row=tagged_rows(CAPITALS))
def test_spacys_converter_takes_conllu(
    converters: dict[str, Callable[..., Iterator[Any]]], row: ExportRow
) -> None:
    data, _ = write(CONLLU, [row], CUT)
    docs = list(converters["conllu"](data, n_sents=1, no_print=True))
    told, texts = [], []
    for doc in docs:
        told.append([(each.label_, each.start, each.end) for each in doc.ents])
        texts.append([token.text for token in doc])
    placed = pieces(row.text, row.tokens or ())
    assert [text for each in texts for text in each] == [row.text[s:e] for s, e in placed]
    assert shifted(texts, told) == in_pieces(row)
    shown = [line[9:] for line in data.split("\n") if line.startswith("# text = ")]
    assert [doc.text.rstrip(" ") for doc in docs] == shown


@given(rows=st.lists(tagged_rows(CAPITALS), min_size=1, max_size=3))
def test_conllu_gives_the_file_back_byte_for_byte(rows: list[ExportRow]) -> None:
    data, _ = write(CONLLU, rows, CUT)
    sentences = parse(data)
    assert "".join(each.serialize() for each in sentences) == data
    keys = [each.metadata["newdoc id"] for each in sentences if "newdoc id" in each.metadata]
    assert keys == [row.key for row in rows]


def test_spacy_convert_takes_the_files(tmp_path: Path) -> None:
    from spacy import blank
    from spacy.cli.convert import convert
    from spacy.tokens import DocBin

    spans = (Span(0, 7, "PER"), Span(20, 28, "LOC"))
    row = ExportRow("d", "Vaj Pov nyob\n\nLuang Prabang, Ẹ̀kọ́.", spans=spans, answer="accept")
    for format, converter in ((CONLL2003, "ner"), (CONLLU, "conllu")):
        path = tmp_path / f"{converter}{format.suffixes[0]}"
        path.write_text(write(format, [row, row], CUT)[0], encoding="utf-8")
        convert(path, tmp_path, file_type="spacy", converter=converter, n_sents=1, silent=True)
        made = DocBin().from_disk(tmp_path / f"{converter}.spacy")
        docs = list(made.get_docs(blank("xx").vocab))
        assert [each.label_ for doc in docs for each in doc.ents] == ["PER", "LOC"] * 2


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("language", ["amh", "hau", "swa", "wol", "yor", "zul"])
def test_named_entities_there_and_back(corpora: Path, format: Format, language: str) -> None:
    rows = list(rows_of(corpora / "ner" / language / "dev.conll", "amina"))
    data, counts = write(format, rows, WriteOptions())
    assert format.read
    back = list(format.read(io.BytesIO(data.encode()), ReadOptions(annotators=("amina",))))
    assert counts == [1] * len(rows)
    for row, record in zip(rows, back, strict=True):
        assert isinstance(record, Record)
        assert record.text == row.text
        assert found(row, [record]) == {None: set(), "amina": said(row)}


def test_layers_there_and_back(corpora: Path, tmp_path: Path) -> None:
    paths = sorted((corpora / "hmong-ner/layers").glob("*.conll"))
    options = WriteOptions(annotators=("d", "s", "b"))
    spans = 0
    for path in paths:
        rows = list(rows_of(path, "d", "s", "b"))
        data, _ = write(CONLL, rows, options)
        blocks = path.read_text(encoding="utf-8").rstrip("\n").split("\n\n")
        assert data.rstrip("\n").split("\n\n") == blocks
        copy = tmp_path / path.name
        copy.write_text(data, encoding="utf-8")
        for row, again in zip(rows, rows_of(copy, "d", "s", "b"), strict=True):
            assert row == again
            spans += sum(len(each.spans) for each in row.versions)
    assert (len(paths), spans) == (52, 899 + 613 + 602)


def rows_of(path: Path, *names: str) -> Iterator[ExportRow]:
    """The records of a file as an export would have them."""
    for record in read_records(path, format=None, options=ReadOptions(annotators=names)):
        assert isinstance(record, Record)
        versions = tuple(
            ExportRow(
                str(record.number),
                record.text,
                tokens=record.tokens,
                spans=each.spans,
                answer=each.answer,
                annotator=each.annotator,
            )
            for each in record.annotations
        )
        if len(names) == 1:
            yield versions[0]
        else:
            yield ExportRow(
                str(record.number), record.text, tokens=record.tokens, versions=versions
            )
