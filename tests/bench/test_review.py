"""The bench of reviewing on invented sentences: the oracle settles every kind of difference, and
what is not as asked for is a failure."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
import review
import review_cases
import review_report
import reviewer
from review_cases import Case, read_columns, ruled
from reviewer import Asked

from tonemark.corpus.gold import golds
from tonemark.corpus.store import STORE_FILE, Store

SENTENCES = """\
Asha B-PER B-PER B-PER
yuko O O O
Kisumu B-LOC B-LOC B-ORG
na O O O
Juma B-PER B-PER B-PER

Rais O B-PER O
Samia B-PER I-PER B-PER
Suluhu I-PER I-PER O
alifika O O O
Dodoma B-LOC B-LOC B-LOC
"""


@pytest.fixture
def columns(tmp_path: Path) -> Path:
    """Ten documents that differ, five of each sentence, and one on which all agree."""
    path = tmp_path / "columns.conll"
    path.write_text("\n".join([SENTENCES] * 5) + "\nleo O O O\n", "utf-8")
    return path


def test_golds_by_rule_are_what_their_rules_say(columns: Path) -> None:
    cases = ruled(read_columns(columns), 1)
    assert len(cases) == 11
    played = [case for case in cases if case.asked]
    assert len(played) == 10
    assert {case.rule for case in played} == set(review_cases.RULES)
    for case in played:
        assert case.asked
        assert not review_cases.overlap(case.asked.spans)
        said = [each.spans for each in case.said.values() if each.answer == "accept"]
        if case.rule in ("a third label", "a third boundary", "elsewhere", "all wrong"):
            assert case.asked.spans not in said
        if case.rule == "nobody":
            assert case.asked.spans == frozenset.intersection(*said)


def test_no_gold_overlaps_itself(tmp_path: Path) -> None:
    """Differences with one word between them, into which the borders of both may be moved."""
    path = tmp_path / "near.conll"
    path.write_text("Asha B-PER O B-LOC\nna O O O\nJuma B-PER O B-LOC\n\n" * 100, "utf-8")
    for case in ruled(read_columns(path), 1):
        assert case.asked
        assert not review_cases.overlap(case.asked.spans)


@pytest.mark.parametrize("rehearse", [True, False])
def test_every_difference_is_settled_as_asked_for(
    columns: Path, tmp_path: Path, rehearse: bool
) -> None:
    folder = tmp_path / "bench"
    folder.mkdir()
    cases = ruled(read_columns(columns), 1)
    run = review.adjudicate("invented", cases, "sw", folder, rehearse=rehearse)
    assert run.faults == run.drift == []
    assert run.equal == run.documents == 10
    assert all(figure.holds for figure in review_report.held(run))
    report = review_report.told(run)
    assert {"annotator", "majority", "third label", "third boundary"} <= set(report["keys"])
    store = Store(folder / "review" / STORE_FILE)
    assert {gold.reviewer for gold in golds(store)} == {review.REVIEWER}
    store.close()


def test_what_is_not_as_asked_for_fails(
    columns: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an oracle that always sides with the majority."""
    monkeypatch.setattr(reviewer, "_cheapest", lambda *given: [reviewer.MAJORITY])
    folder = tmp_path / "bench"
    folder.mkdir()
    cases = read_columns(columns)[:2]
    chance = random.Random(1)
    cases[0].asked = review_cases.RULES["the majority"](cases[0], chance)
    cases[1].asked = review_cases.RULES["a third label"](cases[1], chance)
    run = review.adjudicate("invented", cases, "sw", folder, rehearse=True)
    assert run.equal == 1
    assert not all(figure.holds for figure in review_report.held(run))


def test_an_export_is_compared_with_what_was_asked_for(columns: Path, tmp_path: Path) -> None:
    case = read_columns(columns)[0]
    case.asked = Asked("accept", case.said["A1"].spans)
    spans = [span._asdict() for span in sorted(case.asked.spans)]
    exported = tmp_path / "gold.jsonl"

    def faults(given: Case, **changed: object) -> list[str]:
        item = {"key": case.key, "text": case.text, "answer": "accept", "spans": spans}
        exported.write_text(json.dumps({**item, **changed}) + "\n", "utf-8")
        return review_cases.compare([given], exported)

    assert faults(case) == []
    assert faults(case, key="other")
    assert faults(case, text="other")
    assert faults(case, spans=spans[1:])
    assert faults(case, spans=[*spans, spans[0]])
    case.asked = Asked("reject", frozenset())
    assert faults(case)
    assert faults(case, answer="ignore")
    assert faults(case, answer="reject", spans=[]) == []
    exported.write_text("", "utf-8")
    assert review_cases.compare([case], exported)
