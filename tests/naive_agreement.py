"""Agreement written straight from the definitions: item by item, with fractions, no sums."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import combinations, permutations
from typing import NamedTuple, TypeAlias

Marked: TypeAlias = tuple[int, int, str]


class Text(NamedTuple):
    """Tokens by their borders, and each annotator's spans, none of which overlap each other."""

    tokens: tuple[tuple[int, int], ...]
    spans: dict[str, set[Marked]]

    def tags(self, name: str) -> list[str]:
        """The tag of each token; all spans lie on tokens."""
        tags = []
        for start, end in self.tokens:
            here = [span for span in self.spans[name] if span[0] < end and start < span[1]]
            tags.append(f"{'B' if here[0][0] == start else 'I'}-{here[0][2]}" if here else "O")
        return tags


def token_items(texts: Sequence[Text], *, tagged: bool) -> list[tuple[str, ...]]:
    """A row a token: the tags that those who accepted the text gave it."""
    rows = [row for text in texts for row in zip(*map(text.tags, text.spans), strict=True)]
    return [row for row in rows if not tagged or set(row) != {"O"}]


def entity_items(texts: Sequence[Text]) -> list[tuple[str, ...]]:
    """A row a stretch: the label that each gave to exactly it, or O."""
    rows = []
    for text in texts:
        stretches = {span[:2] for spans in text.spans.values() for span in spans}
        for stretch in sorted(stretches):
            by = [{s[:2]: s[2] for s in spans}.get(stretch, "O") for spans in text.spans.values()]
            rows.append(tuple(by))
    return rows


def fleiss(rows: Sequence[Sequence[Hashable]]) -> float:
    """Fleiss (1971), as he writes it."""
    if not rows:
        return math.nan
    raters = len(rows[0])
    each = [Counter(row) for row in rows]
    shares = Counter(value for row in rows for value in row)
    observed = sum(
        Fraction(sum(n * n for n in row.values()) - raters, raters * (raters - 1)) for row in each
    ) / len(rows)
    chance = sum(Fraction(n, len(rows) * raters) ** 2 for n in shares.values())
    return math.nan if chance == 1 else float((observed - chance) / (1 - chance))


def alpha(rows: Sequence[Sequence[Hashable]]) -> float:
    """Krippendorff (2019), by the matrix of coincidences."""
    coincidences: Counter[tuple[Hashable, Hashable]] = Counter()
    for row in rows:
        for one, other in permutations(range(len(row)), 2):
            coincidences[row[one], row[other]] += Fraction(1, len(row) - 1)
    margins: Counter[Hashable] = Counter()
    for (one, _), number in coincidences.items():
        margins[one] += number
    n = sum(margins.values())
    expected = sum(a * b for (x, a) in margins.items() for (y, b) in margins.items() if x != y)
    if not expected:
        return math.nan
    differing = sum(number for (one, other), number in coincidences.items() if one != other)
    return float(1 - (n - 1) * differing / expected)


def cohen(rows: Sequence[tuple[Hashable, Hashable]]) -> float:
    """Cohen (1960)."""
    if not rows:
        return math.nan
    first, second = Counter(a for a, _ in rows), Counter(b for _, b in rows)
    observed = Fraction(sum(a == b for a, b in rows), len(rows))
    chance = sum(Fraction(first[value] * second[value], len(rows) ** 2) for value in first)
    return math.nan if chance == 1 else float((observed - chance) / (1 - chance))


def f1(pairs: Sequence[tuple[set[Marked], set[Marked]]]) -> float:
    """Exact span F1, micro."""
    spans = sum(len(a) + len(b) for a, b in pairs)
    return 2 * sum(len(a & b) for a, b in pairs) / spans if spans else math.nan


def overlapping_f1(pairs: Sequence[tuple[set[Marked], set[Marked]]]) -> float:
    """The same with the most spans that can be matched one to one, by overlap and label."""
    spans = sum(len(a) + len(b) for a, b in pairs)
    matched = sum(_most(sorted(a), frozenset(b)) for a, b in pairs)
    return 2 * matched / spans if spans else math.nan


def _most(first: list[Marked], second: frozenset[Marked]) -> int:
    if not first:
        return 0
    (start, end, label), rest = first[0], first[1:]
    best = _most(rest, second)
    for other in second:
        if other[2] == label and other[0] < end and start < other[1]:
            best = max(best, 1 + _most(rest, second - {other}))
    return best


def pairs_of(texts: Sequence[Text]) -> list[tuple[str, str]]:
    """All pairs of annotators, by name."""
    return list(combinations(sorted({name for text in texts for name in text.spans}), 2))


def shared(texts: Sequence[Text], pair: tuple[str, str]) -> list[Text]:
    """The texts that both accepted."""
    return [text for text in texts if set(pair) <= text.spans.keys()]


def mean(numbers: Sequence[float]) -> float:
    """Of those that are defined."""
    known = [number for number in numbers if not math.isnan(number)]
    return sum(known) / len(known) if known else math.nan
