"""How well annotators agree: `agreement`, on a project or on a file of tag columns."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.building_gazetteers import Line
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store
    from tonemark.refusals import Refusal
    from tonemark.review.accepted import LeftOut
    from tonemark.review.report import Gathering

USUAL = 80
"""Columns that the report takes where there is no terminal."""

SHOWN = 10
"""Refusals and keys that are told one by one; the rest are counted."""


@click.command("agreement", epilog="Example: tonemark agreement habari")
@click.argument("folder", type=DIRECTORY, metavar="[DIR]", required=False)
@click.option("--conll", type=DIRECTORY, metavar="FILE", help="A file: a token, then a tag each.")
@click.option("--annotators", default="", metavar="A,B", help="Only these; the names of columns.")
@json_option
def agreement_command(
    folder: Path | None, conll: Path | None, annotators: str, as_json: bool
) -> int:
    """Say how well annotators agree, on what they differ, and how sure the figures are.

    DIR is a project: its documents whose answers are all in count, with the accepts alone. With
    --conll, a file with a token a line, then the tag that each annotator gave it, from left to
    right; they are called A1, A2, ... unless named. Lines at fault are named, and their sentences
    left out; the exit code is then 1.

    It shows everyone's spans, for whoever leads or reviews the work.
    """
    if (folder is None) == (conll is None):
        raise click.UsageError("One of DIR and --conll FILE is needed: a project, or a file.")
    names = _names(annotators)
    if conll is not None:
        return _of_file(conll, names, as_json=as_json)
    assert folder is not None
    return _of_project(folder, names, as_json=as_json)


def _names(given: str) -> tuple[str, ...]:
    from tonemark.corpus.annotators import check_name

    names = tuple(name.strip() for name in given.split(",") if name.strip())
    for name in names:
        check_name(name)
        if names.count(name) > 1:
            raise TonemarkError(f"{name} is named twice.", "Give each annotator a name of her own.")
    if len(names) == 1:
        raise TonemarkError(
            f"{names[0]} alone cannot agree with anybody.", "Name two annotators or more."
        )
    return names


def _of_file(path: Path, given: tuple[str, ...], *, as_json: bool) -> int:
    from tonemark.exchange.base import ReadOptions
    from tonemark.exchange.formats.columns.conll import read_tags
    from tonemark.exchange.registry import opened
    from tonemark.refusals import Refusal
    from tonemark.review.report import Gathering
    from tonemark.review.sums import Work

    refused: list[Refusal] = []
    with opened(path) as stream, Line(f"comparing {path.name}", hidden=as_json) as line:
        number, sentences = read_tags(stream, ReadOptions(annotators=given, source=path.name))
        if number < 2:
            _refuse_columns(path, number, sentences)
        names = given or tuple(f"A{n}" for n in range(1, number + 1))
        gathered = Gathering(names)
        for done, each in zip(count(1), sentences, strict=False):
            if isinstance(each, Refusal):
                refused.append(each)
                continue
            works = [
                Work(name, [(s.start, s.end, s.label) for s in spans], each.tokens, tags)
                for name, spans, tags in zip(names, each.spans, each.tags, strict=True)
            ]
            gathered.add(f"line {each.line}", each.text, works)
            line.update(done)
    if not gathered.sums.documents:
        raise _nothing_read(path, refused)
    told = [
        f"{counted(len(refused), 'sentence')} left out, for a line each that cannot be read:",
        *(f"  line {each.line:,}: {each.reason}" for each in refused[:SHOWN]),
    ]
    if len(refused) > SHOWN:
        told.append(f"  and {len(refused) - SHOWN:,} more (--json names them)")
    more = {"refused": [{"line": each.line, "reason": each.reason} for each in refused]}
    _tell(path.name, gathered, told if refused else [], more, as_json=as_json, what="sentence")
    return int(bool(refused))


def _refuse_columns(path: Path, number: int, sentences: Iterator[Any]) -> None:
    """Say why a file of one tag column or none, or of nothing at all, has no agreement."""
    from tonemark.refusals import Refusal

    refused: list[Refusal] = []
    for each in sentences:
        if not isinstance(each, Refusal):
            break
        refused.append(each)
    else:
        raise _nothing_read(path, refused)
    if number == 1:
        raise TonemarkError(
            f'"{path.name}" has one tag column: one annotator, and nobody to agree with.',
            "Put the tags of the others beside hers, a column each.",
        )
    raise TonemarkError(
        f'"{path.name}" has no tag columns.',
        "Each line needs a token and, from each annotator, a tag such as O, B-PER or I-PER,"
        " with blanks or tabs between.",
    )


def _nothing_read(path: Path, refused: list[Refusal]) -> TonemarkError:
    if not refused:
        return TonemarkError(
            f'"{path.name}" is empty: it has no sentence.',
            "Each line needs a token and a tag from each annotator.",
        )
    first = refused[0]
    return TonemarkError(
        f'No sentence of "{path.name}" can be read: {len(refused):,} refused, the first in line'
        f" {first.line:,}: {first.reason}.",
        "Each line needs a token and a tag from each annotator.",
    )


def _of_project(folder: Path, given: tuple[str, ...], *, as_json: bool) -> int:
    from tonemark.corpus.tokens import tokenizer_of
    from tonemark.review.accepted import LeftOut, accepted, accepts, commonest, who_accepted
    from tonemark.review.report import Gathering

    project, store = open_project(folder)
    names = who_accepted(store)
    for name in given:
        if name not in names:
            raise TonemarkError(
                f"{name} has accepted no document of this project.",
                f"Annotators who have: {', '.join(names) or 'nobody yet'}.",
            )
    number = commonest(accepts(store, given))
    if not number:
        raise _nothing_shared(project, store, given or tuple(names))
    left_out, gathered = LeftOut(), Gathering(names)
    tokenizer = tokenizer_of(project, loads_code=True)
    with Line(f"comparing the answers of {project.name}", hidden=as_json) as line:
        for done, each in enumerate(accepted(store, tokenizer, number, left_out, given), 1):
            gathered.add(each.document.key, each.document.text, each.works)
            line.update(done)
    if not gathered.sums.documents:
        raise TonemarkError(
            f"What could be compared is damaged: {counted(len(left_out.damaged), 'document')}.",
            "Nothing was changed. What is wrong, and what to do:\n    tonemark doctor DIR",
        )
    told = list(_left_out(left_out, number, chosen=bool(given)))
    example = left_out.example
    more = {
        "left_out": {
            name: value
            for name, value in asdict(left_out).items()
            if name not in ("differing", "example", "extra")
        },
        "answers_differ": left_out.differing,
        "answers_differ_example": example and {"document": example[0], "answers": example[1]},
        "answers_extra": left_out.extra,
    }
    _tell(project.name, gathered, told, more, as_json=as_json, what="document")
    if left_out.damaged:
        say(
            "tonemark: Documents are damaged. What is wrong, and what to do:",
            f"      tonemark doctor {typed(folder)}",
            err=True,
        )
    return int(bool(left_out.damaged))


def _nothing_shared(project: Project, store: Store, names: tuple[str, ...]) -> TonemarkError:
    """Why no document can be compared, and what to do."""
    if not names:
        return TonemarkError(
            "Nobody has accepted a document yet: there is nothing to compare.",
            "Agreement needs documents that two annotators answered.",
        )
    if len(names) == 1:
        return TonemarkError(
            f"{names[0]} is the only annotator: there is nobody to agree with.",
            "Let others answer the same documents: overlap in project.toml says how many each"
            " document gets.",
        )
    who = f"{', '.join(names[:-1])} and {names[-1]}"
    unfinished = _count(store, "answers < places AND accepts > 1")
    if unfinished:
        return TonemarkError(
            f"No document with two accepts has all its answers: {unfinished:,}"
            f" wait{'s' * (unfinished == 1)} for more.",
            f"Each document goes to {project.overlap} annotators (overlap in project.toml); those"
            " count whose answers are all in.",
        )
    repeated = store.db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM documents GROUP BY digest HAVING count(*) > 1)"
    ).fetchone()[0]
    if repeated:
        return TonemarkError(
            f"{who} have no document in common, but {counted(repeated, 'text')} stand"
            f"{'s' * (repeated == 1)} there more than once.",
            "Bring their work on the same texts together: add the files to a new project, the"
            " second and later ones with --match text.",
        )
    return TonemarkError(
        f"{who} have no document in common: no document has two accepts that count.",
        "Let several answer the same documents: overlap in project.toml says how many each"
        " document gets.",
    )


def _count(store: Store, which: str) -> int:
    (found,) = store.db.execute(
        "SELECT count(*) FROM (SELECT count(*) AS answers, sum(answer = 'accept') AS accepts,"
        " places FROM annotations a JOIN documents d ON d.id = a.document"
        f" WHERE current AND NOT extra GROUP BY a.document) WHERE {which}"
    ).fetchone()
    return int(found)


def _left_out(left_out: LeftOut, number: int, *, chosen: bool) -> Iterator[str]:
    """What was left out of a project, and why, in words; others than those who were `chosen` may
    have accepted it."""
    for found, why in (
        (left_out.unanswered, "without an answer"),
        (left_out.unfinished, f"that wait{'s' * (left_out.unfinished == 1)} for more answers"),
        (left_out.no_accept, f"that {'none of them' if chosen else 'nobody'} accepted"),
        (left_out.one_accept, f"that one {'of them' if chosen else 'annotator'} alone accepted"),
        (left_out.other_number, f"with two accepts or more, but not the {number} of most"),
    ):
        if found:
            yield f"left out: {counted(found, 'document')} {why}"
    if left_out.damaged:
        keys = ", ".join(left_out.damaged[:SHOWN]) + ", ..." * (len(left_out.damaged) > SHOWN)
        yield f"left out: {counted(len(left_out.damaged), 'document')} damaged in the store: {keys}"
    if left_out.extra:
        yield (
            f"left out: {counted(left_out.extra, 'answer')} that came when the places of a document"
            " were taken"
        )
    if left_out.differing and left_out.example:
        key, answers = left_out.example
        said = ", ".join(f"{name} {answer}" for name, answer in answers.items())
        yield (
            f"the answers to {counted(left_out.differing, 'document')} differ, and only accepts are"
            f" compared; for instance {key}: {said}"
        )


def _tell(
    name: str,
    gathered: Gathering,
    told: list[str],
    more: dict[str, Any],
    *,
    as_json: bool,
    what: str,
) -> None:
    from tonemark.cli.showing_agreement import report
    from tonemark.review.report import agreement

    found = agreement(gathered)
    if as_json:
        say_json({**found.to_json(), **more})
        return
    width = columns(sys.stdout) or USUAL
    say(*report(name, found, width, what))
    for text in told:
        say(*set_in(text.lstrip(), width, " " * (len(text) - len(text.lstrip())), indent=4))
