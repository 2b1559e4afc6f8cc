"""Annotators' work in the store: their events, and their current annotations of each document.

Whose turn it is and what a page shows is told elsewhere.
"""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tonemark.corpus.archive import highest_annotation
from tonemark.corpus.documents import (
    Damaged,
    Document,
    damaged,
    document_from_row,
    misplaced,
    pack_tokens,
    unpack_tokens,
)
from tonemark.corpus.events import Event
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span, check_stretches, parsed_sources
from tonemark.corpus.store import Store
from tonemark.files import parsed
from tonemark.tokenizers.base import Token


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's answer to one document.

    `revision` counts her answers to it from 1; `extra` says that it came when the document's
    places were taken, and is outside the figures. `tokens` are those she corrected, or None.
    `weighed` says that what it tells of entries is counted (`evidence`).
    `seconds` are those of work that this revision took (`work_time`), 0 where it came with a file;
    `time` is Unix seconds.
    """

    document: int
    annotator: str
    revision: int
    answer: Answer
    spans: tuple[Span, ...]
    comment: str = ""
    flagged: bool = False
    tokens: tuple[Token, ...] | None = None
    extra: bool = False
    time: float = 0.0
    weighed: bool = False
    seconds: float = 0.0

    def stretches(self) -> set[tuple[int, int, str]]:
        """Its spans as (start, end, label): what annotators can agree on."""
        return {(span.start, span.end, span.label) for span in self.spans}


_COLUMNS = "a.id, a.document, a.annotator, a.revision, a.answer, a.comment, a.flagged, a.tokens,"
_COLUMNS += " a.extra, a.time, a.seconds"


def annotated_documents(
    store: Store,
    *,
    annotator: str | None = None,
    unanswered: bool = False,
    damaged_keys: list[str] | None = None,
) -> Iterator[tuple[Document, list[Annotation]]]:
    """Each document with its current annotations, in order; only those of `annotator` if given.

    Documents without any are left out unless `unanswered`. A stream: memory stays flat. Raises
    Damaged where one cannot be read, or what lies on its text does not fit it; with
    `damaged_keys`, it is left out and its key is put there.
    """
    # The order of the tables is fixed, so that rows come sorted out of an index, as they are read.
    tables = (
        "documents d LEFT JOIN annotations a ON a.document = d.id"
        if unanswered
        else "annotations a INDEXED BY annotations_current"
        " CROSS JOIN documents d ON d.id = a.document"
    )
    hers = "" if annotator is None else " AND a.annotator = :annotator"
    rows = store.db.execute(
        "SELECT d.id, d.key, d.text, (SELECT name FROM sources WHERE id = d.source), d.meta,"
        f" d.tokens, {_COLUMNS} FROM {tables} AND a.current{hers}"
        f" ORDER BY {'d.id' if unanswered else 'a.document'}, a.annotator",
        {"annotator": annotator},
    )
    for _, group in itertools.groupby(rows, key=lambda row: row[0]):
        found = list(group)
        try:
            annotations = [_annotation(store.db, row[6:]) for row in found if row[6] is not None]
            if not annotations and not unanswered:
                continue
            document = document_from_row(found[0][:6])
            for each in annotations:
                check_fits(each, document.text)
        except Damaged:
            if damaged_keys is None:
                raise
            damaged_keys.append(str(found[0][1]))
            continue
        yield document, annotations


def annotations_of(store: Store, document: int, *, earlier: bool = False) -> list[Annotation]:
    """The current annotations of one document, by annotator; with `earlier` those before them too,
    in the order of their revisions."""
    rows = store.db.execute(
        f"SELECT {_COLUMNS} FROM annotations a WHERE a.document = ?"
        f"{'' if earlier else ' AND a.current'} ORDER BY a.annotator, a.revision",
        (document,),
    ).fetchall()
    return [_annotation(store.db, row) for row in rows]


def answers_among(
    store: Store, documents: Sequence[int], damaged: set[int]
) -> dict[int, dict[int, Annotation]]:
    """The current answers that count to each of these documents, by their numbers in the store, in
    the order of annotators' names; empty where there are none.

    Two reads for all of them. Those of which one cannot be read are left out, and put in
    `damaged`.
    """
    found: dict[int, dict[int, Annotation]] = {number: {} for number in documents}
    wanted = json.dumps(list(found))
    rows = store.db.execute(
        f"SELECT {_COLUMNS} FROM json_each(?) n CROSS JOIN annotations a ON a.document = n.value"
        " AND a.current AND NOT a.extra ORDER BY a.document, a.annotator",
        (wanted,),
    ).fetchall()
    spans: dict[int, list[tuple[Any, ...]]] = {row[0]: [] for row in rows}
    for number, *span in store.db.execute(
        "SELECT s.annotation, s.start_char, s.end_char, s.label, s.sources"
        " FROM json_each(?) n CROSS JOIN spans s ON s.annotation = n.value"
        " ORDER BY s.annotation, s.start_char, s.end_char, s.label",
        (json.dumps(list(spans)),),
    ):
        spans[number].append(tuple(span))
    for row in rows:
        try:
            found[row[1]][row[0]] = _made(row, spans[row[0]])
        except Damaged:
            damaged.add(row[1])
    return {number: answers for number, answers in found.items() if number not in damaged}


def current_annotation(db: sqlite3.Connection, document: int, annotator: str) -> Annotation | None:
    """An annotator's annotation of a document, or None."""
    row = db.execute(
        f"SELECT {_COLUMNS} FROM annotations a"
        " WHERE a.document = ? AND a.annotator = ? AND a.current",
        (document, annotator),
    ).fetchone()
    return _annotation(db, row) if row else None


