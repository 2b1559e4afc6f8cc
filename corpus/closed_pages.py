"""Work on a whole project for which pages must be closed: who has one open is told by the locks on
journals, and what a window that was cut off left in one is folded into the store.

Knows nothing of what is done then.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tonemark.corpus.annotations import write_events
from tonemark.corpus.annotators import is_reviewing, person
from tonemark.corpus.claims import claim_of
from tonemark.corpus.events import Event
from tonemark.corpus.journal import (
    JOURNALS,
    NAME,
    ClaimHeld,
    Journal,
    parse,
    read_journal,
)
from tonemark.errors import TonemarkError
from tonemark.files import check_inside

Wanted = Callable[[str, int], bool]
"""Whether the pages of an annotator's, or a reviewer's, key and of a document must be closed."""


class LeftOver:
    """The journals that windows left behind which were cut off, held so that none is opened."""

    def __init__(self) -> None:
        self._journals: list[tuple[str, int, int, Path, list[Event], Journal | None]] = []
        self._folded: list[tuple[Path, Journal | None]] = []

    def add(self, annotator: str, document: int, claim: int, path: Path) -> None:
        """Take one up. Raises ClaimHeld where a living process has it."""
        journal = Journal(path) if path.suffix == ".log" else None
        events = journal.events if journal else list(parse(read_journal(path)))
        self._journals.append((annotator, document, claim, path, events, journal))

    def fold(self, db: sqlite3.Connection) -> None:
        """Bring what they hold into the store, as opening their pages would; those of no claim stay
        as they are. Runs inside the caller's transaction."""
        for annotator, document, claim, path, events, journal in self._journals:
            now = claim_of(db, annotator, document)
            # Of a takeover that was cut off, the claim may have been raised already.
            if now is None or (now.number < claim if journal is None else now.number != claim):
                continue
            known = set(
                db.execute(
                    "SELECT number, kind FROM events WHERE document = ? AND annotator = ?",
                    (document, annotator),
                )
            )
            new = [each for each in events if (each.number, each.kind) not in known]
            write_events(db, annotator, document, claim, new)
            self._folded.append((path, journal))

    def discard(self) -> None:
        """Delete those whose keys are in the store by now."""
        for path, journal in self._folded:
            if journal:
                journal.discard()
            else:
                with contextlib.suppress(OSError):
                    path.unlink()

    def close(self) -> None:
        """Let go of them."""
        for *_, journal in self._journals:
            if journal:
                journal.close()


@contextlib.contextmanager
def closed(folder: Path, wanted: Wanted, doing: str) -> Iterator[LeftOver]:
    """See to it that nobody has a page open that is `wanted`.

    Raises TonemarkError where somebody has: `doing` says what waits for it ("Nothing was ...").
    Deletes what was folded in where the block ends well.
    """
    left_over = LeftOver()
    open_pages: dict[str, set[int]] = {}
    try:
        check_inside(folder, folder / JOURNALS)
        for path in sorted((folder / JOURNALS).glob("*/*")):
            found = NAME.fullmatch(path.name)
            if not found or found["kind"] == "damaged":
                continue
            annotator, document = path.parent.name, int(found["document"])
            if wanted(annotator, document):
                try:
                    left_over.add(annotator, document, int(found["claim"]), path)
                except FileNotFoundError:
                    pass  # left, and folded in, a moment ago
                except ClaimHeld:
                    open_pages.setdefault(annotator, set()).add(document)
        if open_pages:
            raise _told(open_pages, doing)
        yield left_over
        left_over.discard()
    finally:
        left_over.close()


def _told(open_pages: dict[str, set[int]], doing: str) -> TonemarkError:
    who = [
        f"{person(key)} has a {'review' if is_reviewing(key) else 'page'} open"
        f" (document {min(documents)})"
        for key, documents in sorted(open_pages.items())
    ]
    return TonemarkError(
        f"{'; '.join(who)}: {doing}.", "Leave the page with q, and try again: what is on it stays."
    )


def lose_windows(db: sqlite3.Connection) -> None:
    """Take claims from windows that are opening a page at this moment, and have no journal yet:
    what they show is of before. They say so, and go on with the page as it then is.

    Runs inside the caller's transaction.
    """
    where = "((state = 'open' AND expires > ?1) OR reopened)"
    (last,) = db.execute("SELECT last FROM ticket").fetchone()
    rows = db.execute(f"SELECT annotator, document FROM claims WHERE {where}", (time.time(),))
    raised = [(last + at, *row) for at, row in enumerate(rows.fetchall(), 1)]
    db.executemany("UPDATE claims SET number = ? WHERE annotator = ? AND document = ?", raised)
    db.execute("UPDATE ticket SET last = ?", (last + len(raised),))
