"""What the writers are given: one document as one annotator (or nobody yet) left it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tonemark.corpus.records import Answer, Settled
from tonemark.corpus.spans import Span, Stretch, Suggestion
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import Spaced, with_gaps


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A document and at most one answer to it; offsets are code points of `text`, end exclusive.

    `tokens` is None where the document has none. `spans` are the answer's; `suggestions` go out
    in their place where `answer` is None. `time` is in Unix seconds. `meta` is as the reader gave
    it, `_given` (the record's other fields) included. With `settled` the answer is gold, and
    `annotator` who settled it. `tokens` are those that the answer's spans lie on;
    `document_tokens` those of the document itself, where whoever answered corrected them
    (`tokens_corrected`) and they differ, else None. `tokens_given`: the document came with its
    tokens; else they are the tokenizer's. `versions` are the
    answers of all annotators, each a row of the same text, where they go out side by side; the
    row's own answer is then what stands of them, if anything does.
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
    settled: Settled | None = None
    tokens_given: bool = False
    tokens_corrected: bool = False
    versions: tuple[ExportRow, ...] = ()
    document_tokens: tuple[Token, ...] | None = None

    def answers(self) -> tuple[ExportRow, ...]:
        """The answers that go out: all annotators', if they were asked for, else its own if any."""
        return self.versions or ((self,) if self.answer else ())

    def answers_and_gold(self) -> tuple[ExportRow, ...]:
        """The same, and behind everyone's answers the gold that stands beside them, if there is."""
        return (*self.versions, self) if self.versions and self.settled else self.answers()

    def own_tokens(self) -> tuple[Token, ...] | None:
        """The tokens of the document, whatever its answer says of them."""
        return self.tokens if self.document_tokens is None else self.document_tokens

    def shown(self) -> tuple[Span, ...] | tuple[Suggestion, ...]:
        """What goes out as its spans."""
        return self.spans if self.answer else self.suggestions

    def fits_tokens(self) -> bool:
        """Whether it has tokens, with whose borders all that goes out as its spans begins and ends;
        what lies between two tokens (`with_gaps`) counts as one."""
        if self.tokens is None:
            return False
        spans = self.shown()
        if _lie_on(self.tokens, spans):
            return True  # for most; gaps take ten times as long
        return _lie_on(with_gaps(self.text, self.tokens), spans)


def _lie_on(tokens: Sequence[Token] | Sequence[Spaced], spans: Sequence[Stretch]) -> bool:
    starts, ends = {token.start for token in tokens}, {token.end for token in tokens}
    return all(span.start in starts and span.end in ends for span in spans)
