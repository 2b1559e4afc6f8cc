"""What became of files of entries, in words and as JSON; knows not how they are read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonemark.cli.opening import say
from tonemark.cli.telling import columns, set_in
from tonemark.errors import TonemarkError
from tonemark.files import typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.corpus.reports import Report
    from tonemark.patterns.answered import Passed

SHOWN = 10
"""Refusals, and reasons, that are shown one by one; the rest are counted."""


@dataclass
class Outcome:
    """What became of a file, or of what else names came from.

    `stopped` is the line from which on it was left out because the project was full, `notes` are
    sentences for people, `failure` is why nothing more was read.
    """

    name: str
    origin: str
    report: Report
    stopped: int | None = None
    notes: list[str] = field(default_factory=list)
    failure: TonemarkError | None = None

    def as_json(self) -> dict[str, Any]:
        """For `--json`."""
        refused = [{"line": each.line, "reason": each.reason} for each in self.report.refused]
        if self.failure:
            reason = f"{self.failure.title} {self.failure.remedy}".strip()
            refused.append({"line": None, "reason": reason})
        return {
            "gazetteer": self.name,
            "from": self.origin,
            "new": self.report.added,
            "known": self.report.already_there,
            "refused_count": self.report.refused_count + bool(self.failure),
            "refused": refused,
            "stopped_at_line": self.stopped,
            "notes": self.notes,
        }


def tell(outcomes: list[Outcome]) -> None:
    """Print what became of each."""
    from tonemark.cli.commands import say_error

    for each in outcomes:
        report = each.report
        counted = report.added + report.already_there + report.refused_count
        if each.failure is None or counted or each.notes:
            for line in _told(each):
                text = line.lstrip(" ")
                say(*set_in(text, columns(sys.stdout), " " * (len(line) - len(text)), indent=4))
        if each.failure:
            say_error(each.failure)


def _told(outcome: Outcome) -> Iterator[str]:
    from tonemark.corpus.gazetteers import LIMIT

    report = outcome.report
    parts = [f"{report.added:,} new"]
    if report.already_there:
        parts.append(f"{report.already_there:,} known")
    if report.refused_count:
        parts.append(f"{report.refused_count:,} refused")
    yield f"{outcome.name}: {', '.join(parts)}"
    for refusal in report.refused[:SHOWN]:
        yield f"  line {refusal.line:,}: {refusal.reason}"
    if report.refused and report.refused_count > SHOWN:
        yield f"  and {report.refused_count - SHOWN:,} more refused (--json names them)"
    for note in outcome.notes:
        yield f"  {note}"
    if outcome.stopped:
        yield (
            f"  line {outcome.stopped:,}: a project takes at most {LIMIT:,} entries: from here on"
            " the file is left out"
        )


def passed_over(passed: Passed, other: Path) -> Iterator[str]:
    """What was not taken of the answers of a project, in sentences."""
    counts = passed.spans
    for reason, count in counts.most_common(SHOWN):
        yield f"{count:,} span{'s' * (count != 1)} left out: {reason}"
    if len(counts) > SHOWN:
        rest = counts.total() - sum(count for _, count in counts.most_common(SHOWN))
        yield f"{counted(rest, 'span')} left out for {len(counts) - SHOWN:,} more reasons"
    if passed.awaited:
        yield (
            f"{counted(passed.awaited, 'document')} left out: others are still to answer their text"
        )
    if passed.evaluation:
        yield f"{counted(passed.evaluation, 'document')} left out: they are for evaluation"
    if passed.damaged:
        yield (
            f"{counted(len(passed.damaged), 'document')} cannot be read:"
            f" tonemark doctor {typed(other)} tells of them"
        )
