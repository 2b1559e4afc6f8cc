"""What an accepted annotation says of the names that occur in its document. Knows no store."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from tonemark.corpus.evidence import Verdict, Weighed, is_handed_on
from tonemark.corpus.fates import fates
from tonemark.corpus.model_suggestions import MODEL
from tonemark.corpus.spans import Span, Suggestion
from tonemark.patterns.folds import Folding
from tonemark.patterns.matcher import Found, Matcher, Overlay
from tonemark.tokenizers.base import Token

LONGEST_NAME = 200
"""Code points of a span from which a name is learnt."""


class _Places:
    """The spans of an answer, asked about stretches; `models_teach` as `weigh` has it."""

    def __init__(self, spans: Iterable[Span], *, models_teach: bool) -> None:
        self.spans = sorted(spans)
        self.labels: dict[tuple[int, int], set[str]] = {}
        for span in self.spans:
            self.labels.setdefault((span.start, span.end), set()).add(span.label)
        # What was suggested and she kept: that stands, and teaches nothing.
        self.handed_on = {
            (span.start, span.end, span.label)
            for span in self.spans
            if is_handed_on(span.sources)
            and not (models_teach and all(each.startswith(MODEL) for each in span.sources))
        }
        self._starts = [span.start for span in self.spans]
        self._longest = max((span.end - span.start for span in self.spans), default=0)

    def _near(self, start: int, end: int) -> Iterable[Span]:
        first = bisect_left(self._starts, start - self._longest)
        return self.spans[first : bisect_right(self._starts, end)]

    def is_inside(self, start: int, end: int) -> bool:
        """Whether a stretch lies inside a longer span and is none itself: that says nothing against
        the name (Bank in Bank of Uganda). Counted as wrong, keys rise by half a percent."""
        return (start, end) not in self.labels and any(
            span.start <= start and end <= span.end for span in self._near(start, end)
        )


def weigh(
    text: str,
    tokens: Sequence[Token],
    spans: Sequence[Span],
    *,
    folding: Folding,
    found: Sequence[Found],
    labels: Callable[[set[int]], Mapping[int, str]],
    patterns: Iterable[Suggestion] = (),
    shown: Iterable[Suggestion] = (),
    models_teach: bool = False,
) -> Weighed:
    """What the `spans` of an accept say.

    `found` are all occurrences of names; `labels` gives the labels of entries by number. `patterns`
    are the suggestions of token patterns and expressions for the document, shown or not: they are
    the occurrences of those. `shown` are the suggestions that she saw. With `models_teach` what
    models alone proposed and she kept teaches its name as what she labelled herself: for documents
    that nobody else is to answer, as a model may have it from what others said of them.
    """
    places = _Places(spans, models_teach=models_teach)
    seen: dict[int, int] = {}
    stood: dict[int, int] = {}
    by_hand: dict[int, int] = {}
    label_of = labels({number for each in found for number in each.entries})
    taught: set[tuple[int, int, str]] = set()
    for each in found:
        here = places.labels.get((each.start, each.end), ())
        for number in each.entries:
            label = label_of.get(number)
            if label is None or (not here and places.is_inside(each.start, each.end)):
                continue
            seen[number] = seen.get(number, 0) + 1
            if label in here:
                stood[number] = stood.get(number, 0) + 1
                if (each.start, each.end, label) not in places.handed_on:
                    by_hand[number] = by_hand.get(number, 0) + 1
                if each.exact:
                    taught.add((each.start, each.end, label))
    for suggestion in patterns:
        is_true = suggestion.label in places.labels.get((suggestion.start, suggestion.end), ())
        for number in _entries(suggestion, "pattern:"):
            seen[number] = seen.get(number, 0) + 1
            stood[number] = stood.get(number, 0) + is_true
    fared = fates(shown, spans)
    changed, deleted = _counted(fared.changed), _counted(fared.deleted)
    counts = (seen, stood, changed, deleted, by_hand)
    known = tuple(
        (number, Verdict(*(each.get(number, 0) for each in counts)))
        for number in sorted({*seen, *changed, *deleted})
    )
    if not models_teach:
        taught |= places.handed_on  # not in another spelling either
    names = {
        (span.label, text[span.start : span.end])
        for span in places.spans
        if (span.start, span.end, span.label) not in taught
    }
    return Weighed(known, _learnt(text, tokens, names, folding, places))


def _learnt(
    text: str,
    tokens: Sequence[Token],
    names: Iterable[tuple[str, str]],
    folding: Folding,
    places: _Places,
) -> tuple[tuple[str, str, Verdict], ...]:
    """Names that no entry has, with where they stand in this document."""
    new: dict[tuple[str, str], str] = {}
    for label, name in sorted(names):
        if len(name) <= LONGEST_NAME and (key := folding.key(name)):
            new.setdefault((key, label), name)
    if not new:
        return ()
    overlay = Overlay()
    for at, name in enumerate(new.values()):
        overlay.add(folding.keys(name), at)
    counts = [[0, 0] for _ in new]
    wanted = [label for _, label in new]
    for each in Matcher(folding, None, overlay).found(text, tokens):
        here = places.labels.get((each.start, each.end), ())
        if not here and places.is_inside(each.start, each.end):
            continue
        for at in each.entries:
            counts[at][0] += 1
            counts[at][1] += wanted[at] in here
    return tuple(
        (label, name, Verdict(seen, stood, taught=stood))
        for ((_, label), name), (seen, stood) in zip(new.items(), counts, strict=True)
        if stood  # one that is not on the borders of tokens is never found again
    )


def _counted(suggestions: Iterable[Suggestion]) -> dict[int, int]:
    """How many suggestions there are of each entry."""
    return Counter(
        number
        for each in suggestions
        for kind in ("gazetteer:", "pattern:")
        for number in _entries(each, kind)
    )


def _entries(suggestion: Suggestion, kind: str) -> list[int]:
    return [number for source in suggestion.sources if (number := entry_number(source, kind))]


def entry_number(source: str, kind: str) -> int:
    """The number of the entry that a source of some kind names ("gazetteer:17"); 0: none."""
    number = source.removeprefix(kind)
    if source.startswith(kind) and number.isascii() and number.isdecimal() and len(number) < 19:
        return int(number)
    return 0
