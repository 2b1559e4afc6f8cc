"""Making projects and finding them again: `new`, `demo`, and `tonemark` alone."""

from __future__ import annotations

import os
from pathlib import Path

import click

from tonemark.cli.opening import DIRECTORY, json_option, say, say_json, value_of
from tonemark.cli.tokenizing import tag_given
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, typed
from tonemark.text import short


@click.command("new", epilog="Example: tonemark new habari --lang sw --labels PER,ORG,LOC")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option(
    "--lang", required=True, metavar="CODE", help="BCP 47 or ISO 639-3: sw, ff-Adlm, hmn."
)
@click.option("--labels", required=True, metavar="A,B,...", help="In the order of their keys.")
@click.option(
    "--tokenizer", metavar="NAME|FILE", help="What cuts the text into tokens: by the language."
)
@click.option(
    "--overlap",
    type=click.IntRange(1, 50),
    default=1,
    metavar="N",
    help="Annotators a document gets.  [1]",
)
@click.option(
    "--overlap-share",
    type=click.FloatRange(0, 1),
    default=1.0,
    metavar="S",
    help="Share of the documents that get them; the others get one.  [1]",
)
@click.option(
    "--page",
    type=click.IntRange(1, 20),
    default=1,
    metavar="N",
    help="Documents that share a page.  [1]",
)
@click.option("--team", default="", metavar="A,B,...", help="Only these may annotate.")
@json_option
def new_command(
    folder: Path,
    lang: str,
    labels: str,
    tokenizer: str | None,
    overlap: int,
    overlap_share: float,
    page: int,
    team: str,
    as_json: bool,
) -> None:
    """Make a project in the folder DIR: a project.toml to read and edit, and an empty store."""
    from tonemark.corpus.project import create_project, read_project
    from tonemark.corpus.project_file import PROJECT_FILE
    from tonemark.corpus.store import STORE_FILE, create_store
    from tonemark.tokenizers.registry import tokenizer_for

    tag = tag_given(lang)
    name, path = _tokenizer(tokenizer or tokenizer_for(tag), folder)
    with value_of("--labels"):
        _check_labels(_list(labels))
    # A run that was cut off before the store was made: going on loses nothing of anyone's.
    is_begun = (folder / PROJECT_FILE).is_file() and not (folder / STORE_FILE).exists()
    if is_begun:
        project = read_project(folder)
        notes = [f"{PROJECT_FILE} was there already and stays as it is; the store was missing."]
    else:
        if path and not os.path.lexists(folder / PROJECT_FILE):
            _copy(path, folder)
        project = create_project(
            folder,
            language=lang,
            labels=_list(labels),
            tokenizer=name,
            overlap=overlap,
            overlap_share=overlap_share,
            page=page,
            team=_list(team),
        )
        notes = _notes(project.language, name, _list(team))
    create_store(project.folder / STORE_FILE)
    if as_json:
        say_json(
            {
                "folder": str(project.folder),
                "language": project.language,
                "tokenizer": project.tokenizer,
                "notes": notes,
            }
        )
        return
    names = ", ".join(label.name for label in project.labels)
    say(
        f"Made {folder / (STORE_FILE if is_begun else PROJECT_FILE)}: {project.language},"
        f" tokenizer {project.tokenizer}, labels {names}.",
        *notes,
        f"Next: tonemark add {typed(folder)} FILE, then tonemark {typed(folder)}",
    )


def _tokenizer(given: str, folder: Path) -> tuple[str, Path | None]:
    """How project.toml names a tokenizer, and its file, if it is in one: to be copied.

    Raises click's BadParameter where there is none, TonemarkError where its file is at fault.
    """
    from tonemark.corpus.adopting import file_named
    from tonemark.tokenizers.registry import load_tokenizer, read_tokenizer

    with value_of("--tokenizer"):
        path = file_named(folder, given)
        if path is None:
            load_tokenizer(given, folder)
            return given, None
    read_tokenizer(path)
    return path.name, path


def _copy(path: Path, folder: Path) -> None:
    from tonemark.corpus.adopting import adopt

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TonemarkError(f"{folder} cannot be made: {error.strerror}.") from None
    adopt(folder, path)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _check_labels(labels: list[str]) -> None:
    """Raises TonemarkError where a label cannot be one, stands twice, or where there is none."""
    from tonemark.corpus.labels import label_fault

    if not labels:
        raise TonemarkError("A project needs a label.")
    for label in labels:
        fault = label_fault(label) or ("stands twice" if labels.count(label) > 1 else None)
        if fault:
            raise TonemarkError(f'The label "{short(label, 30)}" {fault}.')


def _notes(language: str, tokenizer: str, team: list[str]) -> list[str]:
    """What was made otherwise than one may think, in sentences."""
    from tonemark.corpus.annotators import annotator_name
    from tonemark.tokenizers.languages import language_name

    notes = []
    if language_name(language) == language:
        notes.append(
            f"docs/languages.md has nothing on the language {language}: what does the tokenizer"
            f" {tokenizer} do to its texts? (tonemark tokenize shows it.)"
        )
    for given in team:
        name = annotator_name(given)
        if name != given:
            notes.append(f"The annotator {given} is written {name} here.")
    return notes


@click.command("demo", epilog="Example: tonemark demo")
@click.argument("folder", type=DIRECTORY, metavar="[DIR]", required=False)
def demo_command(folder: Path | None) -> int:
    """Annotate the demo project, copied to a folder of yours (tonemark-demo where you are)."""
    from tonemark.cli.working import annotate

    folder = folder or Path("tonemark-demo")
    if not (folder / "project.toml").exists():
        make_demo(folder)
    return annotate(folder)


def make_demo(folder: Path) -> None:
    """Make the demo project in a folder: its texts, its guidelines, its README."""
    from importlib.resources import as_file, files

    from tonemark.cli.adding import add_file
    from tonemark.corpus.project import create_project
    from tonemark.corpus.store import STORE_FILE, create_store

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise TonemarkError(f"{folder} cannot be made: {error.strerror}.") from None
    create_store(folder / STORE_FILE)
    with as_file(files("tonemark") / "demo") as source:
        for name in ("README.md", "guidelines.md"):
            if not os.path.lexists(folder / name):
                with atomic_writer(folder / name) as stream:
                    stream.write((source / name).read_bytes())
        add_file(folder / STORE_FILE, source / "documents.jsonl")
    # Last, for by it the folder is a project: what was cut off before is made again, and adding
    # the documents again adds nothing.
    create_project(
        folder,
        name="demo",
        language="mul",
        labels=["PER", "ORG", "LOC", "DATE"],
        guidelines="guidelines.md",
    )
    say(f"The demo project is now in {folder}.")


@click.command("recent", epilog="Example: tonemark")
@json_option
def recent_command(as_json: bool = False) -> None:
    """The projects opened last."""
    from tonemark.cli.recent import recent_projects

    found = recent_projects()
    if as_json:
        say_json({"projects": [str(folder) for folder in found]})
        return
    if not found:
        say("No project was opened here yet. Try: tonemark demo")
        return
    say("Projects opened last:")
    for folder in found:
        say(f"  tonemark {typed(folder)}")
