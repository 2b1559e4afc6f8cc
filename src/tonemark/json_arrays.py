"""The objects in one long JSON list, out of a stream of bytes: one at a time, each with its place.

Knows no format; what an object may hold is told by `json_lines`.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, NoReturn

import regex

from tonemark.errors import TonemarkError
from tonemark.files import LINE_LIMIT
from tonemark.json_lines import check_object, fault_of, over_space, value_at
from tonemark.lines import not_utf8, without_bom
from tonemark.refusals import Refusal, Refused, quoted

CHUNK = 1 << 20
"""Bytes that are read at once; of an element that is longer, twice as many each time."""

PARTS = 4_000_000
"""Commas and backslashes that an element of more than CHUNK may have, a list or object counted as
three: parsed, 64 MiB of "[]," take 1.3 GB of memory, of "\\u1e00" 0.9 GB, for a while."""

TOO_LONG = f"the element is longer than {LINE_LIMIT >> 20} MiB"
TOO_MANY = "the element has millions of parts"
CUT_OFF = "the file ends before the list does: it was cut off"
BROKEN = 1_000
"""Elements that are no JSON, of which no more are passed over: to say where each is wrong takes the
time of all that was read, 250,000 took a minute and a half."""

REST = "; the rest of the file is not read"
"""What is added to the reason where it cannot be known where the next element begins."""

_TOKEN = regex.compile(r'\\.|["\[\]{}]', regex.DOTALL)
_BARE = regex.compile(r'[^\s,\[\]{}"]*+')
_TOKENS = 100_000
"""Quotes, escapes and brackets of a broken element that are gone through to find its end: 0.05 s.
A pattern of a whole string took 500 MiB of memory where it has a million escapes."""

_LONGEST_CUT = 16
"""Characters that a literal, a number or an escape may have before it shows that it is cut off: a
fault so near to the end of what was read may be none."""


def array_objects(stream: IO[bytes], source: str) -> Iterator[tuple[int, dict[str, Any]] | Refusal]:
    """Each element's line (from 1, where it begins) and the object, or why it was not taken.

    What `json_lines.json_object` does not take is refused alone. Where it cannot be known where
    the next element begins (one is cut off, or has more than LINE_LIMIT bytes, or no comma stands
    behind it, or it is the last of BROKEN that are no JSON), the refusal says that the rest is not
    read, and is the last. An empty file has no
    elements.

    Raises TonemarkError where the file is UTF-16 or no list; `source` names it there.
    """
    reading = _Reading(stream, source)
    first = reading.solid()
    if first == "":
        return
    if first != "[":
        raise TonemarkError(
            f"{source or 'The file'} is no list of JSON: it begins with {quoted(first)}.",
            "JSON Lines, a record a line, are read with --format jsonl.",
        )
    reading.at += 1
    after = reading.solid()
    while after != "]":
        if not reading.solid():
            yield Refusal(reading.line(), CUT_OFF)
            return
        line = reading.line()
        try:
            yield line, reading.element()
        except _LostError as lost:
            yield Refusal(line, f"{lost}{REST}")
            return
        except Refused as refused:
            yield Refusal(line, str(refused))
        after = reading.solid()
        if after == ",":
            reading.at += 1
        elif after and after != "]":
            reason = f"{quoted(after)} stands where a comma or ] should{REST}"
            yield Refusal(reading.line(), reason)
            return
    reading.at += 1
    if after := reading.solid():
        yield Refusal(reading.line(), f"{quoted(after)} stands behind the list{REST}")


class _LostError(Refused):
    """An element is refused, and it cannot be known where the next one begins."""


@dataclass(slots=True)
class _Reading:
    """What has been read of the file and not gone through yet: `data`, and in `text` its
    characters, where bytes that are no UTF-8 stand as lone surrogates; a character that is cut off
    at the end of `data` is not in it. `at` is the place in `text` that was reached; the line ends
    up to `counted` are in `lines`."""

    stream: IO[bytes]
    source: str
    data: bytes = b""
    text: str = ""
    is_utf8: bool = True
    is_whole: bool = False
    at: int = 0
    counted: int = 0
    lines: int = 0
    broken: int = 0

    def line(self) -> int:
        """The line of the place that was reached, from 1."""
        self.lines += self.text.count("\n", self.counted, self.at)
        self.counted = self.at
        return self.lines

    def more(self) -> bool:
        """Read on, and forget what has been gone through; False where the file has ended."""
        if self.is_whole:
            return False
        self.line()
        gone = len(self.text[: self.at].encode("utf-8", "surrogateescape"))
        self.text = ""
        left = self.data[gone:]
        size = min(max(CHUNK, len(left)), LINE_LIMIT + 1 - len(left))
        read = self.stream.read(size)
        self.is_whole = not read
        self.data = left + read
        self.at = self.counted = 0
        if left[:1] == b"{" and read and b"}" not in read:
            return True  # the object goes on; as text it may take four times its size
        del left, read
        if not self.lines:
            self.data = without_bom(self.data, self.source)
            self.lines = 1
        try:
            self.text, _ = codecs.utf_8_decode(self.data, "strict", self.is_whole)
            self.is_utf8 = True
        except UnicodeDecodeError:
            self.text, _ = codecs.utf_8_decode(self.data, "surrogateescape", self.is_whole)
            self.is_utf8 = False
        return True

    def solid(self) -> str:
        """Go to the next character that is no white space, and say which it is; empty at the end of
        the file."""
        self.at = over_space(self.text, self.at)
        while self.at == len(self.text):
            if not self.more():
                return ""
            self.at = over_space(self.text, self.at)
        return self.text[self.at]

    def element(self) -> dict[str, Any]:
        """The object that begins here; goes behind it. Raises Refused."""
        if self.text[self.at] in ",]":
            raise Refused("a comma with no element at its side")
        while True:
            try:
                given, end = value_at(self.text, self.at)
            except json.JSONDecodeError as error:
                if not self._is_cut(error):
                    self.broken += 1
                    place = f"at character {error.pos - self.at + 1} of the element"
                    self._pass_over(f"not JSON: {fault_of(error)} {place}")
            except Refused as refused:
                self._pass_over(str(refused))
            else:
                if self.text[end - 1] in '}]"' or self.is_whole or not self._is_at_end(end):
                    break  # else it is a number, which may go on, also behind a point or an e
            self._grow()
        start, self.at = self.at, end
        if not self.is_utf8:
            try:
                self.text[start:end].encode("utf-8", "surrogateescape").decode()
            except UnicodeDecodeError as error:
                raise Refused(f"{not_utf8(error)} of the element") from None
        if not isinstance(given, dict):
            raise Refused(f"the element is {quoted(given)}, not an object")
        check_object(given, self.text, start, end)
        return given

    def _is_at_end(self, place: int) -> bool:
        """Whether what stands there goes on as far as the file was read."""
        matched = _BARE.match(self.text, place)
        return matched is not None and matched.end() == len(self.text)

    def _is_cut(self, error: json.JSONDecodeError) -> bool:
        """Whether what is wrong may be only that the text goes on in the file."""
        near = error.pos >= len(self.text) - _LONGEST_CUT
        return not self.is_whole and (near or error.msg.startswith("Unterminated string"))

    def _grow(self) -> None:
        """Read on in an element that is not whole yet. Raises _LostError where it is too large."""
        if self.at == 0 and len(self.data) > LINE_LIMIT:
            raise _LostError(TOO_LONG)
        self.more()
        if len(self.data) > 2 * CHUNK:
            count = self.data.count
            if 3 * (count(b"[") + count(b"{")) + count(b",") + count(b"\\") > PARTS:
                raise _LostError(TOO_MANY)

    def _pass_over(self, reason: str) -> NoReturn:
        """Go behind an element that cannot be read, and refuse it, by where its brackets close.

        Raises Refused, and _LostError where they do not, or not soon.
        """
        while True:
            end, tokens = self._end()
            if self.broken == BROKEN:
                raise _LostError(f"{reason}; {BROKEN:,} elements are broken")
            if end is not None and (end < len(self.text) or self.is_whole):
                self.at = end
                raise Refused(reason)
            if self.is_whole or tokens == _TOKENS:
                raise _LostError(reason)
            self._grow()

    def _end(self) -> tuple[int | None, int]:
        """Where what begins here may end, if what was read shows it, and the tokens in it."""
        if self.text[self.at : self.at + 1] not in ("{", "[", '"'):
            matched = _BARE.match(self.text, self.at)
            return matched and matched.end(), 0
        depth = count = 0
        in_string = False
        for matched in islice(_TOKEN.finditer(self.text, self.at), _TOKENS):
            count += 1
            token = self.text[matched.start()]
            if token == '"':
                in_string = not in_string
            elif not in_string:
                depth += (token in "[{") - (token in "]}")
            if depth == 0 and not in_string:
                return matched.end(), count
        return None, count
