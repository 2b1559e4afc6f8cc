"""The sidecar, and what comes of it when the file beside it was changed, or it was itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tonemark.corpus import project
from tonemark.corpus.brought_settings import GUIDELINES_LIMIT, take_settings
from tonemark.corpus.labels import Label
from tonemark.corpus.project import set_guidelines
from tonemark.corpus.records import Record
from tonemark.errors import TonemarkError
from tonemark.exchange.alignment import aligned
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import as_written, read_records, sidecar_header
from tonemark.exchange.sidecar import Header, sidecar_of
from tonemark.refusals import Refusal

TEXTS = {
    "one": ("  Samia  yuko Kisumu.", "Samia"),
    "two": ("Asha alikuja. Juma alienda Mombasa.", "Juma"),
    "three": ("Rais Hassan", "Hassan"),
}


SAID = {"annotator": "amina", "answer": "accept", "spans": []}


@pytest.fixture
def out(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """CoNLL columns of three documents that amina answered, and their sidecar."""
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER,LOC")
    set_guidelines(folder, "g.md")
    (folder / "g.md").write_text("Mark **people**.\n")
    lines = []
    for key, (text, name) in TEXTS.items():
        start = text.index(name)
        lines.append(
            json.dumps(
                {
                    "id": key,
                    "text": text,
                    "answer": "accept",
                    "_annotator_id": "amina",
                    "comment": f"of {key}",
                    "spans": [{"start": start, "end": start + len(name), "label": "PER"}],
                }
            )
        )
    source = tmp_path / "in.jsonl"
    source.write_text("\n".join(lines))
    tonemark("add", folder, source)
    target = tmp_path / "out.conll"
    tonemark("export", folder, "--format", "conll", "-o", target)
    return target


def read(path: Path, *annotators: str) -> list[Record]:
    given = list(read_records(path, format=None, options=ReadOptions(annotators=annotators)))
    assert all(isinstance(each, Record) for each in given), given
    return [each for each in given if isinstance(each, Record)]


def test_sentences_of_a_document_come_back_as_one_with_all_that_was_said(out: Path) -> None:
    assert out.read_text().count("\n\n") == 4
    records = read(out)
    assert [(each.key, each.text) for each in records] == [
        (key, text) for key, (text, _) in TEXTS.items()
    ]
    for record in records:
        [answer] = record.annotations
        assert (answer.annotator, answer.comment) == ("amina", f"of {record.key}")
        [span] = answer.spans
        assert record.text[span.start : span.end] == TEXTS[str(record.key)][1]
        assert span.sources == ("import:in.jsonl",)
        assert not record.warnings


def test_a_tag_that_was_changed_holds_and_is_told(out: Path) -> None:
    out.write_text(out.read_text().replace("Kisumu O", "Kisumu B-LOC"))
    first, *others = read(out)
    assert not first.annotations
    assert {first.text[s.start : s.end] for s in first.suggestions} == {"Samia", "Kisumu"}
    assert first.text == TEXTS["one"][0]
    assert any("changed since" in words for words in first.warnings)
    assert all(each.annotations for each in others)


def test_who_changed_it_may_be_named(out: Path) -> None:
    out.write_text(out.read_text().replace("Kisumu O", "Kisumu B-LOC"))
    first, *_ = read(out, "rosa")
    [answer] = first.annotations
    assert answer.annotator == "rosa"
    assert {first.text[s.start : s.end] for s in answer.spans} == {"Samia", "Kisumu"}


@pytest.mark.parametrize(("gone", "left"), [(0, ["two", "three"]), (3, ["one", "two"])])
def test_documents_that_were_taken_out_are_passed_over(
    out: Path, gone: int, left: list[str]
) -> None:
    blocks = out.read_text().strip("\n").split("\n\n")
    del blocks[gone]
    out.write_text("\n\n".join(blocks) + "\n\n")
    assert [each.key for each in read(out)] == left
    assert all(each.annotations for each in read(out))


def test_a_document_that_lost_a_sentence_and_a_new_one_come_as_they_are(out: Path) -> None:
    blocks = out.read_text().strip("\n").split("\n\n")
    assert len(blocks) == 4
    blocks[2] = "Mgeni B-PER"
    out.write_text("\n\n".join(blocks) + "\n\n")
    records = read(out)
    assert [each.key for each in records] == ["one", None, None, "three"]
    assert [bool(each.warnings) for each in records] == [False, True, True, False]
    assert [bool(each.annotations) for each in records] == [True, False, False, True]


@pytest.mark.parametrize(
    "damage",
    ["", "no JSON", "{}", "[]", '{"tonemark":"sidecar","version":1}', '{"tonemark":"x"}', "\ufeff"],
)
def test_a_sidecar_that_is_none_is_refused_with_what_to_do(out: Path, damage: str) -> None:
    sidecar_of(out).write_text(damage)
    with pytest.raises(TonemarkError) as caught:
        list(read_records(out, format=None, options=ReadOptions()))
    assert "--no-sidecar" in caught.value.remedy
    whole = list(read_records(out, format=None, options=ReadOptions(), sidecar=False))
    assert len(whole) == 4


@pytest.mark.parametrize(
    "change",
    [
        {"text": 5},
        {"text": "a\0b"},
        {"tokens": [0, -3]},
        {"tokens": [0]},
        {"records": 0},
        {"answers": [{"annotator": "amina", "answer": "maybe", "spans": []}]},
        {"answers": [{"annotator": "amina", "answer": "accept", "spans": [[5, 900, "PER", []]]}]},
        {"answers": [{"annotator": "amina", "answer": "accept", "spans": [[0, 3, "a b", []]]}]},
        {"meta": []},
        {"meta": {"a": float("nan")}},
        {"meta": {"a": "\ud800"}},
        {"key": "a\x1b[2J"},
        {"key": "k" * 700},
        {"key": "\0"},
        {"key": ""},
        {"answers": [SAID | {"time": float("inf")}]},
        {"answers": [SAID | {"time": True}]},
        {"answers": [SAID | {"comment": "\udfff"}]},
        {"answers": [SAID | {"annotator": " "}]},
        {"answers": [SAID | {"spans": [[0, 3, "PER", []]] * 2}]},
        {"answers": [SAID | {"spans": [[False, 3, "PER", []]]}]},
        {"answers": [SAID | {"spans": [[0, 3, "PER", "abc"]]}]},
        {"answers": [SAID | {"written": [[0, 900, "PER"]]}]},
        {"answers": [SAID | {"gold": {"reviewer": 5}}]},
        {"answers": [SAID, SAID]},
        {"answers": [SAID | {"annotator": f"a{n}"} for n in range(1_001)]},
        {"tokens": [0, 1] * 900_000},
        None,
    ],
    ids=lambda change: str(change)[:40],
)
def test_a_damaged_line_is_named_and_the_rest_restored(out: Path, change: Any) -> None:
    side = sidecar_of(out)
    header, first, *lines = side.read_text().splitlines()
    damaged = "{" if change is None else json.dumps({**json.loads(first), **change})
    side.write_text("\n".join([header, damaged, *lines]))
    given = list(read_records(out, format=None, options=ReadOptions()))
    refusals = [each for each in given if isinstance(each, Refusal)]
    assert [each.reason for each in refusals] == ["line 2 of out.conll.tonemark is damaged"]
    records = [each for each in given if isinstance(each, Record)]
    assert [each.key for each in records] == [None, "two", "three"]
    assert records[0].warnings


def test_a_later_sidecar_is_named_and_may_be_left_alone(out: Path) -> None:
    side = sidecar_of(out)
    side.write_text(side.read_text().replace('"version":1', '"version":2', 1))
    with pytest.raises(TonemarkError) as caught:
        list(read_records(out, format=None, options=ReadOptions()))
    assert str(side) in caught.value.title
    assert "--no-sidecar" in caught.value.remedy


def with_header(out: Path, **change: Any) -> None:
    side = sidecar_of(out)
    header, *lines = side.read_text().splitlines()
    side.write_text("\n".join([json.dumps(json.loads(header) | change), *lines]) + "\n")


@pytest.mark.parametrize("key", [["a"], "q", 'z\n"]', 5, "0"])
@pytest.mark.parametrize("about", ["a\nb", "\x1b[2J", "\ud800", ["x"], "x" * 5_000])
def test_a_label_brings_only_what_a_project_can_say(out: Path, key: Any, about: Any) -> None:
    with_header(out, labels=[{"name": "XX", "about": about, "key": key}])
    header = sidecar_header(out)
    assert header
    assert header.labels == (Label("XX"),)


@pytest.mark.parametrize("words", ["\ud800", "a\0", "ṣ" * (GUIDELINES_LIMIT // 3 + 1)])
def test_guidelines_that_cannot_be_kept_are_not_taken(out: Path, words: str) -> None:
    with_header(out, guidelines=words)
    header = sidecar_header(out)
    assert header
    assert header.guidelines == ""


def test_a_name_in_misc_that_was_asked_for_is_taken() -> None:
    header = Header("conllu", name_key="NER")
    assert as_written(ReadOptions(), header).name_key == "NER"
    assert as_written(ReadOptions(name_key="NE"), header).name_key == "NE"


def test_many_labels_are_added_in_one_write_or_none(
    out: Path, tmp_path: Path, tonemark: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "PER")
    writes: list[Path] = []
    real = project.write
    monkeypatch.setattr(
        project, "write", lambda folder, text: writes.append(folder) or real(folder, text)
    )
    there = project.read_project(other)
    keys = ("e", "e", "r", "1")
    labels = [Label(f"L{n}", key=keys[n] if n < 4 else None) for n in range(40)]
    here, told = take_settings(there, labels, "")
    assert [(each.name, each.key) for each in here.labels[1:6]] == [
        ("L0", "e"),
        ("L1", None),
        ("L2", "r"),
        ("L3", "1"),
        ("L4", None),
    ]
    assert len(here.labels) == 41
    assert len(writes) == 1
    assert "L19 and 20 more" in told[0]
    _, told = take_settings(here, [Label(f"M{n}") for n in range(501)], "")
    assert "none is added" in told[0]
    assert len(writes) == 1


def test_labels_that_look_the_same_as_others_are_told_and_not_added(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "É")
    here, told = take_settings(project.read_project(other), [Label("E\u0301"), Label("NEW")], "")
    assert [each.name for each in here.labels] == ["É", "NEW"]
    assert "look the same" in told[1]


def test_a_file_that_was_changed_is_told_once(
    out: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "PER")
    assert "was changed" not in tonemark("add", other, out).stdout
    out.write_text(out.read_text() + "\n")
    assert tonemark("add", other, out).stdout.count("out.conll was changed since") == 1


def test_a_project_takes_labels_and_guidelines_that_it_lacks(
    out: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "ORG,PER")
    said = tonemark("add", other, out).stdout
    assert "labels added to project.toml: LOC" in said
    assert "its guidelines are guidelines.md here" in said
    assert (other / "guidelines.md").read_text() == "Mark **people**.\n"
    assert "LOC" in (other / "project.toml").read_text()
    again = tonemark("add", other, out).stdout
    assert "labels added" not in again
    assert "guidelines" not in again
    (other / "guidelines.md").write_text("Ours.")
    assert "differ from this project's, which stay" in tonemark("add", other, out).stdout
    assert (other / "guidelines.md").read_text() == "Ours."


def test_texts_cut_by_another_tokenizer_keep_their_tokens(
    out: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    for folder, language in ((same, "sw"), (other, "am")):
        tonemark("new", folder, "--lang", language, "--labels", "PER,LOC")
    assert "cut by" not in tonemark("add", same, out).stdout
    assert "cut by sw" in tonemark("add", other, out).stdout


def test_without_its_sidecar_a_file_is_left_alone(
    out: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    other = tmp_path / "q"
    tonemark("new", other, "--lang", "sw", "--labels", "PER")
    said = tonemark("add", other, out, "--no-sidecar").stdout
    assert "4 added" in said
    assert "LOC" not in (other / "project.toml").read_text()
    target = tmp_path / "again.conll"
    for options in ((), ("--no-sidecar",)):
        tonemark("export", tmp_path / "p", "--format", "conll", "-o", target, *options)
        assert sidecar_of(target).exists() == (not options)


@pytest.mark.parametrize(
    ("parts", "text", "places"),
    [
        (["a b"], "a b", [(0, 0, 3, (0, 3))]),
        (["a b"], " a  b", [(0, 0, 1, (1, 2)), (0, 2, 3, (4, 5)), (0, 0, 3, (1, 5))]),
        (["a b", "c"], "ab\nc", [(0, 0, 3, (0, 2)), (1, 0, 1, (3, 4))]),
        (["\U0001e900 x"], "\U0001e900x", [(0, 2, 3, (1, 2))]),
        (["a b "], "a b", [(0, 1, 3, (2, 3))]),
    ],
)
def test_stretches_are_found_again_in_other_white_space(
    parts: list[str], text: str, places: list[tuple[int, int, int, tuple[int, int]]]
) -> None:
    alignment = aligned(parts, text)
    assert alignment is not None
    for part, start, end, wanted in places:
        assert alignment.placed(part, start, end) == wanted


def test_another_text_is_not_aligned() -> None:
    assert aligned(["a b"], "a c") is None
    assert aligned(["a"], "a b") is None
    alignment = aligned(["a  b"], "a b")
    assert alignment is not None
    with pytest.raises(ValueError, match="white space"):
        alignment.placed(0, 1, 3)


def test_gold_of_an_annotator_and_her_own_answer_stay_apart(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    folder, source = tmp_path / "p", tmp_path / "in.jsonl"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER", "--overlap", "2")
    said = {"text": "Samia Hassan yuko", "key": "one", "answer": "accept"}
    long, short = ([{"start": 0, "end": end, "label": "PER"}] for end in (12, 5))
    took = {"reviewer": "amina", "decisions": [{"start": 0, "end": 12, "choice": "juma"}]}
    lines = [
        {**said, "_annotator_id": "amina", "spans": short, "comment": "hers", "_timestamp": 5},
        {**said, "_annotator_id": "juma", "spans": long, "_timestamp": 6},
        {**said, "_gold": {**took, "cites": []}, "spans": long, "comment": "gold", "_timestamp": 7},
    ]
    source.write_text("\n".join(map(json.dumps, lines)))
    tonemark("add", folder, source)
    for name in ("out.csv", "out.jsonl"):
        target = tmp_path / name
        tonemark("export", folder, "--everyone", "--format", target.suffix[1:], "-o", target)
        [record] = read(target)
        found = [(each.annotator, each.comment, each.spans[0].end) for each in record.annotations]
        assert found == [("amina", "hers", 5), ("juma", "", 12), ("amina", "gold", 12)]
        [hers, _, gold] = record.annotations
        assert hers.settled is None
        assert gold.settled
        assert [each.choice for each in gold.settled.decisions] == ["juma"]
        assert not record.warnings
