"""Files under faults: full disks, imports cut off."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from making import run_here

from tonemark.corpus import intake
from tonemark.corpus.store import STORE_FILE, Store

PROGRAM = (
    sys.executable,
    "-c",
    "import sys\nfrom tonemark.cli.commands import run\nfrom tonemark.corpus import intake\n"
    "intake.BATCH = 500\nsys.exit(run(sys.argv[1:]))",
)
"""`tonemark`, with batches small enough for many of them in a file of a test."""


class Done(NamedTuple):
    """What a run of the command line said, and its exit code."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: object, limit: int | None = None, **options: Any) -> Done:
    """`tonemark ARGUMENTS`; files that grow beyond `limit` bytes are refused, as on a full disk.

    Without a fault it needs no process of its own.
    """
    if limit is None and not options:
        with patch.object(intake, "BATCH", 500):
            here = run_here(*arguments)
        return Done(here.returncode, here.stdout, here.stderr)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def full() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))

    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        preexec_fn=full,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def refused(done: Done, words: str) -> None:
    """In a sentence, with exit code 1."""
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    assert words in done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run("new", tmp_path / "p", "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    return tmp_path / "p"


def lines(count: int, broken: int = 0) -> str:
    """Records with suggestions and answers; of the last the end is missing, `broken` characters."""
    made = []
    for n in range(1, count + 1):
        record: dict[str, Any] = {"text": f"Asha {n} yuko Kisumu", "id": f"k{n}"}
        if n % 3 == 0:
            record["spans"] = [{"start": 0, "end": 4, "label": "PER"}]
        if n % 6 == 0:
            record |= {"answer": "accept", "_annotator_id": "bello"}
        made.append(json.dumps(record))
    text = "\n".join(made) + "\n"
    return text[: len(text) - broken]


def content(folder: Path) -> list[list[Any]]:
    """All that a project holds, but for times."""
    store = Store(folder / STORE_FILE)
    queries = (
        "SELECT id, key, record, text, digest, meta, places, taken FROM documents ORDER BY id",
        "SELECT * FROM suggestions ORDER BY document, start_char",
        "SELECT document, annotator, revision, answer FROM annotations ORDER BY document",
        "SELECT document, annotator, number, kind FROM events ORDER BY document, number",
        "SELECT start_char, end_char, label FROM spans ORDER BY annotation, start_char",
        "SELECT word, counts FROM words ORDER BY word",
        "PRAGMA integrity_check",
    )
    found = [store.db.execute(query).fetchall() for query in queries]
    store.close()
    return found


# Full disks


def test_an_import_on_a_full_disk_says_how_far_it_came_and_goes_on_from_there(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(lines(4_000))
    done = run("add", folder, path, limit=500_000)
    refused(done, "could not be written")
    assert "Check that the disk has room" in done.stderr
    told = int(done.stdout.split(": ")[1].split(" added")[0].replace(",", ""))
    assert 0 < told < 4_000
    assert len(content(folder)[0]) == told
    done = run("add", folder, path)
    assert f"{4_000 - told:,} added, {told:,} there already" in done.stdout
    other = tmp_path / "other"
    assert run("new", other, "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    assert run("add", other, path).returncode == 0
    assert content(folder) == content(other)


def test_a_failed_export_leaves_the_old_file_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(lines(300))
    run("add", folder, path)
    out = tmp_path / "out" / "out.jsonl"
    out.parent.mkdir()
    out.write_text("yesterday\n")
    refused(run("export", folder, "--all", "-o", out, limit=40_000), "Nothing was written")
    assert out.read_text() == "yesterday\n"
    assert os.listdir(out.parent) == ["out.jsonl"]
    assert run("export", folder, "--all", "-o", out).returncode == 0
    assert len(out.read_text().splitlines()) == 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("status", "--json"),
        ("export", "--all"),
        ("--help",),
        ("new", "--lang", "sw", "--labels", "A"),
    ],
)
def test_output_that_a_full_disk_does_not_take_is_told(
    folder: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "in.jsonl").write_text(lines(300))
    run("add", folder, tmp_path / "in.jsonl")
    verb, *options = arguments
    place = tmp_path / "new" if verb == "new" else folder
    names = () if verb == "--help" else (place,)
    with open("/dev/full", "wb") as full:
        done = run(verb, *names, *options, stdout=full)
    refused(done, "No space left on device")
    assert "Exception ignored" not in done.stderr


def test_a_project_that_a_full_disk_does_not_take_can_be_made_later(tmp_path: Path) -> None:
    options = ("--lang", "sw", "--labels", "PER")
    refused(run("new", tmp_path / "p", *options, limit=500), "cannot be written")
    refused(run("new", tmp_path / "p", *options, limit=20_000), "cannot be made")
    assert not (tmp_path / "p" / STORE_FILE).exists()
    assert not [name for name in os.listdir(tmp_path / "p") if name.endswith(".part")]
    assert run("new", tmp_path / "p", *options).returncode == 0
    assert run("status", tmp_path / "p").returncode == 0


def test_a_demo_that_a_full_disk_does_not_take_can_be_made_later(tmp_path: Path) -> None:
    make = (
        "import sys, pathlib\nfrom tonemark.cli.projects import make_demo\n"
        "make_demo(pathlib.Path(sys.argv[1]))"
    )
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    for limit in (1_000, 60_000, 100_000, hard):
        done = subprocess.run(
            [sys.executable, "-c", make, str(tmp_path / "demo")],
            capture_output=True,
            text=True,
            timeout=120,
            preexec_fn=lambda limit=limit: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard)),
        )
        assert (done.returncode == 0) == (limit == hard), done.stderr
    assert "documents" in run("status", tmp_path / "demo").stdout
    assert not [name for name in os.listdir(tmp_path / "demo") if name.endswith(".part")]


