"""A project into a file or folder: what stands is selected, fitted to the format, written, read
back, and only then put in its place, with a sidecar for what the format cannot hold."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tonemark.corpus.progress import progress as counted_progress
from tonemark.corpus.project import Project
from tonemark.corpus.project_file import check_no_part
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.exchange.base import HELD, Format
from tonemark.exchange.exported import Exported
from tonemark.exchange.placing import MARK, Placed, files_in, mark, new_folder, put_in_place
from tonemark.exchange.registry import format_named, writable
from tonemark.exchange.settings import Settings
from tonemark.exchange.sidecar import format_told, has_sidecar, sidecar_of
from tonemark.exchange.writing import NothingLeftError, Writing
from tonemark.files import (
    NewFile,
    atomic_writer,
    check_plain,
    is_special,
    open_regular,
    parsed,
    read_lines,
)
from tonemark.text import short

_NAMED = 3
"""Files in the way of an export that are named."""

_NO_PROGRESS: Callable[[float], None] = lambda written: None  # noqa: E731


def export_project(
    project: Project,
    store: Store,
    settings: Settings,
    output: Path | IO[bytes],
    *,
    progress: Callable[[float], None] = _NO_PROGRESS,
) -> Exported:
    """Write a project's annotations to a file or folder (whole or not at all) or a stream.

    With a split, each part is a file of its own: NAME.PART.SUFFIX beside `output`. Where nothing is
    left to write, what is there stays as it was. `progress` is told how many documents are written
    and read back, a half for each. Raises TonemarkError where the format cannot be written so,
    where the file cannot, and where what was written does not come back the same.
    """
    format = format_to_write(settings)
    if format.write is None and not isinstance(output, Path):
        raise TonemarkError(f"{format.name} is written as a folder.", "Name it with -o FOLDER.")
    if settings.split and not isinstance(output, Path):
        raise TonemarkError("A split is several files.", "Name the first part of them with -o.")
    with store.one_state():
        people = [each.name for each in counted_progress(store).annotators if each.answered]
        if settings.annotator is not None and settings.annotator not in people:
            raise TonemarkError(
                f"{settings.annotator} has no answers in this project.",
                f"Annotators who have: {', '.join(people) or 'nobody yet'}.",
            )
        writing = Writing(
            project,
            store,
            format,
            settings,
            tokenizer_of(project, loads_code=True),
            tuple(sorted(people)) if settings.everyone else (),
            progress,
        )
        export = _Export(writing)
        try:
            if isinstance(output, Path):
                check_no_part(output)
            if not isinstance(output, Path):
                export.to_stream(output)
            elif format.write_folder:
                export.to_folders(output)
            else:
                export.to_files(output)
        except OSError as error:
            raise _not_written(error, output, export.has_begun) from None
    return writing.report(export.to)


def _not_written(error: OSError, output: Path | IO[bytes], has_begun: bool) -> TonemarkError:
    where: object = "Standard output"
    if isinstance(output, Path):
        # Where a file beside it is at fault, that is named; scratch files tell nobody anything.
        named = error.filename if isinstance(error.filename, str) else ""
        where = named if named and not Path(named).name.startswith(".") else output
    return TonemarkError(
        f"{where} cannot be written: {error.strerror or error}.",
        "Not all documents came out." if has_begun else "Nothing was written.",
    )


def format_to_write(settings: Settings) -> Format:
    """The format of the settings. Raises TonemarkError where it cannot be written, or not with
    these settings."""
    format = format_named(settings.format)
    if not format.writable:
        raise TonemarkError(
            f'The format "{format.name}" can only be read.',
            f"Formats that can be written: {', '.join(writable())}.",
        )
    if settings.everyone and not format.versions:
        able = ", ".join(name for name in writable() if format_named(name).versions)
        raise TonemarkError(
            f"{format.name} holds one answer to a document, not everyone's.",
            f"Name one with --annotator, or take a format that holds several: {able}.",
        )
    if settings.offsets not in (None, format.unit) and not format.other_offsets:
        able = ", ".join(name for name in writable() if format_named(name).other_offsets)
        raise TonemarkError(
            f"The offsets of {format.name} count {format.unit}; its readers know no others.",
            f"--offsets is for {able}." if able else "",
        )
    return format


def output_suffix(format: Format) -> str:
    """What the name of an exported file ends with; empty for a folder."""
    return "" if format.write_folder or not format.suffixes else format.suffixes[0]


@dataclass(slots=True)
class _Export:
    """Where an export goes, the paths that it went to, and whether the first bytes are where they
    cannot be taken back."""

    writing: Writing
    to: list[Path] = field(default_factory=list)
    has_begun: bool = False

    def to_stream(self, output: IO[bytes]) -> None:
        """Through a file of its own, so that nothing comes out that does not come back right."""
        with tempfile.TemporaryFile() as file:
            with suppress(NothingLeftError):
                self.writing.to_file("", file)
                file.seek(0)
                self.has_begun = True
                shutil.copyfileobj(file, output)
            output.flush()

    def to_files(self, path: Path) -> None:
        """A file, or one for each part."""
        if not self.writing.settings.split and is_special(path) and not self._is_inside(path):
            self._to_special(path)
            return
        with ExitStack() as scratch:
            placing = _Placing()
            for part, target in self._targets(path):
                try:
                    self._file(scratch, placing, part, target)
                except NothingLeftError:
                    placing.without.append(target)
                else:
                    self.to.append(target)
            self._put(placing)

    def _to_special(self, path: Path) -> None:
        """Into a device or a named pipe that the user has typed."""
        with suppress(NothingLeftError), tempfile.TemporaryFile() as file:
            self.writing.to_file("", file)
            file.seek(0)
            with atomic_writer(path) as stream:
                self.has_begun = True
                shutil.copyfileobj(file, stream)
            self.to.append(path)

    def _file(self, scratch: ExitStack, placing: _Placing, part: str, target: Path) -> None:
        if self.writing.settings.split or self._is_inside(target):
            check_plain(target)
        made = _new_file(scratch, target)
        side = self._new_sidecar(scratch, target)
        self.writing.to_file(part, made.stream, side.stream if side else None, made.part)
        placing.add(target, made, side)
        if self.writing.format.companions:
            for end, data in self.writing.format.companions(self.writing.options("")).items():
                path = target.with_name(f"{target.stem}{end}")
                check_plain(path)
                _check_own(path, target, data)
                beside = _new_file(scratch, path)
                beside.stream.write(data)
                placing.beside.append(Placed(path, beside))

    def to_folders(self, path: Path) -> None:
        """A folder with all parts, or one for each."""
        targets = self._targets(path)
        inside = [name for name, _ in targets]
        if self.writing.format.parts and len(targets) > 1:
            targets = [("", path)]
        with ExitStack() as scratch:
            placing = _Placing()
            for part, target in targets:
                self._check_folder(target)
                try:
                    side = self._new_sidecar(scratch, target)
                    made = new_folder(target)
                    scratch.callback(shutil.rmtree, made, ignore_errors=True)
                    parts = sorted(inside) if self.writing.format.parts else [part]
                    self.writing.into_folder(made, parts, side.stream if side else None)
                    placing.add(target, made, side)
                except NothingLeftError:
                    placing.without.append(target)
                else:
                    self.to.append(target)
            self._put(placing)

    def _put(self, placing: _Placing) -> None:
        """All into their places, if anything is left to write; what an earlier export wrote for a
        part without documents goes, for they may stand in another part now."""
        if not self.to:
            return
        steps = [*placing.sides, *placing.made, *placing.beside]
        if not self._has_sidecar:
            steps += _leftover(sidecar_of(target) for target in self.to)
        gone = [path for path in placing.without if os.path.lexists(path)]
        for path in gone:
            self._check_removable(path)
            steps.append(Placed(path))
            steps += _leftover([sidecar_of(path)])
        put_in_place(steps, lambda: self._check_again(placing, gone))

    def _check_again(self, placing: _Placing, gone: list[Path]) -> None:
        for each in placing.made:
            if isinstance(each.made, Path):
                self._check_folder(each.path, each.made)
        for path in gone:
            self._check_removable(path)

    def _check_removable(self, path: Path) -> None:
        """Raises TonemarkError where a part that is empty now lies that no export of ours made."""
        if self.writing.format.write_folder:
            self._check_folder(path)
        elif format_told(sidecar_of(path)) != self.writing.format.name:
            raise TonemarkError(
                f"{path} is there already, and that part has no documents now.",
                "Nothing was written. Move it away: its documents may be in another part now.",
            )
        else:
            check_plain(path)

    def _check_folder(self, path: Path, made: Path | None = None) -> None:
        """Raises TonemarkError where something is there that no export of ours made: no folder, a
        folder without a sidecar of this format, or files that it does not name.

        In the project's own folder, a folder without a sidecar may be replaced where `made`, the
        new one, has all its files.
        """
        if not os.path.lexists(path):
            return
        if not path.is_dir() or path.is_symlink():
            raise TonemarkError(
                f"{path} is there already, and is no folder.",
                "Nothing was written. Name another folder, or move that one away.",
            )
        others = set(files_in(path))
        told = _marks_told(sidecar_of(path), self.writing.format.name)
        if others and told is None and not self._is_inside(path):
            raise TonemarkError(
                f"{path} is there already, and no export with a sidecar made it.",
                "Nothing was written. Name another folder, or move that one away.",
            )
        if told is not None:
            others = {name for name in others if mark(name) not in told}
        else:
            if made is None:  # known when the new one is written
                return
            others.difference_update(files_in(made))
        if others:
            first = ", ".join(short(name, 40) for name in sorted(others)[:_NAMED])
            more = f" and {len(others) - _NAMED:,} more" if len(others) > _NAMED else ""
            raise TonemarkError(
                f"{path} holds what no export wrote there: {first}{more}.",
                "Nothing was written, for it would be lost. Move it away, or name another folder.",
            )

    def _targets(self, path: Path) -> list[tuple[str, Path]]:
        """The parts, and the path of each; no part is named where there is no split."""
        parts = [name for name, _ in self.writing.settings.split]
        if not parts:
            return [("", path)]
        stem, suffix = path.stem, path.suffix
        if self.writing.format.write_folder:
            stem, suffix = path.name, ""
        return [(part, path.with_name(f"{stem}.{part}{suffix}")) for part in parts]

    @property
    def _has_sidecar(self) -> bool:
        return self.writing.settings.sidecar and self.writing.format.holds != frozenset(HELD)

    def _is_inside(self, path: Path) -> bool:
        """Whether it lies in the project, which may come from a stranger."""
        there = os.path.realpath(path.parent)
        return Path(there).is_relative_to(os.path.realpath(self.writing.project.folder))

    def _new_sidecar(self, scratch: ExitStack, target: Path) -> NewFile | None:
        if not self._has_sidecar:
            return None
        check_plain(sidecar_of(target))
        return _new_file(scratch, sidecar_of(target))


def _check_own(path: Path, target: Path, data: bytes) -> None:
    """Raises TonemarkError where what is to be written beside a file is there, and no export of
    ours made it: nobody named it."""
    if not path.is_file() or has_sidecar(target) or path.stat().st_size == len(data):
        return
    raise TonemarkError(
        f"{path} is there already, and no export made it.",
        "Nothing was written. Name another FILE: that one is written beside it.",
    )


@dataclass(slots=True)
class _Placing:
    """What is to take its place: sidecars first, for by its digest one tells that a file is not
    its own; `without` are the places of parts that have no documents."""

    sides: list[Placed] = field(default_factory=list)
    made: list[Placed] = field(default_factory=list)
    beside: list[Placed] = field(default_factory=list)
    without: list[Path] = field(default_factory=list)

    def add(self, target: Path, made: NewFile | Path, side: NewFile | None) -> None:
        self.made.append(Placed(target, made))
        if side:
            self.sides.append(Placed(side.path, side))


def _new_file(scratch: ExitStack, path: Path) -> NewFile:
    """A new file that is gone in the end if it took no place."""
    made = NewFile(path)
    scratch.callback(made.discard)
    return made


def _leftover(sidecars: Iterable[Path]) -> list[Placed]:
    """Sidecars of files that are no more."""
    return [Placed(path) for path in sidecars if path.is_file() or path.is_symlink()]


def _marks_told(sidecar: Path, format: str) -> frozenset[str] | None:
    """The marks of the files in the folder that a sidecar lies beside; None where there is none of
    that format."""
    try:
        with open_regular(sidecar) as stream:
            first = next(read_lines(stream), None)
        if first is None or first.data is None:
            return None
        header = parsed(first.data.decode())
        if header["tonemark"] != "sidecar" or header["format"] != format:
            return None
        marks = header["files"]
        return frozenset(marks[at : at + MARK] for at in range(0, len(marks), MARK))
    except (OSError, ValueError, TypeError, KeyError):
        return None
