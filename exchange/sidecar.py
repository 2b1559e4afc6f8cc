"""The file beside an export that keeps what its format cannot hold; read again, it restores it.

Format: JSON Lines. The first line is the header: `Header`. If the format does not hold all of a
document, a line a document follows, in the order of the export: key, text, meta, tokens (gap and
length of each, in code points, one after the other), how many records its reader makes of it, and
the answers with all that was said. Where the exported file was changed since, the file holds: what
it says of spans is taken, and the change is told.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple

import regex

from tonemark.corpus.labels import Label, label_fault
from tonemark.corpus.records import ANSWERS, TEXT_LIMIT, GivenAnnotation
from tonemark.corpus.spans import Span, Suggestion, check_stretches
from tonemark.errors import TonemarkError
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.settled import parsed_settled, settled_json
from tonemark.files import LINE_LIMIT, open_regular, parsed, read_lines
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

SUFFIX = ".tonemark"
"""What stands after the name of the file that it belongs to."""

VERSION = 1

AHEAD = 200
"""Documents of the sidecar among which the next one of the file is looked for, where some were
taken out of the file."""


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
    another, and whether a line follows for each document."""

    format: str
    project: str = ""
    language: str = ""
    tokenizer: tuple[str, str] = ("", "")
    labels: tuple[Label, ...] = ()
    guidelines: str = ""
    annotators: tuple[str, ...] = ()
    offsets: Any = None
    name_key: str = "NE"
    renamed: dict[str, str] = field(default_factory=dict)
    documents: bool = True


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
    }


