"""Many annotators on one project, some of them killed while they hold documents: whether every
document has its answers in the end, none lost, none twice, none too many."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from figures import Figure, lost
from processes import in_processes, start
from routing_clients import Told, told_by, work
from store_load import write_texts

from tonemark.corpus.intake import add_records
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store, create_store
from tonemark.errors import TonemarkError
from tonemark.exchange.base import ReadOptions
from tonemark.exchange.registry import read_records

OVERLAP = 3
EARLIEST, LATEST = 0.02, 0.8
"""Shares of all answers between which clients are killed."""

LOOK = 0.02
"""Seconds between two looks at how far they are."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where a document lacks an answer or has one too many."""
    options = _parser().parse_args(arguments)
    if options.clients < options.killed + OVERLAP:
        print(f"{OVERLAP} clients must be left alive.", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="tonemark-bench-") as name:
        try:
            report = run(options, Path(name))
        except TonemarkError as error:
            print(f"{error.title} {error.remedy}", file=sys.stderr)
            return 1
    print(json.dumps(report) if options.json else "\n".join(table(report)))
    return int(not all(each["holds"] for each in report["figures"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench routing",
        description="Kills some of many annotators at work, and counts every document's answers.",
        epilog="Example: ./run bench routing --documents 500 --clients 10 --killed 3",
    )
    parser.add_argument("--documents", type=int, default=10_000, metavar="N", help="[10000]")
    parser.add_argument("--clients", type=int, default=50, metavar="N", help="[50]")
    parser.add_argument("--killed", type=int, default=10, metavar="N", help="of them  [10]")
    parser.add_argument("--lease", type=float, default=3.0, metavar="S", help="seconds  [3]")
    parser.add_argument("--seed", type=int, metavar="N", help="which are killed, and when")
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Make the store, let them work, kill some, wait for the others; the report."""
    path = folder / "store.sqlite"
    texts = folder / "texts.jsonl"
    write_texts(texts, options.documents)
    in_processes(_fill, [(path, texts)])  # apart: no store may be open here when they are forked
    names = [f"a{number}" for number in range(1, options.clients + 1)]
    begun = time.monotonic()
    running = dict(
        zip(
            names, start(work, [(path, folder, each, options.lease) for each in names]), strict=True
        )
    )
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    chance = random.Random(seed)
    wanted = options.documents * OVERLAP
    moments = sorted(
        chance.randint(int(EARLIEST * wanted), int(LATEST * wanted)) for _ in range(options.killed)
    )
    victims = dict(zip(chance.sample(names, options.killed), moments, strict=True))
    store = Store(path)
    killed: dict[str, Killed] = {}
    for name, moment in victims.items():
        while running[name].is_alive() and (_answers(store) < moment or not _held(store, name)):
            time.sleep(LOOK)
        running[name].kill()
        running[name].join()
        killed[name] = Killed(store, name)
    for process in running.values():
        process.join()
    seconds = time.monotonic() - begun
    told = {name: told_by(folder, name) for name in names}
    report: dict[str, Any] = {
        "documents": options.documents, "overlap": OVERLAP, "clients": options.clients,
        "lease": options.lease, "seed": seed, "seconds": round(seconds, 1),
        "answers": _answers(store), "per_second": round(_answers(store) / seconds, 1),
        "killed": {name: each.held for name, each in killed.items()},
        "taken_up_after": round(max((e.taken_up(store) for e in killed.values()), default=0.0), 2),
        "late": sum(len(each.late) for each in told.values()),
        "fewest": min(len(told[name].answered) for name in names if name not in killed),
    }  # fmt: skip
    exits = [process.exitcode for name, process in running.items() if name not in killed]
    figures = [
        Figure("killed while they held a document", _holding(killed), "=", options.killed),
        lost("clients that ended otherwise than with all done", sum(map(bool, exits))),
        lost("errors of clients", sum(each.errors for each in told.values())),
        *check(store, told, set(killed)),
    ]
    store.close()
    return report | {"figures": [each.to_json() for each in figures]}


class Killed:
    """What a client held when it was killed, and when that was."""

    def __init__(self, store: Store, name: str) -> None:
        self.name, self.time = name, time.time()
        self.held = _held(store, name)

    def taken_up(self, store: Store) -> float:
        """Seconds until the last of what it held had all its answers."""
        (last,) = store.db.execute(
            "SELECT max(time) FROM annotations WHERE NOT extra AND document IN"
            " (SELECT value FROM json_each(?))",
            (json.dumps(self.held),),
        ).fetchone()
        return max(0.0, (last or self.time) - self.time)


def _held(store: Store, name: str) -> list[int]:
    rows = store.db.execute(
        "SELECT document FROM claims WHERE annotator = ? AND state <> 'answered'", (name,)
    )
    return [document for (document,) in rows]


def _holding(killed: dict[str, Killed]) -> int:
    return sum(bool(each.held) for each in killed.values())


def _fill(path: Path, texts: Path) -> None:
    create_store(path)
    store = Store(path)
    records = read_records(texts, format=None, options=ReadOptions())
    add_records(store, texts.name, records, Report(), places=OVERLAP)
    store.close()


def _answers(store: Store) -> int:
    (count,) = store.db.execute("SELECT coalesce(max(id), 0) FROM annotations").fetchone()
    return int(count)


def check(store: Store, told: dict[str, Told], killed: set[str]) -> Iterator[Figure]:
    """What is wrong with the store, beside what each client was told: all of it must be 0."""
    found = {
        (name, document): bool(extra)
        for name, document, extra in store.db.execute(
            "SELECT annotator, document, extra FROM annotations"
        )
    }
    answered = {(name, each) for name, its in told.items() for each in its.answered}
    late = {(name, each) for name, its in told.items() for each in its.late}
    untold = [name for name, document in found if (name, document) not in answered]
    extra = {place for place, is_extra in found.items() if is_extra}
    for what, query in _WRONG.items():
        yield lost(what, store.db.execute(query, {"overlap": OVERLAP}).fetchone()[0])
    yield lost("answers lost of which a client was told", len(answered - set(found)))
    yield lost(
        "answers of which no client was told, but the last of one that was killed",
        sum(name not in killed or untold.count(name) > 1 for name in untold),
    )
    yield lost("extra answers that no ended lease explains", len(extra - late))
    (integrity,) = store.db.execute("PRAGMA integrity_check").fetchone()
    yield lost("integrity faults", integrity != "ok")


_WRONG = {
    "documents without exactly 3 counted answers of 3 annotators": (
        "SELECT count(*) FROM documents d WHERE (SELECT count(DISTINCT annotator) FROM annotations"
        " WHERE document = d.id AND NOT extra) <> :overlap OR (SELECT count(*) FROM annotations"
        " WHERE document = d.id AND NOT extra) <> :overlap"
    ),
    "documents answered twice by one": "SELECT count(*) FROM annotations WHERE revision > 1",
    "answers without their event, or events without an answer": (
        "SELECT abs((SELECT count(*) FROM annotations) -"
        " (SELECT count(*) FROM events WHERE kind = 'answer'))"
    ),
    "documents whose places are counted wrongly": (
        "SELECT count(*) FROM documents d WHERE taken <> :overlap OR taken <>"
        " (SELECT count(*) FROM claims c WHERE c.document = d.id AND c.counted)"
    ),
}


def table(report: dict[str, Any]) -> Iterator[str]:
    """The report, to be read."""
    yield (
        f"{report['documents']:,} documents, each for {report['overlap']} of {report['clients']}"
        f" annotators; leases of {report['lease']:g} s; seed {report['seed']}"
    )
    yield (
        f"{report['answers']:,} answers in {report['seconds']} s ({report['per_second']} a"
        f" second), {report['late']} of them late; who lived gave at least {report['fewest']:,}"
    )
    for name, held in report["killed"].items():
        yield f"  {name} was killed with document {', '.join(map(str, held))} before it"
    yield f"What they held had all its answers {report['taken_up_after']} s later at most."
    for each in report["figures"]:
        yield Figure(*(each[name] for name in Figure._fields)).line()
