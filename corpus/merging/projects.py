"""Whole projects put together into a new one: documents met, annotators kept apart.

What is read stays as it is; the new project appears whole or not at all. The modules `merged_*`
tell what of it is whose.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.claims import TO_DO
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.intake import CACHE, CHECKPOINT
from tonemark.corpus.journal import JOURNALS, parse, read_journal
from tonemark.corpus.merging.documents import Meetings, meetings
from tonemark.corpus.merging.entries import Sources, carry_entries, keep_numbers
from tonemark.corpus.merging.people import People, people_of
from tonemark.corpus.merging.reports import Merged, Side
from tonemark.corpus.merging.rows import CHUNK, NUMBERS, Found, found_documents
from tonemark.corpus.merging.settings import settle
from tonemark.corpus.merging.tables import Numbers, Tables
from tonemark.corpus.merging.tokens import Cutting, cuts_alike
from tonemark.corpus.merging.work import Carrying
from tonemark.corpus.places import set_places
from tonemark.corpus.project import Project, folder_name, read_project
from tonemark.corpus.soundness.rows import is_legible
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.corpus.store_file import in_words
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.files import share, sync_folder, typed

NAME = 24
"""Characters of a project's name that stand before a key."""

Finish = Callable[[Project, Store], None]
"""What is done with the new project before it appears."""


class Wishes(NamedTuple):
    """How projects are to be put together: whether documents meet by text, too, and whose names are
    of one person in all of them; `everybody`: all that are equal."""

    by_text: bool = False
    same: frozenset[str] = frozenset()
    everybody: bool = False


class _Source(NamedTuple):
    """A project that is read."""

    project: Project
    store: Store
    side: Side


def merge(
    folders: Sequence[Path],
    target: Path,
    wishes: Wishes,
    *,
    finish: Finish = lambda project, store: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Merged:
    """Make a new project in `target` of those in `folders`; where they differ, the first has its
    way.

    All answers of annotators come over, with the revisions before them, and all gold; claims, pages
    that are begun, journals and events do not. `finish` is given the new project before it appears,
    `progress` how many documents are done, of how many. Raises TonemarkError, having written
    nothing, where `target` is there already or one of the projects cannot be opened.
    """
    target = Path(os.path.abspath(target))
    _check_folders(folders, target)
    projects = [read_project(folder) for folder in folders]
    with contextlib.ExitStack() as opened:
        sources = []
        for project, name in zip(projects, _names_of(folders), strict=True):
            store = Store(project.folder / STORE_FILE, reading=True)
            opened.callback(store.close)
            store.db.execute("BEGIN")  # one state, while others go on writing
            sources.append(_Source(project, store, Side(name, project.folder)))
        target.parent.mkdir(parents=True, exist_ok=True)
        place = tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
        opened.callback(shutil.rmtree, place, ignore_errors=True)
        made = Path(place) / target.name
        made.mkdir()
        merged = _merged(sources, made, target, wishes, finish, progress)
        _appear(made, target)
    return merged._replace(folder=target)


def _check_folders(folders: Sequence[Path], target: Path) -> None:
    if os.path.lexists(target) and not (target.is_dir() and not any(target.iterdir())):
        raise TonemarkError(
            f"{target} is there already.", "Nothing was written: choose another folder with -o."
        )
    there = [os.path.realpath(folder) for folder in folders]
    for folder, path in zip(folders, there, strict=True):
        if there.count(path) > 1:
            raise TonemarkError(f"{folder} is named twice.", "Name each project once.")
        if Path(os.path.realpath(target)).is_relative_to(path):
            raise TonemarkError(
                f"{target} lies in {folder}, which is only read.", "Choose a folder beside it."
            )


def _names_of(folders: Sequence[Path]) -> list[str]:
    """What the projects are called in keys and names: as their folders, each once."""
    names: list[str] = []
    for folder in folders:
        name = "".join("-" if c.isspace() or c == ":" else c for c in folder_name(folder)[:NAME])
        again = sum(each == name or each.startswith(f"{name}-") for each in names)
        names.append(f"{name}-{again + 1}" if name in names else name)
    return names


def _appear(made: Path, target: Path) -> None:
    try:
        sync_folder(made)
        share(made, target.parent)
        os.rename(made, target)
        sync_folder(target.parent)
    except OSError as error:
        raise TonemarkError(
            f"{target} cannot be made: {error.strerror or error}.", "Nothing was written."
        ) from None


def _merged(
    sources: Sequence[_Source],
    made: Path,
    target: Path,
    wishes: Wishes,
    finish: Finish,
    progress: Callable[[int, int], None],
) -> Merged:
    sides = tuple(source.side for source in sources)
    _name_people(sources, wishes)
    project = settle(made, target, [source.project for source in sources], sides)
    create_store(made / STORE_FILE)
    into = Store(made / STORE_FILE)
    try:
        into.db.execute(f"PRAGMA cache_size = {-CACHE}")
        into.db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT}")
        total = sum(source.store.document_count() for source in sources)
        done = 0
        for at, source in enumerate(sources):
            try:
                for _ in _carry(into, project, source, wishes, first=at == 0):
                    done += 1
                    if done % CHUNK == 0:
                        progress(done, total)
            except sqlite3.DatabaseError as error:
                raise _unread(source, error) from error
        _count(into)
        set_places(into, project.overlap, project.overlap_share)
        finish(project, into)
        (documents, answers, gold) = into.db.execute(
            "SELECT (SELECT count(*) FROM documents),"
            " (SELECT count(*) FROM annotations WHERE current),"
            " (SELECT count(*) FROM gold WHERE current)"
        ).fetchone()
    finally:
        into.close()
    return Merged(target, documents, answers, gold, sides)