def document_json(row: ExportRow, fitted: ExportRow, records: int) -> dict[str, Any]:
    """A document's line: `row` is what the project has, `fitted` what was written, `records` what
    the reader makes of it."""
    line: dict[str, Any] = {"key": row.key, "text": row.text}
    if row.meta:
        line["meta"] = dict(row.meta)
    if row.tokens is not None:
        line["tokens"] = _packed(row.tokens)
        line["given"] = row.tokens_given or row.tokens_corrected
    if records != 1:
        line["records"] = records
    own = fitted.versions or (fitted,)
    line["answers"] = [
        _answer_json(each, written, row)
        for each, written in zip(row.versions or (row,), own, strict=True)
        if each.answer
    ]
    if row.versions and row.answer:
        line["stands"] = _answer_json(row, row, row)
    if not row.answer and not row.versions and row.suggestions:
        line["suggestions"] = [
            [each.start, each.end, each.label, list(each.sources), each.score]
            for each in row.suggestions
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
    if each.tokens is not None and each.tokens != row.tokens:
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


def _unpacked(packed: list[int], length: int) -> tuple[Token, ...]:
    tokens = []
    position = 0
    for gap, size in zip(packed[::2], packed[1::2], strict=True):
        if type(gap) is not int or type(size) is not int or gap < 0 or size < 1:
            raise ValueError(gap, size)
        tokens.append(Token(position + gap, position + gap + size))
        position += gap + size
    if position > length:
        raise ValueError(position)
    return tuple(tokens)


# Reading


class Kept(NamedTuple):
    """What a line of the sidecar says of a document; `written` are the spans of each annotation as
    the exported file has them."""

    key: str
    text: str
    meta: dict[str, Any]
    tokens: tuple[Token, ...] | None
    given: bool
    records: int
    annotations: tuple[GivenAnnotation, ...]
    written: tuple[frozenset[tuple[int, int, str]], ...]
    suggestions: tuple[Suggestion, ...]


class Sidecar:
    """An open sidecar: its header, and its documents one by one.

    Raises TonemarkError where the file cannot be read, or is no sidecar of ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._stream: IO[bytes] = open_regular(path)
        except OSError as error:
            raise _fault(path, f"cannot be read: {error.strerror or error}") from None
        self._lines = read_lines(self._stream, LINE_LIMIT)
        first = next(self._lines, None)
        try:
            data = parsed(first.data.decode()) if first and first.data else None
            self.header = _header(data)
        except (ValueError, TypeError, KeyError, AttributeError):
            self._stream.close()
            raise _fault(path, "is not a file that an export wrote") from None

    def __enter__(self) -> Sidecar:
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()

    def documents(self) -> Iterator[Kept | Refusal]:
        """What it keeps of each document, in order; a line that is damaged is a refusal."""
        for line in self._lines:
            try:
                if line.data is None:
                    raise ValueError("too long")
                yield _kept(parsed(line.data.decode()), self.header)
            except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
                yield Refusal(line.number, f"line {line.number} of {self.path.name} is damaged")


def _fault(path: Path, why: str) -> TonemarkError:
    return TonemarkError(
        f"{path} {why}.", "Put back the one that was written, or add the file with --no-sidecar."
    )


def _header(data: Any) -> Header:
    if data["tonemark"] != "sidecar" or type(data["version"]) is not int:
        raise ValueError(data)
    if data["version"] > VERSION:
        raise TonemarkError("This sidecar was written by a later Tonemark.", "Update Tonemark.")
    labels = tuple(
        Label(str(each["name"]), str(each.get("about", "")), each.get("key"))
        for each in data["labels"]
        if not label_fault(each["name"])
    )
    return Header(
        _text(data["format"]),
        _text(data["project"]),
        _text(data["language"]),
        (_text(data["tokenizer"]["name"]), _text(data["tokenizer"]["version"])),
        labels,
        _text(data["guidelines"]),
        tuple(_text(each) for each in data["annotators"]),
        data["offsets"] if data["offsets"] in ("code points", "UTF-16 units", "tokens") else None,
        _text(data["name_key"]),
        {_text(name): _text(value) for name, value in data["renamed"].items()},
        data["documents"] is True,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _kept(data: Any, header: Header) -> Kept:
    text = _text(data["text"])
    if not text.strip() or len(text.encode()) > TEXT_LIMIT or "\0" in text:
        raise ValueError("text")
    meta = data.get("meta", {})
    if not isinstance(meta, dict):
        raise TypeError(meta)
    tokens = _unpacked(data["tokens"], len(text)) if "tokens" in data else None
    records = data.get("records", 1)
    if type(records) is not int or records < 1:
        raise ValueError(records)
    pairs = [_annotation(each, text) for each in data["answers"]]
    if "stands" in data:
        pairs.append(_annotation(data["stands"], text))
    # What stands without being gold is one of the answers beside it, or what they agree on.
    pairs = [pair for at, pair in enumerate(pairs) if at < len(data["answers"]) or pair[0].settled]
    suggestions = tuple(
        Suggestion(start, end, _label(label), tuple(map(_text, sources)), float(score))
        for start, end, label, sources, score in data.get("suggestions", ())
    )
    check_stretches(suggestions, len(text))
    return Kept(
        _text(data["key"]),
        text,
        meta,
        tokens,
        data.get("given") is True,
        records,
        tuple(each for each, _ in pairs),
        tuple(each for _, each in pairs),
        suggestions,
    )


def _annotation(data: Any, text: str) -> tuple[GivenAnnotation, frozenset[tuple[int, int, str]]]:
    spans = tuple(
        Span(start, end, _label(label), tuple(map(_text, sources)))
        for start, end, label, sources in data["spans"]
    )
    check_stretches(spans, len(text))
    settled = parsed_settled(data.get("gold"), len(text))
    time = data.get("time")
    given = GivenAnnotation(
        _text(data["annotator"]) if settled is None else settled[0],
        ANSWERS[ANSWERS.index(data["answer"])],
        spans,
        _text(data.get("comment", "")),
        data.get("flagged") is True,
        None if time is None else float(time),
        _unpacked(data["tokens"], len(text)) if "tokens" in data else None,
        settled=settled[1] if settled else None,
    )
    written = data.get("written")
    if written is None:
        return given, frozenset(_stretches(spans))
    return given, frozenset((int(s), int(e), _label(label)) for s, e, label in written)


def _label(value: Any) -> str:
    if not isinstance(value, str) or label_fault(value):
        raise ValueError(value)
    return value
