"""A linear-chain CRF as it tags: weights of evidence and of moves between tags (Lafferty and others
2001). Knows not how the weights came about."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tonemark.training.learner import evidence
from tonemark.training.learner.names import Names
from tonemark.training.learner.spans import Found
from tonemark.training.learner.words import Words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DIGITS = 9
"""Decimals of a score: of sums of floats the last bits hang on their order and on the processor,
and where two spans are as likely as each other, such a bit would choose between them."""

REMEMBERED = 500_000
"""Tags times words whose weights are remembered at once, at most: of 40 bytes each."""

_LOWEST = -200.0
"""No tag of a token is less likely than this power of e: a hopeless one must not become 0 / 0."""

_SLOPE, _OFFSET = 0.52, -0.42
"""By how much a chain's log odds are too sure of themselves (Platt 1999): measured on other text
than it learnt from, in six languages, alike with 30, 100 and 400 sentences."""


def calibrated(chance: float) -> float:
    """How often a span is right that a chain gives this probability; it grows with it."""
    bounded = min(max(chance, 1e-12), 1.0 - 1e-12)
    odds = _SLOPE * math.log(bounded / (1.0 - bounded)) + _OFFSET
    return round(1.0 / (1.0 + math.exp(-odds)), DIGITS)


def _uncalibrated(score: float) -> float:
    odds = (math.log(score / (1.0 - score)) - _OFFSET) / _SLOPE if score < 1.0 else 50.0
    return 1.0 / (1.0 + math.exp(-odds))


@dataclass(frozen=True)
class Chain:
    """`weights` of evidence: the tags (see `spans.tags_of`) that it speaks for, and how much;
    `moves[one][other]` between tags; the names that were labelled, and what raw text tells."""

    labels: tuple[str, ...]
    weights: Mapping[str, tuple[tuple[int, float], ...]]
    moves: tuple[tuple[float, ...], ...]
    names: Names
    words: Words | None = None
    _rows: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    _places: dict[str, list[tuple[int, float]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def size(self) -> int:
        """How many tags there are."""
        return 1 + 2 * len(self.labels)

    def likely(self, words: Sequence[str], least: float) -> tuple[Found, ...]:
        """All spans with at least the score `least`, in order: the sum over all ways of tagging
        that have exactly that span, `calibrated`."""
        if not words:
            return ()
        least = _uncalibrated(least)
        weighed = self._weighed(words)
        chances, ahead, before, scale, kept = self._both_ways(weighed)
        found: list[Found] = []
        count = len(words)
        for at, label in enumerate(self.labels):
            begins, goes = 1 + 2 * at, 2 + 2 * at
            first = before[:, begins] * ahead[:, begins]
            follow = chances[1:, goes] * ahead[1:, goes] / scale[1:]
            on_first = (kept[begins, goes] * follow / ahead[:-1, begins]).tolist()
            on = (kept[goes, goes] * follow / ahead[:-1, goes]).tolist()
            for start in (first >= least).nonzero()[0].tolist():
                chance = float(first[start])
                end = start + 1
                while chance >= least:
                    more = 0.0
                    if end < count:
                        more = min(1.0, (on_first if end == start + 1 else on)[end - 1])
                    if (exact := chance * (1.0 - more)) >= least:
                        found.append(Found(start, end, label, calibrated(exact)))
                    chance *= more
                    end += 1
        return tuple(sorted(found))

    def _both_ways(self, weighed: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Forward and backward (Rabiner 1989, with his scaling): the chances of tags by evidence
        alone, what lies ahead, what lies before, the scales, and the moves."""
        import numpy as np

        count = len(weighed)
        moves = np.exp(np.clip(np.array(self.moves), -50.0, 50.0))
        allowed = np.ones_like(moves)
        going = np.arange(2, self.size, 2)
        allowed[:, going] = 0.0
        allowed[going, going] = allowed[going - 1, going] = 1.0
        moves *= allowed
        chances = np.exp(np.maximum(weighed - weighed.max(axis=1, keepdims=True), _LOWEST))
        before = np.empty_like(chances)
        ahead = np.empty_like(chances)
        scale = np.empty(count)
        chances[0, going] = 0.0
        row = chances[0]
        for at in range(count):
            if at:
                row = (row @ moves) * chances[at]
            total = row.sum()
            row = row / total
            before[at] = row
            scale[at] = total
        row = np.ones(self.size)
        ahead[-1] = row
        for at in range(count - 1, 0, -1):
            row = moves @ (row * chances[at]) / scale[at]
            ahead[at - 1] = row
        return chances, ahead, before, scale, moves

    def _weighed(self, words: Sequence[str]) -> Floats:
        """What the evidence weighs for each tag of each word."""
        import numpy as np

        count, size = len(words), self.size
        rows = self._rows
        if len(rows) * size > REMEMBERED:
            rows.clear()
        number: dict[str, int] = {}
        order = np.array([number.setdefault(word, len(number)) for word in evidence.padded(words)])
        for word in number:
            if word not in rows:
                rows[word] = self._row(word)
        table = np.stack([rows[word] for word in number])
        weighed: Floats = np.zeros((count, size))
        for place in range(len(evidence.PLACES)):
            weighed += table[order[4 - place : 4 - place + count], place]
        where: list[int] = []
        much: list[float] = []
        weights = self.weights
        for at, names in enumerate(evidence.together(words, self.names)):
            for name in names:
                if name in weights:
                    for tag, weight in weights[name]:
                        where.append(at * size + tag)
                        much.append(weight)
        if where:
            weighed += np.bincount(where, much, count * size).reshape(count, size)
        return weighed

    def _row(self, word: str) -> Floats:
        """What a word weighs for the tags of the words about it, by place."""
        import numpy as np

        row = [0.0] * (len(evidence.PLACES) * self.size)
        by_word = self._by_word()
        for name in evidence.names_of(evidence.shown(word, self.words)):
            for at, weight in by_word.get(name, ()):
                row[at] += weight
        return np.array(row).reshape(len(evidence.PLACES), self.size)

    def _by_word(self) -> Mapping[str, Sequence[tuple[int, float]]]:
        """The weights of what single words show, of all places together: looking a name up once
        for all takes a fifth of the time."""
        if not self._places:
            found: dict[str, list[tuple[int, float]]] = {"": []}
            for number, place in enumerate(evidence.PLACES):
                for name, row in self.weights.items():
                    if name.startswith(place):
                        placed = found.setdefault(name[len(place) :], [])
                        placed += ((number * self.size + tag, weight) for tag, weight in row)
            self._places.update(found)
        return self._places
