"""The learner: learns from sentences with spans, and says what it would label in others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tonemark.training.learner.chain import Chain
from tonemark.training.learner.file import restored, written
from tonemark.training.learner.fitting import BOTH, Lessons, both_fitted, expected_seconds
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

PARTS = 3
"""Parts that sentences are divided into for trying which way of learning is better."""

USUAL_SECONDS = 60.0
"""For learning thoroughly where nothing else is said."""


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
    labels = _labels(sentences)
    if not labels:
        raise ValueError("There is nothing to learn: no sentence has a span.")
    layers = _layers(labels, overlapping=overlapping)
    lessons = Lessons(sentences, labels, words)
    if thorough:
        seconds = USUAL_SECONDS if seconds is None else seconds
        fit = sum(expected_seconds(lessons.tokens, layer) for layer in layers)
        if fit * BOTH * (PARTS + 1) <= seconds and len(lessons.sentences) >= 2 * PARTS:
            return _thoroughly(lessons, labels, layers)
    return Learner(tuple(map(lessons.fitted, layers)))


def quick_seconds(sentences: Sequence[Sentence], *, overlapping: bool = False) -> float:
    """What learning quickly from these sentences takes on a slow core that has nothing else to
    do."""
    tokens = sum(len(each.words) for each in sentences)
    layers = _layers(_labels(sentences), overlapping=overlapping)
    return sum(expected_seconds(tokens, layer) for layer in layers)


def thorough_seconds(sentences: Sequence[Sentence], *, overlapping: bool = False) -> float:
    """And what learning thoroughly takes there, which `learn` does in no less."""
    return quick_seconds(sentences, overlapping=overlapping) * BOTH * (PARTS + 1)


def _labels(sentences: Sequence[Sentence]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                label
                for sentence in sentences
                for start, end, label in sentence.spans
                if 0 <= start < end <= len(sentence.words)
            }
        )
    )


def _layers(labels: tuple[str, ...], *, overlapping: bool) -> list[tuple[str, ...]]:
    return [(label,) for label in labels] if overlapping else [labels]


def _thoroughly(
    lessons: Lessons, labels: tuple[str, ...], layers: Sequence[tuple[str, ...]]
) -> Learner:
    """The chains of all evidence or the pooled ones: whichever have the better F1 on each part
    of the sentences after they have learnt from the others."""
    sentences = lessons.sentences
    right, set_or_gold = [0, 0], [0, 0]
    for part in range(PARTS):
        others = [each for at, each in enumerate(sentences) if at % PARTS != part]
        some = Lessons(others, labels, lessons.words)
        fitted = [both_fitted(some, layer) for layer in layers]
        for way, chains in enumerate(zip(*fitted, strict=True)):
            learner = Learner(chains)
            for words, spans in sentences[part::PARTS]:
                found = {each[:3] for each in learner.tag(words).found}
                right[way] += len(found & set(spans))
                set_or_gold[way] += len(found) + len(spans)
    whole, pooled = (2 * one / max(1, of) for one, of in zip(right, set_or_gold, strict=True))
    if pooled <= whole:
        return Learner(tuple(map(lessons.fitted, layers)))
    return Learner(tuple(both_fitted(lessons, layer)[1] for layer in layers))
