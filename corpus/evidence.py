"""What annotators' answers say of entries: by row (entry, document, annotator), and added up.

Kept by row, so that what others did on a document that is still hers to answer can be left out of
what an annotator sees (DESIGN.md, promise 5).
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tonemark.corpus.gazetteers import ACCEPTED, learnt_entry
from tonemark.corpus.store import Store


class Verdict(NamedTuple):
    """What one accepted document says of an entry.

    `seen` counts its occurrences, `stood` those with its label; `changed` and `deleted` count its
    suggestions that were shown and got another label or other edges, or were deleted. `taught` are
    those of `stood` that nothing had suggested.
    """

    seen: int
    stood: int
    changed: int = 0
    deleted: int = 0
    taught: int = 0


@dataclass(frozen=True, slots=True)
class Weighed:
    """What an accepted annotation says of all entries that occur in its document.

    `known` are entries by number; `learnt` are names (label, text) that are no entries yet.
    """

    known: tuple[tuple[int, Verdict], ...] = ()
    learnt: tuple[tuple[str, str, Verdict], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """How a page's frozen suggestions fared: how many there were, how many stand in the answer;
    where it was `blind`, nothing was shown of them."""

    blind: bool
    offered: int
    stood: int


class Earned(NamedTuple):
    """Added up: occurrences and those that stood, each annotator's by her part of a document."""

    seen: float = 0.0
    stood: float = 0.0
    changed: int = 0
    deleted: int = 0

    def plus(self, other: Earned, sign: int = 1) -> Earned:
        """Both together; with `sign` -1 the difference."""
        seen, stood, changed, deleted = other
        return Earned(
            self.seen + sign * seen,
            self.stood + sign * stood,
            self.changed + sign * changed,
            self.deleted + sign * deleted,
        )


NOTHING = Earned()


@contextlib.contextmanager
def earning(db: sqlite3.Connection, document: int) -> Iterator[None]:
    """Keep what entries earned in step with what changes meanwhile on one document: annotations and
    their evidence. Runs inside the caller's transaction."""
    before = earned_on(db, document)
    yield
    after = earned_on(db, document)
    changes = (
        (*after.get(entry, NOTHING).plus(before.get(entry, NOTHING), -1), entry)
        for entry in {**before, **after}
    )
    db.executemany(
        "UPDATE entries SET seen = max(0, seen + ?), stood = max(0, stood + ?),"
        " changed = changed + ?, deleted = deleted + ? WHERE id = ?",
        (change for change in changes if any(change[:4])),
    )


def write_evidence(
    db: sqlite3.Connection, document: int, annotator: str, weighed: Weighed | None
) -> None:
    """Put an annotator's evidence on a document in the place of what she had there.

    Runs inside `earning`, behind her annotation; None takes it away.
    """
    db.execute("DELETE FROM evidence WHERE document = ? AND annotator = ?", (document, annotator))
    if weighed is None:
        return
    learnt = [
        (learnt_entry(db, label, pattern), verdict) for label, pattern, verdict in weighed.learnt
    ]
    # An entry may have been removed, or learnt by another, since the page was looked at.
    (answer,) = db.execute(
        "SELECT id FROM annotations WHERE document = ? AND annotator = ? AND current",
        (document, annotator),
    ).fetchone()
    db.executemany(
        "INSERT OR IGNORE INTO evidence (document, annotator, answer, entry, seen, stood, changed,"
        " deleted, taught) SELECT ?, ?, ?, id, ?, ?, ?, ?, ? FROM entries WHERE id = ?",
        (
            (document, annotator, answer, *verdict, entry)
            for entry, verdict in (*weighed.known, *learnt)
        ),
    )


def write_offer(db: sqlite3.Connection, document: int, annotator: str, offer: Offer | None) -> None:
    """Keep how the suggestions of a page fared. Runs inside the caller's transaction."""
    db.execute("DELETE FROM offers WHERE document = ? AND annotator = ?", (document, annotator))
    if offer:
        db.execute(
            "INSERT INTO offers VALUES (?, ?, ?, ?, ?)",
            (document, annotator, offer.blind, offer.offered, offer.stood),
        )


def earned_on(db: sqlite3.Connection, document: int) -> dict[int, Earned]:
    """What each entry earned on one document: where several accepted it, each of them counts her
    part, those for whom the entry was not there yet included."""
    return _together(
        db.execute(
            "SELECT entry, seen, stood, changed, deleted FROM evidence WHERE document = ?",
            (document,),
        ),
        _accepts(db, document),
    )


def hidden(store: Store, document: int, annotator: str) -> dict[int, Earned]:
    """What is to be added to what entries earned in all, so that others' answers to a document, and
    to those with an equal text, are left out: all there is to it, for most documents, is nothing.

    A name that was learnt there has been one for her only since an answer that she may know of
    taught it by hand: what was counted of it before that is left out too, or its share would tell;
    and where there is none, all of it: who went on to the next text, and kept there what this one
    had taught, only hands on what she did here.
    """
    db = store.db
    same = [
        other
        for (other,) in db.execute(
            "SELECT DISTINCT e.document FROM documents d JOIN documents s ON s.digest = d.digest"
            " JOIN evidence e ON e.document = s.id WHERE d.id = ? AND e.annotator <> ?",
            (document, annotator),
        )
    ]
    found: dict[int, Earned] = {}
    for other in same:
        own = _together(
            db.execute(
                "SELECT entry, seen, stood, changed, deleted FROM evidence"
                " WHERE document = ? AND annotator = ?",
                (other, annotator),
            ),
            1,
        )
        for entry, earned in earned_on(db, other).items():
            rest = own.get(entry, NOTHING).plus(earned, -1)
            found[entry] = found.get(entry, NOTHING).plus(rest)
    for entry, rest in found.items():
        if rest.stood < 0:
            found[entry] = rest.plus(_too_early(db, entry, same, annotator), -1)
    return found


