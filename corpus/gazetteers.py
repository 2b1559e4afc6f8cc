"""The entries of a project's gazetteers in its store: names, token patterns, expressions.

The store is the truth about them; how names are found in a text is told in the room of patterns,
and what annotators' answers say of them in `evidence`.
"""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args

from tonemark.corpus.store import Store

ACCEPTED = "accepted"
"""The gazetteer of the names that annotators' accepted spans taught."""

LIMIT = 5_000_000
"""Entries that a project may have."""

CHUNK = 20_000
"""Entries that one transaction writes or deletes: others write in between."""

Kind = Literal["name", "tokens", "regex"]
"""A name; a list of spaCy Matcher's token dictionaries, as JSON; a regular expression."""

KINDS: tuple[Kind, ...] = get_args(Kind)


class NewEntry(NamedTuple):
    """An entry to be added. `pattern` is what its kind says; `given` its `id` in the file."""

    label: str
    pattern: str
    kind: Kind = "name"
    given: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry with what it has earned in all documents together.

    `seen` counts its occurrences in accepted documents and `stood` those that carry its label
    there; where annotators differ on a document, each accept counts its part. `changed` and
    `deleted` count suggestions that were shown.
    """

    number: int
    gazetteer: str
    label: str
    pattern: str
    kind: Kind = "name"
    given: str = ""
    seen: float = 0.0
    stood: float = 0.0
    changed: int = 0
    deleted: int = 0

    @property
    def is_learnt(self) -> bool:
        """Whether annotators taught it: it is there by their evidence alone."""
        return self.gazetteer == ACCEPTED

    @property
    def source(self) -> str:
        """What suggestions and spans name it as."""
        return f"{'gazetteer' if self.kind == 'name' else 'pattern'}:{self.number}"


@dataclass(slots=True)
class Added:
    """What adding came to: entries that are new, those that were there, and whether the project's
    LIMIT was reached: then what follows was left out."""

    new: int = 0
    known: int = 0
    full: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A gazetteer with the count of its entries by kind and by label; `added` is Unix seconds."""

    name: str
    added: float
    kinds: dict[str, int] = field(default_factory=dict)
    labels: dict[str, int] = field(default_factory=dict)


_COLUMNS = (
    "e.id, g.name, e.label, e.pattern, e.kind, e.given, e.seen, e.stood, e.changed, e.deleted"
)
_TABLES = "entries e JOIN gazetteers g ON g.id = e.gazetteer"


def add_entries(
    store: Store,
    gazetteer: str,
    entries: Iterable[NewEntry],
    progress: Callable[[int], None] | None = None,
) -> Added:
    """Add entries to a gazetteer, making it where needed; equal ones are known already.

    A stream: memory stays flat. `progress` is told how many were read. Cut off and repeated, it
    ends the same.
    """
    added = Added()
    (there,) = store.db.execute("SELECT count(*) FROM entries").fetchone()
    for rows in _batched(entries):
        if there + added.new + len(rows) > LIMIT:
            rows = rows[: max(0, LIMIT - there - added.new)]
            added.full = True
        with store.transaction() as db:
            number = _gazetteer(db, gazetteer)
            written = db.executemany(
                "INSERT OR IGNORE INTO entries (gazetteer, label, pattern, kind, given)"
                f" VALUES ({number}, ?, ?, ?, ?)",
                rows,
            )
        added.new += written.rowcount
        added.known += len(rows) - written.rowcount
        if progress:
            progress(added.new + added.known)
        if added.full:
            break
    return added


def _batched(entries: Iterable[NewEntry]) -> Iterator[list[NewEntry]]:
    iterator = iter(entries)
    while chunk := list(itertools.islice(iterator, CHUNK)):
        yield chunk


def learnt_entry(db: sqlite3.Connection, label: str, pattern: str) -> int:
    """The number of a name that annotators taught, made where it is not there.

    Runs inside the caller's transaction.
    """
    number = _gazetteer(db, ACCEPTED)
    db.execute(
        "INSERT OR IGNORE INTO entries (gazetteer, label, pattern) VALUES (?, ?, ?)",
        (number, label, pattern),
    )
    (found,) = db.execute(
        "SELECT id FROM entries WHERE gazetteer = ? AND label = ? AND pattern = ?"
        " AND kind = 'name'",
        (number, label, pattern),
    ).fetchone()
    return int(found)


