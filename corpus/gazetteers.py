"""The entries of a project's gazetteers in its store: names, token patterns, expressions.

The store is the truth about them; how names are found in a text is told in the room of patterns,
and what annotators' answers say of them in `evidence`.
"""

from __future__ import annotations

import contextlib
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from tonemark.corpus.soundness.rows import DATED, HIGHEST, SOUND, is_legible
from tonemark.corpus.store import Store

ACCEPTED = "accepted"
"""The gazetteer of the names that annotators' accepted spans taught."""

LIMIT = 5_000_000
"""Entries that a project may have."""

CHUNK = 20_000
"""Entries that one transaction writes: others write in between."""

FEW = 500
"""Entries that are deleted at a time, TURN permitting."""

TURN, PAUSE = 0.05, 0.01
"""Seconds that a transaction deletes entries, and that others then have to begin theirs: they wait
by short sleeps."""

CACHE = 96 << 20
"""Bytes of a store that are kept in memory while entries are added: their index is in the order of
names, so that each chunk writes all over it."""

LOG_PAGES = 1 << 15
"""Pages of four KiB that the log of a store has, while entries are added, before they are brought
into it: what the chunks until then wrote to the same page is written there once."""

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
_TABLES = "entries e JOIN gazetteers g ON g.id = e.gazetteer AND typeof(g.name) = 'text'"


def _read(rows: Iterable[tuple[Any, ...]]) -> Iterator[Entry]:
    """The entries of rows of _COLUMNS."""
    for row in rows:
        entry = Entry(*row)
        if is_legible(entry.pattern) and is_legible(entry.label):
            yield entry


# Not INSERT OR IGNORE, which uses up a number for each entry that is there already: numbers tell
# how many names a trie lacks.
_ADD = (
    "INSERT INTO entries (gazetteer, label, pattern, kind, given)"
    " SELECT {gazetteer}, ?1, ?2, ?3, ?4 WHERE NOT EXISTS (SELECT 1 FROM entries"
    " WHERE pattern = ?2 AND label = ?1 AND kind = ?3 AND gazetteer = {gazetteer})"
)


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
    with _in_bulk(store.db):
        for rows in _batched(entries):
            room = LIMIT - there - added.new
            with store.transaction() as db:
                number = _gazetteer(db, gazetteer)
                if len(rows) > room:
                    fitting = _that_fit(db, number, rows, room)
                    rows, added.full = fitting, len(fitting) < len(rows)
                written = db.executemany(_ADD.format(gazetteer=number), rows)
            added.new += written.rowcount
            added.known += len(rows) - written.rowcount
            if progress:
                progress(added.new + added.known)
            if added.full:
                break
    return added


@contextlib.contextmanager
def _in_bulk(db: sqlite3.Connection) -> Iterator[None]:
    """Keep more of a store in memory, and its log for longer: of a million names a quarter is
    written of what would be."""
    (cache,) = db.execute("PRAGMA cache_size").fetchone()
    (log,) = db.execute("PRAGMA wal_autocheckpoint").fetchone()
    db.execute(f"PRAGMA cache_size = {-CACHE >> 10}")
    db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
    try:
        yield
    finally:
        db.execute(f"PRAGMA cache_size = {cache}")
        db.execute(f"PRAGMA wal_autocheckpoint = {log}")


def _that_fit(
    db: sqlite3.Connection, gazetteer: int, rows: list[NewEntry], room: int
) -> list[NewEntry]:
    """The first of some entries, as far as there is room for those of them that are new."""
    new: set[tuple[str, str, Kind]] = set()
    is_there = (
        "SELECT 1 FROM entries WHERE gazetteer = ? AND label = ? AND pattern = ? AND kind = ?"
    )
    for count, row in enumerate(rows):
        key = row[:3]
        if key in new or db.execute(is_there, (gazetteer, *key)).fetchone():
            continue
        if len(new) >= room:
            return rows[:count]
        new.add(key)
    return rows


def _batched(entries: Iterable[NewEntry]) -> Iterator[list[NewEntry]]:
    iterator = iter(entries)
    while chunk := list(itertools.islice(iterator, CHUNK)):
        yield chunk


def learnt_entry(db: sqlite3.Connection, label: str, pattern: str) -> int:
    """The number of a name that annotators taught, made where it is not there.

    Runs inside the caller's transaction.
    """
    number = _gazetteer(db, ACCEPTED)
    db.execute(_ADD.format(gazetteer=number), NewEntry(label, pattern))
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


