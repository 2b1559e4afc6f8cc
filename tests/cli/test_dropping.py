"""`drop` and `relabel`: what they say, whom they ask, and what they refuse."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from damaging import faults
from tests.making import given, keyed, run_here, run_tonemark

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_project(tmp_path / "p", language="sw", labels=["GPE", "LOC"])
    create_store(tmp_path / "p" / STORE_FILE)
    store = Store(tmp_path / "p" / STORE_FILE)
    one, two = keyed(("a", "Kisumu leo"), ("b", "Nairobi"))
    answers = (given("amina", Span(0, 6, "GPE")), given("bello", Span(0, 6, "LOC")))
    add_records(store, "a.jsonl", [one._replace(annotations=answers), two], Report())
    store.close()
    return tmp_path / "p"


def answers(folder: Path) -> list[tuple[str, str]]:
    db = sqlite3.connect(folder / STORE_FILE)
    rows = db.execute(
        "SELECT a.annotator, s.label FROM annotations a JOIN spans s ON s.annotation = a.id"
        " WHERE a.current ORDER BY 1"
    ).fetchall()
    db.close()
    return rows


@pytest.mark.parametrize(
    "arguments",
    [
        ("drop", ".", "--annotator", "amina"),
        ("drop", ".", "--document", "a"),
        ("relabel", ".", "GPE", "LOC"),
    ],
)
def test_without_a_terminal_nobody_is_asked(folder: Path, arguments: tuple[str, ...]) -> None:
    before = answers(folder), (folder / PROJECT_FILE).read_text()
    verb, _, *rest = arguments
    done = run_tonemark(verb, folder, *rest)
    assert done.returncode == 1
    assert "add --yes" in done.stderr
    assert (answers(folder), (folder / PROJECT_FILE).read_text()) == before


def test_an_annotator_goes_and_comes_back(folder: Path) -> None:
    done = run_here("drop", folder, "--annotator", "amina", "--yes")
    assert done.returncode == 0
    assert "amina's 1 answer to 1 document dropped from p" in done.stdout
    assert "--annotator amina --restore" in done.stdout
    assert answers(folder) == [("bello", "LOC")]
    assert "amina's work on 1 document" in run_here("drop", folder).stdout
    again = run_here("drop", folder, "--annotator", "amina", "--yes")
    assert again.returncode == 1
    assert "has done nothing" in again.stderr
    done = run_here("drop", folder, "--annotator", "amina", "--restore", "--json")
    assert json.loads(done.stdout) == {
        "annotator": "amina", "documents": 1, "answers": 1, "anew": 0, "gone": 0, "missing": [],
    }  # fmt: skip
    assert answers(folder) == [("amina", "GPE"), ("bello", "LOC")]
    assert "Nothing was dropped" in run_here("drop", folder).stdout


def test_documents_go_and_come_back(folder: Path) -> None:
    done = run_here("drop", folder, "--document", "a", "--document", "b", "--yes", "--json")
    assert json.loads(done.stdout) == {
        "documents": 2, "answers": 2, "begun": 0, "entries": 0, "gold": 0, "keys": ["a", "b"],
        "annotators": ["amina", "bello"],
    }  # fmt: skip
    told = run_here("drop", folder, "--document", "a", "--yes")
    assert told.returncode == 1
    assert "dropped already" in told.stderr
    assert json.loads(run_here("status", folder, "--json").stdout)["documents"] == 0
    records = [{"text": "Kisumu leo", "id": "a"}, {"text": "mpya", "id": "c"}]
    more = folder.parent / "a.jsonl"
    more.write_text("".join(json.dumps(each) + "\n" for each in records))
    told = run_here("add", folder, more)
    assert "1 added, 1 dropped earlier: left out" in told.stdout
    told = run_here("drop", folder, "--document", "a", "--document", "x", "--restore")
    assert told.returncode == 0
    assert "2 answers, 1 document: back in p" in told.stdout
    assert "x was not dropped" in told.stdout
    assert run_here("drop", folder, "--document", "x", "--restore").returncode == 1
    assert faults(folder) == []


def test_a_label_is_called_otherwise(folder: Path) -> None:
    done = run_here("relabel", folder, "GPE", "PLACE", "--yes")
    assert done.returncode == 0
    assert "GPE is called PLACE now: 1 span" in done.stdout
    assert answers(folder) == [("amina", "PLACE"), ("bello", "LOC")]
    done = run_here("relabel", folder, "PLACE", "LOC", "--yes", "--json")
    found = json.loads(done.stdout)
    assert (found["merged_labels"], found["spans"]) == (True, 1)
    assert [label.name for label in read_project(folder).labels] == ["LOC"]
    assert answers(folder) == [("amina", "LOC"), ("bello", "LOC")]
    assert faults(folder) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--annotator", "amina", "--document", "a"),
        ("--restore",),
        ("--yes",),
        ("--document",),
    ],
)
def test_what_is_no_usage(folder: Path, arguments: tuple[str, ...]) -> None:
    assert run_here("drop", folder, *arguments).returncode == 2
