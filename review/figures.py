"""The figures of agreement, as functions of sums of documents (`sums.py`).

Written so that one formula serves a number and an array of them, one a resample (`intervals.py`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from tonemark.review.sums import Key

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

Number: TypeAlias = "float | NDArray[numpy.float64]"
"""A figure, or one a resample; NaN where it is undefined."""

LEVELS = ("token", "token_tagged", "entity")
"""On what items the coefficients of all annotators are computed: all tokens, those that somebody
tagged, and the stretches that somebody has as a span."""

MEAN = "mean"


class Shape(NamedTuple):
    """Of what there are figures: how many annotators accepted a document, and the names that occur.

    `pairs` are all pairs of annotators; those who never accepted the same document have no figure.
    """

    raters: int
    annotators: tuple[str, ...]
    tags: tuple[str, ...]
    categories: tuple[Key, ...]
    labels: tuple[str, ...]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """All pairs of annotators, in their order."""
        return list(combinations(self.annotators, 2))


def shape_of(keys: Iterable[Key], raters: int, annotators: Sequence[str]) -> Shape:
    """The shape of sums with these keys, of documents that `raters` annotators accepted."""
    tags, categories, labels = set(), set(), set()
    for key in keys:
        match key:
            case ("tag", tag):
                tags.add(tag)
            case ("category", *given):
                categories.add(tuple(given))
            case ("given", label):
                labels.add(label)
    return Shape(
        raters,
        tuple(annotators),
        tuple(sorted(tags)),
        tuple(sorted(categories)),
        tuple(sorted(labels)),
    )


def pair_name(pair: tuple[str, str]) -> str:
    """How a pair of annotators is named in a report."""
    return ":".join(pair)


def figures(shape: Shape, sums: Mapping[Key, Number]) -> dict[Key, Number]:
    """All figures, by name; NaN where one is undefined.

    `fleiss LEVEL` and `alpha LEVEL`; `cohen PAIR token` and `tagged`; `f1 PAIR`,
    `overlapping PAIR` and those of `mean`; `label LABEL f1`, `overlapping`, `kappa`; `type_share`.
    """
    found: dict[Key, Number] = {}
    raters = shape.raters
    token_counts = [sums["tag", tag] for tag in shape.tags]
    item_counts = [sums["category", *each] for each in shape.categories]
    for level, items, differing, counts in (
        ("token", sums["tokens",], sums["differing",], token_counts),
        ("token_tagged", sums["tagged",], sums["differing",], token_counts),
        ("entity", sums["items",], sums["apart",], item_counts),
    ):
        found["fleiss", level] = fleiss(items, raters, differing, counts)
        found["alpha", level] = alpha(items, raters, differing, counts)
    for pair in shape.pairs:
        _add_pair(found, shape, sums, pair)
    for name in ("f1", "overlapping"):
        found[name, MEAN] = mean([found[name, pair_name(pair)] for pair in shape.pairs])
    for label in shape.labels:
        _add_label(found, shape, sums, label)
    disagreed = sums["items",] - sums["unanimous",]
    found["type_share",] = _where(
        sums["items",] > 0, ratio(sums["type_only",], disagreed, otherwise=0.0), math.nan
    )
    return found


def _add_pair(
    found: dict[Key, Number], shape: Shape, sums: Mapping[Key, Number], pair: tuple[str, str]
) -> None:
    of: Key = ("pair", *pair)
    name = pair_name(pair)
    both = [(sums[*of, "first", tag], sums[*of, "second", tag]) for tag in shape.tags]
    for level, items in (("token", sums[*of, "tokens"]), ("tagged", sums[*of, "tagged"])):
        found["cohen", name, level] = cohen(items, sums[*of, "differing"], both)
    spans = total([sums[*of, "spans", label] for label in shape.labels])
    equal = total([sums[*of, "equal", label] for label in shape.labels])
    more = total([sums[*of, "touching", label] for label in shape.labels])
    found["f1", name] = ratio(2 * equal, spans)
    found["overlapping", name] = ratio(2 * (equal + more), spans)


def _add_label(
    found: dict[Key, Number], shape: Shape, sums: Mapping[Key, Number], label: str
) -> None:
    exact, overlapping = [], []
    for pair in shape.pairs:
        of: Key = ("pair", *pair)
        spans, equal = sums[*of, "spans", label], sums[*of, "equal", label]
        exact.append(ratio(2 * equal, spans))
        overlapping.append(ratio(2 * (equal + sums[*of, "touching", label]), spans))
    found["label", label, "f1"] = mean(exact)
    found["label", label, "overlapping"] = mean(overlapping)
    found["label", label, "kappa"] = fleiss(
        sums["items",], shape.raters, sums["split", label], [sums["given", label]]
    )


def fleiss(items: Number, raters: int, differing: Number, counts: Sequence[Number]) -> Number:
    """Fleiss' kappa (Fleiss 1971, Psychological Bulletin 76:378-382): items that `raters` each put
    into a category.

    `differing` counts the pairs of raters, over all items, who differ; `counts` the items of each
    category, over all raters, but for one category, which has the rest. Undefined without items,
    and where all is of one category.
    """
    ratings = items * raters
    observed = 1 - ratio(differing, items * (raters * (raters - 1) / 2))
    chance = ratio(_squares(ratings, counts), ratings * ratings)
    return ratio(observed - chance, 1 - chance)


def alpha(items: Number, raters: int, differing: Number, counts: Sequence[Number]) -> Number:
    """Krippendorff's alpha for nominal data without gaps (Krippendorff, Content Analysis, 4th ed.,
    2019, chapter 12): as `fleiss`, chance being that of drawing two ratings without putting back.
    """
    ratings = items * raters
    observed = ratio(differing, items * (raters * (raters - 1) / 2))
    chance = ratio(ratings * ratings - _squares(ratings, counts), ratings * (ratings - 1))
    return 1 - ratio(observed, chance)


def cohen(items: Number, differing: Number, counts: Sequence[tuple[Number, Number]]) -> Number:
    """Cohen's kappa (Cohen 1960, Educational and Psychological Measurement 20:37-46) of two raters.

    `counts` are the items of each category, by the first and by the second, but for one category,
    which has the rest. Undefined without items, and where both have all in one category.
    """
    observed = 1 - ratio(differing, items)
    rest = (items - total([a for a, _ in counts])) * (items - total([b for _, b in counts]))
    chance = ratio(total([a * b for a, b in counts]) + rest, items * items)
    return ratio(observed - chance, 1 - chance)


def _squares(ratings: Number, counts: Sequence[Number]) -> Number:
    rest = ratings - total(counts)
    return total([count * count for count in counts]) + rest * rest


def total(numbers: Iterable[Number]) -> Number:
    """The sum; 0 of none."""
    found: Number = 0.0
    for number in numbers:
        found = found + number
    return found


def mean(numbers: Sequence[Number]) -> Number:
    """The mean of those that are defined, undefined where none is."""
    defined = [_where(number == number, 1.0, 0.0) for number in numbers]
    known = [_where(number == number, number, 0.0) for number in numbers]
    return ratio(total(known), total(defined))


def ratio(above: Number, below: Number, otherwise: float = math.nan) -> Number:
    """A quotient; `otherwise` where it would be divided by 0."""
    if not isinstance(below, (int, float)):
        import numpy

        filled = numpy.full(numpy.broadcast_shapes(numpy.shape(above), below.shape), otherwise)
        quotient = numpy.divide(above, below, out=filled, where=below != 0)
        return cast("NDArray[numpy.float64]", quotient)
    if below == 0:
        return otherwise if isinstance(above, (int, float)) else above * 0 + otherwise
    return above / below


def _where(condition: object, then: Number, otherwise: Number) -> Number:
    if isinstance(condition, bool):
        return then if condition else otherwise
    import numpy

    return cast("NDArray[numpy.float64]", numpy.where(condition, then, otherwise))  # type: ignore[call-overload]


def reasons(shape: Shape, sums: Mapping[Key, float], found: Mapping[Key, Number]) -> dict[Key, str]:
    """Why figures are undefined, for those that are."""
    return {key: _reason(key, shape, sums) for key, figure in found.items() if figure != figure}


def _reason(key: Key, shape: Shape, sums: Mapping[Key, float]) -> str:
    pairs = {pair_name(pair): ("pair", *pair) for pair in shape.pairs}
    match key:
        case ("fleiss" | "alpha", "token"):
            return NO_TOKENS if not sums["tokens",] else SAME_TAG
        case ("fleiss" | "alpha", "token_tagged"):
            return NO_TAG if not sums["tagged",] else SAME_TAG
        case ("fleiss" | "alpha", "entity"):
            return NO_SPANS if not sums["items",] else SAME_LABEL
        case ("cohen", name, level):
            of = pairs[name]
            if not sums[*of, "documents"]:
                return APART
            if level == "token":
                return NO_TOKENS if not sums[*of, "tokens"] else SAME_TAG
            return NO_TAG if not sums[*of, "tagged"] else SAME_TAG
        case ("f1" | "overlapping", name) if name != MEAN:
            return NO_SPANS if sums[*pairs[name], "documents"] else APART
        case ("label", *_):
            return SAME_LABEL
        case _:
            return NO_SPANS


NO_TOKENS = "there are no tokens"
NO_TAG = "no token has a tag other than O"
NO_SPANS = "nobody marked a span"
SAME_TAG = "nothing varies: everybody gave every token there the same tag"
SAME_LABEL = "nothing varies: every stretch has the same label from everybody"
APART = "no document that both accepted"
