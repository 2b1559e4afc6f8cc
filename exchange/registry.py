"""The table of formats, and the way into them: a name or a suffix, and a file or folder.

Tonemark's own are named here, module by module; others are found by entry point. None is imported
before it is asked for.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, ReadOptions
from tonemark.exchange.kept import Sidecar
from tonemark.exchange.plugged import checked_format
from tonemark.exchange.restoring import Restoring
from tonemark.exchange.sidecar import Header, has_sidecar, is_unchanged, sidecar_of
from tonemark.plugins import loaded, plugin_named, plugins

GROUP = "tonemark.formats"
"""The group of entry points. Each names a `base.Format`, which has the entry point's name."""

OWN = {
    "jsonl": "prodigy.reading",
    "spacy": "docbin.writing",
    "conll2003": "columns.conll2003",
    "conll": "columns.conll",
    "conllu": "columns.conllu",
    "label-studio": "label_studio.tasks",
    "label-studio-min": "label_studio.minimal",
    "doccano": "doccano.lines",
    "brat": "brat.folder",
    "hf": "huggingface.dataset",
    "csv": "tables.reading:CSV",
    "tsv": "tables.reading:TSV",
    "text": "text",
}
"""Tonemark's own formats, in the order in which they are shown, and where each is: a module of the
folder `formats`, and in it `FORMAT` or what stands behind the colon."""

BUFFER = 1 << 20
"""Bytes that are read at once: a line of 1 GB is passed over in a third of the time that Python's
own 8 KiB take."""

HEAD = 1 << 20
"""Bytes of a file by which formats of one suffix are told apart: by 64 KiB a file of JSON that
begins with a long text was taken for another, and all its annotations for metadata."""


def format_names() -> list[str]:
    """The names of all formats: Tonemark's own, then those of other packages, by name."""
    return [*OWN, *(plugin.known_as for plugin in plugins(GROUP, frozenset(OWN)))]


@functools.cache
def _own(name: str) -> Format:
    module, _, attribute = OWN[name].partition(":")
    found = importlib.import_module(f"tonemark.exchange.formats.{module}")
    own: Format = getattr(found, attribute or "FORMAT")
    return own


def format_named(name: str) -> Format:
    """The format of that name. Raises TonemarkError where there is none, or where the package that
    has it cannot be used."""
    if name in OWN:
        return _own(name)
    plugin = plugin_named(GROUP, name, frozenset(OWN))
    if plugin is None:
        raise TonemarkError(
            f'"{name}" is no format.', f"The formats are {_listed(format_names())}."
        )
    return checked_format(loaded(plugin), plugin)


class Unusable(NamedTuple):
    """A format of another package that cannot be used, and why, in words."""

    name: str
    fault: TonemarkError


def listed() -> tuple[list[Format], list[Unusable]]:
    """All formats, in the order of `format_names`, and those of them that cannot be used."""
    found: list[Format] = []
    unusable: list[Unusable] = []
    for name in format_names():
        try:
            found.append(format_named(name))
        except TonemarkError as fault:
            unusable.append(Unusable(name, fault))
    return found, unusable


def readable() -> list[str]:
    """The names of the formats that can be read."""
    return [each.name for each in listed()[0] if each.readable]


def writable() -> list[str]:
    """The names of the formats that can be written."""
    return [each.name for each in listed()[0] if each.writable]


def guess_format(path: Path) -> str:
    """The name of the format that a file's suffix, and where several have it the file's beginning,
    tells; of a folder, that which knows it.

    Raises TonemarkError where nothing tells one.
    """
    if path.is_dir():
        return _folders_format(path)
    suffix = path.suffix.lower()
    found = [each for each in OWN if suffix in format_named(each).suffixes]
    if suffix and not found:
        found = [each.name for each in listed()[0] if suffix in each.suffixes]
    if not found:
        told = "a suffix that tells no format" if suffix else "no suffix to tell its format"
        raise TonemarkError(
            f'"{path.name}" has {told}.', f"Name one with --format: {_listed(readable())}."
        )
    if len(found) > 1 and path.is_file():  # a pipe is read once
        with opened(path) as stream:
            head = stream.read(HEAD)
        for name in found:
            if (recognises := format_named(name).recognises) and recognises(head):
                return name
    called = [name for name in found if suffix == f".{name}"]
    without = [name for name in found if format_named(name).recognises is None]
    return (*without, *called, *found)[0]


