"""Which documents annotators will get next: what is made ahead of them is made of these first."""

from __future__ import annotations

import json
from typing import Any

from tonemark.corpus.cursors import cursors, free_behind
from tonemark.corpus.store import Store


def documents_ahead(
    store: Store, lacking: str, values: dict[str, Any], *, ahead: int, limit: int
) -> list[int]:
    """At most `limit` documents that lack something, for each annotator of the `ahead` that she
    would get next.

    `lacking` says so as SQL of the row `d` (id, tokens) of `documents`, with the names of `values`.
    """
    found: dict[int, None] = {}
    for cursor in cursors(store.db):
        if len(found) >= limit:
            break
        # Those that she would get next are counted before it is asked what they lack.
        following = [each.document for each in free_behind(store.db, cursor, ahead, "true", {})]
        rows = store.db.execute(
            f"SELECT d.id FROM documents d WHERE {lacking}"
            " AND d.id IN (SELECT value FROM json_each(:following))",
            {**values, "following": json.dumps(following)},
        )
        wanted = {number for (number,) in rows}
        found.update(dict.fromkeys(each for each in following if each in wanted))
    return list(found)[:limit]
