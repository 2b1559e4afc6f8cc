"""Where a project's documents fall by each way of dividing them (`training.parts`), while it is not
known yet which way it will be: that hangs on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from tonemark.corpus.documents import Document
from tonemark.corpus.shares import drawn_by, is_evaluation
from tonemark.training.material import PARTS, part_of
from tonemark.training.parts import Numbers, Size, Way, scored_parts, way_of


@dataclass(slots=True)
class Dividing:
    """The documents that were met: how many are kept to be scored on, the sizes of the parts of the
    others by the hash of their texts, and text by text."""

    share: float
    kept: int = 0
    by_hash: list[Size] = field(default_factory=lambda: [Size()] * PARTS)
    by_text: list[Size] = field(default_factory=lambda: [Size()] * PARTS)
    _numbers: Numbers = field(default_factory=Numbers)

    def place(self, document: Document) -> int:
        """Where a document falls, by all ways, as one number (`part_in`)."""
        text, meta = document.text, document.meta
        drawn = drawn_by(text, meta)
        is_kept = is_evaluation(text, meta, self.share)
        # Once the hash divides them it always will: no more numbers are needed.
        is_open = not is_kept and len(scored_parts(self.by_hash)) < 2
        number = self._numbers.of(drawn) if is_open else 0
        return is_kept << 4 | part_of(drawn) << 2 | number

    def add(self, place: int, *, teaches: bool) -> bool:
        """Count a document at its place; `teaches` where it has a span that can be learnt. Whether
        it is kept to be scored on."""
        if place >> 4:
            self.kept += 1
            return True
        for sizes, part in ((self.by_hash, place >> 2), (self.by_text, place & 3)):
            documents, with_spans = sizes[part]
            sizes[part] = Size(documents + 1, with_spans + teaches)
        return False

    @property
    def way(self) -> Way:
        """The way in which they are divided."""
        return way_of(self.kept, self.by_hash)

    @property
    def sizes(self) -> list[int]:
        """The documents of each part that is scored by a model of the others; of the evaluation
        share, its own."""
        if self.way == "evaluation":
            return [self.kept]
        sizes = self.by_hash if self.way == "hash" else self.by_text
        return [sizes[part].documents for part in scored_parts(sizes)]


def part_in(place: int, way: Way) -> int:
    """The part, by one way, of a document that falls at a place."""
    return {"evaluation": place >> 4, "hash": place >> 2 & 3, "text": place & 3}[way]
