"""The order `uncertain`: a pool of free documents with how unsure the learner is of each, and which
of them come next. Knows no learner: who looks at the documents writes their doubts here.

Most documents come by doubt, the most doubtful first; the others, a LOT by the hash of their texts,
never do: they come in an order drawn at random. So whoever scores a model asks for the documents of
the lot alone, which follow from the texts; what the learner made of them has chosen none.

What of this reaches an annotator is that a document comes early. Its doubt is by a learner that
was given no answer of its part, where several people answer the same documents, and else none of an
equal text (`suggester.learner`): what others said of it has no share in that. What others have
begun comes first, as in the order that was given: that somebody has it, not what she said.
"""

from __future__ import annotations

import json
import math
import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from tonemark.corpus.cursors import START, free_behind
from tonemark.corpus.documents import Damaged, document_from_row
from tonemark.corpus.project_checks import Order
from tonemark.corpus.schema import POOL_TABLE
from tonemark.corpus.shares import drawn_by, share_of
from tonemark.corpus.store import Store

RANDOM = 0.2
"""The share of documents that never come by doubt, one in five; the evaluation share is among them,
and where it is larger, it is all of them."""

POOL = 300
"""Documents that wait to come by doubt: the learner looks at all of them after each training, which
takes it some tenths of a second."""

ENOUGH = 3 / 4
"""Of a full pool; with less it is filled up."""

SMALL = 2_000
"""Free documents of a priority up to which all are drawn from; of more, some are tried at random.
"""

TRIES = 5_000
"""Numbers of documents that are tried at once, of which those that are free are taken."""

RECENT = 200
"""Documents chosen last, which stay although they are full: a page that is left untouched comes
again first."""

WINDOW = 2_000
"""Chosen documents with a place free that one annotator's queue looks through, the earliest: with
3,000 that are all hers a claim took 4.6 ms, of a million free ones 2.5."""

ORDER, CHOSEN = "order", "chosen"
"""Preferences of nobody: the share of the lot where the order is uncertain, and how many documents
were chosen so."""


def lot_share(evaluation: float) -> float:
    """The share of the documents that are the lot, where `evaluation` is the project's."""
    return max(RANDOM, evaluation)


def is_of_lot(text: str, meta: Mapping[str, Any], evaluation: float) -> bool:
    """Whether a document is one of those that never come by doubt."""
    return share_of(drawn_by(text, meta)) < lot_share(evaluation)


def order_share(db: sqlite3.Connection) -> float | None:
    """The share of the lot; None where documents come in the order that was given."""
    value = _preference(db, ORDER)
    return value if value is not None and 0 < value <= 1 and has_pool(db) else None


def has_pool(db: sqlite3.Connection) -> bool:
    """Whether a store has had a pool."""
    return db.execute("SELECT 1 FROM pragma_table_info('pool')").fetchone() is not None


def set_order(store: Store, order: Order, evaluation: float) -> None:
    """Let the store follow the project's order; one look where it does."""
    wanted = lot_share(evaluation) if order == "uncertain" else None
    if order_share(store.db) == wanted:
        return
    with store.transaction() as db:
        if not has_pool(db):
            for statement in POOL_TABLE.split(";")[:-1]:
                db.execute(statement)
        db.execute(f"DELETE FROM pool{' WHERE chosen = 0' if wanted else ''}")
        _prefer(db, ORDER, wanted)


def _preference(db: sqlite3.Connection, name: str) -> float | None:
    row = db.execute(
        "SELECT CAST(value AS REAL) FROM preferences WHERE annotator = '' AND name = ?", (name,)
    ).fetchone()
    return row[0] if row else None


def _prefer(db: sqlite3.Connection, name: str, value: float | None) -> None:
    db.execute("DELETE FROM preferences WHERE annotator = '' AND name = ?", (name,))
    if value is not None:
        db.execute("INSERT INTO preferences VALUES ('', ?, ?)", (name, str(value)))


# Which come next


class _Waiting(NamedTuple):
    """Documents of one priority that may come next, each kind in its order."""

    begun: list[int]
    lot: list[int]
    doubtful: list[int]


