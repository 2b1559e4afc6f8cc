"""All that is told of a trained model's scores: the figures, what would help, the errors with their
texts, and the models before it. Reads a model's files and the store; knows no screen.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tonemark.corpus.documents import Damaged
from tonemark.corpus.store import Store
from tonemark.errors import TonemarkError
from tonemark.review.report import AROUND
from tonemark.training.outcome import LARGEST, SCORED, read_scored
from tonemark.training.runs.folders import Run, damaged, runs
from tonemark.training.runs.telling import options
from tonemark.training.scores.advice import Advice, Learnt, advice
from tonemark.training.scores.scoring import ERRORS, Error, ErrorKind, Scores, score

BEFORE = 10
"""Models that are shown beside one another: the last."""


class Place(NamedTuple):
    """An error in the document of a number: `text` is what stands around it, which begins at
    `offset` of the document, in code points."""

    error: Error
    document: int
    offset: int
    text: str


@dataclass(frozen=True, slots=True)
class ScoreReport:
    """What is told of one model; `places` are errors of each kind, those first that are to be
    looked at first, `models` the last ones, this one among them where it is one of them, `damaged`
    the names of those that cannot be read."""

    run: Run
    scores: Scores
    advice: tuple[Advice, ...]
    places: Mapping[ErrorKind, tuple[Place, ...]]
    models: tuple[Run, ...]
    damaged: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `--json` gives it."""
        return {
            "model": self.run.name,
            "kind": self.run.words("kind"),
            "scored_on": self.run.words("scored_on"),
            "learnt_from": int(self.run.figure("documents")),
            **self.scores.to_json(),
            "advice": [
                {"words": each.words, "f1": None if each.f1 is None else round(each.f1, 6)}
                for each in self.advice
            ],
            "examples": {
                kind: [_example(place) for place in places] for kind, places in self.places.items()
            },
            "models": [
                {
                    "model": run.name,
                    "kind": run.words("kind"),
                    "documents": int(run.figure("documents")),
                    "f1": run.share("f1"),
                    "scored": int(run.figure("scored")),
                    "scored_on": run.words("scored_on"),
                    "seconds": run.figure("seconds"),
                    "made": when(run),
                    "asked": options(run.about),
                }
                for run in self.models
            ],
            "damaged": list(self.damaged),
        }


def score_report(run: Run, store: Store, most: int) -> ScoreReport:
    """The report of a model, with at most `most` places of each kind, of documents that are still
    there and can be read.

    Raises TonemarkError where what was scored is not to be had.
    """
    scores = scores_of(run)
    places = {kind: _places(scores.examples(kind), store, most) for kind in ERRORS}
    folder = run.path.parent.parent
    models = tuple(runs(folder)[-BEFORE:])
    said = tuple(advice(scores, lessons_of(run)))
    return ScoreReport(run, scores, said, places, models, tuple(damaged(folder)))


def scores_of(run: Run) -> Scores:
    """The scores of a model, counted anew from what was scored.

    Raises TonemarkError where that is not to be had.
    """
    path = run.path / SCORED
    try:
        scores = score(read_scored(path))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else None
        raise TonemarkError(
            f"What {run.name} was scored on cannot be read: {path}: {why or 'it is damaged'}.",
            "Train once more: tonemark train DIR",
        ) from None
    if not scores.documents:
        raise TonemarkError(
            f"{run.name} was scored on no document: there was no time for it, or no other document"
            " to score it on.",
            "Train once more, with more --time: tonemark train DIR",
        )
    return scores


def lessons_of(run: Run) -> Learnt:
    """What a model learnt from, and was scored on, as its model.json says."""
    return Learnt(
        taught(run),
        int(run.figure("cut")),
        is_share=run.words("scored_on") == "evaluation",
    )


def taught(run: Run) -> dict[str, int]:
    """How many spans of each label a model learnt from, as its model.json says."""
    given = run.about.get("taught")
    if not isinstance(given, dict):
        return {}
    return {
        label: count
        for label, count in given.items()
        if isinstance(count, int) and 0 <= count < LARGEST
    }


def when(run: Run) -> str:
    """When a model was made, in this machine's time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(run.made))


def _example(place: Place) -> dict[str, Any]:
    error = place.error
    return {
        "document": error.key,
        "number": place.document,
        "start": error.start,
        "end": error.end,
        "gold": [list(span) for span in error.gold],
        "predicted": [list(span) for span in error.predicted],
        "score": round(error.score, 6),
        "offset": place.offset,
        "text": place.text,
    }


def _places(errors: list[Error], store: Store, most: int) -> tuple[Place, ...]:
    found: list[Place] = []
    for error in errors:
        if len(found) == most:
            break
        number = store.number_of(error.key)
        if number is None:
            continue
        try:
            text = store.document(number).text
        except Damaged:  # the others are shown; doctor and check name it
            continue
        offset = max(0, error.start - AROUND)
        if error.end <= len(text):
            found.append(Place(error, number, offset, text[offset : error.end + AROUND]))
    return tuple(found)
