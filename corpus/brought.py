"""What a record of a file brings to its document: suggestions, and annotators' answers.

Which document it is has been settled before (`intake`); everything runs inside its transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypeAlias

from tonemark.corpus.annotations import Annotation, current_annotation
from tonemark.corpus.annotators import annotator_name
from tonemark.corpus.archive import is_dropped
from tonemark.corpus.corrections import corrected
from tonemark.corpus.documents import damaged
from tonemark.corpus.given_gold import take_gold
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Suggestion, parsed_sources
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token

_json = json.JSONEncoder(ensure_ascii=False).encode

TokensOf: TypeAlias = Callable[[int], tuple[Token, ...]]
"""The tokens that the document of a number has. Raises TonemarkError where they cannot be had."""


@dataclass(slots=True)
class Bringing:
    """Where what records bring goes, and where it is counted."""

    db: sqlite3.Connection
    report: Report
    tokens_of: TokensOf

    def suggest(self, number: int, record: Record) -> None:
        """Add a record's suggestions to a document; one that is there keeps all that proposed
        it."""
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
                self._again(place, suggestion)

    def _again(self, place: tuple[int, int, int, str], suggestion: Suggestion) -> None:
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

    def annotate(self, number: int, record: Record, given: GivenAnnotation, *, new: bool) -> None:
        """Add an answer, or gold, to a document, which is `new` with this record or not."""
        if given.settled is not None:
            if not new and record.tokens is not None:
                given = self._with_tokens(number, record, given)
            take_gold(self.db, self.report, record.line, number, given)
            return
        name = annotator_name(given.annotator)
        if name != given.annotator:
            self.report.renamed[given.annotator] = name
        if is_dropped(self.db, number, name):
            self.report.warn(
                record.line, f"the answer of {name} was dropped from this project: left out"
            )
            return
        claim = self.db.execute(
            "SELECT state, reopened FROM claims WHERE annotator = ? AND document = ?",
            (name, number),
        ).fetchone()
        if claim and (claim[0] != "answered" or claim[1]):
            self.report.warn(
                record.line, f"{name} is working on this document; her answer was left out"
            )
            return
        if not new and record.tokens is not None:
            given = self._with_tokens(number, record, given)
        there = current_annotation(self.db, number, name)
        # An answer that was there before is not news, whatever its clock said.
        is_known = self.db.execute(
            "SELECT 1 FROM annotations WHERE document = ? AND annotator = ? AND time = ?",
            (number, name, given.time),
        ).fetchone()
        if there is None or (given.time is not None and given.time > there.time and not is_known):
            import_answer(self.db, name, number, given)
            self.report.annotations += 1
            self.report.other_tokens += given.tokens is not None
            self.report.labels.update(span.label for span in given.spans)
        elif not is_known and _content(given) != _content(there):
            self.report.warn(
                record.line, f"{name} has another answer to this document already; it is kept"
            )

    def _with_tokens(self, number: int, record: Record, given: GivenAnnotation) -> GivenAnnotation:
        """The answer with its own tokens, or those of its record, where the document has others."""
        under = given.tokens or record.tokens
        assert under is not None
        with suppress(TonemarkError):  # what is damaged is told where it is opened
            theirs = self.tokens_of(number)
            known = set(theirs)
            made = tuple(token for token in under if token not in known)
            if made:
                tokens = corrected(record.text, theirs, made)
                return replace(given, tokens=tokens, made=made)
            return replace(given, tokens=None, made=())
        return given


def _content(annotation: GivenAnnotation | Annotation) -> tuple[object, ...]:
    """What an answer says, for comparing."""
    places = sorted((span.start, span.end, span.label) for span in annotation.spans)
    said = annotation.comment, annotation.flagged, annotation.tokens
    return annotation.answer, places, *said
