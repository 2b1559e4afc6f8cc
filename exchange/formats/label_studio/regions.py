"""Regions of Label Studio: labelled stretches of a text, in a result of its JSON; whose they are is
not known here.

Format: labelstud.io/guide/export (JSON) and labelstud.io/tags/labels; `start` and `end` count code
points, end exclusive.
"""

from __future__ import annotations

import functools
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import regex

from tonemark.corpus.spans import MANUAL, Span, Stretch, Suggestion
from tonemark.exchange.checks import check_place, checked_label
from tonemark.refusals import Refused, quoted

CONTROL = "label"
"""The name of the tag of labels in the configuration that we write: a region's `from_name`."""

OBJECT = "text"
"""The name of the tag of the text there, and of the text's field in a task."""

VALUES = ("labels", "hypertextlabels", "paragraphlabels")
"""The types of regions of text, and the fields of their values that hold the labels."""

_LINE_END = regex.compile(r"(?:\s|\\n)+")


class Region(NamedTuple):
    """A labelled stretch as a file gives it: code points, end exclusive. `sources` are those that
    our files name; `score` is None where it has none from 0 to 1."""

    start: int
    end: int
    label: str
    sources: tuple[str, ...]
    score: float | None

    def span(self, origin: str) -> Span:
        """The span of an answer; without sources it is from `origin`."""
        return Span(self.start, self.end, self.label, self.sources or (origin,))


def region_values(stretches: Iterable[Stretch], text: str) -> list[dict[str, Any]]:
    """The `value` of each stretch's region."""
    return [
        {
            "start": each.start,
            "end": each.end,
            "text": text[each.start : each.end],
            "labels": [each.label],
        }
        for each in stretches
    ]


def result_of(stretches: Iterable[Stretch], text: str, mark: str) -> list[dict[str, Any]]:
    """A result of one region a stretch, their ids beginning with `mark`.

    What proposed a stretch stands in its `meta`, which Label Studio keeps.
    """
    stretches = tuple(stretches)
    result = []
    values = region_values(stretches, text)
    for number, (each, value) in enumerate(zip(stretches, values, strict=True)):
        region: dict[str, Any] = {
            "id": f"{mark}r{number}",
            "type": "labels",
            "from_name": CONTROL,
            "to_name": OBJECT,
            "origin": "manual" if MANUAL in each.sources else "prediction",
            "value": value,
            "meta": {"sources": list(each.sources)},
        }
        if isinstance(each, Suggestion):
            region["score"] = each.score
        result.append(region)
    return result


def read_result(result: Any, text: str, warnings: list[str]) -> list[Region]:
    """The regions of a result that are labelled stretches of `text`, each once.

    What else it holds (choices, relations, regions without a label) is left out, and counted in
    `warnings`. Raises Refused.
    """
    if result is None:
        return []
    if not isinstance(result, list):
        raise Refused(f'"result" is {quoted(result)}, not a list')
    left_out: Counter[str] = Counter()
    found: dict[tuple[int, int, str], Region] = {}
    twice = ""
    for given in result:
        if not isinstance(given, dict):
            raise Refused(f"a region is {quoted(given)}, not an object")
        for region in _regions(given, text, left_out):
            if region[:3] in found:
                place = f"{region.start}-{region.end} {quoted(region.label)}"
                twice = twice or f"the span {place} stands there twice"
            else:
                found[region[:3]] = region
    if twice:
        warnings.append(twice)
    for kind, count in left_out.items():
        warnings.append(f"left out: {count} {kind}")
    return list(found.values())


def is_list_of_values(value: Any) -> bool:
    """Whether it is a list of labelled stretches, as JSON_MIN has them: with place and labels."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(
            isinstance(each, dict)
            and "start" in each
            and "end" in each
            and any(isinstance(each.get(kind), list) for kind in VALUES)
            for each in value
        )
    )


def _regions(given: dict[str, Any], text: str, left_out: Counter[str]) -> Iterator[Region]:
    kind, value = given.get("type"), given.get("value")
    if not isinstance(kind, str):
        kind = "labels"
    if kind == "relation":
        left_out["relations"] += 1
        return
    if not isinstance(value, dict):
        raise Refused(f"a region has {quoted(value)} as its value, not an object")
    labels = value.get(kind)
    if kind not in ("labels", "hypertextlabels"):
        left_out[f"regions of type {quoted(kind)}"] += 1
        return
    if labels is None or labels == []:
        left_out["regions without a label"] += 1
        return
    if not isinstance(labels, list):
        raise Refused(f'the "labels" of a region are {quoted(labels)}, not a list')
    place = _place(value, text)
    if place is None:
        left_out["regions whose offsets count what a page of HTML shows"] += 1
        return
    for label in labels:
        yield Region(*place, checked_label(label), _sources(given), score_of(given))


def _place(value: dict[str, Any], text: str) -> tuple[int, int] | None:
    """Where it is; None where it is in the text that a page shows, not in its source."""
    start, end, said = value.get("start"), value.get("end"), value.get("text")
    shown = value.get("globalOffsets")
    if isinstance(start, str) or "startOffset" in value:
        if not isinstance(shown, dict):
            return None
        start, end = shown.get("start"), shown.get("end")
        if type(start) is not int or type(end) is not int or not isinstance(said, str):
            return None
        return (start, end) if _stands(said, start, end, text) else None
    # The page of Label Studio writes the line ends in `text` in ways of its own.
    if isinstance(said, str) and type(start) is int and type(end) is int:
        said = None if _stands(said, start, end, text) else said
    check_place(start, end, said, text)
    assert isinstance(start, int)
    assert isinstance(end, int)
    return start, end


def _stands(said: str, start: int, end: int, text: str) -> bool:
    """Whether `said` stands from `start` to `end`, however the line ends in it are written.

    As long as what is said, not as what is there: of many regions each may be the whole text.
    """
    if not 0 <= start < end <= len(text):
        return False
    if end - start == len(said) and text.startswith(said, start):
        return True
    loose, runs = _loosened(text)
    first = _loose_place(start, runs)
    last = _loose_place(end, runs, is_end=True)
    said = _LINE_END.sub(" ", said)
    return last - first == len(said) and loose.startswith(said, first)


@functools.lru_cache(maxsize=1)
def _loosened(text: str) -> tuple[str, list[tuple[int, int, int]]]:
    """A text with one space for each run of line ends and white space, and the runs: their start,
    their end, and how many characters fewer stand ahead of their end."""
    runs = []
    fewer = 0
    for found in _LINE_END.finditer(text):
        fewer += found.end() - found.start() - 1
        runs.append((found.start(), found.end(), fewer))
    return _LINE_END.sub(" ", text), runs


def _loose_place(place: int, runs: list[tuple[int, int, int]], is_end: bool = False) -> int:
    """Where a place of a text is in it loosened: within a run before its space, an end behind."""
    at = bisect_left(runs, (place,)) - 1
    if at < 0:
        return place
    start, end, fewer = runs[at]
    if place >= end:
        return place - fewer
    return start - (fewer - (end - start - 1)) + is_end


def _sources(given: dict[str, Any]) -> tuple[str, ...]:
    meta = given.get("meta")
    sources = meta.get("sources") if isinstance(meta, dict) else None
    if not isinstance(sources, list):
        return ()
    return tuple(dict.fromkeys(each for each in sources if isinstance(each, str) and each))


def score_of(given: dict[str, Any]) -> float | None:
    """The `score` of a region or a prediction, if it is one from 0 to 1."""
    score = given.get("score")
    if isinstance(score, int | float) and not isinstance(score, bool) and 0 <= score <= 1:
        return float(score)
    return None
