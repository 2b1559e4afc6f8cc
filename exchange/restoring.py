"""What a sidecar keeps, put back into the records that a reader made of the file beside it.

The exported file may have been changed since: what it says of spans then holds, and a warning says
so. Knows no format.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.alignment import Alignment, aligned, solid
from tonemark.exchange.base import Given, ReadOptions
from tonemark.exchange.sidecar import AHEAD, SUFFIX, Kept, Sidecar
from tonemark.refusals import Refusal

_TAKEN = "taken as the file has it"
_CHANGED = "changed since it was exported"

_Stretches = frozenset[tuple[int, int, str]]
_Placed = TypeVar("_Placed", Span, Suggestion)


def restored(given: Iterator[Given], sidecar: Sidecar, options: ReadOptions) -> Iterator[Given]:
    """The records with all that the sidecar keeps of their documents; those of one document as one.

    Documents that were taken out of the file are passed over; a record that the sidecar does not
    know, or whose text differs in more than white space, comes as the reader made it, with a
    warning.
    """
    kept = _Ahead(sidecar)
    waiting: deque[Given] = deque()

    def following() -> Given | None:
        return waiting.popleft() if waiting else next(given, None)

    while (first := following()) is not None:
        yield from kept.refusals()
        if isinstance(first, Refusal):
            yield first
            continue
        found = kept.of(first)
        parts = [first]
        while found and len(parts) < found.records:
            part = following()
            if not isinstance(part, Record):
                if part is not None:
                    waiting.appendleft(part)
                break
            parts.append(part)
        if found is None:
            yield _unknown(first, sidecar, "the text is not in")
            continue
        alignment = aligned([each.text for each in parts], found.text)
        if alignment is None:
            for each in reversed(parts[1:]):
                waiting.appendleft(each)
            yield _unknown(first, sidecar, "the text differs from that in")
            continue
        yield _restored(parts, alignment, found, sidecar, options)
    yield from kept.refusals()


def tells_change(warning: str) -> bool:
    """Whether a record's warning says that it is no longer what the sidecar keeps."""
    return warning.endswith(_TAKEN) or _CHANGED in warning


def tells_damage(reason: str) -> bool:
    """Whether a refusal is of a line of a sidecar, not of the file."""
    return reason.endswith(f"{SUFFIX} is damaged")


def _unknown(record: Record, sidecar: Sidecar, what: str) -> Record:
    words = f"{what} {sidecar.path.name}: {_TAKEN}"
    return record._replace(warnings=(*record.warnings, words))


class _Ahead:
    """The documents of a sidecar, of which the next AHEAD are looked through."""

    def __init__(self, sidecar: Sidecar) -> None:
        self._documents = sidecar.documents()
        self._ahead: deque[Kept] = deque()
        self._refusals: list[Refusal] = []

    def refusals(self) -> list[Refusal]:
        """The damaged lines that were met since one last asked."""
        found, self._refusals = self._refusals, []
        return found

    def of(self, record: Record) -> Kept | None:
        """The document that a record is, or is the first part of; those before it are dropped."""
        start = solid(record.text)
        for at in range(AHEAD):
            if at == len(self._ahead) and not self._read():
                return None
            kept = self._ahead[at]
            if _is_of(record, start, kept):
                for _ in range(at + 1):
                    self._ahead.popleft()
                return kept
        return None

    def _read(self) -> bool:
        for each in self._documents:
            if isinstance(each, Refusal):
                self._refusals.append(each)
                continue
            self._ahead.append(each)
            return True
        return False


def _is_of(record: Record, start: str, kept: Kept) -> bool:
    if record.key is not None and record.key != kept.key:
        return False
    if kept.records == 1:
        return record.text == kept.text or start == solid(kept.text)
    return solid(kept.text).startswith(start)


def _restored(
    parts: Sequence[Record],
    alignment: Alignment,
    kept: Kept,
    sidecar: Sidecar,
    options: ReadOptions,
) -> Record:
    warnings = list(dict.fromkeys(words for each in parts for words in each.warnings))
    # Whose gold it is may have an answer of her own beside it.
    names = dict.fromkeys(
        (a.annotator, a.settled is not None) for each in parts for a in each.annotations
    )
    loose = _loose(parts, alignment)
    annotations: list[GivenAnnotation] = []
    suggestions = loose
    if names:
        for name, is_gold in names:
            annotations.append(_of_name(name, is_gold, parts, alignment, kept, warnings))
    elif _stretches(loose) in kept.written and len(kept.annotations) == 1:
        annotations, suggestions = [kept.annotations[0]], ()
    elif kept.annotations:
        who = ", ".join(each.annotator for each in kept.annotations)
        warnings.append(
            f"{_CHANGED} as the answer of {who}: taken as suggestions"
            " (--annotators says whose they are)"
        )
    elif not loose or _stretches(loose) == _stretches(kept.suggestions):
        suggestions = kept.suggestions
    is_same = not kept.given and sidecar.header.tokenizer == options.tokenizer
    return parts[0]._replace(
        text=kept.text,
        key=kept.key,
        meta=kept.meta,
        tokens=None if is_same else kept.tokens,
        suggestions=suggestions,
        annotations=tuple(annotations),
        warnings=tuple(warnings),
    )


def _of_name(
    name: str,
    is_gold: bool,
    parts: Sequence[Record],
    alignment: Alignment,
    kept: Kept,
    warnings: list[str],
) -> GivenAnnotation:
    """The answer, or the gold, that the file gives of one annotator: all that is kept of it, if the
    spans are."""
    hers = [
        (at, each)
        for at, part in enumerate(parts)
        for each in part.annotations
        if each.annotator == name and (each.settled is not None) == is_gold
    ]
    spans = tuple(sorted(_placed(span, at, alignment) for at, each in hers for span in each.spans))
    for annotation, written in zip(kept.annotations, kept.written, strict=True):
        if is_gold and annotation.settled is None:
            continue
        if annotation.annotator == name and _stretches(spans) == written:
            return annotation
    if any(each.annotator == name for each in kept.annotations):
        warnings.append(f"the answer of {name} was {_CHANGED}")
    return replace(hers[0][1], spans=spans)


def _loose(parts: Sequence[Record], alignment: Alignment) -> tuple[Suggestion, ...]:
    return tuple(
        _placed(each, at, alignment) for at, part in enumerate(parts) for each in part.suggestions
    )


def _placed(each: _Placed, part: int, alignment: Alignment) -> _Placed:
    start, end = alignment.placed(part, each.start, each.end)
    return replace(each, start=start, end=end)


def _stretches(spans: Sequence[Span] | Sequence[Suggestion]) -> _Stretches:
    return frozenset((each.start, each.end, each.label) for each in spans)
