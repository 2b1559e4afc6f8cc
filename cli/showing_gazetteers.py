"""Looking into a project's gazetteers: `gazetteer show`, their entries and how names are compared,
and `gazetteer stats`, what entries have earned."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.gazetteers import KINDS, no_gazetteer
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import Safe, counted, joined, visible

if TYPE_CHECKING:
    from tonemark.corpus.gazetteers import Entry
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store
    from tonemark.patterns.folds import Folding
    from tonemark.patterns.standings import Total

LABEL, SHARE = 16, 7
"""Cells that a label and a share have at most in a list of entries."""

limit_option = click.option(
    "--limit", type=click.IntRange(1), default=40, metavar="N", help="Entries to print; 40."
)


@click.command("show", epilog='Example: tonemark gazetteer show habari --find "dar es salaam"')
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("name", required=False, metavar="[NAME]")
@click.option("--find", metavar="TEXT", help="Entries with TEXT in them, as the folds compare it.")
@click.option("--after", type=int, default=0, metavar="N", help="Go on behind entry N.")
@limit_option
@json_option
def show_command(
    folder: Path, name: str | None, find: str | None, after: int, limit: int, as_json: bool
) -> None:
    """Show how a project compares names, and the entries of the gazetteer NAME, or of all.

    Of each entry: its number, its label, the share of its occurrences that got the label, the
    pattern, and its id in the file.
    """
    from tonemark.corpus.gazetteers import gazetteer_names, search
    from tonemark.patterns.folding import folding_of

    project, store = open_project(folder)
    if name is not None and name not in (there := gazetteer_names(store)):
        raise no_gazetteer(name, there, folder)
    folding = folding_of(project)
    if find is None:
        found = list(islice(search(store, gazetteer=name, after=after), limit + 1))
    else:
        found = _with(project, store, folding, find, name, after, limit + 1, hidden=as_json)
    is_more = len(found) > limit
    entries = found[:limit]
    if as_json:
        say_json({
            "folds": list(folding.names), "threshold": project.threshold, "doubt": project.doubt,
            "blind": project.blind, "entries": [as_object(each, project) for each in entries],
            "more": is_more,
        })  # fmt: skip
        return
    width = columns(sys.stdout)
    if not after and find is None and name is None:
        for line in _rules_told(project, folding):
            say(*set_in(line.lstrip(), width, " " * (2 * (line[0] == " ")), indent=4))
        say("")
    if not entries:
        here = "there" if name is None else f"in {name}"
        say("No entry " + (f"{here} has {find} in it" if find else f"is {here}"))
    say(*rows(entries, project, width))
    if is_more:
        options = [f"--after {entries[-1].number}"]
        options += [f"--find={shlex.quote(find)}"] if find else []
        options += ["--"] if name and name.startswith("-") else []
        where = f"{typed(folder)} {shlex.quote(name) if name else ''}".rstrip()
        say("There are more:", f"    tonemark gazetteer show {' '.join(options)} {where}")


def _with(
    project: Project,
    store: Store,
    folding: Folding,
    text: str,
    gazetteer: str | None,
    after: int,
    most: int,
    *,
    hidden: bool,
) -> list[Entry]:
    """The first entries with some text in them. Raises TonemarkError where nothing is left of it
    under the folds."""
    from tonemark.cli.building_gazetteers import Line
    from tonemark.patterns.building import cache_folder, opened
    from tonemark.patterns.entry_search import entries_with

    if not folding.fold(text):
        raise TonemarkError(
            f'Nothing is left of "{text[:40]}" under the folds of the project.',
            "Look for a word.",
        )
    trie = opened(store, folding, cache_folder(project.folder))
    with Line("looking through entries", hidden=hidden) as line:
        found = entries_with(
            store, folding, trie, text, gazetteer=gazetteer, after=after, progress=line.update
        )
        return list(islice(found, most))


def _rules_told(project: Project, folding: Folding) -> Iterator[str]:
    from tonemark.patterns.folds import FOLDS

    if folding.names:
        chosen = "chosen in project.toml" if project.folds is not None else "by its language"
        yield f"Names are compared without these differences ({chosen}):"
        for name in folding.names:
            yield f"  {name}: {FOLDS[name]}"
    else:
        yield "Names are compared as they are written: no fold is chosen"
    if affixes := [
        *(f"{each}-" for each in folding.affixes.prefixes),
        *(f"-{each}" for each in folding.affixes.suffixes),
    ]:
        yield f"  and with what the language writes onto names: {' '.join(affixes)}"
    if others := [name for name in FOLDS if name not in folding.names]:
        yield f"Other folds: {', '.join(others)}"
    yield (
        f"threshold {project.threshold:g}: an entry that stood at a smaller share of its"
        " occurrences suggests no more"
    )
    yield f"doubt {project.doubt:g}: below that a suggestion is shown as doubtful"
    yield f"blind {project.blind:g}: the share of documents on which nothing is suggested"


@click.command("stats", epilog="Example: tonemark gazetteer stats habari")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("name", required=False, metavar="[NAME]")
@limit_option
@json_option
def stats_command(folder: Path, name: str | None, limit: int, as_json: bool) -> None:
    """What entries have earned, of the gazetteer NAME, or of all: how often they occurred, and how
    often that got their label.

    Those that suggest no more come first, with the reason. All annotators' answers are counted,
    for whoever leads or reviews the work.
    """
    from tonemark.corpus.produced import pattern_faults
    from tonemark.patterns.standings import totals, tried

    project, store = open_project(folder)
    sums = totals(store, project.threshold)
    if name is not None:
        there = [each.name for each in sums]
        if name not in there:
            raise no_gazetteer(name, there, folder)
        sums = [each for each in sums if each.name == name]
    entries = tried(store, project.threshold, limit, name)
    if as_json:
        say_json({
            "threshold": project.threshold,
            "gazetteers": [
                {
                    "name": each.name, "entries": each.entries, "tried": each.tried,
                    "stopped": each.stopped, "seen": each.seen, "stood": each.stood,
                    "changed": each.changed, "deleted": each.deleted,
                }
                for each in sums
            ],
            "entries": [as_object(each, project) for each in entries],
        })  # fmt: skip
        return
    width = columns(sys.stdout)
    for each in sums:
        say(*set_in(_total_told(each), width, ""))
    if not sums:
        say(f"{project.name} has no gazetteer yet: tonemark gazetteer add {typed(folder)} FILE")
    elif not entries:
        say(*set_in("No entry has occurred yet in an answer that was accepted", width, ""))
    for entry in entries:
        say(*set_in(_earned_told(entry, project), width, "  ", indent=4))
    for number, fault in pattern_faults(store).items():
        say(*set_in(f"pattern {number} is left out: {fault}", width, "  ", indent=4))
    rest = sum(each.tried for each in sums) - len(entries)
    if rest > 0:
        say(f"  and {rest:,} more (--limit)")


def _total_told(total: Total) -> str:
    told = f"{total.name}: {counted(total.entries, 'entry')}, {total.tried:,} of them occurred"
    if total.tried:
        told += f", {times(total.seen)}; {amount(total.stood)} got their label"
    if total.stopped:
        told += f"; {total.stopped:,} stopped"
    return told


def _earned_told(entry: Entry, project: Project) -> str:
    from tonemark.patterns.earning import standing, suggests
    from tonemark.text import short

    told = f"{entry.number} {entry.label} {short(entry.pattern, 60)}: "
    told += f"stood {amount(entry.stood)} of {times(entry.seen)} ({share_told(entry)})"
    if not suggests(standing(entry), project.threshold):
        told += (
            f": below the threshold {project.threshold:g} of project.toml, so it suggests no more"
        )
    else:
        told += trusted(entry)
    if entry.changed or entry.deleted:
        told += f"; of those shown {entry.changed:,} were changed and {entry.deleted:,} deleted"
    return told


def rows(entries: list[Entry], project: Project, width: int | None) -> Iterator[Safe]:
    """A line an entry: number, label, share, pattern, and what else there is to it."""
    from tonemark.patterns.earning import standing, suggests
    from tonemark.tui.page.cells import blanks, cells
    from tonemark.tui.page.columns import column

    if not entries:
        return
    first = max(len(str(each.number)) for each in entries)
    second = min(LABEL, max(cells(visible(each.label)) for each in entries))
    for each in entries:
        told = each.pattern
        more = [KINDS[each.kind]] if each.kind != "name" else []
        more += [f"id {each.given}"] if each.given else []
        more += ["stopped"] if not suggests(standing(each), project.threshold) else []
        told += f"  ({', '.join(more)})" if more else ""
        before = joined((
            visible(f"{each.number:>{first}}  "), column(each.label, second), blanks(2),
            column(share_told(each), SHARE, right=True), blanks(2),
        ))  # fmt: skip
        yield joined((before, visible(told) if width is None else _fitted(told, width, before)))


def _fitted(text: str, width: int, before: Safe) -> Safe:
    from tonemark.tui.page.cells import cells, fit

    return fit(visible(text), max(10, width - cells(before)))


def share_told(entry: Entry) -> str:
    """The share of an entry's occurrences that got its label; a dash where it has not occurred."""
    return f"{min(1.0, entry.stood / entry.seen):.0%}" if entry.seen else "-"


