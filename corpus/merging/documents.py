"""Which documents of a store are in another one already, before they are put together.

Documents meet by their source record (the same file, record and text), else by key and text, else,
on request, by text. Knows nothing of what was said of them.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tonemark.corpus.pieces import first_and_last, offset_of
from tonemark.corpus.soundness.rows import is_legible

_PIECE = "@"
"""How the record of a piece of a split text begins (`pieces.piece_identity`)."""


class _Row(NamedTuple):
    """What tells a document from others; `text` is there where it is a piece of a split text."""

    number: int
    key: str
    source: int
    name: str
    record: str
    digest: int
    text: str | None


class _Part(NamedTuple):
    """Where a piece lies in the text that was split."""

    start: int
    end: int
    digest: int


@dataclass(slots=True)
class Meetings:
    """Which document of the other store each is (by their numbers), and the names that the sources
    of those that it has not have there (by their numbers).

    `ambiguous` counts texts that several documents have on one side, and not as many on the other.
    """

    targets: dict[int, int] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    ambiguous: int = 0


def meetings(
    there: sqlite3.Connection, coming: sqlite3.Connection, *, by_text: bool = False
) -> Meetings:
    """Which documents of the store `coming` are in the store `there`, each of which one is at most.

    The pieces of a split text meet together, or none does where it was split in another way.
    """
    met = Meetings()
    _meet(there, coming, met)
    if by_text:
        _meet_by_text(there, coming, met)
    split = _split_texts(coming)
    known = _split_texts(there) if split else {}
    for (source, whole), parts in split.items():
        their = known.get((source, whole), {})
        is_whole = len(parts.keys() - met.targets.keys()) in (0, len(parts))
        if not is_whole and not _fit(parts, their, met):
            for number in parts:
                met.targets.pop(number, None)
    _name_sources(there, coming, met, split, known)
    return met


def _rows(db: sqlite3.Connection) -> Iterator[_Row]:
    for row in db.execute(
        "SELECT d.id, d.key, d.source, s.name, d.record, d.digest,"
        " CASE WHEN d.record GLOB '@*' THEN d.text END"
        " FROM documents d JOIN sources s ON s.id = d.source ORDER BY d.id"
    ):
        found = _Row(*row)
        is_text = found.text is None or isinstance(found.text, str)
        if is_text and all(map(is_legible, (found.key, found.name, found.record))):
            yield found


def _meet(there: sqlite3.Connection, coming: sqlite3.Connection, met: Meetings) -> None:
    taken: set[int] = set()
    by_key: list[tuple[int, str, int]] = []
    for row in _rows(coming):
        found = there.execute(
            "SELECT d.id FROM sources s JOIN documents d ON d.source = s.id"
            " WHERE s.name = ? AND d.record = ? AND d.digest = ?",
            (row.name, row.record, row.digest),
        ).fetchone()
        if found:
            met.targets[row.number] = found[0]
            taken.add(found[0])
        else:
            by_key.append((row.number, row.key, row.digest))
    for number, key, digest in by_key:
        found = there.execute(
            "SELECT id FROM documents WHERE key = ? AND digest = ?", (key, digest)
        ).fetchone()
        if found and found[0] not in taken:
            met.targets[number] = found[0]
            taken.add(found[0])


def _meet_by_text(there: sqlite3.Connection, coming: sqlite3.Connection, met: Meetings) -> None:
    """Those that are left meet by text, in turn where as many have it on both sides."""
    taken = set(met.targets.values())
    left: dict[int, list[int]] = {}
    for row in _rows(coming):
        if row.number not in met.targets:
            left.setdefault(row.digest, []).append(row.number)
    for digest, numbers in left.items():
        query = "SELECT id FROM documents WHERE digest = ? ORDER BY id"
        free = [each for (each,) in there.execute(query, (digest,)) if each not in taken]
        if len(free) == len(numbers):
            met.targets.update(zip(numbers, free, strict=True))
        elif free:
            met.ambiguous += 1


_Split = dict[tuple[str, str], dict[int, _Part]]
"""The pieces of each split text, by the file's name and the record that all of them are of."""


def _split_texts(db: sqlite3.Connection) -> _Split:
    split: _Split = {}
    if db.execute("SELECT 1 FROM documents WHERE record GLOB '@*' LIMIT 1").fetchone():
        for row in _rows(db):
            if row.text is not None:
                start = _offset(row.record)
                part = _Part(start, start + len(row.text), row.digest)
                whole = first_and_last(row.record)[0]
                split.setdefault((row.name, whole), {})[row.number] = part
    return split


def _offset(record: str) -> int:
    try:
        return offset_of(record)
    except ValueError:  # no record of ours
        return 0


def _fit(parts: dict[int, _Part], their: dict[int, _Part], met: Meetings) -> bool:
    """Whether the pieces of a text that have met nothing lie between those that are there."""
    new = (part for number, part in parts.items() if number not in met.targets)
    return bool(their) and not _overlap((*new, *their.values()))


def _overlap(parts: Iterable[_Part]) -> bool:
    ordered = sorted(parts)
    return any(one.end > other.start for one, other in itertools.pairwise(ordered))


def _name_sources(
    there: sqlite3.Connection,
    coming: sqlite3.Connection,
    met: Meetings,
    split: _Split,
    known: _Split,
) -> None:
    """A source has its own name, but for one that names other records there: as `intake` names a
    file of the same name."""
    names: dict[int, str] = {}
    records: dict[int, list[str]] = {}
    for row in _rows(coming):
        if row.number not in met.targets:
            names[row.source] = row.name
            records.setdefault(row.source, []).append(row.record)
    used: set[str] = set()
    for source, name in names.items():
        clashing = {
            whole
            for (own, whole), parts in split.items()
            if own == name and (own, whole) in known and not _fit(parts, known[own, whole], met)
            and not parts.keys() <= met.targets.keys()
        }  # fmt: skip
        for attempt in itertools.count(1):
            candidate = name if attempt == 1 else f"{name}-{attempt}"
            if candidate in used or (attempt == 1 and clashing):
                continue
            if not _clash(there, candidate, records[source]):
                met.sources[source] = candidate
                used.add(candidate)
                break


def _clash(there: sqlite3.Connection, name: str, records: Iterable[str]) -> bool:
    row = there.execute("SELECT id FROM sources WHERE name = ?", (name,)).fetchone()
    query = "SELECT 1 FROM documents WHERE source = ? AND record = ?"
    return row is not None and any(
        there.execute(query, (row[0], record)).fetchone() for record in records
    )
