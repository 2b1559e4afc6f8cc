"""Tables with a row a span: what is written comes back, what a spreadsheet would run does not, and
what people do to the rows."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from row_making import NAMES, rows

from tonemark.corpus.records import TEXT_LIMIT, GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.formats.tables import spans as span_tables
from tonemark.exchange.formats.tables.reading import CSV, TSV
from tonemark.exchange.formats.tables.spans import COLUMNS, exact, harmless
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

FILE = ("import:f",)
TEXT = "Vaj Pov nyob Laos"
PER, LOC = Span(0, 7, "PER", FILE), Span(13, 17, "LOC", FILE)
HEADER = ",".join(COLUMNS)


def read(data: str | bytes, *names: str) -> list[Given]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    assert CSV.read
    return list(CSV.read(stream, ReadOptions(source="f", annotators=names)))


def table(*lines: str) -> str:
    return "\n".join((HEADER, *lines))


def row(*spans: Span, **more: Any) -> ExportRow:
    return ExportRow("k", TEXT, {}, None, spans, "accept", "amina", **more)


def written(*given_rows: ExportRow, tabs: bool = False, safe: bool = False) -> bytes:
    stream = io.BytesIO()
    write = (TSV if tabs else CSV).write
    assert write
    counted = list(write(iter(given_rows), stream, WriteOptions(spreadsheet_safe=safe)))
    assert counted == [1] * len(given_rows)
    return stream.getvalue()


def test_a_row_a_span_and_the_text_once() -> None:
    found = written(
        row(PER, LOC, comment="a, b", flagged=True, time=5.0),
        ExportRow("l", "leo", answer="reject", annotator="juma"),
        ExportRow("m", "kesho", suggestions=(Suggestion(0, 5, "DATE", ("model:m",), 0.5),)),
        ExportRow("n", "jana"),
    )
    assert found.decode().split("\r\n") == [
        HEADER,
        f'k,{TEXT},amina,accept,,0,7,PER,Vaj Pov,"a, b",yes,5.0',
        "k,,amina,accept,,13,17,LOC,Laos,,,",
        "l,leo,juma,reject,,,,,,,,",
        "m,kesho,,,,0,5,DATE,kesho,,,",
        "n,jana,,,,,,,,,,",
        "",
    ]
    first, second, third, fourth = read(found)
    assert first == Record(1, 2, TEXT, "k", annotations=(
        GivenAnnotation("amina", "accept", (PER, LOC), "a, b", True, 5.0),
    ))  # fmt: skip
    assert second == Record(2, 4, "leo", "l", annotations=(GivenAnnotation("juma", "reject"),))
    assert third == Record(3, 5, "kesho", "m", suggestions=(Suggestion(0, 5, "DATE", FILE),))
    assert fourth == Record(4, 6, "jana", "n")


def test_annotators_stand_one_below_the_other_and_gold_below_them() -> None:
    versions = (row(PER), replace(row(), annotator="juma"))
    gold = replace(row(LOC), annotator="amina", settled=Settled(), versions=versions)
    [record] = read(written(gold))
    assert isinstance(record, Record)
    assert record.annotations == (
        GivenAnnotation("amina", "accept", (PER,)),
        GivenAnnotation("juma", "accept"),
        GivenAnnotation("amina", "accept", (LOC,), settled=Settled()),
    )
    [alike] = read(written(replace(row(PER), versions=versions)))
    assert isinstance(alike, Record)
    assert len(alike.annotations) == 2, "what all say is nobody's gold"


ONCE = f"k,{TEXT},amina,accept,,0,7,PER,Vaj Pov,,,"


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        # the text in each row, or no keys
        ((ONCE, f"k,{TEXT},amina,accept,,13,17,LOC,,,,"), [(PER, LOC)]),
        ((ONCE.replace("k,", ",", 1), f",{TEXT},amina,,,13,17,LOC,,,,"), [(PER, LOC)]),
        ((f",{TEXT},,,,,,,,,,", f",{TEXT},,,,,,,,,,"), [(), ()]),
        # a name without an answer, an answer in capitals, rows in another order
        ((f"k,{TEXT},amina,,,0,7,PER,,,,", "k,,amina,,,13,17,LOC,,,,"), [(PER, LOC)]),
        ((f"k,{TEXT},amina,ACCEPT,,0,7,PER,,,YES,", "k,,juma,accept,,13,17,LOC,,,,",
          "k,,amina,accept,,13,17,LOC,,,no,"), [(PER, LOC)]),
        # another text or key is another document
        ((ONCE, ONCE.replace("k,", "l,", 1)), [(PER,), (PER,)]),
        ((ONCE, ONCE.replace("k,", ",", 1)), [(PER,), (PER,)]),
    ],
)  # fmt: skip
def test_what_people_make_of_such_a_table(
    lines: tuple[str, ...], wanted: list[tuple[Span, ...]]
) -> None:
    found = read(table(*lines))
    assert all(isinstance(each, Record) for each in found), found
    spans = [e.annotations[0].spans if e.annotations else () for e in found]  # type: ignore[union-attr]
    assert spans == wanted


def test_other_columns_in_another_order_are_metadata() -> None:
    data = "Place,Span,Label,End,Start,Answer,Annotator,Text,Key,priority\nx,,,,,,,leo,k,3\n"
    meta = {"Place": "x", "priority": "3"}
    assert read(data) == [Record(1, 2, "leo", "k", meta, priority=3)]


def test_a_table_without_its_columns_is_one_of_texts() -> None:
    [record] = read("key,text,start,end,label\nk,leo,0,3,PER\n")
    assert record == Record(1, 2, "leo", "k", {"start": "0", "end": "3", "label": "PER"})


def test_spans_of_nobody() -> None:
    data = table(f"k,{TEXT},,,,0,7,PER,,,,")
    [named] = read(data, "bo")
    assert isinstance(named, Record)
    assert named.annotations == (GivenAnnotation("bo", "accept", (PER,)),)
    [unknown] = read(table(f"k,{TEXT},,accept,,0,7,PER,,,,"))
    assert isinstance(unknown, Record)
    assert unknown.annotations[0].annotator == "unknown"
    assert unknown.warnings
    with pytest.raises(TonemarkError, match="2 annotators were named"):
        read(data, "bo", "ka")


def test_comments_of_several_rows_are_kept() -> None:
    [record] = read(table(ONCE[:-2] + "a,,", "k,,amina,accept,,13,17,LOC,,b,,"))
    assert isinstance(record, Record)
    assert record.annotations[0].comment == "a\nb"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("k,,amina,accept,,0,99,PER,,,,", "0-99 lies outside the text, which has 17"),
        ("k,,amina,accept,,-1,7,PER,,,,", "-1-7 lies outside the text"),
        ("k,,amina,accept,,7,7,PER,,,,", "7-7 is empty or runs backwards"),
        ("k,,amina,accept,,1,,PER,,,,", "start and end must be whole"),
        ("k,,amina,accept,,1e3,7,PER,,,,", "start and end must be whole"),
        ("k,,amina,accept,,٣,7,PER,,,,", "start and end must be whole"),
        ("k,,amina,accept,,0,999999999999,PER,,,,", "0-999999999999 lies outside"),
        ("k,,amina,accept,,0,99999999999999999999,PER,,,,", "start and end must be whole"),
        ("k,,amina,accept,,0,3,,Vaj,,,", "0-3 has no label"),
        ("k,,amina,accept,,0,3,A B,,,,", "the label 'A B' has white space"),
        ("k,,amina,accept,,0,3,PER,Pov,,,", "said to be 'Pov', but 'Vaj' stands there; offsets"),
        ("k,,amina,maybe,,,,,,,,", "the answer is 'maybe', not one of accept"),
        ("k,,amina,reject,,,,,,,,", "the answer of 'amina' is 'reject' here, and 'accept'"),
        ("k,,juma,accept,,,,,,,perhaps,", "\"flagged\" is 'perhaps', neither yes nor empty"),
        ("k,,juma,accept,gold,,,,,,,", "\"gold\" is 'gold', neither yes nor empty"),
        ("k,too,few", "3 fields, the header has 12; the document before it is left out"),
        ('k,,"a"b,accept,,,,,,,,', "not doubled"),
    ],
)
def test_one_bad_row_refuses_its_document_whole(line: str, words: str) -> None:
    after = "k,,amina,accept,,13,17,LOC,,,,"
    refusal, good = read(table(ONCE, line, after, "l,leo,,,,,,,,,,"))
    assert isinstance(refusal, Refusal)
    assert refusal.line == 3
    assert words in refusal.reason
    assert good == Record(2, 5, "leo", "l")


def test_a_row_that_lost_its_text_is_refused_once() -> None:
    lost = "k,,amina,accept,,0,3,PER,,,,"
    found = read(table(lost, lost, "l,leo,,,,,,,,,,"))
    assert [type(each) for each in found] == [Refusal, Record]
    assert "without its text" in found[0].reason  # type: ignore[union-attr]


def test_rows_without_end_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(span_tables, "ROWS", 3)
    found = read(table(ONCE, *["k,,amina,accept,,13,17,LOC,,,,"] * 9, "l,leo,,,,,,,,,,"))
    assert [type(each) for each in found] == [Refusal, Record]
    assert "more than 3 rows" in found[0].reason  # type: ignore[union-attr]


def test_a_text_of_quotes_and_the_limit_fits_a_row() -> None:
    text = '"' * (TEXT_LIMIT - 2) + "\na"
    found = read(written(replace(row(), text=text, spans=(Span(0, len(text), "X"),))))
    assert [each.text for each in found if isinstance(each, Record)] == [text]


HARMFUL = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1"),
    *('"=1"', "a;=1+1", "a,-b", "x\n=1", "|@x"),
]
RUN = regex.compile(r"[=+\-@\t\r\n＝＋－＠]")


@pytest.mark.parametrize("cell", HARMFUL)
@pytest.mark.parametrize("tabs", [False, True])
def test_no_cell_is_a_formula_whatever_separates_them(cell: str, tabs: bool) -> None:
    text = f"{cell} x"
    unsafe = ExportRow("=k", text, {}, None, (Span(0, len(cell), "-L"),), "accept", "a", cell)
    data = written(unsafe, tabs=tabs, safe=True)
    assert data.startswith(b"\xef\xbb\xbf'key")
    plain = data.decode().removeprefix("\ufeff")
    for delimiter in ",;\t|":
        for cells in csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter):
            assert not [each for each in cells if RUN.match(each)]
            assert not [each for each in cells if RUN.match(each.lstrip('"'))]
    [record] = (TSV if tabs else CSV).read(io.BytesIO(data), ReadOptions(source="f"))  # type: ignore[misc]
    assert isinstance(record, Record)
    assert (record.text, record.annotations[0].comment) == (text, cell)
    assert record.annotations[0].spans[0].label == "-L"


def test_without_the_option_a_file_is_exact() -> None:
    data = written(row(comment="'=1"), ExportRow("-k", "=1"))
    assert b"\n-k,=1," in data
    assert b",'=1," in data
    assert not data.startswith(b"\xef")


@given(st.text("'\"=+-@;,|\t\r\nab＝", max_size=12))
def test_harmless_cells_are_exactly_those_that_were(cell: str) -> None:
    assert exact(harmless(cell)) == cell
    assert not RUN.match(harmless(cell).lstrip('"'))


@st.composite
def tabled(draw: st.DrawFn) -> ExportRow:
    first = replace(draw(rows()), tokens=None, meta={})
    kind = draw(st.sampled_from(["one", "versions", "gold", "open"]))
    if kind == "open":
        shown = tuple(Suggestion(s.start, s.end, s.label, ("model:m",)) for s in first.spans)
        return ExportRow(first.key, first.text, suggestions=shown)
    if kind == "one":
        return replace(first, settled=Settled() if draw(st.booleans()) else None)
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique=True))
    drawn = [draw(rows()) for _ in names]
    versions = tuple(
        replace(first, annotator=name, answer=each.answer, comment=each.comment, time=each.time)
        for name, each in zip(names, drawn, strict=True)
    )
    return replace(first, settled=Settled() if kind == "gold" else None, versions=versions)


@settings(max_examples=150, deadline=None)
@given(st.lists(tabled(), min_size=1, max_size=3), st.booleans(), st.booleans())
def test_every_row_reads_back_equal(drawn: list[ExportRow], tabs: bool, safe: bool) -> None:
    drawn = [replace(each, key=f"{number}{each.key}") for number, each in enumerate(drawn)]
    data = written(*drawn, tabs=tabs, safe=safe)
    read_one = (TSV if tabs else CSV).read
    assert read_one
    found = list(read_one(io.BytesIO(data), ReadOptions(source="f")))
    assert len(found) == len(drawn)
    for record, each in zip(found, drawn, strict=True):
        assert isinstance(record, Record), record
        assert (record.text, record.key, record.meta) == (each.text, each.key, {})
        places = [(s.start, s.end, s.label) for s in each.suggestions]
        assert [(s.start, s.end, s.label) for s in record.suggestions] == places
        wanted = [*each.answers(), *([each] if each.versions and each.settled else [])]
        assert record.annotations == tuple(
            GivenAnnotation(
                said.annotator or "",
                said.answer or "accept",
                tuple(replace(span, sources=FILE) for span in said.spans),
                said.comment,
                said.flagged,
                said.time,
                settled=said.settled,
            )
            for said in wanted
        )
