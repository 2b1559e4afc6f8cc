"""The documents that a learner looks at: which come next and whose learner may look at them, and
what it found in them as suggestions. Knows nothing of learning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from tonemark.corpus.learnt import next_to_look_at, texts_of
from tonemark.corpus.model_suggestions import LEARNER
from tonemark.corpus.produced import Produced
from tonemark.corpus.spans import Suggestion
from tonemark.corpus.store import Store
from tonemark.corpus.tokens import AnyTokenizer
from tonemark.suggester.lessons import same_text
from tonemark.tokenizers.base import Token
from tonemark.training.material import part_of

AHEAD = 30
"""Documents that are looked at for each annotator. They are looked at again after each training,
and she answers fewer meanwhile."""


class Ahead(NamedTuple):
    """A document that comes next: its number, the part without which the learner was trained that
    looks at it (None where one looks at all), and its text (`lessons.same_text`)."""

    number: int
    part: int | None
    text: bytes


class Looking(NamedTuple):
    """Documents that the child is looking at, with their tokens."""

    tokens: Mapping[int, Sequence[Token]]


def documents_ahead(
    store: Store, tokenizer: AnyTokenizer, refused: Collection[int], *, by_parts: bool
) -> list[Ahead]:
    """The documents that come next to each annotator, without those `refused`. By parts those too
    that somebody has opened."""
    numbers = next_to_look_at(store, tokenizer, AHEAD, opened=by_parts)
    texts = texts_of(store, numbers)
    return [
        Ahead(each, part_of(texts[each]) if by_parts else None, same_text(texts[each]))
        for each in numbers
        if each in texts and each not in refused
    ]


def found_in(looking: Looking, answers: Sequence[Any]) -> list[Produced]:
    """What the child found likely (`learner_worker.Learners.tag`), on the texts."""
    made = []
    for (number, tokens), found in zip(looking.tokens.items(), answers, strict=True):
        if isinstance(found, str):
            made.append(Produced(number, fault=f"the learner failed: {found}"))
            continue
        spans = tuple(
            Suggestion(
                tokens[first].start,
                tokens[last - 1].end,
                label,
                (LEARNER,),
                round(min(1.0, max(0.0, score)), 4),
            )
            for first, last, label, score in found
        )
        made.append(Produced(number, spans))
    return made
