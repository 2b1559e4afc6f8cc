"""CSV and TSV: columns, lines, quotes, and what is not taken."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark import table_rows
from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.formats.tables import reading as tables
from tonemark.exchange.formats.tables.reading import read_csv, read_tsv
from tonemark.refusals import Refusal

UNCLOSED = "a quote is opened here and not closed"
UNDOUBLED = 'a quote inside a quoted field is not doubled ("")'


def read(data: str | bytes, column: str | None = None) -> list[Given]:
    stream = io.BytesIO(data if isinstance(data, bytes) else data.encode())
    return list(read_csv(stream, ReadOptions(text_column=column, source="f.csv")))


@pytest.mark.parametrize(
    ("data", "given"),
    [
        ("", []),
        ("text\n", []),
        ("text\na\n", [Record(1, 2, "a")]),
        ("sentence\na\n", [Record(1, 2, "a")]),
        ("\ufeffText,id\na,7\n", [Record(1, 2, "a", "7")]),
        ("ID,TEXT,place\n7,a,x\n8,b,\n", [
            Record(1, 2, "a", "7", {"place": "x"}), Record(2, 3, "b", "8"),
        ]),
        ("id,key,text\n7,k,a\n,,b\n", [
            Record(1, 2, "a", "k", {"id": "7"}), Record(2, 3, "b"),
        ]),
        # lines: blank rows are skipped, a field may hold line ends, and keeps them
        ("\n\ntext,x\n\n,\na,1\n", [Record(1, 6, "a", None, {"x": "1"})]),
        ('text,x\n"a\nb\r\nc",1\nd,2\n', [
            Record(1, 2, "a\nb\r\nc", None, {"x": "1"}), Record(2, 5, "d", None, {"x": "2"}),
        ]),
        ('text\r\n"a\rb"\r\n c \r\n', [Record(1, 2, "a\rb"), Record(2, 3, " c ")]),
        ('text,x\n"say ""a"", b",1\n5" disk,2\n', [
            Record(1, 2, 'say "a", b', None, {"x": "1"}),
            Record(2, 3, '5" disk', None, {"x": "2"}),
        ]),
        ("text,x\na\u2028b\u0085c\u000bd,1\n", [
            Record(1, 2, "a\u2028b\u0085c\u000bd", None, {"x": "1"}),
        ]),
        # separators
        ("id;text\n1;a, b\n", [Record(1, 2, "a, b", "1")]),
        ("id\ttext\n1\ta, b\n", [Record(1, 2, "a, b", "1")]),
        # names of columns
        ("text,x,x,,_given\na,1,2,3,4\n", [
            Record(1, 2, "a", None, {"x": "1", "x (3)": "2", "column 4": "3", "_given (5)": "4"}),
        ]),
        # refusals
        ("text,x\na\nb,1,2\nc,1\n", [
            Refusal(2, "1 field, the header has 2"), Refusal(3, "3 fields, the header has 2"),
            Record(3, 4, "c", None, {"x": "1"}),
        ]),
        ("text,x\n,1\n \u00a0,1\n", [
            Refusal(2, "the text is empty"), Refusal(3, "the text is white space alone"),
        ]),
        ("text,x\na\0b,1\n", [Refusal(2, "the text holds NUL (U+0000) at 1")]),
        ("text,id\na," + "x" * 201 + "\n", [
            Refusal(2, "id has 201 characters, more than 200: " + repr("x" * 40) + "..."),
        ]),
        ("text,id\na,x\x07\n", [Refusal(2, "id holds a control character: 'x\\x07'")]),
        ('text\n"a\nb\nc\n', [Refusal(2, UNCLOSED), Record(2, 3, "b"), Record(3, 4, "c")]),
        ('text\n"a\n"b\n"c"\nd\n', [
            Refusal(2, UNDOUBLED), Refusal(3, UNDOUBLED), Record(3, 4, "c"), Record(4, 5, "d"),
        ]),
        ("text\na\rb\nc\n", [
            Refusal(2, "a carriage return stands in a field without quotes"), Record(2, 3, "c"),
        ]),
        (b'text,x\ncaf\xe9,1\n"a\n\xe9",1\nb,1\n', [
            Refusal(2, "not UTF-8: byte 0xE9 at byte 4"),
            Refusal(3, "line 4 is not UTF-8: byte 0xE9 at byte 1"),
            Record(3, 5, "b", None, {"x": "1"}),
        ]),
        (b'text\n"a\xe9\nb\n', [Refusal(2, UNCLOSED), Record(2, 3, "b")]),
    ],
)  # fmt: skip
def test_csv(data: str | bytes, given: list[Given]) -> None:
    assert read(data) == given


def test_tsv_has_tabs_alone_between_columns() -> None:
    stream = io.BytesIO(b"id\ttext, whole\n1\ta; b\n")
    assert list(read_tsv(stream, ReadOptions(text_column="text, whole"))) == [
        Record(1, 2, "a; b", "1")
    ]


@pytest.mark.parametrize(
    ("column", "text"), [(None, "a"), ("text", "a"), ("Body", "b"), ("body", "c"), (" BODY ", "c")]
)
def test_the_column_of_the_texts(column: str | None, text: str) -> None:
    [record] = (
        read("text,Body,body\na,b,c\n", column)
        if column != " BODY "
        else read("text,body\na,c\n", column)
    )
    assert isinstance(record, Record)
    assert record.text == text


@pytest.mark.parametrize(
    ("data", "column", "words"),
    [
        ("a,b\n1,2\n", None, "f.csv has no column 'text'; it has 'a', 'b'."),
        ("a\n1\n", "b", "f.csv has no column 'b'; it has 'a'."),
        (b"te\xe9xt,b\n", None, "the header (line 1) cannot be read: not UTF-8"),
        ('"text\na\n', None, "the header (line 1) cannot be read: " + UNCLOSED),
        ("text\na\n".encode("utf-16"), None, "f.csv is UTF-16."),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_whole(
    data: str | bytes, column: str | None, words: str
) -> None:
    with pytest.raises(TonemarkError) as caught:
        read(data, column)
    assert words in caught.value.title


def test_fields_longer_than_the_parser_likes_are_read() -> None:
    before = csv.field_size_limit(131_072)
    try:
        assert read("text\n" + "a" * 1_000_000 + "\n") == [Record(1, 2, "a" * 1_000_000)]
    finally:
        csv.field_size_limit(before)


def test_a_line_and_a_record_have_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_rows, "LINE_LIMIT", 50)
    monkeypatch.setattr(tables, "ROW_LIMIT", 50)
    data = "text\n" + "a" * 60 + "\nb\n" + '"c\n' + "d\n" * 40
    given = read(data)
    assert given[:3] == [
        Refusal(2, "the line is longer than 64 MiB"),
        Record(2, 3, "b"),
        Refusal(4, UNCLOSED),
    ]
    assert given[3:] == [Record(4 + n, 5 + n, "d") for n in range(40)]


FIELDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


@given(st.lists(st.tuples(FIELDS.filter(lambda text: not text.isspace()), FIELDS), max_size=5))
def test_what_csv_writes_is_read_exactly(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("text", "note"), *rows])
    data = out.getvalue()
    given = read(data)
    assert [(r.text, r.meta["note"]) for r in given if isinstance(r, Record)] == rows
    assert [r.number for r in given if isinstance(r, Record)] == list(range(1, len(rows) + 1))
    line = 2
    for record, row in zip(given, rows, strict=True):
        assert record.line == line
        line += 1 + sum(field.count("\n") for field in row)


def test_a_header_of_many_equal_names_takes_linear_time() -> None:
    [record] = read("text" + ",x" * 100_000 + "\na" + ",1" * 100_000 + "\n")
    assert isinstance(record, Record)
    assert len(record.meta) == 100_000


@pytest.mark.parametrize(
    "data", ["Asha\tB-PER\nyuko\tO\n", "#\thttp://a.b\t[2009]\n1\tAsha\tO\tO\n"]
)
def test_tokens_and_tags_are_pointed_to_their_format(data: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        list(read_tsv(io.BytesIO(data.encode()), ReadOptions(source="f.tsv")))
    assert caught.value.remedy.endswith("--format conll.")
