"""Records into the store: which are new, which are there already, and whose answers they bring.

A record is known by its source file and the identity given there (or its number in the file), so
that the same file again adds nothing, a file that has grown adds its new records, and a run that
was cut off goes on where it stopped.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from tonemark.corpus.archive import (
    dropped_keys,
    dropped_records,
    dropped_texts,
    highest_document,
)
from tonemark.corpus.batches import Following, Item, batches
from tonemark.corpus.brought import Bringing, TokensOf
from tonemark.corpus.cursors import Cursor, draw_back, set_priority
from tonemark.corpus.documents import digest, pack_tokens, source_name, unpack_tokens
from tonemark.corpus.pieces import PIECE, first_and_last, offset_of, piece_json
from tonemark.corpus.places import places_of
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

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
    share: float = 1.0,
    match: Match | None = None,
    times: Mapping[int, int] = MappingProxyType({}),
    priority: int | None = None,
    tokens_of: TokensOf | None = None,
    progress: Callable[[int], None] = lambda line: None,
) -> None:
    """Add one file's records under its name `source`, batch by batch, counting in `report`.

    `places` is how many annotators that `share` of the documents gets; the others get one. With
    `match`, a record whose key or text is there already brings its answers and suggestions to that
    document; where several have its text, and the file has it as often (`times`, by digest), to
    each in turn. `priority` is given to all its documents, new or not; without, new ones have that
    of their records. `tokens_of` tells whether the tokens under an answer are others than its
    document's: those given with it, where nobody says. `progress` is told the line reached. Raises
    what the reader raises; batches before that stay, and `report` counts them.
    """
    store.db.execute(f"PRAGMA cache_size = {-CACHE}")
    store.db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
    name = source_name(source)
    number: int | None = None
    adding = _Adding(places, share, match, times, Counter(), priority)
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
                bringing = Bringing(db, counted, tokens_of or partial(_given_tokens, db))
                _Intake(db, number, adding, counted, bringing).add(batch.items)
                following = Following(ready)  # last: beside it, nothing may run but the commit
        counted.refused.sort(key=lambda refusal: refusal.line)
        report.include(counted)
        progress(batch.line)
        batch = following.wait() if following else next(ready, None)


def times_of(records: Iterable[Record | Refusal]) -> Counter[int]:
    """How often each text stands in a file, by its digest; as far as the file can be read."""
    times: Counter[int] = Counter()
    with suppress(TonemarkError):  # said when it is added
        for each in records:
            if isinstance(each, Record):
                with suppress(UnicodeEncodeError):
                    times[digest(each.text)] += 1
    return times


def _given_tokens(db: sqlite3.Connection, number: int) -> tuple[Token, ...]:
    (packed,) = db.execute("SELECT tokens FROM documents WHERE id = ?", (number,)).fetchone()
    if packed is None:
        raise TonemarkError("Nobody says how this text is cut.")
    return unpack_tokens(packed)


class _Adding(NamedTuple):
    """What holds for a whole file, as `add_records` has it. `turns` counts its records with a text
    that several documents have."""

    places: int
    share: float
    match: Match | None
    times: Mapping[int, int]
    turns: Counter[int]
    priority: int | None


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
        known |= dropped_records(db, number, [item.identity for item in head])
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
    by identity, `texts` by digest (as many numbers as the file may want, and one more), `keys` that
    are in use; what was dropped has the number 0 in `known` and `keys`, and is no text.
    """

    db: sqlite3.Connection
    source: int
    adding: _Adding
    report: Report
    bringing: Bringing
    name: str = ""
    number: int = 0
    known: dict[str, tuple[int, int]] = field(default_factory=dict)
    texts: dict[int, list[int]] = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    reached: dict[str, int] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)

    def add(self, items: Sequence[Item]) -> None:
        """Add the records of the batch, then what they bring to their documents."""
        self._look_up(items)
        rows = []
        brought = []
        there = []
        for item in items:
            found = self._find(item)
            if isinstance(found, str):
                self.report.refuse(item.record.line, found)
                continue
            if found == 0:
                self.report.dropped += 1
                continue
            is_new = found is None
            self.report.already_there += not is_new
            if found is None:
                rows.append(self._row(item))
                found = self.number
            else:
                there.append(found)
            if item.record.suggestions or item.record.annotations:
                brought.append((found, item.record, is_new))
        self._insert(rows)
        if self.adding.priority is not None:
            self.report.moved += set_priority(self.db, there, self.adding.priority)
        for number, record, is_new in brought:
            self.bringing.suggest(number, record)
            for annotation in record.annotations:
                self.bringing.annotate(number, record, annotation, new=is_new)

    def _look_up(self, items: Sequence[Item]) -> None:
        """Ask what the store knows of these records."""
        query = (
            "SELECT (SELECT name FROM sources WHERE id = ?), coalesce(max(id), 0) FROM documents"
        )
        self.name, self.number = self.db.execute(query, (self.source,)).fetchone()
        self.number = max(self.number, highest_document(self.db))
        self.known = _known(self.db, self.source, items)
        self.known |= dropped_records(self.db, self.source, [item.identity for item in items])
        new = [item for item in items if item.identity not in self.known]
        for text_digest, number in self._rows(
            "SELECT digest, id FROM documents WHERE digest IN", [item.digest for item in new]
        ):
            numbers = self.texts.setdefault(text_digest, [])
            if len(numbers) <= max(1, self.adding.times.get(text_digest, 0)):
                numbers.append(number)
        plain = [self._plain_key(item.record) for item in new]
        for key, number, text_digest in self._rows(
            "SELECT key, id, digest FROM documents WHERE key IN", plain
        ):
            self.keys[key] = (number, text_digest)
        self.keys |= dropped_keys(self.db, plain)
        self.gone = dropped_texts(self.db, [item.digest for item in new])

    def _rows(self, query: str, values: Sequence[int] | Sequence[str]) -> sqlite3.Cursor:
        return self.db.execute(f"{query} (SELECT value FROM json_each(?))", (json.dumps(values),))

    def _find(self, item: Item) -> int | str | None:
        """The document that a record is already (0: one that was dropped), None for a new one, or
        why it is refused."""
        key = item.record.key
        if known := self.known.get(item.identity):
            if known[1] == item.digest:
                return known[0]  # 0 where it was dropped
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
        if self.adding.match == "key" and key in self.keys:
            number, its_digest = self.keys[key]
            if its_digest != item.digest:
                return f"the project's document {key} has another text"
            return number
        if self.adding.match == "text" and (numbers := self.texts.get(item.digest)):
            if len(numbers) == 1:
                return numbers[0]
            if len(numbers) != self.adding.times.get(item.digest):
                return (
                    "several documents of the project have this text, and not as many records of"
                    " the file: which is meant? (match by key)"
                )
            self.adding.turns[item.digest] += 1
            return sorted(numbers)[self.adding.turns[item.digest] - 1]
        if self.adding.match == "text" and item.digest in self.gone:
            return 0
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

    def _row(self, item: Item) -> tuple[Any, ...]:
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
            places_of(record.text, self.adding.places, self.adding.share),
            self._priority(record),
        )

    def _priority(self, record: Record) -> int:
        if self.adding.priority is not None:
            return self.adding.priority
        return record.priority or 0

    def _insert(self, rows: Sequence[tuple[Any, ...]]) -> None:
        if not rows:
            return
        routing = (self.adding.places, self.adding.share)
        if self.number == len(rows):
            self.db.execute("UPDATE ticket SET places = ?, share = ?", routing)
        else:  # 0: not what holds for all, until places.set_places
            self.db.execute("UPDATE ticket SET places = 0 WHERE (places, share) <> (?, ?)", routing)
        self.db.executemany(
            "INSERT INTO documents (id, key, source, record, text, digest, meta, tokens, places,"
            " priority) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        highest, first = max((row[-1], -row[0]) for row in rows)
        draw_back(self.db, Cursor(highest, -first - 1))
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
            is_known = key in self.keys or self.db.execute(query, (key,)).fetchone()
            if not is_known and not dropped_keys(self.db, [key]):
                return key
        raise AssertionError("unreachable")
