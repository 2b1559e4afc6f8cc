"""Each corruption of a store is named in words, soon, and the file left as it was."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from making import run_here

from tonemark.corpus import queue, store_file
from tonemark.corpus.annotations import events_of
from tonemark.corpus.desk import Desk
from tonemark.corpus.events import Event
from tonemark.corpus.intake import add_records
from tonemark.corpus.listing import listed
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.queue import Outcome
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness.project import examine
from tonemark.corpus.spans import Span, Suggestion
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.tokenizers.registry import load_tokenizer

SIZE = 3000


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a store of several hundred pages."""
    folder = tmp_path_factory.mktemp("corruption") / "p"
    create_project(folder, language="sw", labels=["PER"])
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    given = GivenAnnotation("amina", "accept", (Span(0, 4, "PER"),))
    records = (
        Record(n, n, f"Asha {n} alikutana na waziri " * 5, annotations=(given,) * (n < 2000))
        for n in range(1, SIZE + 1)
    )
    add_records(store, "a.txt", records, Report())
    store.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "p"))


def half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def write(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as stream:
        stream.seek(at)
        stream.write(data)


def header(path: Path) -> None:
    write(path, 0, random.Random(1).randbytes(100))


def random_page(path: Path) -> None:
    write(path, 4096 * 100, random.Random(2).randbytes(4096))


def empty(path: Path) -> None:
    os.truncate(path, 0)


def flipped_payload(path: Path) -> None:
    at = path.read_bytes().index(b"Asha 1234 alikutana")
    write(path, at + 11, b"b")


def foreign(path: Path) -> None:
    path.unlink()
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE documents (id INTEGER PRIMARY KEY, key, text)")
    db.commit()
    db.close()


LEAVE = """
import os, sys
from pathlib import Path
from tonemark.corpus import queue
from tonemark.corpus.events import Event
from tonemark.corpus.queue import Outcome
from tonemark.corpus.store import Store
store = Store(Path(sys.argv[1]))
claims = queue.claim_next(store, sys.argv[2], 1)
for _ in range(int(sys.argv[3])):
    events = (Event(1, "open", {"shown": []}), Event(2, "answer", {"answer": "accept"}))
    claims = queue.leave(store, [Outcome(c, events, "accept") for c in claims], claim_next=1)
os._exit(9)  # as kill -9: the log stays behind
"""


def killed(path: Path, name: str = "bello", answers: int = 40) -> None:
    """A process that is killed after some answers."""
    subprocess.run([sys.executable, "-c", LEAVE, str(path), name, str(answers)], check=False)
    assert path.with_name(f"{path.name}-wal").stat().st_size > 0


def stale_log(path: Path) -> None:
    backup = path.read_bytes()
    killed(path, "chidi", 300)
    Store(path).close()
    killed(path)
    path.write_bytes(backup)


CORRUPTIONS: dict[str, tuple[Callable[[Path], None], str]] = {
    "half file": (half, "malformed"),
    "header": (header, "no SQLite file"),
    "random page": (random_page, "damaged"),
    "0 bytes": (empty, "is empty"),
    "flipped payload": (flipped_payload, "document 1234 (a.txt:1234)"),
    "stale log": (stale_log, "do not fit together"),
    "foreign SQLite file": (foreign, "not a store of Tonemark"),
}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_each_corruption_is_named_with_a_remedy(folder: Path, corruption: str) -> None:
    harm, words = CORRUPTIONS[corruption]
    path = folder / STORE_FILE
    harm(path)
    before = digest(path)
    for _ in range(2):
        found = [finding for finding in examine(folder) if not finding.harmless]
        assert any(words in f"{each.what} {each.where}" for each in found), found
        assert all("backup" in each.remedy for each in found)
        assert digest(path) == before


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_no_command_shows_a_traceback_or_changes_a_damaged_file(
    folder: Path, tmp_path: Path, corruption: str
) -> None:
    CORRUPTIONS[corruption][0](folder / STORE_FILE)
    before = digest(folder / STORE_FILE)
    raw = tmp_path / "new.txt"
    raw.write_text("habari\n")
    ends = {}
    out = str(tmp_path / "out.jsonl")
    for command in (["doctor"], ["status"], ["export", "-o", out], ["add", str(raw)]):
        verb, *rest = command
        if verb == "add" and corruption in ("flipped payload", "random page"):
            continue  # what it adds is sound, and where it adds it too
        done = run_here(verb, folder, *rest)
        ends[verb] = done.returncode
        assert "Traceback" not in done.stderr, done.stderr
        assert done.returncode in (0, 1), (verb, done.stderr)
        assert done.returncode == 0 or done.stdout or done.stderr
        assert digest(folder / STORE_FILE) == before, verb
    assert ends["doctor"] == 1
    if corruption not in ("flipped payload", "random page"):
        assert set(ends.values()) == {1}


def test_what_a_killed_process_left_behind_is_sound_and_taken_up(folder: Path) -> None:
    path = folder / STORE_FILE
    for size in (1, 50, 400):
        killed(path, answers=size)
        assert [finding for finding in examine(folder) if not finding.harmless] == []
        log = path.with_name(f"{path.name}-wal")
        assert log.stat().st_size > 0, "to look changes nothing"
        store = Store(path)
        (count,) = store.db.execute(
            "SELECT count(*) FROM annotations WHERE annotator = 'bello'"
        ).fetchone()
        store.close()
        assert count >= size
        assert not log.exists()


def test_a_log_in_use_is_not_looked_at_each_time(folder: Path) -> None:
    """The check of a log left behind reads the whole store: with others at work nobody waits."""
    path = folder / STORE_FILE
    script = "import sys\nfrom pathlib import Path\nfrom tonemark.corpus.store import Store\n"
    script += "store = Store(Path(sys.argv[1])); store.set_preference('a', 'b', 'c')\n"
    script += "print('ready', flush=True); sys.stdin.readline()"
    other = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert other.stdout
    assert other.stdout.readline()
    assert store_file.in_use(path)
    other.communicate(b"\n", timeout=60)
    assert not store_file.in_use(path)


HERE = "WHERE document = THIS"
ON_THE_WAY = [
    f"UPDATE suggestions SET sources = '{{' {HERE}",
    f"UPDATE suggestions SET sources = '5' {HERE}",
    f"UPDATE suggestions SET sources = x'00' {HERE}",
    f"UPDATE suggestions SET sources = '{'[' * 200_000}' {HERE}",
    f"UPDATE suggestions SET score = 'x' {HERE}",
    f"UPDATE suggestions SET score = 9e999 {HERE}",
    f"UPDATE suggestions SET label = x'00' {HERE}",
    f"UPDATE suggestions SET end_char = 4000 {HERE}",
    f"UPDATE suggestions SET start_char = -1 {HERE}",
    f"UPDATE suggestions SET start_char = 4 {HERE}",
    f"UPDATE suggestions SET end_char = 'x' {HERE}",
    "UPDATE documents SET tokens = x'0000000004000000020000000a000000' WHERE id = THIS",
    "UPDATE documents SET tokens = x'0000000000100000' WHERE id = THIS",
    "UPDATE documents SET tokens = x'00' WHERE id = THIS",
    f"UPDATE documents SET meta = '{'[' * 200_000}' WHERE id = THIS",
    "UPDATE documents SET meta = '[1]' WHERE id = THIS",
    *(
        f"INSERT INTO events VALUES (THIS, 'amina', 1, 1, '{kind}', '{data}', 0)"
        for kind, data in (
            ("open", "[" * 200_000),
            ("open", '{"shown": [[0, 4000, "PER", ["x"], 1]]}'),
            ("edit", '{"added": [[-4, 4, "PER", ["manual"]]]}'),
            ("edit", '{"added": [[0, 4, 7, ["manual"]]]}'),
            ("edit", '{"made": [[0, 4], [2, 90]]}'),
            ("edit", '{"values": [["comment", "", 5]]}'),
            ("edit", '{"values": [["answer", null, "perhaps"]]}'),
            ("edit", '{"values": [["suggestions", [], []]]}'),
            ("edit", '{"values": [["comment", 5, ""]]}'),  # what going back would put there
            ("focus", '{"start": 0, "end": 4000}'),
        )
    ),
]
"""What was changed, after which a page of the document would show what it cannot hold."""


def test_damage_met_on_the_way_is_told_in_words(folder: Path) -> None:
    def desk() -> Desk:
        project = read_project(folder)
        store = Store(folder / STORE_FILE)
        return Desk(project, store, "amina", load_tokenizer(project.tokenizer))

    db = sqlite3.connect(folder / STORE_FILE)
    db.execute("UPDATE events SET data = '{' WHERE document = 3 AND kind = 'answer'")
    db.execute("UPDATE documents SET meta = '{' WHERE id = 4")
    db.execute("UPDATE events SET kind = 'undo' WHERE document = 5 AND kind = 'answer'")
    db.execute("DELETE FROM events WHERE document = 5 AND kind = 'import'")
    for number, changed in enumerate(ON_THE_WAY, 2001):
        db.execute("INSERT INTO suggestions VALUES (?, 0, 0, 4, 'PER', '[\"x\"]', 1)", (number,))
        db.execute(changed.replace("THIS", str(number)))
    db.commit()
    db.close()
    each = desk()
    for number in (3, 4, 5, *range(2001, 2001 + len(ON_THE_WAY))):
        with pytest.raises(TonemarkError, match=f"document {number} is damaged") as caught:
            each.open_document(number)
        assert "tonemark doctor" in caught.value.remedy
    assert each.open_document(6)
    each.close()
    each.store.close()


def test_words_that_cannot_be_read_were_not_counted(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    deep = "[" * 200_000
    rows = enumerate(("[1, 2]", "{", "[1, 'x']", "5", '{"a": 1}', "[-1]", deep, b"[1]"))
    store.db.executemany("INSERT INTO words VALUES (?, ?)", ((str(n), each) for n, each in rows))
    assert store.words(map(str, range(9))) == {"0": (1, 2)}
    store.close()


@pytest.mark.parametrize(
    "changed",
    [
        "UPDATE spans SET end_char = 4000 WHERE annotation = 5",
        "UPDATE spans SET sources = '{' WHERE annotation = 5",
        f"UPDATE spans SET sources = '{'[' * 200_000}' WHERE annotation = 5",
        "UPDATE annotations SET tokens = x'0000000000100000' WHERE id = 5",
        "UPDATE suggestions SET end_char = 4000 WHERE document = 2500",
        f"UPDATE suggestions SET sources = '{'[' * 200_000}' WHERE document = 2500",
    ],
)
def test_what_is_damaged_is_left_out_of_an_export(
    folder: Path, tmp_path: Path, changed: str
) -> None:
    db = sqlite3.connect(folder / STORE_FILE)
    db.execute("INSERT INTO suggestions VALUES (2500, 0, 0, 4, 'PER', '[\"x\"]', 1)")
    db.execute(changed)
    db.commit()
    db.close()
    done = run_here("export", folder, "--all", "-o", tmp_path / "out.jsonl")
    assert done.returncode == 1
    assert f"tonemark doctor {folder}" in done.stderr
    assert "Traceback" not in done.stderr
    assert "1 damaged in the store: a.txt:" in done.stdout
    assert (tmp_path / "out.jsonl").read_bytes().count(b"\n") == SIZE - 1


def test_a_list_passes_over_work_that_cannot_be_read(folder: Path) -> None:
    db = sqlite3.connect(folder / STORE_FILE)
    events = (("edit", "{", 7), ("undo", "{}", 8), ("edit", '{"added": 5}', 9))
    for kind, data, number in events:
        db.execute("INSERT INTO events VALUES (?, 'amina', 1, 9, ?, ?, 0)", (number, kind, data))
        db.execute("UPDATE claims SET reopened = 1 WHERE document = ?", (number,))
    db.commit()
    db.close()
    store = Store(folder / STORE_FILE)
    lines = {line.number: line for line in itertools.islice(listed(store, "amina"), 20) if line}
    assert [lines[number].spans for number in (7, 8, 9)] == [1, 1, 1]
    store.close()


def test_a_suggestion_that_cannot_be_read_takes_no_other(folder: Path) -> None:
    store = Store(folder / STORE_FILE)
    store.db.execute("INSERT INTO suggestions VALUES (2500, 0, 0, 4, 'PER', '{', 1)")
    (text,) = store.db.execute("SELECT text FROM documents WHERE id = 2500").fetchone()
    again = Record(2500, 2500, text, suggestions=(Suggestion(0, 4, "PER", ("y",)),))
    with pytest.raises(TonemarkError, match="document 2500 is damaged"):
        add_records(store, "a.txt", [again], Report())
    store.close()


def test_a_page_of_the_file_that_cannot_be_read_is_told_in_words(folder: Path) -> None:
    path = folder / STORE_FILE
    store = Store(path)
    claims = queue.claim_next(store, "bello", 1)
    (root,) = store.db.execute(
        "SELECT rootpage FROM sqlite_schema WHERE name = 'events'"
    ).fetchone()
    store.close()
    write(path, (root - 1) * 4096, b"\xff" * 4096)
    store = Store(path)
    event = Event(1, "answer", {"answer": "accept"})
    with pytest.raises(TonemarkError, match=r"malformed") as caught:
        queue.leave(store, [Outcome(claim, (event,), "accept") for claim in claims])
    assert "tonemark doctor" in caught.value.remedy
    with pytest.raises(sqlite3.DatabaseError):
        events_of(store, "amina", 1)
    store.close()


def test_a_store_of_a_newer_version_is_refused_in_words(folder: Path) -> None:
    db = sqlite3.connect(folder / STORE_FILE)
    db.execute("PRAGMA user_version = 99")
    db.close()
    before = digest(folder / STORE_FILE)
    (finding,) = [each for each in examine(folder) if not each.harmless]
    assert "newer Tonemark" in finding.what
    assert "update Tonemark" in finding.remedy
    assert "dump" not in finding.remedy
    for verb in ("status", "export", "doctor"):
        done = run_here(verb, folder)
        assert done.returncode == 1
        assert "newer Tonemark (store version 99)" in " ".join((done.stdout + done.stderr).split())
    assert digest(folder / STORE_FILE) == before
