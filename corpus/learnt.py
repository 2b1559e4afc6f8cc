"""What the store says to a learner and keeps of it: the answers that teach, which of them are new,
which documents it is to look at, and what it found likely there.

Knows neither how anything is learnt nor what a page shows of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from tonemark.corpus.ahead import documents_ahead
from tonemark.corpus.annotations import Annotation, annotations_of, check_fits
from tonemark.corpus.archive import alterations
from tonemark.corpus.documents import Document
from tonemark.corpus.gold import Gold, check_gold, gold_of
from tonemark.corpus.produced import LEARNING, Produced, insert_suggestions, tokens_there
from tonemark.corpus.shares import folded_text
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer


def needs_learner(store: Store, learns: bool) -> bool:
    """Whether there is something to do for the learner of a project that `learns`, or does not: an
    answer has a span, or what was suggested is to be taken back. A look at indexes."""
    query = "SELECT EXISTS (SELECT 1 FROM spans) OR EXISTS (SELECT 1 FROM gold_spans)"
    if learns and store.db.execute(query).fetchone()[0]:
        return True
    query = (
        "SELECT EXISTS (SELECT 1 FROM producers r JOIN produced p ON p.producer = r.id"
        " WHERE r.name = ?)"
    )
    return bool(store.db.execute(query, (LEARNING,)).fetchone()[0])


def was_tagged(store: Store, document: int) -> bool:
    """Whether the learner has looked at a document, in whatever version, and did not fail."""
    query = (
        "SELECT 1 FROM producers r JOIN produced p ON p.producer = r.id"
        " WHERE r.name = ? AND p.document = ? AND p.fault = ''"
    )
    return store.db.execute(query, (LEARNING, document)).fetchone() is not None


# What teaches


class Stamp(NamedTuple):
    """What changes whenever an answer or gold does: the number of the newest of them, and how often
    something was dropped, brought back or called otherwise, after which all is to be read anew."""

    newest: int = 0
    altered: int = 0


def answers_stamp(store: Store) -> Stamp:
    """The stamp of the answers as they now are: three looks at indexes."""
    (newest,) = store.db.execute(
        "SELECT max(coalesce((SELECT max(id) FROM annotations), 0),"
        " coalesce((SELECT max(id) FROM gold), 0))"
    ).fetchone()
    return Stamp(int(newest), alterations(store.db))


def answered_after(store: Store, number: int) -> list[tuple[int, int]]:
    """Documents with an answer, or gold, of a higher number than this, the newest first: each with
    the highest number there."""
    rows = store.db.execute(
        "SELECT document, max(id) FROM (SELECT document, id FROM annotations WHERE id > :number"
        " UNION ALL SELECT document, id FROM gold WHERE id > :number) GROUP BY 1 ORDER BY 2 DESC",
        {"number": number},
    )
    return [(int(document), int(newest)) for document, newest in rows]


def teaching(store: Store, document: Document) -> Annotation | Gold | None:
    """What teaches of a document: gold; where there is none an accept, those that are extra only
    where no answer counts. None where nothing was accepted.

    Of n accepts one is drawn by the text: over the documents each counts 1/n, for a learner that
    knows no weights. Raises Damaged, where spans do not lie in the text, too.
    """
    gold = gold_of(store, document.number)
    if gold:
        check_gold(gold, document.text)
        return gold if gold.answer == "accept" else None
    answers = annotations_of(store, document.number)
    counting = [each for each in answers if not each.extra] or answers
    accepts = [each for each in counting if each.answer == "accept"]
    for each in accepts:
        check_fits(each, document.text)
    if len(accepts) < 2:
        return accepts[0] if accepts else None
    data = folded_text(document.text).encode("utf-8", "surrogatepass")
    drawn = int.from_bytes(blake2b(data, digest_size=8, person=b"accept").digest(), "big")
    return accepts[drawn % len(accepts)]


# What it looks at, and found


_UNSEEN = (
    "NOT EXISTS (SELECT 1 FROM documents s CROSS JOIN claims c ON c.document = s.id"
    " WHERE s.digest = d.digest)"
)
"""Of the row `d` of a document: nobody has opened it, or one with an equal text."""


def next_to_look_at(
    store: Store, tokenizer: AnyTokenizer, ahead: int, *, opened: bool
) -> list[int]:
    """The documents of which the tokens are there among the `ahead` that each annotator would get
    next; with `opened` those too that somebody has opened, or one with an equal text."""
    there, values = tokens_there(store, tokenizer)
    lacking = " AND ".join(["true", *([] if opened else [_UNSEEN]), *there])
    return documents_ahead(store, lacking, values, ahead=ahead, limit=2**31)


def put_likely(
    store: Store, producer: int | None, found: Sequence[Produced], *, opened: bool
) -> int:
    """Write what the learner finds likely in documents, in the place of what it found before: in
    how many. Without a producer that is nothing, and it has not looked at them.

    Documents that are gone are passed over; unless `opened`, those too that somebody has opened
    meanwhile, or one with an equal text.
    """
    written = 0
    allowed = "1" if opened else _UNSEEN
    with store.transaction() as db:
        for each in found:
            if not db.execute(
                f"SELECT 1 FROM documents d WHERE id = ? AND {allowed}", (each.document,)
            ).fetchone():
                continue
            written += 1
            for table in ("suggestions", "produced"):
                db.execute(
                    f"DELETE FROM {table} WHERE document = ?"
                    " AND producer IN (SELECT id FROM producers WHERE name = ?)",
                    (each.document, LEARNING),
                )
            if producer is None:
                continue
            values: tuple[Any, ...] = (producer, each.document, each.fault)
            db.execute("INSERT INTO produced (producer, document, fault) VALUES (?, ?, ?)", values)
            insert_suggestions(db, producer, each)
    return written


def take_back(store: Store, producer: int | None, limit: int, *, opened: bool) -> bool:
    """Take back what was found likely under another producer, or under any where that is None, in
    at most `limit` documents; whether that was all.

    For documents that somebody has opened it stays, unless it may be found anew there (`opened`):
    then while they have a place free.
    """
    query = (
        "SELECT p.producer, p.document FROM producers r JOIN produced p ON p.producer = r.id"
        " WHERE r.name = ? AND r.id IS NOT ? LIMIT ?"
    )
    if not store.db.execute(query, (LEARNING, producer, 1)).fetchone():
        return True
    kept = "EXISTS (SELECT 1 FROM claims c WHERE c.document = ?2)"
    if opened:
        kept += " AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.id = ?2 AND taken < places)"
    with store.transaction() as db:
        rows = db.execute(query, (LEARNING, producer, limit)).fetchall()
        db.executemany(
            f"DELETE FROM suggestions WHERE producer = ?1 AND document = ?2 AND NOT ({kept})", rows
        )
        db.executemany("DELETE FROM produced WHERE producer = ? AND document = ?", rows)
    return len(rows) < limit


def texts_of(store: Store, documents: Iterable[int]) -> dict[int, str]:
    """The texts of documents, without those that are damaged."""
    rows = store.db.execute(
        "SELECT id, text FROM documents WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(documents)),),
    )
    return {number: text for number, text in rows if isinstance(text, str)}