def test_a_store_that_cannot_be_opened_on_a_full_disk_is_not_called_broken(folder: Path) -> None:
    done = run("status", folder, limit=20_000)
    refused(done, "Check that the disk has room")
    assert "backup" not in done.stderr
    assert run("status", folder).returncode == 0


def test_keys_on_a_full_disk_are_refused_visibly_and_work_again_when_there_is_room(
    folder: Path, tmp_path: Path, terminal: Callable[..., Any]
) -> None:
    text = "leo Asha kesho Bello pia Juma leo."
    (tmp_path / "t.txt").write_text(f"{text}\nAsha tena.\n")
    run("add", folder, tmp_path / "t.txt")
    term = terminal("annotate", folder, "--as", "amina")
    term.wait("1 of 2")
    term.send("1")
    term.wait(lambda now: "PER" in now.splitlines()[2] and "● saved" in now)
    pid = term.pid()
    limits = resource.prlimit(pid, resource.RLIMIT_FSIZE)

    resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, limits[1]))
    term.send("2")
    shown = term.wait("NOT SAVED")
    assert "this key was not taken: File too large" in shown
    assert "LOC" not in shown.splitlines()[2]
    term.send("Enter")
    shown = term.wait("could not be written")
    assert "1 of 2" in shown
    term.send("t", "e")
    term.wait("nothing was exported")  # and no scratch file was needed to find that out
    term.send("c", "s", "a", "w", "a", "Enter")
    assert "sawa" in term.wait("not kept: File too large"), "it can be given again"
    term.send("Escape")
    term.wait(lambda now: "not kept" not in now)
    term.send("0", "n", "e", "w", "Enter")
    term.wait("project.toml cannot be written: File too large")

    resource.prlimit(pid, resource.RLIMIT_FSIZE, limits)
    term.send("2")
    shown = term.wait(lambda now: "LOC" in now.splitlines()[2])
    assert "● saved" in shown
    os.kill(pid, signal.SIGKILL)
    term.wait(lambda _: term.ended())

    term = terminal("annotate", folder, "--as", "amina")
    shown = term.wait("1 of 2")
    tags = shown.splitlines()[2]
    assert "PER" in tags
    assert "LOC" in tags
    assert "new" not in (folder / "project.toml").read_text().split("[labels]")[1]
    term.send("Space", "Enter")
    term.wait("2 of 2")
    term.send("q")
    term.wait(lambda _: term.ended())
    exported = json.loads(run("export", folder).stdout)
    spans = [(text[span["start"] : span["end"]], span["label"]) for span in exported["spans"]]
    assert spans == [("Asha", "PER"), ("Bello", "LOC")]
    assert "comment" not in exported


# Imports cut off


def test_a_file_that_came_half_is_completed_by_the_whole_one(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(lines(50, broken=10))
    done = run("add", folder, path)
    assert done.returncode == 1
    assert "49 added" in done.stdout
    assert "line 50: not JSON" in done.stdout
    path.write_text(lines(80))
    done = run("add", folder, path)
    assert done.returncode == 0
    assert "31 added, 49 there already" in done.stdout
    whole = tmp_path / "whole"
    run("new", whole, "--lang", "sw", "--labels", "PER,LOC")
    run("add", whole, path)
    assert content(folder) == content(whole)


def test_a_plain_text_that_came_half_keeps_its_half_line_and_says_so(
    folder: Path, tmp_path: Path
) -> None:
    """Its last line looks whole: what it was meant to be comes with a refusal, not in its place."""
    path = tmp_path / "in.txt"
    path.write_text("Asha moja\nAsha mb")
    assert "2 added" in run("add", folder, path).stdout
    path.write_text("Asha moja\nAsha mbili\nAsha tatu\n")
    done = run("add", folder, path)
    assert "1 added, 1 there already, 1 refused" in done.stdout
    assert "line 2: record 2 of this file is there already with another text" in done.stdout


def test_an_import_that_was_killed_goes_on_and_adds_nothing_twice(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(lines(4_000))
    child = subprocess.Popen([*PROGRAM, "add", str(folder), str(path)], stdout=subprocess.DEVNULL)
    store = Store(folder / STORE_FILE)
    deadline = time.monotonic() + 60
    while not store.document_count() and time.monotonic() < deadline:
        assert child.poll() is None
    child.kill()
    child.wait()
    reached = store.document_count()
    store.close()
    assert 0 < reached < 4_000
    done = run("add", folder, path)
    assert f"{4_000 - reached:,} added, {reached:,} there already" in done.stdout
    whole = tmp_path / "whole"
    run("new", whole, "--lang", "sw", "--labels", "PER,LOC")
    run("add", whole, path)
    assert content(folder) == content(whole)
