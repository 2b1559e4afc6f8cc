"""The suggester of a project judged: whether it runs, what it last told, and where it failed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from tonemark.cli.checks.check import Check, fault, note, ok
from tonemark.corpus.gazetteers import entries_of
from tonemark.corpus.produced import (
    PATTERNS,
    PIPELINE,
    needs_patterns,
    needs_pipeline,
    pattern_faults,
    produced_at_fault,
)
from tonemark.corpus.project import Project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.corpus.tokens import AnyTokenizer, StoredTokenizer, tokenized_at_fault, tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.suggester.place import Place, refused, silent
from tonemark.suggester.starting import SILENT
from tonemark.text import short

SHOWN = 5
"""Patterns that are left out of which each is told."""


def suggester_checks(project: Project) -> Iterator[Check]:
    """The checks of a project's suggester; none where neither its tokenizer, nor a
    pattern, nor a model needs another process."""
    try:
        tokenizer = tokenizer_of(project, loads_code=False)
    except TonemarkError as error:
        use = f"    tonemark tokenizers use {typed(project.folder)} NAME"
        yield fault(
            f"no page can be opened: {error.title}",
            f"{error.remedy}\nproject.toml names this tokenizer. Another one:\n{use}",
        )
        return
    try:
        store = Store(project.folder / STORE_FILE, reading=True)
    except TonemarkError:
        return  # told elsewhere
    with contextlib.closing(store):
        others = needs_patterns(store) or needs_pipeline(store, project.model)
        with contextlib.suppress(OSError):  # the learner starts with the first answer, by itself
            others = others or bool(Place(project.folder).told().learner)
        if isinstance(tokenizer, StoredTokenizer) or others:
            yield from _process_checks(project)
            yield from _tokenizer_checks(store, tokenizer)
            yield from _pattern_checks(project, store)
            yield from _model_checks(project, store)


def _tokenizer_checks(store: Store, tokenizer: AnyTokenizer) -> Iterator[Check]:
    if not isinstance(tokenizer, StoredTokenizer):
        return
    count, first = tokenized_at_fault(store, tokenizer)
    if count:
        yield note(
            f"{count:,} document{'s have' if count > 1 else ' has'} the tokens of the general"
            f" tokenizer: {tokenizer.name} failed. {'; '.join(first)}",
            "The tokenizer tried on your texts:\n"
            f"    tonemark tokenizers check {tokenizer.name} FILE",
        )


def _pattern_checks(project: Project, store: Store) -> Iterator[Check]:
    faults = pattern_faults(store)
    entries = entries_of(store, list(faults)[:SHOWN])
    for number, entry in entries.items():
        folder = typed(project.folder)
        yield note(
            f"the pattern {short(entry.pattern, 60)} ({entry.label}, entry {number} of"
            f" {entry.gazetteer}) is left out: {faults[number]}",
            "Others work. Try it again with gazetteer build --anew; or say it otherwise, remove it,"
            " and add the other one:\n"
            f"    tonemark gazetteer remove {folder} --entry {number}\n"
            f"    tonemark gazetteer add {folder} FILE",
        )
    if len(faults) > len(entries):
        yield note(f"{len(faults) - len(entries):,} more patterns are left out")
    count, first = produced_at_fault(store, PATTERNS)
    if count:
        documents = f"{count:,} document{'s' if count > 1 else ''}"
        yield note(f"patterns suggest less than they could in {documents}: {'; '.join(first)}")


def _model_checks(project: Project, store: Store) -> Iterator[Check]:
    if not project.model:
        return
    from tonemark.training.suggesting import pipeline_named

    try:
        found = pipeline_named(project.folder, project.model)
    except TonemarkError as error:
        remedy = error.remedy.replace("model DIR", f"model {typed(project.folder)}")
        yield fault(error.title, remedy)
        return
    yield ok(f"the model {found.name} suggests")
    count, first = produced_at_fault(store, PIPELINE)
    if count:
        documents = f"{count:,} document{'s' if count > 1 else ''}"
        yield note(f"it suggests nothing in {documents}: {'; '.join(first)}")


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
        figures += f"; patterns tried on {told.matched:,} documents" if told.matched else ""
        figures += f"; {told.learner}" if told.learner else ""
        figures += f"; {told.model}" if told.model else ""
        yield ok(f"{who} runs, {told.doing}: {what or project.tokenizer}{figures}")
        if told.fault:
            yield note(f'the suggester goes on, and said: "{told.fault}"')
    elif told.fault:
        # Not its remedy: a project from elsewhere may have brought any words.
        yield fault(
            f"the suggester ended, {time.strftime('%Y-%m-%d %H:%M', time.localtime(told.heard))},"
            f' and said: "{told.fault}"',
            f"Start it again, and look what it says: tonemark annotate {typed(project.folder)}",
        )
    else:
        yield ok(f"the suggester does not run; annotating starts it, for {project.tokenizer}")
