"""Files of entries: what goes in, what each bad line is refused with, what a file may not be."""

from __future__ import annotations

import csv
import io
import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tonemark import lines
from tonemark.corpus.gazetteers import NewEntry
from tonemark.errors import TonemarkError
from tonemark.patterns import reading
from tonemark.patterns.entries import Rules
from tonemark.patterns.folds import FOLDS, LONGEST, Folding
from tonemark.patterns.reading import (
    Form,
    Given,
    encoding_seen,
    form_of,
    form_seen,
    opened,
    read_entries,
)
from tonemark.refusals import Refusal, Refused

LABELS = ("PER", "LOC", "GPE")
FOLDING = Folding(("case", "nfc", "apostrophes", "hyphens"))


def read(data: str | bytes, form: Form = "jsonl", label: str = "", **mapped: str) -> list[Any]:
    """(line, entry), or (line, reason) of what was refused."""
    stream = io.BufferedReader(io.BytesIO(data if isinstance(data, bytes) else data.encode()))
    rules = Rules(LABELS, FOLDING, label, mapped)
    return [
        (each.line, each.reason) if isinstance(each, Refusal) else (each.line, each.entry)
        for each in read_entries(stream, form, "f", rules)
    ]


LOC, PER = NewEntry("LOC", "Kisumu"), NewEntry("PER", "Asha")


@pytest.mark.parametrize(
    ("form", "label", "data", "found"),
    [
        ("list", "LOC", "Kisumu\n", [(1, LOC)]),
        ("list", "LOC", "\ufeffKisumu\r\n\n  \n Kisumu \t\n", [(1, LOC), (4, LOC)]),
        ("list", "LOC", "# not a comment\n...", [
            (1, NewEntry("LOC", "# not a comment")), (2, NewEntry("LOC", "...")),
        ]),
        ("list", "LOC", "a, b\n", [(1, NewEntry("LOC", "a, b"))]),
        ("jsonl", "", '{"label":"LOC","pattern":"Kisumu"}\n', [(1, LOC)]),
        ("jsonl", "PER", '{"pattern":"Asha"}\n\n{"label":"LOC","pattern":"Kisumu"}', [
            (1, PER), (3, LOC),
        ]),
        ("jsonl", "", '{"label":"LOC","pattern":"Kisumu","id":7,"other":[1]}', [
            (1, NewEntry("LOC", "Kisumu", "name", "7")),
        ]),
        ("jsonl", "", '{"label":"LOC","pattern":[{"LOWER":"ọ̀rọ̀"},{"OP":"?"}],"id":"x"}', [
            (1, NewEntry("LOC", '[{"LOWER": "ọ̀rọ̀"}, {"OP": "?"}]', "tokens", "x")),
        ]),
        ("jsonl", "", r'{"label":"LOC","regex":"mwaka (?P<span>\\d{4})"}', [
            (1, NewEntry("LOC", r"mwaka (?P<span>\d{4})", "regex")),
        ]),
        ("csv", "", "name,label\nKisumu,LOC\nAsha,PER\n", [(2, LOC), (3, PER)]),
        ("csv", "", "\ufeffLabel;ID;Text;x\nLOC;7;Kisumu;y\n", [
            (2, NewEntry("LOC", "Kisumu", "name", "7")),
        ]),
        ("csv", "", 'pattern,label\n"Juma, mzee",PER\n"a\nb",PER\nAsha,PER\n', [
            (2, NewEntry("PER", "Juma, mzee")),
            (3, "the name holds a control character (U+000A): 'a\\nb'"),
            (5, PER),
        ]),
        ("csv", "LOC", "name\nKisumu\n", [(2, LOC)]),
        ("csv", "LOC", "name,label\nKisumu,\nAsha,PER\n", [(2, LOC), (3, PER)]),
        ("csv", "LOC", "Kisumu\nname\n", [(1, LOC), (2, NewEntry("LOC", "name"))]),
        ("csv", "", "Kisumu,LOC\nAsha,PER,9\n", [
            (1, LOC), (2, NewEntry("PER", "Asha", "name", "9")),
        ]),
        ("csv", "", "LOC,Kisumu\nPER,Asha\n", [(1, LOC), (2, PER)]),
        ("tsv", "", "name\tlabel\nKisumu\tLOC\n\nAsha\tPER\n", [(2, LOC), (4, PER)]),
        ("tsv", "", "a,b\tLOC\n", [(1, NewEntry("LOC", "a,b"))]),
        ("csv", "", "name,label\nKisumu\n,LOC\nx,y,z\n\"a\" b,LOC\nAsha,PER\n", [
            (2, "1 field, the header has 2"), (3, "the name is empty"),
            (4, "3 fields, the header has 2"),
            (5, 'a quote inside a quoted field is not doubled ("")'), (6, PER),
        ]),
        ("csv", "", "a,LOC,1,2\nKisumu,LOC\n", [
            (1, "4 fields: without a header, name, label and id are read"), (2, LOC),
        ]),
        ("jsonl", "", "", []),
        ("list", "LOC", "\n\n", []),
    ],
)  # fmt: skip
def test_what_is_read(form: Form, label: str, data: str, found: list[Any]) -> None:
    assert read(data, form, label) == found


