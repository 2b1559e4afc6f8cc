"""How good a model is on documents that it has not learnt from: precision, recall and F1 of exact
spans, with intervals, and what kind of errors it makes.

Pure: spans in, figures out. Knows no model, no store and no screen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

from tonemark.review.compare import Marked, Version, clusters
from tonemark.review.figures import Number, ratio, total
from tonemark.review.intervals import LEVEL, RESAMPLES, SEED, Interval, intervals_of
from tonemark.review.sums import NOTHING, OTHER_BORDERS, Key, Sums, opposite
from tonemark.training.outcome import Scored

ErrorKind: TypeAlias = Literal["label", "boundary", "missed", "spurious"]
"""As annotators differ (`review.compare`): the same borders with another label; other borders;
and where one of the two has nothing, the model (missed) or the people (spurious)."""

ERRORS: tuple[ErrorKind, ...] = ("label", "boundary", "missed", "spurious")

FIGURES = ("precision", "recall", "f1")


class Error(NamedTuple):
    """A place where a model is wrong, from `start` to `end` in code points: what people have there
    and what it has; `score` is the highest of its spans there, 0 where it has none."""

    key: str
    kind: ErrorKind
    start: int
    end: int
    gold: Version
    predicted: Version
    score: float = 0.0

    @property
    def sides(self) -> tuple[str, ...]:
        """How borders differ: "begins early", "begins late", "ends early", "ends late" of one span
        for one; "cut apart" of several for one, "run together" of one for several, else "mixed"."""
        if self.kind != "boundary":
            return ()
        match self.gold, self.predicted:
            case ((start, end, _),), ((first, last, _),):
                begins = ("begins early",) * (first < start) + ("begins late",) * (first > start)
                return begins + ("ends early",) * (last < end) + ("ends late",) * (last > end)
            case (_,), _:
                return ("cut apart",)
            case _, (_,):
                return ("run together",)
            case _:
                return ("mixed",)


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of some documents, by name (`figures`), NaN where undefined.

    `confused` counts, of each label that people gave, what the model has there: its label where it
    has that very stretch, else `OTHER_BORDERS` or `NOTHING`. `errors` are in order of documents.
    """

    documents: int
    labels: tuple[str, ...]
    totals: Mapping[Key, int]
    figures: Mapping[Key, Number]
    intervals: Mapping[Key, Interval]
    confused: Counter[tuple[str, str]]
    errors: tuple[Error, ...]

    def figure(self, *key: str) -> float | None:
        """`precision`, `recall` or `f1`, or `label LABEL` and one of them; None where undefined:
        there are no spans of which it would be a share."""
        found = self.figures.get(key, float("nan"))
        return float(found) if found == found else None

    def counted(self, what: str, label: str = "") -> int:
        """How many spans are `gold`, `predicted` or `right` (of both), of a label or of all."""
        names = (label,) if label else self.labels
        return sum(self.totals.get((what, name), 0) for name in names)

    def kinds(self) -> Counter[ErrorKind]:
        """How many errors there are of each kind."""
        return Counter(error.kind for error in self.errors)

    def sides(self) -> Counter[str]:
        """At which side borders differ, the commonest first."""
        counts = Counter(side for error in self.errors for side in error.sides)
        return Counter(dict(counts.most_common()))

    def examples(self, kind: ErrorKind) -> list[Error]:
        """The errors of a kind, those first of which the model is surest (they may be errors of
        people's), and one a document before the second of any."""
        seen: Counter[str] = Counter()
        ordered = []
        found = (each for each in self.errors if each.kind == kind)
        for error in sorted(found, key=lambda each: -each.score):
            ordered.append((seen[error.key], error))
            seen[error.key] += 1
        return [error for _, error in sorted(ordered, key=lambda each: each[0])]

    def to_json(self) -> dict[str, Any]:
        """As `--json` gives it; figures to six decimals, undefined ones null."""
        kinds = self.kinds()
        return {
            "documents": self.documents,
            **self._shown(),
            "labels": {label: self._shown(label) for label in self.labels},
            "errors": {kind: kinds[kind] for kind in ERRORS},
            "boundary": dict(self.sides()),
            "confusion": self._confusion(),
            "bootstrap": {"resamples": RESAMPLES, "level": LEVEL, "seed": SEED},
        }

    def _confusion(self) -> dict[str, dict[str, Any]]:
        """What the model has where people have each label; pairs that do not occur are left out: of
        a thousand labels there would be a million."""
        found: dict[str, dict[str, Any]] = {
            label: {
                "labels": {},
                "other_borders": self.confused[label, OTHER_BORDERS],
                "none": self.confused[label, NOTHING],
            }
            for label in self.labels
        }
        for (label, other), number in sorted(self.confused.items()):
            if number and other not in (OTHER_BORDERS, NOTHING):
                found[label]["labels"][other] = number
        return found

    def _shown(self, label: str = "") -> dict[str, Any]:
        of = ("label", label) if label else ()
        found: dict[str, Any] = {}
        for name in FIGURES:
            figure = self.figure(*of, name)
            found[name] = None if figure is None else round(figure, 6)
        found |= {what: self.counted(what, label) for what in ("gold", "predicted", "right")}
        found["intervals"] = {
            name: [round(each.low, 6), round(each.high, 6)]
            for name in FIGURES
            if (each := self.intervals.get((*of, name))) and self.figure(*of, name) is not None
        }
        return found


