"""What a bench of reviewing played, and its report: keys by the kind of the difference and by who
was right, and the bounds that they are held against.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any, NamedTuple

from figures import Figure, lost
from reviewer import Step


class Played(NamedTuple):
    """A step that was played; `enter` says that Enter came after it and made the document gold."""

    step: Step
    rule: str
    enter: bool


@dataclass(slots=True)
class Run:
    """What was played of one project, and what went wrong, in words."""

    name: str
    documents: int
    played: list[Played] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    equal: int = 0


def told(run: Run) -> dict[str, Any]:
    """What a run found: keys by the kind of the difference and by who was right."""
    groups: dict[str, list[Played]] = defaultdict(list)
    for each in run.played:
        if each.step.kind != "agreed":
            groups["all differences"].append(each)
            groups[each.step.right or "refused"].append(each)
        groups[each.step.kind].append(each)
    return {
        "documents": run.documents,
        "equal": run.equal,
        "differences": len(groups["all differences"]),
        "annotating": _annotating(run),
        "rules": dict(Counter(each.rule for each in run.played)),
        "keys": {name: _keys(group) for name, group in sorted(groups.items()) if group},
        "keys_in_all": sum(each.step.cost + each.enter for each in run.played),
        "drift": len(run.drift),
    }


def _annotating(run: Run) -> dict[str, Any]:
    """How many keys more, or fewer, spans that nobody had cost than by the annotate grammar: on the
    page as it opens, and with the place in focus already; by how many differences."""
    found = [(each.step.cost, each.step.annotating) for each in run.played if each.step.annotating]
    return {
        name: {str(more): n for more, n in sorted(Counter(c - a[at] for c, a in found).items())}
        for at, name in enumerate(("page_opened", "place_in_focus"))
    }


def _keys(group: Sequence[Played]) -> dict[str, Any]:
    costs = [each.step.cost for each in group]
    with_enter = [each.step.cost + each.enter for each in group]
    return {
        "number": len(costs),
        "median": median(costs),
        "mean": round(fmean(costs), 2),
        "max": max(costs),
        "with_enter": {
            "median": median(with_enter),
            "mean": round(fmean(with_enter), 2),
            "max": max(with_enter),
        },
    }


def held(run: Run) -> list[Figure]:
    """The bounds: every gold as asked for, at most 2 keys (Enter included) where an annotator was
    right, and at most the annotate grammar's and 1 where none was."""
    right = [
        each.step.cost + each.enter
        for each in run.played
        if each.step.right in ("annotator", "majority")
    ]
    over = [
        float(each.step.cost - each.step.annotating[0])
        for each in run.played
        if each.step.annotating is not None
    ]
    return [
        Figure(f"{run.name}: golds as asked for", run.equal, "=", run.documents),
        lost(f"{run.name}: faults", len(run.faults)),
        Figure(f"{run.name}: pages on which the screen differed", len(run.drift), "=", 0),
        Figure(
            f"{run.name}: keys where an annotator was right, at most",
            max(right, default=0),
            "<=",
            2,
        ),
        Figure(f"{run.name}: keys more than in annotating, at most", max(over, default=0), "<=", 1),
    ]


def lines_of(report: Mapping[str, Any], figures: Sequence[Figure]) -> Iterator[str]:
    """The report for people."""
    for name, run in report["runs"].items():
        yield f"{name}: {run['equal']} of {run['documents']} golds as asked for"
        yield f"  {'keys':<18}{'number':>7}{'median':>8}{'mean':>7}{'max':>5}   with Enter"
        for kind, keys in run["keys"].items():
            more = keys["with_enter"]
            yield (
                f"  {kind:<18}{keys['number']:>7}{keys['median']:>8g}{keys['mean']:>7.2f}"
                f"{keys['max']:>5}   {more['median']:g} {more['mean']:.2f} {more['max']}"
            )
        for at, more in run["annotating"].items():
            if more:
                counted = ", ".join(f"{n} by {keys}" for keys, n in more.items())
                yield f"  keys more than in annotating, {at.replace('_', ' ')}: {counted}"
    yield from (figure.line() for figure in figures)
    yield f"  {report['seconds']} s"
