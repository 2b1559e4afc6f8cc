"""Annotators who answer as fast as they can, or as fast as people: each a process with the store
open, committing an answer and claiming the next document in one transaction as the desk does.

The rival is the plainest SQLite program: two writes a task and SQLite's own waiting.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, TypeAlias

from processes import in_processes, start_together
from store_load import plain_connection

from tonemark.corpus import queue
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Edit
from tonemark.corpus.events import Event, Replayed
from tonemark.corpus.pages import MemoryLog, Page, Sheet
from tonemark.corpus.queue import Claim
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError

THINKING = (0.2, 0.6)
"""Seconds between two answers of one who works as fast as people can (D8 of the fault list)."""

LEASE = 1800.0
LABELS = ("PER", "ORG", "LOC")

_KEPT = 5
"""Errors that are told in words."""


class Sitting(NamedTuple):
    """What one client did: seconds of each save, errors in words, seconds at work."""

    saves: list[float]
    errors: list[str]
    seconds: float


Task: TypeAlias = Callable[[], "Callable[[], None] | None"]
"""Does an annotator's work on the document that she holds, None where there is none left; what it
returns commits the answer and claims the next."""


def saturate(folder: Path, clients: int, seconds: float) -> dict[str, Any]:
    """The store's clients and the rival's, one after the other, without a pause between tasks."""
    return _compare(folder, clients, seconds, (0.0, 0.0))


def pace(folder: Path, clients: int, seconds: float) -> dict[str, Any]:
    """The same, each client waiting THINKING between tasks."""
    return _compare(folder, clients, seconds, THINKING)


def _compare(
    folder: Path, clients: int, seconds: float, thinking: tuple[float, float]
) -> dict[str, Any]:
    kind = "paced" if thinking[1] else "fast"
    path = folder / "project" / "store.sqlite"
    run = _count(path, "SELECT count(*) FROM annotations")
    figures: dict[str, Any] = {"clients": clients, "seconds": seconds}
    for name, work, file in (("ours", _annotate, path), ("rival", _plain, folder / "rival.sqlite")):
        barrier = start_together(clients)
        names = [annotator(kind, clients, number, run) for number in range(1, clients + 1)]
        sittings = in_processes(work, [(file, each, seconds, thinking, barrier) for each in names])
        figures[name] = summary(sittings)
    ours, rival = figures["ours"], figures["rival"]
    if rival["tasks"]:
        figures["rate_to_rival"] = round(ours["per_second"] / rival["per_second"], 3)
        figures["p99_to_rival"] = round(ours["p99_ms"] / rival["p99_ms"], 3)
    return figures


def annotator(kind: str, clients: int, number: int, run: int) -> str:
    """The name of a client: no other run on this project has it."""
    return f"{kind}{clients}.{number}.{run}"


def summary(sittings: Sequence[Sitting]) -> dict[str, Any]:
    """Tasks a second of all together, and the milliseconds that a save took."""
    saves = sorted(save for sitting in sittings for save in sitting.saves)
    errors = [error for sitting in sittings for error in sitting.errors]
    slowest = max(sitting.seconds for sitting in sittings)
    return {
        "tasks": len(saves),
        "per_second": round(len(saves) / slowest, 1),
        "p50_ms": milliseconds(saves, 0.5),
        "p95_ms": milliseconds(saves, 0.95),
        "p99_ms": milliseconds(saves, 0.99),
        "max_ms": milliseconds(saves, 1.0),
        "fewest": min(len(sitting.saves) for sitting in sittings),
        "median_client": median(len(sitting.saves) for sitting in sittings),
        "errors": len(errors),
        "said": sorted(set(errors))[:_KEPT],
    }


def milliseconds(ordered: Sequence[float], share: float) -> float:
    """The value (seconds, in order) below which `share` of all lie, by nearest rank."""
    if not ordered:
        return 0.0
    rank = min(len(ordered) - 1, max(0, round(share * len(ordered)) - 1))
    return round(ordered[rank] * 1000, 2)


def _work(
    task: Task, name: str, seconds: float, thinking: tuple[float, float], barrier: Any
) -> Sitting:
    """Work and save until the time is over; the clock runs from when all are ready."""
    chance = random.Random(name)
    saves: list[float] = []
    errors: list[str] = []
    barrier.wait()
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if thinking[1]:
            time.sleep(chance.uniform(*thinking))
        try:
            if (save := task()) is None:
                break
            before = time.perf_counter()
            save()
            saves.append(time.perf_counter() - before)
        except (TonemarkError, sqlite3.Error) as error:
            errors.append(str(error))
    return Sitting(saves, errors, time.monotonic() - begun)


# The store's clients


def _annotate(
    path: Path, name: str, seconds: float, thinking: tuple[float, float], barrier: Any
) -> Sitting:
    store = Store(path)
    claims = queue.claim_next(store, name, 1, LEASE)

    def task() -> Callable[[], None] | None:
        page = page_of(store, claims)

        def save() -> None:
            nonlocal claims
            claims = queue.leave(store, page.outcomes("accept"), claim_next=1, lease=LEASE)

        return save if claims else None

    try:
        return _work(task, name, seconds, thinking, barrier)
    finally:
        store.close()


def page_of(store: Store, claims: Sequence[Claim]) -> Page:
    """The next page with two names labelled on it, as the desk opens and she leaves it."""
    sheets = []
    for claim in claims:
        document = store.document(claim.document)
        state = Replayed()
        log = MemoryLog()
        shown = [suggestion.to_json() for suggestion in store.suggestions(document)]
        log.append(Event(1, "open", {"shown": shown}, time.time()))
        state.take(document.number, log.events[0])
        sheets.append(Sheet(document, claim, (), log, state))
    page = Page(sheets)
    for sheet in page.sheets:
        for span in labelled(sheet.document):
            page.perform([Edit(sheet.document.number, added=(span,))])
    return page


def labelled(document: Document) -> tuple[Span, ...]:
    """The first word and the last one as spans."""
    words = document.text.split(" ")
    label = LABELS[document.number % len(LABELS)]
    first = Span(0, len(words[0]), label, ("manual",))
    end = len(document.text)
    last = Span(end - len(words[-1]), end, label, ("manual",))
    return (first, last) if len(words) > 1 else (first,)


# The rival's


def prepare_rival(path: Path, overlap: int) -> None:
    """Give the rival's documents places to be taken, and a table for the answers."""
    db = plain_connection(path)
    columns = [row[1] for row in db.execute("PRAGMA table_info(documents)")]
    if "taken" not in columns:
        db.execute("ALTER TABLE documents ADD COLUMN taken INTEGER NOT NULL DEFAULT 0")
        db.execute(f"CREATE INDEX free ON documents (id) WHERE taken < {overlap}")
        db.execute("CREATE TABLE answers (document INTEGER, annotator TEXT, data TEXT)")
    db.close()


