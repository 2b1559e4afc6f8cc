"""Trainings that end well or otherwise: the models of a project are complete or not there."""

from __future__ import annotations

import json
import os
import resource
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from trainings import (
    DEADLINE,
    answered,
    begun,
    content,
    finished,
    is_locked,
    makers,
    stand_in,
    trained,
    until,
)

from tonemark.corpus.soundness.project import Checked, examine
from tonemark.errors import TonemarkError
from tonemark.training.outcome import TrainSettings
from tonemark.training.runs.folders import (
    hashes_of,
    last_run,
    models_in,
    newest,
    run_named,
    runs,
)
from tonemark.training.runs.running import run_training

MAKES_SLOWLY = """
marks = Path(os.environ["MARKS"])
def at(moment):
    (marks / moment).touch()
    wait_for(marks / f"after {moment}")
at("began")
(into / "pipeline").mkdir()
with open(into / "pipeline" / "weights", "wb") as stream:
    stream.write(b"x" * 10_000)
    at("half")
    stream.write(b"x" * 10_000)
at("made")
return outcome()
"""
"""Waits at each moment to be let go on."""

ENDS_SLOWLY = """
import os
from pathlib import Path
import tonemark.training.runs.folders as made
settle = made._settle
def settled(path):
    settle(path)
    (Path(os.environ["MARKS"]) / "settled").touch()
    while not (Path(os.environ["MARKS"]) / "after settled").exists():
        __import__("time").sleep(0.005)
if os.environ.get("SLOW_END"):
    made._settle = settled
"""

MOMENTS = ("began", "half", "made", "settled")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in which all documents are answered."""
    return answered(tmp_path / "habari")


@pytest.fixture
def marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a training says at which moment it is, and is told to go on."""
    place = tmp_path / "marks"
    place.mkdir()
    monkeypatch.setenv("MARKS", str(place))
    return place


def test_each_training_is_the_next_model(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = stand_in(tmp_path / "site")
    first, about = trained(folder, site, monkeypatch)
    assert first.path == folder / "models" / "model-1"
    assert sorted(content(first.path)) == ["model.json", "pipeline/meta.json", "texts.json"]
    assert about["kind"] == first.words("kind") == "learner"
    assert "hashes" not in about
    assert "hashes" not in first.about
    assert hashes_of(first) == {"abc"}
    (models_in(folder) / "model-7").mkdir()
    second, _ = trained(folder, site, monkeypatch)
    assert second.name == "model-8", "what is there keeps its number"
    assert [run.name for run in runs(folder)] == ["model-1", "model-8"]
    assert newest(folder) == "model-8"
    assert last_run(folder) == run_named(folder, "model-8") == second
    assert time.time() - 3600 < second.made < time.time() + 1
    assert not list(models_in(folder).glob(".making-*"))


@pytest.mark.parametrize(
    ("moment", "whom"),
    [*((each, "parent") for each in MOMENTS), *((each, "child") for each in MOMENTS[:-1])],
)
def test_kill_9_leaves_the_last_good_model_and_the_next_training_cleans_up(
    moment: str, whom: str, folder: Path, tmp_path: Path, marks: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    good = finished(folder).path
    before = content(good), content(folder)
    site = stand_in(tmp_path / "slow", MAKES_SLOWLY, ENDS_SLOWLY)
    process = begun(folder, site, "--json", environment={"SLOW_END": "1"})
    for each in MOMENTS[: MOMENTS.index(moment)]:
        (marks / f"after {each}").touch()
    until((marks / moment).exists, moment)
    victims = [process.pid] if whom == "parent" else makers(folder)
    for each in victims:
        os.kill(each, signal.SIGKILL)
    _, said = process.communicate(timeout=DEADLINE)
    if whom == "child":
        assert process.returncode == 1
        assert "The training came to nothing" in said
        assert "Traceback" not in said
    until(lambda: not is_locked(folder) and not makers(folder), "the end of its processes")
    assert [run.path for run in runs(folder)] == [good]
    assert content(good) == before[0]
    left = list(models_in(folder).glob(".making-*"))
    assert bool(left) == (whom == "parent")
    findings = [each for each in examine(folder, Checked()) if "model" in each.what]
    assert [each.harmless for each in findings] == [True] * len(left)
    run, _ = trained(folder, stand_in(tmp_path / "site"), monkeypatch)
    assert run.name == "model-2"
    assert not list(models_in(folder).glob(".making-*"))
    after = content(folder)
    assert {name for name in after if not name.startswith("models/model-2/")} == set(before[1])
    assert after["project.toml"] == before[1]["project.toml"]


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        ("began", signal.SIGINT),
        ("half", signal.SIGTERM),
        ("made", signal.SIGHUP),
        ("settled", signal.SIGINT),
    ],
)
def test_what_is_stopped_leaves_nothing(
    moment: str, number: int, folder: Path, tmp_path: Path, marks: Path
) -> None:
    site = stand_in(tmp_path / "slow", MAKES_SLOWLY, ENDS_SLOWLY)
    process = begun(folder, site, "--json", environment={"SLOW_END": "1"})
    for each in MOMENTS[: MOMENTS.index(moment)]:
        (marks / f"after {each}").touch()
    until((marks / moment).exists, moment)
    process.send_signal(number)
    said, wrong = process.communicate(timeout=DEADLINE)
    assert process.returncode not in (0, -number)
    assert "Traceback" not in wrong
    assert not said
    assert os.listdir(models_in(folder)) == [".lock"]
    assert not makers(folder)


