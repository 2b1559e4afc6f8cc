"""A row of figures as a plot in one line. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from tonemark.text import Safe, visible

BARS = "▁▂▃▄▅▆▇█"


def plot(values: Sequence[float], width: int) -> Safe:
    """Figures in the order in which they came, in at most `width` cells: the lowest is the lowest
    bar, the highest the full one. Where there are more figures than cells, a cell has the mean of
    its share of them."""
    if width < 1 or not values:
        return Safe("")
    cells = min(width, len(values))
    edges = [at * len(values) // cells for at in range(cells + 1)]
    means = [sum(values[begin:end]) / (end - begin) for begin, end in pairwise(edges)]
    low, high = min(means), max(means)
    step = (high - low) / (len(BARS) - 1) or 1.0
    return visible("".join(BARS[round((mean - low) / step)] for mean in means))
