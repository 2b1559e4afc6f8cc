"""`scores`: the figures of a trained model, its errors, and what would help it most."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import hostile
import pytest
from trained import project_of

from tonemark.training.outcome import SCORED, Scored, ScoredSpan, write_scored
from tonemark.training.runs.folders import write_about

Tonemark = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of six documents, with a place and a name each, and no model."""
    return project_of(tmp_path_factory.mktemp("scores") / "p", 6)


def model(folder: Path, name: str, *scored: Scored, **more: Any) -> None:
    path = folder / "models" / name
    path.mkdir(parents=True)
    write_scored(path / SCORED, scored)
    about = {"kind": "learner", "f1": 0.5, "documents": 6, "scored": 6, "seconds": 2,
             "scored_on": "cross-validation", "taught": {"PER": 90, "LOC": 3}}  # fmt: skip
    write_about(path, about | more)


def of(folder: Path, name: str, *scored: Scored, **more: Any) -> Path:
    """The project with this model, and none of before."""
    import shutil

    shutil.rmtree(folder / "models", ignore_errors=True)
    model(folder, name, *scored, **more)
    return folder


WRONG = (
    Scored("d1", ((0, 4, "PER"),), (ScoredSpan(0, 4, "LOC", 0.75),)),
    Scored("d2", ((0, 4, "PER"),), (ScoredSpan(0, 6, "PER", 0.5),)),
    Scored("d3", ((0, 4, "PER"),), ()),
    Scored("d4", (), (ScoredSpan(0, 4, "PER", 0.25),)),
    Scored("d5", ((0, 4, "PER"),), (ScoredSpan(0, 4, "PER", 1.0),)),
    Scored("gone", ((0, 4, "PER"),), ()),
)


def test_the_report_says_all(folder: Path, tonemark: Tonemark) -> None:
    done = tonemark("scores", of(folder, "model-1", *WRONG))
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "model-1: learner, learnt from 6 documents; scored on 6 documents with 5 spans"
    )
    for words in (
        "  precision  0.250  0.000 to",
        "same borders, another label  1  20.0%",
        "Borders: it ends too late 1.",
        "       1  PER: LOC",
        "Fewer than 20 spans taught the model: LOC.",
        "      people  PER ",
        "      model   LOC ",
        " (0.75)",
        "      document 1, d1, 0 to 4",
        "      document 3, d3, 0 to 4",
        f"    tonemark annotate {folder} --as NAME --document KEY",
    ):
        assert any(words in line for line in lines), words
    assert not any("gone" in line for line in lines)  # the document is no more
    assert all(len(line) <= 80 for line in lines[:-1])


def test_json_has_all_figures(folder: Path, tonemark: Tonemark) -> None:
    done = tonemark("scores", of(folder, "model-1", *WRONG), "--json")
    found = json.loads(done.stdout)
    assert (found["model"], found["documents"], found["right"]) == ("model-1", 6, 1)
    assert found["f1"] == pytest.approx(2 / 9, abs=1e-6)
    assert found["errors"] == {"label": 1, "boundary": 1, "missed": 2, "spurious": 1}
    (example,) = found["examples"]["boundary"]
    assert (example["document"], example["number"]) == ("d2", 2)
    assert example["gold"] == [[0, 4, "PER"]]
    text = example["text"][example["start"] - example["offset"] :]
    assert text.startswith(("Asha", "Samia", "Baraka", "Zuhura", "Kamau", "Neema"))
    assert found["advice"][0]["f1"] > found["f1"]


def test_models_stand_beside_one_another(folder: Path, tonemark: Tonemark) -> None:
    of(folder, "model-1", *WRONG, f1=0.25)
    model(folder, "model-2", *WRONG, f1=0.75, kind="joined", documents=1234, seconds=61)
    lines = tonemark("scores", folder).stdout.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("models, newest first"))
    assert lines[at + 1].split()[:7] == [
        "model-2", "(this)", "0.750", "joined", "1,234", "6", "61"
    ]  # fmt: skip
    assert lines[at + 2].split()[:2] == ["model-1", "0.250"]
    assert tonemark("scores", folder, "model-1").stdout.startswith("model-1")


@pytest.mark.parametrize(
    ("break_", "said"),
    [
        (lambda path: path.write_text("{"), "it is damaged"),
        (lambda path: path.write_text('{"key": "d1", "gold": [[0]], "found": []}\n'), "is damaged"),
        (lambda path: path.unlink(), "No such file"),
        (lambda path: path.write_text(""), "was scored on no document"),
    ],
)
def test_what_is_not_to_be_had_is_told(
    folder: Path, tonemark: Tonemark, break_: Callable[[Path], Any], said: str
) -> None:
    of(folder, "model-1", *WRONG)
    break_(folder / "models" / "model-1" / SCORED)
    done = tonemark("scores", folder, code=1)
    assert said in " ".join(done.stderr.split())
    assert f"tonemark train {folder}" in done.stderr


def test_no_model_yet(tmp_path: Path, tonemark: Tonemark) -> None:
    folder = project_of(tmp_path / "p", 2)
    done = tonemark("scores", folder, code=1)
    assert "No model has been trained in this project yet." in done.stderr
    assert f"tonemark train {folder}" in done.stderr
    model(folder, "model-1", *WRONG)
    done = tonemark("scores", folder, "model-7", code=1)
    assert 'There is no model "model-7" in this project.' in done.stderr
    assert "It has: model-1." in done.stderr
    assert (
        'There is no model "../model-1"' in tonemark("scores", folder, "../model-1", code=1).stderr
    )


def test_hostile_labels_reach_no_terminal(folder: Path, tonemark: Tonemark) -> None:
    evil = hostile.EVERYTHING
    scored = (
        Scored("d1", ((0, 4, evil),), (ScoredSpan(0, 4, f"{evil}2", 0.5),)),
        Scored("d2", ((0, 4, evil),), (ScoredSpan(0, 6, evil, 0.5),)),
        Scored(evil, ((0, 4, evil),), ()),
    )
    more = {"kind": evil, "scored_on": evil, "taught": {evil: 3, "PER": "x"}, "f1": evil}
    done = tonemark("scores", of(folder, "model-1", *scored, **more))
    said = done.stdout + done.stderr
    assert not [each for each in said if not each.isprintable() and each != "\n"]
