"""The installation judged: versions, what is missing, where files go, how fast it starts.

Nothing heavy is imported: versions come from what is written beside the libraries.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shlex
import sqlite3
import sys
import unicodedata
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from tonemark.cli.checks.check import Check, fault, note, ok

OLDEST_SQLITE = (3, 35, 0)
"""The first with RETURNING, by which tickets are drawn."""

SHOWN = ("textual", "spacy", "regex", "wcwidth")


def installation_checks() -> list[Check]:
    """The checks of what is installed."""
    return [*version_checks(), *unicode_checks(), *folder_checks(), *start_checks()]


def version_checks() -> Iterator[Check]:
    """Our version, and of each library that is required whether it is there and new enough."""
    yield ok(
        f"Tonemark {_version('tonemark')}, Python {sys.version.split()[0]},"
        f" SQLite {sqlite3.sqlite_version}"
    )
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        yield fault(
            f"SQLite {sqlite3.sqlite_version} is too old for the store",
            f"Use a Python that was built with SQLite {oldest} or later.",
        )
    missing = list(_unmet(requires("tonemark") or []))
    for name, wanted, found in missing:
        have = f"is {found}, not {wanted}" if found else "is not installed"
        yield fault(f"{name} {have}", f"{sys.executable} -m pip install '{name}{wanted}'")
    if not missing:
        yield ok(", ".join(f"{name} {_version(name)}" for name in SHOWN))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _unmet(requirements: list[str]) -> Iterator[tuple[str, str, str]]:
    """Of those always required: name, wanted versions, and what there is instead."""
    try:
        from packaging.requirements import Requirement
    except ImportError:  # it comes with spaCy
        yield "spacy", "", ""
        return
    for line in requirements:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(wanted.name)
        except PackageNotFoundError:
            found = ""
        if not found or not wanted.specifier.contains(found, prereleases=True):
            yield wanted.name, str(wanted.specifier), found


def unicode_checks() -> Iterator[Check]:
    """Whether the table of widths is as new as Python's properties of letters."""
    from wcwidth import list_versions

    table, ours = list_versions()[-1], unicodedata.unidata_version
    if _numbers(table) < _numbers(ours):
        yield note(
            f"the table of widths knows Unicode {table}, Python {ours}: new letters may drift",
            f"{sys.executable} -m pip install --upgrade wcwidth",
        )


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(".")]


def folder_checks() -> Iterator[Check]:
    """Where configuration and state are, and whether they can be kept."""
    import platformdirs

    places = {
        "configuration": Path(platformdirs.user_config_dir("tonemark")),
        "state": Path(platformdirs.user_state_dir("tonemark")),
    }
    yield ok(", ".join(f"{name} {_shortened(folder)}" for name, folder in places.items()))
    for name, folder in places.items():
        if not os.access(_nearest(folder), os.W_OK):
            yield note(
                f"the folder of your {name} cannot be written: {folder}",
                f"Mend its owner or mode: ls -ld {shlex.quote(str(_nearest(folder)))}",
            )


def _shortened(folder: Path) -> str:
    with contextlib.suppress(ValueError, RuntimeError):
        return f"~/{folder.relative_to(Path.home())}"
    return str(folder)


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that is there."""
    return next((each for each in (folder, *folder.parents) if each.exists()), Path("/"))


def start_checks() -> Iterator[Check]:
    """Whether the code is compiled, or will be: else each start takes 2 s, and not a half."""
    slow = [name for name in ("tonemark", "textual", "rich") if not _is_compiled(name)]
    if not slow:
        return
    names = ", ".join(slow)
    if sys.dont_write_bytecode:
        yield note(
            f"not compiled, and Python is told not to ({names}): each start takes longer",
            "unset PYTHONDONTWRITEBYTECODE",
        )
        return
    folders = " ".join(shlex.quote(str(folder)) for name in slow if (folder := _folder(name)))
    yield note(
        f"not compiled, in folders that you cannot write ({names}): each start takes longer",
        f"As their owner, once: {sys.executable} -m compileall -q {folders}",
    )


def _is_compiled(name: str) -> bool:
    """Whether a library is compiled, or will be at the next start, by the first of its modules."""
    folder = _folder(name)
    source = next(iter(sorted(folder.glob("*.py"))), None) if folder else None
    if source is None:
        return True  # frozen or zipped: not ours to judge
    try:
        compiled = Path(importlib.util.cache_from_source(str(source)))
    except NotImplementedError:
        return True
    if compiled.exists():
        return True
    return not sys.dont_write_bytecode and os.access(_nearest(compiled.parent), os.W_OK)


def _folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
