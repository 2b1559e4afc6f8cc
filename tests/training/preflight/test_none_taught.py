"""Where no span can be learnt, check stops as training does, and says why."""

from __future__ import annotations

from pathlib import Path

import pytest
from making import given

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.training.lessons import lesson_of, taught_by
from tonemark.training.material import Asked, material
from tonemark.training.outcome import TrainSettings
from tonemark.training.preflight.findings import can_begin, check
from tonemark.training.train import train


def _project(folder: Path, *spans: tuple[int, int]) -> Path:
    create_project(folder, language="sw", labels=["LOC"], tokenizer="sw")
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    records = [
        Record(n, n, f"Yuko {n} Kisumu leo.", f"d{n}",
               annotations=(given("amina", Span(*spans[n % len(spans)], "LOC")),))
        for n in range(1, 7)
    ]  # fmt: skip
    add_records(store, "a.jsonl", iter(records), Report())
    store.close()
    return folder


BLANK, CUT, GOOD = (6, 13), (7, 11), (7, 13)


@pytest.mark.parametrize(
    ("spans", "said"),
    [((BLANK,), "6 have white space"), ((CUT,), "6 begin or end inside"),
     ((BLANK, CUT), "3 begin or end inside a token and 3 have white space")],
)  # fmt: skip
def test_check_and_train_stop_with_one_voice(
    tmp_path: Path, spans: tuple[tuple[int, int], ...], said: str
) -> None:
    folder = _project(tmp_path / "p", *spans)
    project, store = read_project(folder), Store(folder / STORE_FILE)
    try:
        (stop,) = (each for each in check(project, store) if each.stops)
        assert (stop.kind, len(stop.places)) == ("none_taught", 6)
        assert said in stop.words
        with pytest.raises(TonemarkError) as refused:
            train(project, store, TrainSettings(5.0), tmp_path)
        assert refused.value.title == stop.words
    finally:
        store.close()


def test_only_what_taught_is_counted_as_taught(tmp_path: Path) -> None:
    folder = _project(tmp_path / "p", GOOD, CUT, BLANK)
    project, store = read_project(folder), Store(folder / STORE_FILE)
    try:
        assert can_begin(check(project, store))
        found = material(project, store, Asked(), tokenizer_of(project, loads_code=True))
        lessons = [lesson_of(each) for each in found.train]
        assert (taught_by(lessons), sum(each.cut for each in lessons)) == ({"LOC": 2}, 4)
    finally:
        store.close()
