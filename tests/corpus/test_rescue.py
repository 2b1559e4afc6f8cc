"""Damage anywhere in a store ends in words; what can be read of it is saved, and is sound."""

from __future__ import annotations

import hashlib
import os
import random
import re
import shlex
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from making import run_here

from tonemark.cli.commands import run
from tonemark.corpus import store_file
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.rescue.salvage import numbered_rows
from tonemark.corpus.rescue.store import rescue
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer

SIZE = 60
ANSWERED = 40


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose documents fill some pages, two thirds of them answered."""
    folder = tmp_path_factory.mktemp("rescue") / "p"
    create_project(folder, language="sw", labels=["PER"])
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    given = GivenAnnotation("amina", "accept", (Span(0, 4, "PER"),), "aha é")
    records = (
        Record(
            n, n, f"Asha {n} alikutana na wazéri " * 9,
            annotations=(given,) * (n <= ANSWERED), suggestions=(Suggestion(0, 4, "PER", ("x",)),),
        )
        for n in range(1, SIZE + 1)
    )  # fmt: skip
    add_records(store, "a.txt", records, Report())
    store.set_preference("amina", "theme", "dark")
    store.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "p"))


def flip(path: Path, places: list[int]) -> None:
    data = bytearray(path.read_bytes())
    for at in places:
        data[at] ^= 0xFF
    path.write_bytes(data)


def places_of(path: Path, *needles: bytes) -> list[int]:
    data = path.read_bytes()
    return [data.index(needle) for needle in needles]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def faults(folder: Path) -> list[str]:
    return [f"{each.what} {each.where}" for each in examine(folder) if not each.harmless]


@pytest.mark.parametrize("seed", range(int(os.environ.get("FLIPS", "24"))))
def test_flipped_bytes_end_in_words(
    folder: Path, seed: int, capfd: pytest.CaptureFixture[str]
) -> None:
    """In-process: an exception that is no TonemarkError would come out of `run`."""
    path = folder / STORE_FILE
    chosen = random.Random(seed)
    size = path.stat().st_size
    # Every third in the first pages, which the schema fills.
    within = 8192 if seed % 3 == 0 else size
    flip(path, [chosen.randrange(within) for _ in range(chosen.choice((1, 8, 40)))])
    before = digest(path)
    for arguments in (
        ["doctor", str(folder)],
        ["status", str(folder)],
        ["export", str(folder), "--all", "-o", str(folder / "out.jsonl")],
        ["doctor", str(folder), "--rescue", str(folder / "saved.sqlite")],
    ):
        assert run(arguments) in (0, 1)
        told = capfd.readouterr()
        assert told.out or told.err
        assert digest(path) == before, arguments
    if (folder / "saved.sqlite").exists():
        path.unlink()
        (folder / "saved.sqlite").rename(path)
        assert faults(folder) == []


@pytest.mark.parametrize("schema", ["CREATE TABLE t (id INTEGER PRIMARY KEY, a)", "CREATE RUBBISH"])
def test_rows_are_asked_for_one_by_one_only_where_that_can_help(
    schema: str, tmp_path: Path
) -> None:
    """Thousands of numbers of every whole table, and of a store without a schema, took seconds."""
    path = tmp_path / "t.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a)")
    db.executemany("INSERT INTO t (a) VALUES (?)", [("x",)] * 3)
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_schema SET sql = ?", (schema,))
    db.commit()
    db.close()
    db = CountingConnection(path)
    rows = list(numbered_rows(db, "t", "id, a", 10**6))
    db.close()
    assert len(rows) == (0 if "RUBBISH" in schema else 3)
    assert db.asked <= 2


class CountingConnection(sqlite3.Connection):
    """Counts what it is asked."""

    asked = 0

    def execute(self, *arguments: Any) -> sqlite3.Cursor:
        self.asked += 1
        return super().execute(*arguments)


def test_a_name_in_the_schema_that_is_no_utf8_is_told(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = folder / STORE_FILE
    for needle in (b"documents_by_text", b"ON documents (digest)"):
        flip(path, places_of(path, needle))
        for verb in ("status", "doctor", "export"):
            assert run([verb, str(folder), *(["-o", "x"] * (verb == "export"))]) == 1
        assert "cannot be read as a store" in capfd.readouterr().err


def nothing(path: Path) -> None:
    pass


def cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4 * 4096)


def header(path: Path) -> None:
    flip(path, list(range(100)))


def schema(path: Path) -> None:
    flip(path, list(range(500, 900)))


def a_page(path: Path) -> None:
    at = places_of(path, b"Asha 30 ")[0] // 4096 * 4096
    flip(path, list(range(at, at + 4096)))


def not_utf8(path: Path) -> None:
    flip(path, [at + 3 for at in places_of(path, b"Asha 7 ")])


@pytest.mark.parametrize(
    ("harm", "documents", "answers"),
    [
        (nothing, SIZE, ANSWERED),
        (header, SIZE, ANSWERED),
        (schema, SIZE, ANSWERED),
        (not_utf8, SIZE - 1, ANSWERED - 1),
        (a_page, SIZE - 15, ANSWERED - 15),
        (cut, 30, 30),
    ],
)
def test_what_can_be_read_is_saved_and_is_sound(
    folder: Path, harm: Callable[[Path], None], documents: int, answers: int
) -> None:
    path, saved = folder / STORE_FILE, folder / "saved.sqlite"
    harm(path)
    path.chmod(0o640)
    before = digest(path)
    found = rescue(path, saved)
    assert digest(path) == before
    assert saved.stat().st_mode & 0o777 == 0o640
    assert (found.documents, found.answers) >= (documents, answers), found
    missing = SIZE - found.documents
    named = {place for place, _ in found.left_out if regex_of_document(place)}
    assert not missing or named
    with pytest.raises(TonemarkError, match="exists"):
        rescue(path, saved)
    path.unlink()
    saved.rename(path)
    assert faults(folder) == []
    store = Store(path)
    assert store.document_count() >= found.documents
    kept = {key for (key,) in store.db.execute("SELECT key FROM documents")}
    assert len(kept) == found.documents
    assert all(int(key.removeprefix("a.txt:")) for key in kept)
    store.close()


def regex_of_document(place: str) -> bool:
    return re.match(r"document \d+", place) is not None


def test_only_what_nothing_can_be_read_of_is_refused(folder: Path) -> None:
    path, saved = folder / STORE_FILE, folder / "saved.sqlite"
    os.truncate(path, 3000)
    with pytest.raises(TonemarkError, match="Nothing can be read") as caught:
        rescue(path, saved)
    assert "tonemark new" in caught.value.remedy
    assert not saved.exists()
    assert not list(folder.glob(".rescue*"))


def test_an_answer_is_saved_whose_history_cannot_be_read(folder: Path) -> None:
    path, saved = folder / STORE_FILE, folder / "saved.sqlite"
    db = sqlite3.connect(path)
    db.execute("UPDATE events SET data = '{' WHERE document = 3")
    db.execute("UPDATE spans SET end_char = 9999 WHERE annotation = 5")
    db.commit()
    db.close()
    found = rescue(path, saved)
    assert (found.documents, found.answers) == (SIZE, ANSWERED - 1)
    assert [place.split()[1] for place, _ in found.left_out] == ["3", "5"]
    path.unlink()
    saved.rename(path)
    assert faults(folder) == []


def test_the_remedies_can_be_pasted(folder: Path) -> None:
    """Each command stands on a line of its own; after them the project is whole."""
    path = folder / STORE_FILE
    flip(path, list(range(16384, 20480)))
    done = run_here("doctor", folder)
    (line,) = {each for each in done.stdout.splitlines() if "--rescue" in each}
    verb, *arguments = shlex.split(line)
    assert verb == "tonemark"
    done = run_here(*arguments)
    assert done.returncode in (0, 1), done.stderr
    (move,) = [each for each in done.stdout.splitlines() if each.startswith("    mkdir")]
    assert os.system(move) == 0
    assert run_here("doctor", folder, "--json").returncode in (0, 1)
    assert faults(folder) == []


def test_one_bad_document_stops_nobody(folder: Path, tmp_path: Path) -> None:
    path = folder / STORE_FILE
    flip(path, [at + 3 for at in places_of(path, b"Asha 7 ", b"Asha 42 ")])
    done = run_here("export", folder, "-o", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text().count("\n") == ANSWERED - 1
    assert "a.txt:7" in done.stdout + done.stderr
    store = Store(path)
    desk = Desk(read_project(folder), store, "bello", load_tokenizer("general"))
    seen = []
    page = desk.open_next()
    while page:
        seen += [sheet.document.number for sheet in page.sheets]
        passed = desk.passed_over
        page = desk.answer("ignore")
    assert seen == [n for n in range(ANSWERED + 1, SIZE + 1) if n != 42]
    assert any("document 42" in words for words in [*passed, *desk.passed_over])
    assert desk.open_next() is None
    desk.close()
    store.close()
    assert any("42" in each for each in faults(folder))


def test_on_a_full_disk_a_store_is_read_and_not_called_damaged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """As a tmpfs of 2 MiB that is full does it: no room for the -shm file."""
    opened, checked = store_file._open, store_file._check_open
    last = ""

    def open_(path: Path, options: str) -> sqlite3.Connection:
        nonlocal last
        last = options
        return opened(path, options)

    def refused(path: Path, db: sqlite3.Connection) -> None:
        if "immutable" in last:
            return checked(path, db)
        error = sqlite3.OperationalError("disk I/O error")
        error.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise error

    monkeypatch.setattr(store_file, "SMALLEST_ROOM", 1 << 60)
    monkeypatch.setattr(store_file, "_open", open_)
    monkeypatch.setattr(store_file, "_check_open", refused)
    store = Store(folder / STORE_FILE)
    assert store.read_only == "its disk is full"
    assert store.document(1)
    store.close()
    assert faults(folder) in ([], ["The disk is nearly full. 0 MiB are free"])
    assert run(["status", str(folder)]) == 0
    log = folder / f"{STORE_FILE}-wal"
    log.write_bytes(b"x")
    with pytest.raises(TonemarkError, match="its disk is full") as caught:
        Store(folder / STORE_FILE, reading=True)
    assert "Make room" in caught.value.remedy
    assert not [each for each in examine(folder) if "--rescue" in each.remedy]


def test_without_its_project_file_a_store_is_named_with_its_labels(folder: Path) -> None:
    (folder / "project.toml").unlink()
    done = run_here("status", folder)
    assert done.returncode == 1
    assert "with all documents and answers" in done.stderr
    (line,) = [each for each in done.stderr.splitlines() if "tonemark new" in each]
    assert line.endswith("--labels PER")
    arguments = shlex.split(line.replace("CODE", "sw"))[1:]
    assert run_here(*arguments).returncode == 0
    assert f"{SIZE} documents" in run_here("status", folder).stdout


def test_a_message_names_the_folder(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from tonemark.cli.commands import say_error
    from tonemark.cli.opening import open_project
    from tonemark.corpus.documents import damaged

    _, store = open_project(folder)
    say_error(damaged(7))
    store.close()
    assert f"    tonemark doctor {folder}\n" in capfd.readouterr().err
