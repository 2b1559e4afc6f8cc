"""The gazetteers of projects that are put together, and how the entries that suggested a span are
called then. What entries earned is not carried: the answers, which are, tell it again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import regex

from tonemark.corpus.gazetteers import KINDS, NewEntry, add_entries
from tonemark.corpus.soundness.rows import DATED, HIGHEST, READABLE, is_legible
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import Store

_SOURCE = regex.compile(r"(gazetteer|pattern):([1-9][0-9]{0,12})")

_ENTRIES = (
    "SELECT e.id, e.label, e.pattern, e.kind, e.given FROM entries e"
    f" WHERE e.gazetteer = ? AND {READABLE} ORDER BY e.id"
)


@dataclass
class Carried:
    """What became of a project's gazetteers: entries that are new, those that were there, and those
    that were left out, because they cannot be read or there was no room."""

    new: int = 0
    known: int = 0
    left_out: int = 0
    gazetteers: set[str] = field(default_factory=set)


def carry_entries(into: Store, coming: sqlite3.Connection, *, first: bool) -> Carried:
    """Take the gazetteers of a store into another; one of the same name has the entries of both.

    Into an empty store (`first`) they come with their numbers.
    """
    carried = Carried()
    (total,) = coming.execute("SELECT count(*) FROM entries").fetchone()
    for number, name, added in coming.execute(
        f"SELECT id, name, iif({DATED}, added, 0.0) FROM gazetteers g ORDER BY id"
    ).fetchall():
        if not is_legible(name):
            continue
        carried.gazetteers.add(name)
        if first:
            _copy(into, coming, number, name, added, carried)
        else:
            entries = (entry for _, entry in _entries(coming, number))
            done = add_entries(into, name, entries)
            carried.new += done.new
            carried.known += done.known
    carried.left_out = total - carried.new - carried.known
    return carried


def _entries(coming: sqlite3.Connection, gazetteer: int) -> Iterator[tuple[int, NewEntry]]:
    """The entries of a gazetteer that can be read, with their numbers."""
    for number, *entry in coming.execute(_ENTRIES, (gazetteer,)):
        new = NewEntry(*entry)
        if is_legible(new.label) and is_legible(new.pattern) and is_legible(new.given or "-"):
            yield number, new


def _copy(
    into: Store,
    coming: sqlite3.Connection,
    number: int,
    name: str,
    added: float,
    carried: Carried,
) -> None:
    with into.transaction() as db:
        db.execute("INSERT INTO gazetteers VALUES (?, ?, ?)", (number, name, added))
        written = db.executemany(
            "INSERT OR IGNORE INTO entries (id, gazetteer, label, pattern, kind, given)"
            f" VALUES (?, {number}, ?, ?, ?, ?)",
            ((its, *entry) for its, entry in _entries(coming, number)),
        )
    carried.new += written.rowcount


class Sources:
    """The sources of a project's spans and suggestions, as they are in the store that they come
    into: entries have other numbers there.

    One that is gone gets a number that no entry has, nor will have: another must not be named in
    its place.
    """

    def __init__(self, into: sqlite3.Connection, coming: sqlite3.Connection) -> None:
        self._into, self._coming = into, coming
        self.of = cache(self._of)

    def _of(self, sources: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._one(source) for source in sources))

    @cache  # noqa: B019 - it lives as long as what it belongs to
    def _one(self, source: str) -> str:
        found = _SOURCE.fullmatch(source)
        if found is None or int(found[2]) > HIGHEST:
            return source
        return f"{found[1]}:{self._number(int(found[2]))}"

    def _number(self, number: int) -> int:
        row = self._coming.execute(
            "SELECT g.name, e.label, e.pattern, e.kind FROM entries e JOIN gazetteers g"
            f" ON g.id = e.gazetteer WHERE e.id = ? AND {READABLE}",
            (number,),
        ).fetchone()
        if row and row[3] in KINDS and all(map(is_legible, row)):
            found = self._into.execute(
                "SELECT e.id FROM gazetteers g JOIN entries e ON e.gazetteer = g.id"
                " WHERE g.name = ? AND e.label = ? AND e.pattern = ? AND e.kind = ?",
                row,
            ).fetchone()
            if found:
                return int(found[0])
        return reserved(self._into)

    def span(self, span: Span) -> Span:
        """The span with its sources as they are there."""
        sources = self.of(span.sources)
        return span if sources == span.sources else Span(span.start, span.end, span.label, sources)

    def suggestion(self, each: Suggestion) -> Suggestion:
        """The suggestion with its sources as they are there."""
        sources = self.of(each.sources)
        if sources == each.sources:
            return each
        return Suggestion(each.start, each.end, each.label, sources, each.score)


def reserved(db: sqlite3.Connection) -> int:
    """A number that no entry has and none will be given. Runs inside the caller's transaction."""
    row = db.execute(
        "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'entries' RETURNING seq"
    ).fetchone()
    if row:
        return int(row[0])
    db.execute("INSERT INTO sqlite_sequence VALUES ('entries', 1)")
    return 1


def keep_numbers(into: Store, coming: sqlite3.Connection) -> None:
    """Give no number again that an entry of the first project had, though it be gone."""
    (last,) = coming.execute(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'entries'"
        f" AND typeof(seq) = 'integer' AND seq BETWEEN 0 AND {HIGHEST}"
    ).fetchone()
    with into.transaction() as db:
        if (
            last
            and not db.execute(
                "UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'entries'", (last,)
            ).rowcount
        ):
            db.execute("INSERT INTO sqlite_sequence VALUES ('entries', ?)", (last,))
