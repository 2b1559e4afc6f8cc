"""Verbs with a screen: `annotate`, and `tonemark DIR`, which opens the dashboard."""

from __future__ import annotations

from pathlib import Path

import click

from tonemark.cli.opening import DIRECTORY, annotator_option
from tonemark.cli.screens import bidi_option, numbered, run_screen, seat
from tonemark.corpus.desk import Desk
from tonemark.corpus.project_checks import Bidi


@click.command(
    "annotate", epilog="Example: tonemark annotate habari --as amina --document news.txt:12"
)
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@annotator_option
@click.option("--document", metavar="KEY", help="Open this document first.")
@bidi_option
def annotate_command(
    folder: Path, as_name: str | None, document: str | None, bidi: Bidi | None
) -> int:
    """Go straight to work: the first page of your queue."""
    return annotate(folder, as_name, document, bidi)


class _Folder(click.Command):
    """A command that is called by a project's folder alone."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line, as one types it."""
        formatter.write_usage("tonemark", "DIR [OPTIONS]")


@click.command(
    "open", cls=_Folder, epilog="Example: tonemark habari, or: tonemark habari --as amina"
)
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@annotator_option
@bidi_option
def open_command(folder: Path, as_name: str | None, bidi: Bidi | None) -> int:
    """The project's dashboard."""
    desk = _desk(folder, as_name)
    from tonemark.tui.screens.dashboard import Dashboard

    return run_screen(desk, Dashboard(), bidi)


def annotate(
    folder: Path,
    as_name: str | None = None,
    document: str | None = None,
    bidi: Bidi | None = None,
) -> int:
    """Open the annotate screen, on the document with a key if one is given; the exit code."""
    desk = _desk(folder, as_name)
    number = numbered(desk.store, document)
    from tonemark.tui.screens.annotate import AnnotateScreen

    return run_screen(desk, AnnotateScreen(number), bidi)


def _desk(folder: Path, as_name: str | None) -> Desk:
    from tonemark.patterns.proposer import GazetteerProposer

    project, store, name, tokenizer = seat(folder, as_name)
    return Desk(project, store, name, tokenizer, GazetteerProposer(project, store, name))
