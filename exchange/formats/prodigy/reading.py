"""JSON Lines, read: Prodigy's task format, and plain records of a text and its metadata.

Format: prodi.gy/docs/api-interfaces (ner_manual); `writing.py` writes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from tonemark.corpus.pieces import PIECE, parsed_piece
from tonemark.corpus.records import Record
from tonemark.exchange.base import HELD, Format, Given, ReadOptions
from tonemark.exchange.checks import checked_key, checked_priority, checked_text, one_name
from tonemark.exchange.formats.prodigy.answers import is_review, said
from tonemark.exchange.formats.prodigy.writing import (
    APART,
    OWN_FIELDS,
    REVIEW_FIELDS,
    write_jsonl,
)
from tonemark.exchange.json_records import json_records
from tonemark.exchange.metadata import GIVEN, as_metadata, checked_metadata, refuse_stretches
from tonemark.refusals import Refused, quoted

_ANNOTATED = ("answer", "spans", "tokens", APART, "versions")
"""The fields that make more of a record than a text, its key and its metadata."""

_UNANSWERED = OWN_FIELDS - {"comment", "flagged"}
"""The fields that are ours where a record is no answer."""


def read_jsonl(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A record a line; blank lines are skipped.

    A record with an `answer` is an annotation of `_annotator_id`, else of the one name in
    `annotators`, else of `_session_id`. Spans without an answer are the accept of the one name
    in `annotators`, else suggestions. A record of Prodigy's `review` holds the answer of each
    session of each version, and the reviewer's, which is gold. Fields that are not of the format
    stand in `meta["_given"]`.

    Raises TonemarkError where the file is UTF-16, or more than one annotator is named.
    """
    named = one_name(
        options,
        "a record of JSON Lines holds one set of spans",
        "Give one name, or an answer and _annotator_id in each record.",
    )
    field = options.text_column or "text"

    def record(given: dict[str, Any], number: int, line: int) -> Record:
        return _record(given, field, number, line, options.origin, named)

    return json_records(stream, options, record)


def _record(
    given: dict[str, Any], field: str, number: int, line: int, origin: str, named: str | None
) -> Record:
    if field not in given:
        raise Refused(f"no {quoted(field)}")
    text = checked_text(given[field])
    warnings: list[str] = []
    if given.keys().isdisjoint(_ANNOTATED):
        if "_view_id" not in given:  # else it is a task, of ours or of Prodigy's, not done yet
            refuse_stretches(given)
        key = _key(given, False)
        meta = _meta(given, field, _UNANSWERED, warnings)
        priority = _priority(given, warnings)
        return Record(number, line, text, key, meta, warnings=tuple(warnings), priority=priority)
    found = said(given, text, origin, named, warnings)
    key = _key(given, given.get("answer") is not None or bool(found.annotations))
    own = OWN_FIELDS if found.is_answer else _UNANSWERED
    meta = _meta(given, field, own | REVIEW_FIELDS if is_review(given) else own, warnings)
    return Record(
        number,
        line,
        text,
        key,
        meta,
        found.tokens,
        found.suggestions,
        found.annotations,
        tuple(dict.fromkeys(warnings)),
        priority=_priority(given, warnings),
    )


def _key(given: dict[str, Any], answered: bool) -> str | None:
    for name in ("key", "id"):
        key = checked_key(given.get(name), name)
        if key is not None:
            return key
    return checked_key(given.get("_input_hash"), "_input_hash") if answered else None


def _priority(given: dict[str, Any], warnings: list[str]) -> int | None:
    """The field `priority` of the record, else of its `meta`."""
    meta = given.get("meta")
    value = given.get("priority", meta.get("priority") if isinstance(meta, dict) else None)
    return checked_priority(value, warnings)


def _meta(
    given: dict[str, Any], field: str, own: frozenset[str], warnings: list[str]
) -> dict[str, Any]:
    """`meta`, and what the record holds beside its `own` fields under `_given`, to be written
    back."""
    meta = checked_metadata(as_metadata(given.get("meta")), warnings, ours=frozenset())
    if parsed_piece(given.get(PIECE)):
        meta = {**meta, PIECE: given[PIECE]}
        own |= {PIECE}
    rest = {
        name: value
        for name, value in given.items()
        if (name not in own or name == "text") and name != field
    }
    return {**meta, GIVEN: rest} if rest else meta


FORMAT = Format(
    "jsonl",
    "JSON Lines, Prodigy's task format",
    (".jsonl", ".ndjson", ".json"),
    read_jsonl,
    write_jsonl,
    versions=True,
    suggests=True,
    holds=frozenset(HELD) - {"settings"},
    cannot=("what proposed a suggestion",),
)
