"""The table of formats, and the way into them: a name or a suffix, and a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO

from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, ReadOptions
from tonemark.exchange.conll import read_conll
from tonemark.exchange.jsonl import read_jsonl
from tonemark.exchange.prodigy import write_jsonl
from tonemark.exchange.tables import read_csv, read_tsv
from tonemark.exchange.text import read_text

BUFFER = 1 << 20
"""Bytes that are read at once: a line of 1 GB is passed over in a third of the time that Python's
own 8 KiB take."""

FORMATS: dict[str, Format] = {
    each.name: each
    for each in (
        Format("text", (".txt",), read_text),
        Format(
            "jsonl",
            (".jsonl", ".ndjson", ".json"),
            read_jsonl,
            write_jsonl,
        ),
        Format("csv", (".csv",), read_csv),
        Format("tsv", (".tsv", ".tab"), read_tsv),
        Format(
            "conll",
            (".conll", ".bio", ".iob", ".iob2"),
            read_conll,
        ),
    )
}


def guess_format(path: Path) -> str:
    """The name of the format that the file's suffix tells.

    Raises TonemarkError where it tells none, and of a directory.
    """
    _refuse_directory(path)
    suffix = path.suffix.lower()
    for each in FORMATS.values():
        if suffix in each.suffixes:
            return each.name
    told = "a suffix that tells no format" if suffix else "no suffix to tell its format"
    raise TonemarkError(
        f'"{path.name}" has {told}.',
        f"Name one with --format: {', '.join(FORMATS)}.",
    )


def _refuse_directory(path: Path) -> None:
    if path.is_dir():
        raise TonemarkError(
            f'"{path}" is a directory, not a file.',
            f"Name the files that are in it, for example {path / '*.txt'}.",
        )


def writable() -> list[str]:
    """The names of the formats that can be written."""
    return [each.name for each in FORMATS.values() if each.write]


def format_named(name: str) -> Format:
    """The format of that name. Raises TonemarkError where there is none."""
    try:
        return FORMATS[name]
    except KeyError:
        raise TonemarkError(
            f'"{name}" is no format.', f"The formats are {', '.join(FORMATS)}."
        ) from None


def read_records(
    path: Path,
    *,
    format: str | None,
    options: ReadOptions,
    watch: Callable[[IO[bytes]], None] = lambda stream: None,
) -> Iterator[Given]:
    """The records of a file, and the refusals of what could not be taken, as a stream.

    `watch` is given the open stream, whose position tells how far the reading is. `format` None
    goes by the suffix; an empty `options.source` is the file's base name. Raises TonemarkError at
    once where there is no such format, and while reading where the file cannot be opened or is
    refused whole.
    """
    chosen = format_named(format or guess_format(path))
    _refuse_directory(path)
    if chosen.read is None:
        raise TonemarkError(f'The format "{chosen.name}" can only be written.')
    # A file's name need not be UTF-8; what is stored must be.
    source = (options.source or path.name).encode("utf-8", "backslashreplace").decode()
    return _records(path, chosen, replace(options, source=source), watch)


def _records(
    path: Path, chosen: Format, options: ReadOptions, watch: Callable[[IO[bytes]], None]
) -> Iterator[Given]:
    with opened(path) as stream:
        watch(stream)
        if chosen.read:
            yield from chosen.read(stream, options)


def opened(path: Path) -> IO[bytes]:
    """A file, open for reading. Raises TonemarkError where it cannot be, and of a directory."""
    _refuse_directory(path)
    try:
        return path.open("rb", buffering=BUFFER)
    except OSError as error:
        raise TonemarkError(f'"{path}" cannot be read: {error.strerror}.') from error
