"""Several projects made into one: `join`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.opening import DIRECTORY, json_option, say, say_json, value_of
from tonemark.files import typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.merging.reports import Merged, Side, Told

SHOWN = 10
"""Places that are shown one by one; the rest are counted."""


@click.command("join", epilog="Example: tonemark join kisumu nakuru -o habari --same rosa")
@click.argument("folders", type=DIRECTORY, metavar="A B", nargs=-1, required=True)
@click.option(
    "-o", "--output", type=DIRECTORY, metavar="C", required=True, help="The new project's folder."
)
@click.option(
    "--match",
    type=click.Choice(["text"]),
    help="Documents meet by their text, too, wherever they came from.",
)
@click.option("--same", default="", metavar="NAME,...", help="Who is one person in all of them.")
@click.option("--same-people", is_flag=True, help="Equal names are of one person.")
@json_option
def join_command(
    folders: tuple[Path, ...],
    output: Path,
    match: str | None,
    same: str,
    same_people: bool,
    as_json: bool,
) -> int:
    """Make a new project C of projects A, B and more, which stay as they are.

    Documents meet that came from the same record of the same file with the same text, or have the
    same key and text. Where a key stands for two texts, the second is B:KEY. Annotators are kept
    apart: whoever is called as somebody of A gets another name, unless --same says that it is one
    person; then her newer answer to a document is a newer revision.

    C has all answers of annotators, earlier revisions too, all gold (where two differ one stands
    and the other is the revision below), comments, flags, times, token corrections, suggestions,
    gazetteers, and the labels of all. project.toml, tokenizer and guidelines are A's; documents
    and answers that another tokenizer cut keep their tokens. What was begun and not answered stays
    behind, what was dropped, and with them claims, the undo history, journals, exports and models.
    What is damaged is left out and named; the exit code is then 1.
    """
    from tonemark.cli.adding import count_words_in
    from tonemark.cli.building_gazetteers import Line, built
    from tonemark.cli.opening import open_project
    from tonemark.corpus.annotators import check_name
    from tonemark.corpus.merging.projects import Wishes, merge
    from tonemark.corpus.tokens import tokenizer_of

    if len(folders) < 2:
        raise click.UsageError("Name the folders of two projects, or of more.")
    names = [name.strip() for name in same.split(",") if name.strip()]
    with value_of("--same"):
        for name in names:
            check_name(name)
    with Line("documents", hidden=as_json) as line:
        merged = merge(
            folders,
            output,
            Wishes(match == "text", frozenset(names), same_people),
            finish=lambda project, store: count_words_in(
                store, tokenizer_of(project, loads_code=True)
            ),
            progress=line.update,
        )
    if as_json:
        say_json(_json(merged))
    else:
        _tell(merged, output)
    project, store = open_project(output)
    built(project, store, hidden=as_json)
    return int(any(side.left_out.count for side in merged.sides))


def _tell(merged: Merged, output: Path) -> None:
    documents, answers = counted(merged.documents, "document"), counted(merged.answers, "answer")
    say(f"Made {output}: {documents}, {answers}, {merged.gold:,} gold.")
    for side in merged.sides:
        say(f"{side.folder.name}: {', '.join(_parts(side))}", *_lines(side))
    say(f"Next: tonemark status {typed(output)}")


def _parts(side: Side) -> Iterator[str]:
    yield counted(side.documents, "document")
    if side.met:
        yield f"{side.met:,} of them there already"
    yield counted(side.answers, "answer")
    if side.gold:
        yield f"{side.gold:,} gold"
    if side.suggestions:
        yield counted(side.suggestions, "suggestion")
    if side.entries or side.known_entries:
        known = f" ({side.known_entries:,} known)" if side.known_entries else ""
        yield f"{side.entries:,} gazetteer entries{known}"


def _lines(side: Side) -> Iterator[str]:
    """What was not plain, and where."""
    for old, new in side.renamed.items():
        yield f"  {old} is written {new}: another has that name (one person: --same {old})"
    yield from _told(side.moved, "got another key, its own being another text's")
    if side.ambiguous:
        texts = counted(side.ambiguous, "text")
        yield f"  {texts} did not meet: not as many documents have each on both sides"
    if side.joined_answers:
        answers = counted(side.joined_answers, "answer")
        yield f"  {answers} of a person who has one there: the newer stands"
    if side.same_gold:
        yield f"  {side.same_gold:,} gold was there, and says the same"
    yield from _told(side.gold_above, "later gold stands, and what was there lies below it")
    yield from _told(side.gold_below, "gold lies below what was there, which stands")
    yield from _told(side.metadata, "metadata differ: what was there stands")
    yield from _told(side.tokens, "given tokens differ: its answers keep them")
    if side.own_tokens:
        documents = counted(side.own_tokens, "document")
        yield f"  {documents} kept the tokens of its tokenizer, as given ones"
    yield from (f"  {note}" for note in side.notes)
    yield from _told(side.open_pages, "begun and not answered: stays behind")
    yield from _told(side.left_out, "left out")


def _told(told: Told, what: str) -> Iterator[str]:
    if told.count:
        yield f"  {told.count:,} {what}:"
        yield from (f"    {place}" for place in told.places[:SHOWN])
        if told.count > SHOWN:
            yield f"    and {told.count - SHOWN:,} more"


def _json(merged: Merged) -> dict[str, Any]:
    sides = [{**asdict(side), "folder": str(side.folder)} for side in merged.sides]
    return {**merged._asdict(), "folder": str(merged.folder), "sides": sides}
