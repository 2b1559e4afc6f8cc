"""Records into the store: which are new, which are there already, and whose answers they bring.

A record is known by its source file and the identity given there (or its number in the file), so
that the same file again adds nothing, a file that has grown adds its new records, and a run that
was cut off goes on where it stopped.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Literal

from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import GivenAnnotation, Record, Refusal
from tonemark.corpus.store import Store

BATCH = 4000
"""Records a transaction: enough to spread the cost of a sync, few enough to let others in."""

HEAD = 100
"""Records by which a file is told from another of the same name."""

KEPT_REFUSALS = 10_000
"""Refusals that a report holds; more are only counted, so that memory stays flat."""

Match = Literal["key", "text"]


@dataclass(slots=True)
class Report:
    """What became of the records of the files added."""

    added: int = 0
    already_there: int = 0
    equal_texts: int = 0
    annotations: int = 0
    suggestions: int = 0
    refused_count: int = 0
    refused: list[Refusal] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    renamed: dict[str, str] = field(default_factory=dict)
    """Annotators' names as given, and as they had to be written."""

    def refuse(self, line: int, reason: str) -> None:
        """Count a refusal, and keep it while there is room."""
        self.refused_count += 1
        if len(self.refused) < KEPT_REFUSALS:
            self.refused.append(Refusal(line, reason))


def add_records(
    store: Store,
    source: str,
    records: Iterable[Record | Refusal],
    report: Report,
    *,
    places: int = 1,
    match: Match | None = None,
    progress: Callable[[int], None] = lambda line: None,
) -> None:
    """Add one file's records under its name `source`, batch by batch, counting in `report`.

    `places` is how many annotators a document gets. With `match`, a record whose key or text is
    there already brings its answers and suggestions to that document. `progress` is told the line
    reached. Raises what the reader raises; batches before that stay.
    """
    stream = iter(records)
    head = list(itertools.islice(stream, HEAD))
    number = _source(store, source, [item for item in head if isinstance(item, Record)])
    for batch in _batches(itertools.chain(head, stream)):
        with store.transaction() as db:
            intake = _Intake(db, number, places, match, report)
            intake.add([item for item in batch if isinstance(item, Record)])
        for item in batch:
            if isinstance(item, Refusal):
                report.refuse(item.line, item.reason)
            else:
                report.warnings += [f"line {item.line}: {text}" for text in item.warnings]
        progress(batch[-1].line)


