"""What the tests of a reviewer's work share: a project with answers that differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.making import given
from tests.reviewing import ANSWERS

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    labels = ["PER", "LOC", "ORG"]
    project = create_project(tmp_path / "p", language="sw", labels=labels, overlap=2)
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    records = [
        Record(n, n, f"Asha Juma yuko Kisumu {n}", key, annotations=tuple(annotations))
        for n, (key, annotations) in enumerate(ANSWERS.items(), 1)
    ]
    records.append(Record(6, 6, "Asha Juma yuko Kisumu 6", "half", annotations=(given("amina"),)))
    add_records(store, "t", records, Report(), places=2)
    store.close()
    return project.folder
