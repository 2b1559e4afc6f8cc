"""What the tests of the corpus share: a project file, and an empty store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tonemark.corpus.store import Store, create_store


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
