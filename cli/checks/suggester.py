"""The suggester of a project judged: whether it runs, what it last told, and where it failed."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tonemark.cli.checks.check import Check, fault, note, ok
from tonemark.corpus.project import Project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import StoredTokenizer, tokenized_at_fault, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.suggester.place import Place, refused, silent
from tonemark.suggester.starting import SILENT


def suggester_checks(project: Project) -> Iterator[Check]:
    """The checks of a project's suggester; none where its tokenizer needs no other process."""
    try:
        tokenizer = tokenizer_of(project, loads_code=False)
    except TonemarkError as error:
        use = f"    tonemark tokenizers use {typed(project.folder)} NAME"
        yield fault(
            f"no page can be opened: {error.title}",
            f"{error.remedy}\nproject.toml names this tokenizer. Another one:\n{use}",
        )
        return
    if not isinstance(tokenizer, StoredTokenizer):
        return
    yield from _process_checks(project)
    try:
        store = Store(project.folder / STORE_FILE, reading=True)
    except TonemarkError:
        return  # told elsewhere
    try:
        count, first = tokenized_at_fault(store, tokenizer)
    finally:
        store.close()
    if count:
        yield note(
            f"{count:,} document{'s have' if count > 1 else ' has'} the tokens of the general"
            f" tokenizer: {tokenizer.name} failed. {'; '.join(first)}",
            "The tokenizer tried on your texts:\n"
            f"    tonemark tokenizers check {tokenizer.name} FILE",
        )


def _process_checks(project: Project) -> Iterator[Check]:
    place = Place(project.folder)
    told = place.told()
    try:
        running = place.is_taken()
    except OSError as error:
        found = refused(project.folder, error)
        yield fault(found.title, found.remedy)
        return
    since = time.strftime("%Y-%m-%d %H:%M", time.localtime(told.started))
    who = f"the suggester (process {told.process}, of {told.user}, since {since})"
    if running and 0 < told.heard < time.time() - SILENT:
        found = silent(place, told)
        yield fault(found.title, found.remedy)
    elif running:
        what = f"{told.tokenizer} {told.version}".strip()
        figures = f"; {told.made:,} documents tokenized" if told.made else ""
        yield ok(f"{who} runs, {told.doing}: {what or project.tokenizer}{figures}")
        if told.fault:
            yield note(f'the suggester goes on as before, for it said: "{told.fault}"')
    elif told.fault:
        # Not its remedy: a project from elsewhere may have brought any words.
        yield fault(
            f"the suggester ended, {time.strftime('%Y-%m-%d %H:%M', time.localtime(told.heard))},"
            f' and said: "{told.fault}"',
            f"Start it again, and look what it says: tonemark annotate {typed(project.folder)}",
        )
    else:
        yield ok(f"the suggester does not run; annotating starts it, for {project.tokenizer}")
