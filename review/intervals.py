"""How far the figures would vary with other documents: bootstrap intervals.

Documents are drawn, never tokens or spans: what stands in one text is not independent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from tonemark.review.figures import Number, Shape, figures
from tonemark.review.sums import Key, Sums

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

RESAMPLES = 1_000
"""Samples of documents that are drawn."""

SEED = 20_210_719
"""Of the random numbers: the same documents give the same intervals."""

LEVEL = 0.95
"""The share of resamples in an interval."""

FEWEST = 0.9
"""The share of resamples in which a figure must be defined for it to have an interval."""

_BLOCK = 2_048
"""Documents whose rows are laid out at a time."""

_CELLS = 8_000_000
"""Numbers that an array has at most: 64 MB."""


class Interval(NamedTuple):
    """The lowest and the highest figure of an interval."""

    low: float
    high: float


def intervals(
    sums: Sums, shape: Shape, *, resamples: int = RESAMPLES, seed: int = SEED
) -> dict[Key, Interval]:
    """The interval of each figure of agreement."""
    return intervals_of(sums, partial(figures, shape), resamples=resamples, seed=seed)


def intervals_of(
    sums: Sums,
    computed: Callable[[Mapping[Key, Number]], Mapping[Key, Number]],
    *,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> dict[Key, Interval]:
    """The percentile interval of each figure that is `computed` of sums (Efron and Tibshirani 1993,
    An Introduction to the Bootstrap, chapter 13): `resamples` samples, each of as many documents as
    there are, drawn with putting back.

    A figure has none where there are fewer than two documents, or where it is undefined in too
    many of the samples.
    """
    if sums.documents < 2:
        return {}
    import numpy

    random = numpy.random.default_rng(seed)
    batch = max(1, min(resamples, _CELLS // max(1, len(sums.keys))))
    drawn: dict[Key, list[NDArray[numpy.float64]]] = defaultdict(list)
    for first in range(0, resamples, batch):
        size = min(batch, resamples - first)
        totals = _drawn(sums, size, random)
        columns = _Columns({key: totals[:, place] for key, place in sums.keys.items()})
        for key, figure in computed(columns).items():
            drawn[key].append(numpy.broadcast_to(numpy.asarray(figure, float), (size,)))
    found = {}
    for key, parts in drawn.items():
        values = numpy.concatenate(parts)
        values = values[~numpy.isnan(values)]
        if len(values) >= FEWEST * resamples:
            low, high = numpy.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
            found[key] = Interval(float(low), float(high))
    return found


class _Columns(dict[Key, "NDArray[numpy.float64]"]):
    """The sums of each resample; what no document has is 0 in all."""

    def __missing__(self, key: Key) -> float:
        return 0.0


def _drawn(sums: Sums, size: int, random: numpy.random.Generator) -> NDArray[numpy.float64]:
    """The sums of `size` samples: a row each, a column a key.

    How often each document was drawn is multinomial; it is made block by block, by how many draws
    fall into a block, so that no more than a block of weights is held.
    """
    import numpy

    totals = numpy.zeros((size, len(sums.keys)))
    left = numpy.full(size, sums.documents)
    for start, end, rows in _blocks(sums):
        count = end - start
        draws = random.binomial(left, count / (sums.documents - start))
        left -= draws
        which = numpy.repeat(numpy.arange(size) * count, draws)
        which += random.integers(0, count, len(which))
        weights = numpy.bincount(which, minlength=size * count).reshape(size, count)
        # Integers in doubles: the sums are exact, in whatever order they are added.
        columns = numpy.flatnonzero(rows.any(axis=0))
        totals[:, columns] += weights.astype(float) @ rows[:, columns]
    return totals


def _blocks(sums: Sums) -> Iterator[tuple[int, int, NDArray[numpy.float64]]]:
    """The rows of all documents, block by block: first, end, and a row a document."""
    import numpy

    places, values = numpy.asarray(sums.places), numpy.asarray(sums.values)
    ends = numpy.concatenate(([0], numpy.asarray(sums.ends))).astype(numpy.int64)
    size = max(1, min(_BLOCK, _CELLS // max(1, len(sums.keys))))
    for start in range(0, sums.documents, size):
        end = min(start + size, sums.documents)
        part = slice(ends[start], ends[end])
        rows = numpy.zeros((end - start, len(sums.keys)))
        which = numpy.repeat(numpy.arange(end - start), numpy.diff(ends[start : end + 1]))
        rows[which, places[part]] = values[part]
        yield start, end, rows
