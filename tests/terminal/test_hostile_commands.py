"""Nothing in a corpus can touch the terminal: every command, in a pty and in pipes (for screens:
test_hostile.py)."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import hostile
import pytest
from recorded import DEADLINE, Recorded
from sequences import PROGRESS, WRITTEN, parse

from tonemark.cli.commands import VERBS

RUN = """
import json, sys
from tonemark.cli.commands import run
codes = []
for arguments in json.load(open(sys.argv[1])):
    codes.append(run(arguments))
    sys.stdout.flush()
json.dump(codes, open(sys.argv[2], "w"))
"""
"""Runs many command lines in one process: so many starts would take the test a minute."""


def command_lines(project: Path, files: list[Path]) -> list[tuple[int, list[str]]]:
    """Command lines with their exit codes: every verb done, and refused for what it was given."""
    folder, bad = str(project), hostile.EVERYTHING
    made = f"{folder}/{hostile.NAME}"
    out = ["-o", f"{folder}/{hostile.NAME[:60]}.jsonl"]
    entries = str(hostile.entries(project))
    columns = hostile.columns(project)
    new = ["new", made, "--lang", "sw", "--labels", "PER"]
    return [
        (0, ["--help"]),
        (0, ["--version"]),
        *[(0, [verb, "--help"]) for verb in VERBS],
        (0, new),
        (1, new),
        (0, ["new", f"{made}2", "--lang", "sw", "--labels", hostile.PRINTS, "--team", bad]),
        (0, ["new", f"{made}3", "--lang", "sw", "--labels", "A", "--json"]),
        (2, ["new", f"{made}4", "--lang", bad, "--labels", "PER"]),
        (2, ["new", f"{made}4", "--lang", "sw", "--labels", bad]),
        (2, [*new, "--tokenizer", bad]),
        (2, [*new, "--overlap", bad]),
        *[(code, ["add", folder, str(file)]) for code, file in zip(ADDED, files, strict=True)],
        (1, ["add", folder, *map(str, files), "--json"]),
        (1, ["add", folder, f"{made}.jsonl"]),
        (2, ["add", folder, str(files[0]), "--format", bad]),
        (1, ["add", folder, str(files[3]), "--text-column", bad]),
        (1, ["add", folder, str(files[1]), "--annotators", bad, "--match", "text"]),
        (2, ["add", folder, str(files[1]), "--match", bad]),
        (0, ["tokenize", str(files[0])]),
        (2, ["tokenize", "--tokenizer", bad, str(files[0])]),
        (2, ["tokenize", "--lang", bad, str(files[0])]),
        (0, ["tokenizers"]),
        (1, ["tokenizers", "show", bad]),
        (1, ["tokenizers", "use", folder, bad]),
        (0, ["tokenizers", "rules", folder]),
        (1, ["tokenizers", "score", str(files[0])]),
        (1, ["tokenizers", "learn", str(files[0]), "-o", f"{made}.words"]),
        (0, ["gazetteer", "list", folder]),
        *[(1, ["gazetteer", "add", folder, str(file), "--label", "PER"]) for file in files[1:4]],
        (1, ["gazetteer", "add", folder, str(files[0]), "--label", "PER", "--format", "list"]),
        (1, ["gazetteer", "add", folder, entries]),
        (1, ["gazetteer", "add", folder, entries, "--json"]),
        (2, ["gazetteer", "add", folder, str(files[0]), "--label", bad]),
        (2, ["gazetteer", "add", folder, str(files[0]), "--map", bad]),
        (2, ["gazetteer", "add", folder, str(files[0]), "--name", bad]),
        (2, ["gazetteer", "add", folder, "--cldr", bad]),
        (0, ["gazetteer", "add", folder, "--from", made]),
        (0, ["gazetteer", "list", folder]),
        (0, ["gazetteer", "show", folder]),
        (1, ["gazetteer", "show", folder, bad]),
        (0, ["gazetteer", "show", folder, "--find", bad]),
        (0, ["gazetteer", "show", folder, "--json"]),
        (1, ["gazetteer", "remove", folder, "--entry", "1"]),
        (0, ["gazetteer", "stats", folder]),
        (0, ["gazetteer", "build", folder]),
        (1, ["gazetteer", "remove", folder, bad, "--yes"]),
        (0, ["match", folder, str(files[0]), *out]),
        *[(1, ["match", folder, str(file), *out]) for file in files[1:]],
        (1, ["match", folder, f"{made}.jsonl", *out]),
        (1, ["match", folder, str(files[0]), "-o", f"{folder}/{hostile.NAME}5/out"]),
        (2, ["match", folder, str(files[0]), "--jobs", bad]),
        (0, ["status", folder]),
        (0, ["status", folder, "--json"]),
        (1, ["status", f"{folder}{hostile.NAME}"]),
        (1, ["agreement", folder]),
        (1, ["agreement", folder, "--annotators", bad]),
        *[(1, ["agreement", "--conll", str(file)]) for file in files],
        (1, ["agreement", "--conll", str(columns)]),
        (1, ["agreement", "--conll", str(columns), "--json"]),
        (2, ["agreement", folder, "--conll", bad]),
        (0, ["export", folder, *out]),
        (0, ["export", folder, "--all", *out, "--json"]),
        (1, ["export", folder, "-o", f"{folder}/{hostile.NAME}5/out"]),
        (2, ["export", folder, "--format", bad]),
        (1, ["export", folder, "--annotator", bad, *out]),
        (2, ["annotate", folder, "--as", bad]),
        (0, ["review", folder, "--auto", "majority"]),
        (0, ["review", folder, "--auto", "unanimous", "--json"]),
        (1, ["review", folder, "--auto", "unanimous", "--as", bad]),
        (2, ["review", folder, "--kind", bad]),
        (2, ["review", folder, "--auto", bad]),
        (0, ["formats"]),
        (1, ["formats", bad]),
        *[(code, ["check", str(file)]) for code, file in zip(ADDED, files, strict=True)],
        (1, ["check", str(files[1]), "--json"]),
        (1, ["check", str(columns), "--annotators", bad]),
        (1, ["check", f"{made}.jsonl"]),
        (1, ["check", folder]),
        (1, ["train", folder]),
        (1, ["train", folder, "--labels", bad]),
        (1, ["train", folder, "--annotator", bad]),
        (2, ["train", folder, "--time", bad]),
        (1, ["check", folder, "--json"]),
        (1, ["check", folder, "--labels", bad]),
        (1, ["check", folder, "--annotator", bad]),
        (2, ["check", str(files[0]), "--as", bad]),
        (1, ["scores", folder]),
        (1, ["scores", folder, bad, "--json"]),
        (0, ["model", folder]),
        (1, ["model", folder, bad]),
        (1, ["model", folder, bad, "--json"]),
        (1, ["package", folder, bad]),
        (0, ["drop", folder]),
        (0, ["drop", folder, "--json"]),
        (1, ["drop", folder, "--document", bad, "--yes"]),
        (1, ["drop", folder, "--document", bad, "--restore"]),
        (1, ["drop", folder, "--annotator", bad]),
        (1, ["relabel", folder, bad, "PER"]),
        (1, ["relabel", folder, "PER", bad, "--yes"]),
        (0, ["recent"]),
        (0, ["recent", "--json"]),
        (1, [bad]),  # too long for the name of a folder
        (2, [hostile.NAME]),
        (2, [f"--{bad}"]),
        (2, ["status", f"--{bad}"]),
        (2, ["status", folder, bad]),
        (1, ["demo", f"{files[0]}/{hostile.NAME}"]),
        (0, ["doctor", folder]),
        (0, ["doctor", folder, "--json"]),
    ]


ADDED = (0, 1, 1, 0, 0)
"""Exit codes of adding the files of `hostile.write`: two of them have lines to refuse."""


@pytest.mark.parametrize("through", ["a terminal", "pipes"])
def test_only_text_comes_of_any_command(
    through: str, hostile_project: Path, tmp_path: Path, recorded: Callable[..., Recorded]
) -> None:
    lines = command_lines(hostile_project, hostile.files(hostile_project))
    work, codes = tmp_path / "commands.json", tmp_path / "codes.json"
    work.write_text(json.dumps([arguments for _, arguments in lines]))
    run = [sys.executable, "-c", RUN, str(work), str(codes)]
    if through == "pipes":
        done = subprocess.run(run, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        sent = parse(done.stdout + b"\n" + done.stderr)
    else:
        # Without a line to ask, so that doctor asks nothing.
        term = recorded("sh", "-c", 'exec "$@" </dev/null', "sh", *run)
        assert term.ended(DEADLINE) is not None
        term.rest()
        sent = term.sent()
    assert sent.faults(WRITTEN, PROGRESS if through == "a terminal" else {}) == set()
    assert "Traceback" not in sent.text, sent.text
    found = json.loads(codes.read_text())
    wrong = [(code, *line) for code, line in zip(found, lines, strict=True) if code != line[0]]
    assert not wrong