def _unread(source: _Source, error: sqlite3.DatabaseError) -> Exception:
    told = in_words(error)
    if told is None:
        return error
    folder = source.project.folder
    return TonemarkError(
        f"{folder}: {told.title}",
        f"Nothing was written. What is wrong, and what to do:\n    tonemark doctor {typed(folder)}",
    )


def _name_people(sources: Sequence[_Source], wishes: Wishes) -> None:
    """Call those otherwise whose names are taken. Raises TonemarkError where somebody who is said
    to be one person is not in two of the projects."""
    found = [people_of(source.store.db) for source in sources]
    found[0] |= {*sources[0].project.team, *sources[0].project.reviewers}
    shared = {name for names in found for name in names if sum(name in n for n in found) > 1}
    if strange := sorted(wishes.same - shared):
        raise TonemarkError(
            f"{strange[0]} is not in two of these projects.",
            f"In more than one: {', '.join(sorted(shared)) or 'nobody'}.",
        )
    people = People(lambda name: wishes.everybody or name in wishes.same)
    for source, names in zip(sources, found, strict=True):
        source.side.people = tuple(sorted(names))
        source.side.renamed = people.admitted(names, source.side.name)


def _carry(
    into: Store, project: Project, source: _Source, wishes: Wishes, *, first: bool
) -> Iterator[Found]:
    """Bring all of one project into the store, and yield each document of it when it is there."""
    coming, side = source.store.db, source.side
    highest = _highest(source)
    for name, key in _begun(source):
        side.open_pages.add(f"{name} at {key}")
    _count_stray(coming, side)
    entries = carry_entries(into, coming, first=first)
    if first:
        keep_numbers(into, coming)
    side.entries, side.known_entries = entries.new, entries.known
    if entries.left_out:
        side.left_out.add(f"{entries.left_out:,} entries of gazetteers: they cannot be read")
    if first:
        rows = coming.execute("SELECT id, name FROM sources").fetchall()
        met = Meetings(sources={number: name for number, name in rows if is_legible(name)})
    else:
        met = meetings(into.db, coming, by_text=wishes.by_text)
    side.ambiguous = met.ambiguous
    number, annotation, ticket = _reached(into)
    tables = Tables(into.db)
    carrying = Carrying(
        tables=tables,
        side=side,
        met=met,
        names=side.renamed,
        sources=None if first else Sources(into.db, coming),
        producers=_producers(into, coming),
        cutting=Cutting(
            into,
            cache(lambda: tokenizer_of(project, loads_code=True)),
            source.store,
            cache(lambda: tokenizer_of(source.project, loads_code=True)),
            alike=first or cuts_alike(project, source.project),
        ),
        annotations=Numbers(annotation, annotation + highest[0]),
        tickets=Numbers(ticket, ticket + highest[1]),
        number=number,
    )
    documents = found_documents(coming)
    is_left = True
    while is_left:
        with into.transaction():
            taken = []
            for found in documents:
                carrying.take(found)
                taken.append(found)
                if len(taken) == CHUNK:
                    break
            tables.write()
        yield from taken
        is_left = len(taken) == CHUNK


