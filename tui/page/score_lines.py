"""The scores of a model set in lines: tables of figures, what would help most, and the errors in
their texts, which can be opened. Pure; a terminal prints them, a screen lists them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tonemark.text import Safe, counted, joined, visible
from tonemark.training.scores.advice import SIDES
from tonemark.training.scores.scoring import ERRORS, ErrorKind
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
    """A line of the report; with `example`, the error that it tells of, and that can be opened."""

    text: Safe
    example: Mapping[str, Any] | None = None


def score_lines(found: Mapping[str, Any], width: int) -> Iterator[Line]:
    """The lines of a report (`ScoreReport.to_json`), in at most `width` cells each."""
    for text in _heading(found):
        yield from map(Line, wrapped(text, width))
    for part in (_overall, _labels, _errors, _confusions):
        yield Line(visible(""))
        yield from map(Line, part(found, width))
    yield Line(visible(""))
    yield Line(visible("what would help most"))
    for each in found["advice"]:
        yield from map(Line, _item(each["words"], width))
    for kind in ERRORS:
        if examples := found["examples"][kind]:
            yield Line(visible(""))
            yield Line(trimmed(column(KINDS[kind], width)))
            for example in examples:
                yield from _example(example, width)
            if (more := found["errors"][kind] - len(examples)) > 0:
                yield Line(visible(f"  and {more:,} more"))
    if found["damaged"]:
        yield Line(visible(""))
        names = ", ".join(found["damaged"])
        yield from map(Line, wrapped(f"Models that cannot be read: {names} (see doctor).", width))
    if len(found["models"]) > 1:
        yield Line(visible(""))
        yield from map(Line, _models(found, width))
    yield Line(visible(""))
    yield from map(Line, wrapped(MEANING, width))


def _heading(found: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{found['model']}: {found['kind']}, learnt from"
        f" {counted(found['learnt_from'], 'document')}; scored on"
        f" {counted(found['documents'], 'document')} with {counted(found['gold'], 'span')}"
    )
    if on := ON.get(found["scored_on"]):
        yield f"scored on {on}"


def _overall(found: Mapping[str, Any], width: int) -> Iterator[Safe]:
    rows = [
        Row(shown, (_number(found[name]), _interval(found, name)), found[name])
        for name, shown in (("precision", "precision"), ("recall", "recall"), ("f1", "F1"))
    ]
    return table("all labels", ("", "95 % interval"), rows, width)


def _labels(found: Mapping[str, Any], width: int) -> Iterator[Safe]:
    rows = []
    for label, of in found["labels"].items():
        figures = (
            _number(of["f1"]),
            _interval(of, "f1"),
            _number(of["precision"]),
            _number(of["recall"]),
            f"{of['gold']:,}",
        )
        rows.append(Row(label, figures, of["f1"]))
    rows.sort(key=lambda row: (row.share is None, row.share or 0.0, row.name))
    if rows:
        heads = ("F1", "95 % interval", "prec.", "recall", "spans")
        yield from table("labels, worst first", heads, rows[:ROWS], width)
    if len(rows) > ROWS:
        yield trimmed(column(f"  and {len(rows) - ROWS:,} more (--json has all)", width))


def _errors(found: Mapping[str, Any], width: int) -> Iterator[Safe]:
    counts = found["errors"]
    total = sum(counts.values())
    if not total:
        yield visible("no errors")
        return
    rows = [
        Row(KINDS[kind], (f"{counts[kind]:,}", f"{counts[kind] / total:.1%}"), counts[kind] / total)
        for kind in ERRORS
    ]
    yield from table("errors", ("", ""), rows, width)
    if found["boundary"]:
        sides = (f"{SIDES[side]} {number:,}" for side, number in found["boundary"].items())
        yield from _item(f"Borders: {', '.join(sides)}.", width)


def _confusions(found: Mapping[str, Any], width: int) -> Iterator[Safe]:
    """What the model has where people have a label, the commonest first."""
    wrong = []
    for label, there in found["confusion"].items():
        wrong += [(n, label, other) for other, n in there["labels"].items() if other != label]
        wrong += [
            (there["other_borders"], label, "other borders"),
            (there["none"], label, "nothing"),
        ]
    wrong = sorted((each for each in wrong if each[0]), key=lambda each: (-each[0], *each[1:]))
    if wrong:
        yield visible("where people have a label, the model has, most often")
    for number, label, other in wrong[:ROWS]:
        yield trimmed(column(f"  {number:>6,}  {label}: {other}", width))


def _models(found: Mapping[str, Any], width: int) -> Iterator[Safe]:
    rows = []
    for each in reversed(found["models"]):
        f1 = each["f1"] if isinstance(each["f1"], int | float) else None
        figures = (
            _number(f1),
            each["kind"][:10],
            f"{each['documents']:,}",
            f"{each['scored']:,}",
            f"{each['seconds']:,.0f}",
            each["made"],
        )
        rows.append(Row(each["model"] + " (this)" * (each["model"] == found["model"]), figures))
    heads = ("F1", "kind", "docs", "scored", "seconds", "made")
    yield from table("models, newest first", heads, rows, width)
    for each in reversed(found["models"]):
        if each["asked"]:
            yield from _item(f"{each['model']}: trained with {' '.join(each['asked'])}.", width)
    yield from _item(
        "Each was scored on what was there then: compare them with that in mind.", width
    )


def _example(example: Mapping[str, Any], width: int) -> Iterator[Line]:
    """An error in its text; under it what people have there and what the model has."""
    text, offset = example["text"], example["offset"]
    start, end = example["start"] - offset, example["end"] - offset
    parts = kwic(text[:start], text[start:end], text[end:], max(3, width - 6))
    left = visible(parts[0].lstrip(" "))
    middle = joined((blanks(2), left, visible("["), parts[1], visible("]"), parts[2]))
    yield Line(trimmed(column(middle, width)), example)
    surety = f" ({example['score']:.2f})"
    for who, spans, more in (
        ("people", example["gold"], ""),
        ("model", example["predicted"], surety),
    ):
        said = " | ".join(f"{label} {text[a - offset : b - offset]}" for a, b, label in spans)
        yield Line(trimmed(column(f"      {who:<6}  {said + more if said else '-'}", width)))
    where = f"document {example['number']:,}, {example['document']},"
    yield Line(trimmed(column(f"      {where} {example['start']:,} to {example['end']:,}", width)))


def _item(text: str, width: int) -> Iterator[Safe]:
    """A text under a heading, indented."""
    for line in wrapped(text, width - 2):
        yield joined((blanks(2), line))


def _number(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.3f}"


def _interval(of: Mapping[str, Any], name: str) -> str:
    interval = of["intervals"].get(name)
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "-"
