"""Records into the store: which are new, which are there already, and whose answers they bring.

A record is known by its source file and the identity given there (or its number in the file), so
that the same file again adds nothing, a file that has grown adds its new records, and a run that
was cut off goes on where it stopped.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tonemark.corpus.annotations import Annotation, current_annotation
from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.batches import Following, Item, batches
from tonemark.corpus.documents import damaged, pack_tokens, source_name
from tonemark.corpus.pieces import PIECE, first_and_last, offset_of, piece_json
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion, parsed_sources
from tonemark.corpus.store import Store
from tonemark.refusals import Refusal

BATCH = 4000
"""Records a transaction: enough to spread the cost of a sync, few enough to let others in."""

BATCH_SIZE = 4 * 1024 * 1024
"""Code points a transaction, so that memory stays flat where texts are long."""

CACHE = 64 * 1024
"""KiB of the store that are held in memory: with SQLite's own 2 MiB the last of a million
documents went in at half the speed of the first."""

CHECKPOINT = 8000
"""Pages of the write-ahead log (32 MiB) after which they go to the store. The digests lie anywhere
in their index: with SQLite's own 1,000, which a batch fills, a million documents wrote 4 GB, not 3.
"""

HEAD = 100
"""Records by which a file is told from another of the same name."""

KEY_LIMIT = 200
"""Code points of a key that we make: readers of ours take no more."""

_json = json.JSONEncoder(ensure_ascii=False).encode

Match = Literal["key", "text"]


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
    reached. Raises what the reader raises; batches before that stay, and `report` counts them.
    """
    store.db.execute(f"PRAGMA cache_size = {-CACHE}")
    store.db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
    name = source_name(source)
    number: int | None = None
    ready = batches(records, BATCH, BATCH_SIZE)
    batch = next(ready, None)
    while batch:
        following: Following | None = None
        counted = Report()
        for refusal in batch.refused:
            counted.refuse(refusal.line, refusal.reason)
        if batch.items:
            for item in batch.items:
                for warning in item.record.warnings:
                    counted.warn(item.record.line, warning)
            with store.transaction() as db:
                number = number or _source(db, name, batch.items[:HEAD])
                _Intake(db, number, places, match, counted).add(batch.items)
                following = Following(ready)  # last: beside it, nothing may run but the commit
        counted.refused.sort(key=lambda refusal: refusal.line)
        report.include(counted)
        progress(batch.line)
        batch = following.wait() if following else next(ready, None)


def _source(db: sqlite3.Connection, name: str, head: Sequence[Item]) -> int:
    """The source that a file of this name is: one whose first records agree, or a new one.

    A file that gives ids may have grown at its beginning: it is told apart only by ids that stand
    for other texts.
    """
    have_ids = all(item.record.key is not None for item in head)
    for attempt in itertools.count(1):
        candidate = name if attempt == 1 else f"{name}-{attempt}"
        row = db.execute("SELECT id FROM sources WHERE name = ?", (candidate,)).fetchone()
        if row is None:
            cursor = db.execute("INSERT INTO sources (name) VALUES (?)", (candidate,))
            assert cursor.lastrowid is not None
            return cursor.lastrowid
        number = int(row[0])
        known = _known(db, number, head)
        agreeing = sum(
            item.identity in known and known[item.identity][1] == item.digest for item in head
        )
        if agreeing and 2 * agreeing >= len(known):
            return number
        query = "SELECT 1 FROM documents WHERE source = ?"
        if not known and (have_ids or not db.execute(query, (number,)).fetchone()):
            return number
    raise AssertionError("unreachable")


def _known(
    db: sqlite3.Connection, source: int, items: Iterable[Item]
) -> dict[str, tuple[int, int]]:
    """Number and digest of those records of a source that are there."""
    rows = db.execute(
        "SELECT record, id, digest FROM documents WHERE source = ?"
        " AND record IN (SELECT value FROM json_each(?))",
        (source, json.dumps([item.identity for item in items])),
    )
    return {record: (number, text_digest) for record, number, text_digest in rows}


