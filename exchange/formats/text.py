"""Plain text: a document a line, or a document a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from tonemark.corpus.records import TEXT_LIMIT, Record
from tonemark.exchange.base import Format, Given, ReadOptions
from tonemark.exchange.checks import check_size, checked_key, checked_text
from tonemark.lines import not_utf8, numbered_lines, without_bom
from tonemark.refusals import Refusal, Refused


def read_text(stream: IO[bytes], options: ReadOptions) -> Iterator[Given]:
    """A document a line, exactly as it stands without its line end; blank lines are skipped.

    With `per_file` the whole file is one document, line ends and all; its key is the file's name.
    Raises TonemarkError where the file is UTF-16.
    """
    if options.per_file:
        yield _whole(stream, options)
        return
    for number, item in numbered_lines(stream, options.source, limit=TEXT_LIMIT, what="text"):
        if isinstance(item, Refusal):
            yield item
            continue
        line, text = item
        try:
            yield Record(number, line, checked_text(text))
        except Refused as refused:
            yield Refusal(line, str(refused))


def _whole(stream: IO[bytes], options: ReadOptions) -> Given:
    data = without_bom(stream.read(TEXT_LIMIT + 4), options.source)
    try:
        if len(data) > TEXT_LIMIT:
            check_size(len(data) + _rest(stream))
        return Record(1, 1, checked_text(data.decode()), checked_key(options.source, "the name"))
    except UnicodeDecodeError as error:
        line_start = data.rfind(b"\n", 0, error.start) + 1
        line = data.count(b"\n", 0, line_start) + 1
        local = UnicodeDecodeError(
            "utf-8", data[line_start:], error.start - line_start, error.end - line_start, ""
        )
        return Refusal(line, not_utf8(local))
    except Refused as refused:
        return Refusal(1, str(refused))


def _rest(stream: IO[bytes]) -> int:
    size = 0
    while data := stream.read(1 << 20):
        size += len(data)
    return size


FORMAT = Format(
    "text", "plain text, a document a line", (".txt",), read_text, cannot=("spans and labels",)
)
