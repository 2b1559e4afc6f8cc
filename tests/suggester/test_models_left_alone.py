"""Where a pipeline suggests nothing: on texts that taught its package, and where it may not be
loaded, which is looked at again without reading all of it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pipelines import NAME, made_model, plug_pipeline
from suggesters import until
from suggesting_models import Work, step_through, suggested

from tonemark.corpus.shares import hash_of
from tonemark.errors import TonemarkError
from tonemark.files import DEEPEST
from tonemark.suggester.modelling import Modelling
from tonemark.training import suggesting
from tonemark.training.runs import folders
from tonemark.training.runs.folders import HASHES
from tonemark.training.runs.trusted import trust
from tonemark.training.suggesting import Digests, installed, of_package

# What taught an installed one

EQUAL = [hash_of("Asha  LEO").hex()]


def test_what_taught_a_package_gets_none_of_its_suggestions_nor_what_is_equal(
    models_at_work: Work, site: Path
) -> None:
    plug_pipeline(site)
    (site / NAME / HASHES).write_text(json.dumps(EQUAL))
    store, made = models_at_work("Asha leo", "Asha jana", "asha leo")
    step_through(made)
    assert [len(suggested(store, number)) for number in (1, 2, 3)] == [0, 1, 0]


def test_which_texts_taught_it_is_told_without_its_code(site: Path) -> None:
    plug_pipeline(site, "raise SystemExit")
    (site / NAME / HASHES).write_text(json.dumps(EQUAL))
    (found,) = (each for each in installed() if each.name == NAME)
    assert of_package(found).learnt == {*EQUAL}


DAMAGED: dict[str, Callable[[Path], object]] = {
    "none": lambda path: None,
    "cut": lambda path: path.write_text(json.dumps(EQUAL)[:9]),
    "no list": lambda path: path.write_text(json.dumps({"hashes": EQUAL})),
    "no text": lambda path: path.write_bytes(b"\xff\xfe["),
    "deep": lambda path: path.write_text("[" * 100 * DEEPEST + "]" * 100 * DEEPEST),
    "huge": lambda path: path.write_text(json.dumps([*EQUAL, "a" * 2000])),
    "pipe": os.mkfifo,
    "folder": Path.mkdir,
    "device": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_package_that_does_not_tell_it_suggests_as_any(
    damage: str, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "ABOUT_LIMIT", 2000)
    plug_pipeline(site)
    DAMAGED[damage](site / NAME / HASHES)
    (found,) = (each for each in installed() if each.name == NAME)
    assert of_package(found) == suggesting.Pipeline(NAME, "1.2", ("CITY", "PER"))


def test_once_it_is_told_what_was_suggested_before_is_taken_back(
    models_at_work: Work, site: Path
) -> None:
    """The same version of the package, made anew."""
    plug_pipeline(site)
    store, made = models_at_work("Asha leo", "Asha jana")
    step_through(made)
    assert [len(suggested(store, number)) for number in (1, 2)] == [1, 1]
    (site / NAME / HASHES).write_text(json.dumps(EQUAL))
    again = Modelling(store, made.project, made.tokenizer, print)
    step_through(again)
    again.close()
    assert [len(suggested(store, number)) for number in (1, 2)] == [0, 1]


# What may not be loaded


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders that were read whole."""
    found: list[Path] = []
    digest_of = suggesting.digest_of
    monkeypatch.setattr(
        suggesting, "digest_of", lambda path: (found.append(path), digest_of(path))[1]
    )
    return found


def look_again(made: Modelling) -> None:
    """As when it has waited for long enough, three times."""
    for _ in range(3):
        made._looked -= 1000.0
        step_through(made)


def test_a_model_that_is_not_trusted_is_read_once(models_at_work: Work, read: list[Path]) -> None:
    store, made = models_at_work("Asha leo", model="model-1", before=made_model)
    step_through(made)
    look_again(made)
    assert made.trouble
    assert len(read) == 1
    pipeline = store.path.parent / "models" / "model-1" / "pipeline"
    trust(pipeline)
    made._looked -= 1000.0
    until(lambda: made.step() or made._underway)
    step_through(made)
    assert made.trouble is None
    assert len(suggested(store, 1)) == 1
    assert len(read) == 1


@pytest.mark.parametrize("what", ["link", "empty"])
def test_one_that_cannot_be_read_is_tried_once_until_it_is_mended(
    what: str, models_at_work: Work, read: list[Path]
) -> None:
    def before(folder: Path) -> None:
        pipeline = made_model(folder) / "pipeline"
        trust(pipeline)
        if what == "link":
            (pipeline / "more").symlink_to("/etc/hosts")
        else:
            pipeline.rename(pipeline.with_name("away"))

    store, made = models_at_work("Asha leo", model="model-1", before=before)
    step_through(made)
    look_again(made)
    assert made.trouble
    assert "cannot be read" in made.trouble.title
    assert len(read) == 1
    pipeline = store.path.parent / "models" / "model-1" / "pipeline"
    if what == "link":
        (pipeline / "more").unlink()
    else:
        pipeline.with_name("away").rename(pipeline)
    made._looked -= 1000.0
    until(lambda: made.step() or made._underway)
    step_through(made)
    assert len(suggested(store, 1)) == 1
    assert len(read) == 2


CHANGES: dict[str, Callable[[Path], object]] = {
    "other bytes of the same size at the same time": lambda path: rewritten(path / "a"),
    "a file more": lambda path: (path / "deep" / "c").write_text(""),
    "a file less": lambda path: (path / "deep" / "b").unlink(),
    "another name": lambda path: (path / "a").rename(path / "d"),
    "a link in its place": lambda path: ((path / "a").unlink(), (path / "a").symlink_to("deep/b")),
}


def rewritten(path: Path) -> None:
    its = path.stat()
    path.write_text("other")
    os.utime(path, ns=(its.st_atime_ns, its.st_mtime_ns))


def a_tick_later(path: Path) -> None:
    """File systems tell times in steps of their own: wait for the one after that of a file."""
    clock = path.parents[2] / "clock"

    def is_later() -> bool:
        clock.write_text("")
        return clock.stat().st_ctime_ns > path.stat().st_ctime_ns

    until(is_later)


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_in_a_folder_it_is_read_again(
    change: str, tmp_path: Path, read: list[Path]
) -> None:
    path = tmp_path / "pipeline"
    (path / "deep").mkdir(parents=True)
    (path / "a").write_text("first")
    (path / "deep" / "b").write_text("second")
    digests = Digests()
    before = digests.of(path)
    assert digests.of(path) == before
    assert len(read) == 1
    a_tick_later(path / "deep" / "b")
    CHANGES[change](path)
    if change == "a link in its place":
        with pytest.raises(TonemarkError, match="is a link"):
            digests.of(path)
    else:
        assert digests.of(path) != before
    assert len(read) == 2
