"""The file beside an export that keeps what its format cannot hold: its name, and its writing.

Format: JSON Lines. The first line is the header: `Header`. If the format does not hold all of a
document, a line a document follows, in the order of the export: key, text, meta, tokens (gap and
length of each, in code points, one after the other), how many records its reader makes of it, and
the answers with all that was said. What is read of it is in `kept`, what comes of it in
`restoring`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import regex

from tonemark.corpus.labels import Label
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.base import Unit
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.settled import settled_json
from tonemark.files import open_regular
from tonemark.tokenizers.base import Token

SUFFIX = ".tonemark"
"""What stands after the name of the file that it belongs to."""

VERSION = 1


def sidecar_of(path: Path) -> Path:
    """The sidecar of an exported file or folder, whether it is there or not."""
    if path.name in ("", ".."):
        path = path.resolve()
    return path.parent / f"{path.name}{SUFFIX}"


def has_sidecar(path: Path) -> bool:
    """Whether there is one; no name is too long to ask."""
    return os.path.isfile(sidecar_of(path))


def format_told(path: Path) -> str:
    """The format that a sidecar names at its beginning, whatever stands behind it; empty where
    there is none, or where it names none."""
    try:
        with open_regular(path) as stream:
            found = _FORMAT.match(stream.read(_BEGINNING))
    except OSError:
        return ""
    return found[1].decode() if found else ""


_BEGINNING = 1_000
_NAME = rb'"([^"\\\x00-\x1f\x7f-\xff]+)"'
_FORMAT = regex.compile(rb'\{"tonemark":"sidecar","version":[0-9]{1,9},"format":' + _NAME)


@dataclass(frozen=True, slots=True)
class Header:
    """What holds for a whole export: the format, the project's name, its language (BCP 47) and
    tokenizer (name, version), labels, guidelines (their text), the annotators whose columns stand
    side by side, what the offsets count, the tag's name in MISC, which label was written for
    another, whether a line follows for each document, the size (bytes) and digest (`file_digest`)
    of the exported file (an empty digest says nothing), and of a folder the names of the
    files in it (`placing.marks`)."""

    format: str
    project: str = ""
    language: str = ""
    tokenizer: tuple[str, str] = ("", "")
    labels: tuple[Label, ...] = ()
    guidelines: str = ""
    annotators: tuple[str, ...] = ()
    offsets: Unit | None = None
    name_key: str = "NE"
    renamed: dict[str, str] = field(default_factory=dict)
    documents: bool = True
    size: int = 0
    digest: str = ""
    files: str = ""


def file_size(path: Path) -> int:
    """The bytes of a file, or of all files of a folder. Raises OSError."""
    return sum(os.stat(each).st_size for each in _files(path))


def file_digest(path: Path) -> str:
    """BLAKE2b (16 bytes, hexadecimal) of a file; of a folder, of the names in it, relative and in
    order, with the size and contents of each. Empty where it cannot be read, or is no file."""
    total = blake2b(digest_size=_DIGEST)
    try:
        for each in _files(path):
            with open_regular(each) as stream:
                if each != path:
                    name = os.fsencode(each.relative_to(path))
                    size = os.fstat(stream.fileno()).st_size
                    total.update(b"%d %b %d " % (len(name), name, size))
                while data := stream.read(_BLOCK):
                    total.update(data)
    except OSError:
        return ""
    return total.hexdigest()


_DIGEST = 16
_BLOCK = 1 << 20


def _files(path: Path) -> list[Path]:
    """A file, or what is in a folder and is no folder, in order; no link leads out of it."""
    if not stat.S_ISDIR(os.stat(path).st_mode):
        return [path]
    return sorted(Path(folder, name) for folder, _, names in os.walk(path) for name in names)


def is_unchanged(path: Path, header: Header) -> bool:
    """Whether a file or folder is, to the byte, what was written beside this header."""
    if not header.digest or not (path.is_file() or path.is_dir()):
        return False
    try:
        return file_size(path) == header.size and file_digest(path) == header.digest
    except OSError:
        return False


def header_json(header: Header) -> dict[str, Any]:
    """The first line's object."""
    return {
        "tonemark": "sidecar",
        "version": VERSION,
        "format": header.format,
        "project": header.project,
        "language": header.language,
        "tokenizer": {"name": header.tokenizer[0], "version": header.tokenizer[1]},
        "labels": [
            {"name": each.name, "about": each.about}
            | ({} if each.key is None else {"key": each.key})
            for each in header.labels
        ],
        "guidelines": header.guidelines,
        "annotators": list(header.annotators),
        "offsets": header.offsets,
        "name_key": header.name_key,
        "renamed": header.renamed,
        "documents": header.documents,
        "size": header.size,
        "digest": header.digest,
    } | ({"files": header.files} if header.files else {})


def document_json(row: ExportRow, fitted: ExportRow, records: int) -> dict[str, Any]:
    """A document's line: `row` is what the project has, `fitted` what was written, `records` what
    the reader makes of it."""
    line: dict[str, Any] = {"key": row.key, "text": row.text}
    if row.meta:
        line["meta"] = dict(row.meta)
    if (own := row.own_tokens()) is not None:
        line["tokens"] = _packed(own)
        line["given"] = row.tokens_given
    if records != 1:
        line["records"] = records
    fitted_answers = fitted.versions or (fitted,)
    line["answers"] = [
        _answer_json(each, written, row)
        for each, written in zip(row.versions or (row,), fitted_answers, strict=True)
        if each.answer and each.annotator
    ]
    if row.versions and row.answer:
        line["stands"] = _answer_json(row, row, row)
    if not line["answers"]:  # an answer of several people, who each gave a part, is nobody's
        proposed = row.suggestions or [
            Suggestion(each.start, each.end, each.label, each.sources) for each in row.spans
        ]
        line["suggestions"] = [
            [each.start, each.end, each.label, list(each.sources), each.score] for each in proposed
        ]
    return line


def _answer_json(each: ExportRow, written: ExportRow, row: ExportRow) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "annotator": each.annotator,
        "answer": each.answer,
        "spans": [[s.start, s.end, s.label, list(s.sources)] for s in each.spans],
    }
    if _stretches(written.spans) != _stretches(each.spans):
        answer["written"] = [[s.start, s.end, s.label] for s in written.spans]
    if each.comment:
        answer["comment"] = each.comment
    if each.flagged:
        answer["flagged"] = True
    if each.time is not None:
        answer["time"] = each.time
    if each.tokens is not None and each.tokens != row.own_tokens():
        answer["tokens"] = _packed(each.tokens)
    if each.settled is not None:
        answer["gold"] = settled_json(each.annotator, each.settled)
    return answer


def _stretches(spans: Iterable[Span | Suggestion]) -> set[tuple[int, int, str]]:
    return {(each.start, each.end, each.label) for each in spans}


def _packed(tokens: Sequence[Token]) -> list[int]:
    packed: list[int] = []
    position = 0
    for start, end in tokens:
        packed += start - position, end - start
        position = end
    return packed
