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
from click.core import ParameterSource

from tonemark.cli.offsets import OFFSETS, offset_unit
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json, value_of
from tonemark.cli.progress import Bar
from tonemark.cli.stopping import stopped_cleanly
from tonemark.errors import TonemarkError
from tonemark.files import check_inside, typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.project import Project
    from tonemark.corpus.records import Answer
    from tonemark.corpus.store import Store
    from tonemark.exchange.base import Unit
    from tonemark.exchange.exported import Exported
    from tonemark.exchange.settings import Settings

_PROGRESS = 0.1
"""Seconds between two reports of how far it is."""


def _annotator(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    from tonemark.corpus.annotators import check_name

    if given is not None:
        check_name(given, "--annotator")
    return given


def _answers(
    context: click.Context, option: click.Parameter, given: str | None
) -> tuple[Answer, ...]:
    from tonemark.corpus.records import ANSWERS

    if given is None:
        return ()
    named = [each.strip() for each in given.split(",") if each.strip()]
    if not named or not set(named) <= set(ANSWERS):
        raise click.BadParameter(f"{given!r} names no answers; they are {', '.join(ANSWERS)}.")
    return tuple(each for each in ANSWERS if each in named)


def _since(context: click.Context, option: click.Parameter, given: str | None) -> str | None:
    from tonemark.exchange.settings import time_of

    if given is not None:
        try:
            time_of(given, 0)
        except ValueError as error:
            raise click.BadParameter(f"{error}.") from None
    return given


def _split(
    context: click.Context, option: click.Parameter, given: str | None
) -> tuple[tuple[str, float], ...]:
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
        raise click.BadParameter(f"{error}.") from None


def _seed(context: click.Context, option: click.Parameter, given: int) -> int:
    from tonemark.exchange.settings import SEEDS

    if not 0 <= given <= SEEDS:  # click's own range takes a line of the help
        raise click.BadParameter(f"{given} is not between 0 and {SEEDS}.")
    return given


def _unit(context: click.Context, option: click.Parameter, given: str | None) -> Unit | None:
    return offset_unit(given)


@click.command("export", epilog="Example: tonemark export habari --format conll -o habari.conll")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option("-o", "--output", type=DIRECTORY, metavar="FILE", help="Else to standard output.")
@click.option("--format", metavar="F", help="One of tonemark formats; else by FILE's suffix.")
@click.option(
    "--annotator", metavar="NAME", callback=_annotator, help="All answers of one annotator."
)
@click.option("--everyone", is_flag=True, help="Everyone's answers, side by side.")
@click.option("--gold", is_flag=True, help="Only documents that have gold, rejected ones too.")
@click.option(
    "--answers", metavar="A,B", callback=_answers, help="Only these: accept, reject, ignore."
)
@click.option("--all", "all_documents", is_flag=True, help="Documents without an answer, too.")
@click.option(
    "--since",
    metavar="TIME",
    callback=_since,
    help="Answered since 2026-11-01, or 7d, 12h, 30m ago.",
)
@click.option("--joined", is_flag=True, help="Texts that add --split cut, put together again.")
@click.option(
    "--split", metavar="P=S,...", callback=_split, help="A file each: train=0.8,dev=0.1,test=0.1."
)
@click.option("--seed", type=int, metavar="N", default=0, callback=_seed, help="Another split.")
@click.option("--map", "fit", is_flag=True, help="Change what the format cannot say; count it.")
@click.option("--no-sidecar", "sidecar", flag_value=False, default=True, help="No FILE.tonemark.")
@click.option(
    "--offsets",
    type=click.Choice(list(OFFSETS)),
    metavar="UNIT",
    callback=_unit,
    help="doccano: codepoints, or utf16 as its page counts.",
)
@click.option(
    "--name-key",
    default="NE",
    metavar="K",
    show_default=True,
    help="CoNLL-U: the tag's name in MISC.",
)
@click.option("--spreadsheet-safe", is_flag=True, help="CSV, TSV: no cell can be a formula.")
@click.option("--as-last", is_flag=True, help="As the last time, into DIR/exports; goes alone.")
@click.option("--progress", is_flag=True, hidden=True)
@json_option
@click.pass_context
def export_command(
    context: click.Context,
    /,
    folder: Path,
    output: Path | None,
    as_last: bool,
    progress: bool,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Write what stands of each document to a file, in any format of tonemark formats.

    What stands is its gold; without gold, its only accept, or one that all annotators gave alike.
    The rest is left out and counted: documents on which annotators differ, that were rejected or
    ignored, or have no answer. What the format cannot say is left out and named, and so is what is
    damaged in the store: the exit code is then 1.

    The file is read back and compared before it is there; where nothing is left to write, FILE
    stays as it was. What the format cannot hold is kept beside it in FILE.tonemark, which add
    reads. With --joined, a text is written if all its pieces are, and comes out as it went in.
    """
    from tonemark.exchange.export import export_project, format_to_write
    from tonemark.exchange.settings import Settings, contradiction, last_settings, remember

    if as_last:
        _check_alone(context)
    else:
        _check_output(output, as_json)
    chosen["format"] = chosen["format"] or _format_of(output)
    settings = Settings(**chosen)
    if wrong := contradiction(settings):
        raise click.UsageError(wrong)
    with value_of("--format"):
        format_to_write(settings)
    project, store = open_project(folder)
    if as_last:
        settings = last_settings(project.folder)
        output = _place(project, settings)
    watching = _watched(store, output, as_json=as_json, in_lines=progress)
    with stopped_cleanly(), watching as watch:
        report = export_project(
            project, store, settings, output or sys.stdout.buffer, progress=watch
        )
    if output and report.written:
        remember(project.folder, settings)
    if as_json:
        say_json(report.counts() if progress else report.to_json())
    return _tell(report, folder, output, as_json)


def _format_of(output: Path | None) -> str:
    """The format that is meant where none is named: the one that is called like the suffix of the
    file, else the first that writes such files, else JSON Lines."""
    from tonemark.exchange.registry import format_named, writable

    suffix = output.suffix.lower() if output else ""
    found = [name for name in writable() if format_named(name).suffixes[:1] == (suffix,)]
    return suffix[1:] if suffix[1:] in found else (found or ["jsonl"])[0]


def _check_alone(context: click.Context) -> None:
    """Raises UsageError where --as-last stands beside what it would pass over."""
    others = [
        option.opts[-1]
        for option in context.command.params
        if option.name not in ("folder", "as_last", "progress", "as_json")
        and context.get_parameter_source(option.name or "") is ParameterSource.COMMANDLINE
    ]
    if others:
        raise click.UsageError(
            f"--as-last exports as the last time, and goes without {', '.join(others)}."
        )


def _check_output(output: Path | None, as_json: bool) -> None:
    """Raises UsageError where documents have no place to go to."""
    if output is None and as_json:
        raise click.UsageError("--json needs -o FILE: standard output is for the documents.")
    if output is None and sys.stdout.isatty():
        # The documents are written as they are, and their bytes could steer the terminal.
        raise click.UsageError("-o FILE is missing: documents are not written to a terminal.")


def _place(project: Project, settings: Settings) -> Path:
    """Where the project is exported to without being told: always inside its folder."""
    from tonemark.exchange.export import format_to_write, output_suffix
    from tonemark.exchange.names import EXPORTS, file_name

    suffix = output_suffix(format_to_write(settings)) or f".{settings.format}"
    folder = project.folder / EXPORTS
    check_inside(project.folder, folder)
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError:
        raise TonemarkError(
            f"{folder} is no folder.", "Nothing was written. Move that file away."
        ) from None
    return folder / f"{file_name(project.name)}{suffix}"


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
            say(f"{part}: no documents, and so no file")
            continue
        say(f"{part}: {counted(count, 'document')} written to {path}")
        path = next(paths, path)
    say(*report.left_out())
