"""What verbs with a screen share: a terminal that can show one, who sits down at a project, and the
app from its start to its end."""

from __future__ import annotations

import io
import os
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, get_args

import click

from tonemark.cli.opening import annotator, open_project
from tonemark.cli.recent import remember
from tonemark.corpus.desk import Desk
from tonemark.corpus.project import Project
from tonemark.corpus.project_checks import Bidi
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer
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


class Seat(NamedTuple):
    """Somebody at a project, its store open and its tokenizer made."""

    project: Project
    store: Store
    name: str
    tokenizer: AnyTokenizer


def seat(folder: Path, as_name: str | None, *, reviewing: bool = False) -> Seat:
    """Open a project for a screen, for its annotator, or its reviewer; what makes tokens and
    suggestions is started where it is needed."""
    from tonemark.corpus.making import makes_suggestions, makes_tokens
    from tonemark.corpus.tokens import tokenizer_of

    check_terminal()
    project, store = open_project(folder)
    name = annotator(project, as_name, reviewing=reviewing)
    remember(project.folder)
    try:
        tokenizer = tokenizer_of(project, loads_code=False)
    except TonemarkError as error:
        use = f"    tonemark tokenizers use {typed(project.folder)} NAME"
        another = f"project.toml names this tokenizer. Another one:\n{use}"
        raise TonemarkError(error.title, f"{error.remedy}\n{another}".lstrip()) from None
    if makes_tokens(tokenizer) or (not reviewing and makes_suggestions(project, store)):
        _suggester(project.folder).tend()  # it loads while the screen does
    return Seat(project, store, name, tokenizer)


def numbered(store: Store, key: str | None) -> int | None:
    """The number of the document that is to be opened first. Raises TonemarkError where none has
    that key."""
    number = None if key is None else store.number_of(key)
    if key is not None and number is None:
        raise TonemarkError(
            f"There is no document {key} in this project.",
            "The list of documents (t d) and exports show their keys.",
        )
    return number


def run_screen(desk: Desk, first: Screen[None], bidi: Bidi | None) -> int:
    """Run the app at a desk, beginning with a screen; the exit code."""
    from tonemark.tui.app import TonemarkApp

    cut_off = True
    with ExitStack() as leaving:
        leaving.callback(desk.store.close)
        app = TonemarkApp(desk, first, bidi, lambda: _maker(desk))
        leaving.callback(lambda: app.close_desks(cut_off=cut_off))
        app.run(mouse=False)
        cut_off = bool(app.crash or app.return_code)
    if app.fault:
        raise app.fault
    if app.crash:
        _say_crash(app.crash)
        return 1
    return app.return_code or 0


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


def check_terminal() -> None:
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


def _say_crash(crash: str) -> None:
    """Tell of a defect of ours; its words may quote a document."""
    from tonemark.cli.opening import say

    say(
        *crash.rstrip().split("\n"),
        "tonemark: this is a defect of the program. Every key whose change you saw is saved.",
        "  Start again where you were; please report the lines above.",
        err=True,
    )
