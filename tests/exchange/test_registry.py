"""Which format a file has, and how it is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import FORMATS, format_named, guess_format, read_records


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
    assert caught.value.remedy == "Name one with --format: text, jsonl, csv, tsv, conll."


def test_no_suffix_tells_two_formats() -> None:
    suffixes = [suffix for each in FORMATS.values() for suffix in each.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(suffix == suffix.lower() and suffix[0] == "." for suffix in suffixes)
    assert all(name == each.name for name, each in FORMATS.items())


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


@pytest.mark.parametrize("name", ["none.txt", "folder.txt"])
def test_a_file_that_cannot_be_opened_is_said_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.txt").mkdir()
    with pytest.raises(TonemarkError, match="cannot be read"):
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
