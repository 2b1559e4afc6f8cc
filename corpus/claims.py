"""The claims of a store, each with its lease: made, found, prolonged, checked and given back.

Everything here runs inside the caller's transaction. Which document comes next is told in queue.py.
"""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass
from typing import Any

from tonemark.corpus.annotators import is_reviewing
from tonemark.corpus.cursors import Cursor, draw_back
from tonemark.corpus.journal import ClaimLost
from tonemark.corpus.places import free_place, take_place

TO_DO = "(state <> 'answered' OR reopened)"
"""Which claims are before their annotator, or will be."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One annotator's hold on one document.

    `number` rises when another process of hers takes it over, and none comes again: what was
    given back and claimed anew has a higher one. `answered` is 0, or orders her answers; documents
    answered together share it.
    """

    annotator: str
    document: int
    number: int
    answered: int = 0


def claim_of(db: sqlite3.Connection, annotator: str, document: int) -> Claim | None:
    """An annotator's claim on a document, or None where there is none."""
    row = db.execute(
        "SELECT number, answered FROM claims WHERE annotator = ? AND document = ?",
        (annotator, document),
    ).fetchone()
    return Claim(annotator, document, *row) if row else None


def new_claim(db: sqlite3.Connection, annotator: str, document: int, lease: float) -> Claim:
    """Claim a document that she has no claim on, for `lease` seconds, with a place if one is free
    and she is an annotator.

    Its number is its place in the order: a claim that was given back is deleted, and a window that
    still has it before it must not find its number again.
    """
    counted, number = _place(db, annotator, document), draw_ticket(db)
    db.execute(
        "INSERT INTO claims (annotator, document, number, state, counted, sequence, expires)"
        " VALUES (?, ?, ?, 'open', ?, ?, ?)",
        (annotator, document, number, counted, number, time.time() + lease),
    )
    return Claim(annotator, document, number)


def lapse(db: sqlite3.Connection, lease: float) -> None:
    """Give back the places of leases that ran out: to an answer that is extra, else to anyone.

    A lease that would last longer than one taken now is from a clock that was wrong then: without
    this, a document claimed while it was ten years ahead would be kept from others so long.
    """
    now = time.time()
    db.execute(
        "UPDATE claims SET expires = ?1 WHERE state = 'open' AND expires > ?1", (now + lease,)
    )
    rows = db.execute(
        "SELECT annotator, document, counted FROM claims WHERE state = 'open' AND expires < ?",
        (now,),
    ).fetchall()
    for annotator, document, counted in rows:
        db.execute(
            "UPDATE claims SET state = 'lapsed', counted = 0 WHERE annotator = ? AND document = ?",
            (annotator, document),
        )
        if counted:
            free_place(db, document)


def reopen(db: sqlite3.Connection, claim: Claim, lease: float) -> None:
    """Put a document before her that is hers already, answered or not."""
    if claim.answered:
        update_claim(db, claim, reopened=1, deferred=0)
    else:
        prolong(db, claim, lease)
        update_claim(db, claim, deferred=0)


def prolong(db: sqlite3.Connection, claim: Claim, lease: float) -> None:
    """Let a lease last `lease` seconds from now, with a place if one is free; an answer's stays."""
    row = db.execute(
        "SELECT state, counted FROM claims WHERE annotator = ? AND document = ?",
        (claim.annotator, claim.document),
    ).fetchone()
    if row[0] == "answered":
        return
    counted = row[1] or _place(db, claim.annotator, claim.document)
    update_claim(db, claim, state="open", counted=counted, expires=time.time() + lease)


def _place(db: sqlite3.Connection, annotator: str, document: int) -> int:
    """Take a place of a document if one is free: 1, else 0; reviewers take none."""
    return 0 if is_reviewing(annotator) else take_place(db, document)


def check_held(db: sqlite3.Connection, claim: Claim) -> None:
    """Raises ClaimLost where a claim was taken over, or given back."""
    now = claim_of(db, claim.annotator, claim.document)
    if now is None or now.number != claim.number:
        raise ClaimLost(
            "This page was taken over in another window.",
            "What was answered here after that is not taken; go on in the other window.",
        )


def give_back(db: sqlite3.Connection, claim: Claim) -> None:
    """Undo a claim under which nothing was done; one that she put off stays hers."""
    here = (claim.annotator, claim.document)
    counted, deferred = db.execute(
        "SELECT counted, deferred FROM claims WHERE annotator = ? AND document = ?", here
    ).fetchone()
    if not deferred:
        db.execute("DELETE FROM claims WHERE annotator = ? AND document = ?", here)
        db.execute("DELETE FROM events WHERE annotator = ? AND document = ?", here)
        (priority,) = db.execute(
            "SELECT priority FROM documents WHERE id = ?", (claim.document,)
        ).fetchone()
        # The next time her queue begins with it.
        draw_back(db, Cursor(priority, claim.document - 1), claim.annotator)
        if counted:
            free_place(db, claim.document)


def update_claim(db: sqlite3.Connection, claim: Claim, **values: Any) -> None:
    """Set columns of a claim."""
    names = ", ".join(f"{name} = ?" for name in values)
    db.execute(
        f"UPDATE claims SET {names} WHERE annotator = ? AND document = ?",
        (*values.values(), claim.annotator, claim.document),
    )


def draw_ticket(db: sqlite3.Connection) -> int:
    """The next number of the one sequence that orders claims, answers and deferrals, and that
    claims have their numbers from."""
    (number,) = db.execute("UPDATE ticket SET last = last + 1 RETURNING last").fetchone()
    return int(number)
