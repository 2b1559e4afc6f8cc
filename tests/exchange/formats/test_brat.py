"""brat's folders: round trips, what brat's files cannot say, foreign folders, and hostile ones."""

from __future__ import annotations

import codecs
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanned_rows import corpus_rows, span_rows

from tonemark.corpus.labels import Label
from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions, WriteOptions
from tonemark.exchange.formats.brat.folder import FORMAT, is_brat, read_brat, write_brat
from tonemark.exchange.formats.brat.lines import label_fault, misfits
from tonemark.exchange.registry import guess_format, read_records
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

TEXT = "👋 Vaj Pov nyob Luang Prabang, Ẹ̀kọ́."
ROW = ExportRow(
    "doc1",
    TEXT,
    {},
    None,
    (Span(15, 28, "LOC"), Span(2, 9, "PER")),
    "accept",
    "amina",
    "check the name",
)


def write(folder: Path, *rows: ExportRow, **options: Any) -> Path:
    assert list(write_brat(rows, folder, WriteOptions(**options))) == [1] * len(rows)
    return folder


def read(folder: Path, **options: Any) -> list[Record | Refusal]:
    return list(read_brat(folder, ReadOptions(source="f", **options)))


def put(folder: Path, **files: str | bytes) -> Path:
    """Files by name, `__` standing for the dot."""
    for name, data in files.items():
        data = data.encode() if isinstance(data, str) else data
        (folder / name.replace("__", ".")).write_bytes(data)
    return folder


def one(folder: Path, **options: Any) -> Record:
    [found] = read(folder, **options)
    assert isinstance(found, Record), found
    return found


def stretches(record: Record) -> list[tuple[int, int, str]]:
    return [(each.start, each.end, each.label) for each in record.suggestions]


def test_a_folder_has_what_brat_wants(tmp_path: Path) -> None:
    write(tmp_path, ROW, labels=(Label("PER"), Label("ORG")))
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        "doc1.txt": TEXT,
        "doc1.ann": "T1\tPER 2 9\tVaj Pov\nT2\tLOC 15 28\tLuang Prabang\n"
        "#1\tAnnotatorNotes T1\tcheck the name\n",
        "annotation.conf": "[entities]\nPER\nORG\nLOC\n\n[relations]\n"
        "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n\n[events]\n\n[attributes]\n",
        "documents.jsonl": '{"name": "doc1", "key": "doc1"}\n',
    }
    record = one(tmp_path)
    assert (record.key, record.text, record.meta) == ("doc1", TEXT, {"notes": "check the name"})
    assert record.suggestions[0] == Suggestion(2, 9, "PER", ("import:f",))
    [answer] = one(tmp_path, annotators=("amina",)).annotations
    assert (answer.annotator, answer.answer, answer.comment) == ("amina", "accept", ROW.comment)
    assert answer.spans[1] == Span(15, 28, "LOC", ("import:f",))


def test_documents_come_back_with_their_keys_in_order(tmp_path: Path) -> None:
    keys = ["z", "../../etc/passwd", "a b", "A B", "doc10", "doc2", "con", "ab", "..", "documents"]
    write(tmp_path, *(ExportRow(key, f"text of {key}", answer="accept") for key in keys))
    assert len(list(tmp_path.iterdir())) == 2 * len(keys) + 2
    assert [each.key for each in read(tmp_path)] == keys
    assert [each.number for each in read(tmp_path)] == list(range(1, len(keys) + 1))
    # What was taken out or put in since.
    (tmp_path / "z.txt").unlink()
    (tmp_path / "z.ann").unlink()
    put(tmp_path, new__txt="new", new__ann="")
    assert [each.key for each in read(tmp_path)] == [*keys[1:], "new"]


