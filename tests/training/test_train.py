"""A model is trained of a project: what is left of it, what is said, and what is refused."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from packages import install
from taught import TEXTS, USUAL, made, spans_of, tasks, trained

from tonemark.corpus.project import read_project
from tonemark.corpus.shares import folded_text, hash_of
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training import train as training
from tonemark.training.choosing import HASTY
from tonemark.training.lessons import Lesson, Lessons, lesson_of
from tonemark.training.material import Example
from tonemark.training.network import networks
from tonemark.training.network.networks import NO_TIME
from tonemark.training.outcome import SCORED, Step, TrainSettings, read_scored
from tonemark.training.parts import splits
from tonemark.training.scores.counts import by_label, total
from tonemark.training.train import _taught, train
from tonemark.training.workers import WorkerFailed


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes all the time there is; the tests of those are in `network`."""
    monkeypatch.setattr(networks, "WORTHWHILE", 1e9)


def test_a_learner(tmp_path: Path) -> None:
    told: list[Step] = []
    project = made(tmp_path, [*tasks()])
    outcome, into = trained(project, told=told)
    assert (outcome.kind, outcome.documents, outcome.scored) == ("learner", 24, 24)
    assert outcome.scored_on == "cross-validation"
    assert outcome.labels == ("LOC", "PER")
    assert outcome.taught == {"LOC": 24, "PER": 24}
    assert outcome.f1 > 0.8
    assert outcome.hashes == tuple(sorted(hash_of(each["text"]).hex() for each in tasks()))
    scored = list(read_scored(into / SCORED))
    assert {each.key for each in scored} == {f"n{number}" for number in range(24)}
    counts = by_label((each.gold, [span[:3] for span in each.found]) for each in scored)
    assert (counts, total(counts.values()).f1) == (outcome.by_label, outcome.f1)
    assert outcome.candidates == {"learner": round(outcome.f1, 6)}, "one figure, of all parts"
    figure = f"{outcome.f1:.2f}".removeprefix("0")
    assert outcome.why == (
        f"learner: {figure}, scored on 24 documents that it had not learnt from. {NO_TIME}"
    )
    assert {path.name for path in into.iterdir()} == {"pipeline", SCORED}
    nlp = spacy.load(into / "pipeline")
    assert any(spans_of(nlp(text)) for text in TEXTS)
    assert {step.stage for step in told} >= {"reading the answers", "the learner", "saving"}
    assert all(step.seconds <= 60 and step.left <= 100 for step in told)
    assert json.loads(json.dumps(outcome.to_json()))["kind"] == "learner"


def test_the_evaluation_share_teaches_nothing(tmp_path: Path) -> None:
    project = made(tmp_path, [*tasks(30)], evaluation="0.4")
    outcome, into = trained(project)
    assert outcome.scored_on == "evaluation"
    assert outcome.documents + outcome.scored == 30
    texts = {each["key"]: each["text"] for each in tasks(30)}
    scored = {hash_of(texts[each.key]).hex() for each in read_scored(into / SCORED)}
    assert len(scored) == outcome.scored
    assert not scored & set(outcome.hashes)


def test_a_learner_of_some_documents_says_so(tmp_path: Path) -> None:
    given = [*tasks(140)]
    given[-1]["spans"][0]["label"] = "ORG"
    outcome, _ = trained(made(tmp_path, given), TrainSettings(seconds=0.01))
    assert (outcome.documents, outcome.taught) == (100, {"PER": 100, "LOC": 100})
    assert outcome.labels == ("LOC", "PER"), "nothing taught it what ORG is"
    assert HASTY in outcome.why
    assert "The learner learnt from 100 of 140 documents." in outcome.why
    assert len(outcome.hashes) == 140, "any of them may have taught it"


def lessons(count: int) -> tuple[Lesson, ...]:
    return tuple(lesson_of(Example(f"n{at}", f"text {at}", (), ())) for at in range(count))


@pytest.mark.parametrize(
    ("kind", "documents"), [("learner", [0, 2]), ("network", [1, 2]), ("joined", [0, 1, 2])]
)
def test_what_taught_a_model_taught_what_it_is_made_of(kind: Any, documents: list[int]) -> None:
    every = lessons(4)
    by: Any = {"learner": every[2::-2], "network": every[1:3]}
    taught = _taught(kind, by, Lessons(every, ()))
    assert [each.example.key for each in taught.train] == [f"n{at}" for at in documents]


def test_labels_that_were_asked_for(tmp_path: Path) -> None:
    project = made(tmp_path, [*tasks(30)], evaluation="0.4")
    outcome, into = trained(project, TrainSettings(seconds=100, labels=("LOC",)))
    assert outcome.labels == ("LOC",)
    assert {label for each in read_scored(into / SCORED) for *_, label in each.gold} == {"LOC"}


def test_spans_that_cut_a_token_are_left_out_and_counted(tmp_path: Path) -> None:
    cutting = [*tasks(8)]
    cutting[0]["spans"][0]["end"] -= 1
    outcome, into = trained(made(tmp_path, cutting))
    assert (outcome.cut, outcome.taught["PER"]) == (1, 7)
    (first,) = (each for each in read_scored(into / SCORED) if each.key == "n0")
    assert first.gold[0][:2] == (0, len("Asha") - 1), "what cannot be found counts as missed"


