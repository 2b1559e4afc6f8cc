"""Files that are written whole or not at all, and read up to a limit."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, read_at_most


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"old")
    with contextlib.suppress(KeyboardInterrupt), atomic_writer(path) as stream:
        stream.write(b"half")
        raise KeyboardInterrupt
    assert path.read_bytes() == b"old"
    with atomic_writer(path) as stream:
        stream.write(b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_into_and_stays_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(OSError, match="No such device"), atomic_writer(path):
        pass
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with atomic_writer(path) as stream:
        stream.write(b"new")
    assert os.read(reader, 10) == b"new"
    os.close(reader)
    assert path.is_fifo()


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_bytes(b"12345")
    assert read_at_most(path, 5, TonemarkError("too large")) == b"12345"
    with pytest.raises(TonemarkError, match="too large"):
        read_at_most(path, 4, TonemarkError("too large"))
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("none", "No such file"), ("pipe", "it is not a file"), (".", "cannot be")):
        with pytest.raises(TonemarkError, match=why):
            read_at_most(tmp_path / name, 5, TonemarkError("too large"))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IsADirectoryError), atomic_writer(tmp_path):
        pass


@pytest.mark.parametrize("is_link", [True, False])
def test_nothing_but_a_file_is_written_under_a_path_that_nobody_typed(
    tmp_path: Path, is_link: bool
) -> None:
    pipe, path = tmp_path / "pipe", tmp_path / "out"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    (os.symlink if is_link else os.link)(pipe, path)
    with pytest.raises(OSError, match="no regular file"), atomic_writer(path, plain=True):
        pass
    assert not os.read(reader, 10)
    os.close(reader)
    path.unlink()
    with atomic_writer(path, plain=True) as stream:
        stream.write(b"new")
    assert path.read_bytes() == b"new"
