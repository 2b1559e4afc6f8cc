"""One pass over a project's documents: what there is to learn from and to score on, and where what
might spoil it stands. Counts and places only; what they mean is told in preflight.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from tonemark.corpus.documents import Document
from tonemark.corpus.gold import with_gold
from tonemark.corpus.project import Project
from tonemark.corpus.reviews import is_finished
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, StoredTokenizer, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.exchange.checking import told
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.selecting import Selection
from tonemark.exchange.settings import Settings
from tonemark.tokenizers.base import Tokenizer
from tonemark.tokenizers.general import GeneralTokenizer
from tonemark.training.material import SCARCE, Asked
from tonemark.training.parts import Way
from tonemark.training.preflight.dividing import Dividing
from tonemark.training.preflight.equal_texts import Texts
from tonemark.training.preflight.places import KEPT, Place, Places, Verb, place_in

LABELS = 1_000
"""Labels of which places are kept."""


@dataclass(slots=True)
class Part:
    """What there is to learn from, or to score on: documents, those of them with a span,
    those with one that can be learnt, and spans by label."""

    documents: int = 0
    with_spans: int = 0
    teaching: int = 0
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def spans(self) -> int:
        """How many spans there are."""
        return self.labels.total()


@dataclass(slots=True)
class Survey:
    """What was found in a project when it was asked for (`Asked`).

    `documents` are those that could be read, `unreadable` the keys of the others. `annotators`
    counts everyone's answers, whichever stand, and `answered_twice` the documents with answers of
    several. `no_tokens` is why the tokenizer makes none: spans are then not held against them.
    `texts` counts the texts that stand, equal ones once; `way` is how a training divides them, and
    `sizes` are the documents of each part that is scored. The rest are places:
    `left_out` by reason (`selecting.COUNTED`), `labels` of the first spans of each label.
    """

    project: Project
    asked: Asked
    documents: int = 0
    unreadable: list[str] = field(default_factory=list)
    training: Part = field(default_factory=Part)
    evaluation: Part = field(default_factory=Part)
    annotators: Counter[str] = field(default_factory=Counter)
    answered_twice: int = 0
    no_tokens: TonemarkError | None = None
    texts: int = 0
    way: Way = "hash"
    sizes: list[int] = field(default_factory=list)
    left_out: dict[str, Places] = field(default_factory=dict)
    labels: dict[str, Places] = field(default_factory=dict)
    cutting: Places = field(default_factory=Places)
    blank_edges: Places = field(default_factory=Places)
    overlapping: Places = field(default_factory=Places)
    without_spans: Places = field(default_factory=Places)
    in_both: Places = field(default_factory=Places)
    pieces_in_both: Places = field(default_factory=Places)
    unlike: Places = field(default_factory=Places)

    @property
    def answers(self) -> int:
        """How many answers there are, whichever stand."""
        return self.annotators.total()

    def label_count(self, label: str) -> int:
        """How many spans of a label there are to learn from and to score on."""
        return self.training.labels[label] + self.evaluation.labels[label]


def survey(
    project: Project,
    store: Store,
    asked: Asked,
    *,
    progress: Callable[[int], None] = lambda documents: None,
) -> Survey:
    """Look at all documents of a project, as they are now, in memory that grows by a few bytes a
    text. `progress` is told how many were looked at.

    Documents that cannot be read are passed over and named; where tokens cannot be had, the rest is
    looked at all the same.
    """
    found = Survey(project, asked)
    settings = Settings(annotator=asked.annotator, gold=asked.gold, answers=("accept",))
    with store.one_state():
        _count_annotators(found, store)
        selection = Selection(store, _tokenizer(found), settings)
        texts, dividing = Texts(store), Dividing(project.evaluation)
        for document, row in selection.documents():
            found.documents += 1
            if isinstance(row, str):
                _look_at_left_out(found, store, document, row)
                texts.add(document, row, 0)
            else:
                row = _asked(row, asked)
                place = dividing.place(document)
                _look_at(found, document, row, dividing, place)
                texts.add(document, row, place)
            progress(found.documents)
        found.unreadable = selection.damaged
        found.way, found.sizes = dividing.way, dividing.sizes
        found.pieces_in_both = texts.pieces_in_both(found.way)
    found.texts, found.unlike, found.in_both = texts.count, texts.unlike, texts.in_both[found.way]
    return found


def _count_annotators(found: Survey, store: Store) -> None:
    query = "SELECT annotator, count(*) FROM annotations WHERE current GROUP BY 1 ORDER BY 2 DESC"
    found.annotators.update({str(name): count for name, count in store.db.execute(query)})
    (found.answered_twice,) = store.db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM annotations WHERE current GROUP BY document"
        " HAVING count(*) > 1)"
    ).fetchone()


# Tokens


def _tokenizer(found: Survey) -> AnyTokenizer:
    """The project's tokenizer; where it cannot be had, `found` says why and the general one stands
    in: all but what hangs on the tokens is then found as well."""
    try:
        tokenizer = tokenizer_of(found.project, loads_code=True)
    except TonemarkError as error:
        found.no_tokens = error
        return GeneralTokenizer()
    if not isinstance(tokenizer, StoredTokenizer) or tokenizer.load is None:
        return tokenizer
    load = tokenizer.load

    @cache
    def loaded() -> Tokenizer:
        try:
            return load()
        except TonemarkError as error:
            found.no_tokens = error
            return GeneralTokenizer()

    return replace(tokenizer, load=loaded)


# Documents


def _look_at_left_out(found: Survey, store: Store, document: Document, reason: str) -> None:
    places = found.left_out.setdefault(reason, Places())
    place = Place(document.number, document.key)
    if len(places.first) < KEPT:
        by, opens = _who_opens(store, document.number, reason)
        place = place._replace(by=by, opens=opens)
    places.add(place)


def _who_opens(store: Store, document: int, reason: str) -> tuple[str, Verb]:
    """Whose answer it is that leaves a document out, and in which command it is changed."""
    if reason == "differing":
        return "", "review" if is_finished(store, document) else "annotate"
    if reason not in ("rejected", "ignored"):
        return "", "annotate"
    if with_gold(store, [document]):
        return "", "review"
    query = (
        "SELECT annotator FROM annotations WHERE document = ? AND current ORDER BY extra, annotator"
    )
    row = store.db.execute(query, (document,)).fetchone()
    return (str(row[0]) if row else ""), "annotate"


def _asked(row: ExportRow, asked: Asked) -> ExportRow:
    """A row with the labels alone that are asked for."""
    if not asked.labels:
        return row
    return replace(row, spans=tuple(each for each in row.spans if each.label in asked.labels))


def _look_at(
    found: Survey, document: Document, row: ExportRow, dividing: Dividing, place: int
) -> None:
    teaches = _look_at_spans(found, document, row, row.spans)
    part = found.evaluation if dividing.add(place, teaches=teaches) else found.training
    spans = row.spans
    part.documents += 1
    part.with_spans += bool(spans)
    part.teaching += teaches
    if not spans:
        found.without_spans.add(place_in(document, row))
    for span in spans:
        label = span.label
        part.labels[label] += 1
        if label in found.labels or len(found.labels) < LABELS:
            places = found.labels.setdefault(label, Places())
            if places.count < SCARCE:
                places.add(place_in(document, row, span))


def _look_at_spans(
    found: Survey, document: Document, row: ExportRow, spans: Sequence[Span]
) -> bool:
    """Whether any of them can be learnt: it begins and ends with tokens."""
    text = document.text
    has_tokens = row.tokens_given or row.tokens_corrected or not found.no_tokens
    tokens = row.tokens if has_tokens else None
    starts = {token.start for token in tokens or ()}
    ends = {token.end for token in tokens or ()}
    furthest: Span | None = None
    teaches = False
    for span in sorted(spans, key=lambda each: (each.start, each.end)):
        if furthest and span.start < furthest.end:
            what = f"overlaps {told(text, furthest)}"
            found.overlapping.add(place_in(document, row, span, what))
        if not furthest or span.end > furthest.end:
            furthest = span
        blank = text[span.start].isspace(), text[span.end - 1].isspace()
        if any(blank):
            what = "has white space at its edge"
            found.blank_edges.add(place_in(document, row, span, what))
        teaches |= span.start in starts and span.end in ends
        begins_inside = span.start not in starts and not blank[0]
        ends_inside = span.end not in ends and not blank[1]
        if tokens and (begins_inside or ends_inside):
            where = "begins" if begins_inside else "ends"
            found.cutting.add(place_in(document, row, span, f"{where} inside a token"))
    return teaches
