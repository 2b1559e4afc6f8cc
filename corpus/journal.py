"""A journal: the file to which each key that changes a claim goes before the screen shows it.

One line an event: JSON, a tab, the CRC-32 of the JSON. Reading ends at the first line that is not
whole. A flock on the file says that its process is alive.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import regex

from tonemark.corpus.events import Event
from tonemark.errors import TonemarkError
from tonemark.files import (
    atomic_writer,
    make_folders,
    open_regular,
    parsed,
    share,
    sync_folder,
)

JOURNALS = "journal"
"""The folder of a project that has a folder of journals for each annotator."""

NAME = regex.compile(r"(?P<document>[0-9]+)\.(?P<claim>[0-9]+)\.(?P<kind>log|taken|damaged)")
"""How the files there are called; `taken` and `damaged` are what `seize` and `Journal` leave."""

LIMIT = 256 * 1024 * 1024
"""Bytes of a journal: a day of keys has a hundredth of it, and a key that corrects the tokens of
the longest text a tenth."""

TURN = 1.0
"""Seconds that a window waits for another one of hers to write a key or take a page over."""


class ClaimHeld(TonemarkError):
    """A live process of the same annotator has this document open."""

    def __init__(self) -> None:
        super().__init__(
            "This document is open in another window of yours.",
            "Take it over here, or go on there.",
        )


class ClaimLost(TonemarkError):
    """Another process has taken this document over: what this one writes is not taken."""


class Journal:
    """The open journal file of one claim, held under a lock until `close`.

    `events` are those in the file. Raises ClaimHeld where a live process holds it, OSError where
    it cannot be made or read, TonemarkError where it is larger than LIMIT.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        make_folders(path.parent)
        self._file = _open_locked(path)
        try:
            self._identity = os.fstat(self._file).st_ino
            self.events: list[Event] = []
            self._ends = [0]
            data = _read_all(self._file, path)
            for event, end in _scan(data):
                self.events.append(event)
                self._ends.append(end)
            self._torn = self._ends[-1] < len(data)
            if b"\n" in data[self._ends[-1] :]:
                # More than a line that was cut off: the disk has changed what it had taken.
                # Not written through a link of that name: a stranger's project could aim it.
                kept = path.with_suffix(".damaged")
                if kept.is_symlink():
                    kept.unlink()
                with atomic_writer(kept, plain=True) as stream:
                    stream.write(data)
            self._mend()
            if not data:
                sync_folder(path.parent)
        except BaseException:
            self.close()
            raise

    def append(self, event: Event, *, sync: bool = True) -> None:
        """Write one event; with `sync` it is on disk when this returns.

        Raises OSError where the disk refuses it, and ClaimLost where the claim was taken over;
        in both cases the event does not count and the file is as before.
        """
        line = encode(event)
        self._mend()
        if self._ends[-1] + len(line) > LIMIT:
            # What is not read again must not be taken.
            raise OSError(errno.EFBIG, "leave the page first, its journal is full")
        try:
            with _alone(self.path.parent):
                if os.write(self._file, line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                if sync:
                    os.fdatasync(self._file)
                # Looked at after the write: a takeover renames the file first and reads it then,
                # so what was written under the old name before this look has been read.
                if not self.held():
                    raise ClaimLost(
                        "This document was taken over in another window.",
                        "The last key was not taken; go on in the other window.",
                    )
        except (OSError, ClaimLost):
            self._cut()
            raise
        self.events.append(event)
        self._ends.append(self._ends[-1] + len(line))

    def retract(self) -> None:
        """Take back the last event: the key that it belongs to was refused as a whole."""
        self.events.pop()
        self._ends.pop()
        self._cut()

    def held(self) -> bool:
        """Whether the claim is still this process's."""
        try:
            return os.stat(self.path).st_ino == self._identity
        except FileNotFoundError:
            return False

    def discard(self) -> None:
        """Delete the file, its events being in the store, and let go of it.

        A file that cannot be deleted stays, and repeats nothing: its events are known.
        """
        with contextlib.suppress(OSError):
            if self.held():
                os.unlink(self.path)
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def _cut(self) -> None:
        """Cut off what was just written."""
        self._torn = True
        # Where even this is refused, the next append tries again before it writes.
        with contextlib.suppress(OSError):
            self._mend()

    def _mend(self) -> None:
        """Cut off what does not count, if there may be any."""
        if self._torn:
            os.ftruncate(self._file, self._ends[-1])
            self._torn = False


def seize(path: Path) -> list[Event]:
    """Take a journal from a process that may be alive: its events, after which it writes no more.

    The file is kept under `taken_path` until the store has the events. Raises as `read_journal`.
    """
    taken = taken_path(path)
    try:
        with _alone(path.parent):
            # One that is there with events is from a takeover that was cut off.
            if not taken.exists() or not taken.stat().st_size:
                # Not waiting for whoever reads a pipe of that name.
                flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
                # There before the journal is looked for: a window that makes it anew after that
                # finds this, and one that was first has its file renamed.
                os.close(os.open(taken, flags, 0o660))
                with contextlib.suppress(FileNotFoundError):
                    os.rename(path, taken)
            return list(parse(read_journal(taken)))
    except FileNotFoundError:
        return []


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Write a key, or take a journal over, and not both at once: of 19 keys that were told as not
    taken, 14 were in the other window all the same, written before it read and looked at after.

    A process that stands still in there is not waited for longer than TURN.
    """
    turn = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        deadline = time.monotonic() + TURN
        while time.monotonic() < deadline:
            try:
                fcntl.flock(turn, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.001)
            except OSError:  # a file system that locks files, but no folders
                break
            else:
                break
        yield
    finally:
        os.close(turn)


def taken_path(path: Path) -> Path:
    """Where `seize` leaves the journal `path`."""
    return path.with_suffix(".taken")


def encode(event: Event) -> bytes:
    """One line of the file."""
    body = json.dumps(
        {"n": event.number, "k": event.kind, "d": event.data, "t": event.time},
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode("utf-8", "surrogatepass")
    return b"%s\t%08x\n" % (body, zlib.crc32(body))


def read_journal(path: Path) -> bytes:
    """What stands in a journal, whoever has it open.

    Raises OSError where it cannot be read, TonemarkError where it is larger than LIMIT.
    """
    with open_regular(path) as stream:
        return _read_all(stream.fileno(), path)


def parse(data: bytes) -> Iterator[Event]:
    """The events of a file, up to the first line that is not whole."""
    return (event for event, _ in _scan(data))


class _Found(NamedTuple):
    event: Event
    end: int


def _scan(data: bytes) -> Iterator[_Found]:
    """Each event with the byte at which its line ends."""
    end = 0
    # Line by line: a list of all the lines has forty times the size of a file of line ends.
    while (until := data.find(b"\n", end)) >= 0:
        line = data[end:until]
        body, _, check = line.rpartition(b"\t")
        if b"%08x" % zlib.crc32(body) != check:
            return
        try:
            record = parsed(body.decode("utf-8", "surrogatepass"))
            event = Event(record["n"], record["k"], record["d"], record["t"])
        except (ValueError, KeyError, TypeError):
            return  # its sum is right, and yet it is no event: nothing of ours wrote it
        end = until + 1
        yield _Found(event, end)


def _read_all(file: int, path: Path) -> bytes:
    size = os.fstat(file).st_size
    if size > LIMIT:  # a file with holes costs its maker nothing, and us our memory
        raise TonemarkError(
            f"{path} is larger than any journal ({size >> 20:,} MiB).",
            "Copy the folder first, then move the file out of it, and open the document again.",
        )
    parts = []
    at = 0
    while at < size and (part := os.pread(file, min(1 << 24, size - at), at)):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _open_locked(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
    while True:
        file = os.open(path, flags, 0o660)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            share(file, path.parent)
            # Its last owner may have deleted it between the open and the lock.
            if os.stat(path).st_ino == os.fstat(file).st_ino:
                return file
        except BlockingIOError:
            os.close(file)
            raise ClaimHeld from None
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(file)
            raise
        os.close(file)
