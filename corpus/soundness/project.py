"""Whether a project is sound: its file, its store by every invariant, every span against its text.

Reads only, and judges; what is printed of it is told elsewhere, and mending is for people.
"""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from tonemark.corpus.borders import called, misfits
from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.project import Project, read_project
from tonemark.corpus.project_file import PROJECT_FILE
from tonemark.corpus.schema import APPLICATION_ID, SCHEMA, SCHEMA_VERSION
from tonemark.corpus.soundness.documents import examine_documents, examine_texts
from tonemark.corpus.soundness.entries import examine_entries
from tonemark.corpus.soundness.files import examine_files, examine_journals
from tonemark.corpus.soundness.findings import Checked as Checked
from tonemark.corpus.soundness.findings import Finding as Finding
from tonemark.corpus.soundness.findings import first_of_each
from tonemark.corpus.soundness.spans import BACKUP
from tonemark.corpus.store import STORE_FILE, Store, counts_of
from tonemark.corpus.store_file import rollback_journal, why_full
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.files import open_regular, typed

_MARKS = (b"SQLite format 3", SCHEMA_VERSION.to_bytes(4, "big"), APPLICATION_ID.to_bytes(4, "big"))
"""What stands in the header of a store."""

PAGES_NAMED = 5
"""Faults of SQLite's own check that are given: one damaged page can be the cause of hundreds."""


def examine(folder: Path, checked: Checked | None = None) -> Iterator[Finding]:
    """All that is wrong with the project in `folder`; nothing where all is well.

    Opens the store for reading, beside whoever works on it, and changes nothing. A stream: memory
    stays flat, and the quick looks come first. A store that cannot be opened is a finding; faults
    of the data raise nothing. `checked` is filled meanwhile.
    """
    return _with_rescue(first_of_each(_examine(folder, checked or Checked())), folder)


def _with_rescue(findings: Iterable[Finding], folder: Path) -> Iterator[Finding]:
    """Say once what is left where there is no backup."""
    told = False
    for finding in findings:
        if not told and finding.remedy.startswith(BACKUP):
            told = True
            remedy = f"{finding.remedy}\n{rescue_remedy(folder / STORE_FILE)}"
            finding = replace(finding, remedy=remedy)
        yield finding


def _examine(folder: Path, checked: Checked) -> Iterator[Finding]:
    project = None
    try:
        project = read_project(folder)
    except TonemarkError as error:
        yield Finding(error.title, PROJECT_FILE, error.remedy)
    yield from examine_files(folder)
    path = folder / STORE_FILE
    try:
        store = Store(path, reading=True)
    except TonemarkError as error:
        can = _is_ours(path) and not why_full(path)
        rescue = f"\n{rescue_remedy(path)}" if can else ""
        yield Finding(error.title, STORE_FILE, f"{error.remedy}{rescue}")
        return
    try:
        # One state for all that follows, while others go on writing.
        store.db.execute("BEGIN")
        yield from _examine_store(store, project, folder, checked)
    except sqlite3.DatabaseError as error:
        yield _broken(path, str(error))
    finally:
        store.close()


def _examine_store(
    store: Store, project: Project | None, folder: Path, checked: Checked
) -> Iterator[Finding]:
    db, path = store.db, store.path
    named = []
    for (fault,) in db.execute(f"PRAGMA quick_check({PAGES_NAMED})"):
        if fault != "ok":
            named.append(fault)
            yield _broken(path, fault)
    yield from _examine_schema(db, path)
    if named:
        return  # what the rest would find are the effects of this
    yield from examine_texts(db)
    yield from examine_documents(db, project, folder, checked)
    if project:
        yield from _examine_borders(store, project)
    yield from _examine_tables(db, path)
    yield from examine_entries(db, path)
    yield from examine_journals(db, folder, checked)
    for (fault,) in db.execute(f"PRAGMA integrity_check({PAGES_NAMED})"):
        if fault != "ok":
            remedy = f"Copy the folder first, then:\n    sqlite3 {_quoted(path)} REINDEX"
            yield Finding("An index of the store differs from its table.", fault, remedy)