def _too_early(db: sqlite3.Connection, entry: int, same: list[int], annotator: str) -> Earned:
    """What was counted of a name that annotators taught, by answers that one of them may know of,
    before the first of these that taught it."""
    rows = db.execute(
        "SELECT e.document, e.annotator, e.answer, e.taught, e.seen, e.stood, e.changed, e.deleted"
        " FROM evidence e JOIN entries n ON n.id = e.entry JOIN gazetteers g ON g.id = n.gazetteer"
        " WHERE e.entry = ? AND g.name = ? ORDER BY e.answer",
        (entry, ACCEPTED),
    ).fetchall()
    known = [row for row in rows if row[0] not in same or row[1] == annotator]
    first = next((row[2] for row in known if row[3]), math.inf)
    if first == next((row[2] for row in rows if row[3]), None):
        return NOTHING
    total = NOTHING
    for document in {row[0] for row in known if row[2] < first}:
        accepts = 1 if document in same else _accepts(db, document)
        here = [row for row in known if row[0] == document]
        after = [(entry, *row[4:]) for row in here if row[2] >= first]
        before = _together([(entry, *row[4:]) for row in here], accepts)[entry]
        total = total.plus(before).plus(_together(after, accepts).get(entry, NOTHING), -1)
    return total


def _together(rows: Iterable[tuple[int, int, int, int, int]], accepts: int) -> dict[int, Earned]:
    by_entry: dict[int, list[tuple[int, ...]]] = {}
    for entry, *verdict in rows:
        by_entry.setdefault(entry, []).append(tuple(verdict))
    found = {}
    for entry, verdicts in by_entry.items():
        seen, stood, changed, deleted = (sum(each) for each in zip(*verdicts, strict=True))
        found[entry] = Earned(
            seen / len(verdicts), stood / max(accepts, len(verdicts)), changed, deleted
        )
    return found


def _accepts(db: sqlite3.Connection, document: int) -> int:
    (count,) = db.execute(
        "SELECT count(*) FROM annotations WHERE document = ? AND current AND answer = 'accept'",
        (document,),
    ).fetchone()
    return int(count)


# Answers that nobody has weighed yet: they came with data, or before their entries


Answer = tuple[int, str]
"""Whose answer to which document: its number, and the annotator."""


def unweighed(store: Store, limit: int, behind: Answer = (0, "")) -> list[Answer]:
    """At most `limit` accepted annotations of which no evidence was made, in order, those up to
    `behind` left out."""
    rows = store.db.execute(
        "SELECT document, annotator FROM annotations WHERE current AND answer = 'accept'"
        " AND NOT weighed AND (document, annotator) > (?, ?) ORDER BY document, annotator LIMIT ?",
        (*behind, limit),
    )
    return [(int(document), str(annotator)) for document, annotator in rows]


def put_weighed(store: Store, made: Iterable[tuple[int, str, int, Weighed]]) -> None:
    """Write evidence of answers that were there: document, annotator, revision, what it says. One
    that has got another revision meanwhile is passed over."""
    with store.transaction() as db:
        for document, annotator, revision, weighed in made:
            key = (document, annotator, revision)
            current = "document = ? AND annotator = ? AND revision = ? AND current"
            if db.execute(f"SELECT 1 FROM annotations WHERE {current}", key).fetchone():
                with earning(db, document):
                    write_evidence(db, document, annotator, weighed)
                db.execute(f"UPDATE annotations SET weighed = 1 WHERE {current}", key)


def forget_evidence(store: Store) -> None:
    """Let all answers be weighed anew; names that annotators taught stay, as long as they occur."""
    with store.transaction() as db:
        db.execute("DELETE FROM evidence")
        db.execute("UPDATE entries SET seen = 0, stood = 0, changed = 0, deleted = 0")
        db.execute("UPDATE annotations SET weighed = 0 WHERE current AND answer = 'accept'")


@dataclass(frozen=True, slots=True)
class Astray:
    """How suggestions fared where they were shown, and where a page was blind: how many there were,
    and how many of them stand in the answers. `documents` are the blind ones that were accepted."""

    offered: int = 0
    stood: int = 0
    blind_documents: int = 0
    blind_offered: int = 0
    blind_stood: int = 0


NOTHING_SHOWN = Astray()


def astray(store: Store) -> Astray:
    """The figures of all annotators together."""
    found = {
        blind: (documents, offered, stood)
        for blind, documents, offered, stood in store.db.execute(
            "SELECT blind, count(DISTINCT document), sum(offered), sum(stood) FROM offers"
            " GROUP BY blind"
        )
    }
    return Astray(*found.get(0, (0, 0, 0))[1:], *found.get(1, (0, 0, 0)))
