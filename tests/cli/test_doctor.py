"""`doctor`: what it judges, in words; its exit codes; and that it works without a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tonemark.cli import doctor
from tonemark.cli.checks import installation, project
from tonemark.cli.checks.check import Check
from tonemark.cli.checks.keys import arrival_checks
from tonemark.cli.checks.project import project_checks
from tonemark.cli.checks.terminal import (
    colour_check,
    encoding_checks,
    kind_checks,
    size_checks,
    stream_checks,
    tmux_checks,
    width_checks,
)
from tonemark.corpus.soundness.project import Finding
from tonemark.corpus.store import STORE_FILE
from tonemark.tui.page.cells import cells
from tonemark.tui.page.keys import key_table
from tonemark.tui.terminal.facts import Encodings, Facts, TmuxClient
from tonemark.tui.terminal.samples import SAMPLES

FINE = Facts("xterm-256color", "", (), (80, 24), (80, 24), "256")
UTF8 = dict.fromkeys(("stdin", "stdout", "stderr"), "utf-8")


def states(checks: list[Check]) -> list[str]:
    return [check.state for check in checks]


def report(done: Any) -> dict[str, Any]:
    found = json.loads(done.stdout.splitlines()[-1])
    assert isinstance(found, dict)
    return found


# The terminal, judged


@pytest.mark.parametrize(
    ("changes", "state", "words"),
    [
        ({}, "ok", "xterm-256color"),
        ({"program": "tmux 3.3a", "through": ("ssh", "tmux")}, "ok", "tmux 3.3a, over ssh"),
        ({"term": "dumb"}, "fault", "TERM=dumb"),
        ({"term": ""}, "fault", "TERM is not set"),
        ({"term": "linux"}, "note", "no letters of Ethiopic"),
    ],
)
def test_kinds_of_terminals(changes: dict[str, Any], state: str, words: str) -> None:
    last = kind_checks(replace(FINE, **changes))[-1]
    assert last.state == state
    assert words in last.what
    assert bool(last.remedy) == (state != "ok")


@pytest.mark.parametrize(
    ("size", "drawn", "state", "words"),
    [
        ((80, 24), (80, 24), "ok", "80 columns"),
        ((40, 10), (40, 10), "ok", "40 columns"),
        ((39, 24), (39, 24), "note", "little fits"),
        ((1, 1), (1, 1), "note", "little fits"),
        ((80, 24), (200, 24), "fault", "COLUMNS"),
        ((0, 0), (80, 24), "fault", "does not tell its size"),
    ],
)
def test_sizes(size: tuple[int, int], drawn: tuple[int, int], state: str, words: str) -> None:
    (check,) = size_checks(replace(FINE, size=size, drawn=drawn))
    assert check.state == state
    assert words in check.what


@pytest.mark.parametrize(
    ("colours", "term", "words"),
    [
        ("truecolor", "xterm", "16 million"),
        ("none", "xterm", "marks"),
        ("none", "dumb", "(TERM=dumb)"),
        ("standard", "screen", "screen-256color"),
        ("standard", "linux", "16 colours"),
    ],
)
def test_colours(colours: str, term: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    check = colour_check(replace(FINE, colours=colours, term=term))
    assert check.state == "ok"
    assert words in check.what


@pytest.mark.parametrize(
    ("told", "state", "words"),
    [
        (Encodings(UTF8, "C.UTF-8", "UTF-8", True), "ok", "UTF-8"),
        (Encodings(UTF8, "C", "ANSI_X3.4-1968", True), "note", "locale C is not UTF-8"),
        (Encodings(UTF8, "am_ET.UTF-8", "", False), "note", "does not have the locale am_ET"),
        (Encodings({**UTF8, "stderr": "iso8859-1"}, "x", "x", True), "fault", "stderr iso8859-1"),
    ],
)
def test_encodings(told: Encodings, state: str, words: str) -> None:
    (check,) = encoding_checks(told)
    assert check.state == state
    assert words in check.what


@pytest.mark.parametrize(("is_utf8", "found"), [(True, []), (None, []), (False, ["fault"])])
def test_a_tmux_that_shows_no_letters_is_told(is_utf8: bool | None, found: list[str]) -> None:
    assert states(tmux_checks(TmuxClient("3.3a", "xterm", is_utf8))) == found


@pytest.mark.parametrize(
    ("streams", "words"),
    [
        (("stdin", "stdout", "stderr"), ""),
        ((), "no terminal here"),
        (("stdin", "stderr"), "stdout is no terminal"),
    ],
)
def test_streams(streams: tuple[str, ...], words: str) -> None:
    checks = stream_checks(streams)
    assert states(checks) == ["note"] * bool(words)
    assert not words or words in checks[0].what


RIGHT = {sample.name: cells(sample.text) for sample in SAMPLES}


@pytest.mark.parametrize(
    ("changes", "found", "words"),
    [
        ({}, ["ok"], "21 of 21"),
        ({"Ethiopic": 9}, ["fault", "ok"], "Ethiopic (+2)"),
        ({"Thai": 2}, ["fault", "ok"], "Thai (-1)"),
        ({"Khmer": 10}, ["note", "ok"], "Khmer (+2)"),
        ({"flags": 2}, ["ok"], "a gap may follow flags, the rest stays in place. Nothing"),
        ({"Garay": 0}, ["ok"], "letters of Garay need a newer terminal. Nothing need be done"),
        ({"Garay": None}, ["note"], "stopped answering at Garay"),
    ],
)
def test_widths(changes: dict[str, int | None], found: list[str], words: str) -> None:
    assert len(SAMPLES) == 21
    measured = {**RIGHT, **changes}
    checks = width_checks({name: (RIGHT[name], measured[name]) for name in RIGHT})
    assert states(checks) == found
    assert words in checks[0].what


# The installation


def test_what_is_missing_or_too_old_is_told_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = ["textual>=99", "no-such-library>=1", 'extra-thing; extra == "test"', "click>=8"]
    monkeypatch.setattr(installation, "requires", lambda _: wanted)
    faults = [check for check in installation.version_checks() if check.state == "fault"]
    assert [check.what.split()[0] for check in faults] == ["textual", "no-such-library"]
    assert "-m pip install 'textual>=99'" in faults[0].remedy


def test_code_that_is_not_compiled_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_is_compiled", lambda name: name != "textual")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (check,) = installation.start_checks()
    assert check.state == "note"
    assert "compileall" in check.remedy
    assert "textual" in check.remedy
    monkeypatch.setattr(installation, "_is_compiled", lambda name: True)
    assert not list(installation.start_checks())


# Projects


def test_what_is_found_in_a_project_is_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store of 100,000 documents takes seconds to look through; its first fault does not."""

    def slow(folder: Path, checked: object) -> Iterator[Finding]:
        yield Finding("odd", harmless=True)
        yield Finding("broken", "doc 7", "mend it")
        raise AssertionError("read on before what was found was told")

    monkeypatch.setattr(project, "examine", slow)
    (tmp_path / "project.toml").touch()
    checks = project_checks(tmp_path)
    assert next(checks) == Check("note", "odd")
    assert next(checks) == Check("fault", "broken", "mend it", "doc 7")


