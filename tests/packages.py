"""Packages that are installed as far as Python can tell: a folder of modules and metadata."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tonemark.plugins import loaded, plugins


@contextmanager
def seen(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A new folder of packages, seen by this process and those it starts."""
    folder.mkdir()
    patch.syspath_prepend(folder)
    patch.setenv("PYTHONPATH", str(folder))
    plugins.cache_clear()
    try:
        yield folder
    finally:
        plugins.cache_clear()
        loaded.cache_clear()
        for name, module in list(sys.modules.items()):
            if str(getattr(module, "__file__", "")).startswith(str(folder)):
                del sys.modules[name]


def install(
    folder: Path,
    name: str,
    entries: Mapping[str, str],
    modules: Mapping[str, str],
    *,
    version: str = "0.1",
    group: str = "tonemark.tokenizers",
) -> None:
    """Put a package into a folder: `entries` are its entry points, `modules` their code by name."""
    information = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    information.mkdir(parents=True)
    (information / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
    )
    lines = [f"[{group}]", *(f"{entry} = {target}" for entry, target in entries.items())]
    (information / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for module, code in modules.items():
        (folder / f"{module}.py").write_text(code, encoding="utf-8")
