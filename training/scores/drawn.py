"""How good a model is on documents that came at random, where the others came because the learner
was unsure of them: those are harder than the rest, and a score on them is too low.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from tonemark.corpus.store import Store
from tonemark.corpus.uncertain import came_answered, lots
from tonemark.training.outcome import SCORED, read_scored
from tonemark.training.runs.folders import Run
from tonemark.training.scores.counts import Counts, counted, total


class DrawnScores(NamedTuple):
    """Documents on which a model was scored, those of them that came at random, and the counts of
    spans on these."""

    scored: int
    documents: int
    counts: Counts

    def to_json(self) -> dict[str, Any]:
        """As a report has it."""
        return {"documents": self.documents, **self.counts.to_json()}


def drawn_scores(run: Run, store: Store, evaluation: float) -> DrawnScores:
    """The scores of a model on the documents that never come by doubt (`corpus.uncertain`), or came
    with their answers from a file, as far as they are still there. Raises OSError and ValueError as
    `read_scored` does."""
    by_number: dict[int, Counts] = {}
    scored = 0
    for each in read_scored(run.path / SCORED):
        scored += 1
        number = store.number_of(each.key)
        if number is not None:
            by_number[number] = counted(each.gold, [span[:3] for span in each.found])
    kept = lots(store, by_number, evaluation) | (by_number.keys() & came_answered(store))
    return DrawnScores(scored, len(kept), total(by_number[number] for number in kept))
