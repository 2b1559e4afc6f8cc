"""The store's file: refused in words where it is not right, shared by many, all or nothing."""

from __future__ import annotations

import gc
import hashlib
import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tonemark.corpus.intake import add_records
from tonemark.corpus.records import Record
from tonemark.corpus.reports import Report
from tonemark.corpus.schema import APPLICATION_ID, SCHEMA_VERSION
from tonemark.corpus.store import Store, create_store
from tonemark.errors import TonemarkError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store with documents in several hundred pages of the file."""
    path = tmp_path / "project #1 100%?" / "store.sqlite"
    path.parent.mkdir()
    create_store(path)
    store = Store(path)
    records = (Record(n, n, f"habari {n} " * 20) for n in range(1, 2001))
    add_records(store, "a.txt", records, Report())
    store.close()
    return path


def digest(path: Path) -> bytes:
    return hashlib.sha256(path.read_bytes()).digest()


def pragma(path: Path, statement: str) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(f"PRAGMA {statement}").fetchall()
    db.close()


def shorten(path: Path, size: int | None = None) -> None:
    os.truncate(path, path.stat().st_size // 2 if size is None else size)


def foreign(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("CREATE TABLE documents (id INTEGER)")
    db.close()


def emptied(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("PRAGMA foreign_keys = OFF")
    db.execute("DROP TABLE documents")
    db.close()


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "another program's id": (lambda p: pragma(p, "application_id = 7"), "not a store of Tonemark"),
    "no id": (lambda p: pragma(p, "application_id = 0"), "not a store of Tonemark"),
    "a newer version": (lambda p: pragma(p, f"user_version = {SCHEMA_VERSION + 1}"), "newer"),
    "no version": (lambda p: pragma(p, "user_version = 0"), "version 0"),
    "0 bytes": (lambda p: shorten(p, 0), "is empty"),
    "50 bytes": (lambda p: shorten(p, 50), "no SQLite file"),
    "half": (shorten, "malformed"),
    "half a page": (lambda p: shorten(p, 2048), "cannot be read as a store"),
    "random bytes": (lambda p: p.write_bytes(random.Random(1).randbytes(9999)), "no SQLite file"),
    "text": (lambda p: p.write_text("habari " * 50), "no SQLite file"),
    "another database": (foreign, "not a store of Tonemark"),
    "no documents": (emptied, "no such table"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_file_is_refused_in_words_and_left_as_it_was(path: Path, fault: str) -> None:
    harm, words = FAULTS[fault]
    harm(path)
    before = digest(path)
    for _ in range(2):
        with pytest.raises(TonemarkError, match=words) as caught:
            Store(path)
        assert str(path) in caught.value.title
        assert "Nothing was changed" in caught.value.remedy
    assert digest(path) == before
    assert os.listdir(path.parent) == [path.name]


def test_what_is_no_file_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(TonemarkError, match="is missing"):
        Store(tmp_path / "none.sqlite")
    assert os.listdir(tmp_path) == [], "nothing was made in its place"
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(TonemarkError, match="not a file"):
            Store(path)


def test_a_refused_store_leaves_no_file_open(path: Path) -> None:
    pragma(path, "user_version = 9")
    gc.collect()  # what other tests left open must not close in between
    before = os.listdir("/proc/self/fd")
    for _ in range(5):
        with pytest.raises(TonemarkError):
            Store(path)
    assert len(os.listdir("/proc/self/fd")) == len(before)


def test_every_connection_is_in_wal_mode_and_syncs_each_commit(path: Path) -> None:
    pragma(path, "journal_mode = DELETE")  # as a copy made by SQLite's own tools is
    for _ in range(2):
        store = Store(path)
        values = [
            store.db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "application_id")
        ]
        assert values == ["wal", 2, 1, APPLICATION_ID]
        store.close()


def test_looking_at_a_store_keeps_the_locks_of_one_that_is_open(path: Path) -> None:
    """POSIX drops a process's locks on a file when it closes any descriptor of it."""
    first = Store(path)
    first.db.execute("BEGIN").close()
    first.db.execute("SELECT count(*) FROM documents").fetchone()
    Store(path).close()
    locks = [
        line.split()[5].split(":")[-1]
        for line in Path("/proc/locks").read_text().splitlines()
        if f" {os.getpid()} " in line
    ]
    first.close()
    assert str(path.stat().st_ino) in locks


@pytest.mark.parametrize(
    ("umask", "folder", "mode"),
    [(0o022, 0o755, 0o600), (0o022, 0o2770, 0o660), (0o077, 0o770, 0o660), (0o002, 0o700, 0o600)],
)
def test_a_group_may_write_the_store_where_it_may_write_the_folder(
    tmp_path: Path, umask: int, folder: int, mode: int
) -> None:
    project = tmp_path / "p"
    project.mkdir()
    project.chmod(folder)
    before = os.umask(umask)
    try:
        create_store(project / "store.sqlite")
        store = Store(project / "store.sqlite")
        store.set_preference("amina", "theme", "dark")
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in project.iterdir()}
        store.close()
    finally:
        os.umask(before)
    names = ("store.sqlite", "store.sqlite-shm", "store.sqlite-wal")
    assert modes == dict.fromkeys(names, mode)


