"""Matching texts that are no documents of a project: `match`."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import click

from tonemark.cli.opening import DIRECTORY, open_project, say
from tonemark.errors import TonemarkError
from tonemark.files import atomic_writer, read_lines, typed
from tonemark.lines import TOO_LONG
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.cli.matched_lines import Answer, Note
    from tonemark.corpus.project import Project
    from tonemark.corpus.store import Store

MODULE = "tonemark.cli.matched_lines"
"""What a process of several runs."""

BLOCK = 48 * 1024
"""Bytes of lines that are matched at a time: what a pipe takes at once, and some 40 ms of work."""

PATIENCE = 3_600.0
"""Seconds that a block may take: patterns have their own limits, and end long before."""

MOST = 256
"""Processes at a time."""

SHOWN = 10
"""Lines of which is told what is wrong with them; the rest are counted."""


class Block(NamedTuple):
    """Lines of a file: the number of the first, and their bytes; None for one line that is too
    long."""

    first: int
    data: bytes | None


@click.command("match", epilog="Example: tonemark match habari news.jsonl > found.jsonl")
@click.argument("folder", type=DIRECTORY, metavar="DIR")
@click.argument("file", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE|-")
@click.option("--jobs", type=click.IntRange(0, MOST), default=1, metavar="N", show_default=True,
              help="Processes; 0: as many as there are cores.")  # fmt: skip
@click.option("-o", "--output", type=DIRECTORY, metavar="FILE", help="Standard output if left out.")
def match_command(folder: Path, file: Path, jobs: int, output: Path | None) -> int:
    """Find the names and patterns of a project in the texts of FILE, JSON Lines, - for standard
    input.

    Each record comes out as it came, in order, with "spans": those that a page would suggest to
    somebody who may know of all answers. Entries that stopped find nothing. A record's own spans
    stay; "tokens" are taken as they are given. What cannot be read is left out and told, the first
    ten with line and reason; the rest goes on.
    """
    if not output and sys.stdout.isatty():
        # The texts are written as they are, and their bytes could steer the terminal.
        raise click.UsageError("-o FILE is missing: texts are not written to a terminal.")
    project, store = open_project(folder)
    _make_ready(project, store)
    store.close()
    name = "standard input" if str(file) == "-" else file.name
    said = _Notes(name)
    with _opened(file) as stream, _writer(output) as out:
        jobs = jobs or len(os.sched_getaffinity(0))
        # Whoever writes into a pipe line by line gets them back line by line.
        whole = jobs > 1 or os.path.isfile(file)
        blocks = _blocks(stream, BLOCK if whole else 1)
        for answer in _answers(blocks, folder, name, jobs):
            out.write(answer.data)
            out.flush()
            said.take(answer)
        said.end()
    if output:
        say(f"{counted(said.matched, 'text')} matched into {output}")
    return int(bool(said.refused))


class _Notes:
    """Tells what is to be said of the lines of a file, not more than SHOWN by line, and nothing
    before one was matched: a file of another kind has no line that can be."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._waiting: list[Note] = []
        self._told = 0
        self.matched = 0
        self.refused = 0

    def take(self, answer: Answer) -> None:
        """Tell of a block of lines."""
        self.matched += answer.matched
        self.refused += sum(note.refused for note in answer.notes)
        self._told += len(answer.notes)
        self._waiting += answer.notes[: max(0, SHOWN + len(answer.notes) - self._told)]
        if self.matched:
            self._tell()

    def end(self) -> None:
        """Tell of what is left. Raises TonemarkError where lines were there, and none matched."""
        if self.refused and not self.matched:
            line, words, _ = next(note for note in self._waiting if note.refused)
            all_ = "its only line" if self.refused == 1 else f"none of its {self.refused:,} lines"
            cannot = "cannot be read" if self.refused == 1 else "can be read"
            raise TonemarkError(
                f"{self._name}: {all_} {cannot}; line {line}: {words}.",
                'It takes JSON Lines, a record a line: {"text": "..."}',
            )
        self._tell()
        if self._told > SHOWN:
            say(f"{self._name}: and {self._told - SHOWN:,} more lines", err=True)

    def _tell(self) -> None:
        for line, words, _ in self._waiting:
            say(f"{self._name}, line {line}: {words}", err=True)
        self._waiting = []


