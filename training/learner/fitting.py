"""Finds a chain's weights by CRFsuite. Knows not what the evidence means."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from tonemark.training.learner import evidence
from tonemark.training.learner.chain import Chain
from tonemark.training.learner.spans import Sentence, tags_of
from tonemark.training.learner.words import Words

_TRAINING = {"c1": 0.1, "c2": 0.05, "max_iterations": 100, "feature.possible_transitions": True}
"""Elastic net and L-BFGS (CRFsuite's manual)."""

DIGITS = 4
"""Decimals of a weight that are kept, so that a learner restored from bytes is the same."""


class Numbers(dict[str, str]):
    """A number for each name of evidence: CRFsuite writes its model in words, which no text of a
    corpus must be taken for."""

    def __missing__(self, name: str) -> str:
        number = self[name] = str(len(self))
        return number


def fitted(sentences: Sequence[Sentence], labels: tuple[str, ...], words: Words | None) -> Chain:
    """The chain that these sentences teach; the same for the same sentences."""
    import pycrfsuite  # type: ignore[import-untyped]

    numbers = Numbers()
    places: dict[str, list[list[str]]] = {}

    def placed(word: str) -> list[list[str]]:
        if word not in places:
            names = evidence.places(evidence.shown(word, words))
            places[word] = [[numbers[name] for name in place] for place in names]
        return places[word]

    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_TRAINING, verbose=False)
    for sentence in sentences:
        if not sentence.words:
            continue
        line = evidence.padded(sentence.words)
        shown = [placed(word) for word in line]
        pairs = [evidence.pair(one, other) for one, other in pairwise(line[1:-1])]
        items = [
            [
                *shown[at - 2][4],
                *shown[at - 1][3],
                *shown[at][2],
                *shown[at + 1][1],
                *shown[at + 2][0],
                numbers[f">{pairs[at - 2]}"],
                numbers[f"<{pairs[at - 1]}"],
            ]
            for at in range(2, len(line) - 2)
        ]
        trainer.append(items, [str(tag) for tag in tags_of(sentence, labels)])
    with tempfile.TemporaryDirectory(prefix="tonemark-") as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        with tagger.open(path):
            found = tagger.info()
    names = list(numbers)
    weights: dict[str, dict[int, float]] = {}
    for (number, tag), weight in found.state_features.items():
        if rounded := round(weight, DIGITS):
            weights.setdefault(names[int(number)], {})[int(tag)] = rounded
    size = 1 + 2 * len(labels)
    moves = tuple(
        tuple(
            round(found.transitions.get((str(one), str(other)), 0.0), DIGITS)
            for other in range(size)
        )
        for one in range(size)
    )
    return Chain(labels, weights, moves, words)
