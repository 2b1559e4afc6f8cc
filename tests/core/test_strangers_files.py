"""Links, pipes and devices in a project from a stranger: nothing outside it is written, and
nothing is waited for."""

from __future__ import annotations

import os
import shutil
import sqlite3
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import desk_in, made_project, run_tonemark

from tonemark.corpus.desk import Desk
from tonemark.corpus.journal import Journal, taken_path
from tonemark.corpus.project import read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer


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


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_sqlite_follows_no_link_beside_the_store(
    tmp_path: Path, outside: Path, suffix: str
) -> None:
    folder = made_project(tmp_path / "p")
    move_out(folder, STORE_FILE + suffix, outside / "precious")
    before = everything(outside)
    with pytest.raises(TonemarkError):
        desk_in(folder).open_next()
    assert everything(outside) == before


def hot_journal(store: Path, victim: Path) -> None:
    """A rollback journal that belongs to a transaction over several files, as another program
    would leave it: SQLite plays it back and deletes `victim` (sqlite.org/fileformat2.html, 3)."""
    magic = bytes.fromhex("d9d505f920a163d7")
    page, sector = 4096, 512
    name = bytes(victim)
    header = magic + struct.pack(">5I", 0, 1, store.stat().st_size // page, sector, page)
    lock_page = (1 << 30) // page + 1
    named = struct.pack(">I", lock_page) + name + struct.pack(">2I", len(name), sum(name)) + magic
    store.with_name(f"{store.name}-journal").write_bytes(header.ljust(sector, b"\0") + named)


def test_sqlite_deletes_what_such_a_journal_names(tmp_path: Path) -> None:
    folder = made_project(tmp_path / "p")
    victim = tmp_path / "victim"
    victim.write_text("mine\n")
    hot_journal(folder / STORE_FILE, victim)
    db = sqlite3.connect(folder / STORE_FILE)
    db.execute("SELECT 1 FROM documents").fetchall()
    db.close()
    assert not victim.exists(), "else the tests below show nothing"


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("verb", ["doctor", "status", "export", "add", "annotate", "open"])
def test_no_verb_lets_sqlite_delete_a_file_for_a_stranger(
    tmp_path: Path, outside: Path, terminal: Callable[..., Any], verb: str, linked: bool
) -> None:
    folder = made_project(tmp_path / "p")
    store = folder / STORE_FILE
    if linked:  # SQLite looks beside the file itself
        store = store.rename(folder / "other.sqlite")
        (folder / STORE_FILE).symlink_to(store.name)
    hot_journal(store, outside / "precious")
    before = everything(outside) | everything(folder)
    if verb in ("annotate", "open"):
        arguments = ("annotate", folder, "--as", "amina") if verb == "annotate" else (folder,)
        term = terminal(*arguments)
        term.wait("lies beside the store")
    else:
        more = (outside / "precious",) if verb == "add" else ()
        done = run_tonemark(verb, folder, *more)
        assert done.returncode == 1
        assert "lies beside the store" in " ".join((done.stdout + done.stderr).split())
        # SQLite's own shell would do it, too.
        assert "sqlite3" not in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
    assert everything(outside) | everything(folder) == before


def test_a_journal_that_comes_while_the_store_is_open_is_seen(
    tmp_path: Path, outside: Path
) -> None:
    path = made_project(tmp_path / "p") / STORE_FILE
    first = Store(path)
    hot_journal(path, outside / "precious")
    for reading in (False, True):
        with pytest.raises(TonemarkError, match="lies beside the store"):
            Store(path, reading=reading)
    first.close()
    assert (outside / "precious").exists()


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
@pytest.mark.parametrize(
    "name",
    ["project.toml", STORE_FILE, f"{STORE_FILE}-wal", f"{STORE_FILE}-journal", ".project.lock"],
)
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


@pytest.mark.parametrize("reading", [False, True])
@pytest.mark.parametrize("taken", [False, True])
def test_a_journal_of_holes_is_told_and_not_read(
    tmp_path: Path, taken: bool, reading: bool
) -> None:
    folder = made_project(tmp_path / "p")
    # Who only looks has no claim yet.
    path = folder / "journal" / "amina" / ("1.0.log" if reading else "1.1.log")
    path.parent.mkdir(parents=True)
    path = taken_path(path) if taken else path
    with path.open("wb") as stream:
        stream.truncate(3 << 40)
    store = Store(folder / STORE_FILE, reading=reading)
    desk = Desk(read_project(folder), store, "amina", load_tokenizer("general"))
    with pytest.raises(TonemarkError, match="larger than any journal") as caught:
        desk.open_next()
    assert "move the file out" in caught.value.remedy
    assert path.stat().st_size == 3 << 40
    leave(desk)
    path.unlink()
    assert desk_in(folder).open_next()


def test_lines_of_a_journal_are_not_all_held_at_once(tmp_path: Path) -> None:
    """A file of line ends alone would take forty times its size."""
    (tmp_path / "1.1.log").write_bytes(b"\n" * 3_000_000)
    tracemalloc.start()
    Journal(tmp_path / "1.1.log").close()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30_000_000


def test_guidelines_that_are_no_file_are_told(tmp_path: Path) -> None:
    from tonemark.tui.screens.reading import guidelines_text

    pipe(tmp_path / "guidelines.md")
    assert "is not a file" in guidelines_text(tmp_path / "guidelines.md")
