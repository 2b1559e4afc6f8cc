"""Seeing what a tokenizer does: `tokenize`, and `tokenizers`, which lists them all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from tonemark.cli.late import LateGroup
from tonemark.cli.opening import DIRECTORY, json_option, say, say_json, value_of
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.text import visible

if TYPE_CHECKING:
    from tonemark.corpus.records import Record
    from tonemark.tokenizers.base import Tokenizer

Command = TypeVar("Command", bound=Callable[..., Any])

PARTS = {
    "show": "tonemark.cli.tokenizing",
    "score": "tonemark.cli.scoring",
    "check": "tonemark.cli.checking_tokenizers",
    "learn": "tonemark.cli.learning",
    "use": "tonemark.cli.using_tokenizers",
    "rules": "tonemark.cli.using_tokenizers",
}
"""Where each part of `tonemark tokenizers` is."""


def tokenizer_options(command: Command) -> Command:
    """`--lang L` and `--tokenizer NAME|FILE`, one of them: see `tokenizer_chosen`."""
    by_language = click.option(
        "--lang", metavar="CODE", help="The tokenizer of a language: yo, hmn."
    )
    by_name = click.option("--tokenizer", metavar="NAME|FILE", help="By name, or a file of rules.")
    return by_language(by_name(command))


def tokenizer_chosen(lang: str | None, tokenizer: str | None) -> Tokenizer:
    """The tokenizer that `--lang` or `--tokenizer` names; the general one where neither is given.

    Raises click's BadParameter where there is none, TonemarkError where its file is at fault.
    """
    from tonemark.tokenizers.registry import GENERAL, tokenizer_at, tokenizer_for

    if tokenizer is not None:
        if lang is not None:
            raise click.UsageError("--lang and --tokenizer: give one of the two.")
        if os.path.isfile(tokenizer):
            return tokenizer_at(tokenizer)
        with value_of("--tokenizer"):
            return tokenizer_at(tokenizer)
    return tokenizer_at(GENERAL if lang is None else tokenizer_for(tag_given(lang)))


def tag_given(lang: str) -> str:
    """The language that `--lang` names. Raises click's BadParameter where it names none."""
    from tonemark.tokenizers.languages import language_tag
    from tonemark.tokenizers.registry import tokenizer_names

    with value_of("--lang"):
        try:
            return language_tag(lang)
        except TonemarkError as error:
            if lang not in tokenizer_names():
                raise
            how = f"It is a tokenizer: take it with --tokenizer {lang}"
            raise TonemarkError(error.title, how) from None


def records_of(path: Path, refused: Callable[[int, str], None]) -> Iterator[Record]:
    """The texts of a file: a line each, or of any format that `tonemark add` takes, by suffix.

    `refused` is told the line and the reason of what could not be read.
    """
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.registry import guess_format, read_records
    from tonemark.refusals import Refusal

    try:
        known: str | None = guess_format(path)
    except TonemarkError:
        if path.is_dir():
            raise
        known = "text"
    for each in read_records(path, format=known, options=ReadOptions()):
        if isinstance(each, Refusal):
            refused(each.line, each.reason)
        else:
            yield each


@click.command("tokenize", epilog="Example: tonemark tokenize --lang yo news.txt")
@click.argument("file", type=DIRECTORY, metavar="FILE")
@tokenizer_options
@click.option("--sentences", "by_sentence", is_flag=True, help="One sentence a line.")
@click.option(
    "--jsonl", is_flag=True, help="JSON Lines with offsets, as score and learn take them."
)
def tokenize_command(
    file: Path, lang: str | None, tokenizer: str | None, by_sentence: bool, jsonl: bool
) -> int:
    """Show the tokens of FILE: a text a line, or JSON Lines, CSV, TSV, CoNLL columns.

    A bar | stands where two tokens meet without a space, and ␣ for a space inside a token.
    """
    from tonemark.corpus.tokens import sentence_rules_with
    from tonemark.tokenizers.shown import shown

    chosen = tokenizer_chosen(lang, tokenizer)
    refused = []

    def refuse(line: int, reason: str) -> None:
        refused.append(line)
        say(f"{file.name}, line {line}: {reason}", err=True)

    rules = sentence_rules_with(chosen)
    for record in records_of(file, refuse):
        for text in _parts(record.text, rules) if by_sentence else (record.text,):
            tokens = chosen.tokenize(text)
            if jsonl:
                offsets = [{"start": start, "end": end} for start, end in tokens]
                say_json({"text": text, "tokens": offsets})
            else:
                say(shown(text, tokens))
    return int(bool(refused))


def _parts(text: str, rules: Any) -> Iterator[str]:
    from tonemark.tokenizers.sentences.sentences import sentences

    return (text[start:end] for start, end in sentences(text, rules))


@click.group(
    "tokenizers",
    cls=LateGroup,
    places=PARTS,
    invoke_without_command=True,
    epilog="Example: tonemark tokenizers score --lang yo gold.jsonl",
)
@json_option
@click.pass_context
def tokenizers_command(ctx: click.Context, as_json: bool) -> None:
    """List the tokenizers: those that come with Tonemark, and those that are installed."""
    if ctx.invoked_subcommand is not None:
        return
    from tonemark.tokenizers.languages import language_name
    from tonemark.tokenizers.registry import listed

    found = listed()
    if as_json:
        say_json({"tokenizers": [each._asdict() for each in found]})
        return
    width = columns(sys.stdout)
    room = max(len(each.name) for each in found) + 2
    for each in found:
        names = ", ".join(dict.fromkeys(language_name(tag) for tag in each.languages[:4]))
        more = ", ..." if len(each.languages) > 4 else ""
        told = each.about or names + more or "a tokenizer"
        if each.origin:
            told = f"from the package {each.origin}"
        elif each.reviewed:
            told += f" (reviewed: {each.reviewed})"
        say(*set_in(told, width, f"{each.name:<{room}}", indent=room))
    unreviewed = sum(1 for each in found if each.kind == "profile" and not each.reviewed)
    note = (
        f"spacy:CODE is spaCy's own for a language. {unreviewed} profiles have not been reviewed by"
        " a speaker yet; tonemark tokenizers show NAME prints one."
    )
    say("", *set_in(note, width, ""))


@click.command("show", epilog="Example: tonemark tokenizers show sw > mine.toml")
@click.argument("name", metavar="NAME|FILE")
def show_command(name: str) -> None:
    """Print the profile of that name: its rules, their sources, its examples."""
    from tonemark.tokenizers.bundled import BUNDLED, bundled_names
    from tonemark.tokenizers.profiles.profile import beside, parse_profile, read_text
    from tonemark.tokenizers.registry import GENERAL, PROFILE_SUFFIX, code_package, is_file_name

    path = BUNDLED / f"{name}{PROFILE_SUFFIX}" if name in bundled_names() else Path(name)
    if path.suffix == PROFILE_SUFFIX:
        text = read_text(path)
        parse_profile(text, name, beside(path), file=path.name)
        # A stranger's file could steer the terminal; a copy must be the file itself.
        text = "\n".join(map(visible, text.split("\n"))) if sys.stdout.isatty() else text
        click.echo(text, nl=False)
        return
    if name != GENERAL and not is_file_name(name):
        code_package(name)  # that there is one of that name
    raise TonemarkError(f"{name} has no file of rules.", "Those that have one: tonemark tokenizers")
