"""Prodigy's task format: what is written is what Prodigy and spaCy expect, and reads back equal."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from row_making import rows

from tonemark.corpus.corrections import corrected
from tonemark.corpus.records import Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.prodigy.reading import read_jsonl
from tonemark.exchange.formats.prodigy.writing import OWN_FIELDS, to_prodigy, write_jsonl
from tonemark.exchange.rows import ExportRow
from tonemark.tokenizers.base import Token

EXAMPLE = ExportRow(
    "doc1",
    "👋 Vaj Pov nyob Luang Prabang, Ẹ̀kọ́.",
    {"source": "news"},
    tuple(
        Token(*place)
        for place in [
            (0, 1), (2, 5), (6, 9), (10, 14), (15, 20), (21, 28), (28, 29), (30, 35), (35, 36),
        ]
    ),
    (Span(2, 9, "PER"), Span(15, 28, "LOC", ("gazetteer:x", "manual"))),
    "accept",
    "amina",
    "check the name",
    True,
    1795252135.0,
)  # fmt: skip


def read_back(row: ExportRow) -> Record:
    stream = io.BytesIO()
    assert list(write_jsonl([row], stream, WriteOptions("ds"))) == [1]
    data = stream.getvalue()
    assert data.count(b"\n") == 1
    assert data.endswith(b"\n")
    [record] = read_jsonl(io.BytesIO(data), ReadOptions(source="f"))
    assert isinstance(record, Record), record
    return record


def test_a_task_has_every_field_of_the_format() -> None:
    task = to_prodigy(EXAMPLE, "ds")
    hashes = task.pop("_input_hash"), task.pop("_task_hash")
    assert all(-(2**31) <= each < 2**31 for each in hashes)
    assert task.pop("tokens")[:2] == [
        {"text": "👋", "start": 0, "end": 1, "id": 0, "ws": True},
        {"text": "Vaj", "start": 2, "end": 5, "id": 1, "ws": True},
    ]
    per = {"start": 2, "end": 9, "token_start": 1, "token_end": 2, "label": "PER"}
    loc = {"start": 15, "end": 28, "token_start": 4, "token_end": 5, "label": "LOC"}
    assert task == {
        "text": EXAMPLE.text,
        "key": "doc1",
        "meta": {"source": "news"},
        "spans": [{**per, "sources": ["manual"]}, {**loc, "sources": ["gazetteer:x", "manual"]}],
        "answer": "accept",
        "_view_id": "ner_manual",
        "_is_binary": False,
        "_annotator_id": "amina",
        "_session_id": "ds-amina",
        "_timestamp": 1795252135,
        "comment": "check the name",
        "flagged": True,
    }


def test_hashes_are_the_same_on_every_machine() -> None:
    task = to_prodigy(ExportRow("k", "Vaj Pov", spans=(Span(0, 7, "PER"),), answer="accept"), "ds")
    assert (task["_input_hash"], task["_task_hash"]) == (1976214836, 1947638442)


def test_what_is_not_there_is_not_written() -> None:
    task = to_prodigy(ExportRow("k", "a"), "ds")
    assert set(task) == {"text", "key", "_view_id", "_is_binary", "_input_hash", "_task_hash"}
    answered = to_prodigy(ExportRow("k", "a", answer="accept", annotator="a"), "ds")
    assert answered["spans"] == []


def test_suggestions_go_out_without_an_answer_and_come_back_as_suggestions() -> None:
    shown = Suggestion(0, 3, "PER", ("model:m",), 0.5)
    record = read_back(ExportRow("k", "Vaj Pov", suggestions=(shown,)))
    assert record.suggestions == (Suggestion(0, 3, "PER", ("import:f",), 0.5),)
    assert not record.annotations


def test_suggestions_do_not_go_out_with_an_answer() -> None:
    shown = Suggestion(0, 3, "PER", ("model:m",), 0.5)
    row = ExportRow("k", "Vaj Pov", suggestions=(shown,), answer="accept", annotator="a")
    assert to_prodigy(row, "ds")["spans"] == []


@pytest.mark.parametrize(
    ("text", "tokens", "words"),
    [
        ("a b", [(0, 1), (2, 3)], ["a_", "b"]),
        (" a", [(1, 2)], [" ", "a"]),
        ("a  b", [(0, 1), (3, 4)], ["a_", " ", "b"]),
        ("a ", [(0, 1)], ["a_"]),
        ("a  ", [(0, 1)], ["a_", " "]),
        ("a\tb", [(0, 1), (2, 3)], ["a", "\t", "b"]),
        ("a \n b", [(0, 1), (4, 5)], ["a_", "\n ", "b"]),
        ("a\u00a0b", [(0, 1), (2, 3)], ["a", "\u00a0", "b"]),
        ("ab", [(0, 1), (1, 2)], ["a", "b"]),
        ("Luang Prabang", [(0, 13)], ["Luang Prabang"]),
        ("a x b", [(0, 1), (4, 5)], ["a_", "x ", "b"]),
        ("ab", [], ["ab"]),
    ],
)
def test_tokens_with_one_space_after_some_are_the_text(
    text: str, tokens: list[tuple[int, int]], words: list[str]
) -> None:
    places = tuple(Token(*each) for each in tokens)
    task = to_prodigy(ExportRow("k", text, tokens=places), "ds")
    assert [each["text"] + "_" * each["ws"] for each in task["tokens"]] == words
    assert [each["id"] for each in task["tokens"]] == list(range(len(words)))
    assert read_back(ExportRow("k", text, tokens=places)).tokens == places


def test_token_numbers_count_the_white_space() -> None:
    row = ExportRow("k", " Vaj\nPov", tokens=(Token(1, 4), Token(5, 8)), answer="accept",
                    spans=(Span(5, 8, "PER"),), annotator="a")  # fmt: skip
    [span] = to_prodigy(row, "ds")["spans"]
    assert (span["token_start"], span["token_end"]) == (3, 3)


def test_spans_inside_tokens_make_the_record_character_mode() -> None:
    row = ExportRow("k", "Nairobini", tokens=(Token(0, 9),), answer="accept",
                    spans=(Span(0, 7, "LOC"),), annotator="a")  # fmt: skip
    task = to_prodigy(row, "ds")
    assert "tokens" not in task
    assert task["spans"] == [{"start": 0, "end": 7, "label": "LOC", "sources": ["manual"]}]


def test_what_the_input_had_is_put_back_and_never_overwrites() -> None:
    source = {"text": "a", "id": 3, "html": "b", "_input_hash": 5, "_task_hash": -6, "comment": "c"}
    [record] = read_jsonl(io.BytesIO(json.dumps(source).encode()), ReadOptions())
    assert isinstance(record, Record)
    task = to_prodigy(ExportRow(record.key or "", record.text, record.meta), "ds")
    assert {name: task[name] for name in source} == source
    assert "meta" not in task
    hostile = {"_given": dict.fromkeys([*OWN_FIELDS, "_input_hash"], "x")}
    row = ExportRow("k", "a", hostile, answer="reject", annotator="a")
    assert to_prodigy(row, "ds") == to_prodigy(
        ExportRow("k", "a", answer="reject", annotator="a"), "ds"
    )


@settings(max_examples=150, deadline=None)
@given(rows())
def test_every_record_reads_back_equal(row: ExportRow) -> None:
    record = read_back(row)
    [annotation] = record.annotations
    assert record.text == row.text
    assert record.key == row.key
    assert annotation.spans == row.spans
    assert (annotation.annotator, annotation.answer) == (row.annotator, row.answer)
    assert (annotation.comment, annotation.flagged) == (row.comment, row.flagged)
    assert annotation.time == row.time
    meta = dict(record.meta)
    rest = {n: v for n, v in meta.pop("_given").items() if n not in ("_input_hash", "_task_hash")}
    wanted = dict(row.meta)
    assert rest == wanted.pop("_given", {})
    assert meta == wanted
    if row.tokens is not None and (shown := to_prodigy(row, "ds").get("tokens")):
        assert record.tokens == row.tokens
        assert "".join(each["text"] + " " * each["ws"] for each in shown) == row.text


@settings(max_examples=100, deadline=None)
@given(rows(), st.data())
def test_the_documents_tokens_and_the_annotators_both_come_back(
    row: ExportRow, data: st.DataObject
) -> None:
    """They came back the other way round: hers as the document's, and all others' as corrected."""
    start = data.draw(st.integers(0, len(row.text) - 1))
    end = data.draw(st.integers(start + 1, len(row.text)))
    document = row.tokens or ()
    tokens = corrected(row.text, document, (Token(start, end),))
    assume(not row.text[start:end].isspace() and set(tokens) - set(document))
    fields = {"tokens": tokens, "tokens_corrected": True, "document_tokens": document}
    settled = data.draw(st.sampled_from([None, Settled()]))
    record = read_back(replace(row, settled=settled, **fields))
    assert record.tokens == document
    [answer] = record.annotations
    assert (answer.tokens, answer.settled) == (tokens, settled)
    assert set(answer.made) == set(tokens) - set(document)
    assert [(s.start, s.end, s.label) for s in answer.spans] == [
        (s.start, s.end, s.label) for s in row.spans
    ]
    meta = {n: v for n, v in record.meta.items() if n != "_given"}
    assert meta == {n: v for n, v in row.meta.items() if n != "_given"}


def test_the_hashes_of_an_input_are_not_those_of_its_pieces() -> None:
    """Prodigy knows by them what it has seen: of two pieces it would show the first alone."""
    given = {"_input_hash": 7, "_task_hash": 8, "x": 1}
    piece = {"of": "whole", "offset": 0, "length": 40}
    whole = to_prodigy(ExportRow("k", "Vaj", {"_given": given}), "ds")
    assert (whole["_input_hash"], whole["_task_hash"]) == (7, 8)
    part = to_prodigy(ExportRow("k", "Vaj", {"_given": given, "_piece": piece}), "ds")
    own = to_prodigy(ExportRow("k", "Vaj"), "ds")
    assert [part[name] for name in ("_input_hash", "_task_hash")] == [
        own[name] for name in ("_input_hash", "_task_hash")
    ]
    assert (part["_piece"], part["x"]) == (piece, 1)
