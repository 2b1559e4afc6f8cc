"""What many tests begin with: records, a small project with its store, a run of the command."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tonemark.cli import commands
from tonemark.corpus.desk import Desk
from tonemark.corpus.intake import add_records
from tonemark.corpus.project import create_project, read_project
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.reports import Report
from tonemark.corpus.spans import Span
from tonemark.corpus.store import STORE_FILE, Store, create_store
from tonemark.tokenizers.registry import load_tokenizer


def numbered(texts: Iterable[str], **more: Any) -> list[Record]:
    """Records without ids."""
    return [Record(n, n, text, **more) for n, text in enumerate(texts, 1)]


def keyed(*pairs: tuple[str, str]) -> list[Record]:
    """Records with an id each."""
    return [Record(n, n, text, key) for n, (key, text) in enumerate(pairs, 1)]


def given(name: str, *spans: Span, **more: Any) -> GivenAnnotation:
    """An answer that comes with a record; accept unless told otherwise."""
    return GivenAnnotation(name, more.pop("answer", "accept"), spans, **more)


def made_project(folder: Path) -> Path:
    """A project with guidelines and three documents."""
    create_project(folder, language="sw", labels=["PER"], guidelines="guidelines.md")
    create_store(folder / STORE_FILE)
    store = Store(folder / STORE_FILE)
    add_records(store, "a.txt", numbered(f"Asha na {n}" for n in range(1, 4)), Report())
    store.close()
    return folder


def desk_in(folder: Path) -> Desk:
    """Amina's desk at a project."""
    store = Store(folder / STORE_FILE)
    return Desk(read_project(folder), store, "amina", load_tokenizer("general"))


def run_here(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line in this process: one of its own costs a quarter of a second."""
    said = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(said[0]), contextlib.redirect_stderr(said[1]):
        code = commands.run([str(argument) for argument in arguments])
    for stream in said:
        stream.flush()
    told = [stream.buffer.getvalue().decode() for stream in said]
    return subprocess.CompletedProcess(arguments, code, *told)


def run_tonemark(
    *arguments: object, flags: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own; `flags` are the interpreter's."""
    return subprocess.run(
        [sys.executable, *flags, "-m", "tonemark", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )
