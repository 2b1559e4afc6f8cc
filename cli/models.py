"""Which model suggests in a project: `model` shows those that there are, and chooses one."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json, with_folder
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.files import typed

if TYPE_CHECKING:
    from tonemark.corpus.project import Project
    from tonemark.plugins import Plugin
    from tonemark.training.runs.folders import Run
    from tonemark.training.suggesting import Pipeline

NONE = "none"
"""What is said for no model."""

USUAL = 80
"""Columns that the report takes where there is no terminal."""


@click.command("model", epilog="Example: tonemark model habari model-1")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("name", metavar="[NAME|PIPELINE|none]", default="")
@json_option
def model_command(folder: Path, name: str, as_json: bool) -> None:
    """Show the models of a project, and which of them suggests; or let one, or none, suggest.

    NAME is a model that was trained here (tonemark train), PIPELINE a spaCy pipeline that is
    installed. It suggests on the pages that nobody has opened yet, beside names and the learner,
    wherever the project has its label.

    A model is loaded only where you trained it, or named it here: one that came with a project may
    bring code, which then runs. A model that was changed since is another one.
    """
    project, store = open_project(folder)
    store.close()
    if name:
        _choose(project, "" if name == NONE else name, as_json=as_json)
    elif as_json:
        say_json(_report(project))
    else:
        _show(project, folder)


# Showing


def _show(project: Project, folder: Path) -> None:
    from tonemark.suggester.place import Place
    from tonemark.training.runs.folders import damaged, runs, unreadable
    from tonemark.training.suggesting import installed, of_package

    width = columns(sys.stdout) or USUAL
    found = runs(project.folder)
    packages = installed()
    if broken := damaged(project.folder):
        error = unreadable(broken)
        for line in (error.title, f"  {with_folder(error.remedy)}"):
            say(*set_in(line, width, ""))
    elif not found and not packages:
        say(
            "No model has been trained in this project, and no spaCy pipeline is installed.",
            f"Train one: tonemark train {typed(folder)}",
        )
        return
    for run in found:
        say(*set_in(_told(run), width, _mark(project, run.name), indent=4))
    for plugin in packages:
        pipeline = of_package(plugin)
        words = f"installed, {plugin.origin}{_lacking(project, pipeline)}"
        say(*set_in(f"{plugin.name}: {words}", width, _mark(project, plugin.name), indent=4))
    if trouble := _trouble(project):
        say(*set_in(trouble.title, width, ""))
        for line in with_folder(trouble.remedy).split("\n"):
            say(*set_in(line, width, "  "))
    elif project.model:
        place = Place(project.folder)
        said = place.told().model if place.is_taken() else ""
        say(*set_in(f"{project.model} suggests{f': {said}' if said else ''}.", width, ""))
    else:
        say("None of them suggests.")
    say(
        "Let one suggest, or none:",
        f"    tonemark model {typed(folder)} NAME",
        f"    tonemark model {typed(folder)} {NONE}",
    )


def _mark(project: Project, name: str) -> str:
    return "* " if name == project.model else "  "


def _told(run: Run) -> str:
    """A trained model in a line."""
    from tonemark.training.scores.report import when

    kind = run.words("kind") or "model"
    words = f"{run.name}: {kind}, {when(run)}, learnt from {run.figure('documents'):,.0f} documents"
    if run.figure("scored"):
        words += f", F1 {_figure(run.share('f1'))} on {run.figure('scored'):,.0f}"
    return words if _is_trusted(run) else f"{words}; not from you, or changed since: not loaded"


def _figure(share: float | None) -> str:
    return "-" if share is None else f"{share:.3f}"


def _is_trusted(run: Run) -> bool:
    from tonemark.training.runs.trusted import digest_of, is_trusted

    try:
        return is_trusted(digest_of(run.pipeline))
    except TonemarkError:
        return False


def _lacking(project: Project, pipeline: Pipeline) -> str:
    """What is to be said of a pipeline's labels that the project has not."""
    if not pipeline.labels:
        return ""
    known = [each for each in pipeline.labels if each in _labels(project)]
    lacking = [each for each in pipeline.labels if each not in _labels(project)]
    if not known:
        return f"; none of its labels is one of this project's: {_listed(lacking)}"
    words = f"; labels: {_listed(known)}"
    return f"{words}; left out, as this project has not: {_listed(lacking)}" if lacking else words


def _labels(project: Project) -> set[str]:
    return {label.name for label in project.labels}


def _listed(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(found[:12]) + (f" and {len(found) - 12} more" if len(found) > 12 else "")


def _trouble(project: Project) -> TonemarkError | None:
    """Why the model that the project names cannot suggest."""
    from tonemark.training.suggesting import pipeline_named

    if project.model:
        try:
            pipeline_named(project.folder, project.model)
        except TonemarkError as error:
            return error
    return None


def _report(project: Project) -> dict[str, Any]:
    """What `--json` says."""
    from tonemark.training.runs.folders import damaged, runs
    from tonemark.training.suggesting import installed, of_package

    trouble = _trouble(project)
    return {
        "model": project.model,
        "suggests": bool(project.model) and trouble is None,
        "trouble": None if trouble is None else trouble.title,
        "models": [_run_json(run) for run in runs(project.folder)],
        "damaged": damaged(project.folder),
        "installed": [_plugin_json(of_package(plugin), plugin) for plugin in installed()],
    }


def _run_json(run: Run) -> dict[str, Any]:
    return {
        "name": run.name,
        "kind": run.words("kind"),
        "made": run.made,
        "documents": int(run.figure("documents")),
        "f1": run.share("f1"),
        "scored": int(run.figure("scored")),
        "scored_on": run.words("scored_on"),
        "labels": run.about.get("labels"),
        "trusted": _is_trusted(run),
    }


def _plugin_json(pipeline: Pipeline, plugin: Plugin) -> dict[str, Any]:
    return {
        "name": pipeline.name,
        "package": plugin.package,
        "version": plugin.version,
        "labels": list(pipeline.labels),
    }


# Choosing


def _choose(project: Project, name: str, *, as_json: bool) -> None:
    from tonemark.corpus.project import set_model
    from tonemark.training.runs.folders import run_named
    from tonemark.training.runs.trusted import trust
    from tonemark.training.suggesting import pipeline_named

    lines: list[str] = []
    pipeline = None
    if name:
        run = run_named(project.folder, name)
        if run:
            trust(run.pipeline)
        pipeline = pipeline_named(project.folder, name)
        lines += _consequences(project, pipeline)
    changed = set_model(project.folder, name)
    if as_json:
        left_out = [each for each in pipeline.labels if each not in _labels(project)
                    ] if pipeline else []  # fmt: skip
        say_json({"model": changed.model, "before": project.model, "left_out": left_out})
        return
    before = f" (before: {project.model})" if project.model not in ("", name) else ""
    width = columns(sys.stdout) or USUAL
    now = f"{name} suggests now" if name else "No model suggests now"
    for line in (f"{now}{before}, from the next pages on that nobody has opened.", *lines):
        say(*set_in(line, width, ""))


def _consequences(project: Project, pipeline: Pipeline) -> Iterator[str]:
    """What is to be known of a pipeline that suggests from now on."""
    lacking = [each for each in pipeline.labels if each not in _labels(project)]
    if pipeline.run is None and not pipeline.labels:
        yield "Which labels it has is not told: those that this project has not are left out."
    elif len(lacking) == len(pipeline.labels):
        yield (
            f"None of its labels is one of this project's, so it suggests nothing:"
            f" {_listed(lacking)}."
        )
    elif lacking:
        yield f"Labels that this project has not are left out: {_listed(lacking)}."
