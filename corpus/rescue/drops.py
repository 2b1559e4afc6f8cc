"""What was dropped from a damaged store, as far as a rescue can take it along."""

from __future__ import annotations

import contextlib
import sqlite3

from tonemark.corpus.archive import make_archive
from tonemark.corpus.rescue.salvage import SQLITE_FAULTS, numbered_rows


def take_archive(source: sqlite3.Connection, db: sqlite3.Connection, size: int) -> None:
    """Take what was dropped from a damaged store of `size` bytes to a new one, unjudged.

    Runs inside the rescue's transaction, behind the documents.
    """
    if not any(numbered_rows(source, "dropped", "id", size)):
        return
    make_archive(db)
    for table in ("dropped", "dropped_rows"):
        columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
        names = ", ".join(columns if table == "dropped" else ["rowid", *columns])
        marks = ",".join("?" * (names.count(",") + 1))
        for row in numbered_rows(source, table, names, size):
            with contextlib.suppress(*SQLITE_FAULTS):
                db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)
    db.execute("DELETE FROM dropped_rows WHERE dropped NOT IN (SELECT id FROM dropped)")
    db.execute("DELETE FROM dropped WHERE document IN (SELECT id FROM documents)")
