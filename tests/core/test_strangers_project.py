"""A project from a stranger: opening it runs none of its code and touches nothing outside it."""

from __future__ import annotations

import ast
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from making import desk_in, made_project, run_tonemark

from tonemark.cli.commands import VERBS
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError

HOOK = """
import os, sys

_log = os.open(os.environ["AUDIT_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
_WATCHED = ("import", "exec", "open", "os.system", "os.exec", "os.posix_spawn", "os.spawn",
            "subprocess.Popen", "ctypes.dlopen", "sqlite3.load_extension", "os.rename",
            "os.remove", "os.symlink", "os.link", "os.mkdir", "socket.connect")

def _hook(event, args):
    if event not in _WATCHED or (event == "open" and isinstance(args[0], int)):
        return
    if event == "exec":
        args = (args[0].co_filename,)
    elif event == "import":
        args = args[:2]
    os.write(_log, repr((event, os.getcwd(), [str(a) for a in args])).encode() + b"\\n")

sys.addaudithook(_hook)
"""

TRAP = "import os\nopen(os.environ['SPRUNG'], 'a').write(__file__ + '\\n')\n"

MODULES = (
    "tonemark textual rich click regex spacy srsly platformdirs wcwidth json sqlite3 typing "
    "sitecustomize usercustomize conftest tokenizers corpus exchange tui cli patterns "
    "__main__ setup general encodings locale"
).split()
"""What a stranger may call his code, so that ours takes it for what it looks for."""

OPENED = {"project.toml", "guidelines.md", ".project.lock", "extra.txt", "journal", "exports"}
OPENED |= {".export.json", "models"}
"""What at the top of the project may be opened, besides the store and a file that is written."""


class Event(NamedTuple):
    """One thing that a process did, as CPython's audit hooks have it."""

    name: str
    folder: Path
    args: list[str]

    @property
    def path(self) -> Path:
        return self.folder / self.args[0]


class Watched(NamedTuple):
    """A stranger's project, the home of who opens it, and the log of what is done meanwhile."""

    folder: Path
    home: Path
    log: Path
    sprung: Path

    def events(self) -> list[Event]:
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [Event(n, Path(f), a) for n, f, a in map(ast.literal_eval, lines)]


