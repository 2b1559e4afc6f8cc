"""What is written as spaCy's DocBin, and what is made of it: ours, and anybody's."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from docbin_rows import CITY, HELLO, LOC, PER, annotation, back, docs, read, row, written
from hypothesis import given, settings
from hypothesis import strategies as st
from row_making import rows
from spacy.strings import get_string_id
from spacy.tokens import DocBin
from spanned_rows import corpus_rows

from tonemark.corpus.drafts import Decision
from tonemark.corpus.records import Cite, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.fitting import faults
from tonemark.exchange.formats.docbin.writing import FORMAT, label_fault, misfits
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.general import GeneralTokenizer


def test_a_document_as_spacy_has_it() -> None:
    [doc] = docs(written(row(spans=[PER, LOC, CITY])))
    assert doc.text == HELLO
    assert [token.text for token in doc][3:6] == ["nyob", " ", "Luang"]
    assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [(2, 9, "PER")]
    spans = [(s.start_char, s.end_char, s.label_) for s in doc.spans["sc"]]
    assert spans == [(2, 9, "PER"), (16, 29, "LOC"), (16, 21, "CITY")]
    # Where spans overlap NER must not learn that there is none.
    assert [token.ent_iob for token in doc] == [2, 3, 1, 2, 2, 0, 0, 2, 2, 2]


@pytest.mark.parametrize("answer", [None, "reject", "ignore"])
def test_what_is_not_done_teaches_nothing(answer: Any) -> None:
    [doc] = docs(written(row(answer=answer, annotator=answer and "amina")))
    assert {token.ent_iob for token in doc} == {0}
    assert "sc" not in doc.spans


def test_no_span_at_all_is_an_answer() -> None:
    [doc] = docs(written(row()))
    assert {token.ent_iob for token in doc} == {2}
    assert back(row()).annotations == (annotation(row()),)


SETTLED = Settled((Decision(2, 9, "amina"),), (Cite("amina", 2, 5.0),))
FULL = row(
    spans=[PER, CITY, LOC],
    meta={"a": [1, {"b": None}], "_given": {"x": 2**80}},
    comment="hm\n\ud7ff👋",
    flagged=True,
    time=17.25,
)


@pytest.mark.parametrize(
    "each",
    [
        FULL,
        row(spans=[PER], settled=SETTLED, annotator="chair"),
        row(answer="reject", spans=[PER]),
        row(answer="ignore"),
        row("  lead", tokens=None),
        row("a\u00a0b\tc\r\n\r\n", spans=[Span(2, 3, "X")]),
        row("one two", tokens=(Token(0, 7),), spans=[Span(0, 7, "X")]),
        row("one, two", tokens=(Token(5, 8),), spans=[Span(5, 8, "O")]),
        row("one, two", tokens=(), spans=[Span(0, 4, "B-X")]),
        row("PERSON ORTH X ", spans=[Span(0, 6, "PERSON"), Span(7, 11, "ORTH")]),
    ],
)
def test_all_of_a_document_comes_back(each: ExportRow) -> None:
    expected = Record(
        1, 1, each.text, "k", dict(each.meta), each.tokens, annotations=(annotation(each),)
    )
    assert back(each)._replace(warnings=()) == expected


def test_suggestions_come_back_from_the_layers_of_their_kinds() -> None:
    suggestions = (
        Suggestion(0, 3, "PER", ("gazetteer:1", "model:m"), 0.5),
        Suggestion(1, 2, "Q", ("rule:r",)),
        Suggestion(4, 7, "LOC", ("gazetteer:2",)),
    )
    each = row("abc def", answer=None, annotator=None, suggestions=suggestions)
    [doc] = docs(written(each))
    layers = {name: [span.text for span in group] for name, group in doc.spans.items()}
    assert layers == {"suggested:gazetteer": ["abc", "def"], "suggested:model:m": ["abc"]}
    record = back(each)
    assert (record.suggestions, record.annotations) == (tuple(sorted(suggestions)), ())


def test_versions_stand_side_by_side_each_on_tokens_of_its_own() -> None:
    text = "Nairobini leo"
    whole, cut = (Token(0, 9), Token(10, 13)), (Token(0, 7), Token(7, 9), Token(10, 13))
    amina = row(text, [Span(0, 9, "LOC")], tokens=whole, time=3.5)
    baraka = row(text, [Span(0, 7, "LOC")], tokens=cut, annotator="baraka", comment="ni")
    refused = row(text, tokens=whole, annotator="chui", answer="reject")
    both = row(text, tokens=whole, answer=None, versions=(amina, baraka, refused))
    assert not faults(FORMAT, both)
    [doc] = docs(written(both))
    assert [token.text for token in doc] == ["Nairobi", "ni", "leo"]
    assert [s.text for s in doc.spans["annotator:amina"]] == ["Nairobini"]
    assert [s.text for s in doc.spans["annotator:baraka"]] == ["Nairobi"]
    record = back(both)
    assert record.tokens == whole
    expected = [annotation(amina), annotation(baraka, cut), annotation(refused)]
    assert record.annotations == tuple(expected)


def test_gold_beside_versions_comes_back_as_gold() -> None:
    amina = row(spans=[PER])
    for answer in ("accept", "reject"):
        gold = row(spans=[PER], annotator="chair", settled=SETTLED, answer=answer)
        record = back(replace(gold, versions=(amina,)))
        assert record.annotations == (annotation(amina), annotation(gold)), answer


def sayable(each: ExportRow) -> ExportRow:
    """The row without the spans that the format refuses."""
    wrong = {(fault.start, fault.end) for fault in faults(FORMAT, each)}
    return replace(each, spans=tuple(s for s in each.spans if (s.start, s.end) not in wrong))


@settings(max_examples=80, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=3))
def test_any_rows_come_back(drawn: list[ExportRow]) -> None:
    drawn = [sayable(each) for each in drawn]
    data = written(*drawn)
    for each, record, doc in zip(drawn, read(data), docs(data), strict=True):
        assert doc.text == record.text == each.text
        assert (record.key, record.meta, record.tokens) == (each.key, each.meta, each.tokens)
        [given_] = record.annotations
        assert given_ == replace(annotation(each), annotator=given_.annotator)


@settings(max_examples=50, deadline=None)
@given(rows(), rows())
def test_any_versions_come_back(one: ExportRow, other: ExportRow) -> None:
    other = replace(other, text=one.text, tokens=one.tokens, spans=one.spans[:1], annotator="b")
    both = sayable(replace(one, answer=None, spans=()))
    versions = tuple(sayable(replace(each, annotator=n)) for each, n in ((one, "a"), (other, "b")))
    record = back(replace(both, versions=versions))
    assert record.annotations == tuple(annotation(each) for each in versions)


@pytest.mark.parametrize(
    "place",
    ["ner/swa/dev.conll", "ner/yor/dev.conll", "ner/hau/dev.conll", "ner/zul/dev.conll",
     "ner/amh/dev.conll", "ner/wol/dev.conll", "hmong-ner/layers"],
)  # fmt: skip
def test_corpora_come_back(place: str, corpora: Path) -> None:
    given_rows = corpus_rows(corpora / place)[::2]
    data = written(*given_rows)
    for each, record in zip(given_rows, read(data), strict=True):
        assert (record.text, record.key, record.tokens) == (each.text, each.key, each.tokens)
        assert record.annotations == (annotation(each),)
    nested = 0
    for each, doc in zip(given_rows, docs(data), strict=True):
        spans = {(s.start_char, s.end_char, s.label_) for s in doc.spans["sc"]}
        ents = {(e.start_char, e.end_char, e.label_) for e in doc.ents}
        assert doc.text == each.text
        assert spans == {(s.start, s.end, s.label) for s in each.spans}
        assert ents <= spans
        nested += ents != spans
    assert bool(nested) == ("layers" in place)


def test_what_it_cannot_say() -> None:
    each = row("a b  c", [Span(0, 2, "X"), Span(4, 6, "X"), Span(0, 1, "!X")])
    assert [(m.start, m.end) for m in misfits(each)] == [(0, 2), (4, 6)]
    assert [(f.start, f.kind) for f in faults(FORMAT, each)] == [
        (0, "label"), (0, "inside"), (0, "other"), (4, "other")
    ]  # fmt: skip
    large = row(meta={"x": "y" * 3_000_000})
    assert [(m.start, m.end) for m in misfits(large)] == [(0, 0)]
    assert label_fault("O") == label_fault("B-PER") == label_fault("a!") == ""


def test_numbers_of_strings_are_spacys() -> None:
    words = ["PERSON", "ORTH", "👋", "a" * 300, "Ẹ̀kọ́"]
    text = " ".join(words)
    binned = DocBin().from_bytes(written(row(text)))
    ids = [int(each) for each in itertools.chain.from_iterable(binned.tokens[0])]
    assert set(map(get_string_id, words)) <= set(ids)


def test_each_annotators_tokens_survive_an_export_of_everyones(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    """Other formats of tokens are given those that all share; this one holds each one's own."""
    cuts = {"amina": [(0, 9), (10, 13)], "baraka": [(0, 7), (7, 9), (10, 13)]}
    versions = [
        {
            "text": "Nairobini leo",
            "tokens": [{"start": s, "end": e} for s, e in places],
            "spans": [{"start": 0, "end": places[0][1], "label": "LOC"}],
            "answer": "accept",
            "sessions": [name],
            "_annotator_id": name,
        }
        for name, places in cuts.items()
    ]
    top = {"text": "Nairobini leo", "id": "k", "tokens": versions[0]["tokens"]}
    tasks = tmp_path / "in.jsonl"
    tasks.write_text(json.dumps(top | {"versions": versions, "_view_id": "review"}) + "\n")
    for folder, source in (("a", tasks), ("b", tmp_path / "x.spacy")):
        tonemark("new", tmp_path / folder, "--lang", "sw", "--labels", "LOC", "--overlap", 2)
        tonemark("add", tmp_path / folder, source)
        out = ("-o", tmp_path / "x.spacy", "--format", "spacy", "--everyone")
        tonemark("export", tmp_path / folder, *out)
        [record] = read((tmp_path / "x.spacy").read_bytes())
        told = {a.annotator: a.tokens or record.tokens for a in record.annotations}
        assert {name: list(map(tuple, found or ())) for name, found in told.items()} == cuts


def test_tokens_that_the_annotator_corrected_are_hers_and_not_the_documents() -> None:
    own = tuple(GeneralTokenizer().tokenize(HELLO))
    hers = (own[0], Token(2, 9), *own[3:])
    one = row(spans=[PER], tokens=hers, document_tokens=own, tokens_corrected=True)
    record = back(one)
    assert record.tokens == own
    assert record.annotations == (annotation(one, hers),)
    juma = row(spans=[LOC], annotator="juma")
    both = replace(one, versions=(one, juma))
    record = back(both)
    assert record.tokens == own
    assert record.annotations == (annotation(one, hers), annotation(juma))
    gold = replace(both, settled=SETTLED, annotator="chair")
    record = back(gold)
    assert record.tokens == own
    assert [each.tokens for each in record.annotations] == [hers, None, hers]
