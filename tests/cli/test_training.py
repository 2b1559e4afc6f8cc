"""`train`: what it says before, while and after, with code that stands in for what trains."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from trainings import MAKES, answered, stand_in

from tonemark.cli.commands import VERBS
from tonemark.training.runs.telling import LABELS_SHOWN, in_short, in_words

Tonemark = Callable[..., Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project in which all documents are answered."""
    return answered(tmp_path / "habari")


@pytest.fixture
def trains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has this code train."""

    def put(code: str = MAKES) -> None:
        monkeypatch.setenv("PYTHONPATH", str(stand_in(tmp_path / "site", code)))

    return put


def test_it_says_how_good_the_model_is_and_what_to_do_next(
    folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains()
    done = tonemark("train", folder)
    assert "To learn from: 8 documents with 16 spans." in done.stdout
    assert "model-1: the learner\n" in done.stdout
    assert "F1 0.700 (precision 0.800, recall 0.600) on 8 documents, each scored" in done.stdout
    assert "There was no time for the network." in done.stdout
    assert "LOC: F1 0.400, learnt from 3 examples" in done.stdout
    for line in done.stdout.splitlines():
        if line.startswith("    tonemark "):
            assert line.split()[1] in VERBS
    assert f"    tonemark scores {folder}\n" in done.stdout
    assert not done.stderr


def test_what_would_spoil_it_is_said_before(
    folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains()
    said = tonemark("train", folder).stdout
    assert said.index("2 labels have under 20 examples") < said.index("model-1")
    assert f"    tonemark check {folder}\n" in said


def test_json_ends_with_one_object(
    folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains()
    (line,) = tonemark("train", folder, "--json").stdout.splitlines()
    found = json.loads(line)
    wanted = {"model", "kind", "f1", "precision", "recall", "labels", "seconds"}
    assert wanted | {"name", "why", "documents", "by_label", "advice"} <= set(found)
    assert "hashes" not in found
    assert found["model"] == str(folder / "models" / "model-1")
    assert (found["f1"], found["labels"], found["seconds"]) == (0.7, ["LOC", "PER"], 1.5)
    assert json.loads(Path(found["model"], "model.json").read_text())["f1"] == 0.7


def test_progress_is_a_line_each_and_comes_before(
    folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains("progress(step(loss=2.5, f1=0.25, words=9))\n" + MAKES)
    *steps, last = tonemark("train", folder, "--json", "--progress").stdout.splitlines()
    assert json.loads(steps[0])["progress"] == {
        "stage": "the learner", "seconds": 0.5, "left": 1.0, "loss": 2.5, "f1": 0.25, "words": 9,
    }  # fmt: skip
    assert all("progress" in json.loads(each) for each in steps)
    assert json.loads(last)["name"] == "model-1"


@pytest.mark.parametrize(
    ("given", "seconds"), [("60s", 60), ("90", 90), ("2m", 120), ("1h", 3600), ("24h", 86400)]
)
def test_a_time_is_seconds_minutes_or_hours(
    given: str, seconds: int, folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains("return outcome(why=str(settings.seconds))")
    assert json.loads(tonemark("train", folder, "--json", "--time", given).stdout)["why"] == str(
        float(seconds)
    )


@pytest.mark.parametrize("given", ["0", "-5", "1d", "25h", "soon", "", "1.5m", "9" * 30])
def test_another_is_refused(given: str, folder: Path, tonemark: Tonemark) -> None:
    done = tonemark("train", folder, "--time", given, code=2)
    assert "60s, 5m, or at most 24h" in done.stderr
    assert not (folder / "models").exists()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--gold", "--annotator", "amina"], 2, "gold"),
        (["--labels", ","], 2, "--labels names no label"),
        (["--annotator", "a/b"], 1, "a/b"),
        (["--annotator", "juma"], 1, '"juma" has no answers in this project.'),
        (["--labels", "Ẹ̀KỌ́"], 1, "Ẹ̀KỌ́ is no label of the project."),
        (["--gold"], 1, "none is left to learn from"),
    ],
)
def test_what_cannot_be_learnt_is_said_before_anything_is_made(
    options: list[str], code: int, said: str, folder: Path, tonemark: Tonemark
) -> None:
    done = tonemark("train", folder, *options, code=code)
    assert said in done.stderr
    assert not done.stdout
    assert not (folder / "models").exists()


def test_without_answers_it_says_what_to_do(tmp_path: Path, tonemark: Tonemark) -> None:
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", "PER")
    said = tonemark("train", folder, code=1).stderr
    assert "The project has no documents." in said
    assert f"    tonemark add {folder} FILE" in said


def test_a_failure_is_one_error_and_no_object(
    folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains("from tonemark.errors import TonemarkError\nraise TonemarkError('No \\x1b[2J.', 'Do.')")
    done = tonemark("train", folder, "--json", code=1)
    assert done.stderr == "tonemark: No ␛[2J.\n  Do.\n"
    assert not done.stdout
    assert os.listdir(folder / "models") == [".lock"]


def test_doctor_counts_the_models(
    folder: Path, trains: Callable[..., None], tonemark: Tonemark
) -> None:
    trains()
    assert "models/" not in tonemark("doctor", folder).stdout
    tonemark("train", folder, "--json")
    (folder / "models" / "notes.txt").write_text("mine")
    said = tonemark("doctor", folder).stdout
    assert "1 model in models/ take" in said
    assert "the last is model-1, F1 0.700" in said


# In words


def test_a_model_that_could_not_be_scored_says_so() -> None:
    about = {"kind": "learner", "scored_on": "nothing", "scored": 0, "documents": 1}
    said = "\n".join(in_words("model-1", about))
    assert "how good it is, nobody knows yet" in said
    assert "F1" not in said
    assert in_short("model-1", about) == "model-1 is trained"


def test_advice_comes_last_and_only_the_best() -> None:
    about = {"kind": "joined", "scored": 3, "cut": 2, "advice": ["Label more PER.", "Other."]}
    *_, title, last = in_words("model-2", about)
    assert (title, last) == ("What would help most:", "  Label more PER.")
    assert any(
        "2 spans that begin or end inside a token" in line for line in in_words("model-2", about)
    )


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"f1": "x", "by_label": [], "advice": "a", "scored": None, "kind": 5, "documents": -1},
        {"by_label": {"PER": 3, "LOC": {"f1": []}}, "taught": {"LOC": "x"}, "seconds": 1e300},
    ],
)
def test_what_somebody_has_changed_is_told_all_the_same(about: dict[str, Any]) -> None:
    assert list(in_words("model-1", about))
    assert in_short("model-1", about)


def test_of_many_labels_the_first_are_told() -> None:
    labels = {f"L{n}": {"f1": 0.5} for n in range(LABELS_SHOWN + 5)}
    said = list(in_words("m", {"by_label": labels}))
    assert sum("F1 0.500" in line for line in said) == LABELS_SHOWN
    assert "    and 5 labels more" in said
