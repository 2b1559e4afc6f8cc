"""A project into a file or folder: what stands is selected, fitted to the format, written, read
back, and only then put in its place, with a sidecar for what the format cannot hold."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO, Any

from tonemark.corpus.brought_settings import guidelines_of
from tonemark.corpus.progress import progress as counted_progress
from tonemark.corpus.project import Project
from tonemark.corpus.shares import part_of
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, sentence_rules_with, tokenizer_of, version_of
from tonemark.errors import TonemarkError
from tonemark.exchange.base import HELD, HELD_WHOLE, Format, ReadOptions, WriteOptions
from tonemark.exchange.exported import PLACES, Exported
from tonemark.exchange.fitting import Fault, LabelMap, faults, mapped, on_common_tokens
from tonemark.exchange.registry import format_named, writable
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.selecting import Selection
from tonemark.exchange.settings import Settings
from tonemark.exchange.sidecar import Header, document_json, header_json, sidecar_of
from tonemark.exchange.verifying import Expected
from tonemark.files import atomic_writer, sync_folder
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.sentences import sentences

_NO_PROGRESS: Callable[[int], None] = lambda written: None  # noqa: E731


def export_project(
    project: Project,
    store: Store,
    settings: Settings,
    output: Path | IO[bytes],
    *,
    progress: Callable[[int], None] = _NO_PROGRESS,
) -> Exported:
    """Write a project's annotations to a file or folder (whole or not at all) or a stream.

    With a split, each part is a file of its own: NAME.PART.SUFFIX beside `output`. Where nothing is
    left to write, what is there stays as it was. `progress` is told how many documents are written.
    Raises TonemarkError where the format cannot be written so, where the file cannot, and where
    what was written does not come back the same.
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
    export = _Export(
        project,
        store,
        format,
        settings,
        tokenizer_of(project, loads_code=True),
        tuple(sorted(people)) if settings.everyone else (),
        progress,
    )
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
    return export.report()


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
    if settings.offsets == "UTF-16 units" and not format.other_offsets:
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


class _NothingLeftError(Exception):
    """Takes back a file that would be empty."""


