"""A model is trained of a project: what is left of it, what is said, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from making import run_here
from packages import install
from spacy.language import Language

from tonemark.corpus.project import read_project
from tonemark.corpus.shares import folded_text
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training import train as training
from tonemark.training.choosing import Choice
from tonemark.training.lessons import Lessons, lesson_of
from tonemark.training.material import Example
from tonemark.training.network import networks
from tonemark.training.outcome import SCORED, Kind, Outcome, Step, TrainSettings, read_scored
from tonemark.training.parts import splits
from tonemark.training.scores.counts import by_label, total
from tonemark.training.train import hash_of, train
from tonemark.training.workers import WorkerFailed

NAMES = ("Asha", "Juma", "Neema", "Baraka", "Zuri", "Imani", "Tatu")
PLACES = ("Kisumu", "Mwanza", "Arusha", "Lamu", "Tanga")
USUAL = TrainSettings(seconds=100)


def tasks(count: int = 24) -> Iterator[dict[str, Any]]:
    for number in range(count):
        name, place = NAMES[number % 7], PLACES[number % 5]
        text = f"{name} yuko  {place} siku ya {number} ."
        at = text.index(place)
        yield {
            "key": f"n{number}", "text": text, "answer": "accept", "_annotator_id": "amina",
            "spans": [
                {"start": 0, "end": len(name), "label": "PER"},
                {"start": at, "end": at + len(place), "label": "LOC"},
            ],
        }  # fmt: skip


def made(folder: Path, given: list[dict[str, Any]], **settings: str) -> Path:
    """A project of these tasks, with settings of its file changed."""
    project = folder / "p"
    assert run_here("new", project, "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    path = folder / "in.jsonl"
    path.write_text("".join(f"{json.dumps(each)}\n" for each in given), encoding="utf-8")
    done = run_here("add", project, path)
    assert done.returncode == 0, done.stderr
    file = project / "project.toml"
    text = file.read_text(encoding="utf-8")
    for name, value in settings.items():
        (line,) = (line for line in text.splitlines() if line.startswith(f"{name} = "))
        text = text.replace(line, f"{name} = {value}")
    file.write_text(text, encoding="utf-8")
    return project


def trained(
    project: Path, settings: TrainSettings = USUAL, told: list[Step] | None = None
) -> tuple[Outcome, Path]:
    into = project / "models" / "model-1"
    into.mkdir(parents=True)
    with closing(Store(project / STORE_FILE, reading=True)) as store:
        progress = told.append if told is not None else lambda step: None
        return train(read_project(project), store, settings, into, progress), into


def found_afresh(into: Path, texts: list[str]) -> list[list[tuple[int, int, str]]]:
    """What the model finds in a process that has loaded nothing else."""
    code = (
        "import json, spacy, sys; nlp = spacy.load(sys.argv[1])\n"
        "docs = [nlp(text) for text in json.loads(sys.argv[2])]\n"
        "spans = [[*doc.ents, *doc.spans.get('sc', ())] for doc in docs]\n"
        "found = [[(s.start_char, s.end_char, s.label_) for s in each] for each in spans]\n"
        "print(json.dumps(found))"
    )
    command = [sys.executable, "-c", code, str(into / "pipeline"), json.dumps(texts)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return [[(start, end, label) for start, end, label in each] for each in json.loads(done.stdout)]


def spans_of(doc: Any) -> list[tuple[int, int, str]]:
    spans = [*doc.ents, *doc.spans.get("sc", ())]
    return [(each.start_char, each.end_char, each.label_) for each in spans]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """But where a test is of one: it takes all the time there is."""
    monkeypatch.setattr(networks, "WORTHWHILE", 1e9)


TEXTS = ["Zawadi yuko  Lamu siku ya 3 .", "Asha  yuko Kisumu", "", "Tanga\n\nJuma"]


def test_a_learner(tmp_path: Path) -> None:
    told: list[Step] = []
    project = made(tmp_path, [*tasks()])
    outcome, into = trained(project, told=told)
    assert (outcome.kind, outcome.documents, outcome.scored) == ("learner", 24, 24)
    assert outcome.scored_on == "cross-validation"
    assert outcome.labels == ("LOC", "PER")
    assert outcome.taught == {"LOC": 24, "PER": 24}
    assert outcome.f1 > 0.8
    assert outcome.hashes == tuple(sorted(hash_of(each["text"]) for each in tasks()))
    scored = list(read_scored(into / SCORED))
    assert {each.key for each in scored} == {f"n{number}" for number in range(24)}
    counts = by_label((each.gold, [span[:3] for span in each.found]) for each in scored)
    assert (counts, total(counts.values()).f1) == (outcome.by_label, outcome.f1)
    assert {path.name for path in into.iterdir()} == {"pipeline", SCORED}
    nlp = spacy.load(into / "pipeline")
    assert found_afresh(into, TEXTS) == [spans_of(nlp(text)) for text in TEXTS]
    assert any(spans_of(nlp(text)) for text in TEXTS)
    assert {step.stage for step in told} >= {"reading the answers", "the learner", "saving"}
    assert all(step.seconds <= 60 and step.left <= 100 for step in told)
    assert json.loads(json.dumps(outcome.to_json()))["kind"] == "learner"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks of a few steps."""
    monkeypatch.setattr(networks, "WORTHWHILE", 0.0)
    monkeypatch.setattr(networks, "STEPS", 25)


