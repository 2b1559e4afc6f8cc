"""Who works on what: claims with their leases, answers, and the order in which documents come.

Each call is one short transaction. A claim is a lease on one of a document's places; nobody
answers a document twice; an answer after the lease was lost counts if a place is free.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tonemark.corpus.documents import pack_tokens
from tonemark.corpus.events import Event
from tonemark.corpus.journal import ClaimLost
from tonemark.corpus.records import Answer, GivenAnnotation
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store
from tonemark.tokenizers.base import Token

TO_DO = "(state <> 'answered' OR reopened)"


@dataclass(frozen=True, slots=True)
class Claim:
    """One annotator's hold on one document.

    `number` rises when another process of hers takes it over. `answered` is 0, or orders her
    answers; documents answered together share it.
    """

    annotator: str
    document: int
    number: int
    answered: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What leaving a page does to one document of it.

    `events` are those not yet in the store. Without an `answer` the claim stays hers; `defer`
    sends it to the end of her queue, and `close` says that a reopened one was left as it was.
    """

    claim: Claim
    events: tuple[Event, ...]
    answer: Answer | None = None
    spans: tuple[Span, ...] = ()
    comment: str = ""
    flagged: bool = False
    tokens: tuple[Token, ...] | None = None
    defer: bool = False
    close: bool = False


def leave(
    store: Store, outcomes: Sequence[Outcome], *, claim_next: int = 0, lease: float = 1800.0
) -> list[Claim]:
    """Write what was done on a page, and claim the next `claim_next` documents, all at once.

    Returns the next claims. Raises ClaimLost, having written nothing, where one of the claims was
    taken over. `lease` is in seconds.
    """
    with store.transaction() as db:
        answered = 0
        for outcome in outcomes:
            _check(db, outcome.claim)
            _write_events(db, outcome.claim, outcome.events)
            if outcome.answer:
                answered = answered or _ticket(db)
                _write_annotation(db, outcome, answered, time.time())
            elif outcome.defer:
                _update(db, outcome.claim, deferred=_ticket(db))
            elif outcome.close:
                _update(db, outcome.claim, reopened=0)
        if not claim_next or not outcomes:
            return []
        return _claim_next(db, outcomes[0].claim.annotator, claim_next, lease)


def claim_next(store: Store, annotator: str, size: int, lease: float = 1800.0) -> list[Claim]:
    """The next page of an annotator, at most `size` documents: unfinished ones, new ones, those
    she left for later; empty where nothing is left. `lease` is in seconds."""
    with store.transaction() as db:
        return _claim_next(db, annotator, size, lease)


def claim_document(store: Store, annotator: str, document: int, lease: float = 1800.0) -> Claim:
    """Claim one document whatever the queue says, or reopen her answer to it."""
    with store.transaction() as db:
        row = db.execute(
            "SELECT number, state, answered FROM claims WHERE annotator = ? AND document = ?",
            (annotator, document),
        ).fetchone()
        if row is None:
            return _new_claim(db, annotator, document, lease)
        claim = Claim(annotator, document, row[0], row[2])
        if row[1] == "answered":
            _update(db, claim, reopened=1)
        else:
            _renew(db, claim, lease)
        return claim


def claim_last_answered(store: Store, annotator: str, before: int = 0) -> list[Claim]:
    """Reopen the documents that she answered last (`before` 0), or last before that answer."""
    with store.transaction() as db:
        (last,) = db.execute(
            "SELECT max(answered) FROM claims WHERE annotator = ? AND answered > 0"
            " AND (? = 0 OR answered < ?)",
            (annotator, before, before),
        ).fetchone()
        if last is None:
            return []
        rows = db.execute(
            "SELECT document, number FROM claims WHERE annotator = ? AND answered = ?"
            " ORDER BY sequence",
            (annotator, last),
        ).fetchall()
        claims = [Claim(annotator, document, number, last) for document, number in rows]
        for claim in claims:
            _update(db, claim, reopened=1)
        return claims


def take_over(store: Store, claim: Claim, events: Iterable[Event]) -> Claim:
    """Raise the claim's number and keep what its old process had written."""
    with store.transaction() as db:
        _write_events(db, claim, events)
        number = claim.number + 1
        _update(db, claim, number=number)
        return Claim(claim.annotator, claim.document, number, claim.answered)


