"""A sidecar that is read: its header, and what it keeps of each document, held to what readers hold
a file to, for anybody may have changed it. Knows nothing of the file beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import IO, Any, NamedTuple, get_args

from tonemark.corpus.brought_settings import GUIDELINES_LIMIT
from tonemark.corpus.labels import Label, key_fault, label_fault
from tonemark.corpus.records import ANSWERS, GivenAnnotation
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.base import NAME_KEY, Unit
from tonemark.exchange.checks import (
    NAME_LIMIT,
    check_place,
    checked_key,
    checked_label,
    checked_text,
)
from tonemark.exchange.metadata import checked_metadata
from tonemark.exchange.settled import parsed_settled
from tonemark.exchange.sidecar import VERSION, Header
from tonemark.files import open_regular, parsed, read_lines
from tonemark.refusals import Refusal, Refused
from tonemark.tokenizers.base import Token

HEADER_LIMIT = 8 << 20
"""Bytes of the first line: guidelines of GUIDELINES_LIMIT whose every character is escaped, and
room for the labels."""

KEPT_LIMIT = 32 << 20
"""Bytes of a document's line: the longest text with a token for each word and ten answers takes
half of it; objects of JSON take some twenty times as much memory."""

ABOUT_LIMIT = 1_000
"""Characters of what a label is for (corpus.project_checks)."""

ANSWERS_LIMIT = 1_000
"""Answers that a document may have."""

Stretches = frozenset[tuple[int, int, str]]
"""Start, end and label of spans."""


class Damage(Refusal):
    """A refusal of a line of a sidecar, not of the file."""


class Kept(NamedTuple):
    """What a line of the sidecar says of a document; `written` are the spans of each annotation as
    the exported file has them. With `is_apart` the last annotation is gold beside those of
    annotators, which not every format says."""

    line: int
    key: str
    text: str
    meta: dict[str, Any]
    tokens: tuple[Token, ...] | None
    given: bool
    records: int
    annotations: tuple[GivenAnnotation, ...]
    written: tuple[Stretches, ...]
    suggestions: tuple[Suggestion, ...]
    is_apart: bool


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
        try:
            self.header = self._header()
        except (ValueError, TypeError, KeyError, AttributeError):
            self._stream.close()
            raise _fault(path, "is not a file that an export wrote") from None
        except BaseException:
            self._stream.close()
            raise
        self._start = self._stream.tell()

    def __enter__(self) -> Sidecar:
        return self

    def __exit__(self, *error: object) -> None:
        self._stream.close()

    def documents(self) -> Iterator[tuple[int, Kept | Damage]]:
        """What it keeps of each document, in order, with the byte at which its line begins; a line
        that is damaged is a refusal."""
        self._stream.seek(self._start)
        at = self._start
        for line in read_lines(self._stream, KEPT_LIMIT):
            # From 1, the header's included.
            number = line.number + 1
            yield at, self._kept(number, line.data)
            at = self._stream.tell()

    def at(self, place: int, number: int = 0) -> Kept | Damage:
        """What stands in the line that begins at this byte."""
        self._stream.seek(place)
        line = next(read_lines(self._stream, KEPT_LIMIT), None)
        return self._kept(number, line.data if line else None)

    def _kept(self, number: int, data: bytes | None) -> Kept | Damage:
        try:
            if data is None:
                raise ValueError("too long")
            return _kept(number, _as_json(data))
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, Refused):
            return Damage(number, f"line {number} of {self.path.name} is damaged")

    def _header(self) -> Header:
        first = next(read_lines(self._stream, HEADER_LIMIT), None)
        data: Any = parsed(first.data.decode()) if first and first.data else None
        if data["tonemark"] != "sidecar" or type(data["version"]) is not int:
            raise ValueError(data)
        if data["version"] > VERSION:
            raise TonemarkError(
                f"{self.path} was written by a later Tonemark.",
                "Update Tonemark, or add the file with --no-sidecar.",
            )
        return _header(data)


def _as_json(data: bytes) -> Any:
    """Raises ValueError also where it holds what no file can: NaN, infinity, half a letter."""
    found = parsed(data.decode())
    json.dumps(found, ensure_ascii=False, allow_nan=False).encode()
    return found


def _fault(path: Path, why: str) -> TonemarkError:
    return TonemarkError(
        f"{path} {why}.", "Put back the one that was written, or add the file with --no-sidecar."
    )


def _header(data: Any) -> Header:
    digest, size = data.get("digest", ""), data.get("size", 0)
    guidelines = _text(data["guidelines"])
    if not _is_sound(guidelines) or len(guidelines.encode()) > GUIDELINES_LIMIT:
        guidelines = ""
    return Header(
        _text(data["format"]),
        _text(data["project"]),
        _text(data["language"]),
        (_text(data["tokenizer"]["name"]), _text(data["tokenizer"]["version"])),
        tuple(_header_label(each) for each in data["labels"] if not label_fault(each["name"])),
        guidelines,
        tuple(_text(each) for each in data["annotators"]),
        data["offsets"] if data["offsets"] in get_args(Unit) else None,
        name_key if _is_word(name_key := _text(data["name_key"])) else NAME_KEY,
        {_text(name): _text(value) for name, value in data["renamed"].items()},
        data["documents"] is True,
        size if type(size) is int else 0,
        _text(digest),
    )


def _header_label(data: Any) -> Label:
    """A label; of what it is for, and its key, only what project.toml can say."""
    about, key = data.get("about", ""), data.get("key")
    if not isinstance(about, str) or len(about) > ABOUT_LIMIT or not about.isprintable():
        about = ""
    if not isinstance(key, str) or key_fault(key):
        key = None
    return Label(_text(data["name"]), about, key)


def _is_sound(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= each <= "\udfff" for each in text)


def _is_word(name: str) -> bool:
    """Whether it can name a tag in MISC of CoNLL-U."""
    return 0 < len(name) <= NAME_LIMIT and name.isprintable() and not set(name) & set("=| ")


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _kept(number: int, data: Any) -> Kept:
    text = checked_text(data["text"])
    key = checked_key(_text(data["key"]), "key")
    if key is None:
        raise ValueError("key")
    meta = data.get("meta", {})
    wrong: list[str] = []
    if not isinstance(meta, dict) or checked_metadata(meta, wrong) != meta:
        raise TypeError(meta)
    records = data.get("records", 1)
    if type(records) is not int or records < 1:
        raise ValueError(records)
    answers = data["answers"]
    if not isinstance(answers, list) or len(answers) > ANSWERS_LIMIT:
        raise TypeError(answers)
    pairs = [_annotation(each, text) for each in answers]
    is_apart = False
    if "stands" in data:
        # What stands without being gold is one of the answers beside it, or what they agree on.
        stands = _annotation(data["stands"], text)
        if is_apart := stands[0].settled is not None:
            pairs.append(stands)
    if len({(each.annotator, each.settled is not None) for each, _ in pairs}) < len(pairs):
        raise ValueError("two answers of one annotator")
    suggestions = tuple(
        Suggestion(*_place(start, end, text), checked_label(label), _sources(sources), score)
        for start, end, label, sources, score in map(_suggested, data.get("suggestions", ()))
    )
    return Kept(
        number,
        key,
        text,
        meta,
        _unpacked(data["tokens"], len(text)) if "tokens" in data else None,
        data.get("given") is True,
        records,
        tuple(each for each, _ in pairs),
        tuple(each for _, each in pairs),
        suggestions,
        is_apart,
    )


def _annotation(data: Any, text: str) -> tuple[GivenAnnotation, Stretches]:
    spans = tuple(
        Span(*_place(start, end, text), checked_label(label), _sources(sources))
        for start, end, label, sources in data["spans"]
    )
    stretches = frozenset((each.start, each.end, each.label) for each in spans)
    if len(stretches) < len(spans):
        raise ValueError("a span twice")
    settled = None
    if "gold" in data and (settled := parsed_settled(data["gold"], len(text))) is None:
        raise ValueError(data["gold"])
    annotator = _text(data["annotator"]) if settled is None else settled[0]
    if not annotator.strip() or len(annotator) > NAME_LIMIT:
        raise ValueError(annotator)
    given = GivenAnnotation(
        annotator,
        ANSWERS[ANSWERS.index(data["answer"])],
        spans,
        _text(data.get("comment", "")),
        data.get("flagged") is True,
        None if data.get("time") is None else _number(data["time"]),
        _unpacked(data["tokens"], len(text)) if "tokens" in data else None,
        settled=settled[1] if settled else None,
    )
    written = data.get("written")
    if written is None:
        return given, stretches
    return given, frozenset((*_place(s, e, text), checked_label(label)) for s, e, label in written)


def _suggested(data: Any) -> tuple[Any, Any, Any, Any, float]:
    start, end, label, sources, score = data
    if not 0 <= _number(score) <= 1:
        raise ValueError(score)
    return start, end, label, sources, float(score)


def _place(start: Any, end: Any, text: str) -> tuple[int, int]:
    check_place(start, end, None, text)
    return start, end


def _sources(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(value)
    return tuple(map(_text, value))


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not isfinite(value):
        raise ValueError(value)
    return float(value)


def _unpacked(packed: Any, length: int) -> tuple[Token, ...]:
    if not isinstance(packed, list) or len(packed) > 2 * length:
        raise ValueError("more tokens than the text has characters")
    tokens = []
    position = 0
    for gap, size in zip(packed[::2], packed[1::2], strict=True):
        if type(gap) is not int or type(size) is not int or gap < 0 or size < 1:
            raise ValueError(gap, size)
        start = position + gap
        position = start + size
        if position > length:
            raise ValueError(position)
        tokens.append(Token(start, position))
    return tuple(tokens)
