"""Rows of a store that is being made, gathered for each table, and the numbers that they have.

Knows not what they mean.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from tonemark.corpus.spans import Span

_INSERTS = {
    "claims": "(document, annotator, number, state, counted, sequence, answered, expires)"
    " VALUES (?, ?, ?, 'answered', ?, ?, ?, 0)",
    "events": "VALUES (?, ?, ?, ?, ?, ?, ?)",
    "annotations": "(id, document, annotator, revision, current, answer, comment, flagged, tokens,"
    " extra, seconds, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "spans": "VALUES (?, ?, ?, ?, ?)",
    "gold": "(id, document, revision, current, reviewer, answer, comment, flagged, tokens,"
    " decisions, cites, compared, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "gold_spans": "VALUES (?, ?, ?, ?, ?)",
    "suggestions": "(document, producer, start_char, end_char, label, sources, score)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)",
    "produced": "(producer, document, fault) VALUES (?, ?, ?)",
    "offers": "VALUES (?, ?, ?, ?, ?)",
}
"""What is gathered for each table, in an order in which what is named is there."""


@dataclass
class Tables:
    """The rows that are to be written."""

    db: sqlite3.Connection
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    def put(self, table: str, *row: Any) -> None:
        """Gather a row."""
        self.rows.setdefault(table, []).append(row)

    def put_spans(
        self, table: Literal["spans", "gold_spans"], number: int, spans: Iterable[Span]
    ) -> None:
        """Gather the spans of an annotation, or of gold, with this number."""
        for each in spans:
            self.put(table, number, each.start, each.end, each.label, json.dumps(each.sources))

    def write(self) -> None:
        """Write what was gathered. Runs inside the caller's transaction."""
        for table, columns in _INSERTS.items():
            if rows := self.rows.pop(table, None):
                self.db.executemany(f"INSERT INTO {table} {columns}", rows)


@dataclass
class Numbers:
    """The numbers that what a project brings has here: its own behind `behind`, or new ones, from
    `last` on."""

    behind: int
    last: int

    def of(self, number: int, at_least: int = 0) -> int:
        """What a number is here; a new one where it is none, or would not come behind another."""
        if number and number + self.behind > at_least:
            return number + self.behind
        self.last += 1
        return self.last