@pytest.fixture
def stranger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A project with code beside it under every name that may be looked for, where one stands."""
    folder = made_project(tmp_path / "stranger")
    made_project(tmp_path / "other")
    for name in MODULES:
        (folder / f"{name}.py").write_text(TRAP)
        package = folder / name
        package.mkdir()
        (package / "__init__.py").write_text(TRAP)
        (package / "__main__.py").write_text(TRAP)
    (folder / "evil.pth").write_text(f"import os; {TRAP.splitlines()[1]}\n")
    (folder / "config.cfg").write_text('[nlp]\nlang = "sw"\n[initialize]\n"@callbacks" = "evil"\n')
    (folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\naddopts = "-p evil"\n')
    (folder / "keys.toml").write_text('reject = "a"\n')
    (folder / ".env").write_text("TEXTUAL_DRIVER=evil:Driver\n")
    (folder / "guidelines.md").write_text("Mark the names.\n")
    (folder / "extra.txt").write_text("Juma amefika\n")
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    home = tmp_path / "home"
    for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))
    watched = Watched(folder, home, tmp_path / "audit.log", tmp_path / "sprung")
    monkeypatch.setenv("PYTHONPATH", str(hook))
    monkeypatch.setenv("AUDIT_LOG", str(watched.log))
    temporary = tmp_path / "home" / "temporary"
    temporary.mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setenv("SPRUNG", str(watched.sprung))
    monkeypatch.chdir(folder)
    return watched


def check_harmless(stranger: Watched) -> list[Event]:
    """No code of the project ran, no process was started but ours, nothing outside was written."""
    folder, home = stranger.folder, stranger.home
    assert not stranger.sprung.exists(), stranger.sprung.read_text()
    events = stranger.events()
    assert any(event.name == "exec" for event in events), "the hook was there"
    for event in events:
        if event.name == "exec" or (event.name == "import" and event.args[1] != "None"):
            code = event.folder / event.args[-1]  # "<frozen os>", "<string>" are no files
            assert not (code.is_relative_to(folder) and code.exists()), event
        elif event.name == "subprocess.Popen":
            executable, arguments = event.args[0], ast.literal_eval(event.args[1])
            if executable == "/bin/sh":  # that starts a program of ours which nobody waits for
                assert arguments[:4] == ["/bin/sh", "-c", '"$@" &', "sh"], event
                arguments = arguments[4:]
                executable = arguments[0]
            assert executable == sys.executable, event
            assert arguments[1:3] == ["-P", "-m"], event
            ours = arguments[3:5] == ["tonemark", "export"]
            rooms = ("tonemark.training.", "tonemark.suggester")
            assert ours or arguments[3].startswith(rooms), event
        elif event.name == "ctypes.dlopen":
            assert event.folder == Path("/"), event
            assert not event.path.is_relative_to(folder), event
        elif event.name == "open" and event.path.parent == folder and event.args[0] != str(folder):
            begins = (".out.", ".project.", "..export.json.", STORE_FILE)
            ours = event.path.name in OPENED or event.path.name.startswith(begins)
            assert ours, event
        elif event.name == "open" and is_writing(event):
            inside = (folder, home, Path("/dev"), Path("/proc/self"), stranger.log)
            assert any(event.path.is_relative_to(place) for place in inside), event
        elif event.name == "os.remove" and event.args[1] != "-1":
            assert "/" not in event.args[0], event  # in a folder that is open: shutil.rmtree
        elif event.name not in ("import", "open"):
            assert event.name in ("os.rename", "os.remove", "os.mkdir", "os.link"), event
            two = event.name in ("os.rename", "os.link")
            for path in (event.folder / each for each in event.args[: 1 + two]):
                assert path.is_relative_to(folder) or path.is_relative_to(home), event
    return events


def is_writing(event: Event) -> bool:
    flags = event.args[2]
    return flags.isdecimal() and bool(int(flags) & (os.O_WRONLY | os.O_RDWR))


COMMANDS: dict[str, tuple[str, ...]] = {
    "status": ("status", "."),
    "add": ("add", ".", "extra.txt"),
    "export": ("export", ".", "--all", "-o", "out"),
    "formats": ("formats",),
    "check": ("check", "."),
    "recent": ("recent",),
    "doctor": ("doctor", "."),
    "new": ("new", ".", "--lang", "sw", "--labels", "PER"),
    "tokenize": ("tokenize", "extra.txt"),
    "tokenizers": ("tokenizers",),
    "gazetteer": ("gazetteer", "add", ".", "extra.txt", "--label", "PER"),
    "match": ("match", ".", "extra.txt", "-o", "out"),
    "agreement": ("agreement", "."),
    "review": ("review", ".", "--auto", "majority"),
    "train": ("train", ".", "--time", "2s"),
    "join": ("join", ".", "../other", "-o", "../home/joined"),
    "drop": ("drop", ".", "--document", "a.txt:1", "--yes"),
    "relabel": ("relabel", ".", "PER", "NAME", "--yes"),
    "scores": ("scores", "."),
    "model": ("model", ".", "model-1"),
    "package": ("package", ".", "-o", "../home"),
}
SCREENS = {"annotate", "open", "demo"}


def test_every_verb_is_tried() -> None:
    """A verb that is new must be tried on a stranger's project, too."""
    assert {*COMMANDS, *SCREENS} == set(VERBS)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    # -P: as the command `tonemark` is started; plain -m puts the folder where one stands first.
    return run_tonemark(*arguments, flags=("-P",))


@pytest.mark.parametrize("verb", COMMANDS)
def test_no_command_runs_code_of_the_project(verb: str, stranger: Watched) -> None:
    done = run(*COMMANDS[verb])
    assert "Traceback" not in done.stderr
    check_harmless(stranger)


