"""A project's gazetteers: `gazetteer`, which lists them, and taking one away."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.late import LateGroup
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.gazetteers import Entry, Listed
    from tonemark.corpus.store import Store

PARTS = {
    "add": "tonemark.cli.adding_entries",
    "list": "tonemark.cli.gazetteers",
    "show": "tonemark.cli.showing_gazetteers",
    "stats": "tonemark.cli.showing_gazetteers",
    "build": "tonemark.cli.building_gazetteers",
    "remove": "tonemark.cli.gazetteers",
}
"""Where each part of `tonemark gazetteer` is."""

KINDS = {"name": "name", "tokens": "token pattern", "regex": "expression"}
"""What the kinds of entries are called, one of them."""


@click.group(
    "gazetteer",
    cls=LateGroup,
    places=PARTS,
    invoke_without_command=True,
    epilog="Example: tonemark gazetteer add habari places.txt --label LOC",
)
@click.pass_context
def gazetteer_command(ctx: click.Context) -> None:
    """Names and patterns that are suggested where they stand in a text."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@click.command("list", epilog="Example: tonemark gazetteer list habari")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@json_option
def list_command(folder: Path, as_json: bool) -> None:
    """List a project's gazetteers: entries by kind and label, and how many of them stopped.

    An entry stops when too few of its occurrences got its label: tonemark gazetteer stats DIR.
    """
    from tonemark.corpus.gazetteers import listed
    from tonemark.patterns.standings import totals

    project, store = open_project(folder)
    found = listed(store)
    stopped = {each.name: each.stopped for each in totals(store, project.threshold)}
    if as_json:
        say_json({"gazetteers": [
            {
                "name": each.name, "added": each.added, "entries": sum(each.kinds.values()),
                "kinds": each.kinds, "labels": each.labels,
                "stopped": stopped.get(each.name, 0),
                "suggesting": sum(each.kinds.values()) - stopped.get(each.name, 0),
            }
            for each in found
        ]})  # fmt: skip
        return
    if not found:
        say(f"{project.name} has no gazetteer yet. Add a file of names, or countries and cities:")
        say(f"    tonemark gazetteer add {typed(folder)} FILE --label LABEL")
        say(f"    tonemark gazetteer add {typed(folder)} --cldr")
        return
    for each in found:
        for line in set_in(_told(each, stopped.get(each.name, 0)), columns(sys.stdout), ""):
            say(line)


def _told(each: Listed, stopped: int) -> str:
    kinds = ", ".join(counted(count, KINDS.get(kind, kind)) for kind, count in each.kinds.items())
    shown = list(each.labels.items())[:12]
    labels = ", ".join(f"{label} {count:,}" for label, count in shown)
    more = ", ..." if len(each.labels) > len(shown) else ""
    when = time.strftime("%Y-%m-%d", time.localtime(each.added))
    told = f"{each.name}: {kinds or 'no entries'}"
    if labels:
        told += f" ({labels}{more})"
    if stopped:
        told += f"; {stopped:,} of them stopped"
    return f"{told}; since {when}"


@click.command("remove", epilog="Example: tonemark gazetteer remove habari places.txt --yes")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--entry", "entries", type=int, multiple=True, metavar="N",
              help="Only this entry, by its number in show; may be given again.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def remove_command(
    folder: Path, name: str | None, entries: tuple[int, ...], yes: bool, as_json: bool
) -> None:
    """Take away the gazetteer NAME, or single entries, with what they earned.

    Answers and their spans stay as they are.
    """
    from tonemark.cli.building_gazetteers import Line, built
    from tonemark.corpus.gazetteers import (
        entries_of,
        entry_count,
        gazetteer_names,
        is_entry,
        remove_entries,
        remove_gazetteer,
    )

    if (name is None) == (not entries):
        raise click.UsageError("Name a gazetteer, or entries with --entry: one of the two.")
    project, store = open_project(folder)
    if name is None:
        if missing := [number for number in entries if not is_entry(store, number)]:
            raise TonemarkError(
                f"There is no entry {missing[0]}. Nothing was removed.",
                f"See their numbers:\n    tonemark gazetteer show {typed(folder)}",
            )
        numbers = list(dict.fromkeys(entries))
        _agreed(yes, f"This removes {_quoted(numbers, entries_of(store, numbers))}.")
        removed = remove_entries(store, numbers)
    else:
        if name not in (there := gazetteer_names(store)):
            raise no_gazetteer(name, there, folder)
        count = entry_count(store, name)
        _agreed(yes, f"This removes the gazetteer {name} with {counted(count, 'entry')}.")
        with Line("removing entries", hidden=as_json) as line:
            removed = remove_gazetteer(store, name, line.update)
    left = _left(store)
    if as_json:
        say_json({"removed": removed})
    else:
        say(f"{counted(removed, 'entry')} removed; {project.name} has {counted(left, 'entry')} now")
    from tonemark.patterns.building import FEW, SHARE

    if removed > max(FEW, left // SHARE):
        # Names that went are looked up, and found, all the same.
        built(project, store, hidden=as_json, anew=True)


def _left(store: Store) -> int:
    from tonemark.corpus.gazetteers import entry_count

    return entry_count(store)


def _quoted(numbers: list[int], entries: Mapping[int, Entry]) -> str:
    from tonemark.text import short

    told = ", ".join(
        f"{entry.label} {short(entry.pattern, 30)}"
        if (entry := entries.get(number))
        else f"{number}, which cannot be read"
        for number in numbers[:5]
    )
    more = f" and {len(numbers) - 5:,} more" if len(numbers) > 5 else ""
    return f"{counted(len(numbers), 'entry')}: {told}{more}"


def _agreed(yes: bool, what: str) -> None:
    """Raises TonemarkError, or click's Abort, where nobody agrees."""
    from tonemark.cli.asking import agreed

    agreed(yes, [f"{what} Answers stay."], "Nothing was removed.", "Remove it?")


def no_gazetteer(name: str, there: list[str], folder: Path) -> TonemarkError:
    """There is no gazetteer of that name; the one that may be meant."""
    import difflib

    near = difflib.get_close_matches(name[:200], there, 1)
    meant = f" Perhaps {near[0]}." if near else ""
    return TonemarkError(
        f"There is no gazetteer {name}.{meant}",
        f"Those there are:\n    tonemark gazetteer list {typed(folder)}",
    )
