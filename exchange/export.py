"""A project into a file or folder: what stands is selected, fitted to the format, written, read
back, and only then put in its place, with a sidecar for what the format cannot hold."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tonemark.corpus.progress import progress as counted_progress
from tonemark.corpus.project import Project
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import tokenizer_of
from tonemark.errors import TonemarkError
from tonemark.exchange.base import HELD, Format
from tonemark.exchange.exported import Exported
from tonemark.exchange.registry import format_named, writable
from tonemark.exchange.settings import Settings
from tonemark.exchange.sidecar import has_sidecar, sidecar_of
from tonemark.exchange.writing import NothingLeftError, Writing
from tonemark.files import atomic_writer, sync_folder

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
    with _one_state(store):
        try:
            if not isinstance(output, Path):
                export.to_stream(output)
            elif format.write_folder:
                export.to_folder(output)
            else:
                export.to_files(output)
        except OSError as error:
            raise TonemarkError(
                f"{output} cannot be written: {error.strerror or error}.", "Nothing was written."
            ) from None
    return writing.report(export.to)


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


@contextmanager
def _one_state(store: Store) -> Iterator[None]:
    """The store as it is now, whoever writes meanwhile."""
    store.db.execute("BEGIN")
    try:
        yield
    finally:
        with suppress(Exception):
            store.db.execute("COMMIT")


@dataclass(slots=True)
class _Export:
    """Where an export goes, and the paths that it went to."""

    writing: Writing
    to: list[Path] = field(default_factory=list)

    def to_stream(self, output: IO[bytes]) -> None:
        """Through a file of its own, so that nothing comes out that does not come back right."""
        with tempfile.TemporaryFile() as file:
            with suppress(NothingLeftError):
                self.writing.to_file("", file, None)
                file.seek(0)
                shutil.copyfileobj(file, output)
            output.flush()

    def to_files(self, path: Path) -> None:
        """A file, or one for each part."""
        with ExitStack() as done:
            for part, target in self._targets(path):
                with suppress(NothingLeftError), ExitStack() as stack:
                    side = self._sidecar(stack, target)
                    stream = stack.enter_context(atomic_writer(target))
                    if target.exists() and not target.is_file():  # a device, a pipe
                        with tempfile.TemporaryFile() as file:
                            self.writing.to_file(part, file, None)
                            file.seek(0)
                            shutil.copyfileobj(file, stream)
                    else:
                        self.writing.to_file(part, stream, side)
                    self._companions(stack, target)
                    done.push(stack.pop_all())  # all parts take their places, or none
                    self.to.append(target)
            for target in self.to:
                if not self._has_sidecar:
                    done.callback(_drop, sidecar_of(target))

    def to_folder(self, path: Path) -> None:
        """A folder with all parts, or one for each."""
        targets = self._targets(path)
        if self.writing.format.parts and len(targets) > 1:
            targets = [("", path)]
        with ExitStack() as done:
            for part, target in targets:
                _check_replaceable(target)
                with suppress(NothingLeftError), ExitStack() as stack:
                    side = self._sidecar(stack, target)
                    made = _made_folder(stack, target)
                    inside = [part]
                    if self.writing.format.parts and self.writing.settings.split:
                        inside = sorted(name for name, _ in self.writing.settings.split)
                    self.writing.into_folder(made, inside, side)
                    done.push(stack.pop_all())
                    done.callback(_put_in_place, made, target)
                    self.to.append(target)
            for target in self.to:
                if not self._has_sidecar:
                    done.callback(_drop, sidecar_of(target))

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

    def _sidecar(self, stack: ExitStack, target: Path) -> IO[bytes] | None:
        if not self._has_sidecar or (target.exists() and not (target.is_file() or target.is_dir())):
            return None
        return stack.enter_context(atomic_writer(sidecar_of(target)))

    def _companions(self, stack: ExitStack, target: Path) -> None:
        if self.writing.format.companions:
            for end, data in self.writing.format.companions(self.writing.options("")).items():
                name = target.with_name(f"{target.stem}{end}")
                stack.enter_context(atomic_writer(name)).write(data)


def _drop(path: Path) -> None:
    """Take away a sidecar that belonged to a file which is no more."""
    with suppress(FileNotFoundError):
        path.unlink()


def _check_replaceable(path: Path) -> None:
    """Raises TonemarkError where a folder is there that no export of ours made."""
    if not os.path.lexists(path) or has_sidecar(path):
        return
    if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
        return
    raise TonemarkError(
        f"{path} is there already, and no export with a sidecar made it.",
        "Nothing was written. Name another folder, or move that one away.",
    )


def _made_folder(stack: ExitStack, target: Path) -> Path:
    """An empty folder beside `target`, gone if nothing takes it."""
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part"))
    stack.callback(shutil.rmtree, made, ignore_errors=True)
    os.chmod(made, target.parent.stat().st_mode & 0o777)
    return made


def _put_in_place(made: Path, target: Path) -> None:
    """Rename a finished folder; what was there goes when it is done."""
    old: Path | None = None
    if os.path.lexists(target):
        old = target.with_name(f"{made.name}.old")
        os.rename(target, old)
    os.rename(made, target)
    sync_folder(target.parent)
    if old:
        shutil.rmtree(old, ignore_errors=True)