def line(**fields: Any) -> str:
    return json.dumps({"label": "LOC", **fields})


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (line(label="GP", pattern="x"), "the label 'GP' is not one of PER, LOC, GPE: perhaps "
         "--map GP=GPE"),
        (line(label="loc", pattern="x"), "perhaps --map loc=LOC"),
        (line(label="XYZ", pattern="x"), "perhaps --map XYZ=LABEL"),
        (line(label="a b\x1b", pattern="x"), "perhaps --map OLD=LABEL"),
        (line(label=5, pattern="x"), "the label is 5, not a string"),
        (line(label=["LOC"], pattern="x"), "the label is a list, not a string"),
        ('{"pattern":"x"}', "there is no label: say with --label"),
        (line(), 'there is neither "pattern" nor "regex"'),
        ('{"text":"Asha","spans":[]}', "this is a text, perhaps with answers: add texts with"),
        (line(pattern=None), 'there is neither "pattern" nor "regex"'),
        (line(pattern="a", regex="b"), 'there are both "pattern" and "regex"'),
        (line(pattern=""), "the name is empty"),
        (line(pattern=" \u00a0 "), "the name is empty"),
        (line(pattern=5), "the pattern is 5, not a string"),
        (line(pattern={"a": 1}), "the pattern is an object, not a string"),
        (line(pattern="'"), "nothing is left of"),
        (line(pattern="-’-"), "nothing is left of"),
        (line(pattern="a\x1b[2J"), "the name holds a control character (U+001B): 'a\\x1b[2J'"),
        (line(pattern="a\u2028b"), "the name holds a control character (U+2028)"),
        (line(pattern="a\0b"), "the name holds a control character (U+0000)"),
        (line(pattern="a " * 33), "the name has 33 words and signs, more than 32"),
        (line(pattern="a" * 501), "the name has 501 characters, more than 500"),
        (line(pattern="a", id="x" * 201), "the id has 201 characters, more than 200"),
        (line(pattern="a", id="\x07"), "the id holds a control character"),
        (line(pattern="a", id=1.5), "the id is 1.5, neither a string nor a whole number"),
        (line(pattern=[]), "a token pattern is a list of dictionaries"),
        (line(pattern=[{"LOWR": "a"}]), "there is no attribute LOWR"),
        (line(pattern=[{"POS": "NOUN"}]), "POS"),
        (line(regex="("), "does not compile"),
        (line(regex=""), "the expression is empty"),
        (line(regex="a*"), "matches the empty text"),
        (line(regex=5), "the expression is 5, not a string"),
        ('{"label":"LOC"', "not JSON: Expecting ',' delimiter at character 15"),
        ("[1]", "a list, not an object"),
        ('{"label":"LOC","pattern":"\\ud800"}', "a lone surrogate (U+D800) in 'pattern'"),
        ('{"label":"LOC","pattern":' + "[" * 3000, "nested more than 100 deep"),
        (b'{"label":"LOC","pattern":"\xff"}', "not UTF-8: byte 0xFF at byte 27"),
        (line(pattern="a" * (1 << 20)), "more than 1 MiB"),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_with_its_number_and_the_rest_is_read(
    given: str | bytes, reason: str
) -> None:
    data = given if isinstance(given, bytes) else given.encode()
    good = line(pattern="Kisumu").encode()
    before, refused, after = read(good + b"\n" + data + b"\n" + good + b"\n")
    assert (before, after) == ((1, LOC), (3, LOC))
    assert refused[0] == 2
    assert reason in refused[1]
    assert len(refused[1]) < 600


