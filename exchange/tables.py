"""CSV and TSV: a header row, a column of texts; the other columns are metadata."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import IO, NamedTuple

from tonemark.corpus.pieces import PIECE
from tonemark.corpus.records import TEXT_LIMIT, Record, Refusal
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.checks import Refused, checked_key, checked_text, quoted
from tonemark.exchange.lines import TOO_LONG, not_utf8, without_bom
from tonemark.exchange.prodigy import GIVEN
from tonemark.files import LINE_LIMIT, Line, read_lines

ROW_LIMIT = 2 * TEXT_LIMIT
"""Bytes of a row that goes over several lines: where a quote was never closed, what has been read
until then is held several times over (csv keeps a field at four bytes a character)."""

_KEY_COLUMNS = ("key", "id")


def read_csv(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """Records of a table as RFC 4180 has it: a field in double quotes may hold line ends.

    Where the header has no comma but a semicolon or a tab (as spreadsheets write in some
    countries), that separates the columns. Raises TonemarkError where the file is UTF-16, or
    where the column of the texts cannot be told.
    """
    return _read_table(stream, options, (",", ";", "\t"))


def read_tsv(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """The same, with tabs between the columns. Raises as read_csv does."""
    return _read_table(stream, options, ("\t",))


class _Header(NamedTuple):
    names: list[str]
    text: int
    key: int | None


class _Lines:
    """The lines of one record after the other, as csv.reader takes them: with their line ends.

    Keeps the lines of the record at hand, so that those after its first can be read anew when a
    quote was never closed. A line that is not UTF-8 is passed on (its record is then refused), so
    that the columns stay in step.
    """

    def __init__(self, stream: IO[bytes], source: str) -> None:
        self._unread = read_lines(stream, LINE_LIMIT, keep_ends=True)
        self._source = source
        self._pending: deque[Line] = deque()
        self._taken: list[Line] = []
        self._size = 0
        self.problem = ""

    @property
    def first(self) -> int:
        """The line on which the record at hand begins."""
        return self._taken[0].number

    def begin(self) -> None:
        """What comes next is another record."""
        self._taken.clear()
        self._size = 0
        self.problem = ""

    def give_up(self) -> None:
        """Give back the lines of the record at hand, all but the first."""
        self._pending.extendleft(reversed(self._taken[1:]))

    def give_back(self) -> None:
        """Give back all the lines of the record at hand."""
        self._pending.extendleft(reversed(self._taken))

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._pending.popleft() if self._pending else self._read()
        self._taken.append(line)
        if line.data is None:
            raise Refused(TOO_LONG)
        self._size += len(line.data)
        if len(self._taken) > 1 and self._size > ROW_LIMIT:
            raise Refused("a quote is opened here and not closed")
        try:
            return line.data.decode()
        except UnicodeDecodeError as error:
            where = "" if len(self._taken) == 1 else f"line {line.number} is "
            self.problem = self.problem or where + not_utf8(error)
            return line.data.decode(errors="replace")

    def _read(self) -> Line:
        line = next(self._unread)
        if line.number == 1 and line.data is not None:
            return Line(1, without_bom(line.data, self._source))
        return line


def _read_table(
    stream: IO[bytes], options: ReadOptions, delimiters: tuple[str, ...]
) -> Iterator[Given]:
    # The limit is the process's own: never lower what another part of it needs.
    csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
    lines = _Lines(stream, options.source)
    delimiter = _delimiter(lines, delimiters)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header: _Header | None = None
    number = 0
    while True:
        lines.begin()
        try:
            row = next(rows)
        except StopIteration:
            return
        except (csv.Error, Refused) as error:
            reason = str(error) if isinstance(error, Refused) else _in_words(error)
            lines.give_up()
        else:
            reason = lines.problem
        if reason:
            if header is None:
                raise TonemarkError(
                    f"{options.source or 'The file'}: the header (line {lines.first}) cannot be "
                    f"read: {reason}."
                )
            number += 1
            yield Refusal(lines.first, reason)
            continue
        if not any(row):
            continue
        if header is None:
            header = _header(row, options)
            continue
        number += 1
        try:
            yield _record(row, header, number, lines.first)
        except Refused as refused:
            yield Refusal(lines.first, str(refused))


def _delimiter(lines: _Lines, delimiters: tuple[str, ...]) -> str:
    try:
        while not (line := next(lines)).strip():
            lines.begin()
    except (StopIteration, Refused):
        line = ""
    lines.give_back()
    return next((each for each in delimiters if each in line), delimiters[0])


def _in_words(error: csv.Error) -> str:
    message = str(error)
    if "unexpected end of data" in message:
        return "a quote is opened here and not closed"
    if "expected after" in message:
        return 'a quote inside a quoted field is not doubled ("")'
    if "new-line character" in message:
        return "a carriage return stands in a field without quotes"
    return f"not a row of a table: {message}"


def _header(row: list[str], options: ReadOptions) -> _Header:
    """Raises TonemarkError where the column of the texts cannot be told."""
    names: list[str] = []
    taken = {GIVEN, PIECE}
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
        raise TonemarkError(
            f"{options.source or 'The file'} has no column {missing}; it has {shown}.",
            "Name the column of the texts with --text-column.",
        )
    keys = (folded.index(name) for name in _KEY_COLUMNS if name in folded)
    return _Header(names, text, next((place for place in keys if place != text), None))


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
    return Record(number, line, text, key, meta)
