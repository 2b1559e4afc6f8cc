"""Files written whole or not at all, and read without trust in their size or their depth."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from tonemark.errors import TonemarkError

LINE_LIMIT = 64 * 1024 * 1024
"""Bytes a line of a file may have (DESIGN.md, "Defaults")."""


DEEPEST = 100
"""Brackets within brackets that JSON may have: far fewer than Python's stack takes."""


class Line(NamedTuple):
    """A line of a file: its number from 1, and its bytes.

    `data` is None where the line is longer than the limit; the rest of it has been skipped.
    """

    number: int
    data: bytes | None


def read_lines(
    stream: IO[bytes], limit: int = LINE_LIMIT, *, keep_ends: bool = False
) -> Iterator[Line]:
    """Lines of a binary stream, split at LF and CRLF only, in memory bounded by `limit` bytes.

    They come without their line ends unless `keep_ends`.
    """
    number = 0
    while data := stream.readline(limit + 1):
        number += 1
        if len(data) > limit and not data.endswith(b"\n"):
            while (rest := stream.readline(1 << 20)) and not rest.endswith(b"\n"):
                pass
            yield Line(number, None)
            continue
        if not keep_ends and data.endswith(b"\n"):
            data = data[: -2 if data.endswith(b"\r\n") else -1]
        yield Line(number, data)


def parsed(data: str) -> Any:
    """What stands in JSON that somebody may have changed.

    Raises ValueError, also where it is nested more than DEEPEST deep, and TypeError where `data`
    is no text.
    """
    if not isinstance(data, str):
        raise TypeError("JSON is text")
    try:
        found = json.loads(data)
    except RecursionError:
        found = None
        is_deep = True
    else:
        is_deep = data.count("{") + data.count("[") > DEEPEST and is_deeper(found, DEEPEST)
    if is_deep:
        raise ValueError(f"nested more than {DEEPEST} deep")
    return found


def is_deeper(value: Any, levels: int) -> bool:
    """Whether lists and objects stand in each other more than `levels` deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(levels):
        level = [
            child
            for each in level
            for child in (each.values() if isinstance(each, dict) else each)
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def typed(path: Path) -> str:
    """A path as one types it after a command: quoted where a shell needs it, `./` before a dash."""
    import shlex

    words = str(path)
    return shlex.quote(f"./{words}" if words.startswith("-") else words)


def open_regular(path: Path) -> IO[bytes]:
    """Open a file that came with a project, for reading bytes.

    Raises OSError where it is none: a named pipe would keep the program waiting for ever, a device
    would never end.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "it is not a file", str(path))
    return os.fdopen(handle, "rb")


def open_own(path: Path, flags: int, mode: int = 0o600) -> int:
    """Open a file that we keep in a project, which may have come from elsewhere: neither a link nor
    a named pipe, which would keep one waiting for ever. The number of the open file. Raises
    OSError."""
    file = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW, mode)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise OSError(errno.EINVAL, f"{path.name}: it is not a file")
    return file


def read_at_most(path: Path, limit: int, otherwise: TonemarkError) -> bytes:
    """The bytes of a regular file. Raises TonemarkError where it cannot be read, and `otherwise`
    where it has more than `limit`."""
    try:
        with open_regular(path) as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise TonemarkError(
            f"{path} cannot be read: {error.strerror or error}.", "Look at it and try again."
        ) from None
    if len(data) > limit:
        raise otherwise
    return data


def check_inside(folder: Path, path: Path) -> None:
    """Raises TonemarkError where a symbolic link leads `path` out of `folder`, a project's.

    Such a link in a project from a stranger would have us write where its maker pleases.
    """
    there = os.path.realpath(path)
    if not Path(there).is_relative_to(os.path.realpath(folder)):
        raise TonemarkError(
            f"{path.name} leads out of the project's folder: {path} is a link to {there}.",
            "Nothing was changed. Put the file or folder itself there.",
        )


class NewFile:
    """A file beside the place that it takes when it is told to; `stream` is written, and read, up
    to then.

    Nobody finds it half: `finish` has it whole on the disk, `take_place` only renames. Raises
    OSError where the folder, the disk or the place does not take it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part"
        )
        self.part = Path(name)
        self.stream: IO[bytes] = os.fdopen(handle, "w+b")

    def finish(self) -> None:
        """Flush, sync and close it, with the mode of what is in its place."""
        self.stream.flush()
        try:
            mode = stat.S_IMODE(self.path.stat().st_mode) & 0o777
        except FileNotFoundError:
            mode = 0o666 & ~_umask()
        os.fchmod(self.stream.fileno(), mode)
        os.fsync(self.stream.fileno())
        self.stream.close()

    def take_place(self) -> None:
        """Rename it."""
        os.replace(self.part, self.path)

    def discard(self) -> None:
        """Away with it, if it has not taken its place."""
        with contextlib.suppress(OSError):  # what a full disk did not take is flushed again
            self.stream.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.part)


def check_plain(path: Path) -> None:
    """Raises OSError where anything but a regular file is: a device, a pipe, a folder, a link.

    For paths that nobody typed: in a project from a stranger they may be somebody's terminal.
    """
    if os.path.lexists(path) and not stat.S_ISREG(os.lstat(path).st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(path))


def is_special(path: Path) -> bool:
    """Whether a device, a named pipe or a folder is there, by a link or itself."""
    return path.exists() and not path.is_file()


@contextlib.contextmanager
def atomic_writer(path: Path, *, plain: bool = False) -> Iterator[IO[bytes]]:
    """A binary file that appears under `path` when the block ends, complete and synced, or never;
    what was written may be read before that.

    A device or a named pipe there (/dev/null) is written into and stays what it is; where `plain`,
    it is refused, as a link is: so for all paths that the user has not typed. Raises OSError where
    the folder cannot be written (the temporary file is then gone), and where nobody reads the pipe.
    """
    if plain:
        check_plain(path)
    elif is_special(path):
        handle = os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        os.set_blocking(handle, True)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        return
    made = NewFile(path)
    try:
        yield made.stream
        made.finish()
        made.take_place()
    finally:
        made.discard()
    sync_folder(path.parent)


def make_folders(folder: Path) -> None:
    """Make a folder and those above it, open to the group where the one above is."""
    if folder.is_dir():
        return
    make_folders(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir()
        share(folder, folder.parent)
    sync_folder(folder.parent)


def share(path: int | Path, folder: Path) -> None:
    """Let the group write where it may write the folder, whatever the umask of its maker."""
    mode, wanted = os.stat(path).st_mode, os.stat(folder).st_mode & 0o070
    if wanted & 0o020 and mode & 0o060 != 0o060:
        # Someone else's file: whether it can be written is already decided.
        with contextlib.suppress(PermissionError):
            allowed = wanted if stat.S_ISDIR(mode) else 0o060
            os.chmod(path, stat.S_IMODE(mode) | allowed)


def sync_folder(folder: Path) -> None:
    """Make a rename or a new file in `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
