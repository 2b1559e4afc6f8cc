"""The queue of reviews: documents whose answers are all in, as the table of differences knows them,
and which of them comes to which reviewer.

What a difference is, is worked out elsewhere. A reviewer's claims are kept under a key of their own
(`annotators.reviewing`): leases as annotators have them, and never a place of a document.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from tonemark.corpus.annotators import person
from tonemark.corpus.claims import TO_DO, Claim
from tonemark.corpus.store import PATIENCE, Store

KINDS = ("label", "boundary", "presence", "tokens", "answers")
"""How annotators can differ on a document: on spans, in four ways, or on the answer itself."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents a reviewer wants: those with a difference of one of `kinds`, where a `label`
    is in question, or on which an `annotator` stands against the majority; empty is any.

    With `everything` those come too on which all agree. `largest` brings first where most differs.
    """

    kinds: tuple[str, ...] = ()
    label: str = ""
    annotator: str = ""
    everything: bool = False
    largest: bool = False


class Differing(NamedTuple):
    """How the annotators of a document differ, as the store keeps it.

    `compared` is the number of the newest of their annotations that matters. `accepts` counts those
    that are compared span by span, `agreed` the clusters on which they agree. `labels` are those of
    differing clusters, and `annotators` those who stand against a majority, or where there is none.
    """

    document: int
    compared: int
    accepts: int
    agreed: int
    label: int
    boundary: int
    presence: int
    tokens: int
    answers: int
    labels: tuple[str, ...] = ()
    annotators: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """How many differences there are."""
        return self.label + self.boundary + self.presence + self.tokens + self.answers


FINISHED = (
    " (SELECT count(*) FROM annotations a WHERE a.document = f.document AND a.current"
    " AND NOT a.extra) >= (SELECT places FROM documents WHERE id = f.document)"
)
"""Of the row `f`: that all answers are in, and none was taken away since they were compared."""

# Of a claim `c`: another reviewer has taken the document up, or settled it, since it was begun.
_OVERTAKEN = (
    " EXISTS (SELECT 1 FROM claims o WHERE o.document = c.document AND o.annotator <> c.annotator"
    " AND o.annotator GLOB '+*'"
    " AND (o.state = 'open' AND o.expires > :now OR o.answered > c.sequence))"
)
# In the hands of a reviewer: hers to go on with, or another's while the lease lasts.
_HELD = (
    " EXISTS (SELECT 1 FROM claims c WHERE c.document = f.document AND c.annotator GLOB '+*'"
    f" AND ((c.annotator = :reviewer AND {TO_DO} AND NOT {_OVERTAKEN})"
    " OR (c.annotator <> :reviewer AND c.state = 'open' AND c.expires > :now)))"
)
# She annotates too: what others said of a text of which an equal one is still hers to answer. The
# order of the tables is fixed: her claims may be many, equal texts are few.
HERS_TO_ANSWER = (
    " EXISTS (SELECT 1 FROM documents d CROSS JOIN documents s ON s.digest = d.digest"
    " AND s.id <> d.id LEFT JOIN claims c ON c.annotator = :person AND c.document = s.id"
    " WHERE d.id = f.document AND CASE WHEN c.document IS NULL"
    " THEN s.taken < s.places AND (:annotates OR EXISTS"
    " (SELECT 1 FROM claims WHERE annotator = :person))"
    " ELSE c.answered = 0 END)"
    " OR EXISTS (SELECT 1 FROM claims c"
    " WHERE c.annotator = :person AND c.document = f.document AND c.answered = 0)"
)


class Reviewing:
    """The turns of reviewers (`turns.Turns`); with `annotates`, of one who may annotate as well."""

    def __init__(self, wanted: Wanted, *, annotates: bool = False) -> None:
        self.wanted = wanted
        self.annotates = annotates

    def to_do(
        self, db: sqlite3.Connection, annotator: str, size: int, *, deferred: bool
    ) -> list[Claim]:
        """Those that she began; not what another reviewer took up or settled meanwhile."""
        rows = db.execute(
            "SELECT c.document, c.number, c.answered FROM claims c"
            f" WHERE c.annotator = :reviewer AND {TO_DO} AND c.deferred"
            f" {'>' if deferred else '='} 0 AND NOT {_OVERTAKEN}"
            " ORDER BY c.deferred, c.sequence LIMIT :limit",
            {"reviewer": annotator, "now": time.time(), "limit": size},
        )
        return [Claim(annotator, *row) for row in rows]

    def free(
        self, db: sqlite3.Connection, annotator: str, size: int, *, looking: bool = False
    ) -> list[int]:
        """Documents that wait for a review, or for another one since an annotation changed."""
        query, values = self._query(annotator)
        order = "f.size DESC, f.document" if self.wanted.largest else "f.document"
        rows = db.execute(
            f"SELECT f.document FROM {query} ORDER BY {order} LIMIT :limit",
            {**values, "limit": size},
        )
        return [number for (number,) in rows]

    def waiting(self, store: Store, annotator: str, most: int) -> int:
        """How many documents she may still get, those before her included; counted up to `most`."""
        query, values = self._query(annotator)
        counted = "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT :limit)"
        (free,) = store.db.execute(counted.format(query), {**values, "limit": most}).fetchone()
        begun = [
            claim.document
            for deferred in (False, True)
            for claim in self.to_do(store.db, annotator, most, deferred=deferred)
        ]
        (open_,) = store.db.execute(  # what is looked at again is settled
            "SELECT count(*) FROM json_each(?) n JOIN differences f ON f.document = n.value"
            " WHERE NOT f.settled",
            (json.dumps(begun),),
        ).fetchone()
        return int(free) + int(open_)

    def hers_to_answer(self, store: Store, annotator: str, document: int) -> bool:
        """Whether she has still to answer a document herself, or may get to, or one with an equal
        text: what others said of it is not for her yet."""
        query = f"SELECT {HERS_TO_ANSWER} FROM (SELECT :document AS document) f"
        values = {"document": document, "person": person(annotator), "annotates": self.annotates}
        return bool(store.db.execute(query, values).fetchone()[0])

    def _query(self, annotator: str) -> tuple[str, dict[str, Any]]:
        wanted = self.wanted
        wheres = ["NOT f.settled", FINISHED, f" NOT {_HELD}", f" NOT ({HERS_TO_ANSWER})"]
        index = "differences_unsettled"
        if not wanted.everything:
            wheres.insert(0, "f.size > 0")
            index = f"differences_open{'_by_size' * wanted.largest}"
        if wanted.kinds:
            kinds = " OR ".join(f"f.{kind} > 0" for kind in wanted.kinds if kind in KINDS)
            wheres.insert(0, f"({kinds or '0'})")
        for column in ("label", "annotator"):
            if getattr(wanted, column):
                names = f"SELECT value FROM json_each(f.{column}s)"
                wheres.append(f":{column} IN ({names})")
        values = {
            "reviewer": annotator,
            "person": person(annotator),
            "annotates": self.annotates,
            "now": time.time(),
            "label": wanted.label,
            "annotator": wanted.annotator,
        }
        return f"differences f INDEXED BY {index} WHERE {' AND '.join(wheres)}", values


def is_finished(store: Store, document: int) -> bool:
    """Whether all answers to a document are in."""
    query = f"SELECT {FINISHED} FROM (SELECT ? AS document) f"
    return bool(store.db.execute(query, (document,)).fetchone()[0])


class Holder(NamedTuple):
    """Who has a document before her for a review, and until when (Unix seconds)."""

    reviewer: str
    until: float


def held_by_another(store: Store, document: int, reviewer: str) -> Holder | None:
    """Another reviewer who has a document before her while her lease lasts; `reviewer` is a key."""
    row = store.db.execute(
        "SELECT annotator, expires FROM claims WHERE document = ? AND annotator GLOB '+*'"
        " AND annotator <> ? AND state = 'open' AND expires > ?",
        (document, reviewer, time.time()),
    ).fetchone()
    return Holder(person(row[0]), row[1]) if row else None


def newest(store: Store, document: int, cites: Iterable[tuple[str, int]]) -> int:
    """The number of the newest of some annotations of a document, named by annotator and revision;
    0 where there are none."""
    numbers = [
        store.db.execute(
            "SELECT id FROM annotations WHERE document = ? AND annotator = ? AND revision = ?",
            (document, *cite),
        ).fetchone()
        for cite in cites
    ]
    return max((number for (number,) in filter(None, numbers)), default=0)


class Batch(NamedTuple):
    """Annotations that nobody has compared: their numbers lie `behind` one and go `up_to` another.
    `documents` are those that they are of, each with whether its answers are all in, and `stamps`
    what there was to compare."""

    behind: int
    up_to: int
    documents: dict[int, bool]
    stamps: dict[int, tuple[int, int]]


def next_to_compare(store: Store, most: int) -> Batch | None:
    """At most `most` annotations to compare next; None where all are compared."""
    db = store.db
    (behind,) = db.execute("SELECT compared FROM ticket").fetchone()
    (up_to,) = db.execute(
        "SELECT max(id) FROM (SELECT id FROM annotations WHERE id > ? ORDER BY id LIMIT ?)",
        (behind, most),
    ).fetchone()
    if up_to is None:
        return None
    rows = db.execute(
        f"SELECT f.document, {FINISHED} FROM"
        " (SELECT DISTINCT document FROM annotations WHERE id > ? AND id <= ?) f",
        (behind, up_to),
    )
    documents = {document: bool(finished) for document, finished in rows}
    return Batch(behind, up_to, documents, _stamps(db, documents))


def _stamps(db: sqlite3.Connection, documents: Iterable[int]) -> dict[int, tuple[int, int]]:
    """What there is to compare of documents: how many answers count, and the newest number."""
    rows = db.execute(
        "SELECT a.document, count(*), max(a.id) FROM json_each(?) n JOIN annotations a"
        " ON a.document = n.value AND a.current WHERE NOT a.extra GROUP BY 1",
        (json.dumps(list(documents)),),
    )
    return {document: (count, last) for document, count, last in rows}


def put_compared(
    store: Store, batch: Batch, found: Iterable[Differing], patience: float = PATIENCE
) -> None:
    """Keep how the annotators of a batch's documents differ; those that are not among `found` have
    answers missing. What has another answer by now is left to whoever compares that.

    Waits `patience` seconds for its turn, and raises TonemarkError where that does not come.
    """
    with store.transaction(patience) as db:
        now = _stamps(db, batch.documents)
        same = {n for n in batch.documents if now.get(n) == batch.stamps.get(n)}
        db.executemany("DELETE FROM differences WHERE document = ?", ((n,) for n in same))
        db.executemany(
            "INSERT INTO differences VALUES (?1, ?2, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, EXISTS (SELECT 1"
            " FROM gold WHERE document = ?1 AND current AND compared >= ?2))",
            (
                (*each[:9], each.size, json.dumps(each.labels), json.dumps(each.annotators))
                for each in found
                if each.document in same
            ),
        )
        # Not where all is to be looked at anew since: documents have other places now.
        db.execute("UPDATE ticket SET compared = ? WHERE compared = ?", (batch.up_to, batch.behind))


def look_again(db: sqlite3.Connection, documents: list[int]) -> None:
    """Let documents of which other answers count now be compared again."""
    values = {"n": json.dumps(documents)}
    among = "document IN (SELECT value FROM json_each(:n))"
    db.execute(f"DELETE FROM differences WHERE {among}", values)
    (behind,) = db.execute(
        "SELECT min(last) - 1 FROM (SELECT max(id) AS last FROM annotations"
        f" WHERE {among} AND current AND NOT extra GROUP BY document)",
        values,
    ).fetchone()
    db.execute(
        "UPDATE ticket SET compared = min(compared, ?,"
        " (SELECT coalesce(max(id), 0) FROM annotations))",
        (2**62 if behind is None else behind,),
    )


class Counts(NamedTuple):
    """How far reviewing is: documents whose answers are all in, those on which annotators differ,
    those that are gold, and how many differ in each way and are not gold."""

    finished: int
    differing: int
    gold: int
    open: dict[str, int]


def counts(store: Store) -> Counts:
    """How far reviewing is, as far as annotations are compared."""
    db = store.db
    finished, differing = db.execute(
        "SELECT count(*), coalesce(sum(size > 0), 0) FROM differences"
    ).fetchone()
    (gold,) = db.execute("SELECT count(*) FROM gold WHERE current").fetchone()
    columns = ", ".join(f"coalesce(sum(f.{kind} > 0), 0)" for kind in KINDS)
    row: Sequence[int] = db.execute(
        f"SELECT {columns} FROM differences f WHERE NOT f.settled AND f.size > 0"
    ).fetchone()
    return Counts(finished, differing, gold, dict(zip(KINDS, row, strict=True)))


def waiting(store: Store) -> int:
    """How many documents differ and are not settled, as far as annotations are compared."""
    (number,) = store.db.execute(
        "SELECT count(*) FROM differences f WHERE NOT f.settled AND f.size > 0"
    ).fetchone()
    return int(number)
