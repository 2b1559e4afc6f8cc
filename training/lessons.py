"""A project's documents as those that learn have them: sentences for the learner, Docs for spaCy,
and what is found in them as stretches of the text. Imports spaCy only where a Doc is made.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from tonemark.corpus.project import Project
from tonemark.corpus.shares import is_evaluation
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer, tokens_of
from tonemark.errors import TonemarkError
from tonemark.tokenizers.base import Token
from tonemark.tokenizers.bridges.spacing import spaced_numbers, with_gaps
from tonemark.training.learner.learning import Found, Sentence
from tonemark.training.material import Example, sentence_of, words_of
from tonemark.training.outcome import Scored, ScoredSpan

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab


class Lesson(NamedTuple):
    """A document with its tokens as a learner has them; `cut` spans were left out."""

    example: Example
    sentence: Sentence
    cut: int


class ModelFound(NamedTuple):
    """What a model finds in a document: what it labels, and all that it finds possible."""

    labelled: tuple[Found, ...]
    likely: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Lessons:
    """Documents to learn from, and those that are kept to be scored on."""

    train: tuple[Lesson, ...]
    evaluation: tuple[Lesson, ...]

    @property
    def cut(self) -> int:
        """Spans that were left out because they begin or end inside a token."""
        return sum(lesson.cut for lesson in (*self.train, *self.evaluation))


def lesson_of(example: Example) -> Lesson:
    """The lesson that a document is."""
    sentence, cutting = sentence_of(example)
    return Lesson(example, sentence, len(cutting))


def labels_of(lessons: Iterable[Lesson]) -> tuple[str, ...]:
    """The labels of their spans, sorted."""
    return tuple(sorted({label for each in lessons for _, _, label in each.sentence.spans}))


def taught_by(lessons: Iterable[Lesson]) -> dict[str, int]:
    """How many of their spans teach, by label, the commonest first: those that cut a token, or
    begin or end in white space, do not."""
    counts = Counter(label for each in lessons for _, _, label in each.sentence.spans)
    return dict(counts.most_common())


def scored(lesson: Lesson, found: Iterable[Found]) -> Scored:
    """What was found in a document, beside its gold: all of it, what cuts tokens included."""
    example = lesson.example
    return Scored(
        example.key,
        tuple(sorted((span.start, span.end, span.label) for span in example.spans)),
        tuple(
            ScoredSpan(
                example.tokens[each.start].start,
                example.tokens[each.end - 1].end,
                each.label,
                each.score,
            )
            for each in found
        ),
    )


def raw_words(
    project: Project, store: Store, tokenizer: AnyTokenizer, seconds: float
) -> Iterator[tuple[str, ...]]:
    """The words of all documents but those of the evaluation share, for at most `seconds`; what
    cannot be read or cut is passed over."""
    until = time.monotonic() + seconds
    for number in range(1, store.last_document() + 1):
        try:
            document = store.document(number)
            if is_evaluation(document.text, document.meta, project.evaluation):
                continue
            yield words_of(document.text, tokens_of(store, document, tokenizer))
        except (KeyError, TonemarkError):
            continue
        if time.monotonic() > until:
            return


def doc_of(
    vocab: Vocab, text: str, tokens: Sequence[Token], sentence: Sentence | None, key: str | None
) -> Doc:
    """A spaCy Doc of these tokens; with the spans of `sentence` as its entities, or where `key` is
    given as that group of doc.spans."""
    from spacy.tokens import Doc, Span

    placed = with_gaps(text, tokens)
    words = [text[each.start : each.end] for each in placed]
    spaces = [text[each.end : each.end + 1] == " " for each in placed]
    for at, following in enumerate(placed[1:]):
        spaces[at] = spaces[at] and following.start > placed[at].end
    doc = Doc(vocab, words=words, spaces=spaces)
    if sentence is None:
        return doc
    number = spaced_numbers(placed)
    spans = [
        Span(doc, number[start], number[end - 1] + 1, label=label)
        for start, end, label in sentence.spans
    ]
    if key is None:
        from spacy.util import filter_spans

        doc.set_ents(filter_spans(spans), default="outside")
    else:
        doc.spans[key] = spans
    return doc
