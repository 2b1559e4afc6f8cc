"""A sound project has no findings, whatever was done to it; every broken invariant is one."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from busy_project import ASHA, TEXT, open_desk
from damaging import carry_out, change, check_told, faults

from tonemark.corpus.drafts import Edit
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.soundness.files import examine_files
from tonemark.corpus.soundness.project import Checked, examine
from tonemark.corpus.store import STORE_FILE, Store, create_store


@pytest.fixture
def folder(busy: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(busy, tmp_path / "p"))


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_a_sound_project_has_no_faults_and_is_left_as_it_is(folder: Path) -> None:
    before = files(folder)
    checked = Checked()
    found = list(examine(folder, checked))
    assert [finding for finding in found if not finding.harmless] == []
    assert [finding.where for finding in found] == ["bello, document 1: 1"], "her last key"
    assert "tonemark annotate" in found[0].remedy
    assert files(folder) == before
    db = sqlite3.connect(folder / STORE_FILE)
    for name in ("documents", "suggestions", "claims", "annotations", "spans", "events"):
        (count,) = db.execute(f"SELECT count(*) FROM {name}").fetchone()
        assert getattr(checked, name) == count > 0, name
    db.close()
    assert (checked.journals, checked.tokens) == (1, 5 + 5 + 2)


def test_others_at_work_are_neither_disturbed_nor_a_fault(folder: Path) -> None:
    desk = open_desk(folder, "dayo")
    page = desk.open_next()
    assert page
    assert faults(folder) == []
    page.perform([Edit(page.sheets[0].document.number, added=(ASHA,))])
    assert faults(folder) == []
    desk.answer("accept")
    assert faults(folder) == []
    desk.close()
    desk.store.close()
    assert not (folder / "store.sqlite-wal").exists()


HERS = "annotator = 'amina' AND document = 1"
CURRENT = f"{HERS} AND current"
ITS_SPANS = f"annotation = (SELECT id FROM annotations WHERE {CURRENT})"
DEEP = "[" * 200_000
DEEPER = f'{{"a": {"[" * 200}{"]" * 200}}}'
FAULTS = {
    # what is done, then words of the finding, of its place, and of its remedy
    "UPDATE documents SET text = 'x' || text WHERE id = 3": (
        "digest differs", "document 3 (a.txt:3)", "backup"),
    "UPDATE documents SET text = CAST(x'ff' AS TEXT) WHERE id = 3": ("digest", "document 3", ""),
    "UPDATE documents SET text = x'00' WHERE id = 3": ("no text", "document 3", ""),
    "UPDATE documents SET digest = digest + 1 WHERE id = 3": ("digest", "document 3", ""),
    "UPDATE documents SET meta = '{' WHERE id = 3": ("metadata", "document 3", ""),
    "UPDATE documents SET meta = '[1]' WHERE id = 3": ("metadata", "document 3", ""),
    "UPDATE documents SET tokens = x'0000' WHERE id = 9": ("Tokens cannot be read", "9", ""),
    "UPDATE documents SET tokens = x'00000000ff000000' WHERE id = 9": (
        "token lies", "0 to 255", ""),
    "UPDATE documents SET taken = 0 WHERE id = 1": ("counted wrongly", "0 instead of 2", "sqlite3"),
    "UPDATE documents SET places = 0 WHERE id = 1": ("no places", "document 1", ""),
    "UPDATE documents SET places = 3 WHERE id = 8": ("places that the store says", "a.txt:8", ""),
    "UPDATE documents SET priority = 9999 WHERE id = 2": ("when documents come", "a.txt:2", ""),
    "UPDATE documents SET given = 'x' WHERE id = 3": ("when documents come", "a.txt:3", ""),
    "UPDATE documents SET id = 20 WHERE id = 10": ("without gaps", "behind 9 comes 20", ""),
    "UPDATE documents SET source = 77 WHERE id = 3": ("belongs to none of the sources", "doc", ""),
    "UPDATE suggestions SET end_char = 99 WHERE document = 4": (
        "suggestion lies outside", "document 4 (a.txt:4), 11 to 99 PER", "DELETE FROM suggestions"),
    "UPDATE suggestions SET start_char = 15 WHERE document = 4": ("or is empty", "15 to 15", ""),
    "UPDATE suggestions SET start_char = 10, end_char = 11 WHERE document = 4": (
        "white space", "document 4", ""),
    "UPDATE suggestions SET sources = 'x' WHERE document = 4": ("sources or the score", "4", ""),
    "UPDATE suggestions SET score = 7 WHERE document = 4": ("sources or the score", "4", ""),
    "UPDATE suggestions SET label = '' WHERE document = 4": ("no label", "4", ""),
    "UPDATE suggestions SET document = 44 WHERE document = 4": ("suggestions belongs", "44", ""),
    f"UPDATE claims SET state = 'asleep' WHERE {HERS}": ("claim is in no state", "amina", ""),
    f"UPDATE claims SET counted = 'x' WHERE {HERS}": ("claim is in no state", "amina", ""),
    f"UPDATE claims SET answered = 0 WHERE {HERS}": ("says answered", "amina", ""),
    f"UPDATE claims SET state = 'open' WHERE {HERS}": ("says answered", "amina", ""),
    f"UPDATE claims SET number = 0 WHERE {HERS}": ("claim is in no state", "amina", ""),
    f"DELETE FROM claims WHERE {HERS}": ("never claimed", "amina", ""),
    f"UPDATE annotations SET extra = 1 WHERE {CURRENT}": ("extra, and has a place", "amina", ""),
    f"UPDATE annotations SET current = 0 WHERE {HERS}": ("last revision", "amina", ""),
    f"UPDATE annotations SET revision = 9 WHERE {CURRENT}": ("Revisions", "amina", ""),
    f"UPDATE annotations SET answer = 'yes' WHERE {CURRENT}": ("none that there is", "yes", ""),
    f"UPDATE annotations SET comment = 'x' WHERE {CURRENT}": ("differs from what its events",
        "document 1 (a.txt:1), amina", "--as amina --document a.txt:1"),
    f"UPDATE annotations SET flagged = 1 WHERE {CURRENT}": ("differs from", "amina", ""),
    f"UPDATE annotations SET comment = 'x' WHERE {HERS} AND revision = 1": (
        "differs from", "amina, revision 1", "backup"),
    f"UPDATE annotations SET tokens = NULL WHERE {CURRENT}": ("differs from", "amina", ""),
    f"UPDATE annotations SET tokens = x'00' WHERE {CURRENT}": ("Tokens cannot", "amina", ""),
    f"UPDATE spans SET end_char = 9999 WHERE {ITS_SPANS}": (
        "span lies outside", "amina: 11 to 9999 PER", "answer it again"),
    f"UPDATE spans SET start_char = -1 WHERE {ITS_SPANS}": ("span lies outside", "-1 to", ""),
    f"UPDATE spans SET end_char = 'x' WHERE {ITS_SPANS}": ("span lies outside", "to x", ""),
    f"UPDATE spans SET label = 'LOK' WHERE {ITS_SPANS}": ("differs from", "amina", ""),
    f"UPDATE spans SET sources = '[' WHERE {ITS_SPANS}": ("sources of a span", "amina", ""),
    f"DELETE FROM spans WHERE {ITS_SPANS}": ("differs from", "amina", ""),
    "UPDATE spans SET annotation = 999": ("belongs to none of the annotations", "spans", ""),
    f"UPDATE events SET data = '{{' WHERE {HERS} AND kind = 'edit'": ("replayed", "amina", ""),
    f"UPDATE events SET kind = 'jump' WHERE {HERS} AND kind = 'edit'": ("replayed", "amina", ""),
    f"UPDATE events SET data = replace(data, '28', '29') WHERE {HERS} AND kind = 'edit'": (
        "differs from", "amina", ""),
    f"DELETE FROM events WHERE {HERS} AND kind = 'answer'": ("not as many", "0 of 2", "backup"),
    f"DELETE FROM events WHERE {HERS}": ("not as many", "amina: 0 of 2", "backup"),
    f"DELETE FROM events WHERE {HERS} AND kind = 'open'": ("differs from", "amina", ""),
    f"UPDATE events SET claim = 9 WHERE {HERS}": ("replayed", "amina", ""),
    "UPDATE events SET document = 44 WHERE document = 9": ("row of the events", "44", ""),
    "UPDATE ticket SET last = 1": ("counter that orders", "it stands at 1", "UPDATE ticket"),
    f"UPDATE claims SET number = 999 WHERE {HERS}": (
        "counter that orders", "the last of them at 999", "UPDATE ticket"),
    "DELETE FROM ticket": ("one row", "has 0", ""),
    "UPDATE cursors SET document = 99": ("queue stands", "amina: 99", "DELETE FROM cursors"),
    "UPDATE words SET counts = '[1,'": ("counts of a word", "asha", ""),
    f"UPDATE words SET counts = '{DEEP}'": ("counts of a word", "asha", ""),
    f"UPDATE documents SET meta = '{DEEP}' WHERE id = 3": ("metadata", "document 3", ""),
    f"UPDATE documents SET meta = '{DEEPER}' WHERE id = 3": ("metadata", "document 3", ""),
    f"UPDATE suggestions SET sources = '{DEEP}' WHERE document = 4": ("sources or the", "4", ""),
    f"UPDATE events SET data = '{DEEP}' WHERE {HERS} AND kind = 'edit'": ("replayed", "amina", ""),
    f"UPDATE spans SET sources = '{DEEP}' WHERE {ITS_SPANS}": ("sources of a span", "amina", ""),
    "DROP INDEX claims_by_lease": ("lacks a index", "claims_by_lease", "CREATE INDEX"),
}  # fmt: skip


@pytest.mark.parametrize("statement", FAULTS, ids=lambda statement: statement[:100])
def test_every_broken_invariant_is_found(folder: Path, statement: str) -> None:
    what, where, remedy = FAULTS[statement]
    change(folder, statement)
    before = files(folder)
    check_told(faults(folder), what, where, remedy)
    assert files(folder) == before


MENDED = [statement for statement, (_, _, remedy) in FAULTS.items() if "sqlite3" in remedy]
MENDED += [
    "UPDATE suggestions SET end_char = 99 WHERE document = 4", "UPDATE ticket SET last = 1",
    "UPDATE documents SET places = 3 WHERE id = 8", "UPDATE cursors SET document = 99",
    "DROP INDEX claims_by_lease",
]  # fmt: skip


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="needs SQLite's shell")
@pytest.mark.parametrize("statement", MENDED)
def test_a_remedy_that_is_a_command_mends(folder: Path, statement: str) -> None:
    change(folder, statement)
    assert carry_out(faults(folder)) == []
    assert faults(folder) == []


def test_what_is_answered_again_mends_an_answer(folder: Path) -> None:
    change(folder, f"UPDATE spans SET end_char = 9999 WHERE {ITS_SPANS}")
    desk = open_desk(folder, "amina")
    desk.open_document(1)
    assert desk.answer("accept") is None or desk.page
    desk.close()
    desk.store.close()
    current = [each for each in faults(folder) if "revision" not in each.where]
    assert current == [], "only the old revision is still there"


def test_what_is_harmless_is_told_so(folder: Path) -> None:
    change(folder, "UPDATE suggestions SET label = 'ORG' WHERE document IN (4, 5)")
    change(folder, "UPDATE suggestions SET end_char = 6, start_char = 1 WHERE document = 6")
    (folder / "journal" / "amina" / "notes.txt").write_text("x")
    old = folder / ".store.sqlite.abc.part"
    old.write_text("")
    os.utime(old, (0, 0))
    (folder / ".store.sqlite.new.part").write_text("")
    found = {finding.what: finding for finding in examine(folder)}
    assert all(finding.harmless for finding in found.values()), found
    said = " ".join(
        f"{finding.what} {finding.where} {finding.remedy}" for finding in found.values()
    )
    for words in ("ORG: 2", "inside a grapheme cluster", "notes.txt", "rm ", "abc.part"):
        assert words in said
    assert "new.part" not in said


def test_the_journals_are_looked_at(folder: Path) -> None:
    (journal,) = (folder / "journal" / "bello").glob("*.log")
    data = journal.read_bytes()
    lines = data.splitlines(keepends=True)
    cases: list[tuple[str, bytes, str, bool]] = [
        (journal.name, data + b'{"n":9', "in a journal only", True),  # cut off: as after kill -9
        (journal.name, b"x" + data, "damaged line", False),
        (journal.name, b"".join([*lines[:-1], b"x\n", lines[-1]]), "damaged line", False),
        ("77.1.log", data, "no claim has keys", True),
        ("1.1.damaged", data, "was damaged", False),
    ]
    for name, content, words, harmless in cases:
        path = journal.with_name(name)
        path.write_bytes(content)
        found = [each for each in examine(folder) if words in each.what]
        assert [each.harmless for each in found] == [harmless], (words, found)
        path.unlink()
        journal.write_bytes(data)
    taken = journal.with_name("1.9.taken")
    taken.write_bytes(data)
    (left,) = [each for each in examine(folder) if "takeover left keys" in each.what]
    assert not left.harmless
    assert "less " in left.remedy
    taken.write_bytes(b"")
    (left,) = [each for each in examine(folder) if "the store has its keys" in each.what]
    assert left.harmless
    assert left.remedy.startswith("rm ")
    taken.unlink()
    path = journal.with_name("1.9.log")
    with path.open("wb") as stream:
        stream.truncate(3 << 40)
    (large,) = [each for each in examine(folder) if "larger than" in each.what]
    assert "move the file out" in large.remedy
    path.unlink()
    os.mkfifo(journal.with_name("5.1.log"))
    assert any("cannot be read" in each.what for each in examine(folder)), "and it does not hang"


@pytest.mark.parametrize(
    ("mode", "place", "words"),
    [
        (0o640, "store.sqlite", "chmod g+rw "),
        (0o700, "journal", "chmod g+rwx "),
        (0o750, "journal/amina", "chmod g+rwx "),
        (0o770, ".", "chmod g+s "),
        (0o2777, ".", "chmod o-w "),
    ],
)
def test_a_shared_folder_must_be_shared_in_all_its_parts(
    folder: Path, mode: int, place: str, words: str
) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o2770 if path.is_dir() else 0o660)
    assert list(examine_files(folder)) == []
    (folder / place).chmod(mode)
    (finding,) = examine_files(folder)
    assert finding.remedy.startswith(words)
    subprocess.run(finding.remedy, shell=True, check=True)
    assert list(examine_files(folder)) == []


def test_a_faulty_project_file_does_not_hide_the_store(folder: Path) -> None:
    change(folder, "UPDATE ticket SET last = 1")
    (folder / "project.toml").write_text("labels = 3\n")
    assert next(finding.where for finding in faults(folder)) == "project.toml"
    assert any("counter" in finding.what for finding in faults(folder))


def test_a_folder_without_anything_is_found_faulty(tmp_path: Path) -> None:
    assert [each.where for each in faults(tmp_path)] == ["project.toml", "store.sqlite"]
    assert [each.where for each in faults(tmp_path / "none")] == ["project.toml", "store.sqlite"]
    assert os.listdir(tmp_path) == []


FLAT = """
import resource, sys
from pathlib import Path
from tonemark.corpus.soundness.project import examine
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
count = sum(1 for _ in examine(Path(sys.argv[1])))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_stays_flat_where_everything_is_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "p"
    create_project(folder, language="yo", labels=["PER"])
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    given = GivenAnnotation("amina", "accept", (ASHA,))
    records = (Record(n, n, f"{TEXT} {n}", annotations=(given,)) for n in range(1, 4001))
    add_records(store, "a.txt", records, Report())
    store.close()
    change(
        folder, "PRAGMA foreign_keys = OFF", "UPDATE documents SET digest = 0, taken = 7",
        "UPDATE spans SET end_char = 99, label = label || rowid",
        "INSERT INTO events SELECT 100000 + id, 'x', 1, 1, 'edit', '{}', 0 FROM documents",
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", FLAT, str(folder)], capture_output=True, text=True, check=True
    )
    count, kib = map(int, done.stdout.split())
    assert 50 < count < 200
    assert kib < 20_000
