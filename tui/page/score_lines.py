"""The scores of a model set in lines: tables of figures, what would help most, and the errors in
their texts, which can be opened. Pure; a terminal prints them, a screen lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tonemark.review.compare import Version
from tonemark.review.sums import NOTHING, OTHER_BORDERS
from tonemark.text import Safe, counted, joined, visible
from tonemark.training.advice import SIDES
from tonemark.training.score_report import Place, ScoreReport, when
from tonemark.training.scoring import ERRORS, FIGURES, ErrorKind, Scores
from tonemark.tui.page.cells import blanks
from tonemark.tui.page.columns import column, kwic, wrapped
from tonemark.tui.page.tables import Row, table, trimmed

ROWS = 10
"""Labels and confusions that are shown: the worst."""

KINDS: dict[ErrorKind, str] = {
    "label": "same borders, another label",
    "boundary": "other borders",
    "missed": "nothing from the model",
    "spurious": "nothing from people",
}

ON = {
    "evaluation": "the evaluation share, of which it learnt nothing",
    "cross-validation": "its own documents in parts, each tagged by a model that had not learnt"
    " from it",
}

MEANING = (
    "A span is right where borders and label are those that people gave. F1: twice the right spans"
    " among all of both. Intervals: of 100 samples of the documents, drawn anew, about 95 give a"
    " figure in them."
)


class Line(NamedTuple):
    """A line of the report; with `place`, the error that it tells of, and that can be opened."""

    text: Safe
    place: Place | None = None


def score_lines(found: ScoreReport, width: int) -> Iterator[Line]:
    """The lines of a report, in at most `width` cells each."""
    for text in _heading(found):
        yield from map(Line, wrapped(text, width))
    for part in (_overall, _labels, _errors, _confusions):
        yield Line(visible(""))
        yield from map(Line, part(found.scores, width))
    yield Line(visible(""))
    yield Line(visible("what would help most"))
    for each in found.advice:
        yield from map(Line, _item(each.words, width))
    for kind in ERRORS:
        if places := found.places[kind]:
            yield Line(visible(""))
            yield Line(trimmed(column(KINDS[kind], width)))
            for place in places:
                yield from _place(place, width)
    if len(found.models) > 1:
        yield Line(visible(""))
        yield from map(Line, _models(found, width))
    yield Line(visible(""))
    yield from map(Line, wrapped(MEANING, width))


def _heading(found: ScoreReport) -> Iterator[str]:
    run, scores = found.run, found.scores
    yield (
        f"{run.name}: {run.words('kind')}, learnt from"
        f" {counted(int(run.figure('documents')), 'document')}; scored on"
        f" {counted(scores.documents, 'document')} with {counted(scores.counted('gold'), 'span')}"
    )
    if on := ON.get(run.words("scored_on")):
        yield f"scored on {on}"


def _overall(scores: Scores, width: int) -> Iterator[Safe]:
    names = {"precision": "precision", "recall": "recall", "f1": "F1"}
    rows = [
        Row(names[name], (_number(scores, name), _interval(scores, name)), scores.figure(name))
        for name in FIGURES
    ]
    return table("all labels", ("", "95 % interval"), rows, width)


def _labels(scores: Scores, width: int) -> Iterator[Safe]:
    rows = []
    for label in scores.labels:
        of = ("label", label)
        figures = (
            _number(scores, *of, "f1"),
            _interval(scores, *of, "f1"),
            _number(scores, *of, "precision"),
            _number(scores, *of, "recall"),
            f"{scores.counted('gold', label):,}",
        )
        rows.append(Row(label, figures, scores.figure(*of, "f1")))
    rows.sort(key=lambda row: (row.share is None, row.share or 0.0, row.name))
    if rows:
        heads = ("F1", "95 % interval", "prec.", "recall", "spans")
        yield from table("labels, worst first", heads, rows[:ROWS], width)
    if len(rows) > ROWS:
        yield trimmed(column(f"  and {len(rows) - ROWS:,} more (--json has all)", width))


def _errors(scores: Scores, width: int) -> Iterator[Safe]:
    kinds = scores.kinds()
    total = sum(kinds.values())
    rows = [
        Row(KINDS[kind], (f"{kinds[kind]:,}", f"{kinds[kind] / total:.1%}"), kinds[kind] / total)
        for kind in ERRORS
        if total
    ]
    if not rows:
        yield visible("no errors")
        return
    yield from table("errors", ("", ""), rows, width)
    if sides := scores.sides():
        said = ", ".join(f"{SIDES[side]} {number:,}" for side, number in sides.items())
        yield from _item(f"Borders: {said}.", width)


def _confusions(scores: Scores, width: int) -> Iterator[Safe]:
    """What the model has where people have a label, the commonest first."""
    wrong = [(n, one, other) for (one, other), n in scores.confused.items() if one != other]
    wrong.sort(key=lambda each: (-each[0], *each[1:]))
    if wrong:
        yield visible("where people have a label, the model has, most often")
    words = {OTHER_BORDERS: "other borders", NOTHING: "nothing"}
    for number, one, other in wrong[:ROWS]:
        yield trimmed(column(f"  {number:>6,}  {one}: {words.get(other, other)}", width))


def _models(found: ScoreReport, width: int) -> Iterator[Safe]:
    rows = []
    for run in reversed(found.models):
        f1 = run.about.get("f1")
        figures = (
            f"{f1:.3f}" if isinstance(f1, int | float) else "-",
            run.words("kind")[:10],
            f"{int(run.figure('documents')):,}",
            f"{int(run.figure('scored')):,}",
            f"{run.figure('seconds'):,.0f}",
            when(run),
        )
        rows.append(Row(run.name + " (this)" * (run.name == found.run.name), figures))
    heads = ("F1", "kind", "documents", "scored", "seconds", "made")
    yield from table("models, newest first", heads, rows, width)
    yield from _item(
        "Each was scored on what was there then: compare them with that in mind.", width
    )


def _place(place: Place, width: int) -> Iterator[Line]:
    """An error in its text; under it what people have there and what the model has."""
    error = place.error
    start, end = error.start - place.offset, error.end - place.offset
    parts = kwic(place.text[:start], place.text[start:end], place.text[end:], max(3, width - 6))
    left = visible(parts[0].lstrip(" "))
    middle = joined((blanks(2), left, visible("["), parts[1], visible("]"), parts[2]))
    yield Line(trimmed(column(middle, width)), place)
    said = (("people", error.gold, ""), ("model", error.predicted, f" ({error.score:.2f})"))
    for who, version, surety in said:
        text = _said(version, place) + (surety if version else "")
        yield Line(trimmed(column(f"      {who:<6}  {text}", width)), place)
    where = f"document {place.document:,}, {error.key}, {error.start:,} to {error.end:,}"
    yield Line(trimmed(column(f"      {where}", width)), place)


def _said(version: Version, place: Place) -> str:
    spans = (
        f"{label} {place.text[start - place.offset : end - place.offset]}"
        for start, end, label in version
    )
    return " | ".join(spans) or "-"


def _item(text: str, width: int) -> Iterator[Safe]:
    """A text under a heading, indented."""
    for line in wrapped(text, width - 2):
        yield joined((blanks(2), line))


def _number(scores: Scores, *key: str) -> str:
    figure = scores.figure(*key)
    return "-" if figure is None else f"{figure:.3f}"


def _interval(scores: Scores, *key: str) -> str:
    interval = scores.intervals.get(key)
    if interval is None or scores.figure(*key) is None:
        return "-"
    return f"{interval.low:.3f} to {interval.high:.3f}"
