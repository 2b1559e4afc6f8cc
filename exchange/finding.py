"""Which document of a sidecar a record is, where the file was changed since it was written: by its
key, else by its text. Knows no format, and nothing of what is restored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from tonemark.corpus.records import Record
from tonemark.exchange.alignment import Alignment, aligned, solid
from tonemark.exchange.base import Given
from tonemark.exchange.kept import Damage, Kept, Sidecar

HEAD = 200
"""Code points, white space left out, by which a document is found that lies in several records."""

TRIED = 20
"""Documents alike that are looked at for a record; where more are alike it is not known which."""

VAIN = 1 << 30
"""Code points of documents that may be read and not be the one, in a whole file: then no more is
looked for, for the file was made to keep one waiting."""


class Ahead:
    """Records that come one by one and can be put back."""

    def __init__(self, given: Iterator[Given]) -> None:
        self._given = given
        self._back: list[Given] = []

    def take(self) -> Given | None:
        """The next one; None where there is none."""
        return self._back.pop() if self._back else next(self._given, None)

    def __iter__(self) -> Iterator[Given]:
        """Those that are left, taken one by one."""
        while (each := self.take()) is not None:
            yield each

    def put_back(self, taken: Sequence[Given]) -> None:
        """What was taken last, in order."""
        self._back.extend(reversed(taken))

    def covering(self, text: str, first: Record) -> list[Record] | None:
        """The records from `first`, which was taken, that are this text but for white space; None,
        and nothing more is taken, where they are not."""
        wanted = solid(text)
        parts: list[Record] = []
        position = 0
        each: Given | None = first
        while isinstance(each, Record):
            part = solid(each.text)
            if not part or not wanted.startswith(part, position):
                break
            parts.append(each)
            position += len(part)
            if position == len(wanted):
                return parts
            each = self.take()
        if each is not None and each is not first:
            self.put_back([each])
        self.put_back(parts[1:])
        return None


class Found(NamedTuple):
    """A document that a record may be, and the records that it lies in."""

    place: int
    kept: Kept
    parts: list[Record]
    alignment: Alignment


class Index:
    """Where the documents of a sidecar stand in it: by a digest of the key, or of the text.

    A million documents take some 110 MB. `damage` are the lines that cannot be read; the first
    `done` documents are left out.
    """

    def __init__(self, sidecar: Sidecar, *, by_key: bool, done: int = 0) -> None:
        self._sidecar = sidecar
        self.by_key = by_key
        self._has_heads = False
        self._in_vain = 0
        self._places: dict[int, int | list[int]] = {}
        self.damage: list[Damage] = []
        for number, (place, kept) in enumerate(sidecar.documents()):
            if isinstance(kept, Damage):
                self.damage.append(kept)
            elif number >= done:
                self._enter(place, kept)

    def _enter(self, place: int, kept: Kept) -> None:
        if self.by_key:
            digest = _digest("key", kept.key)
        elif kept.records == 1:
            digest = _digest("whole", solid(kept.text))
        else:
            self._has_heads = True
            digest = _digest("head", solid(kept.text)[:HEAD])
        before = self._places.setdefault(digest, place)
        if isinstance(before, list):
            before.append(place)
        elif before != place:
            self._places[digest] = [before, place]

    def found(self, first: Record, ahead: Ahead) -> tuple[list[Found], bool, bool]:
        """The documents that a record may be or begin, whether there were several that look alike
        (be one of them taken already), and whether any did. Nothing but `first` is taken."""
        found: list[Found] = []
        places: list[int] = []
        is_several = False
        for digest in self._digests(first, ahead):
            there = self._places.get(digest, [])
            is_several = is_several or (isinstance(there, list) and bool(there))
            places += there if isinstance(there, list) else [there]
        if len(places) > TRIED or self._in_vain > VAIN:
            return [], True, bool(places)
        for place in places:
            kept = self._sidecar.at(place)
            if isinstance(kept, Damage):
                continue
            self._in_vain += len(kept.text)
            parts = ahead.covering(kept.text, first)
            if parts is None:
                continue
            ahead.put_back(parts[1:])
            if alignment := aligned([each.text for each in parts], kept.text):
                found.append(Found(place, kept, parts, alignment))
        return found, is_several or len(found) > 1, bool(places)

    def take(self, found: Found, ahead: Ahead) -> None:
        """Take the records of a document, and it from the index."""
        for _ in found.parts[1:]:
            ahead.take()
        self._in_vain -= len(found.kept.text)
        kept = found.kept
        kinds = {"key": kept.key, "whole": solid(kept.text), "head": solid(kept.text)[:HEAD]}
        for digest in (_digest(kind, words) for kind, words in kinds.items()):
            there = self._places.get(digest)
            if there == found.place:
                del self._places[digest]
            elif isinstance(there, list) and found.place in there:
                there.remove(found.place)

    def _digests(self, first: Record, ahead: Ahead) -> Iterable[int]:
        if self.by_key:
            return [] if first.key is None else [_digest("key", first.key)]
        head = solid(first.text)
        digests = [_digest("whole", head)]
        if not self._has_heads:
            return digests
        taken: list[Given] = []
        while True:
            digests.append(_digest("head", head[:HEAD]))
            if len(head) >= HEAD:
                break
            if (each := ahead.take()) is None:
                break
            taken.append(each)
            if not isinstance(each, Record):
                break
            head += solid(each.text)
        ahead.put_back(taken)
        return digests


def _digest(kind: str, words: str) -> int:
    data = f"{kind} {words}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big")
