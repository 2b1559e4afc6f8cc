"""Which of a project's documents agreement is computed over, and why the others are left out.

Those whose answers are all in and that have the commonest number of accepts; answers that are
extra, and gold, count for nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tonemark.corpus.annotations import Annotation, annotated_documents
from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_of
from tonemark.review.sums import Work


class Accepted(NamedTuple):
    """A document that enough annotators accepted, and what each of them said of it, by name."""

    document: Document
    works: tuple[Work, ...]


@dataclass(slots=True)
class LeftOut:
    """Documents that no figure counts, by the reason, and what is told beside them.

    `unfinished` wait for answers; of those that do not, `no_accept` and `one_accept` have too few
    accepts to compare, `other_number` not as many as most have. `damaged` are keys. `differing`
    are finished documents, counted or not, that some accepted and others rejected or ignored;
    `example` is the first, with everybody's answer. `extra` counts answers outside the figures.
    """

    unanswered: int = 0
    unfinished: int = 0
    no_accept: int = 0
    one_accept: int = 0
    other_number: int = 0
    damaged: list[str] = field(default_factory=list)
    differing: int = 0
    example: tuple[str, dict[str, str]] | None = None
    extra: int = 0


def accepts(store: Store, annotators: Sequence[str] = ()) -> Counter[int]:
    """How many finished documents have so many accepts that count; by `annotators`, if given."""
    rows = store.db.execute(
        "SELECT accepts, count(*) FROM (SELECT document, count(*) AS answers, sum(answer = 'accept'"
        " AND (:all OR annotator IN (SELECT value FROM json_each(:names)))) AS accepts"
        " FROM annotations WHERE current AND NOT extra GROUP BY document) f"
        " JOIN documents d ON d.id = f.document WHERE f.answers >= d.places GROUP BY 1",
        {"all": not annotators, "names": json.dumps(list(annotators))},
    )
    return Counter(dict(rows.fetchall()))


def commonest(found: Counter[int]) -> int:
    """The number of accepts that most documents have, two or more; the larger of two that are as
    common, 0 where no document has two."""
    several = {number: count for number, count in found.items() if number >= 2}
    return max(several, key=lambda number: (several[number], number), default=0)


def who_accepted(store: Store) -> list[str]:
    """Everybody with an accept that counts."""
    return [
        str(name)
        for (name,) in store.db.execute(
            "SELECT DISTINCT annotator FROM annotations"
            " WHERE current AND answer = 'accept' AND NOT extra ORDER BY 1"
        )
    ]


def accepted(
    store: Store,
    tokenizer: AnyTokenizer,
    number: int,
    left_out: LeftOut,
    annotators: Sequence[str] = (),
) -> Iterator[Accepted]:
    """The finished documents with `number` accepts (by `annotators`, if given): a stream. The
    others are counted in `left_out` as they pass."""
    answered = 0
    unreadable: list[str] = []
    for document, given in annotated_documents(store, damaged_keys=unreadable):
        answered += 1
        counted = [each for each in given if not each.extra]
        left_out.extra += len(given) - len(counted)
        if not counted:
            left_out.unanswered += 1
            continue
        if len(counted) < _places(store, document.number):
            left_out.unfinished += 1
            continue
        named = [each for each in counted if not annotators or each.annotator in annotators]
        _note_answers(left_out, document.key, named)
        chosen = [each for each in named if each.answer == "accept"]
        if len(chosen) != number:
            _leave_out(left_out, len(chosen))
            continue
        try:
            works = _works(store, tokenizer, document, chosen)
        except Damaged:
            left_out.damaged.append(document.key)
            continue
        yield Accepted(document, works)
    left_out.damaged += unreadable
    left_out.unanswered += store.document_count() - answered - len(unreadable)


def _works(
    store: Store, tokenizer: AnyTokenizer, document: Document, chosen: list[Annotation]
) -> tuple[Work, ...]:
    own = None
    works = []
    for each in chosen:
        tokens = each.tokens
        if tokens is None:
            tokens = own = own or tokens_of(store, document, tokenizer)
        spans = [(span.start, span.end, span.label) for span in each.spans]
        works.append(Work(each.annotator, spans, tokens))
    return tuple(works)


def _places(store: Store, number: int) -> int:
    row = store.db.execute("SELECT places FROM documents WHERE id = ?", (number,)).fetchone()
    return int(row[0])


def _note_answers(left_out: LeftOut, key: str, given: list[Annotation]) -> None:
    if len({each.answer for each in given}) > 1:
        left_out.differing += 1
        left_out.example = left_out.example or (
            key,
            {each.annotator: each.answer for each in given},
        )


def _leave_out(left_out: LeftOut, accepts: int) -> None:
    match accepts:
        case 0:
            left_out.no_accept += 1
        case 1:
            left_out.one_accept += 1
        case _:
            left_out.other_number += 1
