"""What a format of the exchange is, and what a reader is told; knows no format by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, TypeAlias

from tonemark.corpus.records import Record
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

Given: TypeAlias = Record | Refusal
"""What a reader yields, in the order of the file."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the person who adds a file said of it.

    `text_column` names the column (CSV, TSV) or the field (JSONL) of the text. `per_file` makes a
    plain text file one document. `annotators` are the names whose labels the file holds. `source`
    is the file's base name: spans that it proposes come from `import:SOURCE`.
    """

    text_column: str | None = None
    per_file: bool = False
    annotators: tuple[str, ...] = ()
    source: str = ""

    @property
    def origin(self) -> str:
        """The source of spans of which the file does not say whence they came."""
        return f"import:{self.source}"


Reader: TypeAlias = Callable[[IO[bytes], ReadOptions], Iterator[Given]]
"""Bytes to records, as a stream: never more than a line of the file is held (files.LINE_LIMIT)."""

Writer: TypeAlias = Callable[[Iterable[ExportRow], IO[bytes], str], int]
"""Rows, a binary stream and the data set's name; answers how many records were written."""


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its name on the command line, its suffixes (lower case, with the dot), and
    how it is read and written; None where it cannot be."""

    name: str
    suffixes: tuple[str, ...]
    read: Reader | None = None
    write: Writer | None = None
