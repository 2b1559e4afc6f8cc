"""Finds chains' weights by CRFsuite. Knows not what the evidence means."""

from __future__ import annotations

import tempfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from tonemark.training.learner import evidence
from tonemark.training.learner.chain import Chain
from tonemark.training.learner.names import Names, Own, counted, own_names
from tonemark.training.learner.spans import Sentence, tags_of
from tonemark.training.learner.words import Words

_TRAINING = {"max_iterations": 60, "feature.possible_transitions": True}
"""L-BFGS (CRFsuite's manual)."""

_PENALTY, _PENALTY_FROM = 1.9e-6, 2_000
"""Elastic net: c1 for each token of all, c2 half of that. Over six languages with 100 sentences
(2,700 tokens) c1 .005 was half a point better than .1, and four better than 1; with 1,500 of
Yoruba .1 was a point and a half better than .005."""

DIGITS = 3
"""Decimals of a weight that are kept, so that a learner restored from bytes is the same."""

FAINTEST = 0.003
"""Smaller weights are dropped."""

PAIRS, WHOLE = 3, 1 / 3
"""Pairs of halves that are pooled, and what the chain of all evidence counts among them: with 100
sentences one to two points were won (Swahili, Yoruba, Wolof), or up to four lost (Zulu)."""

BOTH = 1 + 2 * PAIRS * 0.6
"""Times as long as one chain that they take together."""

SECONDS_A_TOKEN = 2.5e-4
"""That fitting a chain with four labels takes on a slow core: whether more than one is fitted hangs
on it, not on the clock, so that the same sentences teach the same."""


class Half(NamedTuple):
    """One half of all evidence, by a number, and the other."""

    number: int
    side: int

    def has(self, name: str) -> bool:
        """Whether that evidence is in it."""
        named = f"{self.number}\t{name}".encode("utf-8", "surrogatepass")
        return zlib.crc32(named) % 2 == self.side


class Numbers(dict[str, str]):
    """A number for each name of evidence: CRFsuite writes its model in words, which no text of a
    corpus must be taken for."""

    def __missing__(self, name: str) -> str:
        number = self[name] = str(len(self))
        return number


class Lessons:
    """Sentences made ready for fitting: what their words show, as numbers."""

    def __init__(
        self, sentences: Sequence[Sentence], labels: tuple[str, ...], words: Words | None
    ) -> None:
        self.sentences = [each for each in sentences if each.words]
        self.words = words
        self.owned = [own_names(each, labels) for each in self.sentences]
        self.names: Names = counted(self.owned)
        self.numbers = Numbers()
        self._places: dict[tuple[str, int], list[list[str]]] = {}

    @property
    def tokens(self) -> int:
        """How many tokens there are."""
        return sum(len(each.words) for each in self.sentences)

    def fitted(self, labels: tuple[str, ...], half: Half | None = None) -> Chain:
        """The chain for these labels, from all evidence, or when that was done from a half of it.

        Raises ValueError where CRFsuite cannot write its model.
        """
        import pycrfsuite  # type: ignore[import-untyped]

        penalty = _PENALTY * max(self.tokens, _PENALTY_FROM)
        parameters = {**_TRAINING, "c1": penalty, "c2": penalty / 2}
        trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=parameters, verbose=False)
        kept = half and {number for name, number in self.numbers.items() if half.has(name)}
        for sentence, own in zip(self.sentences, self.owned, strict=True):
            items = self._items(sentence, own)
            if kept is not None:
                items = [[each for each in item if each in kept] for item in items]
            trainer.append(items, [str(tag) for tag in tags_of(sentence, labels)])
        with tempfile.TemporaryDirectory(prefix="tonemark-") as folder:
            path = str(Path(folder) / "model")
            trainer.train(path)
            tagger = pycrfsuite.Tagger()
            with tagger.open(path):
                found = tagger.info()
        return self._chain(labels, found)

    def _items(self, sentence: Sentence, own: Own) -> list[list[str]]:
        line = evidence.padded(sentence.words)
        times: Counter[str] = Counter()
        if self.words is not None and self.words.counted(sentence.words):
            times.update(word.lower() for word in sentence.words)
        shown = [self._placed(word, times[word.lower()]) for word in line]
        numbers = self.numbers
        return [
            [
                *shown[at][4],
                *shown[at + 1][3],
                *shown[at + 2][2],
                *shown[at + 3][1],
                *shown[at + 4][0],
                *[numbers[name] for name in together],
            ]
            for at, together in enumerate(evidence.together(sentence.words, self.names, own))
        ]

    def _placed(self, word: str, own: int) -> list[list[str]]:
        key = word, own
        if key not in self._places:
            names = evidence.places(evidence.shown(word, self.words, own))
            self._places[key] = [[self.numbers[name] for name in place] for place in names]
        return self._places[key]

    def _chain(self, labels: tuple[str, ...], found: Any) -> Chain:
        known = list(self.numbers)
        weights: dict[str, list[tuple[int, float]]] = {}
        for (number, tag), weight in sorted(found.state_features.items()):
            if abs(weight) >= FAINTEST:
                weights.setdefault(known[int(number)], []).append((int(tag), weight))
        tags = [str(tag) for tag in range(1 + 2 * len(labels))]
        moves = tuple(
            tuple(round(found.transitions.get((one, other), 0.0), DIGITS) for other in tags)
            for one in tags
        )
        settled = {name: _rounded(row) for name, row in sorted(weights.items())}
        return Chain(labels, settled, moves, self.names, self.words)


def both_fitted(lessons: Lessons, labels: tuple[str, ...]) -> tuple[Chain, Chain]:
    """The chain of all evidence; and it pooled with pairs of chains that have each a half of the
    evidence, and so cannot rest on a few signs only."""
    whole = lessons.fitted(labels)
    halves = [
        lessons.fitted(labels, Half(number, side)) for number in range(PAIRS) for side in (0, 1)
    ]
    share = (1 - WHOLE) / len(halves)
    return whole, pooled([(whole, WHOLE), *((half, share) for half in halves)])


def expected_seconds(tokens: int, labels: tuple[str, ...]) -> float:
    """What fitting one chain takes on a slow core, measured with 1 to 80 labels."""
    tags = (1 + 2 * len(labels)) / 9
    cost = max(0.3, tags**1.5) if tags < 1 else 0.93 + 0.07 * tags**2
    return tokens * SECONDS_A_TOKEN * cost


def pooled(chains: Sequence[tuple[Chain, float]]) -> Chain:
    """One chain with the weighed mean of the weights: the logarithmic opinion pool of the chains
    (Smith and others 2005)."""
    first = chains[0][0]
    sums: dict[str, dict[int, float]] = {}
    for chain, share in chains:
        for name, row in chain.weights.items():
            by_tag = sums.setdefault(name, {})
            for tag, weight in row:
                by_tag[tag] = by_tag.get(tag, 0.0) + share * weight
    weights = {name: _rounded(by_tag.items()) for name, by_tag in sorted(sums.items())}
    moves = tuple(
        tuple(
            round(sum(share * chain.moves[one][other] for chain, share in chains), DIGITS)
            for other in range(first.size)
        )
        for one in range(first.size)
    )
    return Chain(first.labels, weights, moves, first.names, first.words)


def _rounded(row: Iterable[tuple[int, float]]) -> tuple[tuple[int, float], ...]:
    return tuple((tag, round(weight, DIGITS)) for tag, weight in row if abs(weight) >= FAINTEST)