def test_no_training_runs_code_of_the_project(stranger: Watched) -> None:
    rows = [
        {"text": f"Juma na {name}", "answer": "accept", "_annotator_id": "amina",
         "spans": [{"start": 0, "end": 4, "label": "PER"}]}
        for name in ("Asha", "Neema", "Zawadi", "Rehema", "Amani", "Baraka")
    ]  # fmt: skip
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    (stranger.folder / "extra.jsonl").write_text(lines)
    assert run("add", ".", "extra.jsonl").returncode == 0
    stranger.log.unlink()
    done = run("train", ".", "--time", "3s", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["documents"] == len(rows)
    events = check_harmless(stranger)
    assert "subprocess.Popen" in {event.name for event in events}


def test_no_screen_runs_code_of_the_project(
    stranger: Watched, terminal: Callable[..., Any]
) -> None:
    term = terminal(".", "--as", "amina", flags=("-P",))
    term.wait("stranger")
    term.send("q")
    term.wait(lambda _: term.ended())
    term = terminal("annotate", ".", "--as", "amina", flags=("-P",))
    term.wait("1 of 3")
    term.send("1")
    term.wait("PER")
    for keys, seen in (("tg", "Mark the names"), ("ti", "a.txt:1"), ("td", "a.txt:3")):
        term.send(*keys)
        term.wait(seen)
        term.send("q")
        term.wait("1 of 3 · amina")
    term.send("Enter")
    term.wait("2 of 3")
    term.send("t", "e")
    term.wait("1 document written to exports/stranger.jsonl")
    term.send("q")
    term.wait(lambda _: term.ended())
    events = check_harmless(stranger)
    started = [event.args[1] for event in events if event.name == "subprocess.Popen"]
    assert sum("'export'" in each for each in started) == 1


# Each run is told of all that is wrong in the file.
NAMED = {
    "unknown keys": {
        'plugins = ["evil"]': 'unknown key "plugins"',
        'patterns = "patterns.py"': 'unknown key "patterns"',
        'store = "/tmp/other.sqlite"': 'unknown key "store"',
        'include = "/etc/passwd"': 'unknown key "include"',
        'exports = "../../out"': 'unknown key "exports"',
        'spacy = {config = "config.cfg"}': 'unknown key "spacy"',
        'editor = "sh -c id"': 'unknown key "editor"',
    },
    "paths": {
        'tokenizer = "./general.py"': "the name of an installed one",
        'guidelines = "../../secret"': "inside the project's folder",
    },
    "a path from the root": {'guidelines = "/etc/passwd"': "inside the project's folder"},
    "an entry point": {'tokenizer = "evil:Tokenizer"': "There is no tokenizer"},
    "a class": {'tokenizer = "evil.Tokenizer"': "There is no tokenizer"},
}


@pytest.mark.parametrize("lines", NAMED.values(), ids=NAMED)
def test_the_project_file_names_no_code_and_no_path(
    stranger: Watched, lines: dict[str, str]
) -> None:
    begins = ("version = 1", 'language = "sw"')
    (stranger.folder / "project.toml").write_text("\n".join([*begins, *lines]) + "\n")
    done = run("export", ".", "--all", "-o", "out")
    assert done.returncode == 1
    for named in lines.values():
        assert named in done.stderr
    assert "Traceback" not in done.stderr
    check_harmless(stranger)


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER evil AFTER INSERT ON claims BEGIN DELETE FROM documents; END",
        "CREATE TABLE evil (x); DROP TABLE words;"
        "CREATE VIEW words AS SELECT 'a' AS word, load_extension('./evil.so') AS counts",
        "CREATE VIRTUAL TABLE evil USING fts5(x)",
        "CREATE INDEX evil ON documents (length(text))",
        "ALTER TABLE documents ADD COLUMN evil TEXT AS (upper(text))",
    ],
)
def test_a_store_brings_no_sql_of_its_own(tmp_path: Path, sql: str) -> None:
    folder = made_project(tmp_path / "p")
    db = sqlite3.connect(folder / STORE_FILE)
    db.executescript(sql)
    db.close()
    before = (folder / STORE_FILE).read_bytes()
    with pytest.raises(TonemarkError, match="did not put there"):
        desk_in(folder)
    assert (folder / STORE_FILE).read_bytes() == before


def test_functions_of_a_store_may_touch_nothing(tmp_path: Path) -> None:
    store = Store(made_project(tmp_path / "p") / STORE_FILE)
    assert store.db.execute("PRAGMA trusted_schema").fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError, match="not authorized"):
        store.db.execute("SELECT load_extension('evil.so')")
    store.close()
