"""What a format of the exchange is, and what readers and writers are told; knows none by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal, NamedTuple, TypeAlias

from tonemark.corpus.labels import Label
from tonemark.corpus.records import Record
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import Spaced

Given: TypeAlias = Record | Refusal
"""What a reader yields, in the order of the file."""

Unit: TypeAlias = Literal["code points", "UTF-16 units", "graphemes", "tokens"]
"""What the offsets of a format count."""

Held: TypeAlias = Literal[
    "text", "keys", "metadata", "tokens", "annotators", "answers", "comments", "settings"
]
"""What a format may hold besides spans and labels. "text": to the code point, white space too.
"tokens": which they are, corrected ones under each answer too. "annotators": who said it, and when.
"answers": accept, reject, ignore, gold, and what has none. "comments": with flags. "settings": the
tokenizer's name and version, labels with what they are for, guidelines."""

HELD: tuple[Held, ...] = (
    "text",
    "keys",
    "metadata",
    "tokens",
    "annotators",
    "answers",
    "comments",
    "settings",
)

HELD_WHOLE: frozenset[Held] = frozenset(HELD) - {"settings"}
"""All of a document: a sidecar beside a format that holds this has no more than a header."""

NAME_KEY = "NE"
"""The name of the tag in MISC of CoNLL-U, where nobody names another."""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What the person who adds a file said of it.

    `text_column` names the column (CSV, TSV) or the field (JSONL) of the text. `per_file` makes a
    plain text file one document. `annotators` are the names whose labels the file holds. `source`
    is the file's base name: spans that it proposes come from `import:SOURCE`. `offsets` says what a
    file counts whose format leaves that open (doccano); None is the format's own unit. `name_key`
    is the name of the tag in MISC (CoNLL-U); empty, it is NAME_KEY. `tokenizer` is the project's,
    name and version: tokens that it made are not taken as given ones.
    """

    text_column: str | None = None
    per_file: bool = False
    annotators: tuple[str, ...] = ()
    source: str = ""
    offsets: Unit | None = None
    name_key: str = ""
    tokenizer: tuple[str, str] = ("", "")

    @property
    def origin(self) -> str:
        """The source of spans of which the file does not say whence they came."""
        return f"import:{self.source}"


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a writer is told of the project and of the export.

    `dataset` is the project's name, `language` a BCP 47 tag. `annotators` are those of whom an
    answer may stand in `ExportRow.versions`, in the order of their columns. `sentences` cuts a
    text into sentences, for formats that divide documents; None leaves them whole. `part` is the
    name of the part of a split that is written, or empty. `offsets` and `name_key` are as in
    ReadOptions. With `spreadsheet_safe` no cell of a table may be taken for a formula.
    """

    dataset: str = ""
    language: str = ""
    labels: tuple[Label, ...] = ()
    annotators: tuple[str, ...] = ()
    sentences: Callable[[str], Sequence[Token]] | None = None
    part: str = ""
    offsets: Unit | None = None
    name_key: str = "NE"
    spreadsheet_safe: bool = False


Reader: TypeAlias = Callable[[IO[bytes], ReadOptions], Iterator[Given]]
"""Bytes to records, as a stream. What is held is bounded: a line or an element of a list by
files.LINE_LIMIT; what becomes one document, be it lines, rows or a sentence, by records.TEXT_LIMIT
and a number of rows or spans. A format that is compressed as one (DocBin) is held whole, up to a
multiple of its size."""

Writer: TypeAlias = Callable[[Iterable[ExportRow], IO[bytes], WriteOptions], Iterator[int]]
"""Rows into a binary stream, as a generator: after each row, in order, it yields how many records
the format's own reader will make of it (one for most; a sentence each for some)."""

FolderReader: TypeAlias = Callable[[Path, ReadOptions], Iterator[Given]]
"""The same from a folder of files; `Record.line` is of the file that the refusal names."""

FolderWriter: TypeAlias = Callable[[Iterable[ExportRow], Path, WriteOptions], Iterator[int]]
"""The same into an empty folder, which is put in its place as a whole when all is written. Names of
files in it are made by `names.file_name`, never taken from a key as they are."""


class Misfit(NamedTuple):
    """Something of a row that a format cannot say: where (code points of the text; 0, 0 is the
    whole document) and why, in words ("holds a tab, which ends a column")."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Format:
    """A file format: its name on the command line, what it is in a few words, and how it is read
    and written; None where it cannot be.

    `suffixes` are lower case, with the dot; the first is that of what is written; a format that is
    written as a folder may have none. Where several formats have a suffix, `recognises` tells them
    apart by the first bytes (1 MiB) of a file, or by a folder; where none does, the one without it
    is meant, else the one whose name the suffix is.

    `unit` is what its offsets count. `on_tokens`: spans begin and end with tokens: with those that
    `borders` makes of a text and its tokens, by default `tagging.pieces`. `overlaps`: spans may
    share characters. `versions`: several annotators' answers to a document stand side by side.
    `suggests`: the suggestions of a document without an answer are written, as that.
    `other_offsets`: `offsets` may name another unit. `parts`: one folder holds all parts of a
    split, written one after another in the order of their names. `holds` is what else travels
    along; the rest goes to a sidecar. `cannot` says in a few words each what is lost besides.
    `label_fault` says why the format's own readers would mangle a label, or nothing; `misfits` what
    else of a row cannot be written. `companions` are small files to be written beside, by what is
    added to the file's stem (".config.xml").
    """

    name: str
    about: str
    suffixes: tuple[str, ...] = ()
    read: Reader | None = None
    write: Writer | None = None
    read_folder: FolderReader | None = None
    write_folder: FolderWriter | None = None
    recognises: Callable[[bytes], bool] | None = None
    recognises_folder: Callable[[Path], bool] | None = None
    unit: Unit = "code points"
    on_tokens: bool = False
    borders: Callable[[str, Sequence[Token]], Iterable[Token | Spaced]] | None = None
    overlaps: bool = True
    versions: bool = False
    suggests: bool = False
    other_offsets: bool = False
    parts: bool = False
    holds: frozenset[Held] = frozenset(("text",))
    cannot: tuple[str, ...] = ()
    label_fault: Callable[[str], str] | None = None
    misfits: Callable[[ExportRow], Iterable[Misfit]] | None = None
    companions: Callable[[WriteOptions], Mapping[str, bytes]] | None = None

    @property
    def readable(self) -> bool:
        """Whether it can be read."""
        return bool(self.read or self.read_folder)

    @property
    def writable(self) -> bool:
        """Whether it can be written."""
        return bool(self.write or self.write_folder)
