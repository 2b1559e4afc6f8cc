"""What the learner reads and says: sentences with spans, and the tags that a chain of tokens wears
for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Span = tuple[int, int, str]
"""First token, the token after the last, label."""


class Sentence(NamedTuple):
    """A whole document: its tokens in order, without white space, and what is labelled in them."""

    words: tuple[str, ...]
    spans: tuple[Span, ...]


class Found(NamedTuple):
    """A span (tokens, end exclusive) and the probability that exactly it is right, 0 to 1."""

    start: int
    end: int
    label: str
    score: float


class Tagged(NamedTuple):
    """What a learner would label in a document, in order, not overlapping unless it has learnt to;
    `doubt`, 0 or more, is how unsure it is of the whole document."""

    found: tuple[Found, ...]
    doubt: float


def tags_of(sentence: Sentence, labels: Sequence[str]) -> list[int]:
    """The tag of each token: 0 outside, 1 + 2k where a span of the k-th label begins, 2 + 2k where
    it goes on (BIO; Ramshaw and Marcus 1995). Of spans that overlap the longest stay, of equally
    long ones the first; spans of other labels, empty ones, and those outside the text are passed
    over."""
    number = {label: at for at, label in enumerate(labels)}
    tags = [0] * len(sentence.words)
    for start, end, label in by_length(sentence.spans):
        if label not in number or not 0 <= start < end <= len(tags) or any(tags[start:end]):
            continue
        begins = 1 + 2 * number[label]
        tags[start:end] = [begins, *[begins + 1] * (end - start - 1)]
    return tags


def by_length(spans: Iterable[Span]) -> list[Span]:
    """The longest first, then in order."""
    return sorted(spans, key=lambda span: (span[0] - span[1], span))


def best_apart(found: Iterable[Found], least: float) -> tuple[Found, ...]:
    """The spans that do not overlap, with the highest sum of score above `least`, in order."""
    ranked = sorted((each for each in found if each.score > least), key=lambda each: each.end)
    ends = [each.end for each in ranked]
    totals = [0.0]
    chosen: list[tuple[int, Found | None]] = [(0, None)]
    for at, each in enumerate(ranked):
        before = bisect_right(ends, each.start, 0, at)
        total = totals[before] + each.score - least
        if total > totals[at]:
            totals.append(total)
            chosen.append((before, each))
        else:
            totals.append(totals[at])
            chosen.append((at, None))
    apart: list[Found] = []
    at = len(ranked)
    while at:
        at, span = chosen[at]
        if span is not None:
            apart.append(span)
    return tuple(reversed(apart))
