"""Documents as one annotator has left them: lists by state, a neighbour, the labels she gave.

Everything here is hers alone: of what others did to a document it says nothing (DESIGN.md,
promise 5), except that a place in it is taken.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from tonemark.corpus.claims import TO_DO
from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import MALFORMED, replay
from tonemark.corpus.model_suggestions import IS_SHOWN
from tonemark.corpus.queue import events_of
from tonemark.corpus.records import Answer
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError

State = Literal[
    "to do", "later", "begun", "reopened", "accepted", "rejected", "ignored", "with others",
    "differs", "agreed", "gold", "changed since",
]  # fmt: skip
"""`begun` has edits and no answer, `reopened` an answer that she opened again; `later` is what she
left for the end of her queue; `with others` is not hers to answer, its places being taken. The last
four are of reviews (`listing_reviews.py`): `changed since` was gold when somebody changed it."""

Show: TypeAlias = Literal[
    "all", "to do", "begun", "answered", "accepted", "rejected", "ignored",
    "flagged", "commented", "suggested", "differs", "agreed", "gold", "changed since",
]  # fmt: skip

SHOWS: tuple[Show, ...] = (
    "all", "to do", "begun", "answered", "accepted", "rejected", "ignored",
    "flagged", "commented", "suggested",
)  # fmt: skip
"""What a list can be narrowed to, in the order in which a key goes through them."""

BATCH = 128
"""Documents looked at in one query: about 2 ms."""

BEGINNING = 200
"""Code points of a text that a list brings along."""

NEAR = 1000
"""How far off, in numbers, a neighbour of the same source is looked for."""

_ANSWERED: dict[str, State] = {"accept": "accepted", "reject": "rejected", "ignore": "ignored"}

_BASES = {
    "all": "SELECT id FROM documents WHERE id {after} :after ORDER BY id {order} LIMIT :size",
    # This index holds what is unfinished alone; the primary key would walk through all her claims.
    "to do": "SELECT document AS id FROM claims INDEXED BY claims_to_do"
    f" WHERE annotator = :annotator AND {TO_DO} AND document {{after}} :after"
    " UNION SELECT id FROM (SELECT id FROM documents"
    " WHERE taken < places AND id {after} :after ORDER BY id {order} LIMIT :size)"
    " ORDER BY 1 {order} LIMIT :size",
    "begun": "SELECT document AS id FROM claims INDEXED BY claims_to_do"
    f" WHERE annotator = :annotator AND {TO_DO} AND document {{after}} :after"
    " ORDER BY 1 {order} LIMIT :size",
    "suggested": "SELECT DISTINCT document AS id FROM suggestions s"
    f" WHERE document {{after}} :after AND {IS_SHOWN}"
    " ORDER BY document {order} LIMIT :size",
    "hers": "SELECT document AS id FROM claims WHERE annotator = :annotator"
    " AND document {after} :after ORDER BY document {order} LIMIT :size",
}
_DETAILS = (
    "SELECT d.id, d.key, substr(d.text, 1, {beginning}), d.taken < d.places, c.state, c.reopened,"
    " c.deferred, a.answer, a.comment <> '', a.flagged,"
    " (SELECT count(*) FROM spans WHERE annotation = a.id),"
    f" EXISTS (SELECT 1 FROM suggestions s WHERE s.document = d.id AND {IS_SHOWN}),"
    " (c.state <> 'answered' OR c.reopened) AND EXISTS (SELECT 1 FROM events e"
    " WHERE e.document = d.id AND e.annotator = :annotator AND e.kind IN ('edit', 'undo', 'redo'))"
    " FROM ({base}) b JOIN documents d ON d.id = b.id"
    " LEFT JOIN claims c ON c.document = d.id AND c.annotator = :annotator"
    " LEFT JOIN annotations a ON a.document = d.id AND a.annotator = :annotator AND a.current"
    " ORDER BY d.id {order}"
)


class Listed(NamedTuple):
    """A line of a list: one document, and what its annotator, or its reviewer, did with it.

    `spans` counts those of her draft or answer; `beginning` is the first code points of the text.
    Of reviews: `by` is who made it gold, `differences` counts the places where annotators differ.
    """

    number: int
    key: str
    beginning: str
    state: State
    answer: Answer | None = None
    spans: int = 0
    flagged: bool = False
    commented: bool = False
    suggested: bool = False
    by: str = ""
    differences: int = 0


def listed(
    store: Store,
    annotator: str,
    show: Show = "all",
    *,
    after: int = 0,
    backwards: bool = False,
    drafts: Mapping[int, Draft] | None = None,
) -> Iterator[Listed | None]:
    """The documents behind number `after` (before it if `backwards`), narrowed to `show`.

    A stream, with a None after every few milliseconds of work. `drafts` are those of the page
    that lies open, which the store does not have yet.
    """
    base = _BASES.get(show, _BASES["hers"])
    order = {"after": "<" if backwards else ">", "order": "DESC" if backwards else "ASC"}
    query = _DETAILS.format(base=base, beginning=BEGINNING, **order).format(**order)
    while True:
        rows = store.db.execute(
            query, {"annotator": annotator, "after": after, "size": BATCH}
        ).fetchall()
        for row in rows:
            line = _listed(store, annotator, row, drafts or {})
            if _belongs(line, show):
                yield line
        if len(rows) < BATCH:
            return
        after = rows[-1][0]
        yield None


def neighbours(store: Store, document: Document) -> tuple[Document | None, Document | None]:
    """The documents of the same source just before and just behind one, where they are near."""
    found: list[Document | None] = []
    for after, order, edge in (("<", "DESC", -NEAR), (">", "ASC", NEAR)):
        row = store.db.execute(
            f"SELECT d.id FROM documents d JOIN sources s ON s.id = d.source WHERE s.name = ?"
            f" AND d.id {after} ? AND d.id BETWEEN ? AND ? ORDER BY d.id {order} LIMIT 1",
            (
                document.source,
                document.number,
                *sorted((document.number, document.number + edge)),
            ),
        ).fetchone()
        found.append(store.document(row[0]) if row else None)
    return found[0], found[1]


def labels_given(
    store: Store, annotator: str, document: int, start: int, end: int
) -> tuple[str, ...]:
    """The labels of exactly this stretch in her answer to a document; empty without an answer."""
    rows = store.db.execute(
        "SELECT s.label FROM annotations a JOIN spans s ON s.annotation = a.id"
        " WHERE a.document = ? AND a.annotator = ? AND a.current"
        " AND s.start_char = ? AND s.end_char = ? ORDER BY s.label",
        (document, annotator, start, end),
    )
    return tuple(label for (label,) in rows)


def _listed(
    store: Store, annotator: str, row: tuple[Any, ...], drafts: Mapping[int, Draft]
) -> Listed:
    number, key, beginning, free, claim, reopened, deferred, answer = row[:8]
    commented, flagged, spans, suggested, edited = row[8:]
    draft = drafts.get(number)
    if draft is None and edited:
        # What cannot be read is told where the document is opened.
        with contextlib.suppress(TonemarkError, *MALFORMED):
            draft = replay(number, events_of(store, annotator, number)).draft
    state: State = _ANSWERED[answer] if answer else "to do"
    if answer and reopened:
        state = "reopened"
    elif not answer and draft:
        state = "begun"
    elif not answer and deferred:
        state = "later"
    elif not answer and not claim and not free:
        state = "with others"
    if draft:
        spans, flagged, commented = len(draft.spans), draft.flagged, bool(draft.comment)
    return Listed(
        number, key, beginning, state, answer, spans, bool(flagged), bool(commented),
        bool(suggested),
    )  # fmt: skip


def _belongs(line: Listed, show: Show) -> bool:
    match show:
        case "all" | "suggested":
            return True
        case "to do":
            return line.state in ("to do", "later", "begun", "reopened")
        case "begun":
            return line.state in ("begun", "reopened")
        case "answered":
            return line.answer is not None
        case "flagged":
            return line.flagged
        case "commented":
            return line.commented
        case _:
            return line.answer is not None and _ANSWERED[line.answer] == show
