"""Which documents a producer has made suggestions for, and writing them.

A producer is whatever makes suggestions ahead of the annotators, in a version: when that changes,
what it made is made anew. Knows of none what it does; suggestions that came with the data are
nobody's (producer 0), and stay.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from tonemark.corpus.ahead import documents_ahead
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, StoredTokenizer, current_id

PATTERNS = "patterns"
"""The producer that runs the project's token patterns and expressions."""

PIPELINE = "model"
"""The producer that runs the pipeline which the project names as its model."""

LEARNING = "learner"
"""The producer that suggests by what it learnt from answers: what is at all likely, its probability
as the score. What a page shows of it is told in `model_suggestions`."""


class Produced(NamedTuple):
    """What a producer made of a document; `fault` says what it failed on, in words."""

    document: int
    suggestions: tuple[Suggestion, ...] = ()
    fault: str = ""


def producer_id(store: Store, name: str, version: str) -> int:
    """The number that a producer of that version has in the store, which is written down."""
    key = (name, version)
    query = "SELECT id FROM producers WHERE name = ? AND version = ?"
    if row := store.db.execute(query, key).fetchone():
        return int(row[0])
    with store.transaction() as db:
        db.execute("INSERT OR IGNORE INTO producers (name, version) VALUES (?, ?)", key)
        (number,) = db.execute(query, key).fetchone()
    return int(number)


_UNOPENED = "NOT EXISTS (SELECT 1 FROM claims c WHERE c.document = {0})"
"""Nobody has had the document before her. What she was shown is in her events; another, to whom it
goes later, is to be shown the same: their agreement is compared."""


def put_produced(store: Store, producer: int, made: Iterable[Produced]) -> int:
    """Write what a producer made of documents: how many of them. A document that was opened
    meanwhile, or that it did before, is passed over."""
    written = 0
    with store.transaction() as db:
        for document, suggestions, fault in made:
            found = db.execute(
                "INSERT OR IGNORE INTO produced (producer, document, fault) SELECT ?, id, ?"
                f" FROM documents WHERE id = ? AND {_UNOPENED.format('id')}",
                (producer, fault, document),
            )
            if found.rowcount != 1:
                continue
            written += 1
            insert_suggestions(db, producer, Produced(document, suggestions))
    return written


def insert_suggestions(db: sqlite3.Connection, producer: int, made: Produced) -> None:
    """Write the suggestions for one document. Runs inside the caller's transaction."""
    db.executemany(
        "INSERT OR IGNORE INTO suggestions (document, producer, start_char, end_char,"
        " label, sources, score) VALUES (?, ?, ?, ?, ?, ?, ?)",
        _rows(made.document, producer, made.suggestions),
    )


def _rows(
    document: int, producer: int, suggestions: Iterable[Suggestion]
) -> list[tuple[int, int, int, int, str, str, float]]:
    """Rows of suggestions; those of the same place and label are one, with all their sources."""
    sources: dict[tuple[int, int, str], dict[str, None]] = {}
    scores: dict[tuple[int, int, str], float] = {}
    for each in suggestions:
        place = (each.start, each.end, each.label)
        sources.setdefault(place, {}).update(dict.fromkeys(each.sources))
        scores[place] = max(each.score, scores.get(place, 0.0))
    return [
        (document, producer, *place, json.dumps(list(those), ensure_ascii=False), scores[place])
        for place, those in sources.items()
    ]


def next_to_produce(
    store: Store, producer: int, tokenizer: AnyTokenizer, ahead: int, limit: int
) -> list[int]:
    """At most `limit` documents for which a producer is to make suggestions: of the `ahead` that
    each annotator would get next, those that nobody has opened, that it has not done, and whose
    tokens are there."""
    there, values = tokens_there(store, tokenizer)
    values["producer"] = producer
    not_done = (
        "NOT EXISTS (SELECT 1 FROM produced p WHERE p.producer = :producer AND p.document = d.id)"
    )
    lacking = " AND ".join((_UNOPENED.format("d.id"), not_done, *there))
    return documents_ahead(store, lacking, values, ahead=ahead, limit=limit)


def tokens_there(store: Store, tokenizer: AnyTokenizer) -> tuple[list[str], dict[str, Any]]:
    """Of the row `d` of a document, that its tokens are there: no condition, or one, as SQL, and
    the values of its names."""
    if not isinstance(tokenizer, StoredTokenizer):
        return [], {}
    condition = (
        "(d.tokens IS NOT NULL OR EXISTS (SELECT 1 FROM tokenized t"
        " WHERE t.document = d.id AND t.tokenizer = :tokenizer))"
    )
    return [condition], {"tokenizer": current_id(store, tokenizer) or 0}


