"""Plain text: what a line is, and what is not taken."""

from __future__ import annotations

import io

import pytest

from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.formats.text import read_text
from tonemark.refusals import Refusal


def read(data: bytes, per_file: bool = False) -> list[Given]:
    return list(read_text(io.BytesIO(data), ReadOptions(per_file=per_file, source="f.txt")))


@pytest.mark.parametrize(
    ("data", "given"),
    [
        (b"", []),
        (b"\n\r\n \t\n\xc2\xa0\n", []),
        (b"a\nb", [Record(1, 1, "a"), Record(2, 2, "b")]),
        (b"a\r\n\r\nb\r\n", [Record(1, 1, "a"), Record(2, 3, "b")]),
        (b" a \n", [Record(1, 1, " a ")]),
        (b"\xef\xbb\xbfa\n\xef\xbb\xbfb", [Record(1, 1, "a"), Record(2, 2, "\ufeffb")]),
        (b"a\rb\n", [Record(1, 1, "a\rb")]),
        (b"a\r\r\n", [Record(1, 1, "a\r")]),
        (
            "a\u2028b\u0085c\u000bd\u000ce\u001cf".encode(),
            [Record(1, 1, "a\u2028b\u0085c\u000bd\u000ce\u001cf")],
        ),
        (
            b"caf\xe9\na\0b\nc",
            [
                Refusal(1, "not UTF-8: byte 0xE9 at byte 4"),
                Refusal(2, "the text holds NUL (U+0000) at 1"),
                Record(3, 3, "c"),
            ],
        ),
        (
            b"a" * (TEXT_LIMIT + 1) + b"\nb",
            [Refusal(1, "the text has 4,194,305 bytes, more than 4 MiB"), Record(2, 2, "b")],
        ),
    ],
)
def test_a_document_a_line(data: bytes, given: list[Given]) -> None:
    assert read(data) == given


@pytest.mark.parametrize(
    ("data", "given"),
    [
        (b"a\r\n\nb\n", Record(1, 1, "a\r\n\nb\n", "f.txt")),
        (b"\xef\xbb\xbfa", Record(1, 1, "a", "f.txt")),
        (b"\n \n", Refusal(1, "the text is white space alone")),
        (b"", Refusal(1, "the text is empty")),
        (b"a\nbc\xe9", Refusal(2, "not UTF-8: byte 0xE9 at byte 3")),
        (b"a\n\0", Refusal(1, "the text holds NUL (U+0000) at 2")),
        (b"\xef\xbb\xbf" + b"a" * TEXT_LIMIT, Record(1, 1, "a" * TEXT_LIMIT, "f.txt")),
        (
            b"a" * (TEXT_LIMIT * 2),
            Refusal(1, "the text has 8,388,608 bytes, more than 4 MiB"),
        ),
    ],
)
def test_a_document_a_file(data: bytes, given: Given) -> None:
    assert read(data, per_file=True) == [given]


@pytest.mark.parametrize("per_file", [True, False])
def test_utf16_is_refused_whole(per_file: bool) -> None:
    with pytest.raises(TonemarkError, match="UTF-16"):
        read("a\n".encode("utf-16"), per_file)
