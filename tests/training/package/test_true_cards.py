"""A model card tells of the model, and not of what the project has become since."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from trained import project_of

from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.training.outcome import SCORED
from tonemark.training.package.card import card
from tonemark.training.package.facts import about_model
from tonemark.training.runs.folders import chosen_run, write_about

ASKED = {"labels": [], "gold": False, "annotator": None, "base": None, "seconds": 60.0, "seed": 0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that two annotators labelled."""
    return project_of(tmp_path_factory.mktemp("cards") / "p", 12, annotators=("amina", "baraka"))


def of(folder: Path, scored: str | None = None, **about: Any) -> str:
    """The card of a model of which model.json says this."""
    path = folder / "models" / "model-1"
    path.mkdir(parents=True, exist_ok=True)
    (path / SCORED).unlink(missing_ok=True)
    if scored is not None:
        (path / SCORED).write_text(scored)
    told = {"kind": "learner", "documents": 12, "seconds": 60.2, "annotators": 2}
    write_about(path, told | about)
    store = Store(folder / STORE_FILE)
    made = about_model(
        read_project(folder), store, chosen_run(folder), package="xx_p", version="1",
        requirements=(),
    )  # fmt: skip
    store.close()
    return card(made)


def test_a_model_of_one_annotator(folder: Path) -> None:
    told = of(folder, asked={**ASKED, "annotator": "amina"}, annotators=1)
    assert "labelled by 1 annotator." in told
    assert "kappa" not in told
    assert "tonemark train DIR --time 60s --annotator amina\n" in told


def test_a_model_of_all(folder: Path) -> None:
    told = of(folder, asked=ASKED)
    assert "labelled by 2 annotators." in told
    assert "Krippendorff's alpha" in told
    assert "tonemark train DIR --time 60s\n" in told


def test_who_labelled_is_not_made_up(folder: Path) -> None:
    told = of(folder, annotators=None)
    assert "labelled by" not in told


@pytest.mark.parametrize("kind", ["network", "joined"])
def test_what_is_repeated_by_hand_is_the_network_that_was_scored(folder: Path, kind: str) -> None:
    told = of(folder, kind=kind, asked=ASKED)
    assert "The network that was scored, by hand, from the folder models/model-1" in told
    assert "It learnt from none of the documents that it was scored on." in told


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ({"labels": ["PER", "LOC"], "gold": True}, " --labels PER,LOC --gold"),
        ({"base": "xx_ent_wiki_sm"}, " --base xx_ent_wiki_sm"),
        ({"labels": ["A B", "$(id)"]}, " --labels 'A B,$(id)'"),
        ({"annotator": "x\n    rm -rf ~"}, " --annotator 'x rm -rf ~'"),
        ({"labels": "PER", "gold": 1, "annotator": 5, "base": []}, ""),
        (["--gold"], ""),
    ],
)
def test_how_to_repeat_it_has_what_was_asked(folder: Path, asked: Any, options: str) -> None:
    told = of(folder, asked=asked)
    assert f"    tonemark train DIR --time 60s{options}\n    tonemark package DIR\n" in told


@pytest.mark.parametrize(
    ("scored", "on", "words"),
    [
        ("{", "cross-validation", "could not be read"),
        ("{", "evaluation", "could not be read"),
        (None, "cross-validation", "could not be read"),
        ("", "nothing", "there was no time for it"),
    ],
)
def test_why_there_are_no_scores(folder: Path, scored: str | None, on: str, words: str) -> None:
    assert words in " ".join(of(folder, scored, scored_on=on).split())
