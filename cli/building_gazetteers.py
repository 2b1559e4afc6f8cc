"""Making the cache of a project's names, out of which pages are matched: `gazetteer build`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.progress import ERASED, PATIENCE
from tonemark.errors import TonemarkError
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store


class Line:
    """How far something is, in a line of a terminal, once it takes a while; then it is gone."""

    def __init__(self, what: str, *, hidden: bool) -> None:
        self._what = what
        self._from = time.monotonic() + PATIENCE
        self._hidden = hidden or not sys.stderr.isatty()
        self._is_shown = False

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *error: object) -> None:
        if self._is_shown:
            sys.stderr.write(ERASED)
            sys.stderr.flush()

    def update(self, done: int, total: int = 0) -> None:
        """Say that so many are done, of a total if that is known."""
        self.say(f"{done:,} of {total:,}" if total else f"{done:,}")

    def say(self, how_far: str) -> None:
        """Say how far it is, in words of ours."""
        now = time.monotonic()
        if self._hidden or now < self._from:
            return
        self._from = now + 0.1
        self._is_shown = True
        sys.stderr.write(f"\r\x1b[K{self._what}: {how_far}")
        sys.stderr.flush()


@click.command("build", epilog="Example: tonemark gazetteer build habari")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option(
    "--anew", is_flag=True, help="Weigh all answers anew, and try left out patterns again."
)
@json_option
def build_command(folder: Path, anew: bool, as_json: bool) -> None:
    """Make the cache of names anew, and weigh the answers that wait for it.

    The cache lies in your own cache folder, not in the project; a page that finds it out of date
    has it made, so that this is needed only where something seems wrong.

    With --anew all that entries have earned is counted again from the answers; and patterns that
    were left out, because they took too long or ended the process that runs them, get another try.
    """
    from tonemark.corpus.produced import try_patterns_again
    from tonemark.corpus.unweighed import forget_evidence

    project, store = open_project(folder)
    started = time.perf_counter()
    again = 0
    if anew:
        forget_evidence(store)
        again = try_patterns_again(store)
    # Answers first: they teach names that the cache is to have.
    weighed = weighed_all(project, store, hidden=as_json)
    names = _made(project, store, hidden=as_json, anew=True)
    seconds = time.perf_counter() - started
    if as_json:
        seconds = round(seconds, 2)
        say_json({"names": names, "weighed": weighed, "patterns": again, "seconds": seconds})
        return
    say(f"{counted(names, 'name')} in the cache, made in {seconds:.1f} s")
    if weighed:
        say(f"{counted(weighed, 'answer')} weighed: tonemark gazetteer stats tells what came of it")
    if again:
        say(f"{counted(again, 'pattern')} left out before: tried again from the next page on")


def built(project: Project, store: Store, *, hidden: bool, anew: bool = False) -> int:
    """Make the cache of the project's names where it is out of date, or `anew`; how many it has.

    A cache that cannot be written is told, and no more: pages do without one of few names.
    """
    try:
        return _made(project, store, hidden=hidden, anew=anew)
    except TonemarkError as error:
        say(f"{error.title} {error.remedy}", err=True)
        return 0


def _made(project: Project, store: Store, *, hidden: bool, anew: bool) -> int:
    """The same. Raises TonemarkError where it cannot be written."""
    from tonemark.patterns.building import build, cache_folder, stale
    from tonemark.patterns.folding import folding_of

    folding, folder = folding_of(project), cache_folder(project.folder)
    if not anew and not stale(store, folding, folder):
        return 0
    try:
        with Line("building the cache of names", hidden=hidden) as line:
            return build(store, folding, folder, line.update)
    except OSError as error:
        place = error.filename if isinstance(error.filename, str) else folder
        raise TonemarkError(
            f"The cache of names cannot be written: {place}: {error.strerror or error}.",
            f"Let yourself write there, or remove {folder}: it is made anew.",
        ) from None


def weighed_all(project: Project, store: Store, *, hidden: bool) -> int:
    """Weigh the answers that wait for it; how many there were."""
    from tonemark.patterns.unweighed import weigh_all

    with Line("weighing answers", hidden=hidden) as line:
        return weigh_all(project, store, line.update)
