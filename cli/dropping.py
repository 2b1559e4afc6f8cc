"""Taking an annotator's work, or documents, out of a project, and bringing them back: `drop`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.asking import agreed
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.dropping import Going
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store

SHOWN = 20
"""Keys, or lines, that are told one by one; --json has them all."""


@click.command("drop", epilog="Example: tonemark drop habari --annotator trial")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option("--annotator", "annotator", metavar="NAME", help="All that this annotator did.")
@click.option("--document", "keys", multiple=True, metavar="KEY",
              help="A document; may be given again.")  # fmt: skip
@click.option("--restore", is_flag=True, help="Bring back what was dropped.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
def drop_command(
    folder: Path,
    annotator: str | None,
    keys: tuple[str, ...],
    restore: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Take an annotator's work, or documents, out of a project: nothing counts, shows or exports
    them any more.

    All of it is kept, and comes back with --restore. Gold stays, whoever's answers it cites. What
    was dropped does not come in again with the file it came from. Without an option: what was
    dropped.
    """
    from tonemark.corpus.annotators import check_name

    if annotator is not None and keys:
        raise click.UsageError("--annotator and --document: give one of them.")
    if annotator is None and not keys and (restore or yes):
        raise click.UsageError("--annotator NAME or --document KEY is missing.")
    if annotator is not None:
        check_name(annotator, "--annotator")
    project, store = open_project(folder)
    try:
        if annotator is None and not keys:
            _list(project, store, folder, as_json)
        elif restore:
            _restore(project, store, folder, annotator, keys, as_json)
        elif annotator is not None:
            _drop_annotator(project, store, folder, annotator, yes, as_json)
        else:
            _drop_documents(project, store, folder, keys, yes, as_json)
    finally:
        store.close()


def _drop_annotator(
    project: Project, store: Store, folder: Path, annotator: str, yes: bool, as_json: bool
) -> None:
    from tonemark.corpus.dropping import drop_annotator, going_of

    store.check_writable()
    going = going_of(store, annotator)
    if not going.documents:
        raise TonemarkError(
            f"{annotator} has done nothing in {project.name} that could be dropped.",
            f"Who has:\n    tonemark status {typed(folder)}",
        )
    back = f"tonemark drop {typed(folder)} --annotator {annotator} --restore"
    what = [
        f"This takes out what {annotator} did: {counted(going.answers, 'answer')},"
        f" work on {counted(going.documents, 'document')}, {going.begun:,} of them not answered."
        " Their places go to others.",
        *_withdrawn(going),
    ]
    if going.gold:
        cites = "cites" if going.gold == 1 else "cite"
        what.append(f"{going.gold:,} gold that {cites} {annotator}'s answers stays as it is.")
    what.append(f"All is kept, and comes back with: {back}")
    agreed(yes, what, "Nothing was dropped.", "Take it out?")
    going = drop_annotator(store, project.folder, annotator)
    if as_json:
        say_json({"annotator": annotator, **_as_json(going)})
        return
    say(
        f"{annotator}'s {counted(going.answers, 'answer')} to"
        f" {counted(going.documents, 'document')} dropped from {project.name}",
        *what[1:],
    )


def _drop_documents(
    project: Project, store: Store, folder: Path, keys: Sequence[str], yes: bool, as_json: bool
) -> None:
    from tonemark.corpus.dropping import drop_documents, going_with

    store.check_writable()
    numbers = {}
    for key in dict.fromkeys(keys):
        number = store.number_of(key)
        if number is None:
            raise _no_document(store, folder, key)
        numbers[key] = number
    going = going_with(store, numbers.values())
    documents = counted(going.documents, "document")
    people = f" of {', '.join(going.annotators)}" if going.annotators else ""
    what = [f"This takes out {documents} with {counted(going.answers, 'answer')}{people}."]
    if going.begun:
        what.append(f"{going.begun:,} of them are begun and not answered.")
    if going.gold:
        what.append(f"{going.gold:,} of them have gold, which goes with them.")
    what += _withdrawn(going)
    what.append("All is kept, and comes back with --restore.")
    agreed(yes, what, "Nothing was dropped.", "Take them out?")
    going = drop_documents(store, project.folder, numbers.values())
    if as_json:
        say_json({**_as_json(going), "keys": list(numbers), "annotators": list(going.annotators)})
        return
    say(
        f"{documents} with {counted(going.answers, 'answer')} dropped from {project.name}",
        *what[1:],
    )


def _withdrawn(going: Going) -> list[str]:
    if not going.entries:
        return []
    return [f"What they say of {counted(going.entries, 'entry')} of gazetteers counts no more."]


def _as_json(going: Going) -> dict[str, int]:
    return {
        "documents": going.documents,
        "answers": going.answers,
        "begun": going.begun,
        "entries": going.entries,
        "gold": going.gold,
    }


def _restore(
    project: Project,
    store: Store,
    folder: Path,
    annotator: str | None,
    keys: Sequence[str],
    as_json: bool,
) -> None:
    from tonemark.corpus.restoring import restore_annotator, restore_documents

    if annotator is not None:
        found = restore_annotator(store, project.folder, annotator)
        missing: list[str] = []
        nothing = f"No work of {annotator}'s was dropped from {project.name}."
    else:
        found, missing = restore_documents(store, keys)
        nothing = f"No document {', '.join(missing[:SHOWN])} was dropped from {project.name}."
    if found is None or (missing and not found.documents):
        raise TonemarkError(nothing, f"What was:\n    tonemark drop {typed(folder)}")
    if as_json:
        whose = {} if annotator is None else {"annotator": annotator}
        say_json({**whose, **found._asdict(), "missing": missing})
        return
    say(
        f"{counted(found.answers, 'answer')}, {counted(found.documents, 'document')}: back in"
        f" {project.name}"
    )
    if found.anew:
        say(
            f"  {counted(found.anew, 'document')} that {annotator} has worked on since: what was"
            " done since stands, and the rest stays dropped"
        )
    if found.gone:
        gone = counted(found.gone, "document")
        say(f"  work on {gone} stays dropped, as they are themselves: bring them back first")
    for key in missing[:SHOWN]:
        say(f"  {key} was not dropped")


def _list(project: Project, store: Store, folder: Path, as_json: bool) -> None:
    from tonemark.corpus.dropping import dropped

    found = dropped(store)
    if as_json:
        say_json({"dropped": [each._asdict() for each in found]})
        return
    if not found:
        say(f"Nothing was dropped from {project.name}.")
        return
    say(f"Dropped from {project.name}, and kept:")
    for each in found[:SHOWN]:
        if each.annotator is not None:
            work = f"{each.annotator}'s work on {counted(each.documents, 'document')}"
            say(f"  {work}: --annotator {each.annotator} --restore")
        else:
            say(f"  the document {each.key}: --document {typed(Path(each.key or ''))} --restore")
    if len(found) > SHOWN:
        say(f"  and {len(found) - SHOWN:,} more (--json names them)")


def _no_document(store: Store, folder: Path, key: str) -> TonemarkError:
    from tonemark.corpus.archive import dropped_keys

    if dropped_keys(store.db, [key]):
        return TonemarkError(
            f"The document {key} was dropped already. Nothing more was dropped.",
            f"See what was:\n    tonemark drop {typed(folder)}",
        )
    return TonemarkError(
        f"There is no document {key}. Nothing was dropped.",
        f"Keys stand in the list of documents (t d), and in:\n"
        f"    tonemark export {typed(folder)} --all -o FILE",
    )
