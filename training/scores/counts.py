"""How well spans were found: exact matches counted, over all and by label, and what follows from
the counts. Knows no model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeAlias

Labelled: TypeAlias = tuple[int, int, str]
"""A span as it is compared: start, end (of whatever unit, end exclusive), label."""


class Counts(NamedTuple):
    """Spans that were found and are gold, that were found, and that are gold."""

    right: int = 0
    found: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 0 where nothing was."""
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold that was found; 0 where there is none."""
        return self.right / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of the two, as seqeval (micro) and spaCy's Scorer have it."""
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 0.0

    def plus(self, other: Counts) -> Counts:
        """Both together."""
        return Counts(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))

    def to_json(self) -> dict[str, Any]:
        """The figures, and what they were made of."""
        return {
            "precision": rounded(self.precision),
            "recall": rounded(self.recall),
            "f1": rounded(self.f1),
            **self._asdict(),
        }


def rounded(figure: float | None) -> float | None:
    """A figure as all files and reports have it. To fewer decimals, what is rounded once more to be
    shown would differ from one report to the next."""
    return None if figure is None else round(figure, 6)


def counted(gold: Iterable[Labelled], found: Iterable[Labelled]) -> Counts:
    """The counts of one document."""
    right, given = set(gold), set(found)
    return Counts(len(right & given), len(given), len(right))


def total(counts: Iterable[Counts]) -> Counts:
    """All of them together."""
    right, found, gold = (
        map(sum, zip(*counts, strict=True)) if (counts := list(counts)) else (0,) * 3
    )
    return Counts(right, found, gold)


def by_label(
    documents: Iterable[tuple[Iterable[Labelled], Iterable[Labelled]]],
) -> dict[str, Counts]:
    """The counts of each label that is in the gold or was found, those with most gold first."""
    sums: dict[str, Counts] = defaultdict(Counts)
    for gold, found in documents:
        right, given = set(gold), set(found)
        for label in {each[2] for each in right | given}:
            mine = {each for each in right if each[2] == label}
            theirs = {each for each in given if each[2] == label}
            sums[label] = sums[label].plus(Counts(len(mine & theirs), len(theirs), len(mine)))
    return dict(sorted(sums.items(), key=lambda item: (-item[1].gold, item[0])))
