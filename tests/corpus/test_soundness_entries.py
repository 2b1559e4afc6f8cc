from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from damaging import carry_out, change

from tonemark.corpus.evidence import Offer, Verdict, Weighed
from tonemark.corpus.gazetteers import NewEntry, add_entries
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.queue import Outcome, claim_document, leave
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness.project import Finding, examine
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.unweighed import forget_evidence, unweighed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with two entries, and evidence of two annotators who differ."""
    create_project(tmp_path, language="sw", labels=["PER", "LOC"], overlap=2)
    create_store(tmp_path / STORE_FILE)
    store = Store(tmp_path / STORE_FILE)
    add_records(store, "a.txt", [Record(1, 1, "Juma leo"), Record(2, 2, "Juma tena")], Report())
    add_entries(store, "names", [NewEntry("PER", "Juma"), NewEntry("LOC", "Kano")])
    for name, stood in (("amina", 1), ("bello", 0)):
        weighed = Weighed(((1, Verdict(1, stood, 0, 1 - stood)),))
        claim = claim_document(store, name, 1)
        more = [] if stood else [("PER", "leo", Verdict(1, 1, taught=1))]
        weighed = Weighed(weighed.known, tuple(more))
        offer = Offer(False, 1, stood)
        leave(store, [Outcome(claim, (), "accept", weighed=weighed, offer=offer)])
    store.close()
    return tmp_path


def faults(folder: Path) -> list[Finding]:
    """What doctor finds of entries: the outcomes above have no events, which it tells too."""
    words = ("entry", "evidence", "producer", "fared", "taught a name")
    return [each for each in examine(folder) if any(word in each.what for word in words)]


def test_sound_evidence_is_sound(folder: Path) -> None:
    assert faults(folder) == []


FAULTS = {
    "UPDATE entries SET kind = 'x' WHERE id = 2": ("cannot be read", "2: Kano"),
    "UPDATE entries SET label = '' WHERE id = 2": ("cannot be read", "2: Kano"),
    "UPDATE entries SET seen = 2 WHERE id = 1": ("added up wrongly", "entry 1"),
    "UPDATE entries SET stood = 1 WHERE id = 1": ("added up wrongly", "entry 1"),
    "UPDATE entries SET deleted = 0 WHERE id = 1": ("added up wrongly", "entry 1"),
    "UPDATE entries SET since = 5 WHERE id = 1": ("Since when", "entry 1"),
    "UPDATE entries SET since = 9 WHERE id = 3": ("Since when", "entry 3"),
    "UPDATE evidence SET stood = 1": ("added up wrongly", "entry 1"),
    "UPDATE evidence SET answer = 99 WHERE annotator = 'amina'": ("by an answer", "1, amina"),
    "UPDATE annotations SET weighed = 0": ("by an answer", "1, amina"),
    "INSERT INTO suggestions VALUES (1, 9, 0, 4, 'PER', '[]', 1)": ("producer", "9"),
    "UPDATE offers SET stood = 5": ("cannot be read", "document 1, amina"),
}


@pytest.mark.parametrize("statement", FAULTS)
def test_what_is_wrong_is_told(folder: Path, statement: str) -> None:
    change(folder, statement)
    what, where = FAULTS[statement]
    assert any(what in each.what and where in each.where for each in faults(folder))
    assert all(each.remedy for each in faults(folder))


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="needs SQLite's shell")
def test_a_remedy_that_is_a_command_mends(folder: Path) -> None:
    change(folder, "INSERT INTO suggestions VALUES (1, 9, 0, 4, 'PER', '[]', 1)")
    assert carry_out(faults(folder)) == []
    assert faults(folder) == []


@pytest.mark.parametrize("statement", [s for s in FAULTS if FAULTS[s][0] != "cannot be read"])
def test_counting_anew_mends(folder: Path, statement: str) -> None:
    change(folder, statement)
    assert "--anew" in faults(folder)[0].remedy or "suggestions" in statement
    store = Store(folder / STORE_FILE)
    forget_evidence(store)
    assert {each[1:] for each in unweighed(store, 9)} == {(1, "amina"), (1, "bello")}
    store.close()
    assert all("producer" in each.what for each in faults(folder))
