"""What may be wrong with the terminal, the installation and a project: `doctor`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.opening import DIRECTORY, json_option, say, say_json
from tonemark.cli.telling import NARROWEST, WIDEST, set_in
from tonemark.text import counted, visible

if TYPE_CHECKING:
    from tonemark.cli.checks.check import Check, Part
    from tonemark.cli.checks.terminal import Widths
    from tonemark.tui.terminal.reports import Line

ABOUT_BESIDE = 60
"""Columns below which what is said of a sample stands under it."""

SHOWN = 60
"""Checks of a part that are printed: nobody mends more in one go."""


@click.command("doctor", epilog="Example: tonemark doctor habari")
@click.argument("folder", type=DIRECTORY, metavar="[DIR]", required=False)
@click.option("--keys", "with_keys", is_flag=True, help="Press your keys and see which arrive.")
@click.option("--glyphs", is_flag=True, help="Letters of every script, to be looked at.")
@click.option("--rescue", "saved", type=DIRECTORY, metavar="FILE",
              help="Save what can be read of a damaged store to a new one.")  # fmt: skip
@json_option
def doctor_command(
    folder: Path | None, with_keys: bool, glyphs: bool, saved: Path | None, as_json: bool
) -> int:
    """Look at this terminal, the installation and, given a project, all that is in its store.

    It changes nothing, and says of each fault what to do. Exit code 0: no fault; 1: some.
    """
    from tonemark.cli.checks.terminal import line_to_ask
    from tonemark.tui.terminal.reports import drain, quiet

    if saved:
        return _rescue(folder, saved, as_json)
    line = line_to_ask()
    if with_keys and line is None:
        raise click.UsageError("--keys needs a terminal: standard input and output must be one.")
    if line is None:
        return _report(None, folder, with_keys, glyphs, as_json)
    with quiet(line):
        try:
            return _report(line, folder, with_keys, glyphs, as_json)
        finally:
            drain(line)


def _rescue(folder: Path | None, saved: Path, as_json: bool) -> int:
    """Save what can be read of the store in a folder; the exit code: 1 where some is lost."""
    from tonemark.corpus.rescue.store import rescue
    from tonemark.corpus.store import STORE_FILE
    from tonemark.files import typed

    if folder is None:
        raise click.UsageError("--rescue needs the project's folder: doctor DIR --rescue FILE.")
    path = folder / STORE_FILE
    found = rescue(path, saved)
    if as_json:
        say_json(asdict(found))
        return min(len(found.left_out), 1)
    say(
        f"{saved}: {counted(found.documents, 'document')} and"
        f" {counted(found.answers, 'answer')} saved"
        f"{f', gold of {found.gold:,}' if found.gold else ''}; {path} is as it was."
    )
    for place, why in found.left_out[:SHOWN]:
        say(f"  left out: {place}: {why}")
    if len(found.left_out) > SHOWN:
        say(f"  and {len(found.left_out) - SHOWN:,} more; --json has them all")
    # The log of the old store must not come to lie beside the new one.
    old = typed(folder.with_name(f"{folder.resolve().name}-damaged"))
    say(
        "Where that is enough, close the project everywhere, and put it in the place of the old:",
        f"    mkdir {old} && mv {typed(path)}* {old} && mv {typed(saved)} {typed(path)}",
        "Then look at it again:",
        f"    tonemark doctor {typed(folder)}",
    )
    return min(len(found.left_out), 1)


def _report(
    line: Line | None, folder: Path | None, with_keys: bool, glyphs: bool, as_json: bool
) -> int:
    parts: list[tuple[str, list[Check]]] = []
    widths: Widths = {}
    for part, found in _parts(line, folder, with_keys):
        checks = part.checks if as_json else _shown(part)
        parts.append((part.title, list(checks)))
        widths = found or widths
    faults = sum(check.state == "fault" for _, checks in parts for check in checks)
    if as_json:
        say_json(_as_json(parts, widths, faults))
        return min(faults, 1)
    _show_glyphs(glyphs)
    click.echo(
        f"{faults} fault{'s' * (faults != 1)}." if faults else "Nothing is wrong.",
    )
    return min(faults, 1)


def _parts(
    line: Line | None, folder: Path | None, with_keys: bool
) -> Iterator[tuple[Part, Widths]]:
    """The parts of the report, each as soon as it is known."""
    from tonemark.cli.checks.check import Part
    from tonemark.cli.checks.installation import installation_checks
    from tonemark.cli.checks.keys import arrival_checks, keys_checks, pressed
    from tonemark.cli.checks.project import project_checks, project_in
    from tonemark.cli.checks.terminal import terminal_checks

    checks, widths = terminal_checks(line)
    yield Part("Terminal", checks), widths
    project = project_in(folder) if folder else None
    checks, table = keys_checks(project)
    if with_keys and line and table:
        arrived = pressed(line, table, _width())
        checks += arrival_checks(project, table, arrived)
    yield Part("Keys", checks), {}
    yield Part("Installation", installation_checks()), {}
    if folder:
        yield Part(f"Project {folder}", project_checks(folder)), {}


def _width() -> int:
    return min(shutil.get_terminal_size().columns, WIDEST)


def _shown(part: Part) -> Iterator[Check]:
    """The checks of a part, each printed as soon as it is known."""
    click.echo(visible(part.title))
    shown = left_out = 0
    for check in part.checks:
        if shown < SHOWN or check.state == "ok":
            shown += 1
            _show(check)
        else:
            left_out += 1
        yield check
    if left_out:
        click.echo(f"  and {left_out:,} more; --json has them all")


def _show(check: Check) -> None:
    from tonemark.tui.page.columns import wrapped

    what = f"{check.where}: {check.what}" if check.where else check.what
    lines = wrapped(what, max(NARROWEST, _width()) - 8)
    for number, line in enumerate(lines):
        click.echo(f"  {'' if number else check.state:<5} {line}")
    for line in set_in(check.remedy, _width(), " " * 8, 8) if check.remedy else ():
        click.echo(line)


def _show_glyphs(all_of_them: bool) -> None:
    """Letters for a person to look at: no program can tell whether a font has them."""
    from tonemark.tui.page.cells import cells
    from tonemark.tui.page.columns import wrapped
    from tonemark.tui.terminal.facts import is_utf8, terminal_streams
    from tonemark.tui.terminal.samples import IN_SHORT, SAMPLES

    if not is_utf8(sys.stdout.encoding) or not (all_of_them or "stdout" in terminal_streams()):
        return
    width = max(NARROWEST, _width())
    for line in wrapped(
        "By eye: beside each name stand letters, no boxes or question marks", width
    ):
        click.echo(line)
    if all_of_them:
        for sample in SAMPLES:
            blanks = " " * (12 - cells(sample.text))
            row = f"  {sample.name:<16} {sample.text}{blanks}"
            about = f"you should see {sample.about}"
            if width < ABOUT_BESIDE:
                click.echo(row.rstrip())
                rest, indent = list(wrapped(about, width - 4)), 4
            else:
                first, *rest = wrapped(about, width - 32)
                click.echo(f"{row} {first}")
                indent = 32
            for line in rest:
                click.echo(f"{'':<{indent}}{line}")
        return
    row, used = "", 0
    for sample in SAMPLES:
        if sample.name not in IN_SHORT:
            continue
        entry = f"  {sample.name} {sample.text}"
        if used + cells(entry) > width:
            click.echo(row)
            row, used = "", 0
        row, used = row + entry, used + cells(entry)
    click.echo(row)


def _as_json(
    parts: Sequence[tuple[str, Sequence[Check]]], widths: Widths, faults: int
) -> dict[str, Any]:
    """The report as data; `widths` has, by sample, the cells counted and those measured."""
    return {
        "faults": faults,
        "parts": [
            {"title": title, "checks": [check._asdict() for check in checks]}
            for title, checks in parts
        ],
        "widths": {
            name: {"counted": counted, "measured": measured}
            for name, (counted, measured) in widths.items()
        },
    }
