"""What a project holds and how far it is: `status`."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.corpus import reviews
from tonemark.corpus.evidence import Astray
from tonemark.corpus.gold import MAJORITY, UNANIMOUS, settled
from tonemark.corpus.people import Person, in_hours, people
from tonemark.corpus.project import Project, overlap_words
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import Safe, counted, joined, visible

USUAL = 80
"""Columns that the report takes at most."""

NAME = 16
"""Cells that a long name has at least where its numbers stand beside it."""

COUNTED = ("accepted", "rejected", "ignored", "begun", "spans")
"""What is counted of an annotator."""

MEASURED = ("hours", "entities/hour", "F1 with gold", "F1 with others")
"""What is measured of an annotator's work."""

NONE = "–"
"""Stands for a figure that there is not: no time was measured, or there is nothing to compare."""


@click.command("status", epilog="Example: tonemark status habari")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@json_option
def status_command(folder: Path, as_json: bool) -> None:
    """What is in the project, how far each annotator is, and how each works.

    Hours count what lies between two keys on a page, up to two minutes each time; answers that came
    with files have none. F1 is over exact spans: against gold, and the mean of that with each other
    annotator over documents that both accepted.

    It counts everyone's spans and labels, for whoever leads or reviews the work. Annotators look at
    the dashboard (tonemark DIR), which keeps others' spans from them.
    """
    from tonemark.corpus.progress import progress
    from tonemark.tokenizers.languages import language_name

    project, store = open_project(folder)
    found = progress(store, project.team)
    each_one = people(store)
    gold, seen = settled(store), _reviews(store)
    drawn = _drawn(project, store)
    if as_json:
        annotators = [
            {**asdict(each), "answered": each.answered,
             **_measured(each_one.get(each.name, Person(each.name)))}
            for each in found.annotators
        ]  # fmt: skip
        report = {**asdict(found), "annotators": annotators, "gold": gold, "reviews": seen}
        if drawn:
            report["order"] = {"answered": drawn[0], "at_random": drawn[1]}
        failed = _failed(project, store)
        say_json(
            {"name": project.name, "language": project.language, "tokenizer": project.tokenizer,
             "tokenizer_version": _version(project), "tokenizer_failed": failed,
             "tokenizer_fault": _fault(project), **report}
        )  # fmt: skip
        return
    width = min(columns(sys.stdout) or USUAL, USUAL)
    told = [
        f"{project.name}: {language_name(project.language)} ({project.language}),"
        f" tokenizer {project.tokenizer} ({_version(project) or 'at fault'})",
        f"{counted(found.documents, 'document')}, {found.finished:,} finished"
        f" ({overlap_words(project)})",
    ]
    if found.with_suggestions:
        told.append(
            f"{counted(found.with_suggestions, 'document')}"
            f" ha{'s' if found.with_suggestions == 1 else 've'} suggestions that came with the data"
            " or from patterns; names are looked for as a page opens"
        )
    told += _astray(found.suggestions)
    if drawn and drawn[0]:
        told.append(
            f"{counted(drawn[0], 'document')} answered on a page, of which {drawn[1]:,}"
            f" ({drawn[1] / drawn[0]:.0%}) came at random, the others mostly because the learner"
            " was unsure of them"
        )
    if gold:
        told.append(_settled(gold))
    if seen["compared"]:
        told.append(f"{_differing(seen['waiting'])} ({seen['compared']:,} compared)")
    if fault := _fault(project):
        told.append(f"no page can be opened: {fault} More: tonemark doctor {typed(folder)}")
    if failed := _failed(project, store):
        told.append(
            f"{failed:,} document{'s have' if failed > 1 else ' has'} the general tokenizer's"
            f" tokens: {project.tokenizer} failed (tonemark doctor {typed(folder)} says why)"
        )
    for line in told:
        say(*set_in(line, width, ""))
    rows = [(a.name, (a.accept, a.reject, a.ignore, a.begun, a.spans)) for a in found.annotators]
    say(*counts("annotator", COUNTED, rows, width))
    figures = [(name, _figures(person)) for name, person in sorted(each_one.items())]
    if any(set(shown) != {NONE} for _, shown in figures):
        say(*counts("annotator", MEASURED, figures, width))
    say(*counts("label", ("spans",), [(name, (n,)) for name, n in found.labels.items()], width))


def _measured(person: Person) -> dict[str, float | None]:
    """A person's figures as `--json` has them."""
    return {
        "hours": person.hours, "entities_an_hour": person.entities_an_hour,
        "f1_gold": person.f1_gold, "f1_others": person.f1_others,
    }  # fmt: skip


def _figures(person: Person) -> tuple[str, ...]:
    """A person's figures as the table has them."""
    hours, speed = person.hours, person.entities_an_hour
    return (
        NONE if hours is None else in_hours(hours),
        NONE if speed is None else f"{speed:,.0f}",
        *(NONE if f1 is None else f"{f1:.3f}" for f1 in (person.f1_gold, person.f1_others)),
    )


def _reviews(store: Store) -> dict[str, int]:
    """How many documents have been compared, all answers being in, and how many of them differ and
    are not settled."""
    return {"compared": reviews.counts(store).finished, "waiting": reviews.waiting(store)}


