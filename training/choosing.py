"""Which of the models that were tried is kept, by what they found in documents that they had not
learnt from. Pure: spans in, a choice out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tonemark.text import counted
from tonemark.training.outcome import Kind
from tonemark.training.pipeline.pooling import LEAST, WEIGHT
from tonemark.training.scores.counts import Counts, total

RESAMPLES = 500
"""Samples of the documents that are drawn to see whether a difference is chance."""

CREDIBLE: Mapping[Kind, float] = {"joined": 0.7, "network": 0.9}
"""The share of these samples in which a model must be better than the learner to be kept in its
place: both together rarely are worse, a network alone often is."""

WEAK = 0.5
"""A network that scores less than this share of the learner's F1 has nothing to add to it."""

FITTED = "How the two are joined was chosen on the same documents: others may score a little less"

NOT_SCORED = "learner: there was no time to score it, or no other document to score it on."

HASTY = "There was no time to learn from all documents thoroughly: give it more."
"""What is said of a learner that is not the best that could be had."""


class Join(NamedTuple):
    """How two are pooled: what the network's log odds weigh, and how likely a span must be."""

    weight: float = WEIGHT
    least: float = LEAST


USUAL = Join()
"""With few documents."""

JOINS = (
    USUAL,
    Join(0.1, 0.3),
    Join(0.25, 0.25),
    Join(0.25, 0.35),
    Join(0.4, 0.25),
    Join(0.4, 0.35),
    Join(0.55, 0.3),
    Join(0.55, 0.4),
)

ENOUGH = 150
"""Gold spans by which a join is chosen, or a network alone. With fewer the usual join is taken, and
no network: with 25 sentences of Amharic to tell by, one that was credibly better there found 13 %
on test, the learner 24 %."""


class Choice(NamedTuple):
    """The model that is kept, and why, in words."""

    kind: Kind
    why: str


def choose(
    tried: Mapping[Kind, Sequence[Counts]], *, join: Join = USUAL, is_share: bool = False
) -> Choice:
    """The best of the learner and what else was tried, each with its counts document by document,
    the same documents in the same order; one that is not the learner must be credibly better. Why
    is told of these documents: where several were tried, the learner may be scored on more. `join`
    is how the two are joined, `is_share`: the documents are the evaluation share."""
    if not tried["learner"]:
        return Choice("learner", NOT_SCORED)
    scores = {kind: total(counts).f1 for kind, counts in tried.items()}
    documents = len(tried["learner"])
    spans = total(tried["learner"]).gold
    best: Kind = "learner"
    is_weak = scores.get("network", 0.0) < WEAK * scores["learner"]
    for kind in sorted(tried, key=lambda kind: scores[kind]):
        if kind != "learner" and scores[kind] > scores[best] and not is_weak:
            sure = better_share(tried[kind], tried["learner"])
            if sure >= CREDIBLE[kind] and (kind == "joined" or spans >= ENOUGH):
                best = kind
    others = [kind for kind in sorted(tried, key=lambda kind: -scores[kind]) if kind != best]
    said = " and ".join(f"{_short(scores[kind])} ({kind})" for kind in others)
    why = f"{best}: {_short(scores[best])}"
    if said:
        why += f" against {said}"
    on = counted(documents, "document")
    if is_share:
        why += f", scored on {on} of the evaluation share"
    elif others:
        why += f", scored on the {on} on which all were tried, and from which none had learnt"
    else:
        why += f", scored on {on} that it had not learnt from"
    if any(scores[kind] > scores[best] for kind in others):
        why += "; the simpler one is kept, as what scored higher may have done so by chance"
    if best == "joined" and join != USUAL:
        why += f". {FITTED}"
    return Choice(best, f"{why}.")


def limits(kind: Kind, taught: Mapping[Kind, int], of: int, *, is_thorough: bool) -> Iterator[str]:
    """What is to be told of a model of that kind which has not learnt all that it could, in
    sentences: learner and network were each `taught` by so many of all `of` documents, the learner
    by all of them thoroughly or not."""
    every = counted(of, "document")
    if not is_thorough:
        yield HASTY
    if taught["learner"] < of:
        yield f"The learner learnt from {taught['learner']:,} of {every}."
    if kind != "learner" and taught["network"] < of:
        yield (
            f"The network learnt from {taught['network']:,} of {every}: it was scored on the"
            " others."
        )


def better_share(one: Sequence[Counts], other: Sequence[Counts], seed: int = 0) -> float:
    """The share of samples of the documents, drawn with putting back, in which the F1 of `one` is
    higher than that of `other` (paired bootstrap; Koehn 2004)."""
    if not one:
        return 0.0
    import numpy as np

    rng = np.random.default_rng(seed)
    count = len(one)
    tables = [np.array(counts, dtype=np.int64) for counts in (one, other)]
    better = 0.0
    for _ in range(RESAMPLES):
        times = np.bincount(rng.integers(0, count, count), minlength=count)
        mine, theirs = (Counts(*map(int, times @ table)).f1 for table in tables)
        better += 1.0 if mine > theirs else 0.5 if mine == theirs else 0.0
    return better / RESAMPLES


def _short(score: float) -> str:
    return f"{score:.2f}".removeprefix("0")


def fitted_join(counts: Mapping[Join, Sequence[Counts]]) -> Join:
    """The join that scored best, of those whose counts are given document by document; the usual
    one where the documents have too few spans to tell."""
    sums = {join: total(found) for join, found in counts.items()}
    if sums[USUAL].gold < ENOUGH:
        return USUAL
    return max(sums, key=lambda join: sums[join].f1)
