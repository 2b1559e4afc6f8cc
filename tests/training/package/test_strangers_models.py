"""A model that came from elsewhere is not packaged as if it were one's own: nothing of it is
loaded, and what its files say is not passed on."""

from __future__ import annotations

import json
import shutil
import warnings
from pathlib import Path

import pytest
from trained import add_model, project_of

from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.training.package import loading
from tonemark.training.package.packaging import Packaged, package_model
from tonemark.training.runs.folders import chosen_run
from tonemark.training.runs.trusted import trust


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a model that nobody has said may be loaded."""
    folder = project_of(tmp_path_factory.mktemp("strangers") / "p", 6)
    add_model(folder, trusted=False)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, of which no package is tried."""
    monkeypatch.setattr("tonemark.training.package.packaging.compare", lambda *given: set())
    return Path(shutil.copytree(template, tmp_path / "p"))


def packaged(folder: Path) -> Packaged:
    store = Store(folder / STORE_FILE)
    try:
        return package_model(read_project(folder), store, chosen_run(folder), folder.parent)
    finally:
        store.close()


def test_it_is_not_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*given: object) -> None:
        raise AssertionError("it was loaded")

    monkeypatch.setattr("spacy.load", load)
    with pytest.raises(TonemarkError, match="not trained by you here") as error:
        packaged(folder)
    assert "tonemark model DIR model-1" in error.value.remedy
    assert not [*folder.parent.glob("xx_p*")]


def test_one_that_was_changed_since_is_another(folder: Path) -> None:
    pipeline = folder / "models" / "model-1" / "pipeline"
    trust(pipeline)
    (pipeline / "more").write_text("")
    with pytest.raises(TonemarkError, match="was changed since"):
        packaged(folder)


def test_what_is_packed_is_what_was_looked_at(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes the model between the look and the copy."""
    pipeline = folder / "models" / "model-1" / "pipeline"
    trust(pipeline)
    real = loading.loaded

    def late(name: str, path: Path) -> object:
        (pipeline / "late.txt").write_text("evil")
        return real(name, path)

    monkeypatch.setattr("tonemark.training.package.packaging.loaded", late)
    made = packaged(folder)
    assert not [*made.folder.rglob("late.txt")]


def test_its_range_of_spacy_is_not_taken_over(folder: Path) -> None:
    pipeline = folder / "models" / "model-1" / "pipeline"
    meta = json.loads((pipeline / "meta.json").read_text())
    meta["spacy_version"] = ">=0.1"
    (pipeline / "meta.json").write_text(json.dumps(meta))
    trust(pipeline)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # spaCy's, of the version
        made = packaged(folder)
    (needed,) = (each for each in made.requirements if each.startswith("spacy"))
    assert needed.startswith("spacy>=3.")
    assert json.loads((made.folder / "meta.json").read_text())["spacy_version"] == needed[5:]
