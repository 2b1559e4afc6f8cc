"""What a file says of one document, before the store has it: the common ground of every reader."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tonemark.corpus.pieces import Piece
from tonemark.corpus.spans import Span, Suggestion
from tonemark.tokenizers.base import Token

if TYPE_CHECKING:
    from tonemark.corpus.drafts import Decision

Answer = Literal["accept", "reject", "ignore"]
"""accept: the spans are right; reject: the text itself is faulty; ignore: leave it out."""

ANSWERS: tuple[Answer, ...] = ("accept", "reject", "ignore")

TEXT_LIMIT = 4 * 1024 * 1024
"""Bytes of UTF-8 that one text may have (DESIGN.md, "Defaults")."""


class Cite(NamedTuple):
    """An annotation that a review looked at; by its time (Unix seconds) another project that has
    it knows it, where its revision may have another number."""

    annotator: str
    revision: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """What makes an answer gold: what was taken where annotators differed, and what was looked at.
    Whose the answer is, is the reviewer, or the rule, that settled it."""

    decisions: tuple[Decision, ...] = ()
    cites: tuple[Cite, ...] = ()


@dataclass(frozen=True, slots=True)
class GivenAnnotation:
    """An answer that a file brings along: whose it is, what it says, and when (Unix seconds). With
    `settled` it is gold, and nobody's annotation.

    `tokens` are those under it where they are others than its document's, and `made` those of them
    that the document has not (as `Draft.made`); intake finds them out.
    """

    annotator: str
    answer: Answer
    spans: tuple[Span, ...] = ()
    comment: str = ""
    flagged: bool = False
    time: float | None = None
    tokens: tuple[Token, ...] | None = None
    made: tuple[Token, ...] = ()
    settled: Settled | None = None


class Record(NamedTuple):
    """One document as a file gives it.

    `number` counts the records of the file from 1, `line` is where it begins (from 1). `key` is
    the identity that the file itself gives, or None. `tokens` are those given with it, or None.
    Offsets are code points of `text`, end exclusive, already checked against it. With `piece`,
    the text is that part of the record, whose number and key all its pieces have. `priority` is
    what the file says of when the document is to come, or None (`cursors.LOWEST` to `HIGHEST`).
    """

    number: int
    line: int
    text: str
    key: str | None = None
    meta: Mapping[str, Any] = MappingProxyType({})
    tokens: tuple[Token, ...] | None = None
    suggestions: tuple[Suggestion, ...] = ()
    annotations: tuple[GivenAnnotation, ...] = ()
    warnings: tuple[str, ...] = ()
    piece: Piece | None = None
    priority: int | None = None
