"""What the entries of a project have earned, for whoever leads it: who is at the bottom, and how
each gazetteer fares as a whole.

All annotators' answers are in these figures: what a page may show of them is told in `evidence`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tonemark.corpus.gazetteers import Entry
from tonemark.corpus.store import Store

_STOPPED = "e.seen > 0 AND e.stood < :threshold * e.seen"


@dataclass(frozen=True, slots=True)
class Total:
    """A gazetteer: its entries, how many of them occurred in accepted documents, how many are
    stopped, and what all of them earned together."""

    name: str
    entries: int
    tried: int
    stopped: int
    seen: float
    stood: float
    changed: int
    deleted: int


def share(entry: Entry) -> float | None:
    """The share of an entry's occurrences that carry its label; None where it did not occur."""
    return entry.stood / entry.seen if entry.seen > 0 else None


def is_stopped(entry: Entry, threshold: float) -> bool:
    """Whether an entry's share is so low that it suggests no more."""
    return entry.seen > 0 and entry.stood < threshold * entry.seen


def totals(store: Store, threshold: float) -> list[Total]:
    """Each gazetteer of the project, by name."""
    rows = store.db.execute(
        "SELECT g.name, count(e.id), coalesce(sum(e.seen > 0), 0),"
        f" coalesce(sum({_STOPPED}), 0), coalesce(sum(e.seen), 0), coalesce(sum(e.stood), 0),"
        " coalesce(sum(e.changed), 0), coalesce(sum(e.deleted), 0)"
        " FROM gazetteers g LEFT JOIN entries e ON e.gazetteer = g.id GROUP BY g.id ORDER BY 1",
        {"threshold": threshold},
    )
    return [Total(*row) for row in rows]


def tried(store: Store, threshold: float, limit: int) -> Iterator[Entry]:
    """Entries that occurred: those that stopped first, then the lowest shares, those with most
    occurrences first among equals."""
    rows = store.db.execute(
        "SELECT e.id, g.name, e.label, e.pattern, e.kind, e.given, e.seen, e.stood, e.changed,"
        " e.deleted FROM entries e JOIN gazetteers g ON g.id = e.gazetteer"
        f" WHERE e.seen > 0 OR e.changed > 0 OR e.deleted > 0 ORDER BY ({_STOPPED}) DESC,"
        " CASE WHEN e.seen > 0 THEN e.stood / e.seen ELSE 1 END, e.seen DESC, e.id LIMIT :limit",
        {"threshold": threshold, "limit": limit},
    )
    yield from (Entry(*row) for row in rows)
