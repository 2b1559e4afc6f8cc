"""Lines of text out of a stream of bytes: UTF-8 alone, and LF and CRLF the only line ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from tonemark.errors import TonemarkError
from tonemark.files import LINE_LIMIT, read_lines
from tonemark.refusals import Refusal

_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)

TOO_LONG = f"the line is longer than {LINE_LIMIT >> 20} MiB"


def text_lines(
    stream: IO[bytes], source: str, *, limit: int = LINE_LIMIT, what: str = "line"
) -> Iterator[tuple[int, str] | Refusal]:
    """Each line's number from 1 and its text without the line end, or why it was not taken.

    A line of more than `limit` bytes is refused as what it is to the format, before it is decoded:
    as text it may take four times its size. Raises TonemarkError where the file is UTF-16 or
    UTF-32; `source` names it there.
    """
    for number, data in read_lines(stream):
        if data is None:
            yield Refusal(number, TOO_LONG)
            continue
        if number == 1:
            data = without_bom(data, source)
        if len(data) > limit:
            yield Refusal(
                number, f"the {what} has {len(data):,} bytes, more than {limit >> 20} MiB"
            )
            continue
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            yield Refusal(number, not_utf8(error))
            continue
        yield number, text


def numbered_lines(
    stream: IO[bytes], source: str, *, limit: int = LINE_LIMIT, what: str = "line"
) -> Iterator[tuple[int, tuple[int, str] | Refusal]]:
    """The lines that are not blank, as `text_lines` has them, each with the record's number from 1.

    Refuses and raises as text_lines does.
    """
    number = 0
    for item in text_lines(stream, source, limit=limit, what=what):
        if isinstance(item, Refusal) or (item[1] and not item[1].isspace()):
            number += 1
            yield number, item


def without_bom(data: bytes, source: str) -> bytes:
    """The beginning of a file without its byte order mark.

    Raises TonemarkError where the mark is that of UTF-16 or UTF-32.
    """
    for mark, name in _WIDE_BOMS:
        if data.startswith(mark):
            raise TonemarkError(
                f"{source or 'The file'} is {name}.",
                f"Convert it with iconv -f {name} -t UTF-8.",
            )
    return data.removeprefix(_BOM)


def not_utf8(error: UnicodeDecodeError) -> str:
    """Why a line of bytes could not be decoded, and where in it (bytes from 1)."""
    return f"not UTF-8: byte 0x{error.object[error.start]:02X} at byte {error.start + 1}"
