"""What an examination of a project finds, and what it has looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

EACH = 10
"""Findings of one kind that are given one by one; more are counted."""

KINDS = 200
"""Kinds that are told apart, so that memory stays flat whatever the data hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, or (`harmless`) that is worth knowing.

    `what` says what is wrong, in a sentence, and is the same for all of its kind; `where` names
    the document, annotator or file, or is empty; `remedy` says what to do. All may quote data:
    whoever prints them passes them through `text.visible()`.
    """

    what: str
    where: str = ""
    remedy: str = ""
    harmless: bool = False


@dataclass(slots=True)
class Checked:
    """How many of each were looked at: counted up while an examination goes on.

    `spans` are those of annotations, all revisions, as `gold` counts those of gold; `tokens` those
    stored with documents, annotations and gold; `journals` the files of claims that lie in the
    project.
    """

    documents: int = 0
    tokens: int = 0
    suggestions: int = 0
    claims: int = 0
    annotations: int = 0
    gold: int = 0
    spans: int = 0
    events: int = 0
    journals: int = 0


def first_of_each(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first EACH findings of every kind as they come, and then how many more there were."""
    counts: dict[str, int] = {}
    last: dict[str, Finding] = {}
    for finding in findings:
        kind = finding.what if finding.what in counts or len(counts) < KINDS else ""
        counts[kind] = counts.get(kind, 0) + 1
        if counts[kind] <= EACH:
            yield finding
        else:
            last[kind] = finding
    for kind, finding in last.items():
        more = counts[kind] - EACH
        what = finding.what if kind else "Other faults"
        yield replace(finding, what=what, where=f"{more:,} more like this")
