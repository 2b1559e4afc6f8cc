"""Links, pipes and devices in a project from a stranger: nothing outside it is written, and
nothing is waited for."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import desk_in, made_project

from tonemark.corpus.desk import Desk
from tonemark.corpus.journal import Journal, taken_path
from tonemark.corpus.store import STORE_FILE
from tonemark.errors import TonemarkError


def leave(desk: Desk) -> None:
    desk.close()
    desk.store.close()


# Links that lead out


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Something of the user's, elsewhere."""
    folder = made_project(tmp_path / "outside")
    (folder / "precious").write_text("mine\n")
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def move_out(folder: Path, name: str, outside: Path) -> None:
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    path.unlink(missing_ok=True)
    path.symlink_to(outside)


@pytest.mark.parametrize("name", [STORE_FILE, "journal", "journal/amina"])
def test_a_link_that_leads_out_of_the_project_is_refused(
    tmp_path: Path, outside: Path, name: str
) -> None:
    folder = made_project(tmp_path / "p")
    (folder / name).parent.mkdir(exist_ok=True)
    move_out(folder, name, outside / STORE_FILE if name == STORE_FILE else outside)
    before = everything(outside)
    with pytest.raises(TonemarkError, match="leads out of the project's folder"):
        desk_in(folder).open_next()
    assert everything(outside) == before


@pytest.mark.parametrize("suffix", ["-wal", "-shm"])
def test_sqlite_follows_no_link_beside_the_store(
    tmp_path: Path, outside: Path, suffix: str
) -> None:
    folder = made_project(tmp_path / "p")
    move_out(folder, STORE_FILE + suffix, outside / "precious")
    before = everything(outside)
    with pytest.raises(TonemarkError):
        desk_in(folder).open_next()
    assert everything(outside) == before


def test_what_a_damaged_journal_is_kept_under_is_no_link(tmp_path: Path, outside: Path) -> None:
    """The bytes are the stranger's, and so was the place: any file of the user's could be his."""
    folder = tmp_path / "p" / "journal" / "amina"
    folder.mkdir(parents=True)
    (folder / "1.1.log").write_bytes(b"\necho mine now\n")
    (folder / "1.1.damaged").symlink_to(outside / "precious")
    Journal(folder / "1.1.log").close()
    assert (outside / "precious").read_text() == "mine\n"
    assert (folder / "1.1.damaged").read_bytes() == b"\necho mine now\n"
    assert not (folder / "1.1.damaged").is_symlink()


@pytest.mark.parametrize("line", [b'{"n":1}', b"[]", b"1", b"[" * 100_000, b"{", b"\xff"])
def test_a_line_of_a_journal_that_is_no_event_is_kept_aside(tmp_path: Path, line: bytes) -> None:
    """Its sum is right, so no disk has changed it: it was made so."""
    folder = made_project(tmp_path / "p")
    path = folder / "journal" / "amina" / "1.1.log"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"%s\t%08x\n" % (line, zlib.crc32(line)))
    desk = desk_in(folder)
    assert desk.open_next()
    assert line in path.with_suffix(".damaged").read_bytes()
    leave(desk)


def test_the_screens_export_through_no_link_that_leads_out(
    tmp_path: Path, outside: Path, terminal: Callable[..., Any]
) -> None:
    folder = made_project(tmp_path / "p")
    move_out(folder, "exports", outside)
    before = everything(outside)
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("1 of 3")
    term.send("Space", "Enter")
    term.wait("2 of 3")
    term.send("t", "e")
    term.wait("leads out of the project")
    assert everything(outside) == before


def test_a_demo_is_made_over_nothing_that_is_there(tmp_path: Path, outside: Path) -> None:
    from tonemark.cli.projects import make_demo

    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "README.md").symlink_to(outside / "precious")
    (folder / "guidelines.md").write_text("mine\n")
    make_demo(folder)
    assert (outside / "precious").read_text() == "mine\n"
    assert (folder / "guidelines.md").read_text() == "mine\n"


# What is no file


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def device(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def directory(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


@pytest.mark.parametrize("kind", [pipe, device, directory])
@pytest.mark.parametrize("name", ["project.toml", STORE_FILE, f"{STORE_FILE}-wal", ".project.lock"])
def test_what_is_no_file_is_told_and_not_waited_for(
    tmp_path: Path, tonemark: Callable[..., Any], name: str, kind: Callable[[Path], None]
) -> None:
    folder = made_project(tmp_path / "p")
    kind(folder / name)
    (tmp_path / "t.txt").write_text("Juma\n")
    # The lock is not looked at by `add`: it goes in.
    tonemark("add", folder, tmp_path / "t.txt", code=int(name != ".project.lock"))


@pytest.mark.parametrize("kind", [pipe, device, directory])
@pytest.mark.parametrize("taken", [False, True])
def test_a_journal_that_is_no_file_is_told_and_not_waited_for(
    tmp_path: Path, kind: Callable[[Path], None], taken: bool
) -> None:
    folder = made_project(tmp_path / "p")
    path = folder / "journal" / "amina" / "1.1.log"
    path.parent.mkdir(parents=True)
    kind(taken_path(path) if taken else path)
    desk = desk_in(folder)
    with pytest.raises((OSError, TonemarkError)):
        desk.open_next()
    leave(desk)


def test_guidelines_that_are_no_file_are_told(tmp_path: Path) -> None:
    from tonemark.tui.screens.reading import guidelines_text

    pipe(tmp_path / "guidelines.md")
    assert "is not a file" in guidelines_text(tmp_path / "guidelines.md")
