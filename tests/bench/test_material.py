"""What a bench plays and how it is compared: invented sentences, and exports that are wrong."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import keys
import material
import pytest
from click.testing import CliRunner

from tonemark.cli import adding
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.candidates import WordCount
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.tokenizers.registry import load_tokenizer

CONLL = "Asha B-PER\nJuma I-PER\nyuko O\n\nKisumu B-LOC\nna O\nLamu B-LOC\n\n"


@pytest.fixture
def corpus(tmp_path: Path) -> Any:
    path = tmp_path / "gold.conll"
    path.write_text(CONLL, "utf-8")
    return material.read_gold(path)


def test_gold_is_read(corpus: Any) -> None:
    assert [record.text for record in corpus.records] == ["Asha Juma yuko", "Kisumu na Lamu"]
    assert corpus.gold == {"gold-1": {(0, 9, "PER")}, "gold-2": {(0, 6, "LOC"), (10, 14, "LOC")}}
    assert corpus.labels == ["LOC", "PER"]
    assert not any(record.suggestions for record in corpus.records)


def test_the_same_is_equal(corpus: Any, tmp_path: Path) -> None:
    assert material.compare(corpus.records, corpus.gold, _exported(corpus, tmp_path)) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"spans": []}, "missing"),
        ({"spans": [(0, 9, "LOC")]}, "missing"),
        ({"spans": [(0, 9, "PER"), (10, 14, "PER")]}, "too many"),
        ({"spans": [(0, 9, "PER"), (0, 9, "PER")]}, "missing [], too many []"),
        ({"text": "Asha Juma yuko "}, "the text was changed"),
        ({"answer": "reject"}, "not answered"),
        ({"key": "another"}, "not answered"),
    ],
)
def test_what_differs_is_told(
    corpus: Any, tmp_path: Path, change: dict[str, Any], fault: str
) -> None:
    path = _exported(corpus, tmp_path, **change)
    told = material.compare(corpus.records, corpus.gold, path)
    assert len(told) == 1
    assert told[0].startswith("gold-1: ")
    assert fault in told[0]


def _exported(corpus: Any, folder: Path, **change: Any) -> Path:
    """An export of the gold, its first document changed."""
    path = folder / "out.jsonl"
    items = []
    for record in corpus.records:
        item = {"key": record.key, "text": record.text, "answer": "accept"}
        item["spans"] = sorted(corpus.gold[record.key])
        items.append(item)
    items[0] |= change
    for item in items:
        names = ("start", "end", "label")
        item["spans"] = [dict(zip(names, span, strict=True)) for span in item["spans"]]
    path.write_text("".join(json.dumps(item) + "\n" for item in items), "utf-8")
    return path


@pytest.mark.parametrize(
    ("spans", "overlaps"),
    [
        ([], False),
        ([(0, 4, "A"), (4, 6, "B")], False),
        ([(0, 4, "A"), (3, 6, "B")], True),
        ([(0, 4, "A"), (0, 4, "B")], True),
        ([(0, 9, "A"), (1, 2, "B"), (5, 6, "B")], True),
    ],
)
def test_overlap(spans: list[tuple[int, int, str]], overlaps: bool) -> None:
    assert material.overlap(material.Stretch(*span) for span in spans) is overlaps


def test_pages_are_those_that_the_program_opens(corpus: Any) -> None:
    keys = [[document.key for document in page] for page in material.gold_pages(corpus, 1, 2)]
    assert keys == [["gold-1", "gold-2"]]
    keys = [[document.key for document in page] for page in material.gold_pages(corpus, 1, 1)]
    assert keys == [["gold-1"]]


def test_words_are_counted_in_a_sample_as_large_as_that_of_add(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store is opened here alone, to hold the bench's counts against those of the program."""
    monkeypatch.setattr(adding, "SAMPLE", 3)
    texts = [Record(n, n, text) for n, text in enumerate(["Asha yuko", "na", "Juma"] * 3, 1)]
    path = tmp_path / "store.sqlite"
    create_store(path)
    (tmp_path / "raw.txt").write_text("".join(f"{record.text}\n" for record in texts), "utf-8")
    adding.add_file(path, tmp_path / "raw.txt")
    counts = material.word_counts(texts, GeneralTokenizer())
    with contextlib.closing(Store(path)) as store:
        stored = store.words(["asha", "yuko", "na", "juma"])
    assert counts == {word: WordCount(*numbers) for word, numbers in stored.items()}
    assert set(counts) == {"asha", "yuko"}


def test_words_behind_titles_are_counted_by_the_rules_of_the_language(tmp_path: Path) -> None:
    project = create_project(tmp_path / "p", language="sw", labels=["PER"], tokenizer="sw")
    create_store(project.folder / STORE_FILE)
    path = tmp_path / "raw.txt"
    path.write_text("Bw. Juma alifika. Leo alifika.\n", "utf-8")
    arguments = [str(project.folder), str(path)]
    assert CliRunner().invoke(adding.add_command, arguments).exit_code == 0
    records = [Record(1, 1, "Bw. Juma alifika. Leo alifika.")]
    counts = material.word_counts(records, load_tokenizer(project.tokenizer))
    with contextlib.closing(Store(project.folder / STORE_FILE)) as store:
        stored = {
            word: WordCount(*numbers) for word, numbers in store.words(["juma", "leo"]).items()
        }
    assert (stored["juma"].capital, stored["leo"].initial) == (1, 1)
    assert stored == {word: counts[word] for word in ("juma", "leo")}


@pytest.mark.parametrize(
    ("equal", "drift", "code"), [(2, 0, 0), (1, 0, 1), (2, 1, 1)], ids=["well", "unequal", "drift"]
)
def test_a_run_fails_where_documents_or_the_screen_differ(
    monkeypatch: pytest.MonkeyPatch, equal: int, drift: int, code: int
) -> None:
    report = {"documents": 2, "equal": equal, "drift": drift}
    monkeypatch.setattr(keys, "run", lambda options, folder: report)
    assert keys.main(["--conll", "x", "--lang", "sw", "--json"]) == code
