"""Measures the store: documents going in, annotators answering at once, first paint and memory of
annotate on a project of a million documents, each beside a named rival in the same run."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from figures import Figure
from material import environment_in, tonemark
from store_clients import annotator, check, pace, prepare_rival, saturate, tally
from store_load import check_size, load, write_texts
from store_sittings import annotate, bare, first_paints, memory, put_tutor_away

from tonemark.corpus.store import STORE_FILE
from tonemark.errors import TonemarkError

DOCUMENTS = 1_000_000
SMALL = 10
"""Documents of the project beside which the large one is opened."""

OVERLAP = 2
AT_ONCE = 10
ROUNDS = 11
"""Starts of each program; the median counts."""

RUSH = 4
"""The clients that never pause have this share of --seconds: one over it."""


def main(arguments: list[str]) -> int:
    """Run the bench; the exit code is 1 where an invariant of the store is broken or a client met
    an error, whatever the speed."""
    options = _parser().parse_args(arguments)
    try:
        with _folder(options.keep) as folder:
            report = run(options, folder)
    except TonemarkError as error:
        print(f"{error.title} {error.remedy}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(report))
    else:
        print("\n".join(table(report)))
    return int(not all(each["holds"] for each in report["budgets"] if "= 0" in each["bound"]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./run bench store",
        description="Measures the store: intake, annotators at once, first paint, memory.",
        epilog="Example: ./run bench store --documents 20000 --clients 1,10 --seconds 5",
    )
    parser.add_argument(
        "--documents", type=_count, default=DOCUMENTS, metavar="N", help="[1000000]"
    )
    parser.add_argument(
        "--clients", type=_counts, default=[1, 10, 50], metavar="N,...", help="[1,10,50]"
    )
    parser.add_argument(
        "--seconds", type=float, default=60.0, metavar="S", help="of the paced clients  [60]"
    )
    parser.add_argument(
        "--rounds", type=_count, default=ROUNDS, metavar="N", help=f"starts of each  [{ROUNDS}]"
    )
    parser.add_argument(
        "--at-once", type=_count, default=AT_ONCE, metavar="N",
        help=f"annotate processes whose memory is measured  [{AT_ONCE}]",
    )  # fmt: skip
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="make the project there, or use the one there"
    )
    parser.add_argument("--json", action="store_true", help="one object on the last line")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 1")
    return int(text)


def _counts(text: str) -> list[int]:
    return sorted({_count(part) for part in text.split(",")})


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with tempfile.TemporaryDirectory(prefix="tonemark-bench-") as name:
            yield Path(name)
    else:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Make the project in `folder`, or use the one there; measure; the report."""
    project = folder / "project"
    store = project / STORE_FILE
    shutil.rmtree(folder / "home", ignore_errors=True)
    environment = environment_in(folder)
    report: dict[str, Any] = {"documents": options.documents, "overlap": OVERLAP, "add": None}
    if not store.exists():
        texts = folder / "texts.jsonl"
        write_texts(texts, options.documents)
        report["add"] = load(folder, texts, options.documents, OVERLAP, environment)
        texts.unlink()
    check_size(store, options.documents)
    prepare_rival(folder / "rival.sqlite", OVERLAP)
    before = tally(store)
    fast = [saturate(folder, each, options.seconds / RUSH) for each in options.clients]
    paced = pace(folder, options.clients[-1], options.seconds)
    commits = sum(each["ours"]["tasks"] for each in [*fast, paced])
    report |= {"saturated": fast, "paced": paced}
    report["check"] = check(store, OVERLAP, before, commits)
    report |= _sit(options, folder, project, environment, before.annotations)
    report["budgets"] = [_budget(figure) for figure in budgets(report)]
    return report


