"""What annotators' answers, and gold, say of entries: by row (entry, document, annotator), and
added up. Where a document has gold, its part stands in the place of the annotators'.

Kept by row, so that what others did on a document that is still hers to answer can be left out of
what an annotator sees (DESIGN.md, promise 5).
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from tonemark.corpus.gazetteers import ACCEPTED, learnt_entry
from tonemark.corpus.model_suggestions import MODEL
from tonemark.corpus.shares import folded_text
from tonemark.corpus.soundness.rows import SOUND_OFFER
from tonemark.corpus.spans import parsed_sources
from tonemark.corpus.store import Store

GOLD = "+:gold"
"""Whose the rows of gold are: the key of no annotator, and of no reviewer."""


def is_handed_on(sources: Iterable[str]) -> bool:
    """Whether a span with these sources was kept as it was suggested, by what may know of it from
    others' answers: names and models."""
    return all(each.startswith(("gazetteer:", "rule:", MODEL)) for each in sources)


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

NEVER = 2**62
"""The number of no answer: `since` of a name that nobody teaches any more."""


@contextlib.contextmanager
def earning(db: sqlite3.Connection, document: int) -> Iterator[None]:
    """Keep what entries earned in step with what changes meanwhile on one document: annotations and
    their evidence. Runs inside the caller's transaction."""
    before = earned_on(db, document)
    there = _entries_on(db, document)
    yield
    moved = _moved(db, there | _entries_on(db, document))
    after = earned_on(db, document)
    for entry, since in moved.items():
        db.execute(
            "UPDATE entries SET since = ?, seen = ?, stood = ?, changed = ?, deleted = ?"
            " WHERE id = ?",
            (since, *_of_rows(db, _rows_of(db, entry), since), entry),
        )
    changes = (
        (*after.get(entry, NOTHING).plus(before.get(entry, NOTHING), -1), entry)
        for entry in {**before, **after}
        if entry not in moved
    )
    db.executemany(
        "UPDATE entries SET seen = max(0, seen + ?), stood = max(0, stood + ?),"
        " changed = changed + ?, deleted = deleted + ? WHERE id = ?",
        (change for change in changes if any(change[:4])),
    )


def _entries_on(db: sqlite3.Connection, document: int) -> set[int]:
    query = (
        "SELECT DISTINCT e.entry FROM evidence e JOIN entries n ON n.id = e.entry"
        " WHERE e.document = ?"
    )
    return {entry for (entry,) in db.execute(query, (document,))}


STANDS = (
    f"(e.annotator = '{GOLD}' OR NOT EXISTS"
    " (SELECT 1 FROM gold g WHERE g.document = e.document AND g.weighed))"
)
"""Which rows of `evidence e` can teach a name: where a document has gold, gold's alone."""


def _moved(db: sqlite3.Connection, entries: Iterable[int]) -> dict[int, int]:
    """The names that annotators taught of which another answer is now the first that teaches them,
    with that answer."""
    found = {}
    for entry in entries:
        row = db.execute(
            "SELECT n.since, CAST((SELECT min(e.answer) FROM evidence e"
            f" WHERE e.entry = n.id AND e.taught > 0 AND {STANDS}) AS INTEGER)"
            " FROM entries n JOIN gazetteers g ON g.id = n.gazetteer WHERE n.id = ? AND g.name = ?",
            (entry, ACCEPTED),
        ).fetchone()
        if row and (row[1] or NEVER) != row[0]:
            found[entry] = row[1] or NEVER
    return found


