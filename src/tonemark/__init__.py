"""Tonemark: annotate spans by keyboard, in a terminal, in any language."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent
if not (_HERE / "corpus").is_dir() and (_HERE.parent.parent / "corpus").is_dir():
    # A checkout made without symbolic links: the rooms stand at the repository's root.
    __path__.append(str(_HERE.parent.parent))
