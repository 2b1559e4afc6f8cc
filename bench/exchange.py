"""Exports a large project of invented texts in every format and reads it back: documents a second
and memory, each in a process of its own, beside a plain program or library that does as much."""

from __future__ import annotations

import argparse
import json
import pickle
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from exchange_rivals import RIVALS
from exchange_sides import MATERIAL, PROJECT
from figures import Figure, lost
from texts import LANGUAGES, make_text

from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.errors import TonemarkError
from tonemark.exchange.registry import writable
from tonemark.tokenizers.general import GeneralTokenizer

DOCUMENTS = 100_000
LABELS = ("PER", "ORG", "LOC")
SEED = 5
VOCABULARY = 20_000
"""Words of invented text out of which documents are drawn: as often as they are used there."""

SHORTEST, LONGEST = 6, 18
"""Words a document."""

SPANS = 4
"""Spans that a document has at most; as many have none as have any other number."""

_SIDES = Path(__file__).with_name("exchange_sides.py")


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where something did not come back."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory(prefix="exchange.") as place:
            return _run(options, Path(place))
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench exchange",
        description="Exports a project in every format, and reads it back.",
        epilog="Example: ./run bench exchange --documents 10000 --formats jsonl spacy",
    )
    parser.add_argument(
        "--documents", type=int, default=DOCUMENTS, metavar="N", help=f"[{DOCUMENTS}]"
    )
    parser.add_argument(
        "--formats", nargs="+", choices=writable(), default=writable(), metavar="F", help="[all]"
    )
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _run(options: argparse.Namespace, folder: Path) -> int:
    spans = make_material(folder, options.documents)
    report: dict[str, Any] = {"documents": options.documents, "spans": spans, "formats": {}}
    figures: list[Figure] = []
    if not options.json:
        print(f"{options.documents:,} documents, {spans:,} spans; a second of the processor's time")
        print(*_heads(), sep="\n", flush=True)
    for name in options.formats:
        found = measured(name, folder)
        report["formats"][name] = found
        figures += (
            lost(f"{name}: documents that did not come back", options.documents - found["back"]),
            lost(f"{name}: spans that did not come back", spans - found["spans"]),
        )
        if not options.json:
            print(_row(name, found), flush=True)
    report["figures"] = [figure.to_json() for figure in figures]
    if options.json:
        print(json.dumps(report))
    else:
        print(*(figure.line() for figure in figures), sep="\n")
    return int(not all(figure.holds for figure in figures))


def make_material(folder: Path, documents: int) -> int:
    """Make the project, and the same as plain rows for the rivals; how many spans it has.

    Swahili-like, Yorùbá-like in NFD and Adlam in turns, one annotator's answers.
    """
    chance = random.Random(SEED)
    words = [make_text(each, VOCABULARY, SEED).split() for each in LANGUAGES.values()]
    tokenize = GeneralTokenizer().tokenize
    project = create_project(folder / PROJECT, language="mul", labels=list(LABELS))
    create_store(project.folder / STORE_FILE)
    store = Store(project.folder / STORE_FILE)
    total = 0
    with (folder / MATERIAL).open("wb") as stream:

        def records() -> Any:
            nonlocal total
            for number in range(1, documents + 1):
                length = chance.randint(SHORTEST, LONGEST)
                text = " ".join(chance.choices(words[number % len(words)], k=length))
                tokens = tokenize(text)
                named = [token for token in tokens if text[token.start].isalpha()]
                chosen = chance.sample(named, min(len(named), chance.randint(0, SPANS)))
                spans = tuple(Span(*each, chance.choice(LABELS)) for each in sorted(chosen))
                total += len(spans)
                marked = [(span.start, span.end, span.label) for span in spans]
                row = (f"s{number}", text, [tuple(token) for token in tokens], marked)
                pickle.dump(row, stream)
                answer = GivenAnnotation("amina", "accept", spans, time=1.7e9 + number)
                yield Record(number, number, text, f"s{number}", annotations=(answer,))

        report = Report()
        add_records(store, "bench.jsonl", records(), report)
    store.close()
    if report.added != documents:
        raise TonemarkError(f"{documents - report.added:,} documents did not go in.")
    return total


class _Column(NamedTuple):
    """A column of the table: its head, and its width."""

    head: str
    width: int


_COLUMNS = (
    _Column("format", 16), _Column("MB", 7), _Column("export/s", 9), _Column("to rival", 9),
    _Column("read/s", 9), _Column("to rival", 9), _Column("add/s", 8), _Column("export MiB", 11),
    _Column("read", 6), _Column("add", 6), _Column("rival MiB", 12),
)  # fmt: skip


def _heads() -> list[str]:
    heads = "".join(each.head.rjust(each.width) for each in _COLUMNS[1:])
    return [f"{_COLUMNS[0].head:<16}{heads}  rival"]


def _row(name: str, found: dict[str, Any]) -> str:
    export, read, add = found["export"], found["read"], found["add"]
    cells = [
        f"{found['megabytes']:.1f}",
        f"{export['per_cpu_second']:,}", f"{found['export_to_rival']:.2f}",
        f"{read['per_cpu_second']:,}", f"{found['read_to_rival']:.2f}",
        f"{add['per_cpu_second']:,}",
        *(f"{each['peak_mib']:.0f}" for each in (export, read, add)),
        f"{found['rival_write']['peak_mib']:.0f}/{found['rival_read']['peak_mib']:.0f}",
    ]  # fmt: skip
    columns = zip(cells, _COLUMNS[1:], strict=True)
    line = "".join(cell.rjust(column.width) for cell, column in columns)
    return f"{name:<16}{line}  {found['rival']}"


def measured(name: str, folder: Path) -> dict[str, Any]:
    """All figures of a format."""
    sides = {
        action: _side(action, name, folder)
        for action in ("export", "read", "add", "rival_write", "rival_read")
    }
    for action in ("rival_write", "rival_read"):
        if sides[action]["documents"] != sides["export"]["documents"]:
            raise TonemarkError(f"{action} of {name} has not as many documents as ours.")
    return {
        "rival": RIVALS[name].name,
        "megabytes": round(sides["export"]["bytes"] / 1e6, 1),
        "back": sides["add"]["documents"],
        "spans": sides["add"]["spans"],
        "export_to_rival": _ratio(sides["export"], sides["rival_write"]),
        "read_to_rival": _ratio(sides["read"], sides["rival_read"]),
        **sides,
    }


def _ratio(ours: dict[str, Any], rival: dict[str, Any]) -> float:
    """Our documents a second of processor time by the rival's."""
    return round(rival["cpu"] / ours["cpu"], 3)


def _side(action: str, name: str, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, _SIDES, action, name, folder], capture_output=True, text=True
    )
    if done.returncode:
        raise TonemarkError(f"{action} of {name} failed: {done.stderr.strip()[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