def _drawn(project: Project, store: Store) -> tuple[int, int] | None:
    """How many documents were answered, and how many of them came at random; None where they come
    in the order that was given."""
    from tonemark.corpus.uncertain import answered_at_random

    if project.order != "uncertain":
        return None
    return answered_at_random(store, project.evaluation)


def _differing(number: int) -> str:
    """How many documents differ and are not settled."""
    if number == 1:
        return "1 document differs and waits for a review"
    return f"{counted(number, 'document')} differ and wait for a review"


def _settled(gold: Mapping[str, int]) -> str:
    """How many documents have gold, and who decided it."""
    who = {MAJORITY: "by majority", UNANIMOUS: "where all agree"}
    most = sorted(gold.items(), key=lambda each: (each[0] in who, -each[1], each[0]))
    by = ", ".join(f"{count:,} {who.get(name, f'by {name}')}" for name, count in most)
    total = sum(gold.values())
    return f"{counted(total, 'document')} ha{'s' if total == 1 else 've'} gold: {by}"


def _astray(found: Astray) -> Iterator[str]:
    """How the suggestions that were shown fared, and how far they led annotators astray: by how
    much more of them stand than of those that a blind document would have had."""
    if found.offered == 1:
        fate = "stands" if found.stood else "does not stand"
        yield f"1 suggestion was shown on accepted documents, and {fate}"
    elif found.offered:
        yield (
            f"{found.offered:,} suggestions were shown on accepted documents:"
            f" {found.stood / found.offered:.0%} of them stand"
        )
    if not found.blind_offered:
        return
    documents = counted(found.blind_documents, "blind document")
    if found.blind_offered == 1:
        hand = "labelled it by hand" if found.blind_stood else "did not label it"
        yield f"1 more was kept from {documents}: annotators {hand}"
    else:
        yield (
            f"{found.blind_offered:,} more were kept from {documents}: annotators labelled"
            f" {found.blind_stood / found.blind_offered:.0%} of them by hand"
        )
    if found.offered:
        led = found.stood / found.offered - found.blind_stood / found.blind_offered
        # The standard error of a difference of two shares.
        margin = 1.96 * math.hypot(
            _deviation(found.stood, found.offered),
            _deviation(found.blind_stood, found.blind_offered),
        )
        yield (
            f"so of 100 suggestions about {max(0.0, 100 * led):.0f} stand only because they were"
            f" shown (give or take {100 * margin:.0f})"
        )


def _deviation(stood: int, offered: int) -> float:
    """The standard error of a share, by the rule of Agresti and Coull (1998): two of each kind
    added, so that none of three is not taken for certain."""
    share = (stood + 2) / (offered + 4)
    return math.sqrt(share * (1 - share) / (offered + 4))


def _version(project: Project) -> str:
    """The version of the project's tokenizer; empty where it cannot be had."""
    from tonemark.corpus.tokens import tokenizer_of, version_of

    try:
        return version_of(tokenizer_of(project, loads_code=False))
    except TonemarkError:
        return ""


def _fault(project: Project) -> str:
    """What is wrong with the project's tokenizer; empty where nothing is, as far as can be seen
    without running other people's code."""
    from tonemark.corpus.tokens import tokenizer_of

    try:
        tokenizer_of(project, loads_code=False)
    except TonemarkError as error:
        return error.title
    return ""


def _failed(project: Project, store: Store) -> int:
    """How many documents have the general tokenizer's tokens because the project's failed."""
    from tonemark.corpus.tokens import StoredTokenizer, tokenized_at_fault, tokenizer_of

    try:
        tokenizer = tokenizer_of(project, loads_code=False)
    except TonemarkError:  # what is wrong with it, doctor tells
        return 0
    if not isinstance(tokenizer, StoredTokenizer):
        return 0
    return tokenized_at_fault(store, tokenizer)[0]


def counts(
    of: str, heads: Sequence[str], rows: Sequence[tuple[str, Sequence[int | str]]], width: int
) -> Iterator[Safe]:
    """Names with their numbers, or other figures, in at most `width` cells, under the heads of the
    columns: what the names are `of`, then what is counted.

    Where they do not fit beside the names, the numbers stand under them, each with its head. A
    name that is wider than a line is cut, a number never.
    """
    from tonemark.tui.page.cells import blanks, cells
    from tonemark.tui.page.columns import column

    if not rows:
        return
    figures = [[n if isinstance(n, str) else f"{n:,}" for n in numbers] for _, numbers in rows]
    each = [max(map(len, of_one)) for of_one in zip(heads, *figures, strict=True)]
    beside = 2 + sum(1 + one for one in each)
    widest = max(cells(visible(name)) for name in (of, *(name for name, _ in rows)))
    room = min(widest, width - beside)
    if room < min(widest, NAME):
        for (name, _), shown in zip(rows, figures, strict=True):
            yield column(f"  {name}", min(cells(visible(name)) + 2, width))
            told = ", ".join(f"{n} {head}" for n, head in zip(shown, heads, strict=True))
            yield from set_in(told, width, " " * 4, indent=4)
        return
    for name, shown in [(of, list(heads)), *zip((name for name, _ in rows), figures, strict=True)]:
        numbers = [f" {figure:>{one}}" for figure, one in zip(shown, each, strict=True)]
        yield joined((blanks(2), column(name, room), visible("".join(numbers))))
