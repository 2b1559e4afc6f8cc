"""What a model learns from: the documents of a project with the answers that stand for them, and
those that are kept to score it on. Knows no model.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from tonemark.corpus.project import Project
from tonemark.corpus.shares import drawn_by, is_evaluation, share_of
from tonemark.corpus.spans import Span, Stretch
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokenizer_of
from tonemark.exchange.selecting import Selection
from tonemark.exchange.settings import Settings
from tonemark.tokenizers.base import Token
from tonemark.training.learner.learning import Sentence

SCARCE = 20
"""Examples of a label below which it is scarce: a model learns little from them."""

PARTS = 4
"""Parts of the documents that teach, by the hash of their texts: each is tagged by a model that has
not learnt from it."""


@dataclass(frozen=True, slots=True)
class Example:
    """An accepted document: its text, tokens and spans (code points, end exclusive), who answered
    it, and `drawn`, what it is drawn by for a share (`corpus.shares`)."""

    key: str
    text: str
    tokens: tuple[Token, ...]
    spans: tuple[Span, ...]
    annotator: str = ""
    drawn: str = ""

    @property
    def part(self) -> int:
        """Which of the PARTS it is in, from 0: equal texts, and all pieces of one, in the same."""
        return part_of(self.drawn or self.text)


def part_of(drawn: str) -> int:
    """The part of PARTS in which a document falls that is drawn by this text."""
    return min(PARTS - 1, int(share_of(drawn, PARTS) * PARTS))


@dataclass(frozen=True, slots=True)
class Material:
    """The examples to learn from, those to be scored on (none where the project sets no evaluation
    share), and how many documents are left out, by why (`selecting.COUNTED`); `damaged` are the
    keys of documents that cannot be read."""

    train: tuple[Example, ...]
    evaluation: tuple[Example, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be learnt: labels (empty: all of the project's that occur), gold alone, or one
    annotator's answers; else what stands (`exchange.selecting`)."""

    labels: tuple[str, ...] = ()
    gold: bool = False
    annotator: str | None = None


def examples(
    project: Project, store: Store, asked: Asked, tokenizer: AnyTokenizer | None = None
) -> tuple[Iterator[tuple[Example, bool]], Selection]:
    """The accepted documents one by one, each with whether it is for evaluation, and the selection,
    which has counted what it left out once all have come. Raises TonemarkError where tokens cannot
    be had."""
    settings = Settings(annotator=asked.annotator, gold=asked.gold, answers=("accept",))
    selection = Selection(store, tokenizer or tokenizer_of(project, loads_code=True), settings)
    return _examples(project, selection, frozenset(asked.labels)), selection


def _examples(
    project: Project, selection: Selection, labels: Collection[str]
) -> Iterator[tuple[Example, bool]]:
    for row in selection.rows():
        spans = tuple(each for each in row.spans if not labels or each.label in labels)
        example = Example(
            row.key,
            row.text,
            row.tokens or (),
            spans,
            row.annotator or "",
            drawn_by(row.text, row.meta),
        )
        yield example, is_evaluation(row.text, row.meta, project.evaluation)


def material(
    project: Project, store: Store, asked: Asked, tokenizer: AnyTokenizer | None = None
) -> Material:
    """All of it in memory. Raises TonemarkError where tokens cannot be had."""
    parts: tuple[list[Example], list[Example]] = ([], [])
    found, selection = examples(project, store, asked, tokenizer)
    for example, is_kept_out in found:
        parts[is_kept_out].append(example)
    train, evaluation = parts
    counts = {reason: count for reason, count in selection.counts.items() if count}
    return Material(tuple(train), tuple(evaluation), counts, tuple(selection.damaged))


def sentence_of(example: Example) -> tuple[Sentence, tuple[Span, ...]]:
    """A document's tokens and spans as a learner has them, and the spans that cannot be said of
    tokens: they begin or end inside one."""
    starts = {token.start: at for at, token in enumerate(example.tokens)}
    ends = {token.end: at + 1 for at, token in enumerate(example.tokens)}
    spans, cutting = [], []
    for span in example.spans:
        if span.start in starts and span.end in ends:
            spans.append((starts[span.start], ends[span.end], span.label))
        else:
            cutting.append(span)
    return Sentence(words_of(example.text, example.tokens), tuple(spans)), tuple(cutting)


def words_of(text: str, tokens: Collection[Token]) -> tuple[str, ...]:
    """The tokens' own stretches of the text."""
    return tuple(text[start:end] for start, end in tokens)


def stretches(spans: Collection[Stretch]) -> set[tuple[int, int, str]]:
    """Spans as they are compared: code points and label."""
    return {(span.start, span.end, span.label) for span in spans}
