"""What is read back is compared with what was written, annotator by annotator."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from tonemark.corpus.records import GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import HELD, Format, ReadOptions, WriteOptions
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


WHOLE = Format("whole", "all of it", holds=frozenset(HELD), versions=True, suggests=True)
BARE = Format("bare", "spans alone", holds=frozenset(("text",)))
OPEN = replace(
    AMINA, answer=None, annotator=None, spans=(), suggestions=(Suggestion(0, 7, "PER", ("m",)),)
)
HERS = GivenAnnotation("amina", "accept", AMINA.spans)
HIS = GivenAnnotation("juma", "accept", JUMA.spans)
BOTH = replace(AMINA, versions=(AMINA, JUMA))
SETTLED = replace(BOTH, annotator="neema", settled=Settled())
GOLD = GivenAnnotation("neema", "accept", AMINA.spans, settled=Settled())
NOBODY = replace(AMINA, annotator=None)


def fault(format: Format, row: ExportRow, key: str | None = "k", *answers: GivenAnnotation) -> str:
    """What is wrong with a record of these answers, read back; OPEN's suggestions beside none."""
    proposed = OPEN.suggestions if not answers else ()
    record = Record(1, 1, row.text, key, suggestions=proposed, annotations=answers)
    with Expected(format) as expecting:
        expecting.add(row, 1)
        try:
            expecting.check(iter([record]))
        except TonemarkError as error:
            return str(error)
    return ""


@pytest.mark.parametrize(
    ("format", "row", "answers", "words"),
    [
        (WHOLE, AMINA, [HERS], ""),
        (WHOLE, AMINA, [replace(HERS, answer="reject")], "another answer"),
        (WHOLE, AMINA, [replace(HERS, comment="x")], "another comment or flag"),
        (WHOLE, AMINA, [replace(HERS, flagged=True)], "another comment or flag"),
        (WHOLE, replace(AMINA, comment="x"), [HERS], "another comment or flag"),
        (WHOLE, AMINA, [replace(HERS, annotator="eve")], "without the answer of amina"),
        (WHOLE, AMINA, [HERS, HIS], "an answer of juma, who gave none"),
        (WHOLE, AMINA, [replace(HERS, settled=Settled())], "without the answer of amina"),
        (WHOLE, AMINA, [], "without the answer of amina"),
        (WHOLE, BOTH, [HERS, HIS], ""),
        (WHOLE, BOTH, [HERS], "without the answer of juma"),
        (WHOLE, BOTH, [HERS, replace(HIS, spans=HERS.spans)], "without PER 0-3"),
        (WHOLE, SETTLED, [HERS, HIS, GOLD], ""),
        (WHOLE, SETTLED, [HERS, HIS], "without its gold"),
        (WHOLE, SETTLED, [HERS, HIS, replace(GOLD, spans=())], "without PER 0-7"),
        (WHOLE, SETTLED, [HERS, HIS, replace(GOLD, answer="ignore")], "another answer"),
        (WHOLE, OPEN, [], ""),
        (WHOLE, OPEN, [HERS], "as answered"),
        (WHOLE, replace(OPEN, suggestions=()), [], "with PER 0-7"),
        (WHOLE, replace(OPEN, suggestions=(Suggestion(8, 12, "LOC", ("m",)),)), [], "without LOC"),
        (WHOLE, NOBODY, [replace(HERS, annotator="unknown")], ""),
        (WHOLE, NOBODY, [replace(HERS, annotator="unknown", spans=())], "without PER 0-7"),
        (BARE, AMINA, [], ""),
        (BARE, JUMA, [], "without PER 0-3"),
        (BARE, OPEN, [], ""),
        (BARE, AMINA, [replace(HERS, comment="x", flagged=True)], ""),
        (BARE, AMINA, [HERS, HIS], "an answer of juma, who gave none"),
        (BARE, SETTLED, [HERS, HIS], ""),
        (BARE, SETTLED, [HERS, HIS, replace(GOLD, spans=())], "without PER 0-7"),
    ],
)  # fmt: skip
def test_what_a_format_holds_is_compared(
    format: Format, row: ExportRow, answers: list[GivenAnnotation], words: str
) -> None:
    said = fault(format, row, "k", *answers)
    assert words in said
    assert bool(said) == bool(words)


def test_keys_are_compared_where_they_are_held() -> None:
    assert "the key z" in fault(WHOLE, AMINA, "z", HERS)
    assert not fault(BARE, AMINA, "z", HERS)
    assert "with PER 0-7" in fault(
        replace(BARE, suggests=True), replace(OPEN, suggestions=()), None
    )


def test_a_lost_suggestion_is_told_where_they_are_written() -> None:
    record = Record(1, 1, OPEN.text, "k")
    for format, is_fault in ((WHOLE, True), (BARE, False)):
        with Expected(format) as expecting:
            expecting.add(OPEN, 1)
            if is_fault:
                with pytest.raises(TonemarkError, match="without PER 0-7"):
                    expecting.check(iter([record]))
            else:
                expecting.check(iter([record]))
