"""A project's store changed behind its back, what doctor finds in it, and its remedies carried
out."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterable
from pathlib import Path

import regex

from tonemark.corpus.soundness.project import Finding, examine
from tonemark.corpus.store import STORE_FILE


def change(folder: Path, *statements: str) -> None:
    """Run statements on a store, as any program can."""
    db = sqlite3.connect(folder / STORE_FILE, isolation_level=None)
    for statement in ("PRAGMA foreign_keys = OFF", *statements):
        db.execute(statement)
    db.close()


def faults(folder: Path) -> list[Finding]:
    """All that doctor finds and does not call harmless."""
    return [finding for finding in examine(folder) if not finding.harmless]


def check_told(found: list[Finding], what: str, where: str, remedy: str) -> None:
    """That one of the findings has these words, and each of them a remedy."""
    assert any(
        what in each.what and where in each.where and remedy in each.remedy for each in found
    ), found
    assert all(each.remedy for each in found)


def carry_out(found: Iterable[Finding]) -> list[Finding]:
    """Run the remedies that are commands of SQLite's shell; the findings that have none."""
    left = []
    for each in found:
        command = regex.search(r"^ +sqlite3 .*", each.remedy, regex.M)
        if command:
            subprocess.run(command[0], shell=True, check=True, capture_output=True)
        else:
            left.append(each)
    return left
