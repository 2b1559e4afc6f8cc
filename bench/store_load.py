"""A project of many short documents in invented words: how fast they go in, and beside it how fast
the plainest SQLite program takes the same file."""

from __future__ import annotations

import itertools
import json
import random
import resource
import sqlite3
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from material import tonemark
from processes import in_processes
from texts import LANGUAGES, make_text

from tonemark.corpus.intake import BATCH, add_records
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store, create_store
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records

SEED = 3
VOCABULARY = 60_000
"""Words of invented text out of which documents are drawn: as often as they are used there."""

SHORTEST, LONGEST = 6, 18
"""Words a document."""

_TONGUES = ("swahili", "yoruba")


def write_texts(path: Path, documents: int) -> None:
    """Documents as JSON Lines with an id and metadata, the same for the same number."""
    chance = random.Random(SEED)
    words = [make_text(LANGUAGES[name], VOCABULARY, SEED).split() for name in _TONGUES]
    with path.open("w", encoding="utf-8") as stream:
        for number in range(1, documents + 1):
            length = chance.randint(SHORTEST, LONGEST)
            text = " ".join(chance.choices(words[number % len(words)], k=length))
            record = {"id": f"s{number}", "text": text, "meta": {"page": number // 40}}
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")


def load(
    folder: Path, texts: Path, documents: int, overlap: int, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Make the project in `folder`/project and the rival's store in `folder`/rival.sqlite.

    Documents a second, and a second of processor time, which tells more where others are at work on
    the machine: of `tonemark add`, start and word counting included, of its intake alone in a
    process that is already there, and of the rival.
    """
    project = folder / "project"
    names = ("--lang", "sw", "--labels", "PER,ORG,LOC", "--overlap", str(overlap))
    tonemark(environment, "new", project, *names)
    (rival,) = in_processes(add_plainly, [(folder / "rival.sqlite", texts)])
    begun = _now(resource.RUSAGE_CHILDREN)
    tonemark(environment, "add", project, texts)
    command = _now(resource.RUSAGE_CHILDREN).since(begun)
    (inside,) = in_processes(_add_inside, [(folder / "inside.sqlite", texts)])
    for path in folder.glob("inside.sqlite*"):
        path.unlink()
    figures: dict[str, Any] = {
        "documents": documents,
        "megabytes": round(texts.stat().st_size / 1e6, 1),
    }
    for name, taken in (("command", command), ("inside", inside), ("rival", rival)):
        figures[f"{name}_per_second"] = round(documents / taken.seconds)
        figures[f"{name}_per_cpu_second"] = round(documents / taken.cpu)
        figures[f"{name}_to_rival"] = round(rival.seconds / taken.seconds, 3)
    return figures


class Taken(NamedTuple):
    """Seconds by the clock, and of the processor."""

    seconds: float
    cpu: float

    def since(self, begun: Taken) -> Taken:
        """What went by since then."""
        return Taken(self.seconds - begun.seconds, self.cpu - begun.cpu)


def _now(who: int = resource.RUSAGE_SELF) -> Taken:
    used = resource.getrusage(who)
    return Taken(time.monotonic(), used.ru_utime + used.ru_stime)


def add_plainly(path: Path, texts: Path) -> Taken:
    """The rival: json.loads and executemany of (key, text), as durable; what it took."""
    begun = _now()
    db = plain_connection(path)
    db.execute("CREATE TABLE documents (id INTEGER PRIMARY KEY, key TEXT UNIQUE, text TEXT)")
    with texts.open("rb") as stream:
        while batch := list(itertools.islice(stream, BATCH)):
            records = map(json.loads, batch)
            db.execute("BEGIN IMMEDIATE")
            db.executemany(
                "INSERT INTO documents (key, text) VALUES (?, ?)",
                ((record["id"], record["text"]) for record in records),
            )
            db.execute("COMMIT")
    db.close()
    return _now().since(begun)


def plain_connection(path: Path) -> sqlite3.Connection:
    """SQLite as durable as the store, and with its own way of waiting."""
    db = sqlite3.connect(path, timeout=30.0, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db


def _add_inside(path: Path, texts: Path) -> Taken:
    create_store(path)
    store = Store(path)
    report = Report()
    begun = _now()
    add_records(store, texts.name, read_records(texts, format=None, options=ReadOptions()), report)
    taken = _now().since(begun)
    store.close()
    return taken


def check_size(path: Path, documents: int) -> None:
    """Raises TonemarkError where the store does not have that many documents."""
    store = Store(path)
    found = store.document_count()
    store.close()
    if found != documents:
        raise TonemarkError(
            f"{path} has {found:,} documents, not {documents:,}.",
            f"Give --documents {found}, or another folder.",
        )
