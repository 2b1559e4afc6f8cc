"""What can be read of a damaged store, into a new one: sound documents, and the work on them.

The damaged file stays as it is: all is read from a copy. Knows nothing of how it is told.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tonemark.corpus.annotators import is_reviewing
from tonemark.corpus.archive import LEFT_OUT, has_archive
from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.documents import digest
from tonemark.corpus.events import MALFORMED
from tonemark.corpus.queue import import_answer
from tonemark.corpus.records import ANSWERS, TEXT_LIMIT, GivenAnnotation
from tonemark.corpus.rescue.drops import take_archive
from tonemark.corpus.rescue.gold import drop_work, rows_of, settle_gold
from tonemark.corpus.rescue.salvage import SQLITE_FAULTS, copy_of, keyed_rows, numbered_rows
from tonemark.corpus.soundness.documents import Examiner
from tonemark.corpus.soundness.entries import BAD_ENTRY, BAD_GAZETTEER
from tonemark.corpus.soundness.findings import Checked
from tonemark.corpus.soundness.rows import DATED, SOUND_OFFER
from tonemark.corpus.soundness.spans import Row, Texts
from tonemark.corpus.soundness.work import Work
from tonemark.corpus.spans import Span, check_stretches, parsed_sources
from tonemark.corpus.store import Store, counts_of, create_store
from tonemark.corpus.store_file import decoded, in_use
from tonemark.errors import TonemarkError
from tonemark.files import sync_folder

_ROWS = {
    "sources": "id, name",
    "documents": "id, key, source, record, text, digest, meta, tokens, places, taken, given,"
    " priority",
    "annotations": "id, document, annotator, revision, current, answer, comment, flagged, tokens,"
    " extra, seconds, time",
    "producers": "id, name, version",
    "gazetteers": "id, name, added",
    "entries": "id, gazetteer, label, pattern, kind, given",
    "spans": "rowid, annotation, start_char, end_char, label, sources",
    "gold": "id, document, revision, current, reviewer, answer, comment, flagged, tokens,"
    " decisions, cites, compared, time",
    "gold_spans": "rowid, gold, start_char, end_char, label, sources",
    "ticket": "rowid, last, places",
}
"""Tables with a number for each row, which comes first. What entries earned is not read: answers
that are not weighed are weighed again, and annotations are compared again."""

_KEYED = {
    "suggestions": "document, producer, start_char, end_char, label, sources, score",
    "produced": "document, producer, fault",
    "offers": "document, annotator, blind, offered, stood",
    "events": "document, annotator, claim, number, kind, data, time",
    "claims": "annotator, document, number, state, counted, reopened, sequence, deferred,"
    " answered, expires",
    "words": "word, counts",
    "preferences": "annotator, name, value",
}
"""Tables without."""


@dataclass(slots=True)
class Rescued:
    """What a rescue saved: documents, answers, and gold; `left_out` are pairs of what could not be
    saved and why."""

    documents: int = 0
    answers: int = 0
    gold: int = 0
    left_out: list[tuple[str, str]] = field(default_factory=list)


def rescue(path: Path, target: Path) -> Rescued:
    """Write what can be read of the store at `path`, and is sound, to a new store at `target`.

    It has the mode of the old one; documents keep their numbers, by which journals know them.
    Raises TonemarkError where `target` exists or cannot be written, or nothing can be read.
    """
    if os.path.lexists(target):
        raise TonemarkError(f"{target} exists.", "Name a file that does not: nothing was written.")
    if in_use(path):
        raise TonemarkError(
            f"Somebody has {path} open.",
            "Close the project everywhere first, so that all that was done is saved.",
        )
    try:
        mode = path.stat().st_mode & 0o777
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".rescue.") as place:
            made = Path(place) / target.name
            create_store(made)
            found = _rescue(path, made, Path(place))
            os.chmod(made, mode)
            os.link(made, target)  # as `rename`, but never over another file
        sync_folder(target.parent)
    except FileExistsError:
        raise TonemarkError(f"{target} exists.", "Nothing was written over.") from None
    except OSError as error:
        name = error.filename or target
        raise TonemarkError(
            f"Nothing was rescued: {name}: {error.strerror or error}.",
            "Name a file on a disk with room, in a folder that may be written.",
        ) from None
    return found


def _rescue(path: Path, made: Path, place: Path) -> Rescued:
    """Try the file as it is, then with the tables where a new store has them; the best counts."""
    best: tuple[Rescued, Path] | None = None
    for number, (with_log, with_schema) in enumerate(
        ((True, False), (False, False), (False, True))
    ):
        if with_log is False and best and not best[0].left_out:
            break
        damaged = place / f"damaged{number}"
        copy_of(path, damaged, made, with_log=with_log, with_schema=with_schema)
        salvaged = place / f"salvaged{number}"
        create_store(salvaged)
        try:
            found = _salvage(damaged, salvaged)
        except SQLITE_FAULTS:
            continue
        if found.documents and (best is None or found.documents > best[0].documents):
            best = found, salvaged
    if best is None:
        raise nothing_left(path)
    os.replace(best[1], made)
    return best[0]


def nothing_left(path: Path) -> TonemarkError:
    """The error of a store of which nothing can be read."""
    return TonemarkError(
        f"Nothing can be read of {path}.",
        "Nothing was written. Put a backup of it back; without one, make the project anew"
        " (tonemark new, tonemark add), and keep the folder: what was not yet in the store may"
        " stand in its journals.",
    )


def _salvage(damaged: Path, salvaged: Path) -> Rescued:
    source = sqlite3.connect(damaged, isolation_level=None)
    source.text_factory = decoded
    store = Store(salvaged)
    db = store.db
    try:
        # Never the damaged store's own SQL, whatever it says it holds.
        source.execute("PRAGMA trusted_schema = OFF")
        source.execute("PRAGMA query_only = ON")
        found = Rescued()
        lost: dict[Any, str] = {}
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN")
        db.execute("DELETE FROM ticket")
        for table, columns in _ROWS.items():
            for row in numbered_rows(source, table, columns, damaged.stat().st_size):
                if not _insert(db, table, columns, row) and table == "documents":
                    lost[row[0]] = _shown(row[1])
        take_archive(source, db, damaged.stat().st_size)
        documents = [n for (n,) in db.execute("SELECT id FROM documents ORDER BY id")]
        for table, columns in _KEYED.items():
            for row in keyed_rows(source, table, columns, documents):
                _insert(db, table, columns, row)
        _settle(db, salvaged.parent, found, lost)
        db.execute("COMMIT")
        (fault,) = db.execute("PRAGMA integrity_check(1)").fetchone()
        if fault != "ok":
            raise sqlite3.DatabaseError(fault)
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return found
    finally:
        source.close()
        store.close()


def _insert(db: sqlite3.Connection, table: str, columns: str, row: tuple[Any, ...]) -> bool:
    """Whether a row was taken, or is there already."""
    marks = ",".join("?" * len(row))
    with contextlib.suppress(*SQLITE_FAULTS):
        db.execute(f"INSERT OR IGNORE INTO {table} ({columns}) VALUES ({marks})", row)
        return True
    return False


# What was read, judged


def _settle(db: sqlite3.Connection, folder: Path, found: Rescued, lost: dict[Any, str]) -> None:
    """Take out what is not sound, and make the rest fit together."""
    texts = Texts(None, Checked())
    work = Work(db, folder, texts)
    examiner = Examiner(folder, texts, work)
    numbers = [number for (number,) in db.execute("SELECT id FROM documents ORDER BY id")]
    kept: set[int] = set()
    anew: list[tuple[int, str, GivenAnnotation]] = []
    judged: list[tuple[Row, str]] = []
    _settle_tables(db)
    for number in numbers:
        row, record, source = _row(db, number)
        place = f"document {number} ({_shown(row.key)})"
        if why := _why_not(row, record):
            found.left_out.append((place, why))
            _drop_document(db, number)
            continue
        kept.add(number)
        if any(not each.harmless for each in examiner.content(row)):
            db.execute("UPDATE documents SET meta = NULL, tokens = NULL WHERE id = ?", (number,))
            found.left_out.append((place, "its metadata or given tokens; its text is kept"))
        db.execute("INSERT OR IGNORE INTO sources VALUES (?, ?)", (source, f"source {source}"))
        rows = rows_of(db, number)
        if any(
            not each.harmless
            for suggestion in rows["suggestion"]
            for each in examiner.suggestion(row, suggestion)
        ):
            db.execute("DELETE FROM suggestions WHERE document = ?", (number,))
            found.left_out.append((place, "its suggestions"))
        annotators = {str(each[1]) for name in _WORKS for each in rows[name]}
        for annotator in sorted(each for each in annotators if not is_reviewing(each)):
            hers = {name: [r for r in rows[name] if r[1] == annotator] for name in _WORKS}
            claim = hers["claim"][0] if hers["claim"] else None
            faults = work.of_annotator(row, annotator, claim, hers["annotation"], hers["event"])
            if _is_name(annotator) and not any(not each.harmless for each in faults):
                continue
            given = _last_answer(db, row, annotator, hers["annotation"])
            drop_work(db, number, annotator)
            if given and _is_name(annotator):
                anew.append((number, annotator, given))
                why = "the answer is kept, how she came to it is not"
            else:
                why = "cannot be read, or does not fit the text"
            found.left_out.append((f"{place}, work of {_shown(annotator)}", why))
        judged.append((row, place))
    for table in ("suggestions", "produced", "offers", "claims", "events", "annotations", "gold"):
        db.execute(f"DELETE FROM {table} WHERE document NOT IN (SELECT id FROM documents)")
    of_dropped, dropped = "", set[Any]()
    if has_archive(db):
        of_dropped = " UNION SELECT source FROM dropped WHERE source IS NOT NULL"
        dropped = {number for (number,) in db.execute("SELECT document FROM dropped")}
    db.execute("DELETE FROM spans WHERE annotation NOT IN (SELECT id FROM annotations)")
    db.execute("DELETE FROM gold_spans WHERE gold NOT IN (SELECT id FROM gold)")
    db.execute(
        f"DELETE FROM sources WHERE id NOT IN (SELECT source FROM documents{of_dropped})"
        " OR typeof(name) <> 'text'"
    )
    _count(db)
    for number, annotator, given in anew:
        import_answer(db, annotator, number, given)
    # Last: gold cites annotations.
    for row, place in judged:
        for what, why in settle_gold(db, row, examiner.reviews):
            found.left_out.append((f"{place}, {what}", why))
    _count(db)
    last = max(kept, default=0)
    gaps = sorted(set(range(1, last + 1)) - kept - dropped)
    for number in sorted(set(gaps) - set(numbers)):
        place = f"document {number} ({lost[number]})" if number in lost else f"document {number}"
        found.left_out.append((place, "it cannot be read"))
    if gaps:
        db.execute("INSERT INTO preferences VALUES ('', ?, ?)", (LEFT_OUT, json.dumps(gaps)))
    found.documents = len(kept)
    (found.answers,) = db.execute("SELECT count(*) FROM annotations WHERE current").fetchone()
    (found.gold,) = db.execute("SELECT count(*) FROM gold WHERE current").fetchone()


_WORKS = ("claim", "annotation", "event")


def _row(db: sqlite3.Connection, number: int) -> tuple[Row, Any, Any]:
    *values, record, source = db.execute(
        "SELECT id, key, text, digest, meta, tokens, places, taken, record, source FROM documents"
        " WHERE id = ?",
        (number,),
    ).fetchone()
    return Row(*values), record, source


def _why_not(row: Row, record: Any) -> str:
    """Why a document cannot be kept; empty where it can."""
    try:
        if not row.key or len(record.encode()) == 0 or len(row.text.encode()) > TEXT_LIMIT:
            return "it has no key, or its text is too long"
        row.key.encode()
        if row.number < 1:
            return "it has no number"
        return "" if digest(row.text) == row.digest else "its text is not the one that came in"
    except MALFORMED:
        return "its key or text cannot be read"


def _is_name(name: Any) -> bool:
    from tonemark.corpus.annotators import annotator_name

    try:
        return isinstance(name, str) and annotator_name(name) == name
    except (TonemarkError, ValueError):
        return False


def _last_answer(
    db: sqlite3.Connection, row: Row, annotator: str, annotations: list[tuple[Any, ...]]
) -> GivenAnnotation | None:
    """An annotator's last answer, where it is sound by itself."""
    if not annotations:
        return None
    _, _, _, _, answer, comment, flagged, _, _, number, _ = annotations[-1]
    if not annotations[-1][3] or answer not in ANSWERS or not isinstance(comment, str):
        return None
    (when,) = db.execute("SELECT time FROM annotations WHERE id = ?", (number,)).fetchone()
    try:
        spans = tuple(
            sorted(
                Span(start, end, label, parsed_sources(sources))
                for start, end, label, sources in db.execute(
                    "SELECT start_char, end_char, label, sources FROM spans WHERE annotation = ?",
                    (number,),
                )
            )
        )
        check_stretches(spans, len(row.text))
    except MALFORMED:
        return None
    when = when if isinstance(when, float) and 0 <= when < 1e11 else None
    return GivenAnnotation(annotator, answer, spans, comment, flagged == 1, when)