def trusted(entry: Entry) -> str:
    """What the share of an entry counts as, where that is something else, in words."""
    from tonemark.patterns.earning import standing

    counts = f"{standing(entry).share or 0.0:.0%}"
    if entry.is_learnt or counts == share_told(entry):
        return ""
    return f", counts as {counts} with what a new entry is trusted for"


def times(number: float) -> str:
    """How often, in words."""
    return f"{amount(number)} time{'s' * (amount(number) != '1')}"


def amount(number: float) -> str:
    """A count that may have parts: where annotators differ, each of them counts hers."""
    return f"{number:,.1f}".removesuffix(".0")


def as_object(entry: Entry, project: Project) -> dict[str, Any]:
    """An entry for --json."""
    from tonemark.patterns.earning import standing, suggests

    stands = standing(entry)
    return {
        "entry": entry.number, "gazetteer": entry.gazetteer, "label": entry.label,
        "pattern": entry.pattern, "kind": entry.kind, "id": entry.given, "seen": entry.seen,
        "stood": entry.stood, "changed": entry.changed, "deleted": entry.deleted,
        "share": min(1.0, entry.stood / entry.seen) if entry.seen else None,
        "counts_as": stands.share,
        "stopped": not suggests(stands, project.threshold),
    }  # fmt: skip
