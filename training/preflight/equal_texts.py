"""Equal texts among the documents of a project, whatever their case and white space: what was said
of them, and whether some are learnt where others are scored.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple, get_args

from tonemark.corpus.documents import Damaged, Document
from tonemark.corpus.pieces import PIECE, parsed_piece
from tonemark.corpus.shares import folded_text, hash_of
from tonemark.corpus.store import Store
from tonemark.exchange.rows import ExportRow
from tonemark.training.parts import Way
from tonemark.training.preflight.dividing import part_in
from tonemark.training.preflight.places import KEPT, Place, Places, place_in

TEXTS = 1_000_000
"""Texts among which equal ones are looked for: they take 150 MiB."""


@dataclass(slots=True)
class Texts:
    """The texts that were met, equal ones once.

    `count` are those that stand. Documents are noted whose text is that of another and that say
    something else (`unlike`), or are, by a way of dividing them, in another part (`in_both`). `met`
    has by the hash of a text its first
    document, what was said of it, where it falls and whether it stands, packed into one number;
    `sources` where a source's pieces fall, and the first of them.
    """

    store: Store
    count: int = 0
    unlike: Places = field(default_factory=Places)
    in_both: dict[Way, Places] = field(
        default_factory=lambda: {way: Places() for way in get_args(Way)}
    )
    met: dict[int, int] = field(default_factory=dict)
    sources: dict[str, tuple[int, Place]] = field(default_factory=dict)

    def add(self, document: Document, row: ExportRow | str, part: int) -> None:
        """Note a document with its answer, or why it is left out, and where it falls by all ways
        (`Dividing.place`)."""
        stands = not isinstance(row, str)
        if not stands and row not in ("rejected", "ignored"):
            return
        mark, said = _mark(document.text), _hash(_said(row), 4)
        first = _First(document.number, said, part, stands)
        if packed := self.met.get(mark):
            before = _unpacked(packed)
            self._compare(before, first, document, row)
            first = first if stands and not before.stands else before
            self.count += stands and not before.stands
        elif len(self.met) < TEXTS:
            self.count += stands
        if packed or len(self.met) < TEXTS:
            self.met[mark] = _packed(first)
        piece = parsed_piece(document.meta[PIECE]) if PIECE in document.meta else None
        if stands and piece and piece[0] not in self.sources:
            self.sources[piece[0]] = part, place_in(document, row)

    def _compare(
        self, first: _First, now: _First, document: Document, row: ExportRow | str
    ) -> None:
        stand = first.stands and now.stands
        for differs, places in (
            (first.said != now.said, self.unlike),
            *(
                (stand and part_in(first.part, way) != part_in(now.part, way), places)
                for way, places in self.in_both.items()
            ),
        ):
            if differs:
                what = f"the text of {self._key_of(first.document, places)} again"
                places.add(place_in(document, row, what=what))

    def _key_of(self, number: int, places: Places) -> str:
        if len(places.first) >= KEPT:
            return ""
        query = "SELECT key FROM documents WHERE id = ?"
        return str(self.store.db.execute(query, (number,)).fetchone()[0])

    def pieces_in_both(self, way: Way) -> Places:
        """The texts that stand whole in one part, and in pieces in another."""
        found = Places()
        for key, (part, place) in self.sources.items():
            number = self.store.number_of(key)
            if number is None:
                continue
            with suppress(Damaged):
                packed = self.met.get(_mark(self.store.document(number).text))
                first = _unpacked(packed) if packed else None
                if first and first.stands and part_in(first.part, way) != part_in(part, way):
                    what = f"a piece of {key}, which is there as a whole"
                    found.add(place._replace(what=what))
        return found


class _First(NamedTuple):
    """A document, a hash of what was said of it, where it falls, and whether it stands."""

    document: int
    said: int
    part: int
    stands: bool


def _packed(first: _First) -> int:
    return first.document << 38 | first.said << 6 | first.part << 1 | first.stands


def _unpacked(packed: int) -> _First:
    return _First(packed >> 38, packed >> 6 & 0xFFFFFFFF, packed >> 1 & 31, bool(packed & 1))


def _mark(text: str) -> int:
    return int.from_bytes(hash_of(text)[:8], "big")


def _said(row: ExportRow | str) -> str:
    """What an answer says of a text, whatever its case and white space: the labels with what they
    stand on, in order."""
    if isinstance(row, str):
        return row
    spans = sorted((each.start, each.end, each.label) for each in row.spans)
    return "\n".join(f"{label} {folded_text(row.text[start:end])}" for start, end, label in spans)


def _hash(text: str, size: int) -> int:
    data = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=size).digest(), "big")
