"""What tests of the annotate screen share."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotating import made_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a project of three short documents, one with a suggestion."""
    return made_folder(tmp_path)
