"""The models of a project: which there are, whoever put them there, and where one is made."""

from __future__ import annotations

import json
import os
import stat
import time
from pathlib import Path

import pytest
from trainings import answered, content, stand_in, trained

from tonemark.corpus.project_file import check_no_part
from tonemark.corpus.soundness.project import Checked, examine
from tonemark.errors import TonemarkError
from tonemark.training.runs.folders import (
    making,
    models_in,
    newest,
    run_named,
    runs,
    size_of,
    write_about,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in which all documents are answered."""
    return answered(tmp_path / "habari")


def test_a_link_out_of_the_project_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    models_in(folder).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(TonemarkError, match="leads out of the project"), making(folder):
        pass
    assert not os.listdir(tmp_path / "elsewhere")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_a_lock_that_is_none_is_refused(kind: str, folder: Path, tmp_path: Path) -> None:
    models_in(folder).mkdir()
    lock = models_in(folder) / ".lock"
    if kind == "link":
        lock.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(lock)
    else:
        lock.mkdir()
    with pytest.raises(TonemarkError, match="cannot be written"), making(folder):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_what_is_half_is_taken_away_and_no_link_in_it_is_followed(
    folder: Path, tmp_path: Path
) -> None:
    models_in(folder).mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work").touch()
    half = models_in(folder) / ".making-00000000"
    half.mkdir()
    (half / "pipeline").symlink_to(tmp_path / "mine")
    (models_in(folder) / ".making-link").symlink_to(tmp_path / "mine")
    with making(folder) as made:
        assert not half.exists()
        assert made.place.name == "model-1"
    assert (tmp_path / "mine" / "work").exists()


def test_what_is_no_model_is_passed_over(folder: Path, tmp_path: Path) -> None:
    models = models_in(folder)
    models.mkdir()

    def put(name: str, about: str) -> Path:
        (models / name).mkdir()
        (models / name / "model.json").write_text(about)
        return models / name

    put("good", '{"f1": 0.5, "made": 5, "kind": "learner"}')
    put("odd", '{"f1": "much", "made": -3, "kind": ["x"]}')
    put("list", "[]")
    put("deep", "[" * 100_000)
    put("broken", '{"f1"')
    put(".making-12", "{}")
    put("evil\x1b[31m", '{"f1": 1}')
    (models / "empty").mkdir()
    (models / "notes.txt").write_text("mine")
    (models / "model-9").symlink_to(put("bad name", '{"f1": 1}'))
    (models / "piped").mkdir()
    os.mkfifo(models / "piped" / "model.json")
    found = runs(folder)
    assert [run.name for run in found] == ["odd", "good"]
    assert (found[0].figure("f1"), found[0].made, found[0].words("kind")) == (0.0, 0.0, "")
    assert run_named(folder, "../models/good") is None
    assert newest(folder) in {"good", "odd", "list", "deep", "broken", "piped"}
    assert newest(tmp_path) == ""
    assert [each for each in examine(folder, Checked()) if not each.harmless] == []


def test_models_are_as_open_to_the_group_as_the_project(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o2775)
    site = stand_in(tmp_path / "site")
    mask = os.umask(0o077)
    try:
        run, _ = trained(folder, site, monkeypatch)
    finally:
        os.umask(mask)
    for each in (models_in(folder), *models_in(folder).rglob("*")):
        wanted = 0o070 if each.is_dir() else 0o060
        assert stat.S_IMODE(each.stat().st_mode) & wanted == wanted, each
    assert size_of(run.path) == sum(map(len, content(run.path).values()))


@pytest.mark.parametrize(
    "inside", ["models", "models/out", "models/model-1/pipeline/x", "journal/a/b", "suggester"]
)
def test_nothing_is_exported_over_a_part_of_the_project(inside: str, folder: Path) -> None:
    with pytest.raises(TonemarkError, match="is a part of the project"):
        check_no_part(folder / inside)


@pytest.mark.parametrize("inside", ["out", "exports/out", "mine/models", "model-1/models.conll"])
def test_elsewhere_in_the_project_may_be_exported_to(inside: str, folder: Path) -> None:
    check_no_part(folder / inside)


def test_a_model_says_when_and_by_what_it_was_made(tmp_path: Path) -> None:
    write_about(tmp_path, {"kind": "learner", "why": "Ẹ̀kọ́"})
    about = json.loads((tmp_path / "model.json").read_text())
    assert about["why"] == "Ẹ̀kọ́"
    assert about["tonemark"]
    assert abs(about["made"] - time.time()) < 600
