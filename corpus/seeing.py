"""Whether what others did on a document may reach an annotator yet (DESIGN.md, promise 5)."""

from __future__ import annotations

from tonemark.corpus.annotators import person
from tonemark.corpus.reviews import FINISHED, HERS_TO_ANSWER
from tonemark.corpus.store import Store

_MAY_SEE = (
    f"SELECT ({FINISHED} OR EXISTS (SELECT 1 FROM annotations a WHERE a.document = f.document"
    f" AND a.annotator = :person AND a.current)) AND NOT ({HERS_TO_ANSWER})"
    " FROM (SELECT :document AS document) f"
)


def may_see(store: Store, annotator: str, document: int, *, annotates: bool) -> bool:
    """Whether others' work on a document may be shown to an annotator, who `annotates` or only
    reviews: she has answered it, or all answers are in, and so with texts equal to it."""
    values = {"person": person(annotator), "document": document, "annotates": annotates}
    return bool(store.db.execute(_MAY_SEE, values).fetchone()[0])