def by_doubt(
    db: sqlite3.Connection, annotator: str, size: int, not_hers: str, *, looking: bool = False
) -> list[int]:
    """At most `size` documents that come next to an annotator: fewer where the pool has no more.

    A higher priority comes first; then what was chosen before, as long as it has a place free; then
    from the lot or by doubt, as their shares are. `not_hers` says as SQL of the row `d` of a
    document that `:annotator` may have it; with `looking` nothing is written.
    """
    share = order_share(db)
    if share is None:
        return []
    values: dict[str, Any] = {"annotator": annotator}
    waiting = _waiting(db, not_hers, values)
    turn = turns_before = int(_preference(db, CHOSEN) or 0)
    found: list[int] = []
    chosen: list[tuple[int, int]] = []
    for priority in sorted(waiting, reverse=True):
        if len(found) >= size:
            break
        # What is more urgent, and not in the pool.
        values |= {"pooled": priority, "found": json.dumps(found)}
        more = free_behind(db, START, size - len(found), f"{not_hers} AND {_MORE_URGENT}", values)
        found += [each.document for each in more]
        begun, lot, doubtful = waiting[priority]
        found += begun[: size - len(found)]
        kinds = iter(lot), iter(doubtful)
        while len(found) < size:
            of_lot = int((turn + 1) * share) > int(turn * share)
            document = next(kinds[not of_lot], None) or next(kinds[of_lot], None)
            if document is None:
                break
            turn += 1
            found.append(document)
            chosen.append((turn, document))
    if turn > turns_before and not looking:
        db.executemany("UPDATE pool SET chosen = ? WHERE document = ?", chosen)
        _prefer(db, CHOSEN, turn)
    return found


_MORE_URGENT = "d.priority > :pooled AND d.id NOT IN (SELECT value FROM json_each(:found))"


def _waiting(db: sqlite3.Connection, not_hers: str, values: dict[str, Any]) -> dict[int, _Waiting]:
    """What may come next to an annotator, by priority."""
    found: dict[int, _Waiting] = defaultdict(lambda: _Waiting([], [], []))
    rows = db.execute(
        "SELECT d.priority, d.id FROM (SELECT document, chosen FROM pool WHERE chosen > 0"
        f" ORDER BY chosen LIMIT {WINDOW}) p CROSS JOIN documents d ON d.id = p.document"
        f" WHERE d.taken < d.places AND {not_hers} ORDER BY p.chosen",
        values,
    )
    for priority, document in rows:
        found[priority].begun.append(document)
    rows = db.execute(
        "SELECT d.priority, d.id, p.lot FROM pool p CROSS JOIN documents d ON d.id = p.document"
        " WHERE p.chosen = 0 AND (p.lot OR p.doubt IS NOT NULL) AND d.taken < d.places"
        f" AND {not_hers} ORDER BY iif(p.lot, p.place, -p.doubt), d.id",
        values,
    )
    for priority, document, is_lot in rows:
        (found[priority].lot if is_lot else found[priority].doubtful).append(document)
    return found


def at_work(db: sqlite3.Connection) -> Iterator[str]:
    """The annotators whose next documents differ: one who has begun nothing; where documents that
    were chosen have places free, all who have claims."""
    yield ""
    waits = "SELECT 1 FROM pool p JOIN documents d ON d.id = p.document"
    waits += " WHERE p.chosen > 0 AND d.taken < d.places LIMIT 1"
    name = "," if db.execute(waits).fetchone() else None  # behind the names of reviewers' claims
    while name is not None:
        (name,) = db.execute(
            "SELECT min(annotator) FROM claims WHERE annotator > ?", (name,)
        ).fetchone()
        if name is not None:
            yield str(name)


# The pool


def in_pool(store: Store) -> list[int]:
    """The documents that a learner is to look at: those that wait to come by doubt, first those
    that none has looked at, then the most doubtful."""
    if order_share(store.db) is None:
        return []
    rows = store.db.execute(
        "SELECT document FROM pool p WHERE chosen = 0 AND NOT lot AND EXISTS (SELECT 1"
        " FROM documents d WHERE d.id = p.document AND d.taken < d.places)"
        " ORDER BY doubt IS NOT NULL, doubt DESC, document"
    )
    return [number for (number,) in rows]


def put_doubts(store: Store, doubts: Mapping[int, float | None]) -> None:
    """Write how unsure the learner is of documents of the pool, as far as they are in it; None
    where it may not, or cannot, look at one."""
    with store.transaction() as db:
        db.executemany(
            "UPDATE pool SET doubt = ? WHERE document = ?",
            [(doubt, document) for document, doubt in doubts.items()],
        )


