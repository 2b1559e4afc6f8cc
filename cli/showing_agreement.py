"""The report of agreement in a terminal: tables with a bar each, the worst first, and examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tonemark.cli.telling import set_in
from tonemark.review.compare import Version
from tonemark.review.figures import MEAN, pair_name
from tonemark.review.report import CLUSTERS, Agreement, Example, named
from tonemark.review.sums import NOTHING, OTHER_BORDERS
from tonemark.text import Safe, counted, joined, visible
from tonemark.tui.page.cells import blanks, cells
from tonemark.tui.page.columns import column, kwic
from tonemark.tui.page.tables import Row, table, trimmed

ROWS = 10
"""Pairs, labels and confusions that are shown: the worst."""

MEANING = (
    "F1 of a pair: twice the spans that both have, borders and label alike, among all of both."
    " Overlapping: the label alike, the borders need only overlap. kappa of a pair: Cohen's, over"
    " all tokens, and over those that one of them tagged; of all annotators: Fleiss'; of a label:"
    " whether an entity has it or not. Entities are the stretches that somebody has as a span.",
    "Kappa and alpha: 1 is full agreement, 0 what chance alone would give. Landis and Koch (1977,"
    " Biometrics 33:159-174) call a kappa below 0 poor, up to 0.20 slight, to 0.40 fair, to 0.60"
    " moderate, to 0.80 substantial, above that almost perfect; the borders are arbitrary, they"
    " say. Most tokens have no tag, and all agree on them: look at entities first.",
    "Intervals: of 100 samples of the documents, drawn anew, about 95 give a figure in them.",
)

KINDS = {
    "agreed": "all have the same",
    "label": "same borders, another label",
    "boundary": "other borders",
    "presence": "somebody has nothing",
    "tokens": "their tokens differ",
}


def report(name: str, found: Agreement, width: int, what: str) -> Iterator[Safe]:
    """The lines of a report; `what` a document is called."""
    yield from _heading(name, found, width, what)
    yield visible("")
    yield from table("all annotators", ("", "95 % interval", "alpha"), _overall(found), width)
    yield visible("")
    yield from _some("pairs", _pairs(found), width)
    if found.shape.labels:
        yield visible("")
        yield from _some("labels", _labels(found), width)
    yield visible("")
    yield from _clusters(found, width)
    if found.shape.labels:
        yield visible("")
        yield from _confusion(found, width)
    examples = found.gathered.examples
    for kind in filter(examples.__contains__, CLUSTERS):
        yield visible("")
        yield from _example(examples[kind], width)
    yield visible("")
    for text in (*_notes(found), *MEANING):
        yield from set_in(text, width, "")


def _heading(name: str, found: Agreement, width: int, what: str) -> Iterator[Safe]:
    annotators = found.shape.annotators
    turns = f", {found.shape.raters} a document" if len(annotators) > found.shape.raters else ""
    yield from set_in(
        f"{name}: {counted(found.documents, what)}, {counted(found.counted('tokens'), 'token')},"
        f" {counted(found.counted('items'), 'entity')};"
        f" {len(annotators)} annotators{turns}: {', '.join(annotators)}",
        width,
        "",
    )


def _overall(found: Agreement) -> list[Row]:
    rows = []
    for level, shown in (
        ("entity", "kappa, entities"),
        ("token_tagged", "kappa, tagged tokens"),
        ("token", "kappa, all tokens"),
    ):
        figures = (*_with_interval(found, "fleiss", level), _number(found, "alpha", level))
        rows.append(Row(shown, figures, found.figure("fleiss", level)))
    for key, shown in (("f1", "F1, mean of pairs"), ("overlapping", "overlapping F1")):
        rows.append(Row(shown, (*_with_interval(found, key, MEAN), ""), found.figure(key, MEAN)))
    return rows


def _pairs(found: Agreement) -> tuple[tuple[str, ...], list[Row]]:
    rows = [
        Row(
            name,
            (
                *_with_interval(found, "f1", name),
                _number(found, "overlapping", name),
                _number(found, "cohen", name, "token"),
                _number(found, "cohen", name, "tagged"),
            ),
            found.figure("f1", name),
            two,
        )
        for two, name in ((two, pair_name(two)) for two in found.shape.pairs)
    ]
    return ("F1", "95 % interval", "overl.", "kappa", "tagged"), rows


def _labels(found: Agreement) -> tuple[tuple[str, ...], list[Row]]:
    rows = [
        Row(
            label,
            (
                *_with_interval(found, "label", label, "f1"),
                _number(found, "label", label, "overlapping"),
                _number(found, "label", label, "kappa"),
                f"{found.counted('given', label):,}",
            ),
            found.figure("label", label, "f1"),
        )
        for label in found.shape.labels
    ]
    return ("F1", "95 % interval", "overl.", "kappa", "spans"), rows


def _some(of: str, found: tuple[tuple[str, ...], list[Row]], width: int) -> Iterator[Safe]:
    """A table by its worst rows; those without a figure come last."""
    heads, rows = found
    rows.sort(key=lambda row: (row.share is None, row.share, row.name))
    yield from table(f"{of}, worst first", heads, rows[:ROWS], width)
    if len(rows) > ROWS:
        more = counted(len(rows) - ROWS, f"more {of[:-1]}")
        better = "agrees" if len(rows) == ROWS + 1 else "agree"
        yield visible(f"  and {more} that {better} better (--json has all)")


def _clusters(found: Agreement, width: int) -> Iterator[Safe]:
    total = sum(found.counted("cluster", kind) for kind in CLUSTERS)
    rows = []
    for kind in CLUSTERS:
        count = found.counted("cluster", kind)
        if count or kind != "tokens":
            share = count / total if total else None
            rows.append(
                Row(KINDS[kind], (f"{count:,}", "-" if share is None else f"{share:.1%}"), share)
            )
    yield from table("places with spans", ("", ""), rows, width)
    items = found.counted("items") - found.counted("unanimous")
    if items:
        yield from set_in(
            f"Of {counted(items, 'entity')} on which not all agree, {found.counted('type_only'):,}"
            f" {'differs' if found.counted('type_only') == 1 else 'differ'} in the label alone"
            f" (type share {_number(found, 'type_share')},"
            f" {_interval(found, 'type_share')}).",
            width,
            "  ",
        )


def _confusion(found: Agreement, width: int) -> Iterator[Safe]:
    """What the other of a pair has where one has a label: a table, or where it is too wide, the
    commonest differences."""
    confused, labels = found.gathered.confused, found.shape.labels
    heads = (*labels, OTHER_BORDERS, NOTHING)
    numbers = [[f"{confused[label, head]:,}" for head in heads] for label in labels]
    shown = [visible(head.strip()) for head in heads]
    each = [max(cells(head), *(len(row[at]) for row in numbers)) for at, head in enumerate(shown)]
    first = max(map(cells, map(visible, labels)))
    title = "where one of a pair has a label, the other has"
    if 2 + first + sum(one + 2 for one in each) <= width:
        yield visible(title)
        rows: list[tuple[str, Sequence[str]]] = [("", shown), *zip(labels, numbers, strict=True)]
        for name, row in rows:
            parts = [column(text, one + 2, right=True) for text, one in zip(row, each, strict=True)]
            yield joined((blanks(2), column(name, first), *parts))
        return
    differences = [(n, one, other) for (one, other), n in confused.items() if one != other]
    if differences:
        yield visible(f"{title}, most often")
    for n, one, other in sorted(differences, key=lambda each: (-each[0], *each[1:]))[:ROWS]:
        yield from set_in(f"{one}: {other.strip()}", width, f"  {n:>8,}  ", indent=12)


def _example(example: Example, width: int) -> Iterator[Safe]:
    """A place where annotators differ, in its text, and what each of them has there."""
    yield trimmed(column(f"{KINDS[example.kind]}: {example.document}", width))
    start, end = example.start - example.offset, example.end - example.offset
    parts = kwic(example.text[:start], example.text[start:end], example.text[end:], width - 8)
    left = visible(parts[0].lstrip(" "))
    yield trimmed(joined((blanks(4), left, visible("["), parts[1], visible("]"), parts[2])))
    names = max(cells(visible(name)) for name in example.versions)
    for name, version in example.versions.items():
        room = max(1, width - 6 - names)
        said = column(_said(version, example), room)
        yield trimmed(joined((blanks(4), column(name, names), blanks(2), said)))


def _said(version: Version, example: Example) -> str:
    """What one annotator has, label first: a long text is cut at its end."""
    spans = (
        f"{label} {example.text[start - example.offset : end - example.offset]}"
        for start, end, label in version
    )
    return " | ".join(spans) or "-"


def _notes(found: Agreement) -> Iterator[str]:
    """Why figures are undefined, and what was passed over."""
    reasons: dict[str, list[str]] = {}
    for key, why in found.undefined.items():
        reasons.setdefault(why, []).append(" ".join(named(key)).replace("_", " "))
    for why, names in reasons.items():
        more = f" and {len(names) - ROWS:,} more" if len(names) > ROWS else ""
        yield f"Undefined (-), for {why}: {', '.join(names[:ROWS])}{more}."
    gathered = found.gathered
    if gathered.retokenized:
        yield (
            f"In {counted(gathered.retokenized, 'document')} annotators corrected tokens in"
            " different ways: tags are compared on the pieces common to all."
        )
    if gathered.overlapping:
        yield (
            f"{counted(gathered.overlapping, 'span')} shared a token with a longer one of the same"
            " annotator: it gave no tag, and counts as a span."
        )
    if gathered.cutting:
        yield f"{counted(gathered.cutting, 'span')} cut a token: it counts as tagged."
    if gathered.off:
        yield f"{counted(gathered.off, 'span')} lay on no token, and gave no tag."


def _number(found: Agreement, *key: str) -> str:
    figure = found.figure(*key)
    return "-" if figure is None else f"{figure:.3f}"


def _interval(found: Agreement, *key: str) -> str:
    interval = found.intervals.get(key)
    if interval is None or found.figure(*key) is None:
        return "-"
    return f"{interval.low:.3f} to {interval.high:.3f}"


def _with_interval(found: Agreement, *key: str) -> tuple[str, str]:
    return _number(found, *key), _interval(found, *key)
