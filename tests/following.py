"""A page of docs followed to the letter: its files are written, its commands run in order."""

from __future__ import annotations

import shlex
from pathlib import Path

import regex
from tests.making import run_here

DOCS = Path(__file__).resolve().parents[1] / "docs"


def page(name: str) -> str:
    """The text of a page."""
    return (DOCS / name).read_text("utf-8")


def blocks(text: str) -> list[tuple[str, str, str]]:
    """The blocks of a page: language, the file that it is to be written to (or nothing), text."""
    return regex.findall(r"```(\w+)(?: (\S+))?\n(.*?)```", text, regex.DOTALL)


def followed(text: str) -> list[tuple[str, str]]:
    """Each command of a page with what it said, in order, run in this folder; all must succeed.
    What one sends to a file is written there."""
    said = []
    for language, name, block in blocks(text):
        if name:
            Path(name).write_text(block, "utf-8")
        for line in block.splitlines() if language == "sh" else ():
            command, _, target = line.partition(" > ")
            done = run_here(*shlex.split(command)[1:])
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            said.append((command, done.stdout))
            if target:
                Path(target).write_text(done.stdout, "utf-8")
    return said