def test_a_network_is_tried_and_can_be_repeated_by_hand(tmp_path: Path, hasty: None) -> None:
    project = made(tmp_path, [*tasks()])
    outcome, into = trained(project)
    assert outcome.candidates.keys() == {"learner", "network", "joined"}, outcome.why
    names = {"pipeline", SCORED, "config.cfg", "train.spacy", "dev.spacy", "tokenizer.json"}
    assert {path.name for path in into.iterdir()} == names
    nlp = spacy.load(into / "pipeline")
    assert found_afresh(into, TEXTS) == [spans_of(nlp(text)) for text in TEXTS]
    command = [sys.executable, "-m", "spacy", "train", "config.cfg", "--output", tmp_path / "out"]
    subprocess.run(
        [*command, "--training.max_steps", "1"], cwd=into, check=True, capture_output=True,
        timeout=120,
    )  # fmt: skip
    by_hand = spacy.load(tmp_path / "out" / "model-last")
    assert [each.text for each in by_hand(TEXTS[0])] == [each.text for each in nlp(TEXTS[0])]


@pytest.mark.parametrize("kind", ["network", "joined"])
def test_each_kind_of_model(
    tmp_path: Path, hasty: None, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr(training, "choose", lambda *tried, **how: Choice(kind, "Told so."))
    outcome, into = trained(made(tmp_path, [*tasks()]))
    assert (outcome.kind, outcome.why) == (kind, "Told so.")
    assert outcome.scored == len([*read_scored(into / SCORED)]) < 24
    nlp = spacy.load(into / "pipeline")
    assert found_afresh(into, TEXTS) == [spans_of(nlp(text)) for text in TEXTS]
    assert spans_of(nlp(TEXTS[0])) or kind == "network"


def test_the_evaluation_share_teaches_nothing(tmp_path: Path) -> None:
    project = made(tmp_path, [*tasks(30)], evaluation="0.4")
    outcome, into = trained(project)
    assert outcome.scored_on == "evaluation"
    assert outcome.documents + outcome.scored == 30
    texts = {each["key"]: each["text"] for each in tasks(30)}
    scored = {hash_of(texts[each.key]) for each in read_scored(into / SCORED)}
    assert len(scored) == outcome.scored
    assert not scored & set(outcome.hashes)


def visits() -> Iterator[dict[str, Any]]:
    """Tasks with a span over the others."""
    for each in tasks():
        end = max(span["end"] for span in each["spans"])
        visit = {"start": 0, "end": end, "label": "VISIT"}
        yield each | {"spans": [*each["spans"], visit]}


def test_spans_that_may_overlap(tmp_path: Path) -> None:
    outcome, into = trained(made(tmp_path, [*visits()], overlapping="true"))
    assert outcome.overlapping
    doc = spacy.load(into / "pipeline")("Asha yuko  Lamu siku ya 3 .")
    assert {label for _, _, label in spans_of(doc)} == {"PER", "LOC", "VISIT"}
    assert not doc.ents


@pytest.mark.parametrize("kind", ["network", "joined"])
def test_networks_of_spans_that_may_overlap(
    tmp_path: Path, hasty: None, monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr(training, "choose", lambda *tried, **how: Choice(kind, "Told so."))
    outcome, into = trained(made(tmp_path, [*visits()], overlapping="true"))
    assert (outcome.kind, outcome.overlapping, outcome.why) == (kind, True, "Told so.")
    nlp = spacy.load(into / "pipeline")
    assert found_afresh(into, TEXTS) == [spans_of(nlp(text)) for text in TEXTS]
    doc = nlp(TEXTS[0])
    assert not doc.ents
    assert len(doc.spans["sc"].attrs["scores"]) == len(doc.spans["sc"])
    if kind == "joined":
        assert {label for _, _, label in spans_of(doc)} == {"PER", "LOC", "VISIT"}


def test_labels_that_were_asked_for(tmp_path: Path) -> None:
    outcome, into = trained(made(tmp_path, [*tasks()]), TrainSettings(seconds=100, labels=("LOC",)))
    assert outcome.labels == ("LOC",)
    assert {label for each in read_scored(into / SCORED) for *_, label in each.gold} == {"LOC"}


def test_spans_that_cut_a_token_are_left_out_and_counted(tmp_path: Path) -> None:
    cutting = [*tasks()]
    cutting[0]["spans"][0]["end"] -= 1
    outcome, into = trained(made(tmp_path, cutting))
    assert (outcome.cut, outcome.taught["PER"]) == (1, 24)
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
    "nobody": ([*tasks()], TrainSettings(annotator="zed"), "zed has no answers", "amina"),
    "a label of nobody": ([*tasks()], TrainSettings(labels=("X",)), "X is no label", "PER"),
    "all cut": (all_cutting(), USUAL, "inside a token", "check"),
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


def with_vectors(nlp: Language) -> None:
    for name in (*NAMES, *PLACES):
        nlp.vocab.set_vector(name, numpy.ones(8, "f"))


def with_tok2vec(nlp: Language) -> None:
    model = {"@architectures": "spacy.HashEmbedCNN.v2", "width": 32, "depth": 1}
    more = {"embed_size": 200, "window_size": 1, "maxout_pieces": 2, "subword_features": True}
    nlp.add_pipe("tok2vec", config={"model": {**model, **more, "pretrained_vectors": None}})
    nlp.initialize()


@pytest.mark.parametrize("give", [with_vectors, with_tok2vec])
def test_an_installed_pipeline_to_begin_with(
    tmp_path: Path, site: Path, hasty: None, give: Callable[[Language], None]
) -> None:
    nlp = spacy.blank("xx")
    give(nlp)
    nlp.to_disk(tmp_path / "base")
    module = (
        "import spacy\n"
        f"def load(**given):\n    return spacy.load({str(tmp_path / 'base')!r}, **given)\n"
    )
    install(site, "begun", {"begun": "begun"}, {"begun": module}, group="spacy_models")
    settings = TrainSettings(seconds=100, base="begun")
    outcome, into = trained(made(tmp_path, [*tasks()]), settings)
    assert outcome.candidates.keys() == {"learner", "network", "joined"}, outcome.why
    assert "begun" in (into / "config.cfg").read_text(encoding="utf-8")
    assert spacy.load(into / "pipeline")(TEXTS[0]).ents


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


@pytest.mark.parametrize("worker", ["learner_worker", "network_worker"])
def test_a_process_that_fails(
    tmp_path: Path, hasty: None, monkeypatch: pytest.MonkeyPatch, worker: str
) -> None:
    broken = "tonemark.training.nothing"
    if worker == "network_worker":
        monkeypatch.setattr(networks, "MODULE", broken)
        outcome, into = trained(made(tmp_path, [*tasks()]))
        assert outcome.kind == "learner"
        assert "could not be trained" in outcome.why
        assert "tonemark.training.nothing" in outcome.why
        assert {path.name for path in into.iterdir()} == {"pipeline", SCORED}
    else:
        monkeypatch.setattr(training, "MODULE", broken)
        with pytest.raises(WorkerFailed, match="nothing"):
            trained(made(tmp_path, [*tasks()]))
