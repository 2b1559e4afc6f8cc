"""Whether a tokenizer keeps what tokenizers promise: `tokenizers check`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click
import regex

from tonemark.cli.opening import DIRECTORY, json_option, say, say_json
from tonemark.text import short

if TYPE_CHECKING:
    from tonemark.tokenizers.trial.process import Fault, Trial

SHOWN = 3
"""Faults of a kind that are printed: one mended often mends them all."""

MOST = 20_000
"""Texts of a file that are tried: what breaks none of so many promises breaks none."""

QUOTED = 24
"""Grapheme clusters of a text that are quoted."""


class Given(NamedTuple):
    """The texts of a file, the line of each, and whether the file has more of them."""

    texts: list[str]
    lines: list[int]
    has_more: bool = False


@click.command(
    "check", epilog="Example: tonemark tokenizers check yo habari.txt. Exit code 1: some fault."
)
@click.argument("name", metavar="NAME")
@click.argument("file", type=DIRECTORY, metavar="[FILE]", required=False)
@click.option("--limit", type=click.FloatRange(0.1), metavar="SECONDS", default=20.0,
              show_default=True, help="What a text may take.")  # fmt: skip
@json_option
def check_command(name: str, file: Path | None, limit: float, as_json: bool) -> int:
    """Try a tokenizer on the texts of FILE and on hostile ones, and say what it breaks.

    NAME is that of a tokenizer (see: tonemark tokenizers), or the path of a file of rules. Looked
    at: that tokens are in order, do not overlap, take in every character but white space, cut no
    grapheme cluster; that the same text gives the same tokens, twice and in another process; that
    time grows no faster than the text; and the examples of a file of rules. It runs in a process
    of its own, which is ended where it hangs.
    """
    from tonemark.tokenizers.trial.process import tried

    given = _texts(file) if file else Given([], [])
    found = tried(name, given.texts, limit=limit)
    if as_json:
        say_json({**asdict(found), "faults": [_as_json(each, given) for each in found.faults]})
        return _code(found)
    say(f"{found.name}: version {found.version or 'unknown'}", *_counts(found, file, given))
    for note in found.notes:
        say(f"note: {note}")
    for alike in _by_promise(found.faults):
        for fault in alike[:SHOWN]:
            say(f"{_where(fault, file, given)}: {fault.what}")
        if len(alike) > SHOWN:
            say(f"  and {len(alike) - SHOWN:,} more of this kind; --json has them all")
    if not found.complete:
        say("It ended there: the rest was not looked at.")
    count = len(found.faults)
    say("It keeps every promise." if not count else f"{count:,} fault{'s' * (count != 1)}.")
    return _code(found)


def _by_promise(faults: list[Fault]) -> list[list[Fault]]:
    """The faults, those together that differ in numbers alone, in the order of the first."""
    kinds: dict[str, list[Fault]] = {}
    for fault in faults:
        kinds.setdefault(regex.sub(r"\d+|“.*”", "", fault.what), []).append(fault)
    return list(kinds.values())


def _code(found: Trial) -> int:
    return int(bool(found.faults) or not found.complete)


def _texts(path: Path) -> Given:
    """The texts of a file. What cannot be read of it is told, and left out."""
    from tonemark.cli.tokenizing import records_of

    def refuse(line: int, reason: str) -> None:
        say(f"{path.name}, line {line}: left out: {reason}", err=True)

    given = Given([], [])
    for record in records_of(path, refuse):
        if len(given.texts) == MOST:
            return given._replace(has_more=True)
        given.texts.append(record.text)
        given.lines.append(record.line)
    return given


def _counts(found: Trial, file: Path | None, given: Given) -> Iterator[str]:
    if file:
        first = "the first " if given.has_more else ""
        speed = f", {found.tokens / found.seconds:,.0f} a second" if found.seconds else ""
        yield (f"  {first}{found.texts:,} texts of {file.name}: {found.tokens:,} tokens{speed}")
    if found.examples:
        yield f"  {found.examples:,} examples of its own"
    yield (
        f"  {found.hostile:,} hostile texts, {found.patterns} patterns of up to 128,000 characters"
    )


def _where(fault: Fault, file: Path | None, given: Given) -> str:
    """The place of a fault, for people: a line of the file, a text that is quoted."""
    match fault.place:
        case "text":
            name = file.name if file else ""
            return f"{name}, line {given.lines[fault.number]}"
        case "hostile":
            return f"hostile text {_quoted(fault.number)}"
        case "example":
            return f"example {fault.number + 1}"
        case _:
            return fault.place


def _quoted(number: int) -> str:
    from tonemark.tokenizers.trial.hostile import hostile_texts

    text = next(text for at, text in enumerate(hostile_texts()) if at == number)
    return f"“{short(text, QUOTED)}”"


def _as_json(fault: Fault, given: Given) -> dict[str, object]:
    """A fault with the line of its text, or the hostile text itself."""
    told: dict[str, object] = {"place": fault.place, "what": fault.what}
    match fault.place:
        case "text":
            told["line"] = given.lines[fault.number]
        case "example":
            told["example"] = fault.number + 1
        case "hostile":
            from tonemark.tokenizers.trial.hostile import hostile_texts

            told["text"] = list(hostile_texts())[fault.number]
    return told
