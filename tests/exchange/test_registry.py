"""Which format a file has, and how it is opened."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import (
    OWN,
    format_named,
    guess_format,
    read_records,
    readable,
)


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("a.txt", "text"),
        ("a.jsonl", "jsonl"),
        ("A.JSONL", "jsonl"),
        ("a.ndjson", "jsonl"),
        ("a.json", "jsonl"),
        ("a.csv", "csv"),
        ("a.tsv", "tsv"),
        ("a.conll", "conll"),
        ("a.bio", "conll"),
        ("a.iob", "conll"),
        ("b.txt.iob2", "conll"),
    ],
)
def test_a_suffix_tells_the_format(name: str, format: str) -> None:
    assert guess_format(Path("dir.csv") / name) == format


@pytest.mark.parametrize("name", ["a", "a.docx", ".txt", "a.jsonl.gz"])
def test_an_unknown_suffix_is_answered_with_the_formats(name: str) -> None:
    with pytest.raises(TonemarkError) as caught:
        guess_format(Path(name))
    assert name in caught.value.title
    assert caught.value.remedy == f"Name one with --format: {', '.join(readable())}."


def test_each_format_has_its_name_and_its_suffixes_are_lower_case() -> None:
    for name in OWN:
        format = format_named(name)
        assert format.name == name
        assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in format.suffixes)


def test_formats_of_one_suffix_are_told_apart_by_all_but_one() -> None:
    suffixes = {suffix for name in OWN for suffix in format_named(name).suffixes}
    for suffix in suffixes:
        having = [each for each in map(format_named, OWN) if suffix in each.suffixes]
        assert sum(each.recognises is None for each in having) <= 1, suffix


def test_an_unknown_format_is_refused_before_the_file_is_opened() -> None:
    with pytest.raises(TonemarkError, match='"xml" is no format'):
        read_records(Path("none"), format="xml", options=ReadOptions())
    with pytest.raises(TonemarkError):
        format_named("")


def test_records_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes(b"Vaj B-PER\n")
    [record] = read_records(path, format=None, options=ReadOptions())
    assert isinstance(record, Record)
    assert record.suggestions[0].sources == ("import:a.conll",)
    [line] = read_records(path, format="text", options=ReadOptions(source="other"))
    assert isinstance(line, Record)
    assert line.text == "Vaj B-PER"


@pytest.mark.parametrize(
    ("name", "words"), [("none.txt", "cannot be read"), ("folder.txt", "is a directory")]
)
def test_a_file_that_cannot_be_opened_is_said_in_words(
    tmp_path: Path, name: str, words: str
) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(TonemarkError, match=words):
        list(read_records(tmp_path / name, format=None, options=ReadOptions()))


def test_a_file_whose_name_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.txt"
    try:
        path.write_bytes(b"a")
    except OSError:
        pytest.skip("this file system takes only names in UTF-8")
    [record] = read_records(path, format=None, options=ReadOptions(per_file=True))
    assert isinstance(record, Record)
    assert record.key == "caf\\udce9.txt"


PIECES = [
    b"\n", b"\r", b"\r\n", b" ", b"\t", b'"', b'""', b",", b";", b"O", b"B-PER", b"I-X", b"#",
    b"# ", b"-DOCSTART-", b"text", b"{", b"}", b"[", b":", b'{"text":"a"}', b"\\ud83d", b"a",
    b"\xef\xbb\xbf", b"\xe9", b"\0", b"\xcc\x80", b"\xe2\x80\xa8", b"\xc2\xa0",
]  # fmt: skip


@pytest.mark.parametrize("name", [each for each in readable() if format_named(each).read])
@settings(deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.binary(max_size=3), max_size=25).map(b"".join))
@example(b"text\n")
def test_whatever_the_bytes_a_reader_gives_records_refusals_or_one_error(
    name: str, data: bytes
) -> None:
    read = format_named(name).read
    assert read is not None
    try:
        found = list(read(io.BytesIO(data), ReadOptions(source="f")))
    except TonemarkError:
        return
    lines = [each.line for each in found]
    assert lines == sorted(lines)
    assert all(1 <= line <= data.count(b"\n") + 1 for line in lines)
    numbers = [each.number for each in found if isinstance(each, Record)]
    assert numbers == [n for n, each in enumerate(found, 1) if isinstance(each, Record)]
    for each in found:
        if isinstance(each, Record):
            assert 0 < len(each.text.encode()) <= TEXT_LIMIT
            assert not each.text.isspace()
            assert "\0" not in each.text
