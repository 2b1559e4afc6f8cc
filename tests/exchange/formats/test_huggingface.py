"""The folder that is written for Hugging Face's datasets, and what is read of it and of others."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spanned_rows import corpus_rows
from tagged_rows import SHAPES, tagged_rows

from tonemark.corpus.labels import Label
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.fitting import faults
from tonemark.exchange.formats.huggingface.card import named_tags, paths_of
from tonemark.exchange.formats.huggingface.dataset import (
    FORMAT,
    is_dataset,
    is_tagged,
    read_file,
    read_folder,
    write_folder,
)
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

FILE = ("import:set",)
TEXT = "👋 Vaj Pov nyob  Luang Prabang, Ẹ̀kọ́."
ROW = ExportRow("doc1", TEXT, {}, None, (Span(2, 9, "PER"),), "accept", "amina")
VAJ = {"tokens": ["Vaj", "Pov", "."], "ner_tags": ["B-PER", "I-PER", "O"]}


def write(folder: Path, rows: Iterable[ExportRow], **options: Any) -> None:
    rows = list(rows)
    assert list(write_folder(rows, folder, WriteOptions(**options))) == [1] * len(rows)


def read(folder: Path, *annotators: str) -> list[Given]:
    return list(read_folder(folder, ReadOptions(source="set", annotators=annotators)))


def read_lines(*lines: dict[str, Any] | str, annotators: tuple[str, ...] = ()) -> list[Given]:
    text = "".join(f"{each if isinstance(each, str) else json.dumps(each)}\n" for each in lines)
    options = ReadOptions(source="set", annotators=annotators)
    return list(read_file(io.BytesIO(text.encode()), options))


def examples(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def test_a_document_as_it_is_written(tmp_path: Path) -> None:
    write(tmp_path, [ROW])
    [example] = examples(tmp_path / "data" / "train.jsonl")
    assert example == {
        "id": "doc1",
        "text": TEXT,
        "tokens": ["👋", "Vaj", "Pov", "nyob", "Luang", "Prabang,", "Ẹ̀kọ́."],
        "starts": [0, 2, 6, 10, 16, 22, 31],
        "ner_tags": ["O", "B-PER", "I-PER", "O", "O", "O", "O"],
    }
    [record] = read(tmp_path, "amina")
    assert isinstance(record, Record)
    assert (record.key, record.text) == ("doc1", TEXT)
    assert record.annotations == (GivenAnnotation("amina", "accept", (Span(2, 9, "PER", FILE),)),)
    [record] = read(tmp_path)
    assert isinstance(record, Record)
    assert record.suggestions == (Suggestion(2, 9, "PER", FILE),)


def test_what_is_not_done_has_no_tags(tmp_path: Path) -> None:
    suggestion = Suggestion(2, 9, "PER", FILE)
    write(tmp_path, [replace(ROW, answer=None, spans=(), suggestions=(suggestion,))])
    [example] = examples(tmp_path / "data" / "train.jsonl")
    assert example["ner_tags"] is None
    [record] = read(tmp_path, "amina")
    assert isinstance(record, Record)
    assert record.annotations == record.suggestions == ()


def test_parts_stand_in_one_folder_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    labels = (Label("PER", "a person"), Label("LOC"))
    for part, label in (("dev", "X"), ("none", ""), ("test", "LOC"), ("train", "Y-Z")):
        rows = [replace(ROW, key=part, spans=(Span(2, 9, label),))] if label else []
        write(tmp_path, rows, part=part, labels=labels, language="ff-Adlm", dataset="a: [b]")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert paths_of(card) == {f"data/{name}.jsonl": name for name in ("dev", "test", "train")}
    names = ["PER", "LOC", "X", "Y-Z"]
    assert named_tags(card) == ("O", *(f"{p}-{name}" for name in names for p in "BI"))
    assert '- "ff"\nlanguage_bcp47:\n- "ff-Adlm"\n' in card
    assert "# a: \\[b\\]\n" in card
    assert "- `PER`: a person\n" in card
    keys = [each.key for each in read(tmp_path) if isinstance(each, Record)]
    assert keys == ["dev", "test", "train"]


@pytest.mark.parametrize(
    ("part", "split"),
    [("a-b", "a_b"), ("../x", "__x"), ("", "train"), ("a/b", "a_b"), (".", "_"), ("ẹ̀", "ẹ_")],
)
def test_names_of_parts_stay_in_the_folder(part: str, split: str, tmp_path: Path) -> None:
    write(tmp_path, [ROW], part=part)
    write(tmp_path, [ROW], part=part)
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert list(paths_of(card).values()) == [split, f"{split}_2"]
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {tmp_path / "README.md", *(tmp_path / path for path in paths_of(card))}
    assert len(read(tmp_path)) == 2


@settings(max_examples=150, deadline=None)
@given(st.lists(tagged_rows(st.sampled_from(SHAPES)), min_size=1, max_size=3))
def test_any_rows_come_back(drawn: list[ExportRow]) -> None:
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), drawn)
        given_ = read(Path(name), "amina")
    for row, record in zip(drawn, given_, strict=True):
        assert not faults(FORMAT, row)
        assert isinstance(record, Record), record
        assert (record.text, record.key) == (row.text, row.key)
        spans = [(s.start, s.end, s.label) for each in record.annotations for s in each.spans]
        assert spans == [(s.start, s.end, s.label) for s in row.spans]
        assert bool(record.annotations) == (row.answer is not None)


@pytest.mark.parametrize("language", ["swa", "yor", "hau", "zul", "amh", "wol"])
def test_corpora_come_back(language: str, corpora: Path, tmp_path: Path) -> None:
    rows = corpus_rows(corpora / "ner" / language / "dev.conll")
    write(tmp_path, rows)
    for row, record in zip(rows, read(tmp_path, "amina"), strict=True):
        assert isinstance(record, Record)
        assert (record.text, record.key) == (row.text, row.key)
        assert [s[:3] for s in map(astuple, record.annotations[0].spans)] == [
            s[:3] for s in map(astuple, row.spans)
        ]


def astuple(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


# Anybody's


def test_tokens_alone_are_joined_by_spaces() -> None:
    [record] = read_lines(VAJ | {"id": 7})
    assert isinstance(record, Record)
    assert (record.text, record.key) == ("Vaj Pov .", "7")
    assert record.suggestions == (Suggestion(0, 7, "PER", FILE),)


def test_tokens_are_found_in_their_text() -> None:
    [record] = read_lines(VAJ | {"text": " Vaj  Pov."}, annotators=("amina",))
    assert isinstance(record, Record)
    assert record.tokens == ((1, 4), (6, 9), (9, 10))
    assert [astuple(s) for s in record.annotations[0].spans] == [(1, 9, "PER")]


@pytest.mark.parametrize(
    "names",
    [
        {"README.md": "---\ndataset_info:\n  features:\n  - name: id\n    dtype: string\n"
         "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
         "          '0': O\n          '1': 'B-PER'\n          \"2\": \"I-PER\"\n"
         "  - name: x\n    class_label:\n      names:\n        '3': no\n---\n"},
        {"dataset_info.json": json.dumps({"features": {"ner_tags": {
            "feature": {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}}}}, indent=2)},
        {"dataset_infos.json": json.dumps({"default": {"features": {"ner_tags": {
            "feature": {"names": ["O", "B-PER", "I-PER"], "_type": "ClassLabel"}}}}})},
    ],
)  # fmt: skip
def test_numbers_with_names_beside_them(names: dict[str, str], tmp_path: Path) -> None:
    for name, text in names.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "train.jsonl").write_text(json.dumps(VAJ | {"ner_tags": [1, 2, 0]}))
    [record] = read(tmp_path)
    assert isinstance(record, Record)
    assert record.suggestions == (Suggestion(0, 7, "PER", FILE),)


def test_a_card_is_never_unfolded(tmp_path: Path) -> None:
    """An alias bomb is lines like others; a name that YAML would have to make up is none."""
    bomb = "a: &a [x]\n" + "".join(f"{c}: &{c} [*a,*a,*a]\n" for c in "bcdefghij")
    head = f"---\n{bomb}features:\n- name: ner_tags\n  names:\n  - !!python/object:x.y []\n---\n"
    (tmp_path / "README.md").write_text(head)
    (tmp_path / "train.jsonl").write_text(json.dumps(VAJ | {"ner_tags": [1, 2, 0]}))
    [refusal] = read(tmp_path)
    assert isinstance(refusal, Refusal)


def test_files_of_others_come_train_first(tmp_path: Path) -> None:
    for name in ("test.json", "train.jsonl", "validation.jsonl", "zz.jsonl"):
        (tmp_path / name).write_text(json.dumps(VAJ | {"id": name}))
    (tmp_path / "other.jsonl").write_text('{"text": "x"}\n')
    keys = [each.key for each in read(tmp_path) if isinstance(each, Record)]
    assert keys == ["train.jsonl", "validation.jsonl", "test.json", "zz.jsonl"]


def test_parquet_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "train-00000-of-00001.parquet").write_bytes(b"PAR1")
    assert is_dataset(tmp_path)
    with pytest.raises(TonemarkError, match="holds parquet files"):
        read(tmp_path)
    with pytest.raises(TonemarkError, match=r"holds no \.jsonl file"):
        read(tmp_path / "none")


def test_a_pipe_in_a_folder_is_passed_over(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jsonl")
    (tmp_path / "train.jsonl").write_text(json.dumps(VAJ))
    assert len(read(tmp_path)) == 1


@pytest.mark.parametrize(
    ("head", "is_it"),
    [
        (json.dumps(VAJ), True),
        (json.dumps({"ner_tags": [0, 1], "tokens": ["a", "b"]}), True),
        (json.dumps({"tokens": [], "ner_tags": []}), True),
        ('\ufeff{"tokens": ["a"], "ner_tags": null', True),
        (json.dumps({"tokens": [{"text": "a", "start": 0}], "text": "a", "spans": []}), False),
        (json.dumps({"text": "x", "tags": ["a"]}), False),
        (json.dumps([VAJ]), False),
        ("", False),
    ],
)
def test_which_files_it_knows(head: str, is_it: bool) -> None:
    assert is_tagged(head.encode()) == is_it


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"tokens": None}, '"tokens" is null, not a list'),
        ({"tokens": "Vaj"}, "not a list"),
        ({"tokens": [1, 2, 3]}, "token 0 is 1, not a string"),
        ({"tokens": ["", "b", "c"]}, "token 0 is ''"),
        ({"tokens": [["a"], "b", "c"]}, "token 0 is a list"),
        ({"tokens": []}, "the text is empty"),
        ({"tokens": ["a", "b"]}, "3 tags for 2 tokens"),
        ({"tokens": ["a\0", "b", "c"]}, "NUL"),
        ({"tokens": ["\ud800", "b", "c"]}, "lone surrogate"),
        ({"ner_tags": "O"}, "\"ner_tags\" is 'O', not a list"),
        ({"ner_tags": ["B-PER"]}, "1 tags for 3 tokens"),
        ({"ner_tags": [0, 1, 2]}, "are numbers, and no README.md"),
        ({"ner_tags": ["O", "PER", "O"]}, "tag 1 is 'PER', not one such as O or B-PER"),
        ({"ner_tags": ["O", None, "O"]}, "tag 1 is null"),
        ({"ner_tags": ["O", True, "O"]}, "tag 1 is true"),
        ({"ner_tags": ["O", 1.5, "O"]}, "tag 1 is 1.5"),
        ({"ner_tags": ["O", ["O"], "O"]}, "tag 1 is a list"),
        ({"ner_tags": ["B-A B", "O", "O"]}, "white space"),
        ({"text": 5}, "the text is 5"),
        ({"text": "Vaj Pov"}, "token 2, '.', does not come next in the text"),
        ({"text": "Vaj x Pov ."}, "token 1, 'Pov', does not come next in the text"),
        ({"text": "Vaj Pov .", "starts": [0, 4]}, '"starts" is a list, not a list of 3 numbers'),
        ({"text": "Vaj Pov .", "starts": 5}, '"starts" is 5'),
        ({"text": "Vaj Pov .", "starts": [0, 5, 8]}, "offsets must count code points"),
        ({"text": "Vaj Pov .", "starts": [0, 99, 8]}, "has 9 characters"),
        ({"text": "Vaj Pov .", "starts": [-1, 4, 8]}, "begin at -1"),
        ({"text": "Vaj Pov .", "starts": [0, "4", 8]}, "begin at '4'"),
        ({"text": "Vaj Vaj .", "tokens": ["Vaj", "Vaj", "."], "starts": [4, 0, 8]}, "ahead of it"),
        ({"id": ["x"]}, "id is a list"),
    ],
)
def test_a_line_is_refused_and_the_next_is_read(change: dict[str, Any], words: str) -> None:
    refusal, after = read_lines(VAJ | change, VAJ)
    assert isinstance(refusal, Refusal)
    assert refusal.line == 1
    assert words in refusal.reason
    assert isinstance(after, Record)


@pytest.mark.parametrize(
    "line",
    ["[1]", "{", '{"tokens": [' + "[" * 200, '{"tokens": ["a"], "x": 1' + "0" * 5000 + "}", "null"],
)
def test_what_is_no_record_is_refused(line: str) -> None:
    refusal, after = read_lines(line, VAJ)
    assert isinstance(refusal, Refusal)
    assert isinstance(after, Record)


def test_numbers_past_the_names_are_refused_with_the_files_name(tmp_path: Path) -> None:
    write(tmp_path, [ROW])
    path = tmp_path / "data" / "train.jsonl"
    path.write_text(json.dumps(VAJ | {"ner_tags": [1, 99, 0]}) + "\n" + json.dumps(VAJ)[:-9])
    first, second = read(tmp_path)
    assert first == Refusal(1, "data/train.jsonl: tag 1 is 99, but there are names for 3")
    assert isinstance(second, Refusal)
    assert (second.line, second.reason[:17]) == (2, "data/train.jsonl:")


def test_utf16_and_two_names_are_refused() -> None:
    with pytest.raises(TonemarkError, match="UTF-16"):
        list(read_file(io.BytesIO(json.dumps(VAJ).encode("utf-16")), ReadOptions()))
    with pytest.raises(TonemarkError, match="2 annotators"):
        read_lines(VAJ, annotators=("a", "b"))


LONG = "leo " * 25_000


def test_a_part_that_begins_with_a_long_text(tmp_path: Path) -> None:
    """Nothing of a file but its first bytes is looked at before it is read."""
    write(tmp_path, [replace(ROW, text=TEXT + LONG), replace(ROW, key="b")])
    assert is_dataset(tmp_path)
    first, second = read(tmp_path)
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert first.text == TEXT + LONG
    (tmp_path / "README.md").unlink()
    assert len(read(tmp_path)) == 2
    with (tmp_path / "data" / "train.jsonl").open("rb") as stream:
        assert is_tagged(stream.read(1 << 16))


@pytest.mark.parametrize("place", ["one.jsonl", "data/one.jsonl"])
def test_others_files_that_begin_with_a_long_text(place: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    example = {"text": f"Vaj Pov. {LONG}", "tokens": ["Vaj", "Pov", "."], "ner_tags": ["O"] * 3}
    (tmp_path / place).write_text(json.dumps(example) + "\n")
    assert is_dataset(tmp_path)
    assert [type(each) for each in read(tmp_path)] == [Record]


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "set"
    (outside / "data").mkdir(parents=True)
    folder.mkdir()
    for path in (outside / "a.jsonl", outside / "data" / "b.jsonl", folder / "own.jsonl"):
        path.write_text(json.dumps(VAJ) + "\n")
    names = {"features": {"ner_tags": {"feature": {"names": ["O"]}}}}
    (outside / "info.json").write_text(json.dumps(names))
    os.symlink(outside / "a.jsonl", folder / "a.jsonl")
    os.symlink(outside / "data", folder / "data")
    os.symlink(folder / "own.jsonl", folder / "own2.jsonl")
    os.symlink(outside / "info.json", folder / "dataset_info.json")
    (folder / "numbers.jsonl").write_text('{"tokens": ["a"], "ner_tags": [0]}\n')
    told = [each.text if isinstance(each, Record) else each.reason for each in read(folder)]
    out = "it is a link that leads out of the folder"
    assert sorted(told)[:3] == ["Vaj Pov .", "Vaj Pov .", f"a.jsonl: {out}"]
    assert f"data/b.jsonl: {out}" in told
    assert any(each.startswith("numbers.jsonl: the tags of ner_tags are numbers") for each in told)
    (folder / "own.jsonl").unlink()
    (folder / "numbers.jsonl").unlink()
    assert not is_dataset(folder)


def test_numbers_of_which_one_has_no_name_are_not_taken_for_others(tmp_path: Path) -> None:
    names = "".join(f"    '{n}': {tag}\n" for n, tag in ((0, "O"), (1, "B-PER"), (3, "I-PER")))
    card = f"---\n- name: ner_tags\n  class_label:\n    names:\n{names}---\n"
    (tmp_path / "README.md").write_text(card)
    assert named_tags(card) == ()
    assert len(named_tags(card.replace("'3'", "'2'"))) == 3
    (tmp_path / "train.jsonl").write_text(json.dumps(VAJ | {"ner_tags": [1, 2, 0]}))
    assert isinstance(read(tmp_path)[0], Refusal)
