"""The learner: learns from sentences with spans, and says what it would label in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tonemark.training.learner.chain import Chain
from tonemark.training.learner.file import restored, written
from tonemark.training.learner.fitting import fitted
from tonemark.training.learner.spans import Found, Sentence, Tagged, best_apart
from tonemark.training.learner.words import Words, learn_words

__all__ = ["Found", "Learner", "Sentence", "Tagged", "Words", "learn", "learn_words"]

LEAST = 0.35
"""How likely a span must be to be labelled."""


@dataclass(frozen=True)
class Learner:
    """What was learned: a chain, or one for each label where spans may overlap."""

    chains: tuple[Chain, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that it knows, sorted."""
        return tuple(sorted({label for chain in self.chains for label in chain.labels}))

    def tag(self, words: Sequence[str]) -> Tagged:
        """What it would label in the tokens of a document, and how unsure it is of them."""
        found: list[Found] = []
        doubt = 0.0
        for chain in self.chains:
            likely = chain.likely(words, 0.05)
            best = best_apart(likely, LEAST)
            found += best
            doubt += sum(min(each.score, 1.0 - each.score) for each in likely)
        return Tagged(tuple(sorted(found)), doubt)

    def likely(self, words: Sequence[str], least: float = 0.05) -> tuple[Found, ...]:
        """All spans with at least that probability, overlapping ones too, in order."""
        least = max(least, 0.001)
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
    """What these sentences teach: quickly, or thoroughly in about `seconds`.

    Raises ValueError where no sentence has a span. The same sentences teach the same.
    """
    labels = tuple(sorted({label for sentence in sentences for _, _, label in sentence.spans}))
    if not labels:
        raise ValueError("There is nothing to learn: no sentence has a span.")
    if overlapping:
        return Learner(tuple(fitted(sentences, (label,), words) for label in labels))
    return Learner((fitted(sentences, labels, words),))
