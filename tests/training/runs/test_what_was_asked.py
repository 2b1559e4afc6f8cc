"""A model keeps what was asked for and who taught it; the hashes of its texts lie apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trainings import answered, stand_in, trained

from tonemark.corpus.shares import hash_of
from tonemark.errors import TonemarkError
from tonemark.training.outcome import TrainSettings
from tonemark.training.runs import folders
from tonemark.training.runs.folders import HASHES, Run, hashes_of, runs, write_about
from tonemark.training.runs.running import run_training
from tonemark.training.runs.telling import options


def test_what_was_asked_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = answered(tmp_path / "habari")
    run, about = trained(folder, stand_in(tmp_path / "site"), monkeypatch)
    assert (options(about), about["annotators"]) == ([], 1)
    asked = TrainSettings(labels=("PER",), gold=True, base="xx_base")
    run, about = run_training(folder, asked)
    assert run.about["asked"] == about["asked"]
    assert options(run.about) == ["--labels", "PER", "--gold", "--base", "xx_base"]
    run, _ = run_training(folder, TrainSettings(annotator="amina"))
    assert options(run.about) == ["--annotator", "amina"]
    assert run.figure("annotators") == 1


def model(folder: Path, *texts: str) -> Run:
    path = folder / "models" / "model-1"
    path.mkdir(parents=True)
    write_about(path, {"kind": "learner", "hashes": [hash_of(text).hex() for text in texts]})
    (run,) = runs(folder)
    return run


def test_hashes_are_read_where_they_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look at models with a hundred thousand texts each is a look at small files."""
    run = model(tmp_path, *map(str, range(1000)))
    assert "hashes" not in run.about
    assert (run.path / folders.ABOUT).stat().st_size < 1000
    assert hash_of(" 7 ").hex() in hashes_of(run)
    assert len(hashes_of(run)) == 1000


@pytest.mark.parametrize("text", [None, "{", "{}", '"abc"', "[" * 500])
def test_a_model_of_which_nobody_knows_what_taught_it_says_so(
    tmp_path: Path, text: str | None
) -> None:
    run = model(tmp_path, "Asha")
    assert hashes_of(run) == {hash_of("asha").hex()}
    if text is None:
        (run.path / HASHES).unlink()
    else:
        (run.path / HASHES).write_text(text)
    with pytest.raises(TonemarkError, match="is not known"):
        hashes_of(run)


def test_equal_texts_have_one_hash() -> None:
    assert hash_of("Asha  yuko\n") == hash_of("asha yuko") != hash_of("asha")
    assert json.dumps(hash_of("\ud800").hex())
