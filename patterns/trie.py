"""A trie of folded names on the disk, memory-mapped: millions cost the pages that are looked
at. It is a cache: one that is damaged counts as none. Knows no store.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import stat
import sys
import tempfile
import zlib
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from tonemark.files import atomic_writer, open_regular, parsed, sync_folder
from tonemark.patterns.folds import ACRONYM, CAPITAL, END, STRIPPED

HEADER = "header.json"
"""The file that says which others make the trie up; it is replaced last."""

_FORMAT = 1
_NAMES, _ROWS = "names", "rows"
_HEADER_LIMIT = 1 << 20
_CHUNK = 1 << 20

Row = int
"""What stands behind a key: eight times the number of an entry, and a bit for each mark of the key
that it came under."""

BITS = {CAPITAL: 1, ACRONYM: 2, STRIPPED: 4}
"""The bit of each mark."""

SHIFT = 3

_MARKS = "".join(BITS)


def row_of(key: str, number: int) -> Row:
    """The row of an entry under a key with its marks."""
    row = number << SHIFT
    for mark in key[key.rfind(END) + 1 :]:
        row |= BITS[mark]
    return row


def unmarked(key: str) -> str:
    """A key without the marks behind it."""
    return key.rstrip(_MARKS)


class Trie:
    """An open trie: `header` as it was given to `write_trie`, with `keys` and `longest` (the atoms
    of the longest key). The rows of the key at place n are those of `numbers` from `firsts[n]` to
    `firsts[n + 1]`, exclusive.

    It stays as it is when another takes its place in the folder.
    """

    __slots__ = ("_names", "firsts", "header", "longest", "numbers")

    def __init__(
        self, header: Mapping[str, Any], names: Any, firsts: memoryview, numbers: memoryview
    ) -> None:
        self.header = header
        self.longest: int = header["longest"]
        self._names = names
        self.firsts = firsts
        self.numbers = numbers

    def __len__(self) -> int:
        """How many keys it has."""
        return len(self.firsts) - 1

    def begins(self, front: str) -> bool:
        """Whether any key begins so."""
        return next(self._names.iterkeys(front), None) is not None

    def prefixes(self, text: str) -> Iterator[tuple[str, int]]:
        """The keys that `text` begins with, the shortest first, each with its place."""
        found: Iterator[tuple[str, int]] = self._names.iter_prefixes_with_ids(text)
        return found

    def holding(self, part: str) -> Iterator[Row]:
        """The rows of the keys that have some atoms in them: END, then those as in a key. It looks
        at all keys: a million take a third of a second."""
        for key, place in self._names.iteritems():
            if part in END + key:
                yield from self.numbers[self.firsts[place] : self.firsts[place + 1]]

    def rows(self, key: str) -> Sequence[Row]:
        """The rows of a key; none where it is not there."""
        place = self._names.get(key, -1)
        return self.numbers[self.firsts[place] : self.firsts[place + 1]] if place >= 0 else ()


def write_trie(
    folder: Path, items: Iterable[tuple[str, int]], header: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Write the trie of some keys with the numbers of their entries into a folder that is there, in
    place of the one before; the header as it was written.

    `items` are read once; one key may come with many numbers. Raises OSError where the folder
    cannot be written: then the trie before is still there.
    """
    import marisa_trie  # type: ignore[import-not-found]

    longest = count = 0
    with tempfile.TemporaryFile(dir=folder) as spool:

        def keys() -> Iterator[str]:
            nonlocal longest, count
            for key, number in items:
                bare = unmarked(key)
                longest = max(longest, bare.count(END))
                count += 1
                spool.write(b"%d %s\n" % (row_of(key, number), bare.encode()))
                yield bare

        # A quarter quicker than the smallest form, at 16 instead of 9 MB for a million.
        names = marisa_trie.Trie(
            keys(), num_tries=1, binary=True, cache_size=marisa_trie.HUGE_CACHE
        )
        firsts, rows = _rows(names, spool, count)
    made = dict(header) | {
        "format": _FORMAT, "order": sys.byteorder, "longest": longest, "keys": len(names),
        "items": count, "files": {},
    }  # fmt: skip
    for kind in (_NAMES, _ROWS):
        handle, path = tempfile.mkstemp(dir=folder, prefix=f"{kind}-", suffix=".part")
        with os.fdopen(handle, "r+b") as part:
            if kind == _NAMES:
                names.save(path)  # into the file that is there
            else:
                part.write(firsts)
                part.write(rows)
                part.flush()
            os.fsync(part.fileno())
            part.seek(0)
            size, crc = _checksum(part)
        name = f"{kind}-{crc:08x}-{size}"
        try:
            make_way(folder / name)
            os.replace(path, folder / name)
        except OSError:
            os.unlink(path)
            raise
        made["files"][kind] = {"name": name, "size": size, "crc": crc}
    make_way(folder / HEADER)
    with atomic_writer(folder / HEADER) as stream:
        stream.write(json.dumps(made).encode())
    sync_folder(folder)
    _sweep(folder, {each["name"] for each in made["files"].values()})
    return made


