"""What is read back is compared with what was written, annotator by annotator."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from tonemark.corpus.records import Settled
from tonemark.corpus.spans import Span
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.registry import format_named
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.verifying import Expected

AMINA = ExportRow("k", "Vaj Pov nyob", {}, None, (Span(0, 7, "PER"),), "accept", "amina")
JUMA = replace(AMINA, spans=(Span(0, 3, "PER"),), annotator="juma")


def check(name: str, written: ExportRow, expected: ExportRow) -> None:
    format = format_named(name)
    stream = io.BytesIO()
    assert format.write
    assert format.read
    with Expected(format) as expecting:
        for records in format.write(iter([written]), stream, WriteOptions("ds")):
            expecting.add(expected, records)
        stream.seek(0)
        expecting.check(format.read(stream, ReadOptions()))


@pytest.mark.parametrize("name", ["jsonl", "csv", "tsv"])
def test_gold_of_one_of_the_annotators_is_not_her_answer(name: str) -> None:
    gold = replace(JUMA, annotator="amina", settled=Settled(), versions=(AMINA, JUMA))
    check(name, gold, gold)
    check(name, replace(gold, versions=()), replace(gold, versions=()))


@pytest.mark.parametrize("name", ["jsonl", "csv", "tsv"])
def test_a_span_that_was_lost_or_moved_is_told(name: str) -> None:
    both = replace(AMINA, versions=(AMINA, JUMA))
    moved = replace(both, versions=(AMINA, replace(JUMA, spans=(Span(0, 4, "PER"),))))
    for written, expected, words in (
        (moved, both, "without PER 0-3"),
        (replace(AMINA, spans=()), AMINA, "without PER 0-7"),
        (AMINA, replace(AMINA, spans=()), "with PER 0-7"),
        (AMINA, replace(AMINA, text="Vaj Pov nyob Laos"), "another text"),
    ):
        with pytest.raises(TonemarkError, match=words):
            check(name, written, expected)
