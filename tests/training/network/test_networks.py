"""Trainings with networks, in processes of their own: which models are tried and kept, and that
each kind of them is loaded elsewhere and repeated by hand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import pytest
import spacy
from packages import install, seen
from taught import TEXTS, USUAL, found_afresh, made, spans_of, tasks, trained, visits

from tonemark.training import train as training
from tonemark.training.choosing import Choice, choose
from tonemark.training.network import networks
from tonemark.training.outcome import SCORED, Kind, Outcome, Step, TrainSettings, read_scored

KINDS: tuple[Kind, ...] = ("learner", "network", "joined")
FILES = {"pipeline", SCORED, "config.cfg", "train.spacy", "dev.spacy", "tokenizer.json"}


class Trained(NamedTuple):
    """A training with networks, where it was told which kind to keep: what came of it, its folder,
    what would have been chosen, what was told, and the pipeline of each kind."""

    outcome: Outcome
    into: Path
    choice: Choice
    told: list[Step]
    saved: dict[Kind, Path]


def trained_to(
    kind: Kind, folder: Path, given: list[dict[str, Any]], settings: TrainSettings, **more: str
) -> Trained:
    """A training that keeps this kind, of networks of a few steps."""
    chosen: list[Choice] = []
    told: list[Step] = []
    saved: dict[Kind, Path] = {}
    save = training.save

    def told_so(*tried: Any, **how: Any) -> Choice:
        chosen.append(choose(*tried, **how))
        return Choice(kind, "Told so.")

    def save_each(into: Path, kept: Kind, *what: Any, **how: Any) -> None:
        for each in KINDS:
            (folder / each).mkdir()
            save(folder / each, each, *what, **how)
            saved[each] = folder / each / "pipeline"
        save(into, kept, *what, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "choose", told_so)
        patch.setattr(training, "save", save_each)
        patch.setattr(networks, "WORTHWHILE", 0.0)
        patch.setattr(networks, "STEPS", 5)
        outcome, into = trained(made(folder, given, **more), settings, told)
    return Trained(outcome, into, chosen[0], told, saved)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Joined, of spans that do not overlap: a network to be scored and one of all documents."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda process: {0, 1})
        return trained_to("joined", tmp_path_factory.mktemp("plain"), [*tasks(12)], USUAL)


@pytest.fixture(scope="module")
def overlapping(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A network of spans that may overlap, which begins with the vectors of an installed pipeline;
    the one that is scored is the one that is kept, as there is one processor."""
    folder = tmp_path_factory.mktemp("overlapping")
    base = spacy.blank("xx")
    for word in ("Asha", "Kisumu"):
        base.vocab.set_vector(word, numpy.ones(8, "f"))
    base.to_disk(folder / "base")
    module = (
        "import spacy\n"
        f"def load(**given):\n    return spacy.load({str(folder / 'base')!r}, **given)\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "sched_getaffinity", lambda process: {0})
        with seen(folder / "site", patch) as site:
            install(site, "begun", {"begun": "begun"}, {"begun": module}, group="spacy_models")
            asked = TrainSettings(seconds=100, base="begun")
            return trained_to("network", folder, [*visits(8)], asked, overlapping="true")


def test_both_are_tried_and_joined(plain: Trained) -> None:
    outcome = plain.outcome
    assert outcome.candidates.keys() == {"learner", "network", "joined"}, outcome.why
    assert (outcome.kind, outcome.why) == ("joined", "Told so.")
    assert outcome.scored == len([*read_scored(plain.into / SCORED)]) < 12
    assert plain.choice.kind in KINDS
    assert f"scored on {outcome.scored} documents" in plain.choice.why
    assert {path.name for path in plain.into.iterdir()} == FILES
    nlp = spacy.load(plain.saved["joined"])
    assert nlp.pipe_names == ["tonemark_joined"], "which runs the network itself"
    assert spans_of(nlp(TEXTS[0]))
    news = [step for step in plain.told if step.f1 is not None]
    assert news
    assert all(step.loss is not None and step.words > 0 for step in news)


def test_spans_that_may_overlap(overlapping: Trained) -> None:
    outcome = overlapping.outcome
    assert outcome.candidates.keys() == {"learner", "network", "joined"}, outcome.why
    assert (outcome.kind, outcome.overlapping, outcome.why) == ("network", True, "Told so.")
    assert outcome.scored == len([*read_scored(overlapping.into / SCORED)]) < 8
    assert {path.name for path in overlapping.into.iterdir()} == FILES
    assert "begun" in (overlapping.into / "config.cfg").read_text(encoding="utf-8")
    for kind in KINDS:
        doc = spacy.load(overlapping.saved[kind])(TEXTS[0])
        assert not doc.ents
        assert len(doc.spans["sc"].attrs["scores"]) == len(doc.spans["sc"])
        if kind != "network":
            assert {label for _, _, label in spans_of(doc)} == {"PER", "LOC", "VISIT"}


def test_each_kind_finds_the_same_in_another_process(plain: Trained, overlapping: Trained) -> None:
    pipelines = [path for each in (plain, overlapping) for path in each.saved.values()]
    here = [[spans_of(nlp(text)) for text in TEXTS] for nlp in map(spacy.load, pipelines)]
    assert found_afresh(pipelines, TEXTS) == here
    for each in (plain, overlapping):
        nlp = spacy.load(each.into / "pipeline")
        at = pipelines.index(each.saved[each.outcome.kind])
        assert [spans_of(nlp(text)) for text in TEXTS] == here[at]


def test_a_network_can_be_repeated_by_hand(plain: Trained, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "spacy", "train", "config.cfg", "--output", tmp_path / "out"]
    subprocess.run(
        [*command, "--training.max_steps", "1"], cwd=plain.into, check=True, capture_output=True,
        timeout=120,
    )  # fmt: skip
    by_hand = spacy.load(tmp_path / "out" / "model-last")
    nlp = spacy.load(plain.into / "pipeline")
    assert [each.text for each in by_hand(TEXTS[0])] == [each.text for each in nlp(TEXTS[0])]


def test_one_that_fails_leaves_the_learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "WORTHWHILE", 0.0)
    monkeypatch.setattr(networks, "MODULE", "tonemark.training.nothing")
    outcome, into = trained(made(tmp_path, [*tasks(30)], evaluation="0.4"))
    assert outcome.kind == "learner"
    assert "could not be trained" in outcome.why
    assert "tonemark.training.nothing" in outcome.why
    assert {path.name for path in into.iterdir()} == {"pipeline", SCORED}
