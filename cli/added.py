"""What became of the files that `add` was given, in words and as JSON; knows not how they are
read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tonemark.cli.opening import say
from tonemark.corpus.project import Project
from tonemark.corpus.reports import Report
from tonemark.errors import TonemarkError

SHOWN = 10
"""Refusals and warnings that are shown one by one; the rest are counted."""

WHOLE = 0
"""The line of a refusal that is of a whole file."""


@dataclass(slots=True)
class Added:
    """What became of a file: `notes` are of the sidecar beside it, `failure` is why nothing more
    was read."""

    name: str
    report: Report = field(default_factory=Report)
    notes: list[str] = field(default_factory=list)
    failure: TonemarkError | None = None

    @property
    def is_whole(self) -> bool:
        """Whether all of it was taken."""
        return self.failure is None and not self.report.refused_count


def tell(files: Sequence[Added], project: Project) -> None:
    """What became of all files, for people, and of their labels those that the project lacks."""
    from tonemark.cli.commands import say_error
    from tonemark.exchange.sidecar import sidecar_of

    for each in files:
        if not each.failure or each.report != Report():
            _tell(each.name, each.report)
        say(*(f"  {sidecar_of(Path(each.name)).name}: {note}" for note in each.notes))
        if each.failure:
            say_error(each.failure)
    known = {label.name for label in project.labels}
    strange = sorted(set().union(*(each.report.labels for each in files)) - known)
    if strange:
        say(f"Labels that project.toml does not have, and so have no key: {', '.join(strange)}")


def _tell(name: str, report: Report) -> None:
    """The report of one file, for people."""
    from tonemark.text import counted

    parts = [f"{report.added:,} added"]
    if report.split_texts:
        texts = f"{report.split_texts:,} text{'s' * (report.split_texts != 1)}"
        parts[0] += f" ({texts} in {report.added:,} piece{'s' * (report.added != 1)})"
    if report.already_there:
        parts.append(f"{report.already_there:,} there already")
    if report.dropped:
        parts.append(f"{report.dropped:,} dropped earlier: left out")
    if report.annotations:
        parts.append(counted(report.annotations, "answer"))
    if report.gold:
        parts.append(f"{report.gold:,} gold")
    if report.suggestions:
        parts.append(counted(report.suggestions, "suggestion"))
    if report.refused_count:
        parts.append(f"{report.refused_count:,} refused")
    say(f"{name}: {', '.join(parts)}")
    if report.equal_texts:
        have = "has" if report.equal_texts == 1 else "have"
        say(f"  {report.equal_texts:,} {have} the text of another document: added all the same")
        if report.annotations and report.equal_texts == report.added:
            say("  (to bring answers to the documents that are there: --match key, or text)")
    if report.moved:
        have = "has" if report.moved == 1 else "have"
        say(f"  {report.moved:,} of those that were there {have} another priority now")
    if report.other_tokens:
        say(
            f"  {report.other_tokens:,} of the answers came with tokens other than their"
            " document's: kept as corrections"
        )
    for given, written in report.renamed.items():
        say(f"  the annotator {given} is written {written} here")
    for refusal in report.refused[:SHOWN]:
        say(f"  line {refusal.line}: {refusal.reason}")
    if report.refused_count > SHOWN:
        say(f"  and {report.refused_count - SHOWN:,} more refused (--json names them)")
    for warning in report.warnings[:SHOWN]:
        say(f"  note: {warning}")
    if report.warned_count > SHOWN:
        say(f"  and {report.warned_count - SHOWN:,} more notes")


def as_object(files: Sequence[Added]) -> dict[str, Any]:
    """What became of all files, for `--json`."""
    for each in files:
        if each.failure:
            each.report.refuse(WHOLE, f"{each.failure.title} {each.failure.remedy}".strip())
    reports = [(each.name, each.report) for each in files]
    several = len(reports) > 1
    return {
        "added": sum(report.added for _, report in reports),
        "split_texts": sum(report.split_texts for _, report in reports),
        "already_there": sum(report.already_there for _, report in reports),
        "dropped": sum(report.dropped for _, report in reports),
        "equal_texts": sum(report.equal_texts for _, report in reports),
        "annotations": sum(report.annotations for _, report in reports),
        "gold": sum(report.gold for _, report in reports),
        "moved": sum(report.moved for _, report in reports),
        "other_tokens": sum(report.other_tokens for _, report in reports),
        "suggestions": sum(report.suggestions for _, report in reports),
        "refused_count": sum(report.refused_count for _, report in reports),
        "refused": [
            {
                **({"file": name} if several else {}),
                "line": None if item.line == WHOLE else item.line,
                "reason": item.reason,
            }
            for name, report in reports
            for item in report.refused
        ],
        "warnings": [warning for _, report in reports for warning in report.warnings],
    }
