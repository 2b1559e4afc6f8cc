"""What came of putting projects together: counts, and the first places of what was not plain."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

KEPT = 10_000
"""Places that a report holds of each kind; more are only counted, so that memory stays flat."""


@dataclass(slots=True)
class Told:
    """Something that came about so often, and the first places of it."""

    count: int = 0
    places: list[str] = field(default_factory=list)

    def add(self, place: str) -> None:
        """Count one, and keep its place while there is room."""
        self.count += 1
        if len(self.places) < KEPT:
            self.places.append(place)


@dataclass(slots=True)
class Side:
    """What one project brought. `name` is what it is called in keys and names, `met` are documents
    that were there from another one, `moved` those of its own that got another key; `answers` and
    `gold` are those that stand, `revisions` of answers with those before them. `people` are who
    annotated or reviewed, as they are called there, `renamed` what those are called here whose
    names were taken."""

    name: str
    folder: Path
    documents: int = 0
    met: int = 0
    answers: int = 0
    revisions: int = 0
    gold: int = 0
    suggestions: int = 0
    entries: int = 0
    known_entries: int = 0
    people: tuple[str, ...] = ()
    renamed: dict[str, str] = field(default_factory=dict)
    moved: Told = field(default_factory=Told)
    ambiguous: int = 0
    joined_answers: int = 0
    same_gold: int = 0
    gold_above: Told = field(default_factory=Told)
    gold_below: Told = field(default_factory=Told)
    metadata: Told = field(default_factory=Told)
    tokens: Told = field(default_factory=Told)
    own_tokens: int = 0
    open_pages: Told = field(default_factory=Told)
    left_out: Told = field(default_factory=Told)
    notes: list[str] = field(default_factory=list)


class Merged(NamedTuple):
    """The project that was made, how many documents, current answers and golds it has, and what
    each of the projects brought."""

    folder: Path
    documents: int
    answers: int
    gold: int
    sides: tuple[Side, ...]
