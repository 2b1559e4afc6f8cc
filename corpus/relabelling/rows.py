"""A label under another name in the tables of a store: spans, suggestions, entries, histories.

Where the new name is in use the two become one: equal spans are one span, and what was said of
entries is weighed anew. Runs inside the caller's transaction; knows nothing of project.toml.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, NamedTuple

from tonemark.corpus.annotations import storable_json, write_spans
from tonemark.corpus.annotators import is_reviewing
from tonemark.corpus.counting import count_anew
from tonemark.corpus.documents import damaged
from tonemark.corpus.events import MALFORMED, Event
from tonemark.corpus.produced import let_patterns_be_made_anew
from tonemark.corpus.relabelling.events import Renaming, rewritten, shortened, written_as
from tonemark.corpus.reviews import look_again
from tonemark.corpus.spans import Span, parsed_sources
from tonemark.files import parsed


class Scope(NamedTuple):
    """Where a label is renamed: on these documents, and in one annotator's work if named."""

    documents: list[int]
    annotator: str | None = None


class Relabelled(NamedTuple):
    """How much had the label: spans of answers that stand, spans of gold, suggestions, entries of
    gazetteers; and how many spans became one with another."""

    spans: int = 0
    gold: int = 0
    suggestions: int = 0
    entries: int = 0
    merged: int = 0


def uses_of(db: sqlite3.Connection, label: str) -> Relabelled:
    """How much has a label."""
    counts = (
        "SELECT count(*) FROM spans s JOIN annotations a ON a.id = s.annotation AND a.current",
        "SELECT count(*) FROM gold_spans s JOIN gold g ON g.id = s.gold AND g.current",
        "SELECT count(*) FROM suggestions s",
        "SELECT count(*) FROM entries s",
    )
    return Relabelled(
        *(db.execute(f"{each} WHERE s.label = ?", (label,)).fetchone()[0] for each in counts)
    )


def is_used(db: sqlite3.Connection, label: str) -> bool:
    """Whether anything has a label, superseded answers, histories and what was dropped included."""
    tables = ("spans", "gold_spans", "suggestions", "entries")
    for table in tables:
        if db.execute(f"SELECT 1 FROM {table} WHERE label = ? LIMIT 1", (label,)).fetchone():
            return True
    return any(
        db.execute("SELECT 1 FROM events WHERE instr(data, ?) LIMIT 1", (name,)).fetchone()
        for name in written_as(label)
    )


def relabel_rows(
    db: sqlite3.Connection, old: str, new: str, scope: Scope | None = None
) -> Relabelled:
    """Rename a label everywhere, or in a part of the work.

    Raises TonemarkError where the history of a document cannot be read.
    """
    said = uses_of(db, old)
    where = _Where(scope, {"old": old, "new": new})
    is_merged = _are_both(db, where)
    # While the old label is still there to tell which.
    differing = _weigh_anew(db, where) if is_merged else None
    merged = sum(len(_that_meet(db, where, table)) for table in _PARENTS)
    _relabel_events(db, where)
    for table, (column, parent) in _PARENTS.items():
        _merge_spans(db, where, table)
        db.execute(
            f"UPDATE {table} SET label = :new WHERE label = :old"
            f" {where.of(f'{column} IN (SELECT id FROM {parent} a WHERE {{}})', parent)}",
            where.values,
        )
    if scope is None or scope.annotator is None:
        _relabel_suggestions(db, where)
    if scope is None:
        _relabel_entries(db, old, new)
    _relabel_differences(db, old, new, differing)
    return said._replace(merged=merged)


class _Where:
    """The conditions of a scope, as SQL."""

    def __init__(self, scope: Scope | None, values: dict[str, Any]) -> None:
        self.scope = scope
        self.values = values
        if scope is not None:
            self.values |= {"n": json.dumps(scope.documents), "name": scope.annotator}

    def of(self, form: str, table: str, prefix: str = "a.") -> str:
        """`AND` a condition, in which `{}` stands for those on a row with a document; of gold, and
        of suggestions, an annotator has none."""
        if self.scope is None:
            return ""
        wanted = f"{prefix}document IN (SELECT value FROM json_each(:n))"
        if self.scope.annotator is not None:
            wanted += f" AND {prefix}annotator = :name" if table in _HERS else " AND 0"
        return f"AND {form.format(wanted)}"


_HERS = ("annotations", "events")
_PARENTS = {"spans": ("annotation", "annotations"), "gold_spans": ("gold", "gold")}
"""Tables of spans: the column that names the row they belong to, and its table."""


def _are_both(db: sqlite3.Connection, where: _Where) -> bool:
    """Whether the new label is in use beside the old one, so that what they say comes together."""
    return any(
        db.execute(f"SELECT 1 FROM {table} WHERE label = :new LIMIT 1", where.values).fetchone()
        for table in ("spans", "gold_spans", "entries")
    )


