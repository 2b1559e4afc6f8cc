"""Where annotators agree on a text and where they differ: their spans in clusters, aligned.

Pure: spans and tokens in, clusters out. Knows no store, no screen and no gold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, TypeAlias

from tonemark.corpus.corrections import touching
from tonemark.tokenizers.base import Token

Kind = Literal["agreed", "label", "boundary", "presence", "tokens"]
"""How the annotators' versions of a cluster stand to each other."""

DIFFERENT: tuple[Kind, ...] = ("label", "boundary", "presence", "tokens")
"""The kinds of clusters on which annotators differ."""

Marked: TypeAlias = tuple[int, int, str]
"""A span as annotators can agree on it: start and end in code points, label."""

Version: TypeAlias = tuple[Marked, ...]
"""What one annotator has in a cluster, in order; empty where she has nothing there."""


class Cluster(NamedTuple):
    """Spans that share a token with each other, directly or by way of others, of all annotators.

    It reaches from `start` to `end`, in code points; `versions` has one for each annotator, in the
    order in which they were given.
    """

    start: int
    end: int
    kind: Kind
    versions: tuple[Version, ...]

    @property
    def agreed(self) -> bool:
        """Whether all annotators have the same there."""
        return self.kind == "agreed"

    def majority(self) -> Version | None:
        """What more than half of the annotators have there; None where no version is."""
        version, count = Counter(self.versions).most_common(1)[0]
        return version if 2 * count > len(self.versions) else None


def clusters(
    annotations: Sequence[Iterable[Marked]], tokens: Sequence[Sequence[Token]]
) -> tuple[Cluster, ...]:
    """The clusters of a text, in order.

    `annotations` has the spans of each annotator, `tokens` her tokens, both in one order. Two spans
    belong together where both cover a part of one token of the common refinement (`refined`), or
    share a code point. The kind is `presence` where somebody has nothing there, else `boundary`
    where borders differ, else `label`; where borders differ and so do the annotators' tokens
    there, it is `tokens`.
    """
    common = refined(tokens)
    found = sorted(
        (*_covered(span, common), who, span)
        for who, spans in enumerate(annotations)
        for span in set(spans)
    )
    made: list[Cluster] = []
    reach = -1
    group: list[tuple[int, Marked]] = []
    for start, end, who, span in found:
        if group and start >= reach:
            made.append(_cluster(group, tokens))
            group = []
        reach = max(reach, end) if group else end
        group.append((who, span))
    if group:
        made.append(_cluster(group, tokens))
    return tuple(made)


def refined(tokens: Sequence[Sequence[Token]]) -> tuple[Token, ...]:
    """The common refinement of several tokenizations of one text: cut wherever one of them is cut,
    and what none of them has as a token left out. The same object where all are equal."""
    first, *others = tokens
    if all(other is first or other == first for other in others):
        return tuple(first)
    edges: dict[int, int] = {}
    for each in tokens:
        for start, end in each:
            edges[start] = edges.get(start, 0) + 1
            edges[end] = edges.get(end, 0) - 1
    cut: list[Token] = []
    depth, last = 0, 0
    for at in sorted(edges):
        if depth:
            cut.append(Token(last, at))
        depth, last = depth + edges[at], at
    return tuple(cut)


def _covered(span: Marked, tokens: Sequence[Token]) -> tuple[int, int]:
    """The code points of all tokens that a span shares one with; its own where there is none."""
    start, end, _ = span
    over = touching(tokens, start, end)
    return (min(start, over[0].start), max(end, over[-1].end)) if over else (start, end)


def _cluster(group: list[tuple[int, Marked]], tokens: Sequence[Sequence[Token]]) -> Cluster:
    start = min(span[0] for _, span in group)
    end = max(span[1] for _, span in group)
    versions: list[list[Marked]] = [[] for _ in tokens]
    for who, span in group:
        versions[who].append(span)
    return Cluster(start, end, _kind(versions, tokens, start, end), tuple(map(tuple, versions)))


def _kind(
    versions: list[list[Marked]], tokens: Sequence[Sequence[Token]], start: int, end: int
) -> Kind:
    for version in versions:
        version.sort()
    first = versions[0]
    if all(version == first for version in versions):
        return "agreed"
    if not all(versions):
        return "presence"
    borders = [[(span[0], span[1]) for span in version] for version in versions]
    if all(each == borders[0] for each in borders):
        return "label"
    cuts = [tuple(touching(each, start, end)) for each in tokens]
    return "boundary" if all(each == cuts[0] for each in cuts) else "tokens"
