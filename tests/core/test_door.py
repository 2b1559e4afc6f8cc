"""The Python door, as a notebook uses it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import tonemark as package
from tonemark.corpus.model_suggestions import LIKELY
from tonemark.corpus.produced import Produced, producer_id, put_produced
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError

LINE = (
    '{"text": "Asha yuko Kisumu", "id": "a1", "answer": "accept", "_annotator_id": "amina",'
    ' "spans": [{"start": 0, "end": 4, "label": "PER"}]}\n'
)


@pytest.fixture
def folder(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    tonemark("new", tmp_path / "p", "--lang", "sw", "--labels", "PER,LOC")
    (tmp_path / "in.jsonl").write_text(LINE + '{"text": "leo"}\n', encoding="utf-8")
    tonemark("add", tmp_path / "p", tmp_path / "in.jsonl")
    return tmp_path / "p"


def test_documents_and_annotations(folder: Path) -> None:
    with package.open(folder) as project:
        assert len(project) == 2
        assert project.labels == ("PER", "LOC")
        assert [document.key for document in project.documents()] == ["a1", "in.jsonl:2"]
        ((document, (annotation,)),) = project.annotated()
        (span,) = annotation.spans
        assert document.text[span.start : span.end] == "Asha"
        assert (annotation.annotator, annotation.answer) == ("amina", "accept")
        words = [document.text[start:end] for start, end in project.tokens(document)]
        assert words == ["Asha", "yuko", "Kisumu"]
        assert list(project.annotated("bello")) == []
        assert project.progress().labels == {"PER": 1}
        with pytest.raises(KeyError):
            project.document("b2")


def test_suggestions_are_those_that_a_page_would_show(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    likely = Suggestion(0, 3, "PER", ("model:learner",), LIKELY)
    hardly = Suggestion(1, 3, "LOC", ("model:learner",), 0.1)
    given = Suggestion(1, 3, "PER", ("import:a",), 0.1)
    number = producer_id(store, "learner", "1")
    put_produced(store, number, [Produced(2, (likely, hardly, given))])
    store.close()
    with package.open(folder) as project:
        assert project.suggestions(project.document("in.jsonl:2")) == (likely, given)


def test_gold_and_who_settled_it(folder: Path, tonemark: Callable[..., Any]) -> None:
    with package.open(folder) as project:
        assert project.gold(project.document("a1")) is None
    settled = '"_gold": {"reviewer": "rosa", "decisions": [], "cites": []}, "_annotator_id"'
    (folder / "gold.jsonl").write_text(LINE.replace('"_annotator_id"', settled), encoding="utf-8")
    tonemark("add", folder, folder / "gold.jsonl", "--match", "key")
    with package.open(folder) as project:
        gold = project.gold(project.document("a1"))
        assert gold
        assert (gold.reviewer, gold.by_person, gold.answer) == ("rosa", True, "accept")
        assert gold.stretches() == {(0, 4, "PER")}
        assert [each.annotator for each in project.annotations(project.document("a1"))] == ["amina"]
        assert project.gold(project.document("in.jsonl:2")) is None


def test_a_folder_without_a_project_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(TonemarkError, match="tonemark new"):
        package.open(tmp_path)


def test_tokenizers(tmp_path: Path) -> None:
    text = "kárùn-ún ni."
    (tmp_path / "mine.toml").write_text('[words]\njoin = "-"\n', encoding="utf-8")
    assert package.tokenizer().tokenize(text)[0].end == text.index("-")
    for made in (package.tokenizer(lang="yor"), package.tokenizer(str(tmp_path / "mine.toml"))):
        first = made.tokenize(text)[0]
        assert text[first.start : first.end] == "kárùn-ún"
    with pytest.raises(TonemarkError, match="no tokenizer named"):
        package.tokenizer("genral")
