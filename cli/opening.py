"""What several verbs share: opening a project, who is asking, and reports as JSON."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click
import regex

from tonemark.corpus.project import Project, read_project
from tonemark.corpus.store import STORE_FILE, Store
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import visible

DIRECTORY = click.Path(path_type=Path, file_okay=True)
Command = TypeVar("Command", bound=Callable[..., Any])


def open_project(folder: Path) -> tuple[Project, Store]:
    """The project in a folder, and its store."""
    _opened[:] = [folder]
    project = read_project(folder)
    return project, Store(project.folder / STORE_FILE)


_opened: list[Path] = []
"""The folder of the project that was opened last."""


def with_folder(remedy: str) -> str:
    """What to do, naming the project: the rooms that met its fault know no folder."""
    if not _opened:
        return remedy
    there = typed(_opened[0])
    return regex.sub(
        r"\b(tonemark (?:doctor|train|model)) DIR\b", lambda found: f"{found[1]} {there}", remedy
    )


def annotator_option(command: Command) -> Command:
    """`--as NAME`."""
    option = click.option("--as", "as_name", metavar="NAME", help="Who you are, if not your login.")
    return option(command)


def json_option(command: Command) -> Command:
    """`--json`."""
    option = click.option(
        "--json", "as_json", is_flag=True, help="One JSON object, on the last line."
    )
    return option(command)


def annotator(project: Project, as_name: str | None, *, reviewing: bool = False) -> str:
    """Who is at the keyboard, a member of the project; with `reviewing`, one who may review.

    A login name that had to be mapped is told; one given with `--as` is refused.
    """
    from tonemark.corpus.annotators import (
        annotator_name,
        check_member,
        check_name,
        check_reviewer,
        given_name,
    )

    given = given_name(as_name, os.environ)
    if as_name is not None:
        check_name(given, "--as")
    name = annotator_name(given)
    if name != given:
        click.echo(f"The name {visible(given)} is written {name} here.", err=True)
    (check_reviewer if reviewing else check_member)(project, name)
    return name


class WrongValue(click.BadParameter):
    """A value that an option cannot have; `remedy` says what to do."""

    def __init__(self, error: TonemarkError, option: str) -> None:
        super().__init__(error.title, click.get_current_context(), param_hint=option)
        self.remedy = error.remedy


@contextlib.contextmanager
def value_of(option: str) -> Iterator[None]:
    """What a value of an option cannot be is wrong usage: exit 2, with the words of the error."""
    try:
        yield
    except TonemarkError as error:
        raise WrongValue(error, option) from None


def say(*lines: str, err: bool = False) -> None:
    """Print lines that may hold data."""
    for line in lines:
        click.echo(visible(line), err=err)


def say_json(report: dict[str, Any]) -> None:
    """Print a report on one line, in ASCII, so that nothing in it can touch a terminal."""
    click.echo(json.dumps(report))
