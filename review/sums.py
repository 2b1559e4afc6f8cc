"""What agreement is made of: each document's counts, which add up, so that every figure is a
function of sums of documents, and of sums of any sample of them.

Pure: spans and tokens in, counts out. Knows no store and no formula.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple, TypeAlias

from tonemark.review.compare import Cluster, Marked, clusters, refined
from tonemark.tokenizers.base import Token

Key: TypeAlias = tuple[str, ...]
"""What is counted: a kind of count, then what it is of.

`tokens`, `tagged` (tokens that somebody tagged), `differing` (pairs of annotators, over all tokens,
whose tags differ), `tag TAG` (tokens, over all annotators, that have it); `items` (stretches that
somebody has as a span), `unanimous`, `type_only`, `apart` (pairs of annotators, over all items,
whose labels differ), `category LABELS`, `given LABEL` and `split LABEL` (pairs of annotators one of
whom gave it); `cluster KIND`. Of a pair A, B: `pair A B documents`, `tokens`, `tagged`,
`differing`, `first TAG`, `second TAG`, `spans LABEL` (of both), `equal LABEL`, `touching LABEL`.
"O" and having no span are not counted: they are what is left.
"""

OTHER_BORDERS, NOTHING = " other borders", " none"
"""Columns of the table of confusions besides the labels, none of which begins with a blank."""


class Work(NamedTuple):
    """What one annotator said of a document: her spans, and the tokens as she has them.

    `tags`, one a token, are those of a file of columns, taken as they stand there; without, they
    are made of the spans (`tagged`).
    """

    annotator: str
    spans: Sequence[Marked]
    tokens: Sequence[Token]
    tags: Sequence[str] | None = None


class Tagging(NamedTuple):
    """The tags of spans: by the token's index, "O" left out; and how many of the spans share a
    token with a longer one and so gave none, cut a token, or lie on no token."""

    tags: dict[int, str]
    overlapping: int = 0
    cutting: int = 0
    off: int = 0


def tagged(spans: Iterable[Marked], tokens: Sequence[Token]) -> Tagging:
    """The BIO tags that spans give to tokens.

    A token that a span covers in part has its tag. Of spans that share a token the one with more
    tokens counts, else the one that begins first: as spaCy's `filter_spans` chooses.
    """
    starts, ends = [token.start for token in tokens], [token.end for token in tokens]
    tags: dict[int, str] = {}
    overlapping = cutting = off = 0
    found = []
    for start, end, label in set(spans):
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        if first >= last:
            off += 1
            continue
        cutting += starts[first] < start or end < ends[last - 1]
        found.append((first - last, first, start - end, start, label, last))
    for _, first, _, _, label, last in sorted(found):
        if any(index in tags for index in range(first, last)):
            overlapping += 1
            continue
        tags[first] = f"B-{label}"
        for index in range(first + 1, last):
            tags[index] = f"I-{label}"
    return Tagging(tags, overlapping, cutting, off)


class Compared(NamedTuple):
    """A document compared: its counts, its clusters, and what is told beside the figures.

    `confused` counts, of each label that one of a pair gave, what the other has there.
    `taggings` has one for each annotator who has no tags of her own.
    """

    counts: Counter[Key]
    clusters: tuple[Cluster, ...]
    confused: Counter[tuple[str, str]]
    taggings: tuple[Tagging, ...]
    retokenized: bool


def compared(works: Sequence[Work]) -> Compared:
    """The counts of a document, of what two annotators or more said of it.

    Tags are compared on the tokens common to all, their common refinement.
    """
    tokens = [work.tokens for work in works]
    common = refined(tokens)
    counts: Counter[Key] = Counter()
    taggings = tuple(tagged(work.spans, common) for work in works if work.tags is None)
    made = iter(taggings)
    tags = [
        next(made).tags
        if work.tags is None
        else {index: tag for index, tag in enumerate(work.tags) if tag != "O"}
        for work in works
    ]
    spans = [set(work.spans) for work in works]
    _count_tokens(counts, len(common), tags)
    _count_items(counts, spans)
    confused: Counter[tuple[str, str]] = Counter()
    used = [Counter(each.values()) for each in tags]
    labels = [Counter(label for _, _, label in each) for each in spans]
    for a, b in combinations(range(len(works)), 2):
        of: Key = ("pair", works[a].annotator, works[b].annotator)
        counts[*of, "documents"], counts[*of, "tokens"] = 1, len(common)
        if tags[a] or tags[b]:
            shared = sum(tags[b].get(index) == tag for index, tag in tags[a].items())
            both = len(tags[a].keys() | tags[b].keys())
            counts[*of, "tagged"], counts[*of, "differing"] = both, both - shared
            for place, each in (("first", used[a]), ("second", used[b])):
                for tag, number in each.items():
                    counts[*of, place, tag] = number
        for each in (labels[a], labels[b]):
            for label, number in each.items():
                counts[*of, "spans", label] += number
        if spans[a] or spans[b]:
            _count_pair(counts, of, spans[a], spans[b], confused)
    found = clusters(spans, tokens) if any(spans) else ()
    for cluster in found:
        counts["cluster", cluster.kind] += 1
    is_retokenized = any(each is not tokens[0] and each != tokens[0] for each in tokens)
    return Compared(counts, found, confused, taggings, is_retokenized)


def _differing_pairs(values: Sequence[object]) -> int:
    return sum(one != other for one, other in combinations(values, 2))


def _count_tokens(counts: Counter[Key], tokens: int, tags: list[dict[int, str]]) -> None:
    somebodys = set().union(*tags)
    counts["tokens",], counts["tagged",] = tokens, len(somebodys)
    for each in tags:
        for tag in each.values():
            counts["tag", tag] += 1
    if any(each != tags[0] for each in tags):
        counts["differing",] = sum(
            _differing_pairs([each.get(index) for each in tags]) for index in somebodys
        )


def _count_items(counts: Counter[Key], spans: list[set[Marked]]) -> None:
    """Items are the stretches that somebody has; her category is her label there, or none. (Two
    labels on one stretch, where spans may overlap, are a category of their own.)"""
    items: dict[tuple[int, int], list[tuple[str, ...]]] = {}
    nobody: list[tuple[str, ...]] = [()] * len(spans)
    for who, each in enumerate(spans):
        for start, end, label in each:
            given = items.setdefault((start, end), [*nobody])
            given[who] = tuple(sorted((*given[who], label)))
    for given in items.values():
        counts["items",] += 1
        for labels in filter(None, given):
            counts["category", *labels] += 1
            for label in labels:
                counts["given", label] += 1
        differing = _differing_pairs(given)
        if not differing:
            counts["unanimous",] += 1
            continue
        counts["apart",] += differing
        counts["type_only",] += all(given)
        for label in set().union(*given):
            counts["split", label] += _differing_pairs([label in labels for labels in given])


def _count_pair(
    counts: Counter[Key],
    of: Key,
    first: set[Marked],
    second: set[Marked],
    confused: Counter[tuple[str, str]],
) -> None:
    for _, _, label in first & second:
        counts[*of, "equal", label] += 1
        confused[label, label] += 2
    mine, theirs = sorted(first - second), sorted(second - first)
    for label in touching(mine, theirs):
        counts[*of, "touching", label] += 1
    confused.update(opposite(mine, second))
    confused.update(opposite(theirs, first))


def touching(first: Sequence[Marked], second: Sequence[Marked]) -> Iterator[str]:
    """The labels of the spans of two annotators that overlap and have the same label.

    Each span is matched with at most one: that of the other's which ends first, from left to right.
    Where no annotator has spans that overlap each other no other way matches more.
    """
    left = sorted(second, key=_by_end)
    longest = max((last - first for first, last, _ in left), default=0)
    for start, end, label in sorted(first, key=_by_end):
        at = bisect_right(left, start, key=lambda span: span[1])
        while at < len(left) and left[at][1] < end + longest:
            if left[at][2] == label and left[at][0] < end:
                yield label
                del left[at]
                break
            at += 1


def _by_end(span: Marked) -> tuple[int, int, str]:
    start, end, label = span
    return end, start, label


def opposite(spans: Iterable[Marked], others: Iterable[Marked]) -> Iterator[tuple[str, str]]:
    """The label of each span with what another annotator has there: her label, if she has that very
    stretch, else OTHER_BORDERS or NOTHING."""
    by_end = sorted(others, key=_by_end)
    longest = max((last - first for first, last, _ in by_end), default=0)
    for start, end, label in spans:
        at = bisect_right(by_end, start, key=lambda span: span[1])
        before = bisect_left(by_end, end + longest, key=lambda span: span[1])
        there = [other for other in by_end[at:before] if other[0] < end]
        same = [other[2] for other in there if other[:2] == (start, end)]
        yield label, min(same) if same else OTHER_BORDERS if there else NOTHING


class Sums:
    """The counts of many documents: their totals, and a row of each, kept small.

    A row takes 8 bytes a count that is not 0, about half a kilobyte where three annotators tagged
    something.
    """

    def __init__(self) -> None:
        self.keys: dict[Key, int] = {}
        self.totals: Counter[Key] = Counter()
        self.places, self.values, self.ends = array("I"), array("I"), array("Q")

    def add(self, counts: Mapping[Key, int]) -> None:
        """Add a document."""
        for key, count in counts.items():
            if count:
                self.totals[key] += count
                self.places.append(self.keys.setdefault(key, len(self.keys)))
                self.values.append(count)
        self.ends.append(len(self.places))

    @property
    def documents(self) -> int:
        """How many were added."""
        return len(self.ends)
