"""What a model is said to need: nothing twice, nothing that would make it worse, the tokenizer
first where it is to blame; and no figure where nothing was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from trained import add_model, project_of

from tonemark.cli.checks.models import models_checks
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.uncertain import answered_at_random, came_answered
from tonemark.errors import TonemarkError
from tonemark.training.asked_time import seconds_of
from tonemark.training.outcome import Outcome, Scored, ScoredSpan
from tonemark.training.runs.folders import chosen_run, damaged, runs
from tonemark.training.scores.advice import Learnt, advice
from tonemark.training.scores.counts import Counts
from tonemark.training.scores.scoring import score

UNSCORED = Outcome(
    "learner", None, None, None, ("PER",), 1.0, "", 3, 0, "nothing", {"PER": Counts(14, 27, 27)}
)


def _confused() -> list[Scored]:
    """PER that the model calls LOC, PER that it misses, and LOC that it finds."""
    wrong = [Scored(f"a{n}", ((0, 3, "PER"),), (ScoredSpan(0, 3, "LOC", 0.9),)) for n in range(2)]
    missed = [Scored("m", ((0, 3, "PER"),), ())]
    right = [Scored(f"r{n}", ((0, 3, "LOC"),), (ScoredSpan(0, 3, "LOC", 0.9),)) for n in range(4)]
    return [*wrong, *missed, *right]


def test_no_error_is_counted_in_two_pieces_of_advice() -> None:
    scores = score(_confused())
    said = [each for each in advice(scores, Learnt({"PER": 30, "LOC": 30})) if each.errors]
    errors = [error for each in said for error in each.errors]
    assert len(errors) == len(set(errors)) == len(scores.errors)


@pytest.mark.parametrize("is_share", [True, False])
def test_a_larger_share_is_advised_only_where_there_is_one(is_share: bool) -> None:
    learnt = Learnt({}, is_share=is_share)
    said = " ".join(each.words for each in advice(score(_confused()), learnt))
    assert "to score on are few" in said
    assert ("evaluation" in said) is is_share


@pytest.mark.parametrize(("cut", "told"), [(0, False), (4, False), (42, True)])
def test_where_many_spans_were_cut_the_tokenizer_is_named_first(cut: int, told: bool) -> None:
    said = [each.words for each in advice(score(_confused()), Learnt({"PER": 88, "LOC": 10}, cut))]
    assert said[0].startswith(f"Tokens: {cut} of {98 + cut} spans") is told
    asked = [words for words in said if "More documents" in words or "spans taught" in words]
    assert (not asked) is told, "those that are missed are those that cut tokens"


def test_what_was_not_scored_has_no_figure(tmp_path: Path) -> None:
    about = UNSCORED.to_json()
    assert [about[name] for name in ("f1", "precision", "recall")] == [None] * 3
    folder = project_of(tmp_path / "p", 6)
    add_model(folder, **{**about, "f1": 0.0})  # as older versions wrote it
    assert chosen_run(folder).share("f1") is None
    (check,) = models_checks(read_project(folder))
    assert "not scored" in check.what


def test_figures_are_rounded_once() -> None:
    about = replace(UNSCORED, f1=14 / 27, scored=1).to_json()
    assert about["by_label"]["PER"]["f1"] == about["f1"] == 0.518519


def test_a_damaged_model_is_named(tmp_path: Path) -> None:
    folder = project_of(tmp_path / "p", 6)
    path = add_model(folder)
    (path / "model.json").write_text("{")
    (folder / "models" / "notes").mkdir()
    assert damaged(folder) == ["model-1"]
    for name in ("", "model-1"):
        with pytest.raises(TonemarkError, match="model-1 cannot be read"):
            chosen_run(folder, name)
    (check,) = models_checks(read_project(folder))
    assert check.state == "fault"
    assert f"tonemark train {folder}" in check.remedy
    add_model(folder, "model-2")
    assert [chosen_run(folder).name, *damaged(folder)] == ["model-2", "model-1"]
    assert len(runs(folder)) == 1


def test_answers_from_a_file_were_chosen_by_no_doubt(tmp_path: Path) -> None:
    folder = project_of(tmp_path / "p", 6)
    store = Store(folder / STORE_FILE)
    try:
        assert answered_at_random(store, 0.0) == (0, 0)
        assert came_answered(store) == set(range(1, 7))
    finally:
        store.close()


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("90", 90), (" 90s ", 90), ("5m", 300), ("5 m", 300), ("24h", 86400), ("25h", None),
     ("0", None), ("x", None), ("1e9", None), ("", None), ("\u0665m", None)],
)  # fmt: skip
def test_a_time_as_it_is_typed(typed: str, seconds: float | None) -> None:
    assert seconds_of(typed) == seconds
