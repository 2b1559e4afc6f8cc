"""What `status` says of each annotator's work, of gold and of reviews that wait."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from making import given, numbered, run_here

from tonemark.cli.reporting import MEASURED, NONE, _figures, _settled, counts
from tonemark.corpus.gold import MAJORITY, UNANIMOUS, Gold, write_gold
from tonemark.corpus.intake import add_records
from tonemark.corpus.people import Matched, Person
from tonemark.corpus.project import create_project
from tonemark.corpus.queue import Outcome, claim_document, leave
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tui.page.cells import cells

PER, LOC = Span(0, 4, "PER"), Span(0, 4, "LOC")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents: amina worked half an hour on them, juma's answers came with a file."""
    project = create_project(tmp_path / "habari", language="sw", labels=["PER"], overlap=2)
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    texts = ("Asha leo", "Asha jana", "Asha kesho")
    records = numbered(texts, annotations=(given("juma", PER),))
    add_records(store, "a.jsonl", records, Report(), places=2)
    for document, span in ((1, PER), (2, LOC), (3, PER)):
        claim = claim_document(store, "amina", document)
        leave(store, [Outcome(claim, (), "accept", (span,), seconds=600.0)])
    with store.transaction() as db:
        write_gold(db, Gold(1, "rosa", "accept", (PER,)))
        write_gold(db, Gold(2, MAJORITY, "accept", (PER,)))
    store.close()
    return project.folder


def test_a_second_table_has_what_was_measured(folder: Path) -> None:
    lines = run_here("status", folder).stdout.splitlines()
    head = next(at for at, line in enumerate(lines) if "hours" in line)
    assert [re.split(r"  +", line.strip()) for line in lines[head : head + 3]] == [
        ["annotator hours entities/hour F1 with gold F1 with others"],
        ["amina", "0.50", "6", "0.500", "0.667"],
        ["juma", "–", "–", "1.000", "0.667"],
    ]
    assert "2 documents have gold: 1 by rosa, 1 by majority" in lines


def test_json_has_the_same_and_null_for_what_there_is_not(folder: Path) -> None:
    told: dict[str, Any] = json.loads(run_here("status", folder, "--json").stdout)
    keys = ("name", "hours", "entities_an_hour", "f1_gold", "f1_others")
    assert [[each[key] for key in keys] for each in told["annotators"]] == [
        ["amina", 0.5, 6.0, 0.5, pytest.approx(2 / 3)],
        ["juma", None, None, 1.0, pytest.approx(2 / 3)],
    ]
    assert told["gold"] == {"rosa": 1, MAJORITY: 1}
    assert told["reviews"] == {"compared": 0, "waiting": 0}


def test_reviews_that_wait_are_told_once_documents_are_compared(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    for document, size in ((1, 1), (2, 2), (3, 0)):
        row = (document, 9, 2, 1, size, 0, 0, 0, 0, size, "[]", "[]", document == 1)
        store.db.execute(f"INSERT INTO differences VALUES ({', '.join('?' * 13)})", row)
    store.close()
    told = run_here("status", folder).stdout.splitlines()
    assert "1 document differs and waits for a review (3 compared)" in told


def test_without_anything_measured_there_is_no_second_table(tmp_path: Path) -> None:
    file = tmp_path / "t.jsonl"
    file.write_text('{"text":"Kisumu leo","answer":"accept","_annotator_id":"asha"}\n')
    run_here("new", tmp_path / "p", "--lang", "sw", "--labels", "LOC")
    run_here("add", tmp_path / "p", file)
    told = run_here("status", tmp_path / "p").stdout
    assert "asha" in told
    assert "hours" not in told
    assert "gold" not in told


@pytest.mark.parametrize("width", [20, 30, 40, 60, 79, 80])
def test_the_table_fits_the_screen_and_keeps_its_figures(width: int) -> None:
    people = (
        Person("amina", 3.6e6, 3.6e6, 654_321, Matched(1, 4), {"juma": Matched(1, 2)}),
        Person("a" * 32),
    )
    rows = [(each.name, _figures(each)) for each in people]
    lines = [str(line) for line in counts("annotator", MEASURED, rows, width)]
    assert all(cells(line) <= width for line in lines)
    shown = " ".join(" ".join(lines).split())
    for figure in ("1,000.0", "654", "0.500", "1.000", NONE, *" ".join(MEASURED).split()):
        assert figure in shown


@pytest.mark.parametrize(
    ("gold", "told"),
    [
        ({"rosa": 1}, "1 document has gold: 1 by rosa"),
        (
            {UNANIMOUS: 3, "asha": 2, MAJORITY: 1_000, "rosa": 5},
            "1,010 documents have gold: 5 by rosa, 2 by asha, 1,000 by majority, 3 where all agree",
        ),
    ],
)
def test_gold_is_told_by_who_settled_it_people_first(gold: dict[str, int], told: str) -> None:
    assert _settled(gold) == told