def test_what_has_no_answer_has_no_annotation(tmp_path: Path) -> None:
    shown = Suggestion(0, 1, "X", ("model:m",))
    write(tmp_path, ExportRow("a", "a", suggestions=(shown,)), ExportRow("b", "b", answer="accept"))
    first, second = read(tmp_path, annotators=("amina",))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert (first.annotations, first.suggestions) == ((), ())
    assert [each.answer for each in second.annotations] == ["accept"]
    assert second.warnings == ()
    put(tmp_path, a__ann="T1\tX 0 1\ta\n")
    [first, _] = read(tmp_path, annotators=("amina",))
    assert len(first.annotations) == 1


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Vaj\nPov", "T1\tX 0 3;4 7\tVaj Pov\n"),
        ("Vaj \n\t Pov", "T1\tX 0 4;6 10\tVaj   Pov\n"),
        ("a\nb\u2028c\x85d\x0be\x0cf", "T1\tX 0 1;2 3;4 5;6 7;8 9;10 11\ta b c d e f\n"),
        ("Vaj Pov", "T1\tX 0 7\tVaj Pov\n"),
    ],
)
def test_line_ends_in_a_span_stand_between_fragments(tmp_path: Path, text: str, line: str) -> None:
    write(tmp_path, ExportRow("k", text, spans=(Span(0, len(text), "X"),), answer="accept"))
    assert (tmp_path / "k.ann").read_bytes().decode() == line
    assert stretches(one(tmp_path)) == [(0, len(text), "X")]


def test_a_comment_of_several_lines_is_left_to_the_sidecar(tmp_path: Path) -> None:
    write(tmp_path, ExportRow("k", "a", spans=(Span(0, 1, "X"),), answer="accept", comment="a\nb"))
    assert (tmp_path / "k.ann").read_text() == "T1\tX 0 1\ta\n"


@pytest.mark.parametrize(
    ("label", "fault"),
    [
        ("PER", ""),
        ("B-PER_2", ""),
        ("Ọ̀RỌ̀", "has 'Ọ'"),
        ("ክልል", "has 'ክ'"),
        ("a/b", "has '/'"),
        ("a.b", "has '.'"),
        ("!x", "has '!'"),
        ("<x>", "has '<'"),
        ("--", "has hyphens alone"),
    ],
)
def test_labels_that_annotation_conf_would_change(label: str, fault: str) -> None:
    assert label_fault(label).startswith(fault)
    assert bool(label_fault(label)) is bool(fault)


@pytest.mark.parametrize(
    ("text", "span", "places"),
    [
        ("a\r\nb", (0, 1), [(1, 2)]),
        ("a\rb", (0, 3), [(1, 2)]),
        ("a\nb", (0, 3), []),
        ("a\nb", (0, 2), [(0, 2)]),
        ("a\tb", (1, 3), [(1, 3)]),
        ("a b", (0, 2), []),
    ],
)
def test_what_brats_files_cannot_say(
    text: str, span: tuple[int, int], places: list[tuple[int, int]]
) -> None:
    row = ExportRow("k", text, spans=(Span(*span, "X"),), answer="accept")
    assert FORMAT.misfits
    assert [(each.start, each.end) for each in FORMAT.misfits(row)] == places


@settings(max_examples=150, deadline=None)
@given(span_rows("[A-Za-z0-9_]{1,9}"), st.text("aẹ /.:\\-", max_size=9))
def test_any_span_comes_back_at_its_place(row: ExportRow, key: str) -> None:
    text = row.text.replace("\r", "x")
    fits = [each for each in row.spans if not list(misfits(text, [each]))]
    row = ExportRow(key or "k", text, {}, None, tuple(fits), "accept")
    with tempfile.TemporaryDirectory() as folder:
        record = one(write(Path(folder), row))
        check_as_brat_does(Path(folder), row)
    assert record.text == row.text
    assert record.key == (row.key if row.key.strip() else record.key)
    assert set(stretches(record)) == {(s.start, s.end, s.label) for s in row.spans}


def check_as_brat_does(folder: Path, row: ExportRow) -> None:
    """brat 1.3 opens both files with codecs.open, which ends lines wherever str.splitlines does,
    and asks that a T quotes its fragments, joined by a space, to the end of the line."""
    [name] = [each.stem for each in folder.glob("*.txt")]
    with codecs.open(str(folder / f"{name}.txt"), "r", encoding="utf8") as stream:
        text = stream.read()
    with codecs.open(str(folder / f"{name}.ann"), "r", encoding="utf8") as stream:
        lines = list(stream)
    assert text == row.text
    assert len(lines) == len(row.spans)
    for line in lines:
        _, said, quote = line.rstrip("\n").split("\t")
        _, offsets = said.split(" ", 1)
        places = [each.split(" ") for each in offsets.split(";")]
        assert quote == " ".join(text[int(start) : int(end)] for start, end in places)


