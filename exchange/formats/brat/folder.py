"""brat standoff: a folder with a text and its annotations in two files a document.

Format: brat.nlplab.org/standoff.html, as brat 1.3 (server/src/annotation.py, projectconfig.py) and
bratly 0.1.4 parse it. `lines.py` has the annotations; here are files and folders.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tonemark.corpus.records import TEXT_LIMIT, GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import Format, Given, Misfit, ReadOptions, WriteOptions
from tonemark.exchange.checks import checked_key, checked_text, one_name
from tonemark.exchange.folders import LEADS_OUT, leads_out
from tonemark.exchange.formats.brat.lines import (
    Standoff,
    annotation_lines,
    label_fault,
    misfits,
    parsed_standoff,
)
from tonemark.exchange.names import Names
from tonemark.exchange.rows import ExportRow
from tonemark.files import open_regular, read_lines
from tonemark.json_lines import json_object
from tonemark.lines import not_utf8, without_bom
from tonemark.refusals import Refusal, Refused

DOCUMENTS = "documents.jsonl"
"""The list of an exported folder's documents, in order: {"name", "key"} a line, and "open" where
there is no answer. brat shows files that end in .txt alone, and by name; a name is not always the
key, nor is its order ours, and an empty .ann may be an answer."""

CONFIGURATION = "annotation.conf"

ANNOTATIONS_LIMIT = 8 * TEXT_LIMIT
"""Bytes that a file of annotations may have: room for one on each word of the longest text."""

_DEEPEST = 50
"""Folders within folders that are gone into."""

_LISTED = 10_000
"""Entries of a folder that are looked at to tell whether it is brat's."""


# Writing


def write_brat(rows: Iterable[ExportRow], folder: Path, options: WriteOptions) -> Iterator[int]:
    """NAME.txt and NAME.ann a row, then annotation.conf with the project's labels and all others
    that occur. What has no answer has no annotation: brat opens no document without the file."""
    names = Names()
    labels = dict.fromkeys(label.name for label in options.labels)
    with (folder / DOCUMENTS).open("wb") as listed:
        for row in rows:
            name = names.of(row.key)
            (folder / f"{name}.txt").write_bytes(row.text.encode())
            lines = annotation_lines(row) if row.answer else ""
            (folder / f"{name}.ann").write_bytes(lines.encode())
            line = {"name": name, "key": row.key} | ({} if row.answer else {"open": True})
            listed.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            labels |= dict.fromkeys(each.label for each in row.spans)
            yield 1
    (folder / CONFIGURATION).write_bytes(_configuration(labels).encode())


def _configuration(labels: Iterable[str]) -> str:
    """annotation.conf: brat takes spans that overlap for faults where it does not allow them."""
    entities = "".join(f"{label}\n" for label in labels if not label_fault(label))
    overlap = "<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n"
    return f"[entities]\n{entities}\n[relations]\n{overlap}\n[events]\n\n[attributes]\n"


# Reading


class _Pair(NamedTuple):
    """A document: its place in the folder without the suffix, which of its two files are there,
    and what an export says of it, if it `is_listed`."""

    name: str
    has_text: bool
    has_annotations: bool
    key: str | None = None
    is_open: bool = False
    is_listed: bool = False


def read_brat(folder: Path, options: ReadOptions) -> Iterator[Given]:
    """A document a text, those in folders within too, by name; first those that an export listed,
    in its order. The key is the listed one, else the path in the folder without the suffix.

    The text is the whole file, line ends and all: brat counts every code point of it, a byte order
    mark too. Spans are the accept of the one name in `annotators`, with notes as the comment; else
    they are suggestions, and the notes metadata. Links that lead out of the folder are refused.

    Raises TonemarkError where more than one annotator is named.
    """
    one_name(
        options,
        "a folder of brat's holds one set of annotations",
        "Add each folder with the one name whose annotations it holds.",
    )
    root = os.path.realpath(folder)
    for number, item in enumerate(_documents(folder), start=1):
        yield item if isinstance(item, Refusal) else _document(item, number, root, options)


def _documents(folder: Path) -> Iterator[_Pair | Refusal]:
    found = _walk(str(folder), "")
    if not (folder / DOCUMENTS).is_file():
        yield from found
        return
    here: dict[str, _Pair] = {}
    others: list[_Pair | Refusal] = []
    for item in found:
        if isinstance(item, Refusal) or "/" in item.name:
            others.append(item)
        else:
            here[item.name] = item
    for name, key, is_open in _listed(folder / DOCUMENTS):
        if (pair := here.pop(name, None)) is not None:
            yield pair._replace(key=key, is_open=is_open, is_listed=True)
    yield from here.values()
    yield from others


def _listed(path: Path) -> Iterator[tuple[str, str | None, bool]]:
    """Name, key and whether it is open of each document, as an export wrote them. What is anything
    else is passed over: the documents are there all the same."""
    try:
        stream = open_regular(path)
    except OSError:
        return
    with stream:
        for line in read_lines(stream, 1 << 16):
            try:
                given = json_object((line.data or b"null").decode() or "null")
                key = checked_key(given.get("key"), "key")
            except (Refused, UnicodeDecodeError):
                continue
            if isinstance(name := given.get("name"), str):
                yield name, key, given.get("open") is True


