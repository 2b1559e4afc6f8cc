"""A project with a trained model and its package, made once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from trained import add_model, packaged, project_of

from tonemark.training.package.packaging import Packaged


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 60 documents, which two annotators labelled, with a model."""
    folder = project_of(
        tmp_path_factory.mktemp("packaged") / "Habari za leo", 60, annotators=("amina", "baraka")
    )
    add_model(folder)
    return folder


@pytest.fixture(scope="session")
def made(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Packaged:
    """Its package."""
    return packaged(project, tmp_path_factory.mktemp("out"))


@pytest.fixture
def not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packages are not loaded in a process of their own and compared with their models: where that
    is not what is tested."""

    def imported(
        nlp: Any, folder: Path, package: str, texts: list[str], watched: Iterable[str]
    ) -> set[str]:
        return set(watched) - {"pycrfsuite"}

    monkeypatch.setattr("tonemark.training.package.packaging.compare", imported)
