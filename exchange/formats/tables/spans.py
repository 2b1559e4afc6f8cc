"""A table with a row a span: written, and its rows put together as documents again.

The first row of a document has its text, the others its key alone. What separates the columns, and
how bytes become rows, is not known here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import IO, Any, NamedTuple

import regex

from tonemark.corpus.records import ANSWERS, Answer, GivenAnnotation, Record, Settled
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import Given, ReadOptions, WriteOptions
from tonemark.exchange.checks import (
    checked_key,
    checked_label,
    checked_priority,
    checked_text,
    one_name,
)
from tonemark.exchange.formats.tables.apart import Head, rows_apart
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.table_rows import Row

COLUMNS = tuple("key text annotator answer gold start end label span comment flagged time".split())
"""The columns, in the order in which they are written: offsets in code points, end exclusive;
`gold` and `flagged` are yes or empty; `time` is in Unix seconds. An annotation's comment, flag and
time stand in its first row."""

_NEEDED = frozenset("key text annotator answer start end label span".split())
"""By these columns such a table is known; no other has them all."""

SHOWN = 1000
"""Code points of a span beyond which its text does not stand beside its offsets again."""

ROWS = 200_000
"""Rows that a document may have."""

_BOM = b"\xef\xbb\xbf"
_MARK = "'"
_YES = {"": False, "no": False, "false": False, "0": False, "yes": True, "true": True, "1": True}
_NUMBER = regex.compile(r"-?[0-9]{1,18}")

# A spreadsheet takes a cell for a formula by its first character (also in full width), and may find
# that after a separator in it, where its country has another one, or after a quote.
_FORMULA = r"[=+\-@\uff1d\uff0b\uff0d\uff20]"
_BEGINS = r"(?:^(?=\"*+'*+[\t\r\n])|(?:^|(?<=[;,|\t\r\n]))(?=\"*+'*+" + _FORMULA + r"))(\"*+)"
_HARMFUL = regex.compile(_BEGINS)
_HARMLESS = regex.compile(_BEGINS + "'")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin
    one. `exact` gives back the cell."""
    return cell if cell.isalnum() else _HARMFUL.sub(r"\1'", cell)


def exact(cell: str) -> str:
    """The cell that `harmless` changed."""
    return cell if _MARK not in cell else _HARMLESS.sub(r"\1", cell)


def write_rows(
    rows: Iterable[ExportRow], stream: IO[bytes], options: WriteOptions, delimiter: str
) -> Iterator[int]:
    """Write the table in UTF-8, quoted as RFC 4180 has it, lines ended by CRLF.

    A document without a span has one row; where it has no answer, its suggestions have empty cells
    as `annotator` and `answer`. For a spreadsheet (`options.spreadsheet_safe`) the cells are
    `harmless`, as an apostrophe before the first column's name tells, and a byte order mark tells
    Excel that the file is UTF-8.
    """
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    is_safe = options.spreadsheet_safe
    stream.write(_BOM if is_safe else b"")
    table.writerow([_MARK * is_safe + COLUMNS[0], *COLUMNS[1:]])
    stream.write(buffer.getvalue().encode())
    for row in rows:
        buffer.seek(0)
        buffer.truncate()
        for cells in _cells(row):
            table.writerow(map(harmless, cells) if is_safe else cells)
        stream.write(buffer.getvalue().encode())
        yield 1


def _cells(row: ExportRow) -> Iterator[list[str]]:
    text = row.text
    answers = row.answers() or (row,)
    if row.versions and row.settled is not None:
        answers = (*answers, row)
    for each in answers:
        who = [each.annotator or "", each.answer or "", "yes" if each.settled is not None else ""]
        if each.answer is None:
            who[0] = ""
        time = "" if each.time is None else repr(each.time)
        said = [each.comment, "yes" if each.flagged else "", time] if each.answer else [""] * 3
        for span in each.shown() or (None,):
            yield [row.key, text, *who, *_place(row.text, span), *said]
            text, said = "", [""] * 3


def _place(text: str, span: Span | Suggestion | None) -> list[str]:
    if span is None:
        return [""] * 4
    shown = text[span.start : span.end] if span.end - span.start <= SHOWN else ""
    return [str(span.start), str(span.end), span.label, shown]


# Reading


