"""Finding words in the project's texts: as typed, or with case and accents folded.

A stream over the documents in their order, in slices so short that a screen can live between
them. Knows the texts alone, and nothing of what anyone labelled in them.
"""

from __future__ import annotations

import time
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

import regex

from tonemark.corpus.store import Store

CONTEXT = 120
"""Code points of the text that a hit brings along on either side."""

PIECE = 8192
"""Code points of a text that are folded at once: about half a millisecond."""

# A slice that took less than the first is followed by a longer one, more than the second: shorter.
_SLICE_SECONDS = (0.0015, 0.004)
_SLICE_DOCUMENTS = 4096

# The apostrophe as people type it in Hausa, Zulu or Swahili, and the letters it stands for.
_APOSTROPHES = "'`´ʹʻʼˈ՚׳‘’′ꞌ＇"
_WORDLIKE = regex.compile(r"[\p{L}\p{M}\p{N}]")


class Hit(NamedTuple):
    """A place where the query stands: code points of the untouched text, end exclusive.

    `left` and `right` are what stands around it, at most CONTEXT code points each.
    """

    document: int
    key: str
    start: int
    end: int
    left: str
    text: str
    right: str


def scan(
    store: Store, query: str, *, fold: bool = False, words: bool = False
) -> Iterator[Hit | None]:
    """Every place of `query` in the texts, in the order of the documents; a None after every few
    milliseconds of work, which is the screen's turn.

    Plain substrings, code point by code point. With `fold`, both sides as `folded` has them; a
    hit then takes in the marks on its last letter, and never a part of what one code point stands
    for. With `words`, only where it is neither preceded nor followed by a letter, mark or number.
    Hits do not overlap. A query that folds to nothing is looked for as it stands.
    """
    needle = folded(query) if fold else query
    if not needle:
        fold, needle = False, query
    last = store.last_document() if needle else 0
    reached, size = 0, 16
    while reached < last:
        began = time.perf_counter()
        found: list[Hit] = []
        long: tuple[int, str, str] | None = None
        rows = store.db.execute(
            "SELECT id, key, text FROM documents WHERE id > ? AND id <= ?"
            " AND (? OR instr(text, ?)) ORDER BY id",
            (reached, reached + size, fold, needle),
        )
        reached += size
        for number, key, text in rows:
            if fold and len(text) > PIECE:
                long, reached = (number, key, text), number
                break
            for place in _places(text, needle, fold, words):
                if place:
                    found.append(_hit(number, key, text, *place))
        rows.close()  # before the caller's turn: an open read would hold the store's log
        took = time.perf_counter() - began
        if took < _SLICE_SECONDS[0]:
            size = min(2 * size, _SLICE_DOCUMENTS)
        elif took > _SLICE_SECONDS[1]:
            size = max(1, size // 2)
        yield from found
        yield None
        if long:
            for place in _places(long[2], needle, fold, words):
                yield _hit(*long, *place) if place else None


def folded(text: str) -> str:
    """`text` without case and accents: canonically decomposed, marks that take no room (Mn)
    dropped, case folded, apostrophes and the modifier letters that look like one made `'`.

    A function of each code point alone, so that a place in the result leads back to the text.
    """
    if text.isascii():
        return text.lower().replace("`", "'")
    return text.translate(_FOLDS)


def folds_by_itself(query: str) -> bool:
    """Whether a query asks for folding by the way it is typed: lower-case ASCII throughout.

    Whoever types `ojo` has no accents at hand or does not care; a capital or an accent in the
    query is meant.
    """
    return query.isascii() and query == query.lower() and any(c.isalpha() for c in query)


def _places(text: str, needle: str, fold: bool, words: bool) -> Iterator[tuple[int, int] | None]:
    """Where the needle stands; None where the screen may have its turn."""
    for place in _folded_places(text, needle) if fold else _plain_places(text, needle):
        if place is None or not words or _is_whole(text, *place):
            yield place


def _plain_places(text: str, needle: str) -> Iterator[tuple[int, int] | None]:
    at = text.find(needle)
    while at >= 0:
        yield at, at + len(needle)
        at = text.find(needle, at + len(needle))


def _folded_places(text: str, needle: str) -> Iterator[tuple[int, int] | None]:
    pieces: list[str] = []
    begins = [0]
    for at in range(0, len(text), PIECE):
        pieces.append(folded(text[at : at + PIECE]))
        begins.append(begins[-1] + len(pieces[-1]))
        if len(text) > PIECE:
            yield None
    whole = "".join(pieces)
    known: tuple[int, list[int]] = (-1, [])

    def origin(place: int) -> int:
        """The code point of the text from which a place of the folded text comes."""
        nonlocal known
        if place == len(whole):
            return len(text)
        piece = bisect_right(begins, place) - 1
        if known[0] != piece:
            first = piece * PIECE
            part = text[first : first + PIECE]
            known = piece, [first + i for i, c in enumerate(part) for _ in folded(c)]
        return known[1][place - begins[piece]]

    at = whole.find(needle)
    while at >= 0:
        behind = at + len(needle)
        start, end = origin(at), origin(behind)
        if (at and origin(at - 1) == start) or origin(behind - 1) == end:
            at = whole.find(needle, at + 1)
        else:
            yield start, end
            at = whole.find(needle, behind)


def _is_whole(text: str, start: int, end: int) -> bool:
    before = start and _WORDLIKE.match(text, start - 1)
    return not before and not _WORDLIKE.match(text, end)


def _hit(number: int, key: str, text: str, start: int, end: int) -> Hit:
    left = text[max(0, start - CONTEXT) : start]
    return Hit(number, key, start, end, left, text[start:end], text[end : end + CONTEXT])


class _Folds(dict[int, str]):
    """What each code point is folded to, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = unicodedata.normalize("NFD", unicodedata.normalize("NFD", character).casefold())
        kept = "".join(c for c in plain if unicodedata.category(c) != "Mn")
        self[code] = kept = "'" if character in _APOSTROPHES else kept
        return kept


_FOLDS = _Folds()