# Spans


def _that_meet(db: sqlite3.Connection, where: _Where, table: str) -> list[tuple[Any, ...]]:
    """Spans that will be equal: the rows that have the old label and the new one, and sources."""
    column, parent = _PARENTS[table]
    return db.execute(
        f"SELECT o.rowid, n.rowid, o.sources, n.sources FROM {table} o JOIN {table} n"
        f" ON n.{column} = o.{column} AND n.start_char = o.start_char AND n.end_char = o.end_char"
        f" AND n.label = :new JOIN {parent} a ON a.id = o.{column} WHERE o.label = :old"
        f" {where.of('{}', parent)}",
        where.values,
    ).fetchall()


def _merge_spans(db: sqlite3.Connection, where: _Where, table: str) -> None:
    """Make spans that will be equal one, with the sources of both."""
    for gone, kept, others, its in _that_meet(db, where, table):
        query = f"UPDATE {table} SET sources = ? WHERE rowid = ?"
        db.execute(query, (_both(its, others), kept))
        db.execute(f"DELETE FROM {table} WHERE rowid = ?", (gone,))


def _both(sources: Any, others: Any) -> str:
    try:
        both = (*parsed_sources(sources), *parsed_sources(others))
    except (TypeError, ValueError):
        return str(sources)  # damaged: as it was
    return json.dumps(list(dict.fromkeys(both)))


# Histories


def _relabel_events(db: sqlite3.Connection, where: _Where) -> None:
    old, new = where.values["old"], where.values["new"]
    found = {label: _naming(db, where, label) for label in (old, new)}
    renaming = Renaming(old, new)
    for hers, events in found[old].items():
        others = found[new].get(hers, [])
        if others and renaming.meet(_data(db, each) for each in {*events, *others}):
            _rewrite(db, *hers, old, new)
        else:
            for each in events:
                _rename(db, renaming, each)


Key = tuple[int, str, int, int]
"""What names an event: document, annotator, claim, number."""


def _naming(db: sqlite3.Connection, where: _Where, label: str) -> dict[tuple[int, str], list[Key]]:
    """The events that name a label, by document and annotator."""
    found: dict[tuple[int, str], list[Key]] = {}
    for name in written_as(label):
        for document, annotator, claim, number in db.execute(
            "SELECT document, annotator, claim, number FROM events e"
            f" WHERE instr(data, :named) {where.of('{}', 'events', 'e.')}",
            {**where.values, "named": name},
        ):
            found.setdefault((document, annotator), []).append((document, annotator, claim, number))
    return found


_EVENT = "document = ? AND annotator = ? AND claim = ? AND number = ?"


def _data(db: sqlite3.Connection, key: Key) -> str:
    (data,) = db.execute(f"SELECT data FROM events WHERE {_EVENT}", key).fetchone()
    return str(data)


def _rename(db: sqlite3.Connection, renaming: Renaming, key: Key) -> None:
    kind, data = db.execute(f"SELECT kind, data FROM events WHERE {_EVENT}", key).fetchone()
    try:
        renamed = renaming.of_data(kind, data)
    except MALFORMED:
        raise damaged(key[0], f"the work of {key[1]} on ") from None
    if renamed != data:
        db.execute(f"UPDATE events SET data = ? WHERE {_EVENT}", (renamed, *key))


def _rewrite(db: sqlite3.Connection, document: int, annotator: str, old: str, new: str) -> None:
    """Rewrite a history in which both labels stand, and the spans of the answers in it."""
    hers = (document, annotator)
    rows = db.execute(
        "SELECT claim, number, kind, data, time FROM events WHERE document = ? AND annotator = ?"
        " ORDER BY number, claim",
        hers,
    ).fetchall()
    try:
        events = [Event(number, kind, parsed(data), at) for _, number, kind, data, at in rows]
        try:
            made, answers = rewritten(document, events, old, new)
            claims = [row[0] for row in rows]
        except MALFORMED:
            made, answers = shortened(document, events, old, new)
            claims = [max(row[0] for row in rows)] * len(made)
    except MALFORMED:
        raise damaged(document, f"the work of {annotator} on ") from None
    db.execute("DELETE FROM events WHERE document = ? AND annotator = ?", hers)
    db.executemany(
        "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (*hers, claim, each.number, each.kind, storable_json(each.data), each.time)
            for claim, each in zip(claims, made, strict=True)
        ],
    )
    if not is_reviewing(annotator):
        _rewrite_answers(db, hers, answers)