def test_an_existing_store_is_left_as_it_is(path: Path) -> None:
    before = digest(path)
    create_store(path)
    assert digest(path) == before


def test_a_store_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TonemarkError, match="cannot be made"):
        create_store(tmp_path / "none" / "store.sqlite")

    def refuse(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(os, "rename", refuse)
    with pytest.raises(TonemarkError, match="No space left"):
        create_store(tmp_path / "store.sqlite")
    assert os.listdir(tmp_path) == []


def test_a_file_system_without_hard_links_gets_a_store_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    create_store(tmp_path / "store.sqlite")
    Store(tmp_path / "store.sqlite").close()
    assert os.listdir(tmp_path) == ["store.sqlite"]


def test_a_document_that_is_not_there(path: Path) -> None:
    store = Store(path)
    for number in (0, 2001, -1):
        with pytest.raises(KeyError):
            store.document(number)
    assert [document.number for document in store.documents([3, 9999, 1])] == [3, 1]
    assert store.number_of("a.txt:12") == 12
    assert store.number_of("none") is None
    store.close()


def fail(store: Store) -> None:
    with store.transaction() as db:
        db.execute("DELETE FROM documents")
        db.execute("INSERT INTO preferences VALUES (NULL, NULL, NULL)")


def test_a_transaction_is_all_or_nothing(path: Path) -> None:
    store = Store(path)
    with pytest.raises(sqlite3.IntegrityError):
        fail(store)
    assert store.document_count() == 2000
    store.db.execute("PRAGMA max_page_count = 1")  # the disk is full
    with pytest.raises(TonemarkError, match="full"), store.transaction() as db:
        db.execute("INSERT INTO preferences VALUES ('amina', 'x', ?)", ("x" * 100_000,))
    assert store.preference("amina", "x") is None
    store.close()


def test_a_writer_whose_turn_does_not_come_says_so(path: Path) -> None:
    first, second = Store(path), Store(path)
    with (
        first.transaction(),
        pytest.raises(TonemarkError, match="locked"),
        second.transaction(patience=0.02),
    ):
        pass
    with second.transaction(patience=0.02):
        assert first.document_count() == 2000, "readers never wait"
    first.close()
    second.close()


WORKER = """
import sys, time
from pathlib import Path
from tonemark.corpus import queue
from tonemark.corpus.queue import Outcome
from tonemark.corpus.store import Store
name, deadline, done = sys.argv[2], time.monotonic() + float(sys.argv[3]), 0
claims, left = [], True
while left and time.monotonic() < deadline:
    store = Store(Path(sys.argv[1]))  # opened and closed among the others, too
    claims = claims or queue.claim_next(store, name, 1)
    for _ in range(10):
        left = bool(claims)
        if not left:
            break
        claims = queue.leave(store, [Outcome(c, (), "accept") for c in claims], claim_next=1)
        done += 1
    store.close()
print(done)
"""


def test_eight_processes_answer_at_once_without_an_error(path: Path) -> None:
    store = Store(path)
    with store.transaction() as db:
        db.execute("UPDATE documents SET places = 2")
    command = [sys.executable, "-c", WORKER, str(path)]
    workers = [
        subprocess.Popen(
            [*command, f"a{n}", "2"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for n in range(8)
    ]
    ends = [worker.communicate(timeout=60) for worker in workers]
    assert [error for _, error in ends] == [""] * 8
    done = sum(int(output) for output, _ in ends)
    assert done > 0
    one = "SELECT count(*) FROM annotations WHERE current AND NOT extra"
    assert store.db.execute(one).fetchone() == (done,)
    wrong = (
        "SELECT count(*) FROM documents d WHERE taken > places OR taken <> (SELECT count(*)"
        " FROM claims c WHERE c.document = d.id AND c.counted)"
    )
    assert store.db.execute(wrong).fetchone() == (0,)
    twice = "SELECT count(*) FROM annotations GROUP BY document, annotator HAVING count(*) > 1"
    assert store.db.execute(twice).fetchall() == []
    assert store.db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    store.close()


VISITOR = """
import sys, time
from pathlib import Path
from tonemark.corpus.store import Store
deadline = time.monotonic() + 0.5
while time.monotonic() < deadline:
    store = Store(Path(sys.argv[1]))
    store.set_preference("amina", "theme", "dark")
    store.close()
"""


def test_opening_waits_while_another_process_closes_as_the_last(path: Path) -> None:
    command = [sys.executable, "-c", VISITOR, str(path)]
    visitors = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [visitor.communicate(timeout=60)[1] for visitor in visitors] == ["", "", ""]


def test_a_store_in_use_can_be_copied_with_its_log_and_opened(path: Path, tmp_path: Path) -> None:
    """As after kill -9: the last commits stand in the log alone."""
    store = Store(path)
    store.set_preference("amina", "theme", "dark")
    for name in ("", "-wal"):
        shutil.copy(f"{path}{name}", f"{tmp_path / 'copy'}{name}")
    copy = Store(tmp_path / "copy")
    assert copy.preference("amina", "theme") == "dark"
    copy.close()
    store.close()
