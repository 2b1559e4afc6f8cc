"""Tables with a row a span whose rows were sorted: no document is taken with a part of
its spans."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.checking import Checked, check_records
from tonemark.exchange.formats.tables import apart
from tonemark.exchange.formats.tables.reading import CSV
from tonemark.exchange.formats.tables.spans import COLUMNS
from tonemark.exchange.registry import read_records
from tonemark.refusals import Refusal

HEADER = ",".join(COLUMNS)
TEXT = "Vaj Pov nyob Laos"
FIRST = f"k,{TEXT},amina,accept,,0,7,PER,Vaj Pov,,,"
REST = "k,,amina,accept,,13,17,LOC,Laos,,,"
OTHER = "l,leo,juma,accept,,0,3,DATE,,,,"
NO_KEY = FIRST.replace("k,", ",", 1)
TOGETHER = "sort the table by key, then by text"


def read(*lines: str, header: str = HEADER) -> list[Given]:
    assert CSV.read
    data = "\n".join((header, *lines)).encode()
    return list(CSV.read(io.BytesIO(data), ReadOptions(source="f")))


@pytest.mark.parametrize(
    ("lines", "refused", "words", "taken"),
    [
        # a row that stands alone; and three stretches, of which one has no text
        ((FIRST, OTHER, REST), [2, 4], ("'k' do not stand", "(lines 2 and 4)", TOGETHER), "l"),
        ((REST, OTHER, FIRST, REST, "m,pia,,,,,,,,,,", REST), [2, 4, 7],
         ("(lines 2, 4 and 7)", TOGETHER), "lm"),
        # the text last, or in each row
        ((REST, FIRST, OTHER), [2, 3], ("its text in the first of them (lines 2 and 3)",), "l"),
        ((FIRST, OTHER, FIRST.replace("0,7,PER,Vaj Pov", "13,17,LOC,Laos")), [2, 4],
         (TOGETHER,), "l"),
        # a part of them has another text
        ((FIRST, f"k,{TEXT}!,amina,accept,,13,17,LOC,,,,"), [2, 3],
         ("'k' is the key of different texts (lines 2 and 3); give each",), ""),
        # a broken row between them is told, too
        ((FIRST, "k,few", OTHER, REST), [3, 2, 5], (), "l"),
        # a bad span in one of them
        ((FIRST, OTHER, "k,,amina,accept,,0,99,PER,,,,"), [2, 4], (TOGETHER,), "l"),
        # nobody's key: the text tells the document, if it has spans
        ((NO_KEY, OTHER, NO_KEY), [2, 4], ("without a key (lines 2 and 4)", "give each"), "l"),
        ((NO_KEY.replace(",", " ,", 1), OTHER, NO_KEY), [2, 4], ("without a key",), "l"),
        ((f",{TEXT},juma,accept,,,,,,,,", NO_KEY, OTHER, NO_KEY), [2, 5], ("without a key",), "l"),
        # many lines are counted
        ((FIRST, *(line for n in range(6) for line in (f"m{n},pia,,,,,,,,,,", REST))),
         [2, 4, 6, 8, 10, 12, 14], ("(lines 2, 4, 6, 8, 10 and 2 more)",), ""),
    ],
)  # fmt: skip
def test_a_document_whose_rows_stand_apart_is_refused_whole(
    lines: tuple[str, ...], refused: list[int], words: tuple[str, ...], taken: str
) -> None:
    found = read(*lines)
    refusals = [each for each in found if isinstance(each, Refusal)]
    assert [each.line for each in refusals] == refused
    for each in refusals:
        assert all(word in each.reason for word in words), each.reason
    keys = [each.key for each in found if isinstance(each, Record)]
    assert not {"k", None} & set(keys)
    assert set(taken) <= set(keys)


@pytest.mark.parametrize(
    "lines",
    [
        (f",{TEXT},,,,,,,,,,", OTHER, f",{TEXT},,,,,,,,,,"),
        (f",{TEXT},amina,accept,,,,,,,,", OTHER, f",{TEXT},amina,accept,,,,,,,,"),
        (NO_KEY, OTHER, f",{TEXT},,,,,,,,,,"),
        (NO_KEY, OTHER, FIRST),
    ],
)
def test_a_text_that_a_corpus_has_twice_is_no_document_apart(lines: tuple[str, ...]) -> None:
    assert [type(each) for each in read(*lines)] == [Record] * 3


def test_keys_that_were_made_harmless_are_the_same_keys() -> None:
    rest = REST.replace("k,", "'=k,", 1)
    found = read(FIRST.replace("k,", "'=k,", 1), OTHER, rest, header=f"'{HEADER}")
    assert [type(each) for each in found] == [Refusal, Record, Refusal]
    assert "'=k'" in found[0].reason  # type: ignore[union-attr]


Said = dict[tuple[str | None, str], set[tuple[str, int, int, str]]]


def said(found: list[Given]) -> Said:
    """What is said of each document, by key and text."""
    return {
        (each.key, each.text): {
            (given.annotator, span.start, span.end, span.label)
            for given in each.annotations
            for span in given.spans
        }
        for each in found
        if isinstance(each, Record)
    }


PLACES = [(0, 7, "PER"), (13, 17, "LOC"), (8, 12, "X"), (0, 3, "X")]
ROWS = [
    [key, TEXT if number == 0 else "", ("amina", "juma")[number // 2], "accept", "", *place]
    + [""] * 4
    for key, count in (("a", 1), ("b", 2), ("c", 4), ("d", 3))
    for number, place in enumerate(PLACES[:count])
]


@settings(max_examples=100, deadline=None)
@given(st.permutations(ROWS), st.booleans(), st.sampled_from([1, 3, 100]))
def test_rows_in_any_order_are_a_whole_document_or_none(
    rows: list[list[object]], in_each: bool, marks: int
) -> None:
    def read_table(rows: list[list[object]]) -> list[Given]:
        stream = io.StringIO(newline="")
        csv.writer(stream, lineterminator="\n").writerows(rows)
        return read(stream.getvalue().rstrip("\n"))

    whole = said(read_table(ROWS))
    assert [len(spans) for spans in whole.values()] == [1, 2, 4, 3]
    if in_each:
        rows = [[row[0], TEXT, *row[2:]] for row in rows]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "MARKS", marks)
        found = read_table(rows)
    taken = said(found)
    assert taken.items() <= whole.items()
    refused = [each for each in found if isinstance(each, Refusal)]
    assert bool(refused) == (len(taken) < len(whole))
    # What the refusals say mends it.
    assert said(read_table(sorted(rows, key=lambda row: (row[0], row[1] == "")))) == whole


@pytest.mark.parametrize("lines", [(FIRST, REST, OTHER), (FIRST, "k,few", OTHER, '"', REST)])
def test_what_comes_through_a_pipe_is_read_the_same(lines: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    with open(writing, "wb") as stream:
        stream.write("\n".join((HEADER, *lines)).encode())
    assert CSV.read
    with open(reading, "rb") as stream:
        assert not stream.seekable()
        assert list(CSV.read(stream, ReadOptions(source="f"))) == read(*lines)


def test_a_table_within_a_stream_is_read_from_where_it_begins() -> None:
    stream = io.BytesIO(f"before\n{HEADER}\n{FIRST}\n{REST}\n".encode())
    stream.readline()
    assert CSV.read
    [record] = CSV.read(stream, ReadOptions(source="f"))
    assert isinstance(record, Record)
    assert len(record.annotations[0].spans) == 2


def test_a_table_that_was_sorted_as_a_whole_is_refused_as_a_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = [line.replace("k,", f"k{n},", 1) for line in (FIRST, REST) for n in range(3)]
    monkeypatch.setattr(apart, "APART", 3)
    assert [type(each) for each in read(*lines)] == [Refusal] * 6
    monkeypatch.setattr(apart, "APART", 2)
    with pytest.raises(TonemarkError, match="f: the rows of more than 2 documents") as caught:
        read(*lines)
    assert "Sort the table by key" in caught.value.remedy


def test_check_says_of_it_what_add_says(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_text("\n".join((HEADER, FIRST, OTHER, REST)))
    checked = Checked()
    options = ReadOptions()
    check_records(read_records(path, format="csv", options=options), CSV, checked)
    found = [each for each in read(FIRST, OTHER, REST) if isinstance(each, Refusal)]
    assert [(each.line, each.what) for each in checked.refused.first] == [
        (each.line, each.reason) for each in found
    ]
    assert (checked.documents, checked.spans) == (1, 1)
