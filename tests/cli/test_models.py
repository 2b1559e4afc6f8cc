"""Which model suggests, shown and chosen from outside."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from making import desk_in, made_project
from pipelines import NAME, made_model, plug_pipeline

from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.uncertain import lots
from tonemark.training.outcome import SCORED, Scored, ScoredSpan, TrainSettings, write_scored
from tonemark.training.runs import running
from tonemark.training.runs.folders import Making, write_about
from tonemark.training.runs.trusted import digest_of, is_trusted

Runs = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return made_project(tmp_path / "habari")


def flat(done: subprocess.CompletedProcess[str]) -> str:
    """What was said, on one line."""
    return " ".join((done.stdout + done.stderr).split())


def test_a_project_without_models_says_how_to_have_one(tonemark: Runs, folder: Path) -> None:
    done = tonemark("model", folder)
    assert done.returncode == 0
    assert "No model has been trained" in flat(done)
    assert f"tonemark train {folder}" in flat(done)


def test_models_are_shown_with_their_scores_and_which_suggests(
    tonemark: Runs, folder: Path, site: Path
) -> None:
    plug_pipeline(site)
    made_model(folder, "model-1", f1=0.25)
    made_model(folder, "model-2", f1=0.75)
    said = flat(tonemark("model", folder))
    assert "F1 0.250 on 8" in said
    assert "not loaded" in said
    assert "None of them suggests." in said
    assert f"{NAME}: installed, tests-pipe 1.2; labels: PER; left out" in said
    tonemark("model", folder, "model-2")
    lines = tonemark("model", folder).stdout.splitlines()
    assert [line for line in lines if line.startswith("* model-2: learner")]
    assert "model-2 suggests." in lines
    report = json.loads(tonemark("model", folder, "--json").stdout)
    assert (report["model"], report["suggests"], report["trouble"]) == ("model-2", True, None)
    assert [each["trusted"] for each in report["models"]] == [False, True]
    assert [each["f1"] for each in report["models"]] == [0.25, 0.75]
    assert report["installed"] == [
        {"name": NAME, "package": "tests-pipe", "version": "1.2", "labels": ["CITY", "PER"]}
    ]


def test_choosing_one_trusts_it_and_keeps_the_rest_of_the_file(
    tonemark: Runs, folder: Path
) -> None:
    path = made_model(folder)
    file = folder / "project.toml"
    before = file.read_text()
    done = tonemark("model", folder, "model-1")
    assert "model-1 suggests now" in flat(done)
    assert read_project(folder).model == "model-1"
    assert is_trusted(digest_of(path / "pipeline"))
    done = tonemark("model", folder, "none")
    assert "No model suggests now (before: model-1)" in flat(done)
    assert read_project(folder).model == ""
    assert file.read_text() == before


def test_a_model_that_changed_is_shown_as_not_loaded(tonemark: Runs, folder: Path) -> None:
    path = made_model(folder)
    tonemark("model", folder, "model-1")
    (path / "pipeline" / "meta.json").write_text("{}")
    said = flat(tonemark("model", folder))
    assert "was not trained by you here, or was changed since" in said
    assert f"tonemark model {folder} model-1" in said
    report = json.loads(tonemark("model", folder, "--json").stdout)
    assert not report["suggests"]
    assert "changed since" in report["trouble"]


def test_what_is_left_out_is_told(tonemark: Runs, folder: Path, site: Path) -> None:
    plug_pipeline(site)
    said = flat(tonemark("model", folder, NAME))
    assert "Labels that this project has not are left out: CITY." in said
    plug = site / NAME / "meta.json"
    plug.write_text(json.dumps({"labels": {"ner": ["GPE", "DATE"]}}))
    said = flat(tonemark("model", folder, NAME))
    assert "None of its labels is one of this project's, so it suggests nothing: DATE, GPE." in said
    plug.unlink()
    assert "Which labels it has is not told" in flat(tonemark("model", folder, NAME))
    report = json.loads(tonemark("model", folder, NAME, "--json").stdout)
    assert report == {"model": NAME, "before": NAME, "left_out": []}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("model-7", 'There is no model "model-7"'),
        ("regex", "The package regex is no spaCy pipeline"),
        ("../evil", "There is no model"),
        ("xx_nowhere", "no spaCy pipeline of that name is installed"),
        ("", None),
    ],
)
def test_a_name_that_is_none_is_refused_and_nothing_is_changed(
    tonemark: Runs, folder: Path, name: str, words: str | None
) -> None:
    before = (folder / "project.toml").read_bytes()
    done = tonemark("model", folder, name, code=0 if words is None else 1)
    assert words is None or words in flat(done)
    assert (folder / "project.toml").read_bytes() == before


def test_no_code_of_any_pipeline_runs(tonemark: Runs, folder: Path, site: Path) -> None:
    plug_pipeline(site, "raise SystemExit('ran')")
    made_model(folder)
    for arguments in ([], ["--json"], [NAME], ["model-1"], ["none"]):
        assert tonemark("model", folder, *arguments).returncode == 0


def test_what_was_trained_here_may_suggest(
    tonemark: Runs, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Trainer:
        def __init__(self, folder: Path, settings: object, made: Making, began: float) -> None:
            self._path = made.path

        def __enter__(self) -> Trainer:
            return self

        def __exit__(self, *error: object) -> None:
            pass

        def listen(self, *heard: object) -> dict[str, object]:
            (self._path / "pipeline").mkdir()
            (self._path / "pipeline" / "config.cfg").write_text("[nlp]\n")
            write_about(self._path, {"labels": ["PER"]})
            return {}

    monkeypatch.setattr(running, "_Trainer", Trainer)
    run, _ = running.run_training(folder, TrainSettings())
    assert is_trusted(digest_of(run.pipeline))
    report = json.loads(tonemark("model", folder, "--json").stdout)
    assert [each["trusted"] for each in report["models"]] == [True]


def test_scores_and_status_tell_what_came_at_random(tonemark: Runs, folder: Path) -> None:
    """Documents that came by doubt are harder than the rest."""
    file = folder / "project.toml"
    texts = [f"Asha na {n}" for n in range(1, 41)]
    (folder / "more.txt").write_text("\n".join(texts[3:]) + "\n")
    tonemark("add", folder, folder / "more.txt")
    path = made_model(folder, scored_on="cross-validation")
    store = Store(folder / STORE_FILE)
    keys = [document.key for document in store.documents(range(1, 41))]
    lot = lots(store, range(1, 41), 0.0)
    assert 3 < len(lot) < 20
    rows = [
        Scored(key, ((0, 4, "PER"),), ((0, 4 if at in lot else 3, "PER", 0.9),))
        for at, key in enumerate(keys, 1)
    ]
    write_scored(path / SCORED, [Scored(r.key, r.gold, tuple(map(ScoredSpan._make, r.found)))
                                 for r in rows])  # fmt: skip
    assert "at random" not in flat(tonemark("scores", folder))
    assert "at random" not in flat(tonemark("status", folder))
    file.write_text(file.read_text().replace('order = "given"', 'order = "uncertain"'))
    said = flat(tonemark("scores", folder))
    assert f"{len(lot)} of the 40 documents came at random or with a file" in said
    assert "on those alone F1 is 1.000" in said
    report = json.loads(tonemark("scores", folder, "--json").stdout)
    assert (report["at_random"]["documents"], report["at_random"]["f1"]) == (len(lot), 1.0)
    desk = desk_in(folder)
    for number in (min(lot), next(n for n in range(1, 41) if n not in lot)):
        desk.open_document(number)
        desk.answer("accept")
    desk.close()
    assert "2 documents answered on a page, of which 1 (50%) came at random" in flat(
        tonemark("status", folder)
    )
    report = json.loads(tonemark("status", folder, "--json").stdout)
    assert report["order"] == {"answered": 2, "at_random": 1}


def test_doctor_tells_of_a_model_that_is_not_loaded(tonemark: Runs, folder: Path) -> None:
    path = made_model(folder)
    tonemark("model", folder, "model-1")
    assert "the model model-1 suggests" in flat(tonemark("doctor", folder))
    (path / "pipeline" / "meta.json").write_text("{}")
    said = flat(tonemark("doctor", folder, code=1))
    assert "changed since" in said
    assert f"tonemark model {folder} model-1" in said
