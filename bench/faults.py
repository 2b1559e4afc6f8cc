"""Faults that take minutes: each is tried on the real program, its figures held against targets.

The table of faults; how each is done stands in `faults_line` (process, line and terminal) and in
`faults_files` and `faults_sizes` (disks, files, sizes). What takes seconds is in the tests.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faults_files
import faults_line
import faults_sizes
from figures import Figure

from tonemark.errors import TonemarkError

Fault = Callable[[Path], list[Figure]]
"""Tries one fault in a folder of its own and returns what it measured. Raises TonemarkError where
it cannot be tried at all."""

FAULTS: dict[str, Fault] = {
    **faults_line.FAULTS,
    **faults_files.FAULTS,
    **faults_sizes.FAULTS,
}


def main(arguments: list[str]) -> int:
    """Run the faults; the exit code is 1 where a target is not kept or a fault could not be
    tried."""
    options = _parser().parse_args(arguments)
    report: dict[str, Any] = {}
    for name in options.only or FAULTS:
        if not options.json:
            print(name, flush=True)
        found = report[name] = _try(name)
        if not options.json:
            for line in found.pop("lines"):
                print(line, flush=True)
        found.pop("lines", None)
    if options.json:
        print(json.dumps(report))
    return int(not all(found["holds"] for found in report.values()))


def _try(name: str) -> dict[str, Any]:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="tonemark-faults-") as folder:
        try:
            figures = FAULTS[name](Path(folder))
        except TonemarkError as error:
            said = f"{error.title} {error.remedy}".strip()
            return {"holds": False, "error": said, "lines": [f"  NOT tried: {said}"]}
    return {
        "holds": all(figure.holds for figure in figures),
        "seconds": round(time.monotonic() - begun, 1),
        "figures": [figure.to_json() for figure in figures],
        "lines": [figure.line() for figure in figures],
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench faults",
        description="Tries faults on the real program and holds what it measures against targets.",
        epilog="Example: ./run bench faults --only kill",
    )
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    parser.add_argument(
        "--only",
        action="append",
        choices=list(FAULTS),
        metavar="NAME",
        help=f"only this one, of: {', '.join(FAULTS)}; may be repeated",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
