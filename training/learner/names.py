"""The names that were labelled in sentences, matched in others: what a gazetteer would say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from tonemark.training.learner.spans import Sentence

Name = tuple[str, ...]
"""Lower-cased words."""

LONGEST = 12
"""Words of a name that is looked up, at most."""


class Names(NamedTuple):
    """How many sentences have a name under a label (its number), and a word as part of one."""

    whole: Mapping[Name, Mapping[int, int]]
    parts: Mapping[str, Mapping[int, int]]


class Own(NamedTuple):
    """The names of one sentence, each with its label, and the words that are part of one."""

    whole: frozenset[tuple[Name, int]]
    parts: frozenset[tuple[str, int]]


NOTHING_OWN = Own(frozenset(), frozenset())


def own_names(sentence: Sentence, labels: Sequence[str]) -> Own:
    """What a sentence itself adds to the names."""
    number = {label: at for at, label in enumerate(labels)}
    whole = {
        (tuple(word.lower() for word in sentence.words[start:end]), number[label])
        for start, end, label in sentence.spans
        if label in number and 0 < end - start <= LONGEST
    }
    return Own(frozenset(whole), frozenset((word, label) for name, label in whole for word in name))


def counted(owned: Iterable[Own]) -> Names:
    """The names of these sentences together."""
    whole: dict[Name, dict[int, int]] = {}
    parts: dict[str, dict[int, int]] = {}
    for own in owned:
        for name, label in own.whole:
            by_label = whole.setdefault(name, {})
            by_label[label] = by_label.get(label, 0) + 1
        for word, label in own.parts:
            by_label = parts.setdefault(word, {})
            by_label[label] = by_label.get(label, 0) + 1
    return Names(whole, parts)


def matched(names: Names, lowered: Sequence[str], own: Own, found: list[list[str]]) -> None:
    """Add to what each word shows where names of other sentences stand: from left to right, the
    longest first. What a sentence adds itself does not count: a chain that could see its own
    answer there would trust the list blindly."""
    whole, parts = names
    count = len(lowered)
    next_free = 0
    for at, word in enumerate(lowered):
        labels = parts.get(word)
        if labels is None:
            continue
        for label, times in sorted(labels.items()):
            if times > ((word, label) in own.parts):
                found[at].append(f"G{label}")
        if at < next_free:
            continue
        for size in range(min(LONGEST, count - at), 0, -1):
            name = tuple(lowered[at : at + size])
            known = [
                label
                for label, times in sorted(whole.get(name, _NONE).items())
                if times > ((name, label) in own.whole)
            ]
            if not known:
                continue
            next_free = at + size
            for label in known:
                found[at].append(f"GB{label}")
                for inside in range(at + 1, next_free):
                    found[inside].append(f"GI{label}")
                if at:
                    found[at - 1].append(f"G<{label}")
                if next_free < count:
                    found[next_free].append(f"G>{label}")
            break


_NONE: Mapping[int, int] = {}