@pytest.mark.parametrize("name", ["ner/yor/dev.conll", "hmong-ner/layers"])
def test_corpora_come_back_equal(corpora: Path, tmp_path: Path, name: str) -> None:
    rows = corpus_rows(corpora / name)[:2000]
    write(tmp_path, *rows)
    for row, record in zip(rows, read(tmp_path), strict=True):
        assert isinstance(record, Record), record
        assert (record.key, record.text) == (row.key, row.text)
        assert set(stretches(record)) == {(s.start, s.end, s.label) for s in row.spans}
    assert sum(len(row.spans) for row in rows) > 300


# Folders of others


def test_subfolders_are_read_by_name(tmp_path: Path) -> None:
    for name in ("b", "a/x", "a/b/y", ".git/z", "c"):
        path = tmp_path / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("text\n")
        path.with_suffix(".ann").write_text("T1\tX 0 4\ttext\n")
    put(tmp_path, readme__md="x", visual__conf="y", notes__a1="z")
    found = read(tmp_path)
    assert [each.key for each in found if isinstance(each, Record)] == ["b", "c", "a/x", "a/b/y"]
    assert found[0].text == "text\n"
    assert is_brat(tmp_path)


def test_files_without_the_other(tmp_path: Path) -> None:
    put(tmp_path, a__txt="text", b__ann="T1\tX 0 1\ta\n", c__txt="c", c__ann="")
    first, second, third = read(tmp_path, annotators=("amina",))
    assert isinstance(first, Record)
    assert (first.annotations, first.warnings) == (
        (),
        ("no a.ann stands beside it: taken as text alone",),
    )
    assert second == Refusal(1, "b.ann: no b.txt stands beside it")
    assert isinstance(third, Record)
    assert third.annotations[0].spans == ()
    assert third.warnings == ("c.ann: empty: taken as an accept of no span",)
    assert [each.warnings for each in read(tmp_path) if isinstance(each, Record)][1] == ()


@pytest.mark.parametrize(
    ("lines", "spans", "warning"),
    [
        ("T1\tX 0 3\tVaj\r\nT2\tY 4 7\tPov\r\n", [(0, 3, "X"), (4, 7, "Y")], ""),
        ("T1\tX 0 3\tVaj", [(0, 3, "X")], ""),
        ("\n\nT1\tX 0 3\tVaj\n  \n", [(0, 3, "X")], ""),
        ("T1\tX 0 3;4 7\tVaj Pov\n", [(0, 7, "X")], ""),
        ("T1\tX 4 7;0 3\tPov Vaj\n", [(0, 7, "X")], ""),
        ("T1\tX 0 3;4 7\tVajPov\n", [(0, 7, "X")], ""),
        ("T1\tX 0 8\tVaj Pov \n", [(0, 8, "X")], ""),
        ("T1\tX 7 12\t nyob\n", [(7, 12, "X")], ""),
        ("T1\tX 0 3\tVaj more\n", [(0, 3, "X")], ""),
        ("T1\tX 0 3;8 12\tVaj nyob\n", [(0, 3, "X"), (8, 12, "X")], "each taken as a span: T1"),
        ("T1\tX 0 3\t\n", [(0, 3, "X")], "nothing was checked: T1"),
        ("T1\tX 0 3\n", [(0, 3, "X")], "nothing was checked: T1"),
        ("T1\tX 0 3\tVaj\nT2\tX 0 3\tVaj\n", [(0, 3, "X")], ""),
        (
            "T1\tX 0 3\tVaj\nE1\tX:T1\nR1\ta Arg1:T1 Arg2:T1\nR2\ta Arg1:T1 Arg2:T1\nA1\tN T1\n"
            "M1\tN T1\nN1\tReference T1 W:1\tx\n*\tEquiv T1 T1\n#2\tSTATUS T1\tx\n",
            [(0, 3, "X")],
            "left out: 1 event, 2 relations, 2 attributes, 1 normalization, 1 equivalence, 1 other"
            " note",
        ),
    ],
)
def test_lines_of_others(
    tmp_path: Path, lines: str, spans: list[tuple[int, int, str]], warning: str
) -> None:
    record = one(put(tmp_path, k__txt="Vaj Pov nyob", k__ann=lines))
    assert stretches(record) == spans
    told = " ".join(record.warnings).replace("a span of its own", "a span")
    assert told.endswith(warning)
    assert bool(told) is bool(warning)


