"""A store from a stranger may hold anything in the rows of its gazetteers: what cannot be read
counts as none, nothing ends with a traceback, and doctor tells of it with a remedy that mends."""

from __future__ import annotations

import shlex
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
import regex
from making import numbered, run_here

from tonemark.corpus.desk import Desk
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.produced import PATTERNS, Produced, producer_id, put_produced
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.reports import Report
from tonemark.corpus.rescue.store import rescue
from tonemark.corpus.soundness.project import Finding, examine
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.patterns.gazetteer import Gazetteer
from tonemark.tokenizers.registry import load_tokenizer
from tonemark.tui.page import labelling

TEXT = "Juma alifika Kano leo"


def answer(folder: Path, document: int, label: str = "", name: str = "amina") -> list[str]:
    """She opens a document, looks at all that she is shown, and accepts; what was suggested."""
    store, project = Store(folder / STORE_FILE), read_project(folder)
    gazetteer = Gazetteer(project, store, name)
    desk = Desk(project, store, name, load_tokenizer("general"), gazetteer)
    page = desk.open_document(document)
    assert page
    (sheet,) = page.sheets
    suggestions = sheet.draft.suggestions
    for each in suggestions:
        gazetteer.rivals(sheet.document, sheet.tokens, each)
        for source in each.sources:
            gazetteer.about(source, sheet.document)
    shown = [TEXT[each.start : each.end] for each in suggestions]
    if label and (edit := labelling.label(sheet, 0, 4, label)):
        page.perform([edit])
    desk.answer("accept")
    desk.close()
    store.close()
    return shown


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with entries of all kinds, learnt ones with the evidence of two among them."""
    folder = tmp_path_factory.mktemp("damaged") / "p"
    create_project(folder, language="sw", labels=["PER", "LOC"])
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    add_records(store, "a.txt", numbered([TEXT] * 4), Report())
    new = [NewEntry("LOC", "Kano"), NewEntry("LOC", "Kisumu"), NewEntry("LOC", "leo")]
    add_entries(store, "names", new)
    add_entries(store, "rules", [NewEntry("PER", '[{"LOWER": "juma"}]', "tokens")])
    made = Suggestion(0, 4, "PER", ("pattern:4", f"pattern:{10**18 - 1}"), 1.0)
    producer = producer_id(store, PATTERNS, "1")
    put_produced(store, producer, [Produced(number, (made,)) for number in (2, 3, 4)])
    store.close()
    assert answer(folder, 1, "PER") == ["Kano", "leo"]
    answer(folder, 4, "LOC", "bello")  # the same text: what he did is to be hidden from her
    assert run_here("gazetteer", "build", folder).returncode == 0
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, and of the trie of its names."""
    monkeypatch.chdir(tmp_path)
    Path("text.jsonl").write_text('{"text": "Juma alifika Kano leo"}\n')
    return Path(shutil.copytree(whole, tmp_path / "p"))


def change(folder: Path, statement: str) -> None:
    db = sqlite3.connect(folder / STORE_FILE, isolation_level=None)
    db.execute(statement)
    db.close()


HUGE = 2**63 - 1
UNREADABLE = "An entry of a gazetteer cannot be read."
NO_NUMBER = "What an entry has earned is no number."
EVIDENCE = "There is evidence on entries that cannot be read."
FARED = "How the suggestions of a page fared cannot be read."
NAMED = "The name of a gazetteer, or when it was made, cannot be read."