def fill_up(store: Store, chance: random.Random | None = None, seconds: float = math.inf) -> bool:
    """Fill the pool up with free documents drawn at random, those of the highest priority first,
    as many as are read in about so long, and take out what is full; whether anything was changed.
    """
    until = time.monotonic() + seconds
    db = store.db
    share = order_share(db)
    if share is None:
        return False
    chance = chance or random.Random()
    last = _preference(db, CHOSEN) or 0
    full = [
        number
        for (number,) in db.execute(
            "SELECT document FROM pool p WHERE chosen <= ? AND NOT EXISTS (SELECT 1 FROM documents"
            " d WHERE d.id = p.document AND d.taken < d.places)",
            (last - RECENT,),
        )
    ]
    new = []
    for one in _drawn(db, share, chance):
        new.append(one)
        if time.monotonic() > until:
            break
    if not (full or new):
        return False
    with store.transaction():
        db.executemany("DELETE FROM pool WHERE document = ?", [(each,) for each in full])
        db.executemany(
            "INSERT OR IGNORE INTO pool (document, lot, place) VALUES (?, ?, ?)",
            [(document, of_lot, chance.random()) for document, of_lot in new],
        )
    return True


def _drawn(
    db: sqlite3.Connection, share: float, chance: random.Random
) -> Iterator[tuple[int, bool]]:
    """Documents that are to go into the pool, each with whether it is of the lot."""
    # As many of the lot as come while the others do.
    wanted = {False: 0 if share >= 1 else POOL, True: round(POOL * min(1.0, share / RANDOM) / 4)}
    there: dict[int, list[bool]] = defaultdict(list)
    pooled = set()
    for document, of_lot, priority, waits in db.execute(
        "SELECT p.document, p.lot, d.priority, p.chosen = 0 AND d.taken < d.places"
        " FROM pool p JOIN documents d ON d.id = p.document"
    ):
        pooled.add(document)
        if waits:
            there[priority].append(bool(of_lot))
    priority = None
    while True:
        (priority,) = db.execute(
            "SELECT max(priority) FROM documents INDEXED BY documents_with_places"
            " WHERE taken < places AND priority < ?",
            (2**62 if priority is None else priority,),
        ).fetchone()
        if priority is None:
            return
        for of_lot in wanted:
            wanted[of_lot] -= there[priority].count(of_lot)
        if all(lacks <= (1 - ENOUGH) * POOL * (share if of_lot else 1)
               for of_lot, lacks in wanted.items()):  # fmt: skip
            return
        free = [
            number
            for (number,) in db.execute(
                "SELECT id FROM documents INDEXED BY documents_with_places WHERE taken < places"
                " AND priority = ? LIMIT ?",
                (priority, SMALL),
            )
        ]
        if len(free) == SMALL:
            (last,) = db.execute("SELECT max(id) FROM documents").fetchone()
            free = [chance.randint(1, last) for _ in range(TRIES)]
        else:
            chance.shuffle(free)
        for number in dict.fromkeys(free):
            if number in pooled or not any(lacks > 0 for lacks in wanted.values()):
                continue
            of_lot = _is_of_lot(db, number, priority, share)
            if of_lot is not None and wanted[of_lot] > 0:
                wanted[of_lot] -= 1
                yield number, of_lot
        if len(free) >= SMALL:
            return


def _is_of_lot(db: sqlite3.Connection, number: int, priority: int, share: float) -> bool | None:
    """Whether a free document of that priority is of the lot; None where there is none."""
    row = db.execute(
        "SELECT d.id, key, text, '', meta, NULL FROM documents d WHERE id = ? AND taken < places"
        " AND priority = ?",
        (number, priority),
    ).fetchone()
    if row is None:
        return None
    try:
        document = document_from_row(row)
    except Damaged:
        return None
    return share_of(drawn_by(document.text, document.meta)) < share


def lots(store: Store, documents: Iterable[int], evaluation: float) -> set[int]:
    """Those among documents that are of the lot; damaged ones are passed over."""
    found = set()
    for number in documents:
        try:
            document = store.document(number)
        except (Damaged, KeyError):
            continue
        if is_of_lot(document.text, document.meta, evaluation):
            found.add(number)
    return found


def answered_at_random(store: Store, evaluation: float) -> tuple[int, int]:
    """How many documents were answered on a page, and how many of them are of the lot."""
    rows = store.db.execute("SELECT DISTINCT document FROM annotations WHERE seconds > 0")
    answered = [int(number) for (number,) in rows]
    return len(answered), len(lots(store, answered, evaluation))


def came_answered(store: Store) -> set[int]:
    """The documents whose answers all came with a file: they took no time, and no doubt chose
    them."""
    query = "SELECT document FROM annotations GROUP BY document HAVING max(seconds) <= 0"
    rows = store.db.execute(query)
    return {int(number) for (number,) in rows}
