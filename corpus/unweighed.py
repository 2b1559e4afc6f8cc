"""Answers, and gold, that nobody has weighed yet: they came with data, or before their entries.

Knows which they are, and where what they say is written; how one is weighed is told in patterns.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import NamedTuple

from tonemark.corpus.documents import Damaged
from tonemark.corpus.evidence import GOLD, Weighed, earning, write_evidence
from tonemark.corpus.shares import is_evaluation
from tonemark.corpus.store import Store


class Waiting(NamedTuple):
    """An accepted annotation, or gold of any answer, of which no evidence was made: its number,
    whose it is (`evidence.GOLD`: gold), to what."""

    number: int
    document: int
    annotator: str


def unweighed(store: Store, limit: int, behind: int = 0) -> list[Waiting]:
    """At most `limit` of those that wait, in the order in which they were given, from the number
    `behind` on."""
    rows = store.db.execute(
        "SELECT id, document, annotator FROM annotations WHERE current AND answer = 'accept'"
        " AND NOT weighed AND id > :behind UNION ALL SELECT id, document, :gold FROM gold"
        " WHERE current AND NOT weighed AND id > :behind ORDER BY id LIMIT :limit",
        {"gold": GOLD, "behind": behind, "limit": limit},
    )
    return [Waiting(int(number), int(document), str(name)) for number, document, name in rows]


def put_weighed(store: Store, made: Iterable[tuple[Waiting, Weighed]]) -> None:
    """Write evidence of answers that waited; one with another revision by now is passed over.

    Until gold is weighed, what it was settled as before stands in the place of the annotators'.
    """
    with store.transaction() as db:
        for waiting, weighed in made:
            is_gold = waiting.annotator == GOLD
            table = "gold" if is_gold else "annotations"
            current = "id = ? AND current AND NOT weighed"
            current += "" if is_gold else " AND answer = 'accept'"
            key = (waiting.number,)
            if db.execute(f"SELECT 1 FROM {table} WHERE {current}", key).fetchone():
                with earning(db, waiting.document):
                    write_evidence(db, waiting.document, waiting.annotator, weighed)
                    if is_gold:
                        db.execute(
                            "UPDATE gold SET weighed = 0 WHERE document = ? AND weighed",
                            (waiting.document,),
                        )
                    db.execute(f"UPDATE {table} SET weighed = 1 WHERE id = ?", key)


EVALUATION = "evaluation"
"""Preference of nobody: the evaluation share by which answers were weighed."""


def follow_evaluation(store: Store, evaluation: float) -> None:
    """Let the answers, and gold, of documents that came into the evaluation share of a project, or
    out of it, be weighed anew: what is in it teaches no entry. One look where it is as before.

    Cut off and repeated, it ends the same.
    """
    db = store.db
    row = db.execute(
        "SELECT CAST(value AS REAL) FROM preferences WHERE annotator = '' AND name = ?",
        (EVALUATION,),
    ).fetchone()
    before = row[0] if row else 0.0
    if before == evaluation:
        return
    changed = []
    query = "SELECT document FROM annotations WHERE current UNION SELECT document FROM gold"
    for (number,) in db.execute(query).fetchall():
        with contextlib.suppress(Damaged):
            document = store.document(number)
            shares = (before, evaluation)
            if len({is_evaluation(document.text, document.meta, each) for each in shares}) > 1:
                changed.append(number)
    for at in range(0, len(changed), _DOCUMENTS):
        with store.transaction():
            for document in changed[at : at + _DOCUMENTS]:
                with earning(db, document):
                    db.execute("DELETE FROM evidence WHERE document = ?", (document,))
                db.execute(
                    "UPDATE annotations SET weighed = 0 WHERE document = ? AND current"
                    " AND answer = 'accept'",
                    (document,),
                )
                db.execute("UPDATE gold SET weighed = 0 WHERE document = ?", (document,))
    with store.transaction():
        db.execute("DELETE FROM preferences WHERE annotator = '' AND name = ?", (EVALUATION,))
        db.execute("INSERT INTO preferences VALUES ('', ?, ?)", (EVALUATION, str(evaluation)))


_DOCUMENTS = 100
"""Documents whose evidence one transaction takes away."""

UNTRIED = "since = 0, seen = 0, stood = 0, changed = 0, deleted = 0"
"""What an entry is set to that has earned nothing, as SQL."""


def forget_evidence(store: Store) -> None:
    """Let all answers, and gold, be weighed anew; names that they taught stay, as long as they
    occur."""
    with store.transaction() as db:
        db.execute("DELETE FROM evidence")
        db.execute(f"UPDATE entries SET {UNTRIED}")
        db.execute("UPDATE annotations SET weighed = 0 WHERE current AND answer = 'accept'")
        db.execute("UPDATE gold SET weighed = 0 WHERE weighed")
