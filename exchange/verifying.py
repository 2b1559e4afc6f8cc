"""A written file, read back before it takes its place: every span at its place, or no export."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.alignment import aligned
from tonemark.exchange.base import Format, Given
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

_Stretches = frozenset[tuple[int, int, str]]


class _Written(NamedTuple):
    key: str
    text: str
    answers: tuple[tuple[str | None, _Stretches], ...]
    records: int
    is_several: bool


class Expected:
    """What was written, document by document, in a file of its own in `folder` (else where the
    system keeps such) until it is checked."""

    def __init__(self, format: Format, folder: Path | None = None) -> None:
        self._format = format
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Expected:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, row: ExportRow, records: int) -> None:
        """A row as it was written, and how many records the reader is to make of it."""
        answers = tuple((each.annotator, _stretches(each)) for each in row.answers())
        written = _Written(row.key, row.text, answers, records, bool(row.versions))
        pickle.dump(tuple(written), self._file)

    def check(self, given: Iterator[Given], step: Callable[[], None] = lambda: None) -> None:
        """Raises TonemarkError where what is read is not, document by document, what was written:
        the text (white space aside, where the format does not hold it), and every span. `step` is
        called after each document.
        """
        self._file.seek(0)
        while True:
            try:
                written = _Written(*pickle.load(self._file))
            except EOFError:
                break
            parts = []
            for _ in range(written.records):
                each = next(given, None)
                if not isinstance(each, Record):
                    reason = each.reason if isinstance(each, Refusal) else "nothing follows"
                    raise self._broken(written, f"cannot be read back: {reason}")
                parts.append(each)
            if fault := self._fault(written, parts):
                raise self._broken(written, fault)
            step()
        if (more := next(given, None)) is not None:
            what = more.reason if isinstance(more, Refusal) else "a record more than was written"
            raise TonemarkError(
                f"The {self._format.name} file cannot be read back whole: {what}.", _REMEDY
            )

    def _fault(self, written: _Written, parts: list[Record]) -> str:
        if "text" in self._format.holds and any(each.text != written.text for each in parts):
            return "comes back with another text"
        holds_text = "text" in self._format.holds
        texts = [written.text] if holds_text else [each.text for each in parts]
        alignment = aligned(texts, written.text)
        if alignment is None:
            return "comes back with another text"
        found: dict[str | None, set[tuple[int, int, str]]] = {}
        for at, part in enumerate(parts):
            said: list[tuple[str | None, Sequence[Span] | Sequence[Suggestion]]]
            # Gold beside versions may be settled by one whose own answer is among them.
            said = [
                (each.annotator, each.spans)
                for each in part.annotations
                if each.settled is None or not written.is_several
            ]
            place = 0 if holds_text else at
            for name, spans in said or [(None, part.suggestions)]:
                found.setdefault(name, set()).update(
                    (*alignment.placed(place, each.start, each.end), each.label) for each in spans
                )
        if not written.answers:
            return "comes back as answered" if found.keys() - {None} else ""
        if found.keys() <= {None}:
            everything = set(chain.from_iterable(found.values()))
            wanted = frozenset(chain.from_iterable(spans for _, spans in written.answers))
            return "" if everything == wanted else _difference(everything, wanted)
        for who, stretches in written.answers:
            said_here = found.get(who, set())
            if said_here != stretches:
                return _difference(said_here, stretches)
        return ""

    def _broken(self, written: _Written, fault: str) -> TonemarkError:
        return TonemarkError(
            f"{written.key} {fault}: {self._format.name} cannot say it, or its writer is at fault.",
            _REMEDY,
        )


_REMEDY = "Nothing was written. Export to another format, and report this: it is our fault."


def _stretches(row: ExportRow) -> _Stretches:
    return frozenset((each.start, each.end, each.label) for each in row.spans)


def _difference(found: set[tuple[int, int, str]], wanted: _Stretches) -> str:
    lost, new = sorted(wanted - found), sorted(found - wanted)
    start, end, label = (lost or new)[0]
    return f"comes back {'without' if lost else 'with'} {label} {start}-{end}"
