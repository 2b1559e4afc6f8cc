"""Lines of JSON with texts, matched: what `tonemark match` does with a block of them, in its own
process or in a child of it.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tonemark.corpus.documents import Document
from tonemark.corpus.project import read_project
from tonemark.corpus.spans import lies_in
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import tokenizer_of, tokens_of
from tonemark.errors import TonemarkError
from tonemark.exchange.checks import checked_text
from tonemark.exchange.formats.prodigy.spans import given_tokens
from tonemark.json_lines import elements, json_object, stretches
from tonemark.lines import numbered_lines
from tonemark.patterns.bulk import Bulk, usable_patterns
from tonemark.refusals import Refusal, Refused, quoted
from tonemark.suggester.child import begin, joined, parted, received, send

if TYPE_CHECKING:
    from tonemark.suggester.pattern_runs import PatternRun
    from tonemark.tokenizers.base import Token

WHOLE = 0
"""The line of a note that is of no line."""


class Note(NamedTuple):
    """Something to tell of a line, in words; `refused` where the line was left out for it."""

    line: int
    words: str
    refused: bool


class Answer(NamedTuple):
    """What became of a block: its lines with their spans, how many those are, and notes."""

    data: bytes
    matched: int
    notes: list[Note]


class Lines:
    """Matches lines with what the project in a folder has. Raises TonemarkError where that cannot
    be read."""

    def __init__(self, folder: Path) -> None:
        project = read_project(folder)
        self._store = Store(project.folder / STORE_FILE, reading=True)
        self._tokenizer = tokenizer_of(project, loads_code=True)
        self._patterns: PatternRun | None = None
        self._notes: list[Note] = []
        if entries := usable_patterns(project, self._store):
            from tonemark.suggester.pattern_runs import PatternRun

            self._patterns = PatternRun(entries, project.language, self._left_out)
        self._bulk = Bulk(project, self._store, self._run if entries else None)
        self._line = WHOLE

    def match(self, data: bytes, first: int, source: str) -> Answer:
        """The lines of a block, of which the first has the number `first` in `source`.

        Raises TonemarkError where the file is none of UTF-8, or patterns cannot be run.
        """
        self._notes = []
        made = []
        before = first - 1
        if before:  # a mark of the byte order stands in the first line of a file alone
            data, before = b"\n" + data, before - 1
        for _, item in numbered_lines(io.BytesIO(data), source):
            if isinstance(item, Refusal):
                self._notes.append(Note(before + item.line, item.reason, True))
                continue
            self._line = before + item[0]
            try:
                made.append(self._matched(item[1]))
            except Refused as refused:
                self._notes.append(Note(self._line, str(refused), True))
        return Answer("".join(made).encode(), len(made), self._notes)

    def close(self) -> None:
        """End what runs the patterns."""
        if self._patterns:
            self._patterns.close()
        self._store.close()

    def _matched(self, line: str) -> str:
        given = json_object(line)
        if "text" not in given:
            raise Refused('no "text"')
        text = checked_text(given["text"])
        tokens, _ = given_tokens(given.get("tokens"), text)
        if tokens is None:
            tokens = tokens_of(self._store, Document(0, "", text), self._tokenizer)
        spans = self._bulk.as_json(self._bulk.found(text, tokens))
        if "spans" not in given:  # what came stays as it was written
            added = json.dumps(spans, ensure_ascii=False)
            return f'{line.rstrip()[:-1].rstrip()}, "spans": {added}}}\n'
        start, end = stretches(line)["spans"]
        came = _written(_given_spans(given["spans"], text), line, start)
        together = _together(came, spans)
        if given["spans"] is None or len(together) > len(came):
            line = f"{line[:start]}[{', '.join(together)}]{line[end:]}"
        return line.rstrip() + "\n"

    def _run(self, text: str, tokens: Sequence[Token]) -> Any:
        assert self._patterns
        outcome = self._patterns.run(text, tokens)
        if outcome.fault:
            self._notes.append(Note(self._line, outcome.fault, False))
        return outcome.suggestions

    def _left_out(self, faults: Mapping[int, str]) -> None:
        for number, why in faults.items():
            words = f"pattern {number} is left out from here on: {why}"
            self._notes.append(Note(self._line, words, False))


def _given_spans(given: Any, text: str) -> list[dict[str, Any]]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise Refused(f'"spans" is {quoted(given)}, not a list')
    for number, span in enumerate(given):
        if not isinstance(span, dict):
            raise Refused(f"span {number} is {quoted(span)}, not an object")
        start, end = span.get("start"), span.get("end")
        if type(start) is bool or not lies_in(start, end, len(text)):
            raise Refused(f"span {number} has no start and end that lie in the text")
    return given


_Written: TypeAlias = tuple[dict[str, Any], str]
"""A span, and how it is written."""


def _written(spans: list[dict[str, Any]], line: str, start: int) -> list[_Written]:
    """The spans that came, as they are written in the list that begins at `start` of a line."""
    return [
        (span, line[first:last])
        for span, (first, last) in zip(spans, elements(line, start), strict=True)
    ]


def _together(came: list[_Written], found: list[dict[str, Any]]) -> list[str]:
    """The spans that came, and of those that were found what is not among them, in order."""

    def place(each: _Written) -> tuple[int, int, str]:
        span = each[0]
        return span["start"], span["end"], str(span.get("label", ""))

    there = set(map(place, came))
    new = [(each, json.dumps(each, ensure_ascii=False)) for each in found]
    both = (*came, *(each for each in new if place(each) not in there))
    return [words for _, words in sorted(both, key=place)]


# In a child process


def request(data: bytes, first: int) -> bytes:
    """What a child is asked: a block, and the number of its first line."""
    return b"".join(joined(str(first), data))


def answered(message: bytes) -> Answer:
    """What a child answers. Raises TonemarkError where it could not match, ValueError where it is
    no answer."""
    words, data = parted(message)
    told = json.loads(words)
    if told.get("error"):
        raise TonemarkError(*told["error"])
    return Answer(data, told["matched"], [Note(*each) for each in told["notes"]])


def main(alive: str, folder: str, source: str) -> None:
    """Match block after block until the pipe ends, with what the project in a folder has."""
    asked, answers = begin(int(alive))
    for message in _answers(iter(lambda: received(asked), None), Path(folder), source):
        send(answers, *message)


def _answers(
    requests: Iterator[bytes | None], folder: Path, source: str
) -> Iterator[tuple[bytes, ...]]:
    lines: Lines | None = None
    for message in requests:
        first, data = parted(message or b"")
        try:
            lines = lines or Lines(folder)
            found = lines.match(data, int(first), source)
        except TonemarkError as error:
            yield joined(json.dumps({"error": [error.title, error.remedy]}))
            return
        told = {"matched": found.matched, "notes": found.notes}
        yield joined(json.dumps(told), found.data)


if __name__ == "__main__":
    import sys

    main(*sys.argv[1:4])
    os._exit(0)
