"""The field by which a record of JSON Lines says that its answer is gold: who settled it, what was
taken where annotators differed, and the annotations that were looked at. Knows that field alone.
"""

from __future__ import annotations

from typing import Any

from tonemark.corpus.drafts import Decision
from tonemark.corpus.records import Cite, Settled

GOLD = "_gold"
"""The name of the field: `{"reviewer", "decisions": [{"start", "end", "choice"}], "cites":
[{"annotator", "revision", "time"}]}`, offsets in code points of the text, times in Unix seconds."""


def settled_json(reviewer: str | None, settled: Settled) -> dict[str, Any]:
    """The field's value."""
    cites = [
        {"annotator": each.annotator, "revision": each.revision}
        | ({} if each.time is None else {"time": each.time})
        for each in settled.cites
    ]
    decisions = [each._asdict() for each in settled.decisions]
    return {"reviewer": reviewer, "decisions": decisions, "cites": cites}


def parsed_settled(data: Any, length: int) -> tuple[str, Settled] | None:
    """Who settled it and what `settled_json` wrote, of a text of `length` code points; None where
    it is anything else."""
    if not isinstance(data, dict):
        return None
    reviewer, decisions, cites = data.get("reviewer"), data.get("decisions"), data.get("cites")
    if not isinstance(reviewer, str) or not reviewer.strip():
        return None
    if not isinstance(decisions, list) or not isinstance(cites, list):
        return None
    try:
        settled = Settled(
            tuple(_decision(**each, length=length) for each in decisions),
            tuple(_cite(**each) for each in cites),
        )
    except (TypeError, ValueError, OverflowError):
        return None
    return reviewer, settled


def _decision(*, start: Any, end: Any, choice: Any, length: int) -> Decision:
    if type(start) is not int or type(end) is not int or not isinstance(choice, str):
        raise ValueError(start, end, choice)
    if not choice or not 0 <= start <= end <= length:
        raise ValueError(start, end, choice)
    return Decision(start, end, choice)


def _cite(*, annotator: Any, revision: Any, time: Any = None) -> Cite:
    if not isinstance(annotator, str) or type(revision) is not int or revision < 1:
        raise ValueError(annotator, revision)
    if time is not None and type(time) not in (int, float):
        raise ValueError(time)
    return Cite(annotator, revision, None if time is None else float(time))
