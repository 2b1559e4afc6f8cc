"""Documents as one reviewer has them: those whose answers are all in, by how far they are settled.

What is still to be answered by anybody, or has an equal text that is hers to answer, is not there
(DESIGN.md, promise 5); of the rest no answer is shown, but how many differences there are.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from tonemark.corpus.annotators import person
from tonemark.corpus.claims import TO_DO
from tonemark.corpus.drafts import Draft
from tonemark.corpus.events import MALFORMED, replay
from tonemark.corpus.listing import BATCH, BEGINNING, Listed, Show, State
from tonemark.corpus.queue import events_of
from tonemark.corpus.reviews import FINISHED, HERS_TO_ANSWER
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError

SHOWS: tuple[Show, ...] = (
    "all", "differs", "begun", "changed since", "gold", "agreed", "flagged", "commented",
)  # fmt: skip
"""What a reviewer's list can be narrowed to, in the order in which a key goes through them."""

_NEXT = "document {after} :after ORDER BY document {order} LIMIT :size"
_BASES: dict[Show, str] = {
    "all": f"SELECT document FROM differences WHERE {_NEXT}",
    "differs": "SELECT document FROM differences INDEXED BY differences_open"
    f" WHERE NOT settled AND size > 0 AND {_NEXT}",
    "changed since": "SELECT document FROM differences INDEXED BY differences_unsettled"
    f" WHERE NOT settled AND {_NEXT}",
    "gold": f"SELECT document FROM gold WHERE current AND {_NEXT}",
    "begun": "SELECT document FROM claims INDEXED BY claims_to_do"
    f" WHERE annotator = :reviewer AND {TO_DO} AND {_NEXT}",
}
_DETAILS = (
    f"SELECT d.id, d.key, substr(d.text, 1, {BEGINNING}),"
    f" f.document IS NOT NULL AND {FINISHED} AND NOT ({HERS_TO_ANSWER}),"
    " f.size, f.settled, g.reviewer, g.answer, g.flagged, g.comment <> '',"
    " (SELECT count(*) FROM gold_spans WHERE gold = g.id), c.deferred,"
    f" {TO_DO} AND EXISTS (SELECT 1 FROM events e WHERE e.document = d.id"
    " AND e.annotator = :reviewer AND e.kind IN ('edit', 'undo', 'redo'))"
    " FROM ({base}) b JOIN documents d ON d.id = b.document"
    " LEFT JOIN differences f ON f.document = d.id"
    " LEFT JOIN gold g ON g.document = d.id AND g.current"
    " LEFT JOIN claims c ON c.document = d.id AND c.annotator = :reviewer"
    " ORDER BY d.id {order}"
)


def listed_reviews(
    store: Store,
    reviewer: str,
    show: Show = "all",
    *,
    annotates: bool,
    after: int = 0,
    backwards: bool = False,
    drafts: Mapping[int, Draft] | None = None,
) -> Iterator[Listed | None]:
    """The documents behind number `after` (before it if `backwards`) that may be reviewed by the
    one with this key, narrowed to `show`; `annotates` as in `reviews.Reviewing`.

    A stream, with a None after every few milliseconds of work. `drafts` are those of the page
    that lies open, which the store does not have yet. Only what has been compared is there.
    """
    order = {"after": "<" if backwards else ">", "order": "DESC" if backwards else "ASC"}
    base = _BASES.get(show, _BASES["all"]).format(**order)
    query = _DETAILS.format(base=base, **order)
    values = {"reviewer": reviewer, "person": person(reviewer), "annotates": annotates}
    while True:
        rows = store.db.execute(query, {**values, "after": after, "size": BATCH}).fetchall()
        for row in rows:
            number, key, beginning, may_see, *rest = row
            if not may_see:
                continue
            line = _listed(store, reviewer, (number, key, beginning), rest, drafts or {})
            if _belongs(line, show):
                yield line
        if len(rows) < BATCH:
            return
        after = rows[-1][0]
        yield None


def _listed(
    store: Store,
    reviewer: str,
    document: tuple[int, str, str],
    row: list[Any],
    drafts: Mapping[int, Draft],
) -> Listed:
    size, settled, by, answer, flagged, commented, spans, deferred, edited = row
    draft = drafts.get(document[0])
    if draft is None and edited:
        # What cannot be read is told where the document is opened.
        with contextlib.suppress(TonemarkError, *MALFORMED):
            draft = replay(document[0], events_of(store, reviewer, document[0])).draft
    state: State = "differs" if size else "agreed"
    if draft:
        state = "begun"
        spans, flagged, commented = len(draft.spans), draft.flagged, bool(draft.comment)
    elif by is not None:
        state = "gold" if settled else "changed since"
    elif size and deferred:
        state = "later"
    return Listed(
        *document, state, answer, spans, bool(flagged), bool(commented),
        by=by or "", differences=size,
    )  # fmt: skip


def _belongs(line: Listed, show: Show) -> bool:
    match show:
        case "all":
            return True
        case "differs":
            return line.differences > 0
        case "flagged":
            return line.flagged
        case "commented":
            return line.commented
        case _:
            return line.state == show