def _plain(
    path: Path, name: str, seconds: float, thinking: tuple[float, float], barrier: Any
) -> Sitting:
    db = plain_connection(path)
    (free,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'free'").fetchone()
    take = (
        "UPDATE documents SET taken = taken + 1 WHERE id = (SELECT id FROM documents"
        f" WHERE {free.partition('WHERE ')[2]} AND id > ? ORDER BY id LIMIT 1) RETURNING id, text"
    )
    held = db.execute(take, (0,)).fetchall()

    def task() -> Callable[[], None] | None:
        if not held:
            return None
        number, text = held[0]
        spans = json.dumps([span.to_json() for span in labelled(Document(number, "", text))])

        def save() -> None:
            nonlocal held
            db.execute("BEGIN IMMEDIATE")
            try:
                db.execute("INSERT INTO answers VALUES (?, ?, ?)", (number, name, spans))
                held = db.execute(take, (number,)).fetchall()
                db.execute("COMMIT")
            except sqlite3.Error:
                db.execute("ROLLBACK")
                raise

        return save

    try:
        return _work(task, name, seconds, thinking, barrier)
    finally:
        db.close()


# What must be true afterwards


class Tally(NamedTuple):
    """What is counted before the clients come, and after they went."""

    annotations: int
    answer_events: int


def tally(path: Path) -> Tally:
    """Count the store's answers."""
    return Tally(
        _count(path, "SELECT count(*) FROM annotations"),
        _count(path, "SELECT count(*) FROM events WHERE kind = 'answer'"),
    )


def check(path: Path, overlap: int, before: Tally, commits: int) -> dict[str, Any]:
    """What is wrong with the store after `commits` answers: each figure but the last is 0 where
    nothing is, and that one is ok."""
    after = tally(path)
    return {
        "answered_too_often": _count(
            path,
            "SELECT count(*) FROM (SELECT 1 FROM annotations GROUP BY document"
            f" HAVING count(DISTINCT annotator) > {overlap})",
        ),
        "answered_twice": _count(path, "SELECT count(*) FROM annotations WHERE revision > 1"),
        "answers_missing": before.annotations + commits - after.annotations,
        "events_missing": before.answer_events + commits - after.answer_events,
        "places_wrong": _count(
            path,
            "SELECT count(*) FROM documents d WHERE taken <>"
            " (SELECT count(*) FROM claims c WHERE c.document = d.id AND c.counted)",
        ),
        "integrity": _ask(path, "PRAGMA integrity_check"),
    }


def _count(path: Path, query: str) -> int:
    return int(_ask(path, query))


def _ask(path: Path, query: str) -> Any:
    store = Store(path)
    try:
        return store.db.execute(query).fetchone()[0]
    finally:
        store.close()