def make_way(path: Path) -> None:
    """Take away what is no file where one of ours belongs: a link, a named pipe, an empty folder.

    Raises OSError where it cannot be, such as a folder with something in it.
    """
    try:
        mode = os.lstat(path).st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        os.rmdir(path)
    elif not stat.S_ISREG(mode):
        os.unlink(path)


def open_trie(folder: Path) -> Trie | None:
    """The trie in a folder; None where there is none, or none that can be used."""
    for _ in range(3):
        header = read_header(folder)
        if header is None:
            return None
        try:
            return _opened(folder, header)
        except FileNotFoundError:
            continue  # it was replaced between the header and its files
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, OverflowError):
            return None
    return None


def read_header(folder: Path) -> dict[str, Any] | None:
    """The header of the trie in a folder; None where there is none, or one of another format."""
    try:
        with open_regular(folder / HEADER) as stream:
            header = parsed(stream.read(_HEADER_LIMIT).decode())
        if (header["format"], header["order"]) != (_FORMAT, sys.byteorder):
            return None
        if type(header["longest"]) is not int or not isinstance(header["files"], dict):
            return None
        return dict(header)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _opened(folder: Path, header: Mapping[str, Any]) -> Trie:
    for each in header["files"].values():
        if Path(each["name"]).name != each["name"]:
            raise ValueError("a file of another folder")
        with open_regular(folder / each["name"]) as stream:
            if _checksum(stream) != (each["size"], each["crc"]):
                raise ValueError("damaged")
    import marisa_trie  # as late as there is a trie: it takes two milliseconds

    names = marisa_trie.Trie()
    if header["keys"]:
        names.mmap(str(folder / header["files"][_NAMES]["name"]))
    with open_regular(folder / header["files"][_ROWS]["name"]) as stream:
        whole = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    border = 4 * (header["keys"] + 1 + (header["keys"] + 1) % 2)
    firsts = whole[:border].cast("I")[: header["keys"] + 1]
    numbers = whole[border:].cast("Q")
    if len(names) != header["keys"] or len(numbers) != header["items"]:
        raise ValueError("a trie of another size")
    return Trie(header, names, firsts, numbers)


def _rows(names: Any, spool: IO[bytes], count: int) -> tuple[array[int], array[int]]:
    """Where the rows of each key begin (an even number of places), and the rows."""
    size = len(names) + 1
    firsts = array("I", bytes(4 * (size + size % 2)))
    places = array("I")
    numbers = array("Q")
    spool.seek(0)
    for line in spool:
        number, _, key = line[:-1].partition(b" ")
        place = names[key.decode()]
        firsts[place + 1] += 1
        places.append(place)
        numbers.append(int(number))
    for place in range(1, size):
        firsts[place] += firsts[place - 1]
    rows = array("Q", bytes(8 * count))
    free = array("I", firsts)
    for place, row in zip(places, numbers, strict=True):
        rows[free[place]] = row
        free[place] += 1
    return firsts, rows


def _checksum(stream: IO[bytes]) -> tuple[int, int]:
    """Bytes and CRC-32 of what is left in a stream; read, not mapped: its pages stay nobody's."""
    size = crc = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        crc = zlib.crc32(chunk, crc)
    return size, crc


def _sweep(folder: Path, kept: set[str]) -> None:
    """Remove the files of tries before; who has one open keeps it."""
    for path in folder.iterdir():
        if path.name.startswith((f"{_NAMES}-", f"{_ROWS}-")) and path.name not in kept:
            with contextlib.suppress(OSError):
                path.unlink()
