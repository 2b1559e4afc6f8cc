"""Tonemark: annotate spans by keyboard, in a terminal, in any language.

From Python: `tonemark.open("habari")` gives a project's documents and annotations.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tonemark.door import OpenProject

_HERE = Path(__file__).parent
if not (_HERE / "corpus").is_dir() and (_HERE.parent.parent / "corpus").is_dir():
    # A checkout made without symbolic links: the rooms stand at the repository's root.
    __path__.append(str(_HERE.parent.parent))


def open(path: str | Path) -> OpenProject:
    """Open the project in a folder, to read it from a notebook or a script.

    Raises TonemarkError where there is none, or where its project file or store is faulty.
    """
    from tonemark.door import OpenProject

    return OpenProject(path)
