"""Filling a project from files: `add`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, TypeAlias

import click

from tonemark.cli.offsets import OFFSETS, offset_unit
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json, value_of
from tonemark.cli.progress import Progress
from tonemark.corpus.cursors import HIGHEST, LOWEST
from tonemark.corpus.intake import add_records, times_of
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

Split: TypeAlias = Literal["sentences", "paragraphs"]

SHOWN = 10
"""Refusals and warnings that are shown one by one; the rest are counted."""

SAMPLE = 5_000
"""Documents whose words are counted for the candidates: what more would change is not worth the
wait."""

WHOLE = 0
"""The line of a refusal that is of a whole file."""

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
    from tonemark.corpus.brought_settings import take_settings
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.registry import format_named, sidecar_header
    from tonemark.exchange.sidecar import has_sidecar, sidecar_of

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
    reports: list[tuple[str, Report]] = []
    failures: dict[int, TonemarkError] = {}
    notes: dict[int, list[str]] = {}
    for path in files:
        report = Report()
        reports.append((path.name, report))
        try:
            bar = Progress(path, hidden=as_json)
            read = partial(_read, path, format_, options, split, cut, not no_sidecar)
            header = None if no_sidecar else sidecar_header(path)
            if header:
                notes[len(reports) - 1] = [
                    *_changed(path, header),
                    *_other_tokenizer(header, options),
                ]
            # What comes through a pipe is read once.
            times = times_of(read()) if match == "text" and _is_read_again(path) else {}
            records = read(watch=bar.watch)
            with bar as progress:
                add_records(
                    store,
                    path.name,
                    records,
                    report,
                    places=project.overlap,
                    share=project.overlap_share,
                    match=match,
                    times=times,
                    priority=priority,
                    tokens_of=lambda number: tokens_of(store, store.document(number), tokenizer()),
                    progress=progress,
                )
            if header:
                project, told = take_settings(project, header.labels, header.guidelines)
                notes[len(reports) - 1] += told
        except TonemarkError as error:
            failures[len(reports) - 1] = error
    if as_json:
        for index, failure in failures.items():
            reports[index][1].refuse(WHOLE, f"{failure.title} {failure.remedy}".strip())
        say_json(_json(reports))
    else:
        from tonemark.cli.commands import say_error

        for index, (name, report) in enumerate(reports):
            if index not in failures or report != Report():
                _tell(name, report)
            say(*(f"  {sidecar_of(Path(name)).name}: {note}" for note in notes.get(index, ())))
            if index in failures:
                say_error(failures[index])
        known = {label.name for label in project.labels}
        strange = sorted(set().union(*(report.labels for _, report in reports)) - known)
        if strange:
            say(f"Labels that project.toml does not have, and so have no key: {', '.join(strange)}")
    # Last: on a full disk the report is out already.
    count_words_in(store, tokenizer())
    return int(bool(failures) or any(report.refused_count for _, report in reports))


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


def _read(
    path: Path,
    format_: str | None,
    options: ReadOptions,
    split: Split | None,
    cut: Cut,
    sidecar: bool,
    watch: Callable[[IO[bytes]], None] = lambda stream: None,
) -> Iterator[Given]:
    """The records of a file, in pieces if they are to be split."""
    from tonemark.exchange.registry import read_records
    from tonemark.exchange.splitting import held_together, split_records

    open_records = partial(read_records, path, format=format_, options=options, sidecar=sidecar)
    records = open_records(watch=watch)
    if not split:
        return records
    held: dict[str, set[int]] = {}
    if _is_read_again(path):
        held = held_together(open_records(), cut)
    return split_records(records, cut, split.removesuffix("s"), held)


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


def _tell(name: str, report: Report) -> None:
    """The report of one file, for people."""
    from tonemark.text import counted

    parts = [f"{report.added:,} added"]
    if report.split_texts:
        texts = f"{report.split_texts:,} text{'s' * (report.split_texts != 1)}"
        parts[0] += f" ({texts} in {report.added:,} piece{'s' * (report.added != 1)})"
    if report.already_there:
        parts.append(f"{report.already_there:,} there already")
    if report.dropped:
        parts.append(f"{report.dropped:,} dropped earlier: left out")
    if report.annotations:
        parts.append(counted(report.annotations, "answer"))
    if report.gold:
        parts.append(f"{report.gold:,} gold")
    if report.suggestions:
        parts.append(counted(report.suggestions, "suggestion"))
    if report.refused_count:
        parts.append(f"{report.refused_count:,} refused")
    say(f"{name}: {', '.join(parts)}")
    if report.equal_texts:
        have = "has" if report.equal_texts == 1 else "have"
        say(f"  {report.equal_texts:,} {have} the text of another document: added all the same")
        if report.annotations and report.equal_texts == report.added:
            say("  (to bring answers to the documents that are there: --match key, or text)")
    if report.moved:
        have = "has" if report.moved == 1 else "have"
        say(f"  {report.moved:,} of those that were there {have} another priority now")
    if report.other_tokens:
        say(
            f"  {report.other_tokens:,} of the answers came with tokens other than their"
            " document's: kept as corrections"
        )
    for given, written in report.renamed.items():
        say(f"  the annotator {given} is written {written} here")
    for refusal in report.refused[:SHOWN]:
        say(f"  line {refusal.line}: {refusal.reason}")
    if report.refused_count > SHOWN:
        say(f"  and {report.refused_count - SHOWN:,} more refused (--json names them)")
    for warning in report.warnings[:SHOWN]:
        say(f"  note: {warning}")
    if report.warned_count > SHOWN:
        say(f"  and {report.warned_count - SHOWN:,} more notes")


def _json(reports: list[tuple[str, Report]]) -> dict[str, Any]:
    """The report of all files as one object."""
    several = len(reports) > 1
    return {
        "added": sum(report.added for _, report in reports),
        "split_texts": sum(report.split_texts for _, report in reports),
        "already_there": sum(report.already_there for _, report in reports),
        "dropped": sum(report.dropped for _, report in reports),
        "equal_texts": sum(report.equal_texts for _, report in reports),
        "annotations": sum(report.annotations for _, report in reports),
        "gold": sum(report.gold for _, report in reports),
        "moved": sum(report.moved for _, report in reports),
        "other_tokens": sum(report.other_tokens for _, report in reports),
        "suggestions": sum(report.suggestions for _, report in reports),
        "refused_count": sum(report.refused_count for _, report in reports),
        "refused": [
            {
                **({"file": name} if several else {}),
                "line": None if item.line == WHOLE else item.line,
                "reason": item.reason,
            }
            for name, report in reports
            for item in report.refused
        ],
        "warnings": [warning for _, report in reports for warning in report.warnings],
    }
