"""Looking at a file before it is added, or sent to somebody: `check FILE`; a project's folder is
looked at elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tonemark.cli.asked import asked_of, asked_options
from tonemark.cli.offsets import OFFSETS, offset_unit
from tonemark.cli.opening import DIRECTORY, json_option, say, say_json, value_of
from tonemark.cli.progress import Progress
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.exchange.base import Format, ReadOptions
    from tonemark.exchange.checking import Checked, Place, Places
    from tonemark.exchange.sidecar import Header

LABELS_SHOWN = 20
"""Labels whose spans are counted one by one."""

KINDS = {
    "refused": "{} refused: not to be read",
    "warned": "{} to know of",
    "overlapping": "{} that overlap another of the same answer",
    "cutting": "{} that begin or end inside a token",
    "blank_edges": "{} with white space at an edge",
    "equal_texts": "{} whose text stands there before",
    "mangled": "{} whose label other readers of {format} would mangle",
    "unsayable": "{} that {format} cannot say: export would refuse them",
}
"""What was found, in words; the braces are for how many."""

NOUNS = {"refused": "record", "warned": "thing", "equal_texts": "document", "unsayable": "thing"}
"""What is counted of each kind, where it is not spans."""


OF_PROJECTS = frozenset(("labels", "gold", "annotator"))
"""The parameters that go with a project alone; those of files are the others."""


@click.command(
    "check", epilog="Example: tonemark check habari, or: tonemark check news.conll --as conll2003"
)
@click.argument("file", type=DIRECTORY, metavar="DIR|FILE")
@click.option(
    "--as", "format_", metavar="F", help="One of tonemark formats, if FILE does not tell."
)
@click.option("--annotators", default="", metavar="A,B", help="Whose the given spans are.")
@click.option("--text-column", metavar="C", help="CSV, TSV: the column of the texts.")
@click.option(
    "--offsets",
    type=click.Choice(list(OFFSETS)),
    metavar="UNIT",
    help="doccano: codepoints or utf16, what they count.",
)
@click.option(
    "--name-key",
    default="",
    metavar="K",
    help="CoNLL-U: the tag's name in MISC, if not NE.",
)
@click.option("--no-sidecar", is_flag=True, help="Leave a .tonemark file beside FILE alone.")
@asked_options
@json_option
@click.pass_context
def check_command(
    context: click.Context,
    /,
    file: Path,
    format_: str | None,
    annotators: str,
    text_column: str | None,
    offsets: str | None,
    name_key: str,
    no_sidecar: bool,
    labels: str | None,
    gold: bool,
    annotator: str | None,
    as_json: bool,
) -> int:
    """Look at a project before a model is trained on it, or at a file before it is added.

    Of the project in DIR it says what a model would learn from and be scored on, what stops a
    training (the exit code is then 1), what would spoil it, and how to mend that: spans that cut a
    token, equal texts with different labels, labels with few examples, and so on. It shows what
    everyone said, and is for whoever leads the work.

    FILE it reads as add would, and adds nothing. It may be a folder, where a format is one. Told
    are:

    \b
      what add would refuse, with its line: the exit code is then 1
      how many documents, answers and spans there are, by label
      spans that overlap, cut a token, or begin or end with white space
      texts that stand there twice
      labels that other readers of the format would mangle
      what the format cannot say, and export would refuse
      whether FILE.tonemark, which export wrote beside it, still fits
    """
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.registry import format_named, sidecar_header

    is_project = (file / "project.toml").exists()
    _check_options(context, is_project=is_project)
    if is_project:
        from tonemark.cli.checking_projects import check_project

        return check_project(file, asked_of(labels, gold, annotator), as_json=as_json)
    if format_ is not None:
        with value_of("--as"):
            format_named(format_)
    options = ReadOptions(
        text_column=text_column,
        annotators=tuple(name.strip() for name in annotators.split(",") if name.strip()),
        offsets=offset_unit(offsets),
        name_key=name_key,
    )
    header = None if no_sidecar else sidecar_header(file)
    guessed = ""
    if header:
        guessed = "" if format_ else "by its sidecar"
    elif format_ is None:
        guessed = "by its name and beginning"
    chosen = format_named(format_ or (header.format if header else _guessed(file)))
    outcome = Outcome(chosen, guessed, header)
    _check(outcome, file, options, as_json)
    if as_json:
        say_json(outcome.as_json(file))
    else:
        _tell(outcome, file)
    return int(bool(outcome.failure or outcome.checked.refused.count))


def _check_options(context: click.Context, *, is_project: bool) -> None:
    """Raises click.UsageError where an option is given that does nothing here."""
    for option in context.command.params:
        name = option.name or ""
        given = context.get_parameter_source(name) is not ParameterSource.DEFAULT
        if given and name not in ("file", "as_json") and (name in OF_PROJECTS) != is_project:
            what = "the folder of a project" if is_project else "no project"
            raise click.UsageError(
                f"{context.params['file']} is {what}: leave {option.opts[0]} out."
            )


def _guessed(file: Path) -> str:
    from tonemark.exchange.registry import guess_format

    try:
        return guess_format(file)
    except TonemarkError as error:
        remedy = error.remedy.replace("--format", "--as")
        raise TonemarkError(error.title, remedy) from None


@dataclass
class Outcome:
    """What was found in a file of the `chosen` format; `guessed` says by what, if nobody named it.

    `header` is that of the sidecar beside it, `changed` what is no longer as that keeps it;
    `failure` is why the rest of the file was not read.
    """

    chosen: Format
    guessed: str
    header: Header | None
    checked: Checked = field(default_factory=lambda: _nothing())
    changed: Places | None = None
    failure: TonemarkError | None = None

    def as_json(self, file: Path) -> dict[str, Any]:
        """For `--json`."""
        found, header = self.checked, self.header
        failure = f"{self.failure.title} {self.failure.remedy}".strip() if self.failure else None
        sidecar: dict[str, Any] | None = None
        if header:
            sidecar = {"format": header.format, "project": header.project}
            if self.changed:
                sidecar |= {"fits": not self.changed.count, "changed": _as_object(self.changed)}
        return {
            "file": str(file),
            "format": self.chosen.name,
            "guessed": bool(self.guessed),
            "failure": failure,
            "documents": found.documents,
            "unanswered": found.unanswered,
            "without_tokens": found.without_tokens,
            "spans": found.spans,
            "labels": dict(found.labels.most_common()),
            "answers": [
                {"annotator": who, "answer": answer, "count": count}
                for (who, answer), count in sorted(found.answers.items())
            ],
            "found": {name: _as_object(places) for name, places in found.findings()},
            "sidecar": sidecar,
        }


def _as_object(places: Places) -> dict[str, Any]:
    return {"count": places.count, "first": [each._asdict() for each in places.first]}


def _check(outcome: Outcome, file: Path, options: ReadOptions, hidden: bool) -> None:
    from tonemark.exchange.checking import changed_since, check_records
    from tonemark.exchange.registry import as_written, read_records
    from tonemark.exchange.sidecar import is_unchanged

    name = outcome.chosen.name
    header, told = outcome.header, options
    if header:
        told = as_written(options, header, named=is_unchanged(file, header))
    bar = Progress(file, hidden=hidden)
    try:
        with bar as progress:
            records = read_records(file, format=name, options=told, watch=bar.watch, sidecar=False)
            check_records(records, outcome.chosen, outcome.checked, progress=progress)
        if outcome.header and outcome.header.format == name:
            # Apart: what a sidecar restores is what the project had, not what the file says.
            outcome.changed = changed_since(read_records(file, format=name, options=options))
    except TonemarkError as error:
        outcome.failure = error


def _nothing() -> Checked:
    from tonemark.exchange.checking import Checked

    return Checked()


def _tell(outcome: Outcome, file: Path) -> None:
    from tonemark.cli.commands import say_error

    width = columns(sys.stdout)
    for line in (*_told(outcome, file), *_beside(outcome, file)):
        text = line.lstrip(" ")
        say(*set_in(text, width, " " * (len(line) - len(text)), indent=4))
    if outcome.failure:
        say_error(outcome.failure)
    elif not any(True for _ in outcome.checked.findings()) and not (
        outcome.changed and outcome.changed.count
    ):
        say("Nothing is wrong with it.")


def _beside(outcome: Outcome, file: Path) -> Iterator[str]:
    """Whether the sidecar fits."""
    from tonemark.exchange.sidecar import sidecar_of

    header, changed = outcome.header, outcome.changed
    if header is None:
        return
    whose = f", from the project {header.project}" if header.project else ""
    name = f"  {sidecar_of(file).name}{whose}"
    if header.format != outcome.chosen.name:
        yield f"{name}: is of a file of the format {header.format}"
    elif changed is not None and not changed.count:
        yield f"{name}: fits; add restores what it keeps"
    elif changed is not None:
        yield f"{name}: does not fit in {counted(changed.count, 'place')}:"
        yield from _places(changed, file)


def _told(outcome: Outcome, file: Path) -> Iterator[str]:
    found, chosen = outcome.checked, outcome.chosen
    how = f", {outcome.guessed}" if outcome.guessed else ""
    yield f"{file.name or file}: read as {chosen.name}{how} ({chosen.about})"
    parts = [counted(found.documents, "document"), counted(found.spans, "span")]
    if found.answers:
        parts.insert(1, counted(found.answers.total(), "answer"))
        if found.unanswered:
            parts.insert(2, f"{found.unanswered:,} without an answer")
    yield f"  {', '.join(parts)}"
    if found.labels:
        shown = found.labels.most_common(LABELS_SHOWN)
        more = len(found.labels) - len(shown)
        told = ", ".join(f"{label} {count:,}" for label, count in shown)
        yield f"  labels: {told}" + (f" and {more:,} more" if more else "")
    if found.answers:
        by_name: dict[str, list[str]] = {}
        for (who, answer), count in sorted(found.answers.items()):
            by_name.setdefault(who, []).append(f"{count:,} {answer}")
        names = list(by_name)[:LABELS_SHOWN]
        more = len(by_name) - len(names)
        told = "; ".join(f"{who} {', '.join(by_name[who])}" for who in names)
        yield f"  answers: {told}" + (f" and {more:,} more annotators" if more else "")
    if found.spans and found.without_tokens == found.documents:
        yield "  no tokens are given: whether a span cuts one is seen when it is added"
    for name, places in found.findings():
        many = counted(places.count, NOUNS.get(name, "span"))
        yield f"  {KINDS[name].format(many, format=chosen.name)}:"
        yield from _places(places, file)


def _places(places: Places, file: Path) -> Iterator[str]:
    for place in places.first:
        yield f"    {_where(place, file)}: {place.what}"
    if places.count > len(places.first):
        yield f"    and {places.count - len(places.first):,} more"


def _where(place: Place, file: Path) -> str:
    """A place for people: a line of the file; in a folder, which has many files, the document."""
    if file.is_dir() and place.key is not None:
        return place.key
    return f"line {place.line:,}"
