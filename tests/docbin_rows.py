"""Rows to export as spaCy's DocBin, their files, and what is read back of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.docbin.records import read_docbin
from tonemark.exchange.formats.docbin.writing import write_docbin
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer

FILE = "import:f.spacy"
HELLO = "👋 Vaj Pov nyob  Luang Prabang, Ẹ̀kọ́."
PER, LOC = Span(2, 9, "PER"), Span(16, 29, "LOC", ("gazetteer:lao", "manual"))
CITY = Span(16, 21, "CITY")


def row(text: str = HELLO, spans: Iterable[Span] = (), **more: Any) -> ExportRow:
    tokens = tuple(GeneralTokenizer().tokenize(text))
    made = ExportRow("k", text, {}, tokens, tuple(spans), "accept", "amina")
    return replace(made, **more)


def written(*rows: ExportRow) -> bytes:
    stream = io.BytesIO()
    assert list(write_docbin(rows, stream, WriteOptions())) == [1] * len(rows)
    return stream.getvalue()


def read(data: bytes, *annotators: str) -> list[Record]:
    options = ReadOptions(source="f.spacy", annotators=annotators)
    given = list(read_docbin(io.BytesIO(data), options))
    assert all(isinstance(each, Record) for each in given), given
    return [each for each in given if isinstance(each, Record)]


def back(each: ExportRow) -> Record:
    [record] = read(written(each))
    return record


def docs(data: bytes) -> list[Doc]:
    return list(DocBin().from_bytes(data).get_docs(Vocab()))


def annotation(each: ExportRow, tokens: tuple[Token, ...] | None = None) -> GivenAnnotation:
    """What is to come back of a row's answer."""
    assert each.answer
    assert each.annotator
    said = (each.comment, each.flagged, each.time, tokens)
    spans = tuple(sorted(each.spans))
    return GivenAnnotation(each.annotator, each.answer, spans, *said, settled=each.settled)