def digest(text: str) -> int:
    """A 64-bit signed number that tells texts apart."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def identity(record: Record) -> str:
    """How a record is known within its file."""
    return f"={record.key}" if record.key is not None else str(record.number)


def _batches(items: Iterable[Record | Refusal]) -> Iterator[list[Record | Refusal]]:
    stream = iter(items)
    while batch := list(itertools.islice(stream, BATCH)):
        yield batch


def _source(store: Store, name: str, head: Sequence[Record]) -> int:
    """The source that a file of this name is: one whose first records agree, or a new one."""
    with store.transaction() as db:
        for attempt in itertools.count(1):
            candidate = name if attempt == 1 else f"{name}-{attempt}"
            row = db.execute("SELECT id FROM sources WHERE name = ?", (candidate,)).fetchone()
            if row is None:
                cursor = db.execute("INSERT INTO sources (name) VALUES (?)", (candidate,))
                assert cursor.lastrowid is not None
                return cursor.lastrowid
            number = int(row[0])
            known = [
                (record, there[0])
                for record in head
                if (
                    there := db.execute(
                        "SELECT digest FROM documents WHERE source = ? AND record = ?",
                        (number, identity(record)),
                    ).fetchone()
                )
            ]
            agreeing = sum(digest(record.text) == there for record, there in known)
            if 2 * agreeing >= len(known) and (agreeing or not _has_documents(db, number)):
                return number
    raise AssertionError("unreachable")


def _has_documents(db: sqlite3.Connection, source: int) -> bool:
    query = "SELECT 1 FROM documents WHERE source = ? LIMIT 1"
    return db.execute(query, (source,)).fetchone() is not None


class _Intake:
    """One batch of one file, inside its transaction."""

    def __init__(
        self,
        db: sqlite3.Connection,
        source: int,
        places: int,
        match: Match | None,
        report: Report,
    ) -> None:
        self.db = db
        self.source = source
        self.places = places
        self.match = match
        self.report = report
        (self.name,) = db.execute("SELECT name FROM sources WHERE id = ?", (source,)).fetchone()
        (last,) = db.execute("SELECT coalesce(max(id), 0) FROM documents").fetchone()
        self.number = int(last)
        self.fresh = not _has_documents(db, source)
        self.known: dict[str, tuple[int, int]] = {}
        self.digests: set[int] = set()
        self.keys: set[str] = set()

    def add(self, records: Sequence[Record]) -> None:
        """Add the records of the batch, then what they bring to their documents."""
        rows = []
        brought = []
        for record in records:
            found = self._find(record)
            if isinstance(found, str):
                self.report.refuse(record.line, found)
                continue
            if found is None:
                found = self.number = self.number + 1
                rows.append(self._row(record))
            else:
                self.report.already_there += 1
            if record.suggestions or record.annotations:
                brought.append((found, record))
        self.db.executemany(
            "INSERT INTO documents (id, key, source, record, text, digest, meta, tokens, places)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self.report.added += len(rows)
        for number, record in brought:
            self._suggest(number, record)
            for annotation in record.annotations:
                self._annotate(number, record, annotation)

    def _find(self, record: Record) -> int | str | None:
        """The document that a record is already, None for a new one, or why it is refused."""
        record_id = identity(record)
        known = self.known.get(record_id)
        if known is None and not self.fresh:
            known = self.db.execute(
                "SELECT id, digest FROM documents WHERE source = ? AND record = ?",
                (self.source, record_id),
            ).fetchone()
        if known is not None:
            if known[1] == digest(record.text):
                return known[0]
            name = f"id {record.key}" if record.key is not None else f"record {record.number}"
            return (
                f"{name} of this file is there already with another text;"
                " give the changed text an id of its own, or add it from a new file"
            )
        if self.match == "key" and record.key is not None:
            row = self.db.execute(
                "SELECT id, digest FROM documents WHERE key = ?", (record.key,)
            ).fetchone()
            if row and row[1] != digest(record.text):
                return f"the project's document {record.key} has another text"
            return row and row[0]  # type: ignore[no-any-return]
        if self.match == "text":
            rows = self.db.execute(
                "SELECT id FROM documents WHERE digest = ? LIMIT 2", (digest(record.text),)
            ).fetchall()
            if len(rows) > 1:
                return "several documents of the project have this text; match by key"
            return rows[0][0] if rows else None
        return None

    def _row(self, record: Record) -> tuple[object, ...]:
        text_digest = digest(record.text)
        if text_digest in self.digests or self._there("digest", text_digest):
            self.report.equal_texts += 1
        key = self._free_key(record)
        self.known[identity(record)] = (self.number, text_digest)
        self.digests.add(text_digest)
        self.keys.add(key)
        return (
            self.number,
            key,
            self.source,
            identity(record),
            record.text,
            text_digest,
            json.dumps(record.meta, ensure_ascii=False) if record.meta else None,
            None if record.tokens is None else pack_tokens(record.tokens),
            self.places,
        )

    def _free_key(self, record: Record) -> str:
        plain = f"{self.name}:{record.number}" if record.key is None else record.key
        for key in itertools.chain(
            (plain, f"{self.name}:{plain}"), (f"{plain}~{n}" for n in itertools.count(2))
        ):
            if key not in self.keys and not self._there("key", key):
                return key
        raise AssertionError("unreachable")

    def _there(self, column: str, value: object) -> bool:
        query = f"SELECT 1 FROM documents WHERE {column} = ? LIMIT 1"
        return self.db.execute(query, (value,)).fetchone() is not None

    def _suggest(self, number: int, record: Record) -> None:
        for suggestion in record.suggestions:
            cursor = self.db.execute(
                "INSERT OR IGNORE INTO suggestions VALUES (?, ?, ?, ?, ?, ?)",
                (
                    number,
                    suggestion.start,
                    suggestion.end,
                    suggestion.label,
                    json.dumps(suggestion.sources, ensure_ascii=False),
                    suggestion.score,
                ),
            )
            self.report.suggestions += cursor.rowcount

    def _annotate(self, number: int, record: Record, given: GivenAnnotation) -> None:
        name = annotator_name(given.annotator)
        if name != given.annotator:
            self.report.renamed[given.annotator] = name
        claim = self.db.execute(
            "SELECT state, reopened FROM claims WHERE annotator = ? AND document = ?",
            (name, number),
        ).fetchone()
        if claim and (claim[0] != "answered" or claim[1]):
            self.report.warnings.append(
                f"line {record.line}: {name} is working on this document; her answer was left out"
            )
            return
        current = self.db.execute(
            "SELECT time FROM annotations WHERE document = ? AND annotator = ? AND current",
            (number, name),
        ).fetchone()
        if current is None or (given.time is not None and given.time > current[0]):
            import_answer(self.db, name, number, given)
            self.report.annotations += 1
