"""Which documents annotators will get next: what is made ahead of them is made of these first."""

from __future__ import annotations

from typing import Any

from tonemark.corpus.store import Store


def documents_ahead(
    store: Store, lacking: str, values: dict[str, Any], *, ahead: int, limit: int
) -> list[int]:
    """At most `limit` documents that lack something, for each annotator of the `ahead` that she
    would get next.

    `lacking` says so as SQL of the row `d` (id, tokens) of `documents`, with the names of `values`.
    """
    db = store.db
    found: dict[int, None] = {}
    # Who is new begins at the first document that is free.
    for cursor in [0, *(int(at) for (at,) in db.execute("SELECT DISTINCT document FROM cursors"))]:
        if len(found) >= limit:
            break
        rows = db.execute(
            "SELECT d.id FROM (SELECT id, tokens FROM documents"
            " WHERE taken < places AND id > :cursor ORDER BY id LIMIT :ahead) d"
            f" WHERE {lacking} ORDER BY d.id LIMIT :limit",
            {**values, "cursor": cursor, "ahead": ahead, "limit": limit},
        )
        found.update(dict.fromkeys(number for (number,) in rows))
    return list(found)[:limit]
