"""Times and weighs the screen: first paint, and key to last byte, of the real program beside a bare
Textual app and SLATE, in one run, on generated texts.

Prints figures and whether the budgets of the design hold; a budget that does not is no error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any

import slate
from material import environment_in
from screen_budgets import budgets, cells
from screen_case import OURS, Case, Effort, Measured, commands, make_material, play
from terminal import COLOURS
from texts import LANGUAGES

from tonemark.errors import TonemarkError

TOKENS = (200, 2_000, 20_000)
SIZES = ((80, 24), (120, 40))

BUSY = "n = 0\nwhile True: n = sum(i * i % 7 for i in range(1000))"
"""What a process of `--load` does."""

TRAINING = (
    "import subprocess, sys\n"
    "train = [sys.executable, '-m', 'tonemark', 'train', sys.argv[1], '--time', '10m', '--json']\n"
    "while subprocess.run(train).returncode == 0: pass\n"
)
"""What stands beside it with `--training`: models of a copy of the project, one after another."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where it could not measure."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="tonemark-screen-", dir=options.on) as name:
            report = run(options, Path(name))
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}".strip(), file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(report))
    else:
        print(*_table(report), sep="\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench screen",
        description="Times the screen beside a bare Textual app and SLATE, and weighs its bytes.",
        epilog="Example: ./run bench screen --tokens 20000 --language swahili --load 2",
    )
    several: dict[str, Any] = {"action": "append", "metavar": "WHAT"}
    parser.add_argument("--tokens", type=int, help="only this many; may be repeated", **several)
    parser.add_argument(
        "--language", choices=LANGUAGES, help=f"of {', '.join(LANGUAGES)}", **several
    )
    parser.add_argument("--size", type=_size, help="such as 80x24", **several)
    parser.add_argument("--colours", choices=COLOURS, help=f"of {', '.join(COLOURS)}", **several)
    parser.add_argument("--starts", type=int, default=5, metavar="N", help="openings a case  [5]")
    parser.add_argument("--rounds", type=int, default=6, metavar="N", help="of keys; 16 a kind [6]")
    parser.add_argument(
        "--load", type=int, default=0, metavar="N", help="with N processes busy beside it  [0]"
    )
    parser.add_argument(
        "--training", type=Path, metavar="DIR", help="with a model of this project being trained"
    )
    parser.add_argument("--slate", metavar="PYTHON", help="an interpreter that has slate-nlp")
    parser.add_argument("--on", type=Path, metavar="DIR", help="the disk to write to  [/tmp]")
    parser.add_argument("--quick", action="store_true", help="one case, a few keys: does it work?")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) >= 40 and int(height) >= 16):
        raise argparse.ArgumentTypeError(f"{text!r} is no size such as 80x24")
    return int(width), int(height)


def cases(options: argparse.Namespace) -> list[Case]:
    """What is measured, by the options."""
    if options.quick:
        return [Case("swahili", 200, (80, 24), colours) for colours in COLOURS]
    return [
        Case(language, tokens, size, colours)
        for tokens, language, size, colours in product(
            options.tokens or TOKENS,
            options.language or LANGUAGES,
            options.size or SIZES,
            options.colours or COLOURS,
        )
    ]


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure in an empty folder; the report."""
    environment = environment_in(folder)
    python = options.slate or sys.executable
    python = python if slate.has_slate(python) else None
    effort = Effort(options.starts, options.rounds)
    if options.quick:
        effort = Effort(starts=1, rounds=1, quiet=0.01, opening_quiet=0.1)
    elif (
        options.load or options.training
    ):  # who shares a processor may be kept waiting in the middle of a repaint
        effort = effort._replace(quiet=0.08, opening_quiet=0.8)
    results: dict[Case, dict[str, Measured]] = {}
    with _busy(options.load, options.training, folder):
        for case in cases(options):
            material = folder / f"{case.language}-{case.tokens}"
            if not material.is_dir():
                material.mkdir()
                make_material(material, case.language, case.tokens, environment)
            with tempfile.TemporaryDirectory(dir=folder) as place:
                started = commands(material, case, Path(place), python)
                results[case] = play(case, started, environment, effort)
            if not options.json:
                print(f"measured: {case.named()}", file=sys.stderr, flush=True)
    return {
        "load": options.load,
        "training": str(options.training or ""),
        "slate": "measured" if python else slate.MISSING,
        "budgets": budgets(results),
        "cells": list(cells(results)),
    }


@contextmanager
def _busy(count: int, trained: Path | None, folder: Path) -> Iterator[None]:
    commands = [[sys.executable, "-c", BUSY]] * count
    if trained:
        copy = folder / "trained"
        shutil.copytree(trained, copy, ignore=shutil.ignore_patterns("models", "suggester"))
        commands = [*commands, [sys.executable, "-c", TRAINING, str(copy)]]
    running = [subprocess.Popen(command, start_new_session=True) for command in commands]
    try:
        yield
        if any(process.poll() is not None for process in running):
            said = f"By hand:\n    tonemark train {trained}" if trained else ""
            raise TonemarkError("What was to run beside it has ended: nothing is shown.", said)
    finally:
        for process in running:
            with suppress(ProcessLookupError):  # it has ended
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _table(report: dict[str, Any]) -> Iterator[str]:
    """The report for people: a line a program and case, then the budgets."""
    yield f"SLATE: {report['slate']}; busy processes beside it: {report['load']}"
    if report["training"]:
        yield f"a model of {report['training']} was trained beside it"
    yield "ms: p50/p95 from key to last byte; cpu: processor time, median; B: median/p95 bytes"
    for cell in report["cells"]:
        where = f"{cell['language']} {cell['tokens']:,} {cell['size']} {cell['colours']}"
        yield (
            f"{where if cell['app'] == OURS else '':<34}{cell['app']:<9}"
            f"first word {cell['first_word_ms']:6.0f} ms (cpu {cell['first_word_cpu_ms']:.0f}),"
            f" open {cell['opened_ms']:6.0f} ms,"
            f" {cell['opening_bytes']:6} B"
        )
        for kind, key in cell["keys"].items():
            if key["n"]:
                yield (
                    f"{'':<45}{kind:<6} {key['p50_ms']:6.1f}/{key['p95_ms']:6.1f} ms"
                    f" (cpu {key['cpu_ms']:4.1f}) {key['bytes']:6}/{key['bytes_p95']:6} B"
                    + (f"  ({key['silent']} of {key['n']} silent)" if key["silent"] else "")
                )
    for budget in report["budgets"]:
        sign = "ok " if budget["holds"] else "NOT"
        yield (
            f"{sign} {budget['budget']}: at worst {budget['measured']:g} {budget['unit']}"
            f" (at most {budget['bound']:g}), {budget['together']:g} over all;"
            f" missed in {budget['missed']} of {budget['of']}"
        )
