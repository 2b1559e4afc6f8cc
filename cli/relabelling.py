"""Another name for a label of a project: `relabel`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.asking import agreed
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.relabelling.rows import Relabelled


@click.command("relabel", epilog="Example: tonemark relabel habari GPE LOC")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def relabel_command(folder: Path, old: str, new: str, yes: bool, as_json: bool) -> None:
    """Call the label OLD NEW everywhere: in project.toml, in all answers and gold with their
    histories, in suggestions and gazetteers.

    Where NEW is there already the two become one, and equal spans one span: they cannot be told
    apart again. Nobody may have a page open meanwhile.
    """
    from tonemark.corpus.relabelling.project import relabel, renaming_of

    project, store = open_project(folder)
    try:
        store.check_writable()
        found = renaming_of(store, project.folder, old, new)
        what = [f"This calls the label {old} {new}: {_counts(found.uses)}."]
        if found.merges:
            has = f" ({_counts(found.met)})" if any(found.met) else ""
            what.append(
                f"{new} is there already{has}: the two become one, and cannot be told apart again."
            )
        if not found.in_file:
            what.append(f"project.toml has no label {old}; the store has.")
        agreed(yes, what, "Nothing was changed.", "Do it?")
        done = relabel(store, project.folder, old, new)
    finally:
        store.close()
    if as_json:
        say_json({"old": old, "new": new, "merged_labels": found.merges, **done._asdict()})
        return
    say(f"{old} is called {new} now: {_counts(done)}", *what[1:])
    if done.merged:
        say(f"{counted(done.merged, 'span')} became one with another that had the label {new}.")
    if found.merges and (done.entries or found.met.entries):
        say("What entries of gazetteers earned there is counted anew when work goes on.")


def _counts(found: Relabelled) -> str:
    parts = [counted(found.spans, "span")]
    if found.gold:
        parts.append(f"{found.gold:,} of gold")
    if found.suggestions:
        parts.append(counted(found.suggestions, "suggestion"))
    if found.entries:
        parts.append(counted(found.entries, "entry"))
    return ", ".join(parts)