def test_labels_are_mapped() -> None:
    data = "name,label\nAsha,PERSON\nKisumu,LOC\n"
    assert read(data, "csv", PERSON="PER") == [(2, PER), (3, LOC)]


@pytest.mark.parametrize(
    ("form", "data", "title", "remedy"),
    [
        ("list", "Kisumu\n", "f is a list of names, without their label.", "one of PER, LOC, GPE"),
        ("csv", "Kisumu\n", "f has no column of labels.", "--label"),
        ("csv", "name,id\nKisumu,1\n", "f has no column of labels.", "--label"),
        ("csv", "person,label\nx,PER\n", "f has no column name, pattern or text; it has 'person'",
         "Call the column"),
        ("jsonl", b"PK\x03\x04\0\0", "f is not text: it holds NUL bytes.", "UTF-8"),
        ("jsonl", "a".encode("utf-16"), "f is UTF-16.", "iconv"),
        ("list", "Kisumu".encode("utf-16"), "f is UTF-16.", "iconv"),
        ("list", "Kisumu\n".encode("utf-16-le"), "f is probably UTF-16LE.", "iconv -f UTF-16LE"),
        ("csv", "Kisumu\n".encode("utf-16-be"), "f is probably UTF-16BE.", "iconv -f UTF-16BE"),
    ],
)  # fmt: skip
def test_a_file_that_is_refused_whole(
    form: Form, data: str | bytes, title: str, remedy: str
) -> None:
    with pytest.raises(TonemarkError) as caught:
        read(data, form)
    assert title in caught.value.title
    assert remedy in caught.value.remedy


def test_what_is_no_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "WAIT", 0.05)
    os.mkfifo(tmp_path / "pipe")
    wanted = {
        tmp_path: "is a folder", tmp_path / "none": "No such file", Path("/dev/zero"): "not a file",
        tmp_path / "pipe": "is a pipe, and nothing came out", Path("a\0b"): "cannot be read",
        Path("x" * 5000): "cannot be read",
    }  # fmt: skip
    for path, words in wanted.items():
        with pytest.raises(TonemarkError) as caught, opened(path):
            pass
        assert words in caught.value.title


def test_a_pipe_with_a_writer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    handle = os.open(path, os.O_RDWR)  # on Linux a writer that waits for no reader
    os.write(handle, line(pattern="Kisumu").encode() + b"\n")
    with opened(path) as stream:
        os.close(handle)
        found = list(read_entries(stream, form_of(path) or "jsonl", "f", Rules(LABELS, FOLDING)))
    assert found == [Given(1, LOC)]


LOOKS = "this looks like a header: call its columns name, label, id"


@pytest.mark.parametrize(
    ("form", "label", "data", "found"),
    [
        ("csv", "", "Jina;Aina\nKisumu;LOC\n", [LOOKS, LOC]),
        ("csv", "", "Aina;Jina\nLOC;Kisumu\n", [LOOKS, LOC]),
        ("csv", "", "Jina;Aina\nKisumu;LOC\nAsha;PERS\n", [LOOKS, LOC, "perhaps --map PERS=PER"]),
        ("tsv", "PER", "Jina\tAina\tNo\nKisumu\tLOC\n", [LOOKS, LOC]),
        ("csv", "", "Jina;Aina\n", ["'Aina' is not one of PER, LOC, GPE; if the line is"]),
        ("csv", "", "Kisumu;PLACE\nLamu;PLACE\n", ["if the line is a header", "--map PLACE="]),
        ("csv", "", "term,type\nKisumu,LOC\n", [LOC]),
        ("csv", "", "Type;Word\nLOC;Kisumu\n", [LOC]),
        ("csv", "", "category,entity\nLOC,Kisumu\n", [LOC]),
        ("csv", "", "word,entity\nKisumu,LOC\n", [LOC]),
        ("csv", "LOC", "word\nKisumu\n", [LOC]),
        ("csv", "", "Word,LOC\n", [NewEntry("LOC", "Word")]),
        ("csv", "", "sep=;\nname;label\nKisumu;LOC\n", [LOC]),
        ("csv", "", '"sep=;"\r\nKisumu;LOC\r\n', [LOC]),
        ("csv", "", "name|label\nKisumu|LOC\n", [LOC]),
        ("csv", "", "Kisumu|LOC\n", [LOC]),
        ("csv", "PER", "|Xam\n", [NewEntry("PER", "|Xam")]),
        ("list", "LOC", "Kisumu\nKisumu\tLOC\n", [LOC, "is it a table? --format tsv"]),
    ],
)  # fmt: skip
def test_heads_of_tables(form: Form, label: str, data: str, found: list[Any]) -> None:
    read_, last = read(data, form, label), 0
    assert len(read_) == len(found)
    for (number, each), expected in zip(read_, found, strict=True):
        assert number > last
        last = number
        assert expected in each if isinstance(expected, str) else each == expected
    first = read_[0][1]
    assert isinstance(first, NewEntry) or "--map" not in first


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b"Kisumu\n", "list"), (b"", "list"), (b"Kisumu", "list"), (b"Kisumu\tLOC", "tsv"),
        (b"Kisumu\tLOC\n\nLamu\tLO", "tsv"), (b"Kisumu\tLOC\nLamu\n", "list"),
        (b"\tKisumu\n", "list"), (b'\xef\xbb\xbf{"label"', "jsonl"), (b"\n{}\n", "jsonl"),
    ],
)  # fmt: skip
def test_forms_by_the_beginning(data: bytes, form: Form) -> None:
    assert form_seen(io.BufferedReader(io.BytesIO(data))) == form


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("Égypte\nBénin".encode("cp1252"), "WINDOWS-1252"), ("Égypte".encode(), ""),
        ("Égypte".encode()[:1], ""), (b"\x81\x8d\xff", ""), (b"Kenya", ""),
    ],
)  # fmt: skip
def test_encodings_by_the_beginning(data: bytes, encoding: str) -> None:
    assert encoding_seen(io.BufferedReader(io.BytesIO(data))) == encoding


