"""A project into a file: which annotation stands for each document, and what is left out.

Document by document: gold; where there is none, the accept that all who answered gave alike; with a
name, all answers of that annotator; gold alone whatever it says, so that another project may have
it. An answer that is extra (it came when the document's places
were taken) settles nothing by itself and outvotes nobody: where it differs, the document is left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, NamedTuple

from tonemark.corpus.annotations import Annotation, annotated_documents
from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.gold import Gold, check_gold, gold_of
from tonemark.corpus.progress import progress
from tonemark.corpus.project import Project
from tonemark.corpus.records import Cite, Settled
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokenizer_of, tokens_of
from tonemark.errors import TonemarkError
from tonemark.exchange.base import WriteOptions, Writer
from tonemark.exchange.joining import NOTHING_OPEN, Open, joined_rows
from tonemark.exchange.registry import format_named, writable
from tonemark.exchange.rows import ExportRow
from tonemark.files import atomic_writer

KEYS_NAMED = 10
"""Documents that are named where something is wrong with them; --json and doctor name more."""


class Exported(NamedTuple):
    """What an export wrote, `gold` of it gold, and how many documents it left out, by the reason;
    `damaged` are the keys of those that cannot be read, `without_tokens` of those that were written
    without tokens, because a span does not lie on them. Of split texts that were to be joined,
    `open_texts` were left out with pieces that have no answer: `unanswered_pieces` of their
    `open_pieces`."""

    written: int
    differing: int
    rejected: int
    ignored: int
    unanswered: int
    in_part: int = 0
    damaged: tuple[str, ...] = ()
    without_tokens: tuple[str, ...] = ()
    open_texts: int = 0
    open_pieces: int = 0
    unanswered_pieces: int = 0
    gold: int = 0
    without_gold: int = 0

    def left_out(self) -> list[str]:
        """What was left out, documents and tokens, in words."""
        reasons = (
            (self.differing, "on which annotators differ"),
            (self.rejected, "rejected"),
            (self.ignored, "ignored"),
            (self.unanswered, "without an answer"),
            (self.without_gold, "without gold"),
            (self.in_part, "of which pieces are missing, or were answered in different ways"),
        )
        told = [f"  left out: {count:,} {reason}" for count, reason in reasons if count]
        if self.open_texts:
            texts = f"{self.open_texts:,} text{'s' * (self.open_texts != 1)}"
            told.append(
                f"  open: {self.unanswered_pieces:,} of the {self.open_pieces:,} pieces of {texts}"
            )
        if self.damaged:
            told.append(
                f"  left out: {len(self.damaged):,} damaged in the store: {_named(self.damaged)}"
            )
        if self.without_tokens:
            told.append(
                f"  written without tokens: {len(self.without_tokens):,}, a span of which begins or"
                f" ends inside one: {_named(self.without_tokens)}"
            )
        return told


def _named(keys: tuple[str, ...]) -> str:
    return ", ".join(keys[:KEYS_NAMED]) + (", ..." if len(keys) > KEYS_NAMED else "")


def export_project(
    project: Project,
    store: Store,
    format_name: str,
    output: Path | IO[bytes],
    *,
    annotator: str | None = None,
    all_documents: bool = False,
    joined: bool = False,
    gold: bool = False,
) -> Exported:
    """Write a project's annotations to a file (whole or not at all) or a stream; with `gold`, those
    documents alone that have gold, also where it refuses a text.

    With `joined`, the pieces of a text that was split stand together as one document, and are
    counted as one.

    Where nothing is left to write, the file stays as it was. Raises TonemarkError where the format
    cannot be written, or where the file cannot.
    """
    write = writer_named(format_name)
    if annotator is not None:
        known = [each.name for each in progress(store).annotators if each.answered]
        if annotator not in known:
            raise TonemarkError(
                f"{annotator} has no answers in this project.",
                f"Annotators who have: {', '.join(known) or 'nobody yet'}.",
            )
    tokenizer = tokenizer_of(project, loads_code=True)
    options = WriteOptions(project.name, project.language, tuple(project.labels))
    selection = _Selection(store, tokenizer, annotator, all_documents, gold)
    if isinstance(output, Path):
        try:
            with atomic_writer(output) as stream:
                _all(write(selection.rows(joined=joined), stream, options))
                if not selection.counts["written"]:
                    raise _NothingLeftError
        except _NothingLeftError:
            pass  # an export of yesterday is worth more than an empty file
        except OSError as error:
            raise TonemarkError(
                f"{output} cannot be written: {error.strerror}.", "Nothing was written."
            ) from None
    else:
        _all(write(selection.rows(joined=joined), output, options))
        output.flush()
    return Exported(
        **selection.counts,
        damaged=tuple(selection.damaged),
        without_tokens=tuple(selection.without_tokens),
    )


def _all(written: Iterator[int]) -> None:
    for _ in written:
        pass


def writer_named(format_name: str) -> Writer:
    """What writes the format of that name. Raises TonemarkError where there is none."""
    chosen = format_named(format_name)
    if chosen.write is None:
        raise TonemarkError(
            f'The format "{format_name}" can only be read.',
            f"Formats that can be written: {', '.join(writable())}.",
        )
    return chosen.write


_REFUSED = {"reject": "rejected", "ignore": "ignored"}

_KEYS = ("damaged", "without_tokens")
"""The fields of `Exported` that name documents; the others count them."""


class _NothingLeftError(Exception):
    """Takes back a file that would be empty."""


class _Selection:
    """Goes through the documents and counts what it leaves out."""

    def __init__(
        self,
        store: Store,
        tokenizer: AnyTokenizer,
        annotator: str | None,
        all_documents: bool,
        gold: bool,
    ) -> None:
        self.store = store
        self.tokenizer = tokenizer
        self.annotator = annotator
        self.all_documents = all_documents
        self.gold_alone = gold
        query = "SELECT document FROM gold WHERE current"
        self.golden = set() if annotator else {number for (number,) in store.db.execute(query)}
        self.counts = {name: 0 for name in Exported._fields if name not in _KEYS}
        self.damaged: list[str] = []
        self.without_tokens: list[str] = []

    def rows(self, *, joined: bool) -> Iterator[ExportRow]:
        """What is to be written, counted as it goes out."""
        found = self._documents()
        if joined:
            rows = joined_rows(self.store, found, self._leave_out)
        else:
            rows = self._one_by_one(found)
        for row in rows:
            self.counts["written"] += 1
            self.counts["gold"] += row.settled is not None
            if row.tokens is not None and not row.fits_tokens():
                self.without_tokens.append(row.key)
            yield row

    def _leave_out(self, reason: str, open_: Open = NOTHING_OPEN) -> None:
        self.counts[reason] += 1
        self.counts["open_texts"] += open_.texts
        self.counts["open_pieces"] += open_.pieces
        self.counts["unanswered_pieces"] += open_.unanswered

    def _one_by_one(
        self, documents: Iterator[tuple[Document, ExportRow | str]]
    ) -> Iterator[ExportRow]:
        for _, found in documents:
            if isinstance(found, str):
                self._leave_out(found)
            else:
                yield found

    def _documents(self) -> Iterator[tuple[Document, ExportRow | str]]:
        """Each document with its row, or why it has none."""
        for document, given in annotated_documents(
            self.store, annotator=self.annotator, unanswered=True, damaged_keys=self.damaged
        ):
            try:
                found = self._gold_or_why(document) or self._choose(given)
                if isinstance(found, str) and not (found == "unanswered" and self.all_documents):
                    yield document, found
                    continue
                row = self._row(document, None if isinstance(found, str) else found)
            except Damaged:
                self.damaged.append(document.key)
                continue
            yield document, row

    def _gold_or_why(self, document: Document) -> Gold | str | None:
        """The gold that stands for a document, or why none may; None: annotators' answers do."""
        gold = gold_of(self.store, document.number) if document.number in self.golden else None
        if gold is None:
            return "without_gold" if self.gold_alone else None
        check_gold(gold, document.text)
        return gold if gold.answer == "accept" or self.gold_alone else _REFUSED[gold.answer]

    def _choose(self, annotations: list[Annotation]) -> Annotation | str:
        """The annotation that stands for a document, or why there is none."""
        if self.annotator is not None:
            return annotations[0] if annotations else "unanswered"
        if not annotations:
            return "unanswered"
        first = min(annotations, key=lambda each: each.extra)  # one that counts, if there is one
        if any(_said(each) != _said(first) for each in annotations):
            return "differing"
        return first if first.answer == "accept" else _REFUSED[first.answer]

    def _row(self, document: Document, annotation: Annotation | Gold | None) -> ExportRow:
        corrected = annotation.tokens if annotation else None
        tokens = corrected or tokens_of(self.store, document, self.tokenizer)
        row = ExportRow(key=document.key, text=document.text, meta=document.meta, tokens=tokens)
        if annotation is None:
            return replace(row, suggestions=self.store.suggestions(document))
        name, settled = _by_whom(self.store, annotation)
        return ExportRow(
            key=document.key,
            text=document.text,
            meta=document.meta,
            tokens=tokens,
            spans=annotation.spans,
            answer=annotation.answer,
            annotator=name,
            comment=annotation.comment,
            flagged=annotation.flagged,
            time=annotation.time,
            settled=settled,
        )


def _by_whom(store: Store, annotation: Annotation | Gold) -> tuple[str, Settled | None]:
    """Whose an annotation is, and what makes it gold, if it is."""
    if isinstance(annotation, Annotation):
        return annotation.annotator, None
    query = "SELECT time FROM annotations WHERE document = ? AND annotator = ? AND revision = ?"
    cites = []
    for name, revision in annotation.cites:
        row = store.db.execute(query, (annotation.document, name, revision)).fetchone()
        cites.append(Cite(name, revision, row[0] if row and type(row[0]) is float else None))
    return annotation.reviewer, Settled(annotation.decisions, tuple(cites))


def _said(annotation: Annotation) -> tuple[str, set[tuple[int, int, str]]]:
    """What an answer says of a document; the spans of a text that she refused say nothing."""
    accepted = annotation.answer == "accept"
    return annotation.answer, annotation.stretches() if accepted else set()
