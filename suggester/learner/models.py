"""A learner in the child process as its parent knows it: what it was given, whether enough has come
since, and how it does. Knows no child.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tonemark.suggester.learner.lessons import Lessons

NEW = 0.02
"""The share of what was learnt that must have come anew before it is learnt again."""


@dataclass(slots=True)
class Trained:
    """A learner as it was last trained, without a part of the documents (None: with all): how many
    `changes` what it was given had seen, of which `size` it was, and the `texts` of it
    (`lessons.same_text`), at none of which it may look. `number` is another for every training; it
    `knows` nothing where nothing was to be learnt. On the texts of `scores` the learner that it
    takes the place of is scored."""

    number: int
    part: int | None
    changes: int
    size: int
    texts: frozenset[bytes] = frozenset()
    scores: tuple[bytes, ...] = ()
    knows: bool = False
    is_dated: bool = False
    """Whether it is to be trained again, whatever has come."""


def is_due(lessons: Lessons, part: int | None, model: Trained | None) -> bool:
    """Whether enough has come that it is to be learnt anew."""
    if model is None:
        return lessons.size(part) > 0
    new = lessons.changes(part) - model.changes
    return model.is_dated or new >= max(1, int(NEW * model.size))


def f1_of(scores: Iterable[tuple[int, int, int]]) -> float | None:
    """F1 over documents: spans that were labelled rightly, that were labelled, that there are; None
    where there were none to label."""
    rows = list(scores)
    right, found, there = (sum(each[at] for each in rows) for at in range(3))
    return 2 * right / (found + there) if found + there else None
