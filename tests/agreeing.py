"""What annotators said of a few sentences, as columns and as a project, for `agreement`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from making import given

from tonemark.corpus.records import Record
from tonemark.corpus.spans import Span

Tonemark = Callable[..., Any]

COLUMNS = """\
Asha B-PER B-PER B-PER
Juma I-PER O I-PER
yuko O O O
Kisumu B-LOC B-LOC B-ORG

Neema B-PER B-PER O
ni O O O
mwalimu O O O
"""

ASHA, ASHA_JUMA, KISUMU = Span(0, 4, "PER"), Span(0, 9, "PER"), Span(15, 21, "LOC")
KISUMU_ORG, NEEMA = Span(15, 21, "ORG"), Span(0, 5, "PER")


def record(number: int, text: str, *annotations: Any, key: str | None = None) -> Record:
    """A record of a text and what was said of it."""
    return Record(number, number, text, key or f"d{number}", annotations=annotations)


def three(project: Callable[..., Path]) -> Path:
    """What COLUMNS says, as a project."""
    return project(
        record(1, "Asha Juma yuko Kisumu", given("A1", ASHA_JUMA, KISUMU),
               given("A2", ASHA, KISUMU), given("A3", ASHA_JUMA, KISUMU_ORG)),
        record(2, "Neema ni mwalimu", given("A1", NEEMA), given("A2", NEEMA), given("A3")),
    )  # fmt: skip


WANTED = {
    "annotators": ["A1", "A2", "A3"],
    "documents": 2,
    "tokens": 7,
    "entities": 4,
    "clusters": {"agreed": 0, "label": 1, "boundary": 1, "presence": 1, "tokens": 0},
    "f1": {"A1:A2": 0.666667, "A1:A3": 0.4, "A2:A3": 0.0, "mean": 0.355556},
    "f1_overlapping": {"A1:A2": 1.0, "A1:A3": 0.4, "A2:A3": 0.4, "mean": 0.6},
    "type_share": 0.25,
}
"""By hand: A1 and A2 have 3 spans, A3 has 2; A1 shares 2 with A2 and 1 with A3."""


def told(tonemark: Tonemark, *arguments: object, code: int = 0) -> dict[str, Any]:
    """What `agreement --json` says."""
    done = tonemark("agreement", *arguments, "--json", code=code)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def figures(found: dict[str, Any]) -> dict[str, Any]:
    """All but what names the places of a file or a project."""
    return {
        name: value
        for name, value in found.items()
        if name not in ("examples", "refused", "left_out") and not name.startswith("answers_")
    }