DAMAGES = {
    "UPDATE entries SET pattern = x'4b616e6f' WHERE id = 1": UNREADABLE,
    "UPDATE entries SET pattern = 'Ka' || char(0) || 'no' WHERE id = 1": UNREADABLE,
    "UPDATE entries SET pattern = char(0) WHERE id = 1": UNREADABLE,
    "UPDATE entries SET pattern = '' WHERE id = 1": UNREADABLE,
    "UPDATE entries SET pattern = CAST(x'4bff' AS TEXT) WHERE id = 1": UNREADABLE,
    "UPDATE entries SET pattern = CAST(x'4bff' AS TEXT) WHERE id = 4": UNREADABLE,
    "UPDATE entries SET label = x'00' WHERE id = 1": UNREADABLE,
    "UPDATE entries SET label = CAST(x'4bff' AS TEXT) WHERE id = 1": UNREADABLE,
    "UPDATE entries SET given = x'00' WHERE id = 1": UNREADABLE,
    "UPDATE entries SET kind = 'x' WHERE id = 1": UNREADABLE,
    "UPDATE entries SET kind = x'00' WHERE id = 4": UNREADABLE,
    f"UPDATE entries SET id = {HUGE} WHERE id = 2": UNREADABLE,
    f"UPDATE entries SET id = {2**61} WHERE id = 2": UNREADABLE,
    f"UPDATE entries SET id = -{2**61} WHERE id = 2": UNREADABLE,
    f"UPDATE entries SET id = id + {2**62} WHERE id IN (2, 4)": UNREADABLE,
    "UPDATE entries SET id = 0 WHERE id = 4": UNREADABLE,
    "UPDATE entries SET seen = 'many' WHERE id = 1": NO_NUMBER,
    "UPDATE entries SET seen = -1 WHERE id = 1": NO_NUMBER,
    "UPDATE entries SET stood = x'ff' WHERE id = 1": NO_NUMBER,
    "UPDATE entries SET stood = 9e999 WHERE id = 1": NO_NUMBER,
    "UPDATE entries SET seen = 'x', stood = 'x' WHERE id > 4": NO_NUMBER,
    f"UPDATE entries SET changed = {HUGE}": NO_NUMBER,
    "UPDATE entries SET deleted = 'x'": NO_NUMBER,
    "UPDATE entries SET since = 'x'": "Since when annotators taught a name is noted wrongly.",
    f"UPDATE sqlite_sequence SET seq = {HUGE}": "No number is left for a new entry of a gazetteer.",
    "UPDATE sqlite_sequence SET seq = 'x'": "No number is left for a new entry of a gazetteer.",
    "UPDATE gazetteers SET added = 'abc'": NAMED,
    "UPDATE gazetteers SET added = 1e300": NAMED,
    "UPDATE gazetteers SET added = 9e999": NAMED,
    "UPDATE gazetteers SET added = x'00'": NAMED,
    "UPDATE gazetteers SET name = x'00' WHERE id = 1": NAMED,
    "UPDATE gazetteers SET name = CAST(x'4bff' AS TEXT) WHERE id = 1": "",
    f"UPDATE evidence SET seen = {HUGE}": EVIDENCE,
    "UPDATE evidence SET seen = 'x'": EVIDENCE,
    "UPDATE evidence SET stood = x'00'": EVIDENCE,
    f"UPDATE evidence SET changed = {HUGE}, deleted = -{HUGE}": EVIDENCE,
    "UPDATE evidence SET taught = 'x'": EVIDENCE,
    "UPDATE evidence SET answer = 'x'": EVIDENCE,
    "UPDATE evidence SET annotator = x'00'": EVIDENCE,
    f"INSERT OR REPLACE INTO offers VALUES (1, 'amina', 0, {HUGE}, {HUGE}),"
    f" (2, 'bello', 0, {HUGE}, 1)": FARED,
    "INSERT OR REPLACE INTO offers VALUES (1, 'amina', 0, 1, 5)": FARED,
    "INSERT OR REPLACE INTO offers VALUES (1, 'amina', 0, 1, 500), (2, 'bello', 1, 1, 500)": FARED,
    "INSERT OR REPLACE INTO offers VALUES (1, 'amina', 1, 'x', 'y')": FARED,
    "INSERT OR REPLACE INTO offers VALUES (1, 'amina', 'x', x'00', 1)": FARED,
}


MATCHED = regex.compile("SET id|4bff| 4")
"""Damages of numbers, of texts, and of the pattern."""


@pytest.mark.parametrize("statement", DAMAGES)
def test_rows_that_cannot_be_read_count_as_none(folder: Path, statement: str) -> None:
    change(folder, statement)
    for command in (
        ("gazetteer", "list", "p"),
        ("gazetteer", "list", "p", "--json"),
        ("gazetteer", "show", "p"),
        ("gazetteer", "show", "p", "--json"),
        ("gazetteer", "show", "p", "names", "--find", "kano"),
        ("gazetteer", "stats", "p"),
        ("gazetteer", "stats", "p", "--json"),
        ("status", "p"),
        ("status", "p", "--json"),
        # What runs patterns is a process of its own, so not each time.
        *([("match", "p", "text.jsonl", "-o", "out")] if MATCHED.search(statement) else []),
    ):
        done = run_here(*command)
        is_named = "SET name" in statement and "names" in command
        assert done.returncode == is_named, (command, done.stderr)
    answer(folder, 2)
    assert run_here("gazetteer", "build", "p").returncode == 0
    answer(folder, 3)
    assert run_here("gazetteer", "remove", "p", "rules", "--yes").returncode == 0


def findings(folder: Path) -> list[Finding]:
    return [each for each in examine(folder) if not each.harmless]


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="needs SQLite's shell")
@pytest.mark.parametrize("statement", [each for each in DAMAGES if DAMAGES[each]])
def test_doctor_tells_of_them_and_its_remedies_mend(folder: Path, statement: str) -> None:
    assert findings(folder) == []
    change(folder, statement)
    assert DAMAGES[statement] in [each.what for each in findings(folder)]
    for _ in range(2):
        remedies = dict.fromkeys(each.remedy for each in findings(folder))
        for remedy in remedies:
            command = regex.search(r"^    (sqlite3|tonemark) (.*)$", remedy, regex.M)
            assert command, remedy
            if command[1] == "sqlite3":
                subprocess.run(command[0], shell=True, check=True)
            else:
                done = run_here(*shlex.split(command[2]), *["--yes"] * ("remove" in command[2]))
                assert done.returncode == 0, done.stderr
    assert findings(folder) == []


@pytest.mark.parametrize("statement", [each for each in DAMAGES if "evidence" not in each])
def test_a_rescue_leaves_out_what_cannot_be_read(folder: Path, statement: str) -> None:
    change(folder, statement)
    rescue(folder / STORE_FILE, folder / "saved")
    for path in folder.glob(f"{STORE_FILE}*"):
        path.unlink()
    (folder / "saved").rename(folder / STORE_FILE)
    assert findings(folder) == []
    assert run_here("gazetteer", "add", "p", "--cldr").returncode == 0
    assert answer(folder, 2)
