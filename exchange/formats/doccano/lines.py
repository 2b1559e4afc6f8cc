"""doccano's JSON Lines: a text and its spans a line, in either of its two shapes.

Format: what doccano 1.8.4 imports and exports for sequence labelling (backend/data_import and
data_export, run). Its importer asks nothing of offsets; its page counts them in UTF-16 units.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

import regex

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import Format, Given, ReadOptions, Unit, WriteOptions
from tonemark.exchange.checks import (
    checked_key,
    checked_label,
    checked_priority,
    checked_text,
    one_name,
)
from tonemark.exchange.json_records import json_records
from tonemark.exchange.metadata import OURS, as_metadata, checked_metadata, refuse_stretches
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.units import (
    is_plausible,
    length_in,
    to_code_point,
    units_before,
    utf16_length,
)
from tonemark.json_lines import json_object
from tonemark.refusals import Refused, quoted

OFFSETS = "_offsets"
"""The field by which our files say what their offsets count; doccano gives it back as it was."""

_UTF16: Unit = "UTF-16 units"
_UNITS: dict[Unit, str] = {
    "code points": "codepoints",
    _UTF16: "utf16",
    "graphemes": "graphemes",
}
"""What the offsets may count, and how `--offsets` names it. doccano's page counts graphemes where
its project says so ("Count grapheme clusters as one character")."""

_SPANS = ("label", "labels", "entities", "annotations")
"""The fields that hold the spans: as a list of [start, end, label] (`labels` in doccano 1.0), and
as objects, beside `relations` (`annotations` in doccano 1.0)."""

_OWN = frozenset(("text", "id", "meta", "Comments", "relations", OFFSETS, *_SPANS))

_PRODIGYS = frozenset(("spans", "tokens", "answer", "_input_hash", "_view_id"))
"""Fields of Prodigy's that doccano has not."""


def write_doccano(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions
) -> Iterator[int]:
    """A line a row, in ASCII: doccano's "Auto" takes Adlam in UTF-8 for Windows-1252 (chardet 4).

    `id` is the key; doccano keeps it, `meta` and `_offsets`, and gives them back. Each line has all
    fields: its importer makes a table of them, and fills what is missing with NaN. Without an
    answer `label` is null: no span, and not done.
    """
    unit = options.offsets or _UTF16
    for row in rows:
        record = {
            "id": row.key,
            # Ahead of the text, which may be longer than what `is_doccano` looks at.
            OFFSETS: unit,
            "label": _label(row, unit) if row.answer else None,
            "Comments": [row.comment] if row.comment else [],
            "text": row.text,
            "meta": dict(row.meta),
        }
        stream.write(json.dumps(record, ensure_ascii=True, allow_nan=False).encode() + b"\n")
        yield 1


def _label(row: ExportRow, unit: Unit) -> list[list[Any]]:
    # A span inside a grapheme cluster comes back otherwise, and so such an export is refused.
    at = units_before(row.text, unit)
    return [[at(each.start), at(each.end), each.label] for each in sorted(row.spans)]


