"""Pieces of split texts put together again for an export (`splitting.py` made them).

Knows no format; which answer stands for a piece, and why there is none, is told by `export`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import NamedTuple

from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Decision
from tonemark.corpus.pieces import PIECE, Piece, parsed_piece
from tonemark.corpus.records import Cite, Settled
from tonemark.corpus.store import Store
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.splitting import shifted

REASONS = ("without_gold", "differing", "rejected", "ignored", "unanswered")
"""Why a piece has no row; of the pieces of a text, the first of these says why it has none."""

IN_PART = "in_part"
"""Why a text has no row though each of its pieces has one: they are not the whole of it, or what
was said of them differs (accept here, ignore there)."""


class Open(NamedTuple):
    """How many split texts have pieces without an answer, all their pieces, and those pieces."""

    texts: int = 0
    pieces: int = 0
    unanswered: int = 0


NOTHING_OPEN = Open()


@dataclass(slots=True)
class _Source:
    """The pieces of one text: how many the store has, and those seen so far."""

    of: str
    pieces: int
    seen: int = 0
    unanswered: int = 0
    rows: list[tuple[Piece, ExportRow]] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)


def joined_rows(
    store: Store,
    documents: Iterable[tuple[Document, ExportRow | str]],
    leave_out: Callable[[str, Open], None],
) -> Iterator[ExportRow]:
    """Each document's row; in place of the pieces of a text, one row of it, after its last piece.

    `documents` come in order, each with its row or the reason why it has none. A text is left out
    whole where one of its pieces has no row: an entity in it would seem to be none. `leave_out` is
    told the reason, one of `REASONS` or `IN_PART`, and what is open of it.
    """
    sources = _sources(store)
    keys: set[str] = set()

    def finished(name: str, source: _Source) -> Iterator[ExportRow]:
        row = _joined(source.rows)
        if row is None:
            reason = next((each for each in REASONS if each in source.reasons), IN_PART)
            is_open = source.unanswered > 0
            leave_out(
                reason, Open(1, source.pieces, source.unanswered) if is_open else NOTHING_OPEN
            )
        else:
            key = _free_key(store, name, source.of, keys)
            keys.add(key)
            yield replace(row, key=key)

    for document, found in documents:
        told = parsed_piece(document.meta.get(PIECE))
        source = sources.get((document.source, told[0])) if told else None
        if told is None or source is None:
            if isinstance(found, str):
                leave_out(found, NOTHING_OPEN)
            else:
                yield found
            continue
        source.seen += 1
        if isinstance(found, str):
            source.reasons.add(found)
            source.unanswered += found == "unanswered"
        else:
            source.rows.append((told[1], found))
        if source.seen == source.pieces:
            del sources[document.source, told[0]]
            yield from finished(document.source, source)
    for (name, _), source in sources.items():  # a piece of theirs is damaged
        yield from finished(name, source)


def _sources(store: Store) -> dict[tuple[str, str], _Source]:
    """By the file's name in the store and the source's key."""
    rows = store.db.execute(
        "SELECT (SELECT name FROM sources WHERE id = source),"
        f" CASE WHEN json_valid(meta) THEN json_extract(meta, '$.{PIECE}.of') END of, count(*)"
        " FROM documents WHERE instr(meta, ?) GROUP BY source, of",
        (f'"{PIECE}"',),
    )
    return {(name, of): _Source(of, pieces) for name, of, pieces in rows if isinstance(of, str)}


def _free_key(store: Store, name: str, of: str, keys: set[str]) -> str:
    """The source's own key, if no other text of the export has it."""
    named = f"{name}:{of}"
    for key in chain((of, named), (f"{named}~{n}" for n in count(2))):
        query = "SELECT 1 FROM documents WHERE key = ?"
        if key not in keys and not store.db.execute(query, (key,)).fetchone():
            return key
    raise AssertionError("unreachable")


def _joined(pieces: list[tuple[Piece, ExportRow]]) -> ExportRow | None:
    """The whole that they are pieces of; None where it cannot be known, to the code point, or
    where one answer cannot stand for all."""
    pieces = sorted(pieces, key=lambda each: each[0].offset)
    rows = [row for _, row in pieces]
    if len({row.answer for row in rows}) != 1:
        return None
    parts: list[str] = []
    at = 0
    for piece, row in pieces:
        parts += piece.before, row.text
        if at + len(piece.before) != piece.offset:
            return None
        at = piece.offset + len(row.text)
    text = "".join((*parts, pieces[-1][0].after))
    if len(text) != max(piece.length for piece, _ in pieces):
        return None
    first = rows[0]
    places = [(piece.offset, row) for piece, row in pieces]
    tokens = [shifted(each, at) for at, row in places for each in row.tokens or ()]
    return ExportRow(
        key=first.key,
        text=text,
        meta={name: value for name, value in first.meta.items() if name != PIECE},
        tokens=None if any(row.tokens is None for row in rows) else tuple(tokens),
        spans=tuple(shifted(each, at) for at, row in places for each in row.spans),
        answer=first.answer,
        annotator=_all_of(row.annotator for row in rows),
        comment="\n".join(row.comment for row in rows if row.comment),
        flagged=any(row.flagged for row in rows),
        time=max((row.time for row in rows if row.time is not None), default=None),
        suggestions=tuple(shifted(each, at) for at, row in places for each in row.suggestions),
        settled=_all_settled(places),
        tokens_given=any(row.tokens_given for row in rows),
        tokens_corrected=any(row.tokens_corrected for row in rows),
    )


def _all_settled(places: Iterable[tuple[int, ExportRow]]) -> Settled | None:
    """What makes the whole gold, if each piece is; that its annotators' answers as a whole differ
    is told once."""
    decisions: list[Decision] = []
    cites: list[Cite] = []
    for at, row in places:
        if row.settled is None:
            return None
        decisions += [
            each._replace(start=each.start + at, end=each.end + at) if each.end else each
            for each in row.settled.decisions
        ]
        cites += row.settled.cites
    return Settled(tuple(dict.fromkeys(decisions)), tuple(dict.fromkeys(cites)))


def _all_of(annotators: Iterable[str | None]) -> str | None:
    """Whose the answer is: of several annotators, all their names."""
    return "+".join(dict.fromkeys(each for each in annotators if each)) or None