def events_of(store: Store, annotator: str, document: int) -> list[Event]:
    """All that an annotator did on a document, in order.

    Raises TonemarkError where they cannot be read.
    """
    rows = store.db.execute(
        "SELECT number, kind, data, time FROM events WHERE document = ? AND annotator = ?"
        " ORDER BY number, claim",
        (document, annotator),
    )
    try:
        return [Event(number, kind, parsed(data), when) for number, kind, data, when in rows]
    except (ValueError, TypeError):
        raise _damaged(document, annotator) from None


def write_events(
    db: sqlite3.Connection, annotator: str, document: int, claim: int, events: Iterable[Event]
) -> None:
    """Keep the events of a claim; those that are there already are passed over.

    Runs inside the caller's transaction. Raises TonemarkError where something else is there under
    an event's number.
    """
    key = (document, annotator, claim)
    rows = [(*key, each.number, each.kind, storable_json(each.data), each.time) for each in events]
    written = db.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    if written.rowcount == len(rows):
        return
    for row in rows:
        there = db.execute(
            "SELECT kind, data FROM events WHERE document = ? AND annotator = ? AND claim = ?"
            " AND number = ?",
            row[:4],
        ).fetchone()
        if there != row[4:6]:
            raise damaged(document, "your work on ")


def write_revision(db: sqlite3.Connection, annotation: Annotation) -> None:
    """Write an answer as a new revision, whatever its `revision` says; earlier ones stay.

    Runs inside the caller's transaction.
    """
    document, annotator = annotation.document, annotation.annotator
    (last,) = db.execute(
        "SELECT coalesce(max(revision), 0) FROM annotations WHERE document = ? AND annotator = ?",
        (document, annotator),
    ).fetchone()
    db.execute(
        "UPDATE annotations SET current = 0 WHERE document = ? AND annotator = ? AND current",
        (document, annotator),
    )
    number = next_number(db)
    db.execute(
        "INSERT INTO annotations (id, document, annotator, revision, answer, comment, flagged,"
        " tokens, extra, weighed, seconds, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            document,
            annotator,
            last + 1,
            annotation.answer,
            storable(annotation.comment),
            annotation.flagged,
            None if annotation.tokens is None else pack_tokens(annotation.tokens),
            annotation.extra,
            annotation.weighed,
            annotation.seconds,
            annotation.time,
        ),
    )
    write_spans(db, "spans", number, annotation.spans)


def storable(comment: str) -> str:
    """A comment as the store keeps it: SQLite takes no lone surrogate, which a keyboard can send;
    the event has it."""
    return comment.encode("utf-8", "replace").decode()


def write_spans(
    db: sqlite3.Connection,
    table: Literal["spans", "gold_spans"],
    number: int,
    spans: Iterable[Span],
) -> None:
    """Write the spans of an annotation, or of gold, with this number."""
    db.executemany(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?, ?)",
        ((number, each.start, each.end, each.label, json.dumps(each.sources)) for each in spans),
    )


def next_number(db: sqlite3.Connection) -> int:
    """The number of the next annotation, or gold: one sequence, by which evidence is in order; that
    of one that was dropped does not come again.

    Runs inside the caller's transaction.
    """
    (number,) = db.execute(
        "SELECT 1 + max(coalesce((SELECT max(id) FROM annotations), 0),"
        " coalesce((SELECT max(id) FROM gold), 0), ?)",
        (highest_annotation(db),),
    ).fetchone()
    return int(number)


def renumber(db: sqlite3.Connection, document: int, annotator: str) -> None:
    """Give an annotator's annotation the next number, as if it came now: whoever has looked at all
    up to some number meets it again.

    Runs inside the caller's transaction.
    """
    row = db.execute(
        "SELECT id FROM annotations WHERE document = ? AND annotator = ? AND current",
        (document, annotator),
    ).fetchone()
    if row:
        numbers = next_number(db), row[0]
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE annotations SET id = ? WHERE id = ?", numbers)
        db.execute("UPDATE spans SET annotation = ? WHERE annotation = ?", numbers)


def storable_json(value: Any) -> str:
    """JSON that SQLite takes: readable, and escaped only where it holds a lone surrogate."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return text


def _annotation(db: sqlite3.Connection, row: tuple[Any, ...]) -> Annotation:
    spans = db.execute(
        "SELECT start_char, end_char, label, sources FROM spans WHERE annotation = ?"
        " ORDER BY start_char, end_char, label",
        (row[0],),
    )
    return _made(row, spans)


def _made(row: tuple[Any, ...], spans: Iterable[tuple[Any, ...]]) -> Annotation:
    _, document, annotator, revision, answer, comment, flagged, tokens, *rest = row
    extra, time, seconds = rest
    try:
        return Annotation(
            document,
            annotator,
            revision,
            answer,
            tuple(Span(start, end, label, parsed_sources(s)) for start, end, label, s in spans),
            comment,
            bool(flagged),
            None if tokens is None else unpack_tokens(tokens),
            bool(extra),
            time,
            seconds=seconds,
        )
    except (ValueError, TypeError):
        raise _damaged(document, annotator) from None


def check_fits(annotation: Annotation, text: str) -> None:
    """Raises Damaged where the spans, or the tokens, of an answer do not lie in the text."""
    try:
        check_stretches(annotation.spans, len(text))
        if misplaced(annotation.tokens or (), len(text)):
            raise ValueError
    except ValueError:
        raise _damaged(annotation.document, annotation.annotator) from None


def _damaged(document: int, annotator: str) -> Damaged:
    return damaged(document, f"the work of {annotator} on ")
