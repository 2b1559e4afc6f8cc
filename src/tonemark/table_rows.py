"""Rows out of a table of separated values, as RFC 4180 has it; what the columns mean is not known
here."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from typing import IO, NamedTuple

import regex

from tonemark.files import LINE_LIMIT, Line, read_lines
from tonemark.lines import TOO_LONG, not_utf8, without_bom
from tonemark.refusals import Refusal, Refused

_DECLARED = regex.compile(r'"?sep=([,;|\t])"?')


class Row(NamedTuple):
    """The fields of a row, and the line on which it begins (from 1)."""

    line: int
    fields: list[str]


def table_rows(
    stream: IO[bytes], source: str, delimiters: tuple[str, ...], limit: int
) -> Iterator[Row | Refusal]:
    """The rows of a table that are not empty, and the refusals of those that cannot be read.

    A field in double quotes may hold line ends. Excel's first line `sep=;` says what separates the
    fields, and is no row; without it, the first of the `delimiters` that stands in the
    first line that is not blank separates the fields; where none does, the first of them. A row
    over several lines has at most `limit` bytes: where a quote was never closed, what has been
    read until then is held several times over (csv keeps a field at four bytes a character).
    Raises TonemarkError where the file is UTF-16 or UTF-32; `source` names it there.
    """
    # The limit is the process's own: never lower what another part of it needs.
    csv.field_size_limit(max(csv.field_size_limit(), LINE_LIMIT))
    lines = _Lines(stream, source, limit)
    delimiter = _delimiter(lines, delimiters)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
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
            yield Refusal(lines.first, reason)
        elif any(row):
            yield Row(lines.first, row)


class _Lines:
    """The lines of one record after the other, as csv.reader takes them: with their line ends.

    Keeps the lines of the record at hand, so that those after its first can be read anew when a
    quote was never closed. A line that is not UTF-8 is passed on (its record is then refused), so
    that the columns stay in step.
    """

    def __init__(self, stream: IO[bytes], source: str, limit: int) -> None:
        self._limit = limit
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
        if len(self._taken) > 1 and self._size > self._limit:
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


def _delimiter(lines: _Lines, delimiters: tuple[str, ...]) -> str:
    try:
        while not (line := next(lines)).strip():
            lines.begin()
        if declared := _DECLARED.fullmatch(line.strip("\r\n")):
            return declared[1]
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
