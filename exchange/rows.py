"""What the writers are given: one document as one annotator (or nobody yet) left it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tonemark.corpus.records import Answer
from tonemark.corpus.spans import Span, Suggestion
from tonemark.tokenizers.base import Token


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A document and at most one answer to it; offsets are code points of `text`, end exclusive.

    `tokens` is None where the document has none. `spans` are the answer's; `suggestions` go out
    in their place where `answer` is None. `time` is in Unix seconds. `meta` is as the reader gave
    it, `_given` (the record's other fields) included.
    """

    key: str
    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    tokens: tuple[Token, ...] | None = None
    spans: tuple[Span, ...] = ()
    answer: Answer | None = None
    annotator: str | None = None
    comment: str = ""
    flagged: bool = False
    time: float | None = None
    suggestions: tuple[Suggestion, ...] = ()
