"""Files of entries, read as a stream: patterns in JSON Lines, tables, plain lists of names.

Each line that cannot be taken is refused with its number, and the rest is read. Knows no store.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, Literal, NamedTuple, TypeAlias, get_args

from tonemark.corpus.gazetteers import NewEntry
from tonemark.errors import TonemarkError
from tonemark.json_lines import json_object
from tonemark.lines import numbered_lines, without_bom
from tonemark.patterns.entries import Rules, unknown_label
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.table_rows import Row, table_rows

LINE_BYTES = 1 << 20
"""Bytes that a line of a file of entries may have, and a row of several lines."""

BUFFER = 1 << 20
"""Bytes that are read at once."""

WAIT = 30.0
"""Seconds that a pipe is waited for in which nothing is written."""

_BOM = b"\xef\xbb\xbf"

Form = Literal["jsonl", "csv", "tsv", "list"]
FORMS: Final[tuple[Form, ...]] = get_args(Form)

_SUFFIXES: Final[dict[str, Form]] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl",
    ".csv": "csv", ".tsv": "tsv", ".tab": "tsv",
}  # fmt: skip

_NAMES = ("name", "pattern", "text", "term", "word", "entry", "form", "string", "value", "entity")
_LABELS = ("label", "type", "category", "class", "tag", "entity")
"""What columns are called: `entity` is the name where another has the label, and else the label."""


class Given(NamedTuple):
    """An entry, and the line of the file on which it begins (from 1)."""

    line: int
    entry: NewEntry


Item: TypeAlias = Given | Refusal


def form_of(path: Path) -> Form | None:
    """How a file is read, by its suffix; None where that tells nothing."""
    return _SUFFIXES.get(path.suffix.lower())


def read_entries(stream: IO[bytes], form: Form, source: str, rules: Rules) -> Iterator[Item]:
    """The entries of a file, and the refusals of what could not be taken, in its order.

    `jsonl`: `{"label", "pattern"}`, the pattern a name or a list of spaCy's token dictionaries (the
    format of Prodigy's --patterns and of spaCy's EntityRuler), or `{"label", "regex"}`; `id` may
    stand beside them. `csv`, `tsv`: columns `name` (or `pattern`, `text`, `term`, `word` ...),
    `label` (or `type`, `category` ...), `id` in any order under a header; without one, name, label,
    id, or label and name where the first field is one of the project's labels. `list`: a name a
    line. Blank lines are passed over.

    Raises TonemarkError where the file is not UTF-8 text, where the labels of a list are not told,
    and where a table has no names.
    """
    _check_text(stream, source)
    if form == "list" and not rules.label:
        raise TonemarkError(
            f"{source} is a list of names, without their label.",
            f"Say it with --label, one of {', '.join(rules.labels[:12])}.",
        )
    if form in ("csv", "tsv"):
        return _table(stream, _delimiters(stream, form, rules), source, rules)
    taken = _record if form == "jsonl" else _name
    return _lines(stream, source, lambda line: taken(line, rules))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """A file of entries, or a pipe that somebody writes into; standard input for "-".

    Raises TonemarkError where it is a folder or a device, where it cannot be read, and where
    nothing comes out of a pipe for WAIT seconds.
    """
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    if os.path.isdir(path):
        raise TonemarkError(f'"{path}" is a folder, not a file.', "Name the files that are in it.")
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise TonemarkError(f'"{path}" cannot be read: {why}.') from None
    with os.fdopen(handle, "rb", buffering=BUFFER) as stream:
        mode = os.fstat(handle).st_mode
        if stat.S_ISFIFO(mode) and not select.select([handle], [], [], WAIT)[0]:
            raise TonemarkError(
                f'"{path}" is a pipe, and nothing came out of it for {WAIT:.0f} s.',
                "Name a file, or see that something is written into it.",
            )
        if not (stat.S_ISFIFO(mode) or stat.S_ISREG(mode)):
            raise TonemarkError(f'"{path}" is not a file.', "Name a file of entries.")
        os.set_blocking(handle, True)
        yield stream


def _start(stream: IO[bytes]) -> bytes:
    """The beginning of a file, which is read all the same; empty where that cannot be seen."""
    peek: Callable[[], bytes] = getattr(stream, "peek", bytes)
    return peek()


def form_seen(stream: IO[bytes]) -> Form:
    """How a file is read of which the suffix tells nothing, by its beginning: as JSON Lines where
    it begins with a brace, as TSV where tabs stand in all lines, as a spreadsheet pastes it."""
    # What is behind the last line end may be half a line.
    lines = [each for each in _start(stream).rpartition(b"\n")[0].split(b"\n") if each.strip()]
    if not lines:
        lines = [_start(stream)]
    if lines[0].removeprefix(_BOM).startswith(b"{"):
        return "jsonl"
    return "tsv" if all(b"\t" in each.strip() for each in lines) else "list"


def encoding_seen(stream: IO[bytes]) -> str:
    """The encoding that a file is probably in, if not in UTF-8, by its beginning; else empty."""
    start = _start(stream)
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        with contextlib.suppress(UnicodeDecodeError):
            start.decode("cp1252")
            return "WINDOWS-1252"
    return ""


def in_utf8(encoding: str, file: str) -> str:
    """The command that converts a file."""
    return f"iconv -f {encoding} -t UTF-8 {file}"


def _check_text(stream: IO[bytes], source: str) -> None:
    """Raises TonemarkError where the file begins as none of text does."""
    start = _start(stream)
    without_bom(start, source)
    if b"\0" not in start:
        return
    even, odd = start[:4096:2].count(0), start[1:4096:2].count(0)
    if max(even, odd) * 4 > len(start[:4096]) and not min(even, odd):
        encoding = "UTF-16BE" if even else "UTF-16LE"
        raise TonemarkError(
            f"{source} is probably {encoding}.", f"Convert it:\n    {in_utf8(encoding, 'FILE')}"
        )
    raise TonemarkError(
        f"{source} is not text: it holds NUL bytes.",
        "Gazetteers are JSON Lines, CSV, TSV, or lists of a name a line, in UTF-8.",
    )


def _lines(stream: IO[bytes], source: str, taken: Callable[[str], NewEntry]) -> Iterator[Item]:
    for _, item in numbered_lines(stream, source, limit=LINE_BYTES):
        if isinstance(item, Refusal):
            yield item
            continue
        line, text = item
        try:
            yield Given(line, taken(text))
        except Refused as refused:
            yield Refusal(line, str(refused))


def _name(line: str, rules: Rules) -> NewEntry:
    if "\t" in line.strip():
        raise Refused("a tab stands in it: is it a table? --format tsv")
    return NewEntry(rules.label, rules.checked_name(line))


def _record(line: str, rules: Rules) -> NewEntry:
    given = json_object(line)
    pattern, expression = given.get("pattern"), given.get("regex")
    if pattern is not None and expression is not None:
        raise Refused('there are both "pattern" and "regex": give each a line of its own')
    label, number = given.get("label"), given.get("id")
    if expression is not None:
        return rules.entry(label, "regex", expression, number)
    if pattern is None and "text" in given:
        raise Refused(
            "this is a text, perhaps with answers: add texts with tonemark add, the names in"
            " answers with tonemark gazetteer add --from"
        )
    if pattern is None:
        raise Refused('there is neither "pattern" nor "regex"')
    return rules.entry(label, "tokens" if isinstance(pattern, list) else "name", pattern, number)


class _Columns(NamedTuple):
    """At which place of a row what stands; None where it does not."""

    name: int
    label: int | None
    given: int | None
    width: int | None
    """Fields that each row must have; None where there is no header to say it."""


def _table(
    stream: IO[bytes], delimiters: tuple[str, ...], source: str, rules: Rules
) -> Iterator[Item]:
    columns: _Columns | None = None
    strange: Row | None = None
    is_first = True
    for row in table_rows(stream, source, delimiters, LINE_BYTES):
        if strange:
            yield _refused_head(strange, row, rules)
            strange = None
        if isinstance(row, Refusal):
            yield row
            continue
        if columns is None:
            columns = _header(row.fields, source, rules)
            if columns is not None:
                continue
            columns = _unnamed(row.fields, source, rules)
            if is_first and columns.label is not None and not _known(row.fields, rules):
                # Whether it is a header, the next row tells.
                strange, columns, is_first = row, None, False
                continue
        try:
            yield Given(row.line, _entry_of(row.fields, columns, rules))
        except Refused as refused:
            yield Refusal(row.line, str(refused))
    if strange:
        yield _refused_head(strange, None, rules)


def _known(fields: list[str], rules: Rules) -> bool:
    """Whether a row without a header has a label, or leaves it to --label."""
    given = [field.strip() for field in fields[:2]]
    return not given[1] or any(each in rules.labels or each in rules.mapped for each in given)


def _refused_head(row: Row, following: Row | Refusal | None, rules: Rules) -> Refusal:
    """Why the first row is not taken, of which no field is a label: by what comes after it."""
    call = "call its columns name, label, id"
    if isinstance(following, Row) and len(following.fields) > 1 and _known(following.fields, rules):
        return Refusal(row.line, f"this looks like a header: {call}")
    told = unknown_label(row.fields[1].strip(), rules.labels).partition(": perhaps --map")[0]
    return Refusal(row.line, f"{told}; if the line is a header, {call}")


def _delimiters(stream: IO[bytes], form: Form, rules: Rules) -> tuple[str, ...]:
    if form == "tsv":
        return ("\t",)
    first = _start(stream).removeprefix(_BOM).lstrip().partition(b"\n")[0].decode(errors="replace")
    fields = [field.strip() for field in first.split("|")]
    # A bar may be a click in a name: it parts columns where one of them says so.
    if {*fields} & {*rules.labels, *rules.mapped, *_LABELS} and not {*",;\t"} & {*first}:
        return ("|",)
    return (",", ";", "\t")


def _header(fields: list[str], source: str, rules: Rules) -> _Columns | None:
    """What the columns are called; None where the first row is no header."""
    heads = [field.strip().casefold() for field in fields]
    label, name = _place(heads, _LABELS[:-1]), _place(heads, _NAMES[:-1])
    if label is None and name is not None:
        label = _place(heads, _LABELS)
    elif name is None:
        name = _place(heads, _NAMES)
    is_header = "label" in heads or {*heads} <= {*_NAMES, "id"} or None not in (name, label)
    if not is_header or ("label" not in heads and {*map(str.strip, fields)} & {*rules.labels}):
        return None
    if name is None:
        shown = ", ".join(quoted(each) for each in fields[:12])
        raise TonemarkError(
            f"{source} has no column name, pattern or text; it has {shown}.",
            "Call the column of the names so.",
        )
    if label is None and not rules.label:
        raise _without_label(source, rules)
    return _Columns(name, label, heads.index("id") if "id" in heads else None, len(heads))


def _place(heads: list[str], names: tuple[str, ...]) -> int | None:
    return next((heads.index(each) for each in names if each in heads), None)


def _unnamed(fields: list[str], source: str, rules: Rules) -> _Columns:
    """The columns of a table without a header."""
    known = {*rules.labels, *rules.mapped}
    if len(fields) == 1:
        if not rules.label:
            raise _without_label(source, rules)
        return _Columns(0, None, None, None)
    if fields[0] in known and fields[1] not in known:
        return _Columns(1, 0, 2, None)
    return _Columns(0, 1, 2, None)


def _without_label(source: str, rules: Rules) -> TonemarkError:
    return TonemarkError(
        f"{source} has no column of labels.",
        f"Say with --label which one is meant, one of {', '.join(rules.labels[:12])}.",
    )


def _entry_of(fields: list[str], columns: _Columns, rules: Rules) -> NewEntry:
    count = len(fields)
    if columns.width is not None and count != columns.width:
        raise Refused(f"{count} field{'s'[: count != 1]}, the header has {columns.width}")
    if columns.width is None and count > 3:
        raise Refused(f"{count} fields: without a header, name, label and id are read")
    label, given = (
        fields[place].strip() if place is not None and place < count else None
        for place in (columns.label, columns.given)
    )
    name = fields[columns.name] if columns.name < count else ""
    return rules.entry(label, "name", name, given)
