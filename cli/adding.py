"""Filling a project from files: `add`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias

import click

from tonemark.cli.added import Added, as_object, tell
from tonemark.cli.offsets import OFFSETS, offset_unit
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say_json, value_of
from tonemark.cli.progress import Progress
from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.intake import add_records, times_of
from tonemark.corpus.project import Project
from tonemark.corpus.reports import Report
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import (
    AnyTokenizer,
    sentence_rules_with,
    tokenizer_of,
    tokens_of,
    version_of,
)
from tonemark.errors import TonemarkError
from tonemark.tokenizers.general import GeneralTokenizer

if TYPE_CHECKING:
    from tonemark.exchange.base import Given, ReadOptions
    from tonemark.exchange.sidecar import Header
    from tonemark.exchange.splitting import Cut
    from tonemark.tokenizers.base import Token

Split: TypeAlias = Literal["sentences", "paragraphs"]

SAMPLE = 5_000
"""Documents whose words are counted for the candidates: what more would change is not worth the
wait."""

COUNTED = ("", "words-counted")
"""The preference, nobody's own, that says over how many documents and by which tokenizer the words
were counted."""


@click.command(
    "add",
    epilog="Example: tonemark add habari news.txt more.jsonl. Adding a file again adds nothing.",
)
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("files", type=DIRECTORY, metavar="FILE...", nargs=-1, required=True)
@click.option("--format", "format_", metavar="F", help="By suffix; tonemark formats names them.")
@click.option("--text-column", metavar="C", help="CSV, TSV: the column of the texts.")
@click.option("--per-file", is_flag=True, help="Text: each file is one document.")
@click.option(
    "--split",
    type=click.Choice(["sentences", "paragraphs"]),
    help="A document each; export --joined puts them together again.",
)
@click.option("--annotators", default="", metavar="A,B", help="Whose the given spans are.")
@click.option(
    "--match",
    type=click.Choice(["key", "text"]),
    help="Bring answers to the documents that are there already.",
)
@click.option(
    "--priority",
    type=click.IntRange(LOWEST, HIGHEST),
    metavar="N",
    help="When they come, higher first; of documents that are there, too.",
)
@click.option(
    "--offsets",
    type=click.Choice(list(OFFSETS)),
    help="doccano: what they count.",
)
@click.option("--name-key", default="", metavar="K", help="CoNLL-U: the tag's name in MISC.")
@click.option("--no-sidecar", is_flag=True, help="Leave a .tonemark file beside FILE alone.")
@json_option
def add_command(
    folder: Path,
    files: tuple[Path, ...],
    format_: str | None,
    text_column: str | None,
    per_file: bool,
    split: Split | None,
    annotators: str,
    match: Any,
    priority: int | None,
    offsets: str | None,
    name_key: str,
    no_sidecar: bool,
    as_json: bool,
) -> int:
    """Add documents from FILEs, or folders of them, in any format of tonemark formats.

    What cannot be taken is refused with its line and reason; the rest goes in. What export kept in
    FILE.tonemark is restored: who labelled what, answers, comments, tokens, and labels and
    guidelines that the project lacks.
    """
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.registry import format_named
    from tonemark.exchange.sidecar import has_sidecar

    if format_ is not None:
        with value_of("--format"):
            format_named(format_)
    project, store = open_project(folder)
    tokenizer = cache(lambda: tokenizer_of(project, loads_code=True))
    cut = _cut(split, project.tokenizer, project.folder)
    options = ReadOptions(
        text_column=text_column,
        per_file=per_file,
        annotators=tuple(name.strip() for name in annotators.split(",") if name.strip()),
        offsets=offset_unit(offsets),
        name_key=name_key,
    )
    if not no_sidecar and any(map(has_sidecar, files)):
        options = replace(options, tokenizer=(project.tokenizer, version_of(tokenizer())))
    reading = _Reading(format_, options, split, cut, not no_sidecar)
    taking = _Taking(project, store, tokenizer, match, priority, is_quiet=as_json)
    done: list[Added] = []
    for path in files:
        done.append(Added(path.name))
        try:
            taking.take(path, reading, done[-1])
        except TonemarkError as error:
            done[-1].failure = error
    if as_json:
        say_json(as_object(done))
    else:
        tell(done, taking.project)
    # Last: on a full disk the report is out already.
    count_words_in(store, tokenizer())
    return int(not all(each.is_whole for each in done))


@dataclass(frozen=True, slots=True)
class _Reading:
    """How files are read: as which format, and cut by what if their texts are to be split."""

    format: str | None
    options: ReadOptions
    split: Split | None
    cut: Cut
    sidecar: bool

    def records(
        self, path: Path, watch: Callable[[IO[bytes]], None] = lambda stream: None
    ) -> Iterator[Given]:
        """The records of a file, in pieces if they are to be split."""
        from tonemark.exchange.registry import read_records
        from tonemark.exchange.splitting import held_together, split_records

        open_records = partial(
            read_records, path, format=self.format, options=self.options, sidecar=self.sidecar
        )
        records = open_records(watch=watch)
        if not self.split:
            return records
        held: dict[str, set[int]] = {}
        if _is_read_again(path):
            held = held_together(open_records(), self.cut)
        return split_records(records, self.cut, self.split.removesuffix("s"), held)

    def header(self, path: Path) -> Header | None:
        """What the sidecar beside a file says of it, if it is to be read."""
        from tonemark.exchange.registry import sidecar_header

        return sidecar_header(path) if self.sidecar else None


@dataclass(slots=True)
class _Taking:
    """What files are taken into; `project` changes with the settings that they bring."""

    project: Project
    store: Store
    tokenizer: Callable[[], AnyTokenizer]
    match: Any
    priority: int | None
    is_quiet: bool

    def take(self, path: Path, reading: _Reading, added: Added) -> None:
        """Take a file into the project, and keep what became of it in `added`.

        Raises TonemarkError where nothing more of it can be read.
        """
        from tonemark.corpus.brought_settings import take_settings

        bar = Progress(path, hidden=self.is_quiet)
        header = reading.header(path)
        if header:
            added.notes += [
                *_changed(path, header),
                *_other_tokenizer(header, reading.options),
            ]
        # What comes through a pipe is read once.
        is_timed = self.match == "text" and _is_read_again(path)
        times = times_of(reading.records(path)) if is_timed else {}
        records = reading.records(path, bar.watch)
        with bar as progress:
            add_records(
                self.store,
                path.name,
                records,
                added.report,
                places=self.project.overlap,
                share=self.project.overlap_share,
                match=self.match,
                times=times,
                priority=self.priority,
                tokens_of=self._tokens_of,
                progress=progress,
            )
        if header:
            self.project, told = take_settings(self.project, header.labels, header.guidelines)
            added.notes += told

    def _tokens_of(self, number: int) -> tuple[Token, ...]:
        return tokens_of(self.store, self.store.document(number), self.tokenizer())


def _is_read_again(path: Path) -> bool:
    return path.is_file() or path.is_dir()


def _changed(path: Path, header: Header) -> list[str]:
    """That a file is no longer the one that was exported, in words."""
    from tonemark.exchange.sidecar import is_unchanged

    if not header.digest or is_unchanged(path, header):
        return []
    return [f"{path.name} was changed since it was exported: what it says itself is taken"]


def _other_tokenizer(header: Header, options: ReadOptions) -> list[str]:
    """That a file was cut by another tokenizer than this project's, in words."""
    if header.tokenizer == options.tokenizer:
        return []
    (theirs, version), (ours, our_version) = header.tokenizer, options.tokenizer
    return [f"cut by {theirs} {version}, here by {ours} {our_version}: it keeps its tokens"]


