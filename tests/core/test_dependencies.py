"""What the program imports of others is named where it is installed: in pyproject.toml with a
range, and pinned in constraints.txt."""

from __future__ import annotations

import ast
import importlib.metadata
import os
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]

WITH = {"thinc": "spacy", "rich": "textual"}
"""Modules of a library's own parts: its range says which."""


def imported() -> dict[str, str]:
    """The top-level modules of others that our modules import, each with one that does."""
    found: dict[str, str] = {}
    files = (
        Path(place, name)
        for place, _, names in os.walk(ROOT / "src" / "tonemark", followlinks=True)
        for name in names
        if name.endswith(".py")
    )
    for path in sorted(files):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                names = [each.name for each in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                found.setdefault(name.partition(".")[0], path.name)
    ours = {"tonemark", *sys.stdlib_module_names}
    return {name: path for name, path in found.items() if name not in ours}


def test_all_that_is_imported_is_named_with_a_range() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {
        canonicalize_name(each.name): each for each in map(Requirement, project["dependencies"])
    }
    packages = importlib.metadata.packages_distributions()
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {canonicalize_name(line.partition("==")[0]) for line in pins}
    modules = imported()
    assert "regex" in modules
    for module, path in modules.items():
        package = canonicalize_name(WITH.get(module) or packages[module][0])
        assert package in named, f"{path} imports {module}"
        assert str(named[package].specifier), package
        assert package in pinned
