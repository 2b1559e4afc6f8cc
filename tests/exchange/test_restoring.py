"""What a sidecar gives back to a file that is as it was written, and to one that was changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus.records import Record
from tonemark.exchange import finding
from tonemark.exchange.alignment import SOLID, aligned
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.kept import Damage
from tonemark.exchange.registry import read_records
from tonemark.exchange.sidecar import file_digest, file_size, sidecar_of


def task(text: str, label: str = "", who: str = "amina", **more: Any) -> dict[str, Any]:
    """A record whose first word may have a label."""
    spans = [{"start": 0, "end": len(text.split()[0]), "label": label}] if label else []
    return {"text": text, "spans": spans, "answer": "accept", "_annotator_id": who, **more}


@pytest.fixture
def export(tmp_path: Path, tonemark: Callable[..., Any]) -> Callable[..., Path]:
    """Writes these records in a format, with a sidecar."""

    def write(lines: Iterable[dict[str, Any]], format: str, *how: str) -> Path:
        folder, source = tmp_path / "p", tmp_path / "in.jsonl"
        tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC", "--overlap", "2")
        source.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        tonemark("add", folder, source)
        tonemark("export", folder, "--format", format, "-o", tmp_path / "out", *how)
        return tmp_path / "out"

    return write


def records(path: Path, *annotators: str) -> list[Record]:
    given = list(read_records(path, format=None, options=ReadOptions(annotators=annotators)))
    assert all(isinstance(each, Record) for each in given), given
    return [each for each in given if isinstance(each, Record)]


def said(record: Record) -> list[tuple[str, str, str]]:
    return [(each.annotator, each.answer, each.comment) for each in record.annotations]


def blocks(path: Path) -> list[str]:
    return path.read_text().strip("\n").split("\n\n")


def put(path: Path, parts: list[str]) -> None:
    path.write_text("\n\n".join(parts) + "\n")


@pytest.mark.parametrize("format", ["conll", "csv", "jsonl", "spacy"])
def test_gold_beside_answers_comes_back(format: str, export: Callable[..., Path]) -> None:
    gold = {"_gold": {"reviewer": "rita", "decisions": [], "cites": []}, "_timestamp": 9}
    lines = [
        task("Juma yuko", "PER", key="k"),
        task("Juma yuko", "LOC", "juma", key="k"),
        task("Juma yuko", "PER", "rita", key="k") | gold,
    ]
    [record] = records(export(lines, format, "--everyone"))
    assert [(name, answer) for name, answer, _ in said(record)] == [
        ("amina", "accept"),
        ("juma", "accept"),
        ("rita", "accept"),
    ]
    assert [each.settled is not None for each in record.annotations] == [False, False, True]


def test_gold_beside_answers_comes_back_to_a_file_that_was_changed_elsewhere(
    export: Callable[..., Path],
) -> None:
    gold = {"_gold": {"reviewer": "rita", "decisions": [], "cites": []}}
    lines = [
        task("Juma yuko", "PER", key="k"),
        task("Juma yuko", "PER", "rita", key="k") | gold,
        task("Asha yuko", "PER", key="a"),
    ]
    out = export(lines, "conll", "--everyone")
    put(out, blocks(out)[:1])
    [record] = records(out)
    assert [each.annotator for each in record.annotations] == ["amina", "rita"]


EQUAL = (
    task("Hakuna jina", key="A", comment="faulty"),
    task("Hakuna jina", who="juma", key="B"),
    task("Juma yuko", "PER", key="C"),
)


def test_of_equal_texts_none_is_taken_for_the_other(export: Callable[..., Path]) -> None:
    out = export(EQUAL, "conll")
    assert [each.key for each in records(out)] == ["A", "B", "C"]
    put(out, blocks(out)[1:])
    left, other = records(out)
    assert (left.key, left.annotations) == (None, ())
    assert any("cannot be told" in words for words in left.warnings)
    assert (other.key, said(other)) == ("C", [("amina", "accept", "")])


def test_equal_texts_are_told_apart_by_their_spans(export: Callable[..., Path]) -> None:
    lines = [
        task("Juma yuko", "PER", key="A"),
        task("Juma yuko", "LOC", "juma", key="B"),
        task("Asha", key="C"),
    ]
    out = export(lines, "conll")
    first, second, third = blocks(out)
    put(out, [second, first, third])
    assert [(each.key, said(each)[0][0]) for each in records(out)] == [
        ("B", "juma"),
        ("A", "amina"),
        ("C", "amina"),
    ]


def test_a_new_record_drops_nothing_before_what_it_resembles(export: Callable[..., Path]) -> None:
    """It begins as a document further on does: those between were dropped, unseen."""
    texts = ["Asha alikuja.", "Juma alienda.", "Samia alikuja. Rais alienda."]
    out = export([task(text, key=text) for text in texts], "conll")
    parts = blocks(out)
    assert len(parts) == 4
    put(out, [parts[2], *parts])
    found = records(out)
    assert [each.key for each in found] == [None, *texts]
    assert all(each.annotations for each in found[1:])


@pytest.mark.parametrize("format", ["conll", "doccano"])
def test_most_may_be_taken_out_and_the_rest_stand_in_another_order(
    format: str, export: Callable[..., Path]
) -> None:
    out = export([task(f"Juma {n}", "PER", key=f"k{n}", comment="c") for n in range(500)], format)
    if format == "conll":
        parts = blocks(out)
        put(out, [*reversed(parts[400:]), parts[3]])
    else:
        parts = out.read_text().splitlines(keepends=True)
        out.write_text("".join([*reversed(parts[400:]), parts[3]]))
    found = records(out)
    assert [each.key for each in found] == [f"k{n}" for n in (*range(499, 399, -1), 3)]
    assert {tuple(said(each)) for each in found} == {(("amina", "accept", "c"),)}
    assert not any(each.warnings for each in found)


CHANGES = (
    ("csv", "accept", "reject", ("amina", "reject", "old")),
    ("csv", "old", "new", ("amina", "accept", "new")),
    ("label-studio-min", '"old"', '"new"', ("amina", "accept", "new")),
    ("conll", "PER", "LOC", None),
)


@pytest.mark.parametrize(("format", "there", "instead", "wanted"), CHANGES)
def test_what_the_file_says_holds_and_is_told(
    format: str, there: str, instead: str, wanted: Any, export: Callable[..., Path]
) -> None:
    out = export([task("Juma yuko", "PER", key="A", comment="old")], format)
    assert there in out.read_text()
    out.write_text(out.read_text().replace(there, instead))
    [record] = records(out)
    assert said(record) == ([wanted] if wanted else [])
    assert any("changed since" in words for words in record.warnings)


def test_metadata_and_white_space_of_a_file_hold_where_it_has_them(
    export: Callable[..., Path],
) -> None:
    lines = [task("Juma yuko", "PER", key="A", meta={"of": "old"}), task("Asha", key="B")]
    out = export(lines, "doccano")
    out.write_text(out.read_text().replace('"old"', '"new"').replace("Juma yuko", " Juma  yuko"))
    out.write_text(out.read_text().replace("[0, 4", "[1, 5"))
    first, second = records(out)
    assert (first.text, first.meta) == (" Juma  yuko", {"of": "new"})
    assert [(each.start, each.end) for each in first.annotations[0].spans] == [(1, 5)]
    assert len(first.warnings) == 2
    assert not second.warnings


def test_a_file_of_someone_else_gets_nobody_from_a_sidecar_that_was_left(
    export: Callable[..., Path],
) -> None:
    out = export([task("Juma", "PER"), task("Asha", "PER", "juma")], "conll", "--everyone")
    for foreign in ("Neema B-PER O\nleo O B-LOC\n\n", "Neema B-PER\n\n"):
        out.write_text(foreign)
        [record] = records(out)
        assert not record.annotations
        assert record.suggestions
        assert records(out, *("abel", "sara")[: foreign.count("B-")])[0].annotations


def test_a_label_that_was_written_for_another_comes_back_as_that(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder, source, out = tmp_path / "p", tmp_path / "in.jsonl", tmp_path / "out.conllu"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,Per-1")
    source.write_text(json.dumps(task("Juma na Asha", "Per-1", key="A")))
    tonemark("add", folder, source)
    tonemark("export", folder, "--format", "conllu", "-o", out, "--map")
    written = json.loads(sidecar_of(out).read_text().splitlines()[0])["renamed"]["Per-1"]
    words = out.read_text()
    assert f"NE=B-{written}" in words
    head, _, tail = words.rpartition("NE=O")
    out.write_text(f"{head}NE=B-{written}{tail}")
    [record] = records(out)
    assert {(each.start, each.label) for each in record.suggestions} == {
        (0, "Per-1"),
        (8, "Per-1"),
    }


def test_a_line_that_is_of_another_text_is_refused_and_the_rest_restored(
    export: Callable[..., Path],
) -> None:
    out = export([task(f"Juma {n}", key=f"k{n}", comment="c") for n in range(4)], "conll")
    side = sidecar_of(out)
    side.write_text(side.read_text().replace('"text":"Juma 2"', '"text":"Juma 9"'))
    given = list(read_records(out, format=None, options=ReadOptions()))
    damage = [each.reason for each in given if isinstance(each, Damage)]
    assert damage == ["line 4 of out.tonemark is not of this file"]
    found = [each for each in given if isinstance(each, Record)]
    assert [each.key for each in found] == ["k0", "k1", None, "k3"]


@pytest.mark.parametrize("is_changed", [False, True])
def test_damaged_lines_behind_the_last_one_are_told(
    is_changed: bool, export: Callable[..., Path]
) -> None:
    out = export([task("Juma yuko"), task("Asha yuko")], "conll")
    side = sidecar_of(out)
    side.write_text(side.read_text() + "{\n")
    if is_changed:
        put(out, blocks(out)[:1])
    given = list(read_records(out, format=None, options=ReadOptions()))
    assert [each.line for each in given if isinstance(each, Damage)] == [4]


def test_documents_made_to_keep_one_waiting_are_given_up(
    export: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of many records that begin a document each and are none read it once a record."""
    text = "Juma. " * 50
    out = export([task(text, key=f"k{n}") for n in range(5)], "conll")
    out.write_text("Juma O\n. O\n\n" * 60 + "Asha O\n\n")
    read: list[int] = []
    monkeypatch.setattr(finding, "VAIN", 2_000)
    real = finding.Sidecar.at
    monkeypatch.setattr(finding.Sidecar, "at", lambda *which: read.append(1) or real(*which))
    assert all(not each.annotations for each in records(out))
    assert 0 < sum(read) < 15


