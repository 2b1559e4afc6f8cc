"""What a model holds for possible names, set among what looks like one. Knows no labels, no model
and no screen.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from tonemark.patterns.candidates import RUN_WEIGHT, Candidates
from tonemark.tokenizers.base import Token

_OVER = 0.15
"""How likely a stretch must be to stand in the place of a run that looks like a name."""


def with_possible(
    found: Candidates,
    text: str,
    tokens: Sequence[Token],
    stretches: Iterable[tuple[int, int, float]],
) -> Candidates:
    """Candidates, and with them stretches that may be names: start, end (code points), and how
    likely that is; they do not overlap. Those that are not likely enough leave a run that they
    overlap as it is, others take its place; those that cut a token, or have no letter and no digit,
    are left out.

    Looks at nothing but these and what lies over them: it runs again at each key that splits or
    joins tokens, of which there may be 100,000.
    """
    likely = []
    for start, end, score in stretches:
        first = bisect_left(tokens, (start,))
        last = bisect_left(tokens, (end,))
        fits = first < last and tokens[first].start == start and tokens[last - 1].end == end
        if fits and any(map(str.isalnum, text[start:end])):
            likely.append((first, last, score))
    if not likely:
        return found
    over: dict[int, list[tuple[int, int, float]]] = {}  # by the run that they overlap
    for each in likely:
        at = bisect_left(found.runs, (each[0],))
        at -= at > 0 and found.runs[at - 1][1] > each[0]
        while at < len(found.runs) and found.runs[at][0] < each[1]:
            over.setdefault(at, []).append(each)
            at += 1
    replaced, passed_by = set[int](), set[tuple[int, int, float]]()
    for at, those in over.items():
        if max(score for *_, score in those) >= _OVER:
            replaced.add(at)
        else:
            passed_by.update(those)
    runs = [run for at, run in enumerate(found.runs) if at not in replaced]
    weight = list(found.weight)
    for each in likely:
        if each not in passed_by:
            first, last, _ = each
            runs.append((first, last))
            weight[first:last] = [max(one, RUN_WEIGHT) for one in weight[first:last]]
    return Candidates(tuple(sorted(runs)), tuple(weight))
