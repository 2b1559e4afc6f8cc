"""Gold by rule in the store: which documents no person settles, and gold written where nobody came
between.

Which rules there are and what they find is told in the room review.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.annotations import events_of
from tonemark.corpus.claims import Claim
from tonemark.corpus.gold import Gold, write_gold
from tonemark.corpus.reviews import FINISHED, KINDS
from tonemark.corpus.sheets import journal_read
from tonemark.corpus.store import Store

_BY_PERSON = "instr(g.reviewer, ':') = 0"
_IDLE = ("open", "focus")


class Unsettled(NamedTuple):
    """A document whose answers are all in, without gold or with gold by rule that they have
    changed since, and the kinds of differences that it has."""

    document: int
    kinds: tuple[str, ...]


def unsettled(store: Store, behind: int, most: int) -> list[Unsettled]:
    """At most `most` such documents, in the order of their numbers, behind a number."""
    rows = store.db.execute(
        f"SELECT f.document, {', '.join(KINDS)} FROM differences f WHERE f.document > ?"
        f" AND NOT f.settled AND {FINISHED} AND NOT EXISTS (SELECT 1 FROM gold g"
        f" WHERE g.document = f.document AND g.current AND {_BY_PERSON})"
        " ORDER BY f.document LIMIT ?",
        (behind, most),
    )
    return [
        Unsettled(document, tuple(k for k, n in zip(KINDS, numbers, strict=True) if n))
        for document, *numbers in rows
    ]


class Standing(NamedTuple):
    """What stood before a run of a rule, and what is out of its reach: how many documents have gold
    by people, or gold by rule, and to how many answers are missing; and the documents with all
    answers that are not compared: they are damaged, or were answered just now."""

    by_people: int
    by_rule: int
    waiting: int
    not_compared: tuple[int, ...]


def standing(store: Store) -> Standing:
    """What stands, all annotations having been compared a moment ago."""
    people, rule = store.db.execute(
        f"SELECT coalesce(sum({_BY_PERSON}), 0), coalesce(sum(NOT {_BY_PERSON}), 0)"
        " FROM gold g WHERE g.current"
    ).fetchone()
    finished, not_compared = store.db.execute(
        "SELECT count(*), json_group_array(a.document) FILTER (WHERE f.document IS NULL)"
        " FROM (SELECT document, count(*) AS n FROM annotations"
        " WHERE current AND NOT extra GROUP BY 1) a"
        " CROSS JOIN documents d ON d.id = a.document AND a.n >= d.places"
        " LEFT JOIN differences f ON f.document = a.document"
    ).fetchone()
    waiting = store.document_count() - finished
    return Standing(people, rule, waiting, tuple(json.loads(not_compared)))


def begun(store: Store, folder: Path, documents: Iterable[int]) -> set[int]:
    """Those of these documents that a reviewer has before her, or has begun to settle: what she did
    may still lie in a journal of the project in `folder`."""
    rows = store.db.execute(
        "SELECT c.annotator, c.document, c.number, c.state = 'open' AND c.expires >= ?"
        " FROM json_each(?) n JOIN claims c ON c.document = n.value"
        " WHERE c.annotator GLOB '+*' AND (c.state <> 'answered' OR c.reopened)",
        (time.time(), json.dumps(list(documents))),
    ).fetchall()
    found = set()
    for annotator, document, number, is_open in rows:
        claim = Claim(annotator, document, number)
        if is_open or _has_edits(store, folder, claim):
            found.add(document)
    return found


def _has_edits(store: Store, folder: Path, claim: Claim) -> bool:
    """Whether something was done under a claim since it was last answered."""
    done = False
    kept = [*events_of(store, claim.annotator, claim.document)]
    for event in (*kept, *journal_read(folder, claim, "").events):
        if event.kind not in _IDLE:
            done = event.kind != "answer"
    return done


class Written(NamedTuple):
    """What became of golds that a rule found: how many were written, by rule; how many of those
    renewed one; and the documents that were left because a reviewer has begun with them, and
    because they were answered or settled meanwhile."""

    made: Counter[str]
    renewed: int
    begun: set[int]
    meanwhile: set[int]


def write_ruled(store: Store, folder: Path, golds: Sequence[Gold]) -> Written:
    """Write what a rule found, in one transaction, but for documents at which anybody was since, or
    that are a reviewer's. A rule overrules no person."""
    numbers = [gold.document for gold in golds]
    made: Counter[str] = Counter()
    renewed, meanwhile = 0, set()
    now = time.time()
    with store.transaction() as db:
        held = begun(store, folder, numbers)
        cites = _cites(db, numbers)
        before = _golds(db, numbers)
        for gold in golds:
            if gold.document in held:
                continue
            by_person, compared = before.get(gold.document, (False, -1))
            if by_person or compared >= gold.compared or cites[gold.document] != gold.cites:
                meanwhile.add(gold.document)
                continue
            write_gold(db, replace(gold, time=now))
            made[gold.reviewer] += 1
            renewed += compared >= 0
    return Written(made, renewed, held, meanwhile)


def _cites(db: sqlite3.Connection, numbers: list[int]) -> dict[int, tuple[tuple[str, int], ...]]:
    """The current answers to documents that count: annotator and revision."""
    found: dict[int, list[tuple[str, int]]] = {number: [] for number in numbers}
    for number, *cite in db.execute(
        "SELECT a.document, a.annotator, a.revision FROM json_each(?) n"
        " CROSS JOIN annotations a ON a.document = n.value AND a.current AND NOT a.extra"
        " ORDER BY a.document, a.annotator",
        (json.dumps(numbers),),
    ):
        found[number].append((cite[0], cite[1]))
    return {number: tuple(cites) for number, cites in found.items()}


def _golds(db: sqlite3.Connection, numbers: list[int]) -> dict[int, tuple[bool, int]]:
    """Whether the gold of documents is by a person, and up to where it has seen annotations."""
    rows = db.execute(
        f"SELECT g.document, {_BY_PERSON}, g.compared FROM json_each(?) n"
        " JOIN gold g ON g.document = n.value AND g.current",
        (json.dumps(numbers),),
    )
    return {number: (bool(person), compared) for number, person, compared in rows}
