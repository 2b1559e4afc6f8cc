"""JSON Lines to records, one at a time; what an object says is told by its format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any, TypeAlias

from tonemark.corpus.records import Record
from tonemark.exchange.base import Given, ReadOptions
from tonemark.json_lines import json_object
from tonemark.lines import numbered_lines
from tonemark.refusals import Refusal, Refused

Made: TypeAlias = Callable[[dict[str, Any], int, int], Record]
"""An object, the number of its record and its line (both from 1) to the record. Raises Refused."""


def json_records(stream: IO[bytes], options: ReadOptions, make: Made) -> Iterator[Given]:
    """A record a line, in order; blank lines are skipped. Raises TonemarkError where the file is
    UTF-16 or UTF-32."""
    for number, item in numbered_lines(stream, options.source):
        if isinstance(item, Refusal):
            yield item
            continue
        line, source = item
        try:
            yield make(json_object(source), number, line)
        except Refused as refused:
            yield Refusal(line, str(refused))
