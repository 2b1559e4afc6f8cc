"""Taking the labels out: `export`."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.offsets import OFFSETS, offset_unit
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json, value_of
from tonemark.cli.progress import Bar
from tonemark.files import check_inside, typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store
    from tonemark.exchange.exported import Exported
    from tonemark.exchange.settings import Settings

EXPORTS = "exports"
"""The folder inside a project to which --as-last, and with it the screens, export."""

_PROGRESS = 0.1
"""Seconds between two reports of how far it is."""


@click.command(
    "export",
    epilog="Example: tonemark export habari --format conll -o habari.conll. The formats:"
    " tonemark formats; what became of each is read back before it is there.",
)
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option("--format", "format_", default="jsonl", metavar="F", show_default=True)
@click.option("-o", "--output", type=DIRECTORY, metavar="FILE", help="Standard output if left out.")
@click.option("--annotator", "annotator", metavar="NAME", help="All answers of one annotator.")
@click.option("--gold", is_flag=True, help="Only documents that have gold, whatever it says.")
@click.option("--everyone", is_flag=True, help="The answers of all, side by side.")
@click.option("--answers", metavar="A,B", help="Those that go out: accept, reject, ignore.")
@click.option("--since", metavar="TIME", help="Answered since: 2026-11-01, or 7d, 12h ago.")
@click.option("--all", "all_documents", is_flag=True, help="Also the documents without an answer.")
@click.option("--split", metavar="P=S,...", help="A file each: train=0.8,dev=0.1,test=0.1.")
@click.option("--seed", type=click.IntRange(0, 2**63), default=0, help="Draw another split.")
@click.option("--joined", is_flag=True, help="Put texts that add --split cut together again.")
@click.option("--map", "fit", is_flag=True, help="Change what the format cannot say, and count it.")
@click.option(
    "--offsets",
    type=click.Choice(list(OFFSETS)),
    help="What doccano's count, if not utf16, as its page does.",
)
@click.option("--name-key", default="NE", metavar="K", help="CoNLL-U: the tag's name in MISC.")
@click.option("--spreadsheet-safe", is_flag=True, help="CSV, TSV: no cell can be a formula.")
@click.option("--no-sidecar", is_flag=True, help="Without the .tonemark file beside it.")
@click.option("--as-last", is_flag=True, help="As the last time, into the project's exports.")
@click.option("--progress", is_flag=True, hidden=True)
@json_option
def export_command(
    folder: Path,
    format_: str,
    output: Path | None,
    annotator: str | None,
    gold: bool,
    everyone: bool,
    answers: str | None,
    since: str | None,
    all_documents: bool,
    split: str | None,
    seed: int,
    joined: bool,
    fit: bool,
    offsets: str | None,
    name_key: str,
    spreadsheet_safe: bool,
    no_sidecar: bool,
    as_last: bool,
    progress: bool,
    as_json: bool,
) -> int:
    """Write what stands: a document's gold; without one, its only accept, or one that all
    annotators gave alike.

    Documents on which annotators differ, and which nobody settled, are left out and counted; so are
    texts that were rejected or ignored, and what the format cannot say. With --gold those that a
    reviewer refused are there, with that answer, for another project to take. Where nothing is left
    to write, FILE stays as it was. With --joined, a text that was split is written only if every
    piece of it is, and comes out as it went in. What the format cannot hold is kept beside it in
    FILE.tonemark, which add reads. Documents that are damaged in the store, or that the format
    cannot say, are named; the exit code is then 1.
    """
    from tonemark.corpus.annotators import check_name
    from tonemark.exchange.export import export_project, format_to_write
    from tonemark.exchange.settings import Settings, last_settings, remember

    if as_json and not (output or as_last):
        raise click.UsageError("--json needs -o FILE: standard output is for the documents.")
    if not (output or as_last) and sys.stdout.isatty():
        # The documents are written as they are, and their bytes could steer the terminal.
        raise click.UsageError("-o FILE is missing: documents are not written to a terminal.")
    _check_sources(annotator, gold, everyone, all_documents)
    if annotator is not None:
        check_name(annotator, "--annotator")
    settings = Settings(
        format_,
        annotator,
        gold,
        everyone,
        all_documents,
        joined,
        _answers(answers),
        None if since is None else _since(since),
        _split(split),
        seed,
        fit,
        not no_sidecar,
        offset_unit(offsets),
        name_key,
        spreadsheet_safe,
    )
    with value_of("--format"):
        format_to_write(settings)
    project, store = open_project(folder)
    if as_last:
        settings = last_settings(project.folder)
        output = _exports(project, settings)
    with _watched(store, output, as_json=as_json, in_lines=progress) as watch:
        report = export_project(
            project, store, settings, output or sys.stdout.buffer, progress=watch
        )
    if output and report.written:
        remember(project.folder, settings)
    if as_json:
        say_json(report.to_json())
    return _tell(report, folder, output, as_json)


def _check_sources(annotator: str | None, gold: bool, everyone: bool, all_: bool) -> None:
    asked = [
        name
        for name, given in (
            ("--gold", gold),
            ("--annotator", annotator is not None),
            ("--everyone", everyone),
        )
        if given
    ]
    if gold and all_:
        asked.append("--all")
    if len(asked) > 1 and set(asked) != {"--gold", "--everyone"}:
        raise click.UsageError(
            f"{' and '.join(asked)} ask for different documents: give one of them."
        )


def _exports(project: Project, settings: Settings) -> Path:
    """Where the project is exported to without being told: always inside its folder."""
    from tonemark.exchange.export import format_to_write, output_suffix
    from tonemark.exchange.names import file_name

    suffix = output_suffix(format_to_write(settings)) or f".{settings.format}"
    path = project.folder / EXPORTS / f"{file_name(project.name)}{suffix}"
    check_inside(project.folder, path.parent)
    path.parent.mkdir(exist_ok=True)
    return path


def _answers(given: str | None) -> tuple[Any, ...]:
    from tonemark.corpus.records import ANSWERS

    if given is None:
        return ()
    named = [each.strip() for each in given.split(",") if each.strip()]
    if not named or not set(named) <= set(ANSWERS):
        raise click.BadParameter(
            f"{given!r} names no answers; they are {', '.join(ANSWERS)}.", param_hint="--answers"
        )
    return tuple(each for each in ANSWERS if each in named)


def _since(given: str) -> float:
    from datetime import datetime

    units = {"d": 86_400, "h": 3_600, "m": 60}
    if given[:-1].isdecimal() and given[-1:] in units:
        return time.time() - int(given[:-1]) * units[given[-1]]
    try:
        return datetime.fromisoformat(given).timestamp()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{given!r} is no time: give 2026-11-01, 2026-11-01T14:30, or 7d, 12h, 30m ago.",
            param_hint="--since",
        ) from None


def _split(given: str | None) -> tuple[tuple[str, float], ...]:
    from tonemark.exchange.settings import checked_split

    if given is None:
        return ()
    parts: list[tuple[str, Any]] = []
    for each in given.split(","):
        name, _, share = each.strip().partition("=")
        try:
            parts.append((name, float(share)))
        except ValueError:
            parts.append((name, share))
    try:
        return checked_split(parts)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--split") from None


@contextlib.contextmanager
def _watched(
    store: Store, output: Path | None, *, as_json: bool, in_lines: bool
) -> Iterator[Callable[[float], None]]:
    """How far it is: on a terminal a bar that is gone in the end; with --progress, JSON lines."""
    last = time.monotonic()

    def tell(documents: float) -> None:
        nonlocal last
        if time.monotonic() - last >= _PROGRESS:
            last = time.monotonic()
            click.echo(json.dumps({"progress": int(documents)}))

    if as_json and in_lines:
        yield tell
        return
    label = output.name if output else ""
    with Bar(label, store.document_count(), hidden=as_json or not output) as update:
        yield lambda documents: update(int(documents))


def _tell(report: Exported, folder: Path, output: Path | None, as_json: bool) -> int:
    """The report for people; the exit code."""
    if not report.written:
        counts = (value for name, value in report.to_json().items() if name != "to")
        why = "" if any(counts) else ": the project has no documents"
        say(f"tonemark: Nothing was written{why}.", *report.left_out(), err=True)
        return 1
    if not output:
        say(*report.left_out(), err=True)
    elif not as_json:
        golden = f", {report.gold:,} of them gold" if report.gold else ""
        if report.gold == report.written == 1:
            golden = ", which is gold"
        if report.parts:
            _tell_parts(report)
        else:
            say(
                f"{counted(report.written, 'document')} written to {output}{golden}",
                *report.left_out(),
            )
    if report.damaged:
        say(
            "tonemark: Documents are damaged. What is wrong, and what to do:",
            f"      tonemark doctor {typed(folder)}",
            err=True,
        )
    return int(bool(report.damaged or report.unfit))


def _tell_parts(report: Exported) -> None:
    """Where each part went: to a file of its own, or all into one folder."""
    paths = iter(report.to)
    path = next(paths)
    for part, count in report.parts.items():
        if not count:
            say(f"{part}: no documents; what an earlier export wrote there stays")
            continue
        say(f"{part}: {counted(count, 'document')} written to {path}")
        path = next(paths, path)
    say(*report.left_out())
