"""A project that may only be read: what is in it can be looked at, and nothing pretends to change.

The modes of files do not hold root back: there the program runs without that power of root's.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from making import run_here, run_tonemark

from tonemark.corpus.desk import Desk
from tonemark.corpus.drafts import Edit
from tonemark.corpus.project import read_project
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.tokenizers.registry import load_tokenizer

MOUNT = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
WEAK = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]


@pytest.fixture
def tonemark() -> Callable[..., subprocess.CompletedProcess[str]]:
    """In a process of its own: `sys.executable` may be one without root's powers."""

    def run(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = run_tonemark(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents: one answered, one with a key that stands in the journal only."""
    folder = tmp_path_factory.mktemp("made") / "habari"
    raw = folder.with_name("raw.txt")
    raw.write_text("Asha na Baraka\nNairobi ni mji\nZawadi ya Amina\n", encoding="utf-8")
    for command in (("new", folder, "--lang", "sw", "--labels", "PER,LOC"), ("add", folder, raw)):
        assert run_here(*command).returncode == 0
    project = read_project(folder)
    desk = Desk(project, Store(folder / STORE_FILE), "amina", load_tokenizer(project.tokenizer))
    for number, span in enumerate((Span(0, 4, "PER"), Span(0, 7, "LOC"))):
        page = desk.open_next()
        assert page
        page.perform([Edit(page.sheets[0].document.number, added=(span,))])
        if number == 0:
            desk.answer("accept")
    assert desk.page
    desk.page.sheets[0].log.close()  # type: ignore[attr-defined]
    desk.page = None  # killed
    desk.close()
    desk.store.close()
    return folder


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "habari"))


@pytest.fixture(params=["file", "folder", "mount", "log"])
def closed(
    request: pytest.FixtureRequest, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The project, closed to writing; what the tests start from here on is held back by it."""
    wrapper: list[str] = []
    if request.param == "mount":
        wrapper = ["unshare", *([] if os.getuid() == 0 else ["-r"]), "-m"]
        if subprocess.run([*wrapper, "sh", "-c", MOUNT, project, "true"], check=False).returncode:
            pytest.skip("file systems cannot be mounted here")
        wrapper += ["sh", "-c", MOUNT, str(project)]
    else:
        if os.getuid() == 0:
            wrapper = WEAK
            if subprocess.run([*WEAK, "true"], check=False).returncode:
                pytest.skip("root cannot lay down its powers here")
        if request.param == "log":
            # Killed while it had the store open, which was then closed to writing.
            script = "import os, sys\nfrom pathlib import Path\n"
            script += "from tonemark.corpus.store import Store\n"
            script += "Store(Path(sys.argv[1])).set_preference('a', 'b', 'c'); os._exit(9)"
            subprocess.run([sys.executable, "-c", script, project / STORE_FILE], check=False)
            assert (project / f"{STORE_FILE}-wal").stat().st_size
        if request.param == "file":
            (project / STORE_FILE).chmod(0o400)
        else:
            for path in (project, *project.rglob("*")):
                path.chmod(0o500 if path.is_dir() else 0o400)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nexec {shlex.join([*wrapper, sys.executable])} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    before = contents(project)
    yield project
    assert contents(project) == before
    for path in (project, *project.rglob("*")):
        path.chmod(0o700)


def contents(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


def test_commands_that_read_work_and_those_that_write_say_why_not(
    closed: Path, tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    assert "3 documents, 1 finished" in tonemark("status", closed).stdout
    out = tmp_path / "out.jsonl"
    tonemark("export", closed, "-o", out)
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [(row["text"], len(row["spans"])) for row in rows] == [("Asha na Baraka", 1)]
    (tmp_path / "raw.txt").write_text("Juma yuko hapa\n", encoding="utf-8")
    refused = tonemark("add", closed, tmp_path / "raw.txt", code=1)
    assert "may only be read" in refused.stderr
    ruled = tonemark("review", closed, "--auto", "unanimous", code=1)
    assert "may only be read" in ruled.stderr
    assert "gold" not in ruled.stdout
    assert "Traceback" not in refused.stderr
    looked = subprocess.run(
        [sys.executable, "-m", "tonemark", "doctor", closed, "--json"],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    assert "Traceback" not in looked.stderr
    assert "This project may only be read" in looked.stdout


def test_pages_can_be_looked_at_and_keys_change_nothing(
    closed: Path, terminal: Callable[..., Any]
) -> None:
    term = terminal("annotate", closed, "--as", "amina")
    screen = term.wait("keys change nothing")
    assert "read-only (" in screen.splitlines()[-2], "on the status line"
    assert "○ read-only" in screen.splitlines()[0]
    assert "● saved" not in screen
    assert "Nairobi ni mji" in screen
    assert "LOC" in screen.splitlines()[2], "what only her journal has"
    for key in ("1", "Enter", "x", "n", "b", "-", "z"):
        term.send("Space")
        term.send(key)
        term.wait("Read-only, nothing is changed")
        term.send("Right")
        term.wait(lambda now: "nothing is changed" not in now)
    term.send("t", "d")
    term.wait("Zawadi ya Amina")
    term.send("Down", "Enter")
    term.wait("keys change nothing")
    term.send("q")
    term.wait(lambda _: term.ended())
    assert "Traceback" not in term.screen()


def test_the_dashboard_says_it_too(closed: Path, terminal: Callable[..., Any]) -> None:
    term = terminal(closed, "--as", "bello")
    term.wait(lambda now: "keys change nothing" in now and "1 finished" in now)
    term.send("?")
    term.wait("show the tutor again")
    term.send("y")
    term.wait("may only be read")
    term.send("q")
    term.wait("1 finished")
    term.send("Enter")
    term.wait("Zawadi ya Amina")
    term.send("q")
    term.wait("1 finished")
    term.send("q")
    term.wait(lambda _: term.ended())


def test_a_log_that_cannot_be_read_there_is_refused_in_words(
    project: Path, tmp_path: Path, tonemark: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file alone would show an older state, and nobody would know."""
    if os.getuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root cannot lay down its powers here")
    store = Store(project / STORE_FILE)
    store.set_preference("a", "b", "c")
    shutil.copytree(project, tmp_path / "copy")
    store.close()
    (tmp_path / "copy" / f"{STORE_FILE}-shm").unlink()
    (tmp_path / "copy").chmod(0o500)
    python = tmp_path / "python"
    wrapper = WEAK if os.getuid() == 0 else []
    python.write_text(f'#!/bin/sh\nexec {shlex.join([*wrapper, sys.executable])} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    refused = tonemark("status", tmp_path / "copy", code=1)
    assert "store.sqlite-wal" in refused.stderr
    assert "Copy the folder" in refused.stderr
    (tmp_path / "copy").chmod(0o700)
