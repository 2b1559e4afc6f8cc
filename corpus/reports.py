"""What came of adding files: counts, refusals and warnings, in flat memory."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from tonemark.refusals import Refusal

KEPT = 10_000
"""Refusals, and warnings, that a report holds; more are only counted, so that memory stays flat."""


@dataclass(slots=True)
class Report:
    """What became of the records of the files added."""

    added: int = 0
    already_there: int = 0
    dropped: int = 0
    """Records whose documents were dropped from the project: left out."""
    split_texts: int = 0
    """Texts that were split, of those added; `added` counts their pieces."""
    equal_texts: int = 0
    annotations: int = 0
    other_tokens: int = 0
    """Annotations, of those, under whose spans the text is cut otherwise than their document."""
    moved: int = 0
    """Documents that were there already and have another priority now."""
    gold: int = 0
    """Documents whose gold came in."""
    suggestions: int = 0
    refused_count: int = 0
    refused: list[Refusal] = field(default_factory=list)
    warned_count: int = 0
    warnings: list[str] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    """Of the suggestions and answers that came in."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Annotators' names as given, and as they had to be written."""

    def refuse(self, line: int, reason: str) -> None:
        """Count a refusal, and keep it while there is room."""
        self.refused_count += 1
        if len(self.refused) < KEPT:
            self.refused.append(Refusal(line, reason))

    def warn(self, line: int, text: str) -> None:
        """Count a warning, and keep it while there is room."""
        self.warned_count += 1
        if len(self.warnings) < KEPT:
            self.warnings.append(f"line {line}: {text}")

    def include(self, other: Report) -> None:
        """Add what another report counted."""
        for each in fields(self):
            mine, others = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, int):
                setattr(self, each.name, mine + others)
        self.refused += other.refused[: KEPT - len(self.refused)]
        self.warnings += other.warnings[: KEPT - len(self.warnings)]
        self.renamed |= other.renamed
        self.labels |= other.labels