def _examine_schema(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    fresh = sqlite3.connect(":memory:")
    fresh.executescript(SCHEMA)
    query = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
    wanted, there = (
        {(kind, name): sql for kind, name, sql in each.execute(query)} for each in (fresh, db)
    )
    fresh.close()
    for (kind, name), sql in wanted.items():
        if there.get((kind, name)) != sql:
            index = kind == "index" and (kind, name) not in there
            remedy = _backup(path)
            if index:
                remedy = f"Make it again:\n    sqlite3 {_quoted(path)} {shlex.quote(sql)}"
            yield Finding(f"The store lacks a {kind} that it should have.", name, remedy)


def _examine_tables(db: sqlite3.Connection, path: Path) -> Iterator[Finding]:
    """The tables that belong to no single document."""
    tickets = db.execute("SELECT last, places FROM ticket").fetchall()
    (last,) = db.execute(
        "SELECT max(coalesce(max(sequence), 0), coalesce(max(deferred), 0),"
        " coalesce(max(answered), 0), coalesce(max(number), 0)) FROM claims"
    ).fetchone()
    what = "The counter that orders claims and answers is behind them."
    mend = f"Mend it:\n    sqlite3 {_quoted(path)} "
    if len(tickets) != 1:
        yield Finding("The table of the counter should have one row.", f"it has {len(tickets)}",
                      _backup(path))  # fmt: skip
    elif not isinstance(tickets[0][0], int) or tickets[0][0] < last:
        remedy = mend + shlex.quote(f"UPDATE ticket SET last = {last}")
        yield Finding(what, f"it stands at {tickets[0][0]}, the last of them at {last}", remedy)
    else:
        wrong, key = db.execute(
            "SELECT count(*), min(d.key) FROM documents d, ticket t WHERE t.places AND d.places"
            " NOT IN (max(d.given, t.places), max(d.given, iif(t.share < 1, 1, t.places)))"
        ).fetchone()
        if wrong:
            yield Finding(
                "Documents do not have the places that the store says all have.",
                f"{wrong:,}, of them {key}",
                mend + shlex.quote("UPDATE ticket SET places = 0"),
            )
    wrong, key = db.execute(
        "SELECT count(*), min(key) FROM documents WHERE typeof(given) <> 'integer' OR given < 0"
        " OR typeof(priority) <> 'integer' OR priority NOT BETWEEN ? AND ?",
        (LOWEST, HIGHEST),
    ).fetchone()
    if wrong:
        sql = "UPDATE documents SET given = 0 WHERE typeof(given) <> 'integer' OR given < 0;"
        sql += " UPDATE documents SET priority = 0 WHERE typeof(priority) <> 'integer' OR"
        sql += f" priority NOT BETWEEN {LOWEST} AND {HIGHEST}; UPDATE ticket SET places = 0"
        yield Finding(
            "What the store has of when documents come, or to how many, is no number that can be.",
            f"{wrong:,}, of them {key}", mend + shlex.quote(sql),
        )  # fmt: skip
    for routing, compared in db.execute(
        "SELECT typeof(places) = 'integer' AND places BETWEEN 0 AND 1000 AND typeof(share) = 'real'"
        " AND share BETWEEN 0 AND 1, typeof(compared) = 'integer' AND compared BETWEEN 0 AND"
        " (SELECT coalesce(max(id), 0) FROM annotations) FROM ticket"
    ):
        if not routing:
            what = "To how many annotators all documents go is no number that can be."
            remedy = mend + shlex.quote("UPDATE ticket SET places = 0, share = 1")
            yield Finding(what, "ticket", remedy)
        if not compared:
            what = "How far annotations were compared with each other is noted wrongly."
            yield Finding(what, "ticket", mend + shlex.quote("UPDATE ticket SET compared = 0"))
    for annotator, document in db.execute(
        "SELECT annotator, document FROM cursors WHERE typeof(document) <> 'integer'"
        " OR typeof(priority) <> 'integer'"
        " OR document < 0 OR document > (SELECT coalesce(max(id), 0) FROM documents)"
    ):
        yield Finding(
            "A queue stands at a document that there is not.", f"{annotator}: {document}",
            mend + shlex.quote("DELETE FROM cursors"),
        )  # fmt: skip
    for table, row, parent, _ in db.execute("PRAGMA foreign_key_check"):
        where = f"{table} {row or ''}".strip()
        yield Finding(f"A row belongs to none of the {parent}.", where, _backup(path))
    for word, counts in db.execute("SELECT word, counts FROM words"):
        if counts_of(counts) is None:
            yield Finding("The counts of a word cannot be read.", str(word), _backup(path))


def _examine_borders(store: Store, project: Project) -> Iterator[Finding]:
    """The spans that do not lie on the borders of tokens: nothing is wrong with them, but whoever
    changed the tokenizer should know."""
    try:
        # Nobody's code runs here: of what a plug-in made, what is in the store is looked at.
        tokenizer = tokenizer_of(project, loads_code=False)
    except TonemarkError:
        return  # told elsewhere
    for each in misfits(store, tokenizer):
        who = f", {each.annotator}" if each.annotator else ""
        place = f"document {each.document} ({each.key}){who}"
        start, end, label = each.stretch.start, each.stretch.end, each.stretch.label
        yield Finding(
            f"A {called(each.stretch)} does not lie on the borders of tokens: it stays as it is.",
            f"{place}: {start} to {end} {label}",
            "Look whether the tokenizer or the span is meant otherwise.",
            harmless=True,
        )


def _broken(path: Path, fault: str) -> Finding:
    lines = [line for line in fault.splitlines() if not line.startswith("***")]
    return Finding("The store's file is damaged.", "; ".join(lines) or fault, _backup(path))


def _backup(path: Path) -> str:
    return f"Copy the folder first. Put {path.name} back from a backup.\n{rescue_remedy(path)}"


def rescue_remedy(path: Path) -> str:
    """What is left where there is no backup."""
    folder = path.parent
    saved = folder.with_name(f"{folder.resolve().name}-saved.sqlite")
    return (
        "Without one, save what can be read:\n"
        f"    tonemark doctor {typed(folder)} --rescue {typed(saved)}"
    )


def _is_ours(path: Path) -> bool:
    """Whether a file that cannot be opened was one of this version's stores.

    Not to be asked while it is open: closing it here would drop SQLite's locks. Not where a
    rollback journal lies beside it, which SQLite's shell would play back.
    """
    if rollback_journal(path):
        return False
    try:
        with open_regular(path) as stream:
            header = stream.read(100)
    except OSError:
        return False
    return (header[:15], header[60:64], header[68:72]) == _MARKS


def _quoted(path: Path) -> str:
    return shlex.quote(str(path))
