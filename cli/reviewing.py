"""Settling what annotators differ on: `review`, by a person at the screen or by a rule."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from tonemark.cli.building_gazetteers import Line
from tonemark.cli.opening import (
    DIRECTORY,
    annotator,
    annotator_option,
    json_option,
    open_project,
    say,
    say_json,
)
from tonemark.cli.screens import bidi_option, numbered, run_screen, seat
from tonemark.cli.telling import columns, set_in
from tonemark.corpus.gold import MAJORITY, UNANIMOUS
from tonemark.corpus.project_checks import Bidi
from tonemark.corpus.reviews import KINDS, Wanted
from tonemark.files import typed
from tonemark.review.rules import Rule
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.review.ruling import Ruling

USUAL = 80
"""Columns that the report takes where there is no terminal."""


@click.command("review", epilog="Example: tonemark review habari --as rosa --kind label")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@annotator_option
@click.option(
    "--kind", "kinds", type=click.Choice(KINDS), multiple=True,
    help="Only documents that differ so; may be repeated.",
)  # fmt: skip
@click.option("--label", metavar="L", help="Only where this label is in question.")
@click.option("--annotator", "against", metavar="A", help="Only where A is not with the majority.")
@click.option("--largest", is_flag=True, help="Where most differs first.")
@click.option("--all", "everything", is_flag=True, help="Also documents on which all agree.")
@click.option("--anonymous", is_flag=True, help="Number the annotators instead of naming them.")
@click.option("--document", metavar="KEY", help="Open this document first.")
@bidi_option
@click.option(
    "--auto", "rule", type=click.Choice(get_args(Rule)), help="Settle by rule: no screen."
)
@json_option
def review_command(
    folder: Path,
    as_name: str | None,
    kinds: tuple[str, ...],
    label: str | None,
    against: str | None,
    largest: bool,
    everything: bool,
    anonymous: bool,
    document: str | None,
    bidi: Bidi | None,
    rule: Rule | None,
    as_json: bool,
) -> int:
    """Settle what annotators differ on; what you settle is gold.

    It brings the documents whose answers are all in, one a page: what all agree on stands, a row an
    annotator shows what each has, and Enter makes it gold.

    With --auto it needs nobody: "unanimous" makes gold where two annotators at least say the same,
    "majority" also where more than half have one answer and one version of every difference. The
    rest stays in the queue. What a person settled, or has begun to, is never touched.
    """
    if rule:
        given = {
            "--kind": kinds, "--label": label, "--annotator": against, "--largest": largest,
            "--all": everything, "--anonymous": anonymous, "--document": document, "--bidi": bidi,
        }  # fmt: skip
        for option, value in given.items():
            if value:
                raise click.UsageError(f"--auto looks at every document: leave {option} out.")
        return _by_rule(folder, as_name, rule, as_json=as_json)
    if as_json:
        raise click.UsageError("--json goes with --auto: a screen reports nothing.")
    if anonymous and against:
        raise click.UsageError("--anonymous hides who is who: leave --annotator out.")
    from tonemark.corpus.annotators import check_name
    from tonemark.review.asking import check_known, known

    if against:
        check_name(against, "--annotator")
    project, store, name, tokenizer = seat(folder, as_name, reviewing=True)
    wanted = Wanted(tuple(dict.fromkeys(kinds)), label or "", against or "", everything, largest)
    if label or against:
        check_known(project, known(project, store), wanted)
    number = numbered(store, document)
    from tonemark.review.desk import ReviewDesk
    from tonemark.tui.screens.review import ReviewScreen

    desk = ReviewDesk(project, store, name, tokenizer, wanted, anonymous=anonymous)
    return run_screen(desk, ReviewScreen(number), bidi)


def _by_rule(folder: Path, as_name: str | None, rule: Rule, *, as_json: bool) -> int:
    from tonemark.corpus.places import set_places
    from tonemark.corpus.tokens import tokenizer_of
    from tonemark.review.ruling import rule_on

    project, store = open_project(folder)
    store.check_writable()
    if as_name is not None:
        annotator(project, as_name, reviewing=True)
    tokenizer = tokenizer_of(project, loads_code=True)
    documents = store.document_count()
    set_places(store, project.overlap, project.overlap_share)
    with Line(f"settling the documents of {project.name}", hidden=as_json) as line:
        done = rule_on(
            store, project.folder, tokenizer, rule, lambda at: line.update(at, documents)
        )
    store.close()
    if as_json:
        say_json(_json(rule, done))
    else:
        width = columns(sys.stdout) or USUAL
        for told in _told(rule, done, folder):
            text = told.lstrip(" ")
            say(*set_in(text, width, " " * (len(told) - len(text)), indent=4))
    if done.damaged:
        say(
            "tonemark: Documents are damaged. What is wrong, and what to do:",
            f"      tonemark doctor {typed(folder)}",
            err=True,
        )
        return 1
    return 0


def _json(rule: Rule, done: Ruling) -> dict[str, Any]:
    return {
        "rule": rule,
        "made": {"unanimous": done.made[UNANIMOUS], "majority": done.made[MAJORITY]},
        "renewed": done.renewed,
        "there": done.there,
        "kept": done.kept,
        "begun": done.begun,
        "left": {kind: done.kinds[kind] for kind in KINDS},
        "left_documents": done.left,
        "single": done.single,
        "meanwhile": done.meanwhile,
        "waiting": done.waiting,
        "damaged": done.damaged,
    }


def _told(rule: Rule, done: Ruling, folder: Path) -> Iterator[str]:
    made = done.made.total()
    how = [f"{done.made[UNANIMOUS]:,} unanimous"]
    if rule == "majority":
        how.append(f"{done.made[MAJORITY]:,} by majority")
    yield f"{counted(made, 'document')} made gold: {', '.join(how)}"
    if done.renewed:
        yield f"  {done.renewed:,} of them anew: their annotators changed something since"
    if done.there:
        yield f"{done.there:,} had gold by rule, and still {_have(done.there)} it"
    if done.kept:
        yield f"{done.kept:,} {_have(done.kept)} gold by people: kept"
    if done.begun:
        yield f"{done.begun:,} left to reviewers who have begun with {_them(done.begun)}"
    if done.left:
        kinds = [f"{done.kinds[kind]:,} {kind}" for kind in KINDS if done.kinds[kind]]
        yield f"{done.left:,} left in the queue; they differ in: {', '.join(kinds)}"
        yield f"  tonemark review {typed(folder)} opens {_them(done.left)}"
    if done.single:
        yield (
            f"{done.single:,} {_have(done.single)} a single annotator, with whom nobody agreed:"
            " export takes her accept"
        )
    if done.meanwhile:
        yield f"{done.meanwhile:,} answered or settled meanwhile: run it again"
    if done.waiting:
        yield f"{done.waiting:,} {_wait(done.waiting)} for answers"


def _have(number: int) -> str:
    return "has" if number == 1 else "have"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"


def _wait(number: int) -> str:
    return "waits" if number == 1 else "wait"
