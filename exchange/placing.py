"""What was written takes its place: first all of it is whole on the disk, then only names change,
and where one cannot, what was there is put back. Knows no format.

Killed between two names, some are new and some old: what was there lies beside it as
`.NAME.xxxxxxxx.part.old`, which `doctor` tells, and a sidecar tells a file that is not its own by
its digest.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from tonemark.errors import TonemarkError
from tonemark.files import NewFile, sync_folder

OLD = ".part.old"
"""What the names of what was there end with, until all is in its place."""


@dataclass(slots=True)
class Placed:
    """A file or folder that takes its place, or (`made` is None) what is to go from there."""

    path: Path
    made: NewFile | Path | None = None
    _old: Path | None = None
    _was_there: bool = False
    _is_moved: bool = False

    def finish(self) -> None:
        """Have it whole on the disk. Raises OSError."""
        if isinstance(self.made, NewFile):
            self.made.finish()
        elif self.made is not None:
            _sync_all(self.made)

    def take_place(self) -> None:
        """Raises OSError; `give_back` then puts back what was there."""
        self._was_there = os.path.lexists(self.path)
        old = self.path.with_name(f".{self.path.name[:40]}.{secrets.token_hex(4)}{OLD}")
        if isinstance(self.made, NewFile):
            # The name is never without a file; not every disk can link.
            with contextlib.suppress(OSError):
                os.link(self.path, old, follow_symlinks=False)
                self._old = old
            self.made.take_place()
        else:
            if self._was_there:
                os.replace(self.path, old)
                self._old = old
            if self.made is not None:
                os.replace(self.made, self.path)
        self._is_moved = True

    def give_back(self) -> None:
        """What was there is there again. Raises OSError where it cannot be."""
        if self._is_moved and isinstance(self.made, Path):
            os.replace(self.path, self.made)
        elif self._is_moved and self._was_there and not self._old:
            raise OSError("nothing is left of what was there")
        elif self._is_moved and not self._was_there and self.made is not None:
            os.unlink(self.path)
        if self._old:
            os.replace(self._old, self.path)
            self._remove_old()  # two names of one file are not renamed (rename(2))
        self._is_moved, self._old = False, None

    def settle(self) -> None:
        """What was there goes."""
        self._remove_old()

    def _remove_old(self) -> None:
        if self._old and self._old.is_dir() and not self._old.is_symlink():
            shutil.rmtree(self._old, ignore_errors=True)
        elif self._old:
            with contextlib.suppress(OSError):
                os.unlink(self._old)


def put_in_place(steps: Sequence[Placed], check: Callable[[], None]) -> None:
    """All take their places in the order given, or none; they lie in one folder.

    `check` is called when all is whole on the disk and no other export is at its renames. Raises
    OSError with all as it was, and TonemarkError where that could not be put back.
    """
    for each in steps:
        each.finish()
    folder = steps[0].path.parent
    with _turn(folder):
        check()
        begun: list[Placed] = []
        try:
            for each in steps:
                begun.append(each)
                each.take_place()
            sync_folder(folder)
        except BaseException as error:
            _give_back(begun, error)
            raise
        for each in steps:
            each.settle()


def _give_back(begun: Sequence[Placed], error: BaseException) -> None:
    stuck = []
    for each in reversed(begun):
        try:
            each.give_back()
        except OSError:
            stuck.append(each.path.name)
    if stuck:
        reason = error.strerror if isinstance(error, OSError) else None
        raise TonemarkError(
            f"Not all took its place, and not all could be put back: {reason or error!r}.",
            f"Look at {', '.join(sorted(stuck))} in {begun[0].path.parent}; what was there may lie"
            f" beside it as .NAME{OLD}. Then export again.",
        ) from None


@contextlib.contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """One export after the other renames: two at once would pair one's file with the other's
    sidecar. Where the disk has no locks, they do as they did."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def new_folder(target: Path) -> Path:
    """An empty folder beside `target`, with the mode of the one in which both are."""
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part"))
    os.chmod(made, stat.S_IMODE(target.parent.stat().st_mode) & 0o777)
    return made


def files_in(folder: Path) -> Iterator[str]:
    """The files of a folder and of those in it, as paths from it on, links among them."""
    for place, folders, names in os.walk(folder):
        links = (name for name in folders if os.path.islink(os.path.join(place, name)))
        for name in (*names, *links):
            path = os.path.relpath(os.path.join(place, name), folder)
            yield os.fsencode(path).decode("utf-8", "replace")


MARK = 8
"""Hexadecimal digits by which a sidecar knows the name of a file."""

MARKED = 500_000
"""Names of which a sidecar keeps marks: its header is one line, and bounded."""


def marks(names: Iterable[str]) -> str:
    """MARK digits of the BLAKE2b of each name, in order; empty where they are more than MARKED."""
    found = sorted(map(mark, names))
    return "".join(found) if len(found) <= MARKED else ""


def mark(name: str) -> str:
    """By which a name is found among `marks`."""
    return blake2b(name.encode(), digest_size=MARK // 2).hexdigest()


SINGLY = 200
"""Files of a folder that are synced one by one: an export of 10,000 took 33 s so, and all disks at
once take 0.2 s."""


def _sync_all(folder: Path) -> None:
    found = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    if len(found) > SINGLY:
        os.sync()
        return
    for path in found:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    for place in {folder, *(path.parent for path in found)}:
        sync_folder(place)