def remove_gazetteer(store: Store, name: str, progress: Callable[[int], None] | None = None) -> int:
    """Delete a gazetteer with its entries and their evidence; how many entries it had.

    Annotations stay as they are. `progress` is told how many are gone. Raises KeyError where there
    is none of that name.
    """
    row = store.db.execute("SELECT id FROM gazetteers WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise KeyError(name)
    query = "SELECT id FROM entries WHERE gazetteer = ? LIMIT ?"
    removed, is_left = 0, True
    with _in_bulk(store.db):
        while is_left:
            with store.transaction() as db:
                deadline = time.monotonic() + TURN
                while numbers := [number for (number,) in db.execute(query, (row[0], FEW))]:
                    removed += _delete(db, numbers)
                    if time.monotonic() > deadline:
                        break
                is_left = bool(numbers)
                if not is_left:
                    db.execute("DELETE FROM gazetteers WHERE id = ?", row)
            if progress:
                progress(removed)
            time.sleep(PAUSE * is_left)
    return removed


def remove_entries(store: Store, numbers: Iterable[int]) -> int:
    """Delete entries with their evidence; how many there were."""
    with store.transaction() as db:
        return _delete(db, list(numbers))


def _delete(db: sqlite3.Connection, numbers: list[int]) -> int:
    rows = [(number,) for number in numbers]
    db.executemany("DELETE FROM evidence WHERE entry = ?", rows)
    return db.executemany("DELETE FROM entries WHERE id = ?", rows).rowcount if rows else 0


def gazetteer_names(store: Store) -> list[str]:
    """The names of the project's gazetteers, in order."""
    query = "SELECT name FROM gazetteers WHERE typeof(name) = 'text' ORDER BY name"
    return [name for (name,) in store.db.execute(query)]


def listed(store: Store) -> list[Listed]:
    """The project's gazetteers, by name; `added` is 0 where that cannot be read."""
    kinds: dict[str, dict[str, int]] = {}
    labels: dict[str, dict[str, int]] = {}
    for name, kind, label, count in store.db.execute(
        f"SELECT g.name, e.kind, e.label, count(*) FROM {_TABLES} GROUP BY 1, 2, 3 ORDER BY 4 DESC"
    ):
        if kind not in KINDS or not is_legible(label):
            continue
        kinds.setdefault(name, {})[kind] = kinds.get(name, {}).get(kind, 0) + count
        labels.setdefault(name, {})[label] = labels.get(name, {}).get(label, 0) + count
    return [
        Listed(name, added, kinds.get(name, {}), labels.get(name, {}))
        for name, added in store.db.execute(
            f"SELECT name, iif({DATED}, added, 0.0) FROM gazetteers g"
            " WHERE typeof(name) = 'text' ORDER BY name"
        )
    ]


def entries_of(store: Store, numbers: Iterable[int]) -> dict[int, Entry]:
    """The entries of these numbers, those that there are."""
    found: dict[int, Entry] = {}
    wanted = [number for number in numbers if 0 < number <= HIGHEST]
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        marks = ",".join("?" * len(part))
        query = f"SELECT {_COLUMNS} FROM {_TABLES} WHERE e.id IN ({marks}) AND {SOUND}"
        found.update((each.number, each) for each in _read(store.db.execute(query, part)))
    return found


def entries_after(
    store: Store, number: int, kinds: Iterable[Kind] = ("name",)
) -> Iterator[tuple[int, str]]:
    """Number and pattern of the entries behind a number, in order: a stream."""
    names = ",".join(f"'{kind}'" for kind in KINDS if kind in set(kinds))
    for found, pattern in store.db.execute(
        f"SELECT id, pattern FROM entries WHERE id > ? AND id <= ? AND kind IN ({names})"
        " ORDER BY id",
        (max(0, min(number, HIGHEST)), HIGHEST),
    ):
        if is_legible(pattern):
            yield found, pattern


def patterns(store: Store) -> list[Entry]:
    """The token patterns and expressions, in order of number."""
    # With ORDER BY e.id alone SQLite reads all entries in that order: the index has no names.
    query = f"SELECT {_COLUMNS} FROM {_TABLES} WHERE e.kind <> 'name' AND {SOUND} ORDER BY +e.id"
    return list(_read(store.db.execute(query)))


def last_number(store: Store) -> int:
    """The highest number that an entry has; 0 where there is none."""
    (number,) = store.db.execute(
        "SELECT coalesce(max(id), 0) FROM entries WHERE id BETWEEN 1 AND ?", (HIGHEST,)
    ).fetchone()
    return int(number)


def entry_count(store: Store, gazetteer: str | None = None) -> int:
    """How many entries there are of all kinds, in one gazetteer if named, damaged ones too."""
    query = "SELECT count(*) FROM entries"
    if gazetteer is not None:
        query += " WHERE gazetteer = (SELECT id FROM gazetteers WHERE name = ?)"
    (count,) = store.db.execute(query, () if gazetteer is None else (gazetteer,)).fetchone()
    return int(count)


def is_entry(store: Store, number: int) -> bool:
    """Whether there is an entry with this number, even a damaged one."""
    if not -(2**63) <= number < 2**63:
        return False
    row = store.db.execute("SELECT 1 FROM entries WHERE id = ?", (number,)).fetchone()
    return row is not None


def search(store: Store, *, gazetteer: str | None = None, after: int = 0) -> Iterator[Entry]:
    """Entries behind a number, in order: of one gazetteer if named. A stream."""
    of_one = " AND e.gazetteer = (SELECT id FROM gazetteers WHERE name = :gazetteer)"
    yield from _read(
        store.db.execute(
            f"SELECT {_COLUMNS} FROM {_TABLES} WHERE e.id > :after AND {SOUND}"
            f"{of_one if gazetteer is not None else ''} ORDER BY e.id",
            {"gazetteer": gazetteer, "after": max(0, min(after, HIGHEST))},
        )
    )
