"""A journal: the file to which each key that changes a claim goes before the screen shows it.

One line an event: JSON, a tab, the CRC-32 of the JSON. What follows the first bad line was never
acknowledged, so reading ends there. A flock on the file says that its process is alive.
"""

from __future__ import annotations

import fcntl
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from tonemark.corpus.events import Event
from tonemark.errors import TonemarkError
from tonemark.files import sync_folder


class ClaimHeld(TonemarkError):
    """A live process of the same annotator has this document open."""


class ClaimLost(TonemarkError):
    """Another process has taken this document over: what this one writes is not taken."""


class Journal:
    """The open journal file of one claim, held under a lock until `close`.

    Raises ClaimHeld where a live process holds the file, OSError where it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(path.parent.parent)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o660)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise ClaimHeld(
                "This document is open in another window of yours.",
                "Take it over here, or go on there.",
            ) from None
        self._identity = os.fstat(self._file).st_ino
        data = _read_all(self._file)
        self.events = list(parse(data))
        self._size = sum(len(encode(event)) for event in self.events)
        if self._size < len(data):
            os.ftruncate(self._file, self._size)
        sync_folder(path.parent)

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Write one event; with `sync` it is on disk when this returns.

        Raises OSError where the disk refuses it, and ClaimLost where the claim was taken over;
        in both cases the event does not count and the file is as before.
        """
        line = encode(event)
        try:
            written = os.write(self._file, line)
            if written < len(line):
                raise OSError(28, os.strerror(28))
            if sync:
                os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        # Looked at after the write: a takeover renames the file first and reads it then, so what
        # was written under the old name before this look has been read.
        if not self.held():
            raise ClaimLost(
                "This document was taken over in another window.",
                "The last key was not taken; go on in the other window.",
            )
        self._size += len(line)
        self.events.append(event)

    def held(self) -> bool:
        """Whether the claim is still this process's."""
        try:
            return os.stat(self.path).st_ino == self._identity
        except FileNotFoundError:
            return False

    def sync(self) -> None:
        """Bring the unsynced moves to disk."""
        os.fdatasync(self._file)

    def discard(self) -> None:
        """Delete the file, its events being in the store, and let go of it."""
        if self.held():
            os.unlink(self.path)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def seize(path: Path) -> list[Event]:
    """Take a journal from a process that may be alive: its events, after which it writes no more.

    The file is kept beside the others under a name of its own until the store has the events.
    """
    taken = path.with_suffix(".taken")
    try:
        os.rename(path, taken)
    except FileNotFoundError:
        if not taken.exists():
            return []
    return list(parse(taken.read_bytes()))


def encode(event: Event) -> bytes:
    """One line of the file."""
    body = json.dumps(
        {"n": event.number, "k": event.kind, "d": event.data, "t": event.time},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "surrogatepass")
    return b"%s\t%08x\n" % (body, zlib.crc32(body))


def parse(data: bytes) -> Iterator[Event]:
    """The events of a file, up to the first line that is not whole."""
    for line in data.split(b"\n")[:-1]:
        body, _, check = line.rpartition(b"\t")
        if b"%08x" % zlib.crc32(body) != check:
            return
        record = json.loads(body.decode("utf-8", "surrogatepass"))
        yield Event(record["n"], record["k"], record["d"], record["t"])


def _read_all(file: int) -> bytes:
    size = os.fstat(file).st_size
    return os.pread(file, size, 0) if size else b""
