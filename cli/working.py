"""Verbs with a screen: `annotate`, and `tonemark DIR`, which opens the dashboard."""

from __future__ import annotations

import io
import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from tonemark.cli.opening import DIRECTORY, annotator, annotator_option, open_project
from tonemark.cli.recent import remember
from tonemark.corpus.desk import Desk
from tonemark.corpus.project_checks import Bidi
from tonemark.errors import TonemarkError
from tonemark.files import typed

if TYPE_CHECKING:
    from textual.screen import Screen

    from tonemark.suggester.starting import Suggester

bidi_option = click.option(
    "--bidi",
    type=click.Choice([way for way in get_args(Bidi) if way != "auto"]),
    help="How right-to-left text is laid out in this terminal.",
)


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

    return _run(desk, Dashboard(), bidi)


def annotate(
    folder: Path,
    as_name: str | None = None,
    document: str | None = None,
    bidi: Bidi | None = None,
) -> int:
    """Open the annotate screen, on the document with a key if one is given; the exit code."""
    desk = _desk(folder, as_name)
    number = None
    if document is not None:
        number = desk.store.number_of(document)
        if number is None:
            raise TonemarkError(
                f"There is no document {document} in this project.",
                "The list of documents (t d) and exports show their keys.",
            )
    from tonemark.tui.screens.annotate import AnnotateScreen

    return _run(desk, AnnotateScreen(number), bidi)


def _desk(folder: Path, as_name: str | None) -> Desk:
    from tonemark.corpus.produced import needs_patterns
    from tonemark.corpus.tokens import StoredTokenizer, tokenizer_of
    from tonemark.patterns.proposer import GazetteerProposer

    _check_terminal()
    project, store = open_project(folder)
    name = annotator(project, as_name)
    remember(project.folder)
    try:
        tokenizer = tokenizer_of(project, loads_code=False)
    except TonemarkError as error:
        use = f"    tonemark tokenizers use {typed(project.folder)} NAME"
        another = f"project.toml names this tokenizer. Another one:\n{use}"
        raise TonemarkError(error.title, f"{error.remedy}\n{another}".lstrip()) from None
    if isinstance(tokenizer, StoredTokenizer) or needs_patterns(store):
        _suggester(project.folder).tend()  # it loads while the screen does
    return Desk(project, store, name, tokenizer, GazetteerProposer(project, store, name))


@cache
def _suggester(folder: Path) -> Suggester:
    """The suggester of a project, for this process."""
    from tonemark.suggester.starting import Suggester

    return Suggester(folder)


def _maker(desk: Desk) -> Suggester:
    """What makes tokens and suggestions for a desk; it knows of which package its tokens are."""
    made = _suggester(desk.project.folder)
    made.package = lambda: getattr(desk.tokenizer, "package", "")
    return made


def _check_terminal() -> None:
    """Textual spins on a stdin that is no terminal, and paints over a TERM that cannot be."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise click.UsageError("This needs a terminal: standard input and output must be one.")
    if os.environ.get("TERM", "dumb") == "dumb":
        raise click.UsageError(
            "This terminal says that it can show no screen (TERM=dumb)."
            " Set TERM, for example to xterm-256color."
        )
    # Textual writes there. Terminals are UTF-8, whatever the locale of a server says, and doctor
    # tells of those that are not.
    if isinstance(sys.__stderr__, io.TextIOWrapper):
        sys.__stderr__.reconfigure(encoding="utf-8")


def _run(desk: Desk, first: Screen[None], bidi: Bidi | None) -> int:
    from tonemark.tui.app import TonemarkApp

    cut_off = True
    try:
        app = TonemarkApp(desk, first, bidi, lambda: _maker(desk))
        app.run(mouse=False)
        cut_off = bool(app.crash or app.return_code)
    finally:
        desk.close(cut_off=cut_off)
        desk.store.close()
    if app.fault:
        raise app.fault
    if app.crash:
        _say_crash(app.crash)
        return 1
    return app.return_code or 0


def _say_crash(crash: str) -> None:
    """Tell of a defect of ours; its words may quote a document."""
    from tonemark.cli.opening import say

    say(
        *crash.rstrip().split("\n"),
        "tonemark: this is a defect of the program. Every key whose change you saw is saved.",
        "  Start again where you were; please report the lines above.",
        err=True,
    )
