"""Looking at a project before a model is trained on it: `check DIR`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tonemark.cli.opening import open_project, say, say_json
from tonemark.cli.progress import Bar
from tonemark.cli.telling import columns, set_in
from tonemark.corpus.annotators import is_annotator_name
from tonemark.files import typed
from tonemark.text import counted

if TYPE_CHECKING:
    from tonemark.training.material import Asked
    from tonemark.training.preflight.finding import Finding
    from tonemark.training.preflight.places import Place
    from tonemark.training.preflight.survey import Part, Survey

SHOWN = {"cutting": 20, "blank_edges": 20}
"""Places that are shown of a kind of finding, where it is more than USUALLY."""

USUALLY = 3


def check_project(folder: Path, asked: Asked, *, as_json: bool) -> int:
    """Say what is to be known of a project before a model is trained; the exit code: 1 where
    training cannot begin, or some document cannot be read."""
    from tonemark.training.preflight.findings import can_begin, findings
    from tonemark.training.preflight.survey import survey

    project, store = open_project(folder)
    bar = Bar(project.name, store.document_count(), hidden=as_json)
    with bar as progress:
        found = survey(project, store, asked, progress=progress)
    told = findings(found, folder)
    if as_json:
        say_json(_as_json(folder, found, told))
    else:
        _tell(folder, found, told)
    return int(bool(found.unreadable) or not can_begin(told))


def _as_json(folder: Path, found: Survey, told: tuple[Finding, ...]) -> dict[str, Any]:
    from tonemark.training.preflight.findings import can_begin

    left_out = {reason: places.count for reason, places in found.left_out.items()}
    return {
        "project": str(folder),
        "name": found.project.name,
        "can_begin": can_begin(told),
        "documents": found.documents,
        "damaged": found.unreadable,
        "left_out": left_out,
        "evaluation_share": found.project.evaluation,
        "training": _part_json(found.training),
        "evaluation": _part_json(found.evaluation),
        "divided": found.way,
        "parts": found.sizes,
        "annotators": dict(found.annotators.most_common()),
        "findings": [each.to_json() for each in told],
    }


def _part_json(part: Part) -> dict[str, Any]:
    return {
        "documents": part.documents,
        "with_spans": part.with_spans,
        "spans": part.spans,
        "labels": dict(part.labels.most_common()),
    }


def _tell(folder: Path, found: Survey, told: tuple[Finding, ...]) -> None:
    width = columns(sys.stdout)
    for line in _lines(folder, found, told):
        text = line.lstrip(" ")
        before = " " * (len(line) - len(text))
        is_command = text.startswith("tonemark ")
        say(*set_in(text, None if is_command else width, before, indent=len(before) + 2))


def _lines(folder: Path, found: Survey, told: tuple[Finding, ...]) -> Iterator[str]:
    yield f"{found.project.name}: {counted(found.documents, 'document')}"
    labels = found.training.labels + found.evaluation.labels
    if labels:
        from tonemark.training.preflight.findings import some

        yield f"  labels: {some(f'{label} {n:,}' for label, n in labels.most_common())}"
    stopping = [each for each in told if each.stops]
    mending = [each for each in told if not each.stops and not each.note]
    for title, group in (
        ("Training cannot begin:", stopping),
        ("To mend:", mending),
        ("To know:", [each for each in told if each.note]),
    ):
        if group:
            yield title
        for each in group:
            yield from _finding(folder, each)
    if not stopping:
        yield "Training can begin."


def _finding(folder: Path, finding: Finding) -> Iterator[str]:
    """A finding with its first places, the command that opens the first of them, and what to do."""
    yield f"  {finding.words}"
    shown = finding.places[: SHOWN.get(finding.kind, USUALLY)]
    for place in shown:
        yield f"    {place.key}{f': {place.what}' if place.what else ''}"
    if shown and finding.count > len(shown):
        yield f"    and {finding.count - len(shown):,} more"
    if shown and shown[0].document and (typing := command(folder, shown[0])):
        yield f"        {typing}"
    yield from (f"    {line}" for line in finding.remedy.splitlines())


def command(folder: Path, place: Place) -> str:
    """The command that opens a place where it is put right; empty where it is an answer of a name
    that nobody can have: it would be refused."""
    if place.by and not is_annotator_name(place.by):
        return ""
    who = f" --as {place.by}" if place.by else ""
    key = shlex.quote(place.key)
    return f"tonemark {place.opens} {typed(folder)}{who} --document {key}"
