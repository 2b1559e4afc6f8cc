"""Answers that are in: the current annotation of each annotator on each document."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tonemark.corpus.documents import Document, unpack_tokens
from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store, document_from_row
from tonemark.tokenizers.base import Token


@dataclass(frozen=True, slots=True)
class Annotation:
    """One annotator's answer to one document.

    `revision` counts her answers to it from 1; `extra` says that it came when the document's
    places were taken, and is outside the figures. `tokens` are those she corrected, or None.
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

    def stretches(self) -> set[tuple[int, int, str]]:
        """Its spans as (start, end, label): what annotators can agree on."""
        return {(span.start, span.end, span.label) for span in self.spans}


_COLUMNS = "a.id, a.document, a.annotator, a.revision, a.answer, a.comment, a.flagged, a.tokens,"
_COLUMNS += " a.extra, a.time"


def annotated_documents(
    store: Store, *, annotator: str | None = None, unanswered: bool = False
) -> Iterator[tuple[Document, list[Annotation]]]:
    """Each document with its current annotations, in order; only those of `annotator` if given.

    Documents without any are left out unless `unanswered`. A stream: memory stays flat.
    """
    rows = store.db.execute(
        f"SELECT d.id, d.key, d.text, s.name, d.meta, d.tokens, {_COLUMNS} FROM documents d"
        " JOIN sources s ON s.id = d.source"
        " LEFT JOIN annotations a ON a.document = d.id AND a.current"
        " AND (? IS NULL OR a.annotator = ?)"
        " ORDER BY d.id, a.annotator",
        (annotator, annotator),
    )
    for _, group in itertools.groupby(rows, key=lambda row: row[0]):
        found = list(group)
        annotations = [_annotation(store, row[6:]) for row in found if row[6] is not None]
        if annotations or unanswered:
            yield document_from_row(found[0][:6]), annotations


def annotations_of(store: Store, document: int) -> list[Annotation]:
    """The current annotations of one document, by annotator."""
    rows = store.db.execute(
        f"SELECT {_COLUMNS} FROM annotations a WHERE a.document = ? AND a.current"
        " ORDER BY a.annotator",
        (document,),
    ).fetchall()
    return [_annotation(store, row) for row in rows]


def _annotation(store: Store, row: tuple[Any, ...]) -> Annotation:
    number, document, annotator, revision, answer, comment, flagged, tokens, extra, time = row
    spans = store.db.execute(
        "SELECT start_char, end_char, label, sources FROM spans WHERE annotation = ?"
        " ORDER BY start_char, end_char, label",
        (number,),
    )
    return Annotation(
        document,
        annotator,
        revision,
        answer,
        tuple(Span(start, end, label, tuple(json.loads(s))) for start, end, label, s in spans),
        comment,
        bool(flagged),
        None if tokens is None else unpack_tokens(tokens),
        bool(extra),
        time,
    )
