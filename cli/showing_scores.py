"""How good a trained model is, and what would help it most: `scores`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.telling import columns, set_in
from tonemark.files import typed

if TYPE_CHECKING:
    from tonemark.training.scores.drawn import DrawnScores

USUAL = 80
"""Columns that the report takes where there is no terminal."""

SHOWN, TOLD = 3, 100
"""Errors of each kind that are shown in their texts, and that --json tells."""


@click.command("scores", epilog="Example: tonemark scores habari")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("model", metavar="[MODEL]", default="")
@json_option
def scores_command(folder: Path, model: str, as_json: bool) -> None:
    """Say how good a trained model is, what kind of errors it makes, and what would help it most.

    MODEL is one of those in DIR/models, without it the last. The figures are counted anew from
    models/MODEL/scored.jsonl, which has the spans of people and of the model, of documents that it
    had not learnt from when it tagged them.

    It shows people's spans, for whoever leads or reviews the work.
    """
    from tonemark.training.runs.folders import chosen_run
    from tonemark.training.scores.drawn import drawn_scores
    from tonemark.training.scores.report import score_report
    from tonemark.tui.page.score_lines import score_lines

    project, store = open_project(folder)
    run = chosen_run(project.folder, model)
    report = score_report(run, store, TOLD if as_json else SHOWN).to_json()
    drawn = drawn_scores(run, store, project.evaluation) if project.order == "uncertain" else None
    if drawn:
        report["at_random"] = drawn.to_json()
    if as_json:
        say_json(report)
        return
    for line in score_lines(report, columns(sys.stdout) or USUAL):
        click.echo(line.text)
    if drawn and drawn.documents < drawn.scored:
        say(*set_in(_at_random(drawn), columns(sys.stdout) or USUAL, ""))
    if any(report["examples"].values()):
        click.echo("Open an error by its document's key, as who answered it:")
        click.echo(f"    tonemark annotate {typed(folder)} --as NAME --document KEY")


def _at_random(drawn: DrawnScores) -> str:
    """The score on the documents that came at random, in words."""
    words = (
        f"{drawn.documents:,} of the {drawn.scored:,} documents came at random or with a file, the"
    )
    words += " others mostly because the learner was unsure of them, and are harder"
    if not drawn.documents:
        return f"{words}: what this model does on any text is not known."
    return f"{words}: on those alone F1 is {drawn.counts.f1:.3f}, which is the fairer figure."
