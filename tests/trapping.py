"""Something dangerous where a file is to be written: a terminal, a pipe, links."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def traps(folder: Path) -> Iterator[Callable[[Path, str], None]]:
    """Puts something dangerous in a place; in the end, no byte has come out at the other side."""
    ours, theirs = os.openpty()
    os.set_blocking(ours, False)
    secret, kinds = folder / "secret", {}
    secret.write_text("{}")

    def put(path: Path, how: str) -> None:
        if how == "pipe":
            os.mkfifo(path)
        else:
            leads = {"terminal": os.ttyname(theirs), "file": secret, "folder": folder}
            os.symlink(leads.get(how, folder / "nowhere"), path)
        kinds[path] = path.lstat().st_mode

    yield put
    for path, kind in kinds.items():
        assert path.lstat().st_mode == kind
    with pytest.raises(BlockingIOError):
        os.read(ours, 1)
    os.close(ours)
    os.close(theirs)
    assert secret.read_text() == "{}"
    assert not (folder / "nowhere").exists()