def test_notes_say_what_they_are_about(tmp_path: Path) -> None:
    lines = "T1\tX 0 3\tVaj\n#1\tAnnotatorNotes T1\tone\n#2\tAnnotatorNotes R9\ttwo\n"
    record = one(put(tmp_path, k__txt="Vaj Pov", k__ann=lines))
    assert record.meta == {"notes": "Vaj: one\ntwo"}


HIGH = "𞤀𞤣 Vaj Pov"


@pytest.mark.parametrize(
    ("text", "lines", "reason"),
    [
        (
            "Vaj",
            "T1\tX 0 9\tVaj\n",
            "k.ann: 'T1' 0-9 lies outside the text, which has 3 characters",
        ),
        ("Vaj", "T1\tX -1 2\tVa\n", "'-1 2' in 'T1' is not a start and an end"),
        ("Vaj", "T1\tX 2 2\t\n", "empty or runs backwards"),
        ("Vaj", "T1\tX 3 1\taj\n", "empty or runs backwards"),
        ("Vaj", "T1\tX 0 99999999999\tVaj\n", "is not a start and an end"),
        ("Vaj", "T1\tX 0 1.5\tVaj\n", "is not a start and an end"),
        ("Vaj", "T1\tX ٠ ٣\tVaj\n", "is not a start and an end"),
        ("Vaj", "T1\tX\tVaj\n", "'' in 'T1' is not a start and an end"),
        ("Vaj", "T1\tX 0 2;1 3\tVa aj\n", "the fragments of 'T1' overlap"),
        ("Vaj", "T1\tX 0 3\tPov\n", "'T1' quotes 'Pov', but 'Vaj' stands there"),
        ("Vaj", "T1\tX 0 3\tVajPov\n", "quotes 'VajPov'"),
        ("Vaj", "T1\tX 0 3\tVaj\nT1\tX 0 3\tVaj\n", "'T1' stands there twice"),
        ("Vaj", "T1 X 0 3 Vaj\n", "no tab stands behind"),
        ("Vaj", "X1\tX 0 3\tVaj\n", "'X1' is an id of no kind that brat has"),
        ("Vaj", "-\n", "does not begin with an id such as T1"),
        ("Vaj", f"T1\t{'a' * 101} 0 3\tVaj\n", "has 101 characters"),
        ("Vaj", "T1\ta|b 0 3\tVaj\n", "has a |"),
        ("Vaj", "T1\t 0 3\tVaj\n", "is empty"),
        ("Vaj", "\x00\x01\x02", "does not begin with an id"),
        ("Vaj", "T1\tX 0 3\tVaj\n\nT2\tX 0 3\tV", "quotes 'V', but 'Vaj'"),
        ("Vaj", b"T1\tX 0 3\tVaj\n\xff\n", "k.ann: not UTF-8: byte 0xFF at byte 1"),
        ("Vaj", "T1\tX 0 3\tVaj\n".encode("utf-16"), "k.ann: not UTF-8"),
        (HIGH, "T1\tX 5 8\tVaj\n", "the offsets count UTF-16 units, and must count code points"),
        (HIGH, "T1\tX 9 12\tPov\n", "code points, not UTF-16 units"),
        ("a\r\nVaj Pov", "T1\tX 2 5\tVaj\n", "the offsets count CR LF as one"),
        ("\ufeffVaj Pov", "T1\tX 0 3\tVaj\n", "the offsets do not count the byte order mark"),
        ("a\0b", "", "k.txt: the text holds NUL"),
        ("", "", "k.txt: the text is empty"),
        (" \n", "", "k.txt: the text is white space alone"),
        (b"caf\xe9", "", "k.txt: not UTF-8: byte 0xE9 at byte 4"),
        ("Vaj".encode("utf-16"), "", "k.txt: the text is UTF-16. Convert it with iconv"),
        (b"a" * (TEXT_LIMIT + 1), "", "k.txt: the text has 4,194,305 bytes, more than 4 MiB"),
    ],
)
def test_what_is_wrong_is_refused_with_its_file(
    tmp_path: Path, text: str | bytes, lines: str | bytes, reason: str
) -> None:
    put(tmp_path, k__txt=text, k__ann=lines, z__txt="good", z__ann="T1\tX 0 4\tgood\n")
    found, good = read(tmp_path)
    assert isinstance(found, Refusal), found
    assert reason in found.reason
    assert found.reason.startswith(("k.ann: ", "k.txt: "))
    assert isinstance(good, Record)


