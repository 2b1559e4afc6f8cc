"""Words that are used alike, from raw text: vectors of the company they keep (positive pointwise
mutual information, factored: Levy and others 2015), of rare words by the company of words with the
same parts, and clusters of the vectors (k-means by angle)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Numbers = NDArray[np.int64]

SIZES = (64, 256)
"""Clusters of each level."""

VOCABULARY, COMPANY, DIMENSIONS = 20_000, 800, 60
"""Words that get a vector, and those that count as company, the commonest first."""

_PLACES = (-1, 1, -2, 2)
_TRUST = 2.0
"""Times that a word must be seen to be taken for itself as much as for its parts."""


def clustered(lines: Sequence[Sequence[str]], times: Counter[str]) -> dict[str, tuple[int, ...]]:
    """The cluster of each word at each level; the same for the same text."""
    # Order of equal counts is that of the text.
    vocabulary = [word for word, _ in times.most_common(VOCABULARY)]
    if len(vocabulary) < 2:
        return {}
    vectors = _vectors(lines, vocabulary, times)
    levels = [_clusters(vectors, min(size, max(1, len(vocabulary) // 8))) for size in SIZES]
    return {word: tuple(int(level[at]) for level in levels) for at, word in enumerate(vocabulary)}


def _vectors(
    lines: Sequence[Sequence[str]], vocabulary: Sequence[str], times: Mapping[str, int]
) -> Floats:
    import numpy as np

    rows, columns, weights = _company(lines, vocabulary)
    count, width = len(vocabulary), int(columns.max()) + 1
    rng = np.random.default_rng(0)
    dimensions = min(DIMENSIONS, count, width)
    # Randomised subspace iteration (Halko and others 2011).
    base: Floats = rng.standard_normal((width, min(dimensions + 10, width)))
    for _ in range(4):
        left, _r = np.linalg.qr(_product(rows, columns, weights, base, count))
        base, _r = np.linalg.qr(_product(columns, rows, weights, left, width))
    left, strengths, _right = np.linalg.svd(
        _product(rows, columns, weights, base, count), full_matrices=False
    )
    vectors: Floats = left[:, :dimensions] * np.sqrt(strengths[:dimensions])
    seen = np.array([times[word] for word in vocabulary], dtype=float)
    by_parts = _by_parts(vectors, vocabulary, seen)
    trust = (seen / (seen + _TRUST))[:, None]
    vectors = trust * vectors + (1 - trust) * by_parts
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return vectors


def _company(
    lines: Sequence[Sequence[str]], vocabulary: Sequence[str]
) -> tuple[Numbers, Numbers, Floats]:
    """Which word keeps which company, by place, and how much more than by chance (PPMI; the
    company's chances flattened by .75; words seen less than five times count less)."""
    import numpy as np

    number = {word: at for at, word in enumerate(vocabulary)}
    company = min(COMPANY, len(vocabulary))
    edge = company
    width = company + 1
    joint: list[NDArray[np.int64]] = []
    for line in lines:
        own = np.array([number.get(word, -1) for word in line], dtype=np.int64)
        around = np.where((own >= 0) & (own < company), own, -1)
        around = np.concatenate(([edge, edge], around, [edge, edge]))
        for slot, place in enumerate(_PLACES):
            other = around[2 + place : 2 + place + len(own)]
            known = (own >= 0) & (other >= 0)
            joint.append(own[known] * (width * 4) + slot * width + other[known])
    cells, counts = np.unique(np.concatenate(joint), return_counts=True)
    rows, columns = np.divmod(cells, width * 4)
    own_total = np.bincount(rows, counts, len(vocabulary))
    flat = np.bincount(columns, counts, width * 4) ** 0.75
    weights = np.log(counts / (own_total[rows] * (flat / flat.sum())[columns]))
    weights = np.maximum(weights, 0.0) * np.minimum(1.0, np.sqrt(own_total[rows] / 5.0))
    return rows, columns, weights


def _product(rows: Numbers, columns: Numbers, weights: Floats, dense: Floats, count: int) -> Floats:
    """A sparse matrix times a dense one."""
    import numpy as np

    return np.stack(
        [np.bincount(rows, weights * column[columns], count) for column in dense.T], axis=1
    )


def _by_parts(vectors: Floats, vocabulary: Sequence[str], seen: Floats) -> Floats:
    """The mean vector of the other words that have the same parts, rare parts weighing more."""
    import numpy as np

    parts: dict[str, int] = {}
    having, had = [], []
    for at, each in enumerate(vocabulary):
        for part in _parts(each):
            having.append(at)
            had.append(parts.setdefault(part, len(parts)))
    word, gram = np.array(having), np.array(had)
    weight = np.sqrt(np.minimum(seen, 10.0))
    heavy = np.bincount(gram, weight[word], len(parts))
    others = heavy[gram] - weight[word]
    share = np.where(others > 0, 1 / np.log(2 + np.bincount(gram)[gram]), 0.0)
    per = share / np.maximum(others, 1e-9)
    found = np.empty_like(vectors)
    for at in range(vectors.shape[1]):
        column = vectors[:, at] * weight
        total = np.bincount(gram, column[word], len(parts))
        found[:, at] = np.bincount(word, per * (total[gram] - column[word]), len(vocabulary))
    found /= np.maximum(np.bincount(word, share, len(vocabulary)), 1e-9)[:, None]
    # Means are shorter than what they are means of.
    lengths = [float(np.median(np.linalg.norm(each, axis=1))) for each in (vectors, found)]
    scaled: Floats = found * (lengths[0] / max(lengths[1], 1e-9))
    return scaled


def _parts(word: str) -> list[str]:
    bounded = f"<{word[:40]}>"
    parts = {bounded[at : at + size] for size in (3, 4, 5) for at in range(len(bounded) - size + 1)}
    parts.update(f"-{bounded[-size:]}" for size in (2, 3, 4))
    parts.update(f"{bounded[:size]}-" for size in (2, 3, 4))
    return sorted(parts)


def _clusters(vectors: Floats, size: int) -> Numbers:
    import numpy as np

    rng = np.random.default_rng(size)
    centres = vectors[rng.choice(len(vectors), size, replace=False)]
    for _ in range(12):
        nearest = (vectors @ centres.T).argmax(axis=1)
        sums = np.stack([np.bincount(nearest, column, size) for column in vectors.T], axis=1)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    found: Numbers = (vectors @ centres.T).argmax(axis=1)
    return found