def renew(store: Store, claims: Iterable[Claim], lease: float) -> None:
    """Prolong leases by `lease` seconds from now."""
    with store.transaction() as db:
        for claim in claims:
            _renew(db, claim, lease)


def events_of(store: Store, annotator: str, document: int) -> list[Event]:
    """All that an annotator did on a document, in order."""
    rows = store.db.execute(
        "SELECT number, kind, data, time FROM events WHERE document = ? AND annotator = ?"
        " ORDER BY number, claim",
        (document, annotator),
    )
    return [Event(number, kind, json.loads(data), when) for number, kind, data, when in rows]


def import_answer(
    db: sqlite3.Connection, annotator: str, document: int, given: GivenAnnotation
) -> None:
    """Write an answer that came from a file as a revision of its annotator's.

    Runs inside the caller's transaction.
    """
    row = db.execute(
        "SELECT number, answered FROM claims WHERE annotator = ? AND document = ?",
        (annotator, document),
    ).fetchone()
    claim = Claim(annotator, document, *row) if row else _new_claim(db, annotator, document, 0.0)
    (last,) = db.execute(
        "SELECT coalesce(max(number), 0) FROM events WHERE document = ? AND annotator = ?",
        (document, annotator),
    ).fetchone()
    when = time.time() if given.time is None else given.time
    data = {
        "spans": [span.to_json() for span in given.spans],
        "comment": given.comment,
        "flagged": given.flagged,
    }
    events = (
        Event(last + 1, "import", data, when),
        Event(last + 2, "answer", {"answer": given.answer}, when),
    )
    _write_events(db, claim, events)
    outcome = Outcome(claim, events, given.answer, given.spans, given.comment, given.flagged)
    _write_annotation(db, outcome, _ticket(db), when)


def _claim_next(db: sqlite3.Connection, annotator: str, size: int, lease: float) -> list[Claim]:
    claims = _to_do(db, annotator, size, deferred=False)
    for claim in claims:
        _renew(db, claim, lease)
    if len(claims) < size and not any(claim.answered for claim in claims):
        _lapse(db)
        for document in _free_documents(db, annotator, size - len(claims)):
            claims.append(_new_claim(db, annotator, document, lease))
    if not claims:
        claims = _to_do(db, annotator, size, deferred=True)
        for claim in claims:
            _renew(db, claim, lease)
    return claims


def _to_do(db: sqlite3.Connection, annotator: str, size: int, *, deferred: bool) -> list[Claim]:
    rows = db.execute(
        f"SELECT document, number, answered FROM claims WHERE annotator = ? AND {TO_DO}"
        f" AND deferred {'>' if deferred else '='} 0 ORDER BY deferred, sequence LIMIT ?",
        (annotator, size),
    )
    found = [Claim(annotator, document, number, answered) for document, number, answered in rows]
    # A reopened page comes back alone: its documents were answered together.
    return [claim for claim in found if claim.answered == found[0].answered]


def _free_documents(db: sqlite3.Connection, annotator: str, size: int) -> list[int]:
    # Her own documents that still wait for others would be walked each time (engines.md, 4):
    # look behind her furthest first, and from the start only when that is exhausted.
    query = (
        "SELECT id FROM documents WHERE taken < places AND id > ? AND NOT EXISTS"
        " (SELECT 1 FROM claims WHERE annotator = ? AND document = documents.id)"
        " ORDER BY id LIMIT ?"
    )
    (furthest,) = db.execute(
        "SELECT coalesce(max(document), 0) FROM claims WHERE annotator = ?", (annotator,)
    ).fetchone()
    rows = db.execute(query, (furthest, annotator, size)).fetchall()
    if len(rows) < size and furthest:
        known = {row[0] for row in rows}
        rows += [row for row in db.execute(query, (0, annotator, size)) if row[0] not in known][
            : size - len(rows)
        ]
    return [row[0] for row in rows]


def _new_claim(db: sqlite3.Connection, annotator: str, document: int, lease: float) -> Claim:
    counted = _take_place(db, document)
    db.execute(
        "INSERT INTO claims (annotator, document, number, state, counted, sequence, expires)"
        " VALUES (?, ?, 1, 'open', ?, ?, ?)",
        (annotator, document, counted, _ticket(db), time.time() + lease),
    )
    return Claim(annotator, document, 1)


