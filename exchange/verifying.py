"""A written file, read back before it takes its place: what its format claims to hold of spans,
answers, comments, keys and who gave them comes back the same, or there is no export.

Metadata, tokens and times are not compared: that a format brings them back is for its tests.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.errors import TonemarkError
from tonemark.exchange.alignment import Alignment, aligned
from tonemark.exchange.base import Format, Given
from tonemark.exchange.rows import ExportRow
from tonemark.refusals import Refusal

_Stretch: TypeAlias = tuple[int, int, str]
_Who: TypeAlias = tuple[str | None, bool]
"""Whose an answer is (None: nobody's by name), and whether it is gold."""


class _Said(NamedTuple):
    """An answer as it was written."""

    who: _Who
    answer: str | None
    comment: str
    flagged: bool
    stretches: tuple[_Stretch, ...]


class _Written(NamedTuple):
    """A document as it was written; `gold` is what is settled beside several answers."""

    key: str
    text: str
    answers: tuple[_Said, ...]
    gold: _Said | None
    suggestions: tuple[_Stretch, ...]
    records: int


@dataclass(slots=True)
class _Found:
    """What is read back of one answer, from all records of its document."""

    answers: set[str] = field(default_factory=set)
    comments: list[str] = field(default_factory=list)
    flagged: bool = False
    stretches: set[_Stretch] = field(default_factory=set)


class Expected:
    """What was written, document by document, in a file of its own in `folder` (else where the
    system keeps such) until it is checked."""

    def __init__(self, format: Format, folder: Path | None = None) -> None:
        self._format = format
        self._holds = format.holds
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__

    def __enter__(self) -> Expected:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def add(self, row: ExportRow, records: int) -> None:
        """A row as it was written, and how many records the reader is to make of it."""
        answers = row.answers()
        gold = _said(row) if row.versions and row.settled is not None else None
        suggestions = () if answers else _stretches(row.suggestions)
        said = tuple(map(_said, answers))
        pickle.dump(_Written(row.key, row.text, said, gold, suggestions, records), self._file)

    def check(self, given: Iterator[Given], step: Callable[[], None] = lambda: None) -> None:
        """Raises TonemarkError where what is read is not, document by document, what was written:
        the text (white space aside, where the format does not hold it), every span, what else of
        the answers the format holds, and nobody's answer more. `step` is called after each
        document.
        """
        self._file.seek(0)
        while True:
            try:
                written: _Written = pickle.load(self._file)
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
        if "keys" in self._holds and any(each.key != written.key for each in parts):
            return f"comes back with the key {parts[0].key}"
        texts = [each.text for each in parts]
        if "text" in self._holds:
            if any(text != written.text for text in texts):
                return "comes back with another text"
            texts = texts[:1]
        alignment = aligned(texts, written.text)
        if alignment is None:
            return "comes back with another text"
        found: dict[_Who, _Found] = {}
        proposed: set[_Stretch] = set()
        for at, part in enumerate(parts):
            place = at if len(texts) > 1 else 0
            proposed |= _placed(part.suggestions, place, alignment)
            for each in part.annotations:
                who = each.annotator, each.settled is not None
                _add(found.setdefault(who, _Found()), each, place, alignment)
        if not written.answers:
            return self._proposal_fault(written, found, proposed)
        if not found and self._may_be_nameless(written):
            wanted = {each for said in written.answers for each in said.stretches}
            return _difference(proposed, wanted)
        return self._answers_fault(written, found, proposed)

    def _may_be_nameless(self, written: _Written) -> bool:
        """Whether a file may hold the spans of answers, and not that they are answers."""
        named = any(said.who[0] is not None for said in written.answers)
        return not (named and "answers" in self._holds)

    def _proposal_fault(
        self, written: _Written, found: dict[_Who, _Found], proposed: set[_Stretch]
    ) -> str:
        if found:
            return "comes back as answered"
        if not proposed and not self._format.suggests:
            return ""
        return _difference(proposed, set(written.suggestions))

    def _answers_fault(
        self, written: _Written, found: dict[_Who, _Found], proposed: set[_Stretch]
    ) -> str:
        for said in written.answers:
            if fault := self._answer_fault(said, self._taken(said, written, found)):
                return fault
        if written.gold and ("answers" in self._holds or written.gold.who in found):
            if written.gold.who not in found:
                return "comes back without its gold"
            if fault := self._answer_fault(written.gold, found.pop(written.gold.who)):
                return fault
        if found:
            return f"comes back with an answer of {next(iter(found))[0]}, who gave none"
        return _difference(proposed, set())

    def _taken(self, said: _Said, written: _Written, found: dict[_Who, _Found]) -> _Found | None:
        """What was found of an answer, taken away from the rest."""
        name, is_gold = said.who
        if name is None:  # whatever name its reader has for nobody's
            known = {each.who for each in written.answers}
            who = next((each for each in found if each not in known), said.who)
        elif is_gold and "answers" not in self._holds:
            who = said.who if said.who in found else (name, False)
        else:
            who = said.who
        return found.pop(who, None)

    def _answer_fault(self, said: _Said, found: _Found | None) -> str:
        whose = f"the answer of {said.who[0]}"
        if found is None:
            if "answers" in self._holds:
                return f"comes back without {whose}"
            return _difference(set(), set(said.stretches))
        if fault := _difference(found.stretches, set(said.stretches)):
            return fault
        if "answers" in self._holds and found.answers != {said.answer}:
            return f"comes back with another answer: {whose} was {said.answer}"
        if "comments" in self._holds and (
            said.comment not in found.comments or found.flagged != said.flagged
        ):
            return f"comes back with another comment or flag on {whose}"
        return ""

    def _broken(self, written: _Written, fault: str) -> TonemarkError:
        return TonemarkError(
            f"{written.key} {fault}: {self._format.name} cannot say it, or its writer is at fault.",
            _REMEDY,
        )


_REMEDY = "Nothing was written. Export to another format, and report this: it is our fault."


def _said(row: ExportRow) -> _Said:
    who = row.annotator, row.settled is not None
    return _Said(who, row.answer, row.comment, row.flagged, _stretches(row.spans))


def _add(found: _Found, given: GivenAnnotation, part: int, alignment: Alignment) -> None:
    found.answers.add(given.answer)
    found.comments.append(given.comment)
    found.flagged |= given.flagged
    found.stretches |= _placed(given.spans, part, alignment)


def _placed(
    spans: Sequence[Span] | Sequence[Suggestion], part: int, alignment: Alignment
) -> set[_Stretch]:
    return {(*alignment.placed(part, each.start, each.end), each.label) for each in spans}


def _stretches(spans: Iterable[Span] | Iterable[Suggestion]) -> tuple[_Stretch, ...]:
    return tuple((each.start, each.end, each.label) for each in spans)


def _difference(found: set[_Stretch], wanted: set[_Stretch]) -> str:
    """The first stretch that one has and the other has not, in words; empty where there is none."""
    if found == wanted:
        return ""
    lost, new = sorted(wanted - found), sorted(found - wanted)
    start, end, label = (lost or new)[0]
    return f"comes back {'without' if lost else 'with'} {label} {start}-{end}"
