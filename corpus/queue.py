"""Who works on what: claims with their leases, answers, and the order in which documents come.

Each call is one short transaction. A claim is a lease on one of a document's places; nobody
answers a document twice; an answer after the lease was lost counts if a place is free.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from tonemark.corpus.annotations import Annotation, write_events, write_revision
from tonemark.corpus.annotations import events_of as events_of
from tonemark.corpus.annotators import is_reviewing
from tonemark.corpus.claims import Claim as Claim
from tonemark.corpus.claims import (
    check_held,
    claim_of,
    draw_ticket,
    give_back,
    lapse,
    new_claim,
    prolong,
    reopen,
    update_claim,
)
from tonemark.corpus.events import Event
from tonemark.corpus.evidence import Offer, Weighed, earning, write_evidence, write_offer
from tonemark.corpus.gold import Gold, is_rule, write_gold
from tonemark.corpus.places import give_place, take_place
from tonemark.corpus.records import Answer, GivenAnnotation
from tonemark.corpus.spans import Span
from tonemark.corpus.store import Store
from tonemark.corpus.turns import ANNOTATING, Turns
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token


class SettledMeanwhile(TonemarkError):
    """Another reviewer, or a rule, made gold of a document that lies before this one."""

    def __init__(self, reviewer: str) -> None:
        super().__init__(
            f"{'A rule' if is_rule(reviewer) else reviewer} has settled this document meanwhile.",
            "Once more makes what stands here the new gold; to put it off leaves that one.",
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What leaving a page does to one document of it.

    `events` are those not yet in the store. Without an `answer` the claim stays hers; `defer`
    sends it to the end of her queue, `close` says that a reopened one was left as it was, and
    `give_back` that nothing was done under it, so that others may have its place. `weighed` is what
    an accept says of entries, None where it is still to be weighed; `offer` how its suggestions
    fared, None where there were none; `seconds` of work that the answer took. A reviewer's claim is
    answered by `gold`, which was made when the gold of its document had the revision that it names
    (0: there was none).
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
    give_back: bool = False
    weighed: Weighed | None = None
    offer: Offer | None = None
    seconds: float = 0.0
    gold: Gold | None = None


Leaving: TypeAlias = Sequence[Outcome]
"""What is done with a page in the transaction that claims the next."""


def leave(
    store: Store,
    outcomes: Leaving,
    *,
    claim_next: int = 0,
    lease: float = 1800.0,
    turns: Turns = ANNOTATING,
) -> list[Claim]:
    """Write what was done on a page, and claim the next `claim_next` documents, all at once.

    Returns the next claims. Raises ClaimLost, having written nothing, where one of the claims was
    taken over. `lease` is in seconds.
    """
    with store.transaction() as db:
        _leave(db, outcomes)
        if not claim_next or not outcomes:
            return []
        return _claim_next(db, outcomes[0].claim.annotator, claim_next, lease, turns)


def claim_next(
    store: Store,
    annotator: str,
    size: int,
    lease: float = 1800.0,
    leaving: Leaving = (),
    turns: Turns = ANNOTATING,
) -> list[Claim]:
    """The next page of an annotator, at most `size` documents: unfinished ones, new ones, those
    she left for later; empty where nothing is left. `lease` is in seconds.

    `leaving` is written first, all at once, as `leave` has it; so in the functions below.
    """
    with store.transaction() as db:
        _leave(db, leaving)
        return _claim_next(db, annotator, size, lease, turns)


def look_next(store: Store, annotator: str, size: int, turns: Turns = ANNOTATING) -> list[Claim]:
    """What `claim_next` would claim of the documents that nobody lets lapse, without claiming it.

    For a store that may only be read; the number of a claim that there is not is 0.
    """
    db = store.db
    claims = turns.to_do(db, annotator, size, deferred=False)
    if not claims:
        found = turns.free(db, annotator, size, looking=True)
        claims = [Claim(annotator, document, 0) for document in found]
    return claims or turns.to_do(db, annotator, size, deferred=True)


def claim_document(
    store: Store, annotator: str, document: int, lease: float = 1800.0, leaving: Leaving = ()
) -> Claim:
    """Claim one document whatever the queue says, or reopen her answer to it.

    Raises KeyError where there is no such document.
    """
    with store.transaction() as db:
        _leave(db, leaving)
        if not db.execute("SELECT 1 FROM documents WHERE id = ?", (document,)).fetchone():
            raise KeyError(document)
        return _claimed(db, annotator, document, lease)


def claim_last_answered(
    store: Store, annotator: str, before: int = 0, leaving: Leaving = ()
) -> list[Claim]:
    """Reopen the documents that she answered last (`before` 0), or last before that answer.

    Where there are none, nothing is written, `leaving` neither.
    """
    with store.transaction() as db:
        (last,) = db.execute(
            "SELECT max(answered) FROM claims WHERE annotator = ? AND answered > 0"
            " AND (? = 0 OR answered < ?)",
            (annotator, before, before),
        ).fetchone()
        if last is None:
            return []
        _leave(db, leaving)
        rows = db.execute(
            "SELECT document, number FROM claims WHERE annotator = ? AND answered = ?"
            " ORDER BY sequence",
            (annotator, last),
        ).fetchall()
        claims = [Claim(annotator, document, number, last) for document, number in rows]
        for claim in claims:
            reopen(db, claim, 0.0)
        return claims


def current(store: Store, claim: Claim) -> Claim | None:
    """The claim as the store has it now: another process of hers may have raised its number, or
    given it back."""
    return claim_of(store.db, claim.annotator, claim.document)


def take_over(store: Store, claim: Claim, events: Iterable[Event], lease: float) -> Claim:
    """Keep what a claim's old process had written, and raise the claim's number.

    Where another process has raised it already, that number is the answer; where one has given it
    back, the document is claimed anew.
    """
    events = list(events)
    with store.transaction() as db:
        now = claim_of(db, claim.annotator, claim.document)
        now = now or new_claim(db, claim.annotator, claim.document, lease)
        same = now.number == claim.number
        # Of a claim that was given back only its opening is left, and the new one has its own.
        if same or any(event.kind not in ("open", "focus") for event in events):
            _write_events(db, claim, events)
        reopen(db, now, lease)
        if not same:
            return now
        number = draw_ticket(db)
        update_claim(db, now, number=number)
        return replace(now, number=number)


def renew(store: Store, claims: Iterable[Claim], lease: float, patience: float = 0.02) -> None:
    """Prolong leases by `lease` seconds from now; waits `patience` seconds for its turn.

    Raises ClaimLost, having prolonged nothing, where one of the claims was taken over.
    """
    with store.transaction(patience) as db:
        for claim in claims:
            check_held(db, claim)
            prolong(db, claim, lease)


def import_answer(
    db: sqlite3.Connection, annotator: str, document: int, given: GivenAnnotation
) -> None:
    """Write an answer that came from a file as a revision of its annotator's, and count it.

    Runs inside the caller's transaction.
    """
    claim = claim_of(db, annotator, document)
    if not (claim and _has_place(db, claim)):
        give_place(db, document)
    claim = claim or new_claim(db, annotator, document, 0.0)
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
    if given.made:
        data["made"] = [list(token) for token in given.made]
    events = (
        Event(last + 1, "import", data, when),
        Event(last + 2, "answer", {"answer": given.answer}, when),
    )
    _write_events(db, claim, events)
    said = (given.answer, given.spans, given.comment, given.flagged, given.tokens)
    _write_annotation(db, Outcome(claim, events, *said), draw_ticket(db), when)


def _has_place(db: sqlite3.Connection, claim: Claim) -> bool:
    row = db.execute(
        "SELECT counted FROM claims WHERE annotator = ? AND document = ?",
        (claim.annotator, claim.document),
    ).fetchone()
    return bool(row[0])


def _leave(db: sqlite3.Connection, outcomes: Iterable[Outcome]) -> None:
    answered = 0
    for outcome in outcomes:
        check_held(db, outcome.claim)
        _write_events(db, outcome.claim, outcome.events)
        if outcome.gold:
            answered = answered or draw_ticket(db)
            _write_gold(db, outcome.claim, outcome.gold, answered)
        elif outcome.answer:
            answered = answered or draw_ticket(db)
            _write_annotation(db, outcome, answered, time.time())
        elif outcome.give_back:
            give_back(db, outcome.claim)
        elif outcome.defer:
            update_claim(db, outcome.claim, deferred=draw_ticket(db))
        elif outcome.close:
            update_claim(db, outcome.claim, reopened=0)


def _claim_next(
    db: sqlite3.Connection, annotator: str, size: int, lease: float, turns: Turns
) -> list[Claim]:
    claims = turns.to_do(db, annotator, size, deferred=False)
    for claim in claims:
        prolong(db, claim, lease)
    if len(claims) < size and not any(claim.answered for claim in claims):
        lapse(db, lease)
        for document in turns.free(db, annotator, size - len(claims)):
            claims.append(_claimed(db, annotator, document, lease))
    if not claims:
        claims = turns.to_do(db, annotator, size, deferred=True)
        for claim in claims:
            prolong(db, claim, lease)
            # It lies before her now: after a lost connection it comes back first.
            update_claim(db, claim, deferred=0)
    return claims


def _claimed(db: sqlite3.Connection, annotator: str, document: int, lease: float) -> Claim:
    """A new claim, or the one that she has, reopened."""
    claim = claim_of(db, annotator, document)
    if claim is None:
        return new_claim(db, annotator, document, lease)
    if is_reviewing(annotator):
        update_claim(db, claim, sequence=draw_ticket(db))  # begun anew, behind what others settled
    reopen(db, claim, lease)
    return claim


def _write_events(db: sqlite3.Connection, claim: Claim, events: Iterable[Event]) -> None:
    write_events(db, claim.annotator, claim.document, claim.number, events)


def _write_gold(db: sqlite3.Connection, claim: Claim, gold: Gold, answered: int) -> None:
    last, reviewer = db.execute(
        "SELECT coalesce(max(revision), 0), reviewer FROM gold WHERE document = ?", (gold.document,)
    ).fetchone()
    if last != gold.revision:
        raise SettledMeanwhile(str(reviewer))
    update_claim(db, claim, state="answered", reopened=0, deferred=0, answered=answered)
    write_gold(db, replace(gold, time=time.time()))


def _write_annotation(db: sqlite3.Connection, outcome: Outcome, answered: int, when: float) -> None:
    claim = outcome.claim
    assert outcome.answer
    counted = _has_place(db, claim) or bool(take_place(db, claim.document))
    update_claim(
        db, claim, state="answered", counted=counted, reopened=0, deferred=0, answered=answered
    )
    annotation = Annotation(
        claim.document,
        claim.annotator,
        0,
        outcome.answer,
        outcome.spans,
        outcome.comment,
        outcome.flagged,
        outcome.tokens,
        not counted,
        when,
        weighed=outcome.weighed is not None,
        seconds=outcome.seconds,
    )
    with earning(db, claim.document):
        write_revision(db, annotation)
        write_evidence(db, claim.document, claim.annotator, outcome.weighed)
    write_offer(db, claim.document, claim.annotator, outcome.offer)