def _drop_document(db: sqlite3.Connection, number: int) -> None:
    db.execute("DELETE FROM documents WHERE id = ?", (number,))


def _settle_tables(db: sqlite3.Connection) -> None:
    """Tables that belong to no single document."""
    for (word,) in db.execute("SELECT word FROM words").fetchall():
        row = db.execute("SELECT counts FROM words WHERE word IS ?", (word,)).fetchone()
        if row and counts_of(row[0]) is None:
            db.execute("DELETE FROM words WHERE word IS ?", (word,))
    db.execute(
        "DELETE FROM preferences WHERE typeof(annotator) <> 'text' OR typeof(name) <> 'text'"
        " OR typeof(value) <> 'text' OR annotator = ''"
    )
    db.execute("UPDATE gazetteers AS g SET added = 0 WHERE NOT " + DATED)
    db.execute(f"DELETE FROM gazetteers AS g WHERE {BAD_GAZETTEER}")
    db.execute(
        "DELETE FROM entries AS e WHERE gazetteer NOT IN (SELECT id FROM gazetteers)"
        f" OR {BAD_ENTRY}"
    )
    db.execute(
        "UPDATE sqlite_sequence SET seq = (SELECT max(id) FROM entries) WHERE name = 'entries'"
    )
    db.execute("DELETE FROM producers WHERE typeof(name) <> 'text' OR typeof(version) <> 'text'")
    db.execute("DELETE FROM produced WHERE producer NOT IN (SELECT id FROM producers)")
    db.execute(
        "DELETE FROM suggestions WHERE producer <> 0 AND producer NOT IN (SELECT id FROM producers)"
    )
    db.execute(f"DELETE FROM offers AS o WHERE NOT {SOUND_OFFER}")
    db.execute(
        "UPDATE annotations SET seconds = 0 WHERE typeof(seconds) <> 'real' OR seconds NOT BETWEEN"
        " 0 AND 1e9"
    )


def _count(db: sqlite3.Connection) -> None:
    """Places and the counter, from what there is."""
    db.execute(
        "UPDATE documents SET places = 1 WHERE typeof(places) <> 'integer' OR places NOT BETWEEN"
        " 1 AND 1000"
    )
    db.execute(
        "UPDATE documents SET given = 0 WHERE typeof(given) <> 'integer' OR given NOT BETWEEN 0 AND"
        " places"
    )
    db.execute(
        "UPDATE documents SET priority = 0 WHERE typeof(priority) <> 'integer' OR priority NOT"
        f" BETWEEN {LOWEST} AND {HIGHEST}"
    )
    db.execute(
        "UPDATE documents SET taken = (SELECT count(*) FROM claims"
        " WHERE document = documents.id AND counted)"
    )
    (last,) = db.execute(
        "SELECT max(coalesce(max(sequence), 0), coalesce(max(deferred), 0),"
        " coalesce(max(answered), 0), coalesce(max(number), 0)) FROM claims"
    ).fetchone()
    db.execute("DELETE FROM ticket")
    db.execute("INSERT INTO ticket (last, places, share, compared) VALUES (?, 0, 1, 0)", (last,))


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else repr(value)