def test_forms_by_suffix() -> None:
    names = {"a.JSONL": "jsonl", "a.json": "jsonl", "a.csv": "csv", "a.tab": "tsv", "a.txt": None,
             "a": None}  # fmt: skip
    assert {name: form_of(Path(name)) for name in names} == names


@given(st.text(max_size=40), st.sets(st.sampled_from(list(FOLDS))))
def test_a_name_is_taken_exactly_where_it_has_a_key(name: str, folds: set[str]) -> None:
    """The short way for names that surely have one says what the long way says."""
    rules = Rules(LABELS, Folding(tuple(folds)))
    try:
        taken = rules.checked_name(name)
    except Refused as refused:
        if str(refused).startswith(("nothing is left", f"the name has {LONGEST}")):
            assert not rules.folding.key(name)
    else:
        assert rules.folding.key(taken)
        assert taken in name


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=20)


@given(st.lists(NAMES.map(lambda name: f"x{name}".strip()), max_size=5))
def test_what_python_writes_is_read_exactly(names: list[str]) -> None:
    for form, delimiter in (("csv", ","), ("tsv", "\t")):
        out = io.StringIO(newline="")
        table = csv.writer(out, delimiter=delimiter)
        table.writerows([("label", "name"), *(("LOC", name) for name in names)])
        assert [entry for _, entry in read(out.getvalue(), form)] == [
            NewEntry("LOC", name) for name in names
        ]
    data = "".join(line(pattern=name) + "\n" for name in names)
    assert [entry.pattern for _, entry in read(data)] == names


def test_a_long_file_is_a_stream() -> None:
    class Endless(io.RawIOBase):
        """A name a line, 200 MB of them."""

        left = 200 << 20

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            block = (b"Asha Juma Kisumu\n" * 4000)[: len(buffer)]
            self.left -= len(block)
            buffer[: len(block)] = block
            return len(block) if self.left > 0 else 0

    items = read_entries(io.BufferedReader(Endless()), "list", "f", Rules(LABELS, FOLDING, "LOC"))
    tracemalloc.start()
    for _ in zip(range(50_000), items):  # noqa: B905
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_label_of_a_million_lines_is_explained_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(
        "tonemark.patterns.entries.unknown_label", lambda *given: asked.append(given) or "no"
    )
    read((line(label="FOO", pattern="x") + "\n") * 50)
    assert len(asked) == 1


def test_a_line_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LINE_BYTES", 50)
    found = read("Kisumu\n" + "a" * 60 + "\nKisumu\n", "list", "LOC")
    assert [number for number, _ in found] == [1, 2, 3]
    assert "more than" in found[1][1]
    assert lines.TOO_LONG.startswith("the line is longer")
