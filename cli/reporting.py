"""What a project holds and how far it is: `status`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json


@click.command("status", epilog="Example: tonemark status habari")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@json_option
def status_command(folder: Path, as_json: bool) -> None:
    """What is in the project, and how far each annotator is.

    It counts everyone's spans and labels, for whoever leads or reviews the work. Annotators look at
    the dashboard (tonemark DIR), which keeps others' spans from them.
    """
    from tonemark.corpus.languages import language_name
    from tonemark.corpus.progress import progress

    project, store = open_project(folder)
    found = progress(store, project.team)
    if as_json:
        annotators = [{**asdict(each), "answered": each.answered} for each in found.annotators]
        report = {**asdict(found), "annotators": annotators}
        say_json({"name": project.name, "language": project.language, **report})
        return
    say(
        f"{project.name}: {language_name(project.language)} ({project.language}),"
        f" tokenizer {project.tokenizer}",
        f"{found.documents:,} documents, {found.finished:,} finished"
        f" ({project.overlap} annotator{'s' * (project.overlap > 1)} each)",
    )
    if found.with_suggestions:
        say(f"{found.with_suggestions:,} documents have suggestions")
    for each in found.annotators:
        begun = f", {each.begun:,} begun" if each.begun else ""
        say(
            f"  {each.name:<20} {each.accept:>7,} accepted {each.reject:>5,} rejected"
            f" {each.ignore:>5,} ignored {each.spans:>8,} spans{begun}"
        )
    for label, count in found.labels.items():
        say(f"  {label:<20} {count:>7,}")