def read_doccano(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A record a line. Spans are the accept of the one name in `annotators`, with the comments;
    else they are suggestions, and the comments metadata. So are fields that are not of the format.

    Offsets count what the file says, else what `offsets` does, else code points, as programs write
    them: then a record in which another unit alone makes sense is refused. Where the file says it,
    that is told: doccano gives our word for it back beside what its page counted otherwise.

    Raises TonemarkError where the file is UTF-16, or more than one annotator is named.
    """
    named = one_name(
        options,
        "doccano writes a file an annotator",
        "Add each file with the one name whose labels it holds.",
    )
    field = options.text_column or "text"

    def record(given: dict[str, Any], number: int, line: int) -> Record:
        return _record(given, field, number, line, options, named)

    return json_records(stream, options, record)


def _record(
    given: dict[str, Any],
    field: str,
    number: int,
    line: int,
    options: ReadOptions,
    named: str | None,
) -> Record:
    if field not in given:
        raise Refused(f"no {quoted(field)}")
    text = checked_text(given[field])
    key = checked_key(given.get("id"), "id")
    warnings: list[str] = []
    name = next((each for each in _SPANS if given.get(each) is not None), None)
    refuse_stretches({field: value for field, value in given.items() if field not in _OWN})
    said = _unit(given.get(OFFSETS), options.offsets)
    parsed = _spans(given[name], text, said or options.offsets, warnings) if name else []
    if parsed and options.offsets is None and not text.isascii():
        _check_unit([(start, end) for start, end, _ in parsed], text, said, warnings)
    if relations := given.get("relations"):
        count = len(relations) if isinstance(relations, list) else 1
        warnings.append(f"left out: {count} relation{'s'[: count != 1]}")
    meta = _meta(given, field, warnings)
    priority = checked_priority(given.get("priority", meta.get("priority")), warnings)
    comments = _comments(given.get("Comments"))
    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    if named and name:
        spans = tuple(Span(*each, (options.origin,)) for each in parsed)
        comment = "\n".join(comments)
        annotations = (GivenAnnotation(named, "accept", spans, comment),)
    else:
        suggestions = tuple(Suggestion(*each, (options.origin,)) for each in parsed)
        if comments:
            meta.setdefault("Comments", comments)
    return Record(
        number,
        line,
        text,
        key,
        meta,
        suggestions=suggestions,
        annotations=annotations,
        warnings=tuple(warnings),
        priority=priority,
    )


def _unit(said: Any, asked: Unit | None) -> Unit | None:
    """What the file says that the offsets count; None where it does not. Raises Refused."""
    if said is None:
        return None
    unit = next((each for each in _UNITS if each == said), None)
    if unit is None:
        raise Refused(f'"{OFFSETS}" is {quoted(said)}, none of {", ".join(_UNITS)}')
    if asked is not None and asked != unit:
        raise Refused(f"the record says that its offsets count {unit}: leave out --offsets")
    return unit


def _spans(
    given: Any, text: str, unit: Unit | None, warnings: list[str]
) -> list[tuple[int, int, str]]:
    if not isinstance(given, list):
        raise Refused(f"the spans are {quoted(given)}, not a list")
    parsed: dict[tuple[int, int, str], None] = {}
    twice = ""
    at, length = to_code_point(text, unit or "code points"), length_in(text, unit or "code points")
    for start, end, label in map(_span, given):
        place = f"the span {quoted(start)}-{quoted(end)}"
        if type(start) is not int or type(end) is not int:
            raise Refused(f"{place}: start and end must be whole numbers")
        if start >= end:
            raise Refused(f"{place} is empty or runs backwards")
        found = checked_label(label)
        if start < 0 or end > length:
            hint = ""
            if unit is None and start >= 0 and end <= utf16_length(text):
                hint = "; in UTF-16 units it lies inside: --offsets utf16"
            counted = "characters" if unit in (None, "code points") else unit
            raise Refused(f"{place} lies outside the text, which has {length} {counted}{hint}")
        first, last = at(start), at(end)
        if first is None or last is None:
            raise Refused(
                f"{place} begins or ends inside a character in UTF-16 units: add the file without "
                "--offsets utf16"
            )
        if (first, last, found) in parsed:
            twice = twice or f"{place} {quoted(found)} stands there twice"
        parsed[first, last, found] = None
    if twice:
        warnings.append(twice)
    return list(parsed)


def _span(given: Any) -> tuple[Any, Any, Any]:
    if isinstance(given, list) and len(given) == 3:
        return given[0], given[1], given[2]
    if isinstance(given, dict):
        missing = [name for name in ("start_offset", "end_offset", "label") if name not in given]
        if missing:
            raise Refused(f"a span has no {quoted(missing[0])}")
        return given["start_offset"], given["end_offset"], given["label"]
    raise Refused(f"a span is {quoted(given)}, not [start, end, label]")


def _check_unit(
    spans: list[tuple[int, int]], text: str, said: Unit | None, warnings: list[str]
) -> None:
    """Raise Refused where all spans lie on words in another unit than code points alone, and nobody
    says what they count; tell those that do where a file of ours says it. Of a text in Adlam or
    Pahawh Hmong, and where a letter has marks of its own, each would slip, and many stay inside it.
    """
    wrong = [each for each in spans if not is_plausible(text, *each)]
    if not wrong:
        return
    own = said or "code points"
    back = units_before(text, own)
    for unit, option in _UNITS.items():
        at = to_code_point(text, unit)
        moved = {(s, e): (at(back(s)), at(back(e))) for s, e in (wrong if said else spans)}
        better = [each for each, place in moved.items() if _is_better(text, *place)]
        start, end = wrong[0]
        shown = f"the span {back(start)}-{back(end)} is {quoted(text[start:end])}"
        if said is None and len(better) == len(moved):
            raise Refused(
                f"{shown}; all spans lie on words in {_counted(unit)} alone: --offsets {option}, or"
                " --offsets codepoints to keep them so"
            )
        if better and (said or len(better) == len(wrong)):
            start, end = better[0]
            shown = f"the span {back(start)}-{back(end)} is {quoted(text[start:end])}"
            warnings.append(
                f"{shown}, and lies on words in {_counted(unit)}: doccano's page marks in those"
            )
            return


def _counted(unit: Unit) -> str:
    return "grapheme clusters" if unit == "graphemes" else unit


def _is_better(text: str, start: int | None, end: int | None) -> bool:
    return start is not None and end is not None and is_plausible(text, start, end)


def _comments(given: Any) -> list[str]:
    if given is None:
        return []
    comments = [given] if isinstance(given, str) else given
    if not isinstance(comments, list) or not all(isinstance(each, str) for each in comments):
        raise Refused('"Comments" is not a list of strings')
    return [each for each in comments if each]


def _meta(given: dict[str, Any], field: str, warnings: list[str]) -> dict[str, Any]:
    """`meta`, and what the record has besides: doccano's own metadata stand beside the text."""
    meta = checked_metadata(as_metadata(given.get("meta")), warnings)
    beside = {
        name: value
        for name, value in given.items()
        if name not in (field, *OURS) and (name not in _OWN or name == "text")
    }
    return {**beside, **meta}


_BEGINNING = regex.compile(
    rf'"(?:label|labels)"\s*:\s*\[\s*\[\s*-?\d|"start_offset"\s*:|"{OFFSETS}"\s*:'
)


def is_doccano(head: bytes) -> bool:
    """Whether a file that begins so holds doccano's records: the first one that tells."""
    for number, line in enumerate(head.decode("utf-8", "replace").split("\n")):
        if not line.strip():
            continue
        try:
            given = json_object(line)
        except Refused:
            # The first record may be longer than what is looked at.
            return number == 0 and bool(_BEGINNING.search(line)) and '"spans"' not in line
        if "text" not in given or not _PRODIGYS.isdisjoint(given):
            return False
        if isinstance(given.get("Comments"), list):
            return True
        for name in _SPANS:
            if isinstance(given.get(name), list) and given[name]:
                return _is_span(given[name][0])
    return False


def _is_span(given: Any) -> bool:
    if isinstance(given, dict):
        return "start_offset" in given and "end_offset" in given
    return isinstance(given, list) and len(given) == 3 and isinstance(given[2], str)


FORMAT = Format(
    "doccano",
    "doccano's JSON Lines, a text and its spans a line",
    (".jsonl", ".ndjson", ".json"),
    read_doccano,
    write_doccano,
    recognises=is_doccano,
    unit=_UTF16,
    other_offsets=True,
    holds=frozenset(("text", "keys", "metadata")),
    cannot=(
        "relations",
        "spans that overlap, where doccano's project does not allow them",
    ),
)
