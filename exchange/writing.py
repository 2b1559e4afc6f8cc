"""What goes into one file or folder of an export: rows fitted to the format, written, read back,
and the lines of the sidecar. Knows no path: where it goes is told in `export`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO, Any

from tonemark.corpus.brought_settings import guidelines_of
from tonemark.corpus.project import Project
from tonemark.corpus.shares import drawn_by, part_of
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, sentence_rules_with, version_of
from tonemark.exchange.base import HELD_WHOLE, Format, ReadOptions, WriteOptions
from tonemark.exchange.exported import PLACES, Exported
from tonemark.exchange.fitting import Fault, LabelMap, faults, mapped, on_common_tokens
from tonemark.exchange.placing import files_in, marks
from tonemark.exchange.rows import ExportRow
from tonemark.exchange.selecting import Selection
from tonemark.exchange.settings import Settings
from tonemark.exchange.sidecar import Header, document_json, file_digest, file_size, header_json
from tonemark.exchange.verifying import Expected
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.sentences.sentences import sentences


class NothingLeftError(Exception):
    """Takes back a file that would be empty."""


@dataclass(slots=True)
class Writing:
    """The contents of one export, part by part, and what became of them.

    `annotators` are those whose answers stand side by side, `progress` is told how many documents
    are written, half of each being that it was read back.
    """

    project: Project
    store: Store
    format: Format
    settings: Settings
    tokenizer: AnyTokenizer
    annotators: tuple[str, ...]
    progress: Callable[[float], None]
    steps: int = 0
    first: Selection | None = None
    parts: dict[str, int] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    mapped: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)
    mapped_places: list[str] = field(default_factory=list)
    without_tokens: list[str] = field(default_factory=list)
    renamed: LabelMap | None = None

    def report(self, to: Iterable[Path]) -> Exported:
        """What became of it; `to` are the paths that were written."""
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
            to=tuple(map(str, to)),
        )

    def to_file(
        self, part: str, stream: IO[bytes], side: IO[bytes] | None = None, at: Path | None = None
    ) -> None:
        """Write a part, read it back, and then write its sidecar if there is to be one, whose
        header tells the file from any other. `at` is where the stream's file lies; what is needed
        meanwhile lies in the same folder, for /tmp is memory on many machines.

        Raises NothingLeftError where there is nothing to write, and TonemarkError where it does not
        come back the same.
        """
        assert self.format.write
        scratch = at and at.parent
        with Expected(self.format, scratch) as expected, _lines(scratch) as lines:
            written = self._written(
                part,
                partial(self._write, stream, self.options(part)),
                expected,
                lines if side else None,
            )
            self.parts[part] = written
            if not written:
                raise NothingLeftError
            stream.flush()
            if self.format.read:
                stream.seek(0)
                expected.check(self.format.read(stream, self._reading()), self._step)
                stream.seek(0, os.SEEK_END)
            if side and at:
                self._finish(side, lines, at)

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

    def into_folder(self, folder: Path, parts: list[str], side: IO[bytes] | None) -> None:
        """Write parts into an empty folder, as `to_file` does."""
        total = 0
        scratch = folder.parent
        with Expected(self.format, scratch) as expected, _lines(scratch) as lines:
            for part in parts:
                written = self._written(
                    part,
                    partial(self._write_folder, folder, self.options(part)),
                    expected,
                    lines if side else None,
                )
                self.parts[part] = written
                total += written
            if not total:
                raise NothingLeftError
            if self.format.read_folder:
                expected.check(self.format.read_folder(folder, self._reading()), self._step)
            if side:
                self._finish(side, lines, folder)

    def _step(self) -> None:
        """A document more was written, or read back."""
        self.steps += 1
        self.progress(self.steps / 2)

    def _written(
        self,
        part: str,
        write: Callable[[Iterable[ExportRow]], Iterator[int]],
        expected: Expected,
        lines: IO[bytes] | None,
    ) -> int:
        """How many documents of a part were written; `lines` gets what the sidecar keeps of them:
        they stand behind a header that is known when all are written."""
        pending: deque[tuple[ExportRow, ExportRow]] = deque()
        written = 0
        for records in write(self._fitted(part, pending)):
            row, fitted = pending.popleft()
            written += 1
            self.counts["gold"] += row.settled is not None
            self._step()
            expected.add(fitted, records)
            if lines and self._keeps_documents:
                lines.write(_line(document_json(row, fitted, records)))
        return written

    @property
    def _keeps_documents(self) -> bool:
        return self.settings.fit or not self.format.holds >= HELD_WHOLE

    def _finish(self, side: IO[bytes], lines: IO[bytes], at: Path) -> None:
        files = marks(files_in(at)) if at.is_dir() else ""
        header = replace(self._header(), size=file_size(at), digest=file_digest(at), files=files)
        side.write(_line(header_json(header)))
        lines.seek(0)
        shutil.copyfileobj(lines, side)

    # What is written

    def _fitted(
        self, part: str, pending: deque[tuple[ExportRow, ExportRow]]
    ) -> Iterator[ExportRow]:
        """The rows of a part as the format can say them; `pending` gets each beside what it was."""
        selection = Selection(self.store, self.tokenizer, self.settings)
        if self.first is None:
            self.first = selection
        for row in selection.rows():
            if part and self._part_of(row) != part:
                continue
            fitted = self._as_said(row)
            if fitted is None:
                self.counts["unfit"] += 1
                continue
            if "answers" not in self.format.holds:
                said = fitted.answers() or (fitted,)
                self.counts["told_apart"] += any(each.answer != "accept" for each in said)
            if "tokens" in self.format.holds and not self.format.on_tokens:
                self._count_tokens(row)
            pending.append((row, fitted))
            yield fitted

    def _part_of(self, row: ExportRow) -> str:
        drawn = drawn_by(row.text, row.meta)
        return part_of(drawn, self.settings.split, self.settings.seed)

    def _count_tokens(self, row: ExportRow) -> None:
        if row.tokens is not None and not row.fits_tokens():
            self.without_tokens.append(row.key)

    def _as_said(self, row: ExportRow) -> ExportRow | None:
        """The row as the format can say it, counted and named where that is not all; None where it
        cannot say it, or where it could but nobody asked for that."""
        is_common = self.format.on_tokens and "tokens" not in self.format.holds
        plain = on_common_tokens(row) if is_common and row.versions else row
        found = faults(self.format, plain)
        if not found:
            return plain
        if self.settings.fit:
            if self.renamed is None:
                names = {label.name for label in self.project.labels}
                self.renamed = LabelMap(self.format, names | _labels_in(self.store))
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

    def options(self, part: str) -> WriteOptions:
        """What the format's writer is told."""
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


def _labels_in(store: Store) -> set[str]:
    """The labels that stand in a store, of which its project may have lost some."""
    query = " UNION ".join(
        f"SELECT label FROM {table}" for table in ("spans", "gold_spans", "suggestions")
    )
    return {label for (label,) in store.db.execute(query) if isinstance(label, str)}


def _lines(folder: Path | None) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder)


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
