"""Which annotation stands for each document of a project, and what is left out.

Document by document: gold; where there is none, the accept that all who answered gave alike; with a
name, all answers of that annotator; gold alone whatever it says, so that another project may have
it; or everyone's answers side by side. An answer that is extra (it came when the document's places
were taken) settles nothing by itself and outvotes nobody: where it differs, the document is left
out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from time import time

from tonemark.corpus.annotations import Annotation, annotated_documents
from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.gold import Gold, check_gold, gold_of
from tonemark.corpus.model_suggestions import without_unlikely
from tonemark.corpus.records import ANSWERS, Answer, Cite, Settled
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_of
from tonemark.exchange.joining import NOTHING_OPEN, Open, joined_rows
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.settings import Settings, time_of
from tonemark.tokenizers.base import Token

COUNTED = (
    "differing",
    "rejected",
    "ignored",
    "accepted",
    "unanswered",
    "without_gold",
    "earlier",
    "in_part",
    "answers_in_part",
    "of_several",
    "open_texts",
    "open_pieces",
    "unanswered_pieces",
)
"""What is counted of documents that are left out. From `in_part` on it is of split texts: among
them `answers_in_part`, answers to some pieces of a text that goes out with others, and
`of_several`, texts that go out though no one person answered all their pieces."""

BESIDE = frozenset(("answers_in_part", "of_several", "open_pieces", "unanswered_pieces"))
"""Of these, what is no document that is left out."""

_REFUSED = {"accept": "accepted", "reject": "rejected", "ignore": "ignored"}


class Selection:
    """Goes through the documents of a store once, and counts what it leaves out: `counts` by the
    reason, `damaged` the keys of those that cannot be read."""

    def __init__(self, store: Store, tokenizer: AnyTokenizer, settings: Settings) -> None:
        self.store = store
        self.tokenizer = tokenizer
        self.settings = settings
        query = "SELECT document FROM gold WHERE current"
        self.golden = {number for (number,) in store.db.execute(query)}
        self._since = None if settings.since is None else time_of(settings.since, time())
        self._gold_hidden = settings.annotator is not None
        self._all_answers = bool(settings.annotator or settings.everyone or settings.gold)
        self.counts = dict.fromkeys(COUNTED, 0)
        self._tokens: tuple[int, tuple[Token, ...]] = (0, ())
        self.damaged: list[str] = []

    @property
    def wanted(self) -> tuple[Answer, ...]:
        """The answers that go out."""
        return self.settings.answers or (ANSWERS if self._all_answers else ("accept",))

    def rows(self) -> Iterator[ExportRow]:
        """What is to be written, in the order of the documents."""
        found = self.documents()
        if self.settings.joined:
            yield from joined_rows(self.store, found, self._count)
            return
        for _, row in found:
            if isinstance(row, str):
                self._count(row)
            else:
                yield row

    def _count(self, reason: str, open_: Open = NOTHING_OPEN) -> None:
        self.counts[reason] += 1
        self.counts["open_texts"] += open_.texts
        self.counts["open_pieces"] += open_.pieces
        self.counts["unanswered_pieces"] += open_.unanswered

    def documents(self) -> Iterator[tuple[Document, ExportRow | str]]:
        """Each document with its row, or why it has none (one of COUNTED, which it does not
        count)."""
        for document, given in annotated_documents(
            self.store,
            annotator=self.settings.annotator,
            unanswered=True,
            damaged_keys=self.damaged,
        ):
            try:
                yield document, self._found(document, given)
            except Damaged:
                self.damaged.append(document.key)

    def _found(self, document: Document, given: list[Annotation]) -> ExportRow | str:
        stands = self._gold_or_why(document) or self._choose(given)
        if self.settings.everyone:
            return self._side_by_side(document, given, stands)
        if isinstance(stands, str):
            if stands == "unanswered" and self.settings.all_documents:
                return self._unanswered(document)
            return stands
        if stands.answer not in self.wanted:
            return _REFUSED[stands.answer]
        if self._is_earlier(stands.time):
            return "earlier"
        return self._row(document, stands)

    def _is_earlier(self, answered: float | None) -> bool:
        since = self._since
        return since is not None and (answered is None or answered < since)

    def _gold_or_why(self, document: Document) -> Gold | str | None:
        """The gold that stands for a document, or why none may; None: annotators' answers do."""
        if self._gold_hidden:
            return None
        gold = gold_of(self.store, document.number) if document.number in self.golden else None
        if gold is None:
            return "without_gold" if self.settings.gold else None
        check_gold(gold, document.text)
        return gold

    def _choose(self, annotations: list[Annotation]) -> Annotation | str:
        """The annotation that stands for a document, or why there is none."""
        if self.settings.annotator is not None:
            return annotations[0] if annotations else "unanswered"
        if not annotations:
            return "unanswered"
        first = min(annotations, key=lambda each: each.extra)  # one that counts, if there is one
        if any(_said(each) != _said(first) for each in annotations):
            return "differing"
        return first

    def _side_by_side(
        self, document: Document, given: list[Annotation], stands: Annotation | Gold | str
    ) -> ExportRow | str:
        """All answers to a document that are wanted, and what stands of them."""
        if stands == "without_gold":
            return stands
        wanted = [each for each in given if each.answer in self.wanted]
        if not given and isinstance(stands, str):
            return self._unanswered(document) if self.settings.all_documents else "unanswered"
        newest = [each.time for each in (*given, *([] if isinstance(stands, str) else [stands]))]
        if all(self._is_earlier(time) for time in newest):
            return "earlier"
        if not wanted and (isinstance(stands, str) or stands.answer not in self.wanted):
            return _why_unwanted(given, stands)
        versions = tuple(self._row(document, each) for each in wanted)
        if isinstance(stands, str) or stands.answer not in self.wanted:
            row = replace(self._unanswered(document), suggestions=())
        else:
            row = self._row(document, stands)
        return replace(row, versions=versions)

    def _unanswered(self, document: Document) -> ExportRow:
        return ExportRow(
            key=document.key,
            text=document.text,
            meta=document.meta,
            tokens=self._tokens_of(document),
            suggestions=without_unlikely(self.store.suggestions(document)),
            tokens_given=document.tokens is not None,
        )

    def _tokens_of(self, document: Document) -> tuple[Token, ...]:
        """Cut once for all the answers to a document."""
        if self._tokens[0] != document.number:
            self._tokens = document.number, tokens_of(self.store, document, self.tokenizer)
        return self._tokens[1]

    def _row(self, document: Document, annotation: Annotation | Gold) -> ExportRow:
        corrected = annotation.tokens
        own = self._tokens_of(document)
        name, settled = by_whom(self.store, annotation)
        return ExportRow(
            key=document.key,
            text=document.text,
            meta=document.meta,
            tokens=own if corrected is None else corrected,
            spans=annotation.spans,
            answer=annotation.answer,
            annotator=name,
            comment=annotation.comment,
            flagged=annotation.flagged,
            time=annotation.time,
            settled=settled,
            tokens_given=document.tokens is not None,
            tokens_corrected=corrected is not None,
            document_tokens=own if corrected not in (None, own) else None,
        )


def _why_unwanted(given: list[Annotation], stands: Annotation | Gold | str) -> str:
    """Why nothing of a document goes out side by side, none of its answers being wanted."""
    said = {each.answer for each in given} if isinstance(stands, str) else {stands.answer}
    return _REFUSED[said.pop()] if len(said) == 1 else "differing"


def by_whom(store: Store, annotation: Annotation | Gold) -> tuple[str, Settled | None]:
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