def _sit(
    options: argparse.Namespace,
    folder: Path,
    project: Path,
    environment: dict[str, str],
    run: int,
) -> dict[str, Any]:
    """First paint and memory, by annotators who are in the midst of their work."""
    small = folder / "small"
    shutil.rmtree(small, ignore_errors=True)
    tonemark(environment, "new", small, "--lang", "sw", "--labels", "PER,ORG,LOC")
    write_texts(folder / "small.jsonl", SMALL)
    tonemark(environment, "add", small, folder / "small.jsonl")
    names = [annotator("sitting", options.at_once, n, run) for n in range(1, options.at_once + 1)]
    plain = bare(folder)
    rivals = {
        "bare": plain,
        "small": annotate(small, names[0]),
        "large": annotate(project, names[0]),
    }
    sitters = [annotate(project, name) for name in names]
    for each in (rivals["small"], *sitters):
        put_tutor_away(each, environment)
    paint: dict[str, Any] = first_paints(rivals, environment, options.rounds)
    paint["large_to_bare"] = round(paint["large"] / paint["bare"], 3)
    paint["large_to_small"] = round(paint["large"] / paint["small"], 3)
    taken = {
        "bare": memory([plain], environment),
        "one": memory(sitters[:1], environment),
        "bare_at_once": memory([plain] * len(sitters), environment),
        "at_once": memory(sitters, environment),
    }
    return {"first_paint": paint, "memory": {"processes": len(sitters)} | taken}


def budgets(report: dict[str, Any]) -> Iterator[Figure]:
    """What was measured beside the bounds of DESIGN.md ("Speed") and of D8."""
    if report["add"]:
        found = report["add"]["command_per_second"]
        yield Figure("documents a second by `add`", found, ">=", 30_000)
    runs = [*report["saturated"], report["paced"]]
    yield Figure("errors of clients", sum(each["ours"]["errors"] for each in runs), "=", 0)
    wrong = [value for name, value in report["check"].items() if name != "integrity"]
    yield Figure("answers lost, doubled or too many", sum(map(abs, wrong)), "=", 0)
    yield Figure("integrity faults", int(report["check"]["integrity"] != "ok"), "=", 0)
    clients, paced = report["paced"]["clients"], report["paced"]["ours"]
    yield Figure(f"save p95, {clients} at work", paced["p95_ms"], "<=", 100, "ms")
    yield Figure(f"save p99, {clients} at work", paced["p99_ms"], "<=", 500, "ms")
    ratio = report["first_paint"]["large_to_bare"]
    yield Figure("first paint to that of a bare app", ratio, "<=", 1.5)


def _budget(figure: Figure) -> dict[str, Any]:
    bound = f"{figure.bound} {figure.target:g}{' ' if figure.unit else ''}{figure.unit}"
    return {
        "budget": figure.what,
        "bound": bound,
        "measured": figure.measured,
        "holds": figure.holds,
    }


def table(report: dict[str, Any]) -> Iterator[str]:
    """The report, to be read."""
    yield f"{report['documents']:,} documents, each for {report['overlap']} annotators"
    if add := report["add"]:
        yield "Documents:      a second   a CPU second"
        for name in ("command", "inside", "rival"):
            fast, cpu = add[f"{name}_per_second"], add[f"{name}_per_cpu_second"]
            ratio = add[f"{name}_to_rival"]
            yield f"  {name:<10} {fast:>11,} {cpu:>14,}   {ratio:.2f} of the rival"
    yield "Claim and submit:            tasks/s     p50     p95     p99     max ms  errors"
    for kind, each in [
        *(("fast", each) for each in report["saturated"]),
        ("paced", report["paced"]),
    ]:
        for name in ("ours", "rival"):
            found = each[name]
            yield (
                f"  {kind:<6} {each['clients']:>4} clients  {name:<6} {found['per_second']:>8.1f}"
                + "".join(f"{found[f'{at}_ms']:>8.1f}" for at in ("p50", "p95", "p99", "max"))
                + f"{found['errors']:>8}"
            )
    yield "Afterwards: " + ", ".join(f"{name} {value}" for name, value in report["check"].items())
    paint = report["first_paint"]
    yield "First paint, s: " + ", ".join(f"{name} {value}" for name, value in paint.items())
    yield f"Memory of a process, MiB (at once: {report['memory']['processes']}):"
    for name, each in report["memory"].items():
        if name != "processes":
            yield f"  {name:<13}" + ", ".join(f"{kind} {value}" for kind, value in each.items())
    yield "Budgets:"
    for each in report["budgets"]:
        sign = "ok " if each["holds"] else "NOT"
        yield f"  {sign} {each['budget']}: {each['measured']:g} ({each['bound']})"