def _folders_format(path: Path) -> str:
    for each in listed()[0]:
        if each.recognises_folder and each.recognises_folder(path):
            return each.name
    refuse_folder(path)
    raise AssertionError("unreachable")


def refuse_folder(path: Path) -> None:
    """Raises TonemarkError where `path` is a directory."""
    if path.is_dir():
        raise TonemarkError(
            f'"{path}" is a directory, not a file.',
            f"Name the files that are in it, for example {path / '*.txt'}.",
        )


def _listed(names: list[str]) -> str:
    return ", ".join(names)


def read_records(
    path: Path,
    *,
    format: str | None,
    options: ReadOptions,
    watch: Callable[[IO[bytes]], None] = lambda stream: None,
    sidecar: bool = True,
) -> Iterator[Given]:
    """The records of a file or folder, and the refusals of what could not be taken, as a stream.

    `watch` is given the open stream, whose position tells how far the reading is. `format` None
    goes by the sidecar or the suffix; an empty `options.source` is the file's base name. If the
    file has a sidecar, what that keeps is restored, unless `sidecar` is False. Raises
    TonemarkError at once where there is no such format, and while reading where the file cannot be
    opened or is refused whole.
    """
    header = sidecar_header(path) if sidecar else None
    format = format or (header.format if header else None)
    chosen = format_named(format or guess_format(path))
    if not chosen.readable:
        raise TonemarkError(f'The format "{chosen.name}" can only be written.')
    if path.is_dir() and chosen.read_folder is None:
        refuse_folder(path)
    if not path.is_dir() and chosen.read is None:
        raise TonemarkError(
            f'"{path}" is a file; {chosen.name} is read from a folder.', "Name the folder."
        )
    # A file's name need not be UTF-8; what is stored must be.
    name = path.name or path.resolve().name
    source = (options.source or name).encode("utf-8", "backslashreplace").decode()
    options = replace(options, source=source)
    if header is None:
        return _records(path, chosen, options, watch)
    return _restored(path, chosen, header, options, watch)


def as_written(options: ReadOptions, header: Header, *, named: bool = True) -> ReadOptions:
    """What is said of a file, and where nothing is, what the header of its sidecar says; whose the
    answers are only if `named`."""
    return replace(
        options,
        annotators=options.annotators or (header.annotators if named else ()),
        offsets=options.offsets or header.offsets,
        name_key=options.name_key or header.name_key,
    )


def sidecar_header(path: Path) -> Header | None:
    """The header of the sidecar beside a file or folder, or None where there is none. Raises
    TonemarkError where what is there cannot be read as one."""
    there = sidecar_of(path)
    if not has_sidecar(path):
        return None
    with Sidecar(there) as sidecar:
        return sidecar.header


def _restored(
    path: Path,
    chosen: Format,
    header: Header,
    options: ReadOptions,
    watch: Callable[[IO[bytes]], None],
) -> Iterator[Given]:
    unchanged = is_unchanged(path, header)
    lent: tuple[str, ...] = ()
    if not options.annotators and "annotators" not in chosen.holds:
        lent = header.annotators
    # Of a file that was changed, those are hers that are of a document that the sidecar knows.
    options = as_written(options, header, named=unchanged or header.documents)
    records = _records(path, chosen, options, watch)
    if lent and not unchanged:
        try:
            first = next(records, None)
        except TonemarkError:
            # Another file of that name, with other columns than the annotators whom the header has.
            records = _records(path, chosen, replace(options, annotators=()), watch)
        else:
            records = chain(() if first is None else (first,), records)
    if not header.documents:
        yield from records
        return
    with Sidecar(sidecar_of(path)) as sidecar:
        how = Restoring(sidecar, options, chosen.holds, unchanged, lent)
        yield from how.restored(records)


def _records(
    path: Path, chosen: Format, options: ReadOptions, watch: Callable[[IO[bytes]], None]
) -> Iterator[Given]:
    if path.is_dir() and chosen.read_folder:
        yield from chosen.read_folder(path, options)
        return
    with opened(path) as stream:
        watch(stream)
        if chosen.read:
            yield from chosen.read(stream, options)


def opened(path: Path) -> IO[bytes]:
    """A file, open for reading. Raises TonemarkError where it cannot be, and of a directory."""
    refuse_folder(path)
    try:
        return path.open("rb", buffering=BUFFER)
    except OSError as error:
        raise TonemarkError(f'"{path}" cannot be read: {error.strerror}.') from error