def score(documents: Iterable[Scored]) -> Scores:
    """The scores of a model on documents: exact spans, micro-averaged over labels, as the shared
    task of CoNLL-2003 counts them (Tjong Kim Sang and De Meulder 2003). A span given twice counts
    once."""
    sums = Sums()
    confused: Counter[tuple[str, str]] = Counter()
    errors: list[Error] = []
    for each in documents:
        gold, predicted = set(each.gold), {span[:3] for span in each.found}
        right = gold & predicted
        counts: Counter[Key] = Counter()
        for what, spans in (("gold", gold), ("predicted", predicted), ("right", right)):
            counts.update((what, label) for _, _, label in spans)
        sums.add(counts)
        confused.update((label, label) for _, _, label in right)
        missing = sorted(gold - right)
        confused.update(opposite(missing, predicted))
        errors += _errors(each, missing, sorted(predicted - right))
    labels = tuple(sorted({label for _, label in sums.keys}))
    computed = partial(figures, labels)
    return Scores(
        sums.documents,
        labels,
        sums.totals,
        computed(sums.totals),
        intervals_of(sums, computed),
        confused,
        tuple(errors),
    )


def figures(labels: Sequence[str], sums: Mapping[Key, Number]) -> dict[Key, Number]:
    """Precision, recall and F1 of all labels and `label LABEL` of each; NaN where undefined. F1 is
    twice the right ones among all of both: 0, and not undefined, where nothing was predicted."""
    found: dict[Key, Number] = {}
    for of, names in ((), labels), *((("label", label), (label,)) for label in labels):
        gold, predicted, right = (
            total([sums[what, name] for name in names]) for what in ("gold", "predicted", "right")
        )
        found[*of, "precision"] = ratio(right, predicted)
        found[*of, "recall"] = ratio(right, gold)
        found[*of, "f1"] = ratio(2 * right, gold + predicted)
    return found


def _errors(
    document: Scored, missing: Sequence[Marked], wrong: Sequence[Marked]
) -> Iterable[Error]:
    """What is left when the right ones are taken away, in clusters."""
    if not missing and not wrong:
        return
    scores = {span[:3]: span.score for span in document.found}
    for cluster in clusters((missing, wrong), ((), ())):
        gold, predicted = cluster.versions
        kind: ErrorKind
        if not predicted:
            kind = "missed"
        elif not gold:
            kind = "spurious"
        else:
            kind = "label" if cluster.kind == "label" else "boundary"
        surest = max((scores[span] for span in predicted), default=0.0)
        yield Error(document.key, kind, cluster.start, cluster.end, gold, predicted, surest)
