"""`package`: what it says and refuses (tests/training looks at what it makes)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
from trained import add_model, project_of

from tonemark.training.runs.trusted import trust

Tonemark = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a model."""
    folder = project_of(tmp_path_factory.mktemp("package") / "habari", 12)
    add_model(folder)
    return folder


@pytest.fixture(autouse=True)
def mine(folder: Path) -> None:
    """Whoever runs a test has trained that model: each has a home of its own."""
    trust(folder / "models" / "model-1" / "pipeline")


def test_it_says_what_was_made_and_how_it_is_used(
    folder: Path, tmp_path: Path, tonemark: Tonemark
) -> None:
    out = tmp_path / "made" / "here"
    done = tonemark("package", folder, "-o", out, "--name", "names", "--version", "1.0")
    wheel = out / "xx_names-1.0" / "dist" / "xx_names-1.0-py3-none-any.whl"
    assert wheel.is_file()
    lines = done.stdout.splitlines()
    assert lines[0] == f"Made {out}/xx_names-1.0: xx_names 1.0, of model-1."
    assert "It finds what the model finds in 12 texts, without Tonemark." in lines
    assert f"    python -m pip install {wheel}" in lines


def test_json(
    folder: Path, tmp_path: Path, tonemark: Tonemark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tonemark.training.package.packaging.compare", lambda *given: set())
    monkeypatch.chdir(tmp_path)
    found = json.loads(tonemark("package", folder, "model-1", "--json").stdout)
    assert found["package"] == "xx_habari"
    assert found["version"] == "0.0.1"
    assert Path(found["wheel"]).is_file()
    assert Path(found["sdist"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("model-9",), 'There is no model "model-9" in this project.'),
        (("--name", "a b"), '"a b" cannot be the name of a package.'),
        (("--version", "one"), '"one" is no version.'),
    ],
)
def test_refusals(
    folder: Path, tonemark: Tonemark, arguments: tuple[str, ...], said: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    done = tonemark("package", folder, *arguments, code=1)
    assert said in " ".join(done.stderr.split())


def test_no_model_yet(tmp_path: Path, tonemark: Tonemark) -> None:
    folder = project_of(tmp_path / "p", 2)
    done = tonemark("package", folder, code=1)
    assert "No model has been trained in this project yet." in done.stderr


def test_a_model_from_elsewhere_is_not_loaded(
    folder: Path, tmp_path: Path, tonemark: Tonemark, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    done = tonemark("package", folder, "-o", tmp_path, code=1)
    assert "was not trained by you here" in " ".join(done.stderr.split())
    assert f"tonemark model {folder} model-1" in done.stderr
