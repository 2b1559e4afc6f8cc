"""Finds a chain's weights by CRFsuite. Knows not what the evidence means."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tonemark.training.learner import evidence
from tonemark.training.learner.chain import Chain
from tonemark.training.learner.names import counted, own_names
from tonemark.training.learner.spans import Sentence, tags_of
from tonemark.training.learner.words import Words

_TRAINING = {"c1": 0.02, "c2": 0.005, "max_iterations": 100, "feature.possible_transitions": True}
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
    places: dict[tuple[str, int], list[list[str]]] = {}

    def placed(word: str, own: int) -> list[list[str]]:
        key = word, own
        if key not in places:
            names = evidence.places(evidence.shown(word, words, own))
            places[key] = [[numbers[name] for name in place] for place in names]
        return places[key]

    owned = [own_names(sentence, labels) for sentence in sentences]
    names = counted(owned)
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", params=_TRAINING, verbose=False)
    for sentence, own in zip(sentences, owned, strict=True):
        if not sentence.words:
            continue
        line = evidence.padded(sentence.words)
        times: Counter[str] = Counter()
        if words is not None and words.counted(sentence.words):
            times.update(word.lower() for word in sentence.words)
        shown = [placed(word, times[word.lower()]) for word in line]
        items = [
            [
                *shown[at][4],
                *shown[at + 1][3],
                *shown[at + 2][2],
                *shown[at + 3][1],
                *shown[at + 4][0],
                *[numbers[name] for name in together],
            ]
            for at, together in enumerate(evidence.together(sentence.words, names, own))
        ]
        trainer.append(items, [str(tag) for tag in tags_of(sentence, labels)])
    with tempfile.TemporaryDirectory(prefix="tonemark-") as folder:
        path = str(Path(folder) / "model")
        trainer.train(path)
        tagger = pycrfsuite.Tagger()
        with tagger.open(path):
            found = tagger.info()
    known = list(numbers)
    weights: dict[str, tuple[tuple[int, float], ...]] = {}
    for (number, tag), weight in sorted(found.state_features.items()):
        if rounded := round(weight, DIGITS):
            name = known[int(number)]
            weights[name] = (*weights.get(name, ()), (int(tag), rounded))
    size = 1 + 2 * len(labels)
    moves = tuple(
        tuple(
            round(found.transitions.get((str(one), str(other)), 0.0), DIGITS)
            for other in range(size)
        )
        for one in range(size)
    )
    return Chain(labels, weights, moves, names, words)
