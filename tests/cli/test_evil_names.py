"""Names that nobody would choose: shown as they are, or refused in words; never a command."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from making import run_here

from tonemark.corpus.labels import LABEL_LENGTH
from tonemark.text import visible

ESCAPES = ("\x1b", "\x07", "\x9b", "\u202e")
"""What may reach no terminal: ESC, BEL, C1's CSI, a direction override."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run_here("new", tmp_path / "p", "--lang", "sw", "--labels", "PER,LOC").returncode == 0
    return tmp_path / "p"


RECORDS = "".join(
    json.dumps({"text": f"Asha {n} yuko Kisumu", "id": f"k{n}"} | answer) + "\n"
    for n in range(1, 8)
    for answer in [{"answer": "accept", "_annotator_id": "bello", "spans": []} if n == 6 else {}]
)


LONG = "x" * 10_000
NAMES = [
    "[red]",
    "[/]",
    "a [link=x]b",
    "\x1b[31mred",
    "\x1b]52;c;aGk=\x07",
    "\x9b2J",
    "\u202efdp.exe",
    'it\'s "quoted"',
    "$(touch x); `id`",
    "=cmd|' /C calc'!A0",
    "CON",
    "-rf",
    "--help",
    "..x",
    "a\nb",
    "a\tb",
    "*",
    "é" * 120,
    "\udcff\udcfe",  # bytes that are not UTF-8
    " ",
]


def check_shown(done: subprocess.CompletedProcess[str], name: str) -> None:
    """The name is told, and nothing of it reached the terminal but letters."""
    told = done.stdout + done.stderr
    assert not any(escape in told for escape in ESCAPES)
    assert visible(Path(name).name) in told


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_folder_and_a_file_may_have_any_name_that_the_disk_takes(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = f"./{name}"  # as one must type it, where it begins with a dash
    done = run_here("new", here, "--lang", "sw", "--labels", "PER")
    assert done.returncode == 0, done.stderr
    check_shown(done, name)
    file = f"./{name}.jsonl"
    with open(file, "w") as stream:
        stream.write(RECORDS)
    done = run_here("add", here, file)
    assert done.returncode == 0, done.stderr
    check_shown(done, name)
    out = f"{here}/out"
    done = run_here("export", here, "-o", out)
    assert done.returncode == 0, done.stderr
    check_shown(done, name)
    with open(out) as stream:
        (row,) = map(json.loads, stream)
    assert row["key"] == "k6"
    assert run_here("status", here).returncode == 0
    assert run_here("status", here, "--json").returncode == 0
    again = run_here("new", here, "--lang", "sw", "--labels", "PER")
    assert again.returncode == 1
    assert "There is a project" in again.stderr
    missing = run_here("add", here, f"./{name}.none.txt")
    assert missing.returncode == 1
    assert "cannot be read" in missing.stderr
    if "\n" not in name:  # an error has lines of its own
        check_shown(missing, name)


@pytest.mark.parametrize("name", ["-rf", "a b", "it's", "[red]", "$(id)"])
def test_a_command_that_is_told_can_be_typed(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_here("new", f"./{name}", "--lang", "sw", "--labels", "PER")
    adding = done.stdout.split("Next: tonemark add ")[1].split(" FILE, then")[0]
    (word,) = shlex.split(adding)
    assert os.path.samefile(word, name)
    assert not word.startswith("-")


@pytest.mark.parametrize(
    "arguments",
    [
        ("new", LONG, "--lang", "sw", "--labels", "PER"),
        ("status", LONG),
        (LONG,),
        ("add", "PROJECT", LONG + ".txt"),
        ("export", "PROJECT", "--all", "-o", LONG),
        ("export", "PROJECT", "--annotator", LONG),
        ("add", "PROJECT", "x" * 256 + ".txt"),
        ("export", "PROJECT", "--all", "-o", "x" * 256),
        ("new", "x" * 256, "--lang", "sw", "--labels", "PER"),
        ("new", "n", "--lang", LONG, "--labels", "PER"),
        ("new", "n", "--lang", "sw", "--labels", "L" * (LABEL_LENGTH + 1)),
        ("new", "n", "--lang", "sw", "--labels", "\x1b[31m"),
        ("new", "n", "--lang", "sw", "--labels", "\u202eA"),
        ("new", "n", "--lang", "sw", "--labels", "\udcff"),
        ("new", "n", "--lang", "sw", "--labels", "PER", "--tokenizer", "../\x1b[31m"),
        ("export", "PROJECT", "--format", "\x1b[31m"),
        ("export", "PROJECT", "--annotator", "\x1b[31m"),
        ("export", "PROJECT", "--annotator", "../../x"),
        ("export", "PROJECT", "--annotator", "\udcff"),
        ("\x1b[31m",),
        ("add", "PROJECT", "\x1b[31m.none"),
        ("add", "PROJECT", "in.jsonl", "--text-column", "\x1b[31m"),
        ("add", "PROJECT", "in.jsonl", "--annotators", "a,b\x1b[31m"),
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[:60],
)
def test_what_cannot_be_a_name_is_refused_in_words(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text(RECORDS)
    run_here("add", folder, "in.jsonl")
    before = sorted(os.listdir(tmp_path))
    done = run_here(*(str(folder) if each == "PROJECT" else each for each in arguments))
    assert done.returncode in (1, 2)
    told = done.stdout + done.stderr
    assert "tonemark: " in done.stderr or "refused" in done.stdout
    assert not any(escape in told for escape in ESCAPES)
    assert sorted(os.listdir(tmp_path)) == before


@pytest.mark.parametrize(
    "label", ["[red]", "[/]", '"q"', "=cmd", "../", "CON", "-x", "'", "\\", "a=b", "#", "ṣ́", "]"]
)
def test_a_label_is_literal_everywhere(
    tmp_path: Path, label: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run_here("new", "p", "--lang", "sw", f"--labels={label},PER")
    assert f"labels {label}, PER." in done.stdout, done.stderr
    record = {"text": "Asha", "answer": "accept", "_annotator_id": "a"}
    record["spans"] = [{"start": 0, "end": 4, "label": label}]
    (tmp_path / "in.jsonl").write_text(json.dumps(record))
    done = run_here("add", "p", "in.jsonl")
    assert "have no key" not in done.stdout, "project.toml has the same label"
    assert label in run_here("status", "p").stdout
    assert json.loads(run_here("export", "p").stdout)["spans"][0]["label"] == label


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("[red]", "red-"),
        ("../", "a-"),
        ("-x", "x-"),
        ("=cmd", "cmd-"),
        ("\x1b[31m", "m-"),
        (LONG, "xxx"),
        ("CON", "CON"),
        ("../../etc/passwd", "etc-passwd-"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_an_annotator_gets_a_name_that_a_file_can_have(
    folder: Path, tmp_path: Path, given: str, written: str
) -> None:
    record = {"text": "Asha", "answer": "accept", "spans": [], "_annotator_id": given}
    (tmp_path / "in.jsonl").write_text(json.dumps(record))
    done = run_here("add", folder, tmp_path / "in.jsonl")
    assert not any(escape in done.stdout for escape in ESCAPES)
    name = json.loads(run_here("export", folder).stdout)["_annotator_id"]
    assert name.startswith(written)
    assert len(name) <= 32
    assert (name == given) == ("is written" not in done.stdout)
    assert not {"/", "\\", "\x1b", "["} & set(name)
