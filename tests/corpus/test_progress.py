"""The counts of a project: of everyone for `status`, and for one annotator's own eyes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tonemark.corpus.intake import add_records
from tonemark.corpus.progress import AnnotatorProgress, progress
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store, create_store

PER = Span(0, 4, "PER", ("manual",))
LOC = Span(5, 8, "LOC", ("manual",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two documents for two annotators; asha has answered the first, juma both, neema late."""
    create_store(tmp_path / "store.sqlite")
    store = Store(tmp_path / "store.sqlite")
    records = [
        Record(
            1,
            1,
            "Asha Voi leo",
            annotations=(
                GivenAnnotation("asha", "accept", (PER,)),
                GivenAnnotation("juma", "accept", (PER, LOC)),
                GivenAnnotation("neema", "accept", (LOC,)),
            ),
            suggestions=(Suggestion(5, 8, "LOC", ("model:m",), 0.5),),  # no page shows it
        ),
        Record(
            2,
            2,
            "Juma Voi jana",
            annotations=(GivenAnnotation("juma", "reject", (LOC,)),),
            suggestions=(Suggestion(0, 4, "PER", ("model:m",), 0.7),),
        ),
    ]
    add_records(store, "a.jsonl", records, Report(), places=2)
    yield store
    store.close()


def test_everything_is_counted_of_everyone(store: Store) -> None:
    found = progress(store, ["zuhura"])
    assert (found.documents, found.finished, found.with_suggestions) == (2, 1, 1)
    assert found.annotators == (
        AnnotatorProgress("asha", accept=1, spans=1),
        AnnotatorProgress("juma", accept=1, reject=1, spans=2),
        AnnotatorProgress("neema", accept=1, spans=1),
        AnnotatorProgress("zuhura"),
    )
    assert found.labels == {"LOC": 2, "PER": 2}


@pytest.mark.parametrize(
    ("annotator", "spans", "labels"),
    [
        ("asha", {"asha": 1}, {"PER": 1}),
        ("juma", {"juma": 2}, {"LOC": 1, "PER": 1}),
        ("zuhura", {}, {}),
    ],
)
def test_for_one_annotator_spans_and_labels_are_hers_alone(
    store: Store, annotator: str, spans: dict[str, int], labels: dict[str, int]
) -> None:
    found = progress(store, annotator=annotator)
    assert {each.name: each.spans for each in found.annotators if each.spans} == spans
    assert found.labels == labels
    assert {each.name: each.answered for each in found.annotators} == {
        "asha": 1,
        "juma": 2,
        "neema": 1,
    }
