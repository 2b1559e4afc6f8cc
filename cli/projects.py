"""Making projects and finding them again: `new`, `demo`, and `tonemark` alone."""

from __future__ import annotations

from pathlib import Path

import click

from tonemark.cli.opening import DIRECTORY, json_option, say, say_json


@click.command("new", epilog="Example: tonemark new habari --lang sw --labels PER,ORG,LOC")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.option(
    "--lang", required=True, metavar="CODE", help="BCP 47 or ISO 639-3: sw, ff-Adlm, hmn."
)
@click.option("--labels", required=True, metavar="A,B,...", help="In the order of their keys.")
@click.option("--tokenizer", default="general", metavar="NAME", show_default=True)
@click.option("--overlap", default=1, metavar="N", help="Annotators a document gets.  [1]")
@click.option("--page", default=1, metavar="N", help="Documents that share a page.  [1]")
@click.option("--team", default="", metavar="A,B,...", help="Only these may annotate.")
@json_option
def new_command(
    folder: Path,
    lang: str,
    labels: str,
    tokenizer: str,
    overlap: int,
    page: int,
    team: str,
    as_json: bool,
) -> None:
    """Make a project in the folder DIR: a project.toml to read and edit, and an empty store."""
    from tonemark.corpus.project import PROJECT_FILE, create_project
    from tonemark.corpus.store import STORE_FILE, create_store
    from tonemark.tokenizers.registry import load_tokenizer

    load_tokenizer(tokenizer)
    project = create_project(
        folder,
        language=lang,
        labels=_list(labels),
        tokenizer=tokenizer,
        overlap=overlap,
        page=page,
        team=_list(team),
    )
    create_store(project.folder / STORE_FILE)
    if as_json:
        say_json({"folder": str(project.folder), "language": project.language})
        return
    say(
        f"Made {folder / PROJECT_FILE}: {project.language},"
        f" labels {', '.join(label.name for label in project.labels)}.",
        f"Next: tonemark add {folder} FILE, then tonemark {folder}",
    )


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


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

    project = create_project(
        folder,
        name="demo",
        language="mul",
        labels=["PER", "ORG", "LOC", "DATE"],
        guidelines="guidelines.md",
    )
    create_store(project.folder / STORE_FILE)
    with as_file(files("tonemark") / "demo") as source:
        for name in ("README.md", "guidelines.md"):
            (project.folder / name).write_bytes((source / name).read_bytes())
        add_file(project, source / "documents.jsonl")
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
        say(f"  tonemark {folder}")