@dataclass(slots=True)
class _Export:
    """One export, part by part."""

    project: Project
    store: Store
    format: Format
    settings: Settings
    tokenizer: AnyTokenizer
    annotators: tuple[str, ...]
    progress: Callable[[int], None]
    first: Selection | None = None
    parts: dict[str, int] = field(default_factory=dict)
    to: list[Path] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    mapped: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)
    mapped_places: list[str] = field(default_factory=list)
    without_tokens: list[str] = field(default_factory=list)
    renamed: LabelMap | None = None

    def report(self) -> Exported:
        """What became of it."""
        assert self.first is not None
        return Exported(
            written=sum(self.parts.values()),
            **self.first.counts,
            gold=self.counts["gold"],
            told_apart=self.counts["told_apart"],
            unfit=self.counts["unfit"],
            faults=dict(self.faults),
            mapped=dict(self.mapped),
            places=tuple(self.places),
            mapped_places=tuple(self.mapped_places),
            damaged=tuple(dict.fromkeys(self.first.damaged)),
            without_tokens=tuple(self.without_tokens),
            parts=dict(self.parts) if self.settings.split else {},
            to=tuple(map(str, self.to)),
        )

    # Where it goes

    def to_stream(self, output: IO[bytes]) -> None:
        """Through a file of its own, so that nothing comes out that does not come back right."""
        with tempfile.TemporaryFile() as file:
            with suppress(_NothingLeftError):
                self._to_file("", file, None)
                file.seek(0)
                shutil.copyfileobj(file, output)
            output.flush()

    def to_files(self, path: Path) -> None:
        """A file, or one for each part."""
        with ExitStack() as done:
            for part, target in self._targets(path):
                with suppress(_NothingLeftError), ExitStack() as stack:
                    side = self._sidecar(stack, target)
                    stream = stack.enter_context(atomic_writer(target))
                    if target.exists() and not target.is_file():  # a device, a pipe
                        with tempfile.TemporaryFile() as file:
                            self._to_file(part, file, None)
                            file.seek(0)
                            shutil.copyfileobj(file, stream)
                    else:
                        self._to_file(part, stream, side)
                    self._companions(stack, target)
                    done.push(stack.pop_all())  # all parts take their places, or none
                    self.to.append(target)
            for target in self.to:
                if not self._has_sidecar:
                    done.callback(_drop, sidecar_of(target))

    def to_folder(self, path: Path) -> None:
        """A folder with all parts, or one for each."""
        targets = self._targets(path)
        if self.format.parts and len(targets) > 1:
            targets = [("", path)]
        with ExitStack() as done:
            for part, target in targets:
                _check_replaceable(target)
                with suppress(_NothingLeftError), ExitStack() as stack:
                    side = self._sidecar(stack, target)
                    made = _made_folder(stack, target)
                    inside = [part]
                    if self.format.parts and self.settings.split:
                        inside = sorted(name for name, _ in self.settings.split)
                    self._into_folder(made, inside, side)
                    done.push(stack.pop_all())
                    done.callback(_put_in_place, made, target)
                    self.to.append(target)
            for target in self.to:
                if not self._has_sidecar:
                    done.callback(_drop, sidecar_of(target))

    def _targets(self, path: Path) -> list[tuple[str, Path]]:
        """The parts, and the path of each; no part is named where there is no split."""
        if not self.settings.split:
            return [("", path)]
        if self.format.write_folder:
            return [
                (name, path.with_name(f"{path.name}.{name}")) for name, _ in self.settings.split
            ]
        return [
            (name, path.with_name(f"{path.stem}.{name}{path.suffix}"))
            for name, _ in self.settings.split
        ]

    @property
    def _has_sidecar(self) -> bool:
        return self.settings.sidecar and self.format.holds != frozenset(HELD)

    def _sidecar(self, stack: ExitStack, target: Path) -> IO[bytes] | None:
        if not self._has_sidecar or (target.exists() and not (target.is_file() or target.is_dir())):
            return None
        return stack.enter_context(atomic_writer(sidecar_of(target)))

    def _companions(self, stack: ExitStack, target: Path) -> None:
        if self.format.companions:
            for end, data in self.format.companions(self._options("")).items():
                name = target.with_name(f"{target.stem}{end}")
                stack.enter_context(atomic_writer(name)).write(data)

    # One file, or one folder

    def _to_file(self, part: str, stream: IO[bytes], side: IO[bytes] | None) -> None:
        assert self.format.write
        with Expected(self.format) as expected:
            written, lines = self._written(
                part, partial(self._write, stream, self._options(part)), expected, side
            )
            if not written:
                raise _NothingLeftError
            self._finish(side, lines)
            stream.flush()
            if self.format.read:
                stream.seek(0)
                expected.check(self.format.read(stream, self._reading()))
                stream.seek(0, os.SEEK_END)
        self.parts[part] = written

    def _write(
        self, stream: IO[bytes], options: WriteOptions, rows: Iterable[ExportRow]
    ) -> Iterator[int]:
        assert self.format.write
        return self.format.write(rows, stream, options)

    def _write_folder(
        self, folder: Path, options: WriteOptions, rows: Iterable[ExportRow]
    ) -> Iterator[int]:
        assert self.format.write_folder
        return self.format.write_folder(rows, folder, options)

    def _into_folder(self, folder: Path, parts: list[str], side: IO[bytes] | None) -> None:
        total = 0
        with Expected(self.format) as expected, tempfile.TemporaryFile() as lines:
            for part in parts:
                written, kept = self._written(
                    part, partial(self._write_folder, folder, self._options(part)), expected, side
                )
                if kept:
                    kept.seek(0)
                    shutil.copyfileobj(kept, lines)
                self.parts[part] = written
                total += written
            if not total:
                raise _NothingLeftError
            self._finish(side, lines)
            if self.format.read_folder:
                expected.check(self.format.read_folder(folder, self._reading()))

    def _written(
        self,
        part: str,
        write: Callable[[Iterable[ExportRow]], Iterator[int]],
        expected: Expected,
        side: IO[bytes] | None,
    ) -> tuple[int, IO[bytes] | None]:
        """How many documents of a part were written, and the lines that the sidecar keeps of them:
        they stand behind a header that is known when all are written."""
        pending: deque[tuple[ExportRow, ExportRow]] = deque()
        lines = tempfile.TemporaryFile() if side and self._keeps_documents else None  # noqa: SIM115
        written = 0
        for records in write(self._fitted(part, pending)):
            row, fitted = pending.popleft()
            written += 1
            self.counts["gold"] += row.settled is not None
            self.progress(sum(self.parts.values()) + written)
            expected.add(fitted, records)
            if lines:
                lines.write(_line(document_json(row, fitted, records)))
        return written, lines

    @property
    def _keeps_documents(self) -> bool:
        return self.settings.fit or not self.format.holds >= HELD_WHOLE

    def _finish(self, side: IO[bytes] | None, lines: IO[bytes] | None) -> None:
        if not side:
            return
        side.write(_line(header_json(self._header())))
        if lines:
            lines.seek(0)
            shutil.copyfileobj(lines, side)
            lines.close()

    # What is written

    def _fitted(
        self, part: str, pending: deque[tuple[ExportRow, ExportRow]]
    ) -> Iterator[ExportRow]:
        """The rows of a part as the format can say them; `pending` gets each beside what it was."""
        selection = Selection(self.store, self.tokenizer, self.settings)
        if self.first is None:
            self.first = selection
        for row in selection.rows():
            if part and part_of(row.text, self.settings.split, self.settings.seed) != part:
                continue
            fitted = self._as_said(row)
            if fitted is None:
                self.counts["unfit"] += 1
                continue
            if "answers" not in self.format.holds:
                self.counts["told_apart"] += fitted.answer != "accept"
            if "tokens" in self.format.holds and not self.format.on_tokens:
                self._count_tokens(row)
            pending.append((row, fitted))
            yield fitted

    def _count_tokens(self, row: ExportRow) -> None:
        if row.tokens is not None and not row.fits_tokens():
            self.without_tokens.append(row.key)

    def _as_said(self, row: ExportRow) -> ExportRow | None:
        """The row as the format can say it, counted and named where that is not all; None where it
        cannot say it, or where it could but nobody asked for that."""
        plain = on_common_tokens(row) if self.format.on_tokens and row.versions else row
        found = faults(self.format, plain)
        if not found:
            return plain
        if self.settings.fit:
            if self.renamed is None:
                names = (label.name for label in self.project.labels)
                self.renamed = LabelMap(self.format, names)
            fitted = mapped(self.format, plain, self.renamed)
            if fitted is not None:
                self._note(self.mapped, self.mapped_places, row.key, fitted.changes)
                return fitted.row
        self._note(self.faults, self.places, row.key, found)
        return None

    @staticmethod
    def _note(counts: Counter[str], places: list[str], key: str, found: list[Fault]) -> None:
        for fault in found:
            counts[fault.kind] += 1
            if len(places) < PLACES:
                where = f"{key} {fault.start}-{fault.end}" if fault.end else key
                places.append(f"{where}: {fault.reason}")

    def _options(self, part: str) -> WriteOptions:
        rules = sentence_rules_with(self.tokenizer)

        def cut(text: str) -> list[Token]:
            return sentences(text, rules)

        return WriteOptions(
            dataset=self.project.name,
            language=self.project.language,
            labels=self.project.labels,
            annotators=self.annotators,
            sentences=cut,
            part=part,
            offsets=self.settings.offsets,
            name_key=self.settings.name_key,
            spreadsheet_safe=self.settings.spreadsheet_safe,
        )

    def _reading(self) -> ReadOptions:
        return ReadOptions(
            annotators=self.annotators if self.format.on_tokens else (),
            offsets=self.settings.offsets,
            name_key=self.settings.name_key,
        )

    def _header(self) -> Header:
        return Header(
            self.format.name,
            self.project.name,
            self.project.language,
            (self.project.tokenizer, version_of(self.tokenizer)),
            self.project.labels,
            guidelines_of(self.project),
            self.annotators if self.format.on_tokens else (),
            self.settings.offsets,
            self.settings.name_key,
            self.renamed.given if self.renamed else {},
            self._keeps_documents,
        )


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _drop(path: Path) -> None:
    """Take away a sidecar that belonged to a file which is no more."""
    with suppress(FileNotFoundError):
        path.unlink()


def _check_replaceable(path: Path) -> None:
    """Raises TonemarkError where a folder is there that no export of ours made."""
    if not os.path.lexists(path) or sidecar_of(path).is_file():
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
