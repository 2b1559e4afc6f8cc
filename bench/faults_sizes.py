"""Sizes that no program expects, tried on the real one: lines, files and documents."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

from faults_files import PATIENCE, Ran, documents, made, run, write
from figures import Figure, lost
from material import PROGRAM, environment_in
from terminal import Terminal

from tonemark.errors import TonemarkError

GIGABYTE = 1_000_000_000
MEMORY = 200
"""MiB that reading a file may take at most, however large it or a line of it is."""

TOKENS = 100_000
KEYS = 200


def long_line(folder: Path) -> list[Figure]:
    """A line of 1 GB between two good ones, in each format."""
    figures = []
    for name, before, after in (
        ("txt", b"habari moja\n", b"\nhabari mbili\n"),
        ("jsonl", b'{"text":"moja"}\n{"text":"', b'"}\n{"text":"mbili"}\n'),
        ("csv", b"text\nmoja\n", b"\nmbili\n"),
        ("tsv", b"text\tx\nmoja\t1\n", b"\nmbili\t2\n"),
        ("conll", b"moja O\n\n", b" O\n\nmbili O\n"),
    ):
        path = folder / f"long.{name}"
        write(path, [before, *[b"x" * 1_000_000] * 1000, after])
        line = before.count(b"\n") + 1
        figures += _refused(folder, path, f"line {line}: the line is longer", f"1 GB line, {name}")
        path.unlink()
    return figures


def large_file(folder: Path) -> list[Figure]:
    """A file of 1 GB: documents of 4,000 characters, and one document that is all of it."""
    chance = random.Random(1)
    words = [b"habari", b"Nairobi", "Ọ̀jọ̀gbọ́n".encode(), b"leo", b"kesho", "𞤀𞤣𞤤𞤢𞤥".encode()]
    path = folder / "large.txt"
    count = 0
    with path.open("wb") as stream:
        while stream.tell() < GIGABYTE:
            count += 1
            stream.write(b"%d " % count + b" ".join(chance.choices(words, k=450)) + b"\n")
    whole = run(folder, "add", made(folder, name="whole"), path, "--per-file")
    target = made(folder)
    ran = run(folder, "add", target, path)
    out = run(folder, "export", target, "--all", "-o", folder / "out.jsonl")
    return [
        Figure("MiB to refuse 1 GB as one document, at most", _mib(whole), "<=", MEMORY, "MiB"),
        Figure("seconds to refuse it", round(whole.seconds, 2), "<=", 2, "s"),
        lost("sentences missing", int("more than 4 MiB" not in whole.out)),
        Figure("documents of 1 GB that came in", documents(target), "=", count),
        Figure("MiB to add 1 GB, at most", _mib(ran), "<=", MEMORY, "MiB"),
        Figure("MiB to export it, at most", _mib(out), "<=", MEMORY, "MiB"),
    ]


def near_limits(folder: Path) -> list[Figure]:
    """Lines just below the limit of 64 MiB, of which something is refused."""
    half = b"x " * (31 << 20)
    astral = "😀".encode()
    figures = []
    for name, parts, reason in (
        ("txt", (half, astral, b"\nleo\n"), "line 1: the text has 65,011,716 bytes"),
        ("conll", (b"a O\n\n", half, astral, b" O\n\nleo O\n"), "line 3: the line has"),
        ("csv", (b'text,x\n"', (b"habari " * 140 + b"\n") * 65_000, b"leo,1\n"), "not closed"),
    ):
        path = folder / f"near.{name}"
        write(path, parts)
        figures += _refused(folder, path, reason, f"62 MiB, {name}", seconds=10)
        path.unlink()
    return figures


def _refused(
    folder: Path, path: Path, reason: str, what: str, seconds: float = 2.0
) -> list[Figure]:
    target = made(folder, name=f"p{time.monotonic_ns()}")
    ran = run(folder, "add", target, path)
    return [
        lost(f"{what}: refusals without their line", int(reason not in ran.out)),
        Figure(f"{what}: good documents", documents(target), ">=", 1),
        Figure(f"{what}: seconds until it is told", round(ran.seconds, 2), "<=", seconds, "s"),
        Figure(f"{what}: memory", _mib(ran), "<=", MEMORY, "MiB"),
    ]


def long_document(folder: Path) -> list[Figure]:
    """A document of 100,000 tokens: opening, keys, memory."""
    chance = random.Random(2)
    names = ("Asha", "Juma Bello", "Rais Samia Suluhu", "Nairobi", "Títílayọ̀", "𞤀𞤣𞤤𞤢𞤥")
    others = "leo pia kesho na ya kwa siku mkuu kabla watu wengi alikutana , .".split()
    figures = []
    for name, end in (("one line", " "), ("lines", "\n")):
        tokens = (chance.choice(names if chance.random() < 0.2 else others) for _ in range(TOKENS))
        text = "".join(f"{token}{end if n % 15 == 14 else ' '}" for n, token in enumerate(tokens))
        path = folder / f"{name}.jsonl"
        path.write_text(json.dumps({"text": text}) + "\n")
        target = made(folder, path, name=name)
        figures += [
            figure._replace(what=f"{TOKENS:,} tokens, {name}: {figure.what}")
            for figure in _keys_on(folder, target)
        ]
    return figures


def _keys_on(folder: Path, project: Path) -> list[Figure]:
    command = [*PROGRAM, "annotate", str(project), "--as", "amina"]
    terminal = Terminal(command, environment_in(folder), 80, 24)
    chance = random.Random(3)
    plain = ("space", "backspace", "right", "left", "down", "up", ".", ",", ";", "1", "2", "z")
    rare = ("pagedown", "pageup", "-", "Z", "=", "end", "home")
    try:
        if not terminal.wait(lambda lines: " · 1 of 1 · " in lines[0], seconds=PATIENCE):
            raise TonemarkError("The page did not open.")
        opened = terminal.arrived - terminal.began
        terminal.rest()
        taken: dict[str, list[float]] = {}
        for n in range(KEYS):
            key = chance.choice(rare if n % 5 == 4 else plain)
            pressed = time.perf_counter()
            terminal.press(key)
            if terminal.settle(first=2.0 if key in plain else 0.3, quiet=0.02):
                taken.setdefault(key, []).append(terminal.arrived - pressed)
        peak = _peak(terminal.pid)
    finally:
        terminal.close()
    every = sorted(seconds for each in taken.values() for seconds in each)
    slowest = max(taken, key=lambda key: max(taken[key]))
    return [
        Figure("opens in", round(opened, 2), "<=", 2, "s"),
        Figure("keys whose repaint was measured", len(every), ">=", KEYS // 2),
        Figure("a key, p95", round(every[len(every) * 95 // 100] * 1000, 1), "<=", 50, "ms"),
        Figure(f"slowest key ({slowest})", round(every[-1] * 1000, 1), "<=", 1000, "ms"),
        Figure("memory", round(peak), "<=", 300, "MiB"),
    ]


def _mib(ran: Ran) -> int:
    return round(ran.peak)


def _peak(pid: int) -> float:
    """The most memory that a running process has had, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


FAULTS: dict[str, Callable[[Path], list[Figure]]] = {
    "long-line": long_line,
    "large-file": large_file,
    "near-limits": near_limits,
    "long-document": long_document,
}
