"""Nothing in a corpus can touch the terminal: every screen, every command, all bytes sent.

One project, hostile wherever it may be (tests/hostile.py), is driven through every screen in a pty,
and through every command in a pty and in pipes; a parser finds only the app's own sequences.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest
from sequences import ANSWERED, OWN, PROGRESS, WRITTEN, Sent, parse
from terminal import Terminal

from tonemark.cli.commands import VERBS

DEADLINE = 60.0
COMMAND = (sys.executable, "-m", "tonemark")
HARMLESS = "Rais Samia Suluhu alikutana na waziri jijini Nairobi.\nmwisho\n"


class Recorded(Terminal):
    """A terminal that keeps all that it was sent."""

    def __init__(self, *arguments: Any) -> None:
        self._kept = bytearray()
        super().__init__(*arguments)

    def _read(self, timeout: float) -> int:
        before = self.received
        came = super()._read(timeout)
        if self.received > before:
            self._kept += self._unread[before - self.received :]
        return came

    def sent(self) -> Sent:
        """All that it was sent, taken apart."""
        return parse(bytes(self._kept))

    def see(self, *wanted: str) -> None:
        """Wait until the screen holds these texts."""
        if not self.wait(lambda lines: all(each in "\n".join(lines) for each in wanted),
                         seconds=DEADLINE):  # fmt: skip
            raise AssertionError(
                f"{wanted} did not come; the screen is\n" + "\n".join(self.lines())
            )

    def play(self, script: str) -> None:
        """Steps, one a line: keys with blanks between them, `=>` and what must come of them. PASTE
        is a hostile paste."""
        for step in script.strip().splitlines():
            keys, _, wanted = step.partition("=>")
            for key in keys.split():
                if key == "PASTE":
                    self.send(hostile.PASTE)
                else:
                    self.press(key)
                self.settle(first=0.02)
            if wanted:
                self.see(wanted.strip())


@pytest.fixture
def opened() -> Iterator[Callable[..., Recorded]]:
    """Opens a command in a terminal whose bytes are kept."""
    terminals: list[Recorded] = []

    def open_(*command: object) -> Recorded:
        terminals.append(Recorded([str(part) for part in command], os.environ, 100, 30))
        return terminals[-1]

    yield open_
    for each in terminals:
        each.close()


@pytest.fixture
def project(tmp_path: Path, tonemark: Callable[..., Any]) -> Path:
    """The hostile project, with its first file in it."""
    where = hostile.write(tmp_path)
    tonemark("new", where, "--lang", "sw", "--labels", f"PER,LOC,{hostile.PRINTS}")
    tonemark("add", where, hostile.files(where)[0])
    hostile.arm(where)
    return where


def test_only_our_own_sequences_reach_the_terminal_from_any_screen(
    project: Path, opened: Callable[..., Recorded]
) -> None:
    term = opened(*COMMAND, project, "--as", "amina")
    term.see("0 of 6")
    term.play("""
        ? => show the tutor again
        pagedown end => keys can be changed
        q => 0 of 6
        g => [red]nyekundu[/]
        end q => 0 of 6
        d => as amina left them
        down down => 3 of 6
        space => documents: to do
        q => 0 of 6
        / N a i r o b i enter => 2 hits
        = down => 2 of 2
        q => 0 of 6
        e => exports/
        enter => first steps
        space backspace => 1 token
        1 1 2 o => LOC
        . . ' [ ] ; = => more as
        x => left as it was
        z z => undone
        Z => done again
        t f => flagged
        t s => split before
        a => split:
        z => undone
        t o => dropped
        0 [ r e d => [red]
        enter => [re
        0 [ / ] N + => adds the label [/]N
        enter => [/]N
        c PASTE => comment on this document
        enter => comment kept
        PASTE => the paste was dropped
        0 PASTE => at most 100 are allowed
        enter => at most 100 are allowed
        escape => commented
        t i => metadata
        pagedown end => the document after
        q => commented
        t d => left them
        q => 0 more
        t g => guidelines
        q => commented
        v => concordance
        q => commented
        ? => This project's labels
        q => commented
        t b down 3 up . .
        t b down 2 up . .
        t b
        t e => written to exports/
        Q => caps lock?
        """)
    term.resize(20, 5)
    term.see("0 more")
    term.resize(1, 1)
    term.rest()
    term.resize(100, 30)
    term.see("1 of 6", "caps lock?")

    other = opened(*COMMAND, "annotate", project, "--as", "amina")
    other.see("takes it over", "quits")
    other.play("x\nq")
    assert other.ended(DEADLINE) == 0

    refused = opened(*COMMAND, "annotate", project, "--as", hostile.EVERYTHING)
    assert refused.ended(DEADLINE) == 1
    assert "cannot be an annotator's name" in " ".join(refused.sent().text.split())

    # Two hundred marks on a base, and 200 kB in one line.
    term.play("n => 2 of 6\nt o => dropped")
    term.play("1 space o => LOC")
    term.play("n => 3 of 6")
    term.play("1 space right 2 pagedown => 3 of 6")
    hostile.spoil(project)
    (project / "exports").rename(project / "elsewhere")
    (project / "exports").write_text("")
    term.play("n => project.toml")
    term.play("""
        space 1 => PER
        t e => not exported
        n => hapana
        q => annotate
        """)
    term.press("q")
    assert term.ended(DEADLINE) == 0
    assert refused.sent().faults(WRITTEN) == set()
    for each in (term, other):
        assert each.sent().faults(OWN, ANSWERED) == set()
        assert "Traceback" not in each.sent().text
        assert not each.unrestored()
    used = {*term.sent().sequences, *other.sent().sequences}
    assert not set(OWN) - used, "allowed, and never sent"


def test_only_our_own_sequences_reach_the_terminal_from_a_review(
    tmp_path: Path, opened: Callable[..., Recorded], tonemark: Callable[..., Any]
) -> None:
    folder = tmp_path / "p"
    tonemark("new", folder, "--lang", "sw", "--labels", f"PER,{hostile.PRINTS}")
    for at, name in enumerate(("amina", "juma", "rosa")):
        said = folder.parent / f"{name}.jsonl"
        records = [
            {
                "text": text, "key": str(number), "_annotator_id": name,
                "answer": "reject" if number == at else "accept", "comment": hostile.EVERYTHING,
                "spans": [
                    {"start": 0, "end": 3 + at, "label": f"{hostile.PRINTS}{at}"},
                    {"start": 20, "end": 25, "label": "PER"},
                ][: 3 - at],
            }
            for number, text in enumerate((hostile.TEXTS[0], hostile.TEXTS[4]))
        ]  # fmt: skip
        said.write_text("".join(json.dumps(record) + "\n" for record in records))
        tonemark("add", folder, said, *(("--match", "key") if at else ()))
    project = folder / "project.toml"
    project.write_text(project.read_text().replace("overlap = 1 ", "overlap = 3 "))

    term = opened(*COMMAND, "review", folder, "--as", "neema")
    term.see("majority")
    term.play("""
        space backspace => majority
        ? => In review
        q => majority
        t i => the document after
        end q => majority
        t w => answers 2
        escape => majority
        t w PASTE enter => is no kind
        escape => majority
        2 => 1 of 2 open
        3 => 1 of 1 open
        - => all settled
        t b t b t b z => undone
        c PASTE => comment
        enter => comment kept
        """)
    term.resize(20, 5)
    term.rest()
    term.resize(100, 30)
    term.see("1 amina")
    term.press("q")
    assert term.ended(DEADLINE) == 0
    assert term.sent().faults(OWN, ANSWERED) == set()
    assert "Traceback" not in term.sent().text
    assert not term.unrestored()


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
    through: str, project: Path, tmp_path: Path, opened: Callable[..., Recorded]
) -> None:
    lines = command_lines(project, hostile.files(project))
    work, codes = tmp_path / "commands.json", tmp_path / "codes.json"
    work.write_text(json.dumps([arguments for _, arguments in lines]))
    run = [sys.executable, "-c", RUN, str(work), str(codes)]
    if through == "pipes":
        done = subprocess.run(run, stdin=subprocess.DEVNULL, capture_output=True, timeout=DEADLINE)
        sent = parse(done.stdout + b"\n" + done.stderr)
    else:
        # Without a line to ask, so that doctor asks nothing.
        term = opened("sh", "-c", 'exec "$@" </dev/null', "sh", *run)
        assert term.ended(DEADLINE) is not None
        term.rest()
        sent = term.sent()
    assert sent.faults(WRITTEN, PROGRESS if through == "a terminal" else {}) == set()
    assert "Traceback" not in sent.text, sent.text
    found = json.loads(codes.read_text())
    wrong = [(code, *line) for code, line in zip(found, lines, strict=True) if code != line[0]]
    assert not wrong
