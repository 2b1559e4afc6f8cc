"""The command line of gazetteers as tests ask it, and what they put in by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from making import run_here

from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import STORE_FILE, Store


def run(*arguments: object, code: int = 0) -> str:
    """What it printed on standard output, or on standard error where it failed."""
    done = run_here("gazetteer", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr or done.stdout if code else done.stdout


def as_json(*arguments: object, code: int = 0) -> dict[str, Any]:
    done = run_here("gazetteer", *arguments, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json.loads(done.stdout)


def file(name: str, *lines: str) -> Path:
    path = Path(name)
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return path


def entries(folder: Path) -> list[tuple[str, str, str]]:
    found = as_json("show", folder, "--limit", 10_000)["entries"]
    return [(each["gazetteer"], each["label"], each["pattern"]) for each in found]


def accepted(folder: Path, *records: Record) -> None:
    store = Store(folder / STORE_FILE)
    add_records(store, "a.jsonl", records, Report(), places=1)
    store.close()