def test_a_refusal_has_the_line_of_its_file(tmp_path: Path) -> None:
    [found] = read(put(tmp_path, k__txt="Vaj", k__ann="T1\tX 0 3\tVaj\n\n\nT2\tX 0 9\tVaj\n"))
    assert isinstance(found, Refusal)
    assert found.line == 4


def test_links_pipes_and_depth(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    (outside / "sub").mkdir(parents=True)
    folder.mkdir()
    put(outside, secret__txt="secret", secret__ann="")
    put(folder, a__txt="inside", a__ann="", d__txt="d")
    (folder / "b.txt").symlink_to(outside / "secret.txt")
    (folder / "c.txt").symlink_to("a.txt")
    (folder / "d.ann").symlink_to("../outside/secret.ann")
    (folder / "e.txt").symlink_to("nowhere.txt")
    os.mkfifo(folder / "f.txt")
    (folder / "g.txt").mkdir()
    (folder / "loop").symlink_to(folder)
    (folder / "sub").symlink_to(outside / "sub")
    deep = folder / "deep"
    for _ in range(60):
        deep /= "d"
    deep.mkdir(parents=True)
    told = [each.reason if isinstance(each, Refusal) else each.key for each in read(folder)]
    assert told == [
        "a",
        "b.txt: it is a link that leads out of the folder",
        "c",
        "d.ann: it is a link that leads out of the folder",
        "e.txt: it cannot be read: No such file or directory",
        "f.txt: it cannot be read: it is not a file",
        f"deep{'/d' * 50}/: folders within folders, more than 50 deep",
        "loop/: a link to a folder is not followed: add that folder by itself",
        "sub/: a link to a folder is not followed: add that folder by itself",
    ]


def test_names_that_are_no_text_or_no_key(tmp_path: Path) -> None:
    for name in (b"caf\xe9", b"a\x1b[2J", b"x" * 230):
        (tmp_path / os.fsdecode(name + b".txt")).write_text("text")
    first, second, third = read(tmp_path)
    assert isinstance(first, Refusal)
    assert "control character" in first.reason
    assert second.key == "caf\\xe9"
    assert isinstance(third, Refusal)
    assert "has 230 characters" in third.reason


@pytest.mark.parametrize(
    "listed",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"name": "../secret", "key": "x"}\n{"name": 5}\n{"name": "a", "key": "a\\u001b"}\n',
        b'{"name": "a", "key": "a"}\n{"name": "a", "key": "again"}\n' * 100,
        b"x" * 1_000_000,
    ],
)
def test_a_list_of_documents_that_was_tampered_with(tmp_path: Path, listed: bytes) -> None:
    put(tmp_path, secret__txt="secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    put(folder, a__txt="a", a__ann="", b__txt="b", b__ann="", documents__jsonl=listed)
    assert [each.key for each in read(folder)] == ["a", "b"]


def test_a_file_of_a_gigabyte_is_refused_by_its_size(tmp_path: Path) -> None:
    put(tmp_path, a__txt="a", a__ann="", b__txt="")
    for name in ("a.ann", "b.txt"):
        with (tmp_path / name).open("r+b") as stream:
            stream.truncate(1 << 30)
    told = [each.reason for each in read(tmp_path) if isinstance(each, Refusal)]
    assert told == [
        "a.ann: the annotations have 1,073,741,824 bytes, more than 32 MiB",
        "b.txt: the text has 1,073,741,824 bytes, more than 4 MiB",
    ]


def test_folders_are_told(tmp_path: Path) -> None:
    assert not is_brat(tmp_path)
    (tmp_path / "sub").mkdir()
    put(tmp_path, a__txt="a", dataset__json=json.dumps({}))
    assert not is_brat(tmp_path)
    put(tmp_path / "sub", a__ann="")
    assert is_brat(tmp_path)
    assert guess_format(tmp_path) == "brat"
    with pytest.raises(TonemarkError, match=r"read from a folder\. Name the folder"):
        list(read_records(tmp_path / "sub" / "a.ann", format=None, options=ReadOptions()))
    with pytest.raises(TonemarkError, match="one set of annotations"):
        read(tmp_path, annotators=("a", "b"))