def _walk(folder: str, under: str) -> Iterator[_Pair | Refusal]:
    """The documents of a folder by name, then those of the folders in it. What begins with a dot is
    no document; a folder that is a link is refused, for it may lead back."""
    texts: set[str] = set()
    annotations: set[str] = set()
    folders: dict[str, bool] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders[entry.name] = entry.is_symlink()
                elif entry.name.endswith(".txt"):
                    texts.add(entry.name[:-4])
                elif entry.name.endswith(".ann"):
                    annotations.add(entry.name[:-4])
    except OSError as error:
        yield _refusal(_shown(under) or ".", f"the folder cannot be read: {error.strerror}")
        return
    for name in sorted(texts | annotations):
        yield _Pair(under + name, name in texts, name in annotations)
    del texts, annotations
    for name in sorted(folders):
        inner = f"{under}{name}/"
        if folders[name]:
            reason = "a link to a folder is not followed: add that folder by itself"
            yield _refusal(_shown(inner), reason)
        elif inner.count("/") > _DEEPEST:
            yield _refusal(_shown(inner), f"folders within folders, more than {_DEEPEST} deep")
        else:
            yield from _walk(os.path.join(folder, name), inner)


def _document(pair: _Pair, number: int, root: str, options: ReadOptions) -> Given:
    name = _shown(pair.name)
    if not pair.has_text:
        return _refusal(f"{name}.ann", f"no {name}.txt stands beside it")
    try:
        text = _text(root, f"{pair.name}.txt")
        key = pair.key or checked_key(name, "the name")
    except TonemarkError as fault:
        return _refusal(f"{name}.txt", f"{fault.title} {fault.remedy}")
    except Refused as refused:
        return _refusal(f"{name}.txt", str(refused))
    if not pair.has_annotations:
        words = f"no {name}.ann stands beside it: taken as text alone"
        return Record(number, 1, text, key, warnings=(words,))
    try:
        lines = _bytes(root, f"{pair.name}.ann", ANNOTATIONS_LIMIT, "annotations")
    except Refused as refused:
        return _refusal(f"{name}.ann", str(refused))
    is_empty = not lines.strip()
    if is_empty and pair.is_open:
        return Record(number, 1, text, key)
    said = parsed_standoff(lines, text)
    if isinstance(said, Refusal):
        return _refusal(f"{name}.ann", said.reason, said.line)
    warnings = [*said.warnings]
    if is_empty and options.annotators and not pair.is_listed:
        # brat's documents have empty files before anybody has looked at them.
        warnings.append("empty: taken as an accept of no span")
    told = tuple(f"{name}.ann: {words}" for words in warnings)
    return _record(number, text, key, said._replace(warnings=told), options)


def _record(
    number: int, text: str, key: str | None, said: Standoff, options: ReadOptions
) -> Record:
    if options.annotators:
        spans = tuple(Span(*each, (options.origin,)) for each in said.spans)
        given = GivenAnnotation(options.annotators[0], "accept", spans, said.notes)
        return Record(number, 1, text, key, annotations=(given,), warnings=said.warnings)
    return Record(
        number,
        1,
        text,
        key,
        {"notes": said.notes} if said.notes else {},
        suggestions=tuple(Suggestion(*each, (options.origin,)) for each in said.spans),
        warnings=said.warnings,
    )


def _text(root: str, name: str) -> str:
    data = _bytes(root, name, TEXT_LIMIT, "text")
    without_bom(data, "the text")  # UTF-16 is refused; UTF-8's mark is a character to brat
    try:
        return checked_text(data.decode())
    except UnicodeDecodeError as error:
        raise Refused(not_utf8(error)) from None


def _bytes(root: str, name: str, limit: int, what: str) -> bytes:
    """The bytes of a regular file that lies in the folder. Raises Refused."""
    path = os.path.join(root, name)
    if os.path.islink(path) and leads_out(root, path):
        raise Refused(LEADS_OUT)
    try:
        with open_regular(Path(path)) as stream:
            size = os.fstat(stream.fileno()).st_size
            data = b"" if size > limit else stream.read(size + 1)
            if len(data) > size:  # asked for `limit` at once, Python clears as much memory a file
                data += stream.read(limit + 1 - len(data))
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror}") from None
    if (size := max(size, len(data))) > limit:
        what = "text has" if what == "text" else "annotations have"
        raise Refused(f"the {what} {size:,} bytes, more than {limit >> 20} MiB")
    return data


def _refusal(name: str, reason: str, line: int = 1) -> Refusal:
    return Refusal(line, f"{name}: {reason}")


def _shown(name: str) -> str:
    """A file's name need not be UTF-8; what is stored and shown must be."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def is_brat(folder: Path) -> bool:
    """Whether a folder is brat's: it has annotation.conf, or an .ann in it or in a folder of it."""
    if (folder / CONFIGURATION).is_file():
        return True
    waiting = [str(folder)]
    seen = 0
    while waiting and seen < _LISTED:
        try:
            with os.scandir(waiting.pop(0)) as entries:
                for entry in entries:
                    seen += 1
                    if entry.name.endswith(".ann"):
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if seen >= _LISTED:
                        break
        except OSError:
            continue
    return False


def _row_misfits(row: ExportRow) -> Iterator[Misfit]:
    return misfits(row.text, row.spans if row.answer else ())


FORMAT = Format(
    "brat",
    "brat standoff, a text and its annotations in two files",
    (".ann",),
    read_folder=read_brat,
    write_folder=write_brat,
    recognises_folder=is_brat,
    holds=frozenset(("text", "keys")),
    label_fault=label_fault,
    misfits=_row_misfits,
    cannot=(
        "texts with a carriage return",
        "spans that begin or end with a line end or a tab",
        "relations, events, attributes",
    ),
)
