"""Training a model of a project's answers: `train`."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.asked import asked_of, asked_options
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.progress import LABEL, Bar
from tonemark.cli.stopping import stopped_cleanly
from tonemark.cli.telling import columns, set_in
from tonemark.files import typed
from tonemark.text import visible
from tonemark.training.asked_time import seconds_of

if TYPE_CHECKING:
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store
    from tonemark.training.material import Asked
    from tonemark.training.runs.folders import Run

_PROGRESS = 0.1
"""Seconds between two reports of how far it is, where nothing new is in them."""


def _seconds(context: click.Context, option: click.Parameter, given: str) -> float:
    seconds = seconds_of(given)
    if seconds is None:
        raise click.BadParameter(f"{given[:40]!r} is no time for it: give 60s, 5m, or at most 24h.")
    return seconds


@click.command("train", epilog="Example: tonemark train habari --time 2m")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option(
    "--time", "seconds", metavar="TIME", default="60s", show_default=True, callback=_seconds,
    help="How long it may take: 90s, 5m, 1h.",
)  # fmt: skip
@asked_options
@click.option("--base", metavar="MODEL", help="An installed spaCy pipeline to begin with.")
@click.option("--progress", is_flag=True, hidden=True)
@json_option
def train_command(
    folder: Path, seconds: float, labels: str | None, gold: bool, annotator: str | None,
    base: str | None, progress: bool, as_json: bool,
) -> int:  # fmt: skip
    """Train a model on what stands of each document, and say how good it is.

    It learns from gold, else from the only accept, or one that all annotators gave alike. The model
    is a folder in DIR/models: model-1, model-2, and so on; those that were there stay. It is there
    when it is whole: stopped with Ctrl-C, or by anything else, a training leaves nothing.

    A learner is trained and, as long as the time lasts, spaCy's network; the one that is better on
    documents that it has not learnt from is kept, or the two joined.
    """
    from tonemark.training.outcome import TrainSettings
    from tonemark.training.runs.running import run_training

    began = time.monotonic()
    asked = asked_of(labels, gold, annotator)
    settings = TrainSettings(seconds, asked.labels, gold, annotator, base)
    project, store = open_project(folder)
    try:
        if not as_json and not _say_findings(project, store, asked, folder):
            return 1
    finally:
        store.close()
    watch = _Lines() if as_json and progress else _Watch(settings.seconds, hidden=as_json)
    with stopped_cleanly(), watch:
        run, about = run_training(project.folder, settings, watch.told, watch.beat, began)
    if as_json:
        say_json(report(run, about))
    else:
        _tell(run, about, folder)
    return 0


def report(run: Run, about: Mapping[str, Any]) -> dict[str, Any]:
    """What `--json` says."""
    return {"model": str(run.path), "name": run.name, **about}


# While it goes on


class _Lines:
    """How far it is, a line of JSON each time; some a second, so that it ends with its reader."""

    def __init__(self) -> None:
        self._last: dict[str, Any] = {}
        self._at = 0.0

    def __enter__(self) -> _Lines:
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def told(self, step: Mapping[str, Any]) -> None:
        """A step came."""
        self._last, self._at = dict(step), time.monotonic()
        click.echo(json.dumps({"progress": self._last}))

    def beat(self) -> None:
        """Nothing came: the time goes on all the same."""
        now = time.monotonic()
        passed = now - self._at
        if self._last and passed >= _PROGRESS:
            left = max(0.0, self._last.get("left", 0.0) - passed)
            step = {"stage": self._last.get("stage", ""), "left": round(left, 2),
                    "seconds": round(self._last.get("seconds", 0.0) + passed, 2)}  # fmt: skip
            click.echo(json.dumps({"progress": step}))


class _Watch(Bar):
    """A bar of the time, on a terminal, gone in the end."""

    def __init__(self, seconds: float, *, hidden: bool) -> None:
        super().__init__("training", round(seconds), hidden=hidden)
        self._seconds = seconds
        self._began = time.monotonic()
        self._said = ""
        self._bar.show_eta = False
        self._bar.item_show_func = lambda _: self._said

    def __enter__(self) -> _Watch:  # type: ignore[override]
        return self

    def told(self, step: Mapping[str, Any]) -> None:
        """A step came."""
        from tonemark.tui.page.cells import fit

        self._bar.label = fit(visible(str(step.get("stage", ""))), LABEL)
        figures = [f"loss {step['loss']:.4g}"] if "loss" in step else []
        figures += [f"F1 {step['f1']:.3f}"] if "f1" in step else []
        self._said = ", ".join(figures) or self._said
        self.beat()

    def beat(self) -> None:
        """Show the time."""
        self.update(min(round(self._seconds), round(time.monotonic() - self._began)))


def _tell(run: Run, about: Mapping[str, Any], folder: Path) -> None:
    """What came of it, and what may be done next."""
    from tonemark.training.runs.telling import in_words

    width = columns(sys.stdout)
    for line in in_words(run.name, about):
        text = line.lstrip(" ")
        say(*set_in(text, width, " " * (len(line) - len(text)), indent=4))
    say(
        "Its errors, and the models before it:",
        f"    tonemark scores {typed(folder)}",
        f"A package that is installed anywhere, from {run.path}:",
        f"    tonemark package {typed(folder)}",
    )


def _say_findings(project: Project, store: Store, asked: Asked, folder: Path) -> bool:
    """Say in short what would stop a training or spoil it; whether it can begin."""
    from tonemark.training.preflight.findings import can_begin, check

    with Bar(project.name, store.document_count(), hidden=False) as update:
        found = check(project, store, asked, called=folder, progress=update)
    begins = can_begin(found)
    width = columns(sys.stdout)
    told = [each for each in found if each.stops or (begins and not each.note)]
    for each in told:
        say(*set_in(each.words, width, ""), err=not begins)
        if each.stops:
            for line in each.remedy.split("\n"):
                say(*set_in(line, width, "  "), err=True)
    if begins:
        for each in found:
            if each.kind == "parts":
                say(*set_in(each.words, width, ""))
        if told:
            say("More, and what to do about it:", f"    tonemark check {typed(folder)}")
    return begins