def _gazetteer(db: sqlite3.Connection, name: str) -> int:
    db.execute("INSERT OR IGNORE INTO gazetteers (name, added) VALUES (?, ?)", (name, time.time()))
    (number,) = db.execute("SELECT id FROM gazetteers WHERE name = ?", (name,)).fetchone()
    return int(number)


def remove_gazetteer(store: Store, name: str) -> int:
    """Delete a gazetteer with its entries and their evidence; how many entries it had.

    Annotations stay as they are. Raises KeyError where there is none of that name.
    """
    row = store.db.execute("SELECT id FROM gazetteers WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise KeyError(name)
    removed, last = 0, -1
    while removed != last:
        last = removed
        with store.transaction() as db:
            numbers = [
                number
                for (number,) in db.execute(
                    "SELECT id FROM entries WHERE gazetteer = ? LIMIT ?", (row[0], CHUNK)
                )
            ]
            removed += _delete(db, numbers)
            if not numbers:
                db.execute("DELETE FROM gazetteers WHERE id = ?", row)
    return removed


def remove_entries(store: Store, numbers: Iterable[int]) -> int:
    """Delete entries with their evidence; how many there were."""
    with store.transaction() as db:
        return _delete(db, list(numbers))


def _delete(db: sqlite3.Connection, numbers: list[int]) -> int:
    rows = [(number,) for number in numbers]
    db.executemany("DELETE FROM evidence WHERE entry = ?", rows)
    return db.executemany("DELETE FROM entries WHERE id = ?", rows).rowcount if rows else 0


def listed(store: Store) -> list[Listed]:
    """The project's gazetteers, by name."""
    kinds: dict[str, dict[str, int]] = {}
    labels: dict[str, dict[str, int]] = {}
    for name, kind, label, count in store.db.execute(
        f"SELECT g.name, e.kind, e.label, count(*) FROM {_TABLES} GROUP BY 1, 2, 3 ORDER BY 4 DESC"
    ):
        kinds.setdefault(name, {})[kind] = kinds.get(name, {}).get(kind, 0) + count
        labels.setdefault(name, {})[label] = labels.get(name, {}).get(label, 0) + count
    return [
        Listed(name, added, kinds.get(name, {}), labels.get(name, {}))
        for name, added in store.db.execute("SELECT name, added FROM gazetteers ORDER BY name")
    ]


def entries_of(store: Store, numbers: Iterable[int]) -> dict[int, Entry]:
    """The entries of these numbers, those that there are."""
    found: dict[int, Entry] = {}
    wanted = list(numbers)
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        marks = ",".join("?" * len(part))
        query = f"SELECT {_COLUMNS} FROM {_TABLES} WHERE e.id IN ({marks})"
        found.update((row[0], Entry(*row)) for row in store.db.execute(query, part))
    return found


def entries_after(
    store: Store, number: int, kinds: Iterable[Kind] = ("name",)
) -> Iterator[tuple[int, str]]:
    """Number and pattern of the entries behind a number, in order: a stream."""
    names = ",".join(f"'{kind}'" for kind in KINDS if kind in set(kinds))
    yield from store.db.execute(
        f"SELECT id, pattern FROM entries WHERE id > ? AND kind IN ({names}) ORDER BY id",
        (number,),
    )


def patterns(store: Store) -> list[Entry]:
    """The token patterns and expressions, in order of number."""
    return [
        Entry(*row)
        for row in store.db.execute(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE e.kind <> 'name' ORDER BY e.id"
        )
    ]


def last_number(store: Store) -> int:
    """The highest number that an entry has; 0 where there is none."""
    (number,) = store.db.execute("SELECT coalesce(max(id), 0) FROM entries").fetchone()
    return int(number)


def entry_count(store: Store) -> int:
    """How many entries there are of all kinds."""
    (count,) = store.db.execute("SELECT count(*) FROM entries").fetchone()
    return int(count)


def search(store: Store, *, gazetteer: str | None = None, after: int = 0) -> Iterator[Entry]:
    """Entries behind a number, in order: of one gazetteer if named. A stream."""
    yield from (
        Entry(*row)
        for row in store.db.execute(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE (:gazetteer IS NULL OR g.name = :gazetteer)"
            " AND e.id > :after ORDER BY e.id",
            {"gazetteer": gazetteer, "after": after},
        )
    )
