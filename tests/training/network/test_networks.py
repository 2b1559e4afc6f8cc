"""Trainings with networks, in processes of their own: which models are tried and kept, and that
each kind of them is loaded elsewhere and repeated by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy
import pytest
import spacy
from packages import install, seen
from spacy.language import Language
from spacy.tokens import DocBin
from taught import TEXTS, USUAL, found_afresh, made, spans_of, tasks, trained, visits

from tonemark.tokenizers.registry import load_tokenizer
from tonemark.training import train as training
from tonemark.training.choosing import Choice, choose
from tonemark.training.clock import Clock
from tonemark.training.lessons import Lessons
from tonemark.training.network import networks
from tonemark.training.network.networks import NO_TEXT, NO_TIME, WORTHWHILE, Networks, Shape
from tonemark.training.network.spacy_loop import network_found
from tonemark.training.network.worker import FOUND
from tonemark.training.outcome import (
    SCORED,
    TRIED_ON,
    Kind,
    Outcome,
    Step,
    TrainSettings,
    read_scored,
)
from tonemark.training.parts import Split
from tonemark.training.pipeline.component import blank_copy

KINDS: tuple[Kind, ...] = ("learner", "network", "joined")
OF_BASE = "ab" * 16
"""The hash of a text that taught an installed pipeline."""

FILES = {"pipeline", SCORED, "config.cfg", "train.spacy", "dev.spacy", "tokenizer.json"}


class Trained(NamedTuple):
    """A training with networks, where it was told which kind to keep: what came of it, its folder,
    what would have been chosen, what was told, the pipeline of each kind, and what the network
    found that was scored (`worker.FOUND`)."""

    outcome: Outcome
    into: Path
    choice: Choice
    told: list[Step]
    saved: dict[Kind, Path]
    found: list[Any]


def trained_to(
    kind: Kind, folder: Path, given: list[dict[str, Any]], settings: TrainSettings, **more: str
) -> Trained:
    """A training that keeps this kind, of networks of a few steps."""
    chosen: list[Choice] = []
    told: list[Step] = []
    saved: dict[Kind, Path] = {}
    found: list[Any] = []
    save = training.save

    def told_so(*tried: Any, **how: Any) -> Choice:
        chosen.append(choose(*tried, **how))
        return Choice(kind, "Told so.")

    def save_each(into: Path, kept: Kind, *what: Any, **how: Any) -> None:
        found.extend(json.loads((what[2].scored.folder / FOUND).read_text()))
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
    return Trained(outcome, into, chosen[0], told, saved, found)


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
            (site / "begun").mkdir(parents=True)
            (site / "begun" / "texts.json").write_text(f'["{OF_BASE}"]')
            code = {"begun/__init__": module}
            install(site, "begun", {"begun": "begun"}, code, group="spacy_models")
            asked = TrainSettings(seconds=100, base="begun")
            return trained_to("network", folder, [*visits(8)], asked, overlapping="true")


def test_both_are_tried_and_joined(plain: Trained) -> None:
    outcome = plain.outcome
    assert outcome.candidates.keys() == {"learner", "network", "joined"}, outcome.why
    assert (outcome.kind, outcome.why) == ("joined", "Told so.")
    assert outcome.scored == len([*read_scored(plain.into / SCORED)]) < 12
    assert plain.choice.kind in KINDS
    on = f"scored on the {outcome.scored} documents on which all were tried"
    assert on in plain.choice.why, "which are one part"
    assert (outcome.documents, outcome.taught) == (12, {"PER": 12, "LOC": 12}), "one is of all"
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
    assert (outcome.kind, outcome.overlapping) == ("network", True)
    assert outcome.scored == len([*read_scored(overlapping.into / SCORED)]) < 8
    taught = 8 - outcome.scored
    assert outcome.why == (
        f"Told so. The network learnt from {taught} of 8 documents: it was scored on the others."
    )
    assert outcome.documents == taught
    assert outcome.taught == {"PER": taught, "LOC": taught, "VISIT": taught}
    assert len(outcome.hashes) == 9
    assert OF_BASE in outcome.hashes, "what taught its base taught it"
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


def likely_in(nlp: Language, material: Path) -> list[dict[tuple[int, int, str], float]]:
    """What a network finds possible in each document of the dev part, and how likely."""
    docs = [blank_copy(doc) for doc in DocBin().from_disk(material / TRIED_ON).get_docs(nlp.vocab)]
    return [{each[:3]: each.score for each in likely} for _, likely in network_found(nlp, docs)]


def test_the_network_that_was_scored_can_be_repeated_by_hand(
    plain: Trained, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "spacy", "train", "config.cfg", "--output", tmp_path / "out"]
    subprocess.run(command, cwd=plain.into, check=True, capture_output=True, timeout=120)
    by_hand = spacy.load(tmp_path / "out" / "model-last")
    nlp = spacy.load(plain.into / "pipeline")
    assert [each.text for each in by_hand(TEXTS[0])] == [each.text for each in nlp(TEXTS[0])]
    scored = [{(*span,): score for *span, score in likely} for _, likely in plain.found]
    assert all(scored)
    found = likely_in(by_hand, plain.into)
    assert found == [pytest.approx(each, abs=1e-3) for each in scored]
    kept = likely_in(spacy.load(plain.saved["network"]), plain.into)
    assert kept != [pytest.approx(each, abs=1e-3) for each in scored], "one of all documents"


@pytest.mark.parametrize(("base", "used"), [(None, ""), ("begun", " --base begun was not used.")])
def test_why_no_network_was_begun(tmp_path: Path, base: str | None, used: str) -> None:
    def missing(seconds: float, parts: Sequence[Split], before: float) -> str:
        tried = Networks(Clock(seconds, lambda step: None))
        shape, own = Shape("general", base=base), load_tokenizer("general")
        with ExitStack() as stack:
            until = time.monotonic() + before
            tried.start(shape, Lessons((), ()), parts, own, tmp_path, stack, until)
        assert tried.kept is None
        return tried.missing

    split = Split((), ())
    assert missing(WORTHWHILE - 1, [split], 99) == NO_TIME + used
    assert missing(99, [split], WORTHWHILE) == NO_TIME + used, "others need some of it"
    assert missing(99, [], 99) == NO_TEXT + used


def test_one_that_fails_leaves_the_learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "WORTHWHILE", 0.0)
    monkeypatch.setattr(networks, "MODULE", "tonemark.training.nothing")
    outcome, into = trained(made(tmp_path, [*tasks(30)], evaluation="0.4"))
    assert outcome.kind == "learner"
    assert "could not be trained" in outcome.why
    assert "tonemark.training.nothing" in outcome.why
    assert {path.name for path in into.iterdir()} == {"pipeline", SCORED}
