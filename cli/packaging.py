"""A trained model as a package that pip installs and spaCy loads: `package`."""

from __future__ import annotations

from pathlib import Path

import click

from tonemark.cli.building_gazetteers import Line
from tonemark.cli.opening import DIRECTORY, json_option, open_project, say, say_json
from tonemark.cli.stopping import stopped_cleanly
from tonemark.files import typed
from tonemark.text import counted


@click.command("package", epilog="Example: tonemark package habari -o dist")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("model", metavar="[MODEL]", default="")
@click.option("-o", "--output", "into", type=DIRECTORY, metavar="FOLDER", default=Path("."),
              help="Where the package's folder goes; by default here.")  # fmt: skip
@click.option("--name", default="", metavar="N", help="The package's name; by default DIR's.")
@click.option("--version", default="", metavar="V", help="By default that of model-3 is 0.0.3.")
@json_option
def package_command(
    folder: Path, model: str, into: Path, name: str, version: str, as_json: bool
) -> None:
    """Make a package of a trained model, which pip installs and spaCy loads by its name.

    MODEL is one of those in DIR/models, without it the last. The package needs no Tonemark: it has
    the tokenizer and the learner in it, and a model card. What it finds in some texts of the
    project is compared with what the model finds, where Tonemark cannot be imported.
    """
    from tonemark.training.package.packaging import package_model
    from tonemark.training.runs.folders import chosen_run

    project, store = open_project(folder)
    run = chosen_run(project.folder, model)
    with stopped_cleanly(), Line("packaging", hidden=as_json) as line:
        made = package_model(project, store, run, into, name=name, version=version, told=line.say)
    if as_json:
        say_json(made.to_json())
        return
    say(
        f"Made {made.folder}: {made.package} {made.version}, of {run.name}.",
        f"It finds what the model finds in {counted(made.checked, 'text')}, without Tonemark.",
        f"It needs {', '.join(made.requirements)}.",
        "Next: read its model card, README.md; then, where it is to be used:",
        f"    python -m pip install {typed(made.wheel)}",
        f"    python -c 'import spacy; spacy.load(\"{made.package}\")'",
    )