def _rewrite_answers(
    db: sqlite3.Connection, hers: tuple[int, str], answers: Iterable[tuple[Span, ...]]
) -> None:
    """Let each revision have the spans that its events give now."""
    numbers = db.execute(
        "SELECT id FROM annotations WHERE document = ? AND annotator = ? ORDER BY revision", hers
    ).fetchall()
    told = list(answers)
    if len(numbers) != len(told):
        raise damaged(hers[0], f"the work of {hers[1]} on ")
    for (number,), spans in zip(numbers, told, strict=True):
        db.execute("DELETE FROM spans WHERE annotation = ?", (number,))
        write_spans(db, "spans", number, spans)


# Suggestions, entries and what they earned


def _relabel_suggestions(db: sqlite3.Connection, where: _Where) -> None:
    place = "document = ? AND producer = ? AND start_char = ? AND end_char = ?"
    here = where.of("{}", "suggestions", "o.")
    for *key, others, score, its, best in db.execute(
        "SELECT o.document, o.producer, o.start_char, o.end_char, o.sources, o.score, n.sources,"
        " n.score FROM suggestions o JOIN suggestions n ON n.document = o.document"
        " AND n.producer = o.producer AND n.start_char = o.start_char AND n.end_char = o.end_char"
        f" AND n.label = :new WHERE o.label = :old {here}",
        where.values,
    ).fetchall():
        db.execute(
            f"UPDATE suggestions SET sources = ?, score = ? WHERE {place} AND label = ?",
            (_both(its, others), max(score, best), *key, where.values["new"]),
        )
        db.execute(
            f"DELETE FROM suggestions WHERE {place} AND label = ?", (*key, where.values["old"])
        )
    db.execute(
        "UPDATE suggestions AS o SET label = :new WHERE label = :old"
        f" {where.of('{}', 'suggestions', 'o.')}",
        where.values,
    )


def _relabel_entries(db: sqlite3.Connection, old: str, new: str) -> None:
    """Rename entries; one whose pattern is there under the new label already is that one."""
    values = {"old": old, "new": new}
    twins = "SELECT o.id FROM entries o JOIN entries n ON n.pattern = o.pattern"
    twins += " AND n.label = :new AND n.kind = o.kind AND n.gazetteer = o.gazetteer"
    twins += " WHERE o.label = :old"
    gone = [(number,) for (number,) in db.execute(twins, values)]
    db.executemany("DELETE FROM evidence WHERE entry = ?", gone)
    db.executemany("DELETE FROM entries WHERE id = ?", gone)
    (patterns,) = db.execute(
        "SELECT count(*) FROM entries WHERE kind <> 'name' AND label = :old", values
    ).fetchone()
    db.execute("UPDATE entries SET label = :new WHERE label = :old", values)
    if patterns:
        let_patterns_be_made_anew(db)


def _weigh_anew(db: sqlite3.Connection, where: _Where) -> list[int]:
    """Let answers be weighed again on all documents where one of the labels says something of
    entries: what spoke against one may speak for it now. The documents of which the spans have the
    old label."""
    having = (
        "SELECT a.document FROM spans s JOIN annotations a ON a.id = s.annotation"
        f" WHERE s.label = :old {where.of('{}', 'annotations')} UNION"
        " SELECT a.document FROM gold_spans s JOIN gold a ON a.id = s.gold"
        f" WHERE s.label = :old {where.of('{}', 'gold')}"
    )
    differing = [number for (number,) in db.execute(having, where.values)]
    documents = {
        *differing,
        *(
            number
            for (number,) in db.execute(
                "SELECT DISTINCT a.document FROM evidence a JOIN entries n ON n.id = a.entry"
                f" WHERE n.label IN (:old, :new) {where.of('{}', 'evidence')}",
                where.values,
            )
        ),
    }
    these = {"n": json.dumps(sorted(documents))}
    among = "document IN (SELECT value FROM json_each(:n))"
    entries = [
        entry
        for (entry,) in db.execute(f"SELECT DISTINCT entry FROM evidence WHERE {among}", these)
    ]
    db.execute(f"DELETE FROM evidence WHERE {among}", these)
    db.execute(f"UPDATE annotations SET weighed = 0 WHERE weighed AND {among}", these)
    db.execute(f"UPDATE gold SET weighed = 0 WHERE weighed AND {among}", these)
    count_anew(db, entries)
    return differing


def _relabel_differences(
    db: sqlite3.Connection, old: str, new: str, differing: list[int] | None
) -> None:
    """Let the documents be compared anew on which labels came together; in the others only the name
    of the label in question is another."""
    if differing is not None:
        look_again(db, differing)
    rows = db.execute(
        "SELECT document, labels FROM differences WHERE instr(labels, ?) OR instr(labels, ?)",
        (written_as(old)[0], written_as(old)[-1]),
    ).fetchall()
    for document, labels in rows:
        names = {new if label == old else label for label in json.loads(labels)}
        db.execute(
            "UPDATE differences SET labels = ? WHERE document = ?",
            (json.dumps(sorted(names)), document),
        )
