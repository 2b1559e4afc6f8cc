"""skweak reads our layers as its labelling functions, and we read what it writes."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
import spacy

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.docbin.records import read_docbin
from tonemark.exchange.formats.docbin.writing import write_docbin
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.general import GeneralTokenizer

pytest.importorskip("skweak")
utils = pytest.importorskip("skweak.utils")
voting = pytest.importorskip("skweak.voting")

TEXT = "👋 Vaj Pov nyob Luang Prabang."
PER, LOC, ORG = Span(2, 9, "PER"), Span(15, 28, "LOC"), Span(15, 28, "ORG")


def written(row: ExportRow, path: Path) -> Path:
    with path.open("wb") as stream:
        list(write_docbin([row], stream, WriteOptions()))
    return path


@pytest.fixture
def blank(tmp_path: Path) -> str:
    path = tmp_path / "blank"
    spacy.blank("xx").to_disk(path)
    return str(path)


def row() -> ExportRow:
    tokens = tuple(GeneralTokenizer().tokenize(TEXT))
    return ExportRow("k", TEXT, {}, tokens, (), "accept", "amina")


def test_the_majority_of_our_annotators(tmp_path: Path, blank: str) -> None:
    said = {"a": (PER, LOC), "b": (PER, LOC), "c": (ORG,)}
    versions = tuple(replace(row(), annotator=name, spans=spans) for name, spans in said.items())
    # What stands is no vote: it would outvote nobody here, and be LOC's third there.
    both = replace(row(), spans=(ORG,), versions=versions)
    [doc] = utils.docbin_reader(str(written(both, tmp_path / "x.spacy")), blank)
    voter = voting.SequentialMajorityVoter("vote", labels=["PER", "LOC", "ORG"])
    doc = voter(doc)
    found = {(s.start_char, s.end_char, s.label_) for s in doc.spans["vote"]}
    assert found == {(2, 9, "PER"), (15, 28, "LOC")}
    used = set(voter.get_observation_df(doc).columns)
    assert used == {"annotator:a", "annotator:b", "annotator:c"}


def test_suggestions_are_labelling_functions(tmp_path: Path, blank: str) -> None:
    given = (
        Suggestion(2, 9, "PER", ("gazetteer:1", "model:m")),
        Suggestion(15, 28, "LOC", ("gazetteer:2",)),
    )
    open_ = replace(row(), answer=None, annotator=None, suggestions=given)
    [doc] = utils.docbin_reader(str(written(open_, tmp_path / "x.spacy")), blank)
    voter = voting.SequentialMajorityVoter("vote", labels=["PER", "LOC"])
    assert {s.text for s in voter(doc).spans["vote"]} == {"Vaj Pov", "Luang Prabang"}


def test_what_skweak_writes_is_read(tmp_path: Path, blank: str) -> None:
    said = replace(row(), spans=(PER,))
    [doc] = utils.docbin_reader(str(written(said, tmp_path / "x.spacy")), blank)
    doc.spans["lf"] = [doc.char_span(15, 28, "LOC")]
    doc = voting.SequentialMajorityVoter("vote", labels=["PER", "LOC"])(doc)
    utils.docbin_writer([doc], str(tmp_path / "y.spacy"))
    options = ReadOptions(source="y.spacy")
    [record] = read_docbin(io.BytesIO((tmp_path / "y.spacy").read_bytes()), options)
    assert isinstance(record, Record)
    assert (record.text, record.key, record.tokens) == (TEXT, "k", said.tokens)
    assert [each.spans for each in record.annotations] == [(PER,)]
    sources = ("import:y.spacy:lf", "import:y.spacy:vote")
    assert record.suggestions == (Suggestion(15, 28, "LOC", sources),)