class Places(NamedTuple):
    """Where a table of spans has its columns, and which of its other columns are metadata."""

    columns: dict[str, int]
    meta: tuple[tuple[str, int], ...]
    is_safe: bool

    def of(self, fields: Sequence[str], name: str) -> str:
        """A cell of a row; empty where the table has no such column."""
        place = self.columns.get(name)
        return "" if place is None else fields[place]


def places_of(names: Sequence[str]) -> Places | None:
    """The columns of a table of spans by the names in its header; None of any other table."""
    is_safe = bool(names) and names[0].startswith(_MARK)
    plain = [names[0].removeprefix(_MARK), *names[1:]] if is_safe else names
    columns: dict[str, int] = {}
    for place, name in enumerate(plain):
        columns.setdefault(name.casefold(), place)
    if not columns.keys() >= _NEEDED:
        return None
    ours = {name: columns[name] for name in COLUMNS if name in columns}
    taken = set(ours.values())
    meta = tuple((name, place) for place, name in enumerate(plain) if place not in taken)
    return Places(ours, meta, is_safe)


def read_rows(
    rows: Iterable[Row | Refusal],
    again: Callable[[], Iterable[Row | Refusal]],
    places: Places,
    width: int,
    options: ReadOptions,
) -> Iterator[Given]:
    """The documents of a table of spans; one is refused whole with the first row that is, and where
    its rows do not stand together: `rows` are looked through for that, and read from `again`.

    Rows without `annotator` and `answer` are the accept of the one name in `annotators`, else
    suggestions; rows with a name alone are her accept. Raises TonemarkError where several are
    named, and as `rows_apart` does.
    """
    one_name(
        options,
        "the table has a column of annotators",
        "Give one name, for the rows without, or none.",
    )
    cells = itemgetter(*(places.columns[name] for name in ("key", "text", "start")))
    apart = rows_apart(_fitting(rows, places, width), cells, options.source)
    number = 0
    document: _Document | None = None
    for row in _fitting(again(), places, width):
        if isinstance(row, Refusal):
            # It may have been a row of the document at hand.
            if document is not None and not document.refusal:
                row = Refusal(row.line, f"{row.reason}; the document before it is left out, too")
                document.refusal = row
            else:
                number += 1
                yield row
            continue
        key, text, start = cells(row.fields)
        if document is None or not document.head.goes_on(key, text, start):
            if document is not None:
                yield document.given()
            number += 1
            head = Head.of(key, text)
            refusal = apart.refusal(head, row.line)
            document = _Document(places, options, number, row.line, head, refusal)
        document.take(row)
    if document is not None:
        yield document.given()


def _fitting(rows: Iterable[Row | Refusal], places: Places, width: int) -> Iterator[Row | Refusal]:
    """The rows, their cells as they were written; those that do not fit the header are refused."""
    for row in rows:
        if isinstance(row, Row):
            if (count := len(row.fields)) != width:
                reason = f"{count} field{'s'[: count != 1]}, the header has {width}"
                row = Refusal(row.line, reason)
            elif places.is_safe:
                row = Row(row.line, [exact(cell) for cell in row.fields])
        yield row


@dataclass(slots=True)
class _Said:
    """What an annotator says of the document at hand, gathered from her rows."""

    answer: Answer | None
    spans: dict[tuple[int, int, str], None] = field(default_factory=dict)
    comments: dict[str, None] = field(default_factory=dict)
    flagged: bool = False
    time: float | None = None


