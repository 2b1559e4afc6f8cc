"""What an entry's evidence comes to: whether it suggests, and how sure it is. Knows no store."""

from __future__ import annotations

from typing import NamedTuple

from tonemark.corpus.evidence import NOTHING, Earned
from tonemark.corpus.gazetteers import Entry

GIVEN = 1.0
"""Occurrences, all true, that an entry from a file is trusted for before it has any: with none, one
of two or two of two, an annotator presses half a percent more keys (six languages, train)."""

TRACE = 1e-6
"""What sums of parts of documents may be away from nothing."""


class Standing(NamedTuple):
    """How an entry has done, for one who may know of `seen` occurrences of which `stood` were true.

    `share` is None where the entry is not there for her: all who taught it did so on a document
    that is still hers to answer.
    """

    seen: float
    stood: float
    share: float | None

    @property
    def score(self) -> float:
        """How likely its next occurrence is a true one: the share, half an occurrence of each kind
        added (Krichevsky and Trofimov 1981), so that what nobody has tried is as good as a coin,
        and what was true once three in four. Of untried names of six languages 53 to 76 % were
        true, of those tried once 67 to 85 %."""
        return (self.stood + 0.5) / (self.seen + 1)


def standing(entry: Entry, hidden: Earned = NOTHING) -> Standing:
    """How an entry has done, what is hidden from an annotator left out (`evidence.hidden`)."""
    # Rounded: thirds that were added and taken away again must not decide between two labels.
    seen = max(0.0, round(entry.seen + hidden.seen, 6))
    stood = max(0.0, round(entry.stood + hidden.stood, 6))
    if not entry.is_learnt:
        return Standing(seen, stood, min(1.0, (stood + GIVEN) / (seen + GIVEN)))
    if stood < TRACE:
        return Standing(seen, stood, None)
    return Standing(seen, stood, min(1.0, stood / max(seen, stood)))


def suggests(standing: Standing, threshold: float) -> bool:
    """Whether an entry still suggests: at least `threshold` of its occurrences were true."""
    return standing.share is not None and standing.share >= threshold - TRACE
