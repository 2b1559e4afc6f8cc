"""brat's folders: round trips, and what brat's files cannot say."""

from __future__ import annotations

import codecs
import tempfile
from pathlib import Path

import pytest
from brat_folders import one, put, read, stretches, write
from hypothesis import given, settings
from hypothesis import strategies as st
from spanned_rows import corpus_rows, span_rows

from tonemark.corpus.labels import Label
from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.formats.brat.folder import FORMAT
from tonemark.exchange.formats.brat.lines import label_fault, misfits
from tonemark.exchange.rows import ExportRow

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