def drop_superseded(store: Store, name: str, producer: int | None, limit: int) -> int:
    """Take back what other versions of a producer made of at most `limit` documents: how many.

    Suggestions for documents that somebody has opened stay. `producer` is None where none of its
    versions is to go on.
    """
    query = (
        "SELECT p.producer, p.document FROM producers r JOIN produced p ON p.producer = r.id"
        " WHERE r.name = ? AND r.id IS NOT ? LIMIT ?"
    )
    if not store.db.execute(query, (name, producer, 1)).fetchone():
        return 0
    with store.transaction() as db:
        rows = db.execute(query, (name, producer, limit)).fetchall()
        db.executemany(
            "DELETE FROM suggestions WHERE producer = ?1 AND document = ?2"
            f" AND {_UNOPENED.format('?2')}",
            rows,
        )
        db.executemany("DELETE FROM produced WHERE producer = ? AND document = ?", rows)
    return len(rows)


def produced_at_fault(store: Store, name: str) -> tuple[int, list[str]]:
    """How many documents a producer failed on, in whatever version, and the first, in words."""
    where = (
        " FROM producers r JOIN produced p ON p.producer = r.id JOIN documents d"
        " ON d.id = p.document WHERE r.name = ? AND p.fault <> ''"
    )
    (count,) = store.db.execute(f"SELECT count(*){where}", (name,)).fetchone()
    rows = store.db.execute(f"SELECT d.key, p.fault{where} ORDER BY d.id LIMIT 5", (name,))
    return int(count), [f"{key}: {fault}" for key, fault in rows]


def needs_pipeline(store: Store, model: str) -> bool:
    """Whether there is something to do for whoever runs the pipeline that the project names as its
    model: it names one, or what one suggested is to be taken back. A look at an index."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM producers r JOIN produced p ON p.producer = r.id"
        " WHERE r.name = ?)"
    )
    return bool(model or store.db.execute(query, (PIPELINE,)).fetchone()[0])


# Token patterns and expressions


def needs_patterns(store: Store) -> bool:
    """Whether there is something to do for whoever runs patterns: there are some, or there were,
    and what they suggested is still to be taken back. A look at an index."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM entries WHERE kind <> 'name') OR EXISTS"
        " (SELECT 1 FROM producers r JOIN produced p ON p.producer = r.id WHERE r.name = ?)"
    )
    (needs,) = store.db.execute(query, (PATTERNS,)).fetchone()
    return bool(needs)


def lack_patterns(store: Store, documents: Iterable[int]) -> bool:
    """Whether the project has patterns that have not yet looked at one of these documents."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM entries WHERE kind <> 'name' AND fault = '') AND NOT EXISTS"
        " (SELECT 1 FROM producers r JOIN produced p ON p.producer = r.id"
        " WHERE r.name = ? AND p.document = ?)"
    )
    return any(store.db.execute(query, (PATTERNS, each)).fetchone()[0] for each in documents)


_ANEW = "anew "
"""Before a producer's number, the version of one whose work is to be done again: none is so."""


def patterns_stamp(store: Store) -> tuple[int, int, int, int]:
    """Four numbers that are others whenever a pattern was added or removed (numbers of entries are
    given once), and when what they made is to be made anew, some that were left out being tried
    again, or having another label: to look at them costs a fiftieth of reading all."""
    row = store.db.execute(
        "SELECT count(*), coalesce(max(id), 0), total(id), (SELECT count(*) FROM producers"
        " WHERE name = ? AND version GLOB ?) FROM entries WHERE kind <> 'name'",
        (PATTERNS, f"{_ANEW}*"),
    ).fetchone()
    return int(row[0]), int(row[1]), int(row[2]), int(row[3])


def note_pattern_faults(store: Store, faults: Mapping[int, str]) -> None:
    """Write down why patterns are left out from now on, by the number of their entries."""
    with store.transaction() as db:
        db.executemany(
            "UPDATE entries SET fault = ? WHERE id = ? AND kind <> 'name'",
            [(fault, number) for number, fault in faults.items()],
        )


def pattern_faults(store: Store) -> dict[int, str]:
    """The patterns that are left out, by the number of their entries, and why."""
    # By `+id`: in order of id SQLite would read a million names for ten patterns.
    rows = store.db.execute(
        "SELECT id, fault FROM entries WHERE kind <> 'name' AND fault <> '' ORDER BY +id"
    )
    return {int(number): str(fault) for number, fault in rows}


def try_patterns_again(store: Store) -> int:
    """Let the patterns that are left out suggest again, until they fail again: how many.

    What patterns made of documents that nobody has opened is made anew, by whoever runs them, now
    or later.
    """
    with store.transaction() as db:
        found = db.execute("UPDATE entries SET fault = '' WHERE kind <> 'name' AND fault <> ''")
        if found.rowcount:
            let_patterns_be_made_anew(db)
    return found.rowcount


def let_patterns_be_made_anew(db: sqlite3.Connection) -> None:
    """Let what patterns made of documents that nobody has opened be made again, by whoever runs
    them. Runs inside the caller's transaction."""
    db.execute(
        "UPDATE producers SET version = ? || id WHERE name = ? AND version NOT GLOB ?",
        (_ANEW, PATTERNS, f"{_ANEW}*"),
    )
