"""Which documents annotators will get next: what is made ahead of them is made of these first."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tonemark.corpus.cursors import cursors, free_behind
from tonemark.corpus.store import Store
from tonemark.corpus.turns import NOT_HERS
from tonemark.corpus.uncertain import at_work, by_doubt


def documents_ahead(
    store: Store, lacking: str, values: dict[str, Any], *, ahead: int, limit: int
) -> list[int]:
    """At most `limit` documents that lack something, for each annotator of the `ahead` that she
    would get next.

    `lacking` says so as SQL of the row `d` (id, tokens) of `documents`, with the names of `values`.
    """
    found: dict[int, None] = {}
    # Those that she would get next are counted before it is asked what they lack.
    for following in _following(store, ahead):
        wanted = those_lacking(store, following, lacking, values)
        found.update(dict.fromkeys(wanted))
        if len(found) >= limit:
            break
    return list(found)[:limit]


def those_lacking(
    store: Store, documents: list[int], lacking: str, values: dict[str, Any]
) -> list[int]:
    """Those among documents that lack something (`documents_ahead`), in their order."""
    rows = store.db.execute(
        f"SELECT d.id FROM documents d WHERE {lacking}"
        " AND d.id IN (SELECT value FROM json_each(:following))",
        {**values, "following": json.dumps(documents)},
    )
    wanted = {number for (number,) in rows}
    return [each for each in documents if each in wanted]


def _following(store: Store, ahead: int) -> Iterator[list[int]]:
    """What comes next, by annotator."""
    is_short = True
    for annotator in at_work(store.db):
        doubtful = by_doubt(store.db, annotator, ahead, NOT_HERS, looking=True)
        is_short = len(doubtful) < ahead
        if not doubtful:
            break
        yield doubtful
    if is_short:
        for cursor in cursors(store.db):
            yield [each.document for each in free_behind(store.db, cursor, ahead, "true", {})]