def test_who_trains_is_ended_with_whoever_reads_it(
    folder: Path, tmp_path: Path, marks: Path
) -> None:
    """As the screen's end closes its pipe."""
    code = 'progress(step())\nwait_for(Path(os.environ["MARKS"]) / "never")'
    process = begun(folder, stand_in(tmp_path / "slow", code), "--json", "--progress")
    assert process.stdout
    assert "progress" in json.loads(process.stdout.readline())
    process.stdout.close()
    process.wait(DEADLINE)
    assert os.listdir(models_in(folder)) == [".lock"]
    assert not makers(folder)


@pytest.mark.parametrize(
    ("code", "limit", "said"),
    [
        ("(into / 'weights').write_bytes(b'x' * 4_000_000)", 1_000_000, "File too large"),
        ("import errno\nraise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))", 0, "No space"),
        ("return outcome(hashes=('x' * 40,) * 50_000)", 1_000_000, "File too large"),
    ],
    ids=["its files", "anywhere", "its model.json"],
)
def test_a_full_disk_leaves_the_last_good_model(
    code: str, limit: int, said: str, folder: Path, tmp_path: Path
) -> None:
    good = finished(folder).path
    before = content(good)
    process = begun(folder, stand_in(tmp_path / "full", code), "--json")
    if limit:
        hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, hard))
    out, wrong = process.communicate(timeout=DEADLINE)
    assert process.returncode == 1, out
    assert f"The model cannot be written to {folder / 'models'}: {said}" in wrong
    assert "Traceback" not in wrong
    assert content(good) == before
    assert sorted(os.listdir(models_in(folder))) == [".lock", "model-1"]


@pytest.mark.parametrize("step", ["fsync", "rename"])
def test_a_disk_that_fails_at_the_end_leaves_the_last_good_model(
    step: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(folder)
    monkeypatch.setenv("PYTHONPATH", str(stand_in(tmp_path / "site")))

    def fail(*given: Any, **more: Any) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(TonemarkError, match="No space left"):
        run_training(folder, TrainSettings())
    monkeypatch.undo()
    assert sorted(os.listdir(models_in(folder))) == [".lock", "model-1"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os._exit(3)", "its process ended .exit code 3."),
        ("os.kill(os.getpid(), 11)", "ended by signal 11"),
        ("raise MemoryError", "memory of this machine is not enough"),
        ("1 / 0", "ZeroDivisionError"),
        ("print('x' * 100_000)\n1 / 0", "ZeroDivisionError"),
        ("from tonemark.errors import TonemarkError\nraise TonemarkError('No.', 'Do.')", "No. Do."),
        ("store.db.execute('SELECT 1 FROM absent')", "no such table"),
    ],
)
def test_a_training_that_comes_to_nothing_says_why(
    code: str, said: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TonemarkError, match=said):
        trained(folder, stand_in(tmp_path / "site", code), monkeypatch)
    assert os.listdir(models_in(folder)) == [".lock"]


def test_a_second_training_is_told_that_one_goes_on(
    folder: Path, tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = begun(folder, stand_in(tmp_path / "slow", MAKES_SLOWLY), "--json")
    until((marks / "began").exists, "the first")
    with pytest.raises(TonemarkError, match="being trained in this project already"):
        trained(folder, stand_in(tmp_path / "site"), monkeypatch)
    assert len(list(models_in(folder).glob(".making-*"))) == 1, "the first one's is left alone"
    assert not [each for each in examine(folder, Checked()) if "model" in each.what]
    for each in MOMENTS:
        (marks / f"after {each}").touch()
    said, _ = process.communicate(timeout=DEADLINE)
    assert json.loads(said)["name"] == "model-1"


def test_what_is_told_comes_in_order_and_may_end_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """
    for n in range(5):
        progress(step(f"stage {n}", loss=5.0 - n))
    return outcome()
    """
    monkeypatch.setenv("PYTHONPATH", str(stand_in(tmp_path / "site", code)))
    seen: list[Any] = []
    run_training(folder, TrainSettings(), seen.append)
    assert [each["stage"] for each in seen] == [f"stage {n}" for n in range(5)]
    assert seen[0] == {"stage": "stage 0", "seconds": 0.5, "left": 1.0, "loss": 5.0, "words": 0}

    def refuse(step: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_training(folder, TrainSettings(), refuse)
    assert sorted(os.listdir(models_in(folder))) == [".lock", "model-1"]
    assert not makers(folder)


def test_the_settings_reach_it(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "return outcome(why=repr(settings))"
    monkeypatch.setenv("PYTHONPATH", str(stand_in(tmp_path / "site", code)))
    asked = TrainSettings(7.5, ("PER", "Ẹ̀kọ́"), True, None, "sw_core", 3)
    assert run_training(folder, asked)[1]["why"] == repr(asked)


def test_it_is_of_low_priority_and_takes_one_thread(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "return outcome(why=f'{os.nice(0)} {os.environ[\"OMP_NUM_THREADS\"]} {os.getcwd()}')"
    about = trained(folder, stand_in(tmp_path / "site", code), monkeypatch)[1]
    assert about["why"] == f"{min(19, os.nice(0) + 10)} 1 /"