def write_evidence(
    db: sqlite3.Connection, document: int, annotator: str, weighed: Weighed | None
) -> None:
    """Put an annotator's evidence on a document, or GOLD's, in the place of what was hers there.

    Runs inside `earning`, behind her annotation; None takes it away. A row that teaches a name
    keeps the number of the answer that first did, gold's that of the first annotator who did there;
    any other has that of her last.
    """
    hers = (document, annotator)
    since = dict(
        db.execute(
            "SELECT entry, min(CAST(answer AS INTEGER)) FROM evidence WHERE document = ?1"
            f" AND (annotator = ?2 OR ?2 = '{GOLD}') AND taught > 0 GROUP BY entry",
            hers,
        )
    )
    db.execute("DELETE FROM evidence WHERE document = ? AND annotator = ?", hers)
    if weighed is None:
        return
    learnt = [
        (learnt_entry(db, label, pattern), verdict) for label, pattern, verdict in weighed.learnt
    ]
    (answer,) = db.execute(
        "SELECT id FROM gold WHERE document = ?1 AND ?2 = ?3 AND current UNION ALL"
        " SELECT id FROM annotations WHERE document = ?1 AND annotator = ?2 AND current",
        (*hers, GOLD),
    ).fetchone()
    # An entry may have been removed, or learnt by another, since the page was looked at.
    db.executemany(
        "INSERT OR IGNORE INTO evidence (document, annotator, answer, entry, seen, stood, changed,"
        " deleted, taught) SELECT ?, ?, ?, id, ?, ?, ?, ?, ? FROM entries WHERE id = ?",
        (
            (*hers, since.get(entry, answer) if verdict.taught else answer, *verdict, entry)
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


class _Row(NamedTuple):
    """A row of evidence on some entry."""

    document: int
    annotator: str
    answer: int
    taught: int
    seen: int
    stood: int
    changed: int
    deleted: int


# Cast: in a store from elsewhere they may be anything.
_ROW = "e.document, e.annotator, " + ", ".join(
    f"CAST(e.{name} AS INTEGER)"
    for name in ("answer", "taught", "seen", "stood", "changed", "deleted")
)


def earned_on(db: sqlite3.Connection, document: int) -> dict[int, Earned]:
    """What each entry earned on one document: what gold says, if there is some; else, where several
    accepted it, each of them counts her part, those for whom the entry was not there yet included.
    """
    return _earned_on(db, document, "", _accepts(db, document))


def _earned_on(
    db: sqlite3.Connection, document: int, annotator: str, accepts: int | None
) -> dict[int, Earned]:
    """The same of one annotator alone, if named, for whom there is no gold."""
    by_entry: dict[int, list[_Row]] = {}
    for entry, *row in db.execute(
        f"SELECT e.entry, {_ROW} FROM evidence e JOIN entries n ON n.id = e.entry"
        " WHERE e.document = ? AND (? = '' OR e.annotator = ?) AND e.answer >= n.since",
        (document, annotator, annotator),
    ):
        by_entry.setdefault(entry, []).append(_Row(*row))
    return {entry: _together(rows, accepts) for entry, rows in by_entry.items()}


def _rows_of(db: sqlite3.Connection, entry: int) -> list[_Row]:
    rows = db.execute(f"SELECT {_ROW} FROM evidence e WHERE e.entry = ?", (entry,))
    return [_Row(*row) for row in rows]


def _of_rows(
    db: sqlite3.Connection, rows: Iterable[_Row], since: int, alone: Collection[int] = ()
) -> Earned:
    """What an entry earned by rows from an answer on; on the documents `alone`, which are those of
    one annotator, no other accept counts."""
    by_document: dict[int, list[_Row]] = {}
    for row in rows:
        if row.answer >= since:
            by_document.setdefault(row.document, []).append(row)
    total = NOTHING
    for document, those in by_document.items():
        accepts = 1 if document in alone else _accepts(db, document)
        total = total.plus(_together(those, accepts))
    return total


def _together(rows: list[_Row], accepts: int | None) -> Earned:
    """What an entry earned on one document by all rows there; `accepts` as `_accepts` has it."""
    changed, deleted = sum(row.changed for row in rows), sum(row.deleted for row in rows)
    if accepts is None:
        golden = [row for row in rows if row.annotator == GOLD]
        seen, stood = sum(row.seen for row in golden), sum(row.stood for row in golden)
        return Earned(seen, stood, changed, deleted)
    return Earned(
        sum(row.seen for row in rows) / len(rows),
        sum(row.stood for row in rows) / max(accepts, len(rows)),
        changed,
        deleted,
    )


def hidden(store: Store, documents: Iterable[int], annotator: str) -> dict[int, Earned]:
    """What is to be added to what entries earned in all, so that others' answers to the documents
    of a page, and to those with an equal text, are left out, and gold, which comes of them: for
    most pages, nothing.

    A name that was learnt there has been one for her only since an answer that she may know of
    taught it by hand: what was counted of it before that is left out too, or its share would tell;
    and where there is none, all of it: who went on to the next text, and kept there what this one
    had taught, only hands on what she did here.
    """
    db = store.db
    same = {
        other
        for document in documents
        for (other,) in db.execute(
            "SELECT s.id FROM documents d JOIN documents s ON s.digest = d.digest WHERE d.id = ?"
            " AND (EXISTS (SELECT 1 FROM annotations a WHERE a.document = s.id AND a.current"
            " AND a.answer = 'accept' AND a.annotator <> ?)"
            " OR EXISTS (SELECT 1 FROM gold g WHERE g.document = s.id AND g.weighed))",
            (document, annotator),
        )
    }
    found: dict[int, Earned] = {}
    for other in same:
        own = _earned_on(db, other, annotator, 1)
        everybodys = earned_on(db, other)
        for entry in _entries_on(db, other):
            rest = own.get(entry, NOTHING).plus(everybodys.get(entry, NOTHING), -1)
            found[entry] = found.get(entry, NOTHING).plus(rest)
    for entry in found:
        row = db.execute(
            "SELECT CAST(since AS INTEGER), CAST(seen AS REAL), CAST(stood AS REAL) FROM entries"
            " WHERE id = ?",
            (entry,),
        ).fetchone()
        since, seen, stood = row
        if since and since != (known := _known_since(db, entry, same, annotator)):
            rows = [
                row
                for row in _rows_of(db, entry)
                if row.document not in same or row.annotator == annotator
            ]
            for_her = _of_rows(db, rows, known, same)
            found[entry] = Earned(for_her.seen - seen, for_her.stood - stood)
    return {entry: earned for entry, earned in found.items() if earned != NOTHING}


def _known_since(db: sqlite3.Connection, entry: int, same: Collection[int], annotator: str) -> int:
    """The first answer that taught a name by hand, of those that an annotator may know of."""
    for document, name, answer, stands in db.execute(
        f"SELECT e.document, e.annotator, CAST(e.answer AS INTEGER), {STANDS} FROM evidence e"
        " WHERE e.entry = ? AND e.taught > 0 ORDER BY e.answer",
        (entry,),
    ):
        may_know = name == annotator if document in same else stands
        if may_know and _is_by_hand(db, entry, document, name):
            return int(answer)
    return NEVER


def _is_by_hand(db: sqlite3.Connection, entry: int, document: int, annotator: str) -> bool:
    """Whether an answer, or gold, that taught a name has it by hand: where nobody else was to
    answer the document, what a model alone proposed taught it too (`patterns.weighing`)."""
    table, spans, key, whose = (
        ("gold", "gold_spans", "gold", "a.weighed")
        if annotator == GOLD
        else ("annotations", "spans", "annotation", "a.current AND a.annotator = :annotator")
    )
    rows = db.execute(
        "SELECT n.pattern, substr(d.text, s.start_char + 1, s.end_char - s.start_char), s.sources"
        f" FROM {table} a JOIN {spans} s ON s.{key} = a.id JOIN documents d ON d.id = a.document"
        f" JOIN entries n ON n.id = :entry WHERE a.document = :document AND {whose}"
        " AND s.label = n.label",
        {"entry": entry, "document": document, "annotator": annotator},
    ).fetchall()
    written = [row for row in rows if folded_text(str(row[0])) == folded_text(str(row[1]))]
    with contextlib.suppress(ValueError, TypeError):  # damaged
        # Other folds than these may have made it one name: then any of its label tells.
        return not all(is_handed_on(parsed_sources(row[2])) for row in written or rows)
    return False


def _accepts(db: sqlite3.Connection, document: int) -> int | None:
    """How many accepts a document has; None where gold stands in their place."""
    if db.execute("SELECT 1 FROM gold WHERE document = ? AND weighed", (document,)).fetchone():
        return None
    (count,) = db.execute(
        "SELECT count(*) FROM annotations WHERE document = ? AND current AND answer = 'accept'",
        (document,),
    ).fetchone()
    return int(count)


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
            "SELECT blind, count(DISTINCT document), sum(offered), sum(stood) FROM offers o"
            f" WHERE {SOUND_OFFER} GROUP BY blind"
        )
    }
    return Astray(*found.get(0, (0, 0, 0))[1:], *found.get(1, (0, 0, 0)))
