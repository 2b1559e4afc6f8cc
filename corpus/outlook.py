"""What is left for one person at a project: documents that she may still answer, and reviews.

Numbers for the dashboard: of no document do they say what anybody has there.
"""

from __future__ import annotations

from typing import NamedTuple

from tonemark.corpus import reviews
from tonemark.corpus.annotators import reviewing
from tonemark.corpus.claims import TO_DO
from tonemark.corpus.gold import settled
from tonemark.corpus.store import Store

MANY = 1_000
"""Reviews that are left, up to which they are counted."""


class Reviews(NamedTuple):
    """How far reviewing is: documents that are `compared`, all answers being in, those that differ
    and are not settled, how many of these she would get (counted up to MANY), all that are gold,
    and those that she settled herself."""

    compared: int
    differing: int
    hers: int
    gold: int
    settled: int


def left_to_answer(store: Store, annotator: str) -> int:
    """How many documents are before an annotator or come to her: those that she began or put off,
    and those with a place free that she has not had."""
    (number,) = store.db.execute(
        "SELECT (SELECT count(*) FROM documents WHERE taken < places)"
        " - (SELECT count(*) FROM claims c CROSS JOIN documents d ON d.id = c.document"
        " WHERE c.annotator = :annotator AND d.taken < d.places)"
        f" + (SELECT count(*) FROM claims WHERE annotator = :annotator AND {TO_DO})",
        {"annotator": annotator},
    ).fetchone()
    return int(number)


def reviews_of(store: Store, reviewer: str, *, annotates: bool) -> Reviews:
    """How far reviewing is, for one who reviews, as far as annotations are compared; `annotates` as
    in `reviews.Reviewing`."""
    gold = settled(store)
    queue = reviews.Reviewing(reviews.Wanted(), annotates=annotates)
    return Reviews(
        reviews.counts(store).finished,
        reviews.waiting(store),
        queue.waiting(store, reviewing(reviewer), MANY),
        sum(gold.values()),
        gold.get(reviewer, 0),
    )