def _make_ready(project: Project, store: Store) -> None:
    """Make the cache of names where it lacks more than a few: each process reads it."""
    from tonemark.cli.building_gazetteers import Line
    from tonemark.corpus.gazetteers import last_number
    from tonemark.patterns.building import FEW, build, cache_folder, covered, opened
    from tonemark.patterns.folding import folding_of

    folding, cache = folding_of(project), cache_folder(project.folder)
    if last_number(store) - covered(opened(store, folding, cache)) <= FEW:
        return
    try:
        with Line("building the cache of names", hidden=False) as line:
            build(store, folding, cache, line.update)
    except OSError as error:
        raise TonemarkError(
            f"The cache of names cannot be written: {cache}: {error.strerror}.",
            "Make room there, or name another folder in XDG_CACHE_HOME.",
        ) from None


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    if str(file) == "-":
        yield sys.stdin.buffer
        return
    if file.is_dir():
        raise TonemarkError(f'"{file}" is a directory, not a file.', "Name the files in it.")
    try:
        stream = file.open("rb")
    except OSError as error:
        raise TonemarkError(f'"{file}" cannot be read: {error.strerror}.') from None
    with stream:
        yield stream


@contextlib.contextmanager
def _writer(output: Path | None) -> Iterator[IO[bytes]]:
    if output is None:
        yield sys.stdout.buffer
        return
    try:
        with atomic_writer(output) as stream:
            yield stream
    except OSError as error:
        raise TonemarkError(f"{output} cannot be written: {error.strerror or error}.") from None


def _blocks(stream: IO[bytes], size: int) -> Iterator[Block]:
    """The lines of a file in blocks of about `size` bytes, in memory that is bounded."""
    first, length = 1, 0
    gathered: list[bytes] = []
    for number, line in read_lines(stream, keep_ends=True):
        if not gathered:
            first = number
        if line is not None:
            gathered.append(line)
            length += len(line)
        if gathered and (line is None or length >= size):
            yield Block(first, b"".join(gathered))
            gathered, length = [], 0
        if line is None:
            yield Block(number, None)
    if gathered:
        yield Block(first, b"".join(gathered))


def _answers(blocks: Iterator[Block], folder: Path, name: str, jobs: int) -> Iterator[Answer]:
    """What became of each block, in order."""
    from tonemark.cli.matched_lines import Answer, Lines, Note

    if jobs > 1:
        yield from _from_children(blocks, folder, name, jobs)
        return
    lines = Lines(folder)
    try:
        for first, data in blocks:
            if data is None:
                yield Answer(b"", 0, [Note(first, TOO_LONG, True)])
            else:
                yield lines.match(data, first, name)
    finally:
        lines.close()


def _from_children(blocks: Iterator[Block], folder: Path, name: str, jobs: int) -> Iterator[Answer]:
    """The same from so many processes, each with a block at a time."""
    from tonemark.cli.matched_lines import Answer, Note, answered, request
    from tonemark.suggester.children import BEAT, Child, ChildEnded

    children: list[Child] = []
    busy: deque[tuple[Child | None, Block]] = deque()

    def oldest() -> tuple[Child | None, Answer]:
        child, block = busy.popleft()
        if child is None:
            return None, Answer(b"", 0, [Note(block.first, TOO_LONG, True)])
        try:
            while (message := child.answer(BEAT)) is None:
                pass
            return child, answered(message)
        except (ChildEnded, ValueError, KeyError) as error:
            raise TonemarkError(
                f"{name} was not matched from line {block.first} on: of a process with lines from"
                f" there {error}.",
                f"Try it with one process:\n    tonemark match {typed(folder)} FILE",
            ) from None

    try:
        for block in blocks:
            child = None
            if block.data is not None:
                if len(children) < jobs:
                    child = Child(MODULE, (os.path.realpath(folder), name))
                    children.append(child)
                while child is None:
                    child, answer = oldest()
                    yield answer
                child.ask(request(block.data, block.first), PATIENCE)
                with contextlib.suppress(ChildEnded):  # told when it is this block's turn
                    child.answer(0)  # sends what the pipe takes
            busy.append((child, block))
        while busy:
            yield oldest()[1]
    finally:
        for child in children:
            child.close()