def _lapse(db: sqlite3.Connection) -> None:
    """Give back the places of leases that ran out."""
    rows = db.execute(
        "SELECT annotator, document, counted FROM claims WHERE state = 'open' AND expires < ?",
        (time.time(),),
    ).fetchall()
    for annotator, document, counted in rows:
        db.execute(
            "UPDATE claims SET state = 'lapsed', counted = 0 WHERE annotator = ? AND document = ?",
            (annotator, document),
        )
        if counted:
            db.execute("UPDATE documents SET taken = taken - 1 WHERE id = ?", (document,))


def _renew(db: sqlite3.Connection, claim: Claim, lease: float) -> None:
    row = db.execute(
        "SELECT state, counted FROM claims WHERE annotator = ? AND document = ?",
        (claim.annotator, claim.document),
    ).fetchone()
    if row[0] == "answered":
        return
    counted = row[1] or _take_place(db, claim.document)
    _update(db, claim, state="open", counted=counted, expires=time.time() + lease)


def _take_place(db: sqlite3.Connection, document: int) -> int:
    return db.execute(
        "UPDATE documents SET taken = taken + 1 WHERE id = ? AND taken < places", (document,)
    ).rowcount


def _check(db: sqlite3.Connection, claim: Claim) -> None:
    row = db.execute(
        "SELECT number FROM claims WHERE annotator = ? AND document = ?",
        (claim.annotator, claim.document),
    ).fetchone()
    if row is None or row[0] != claim.number:
        raise ClaimLost(
            "This page was taken over in another window.",
            "What was answered here after that is not taken; go on in the other window.",
        )


def _write_events(db: sqlite3.Connection, claim: Claim, events: Iterable[Event]) -> None:
    db.executemany(
        "INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                claim.document,
                claim.annotator,
                claim.number,
                event.number,
                event.kind,
                json.dumps(event.data, ensure_ascii=False),
                event.time,
            )
            for event in events
        ),
    )


def _write_annotation(db: sqlite3.Connection, outcome: Outcome, answered: int, when: float) -> None:
    claim = outcome.claim
    row = db.execute(
        "SELECT counted FROM claims WHERE annotator = ? AND document = ?",
        (claim.annotator, claim.document),
    ).fetchone()
    counted = row[0] or _take_place(db, claim.document)
    _update(db, claim, state="answered", counted=counted, reopened=0, deferred=0, answered=answered)
    _write_revision(db, outcome, extra=not counted, when=when)


def _write_revision(db: sqlite3.Connection, outcome: Outcome, *, extra: bool, when: float) -> None:
    """Write an answer as a new revision; earlier ones stay. `when` is Unix seconds."""
    document, annotator = outcome.claim.document, outcome.claim.annotator
    (last,) = db.execute(
        "SELECT coalesce(max(revision), 0) FROM annotations WHERE document = ? AND annotator = ?",
        (document, annotator),
    ).fetchone()
    db.execute(
        "UPDATE annotations SET current = 0 WHERE document = ? AND annotator = ? AND current",
        (document, annotator),
    )
    cursor = db.execute(
        "INSERT INTO annotations (document, annotator, revision, answer, comment, flagged,"
        " tokens, extra, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            document,
            annotator,
            last + 1,
            outcome.answer,
            outcome.comment,
            outcome.flagged,
            None if outcome.tokens is None else pack_tokens(outcome.tokens),
            extra,
            when,
        ),
    )
    db.executemany(
        "INSERT INTO spans VALUES (?, ?, ?, ?, ?)",
        (
            (cursor.lastrowid, span.start, span.end, span.label, json.dumps(span.sources))
            for span in outcome.spans
        ),
    )


def _update(db: sqlite3.Connection, claim: Claim, **values: Any) -> None:
    names = ", ".join(f"{name} = ?" for name in values)
    db.execute(
        f"UPDATE claims SET {names} WHERE annotator = ? AND document = ?",
        (*values.values(), claim.annotator, claim.document),
    )


def _ticket(db: sqlite3.Connection) -> int:
    """The next number of the one sequence that orders claims, answers and deferrals."""
    (number,) = db.execute("UPDATE ticket SET last = last + 1 RETURNING last").fetchone()
    return int(number)
