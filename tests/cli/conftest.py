"""A folder to work in; files of columns and projects, for the tests of `agreement`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which commands are run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def columns(tmp_path: Path) -> Callable[[str | bytes], Path]:
    """Writes a file of columns."""

    def write(text: str | bytes, name: str = "three.conll") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Path]:
    """Makes a project of records."""

    def make(*records: Record, overlap: int = 3) -> Path:
        folder = tmp_path / "p"
        create_project(folder, language="sw", labels=["PER", "LOC"], overlap=overlap)
        create_store(folder / STORE_FILE)
        store = Store(folder / STORE_FILE)
        add_records(store, "a.jsonl", iter(records), Report(), places=overlap)
        store.close()
        return folder

    return make
