"""What one whose queue is empty waits for: documents that others hold, and what comes free of them.

Reads only; what is claimed, and given back, is told in the queue.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from tonemark.corpus.cursors import cursor_of, free_behind
from tonemark.corpus.store import Store
from tonemark.corpus.turns import NOT_HERS

_HELD = (
    "SELECT count(DISTINCT d.id), min(c.expires) FROM claims c"
    f" JOIN documents d ON d.id = c.document WHERE c.state = 'open' AND c.counted AND {NOT_HERS}"
)


class Elsewhere(NamedTuple):
    """How many documents others hold on which an annotator has no claim, and the time (Unix
    seconds) at which the first of their leases ends unless a key prolongs it; 0 without any."""

    documents: int
    until: float


def elsewhere(store: Store, annotator: str) -> Elsewhere:
    """What others hold that an annotator may still get."""
    documents, until = store.db.execute(_HELD, {"annotator": annotator}).fetchone()
    return Elsewhere(documents, until or 0.0)


def comes_free(store: Store, annotator: str) -> bool:
    """Whether the queue of an annotator who has nothing to do would give her something now: two
    searches of an index, and no transaction."""
    values = {"annotator": annotator}
    if free_behind(store.db, cursor_of(store.db, annotator), 1, NOT_HERS, values):
        return True
    until = elsewhere(store, annotator).until
    return 0 < until < time.time()