def without_spans(given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each | {"spans": []} for each in given]


def with_answer(answer: str) -> list[dict[str, Any]]:
    return [each | {"answer": answer} for each in tasks()]


def all_cutting() -> list[dict[str, Any]]:
    given = [*tasks()]
    for each in given:
        for span in each["spans"]:
            span["end"] -= 1
    return given


REFUSED: dict[str, tuple[list[dict[str, Any]], TrainSettings, str, str]] = {
    "no labels": (without_spans([*tasks()]), USUAL, "no span", "annotate"),
    "one document": ([*tasks(1)], USUAL, "one text", "annotate"),
    "all ignored": (with_answer("ignore"), USUAL, "24 ignored", "annotate"),
    "all rejected": (with_answer("reject"), USUAL, "24 rejected", ""),
    "no gold": ([*tasks()], TrainSettings(gold=True), "without gold", "review"),
    "nobody": ([*tasks()], TrainSettings(annotator="zed"), '"zed" has no answers', "amina"),
    "a label of nobody": ([*tasks()], TrainSettings(labels=("X",)), "X is no label", "PER"),
    "all cut": (all_cutting(), USUAL, "inside a token", "tonemark tokenizers learn"),
    "no such base": (
        [*tasks()], TrainSettings(base="nobody"), '"nobody" is no spaCy pipeline', "--base",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("given", "settings", "title", "remedy"), REFUSED.values(), ids=REFUSED)
def test_refused_before_anything_is_trained(
    tmp_path: Path, given: list[dict[str, Any]], settings: TrainSettings, title: str, remedy: str
) -> None:
    project = made(tmp_path, given)
    with pytest.raises(TonemarkError) as refused:
        trained(project, settings)
    assert title in refused.value.title
    assert remedy in refused.value.remedy
    assert not [*(project / "models" / "model-1").iterdir()]


def test_a_package_that_is_no_pipeline(tmp_path: Path, site: Path) -> None:
    module = "def load(**overrides):\n    raise ValueError('I am no pipeline')\n"
    install(site, "nothing", {"nothing": "nothing"}, {"nothing": module}, group="spacy_models")
    project = made(tmp_path, [*tasks()])
    with pytest.raises(TonemarkError, match="I am no pipeline"):
        trained(project, TrainSettings(base="nothing"))


def test_a_pipeline_of_no_use(tmp_path: Path, site: Path) -> None:
    module = "import spacy\ndef load(**overrides):\n    return spacy.blank('xx')\n"
    install(site, "empty", {"empty": "empty"}, {"empty": module}, group="spacy_models")
    with pytest.raises(TonemarkError, match="neither vectors"):
        trained(made(tmp_path, [*tasks()]), TrainSettings(base="empty"))


def test_a_tokenizer_that_vanished(tmp_path: Path) -> None:
    project = made(tmp_path, [*tasks()], tokenizer='"gone.toml"')
    with pytest.raises(TonemarkError, match=r"gone\.toml"):
        trained(project)


def test_what_the_progress_raises_ends_it(tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def progress(step: Step) -> None:
        if step.stage != "reading the answers":
            raise Cancelled

    project = made(tmp_path, [*tasks()])
    into = tmp_path / "into"
    into.mkdir()
    with (
        closing(Store(project / STORE_FILE, reading=True)) as store,
        pytest.raises(Cancelled),
    ):
        train(read_project(project), store, TrainSettings(seconds=30), into, progress)
    assert not [*into.iterdir()]


texts = st.lists(st.text("ab ", min_size=1, max_size=3), min_size=0, max_size=12)


@given(texts, texts, st.integers(0, 12))
def test_no_text_is_learnt_and_scored(
    train_texts: list[str], evaluation_texts: list[str], spans: int
) -> None:
    def lessons(found: list[str], name: str) -> tuple[Any, ...]:
        made = []
        for number, text in enumerate(found):
            tokens = load_tokenizer("general").tokenize(text)
            mine = tuple(Span(*token, "X") for token in tokens[:1] if number < spans)
            made.append(lesson_of(Example(f"{name}{number}", text, tuple(tokens), mine)))
        return tuple(made)

    every = Lessons(lessons(train_texts, "t"), lessons(evaluation_texts, "e"))
    found = splits(every)
    kept = [each.example.key for split in found for each in split.kept]
    assert len(kept) == len(set(kept))
    for split in found:
        assert split.kept
        assert any(each.sentence.spans for each in split.learnt) or every.evaluation
        if not every.evaluation:
            learnt = {folded_text(each.example.text) for each in split.learnt}
            assert not learnt & {folded_text(each.example.text) for each in split.kept}
            assert len(split.learnt) + len(split.kept) == len(train_texts)


def test_a_process_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "MODULE", "tonemark.training.nothing")
    with pytest.raises(WorkerFailed, match="nothing"):
        trained(made(tmp_path, [*tasks()]))