def test_records_of_one_document_are_counted_by_its_text_alone(
    export: Callable[..., Path],
) -> None:
    out = export([task("Juma alikuja. Asha alienda.", key="A"), task("Samia", key="B")], "conll")
    side = sidecar_of(out)
    side.write_text(side.read_text().replace('"records":2', '"records":1000000000'))
    assert [each.key for each in records(out)] == ["A", "B"]


def test_a_digest_is_of_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "f"
    (folder / "sub").mkdir(parents=True)
    (folder / "a").write_text("one")
    (folder / "sub" / "b").write_text("two")
    first = file_digest(folder)
    assert len(first) == 32
    assert file_size(folder) == 6
    (folder / "a").rename(folder / "c")
    moved = file_digest(folder)
    (folder / "c").write_text("onet")
    (folder / "sub" / "b").write_text("wo")
    assert len({first, moved, file_digest(folder), file_digest(folder / "c")}) == 4
    assert file_digest(tmp_path / "none") == ""


def test_places_in_a_part_are_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted anew for each span, 100,000 spans of a document took hours."""
    part = "ab " * 50_000
    alignment = aligned([part], part.replace(" ", "  "))
    assert alignment
    passes: list[int] = []

    class Counting:
        def finditer(self, text: str) -> Any:
            passes.append(1)
            return SOLID.finditer(text)

    monkeypatch.setattr("tonemark.exchange.alignment.SOLID", Counting())
    for at in range(0, len(part), 3):
        assert alignment.placed(0, at, at + 2) == (at // 3 * 4, at // 3 * 4 + 2)
    assert sum(passes) == 1


def test_equal_texts_of_a_folder_find_their_documents(
    tmp_path: Path, export: Callable[..., Path], tonemark: Callable[..., Any]
) -> None:
    """A folder is read twice as a file is; only what comes through a pipe is not."""
    out = export([task("Asante", who="", key="a"), task("Asante", "PER", key="b")], "brat", "--all")
    other, source = tmp_path / "q", tmp_path / "bare.jsonl"
    tonemark("new", other, "--lang", "sw", "--labels", "PER")
    source.write_text('{"text": "Asante"}\n{"text": "Asante"}\n')
    tonemark("add", other, source)
    report = json.loads(tonemark("add", other, out, "--match", "text", "--json").stdout)
    assert (report["refused_count"], report["already_there"]) == (0, 2)
