"""Learning words from gold, or from what a project's annotators made of its tokens:
`tokenizers learn`."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import regex

from tonemark.cli.gold import read_gold
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.cli.tokenizing import records_of, tokenizer_chosen, tokenizer_options
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.tokenizers.base import Tokenizer
    from tonemark.tokenizers.learned.learning import GoldText, Lessons
    from tonemark.tokenizers.score import Score

_NUMBERED = regex.compile(r"(?P<document>.+)[.:/#_\-]\d+")
"""A key with a number at its end: one text of several of a document."""


class _Given(NamedTuple):
    """What there is to learn from: `raw` are the texts of a project, `differing` how many of its
    documents were left out because annotators differ on their tokens, `awaited` how many because
    others are still to answer them."""

    gold: list[GoldText]
    language: str
    base: Tokenizer
    raw: list[str]
    refused: int = 0
    differing: int = 0
    awaited: int = 0


@click.command(
    "learn", epilog="Example: tonemark tokenizers learn --lang hmn gold.jsonl -o hmn.words"
)
@click.argument("gold", type=DIRECTORY, metavar="GOLD|DIR")
@tokenizer_options
@click.option("--raw", type=DIRECTORY, multiple=True, metavar="FILE",
              help="Texts without tokens, of the same kind; may be given again.")  # fmt: skip
@click.option("-o", "--output", type=DIRECTORY, required=True, metavar="FILE",
              help="The tokenizer that is made; its name should end in .words.")  # fmt: skip
@click.option("--no-trial", is_flag=True, help="Do not measure it: several times faster.")
@json_option
def learn_command(
    gold: Path,
    lang: str | None,
    tokenizer: str | None,
    raw: tuple[Path, ...],
    output: Path,
    no_trial: bool,
    as_json: bool,
) -> int:
    """Learn which tokens are one word: Hmong kws kho mob from kws, kho and mob.

    GOLD is as tonemark tokenizers score takes it. DIR is a project: learned is from the documents
    that were accepted, with the tokens that annotators split and joined. Words are made of the
    tokens of a tokenizer of rules, that of the language.
    """
    from tonemark.tokenizers.learned.learning import Lessons

    if output.suffix == ".toml":
        raise click.BadParameter("names that end in .toml are rules; try .words", param_hint="-o")
    _check_free(output)
    started = time.perf_counter()
    given = (
        _from_project(gold, lang, tokenizer) if gold.is_dir() else _from_file(gold, lang, tokenizer)
    )
    refused = given.refused

    def refuse(line: int, reason: str) -> None:
        nonlocal refused
        refused += 1
        say(f"{path.name}, line {line}: {reason}", err=True)

    texts = list(given.raw)
    for path in raw:
        texts += [record.text for record in records_of(path, refuse)]
    lessons = Lessons(given.gold, given.base, texts, language=given.language)
    tried = None if no_trial else _tried(lessons)
    made = lessons.learned()
    try:
        with atomic_writer(output) as stream:
            stream.write(made.data)
    except OSError as error:
        raise TonemarkError(
            f"{output} cannot be written: {error.strerror or error}.",
            "Name a file in a folder that may be written, on a disk that has room.",
        ) from None
    seconds = time.perf_counter() - started
    report: dict[str, Any] = {
        "output": str(output),
        "language": given.language,
        "base": given.base.name,
        "version": made.tokenizer.version,
        **made.counted._asdict(),
        "differing": given.differing,
        "awaited": given.awaited,
        "refused": refused,
        "bytes": len(made.data),
        "seconds": round(seconds, 2),
    }
    if tried:
        parts, learned, untrained = tried
        report |= {"parts": parts, **_figures(learned), "untrained": _figures(untrained)}
    if as_json:
        say_json(report)
    else:
        _tell(report, output)
    return int(bool(refused))


def _check_free(output: Path) -> None:
    """Raises TonemarkError where a file is there that is not a learned tokenizer: perhaps gold."""
    from tonemark.tokenizers.learned.file import MAGIC

    if not output.is_file():
        return
    with output.open("rb") as stream:
        start = stream.read(len(MAGIC))
    if start and start != MAGIC.encode():
        raise TonemarkError(
            f"{output} is there already, and is no learned tokenizer.",
            "Nothing was written. Give -o another name, such as words.words.",
        )


def _from_file(path: Path, lang: str | None, tokenizer: str | None) -> _Given:
    """Gold from a file. Texts whose keys differ in the number at their end are of one document."""
    from tonemark.tokenizers.languages import language_tag
    from tonemark.tokenizers.learned.learning import GoldText

    base = tokenizer_chosen(lang, tokenizer)
    texts, refused = read_gold(path, needs_bars=True)
    gold = []
    for each in texts:
        numbered = _NUMBERED.fullmatch(each.key)
        document = numbered["document"] if numbered else each.key
        gold.append(GoldText(each.text, each.tokens, document))
    return _Given(gold, language_tag(lang) if lang else "und", base, [], refused)


def _from_project(folder: Path, lang: str | None, tokenizer: str | None) -> _Given:
    """Gold from a project: the documents whose tokens a reviewer settled, and those on whose tokens
    all who accepted them agree."""
    from tonemark.corpus.annotations import annotated_documents
    from tonemark.corpus.documents import Damaged
    from tonemark.corpus.gold import gold_of
    from tonemark.corpus.places import places_of
    from tonemark.corpus.shares import is_evaluation
    from tonemark.corpus.tokens import tokenizer_of, tokens_of
    from tonemark.tokenizers.learned.learning import GoldText
    from tonemark.tokenizers.registry import load_tokenizer

    project, store = open_project(folder)
    theirs = tokenizer_of(project, loads_code=True)
    chosen = lang is not None or tokenizer is not None
    base = (
        tokenizer_chosen(lang, tokenizer)
        if chosen
        else load_tokenizer(project.tokenizer, project.folder)
    )
    gold, differing, awaited = [], 0, 0
    damaged: list[str] = []
    for document, answers in annotated_documents(store, damaged_keys=damaged):
        if is_evaluation(document.text, document.meta, project.evaluation):
            continue  # a tokenizer made of it would know what is scored
        places = places_of(document.text, project.overlap, project.overlap_share)
        if sum(not each.extra for each in answers) < places:
            awaited += 1  # who is still to answer must not see what others made of it
            continue
        try:
            settled = gold_of(store, document.number)
        except Damaged:
            damaged.append(document.key)
            continue
        standing = [settled] if settled else answers
        accepted = [each.tokens for each in standing if each.answer == "accept"]
        ways = {tokens or tokens_of(store, document, theirs) for tokens in accepted}
        if len(ways) == 1:
            gold.append(GoldText(document.text, ways.pop(), document.key))
        differing += len(ways) > 1
    if damaged:
        unread = counted(len(damaged), "document")
        say(f"{unread} cannot be read; tonemark doctor says why", err=True)
    if not gold:
        why = " on whose tokens annotators agree" if differing else ""
        why = " that all its annotators have answered" if awaited else why
        raise TonemarkError(
            f"{project.name} has no accepted document{why} yet.",
            f"Accept some, their tokens corrected with t s and t j:\n"
            f"    tonemark annotate {typed(folder)}",
        )
    raw = [each.text for each in store.documents(range(1, store.last_document() + 1))]
    return _Given(gold, project.language, base, raw, differing=differing, awaited=awaited)


def _tried(lessons: Lessons) -> tuple[int, Score, Score] | None:
    """How many parts of gold it was tried on, what came of it, and what of the base as it is."""
    from tonemark.tokenizers.learned.learning import total

    def told(done: int, of: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"trying it, part {done + 1} of {of} ...\r", err=True, nl=False)

    trials = list(lessons.trials(told))
    if not trials:
        return None
    return len(trials), total(t.learned for t in trials), total(t.untrained for t in trials)


def _figures(score: Score) -> dict[str, float]:
    return {
        "precision": round(score.precision, 6),
        "recall": round(score.recall, 6),
        "f1": round(score.f1, 6),
        "sentence_accuracy": round(score.sentence_accuracy, 6),
    }


def _tell(report: dict[str, Any], output: Path) -> None:
    for line in _told(report, output):
        say(*set_in(line, columns(sys.stdout), ""))


def _told(report: dict[str, Any], output: Path) -> Iterator[str]:
    base = report["base"]
    yield f"{report['texts']:,} texts, {report['tokens']:,} gold tokens"
    yield f"{report['joined']:,} of them are made of several tokens of {base}"
    raw = f"{report['raw']:,} tokens of raw text" if report["raw"] else "No raw text: try --raw"
    yield raw
    if report["unreachable"]:
        yield f"{report['unreachable']:,} have borders inside tokens of {base}: joining makes none"
    if report["differing"]:
        documents = counted(report["differing"], "document")
        yield f"{documents} left out: annotators differ on the tokens"
    if report["awaited"]:
        yield f"{counted(report['awaited'], 'document')} left out: others are still to answer"
    if "parts" in report:
        yield f"Tried on each of {report['parts']} parts, having learned from the others:"
        yield f"{'':<24}precision  recall    F1     texts right"
        for name, each in (("learned", report), (base, report["untrained"])):
            yield (
                f"{name:<24}{each['precision']:.4f}     {each['recall']:.4f}    {each['f1']:.4f}"
                f" {each['sentence_accuracy']:>8.1%}"
            )
        if report["f1"] <= report["untrained"]["f1"]:
            yield (
                f"It gained nothing: {base} as it is does no worse. More gold may help, or raw text"
                " (--raw), or rules in its place."
            )
    else:
        yield "Not tried: no figure tells yet how good it is"
    yield f"{output}: {report['bytes'] / 1000:,.0f} KB, made in {report['seconds']:.1f} s"
    yield "Look at what it does:"
    name = str(output) if output.suffix == ".words" else str(output.resolve())
    yield f"    tonemark tokenize --tokenizer {typed(Path(name))} FILE"