@dataclass(slots=True)
class _Document:
    """The document at hand, row by row."""

    places: Places
    options: ReadOptions
    number: int
    line: int
    head: Head
    refusal: Refusal | None = None
    text: str = ""
    rows: int = 0
    meta: dict[str, Any] = field(default_factory=dict)
    said: dict[tuple[str, bool], _Said] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Add a row; a fault is kept, and refuses the document."""
        self.rows += 1
        if self.refusal:
            return
        try:
            if self.rows == 1:
                self._begin(row.fields)
            if self.rows > ROWS:
                raise Refused(f"the document has more than {ROWS:,} rows")
            self._take(_cell(self.places, row.fields))
        except Refused as refused:
            self.refusal = Refusal(row.line, str(refused))

    def given(self) -> Given:
        """The record, or why there is none."""
        if self.refusal:
            return self.refusal
        try:
            return self._record()
        except Refused as refused:
            return Refusal(self.line, str(refused))

    def _begin(self, fields: Sequence[str]) -> None:
        key, text = self.head
        if key and not text:
            raise Refused(
                f"a row of {quoted(key)} without its text: the rows of a document stand together, "
                "and the first of them has the text"
            )
        self.text = checked_text(text)
        self.meta = {name: fields[place] for name, place in self.places.meta if fields[place]}

    def _take(self, cell: Callable[[str], str]) -> None:
        who, answer = cell("annotator").strip(), _answer(cell("answer"))
        span = _span(cell, self.text)
        if who and span and not answer:
            answer = "accept"
        if not (answer or span):
            return
        is_gold = _yes(cell("gold"), "gold")
        said = self.said.setdefault((who, is_gold), _Said(answer))
        if said.answer != answer:
            raise Refused(
                f"the answer of {quoted(who)} is {quoted(answer)} here, and {quoted(said.answer)} "
                "in a row before"
            )
        if span in said.spans:
            start, end, label = span
            self.warnings[f"the span {start}-{end} {quoted(label)} stands there twice"] = None
        elif span:
            said.spans[span] = None
        if comment := cell("comment"):
            said.comments[comment] = None
        said.flagged |= _yes(cell("flagged"), "flagged")
        if said.time is None:
            said.time = self._time(cell("time"))

    def _time(self, cell: str) -> float | None:
        try:
            time = float(cell) if cell else None
        except ValueError:
            time = float("nan")
        if time is None or abs(time) < float("inf"):
            return time
        self.warnings[f"the time is {quoted(cell)}, not seconds: left out"] = None
        return None

    def _record(self) -> Record:
        warnings = list(self.warnings)
        origin = (self.options.origin,)
        suggestions: tuple[Suggestion, ...] = ()
        annotations = []
        for (who, is_gold), said in self.said.items():
            answer = said.answer
            if answer is None and not self.options.annotators:
                suggestions = tuple(Suggestion(*place, origin) for place in said.spans)
                continue
            if not who and not self.options.annotators:
                warnings.append('no annotator: taken as the answer of "unknown"')
            name = who or next(iter(self.options.annotators), "unknown")
            spans = tuple(Span(*place, origin) for place in said.spans)
            rest = ("\n".join(said.comments), said.flagged, said.time)
            settled = Settled() if is_gold else None
            annotations.append(
                GivenAnnotation(name, answer or "accept", spans, *rest, settled=settled)
            )
        priority = next((v for n, v in self.meta.items() if n.casefold() == "priority"), None)
        return Record(
            self.number,
            self.line,
            self.text,
            checked_key(self.head.key, "key"),
            self.meta,
            suggestions=suggestions,
            annotations=tuple(annotations),
            priority=checked_priority(priority, warnings),
            warnings=tuple(warnings),
        )


def _cell(places: Places, fields: Sequence[str]) -> Callable[[str], str]:
    """The cells of one row by the names of their columns."""
    return lambda name: places.of(fields, name)


def _answer(cell: str) -> Answer | None:
    value = cell.strip().casefold()
    for answer in ANSWERS:
        if value == answer:
            return answer
    if value:
        raise Refused(f"the answer is {quoted(cell)}, not one of {', '.join(ANSWERS)}")
    return None


def _yes(cell: str, name: str) -> bool:
    try:
        return _YES[cell.strip().casefold()]
    except KeyError:
        raise Refused(f'"{name}" is {quoted(cell)}, neither yes nor empty') from None


def _span(cell: Callable[[str], str], text: str) -> tuple[int, int, str] | None:
    """The span of a row, if it has one. Raises Refused."""
    first, last, label, shown = (cell(name) for name in ("start", "end", "label", "span"))
    if not (first or last or label or shown):
        return None
    name = f"the span {quoted(first)}-{quoted(last)}"
    if not _NUMBER.fullmatch(first.strip()) or not _NUMBER.fullmatch(last.strip()):
        raise Refused(f"{name}: start and end must be whole numbers")
    start, end = int(first), int(last)
    name = f"the span {start}-{end}"
    if start >= end:
        raise Refused(f"{name} is empty or runs backwards")
    if start < 0 or end > len(text):
        raise Refused(f"{name} lies outside the text, which has {len(text)} characters")
    if not label:
        raise Refused(f"{name} has no label")
    if shown and shown != text[start:end]:
        raise Refused(
            f"{name} is said to be {quoted(shown)}, but {quoted(text[start:end])} stands there; "
            "offsets must count code points"
        )
    return start, end, checked_label(label)
