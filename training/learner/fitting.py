"""Finds chains' weights by CRFsuite. Knows not what the evidence means."""

from __future__ import annotations

import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tonemark.training.learner import evidence
from tonemark.training.learner.chain import Chain
from tonemark.training.learner.names import Names, Own, counted, own_names
from tonemark.training.learner.spans import Sentence, tags_of
from tonemark.training.learner.words import Words

_TRAINING = {"c1": 0.005, "c2": 0.002, "feature.possible_transitions": True}
"""Elastic net and L-BFGS (CRFsuite's manual). Over six languages with 100 sentences, c1 .1 and c2
.05 cost half a point, ten times that four; with 1,500 they hardly matter."""

ITERATIONS = 60
"""Steps of L-BFGS at most."""

DIGITS = 4
"""Decimals of a weight that are kept, so that a learner restored from bytes is the same."""

CHAINS = 8
"""Chains that are pooled, at most."""

SECONDS_A_TOKEN = 2.5e-4
"""That fitting a chain with four labels takes on a slow core: how many are fitted hangs on it, not
on the clock, so that the same sentences teach the same."""


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

    def fitted(self, labels: tuple[str, ...], half: int | None = None) -> Chain:
        """The chain for these labels; of a half of the evidence only, each number another half."""
        import pycrfsuite  # type: ignore[import-untyped]

        trainer = pycrfsuite.Trainer(
            algorithm="lbfgs", params={**_TRAINING, "max_iterations": ITERATIONS}, verbose=False
        )
        kept = _Half(half) if half is not None else None
        for sentence, own in zip(self.sentences, self.owned, strict=True):
            items = self._items(sentence, own)
            if kept is not None:
                names = self._names()
                items = [[each for each in item if kept[names[int(each)]]] for item in items]
            trainer.append(items, [str(tag) for tag in tags_of(sentence, labels)])
        with tempfile.TemporaryDirectory(prefix="tonemark-") as folder:
            path = str(Path(folder) / "model")
            trainer.train(path)
            tagger = pycrfsuite.Tagger()
            with tagger.open(path):
                found = tagger.info()
        return self._chain(labels, found)

    def _names(self) -> Sequence[str]:
        if len(self._known) < len(self.numbers):
            self._known = list(self.numbers)
        return self._known

    _known: Sequence[str] = ()

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
        known = self._names()
        weights: dict[str, list[tuple[int, float]]] = {}
        for (number, tag), weight in sorted(found.state_features.items()):
            if rounded := round(weight, DIGITS):
                weights.setdefault(known[int(number)], []).append((int(tag), rounded))
        tags = [str(tag) for tag in range(1 + 2 * len(labels))]
        moves = tuple(
            tuple(round(found.transitions.get((one, other), 0.0), DIGITS) for other in tags)
            for one in tags
        )
        settled = {name: tuple(row) for name, row in weights.items()}
        return Chain(labels, settled, moves, self.names, self.words)


class _Half(dict[str, bool]):
    """Whether a name is in the half of that number."""

    def __init__(self, half: int) -> None:
        super().__init__()
        self.half = half

    def __missing__(self, name: str) -> bool:
        named = f"{self.half}\t{name}".encode("utf-8", "surrogatepass")
        kept = self[name] = zlib.crc32(named) % 2 == 0
        return kept


def thoroughly_fitted(
    lessons: Lessons, labels: tuple[str, ...], seconds: float | None
) -> Iterator[Chain]:
    """Chains to be pooled, in about `seconds`: each of another half of the evidence, so that none
    can rest on a few signs; where there is time for few of them, the one of all evidence."""
    start = time.monotonic()
    tags = 1 + 2 * len(labels)
    expected = max(lessons.tokens * SECONDS_A_TOKEN * max(0.3, (tags / 9) ** 1.5), 1e-3)
    count = CHAINS if seconds is None else min(CHAINS, int(seconds / expected))
    if count < FEWEST:
        yield lessons.fitted(labels)
        return
    for half in range(count):
        begun = time.monotonic()
        yield lessons.fitted(labels, half)
        now = time.monotonic()
        if seconds is not None and now - start + (now - begun) > 2 * seconds:
            return  # the machine is far slower than was expected


FEWEST = 4
"""Of three halves together, F1 was lower than of the whole."""


def pooled(chains: Sequence[Chain]) -> Chain:
    """One chain with the mean weights: their logarithmic opinion pool (Smith and others 2005)."""
    first, count = chains[0], len(chains)
    if count == 1:
        return first
    sums: dict[str, dict[int, float]] = {}
    for chain in chains:
        for name, row in chain.weights.items():
            by_tag = sums.setdefault(name, {})
            for tag, weight in row:
                by_tag[tag] = by_tag.get(tag, 0.0) + weight
    weights = {
        name: tuple(
            (tag, mean) for tag, total in by_tag.items() if (mean := round(total / count, DIGITS))
        )
        for name, by_tag in sums.items()
    }
    moves = tuple(
        tuple(
            round(sum(chain.moves[one][other] for chain in chains) / count, DIGITS)
            for other in range(first.size)
        )
        for one in range(first.size)
    )
    return Chain(first.labels, weights, moves, first.names, first.words)
