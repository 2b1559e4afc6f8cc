"""Pieces of split texts put together again for an export (`splitting.py` made them).

An annotator has answered a text where she answered all its pieces, and each with the same word.
Knows no format; which answer stands for a piece, and why there is none, is told by `selecting`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count
from typing import NamedTuple

from tonemark.corpus.documents import Document
from tonemark.corpus.drafts import Decision
from tonemark.corpus.gold import MAJORITY, is_rule
from tonemark.corpus.pieces import PIECE, Piece, parsed_piece
from tonemark.corpus.records import Cite, Settled
from tonemark.corpus.store import Store
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.splitting import shifted
from tonemark.tokenizers.base import Token

REASONS = ("without_gold", "differing", "rejected", "ignored", "unanswered")
"""Why a piece has no row; of the pieces of a text, the first of these says why it has none."""

IN_PART = "in_part"
"""Why a text has no row though each of its pieces has one: they are not the whole of it, or what
was said of them differs (accept here, ignore there; where all answers go out, amina's here and
juma's there)."""

ANSWERS_IN_PART = "answers_in_part"
"""Counts annotators, text by text, whose answers to some of its pieces stay behind where those of
others to all of them go out."""

OF_SEVERAL = "of_several"
"""Counts texts of which no one person answered all pieces: they go out under nobody's name."""


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
    tell: Callable[[str, Open], None],
) -> Iterator[ExportRow]:
    """Each document's row; in place of the pieces of a text, one row of it, after its last piece.

    `documents` come in order, each with its row or the reason why it has none. A text is left out
    whole where one of its pieces has no row: an entity in it would seem to be none. `tell` is
    called with the reason, one of `REASONS` or `IN_PART`, and what is open of it; and with
    `ANSWERS_IN_PART` and `OF_SEVERAL` where those are to be counted.
    """
    sources = _sources(store)
    keys: set[str] = set()

    def finished(name: str, source: _Source) -> Iterator[ExportRow]:
        row = _joined(source.rows)
        if row is None:
            if 0 < source.unanswered < source.pieces:
                source.reasons.add("unanswered")
            reason = next((each for each in REASONS if each in source.reasons), IN_PART)
            is_open = source.unanswered > 0
            tell(reason, Open(1, source.pieces, source.unanswered) if is_open else NOTHING_OPEN)
        else:
            for _ in range(_in_part(source.rows, row)):
                tell(ANSWERS_IN_PART, NOTHING_OPEN)
            if row.answer and row.annotator is None:
                tell(OF_SEVERAL, NOTHING_OPEN)
            key = _free_key(store, name, source.of, keys)
            keys.add(key)
            yield replace(row, key=key)

    for document, found in documents:
        told = parsed_piece(document.meta.get(PIECE))
        source = sources.get((document.source, told[0])) if told else None
        if told is None or source is None:
            if isinstance(found, str):
                tell(found, NOTHING_OPEN)
            else:
                yield found
            continue
        source.seen += 1
        if isinstance(found, str):
            source.reasons.add(found)
            source.unanswered += found == "unanswered"
        else:
            source.rows.append((told[1], found))
            source.unanswered += not found.answers()
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
    """The whole that they are pieces of, with the answers that were given to all of it; None where
    it cannot be known, to the code point, or nobody gave one to all."""
    pieces = sorted(pieces, key=lambda each: each[0].offset)
    text = _whole_text(pieces)
    if text is None:
        return None
    places = [(piece.offset, row) for piece, row in pieces]
    if not any(row.versions for _, row in places):
        return _whole(places, text)
    names = dict.fromkeys(each.annotator for _, row in places for each in row.versions)
    versions = tuple(
        version for name in names if (version := _whole_of(name, places, text)) is not None
    )
    stands = _whole(places, text)
    if stands is None or stands.annotator is None:
        if not versions:
            return None
        bare = [(at, _bare(row)) for at, row in places]
        stands = _whole(bare, text)
        assert stands is not None
    return replace(stands, versions=versions)


def _whole_of(name: str | None, places: list[tuple[int, ExportRow]], text: str) -> ExportRow | None:
    """One annotator's answer to a whole text; None where she has none."""
    hers = [
        (at, version) for at, row in places for version in row.versions if version.annotator == name
    ]
    return _whole(hers, text) if len(hers) == len(places) else None


def _bare(row: ExportRow) -> ExportRow:
    """The document of a row, without what stands of its answers."""
    return ExportRow(
        key=row.key,
        text=row.text,
        meta=row.meta,
        tokens=row.own_tokens(),
        tokens_given=row.tokens_given,
    )


def _in_part(pieces: Iterable[tuple[Piece, ExportRow]], joined: ExportRow) -> int:
    """How many annotators' answers to the pieces of a text are not among those to the whole."""
    names = {each.annotator for _, row in pieces for each in row.versions}
    return len(names - {each.annotator for each in joined.versions})


def _whole_text(pieces: Sequence[tuple[Piece, ExportRow]]) -> str | None:
    """The text that pieces make up, in their order; None where they are not the whole of it."""
    if not pieces:
        return None
    parts: list[str] = []
    at = 0
    for piece, row in pieces:
        parts += piece.before, row.text
        if at + len(piece.before) != piece.offset:
            return None
        at = piece.offset + len(row.text)
    text = "".join((*parts, pieces[-1][0].after))
    return text if len(text) == max(piece.length for piece, _ in pieces) else None


def _whole(places: Sequence[tuple[int, ExportRow]], text: str) -> ExportRow | None:
    """The row of a whole text, of those of its pieces and where each begins in it (code points);
    None where they do not all have the same answer, or none."""
    rows = [row for _, row in places]
    if len({row.answer for row in rows}) != 1:
        return None
    first = rows[0]
    settled = _all_settled(places)
    name = _reviewer_of(rows) if settled else _one_of(row.annotator for row in rows)
    is_corrected = any(row.document_tokens is not None for row in rows)
    return ExportRow(
        key=first.key,
        text=text,
        meta={name: value for name, value in first.meta.items() if name != PIECE},
        tokens=_all_tokens((at, row.tokens) for at, row in places),
        spans=tuple(shifted(each, at) for at, row in places for each in row.spans),
        answer=first.answer,
        annotator=name,
        comment="\n".join(row.comment for row in rows if row.comment),
        flagged=any(row.flagged for row in rows),
        time=max((row.time for row in rows if row.time is not None), default=None),
        suggestions=tuple(shifted(each, at) for at, row in places for each in row.suggestions),
        settled=settled if name is not None else None,
        tokens_given=any(row.tokens_given for row in rows),
        tokens_corrected=any(row.tokens_corrected for row in rows),
        document_tokens=_all_tokens((at, row.own_tokens()) for at, row in places)
        if is_corrected
        else None,
    )


def _all_tokens(
    places: Iterable[tuple[int, tuple[Token, ...] | None]],
) -> tuple[Token, ...] | None:
    """The tokens of a whole text; None where a piece has none."""
    tokens: list[Token] = []
    for at, each in places:
        if each is None:
            return None
        tokens += (shifted(token, at) for token in each)
    return tuple(tokens)


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


def _one_of(names: Iterable[str | None]) -> str | None:
    """Whose the answer to a whole is; nobody's where several people gave it."""
    found = set(names)
    return found.pop() if len(found) == 1 else None


def _reviewer_of(rows: Iterable[ExportRow]) -> str | None:
    """Who settled the whole: the one person beside rules, or the weaker rule; nobody where several
    people did."""
    names = {row.annotator for row in rows}
    people = {name for name in names if name is not None and not is_rule(name)}
    return _one_of(people) if people else _one_of(names) or MAJORITY
