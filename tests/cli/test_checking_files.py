"""`check` on files: what it tells, where, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.tui.page.cells import cells

GOOD = json.dumps(
    {
        "text": "Asha yuko Kisumu",
        "answer": "accept",
        "_annotator_id": "amina",
        "tokens": [{"start": 0, "end": 4}, {"start": 5, "end": 9}, {"start": 10, "end": 16}],
        "spans": [{"start": 0, "end": 4, "label": "PER"}],
    }
)
PAST = json.dumps({"text": "a", "spans": [{"start": 0, "end": 9, "label": "PER"}]})
CUT = GOOD.replace('"end": 4, "label"', '"end": 3, "label"').replace("yuko", "alia")


def lines(*given: str) -> bytes:
    return "".join(f"{line}\n" for line in given).encode()


@pytest.mark.parametrize(
    ("name", "data", "code", "words"),
    [
        ("a.jsonl", lines(GOOD), 0, "1 document, 1 answer, 1 span"),
        ("a.jsonl", lines(GOOD), 0, "read as jsonl, by its name and beginning"),
        ("a.jsonl", lines(GOOD), 0, "labels: PER 1"),
        ("a.jsonl", lines(GOOD), 0, "answers: amina 1 accept"),
        ("a.jsonl", lines(GOOD), 0, "Nothing is wrong with it."),
        ("a.jsonl", lines(GOOD, PAST), 1, "line 2: the span 0-9 lies outside the text"),
        ("a.jsonl", lines(GOOD, GOOD), 0, "line 2: the text of line 1 again"),
        ("a.jsonl", lines(CUT), 0, "line 1: 0-3 'Ash' PER ends inside a token"),
        ("a.jsonl", lines(*[PAST] * 12), 1, "and 2 more"),
        ("a.jsonl", b"", 0, "0 documents, 0 spans"),
        ("a.jsonl", b"\xff\n", 1, "line 1: not UTF-8"),
        ("a.conll", b"Asha B-PER\nyuko O\n", 0, "1 document, 1 span"),
        ("a.conll", b"Asha B-PER\nyuko\n\nb O\n", 1, "line 2: 1 column where the file has 2"),
        ("a.txt", b"Asha\n\0\n", 1, "line 2: the text holds NUL"),
    ],
)
def test_what_is_in_a_file_and_what_is_wrong_with_it(
    name: str, data: bytes, code: int, words: str, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    told = tonemark("check", path, code=code).stdout
    assert words in told
    assert ("Nothing is wrong" in told) == (words.startswith("Nothing") or "    " not in told)


def test_json_has_it_all(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(GOOD, PAST, CUT))
    told = json.loads(tonemark("check", path, "--json", code=1).stdout)
    assert told["format"] == "jsonl"
    assert told["guessed"]
    assert (told["documents"], told["spans"], told["labels"]) == (2, 2, {"PER": 2})
    assert told["answers"] == [{"annotator": "amina", "answer": "accept", "count": 2}]
    assert set(told["found"]) == {"refused", "cutting"}
    assert told["found"]["refused"]["first"][0]["line"] == 2
    assert not json.loads(tonemark("check", path, "--json", "--as", "text").stdout)["guessed"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["none.jsonl"], 1, "cannot be read"),
        (["a.docx"], 1, "Name one with --as"),
        (["a.txt", "--as", "xml"], 2, '"xml" is no format'),
        (["folder"], 1, "is a directory"),
        (["utf16.jsonl"], 1, "UTF-16"),
        (["a.txt", "--as", "csv", "--text-column", "x"], 1, "no column 'x'"),
    ],
)
def test_what_cannot_be_checked_is_said(
    arguments: list[str], code: int, words: str, tonemark: Callable[..., Any]
) -> None:
    Path("a.txt").write_text("a\n")
    Path("a.docx").write_text("a\n")
    Path("utf16.jsonl").write_bytes(GOOD.encode("utf-16"))
    Path("folder").mkdir()
    done = tonemark("check", *arguments, code=code)
    assert words in done.stderr
    assert "--format" not in done.stderr


def test_a_failure_is_in_json_too(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD.encode("utf-16"))
    told = json.loads(tonemark("check", path, "--json", code=1).stdout)
    assert "UTF-16" in told["failure"]


def test_names_given_are_the_annotators(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    path = tmp_path / "a.conll"
    path.write_bytes(b"Asha B-PER O\nyuko O O\n")
    told = tonemark("check", path, "--annotators", "amina,juma").stdout
    assert "answers: amina 1 accept; juma 1 accept" in told
    assert "2 tag columns" in tonemark("check", path, "--annotators", "a", code=1).stderr


def test_nothing_is_written_beside_the_file(tmp_path: Path, tonemark: Callable[..., Any]) -> None:
    path = tmp_path / "only" / "a.jsonl"
    path.parent.mkdir()
    path.write_bytes(lines(GOOD))
    tonemark("check", path)
    assert list(path.parent.iterdir()) == [path]


def test_it_fits_a_narrow_terminal(tmp_path: Path, terminal: Callable[..., Any]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(lines(GOOD, CUT, CUT))
    term = terminal("check", path, columns=40)
    screen = term.wait("again")
    assert max(map(cells, screen.splitlines())) <= 40


@pytest.fixture
def exported(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """A file of columns with its sidecar, as export writes them."""
    folder, path = tmp_path / "p", tmp_path / "a.jsonl"
    path.write_bytes(lines(GOOD, GOOD.replace("yuko", "alia")))
    tonemark("new", folder, "--lang", "sw", "--labels", "PER")
    tonemark("add", folder, path)
    out = tmp_path / "out.conll"
    tonemark("export", folder, "--format", "conll", "-o", out)
    return out


def test_a_sidecar_that_fits_is_said_to(exported: Path, tonemark: Callable[..., Any]) -> None:
    told = tonemark("check", exported).stdout
    assert "read as conll, by its sidecar" in told
    assert "out.conll.tonemark, from the project p: fits" in told
    assert json.loads(tonemark("check", exported, "--json").stdout)["sidecar"]["fits"]
    told = tonemark("check", exported, "--no-sidecar").stdout
    assert ".tonemark" not in told
    told = tonemark("check", exported, "--as", "text", code=0).stdout
    assert "is of a file of the format conll" in told


def test_another_file_beside_a_sidecar_that_was_left_is_nobodys(
    exported: Path, tonemark: Callable[..., Any]
) -> None:
    side = exported.with_name("out.conll.tonemark")
    header, *rest = side.read_bytes().splitlines(keepends=True)
    header = json.dumps({**json.loads(header), "annotators": ["amina", "juma"]}).encode()
    side.write_bytes(b"".join((header, b"\n", *rest)))
    exported.write_bytes(b"Juma B-PER\nalia O\n")
    told = tonemark("check", exported).stdout
    assert "1 document, 1 span" in told
    assert "amina" not in told
    assert "does not fit in 1 place" in told


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"Asha B-PER", b"Asha O", "changed since it was exported"),
        (b"yuko", b"yupo", "the text"),
    ],
)
def test_a_sidecar_that_fits_no_more_is_told_with_the_places(
    old: bytes, new: bytes, said: str, exported: Path, tonemark: Callable[..., Any]
) -> None:
    data = exported.read_bytes()
    assert old in data
    exported.write_bytes(data.replace(old, new, 1))
    told = tonemark("check", exported).stdout
    assert f"does not fit in 1 place:\n    line 1: {said}" in told
    assert "Nothing is wrong" not in told


def test_a_sidecar_that_is_damaged_is_said_to_be(
    exported: Path, tonemark: Callable[..., Any]
) -> None:
    side = exported.with_name("out.conll.tonemark")
    header, *rest = side.read_bytes().splitlines(keepends=True)
    side.write_bytes(header + b"{}\n" + b"".join(rest[1:]))
    assert "line 2 of out.conll.tonemark is damaged" in tonemark("check", exported).stdout
    side.write_bytes(b"\0")
    assert "--no-sidecar" in tonemark("check", exported, code=1).stderr
    assert "2 documents" in tonemark("check", exported, "--no-sidecar").stdout
