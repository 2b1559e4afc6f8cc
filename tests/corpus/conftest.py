"""What the tests of the corpus share: a project file, an empty store, and projects of sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from busy_project import make_busy

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store, create_store


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(text: str | bytes) -> Path:
        data = text.encode() if isinstance(text, str) else text
        (tmp_path / "project.toml").write_bytes(data)
        return tmp_path

    return write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    path = tmp_path / "store.sqlite"
    create_store(path)
    store = Store(path)
    yield store
    store.close()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Makes a project: sources with their records."""

    def made(name: str, *given: Record, source: str = "t.txt", **options: Any) -> Path:
        folder = tmp_path / name
        if not folder.exists():
            settings = {"language": "sw", "labels": ["PER", "LOC"], **options}
            project = create_project(folder, **settings)
            create_store(folder / STORE_FILE)
        project = read_project(folder)
        store = Store(folder / STORE_FILE)
        report = Report()
        add_records(store, source, given, report, places=project.overlap)
        assert report.refused_count == 0
        store.close()
        return folder

    return made


@pytest.fixture(scope="session")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All that may happen has happened in it; bello was killed on document 1, with a key that is in
    her journal alone. To be copied."""
    return make_busy(tmp_path_factory.mktemp("busy") / "p")
