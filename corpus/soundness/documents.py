"""Document by document: text, metadata, tokens, suggestions, and what annotators did on them.

One pass in the order of the documents, beside which the other tables are read in the same order:
memory holds one document.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tonemark.corpus.archive import were_left_out
from tonemark.corpus.documents import digest
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.project import Project
from tonemark.corpus.soundness.findings import Checked, Finding
from tonemark.corpus.soundness.reviews import Reviews
from tonemark.corpus.soundness.spans import BACKUP, Fault, Row, Texts, place_of
from tonemark.corpus.soundness.work import Work
from tonemark.corpus.spans import parsed_sources
from tonemark.corpus.store import STORE_FILE
from tonemark.files import parsed


@dataclass(slots=True)
class _Rows:
    """Rows of another table that begin with a document's number, in the order of those."""

    rows: Iterator[tuple[Any, ...]]
    next: tuple[Any, ...] | None = None
    stray: list[Any] = field(default_factory=list)

    def of(self, number: int) -> list[tuple[Any, ...]]:
        """The rows of the document that comes next; those before it belong to none."""
        found = []
        row = self.next or next(self.rows, None)
        while row is not None:
            if not isinstance(row[0], int) or row[0] < number:
                self.stray.append(row[0])
            elif row[0] == number:
                found.append(row)
            else:
                break
            row = next(self.rows, None)
        self.next = row
        return found

    def left(self) -> Iterator[Any]:
        """The documents that rows named and that there are not; each once."""
        while self.stray:
            yield self.stray.pop()
        if self.next:
            yield self.next[0]
        self.next = None
        yield from (row[0] for row in self.rows)


TABLES = {
    "suggestion": "SELECT document, start_char, end_char, label, sources, score FROM suggestions"
    " ORDER BY document",
    "tokenization": "SELECT document, tokens FROM tokenized ORDER BY document",
    "claim": "SELECT document, annotator, number, state, counted, reopened, sequence, deferred,"
    " answered FROM claims ORDER BY document, annotator",
    "annotation": "SELECT document, annotator, revision, current, answer, comment, flagged, tokens,"
    " extra, id, seconds FROM annotations ORDER BY document, annotator, revision",
    "gold": "SELECT document, revision, current, reviewer, answer, comment, flagged,"
    " tokens, decisions, cites, compared, weighed, time, id FROM gold ORDER BY document, revision",
    "difference": "SELECT * FROM differences ORDER BY document",
    "event": "SELECT document, annotator, claim, number, kind, data FROM events"
    " ORDER BY document, annotator",
}
"""The tables that are judged with their documents, each read in the order of those."""


def examine_documents(
    db: sqlite3.Connection, project: Project | None, folder: Path, checked: Checked
) -> Iterator[Finding]:
    """All that is wrong with documents and with what annotators did on them.

    Raises sqlite3.DatabaseError where the file cannot be read any further.
    """
    texts = Texts(project, checked)
    examiner = Examiner(folder, texts, Work(db, folder, texts))
    sides = {name: _Rows(db.execute(query)) for name, query in TABLES.items()}
    expected = 1
    for values in db.execute(
        "SELECT id, key, text, digest, meta, tokens, places, taken FROM documents ORDER BY id"
    ):
        document = Row(*values)
        if document.number != expected and not were_left_out(db, expected, document.number):
            yield Finding(
                "Documents are not numbered without gaps.",
                f"behind {expected - 1} comes {document.number}",
                BACKUP,
            )
        expected = document.number + 1
        checked.documents += 1
        rows = {name: side.of(document.number) for name, side in sides.items()}
        for what, where, remedy, harmless in examiner.document(document, rows):
            place = f"document {document.number} ({document.key})"
            place = f"{place}, {where}" if where else place
            yield Finding(what, place, remedy, harmless)
        for name, side in sides.items():
            while side.stray:
                yield _stray(name, side.stray.pop())
    for name, side in sides.items():
        for number in side.left():
            yield _stray(name, number)
    for label, count in texts.unknown.most_common():
        yield Finding(
            "Spans have a label that project.toml lacks.",
            f"{label}: {count:,}",
            "Add it under [labels] in project.toml, if it is meant.",
            harmless=True,
        )


def examine_texts(db: sqlite3.Connection) -> Iterator[Finding]:
    """Every text against the digest that was taken of it when it came in.

    SQLite itself has no check of what a page holds: a byte that flipped there is seen only so.
    """
    # As bytes: what is no UTF-8 any more ends a query for text.
    for number, key, text, wanted in db.execute(
        "SELECT id, CAST(key AS BLOB), CAST(text AS BLOB), digest FROM documents"
    ):
        try:
            is_right = digest(text.decode()) == wanted
        except MALFORMED:
            is_right = False
        if not is_right:
            yield Finding(
                "A text is not the one that came in: its digest differs.",
                f"document {number} ({str(key, 'utf-8', 'backslashreplace')})",
                f"{BACKUP} The file that it came from has it, too.",
            )


@dataclass
class Examiner:
    """Judges one document at a time."""

    folder: Path
    texts: Texts
    work: Work

    def __post_init__(self) -> None:
        self.reviews = Reviews(self.work)

    def document(self, row: Row, rows: dict[str, list[tuple[Any, ...]]]) -> Iterator[Fault]:
        """One document with its rows in the other tables."""
        if not isinstance(row.text, str) or not isinstance(row.key, str):
            yield Fault("A document's text or key is no text.", "", BACKUP)
            return
        found = [*self.content(row)]
        for each in rows["suggestion"]:
            found += self.suggestion(row, each)
        for each in rows["tokenization"]:
            found += self.tokenization(row, each)
        found += self.work.faults(row, rows)
        found += self.reviews.faults(row, rows)
        yield from found
        if all(each.harmless for each in found):
            yield from self.reviews.missing(row, rows)

    def content(self, row: Row) -> Iterator[Fault]:
        """The metadata and the tokens of a document."""
        try:
            if row.meta is not None and not isinstance(parsed(row.meta), dict):
                raise ValueError
        except MALFORMED:
            yield Fault("The metadata of a document cannot be read.", "", BACKUP)
        yield from self.texts.tokens(row.text, row.tokens, "")

    def suggestion(self, row: Row, each: tuple[Any, ...]) -> Iterator[Fault]:
        """One suggestion for a document."""
        _, start, end, label, sources, score = each
        self.texts.checked.suggestions += 1

        def remedy() -> str:
            return f"They can be dropped:\n    {self._dropped('suggestions', row)}"

        yield from self.texts.stretch(row.text, start, end, label, "suggestion", "", remedy)
        try:
            parsed_sources(sources)
            if not 0 <= score <= 1:
                raise ValueError
        except MALFORMED:
            what = "The sources or the score of a suggestion cannot be read."
            yield Fault(what, place_of("", start, end), remedy())

    def tokenization(self, row: Row, each: tuple[Any, ...]) -> Iterator[Fault]:
        """The tokens that a tokenizer made of a document, in a process of its own."""
        remedy = f"Dropped, they are made anew:\n    {self._dropped('tokenized', row)}"
        yield from self.texts.tokens(row.text, each[1], "", remedy)

    def _dropped(self, table: str, row: Row) -> str:
        """The command that drops a document's rows of a table."""
        query = f"DELETE FROM {table} WHERE document = {row.number}"
        return f"sqlite3 {shlex.quote(str(self.folder / STORE_FILE))} {shlex.quote(query)}"


def _stray(table: str, number: Any) -> Finding:
    rows = table if table == "gold" else f"{table}s"
    return Finding(f"A row of the {rows} belongs to no document.", str(number), BACKUP)