@dataclass(slots=True)
class _Intake:
    """One batch of one file, inside its transaction.

    What the store knows of the batch is asked for in a few queries, not record by record: `known`
    by identity, `texts` by digest (two numbers at most), `keys` that are in use.
    """

    db: sqlite3.Connection
    source: int
    places: int
    match: Match | None
    report: Report
    name: str = ""
    number: int = 0
    known: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: dict[int, list[int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)

    def add(self, items: Sequence[Item]) -> None:
        """Add the records of the batch, then what they bring to their documents."""
        self._look_up(items)
        rows = []
        brought = []
        for item in items:
            found = self._find(item)
            if isinstance(found, str):
                self.report.refuse(item.record.line, found)
                continue
            self.report.already_there += found is not None
            if found is None:
                rows.append(self._row(item))
                found = self.number
            if item.record.suggestions or item.record.annotations:
                brought.append((found, item.record))
        self._insert(rows)
        for number, record in brought:
            self._suggest(number, record)
            for annotation in record.annotations:
                self._annotate(number, record, annotation)

    def _look_up(self, items: Sequence[Item]) -> None:
        """Ask what the store knows of these records."""
        query = (
            "SELECT (SELECT name FROM sources WHERE id = ?), coalesce(max(id), 0) FROM documents"
        )
        self.name, self.number = self.db.execute(query, (self.source,)).fetchone()
        self.known = _known(self.db, self.source, items)
        new = [item for item in items if item.identity not in self.known]
        for text_digest, number in self._rows(
            "SELECT digest, id FROM documents WHERE digest IN", [item.digest for item in new]
        ):
            numbers = self.texts.setdefault(text_digest, [])
            if len(numbers) < 2:
                numbers.append(number)
        for key, number, text_digest in self._rows(
            "SELECT key, id, digest FROM documents WHERE key IN",
            [self._plain_key(item.record) for item in new],
        ):
            self.keys[key] = (number, text_digest)

    def _rows(self, query: str, values: Sequence[int] | Sequence[str]) -> sqlite3.Cursor:
        return self.db.execute(f"{query} (SELECT value FROM json_each(?))", (json.dumps(values),))

    def _find(self, item: Item) -> int | str | None:
        """The document that a record is already, None for a new one, or why it is refused."""
        key = item.record.key
        if known := self.known.get(item.identity):
            if known[1] == item.digest:
                return known[0]
            name = f"record {item.record.number}" if key is None else f"id {key}"
            if item.record.piece:
                name = f"what stands at {item.record.piece.offset} of {name}"
            return (
                f"{name} of this file is there already with another text;"
                " give the changed text an id of its own, or add it from a new file"
            )
        if (piece := item.record.piece) and piece.offset < self._reached(item.identity):
            return f"what stands at {piece.offset} is there already, divided in another way"
        if key is not None and piece:
            key = self._plain_key(item.record)
        if self.match == "key" and key in self.keys:
            number, its_digest = self.keys[key]
            if its_digest != item.digest:
                return f"the project's document {key} has another text"
            return number
        if self.match == "text" and (numbers := self.texts.get(item.digest)):
            if len(numbers) > 1:
                return "several documents of the project have this text; match by key"
            return numbers[0]
        return None

    def _reached(self, identity: str) -> int:
        """Up to which offset the record, of which this is a piece, is in the store."""
        first, last = first_and_last(identity)
        if first not in self.reached:
            row = self.db.execute(
                "SELECT record, length(text) FROM documents WHERE source = ?"
                " AND record BETWEEN ? AND ? AND length(record) = ? ORDER BY record DESC LIMIT 1",
                (self.source, first, last, len(first)),
            ).fetchone()
            self.reached[first] = offset_of(row[0]) + row[1] if row else 0
        return self.reached[first]

    def _row(self, item: Item) -> tuple[object, ...]:
        """The row of a new document, which is from now on known."""
        record = item.record
        self.number += 1
        key = self._free_key(record)
        self.known[item.identity] = self.keys[key] = (self.number, item.digest)
        if record.piece:
            first, _ = first_and_last(item.identity)
            self.reached[first] = record.piece.offset + len(record.text)
            self.report.split_texts += record.piece.is_first
        others = self.texts.setdefault(item.digest, [])
        self.report.equal_texts += bool(others)
        others.append(self.number)
        meta = item.meta
        if record.piece:
            meta = _json({**record.meta, PIECE: piece_json(record.piece, self._whole_key(record))})
        return (
            self.number,
            key,
            self.source,
            item.identity,
            record.text,
            item.digest,
            meta,
            None if record.tokens is None else pack_tokens(record.tokens),
            self.places,
        )

    def _insert(self, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        if self.number == len(rows):
            self.db.execute("UPDATE ticket SET places = ?", (self.places,))
        else:  # 0: not the same for all, until places.set_places
            self.db.execute("UPDATE ticket SET places = 0 WHERE places <> ?", (self.places,))
        self.db.executemany(
            "INSERT INTO documents (id, key, source, record, text, digest, meta, tokens, places)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        self.report.added += len(rows)

    def _whole_key(self, record: Record) -> str:
        """The key of a record, of which this may be a piece."""
        return f"{self.name}:{record.number}" if record.key is None else record.key

    def _plain_key(self, record: Record) -> str:
        whole = self._whole_key(record)
        if not record.piece:
            return whole
        key = f"{whole}@{record.piece.offset}"
        return key if len(key) <= KEY_LIMIT else self._numbered(record)

    def _numbered(self, record: Record) -> str:
        numbered = f"{self.name}:{record.number}"
        return f"{numbered}@{record.piece.offset}" if record.piece else numbered

    def _free_key(self, record: Record) -> str:
        plain = self._plain_key(record)
        if plain not in self.keys:
            return plain
        numbered = self._numbered(record)
        is_short = record.key is not None and len(self.name) + len(plain) < KEY_LIMIT
        named = f"{self.name}:{plain}" if is_short else numbered
        query = "SELECT 1 FROM documents WHERE key = ?"
        for key in itertools.chain(
            (named, numbered), (f"{numbered}~{n}" for n in itertools.count(2))
        ):
            if key not in self.keys and not self.db.execute(query, (key,)).fetchone():
                return key
        raise AssertionError("unreachable")

    def _suggest(self, number: int, record: Record) -> None:
        for suggestion in record.suggestions:
            place = (number, suggestion.start, suggestion.end, suggestion.label)
            cursor = self.db.execute(
                "INSERT OR IGNORE INTO suggestions (document, start_char, end_char, label, sources,"
                " score) VALUES (?, ?, ?, ?, ?, ?)",
                (*place, _json(suggestion.sources), suggestion.score),
            )
            if cursor.rowcount:
                self.report.suggestions += 1
                self.report.labels.add(suggestion.label)
            else:
                self._suggest_again(place, suggestion)

    def _suggest_again(self, place: tuple[int, int, int, str], suggestion: Suggestion) -> None:
        """A suggestion keeps all that proposed it, and the best score."""
        where = "WHERE document = ? AND start_char = ? AND end_char = ? AND label = ?"
        where += " AND producer = 0"
        known, score = self.db.execute(
            f"SELECT sources, score FROM suggestions {where}", place
        ).fetchone()
        try:
            sources = list(dict.fromkeys((*parsed_sources(known), *suggestion.sources)))
            best = max(score, suggestion.score)
        except (ValueError, TypeError):
            raise damaged(place[0], "the suggestions for ") from None
        self.db.execute(
            f"UPDATE suggestions SET sources = ?, score = ? {where}", (_json(sources), best, *place)
        )

    def _annotate(self, number: int, record: Record, given: GivenAnnotation) -> None:
        name = annotator_name(given.annotator)
        if name != given.annotator:
            self.report.renamed[given.annotator] = name
        claim = self.db.execute(
            "SELECT state, reopened FROM claims WHERE annotator = ? AND document = ?",
            (name, number),
        ).fetchone()
        if claim and (claim[0] != "answered" or claim[1]):
            self.report.warn(
                record.line, f"{name} is working on this document; her answer was left out"
            )
            return
        there = current_annotation(self.db, number, name)
        # An answer that was there before is not news, whatever its clock said.
        is_known = self.db.execute(
            "SELECT 1 FROM annotations WHERE document = ? AND annotator = ? AND time = ?",
            (number, name, given.time),
        ).fetchone()
        if there is None or (given.time is not None and given.time > there.time and not is_known):
            import_answer(self.db, name, number, given)
            self.report.annotations += 1
            self.report.labels.update(span.label for span in given.spans)
        elif not is_known and _content(given) != _content(there):
            self.report.warn(
                record.line, f"{name} has another answer to this document already; it is kept"
            )


def _content(annotation: GivenAnnotation | Annotation) -> tuple[object, ...]:
    """What an answer says, for comparing."""
    places = sorted((span.start, span.end, span.label) for span in annotation.spans)
    return annotation.answer, places, annotation.comment, annotation.flagged
