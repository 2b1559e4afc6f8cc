"""Records split into sentences or paragraphs, with what lies on their texts; `joining.py` puts
them together again. Knows no file format.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeVar

from tonemark.corpus.pieces import PIECE, Piece, parsed_piece
from tonemark.corpus.records import GivenAnnotation, Record
from tonemark.corpus.spans import Span, Suggestion
from tonemark.exchange.metadata import GIVEN
from tonemark.files import LINE_LIMIT
from tonemark.refusals import Refusal
from tonemark.tokenizers.base import Token

Cut = Callable[[str], Sequence[Token]]
"""A text to the stretches that become documents: in order, apart, white space alone between."""

_Placed = TypeVar("_Placed", Span, Suggestion, Token)


def held_together(records: Iterable[Record | Refusal], cut: Cut) -> dict[str, set[int]]:
    """By key: where no piece may begin, for a span, suggestion or given token reaches over there.

    A file may hold several records of one key, an annotator's answer each: all must be cut alike.
    """
    held: dict[str, set[int]] = {}
    for record in records:
        if isinstance(record, Refusal) or record.key is None or not any(_placed(record)):
            continue
        stretches = list(cut(record.text))
        if not stretches:
            continue
        whole, crossed = _uncrossed(record, stretches)
        if crossed:
            starts = {each.start for each in stretches[1:]} - {each.start for each in whole}
            held.setdefault(record.key, set()).update(starts)
    return held


def split_records(
    records: Iterable[Record | Refusal],
    cut: Cut,
    what: str,
    held: Mapping[str, Iterable[int]] = MappingProxyType({}),
) -> Iterator[Record | Refusal]:
    """Each record as its pieces, also where it is only one, so that a text which grows keeps it.

    Each piece has the record's number, line, key and metadata, and the spans, suggestions and
    tokens that lie in it, counted from its own start. An answer to the whole answers each piece;
    its comment, and the fields that are not of the format, go with the first. Where a span,
    suggestion or given token reaches over a border there is none: the pieces stay together, and a
    warning says so, `what` being the name of a piece ("sentence"). `held` says where else there is
    none (`held_together`). A text of white space alone is refused.
    """
    for record in records:
        if isinstance(record, Refusal):
            yield record
        elif parsed_piece(record.meta.get(PIECE)):
            yield Refusal(record.line, f'is a piece of a text already ("{PIECE}"); add it as it is')
        else:
            yield from _split(record, cut, what, held.get(record.key or "", ()))


def _split(record: Record, cut: Cut, what: str, held: Iterable[int]) -> Iterator[Record | Refusal]:
    found = list(cut(record.text))
    if not found:
        yield Refusal(
            record.line, f"there is no {what} in it: the text is empty, or white space alone"
        )
        return
    stretches, crossed = _uncrossed(record, found, held)
    given = {name: value for name, value in record.meta.items() if name != GIVEN}
    if given and len(stretches) > 1:
        size = len(json.dumps(given, ensure_ascii=False)) * len(stretches)
        if size > LINE_LIMIT:
            yield Refusal(
                record.line,
                f"its metadata would stand in each of {len(stretches):,} documents: more than"
                f" {LINE_LIMIT >> 20} MiB",
            )
            return
    warnings = record.warnings
    if crossed:
        first = crossed[0]
        more = f", and {len(crossed) - 1} more like it" if len(crossed) > 1 else ""
        place = f"{first.kind} at {first.start}-{first.end}"
        reason = f"{place} reaches from one {what} into the next{more}: these stay together"
        warnings = (*warnings, reason)
    tokens = _Parts(record.tokens or ())
    suggestions = _Parts(record.suggestions)
    spans = [_Parts(each.spans) for each in record.annotations]
    ahead = 0
    for start, end in stretches:
        is_first = start == stretches[0].start
        after = record.text[end:] if end == stretches[-1].end else ""
        yield record._replace(
            text=record.text[start:end],
            meta=record.meta if is_first else given,
            tokens=None if record.tokens is None else tokens.of(start, end),
            suggestions=suggestions.of(start, end),
            annotations=tuple(
                _part(each, parts.of(start, end), is_first, start, end)
                for each, parts in zip(record.annotations, spans, strict=True)
            ),
            warnings=warnings if is_first else (),
            piece=Piece(start, len(record.text), record.text[ahead:start], after),
        )
        ahead = end


def _part(
    given: GivenAnnotation, spans: tuple[Span, ...], is_first: bool, start: int, end: int
) -> GivenAnnotation:
    settled = given.settled
    if settled is not None:
        decisions = [
            each._replace(start=each.start - start, end=each.end - start) if each.end else each
            for each in settled.decisions
            if not each.end or start <= each.start < each.end <= end
        ]
        settled = replace(settled, decisions=tuple(decisions))
    comment = given.comment if is_first else ""
    made = tuple(shifted(each, -start) for each in given.made if start <= each.start < end)
    tokens = None
    if given.tokens is not None and made:
        inside = (each for each in given.tokens if start <= each.start < end)
        tokens = tuple(shifted(each, -start) for each in inside)
    return replace(given, spans=spans, comment=comment, settled=settled, tokens=tokens, made=made)


class _Parts(Generic[_Placed]):
    """What lies on a text, given out piece by piece."""

    def __init__(self, placed: Iterable[_Placed]) -> None:
        self._left: deque[_Placed] = deque(sorted(placed, key=lambda each: each.start))

    def of(self, start: int, end: int) -> tuple[_Placed, ...]:
        """What begins before `end` and was not given out yet, counted from `start`."""
        found = []
        while self._left and self._left[0].start < end:
            found.append(shifted(self._left.popleft(), -start))
        return tuple(found)


def shifted(placed: _Placed, by: int) -> _Placed:
    """A span, suggestion or token, `by` code points further on."""
    if isinstance(placed, Token):
        return placed._replace(start=placed.start + by, end=placed.end + by)
    return replace(placed, start=placed.start + by, end=placed.end + by)


class _Reach(NamedTuple):
    """Something on a text that may reach over a border."""

    start: int
    end: int
    kind: str


def _uncrossed(
    record: Record, stretches: list[Token], held: Iterable[int] = ()
) -> tuple[list[Token], list[_Reach]]:
    """The stretches, at least one, without the borders that something of the record reaches over,
    and what does; the first and the last take in white space on which something lies."""
    others = (_Reach(start - 1, start + 1, "a span of another answer") for start in held)
    placed = sorted((*_placed(record), *others))
    whole = [stretches[0]]
    crossed: list[_Reach] = []
    furthest = _Reach(whole[0].start, whole[0].start, "")
    at = 0
    for stretch in (*stretches[1:], Token(len(record.text), len(record.text))):
        while at < len(placed) and placed[at].start < stretch.start:
            furthest = max(furthest, placed[at], key=lambda each: each.end)
            at += 1
        last = whole[-1]
        if furthest.end <= last.end:
            whole.append(stretch)
        elif stretch.start < len(record.text):
            whole[-1] = last._replace(end=stretch.end)
            if furthest not in crossed[-1:]:
                crossed.append(furthest)
        else:
            whole[-1] = last._replace(end=furthest.end)
    if whole[-1].start == len(record.text):
        whole.pop()
    if placed and placed[0].start < whole[0].start:
        whole[0] = whole[0]._replace(start=placed[0].start)
    return whole, crossed


def _placed(record: Record) -> Iterator[_Reach]:
    yield from (_Reach(*each, "a given token") for each in record.tokens or ())
    yield from (_Reach(each.start, each.end, "a suggestion") for each in record.suggestions)
    for given in record.annotations:
        yield from (_Reach(each.start, each.end, "a span") for each in given.spans)
        yield from (_Reach(*each, "a corrected token") for each in given.made)