def _cut(split: Split | None, tokenizer: str, folder: Path) -> Cut:
    """What divides a text, by the rules of the project's tokenizer."""
    from tonemark.tokenizers.sentences.sentences import paragraphs, sentences

    if split != "sentences":
        return paragraphs
    from tonemark.tokenizers.registry import sentence_rules_of

    rules = sentence_rules_of(tokenizer, folder)
    return lambda text: sentences(text, rules)


def add_file(store_path: Path, path: Path) -> None:
    """Add a file that is known to be good, for one annotator a document."""
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.registry import read_records

    store = Store(store_path)
    add_records(store, path.name, read_records(path, format=None, options=ReadOptions()), Report())
    count_words_in(store, GeneralTokenizer())
    store.close()


def sampled(total: int) -> range:
    """Which of `total` documents, from 0, are in the sample: evenly spaced ones."""
    return range(0, total, max(1, total // SAMPLE))


def count_words_in(store: Store, tokenizer: AnyTokenizer) -> None:
    """Count the words of a sample of the project's texts, evenly spaced, for the candidates.

    Where they were counted over as many documents already, nothing is done: a run that was cut off
    before it came here leaves counts that are stale, and the next one mends them.
    """
    total = store.document_count()
    state = f"{total} {tokenizer.name}"
    if store.preference(*COUNTED) == state:
        return
    from tonemark.patterns.candidates import count_words

    documents = store.documents(number + 1 for number in sampled(total))
    texts = ((d.text, tokens_of(store, d, tokenizer)) for d in documents)
    store.put_words(count_words(texts, sentence_rules_with(tokenizer)).items())
    store.set_preference(*COUNTED, state)
