"""Compressed bytes, given back as they are asked for, within bounds that follow from the size of
what was compressed: a bomb is refused before it has gone off. Knows no format."""

from __future__ import annotations

import zlib
from typing import IO

FLOOR = 16 << 20
"""Bytes that any file may grow to."""

RATIO = 50
"""Bytes that each compressed byte may become beyond FLOOR. spaCy's files of 1,500 sentences have 10
to 17, ours 4 to 6; zlib makes 1,030 of zeros."""

_CHUNK = 1 << 16


class Unreadable(ValueError):
    """Why a file cannot be read, in words that follow its name."""


class Inflated:
    """A stream that zlib has compressed, read as it was before.

    `taken` counts its compressed bytes that were used so far.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj()
        self._read = 0
        self._made = 0

    @property
    def taken(self) -> int:
        """Compressed bytes that were used."""
        return self._read - len(self._inflate.unconsumed_tail)

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer at the end alone.

        Raises Unreadable, in words that follow the file's name, where it was not compressed, is
        damaged or cut short, or grows beyond its bounds.
        """
        parts = []
        while size and not self._inflate.eof:
            data = self._inflate.unconsumed_tail
            if not data:
                data = self._stream.read(_CHUNK)
                self._read += len(data)
            if not data:
                raise Unreadable("is cut short" if self._read else "is empty")
            try:
                part = self._inflate.decompress(data, size)
            except zlib.error:
                raise Unreadable("is not compressed with zlib, or is damaged") from None
            self._made += len(part)
            if self._made > FLOOR + RATIO * self.taken:
                raise Unreadable(f"unpacks to more than {RATIO} times its size")
            parts.append(part)
            size -= len(part)
        return b"".join(parts)
