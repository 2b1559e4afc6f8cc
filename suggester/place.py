"""The suggester's folder in a project: the lock that says it runs, the lock that says it is needed,
what it last told of itself, and its log.

Knows nothing of what the suggester does. Locks are flock's: the system lets go of them whatever
becomes of a process.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from tonemark.corpus.project import SUGGESTER_FOLDER
from tonemark.errors import TonemarkError
from tonemark.files import check_inside, make_folders, open_own, open_regular, parsed, share

LOG_LIMIT = 64 * 1024
"""Bytes of the log that are kept at least; it has at most twice as many."""

LATEST = 2.0**33
"""Unix seconds that any time lies before (the year 2242)."""

STATE_LIMIT = 64 * 1024
"""Bytes that are read of what the suggester told: nothing of ours is longer."""

ENDED = "ended"
"""What a suggester tells that it is doing when it ends by itself; with a fault, because of that."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a suggester tells of itself.

    Times are Unix seconds; `heard` is when it last said that it is alive. `doing` is said to people
    ("loading", "at work"), `package` the one with the tokenizer's code. `fault` is why it ended,
    where it had to, or what it does not take in, and `remedy` what to do; `failed` says how many
    documents the tokenizer failed on since it was started, `matched` for how many patterns made
    suggestions. `learnt` is from how many documents the learner has learnt, `learner` that in
    words, and `finished` the number of the newest answer (`corpus.learnt.answers_stamp`) that it
    has done all with; `model` is what the project's model has done, in words.
    """

    process: int = 0
    user: str = ""
    started: float = 0.0
    heard: float = 0.0
    doing: str = ""
    tokenizer: str = ""
    package: str = ""
    version: str = ""
    made: int = 0
    failed: int = 0
    matched: int = 0
    learnt: int = 0
    finished: int = 0
    learner: str = ""
    model: str = ""
    fault: str = ""
    remedy: str = ""


class Place:
    """The suggester's folder of the project in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.project = folder
        self.path = folder / SUGGESTER_FOLDER

    def make(self) -> None:
        """Make the folder, open to the group where the project's is.

        Raises OSError where that is refused, TonemarkError where a link leads out of the project.
        """
        os.stat(self.project)  # a project that is gone is not made anew
        check_inside(self.project, self.path)
        make_folders(self.path)

    # The lock of the one that runs

    def take(self, patience: float) -> int | None:
        """Lock the place for this process: the open file, or None where another process has it
        for `patience` seconds. Whoever looks whether one runs has it for a moment."""
        file = self._open("lock")
        deadline = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    os.close(file)
                    return None
                time.sleep(0.02)
            except BaseException:
                os.close(file)
                raise
            else:
                return file

    def is_taken(self) -> bool:
        """Whether a suggester runs. Raises OSError where the lock cannot be looked at."""
        return self._is_locked("lock")

    def is_held_by(self, process: int) -> bool:
        """Whether the system says that this process has the lock of the one that runs: where it
        does not say whose locks are, nobody has."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            number = os.stat(self.path / "lock", follow_symlinks=False).st_ino
            for line in Path("/proc/locks").read_text().splitlines():
                # "1: FLOCK  ADVISORY  WRITE 17391 fd:01:98421 0 EOF" (man 5 proc_locks)
                words = line.split()
                lock = words[1], words[3], int(words[4]), int(words[5].rpartition(":")[2])
                if lock == ("FLOCK", "WRITE", process, number):
                    return True
        return False

    # The lock of those that need it

    def need(self) -> int:
        """Say that this process needs the suggester, until the file that is returned is closed.

        Raises OSError.
        """
        file = self._open("needed")
        try:
            fcntl.flock(file, fcntl.LOCK_SH)  # only ever locked for a moment otherwise
        except BaseException:
            os.close(file)
            raise
        return file

    def is_needed(self) -> bool:
        """Whether any process needs the suggester. Raises OSError."""
        return self._is_locked("needed", fcntl.LOCK_EX)

    def _is_locked(self, name: str, kind: int = fcntl.LOCK_SH) -> bool:
        try:
            file = open_own(self.path / name, os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def _open(self, name: str) -> int:
        try:
            file = open_own(self.path / name, os.O_RDWR | os.O_CREAT, 0o660)
        except PermissionError:
            # Another login's file can still be locked, except over NFS.
            return open_own(self.path / name, os.O_RDONLY)
        share(file, self.path)
        return file

    # What it tells

    def told(self) -> Told:
        """What the suggester last told, of whatever age; nothing where that cannot be read, or is
        nothing that it could have told. Whose words they are, in a project from elsewhere, nobody
        knows."""
        path = self.path / "state.json"
        try:
            with open_regular(path) as stream:
                data = parsed(stream.read(STATE_LIMIT).decode("utf-8", "replace"))
                heard = os.fstat(stream.fileno()).st_mtime
            known = {
                name: data[name]
                for name, default in asdict(Told()).items()
                if type(data[name]) is type(default)
            }
            told = replace(Told(**known), heard=heard)
        except (OSError, ValueError, TypeError, KeyError):
            return Told()
        return told if _could_be(told) else Told()

    def tell(self, told: Told) -> None:
        """Write down what the suggester tells; by `beat` it says later that it still holds.

        Raises OSError. What was there is replaced whole, not through a link.
        """
        os.replace(self._written(json.dumps(asdict(told)).encode()), self.path / "state.json")

    def check_space(self) -> None:
        """Raises OSError where nothing can be written here: only writing finds out."""
        self._written(b" " * STATE_LIMIT).unlink(missing_ok=True)

    def _written(self, data: bytes) -> Path:
        part = self.path / f".state.{os.getpid()}.part"
        file = open_own(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
        try:
            share(file, self.path)
            if os.write(file, data) < len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        finally:
            os.close(file)
        return part

    def beat(self) -> None:
        """Say that the suggester is alive."""
        with contextlib.suppress(OSError):
            os.utime(self.path / "state.json", follow_symlinks=False)

    # Its log

    @contextlib.contextmanager
    def log(self) -> Iterator[int]:
        """The log, open at its end; cut to its last LOG_LIMIT bytes where it has become twice as
        long. Raises OSError."""
        file = open_own(self.path / "log", os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o660)
        try:
            share(file, self.path)
            size = os.fstat(file).st_size
            if size > 2 * LOG_LIMIT:
                kept = os.pread(file, LOG_LIMIT, size - LOG_LIMIT)
                os.ftruncate(file, 0)
                os.write(file, kept)
            yield file
        finally:
            os.close(file)

    def note(self, words: str) -> None:
        """Add a line, or a traceback, to the log; a log that cannot be written stops nobody."""
        when = time.strftime("%Y-%m-%d %H:%M:%S")
        line = f"{when} [{os.getpid()}] {words.rstrip()[-LOG_LIMIT // 8 :]}\n"
        with contextlib.suppress(OSError), self.log() as file:
            os.write(file, line.encode("utf-8", "backslashreplace"))

    def last_line(self) -> str:
        """The last line of the log, for people; empty where there is none."""
        with contextlib.suppress(OSError), open_regular(self.path / "log") as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - 4096))
            lines = stream.read(4096).decode("utf-8", "replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""


def _could_be(told: Told) -> bool:
    """Whether figures and words are such as a suggester tells."""
    times = all(0 <= each < LATEST for each in (told.started, told.heard))
    counts = told.made, told.failed, told.matched, told.learnt, told.finished
    figures = all(0 <= each < 2**53 for each in counts)
    words = all(len(each) < 2000 for each in asdict(told).values() if isinstance(each, str))
    return times and figures and words and 0 <= told.process < 2**31


def silent(place: Place, told: Told) -> TonemarkError:
    """The error of a suggester that has the lock, and has long given no sign of life."""
    ending = "It is the process tonemark.suggester with this project's folder behind it."
    if place.is_held_by(told.process):
        ending = f"    kill -9 {told.process}"
    return TonemarkError(
        f"The suggester (process {told.process}, of {told.user}) has given no sign of life for"
        f" {time.time() - told.heard:,.0f} seconds.",
        f"End it, and it is started anew:\n{ending}",
    )


def refused(project: Path, error: OSError) -> TonemarkError:
    """The error of a suggester's folder that cannot be made or used."""
    remedy = "Who annotates must be able to write the project's folder."
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        remedy = "Free some space there."
    return TonemarkError(
        f"The suggester cannot work in {project / SUGGESTER_FOLDER}: {error.strerror or error}.",
        f"{remedy} More:\n    tonemark doctor DIR",
    )
