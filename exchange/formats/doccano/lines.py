"""doccano's JSON Lines: a text and its spans a line, in either of its two shapes.

Format: what doccano 1.8.4 imports and exports for sequence labelling (backend/data_import and
data_export, run). Its importer asks nothing of offsets; its page counts them in UTF-16 units.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO, Any

import regex

from tonemark.corpus.pieces import PIECE, parsed_piece
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, ReadOptions, Unit, WriteOptions
from tonemark.exchange.checks import checked_key, checked_label, checked_priority, checked_text
from tonemark.exchange.formats.doccano.units import (
    is_plausible,
    to_code_point,
    units_before,
    utf16_length,
)
from tonemark.exchange.formats.prodigy.writing import GIVEN
from tonemark.exchange.rows import ExportRow
from tonemark.json_lines import json_object
from tonemark.lines import numbered_lines
from tonemark.refusals import Refusal, Refused, quoted

OFFSETS = "_offsets"
"""The field by which our files say what their offsets count; doccano gives it back as it was."""

_UTF16: Unit = "UTF-16 units"
_UNITS: dict[str, Unit] = {"code points": "code points", "UTF-16 units": _UTF16}

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
            "text": row.text,
            "label": _label(row, unit) if row.answer else None,
            "Comments": [row.comment] if row.comment else [],
            "meta": dict(row.meta),
            OFFSETS: unit,
        }
        stream.write(json.dumps(record, ensure_ascii=True, allow_nan=False).encode() + b"\n")
        yield 1


def _label(row: ExportRow, unit: Unit) -> list[list[Any]]:
    spans = [(each.start, each.end, each.label) for each in sorted(row.spans)]
    if unit == _UTF16:
        at = units_before(row.text)
        spans = [(at(start), at(end), label) for start, end, label in spans]
    return [list(each) for each in spans]


def read_doccano(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A record a line. Spans are the accept of the one name in `annotators`, with the comments;
    else they are suggestions, and the comments metadata. So are fields that are not of the format.

    Offsets count what the file says, else what `offsets` does, else code points, as programs write
    them: then a record in which UTF-16 units alone make sense is refused.

    Raises TonemarkError where the file is UTF-16, or more than one annotator is named.
    """
    if len(options.annotators) > 1:
        raise TonemarkError(
            f"{options.source or 'The file'}: doccano writes a file an annotator, but "
            f"{len(options.annotators)} annotators were named.",
            "Add each file with the one name whose labels it holds.",
        )
    field = options.text_column or "text"
    for number, item in numbered_lines(stream, options.source):
        if isinstance(item, Refusal):
            yield item
            continue
        line, source = item
        try:
            yield _record(json_object(source), field, number, line, options)
        except Refused as refused:
            yield Refusal(line, str(refused))


