"""The learner: learns from sentences with spans, and says what it would label in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tonemark.training.learner.chain import Chain
from tonemark.training.learner.file import restored, written
from tonemark.training.learner.fitting import Lessons, thoroughly_fitted
from tonemark.training.learner.spans import Found, Sentence, Tagged, best_apart
from tonemark.training.learner.words import Words, learn_words

__all__ = ["Found", "Learner", "Sentence", "Tagged", "Words", "learn", "learn_words"]

LEAST = 0.3
"""How likely a span must be to be labelled. F1 is highest where that is half of it (Lipton and
others 2014): over six languages with 30 to 1,500 sentences .25 to .35 was
best or next to it, and with 100 two to five points better than .5."""

FAINT = 0.05
"""Less likely spans do not make a document doubtful."""

RAREST = 0.01
"""Spans less likely than this are never told: their number has no bound."""


@dataclass(frozen=True)
class Learner:
    """What was learned: a chain, or one for each label where spans may overlap."""

    chains: tuple[Chain, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it knows, sorted."""
        return tuple(sorted({label for chain in self.chains for label in chain.labels}))

    def tag(self, words: Sequence[str]) -> Tagged:
        """What it would label in the tokens of a document, in time linear in their number.

        `doubt` is the number of mistakes that it expects to make: each likely span is wrong with
        what its score lacks where it is labelled, and with its score where not.
        """
        found: list[Found] = []
        doubt = 0.0
        for chain in self.chains:
            likely = chain.likely(words, FAINT)
            labelled = best_apart(likely, LEAST)
            kept = set(labelled)
            doubt += sum(1.0 - each.score if each in kept else each.score for each in likely)
            found += labelled
        return Tagged(tuple(sorted(found)), doubt)

    def likely(self, words: Sequence[str], least: float = 0.05) -> tuple[Found, ...]:
        """All spans with at least that probability, overlapping ones too, in order."""
        least = max(least, RAREST)
        return tuple(sorted(each for chain in self.chains for each in chain.likely(words, least)))

    def to_bytes(self) -> bytes:
        """The learner, to be kept; the same bytes for the same learner."""
        return written(self.chains)

    @staticmethod
    def from_bytes(data: bytes) -> Learner:
        """The learner that `to_bytes` wrote. Raises ValueError where that is damaged."""
        return Learner(restored(data))


def learn(
    sentences: Sequence[Sentence],
    *,
    words: Words | None = None,
    overlapping: bool = False,
    seconds: float | None = None,
    thorough: bool = False,
) -> Learner:
    """What these sentences teach: quickly, or thoroughly in about `seconds`. The same sentences
    teach the same. Spans that are empty or reach out of their sentence are passed over; of those
    that overlap under one label, or at all where they may not, the longest stay.

    Raises ValueError where no sentence has a span.
    """
    labels = tuple(
        sorted(
            {
                label
                for sentence in sentences
                for start, end, label in sentence.spans
                if 0 <= start < end <= len(sentence.words)
            }
        )
    )
    if not labels:
        raise ValueError("There is nothing to learn: no sentence has a span.")
    lessons = Lessons(sentences, labels, words)
    layers = [(label,) for label in labels] if overlapping else [labels]
    if not thorough:
        return Learner(tuple(map(lessons.fitted, layers)))
    each = None if seconds is None else seconds / len(layers)
    return Learner(tuple(thoroughly_fitted(lessons, one, each) for one in layers))