def _highest(source: _Source) -> tuple[int, int]:
    """The highest number that anything said has in a store, and that of its claims."""
    row = source.store.db.execute(
        "SELECT max(coalesce((SELECT max(id) FROM annotations), 0),"
        " coalesce((SELECT max(id) FROM gold), 0)),"
        " (SELECT max(coalesce(max(sequence), 0), coalesce(max(number), 0),"
        " coalesce(max(answered), 0)) FROM claims)"
    ).fetchone()
    if not all(type(each) is int and 0 <= each < NUMBERS for each in row):
        folder = source.project.folder
        raise TonemarkError(
            f"The store of {folder} has numbers that nothing can have.",
            f"Nothing was written. What is wrong, and what to do:\n    tonemark doctor"
            f" {typed(folder)}",
        )
    return row[0], row[1]


def _reached(into: Store) -> tuple[int, int, int]:
    """The last numbers of documents, of what was said, and of claims."""
    row = into.db.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM documents),"
        " max(coalesce((SELECT max(id) FROM annotations), 0),"
        " coalesce((SELECT max(id) FROM gold), 0)),"
        " (SELECT max(coalesce(max(sequence), 0), coalesce(max(number), 0),"
        " coalesce(max(answered), 0)) FROM claims)"
    ).fetchone()
    return row[0], row[1], row[2]


def _producers(into: Store, coming: sqlite3.Connection) -> dict[int, int]:
    """The numbers that producers of suggestions have in the store that they come into."""
    found = {}
    with into.transaction() as db:
        for number, *key in coming.execute("SELECT id, name, version FROM producers"):
            if is_legible(key[0]) and is_legible(key[1]):
                db.execute("INSERT OR IGNORE INTO producers (name, version) VALUES (?, ?)", key)
                (found[number],) = db.execute(
                    "SELECT id FROM producers WHERE name = ? AND version = ?", key
                ).fetchone()
    return found


def _count_stray(coming: sqlite3.Connection, side: Side) -> None:
    """Answers and gold that are of no document."""
    for table, what in (("annotations", "answers"), ("gold", "golds")):
        (count,) = coming.execute(
            f"SELECT count(*) FROM {table} WHERE current"
            " AND document NOT IN (SELECT id FROM documents)"
        ).fetchone()
        if count:
            side.left_out.add(f"{count:,} {what} of no document")


def _count(into: Store) -> None:
    """Places and tickets, from what there is."""
    with into.transaction() as db:
        db.execute(
            "UPDATE documents SET (taken, given, places) = (SELECT count(*), count(*),"
            " max(1, count(*)) FROM claims WHERE document = documents.id AND counted)"
            " WHERE id IN (SELECT document FROM claims)"
        )
        db.execute("UPDATE ticket SET last = ?, places = 0", (_reached(into)[2],))


def _begun(source: _Source) -> Iterator[tuple[str, str]]:
    """Whose pages have something on them that is no answer yet, and the documents."""
    db = source.store.db
    for name, document, number, key in db.execute(
        "SELECT c.annotator, c.document, c.number, d.key FROM claims c"
        f" JOIN documents d ON d.id = c.document WHERE {TO_DO} ORDER BY c.annotator, c.document"
    ):
        kinds = [
            kind
            for (kind,) in db.execute(
                "SELECT kind FROM events WHERE document = ? AND annotator = ? ORDER BY number",
                (document, name),
            )
        ]
        if is_legible(name) and is_legible(key):
            kinds += _journaled(source.project.folder, name, document, number)
            while "answer" in kinds:
                del kinds[: kinds.index("answer") + 1]
            if {"edit", "undo", "redo"} & {*kinds}:
                yield name.removeprefix("+"), key


def _journaled(folder: Path, name: str, document: object, number: object) -> list[str]:
    """The kinds of the events that stand in a journal only."""
    if "/" in name or name.startswith("."):
        return []
    path = folder / JOURNALS / name / f"{document}.{number}.log"
    with contextlib.suppress(OSError, TonemarkError, *MALFORMED):
        return [event.kind for event in parse(read_journal(path))]
    return []