# The command


@pytest.fixture
def folder(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    text = tmp_path / "t.txt"
    text.write_text("Asha yuko Kisumu\n", encoding="utf-8")
    tonemark("new", tmp_path / "p", "--lang", "swa", "--labels", "PER,LOC")
    tonemark("add", tmp_path / "p", text)
    return tmp_path / "p"


def test_without_a_terminal_the_rest_is_reported(
    folder: Path, tonemark: Callable[..., Any]
) -> None:
    told = tonemark("doctor", folder).stdout
    assert "no terminal here" in told
    assert "\x1b" not in told
    assert "Nothing is wrong." in told
    found = report(tonemark("doctor", folder, "--json"))
    assert found["faults"] == 0
    assert [part["title"] for part in found["parts"]] == [
        "Terminal",
        "Keys",
        "Installation",
        f"Project {folder}",
    ]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("reject = 7", "reject is not a key"),
        ("bogus = 3", "no action 'bogus'"),
        ("= = =", "cannot be read"),
        ('rejct = "x"', "no action 'rejct'"),
        ('reject = "z"', "'z' is both"),
    ],
)
def test_a_faulty_keys_file_is_a_fault(keys: str, words: str, tonemark: Callable[..., Any]) -> None:
    from tonemark.tui.configuration import keys_path

    keys_path().parent.mkdir(parents=True)
    keys_path().write_text(keys, encoding="utf-8")
    told = tonemark("doctor", code=1).stdout
    assert words in " ".join(told.split())
    assert "".join(told.split()).count(str(keys_path())) == 1
    assert "1 fault." in told


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ('keyboard = "azerty"', "the keyboard is azerty"),
        ('reject = "X"\nquit = "Q"', "other keys for reject, quit"),
    ],
)
def test_what_a_keys_file_does_is_told(keys: str, words: str, tonemark: Callable[..., Any]) -> None:
    from tonemark.tui.configuration import keys_path

    keys_path().parent.mkdir(parents=True)
    keys_path().write_text(keys, encoding="utf-8")
    told = " ".join(tonemark("doctor").stdout.split())
    assert words in told
    assert " 0 " not in told.split("Installation")[0]


