"""How well annotators agree, gathered document by document: all that a report has to tell.

Pure: knows no store, no file format and no screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tonemark.review.compare import DIFFERENT, Kind, Version
from tonemark.review.figures import (
    LEVELS,
    MEAN,
    Number,
    Shape,
    figures,
    pair_name,
    reasons,
    shape_of,
)
from tonemark.review.intervals import LEVEL, RESAMPLES, SEED, Interval, intervals
from tonemark.review.sums import NOTHING, OTHER_BORDERS, Key, Sums, Work, compared

AROUND = 60
"""Code points of the text that an example has on each side."""

CLUSTERS: tuple[Kind, ...] = ("agreed", *DIFFERENT)


class Example(NamedTuple):
    """A place where annotators differ: `text` is its surroundings, which begin at `offset` of the
    document; `start` and `end` are offsets of the document. What each annotator has there, None
    for one who did not accept the document."""

    document: str
    kind: str
    start: int
    end: int
    offset: int
    text: str
    versions: dict[str, Version]


@dataclass(slots=True)
class Gathering:
    """Documents that were compared, as they come: counts, and one example of each kind.

    `names` are those of all who may be there, in the order in which each document has them.
    `retokenized` counts the documents in which annotators' tokens differ; `overlapping`, `cutting`
    and `off` the spans that gave no tag or an inexact one (`sums.Tagging`).
    """

    names: Sequence[str]
    sums: Sums = field(default_factory=Sums)
    there: set[str] = field(default_factory=set)
    raters: int = 0
    confused: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[str, Example] = field(default_factory=dict)
    retokenized: int = 0
    overlapping: int = 0
    cutting: int = 0
    off: int = 0

    def add(self, key: str, text: str, works: Sequence[Work]) -> None:
        """Add a document that two annotators or more accepted, as many as each other one."""
        found = compared(works)
        self.raters = len(works)
        self.there.update(work.annotator for work in works)
        self.sums.add(found.counts)
        self.confused.update(found.confused)
        self.retokenized += found.retokenized
        for tagging in found.taggings:
            self.overlapping += tagging.overlapping
            self.cutting += tagging.cutting
            self.off += tagging.off
        for cluster in found.clusters:
            if not cluster.agreed and cluster.kind not in self.examples:
                names = [work.annotator for work in works]
                offset = max(0, cluster.start - AROUND)
                self.examples[cluster.kind] = Example(
                    key,
                    cluster.kind,
                    cluster.start,
                    cluster.end,
                    offset,
                    text[offset : cluster.end + AROUND],
                    dict(zip(names, cluster.versions, strict=True)),
                )


@dataclass(frozen=True, slots=True)
class Agreement:
    """All figures of some documents; those that are undefined are NaN, and `undefined` says why."""

    shape: Shape
    documents: int
    totals: Mapping[Key, int]
    figures: Mapping[Key, Number]
    undefined: Mapping[Key, str]
    intervals: Mapping[Key, Interval]
    gathered: Gathering

    def figure(self, *key: str) -> float | None:
        """A figure by its name (`figures.figures`), None where it is undefined."""
        found = self.figures[key]
        return float(found) if found == found else None

    def counted(self, *key: str) -> int:
        """A count over all documents (`sums.Key`)."""
        return self.totals.get(key, 0)

    def to_json(self) -> dict[str, Any]:
        """As `--json` gives it; figures to six decimals, undefined ones null."""
        names = [pair_name(pair) for pair in self.shape.pairs]
        rounded = {key: self._rounded(key) for key in self.figures}
        labels = self.shape.labels
        return {
            "annotators": list(self.shape.annotators),
            "annotators_a_document": self.shape.raters,
            "documents": self.documents,
            "tokens": self.counted("tokens"),
            "tokens_tagged": self.counted("tagged"),
            "entities": self.counted("items"),
            "fleiss": {level: rounded["fleiss", level] for level in LEVELS},
            "alpha": {level: rounded["alpha", level] for level in LEVELS},
            "cohen": {
                name: {level: rounded["cohen", name, level] for level in ("token", "tagged")}
                for name in names
            },
            "f1": {name: rounded["f1", name] for name in (*names, MEAN)},
            "f1_overlapping": {name: rounded["overlapping", name] for name in (*names, MEAN)},
            "labels": {
                label: {
                    "spans": self.counted("given", label),
                    **{
                        name: rounded["label", label, part]
                        for name, part in (
                            ("f1", "f1"), ("f1_overlapping", "overlapping"), ("fleiss", "kappa")
                        )
                    },
                }
                for label in labels
            },
            "type_share": rounded["type_share",],
            "entities_unanimous": self.counted("unanimous"),
            "entities_type_only": self.counted("type_only"),
            "clusters": {kind: self.counted("cluster", kind) for kind in CLUSTERS},
            "confusion": {
                label: {
                    "labels": {other: self.gathered.confused[label, other] for other in labels},
                    "other_borders": self.gathered.confused[label, OTHER_BORDERS],
                    "none": self.gathered.confused[label, NOTHING],
                }
                for label in labels
            },
            "intervals": {
                ".".join(named(key)): [round(each.low, 6), round(each.high, 6)]
                for key, each in self.intervals.items()
                if key not in self.undefined
            },
            "bootstrap": {"resamples": RESAMPLES, "level": LEVEL, "seed": SEED},
            "undefined": {".".join(named(key)): why for key, why in self.undefined.items()},
            "examples": {kind: _example(each) for kind, each in self.gathered.examples.items()},
            "tokenizations_differ": self.gathered.retokenized,
            "spans_overlapping": self.gathered.overlapping,
            "spans_cutting_tokens": self.gathered.cutting,
            "spans_without_token": self.gathered.off,
        }  # fmt: skip

    def _rounded(self, key: Key) -> float | None:
        found = self.figure(*key)
        return None if found is None else round(found, 6)


def agreement(gathered: Gathering) -> Agreement:
    """The figures of what was gathered, with their intervals."""
    sums = gathered.sums
    names = [name for name in gathered.names if name in gathered.there]
    shape = shape_of(sums.keys, gathered.raters, names)
    found = figures(shape, sums.totals)
    return Agreement(
        shape,
        sums.documents,
        sums.totals,
        found,
        reasons(shape, sums.totals, found),
        intervals(sums, shape),
        gathered,
    )


_NAMES = {"overlapping": "f1_overlapping", "label": "labels", "kappa": "fleiss"}


def named(key: Key) -> Key:
    """The name of a figure as the report's keys have it: the way to it."""
    match key:
        case ("label", label, part):
            return "labels", label, _NAMES.get(part, part)
        case (first, *rest):
            return _NAMES.get(first, first), *rest
    return key


def _example(example: Example) -> dict[str, Any]:
    return {
        "document": example.document,
        "start": example.start,
        "end": example.end,
        "text": example.text[example.start - example.offset : example.end - example.offset],
        "versions": {name: list(map(list, each)) for name, each in example.versions.items()},
    }
