"""What a model is to learn, as verbs about training are asked: `--labels`, `--gold`,
`--annotator`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tonemark.cli.opening import Command

if TYPE_CHECKING:
    from tonemark.training.material import Asked


def asked_options(command: Command) -> Command:
    """`--labels A,B`, `--gold` and `--annotator NAME`: parameters labels, gold and annotator, for
    `asked_of`."""
    for option in (
        click.option("--annotator", metavar="NAME", help="Learn from one annotator's answers."),
        click.option("--gold", is_flag=True, help="Learn from gold alone."),
        click.option("--labels", metavar="A,B", help="Learn these labels alone."),
    ):
        command = option(command)
    return command


def asked_of(labels: str | None, gold: bool, annotator: str | None) -> Asked:
    """What the options ask for. Raises click.UsageError where they contradict each other."""
    from tonemark.corpus.annotators import check_name
    from tonemark.exchange.settings import Settings, contradiction
    from tonemark.training.material import Asked

    if annotator is not None:
        check_name(annotator, "--annotator")
    if wrong := contradiction(Settings(annotator=annotator, gold=gold)):
        raise click.UsageError(wrong)
    named = [name.strip() for name in (labels or "").split(",") if name.strip()]
    if labels is not None and not named:
        raise click.UsageError("--labels names no label.")
    return Asked(tuple(dict.fromkeys(named)), gold, annotator)
