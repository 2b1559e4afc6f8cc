"""CSV and TSV: a header row, a column of texts; the other columns are metadata. Tables with a row a
span (`spans.py`) are known by their header, and written."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple

from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, Held, ReadOptions, WriteOptions
from tonemark.exchange.checks import checked_key, checked_priority, checked_text
from tonemark.exchange.formats.tables.spans import Places, places_of, read_rows, write_rows
from tonemark.exchange.metadata import OURS
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.tagging import is_tag
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.table_rows import Row, table_rows

ROW_LIMIT = 2 * TEXT_LIMIT + (1 << 20)
"""Bytes of a row that goes over several lines: those of a text of quotes, which are doubled, and
room for the other fields."""

_KEY_COLUMNS = ("key", "id")


def read_csv(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """Records of a table as RFC 4180 has it: a field in double quotes may hold line ends.

    Where the header has no comma but a semicolon or a tab (as spreadsheets write in some
    countries), that separates the columns. Rows of a table of spans are put together as documents.
    Raises TonemarkError where the file is UTF-16, or where the column of the texts cannot be told.
    """
    return _read_table(stream, options, (",", ";", "\t"))


def read_tsv(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """The same, with tabs between the columns. Raises as read_csv does."""
    return _read_table(stream, options, ("\t",))


class _Header(NamedTuple):
    names: list[str]
    text: int
    key: int | None
    priority: int | None


def _read_table(
    stream: IO[bytes], options: ReadOptions, delimiters: tuple[str, ...]
) -> Iterator[Given]:
    header: _Header | None = None
    number = 0
    begin = stream.tell() if stream.seekable() else None
    rows = table_rows(stream, options.source, delimiters, ROW_LIMIT)
    for row in rows:
        if isinstance(row, Refusal):
            if header is None:
                raise TonemarkError(
                    f"{options.source or 'The file'}: the header (line {row.line}) cannot be "
                    f"read: {row.reason}."
                )
            yield row
        elif header is None:
            names = [name.strip() for name in row.fields]
            if options.text_column is None and (places := places_of(names)):
                if begin is None:
                    yield from _read_pipe(rows, places, len(names), options)
                    return

                def again(begin: int = begin) -> Iterator[Row | Refusal]:
                    stream.seek(begin)
                    rows = table_rows(stream, options.source, delimiters, ROW_LIMIT)
                    next(rows)  # the header
                    return rows

                yield from read_rows(rows, again, places, len(names), options)
                return
            header = _header(row.fields, options)
            continue
        else:
            try:
                yield _record(row.fields, header, number + 1, row.line)
            except Refused as refused:
                yield Refusal(row.line, str(refused))
        number += 1


def _read_pipe(
    rows: Iterable[Row | Refusal], places: Places, width: int, options: ReadOptions
) -> Iterator[Given]:
    """The documents of a table of spans that can be read only once: its rows are kept meanwhile."""
    with tempfile.TemporaryFile() as file:

        def kept() -> Iterator[Row | Refusal]:
            for row in rows:
                what = row.fields if isinstance(row, Row) else row.reason
                file.write(json.dumps([row.line, what]).encode() + b"\n")
                yield row

        def again() -> Iterator[Row | Refusal]:
            file.seek(0)
            for data in file:
                line, what = json.loads(data)
                yield Row(line, what) if isinstance(what, list) else Refusal(line, what)

        yield from read_rows(kept(), again, places, width, options)


def _header(row: list[str], options: ReadOptions) -> _Header:
    """Raises TonemarkError where the column of the texts cannot be told."""
    names: list[str] = []
    taken = set(OURS)
    for place, given in enumerate(row, start=1):
        name = given.strip() or f"column {place}"
        while name in taken:
            name += f" ({place})"
        taken.add(name)
        names.append(name)
    folded = [name.casefold() for name in names]
    wanted = options.text_column
    if wanted is None and len(names) == 1:
        text = 0
    elif wanted is not None and wanted in names:
        text = names.index(wanted)
    elif (name := (wanted or "text").strip().casefold()) in folded:
        text = folded.index(name)
    else:
        shown = ", ".join(quoted(name) for name in names[:20])
        missing = quoted(wanted or "text")
        remedy = "Name the column of the texts with --text-column."
        if is_tag(names[-1]) or names[0] == "#":
            remedy = "A token and its tag on each line are read with --format conll."
        raise TonemarkError(
            f"{options.source or 'The file'} has no column {missing}; it has {shown}.", remedy
        )
    keys = (folded.index(name) for name in _KEY_COLUMNS if name in folded)
    key = next((place for place in keys if place != text), None)
    return _Header(names, text, key, folded.index("priority") if "priority" in folded else None)


def _record(row: list[str], header: _Header, number: int, line: int) -> Record:
    if len(row) != len(header.names):
        count = len(row)
        raise Refused(f"{count} field{'s'[: count != 1]}, the header has {len(header.names)}")
    text = checked_text(row[header.text])
    key = None
    if header.key is not None:
        key = checked_key(row[header.key], header.names[header.key])
    meta = {
        name: value
        for place, (name, value) in enumerate(zip(header.names, row, strict=True))
        if value and place not in (header.text, header.key)
    }
    warnings: list[str] = []
    place = header.priority
    priority = None if place is None else checked_priority(row[place], warnings)
    return Record(number, line, text, key, meta, warnings=tuple(warnings), priority=priority)


def write_csv(rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions) -> Iterator[int]:
    """Write a row a span, as `spans.write_rows` has it."""
    return write_rows(rows, stream, options, ",")


def write_tsv(rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions) -> Iterator[int]:
    """The same with tabs between the columns; a cell that holds one, or a line end, is quoted."""
    return write_rows(rows, stream, options, "\t")


_HOLDS: frozenset[Held] = frozenset(("text", "keys", "annotators", "answers", "comments"))
_CANNOT = ("what proposed a span", "scores of suggestions", "what a review looked at")

CSV = Format(
    "csv",
    "a table, commas between its columns; a row a span, or a text",
    (".csv",),
    read_csv,
    write_csv,
    versions=True,
    suggests=True,
    holds=_HOLDS,
    cannot=_CANNOT,
)
TSV = Format(
    "tsv",
    "a table, tabs between its columns; a row a span, or a text",
    (".tsv", ".tab"),
    read_tsv,
    write_tsv,
    versions=True,
    suggests=True,
    holds=_HOLDS,
    cannot=_CANNOT,
)