def _record(
    given: dict[str, Any], field: str, number: int, line: int, options: ReadOptions
) -> Record:
    if field not in given:
        raise Refused(f"no {quoted(field)}")
    text = checked_text(given[field])
    key = checked_key(given.get("id"), "id")
    warnings: list[str] = []
    name = next((each for each in _SPANS if given.get(each) is not None), None)
    unit = _unit(given.get(OFFSETS), options.offsets)
    parsed = _spans(given[name], text, unit, warnings) if name else []
    if relations := given.get("relations"):
        count = len(relations) if isinstance(relations, list) else 1
        warnings.append(f"left out: {count} relation{'s'[: count != 1]}")
    meta = _meta(given, field, warnings)
    priority = checked_priority(given.get("priority", meta.get("priority")), warnings)
    comments = _comments(given.get("Comments"))
    annotations: tuple[GivenAnnotation, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    if options.annotators and name:
        spans = tuple(Span(*each, (options.origin,)) for each in parsed)
        comment = "\n".join(comments)
        annotations = (GivenAnnotation(options.annotators[0], "accept", spans, comment),)
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
    """What the offsets count; None where nobody says so."""
    if said is None:
        return asked
    unit = _UNITS.get(said) if isinstance(said, str) else None
    if unit is None:
        raise Refused(f'"{OFFSETS}" is {quoted(said)}, neither "code points" nor "{_UTF16}"')
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
    for start, end, label in map(_span, given):
        place = f"the span {quoted(start)}-{quoted(end)}"
        if type(start) is not int or type(end) is not int:
            raise Refused(f"{place}: start and end must be whole numbers")
        if start >= end:
            raise Refused(f"{place} is empty or runs backwards")
        found = checked_label(label)
        if unit == _UTF16:
            start, end = _placed(start, end, text, place)
        elif start < 0 or end > len(text):
            hint = ""
            if unit is None and start >= 0 and end <= utf16_length(text):
                hint = "; in UTF-16 units it lies inside: --offsets utf16"
            raise Refused(f"{place} lies outside the text, which has {len(text)} characters{hint}")
        if (start, end, found) in parsed:
            twice = twice or f"{place} {quoted(found)} stands there twice"
        parsed[start, end, found] = None
    if unit is None and not text.isascii():
        _check_unit(list(parsed), text)
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


def _placed(start: int, end: int, text: str, place: str) -> tuple[int, int]:
    """Start and end in code points, of those in UTF-16 units."""
    length = utf16_length(text)
    if start < 0 or end > length:
        raise Refused(f"{place} lies outside the text, which has {length} UTF-16 units")
    at = to_code_point(text)
    first, last = at(start), at(end)
    if first is None or last is None:
        raise Refused(
            f"{place} begins or ends inside a character in UTF-16 units: add the file without "
            "--offsets utf16"
        )
    return first, last


def _check_unit(spans: list[tuple[int, int, str]], text: str) -> None:
    """Raises Refused where spans of a text that is no plain BMP lie on words in UTF-16 units alone:
    of a text in Adlam or Pahawh Hmong each of doccano's would slip, and many stay inside it."""
    if not spans or max(text) <= "\uffff":
        return
    at = to_code_point(text)
    shifted = []
    for start, end, _ in spans:
        first, last = at(start), at(end)
        if first is None or last is None:
            return
        shifted.append((first, last))
    is_shifted = any((start, end) != (s, e) for (start, end, _), (s, e) in zip(
        spans, shifted, strict=True))  # fmt: skip
    if not is_shifted or not all(is_plausible(text, start, end) for start, end in shifted):
        return
    wrong = next((each for each in spans if not is_plausible(text, each[0], each[1])), None)
    if wrong:
        start, end, _ = wrong
        raise Refused(
            f"the span {start}-{end} is {quoted(text[start:end])}; all spans lie on words in"
            " UTF-16 units alone: --offsets utf16, or --offsets codepoints to keep them so"
        )


def _comments(given: Any) -> list[str]:
    if given is None:
        return []
    comments = [given] if isinstance(given, str) else given
    if not isinstance(comments, list) or not all(isinstance(each, str) for each in comments):
        raise Refused('"Comments" is not a list of strings')
    return [each for each in comments if each]


def _meta(given: dict[str, Any], field: str, warnings: list[str]) -> dict[str, Any]:
    """`meta`, and what the record has besides: doccano's own metadata stand beside the text."""
    meta = given.get("meta")
    if meta is None:
        meta = {}
    elif not isinstance(meta, dict):
        meta = {"meta": meta}
    for ours, is_right in (
        (GIVEN, isinstance(meta.get(GIVEN), dict)),
        (PIECE, parsed_piece(meta.get(PIECE)) is not None),
    ):
        if ours in meta and not is_right:
            warnings.append(f'the field "{ours}" of "meta" is left out: the name is ours')
            meta = {name: value for name, value in meta.items() if name != ours}
    beside = {
        name: value
        for name, value in given.items()
        if name not in (field, GIVEN, PIECE) and (name not in _OWN or name == "text")
    }
    return {**beside, **meta}


_BEGINNING = regex.compile(r'"(?:label|labels)"\s*:\s*\[\s*\[\s*-?\d|"start_offset"\s*:')


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
