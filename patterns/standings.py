"""How all entries of a project stand, for whoever leads it: who suggests no more, and how each
gazetteer fares as a whole. What makes an entry stop is told in `earning`; here it is asked of
millions at once.

All annotators' answers are in these figures: what a page may show of them is told in
`corpus.evidence`.
"""

from __future__ import annotations

from dataclasses import dataclass

from tonemark.corpus.gazetteers import ACCEPTED, Entry, entries_of
from tonemark.corpus.soundness.rows import SOUND
from tonemark.corpus.store import Store
from tonemark.patterns.earning import GIVEN, TRACE

# `earning.standing` and `suggests`, as SQL; tests hold the two together.
_SHARE = (
    f"CASE WHEN g.name <> '{ACCEPTED}' THEN (e.stood + {GIVEN}) / (e.seen + {GIVEN})"
    f" WHEN e.stood < {TRACE} THEN -1 ELSE e.stood / max(e.seen, e.stood) END"
)
_STOPPED = f"{_SHARE} < :threshold - {TRACE}"


@dataclass(frozen=True, slots=True)
class Total:
    """A gazetteer: its entries, how many of them occurred in accepted documents, how many suggest
    no more, and what all of them earned together."""

    name: str
    entries: int
    tried: int
    stopped: int
    seen: float
    stood: float
    changed: int
    deleted: int


def totals(store: Store, threshold: float) -> list[Total]:
    """Each gazetteer of the project, by name."""
    rows = store.db.execute(
        "SELECT g.name, count(e.id), coalesce(sum(e.seen > 0), 0),"
        f" coalesce(sum(e.id IS NOT NULL AND {_STOPPED}), 0), coalesce(sum(e.seen), 0),"
        " coalesce(sum(e.stood), 0), coalesce(sum(e.changed), 0), coalesce(sum(e.deleted), 0)"
        " FROM gazetteers g LEFT JOIN entries e ON e.gazetteer = g.id"
        f" AND {SOUND} WHERE typeof(g.name) = 'text' GROUP BY g.id ORDER BY 1",
        {"threshold": threshold},
    )
    return [Total(*row) for row in rows]


def tried(store: Store, threshold: float, limit: int, gazetteer: str | None = None) -> list[Entry]:
    """At most `limit` entries that occurred, of one gazetteer if named: those that stopped first,
    then the lowest shares, those with most occurrences first among equals."""
    numbers = [
        number
        for (number,) in store.db.execute(
            "SELECT e.id FROM entries e JOIN gazetteers g ON g.id = e.gazetteer WHERE e.seen > 0"
            f" AND {SOUND}"
            " AND (:gazetteer IS NULL OR g.name = :gazetteer)"
            f" ORDER BY ({_STOPPED}) DESC, {_SHARE}, e.seen DESC, e.id LIMIT :limit",
            {"threshold": threshold, "limit": limit, "gazetteer": gazetteer},
        )
    ]
    found = entries_of(store, numbers)
    return [found[number] for number in numbers if number in found]