def test_the_labels_of_the_project_are_held_against_the_keys_file(
    folder: Path, tonemark: Callable[..., Any]
) -> None:
    from tonemark.tui.configuration import keys_path

    keys_path().parent.mkdir(parents=True)
    keys_path().write_text('reject = "1"', encoding="utf-8")
    assert "PER" in tonemark("doctor", folder, code=1).stdout


def test_a_damaged_store_is_a_fault_and_stays_as_it_is(
    folder: Path, tonemark: Callable[..., Any]
) -> None:
    store = folder / STORE_FILE
    store.write_bytes(store.read_bytes()[:5000])
    before = store.read_bytes()
    found = report(tonemark("doctor", folder, "--json", code=1))
    checks = found["parts"][-1]["checks"]
    assert any(check["state"] == "fault" and check["remedy"] for check in checks)
    assert store.read_bytes() == before


def test_a_folder_that_is_no_project_is_a_fault(
    tmp_path: Path, tonemark: Callable[..., Any]
) -> None:
    found = report(tonemark("doctor", tmp_path / "no\x1b[2Jwhere", "--json", code=1))
    assert found["faults"] == 1
    assert "\x1b" not in tonemark("doctor", tmp_path / "no\x1b[2Jwhere", code=1).stdout


@pytest.mark.parametrize("arguments", [("--glyphs",), ()])
def test_an_encoding_without_our_letters_is_told_not_died_of(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tonemark", "doctor", *arguments],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 1
    assert b"text is not written as UTF-8" in done.stdout
    assert not done.stderr


def test_all_letters_can_be_asked_for(tonemark: Callable[..., Any]) -> None:
    told = tonemark("doctor", "--glyphs").stdout
    assert all(sample.text in told for sample in SAMPLES)
    assert "you should see" in told


@pytest.mark.parametrize("width", [40, 59, 60, 80])
def test_the_letters_fit_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "_width", lambda: width)
    doctor._show_glyphs(True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > len(SAMPLES)
    assert max(map(cells, lines)) <= width
    assert "you should see" in " ".join(lines)


def test_no_keys_are_no_faults() -> None:
    (check,) = arrival_checks(None, key_table({}), ["enter"])
    assert check.state == "note"
    assert "no keys were pressed" in check.what


def test_keys_are_asked_for_on_a_terminal_only(tonemark: Callable[..., Any]) -> None:
    assert "needs a terminal" in tonemark("doctor", "--keys", code=2).stderr


def test_neither_textual_nor_spacy_is_loaded(folder: Path) -> None:
    code = (
        "import sys\n"
        "from tonemark.cli.commands import run\n"
        f"assert run(['doctor', {str(folder)!r}, '--glyphs']) == 0\n"
        "print(*(name.partition('.')[0] for name in sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert not set(done.stdout.splitlines()[-1].split()) & {"textual", "rich", "spacy", "numpy"}
