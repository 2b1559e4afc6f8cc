"""A project's tokenizer: another one for it, `tokenizers use`, and the rules that its annotators'
corrections come to, `tokenizers rules`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import short

if TYPE_CHECKING:
    from tonemark.corpus.borders import Misfit
    from tonemark.corpus.project import Project
    from tonemark.corpus.tokens import AnyTokenizer

SHOWN = 40
"""Spans, or rules, that are printed; --json has them all."""

TIMES = 2
"""How often a correction must have been made for `--add` to take it."""


@click.command("use", epilog="Example: tonemark tokenizers use habari yo --dry-run")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("name", metavar="NAME|FILE")
@click.option("--dry-run", is_flag=True, help="Only tell what would not fit; change nothing.")
@json_option
def use_command(folder: Path, name: str, dry_run: bool, as_json: bool) -> None:
    """Give a project another tokenizer, by name or as a file of rules, which is copied to it.

    Spans stay where they are: those whose borders are no longer those of tokens are listed, and
    none is changed. Texts that came with tokens keep them, and so do answers with corrected ones.
    """
    from tonemark.corpus.adopting import adopt, file_named
    from tonemark.corpus.borders import misfits
    from tonemark.corpus.project import set_tokenizer
    from tonemark.corpus.project_checks import is_tokenizer_name
    from tonemark.corpus.tokens import StoredTokenizer, tokenizer_of, version_of

    project, store = open_project(folder)
    path = file_named(project.folder, name)
    if path is None and not is_tokenizer_name(name):
        raise TonemarkError(f"{name} is no name of a tokenizer.", "List them: tonemark tokenizers")
    wanted = replace(project, tokenizer=name)
    if path is not None:
        wanted = replace(project, tokenizer=path.name, folder=path.resolve().parent)
    chosen = tokenizer_of(wanted, loads_code=True)
    if isinstance(chosen, StoredTokenizer) and chosen.load:
        chosen.load()  # a project may have no text yet on which it would fail
    version = version_of(chosen)
    found = list(misfits(store, chosen, _present(project)))
    if not dry_run:
        named = adopt(project.folder, path) if path else name
        set_tokenizer(project.folder, named)
    newly = [each for each in found if each.fitted]
    if as_json:
        say_json(
            {
                "tokenizer": wanted.tokenizer,
                "version": version,
                "before": project.tokenizer,
                "changed": not dry_run,
                "unfit": [_as_json(each) for each in newly],
                "unfit_before": len(found) - len(newly),
            }
        )
        return
    for each in newly[:SHOWN]:
        say(f"  {_told(each)}")
    if len(newly) > SHOWN:
        say(f"  and {len(newly) - SHOWN:,} more; --json has them all")
    for line in _summary(len(newly), len(found) - len(newly)):
        say(*set_in(line, columns(sys.stdout), ""))
    verb = "would name" if dry_run else "names"
    now = "" if dry_run else " now"
    line = f"project.toml {verb} {wanted.tokenizer} (version {version}){now}, before: "
    say(*set_in(f"{line}{project.tokenizer}.", columns(sys.stdout), ""))


def _present(project: Project) -> AnyTokenizer | None:
    """The tokenizer that a project has; None where it cannot be had, which may be why another is
    wanted."""
    from tonemark.corpus.tokens import tokenizer_of

    try:
        return tokenizer_of(project, loads_code=True)
    except TonemarkError:
        return None


def _told(each: Misfit) -> str:
    start, end, label = each.stretch.start, each.stretch.end, each.stretch.label
    who = each.annotator or "given suggestion"
    text = short(" ".join(each.text.split()), 30)
    return f"{short(each.key, 40)}, {who}: {short(label, 20)} on {text} ({start} to {end})"


def _as_json(each: Misfit) -> dict[str, object]:
    return {
        "key": each.key,
        "annotator": each.annotator or None,
        "label": each.stretch.label,
        "start": each.stretch.start,
        "end": each.stretch.end,
        "text": each.text,
    }


def _summary(newly: int, others: int) -> Iterator[str]:
    if newly:
        are = "span no longer lies" if newly == 1 else "spans no longer lie"
        yield f"{newly:,} {are} on the borders of tokens; spans stay as they are."
    else:
        yield "Every span that lies on the borders of tokens still does."
    if others:
        do = "span does" if others == 1 else "spans do"
        yield f"{others:,} other {do} not, and did not before."


@click.command("rules", epilog="Example: tonemark tokenizers rules habari --add")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option("--add", "adds", is_flag=True, help="Add them to the project's tokenizer.")
@click.option("--times", type=click.IntRange(1), default=TIMES, show_default=True, metavar="N",
              help="Add those that were made N times, and more often than not.")  # fmt: skip
@json_option
def rules_command(folder: Path, adds: bool, times: int, as_json: bool) -> None:
    """The corrections of tokens that annotators made, as rules for the project's tokenizer.

    Told are how often each was made, and how often its text was left as the tokenizer has it.
    """
    from tonemark.corpus.made_rules import counted_rules
    from tonemark.corpus.project_rules import add_rules
    from tonemark.corpus.tokens import tokenizer_of

    project, store = open_project(folder)
    tokenizer = tokenizer_of(project, loads_code=True)
    found = counted_rules(store, tokenizer, project.evaluation)
    chosen = [each.rule for each in found if each.times >= times and each.times > each.left]
    if adds and chosen:
        project = add_rules(project, chosen)
    if as_json:
        rules = [
            {
                "text": each.rule.text,
                "tokens": each.rule.pieces,
                "made": each.times,
                "left": each.left,
                "added": adds and each.rule in chosen,
            }
            for each in found
        ]
        say_json({"tokenizer": project.tokenizer, "rules": rules})
        return
    if not found:
        say("No answer holds a correction that the project's tokenizer does not make by itself.")
        return
    added = set(chosen if adds else ())
    for each in found[:SHOWN]:
        what = "joined" if len(each.rule.pieces) == 1 else "split"
        told = f"{what} {_so_often(each.times)}, left as it is {_so_often(each.left)}"
        say(f"  {short(str(each.rule), 40)}: {told}" + " · added" * (each.rule in added))
    if len(found) > SHOWN:
        say(f"  and {len(found) - SHOWN:,} more; --json has them all")
    if adds:
        count = f"{len(chosen):,} rule{'s' * (len(chosen) != 1)}"
        say(f"{count} added to {project.tokenizer}: pages that are opened from now on have them.")
    elif chosen:
        say(
            f"{len(chosen):,} made {times} times or more, and more often than not. To add them:",
            f"    tonemark tokenizers rules {typed(folder)} --add",
        )


def _so_often(times: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(times, f"{times:,} times")
